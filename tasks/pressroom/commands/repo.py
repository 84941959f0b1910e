"""What pressroom's own verbs for a releases repo share."""

from __future__ import annotations

import os
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pressroom.commands import no_dodo
from pressroom.engine import releases
from pressroom.engine.build import Build
from pressroom.engine.lock import locked
from pressroom.engine.settings import STATE
from pressroom.errors import MachineError, UsageError
from pressroom.names import suggestion
from pressroom.source import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pressroom.engine.releases import Loaded


UNITS = (("GB", 10**9), ("MB", 10**6), ("kB", 10**3))


def here() -> Build:
    """The repo in the current folder; raises UsageError outside of one."""
    if not Path("dodo.py").is_file():
        raise UsageError(no_dodo())
    return Build(Path.cwd())


@contextmanager
def still(build: Build, *, writing: bool) -> Iterator[None]:
    """While this is open, no build runs here, and the record is as the last one left it.

    A repo that may only be read has no lock; that is an error for `writing` alone.
    """
    with ExitStack() as stack:
        try:
            build.prepare()
            stack.enter_context(locked(STATE, wait=True))
        except MachineError:
            if writing:
                raise
        build.look()
        yield


def chosen(build: Build, names: Sequence[str]) -> list[Loaded]:
    """The releases of these names, all when there is none; raises UsageError for a name that is no release."""
    known = [release.slug for release in releases.found(build.settings.build)[0]]
    for name in names:
        if name not in known:
            raise releases.unknown(name, known)
    return list(releases.loaded(build.settings.build, names))


def options(arguments: Sequence[str], known: Sequence[str], usage: str) -> tuple[set[str], list[str]]:
    """The options that are given, and the names; raises UsageError with the usage for any other option."""
    given = {word for word in arguments if word.startswith("-")}
    if unknown := sorted(given - set(known)):
        near = suggestion(unknown[0], known)
        raise UsageError(f"{usage.rstrip()}\n\n{unknown[0]}: no such option" + (f"; did you mean '{near}'?" if near else ""))
    return given, [word for word in arguments if not word.startswith("-")]


def path_in(build: Build, name: str) -> Path:
    """A file below the repo as steps name it."""
    path = Path(os.path.abspath(name))  # noqa: PTH100  # links stay links
    return path.relative_to(build.root) if path.is_relative_to(build.root) else path


def visible_lines(text: object) -> str:
    """A text, such as an error's, in which nothing writes to the terminal but its own line breaks."""
    return "\n".join(map(visible, str(text).split("\n")))


def size(count: int) -> str:
    """Bytes in the largest unit that fits."""
    unit, factor = next((step for step in UNITS if count >= step[1]), ("bytes", 1))
    return f"{count} bytes" if unit == "bytes" else f"{count / factor:.1f} {unit}"
