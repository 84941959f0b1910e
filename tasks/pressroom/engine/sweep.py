"""Removing what builds that were killed have left half written; the lock is held, so that nobody else is writing it."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from pressroom.engine.settings import STATE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pressroom.engine.build import Build

UNFINISHED = STATE / "unfinished"
"""Is there while a build runs, and after one that did not come to its end."""
PART = re.compile(r"\..*\.part-\d+(\.[^.]*)?")
"""The name of a partial file (`work.part_name`)."""


def sweep(build: Build) -> None:
    """Remove the partial files that the state knows of; all that there are, where it may not know of each.

    That is so where the state itself is new, and after a build that did not end: a power cut may take the last notes.
    """
    parts = [Path(part) for part in build.state.started()]
    if build.state.new or UNFINISHED.exists():
        parts += [*_parts(build.settings.build), *_parts(STATE / "work")]
    for part in parts:
        with suppress(OSError):
            part.unlink(missing_ok=True)
            part.parent.rmdir()
    if parts:
        build.cache.sweep()
        build.state.finish(parts)
    end()


def begin() -> None:
    """Note that a build runs, until `end`."""
    with suppress(OSError):
        UNFINISHED.touch()


def end() -> None:
    """Note that it has come to its end."""
    with suppress(OSError):
        UNFINISHED.unlink()


def _parts(folder: Path) -> Iterator[Path]:
    """Every partial file below a folder."""
    for where, _, names in os.walk(folder):
        yield from (Path(where, name) for name in names if PART.fullmatch(name))
