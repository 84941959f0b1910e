"""A step as doit runs it: the one place where errors are caught."""

from __future__ import annotations

import time
import traceback
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from doit.action import BaseAction
from doit.exceptions import TaskFailed

from pressroom.engine.chronicle import Event, slot
from pressroom.engine.digests import status_of
from pressroom.engine.perform import Job, perform
from pressroom.engine.settings import LOGS
from pressroom.engine.work import Records, StepWork
from pressroom.errors import PressroomError, ReleaseError, SourceError, ToolError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from pressroom.engine.build import Build
    from pressroom.engine.releases import Found
    from pressroom.engine.staleness import Verdict
    from pressroom.plan import Step


class _Action(BaseAction):  # type: ignore[misc]  # doit has no type information
    """What doit and the reporter look at: what was `said`, and the `error` for the exit code."""

    def __init__(self) -> None:
        self.task: Any = None
        self.err = self.out = self.result = None
        self.values: dict[str, object] = {}
        self.said: list[str] = []
        self.error: PressroomError | None = None
        self.restored = False
        self.reason = ""
        self.event: Event | None = None
        self.show: Callable[[float], None] = lambda _fraction: None


class StepAction(_Action):
    """Runs a step; a failure keeps its error, with the place in the YAML that names the file, or the log of the tool."""

    def __init__(self, build: Build, release: Found, step: Step) -> None:
        super().__init__()
        self.build = build
        self.release = release
        self.step = step
        self.judged: Verdict | None = None

    def execute(self, out: object = None, err: object = None) -> TaskFailed | None:  # noqa: ARG002  # doit's signature
        """Run the step; returns doit's failure instead of raising, since a raised error would end the whole build."""
        records = Records(start=self.build.state.start, digest=self.build.digests.of, stands=self._stands)
        work = StepWork(self.build.toolchain, self.build.running, self._progress, self.step.outputs, records)
        self.said = work.said
        job = Job(step=self.step, task=self.task.name, release=self.release.slug, build=self.build, judged=self.judged)
        began, cpu = time.monotonic(), time.thread_time()
        try:
            self.restored = perform(job, work)
            if work.notes:
                self._log(work.notes)
        except PressroomError as error:
            self.error = self._explained(error, work.notes)
        except Exception as error:  # noqa: BLE001  # our bug: the log holds it whole, and the other steps go on
            bug = ToolError(f"{self.step.name}: a bug in pressroom, please report it: {error!r}")
            self.error = self._explained(bug, [*work.notes, traceback.format_exc()])
        if self.error and not self.build.running.stopped:
            with suppress(PressroomError):  # what is wrong with the step is said; that it cannot be noted is no news
                self.build.state.fail(self.task.name, str(self.error))
        self._told(began, time.thread_time() - cpu + work.tool_seconds)
        return TaskFailed(str(self.error)) if self.error else None

    def _log(self, notes: Sequence[str]) -> Path | None:
        """Keep what the step's tools said; returns where, or None where the disk has no room for it."""
        log = LOGS / f"{self.release.slug}-{self.step.name.replace(':', '-')}.log"
        with suppress(OSError):
            log.parent.mkdir(exist_ok=True)
            log.write_text("\n\n".join(notes) + "\n", encoding="utf-8")
            return log
        return None

    def _told(self, began: float, cpu: float) -> None:
        """Note what became of the step."""
        row = self.build.state.steps.get(self.task.name)
        sizes = 0
        with suppress(OSError):  # of a folder that lets nobody in
            sizes = sum(status[0] for path in self.step.outputs if (status := status_of(path)))
        self.event = Event(
            task=self.task.name,
            outcome="failed" if self.error else "restored" if self.restored else "made",
            reason=self.reason,
            key=row.action if row and not self.error else self.judged.key if self.judged else "",
            began=began,
            seconds=round(time.monotonic() - began, 6),
            cpu=round(cpu, 6),
            bytes=sizes,
            slot=slot(),
        )

    def _explained(self, error: PressroomError, notes: list[str]) -> PressroomError:
        """The error with the place that names a source, and with the path of the log when a tool failed."""
        tool_failed = isinstance(error, ToolError) or isinstance(error.__cause__, ToolError)
        if tool_failed and (changed := self.build.digests.changed):
            # One step read the old file and another the new one: what they say of each other is nobody's mistake.
            error = ReleaseError(f"{changed}: changed while the build ran; run `doit` again when it is finished")
        if isinstance(error, ReleaseError):
            error = located(self.release, self.step.inputs, error)
        log = self._log([*notes, str(error)]) if tool_failed else None
        return type(error)(f"{error}\n  the whole log: {log}") if log else error

    def _stands(self, output: Path) -> bool:
        """Whether an output is what the record says, and may be taken up."""
        row = self.build.state.made.get(str(output))
        return row is not None and not self.build.anew and self.build.digests.of(output) == row.sha256

    def _progress(self, fraction: float) -> None:
        self.show(fraction)

    def __str__(self) -> str:
        return f"{type(self.step).__name__} {self.step.about}"


class Refusal(_Action):
    """Fails with an error that was known before anything ran: of a `step`, or of a whole release."""

    def __init__(self, error: PressroomError, step: Step | None = None) -> None:
        super().__init__()
        self.error = error
        self.step = step

    def execute(self, out: object = None, err: object = None) -> TaskFailed:  # noqa: ARG002  # doit's signature
        """Fail."""
        return TaskFailed(str(self.error))

    def __str__(self) -> str:
        return str(self.error)


def located(release: Found, sources: tuple[Path, ...], error: ReleaseError) -> ReleaseError:
    """An error that begins with the name of a source, at the place in the YAML that names it, if there still is one."""
    head, _, rest = str(error).partition("\n")
    named = next((path for path in sources if head.startswith(f"{path}:")), None)
    if named is None:
        return error
    with suppress(SourceError):  # the YAML is not what it was when the build began
        if found := release.mention(named):
            key, mark = found
            return ReleaseError(f"{mark.mistake(f'{key}: {head}')}" + f"\n{rest}" * bool(rest))
    return error
