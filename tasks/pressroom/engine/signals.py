"""Signals that end a build: raised in the main thread as Stopped, so that what runs is ended and what is finished is kept."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(KeyboardInterrupt):
    """A signal that ends the build; the exit code is 128 + its number."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@contextmanager
def raised() -> Iterator[None]:
    """INT, TERM and HUP raise Stopped in the main thread; a HUP that is ignored already (`nohup doit`) stays ignored."""
    numbers = [n for n in NUMBERS if n != signal.SIGHUP or signal.getsignal(n) != signal.SIG_IGN]
    with _handled(numbers, _stop):
        yield


@contextmanager
def ignored() -> Iterator[None]:
    """INT, TERM and HUP do nothing: what runs inside is short and must not be left half done."""
    with _handled(NUMBERS, signal.SIG_IGN):
        yield


def _stop(number: int, _frame: object) -> None:
    raise Stopped(number)


@contextmanager
def _handled(numbers: tuple[signal.Signals, ...] | list[signal.Signals], handler: object) -> Iterator[None]:
    """The signals go to `handler` while this is open."""
    before = [signal.signal(number, handler) for number in numbers]  # type: ignore[arg-type]  # a function or SIG_IGN
    try:
        yield
    finally:
        for number, handled in zip(numbers, before, strict=True):
            signal.signal(number, handled)
