"""How far a build is, and when it will be done, by the seconds that its steps are expected to take."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rich.progress import Progress, TaskID

SURE_SECONDS = 2.0
"""From when on the time left is told: before, the first steps say too little."""
MINUTE = 60


class Estimate:
    """What is done, in expected seconds of work; how fast that goes is seen while it goes.

    `expected` are the seconds of every step that may run. One that turns out to have nothing to do leaves the sum.
    """

    def __init__(self, expected: Mapping[str, float]) -> None:
        self._expected = dict(expected)
        self._running: dict[str, float] = {}
        self.total = sum(self._expected.values())
        self._done = 0.0

    @property
    def done(self) -> float:
        """Seconds of work done, those of running steps in their part."""
        return self._done + sum(self._expected.get(name, 0.0) * part for name, part in tuple(self._running.items()))

    def move(self, name: str, fraction: float) -> None:
        """A step runs and is so far, from 0 to 1."""
        self._running[name] = fraction

    def end(self, name: str, *, worked: bool) -> None:
        """A step is over; `worked` is False when it had nothing to do."""
        self._running.pop(name, None)
        seconds = self._expected.pop(name, 0.0)
        if worked:
            self._done += seconds
        else:
            self.total -= seconds

    def left(self, elapsed: float) -> float | None:
        """Seconds until the end, `elapsed` seconds after the beginning; None while that cannot be told."""
        done = self.done
        if elapsed < SURE_SECONDS or done <= 0:
            return None
        return max(0.0, self.total - done) * elapsed / done


class Bar:
    """A terminal's bar over the whole build, and one for each step that runs."""

    def __init__(self, out: TextIO, expected: Mapping[str, float]) -> None:
        from rich.console import Console  # noqa: PLC0415  # 30 ms that only a terminal needs
        from rich.progress import BarColumn, Progress, TextColumn  # noqa: PLC0415

        columns = (TextColumn("{task.description}", markup=False), BarColumn(), TextColumn("{task.fields[told]}", markup=False))
        self._bar: Progress = Progress(*columns, console=Console(file=out), transient=True)
        self._estimate = Estimate(expected)
        self._count = len(expected)
        self._over = 0
        self._began = time.monotonic()
        self._lines: dict[str, TaskID] = {}
        self._whole = self._bar.add_task("building", total=None, told="")
        self._show()
        self._bar.start()

    def begin(self, name: str) -> Callable[[float], None]:
        """A step runs; what is returned is told how far it is."""
        self._lines[name] = self._bar.add_task(f"  {name}", total=1.0, told="")
        return partial(self._move, name)

    def end(self, name: str, *, worked: bool) -> None:
        """A step is over."""
        if (line := self._lines.pop(name, None)) is not None:
            self._bar.remove_task(line)
        self._over += 1
        self._estimate.end(name, worked=worked)
        self._show()

    def say(self, text: str) -> None:
        """Lines above the bar."""
        self._bar.console.print(text, markup=False, highlight=False, soft_wrap=True)

    def stop(self) -> None:
        """Take the bar away."""
        self._bar.stop()

    def _move(self, name: str, fraction: float) -> None:
        self._estimate.move(name, fraction)
        if (line := self._lines.get(name)) is not None:
            self._bar.update(line, completed=fraction, told=f"{fraction:.0%}")
        self._show()

    def _show(self) -> None:
        left = self._estimate.left(time.monotonic() - self._began)
        told = f"{self._over}/{self._count}" + ("" if left is None else f", {clock(left)} left")
        done = self._estimate.done
        self._bar.update(self._whole, total=max(done, self._estimate.total), completed=done, told=told)


def clock(seconds: float) -> str:
    """Seconds in words: 7 s, 12:30 min, 1:02:03 h."""
    minutes, rest = divmod(round(seconds), MINUTE)
    hours, minutes = divmod(minutes, MINUTE)
    if hours:
        return f"{hours}:{minutes:02}:{rest:02} h"
    return f"{minutes}:{rest:02} min" if minutes else f"{rest} s"
