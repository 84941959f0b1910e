"""A step as doit runs it: the one place where errors are caught."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, Any

from doit.action import BaseAction
from doit.exceptions import TaskFailed

from pressroom.engine.work import StepWork, perform
from pressroom.errors import PressroomError

if TYPE_CHECKING:
    from collections.abc import Callable

    from pressroom.engine.build import Build
    from pressroom.plan import Step


class StepAction(BaseAction):  # type: ignore[misc]  # doit has no type information
    """Runs a step; a failure keeps its error for the exit code."""

    def __init__(self, build: Build, slug: str, step: Step) -> None:
        self.build = build
        self.slug = slug
        self.step = step
        self.task: Any = None
        self.err = self.out = None
        self.result = None
        self.values: dict[str, object] = {}
        self.error: PressroomError | None = None
        self.said: list[str] = []
        self.show: Callable[[float], None] = _unseen

    def execute(self, out: object = None, err: object = None) -> TaskFailed | None:  # noqa: ARG002  # doit's signature
        """Run the step; returns doit's failure instead of raising, since a raised error would end the whole build."""
        work = StepWork(self.build.toolchain, self.build.children, self._progress, self.said.append)
        try:
            perform(self.step, work, self.slug, self.build.record)
        except PressroomError as error:
            self.error = error
        except Exception:  # noqa: BLE001  # our bug: it is shown whole, and the other steps go on
            self.error = PressroomError(f"{self.slug}:{self.step.name}: a bug in pressroom:\n{traceback.format_exc()}")
        return TaskFailed(str(self.error)) if self.error else None

    def _progress(self, fraction: float) -> None:
        self.show(fraction)

    def __str__(self) -> str:
        return f"{type(self.step).__name__} {self.step.about}"


class Refusal(BaseAction):  # type: ignore[misc]  # doit has no type information
    """Fails with an error that was known before anything ran."""

    def __init__(self, error: PressroomError) -> None:
        self.error = error
        self.task: Any = None
        self.err = self.out = None
        self.result = None
        self.values: dict[str, object] = {}
        self.said: list[str] = []

    def execute(self, out: object = None, err: object = None) -> TaskFailed:  # noqa: ARG002  # doit's signature
        """Fail."""
        return TaskFailed(str(self.error))

    def __str__(self) -> str:
        return str(self.error)


def _unseen(_fraction: float) -> None:
    """Progress that nobody looks at."""
