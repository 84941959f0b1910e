"""The files of a folder as a torrent's payload."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pressroom.errors import ReleaseError
from pressroom.formats import payload
from pressroom.tools import hashing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Found = tuple[tuple[str, ...], hashing.Source]
"""The parts of a path below the folder, and the file."""


def below(folder: Path) -> list[Found]:
    """What a torrent of a folder holds, in its order: everything but what `payload.stays_out` names.

    Raises ReleaseError for a link, a device, a folder that cannot be read, and for one that holds nothing.
    """
    found = sorted(_walked(folder, ()), key=lambda one: payload.raw(one[0]))
    if not any(source.size for _, source in found):
        raise ReleaseError(f"{folder}: holds no file with any bytes")
    return found


def _walked(folder: Path | os.DirEntry[str], above: tuple[str, ...]) -> Iterator[Found]:
    """The files of a folder and of those in it."""
    try:
        with os.scandir(folder) as entries:
            inside = [entry for entry in entries if not payload.stays_out(entry.name)]
    except OSError as error:
        raise ReleaseError(f"{os.fspath(folder)}: cannot be read ({error.strerror})") from error
    for entry in inside:
        path = (*above, entry.name)
        if entry.is_dir(follow_symlinks=False):
            yield from _walked(entry, path)
        else:
            yield path, hashing.source(entry)
