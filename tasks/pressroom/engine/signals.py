"""Signals that end a build, as an exception in the main thread: what runs is ended then, and what is finished is kept."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


class Stopped(KeyboardInterrupt):
    """A signal that ends the build; the exit code is 128 + its number."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class Stopping:
    """Whether a signal has come: raised as Stopped where it comes, or by `check`, and once only.

    A second exception would break into the unwinding that the first began. And an exception out of a handler gets lost
    where Python waits for a lock or collects garbage: hence `check`, and `noted` around what waits.
    """

    def __init__(self) -> None:
        self._number = 0
        self._noting = False

    @contextmanager
    def raised(self) -> Iterator[None]:
        """INT, TERM, HUP and QUIT raise Stopped; a HUP that is ignored already (`nohup doit`) stays ignored."""
        numbers = [n for n in NUMBERS if n != signal.SIGHUP or signal.getsignal(n) != signal.SIG_IGN]
        before = [signal.signal(number, self._handle) for number in numbers]
        try:
            yield
        finally:
            for number, handler in zip(numbers, before, strict=True):
                signal.signal(number, handler)

    @contextmanager
    def noted(self) -> Iterator[None]:
        """A signal is only remembered while this is open: for what waits, or is short and must not be left half done."""
        before, self._noting = self._noting, True
        try:
            yield
        finally:
            self._noting = before

    def check(self) -> None:
        """Raise Stopped if a signal has come."""
        if self._number:
            raise Stopped(self._number)

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        first, self._number = not self._number, self._number or number
        if first and not self._noting:
            raise Stopped(number)


STOPPING = Stopping()
"""The one of this process, as signals are."""
