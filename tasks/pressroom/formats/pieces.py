"""How a payload is cut into the pieces of a torrent, and what has to be hashed for them: from sizes, without the bytes."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Literal, NamedTuple

from pressroom.formats.merkle import BLOCK, is_power_of_two, power_of_two

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Version = Literal["v1", "v2", "hybrid"]
Method = Literal["v1", "v2"]

MIB = 1 << 20
TABLE = ((64, MIB // 16), (256, MIB // 8), (512, MIB // 4), (1024, MIB // 2), (2048, MIB), (4096, 2 * MIB), (8192, 4 * MIB))
"""The piece lengths of payloads up to so many MiB: 1,000 to 2,000 pieces, so that the .torrent stays small."""
UP_TO_16_GIB, LARGEST = 8 * MIB, 16 * MIB
"""The longest piece: some clients refuse more."""
MOST_PADDING = 10
"""How many bytes of padding a hundred of the payload may cost for pieces that no two files share."""
MANY_PIECES, MOST_PIECES = 10_000, 100_000
STRIDE = 32 * MIB
"""The most bytes of one file that are hashed, and remembered, as one; at least the longest piece."""


class Part(NamedTuple):
    """Bytes of one file, which is known by its number in the payload."""

    file: int
    start: int
    length: int


class Stretch(NamedTuple):
    """Successive pieces to hash: those of `parts` behind each other, filled up with `padding` zeros.

    The v1 method gives 20 bytes for each piece (BEP 3, "pieces"). The v2 method gives 32, over part of one file (BEP 52,
    "piece layers"); there the padding counts bytes whose leaves are zeros.
    """

    method: Method
    piece_length: int
    parts: tuple[Part, ...]
    padding: int = 0


class Layout(NamedTuple):
    """How a payload is cut; `aligned` pieces begin with each file (BEP 47), as those of v2 always do."""

    piece_length: int
    aligned: bool


def piece_length(total: int) -> int:
    """The piece length, in bytes, for a payload of so many bytes."""
    for mebibytes, length in TABLE:
        if total <= mebibytes * MIB:
            return length
    return UP_TO_16_GIB if total <= 16384 * MIB else LARGEST


def layout(
    sizes: Sequence[int],
    *,
    version: Version = "v1",
    piece: int | None = None,
    align: bool | None = None,
    webseeds: bool = False,
) -> Layout:
    """How to cut files of these sizes; `piece` and `align` are the author's wishes, if any.

    v1 is aligned as long as the padding is at most MOST_PADDING per cent, so that a file that changes spoils its own pieces
    only; and not with `webseeds`, as some clients ask these for the padding (BEP 47, "Unfulfillable requests").
    """
    chosen = piece or piece_length(sum(sizes))
    if version != "v1":
        return Layout(chosen, aligned=True)
    small = sum(padding(sizes, chosen)) * 100 <= sum(sizes) * MOST_PADDING
    return Layout(chosen, aligned=(small and not webseeds) if align is None else align)


def padding(sizes: Sequence[int], piece_length: int) -> tuple[int, ...]:
    """How many zeros stand before each file so that it begins with a piece: none before an empty one (BEP 47)."""
    found, at = [], 0
    for size in sizes:
        found.append(-at % piece_length if size else 0)
        at += found[-1] + size
    return tuple(found)


def wrong_piece_length(length: int) -> str:
    """What is wrong with a piece length; nothing where it is right (BEP 52, "piece length")."""
    if is_power_of_two(length) and length >= BLOCK:
        return ""
    return f"a piece length that is a power of two, of {BLOCK} bytes or more"


def stretches(sizes: Sequence[int], cut: Layout, version: Version) -> Iterator[Stretch]:
    """All that has to be hashed: the v1 pieces in their order, then the v2 pieces file by file."""
    if version != "v2":
        yield from v1_stretches(sizes, cut)
    if version != "v1":
        for file, size in enumerate(sizes):
            yield from v2_stretches(file, size, cut.piece_length)


def v1_stretches(sizes: Sequence[int], cut: Layout) -> Iterator[Stretch]:
    """What has to be hashed for v1, in the order of the pieces."""
    if not cut.aligned:
        yield from _joined(sizes, cut.piece_length)
        return
    last = max((file for file, size in enumerate(sizes) if size), default=0)
    for file, size in enumerate(sizes):
        zeros = -size % cut.piece_length if file < last else 0
        yield from _strides("v1", cut.piece_length, Part(file, 0, size), zeros)


def v2_stretches(file: int, size: int, piece_length: int) -> Iterator[Stretch]:
    """What has to be hashed for v2 of one file, in the order of its pieces.

    A file of one piece or less has no layer, but a root over as many leaves as it needs (BEP 52, "piece layers").
    """
    whole = piece_length if size > piece_length else power_of_two(-(-size // BLOCK)) * BLOCK
    yield from _strides("v2", piece_length, Part(file, 0, size), -size % whole)


def _strides(method: Method, piece_length: int, part: Part, padding: int) -> Iterator[Stretch]:
    """A part of a file, cut where it is long; the padding follows the last cut."""
    end = part.start + part.length
    for start in range(part.start, end, STRIDE):
        last = start + STRIDE >= end
        yield Stretch(method, piece_length, (Part(part.file, start, min(STRIDE, end - start)),), padding * last)


def _joined(sizes: Sequence[int], piece_length: int) -> Iterator[Stretch]:
    """The pieces of all files behind each other: those within one file, and those that several share."""
    shared: list[Part] = []
    room = piece_length
    for file, size in enumerate(sizes):
        start = 0
        if shared:
            start = min(room, size)
            shared += [Part(file, 0, start)] * bool(size)
            room -= start
            if room:
                continue
            yield Stretch("v1", piece_length, tuple(shared))
        inside = (size - start) // piece_length * piece_length
        yield from _strides("v1", piece_length, Part(file, start, inside), 0)
        start += inside
        shared = [Part(file, start, size - start)] * (start < size)
        room = piece_length - (size - start)
    if shared:
        yield Stretch("v1", piece_length, tuple(shared))


def content_key(stretch: Stretch, contents: Sequence[str]) -> bytes:
    """What a stretch's hashes follow from, in 32 bytes: `contents` are the SHA-256 of each file of the payload."""
    parts = " ".join(f"{contents[part.file]}:{part.start}+{part.length}" for part in stretch.parts)
    text = f"{stretch.method} {stretch.piece_length} {stretch.padding} {parts}"
    return hashlib.sha256(text.encode()).digest()


def count(sizes: Sequence[int], cut: Layout, version: Version) -> int:
    """How many pieces a torrent has."""
    length = cut.piece_length
    total = sum(sizes) + sum(padding(sizes, length) if cut.aligned else ())
    return sum(-(-size // length) for size in sizes) if version == "v2" else -(-total // length)
