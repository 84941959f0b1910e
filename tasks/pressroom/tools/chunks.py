"""Chunks that are encoded apart, by steps that share them by number: what is said of them, and those that still serve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pressroom.tools import notes
from pressroom.tools.files import sha256

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from pressroom.plan import Work

LANES = 4
"""How many steps share the chunks of a rendition: as many can be encoded at once."""


@dataclass(frozen=True, kw_only=True)
class MadeChunk:
    """A chunk that was encoded: its file; `recipe` and `content` are the SHA-256 of how it was made, and of what."""

    number: int
    recipe: str
    content: str
    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class MadeChunks:
    """Chunks in a manifest."""

    files: tuple[MadeChunk, ...]


def earlier(work: Work, manifest: Path) -> Mapping[int, MadeChunk]:
    """The chunks that stand as the last run made them, by number."""
    known = work.earlier(manifest)
    files = notes.read(MadeChunks, known).files if known else ()
    return {made.number: made for made in files if work.earlier(manifest.with_name(made.path))}


def keep(work: Work, output: Path) -> None:
    """Leave a chunk as it stands."""
    # A second name; where it cannot have one, as on some file systems, a copy is as good.
    try:
        work.beside(output).hardlink_to(output)
    except OSError:
        work.beside(output).write_bytes(output.read_bytes())


def made(work: Work, output: Path, number: int, *, recipe: str, content: str) -> MadeChunk:
    """What to say of a chunk that was written."""
    target = work.beside(output)
    size = target.stat().st_size
    return MadeChunk(number=number, recipe=recipe, content=content, path=output.name, bytes=size, sha256=sha256(target))


def digest(told: bytes | bytearray) -> str:
    """The digest in the hash muxer's line: `SHA256=...`."""
    return told.decode().strip().rpartition("=")[2]


def all_of(lanes: Iterable[Path]) -> list[tuple[MadeChunk, Path]]:
    """The chunks of all lanes, in their order, and their files."""
    found = [(chunk, lane.with_name(chunk.path)) for lane in lanes for chunk in notes.read(MadeChunks, lane).files]
    return sorted(found, key=lambda each: each[0].number)
