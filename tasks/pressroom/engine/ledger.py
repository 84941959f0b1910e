"""doit's bookkeeping for steps: they are judged by the digests of inputs and outputs, and have recorded themselves."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from doit.dependency import Dependency, DependencyStatus

from pressroom.engine.action import StepAction
from pressroom.engine.staleness import reasons, verdict
from pressroom.engine.sweep import end

if TYPE_CHECKING:
    from pressroom.engine.build import Build


class Ledger(Dependency):  # type: ignore[misc]  # doit has no type information
    """doit's own for tasks that are not steps of releases; for steps, the state."""

    def __init__(self, build: Build, *args: Any, **words: Any) -> None:  # noqa: ANN401  # doit's arguments
        super().__init__(*args, **words)
        self.build = build
        self.recovered: list[str] = []
        """Steps that failed the last time, and are as they should be without having run."""

    def get_status(self, task: Any, tasks_dict: Any, get_log: bool = False) -> Any:  # noqa: ANN401, FBT001, FBT002  # doit's
        """Whether a task has to run."""
        if not (action := _step_action(task)):
            return super().get_status(task, tasks_dict, get_log)
        status = DependencyStatus(get_log)
        try:
            judged = action.judged = verdict(action.step, task.name, self.build)
        except OSError as error:
            # The step will say it, with the place in the YAML that names the file.
            status.add_reason("unreadable", str(error))
            return status
        if judged.missing:
            status.add_reason("missing", str(judged.missing), status="error")
            setattr(status, "error_reason", f"{judged.missing}: no such file")  # noqa: B010  # doit's own value is None
        elif judged.reason:
            action.reason = "; ".join(reasons(judged, task.name, action.step, self.build))
            status.add_reason("stale", judged.reason)
        elif task.name in self.build.state.failed:
            self.recovered.append(task.name)
        return status

    def status_is_ignore(self, task: Any) -> Any:  # noqa: ANN401
        """Whether `doit ignore` was said of a task; what is not built is no success, so steps cannot be ignored."""
        return False if _step_action(task) else super().status_is_ignore(task)

    def save_success(self, task: Any, result_hash: Any = None) -> None:  # noqa: ANN401
        """A step has recorded itself when it was done."""
        if not _step_action(task):
            super().save_success(task, result_hash)

    def remove_success(self, task: Any) -> None:  # noqa: ANN401
        """A step that fails leaves the record of what stands."""
        if not _step_action(task):
            super().remove_success(task)

    def close(self) -> None:
        """Write what was learned of files, and fold the log into the database."""
        super().close()
        self.build.settle()
        if fresh := self.build.digests.taken():
            self.build.state.commit(files=fresh)
        self.build.state.recover(self.recovered)
        # Path.exists would raise for a folder that lets nobody in.
        self.build.state.finish(Path(part) for part in self.build.state.started() if not os.path.lexists(part))
        self.build.state.close()
        end()


def _step_action(task: Any) -> StepAction | None:  # noqa: ANN401
    """The action of a step; None for other tasks."""
    action = task.actions[0] if task.actions else None
    return action if isinstance(action, StepAction) else None
