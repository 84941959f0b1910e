"""What a build says while it runs: a bar on a terminal, a line per thing made elsewhere, and one line at the end."""

from __future__ import annotations

import sys
import time
from functools import partial
from typing import TYPE_CHECKING, Any, TextIO

from doit.exceptions import UnmetDependency

from pressroom.engine.chronicle import Event
from pressroom.errors import PressroomError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.progress import Progress, TaskID


class Reporter:
    """doit's reporter: what is done goes to standard output, what is wrong to standard error."""

    desc = "progress on a terminal, plain lines elsewhere"

    def __init__(self, outstream: TextIO, options: Mapping[str, object]) -> None:  # noqa: ARG002  # doit's signature
        self.out = outstream
        self.err = sys.stderr  # a task of the repo's own that is Python swaps the global one while it runs
        self.errors: list[PressroomError] = []
        self.made = self.restored = self.fresh = self.blocked = 0
        self.began = time.monotonic()
        self.events: list[Event] = []
        self.bar: Progress | None = None
        self.whole: TaskID | None = None
        self.running: dict[str, TaskID] = {}

    def initialize(self, tasks: Mapping[str, Any], selected: Sequence[str]) -> None:
        """The build begins: how many steps there are."""
        if not self.out.isatty():
            return
        from rich.console import Console  # noqa: PLC0415  # 30 ms that only a terminal needs
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn  # noqa: PLC0415

        columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
        self.bar = Progress(*columns, console=Console(file=self.out), transient=True)
        self.whole = self.bar.add_task("building", total=len(_steps(tasks, selected)))
        self.bar.start()

    def get_status(self, task: Any) -> None:  # noqa: ANN401  # doit's objects have no types
        """A step is looked at."""

    def execute_task(self, task: Any) -> None:  # noqa: ANN401
        """A step begins."""
        if self.bar and task.actions:
            line = self.running[task.name] = self.bar.add_task(f"  {task.name}", total=1.0)
            task.actions[0].show = partial(_advance, self.bar, line)

    def add_success(self, task: Any) -> None:  # noqa: ANN401
        """A step is done, and recorded."""
        self._ended(task)
        if not task.actions:
            return
        action = task.actions[0]
        self.events += [action.event] if getattr(action, "event", None) else []
        restored = getattr(action, "restored", False)
        self.made += not restored
        self.restored += restored
        self._say(f"{'restored' if restored else 'made'}  {task.name}  {task.doc or ''}".rstrip(), self.out)
        for line in getattr(action, "said", ()):
            self._say(f"{task.name}: {line}", self.err)

    def add_failure(self, task: Any, fail: Any) -> None:  # noqa: ANN401
        """A step failed, or waits for one that did."""
        self._ended(task)
        if isinstance(fail, UnmetDependency):
            self.blocked += bool(task.actions)
            self.events += [Event(task=task.name, outcome="blocked")] * bool(task.actions)
            return
        event = getattr(task.actions[0], "event", None) if task.actions else None
        self.events.append(event or Event(task=task.name, outcome="failed"))
        error = getattr(task.actions[0], "error", None) if task.actions else None
        error = error or PressroomError(f"{task.name}: {fail.get_msg()}")
        told = any(str(error) == str(other) for other in self.errors)
        self.errors.append(error)
        self._say(f"FAILED  {task.name}\n" + ("the same as above" if told else str(error)), self.err)

    def skip_uptodate(self, task: Any) -> None:  # noqa: ANN401
        """A step has nothing to do."""
        self._ended(task)
        self.fresh += bool(task.actions)
        self.events += [Event(task=task.name, outcome="fresh")] * bool(task.actions)

    def skip_ignore(self, task: Any) -> None:  # noqa: ANN401
        """`doit ignore` was said of a step."""
        self._ended(task)
        self._say(f"ignored  {task.name}", self.out)

    def cleanup_error(self, exception: Any) -> None:  # noqa: ANN401
        """A teardown failed; pressroom has none."""
        self.runtime_error(exception.get_msg())

    def runtime_error(self, msg: str) -> None:
        """The build cannot go on."""
        self.errors.append(PressroomError(msg))
        self._say(msg, self.err)

    def teardown_task(self, task: Any) -> None:  # noqa: ANN401
        """A teardown; pressroom has none."""

    def complete_run(self) -> None:
        """The build ends: the one line that tells it all."""
        if self.bar:
            self.bar.stop()
            self.bar = None
        parts = [f"made {self.made}", f"restored {self.restored}", f"up to date {self.fresh}", f"failed {len(self.errors)}"]
        if self.blocked:
            parts.append(f"waiting for a failed one {self.blocked}")
        self._say(f"{', '.join(parts)} in {time.monotonic() - self.began:.1f} s", self.out)

    def _ended(self, task: Any) -> None:  # noqa: ANN401
        """Take a step off the bar."""
        if self.bar and self.whole is not None:
            if line := self.running.pop(task.name, None):
                self.bar.remove_task(line)
            if task.actions:
                self.bar.advance(self.whole)

    def _say(self, text: str, stream: TextIO) -> None:
        """Lines above the bar, or plain ones; a title cannot make the terminal do anything."""
        from pressroom.source import visible  # noqa: PLC0415  # a build with nothing to do need not pay for it

        text = "\n".join(map(visible, text.split("\n")))
        if self.bar:
            self.bar.console.print(text, markup=False, highlight=False, soft_wrap=True)
        else:
            print(text, file=stream, flush=True)  # this is where pressroom talks


def _advance(bar: Progress, line: TaskID, fraction: float) -> None:
    """Move a step's own bar."""
    bar.update(line, completed=fraction)


def _steps(tasks: Mapping[str, Any], selected: Sequence[str]) -> set[str]:
    """The steps that `selected` need, themselves included."""
    seen: set[str] = set()
    waiting = list(selected)
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += tasks[name].task_dep
    return {name for name in seen if tasks[name].actions}
