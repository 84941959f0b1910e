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

PART = re.compile(r"\..*\.part-\d+(\.[^.]*)?")
"""The name of a partial file (`work.part_name`)."""


def sweep(build: Build) -> None:
    """Remove the partial files that the state knows of; all that there are, where the state itself is new."""
    parts = [Path(part) for part in build.state.started()]
    if build.state.new:
        parts += [*_parts(build.settings.build), *_parts(STATE / "work")]
    for part in parts:
        with suppress(OSError):
            part.unlink(missing_ok=True)
            part.parent.rmdir()
    if parts:
        build.cache.sweep()
        build.state.finish(parts)


def _parts(folder: Path) -> Iterator[Path]:
    """Every partial file below a folder."""
    for where, _, names in os.walk(folder):
        yield from (Path(where, name) for name in names if PART.fullmatch(name))
