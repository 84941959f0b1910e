"""What a build says while it runs: a bar on a terminal, a line per thing made elsewhere, and one line at the end."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any, TextIO

from doit.exceptions import UnmetDependency

from pressroom.engine.chronicle import Event
from pressroom.engine.progress import Bar
from pressroom.errors import PressroomError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

MANY_BYTES = 10**9
"""From here on reading takes a second or more."""


class Reporter:
    """doit's reporter: what is done goes to standard output, what is wrong to standard error."""

    desc = "progress on a terminal, plain lines elsewhere"

    def __init__(self, outstream: TextIO, options: Mapping[str, object]) -> None:  # noqa: ARG002  # doit's signature
        self.out = outstream
        self.err = sys.stderr  # a task of the repo's own that is Python swaps the global one while it runs
        self.errors: list[PressroomError] = []
        self.made = self.restored = self.fresh = self.blocked = 0
        self.steps: set[str] = set()
        """Those that have not come to an end."""
        self.began = time.monotonic()
        self.events: list[Event] = []
        self.bar: Bar | None = None
        self.expected: Callable[[], Mapping[str, float]] = dict
        """How many seconds each step of the build is expected to take."""

    def initialize(self, tasks: Mapping[str, Any], selected: Sequence[str]) -> None:
        """The build begins: how much there is to do."""
        self.steps = selection(tasks, selected)
        if self.out.isatty():
            self.bar = Bar(self.out, {name: seconds for name, seconds in self.expected().items() if name in self.steps})

    def reading(self, size: int) -> None:
        """So many bytes of files are going to be read, to know whether they changed."""
        if size >= MANY_BYTES:
            self._say(f"reading {size / 1e9:.1f} GB of files that are new or were touched", self.out)

    def get_status(self, task: Any) -> None:  # noqa: ANN401  # doit's objects have no types
        """A step is looked at."""

    def execute_task(self, task: Any) -> None:  # noqa: ANN401
        """A step begins."""
        if self.bar and task.actions:
            task.actions[0].show = self.bar.begin(task.name)

    def add_success(self, task: Any) -> None:  # noqa: ANN401
        """A step is done, and recorded."""
        action = task.actions[0] if task.actions else None
        restored = getattr(action, "restored", False)
        self._ended(task, worked=not restored)
        if not action:
            return
        self.events += [action.event] if getattr(action, "event", None) else []
        self.made += not restored
        self.restored += restored
        self._say(f"{'restored' if restored else 'made'}  {task.name}  {task.doc or ''}".rstrip(), self.out)
        self._pass_on(task)

    def add_failure(self, task: Any, fail: Any) -> None:  # noqa: ANN401
        """A step failed, or waits for one that did."""
        self._ended(task, worked=not isinstance(fail, UnmetDependency))
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
        self._pass_on(task)

    def skip_uptodate(self, task: Any) -> None:  # noqa: ANN401
        """A step has nothing to do."""
        self._ended(task)
        self.fresh += bool(task.actions)
        self.events += [Event(task=task.name, outcome="fresh")] * bool(task.actions)

    def skip_ignore(self, task: Any) -> None:  # noqa: ANN401
        """`doit ignore` was said of a task of the repo's own."""
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
        parts += [f"waiting for a failed one {self.blocked}"] * bool(self.blocked)
        parts += [f"not begun {len(self.steps)}"] * bool(self.steps)
        self._say(f"{', '.join(parts)} in {time.monotonic() - self.began:.1f} s", self.out)

    def _pass_on(self, task: Any) -> None:  # noqa: ANN401
        """What a step has to say."""
        for line in getattr(task.actions[0], "said", ()) if task.actions else ():
            self._say(f"{task.name}: {line}", self.err)

    def _ended(self, task: Any, *, worked: bool = False) -> None:  # noqa: ANN401
        """A step has come to its end, and is off the bar."""
        self.steps.discard(task.name)
        if self.bar and task.actions:
            self.bar.end(task.name, worked=worked)

    def _say(self, text: str, stream: TextIO) -> None:
        """Lines above the bar, or plain ones; a title cannot make the terminal do anything."""
        from pressroom.source import visible  # noqa: PLC0415  # a build with nothing to do need not pay for it

        text = "\n".join(map(visible, text.split("\n")))
        if self.bar:
            self.bar.say(text)
        else:
            print(text, file=stream, flush=True)  # this is where pressroom talks


def selection(tasks: Mapping[str, Any], selected: Sequence[str]) -> set[str]:
    """The steps that `selected` need, themselves included."""
    seen: set[str] = set()
    waiting = list(selected)
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += tasks[name].task_dep
    return {name for name in seen if tasks[name].actions}
