"""The files of a folder as a torrent's payload."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pressroom.formats.payload import ordered
from pressroom.tools import hashing

if TYPE_CHECKING:
    from pathlib import Path


def below(folder: Path) -> list[tuple[tuple[str, ...], hashing.Source]]:
    """Each file's path below the folder, in the torrent's order."""
    paths = ordered(path.relative_to(folder).parts for path in folder.rglob("*") if not path.is_dir())
    return [(path, hashing.source(folder.joinpath(*path))) for path in paths]
