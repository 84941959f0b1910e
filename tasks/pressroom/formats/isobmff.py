"""Boxes of the ISO base media file format: MP4, M4A and the segments of HLS (ISO/IEC 14496-12, section 4.2)."""

from __future__ import annotations

import struct
import sys
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

_HEAD = 8
_WIDE_HEAD = 16
_MOST_BOXES = 1_000_000
"""A file of empty boxes would otherwise be walked through eight bytes at a time."""
MATRIX = struct.pack(">9i", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
"""The picture as it is: not turned, moved or scaled."""
Numbers = Literal["I", "i", "Q"]


@dataclass(frozen=True, kw_only=True)
class Box:
    """A box in a file: it begins at `offset`, its body at `body`; `end` is where the next one begins."""

    name: str
    offset: int
    body: int
    end: int


def box(name: bytes, *parts: bytes) -> bytes:
    """A box with its size; its parts are one after the other."""
    return struct.pack(">I4s", _HEAD + sum(map(len, parts)), name) + b"".join(parts)


def full_box(name: bytes, version: int, flags: int, *parts: bytes) -> bytes:
    """A box that begins with a version and 24 flags."""
    return box(name, struct.pack(">I", version << 24 | flags), *parts)


def boxes(stream: BinaryIO, start: int = 0, stop: int | None = None) -> Iterator[Box]:
    """The boxes of a file between two of its offsets, one after the other.

    Raises ValueError where one does not fit in: the file was cut off, or is none of boxes.
    """
    length = stream.seek(0, 2)
    stop = length if stop is None else min(stop, length)
    for _ in range(_MOST_BOXES + 1):
        if start >= stop:
            return
        stream.seek(start)
        name, head, size = _header(stream.read(_WIDE_HEAD), stop - start)
        yield Box(name=name, offset=start, body=start + head, end=start + size)
        start += size
    raise ValueError(f"it has more than {_MOST_BOXES} boxes")


def children(body: memoryview) -> Iterator[tuple[str, memoryview]]:
    """The boxes in a box's body: names and bodies. Raises ValueError where one does not fit in."""
    start = 0
    while start < len(body):
        name, head, size = _header(body[start : start + _WIDE_HEAD], len(body) - start)
        yield name, body[start + head : start + size]
        start += size


def child(body: memoryview, *path: str) -> memoryview | None:
    """The body of the first box on a path such as `mdia`, `minf`; None where there is none."""
    for name in path:
        found = next((inner for other, inner in children(body) if other == name), None)
        if found is None:
            return None
        body = found
    return body


def needed(body: memoryview, *path: str) -> memoryview:
    """The body of a box that must be there; raises ValueError where it is not."""
    found = child(body, *path)
    if found is None:
        raise ValueError(f"it has no {path[-1]} box")
    return found


def fields(layout: str, body: memoryview, name: str, offset: int = 0) -> tuple[int, ...]:
    """Big-endian numbers of a box, as `struct` lays them out; raises ValueError where the box is too short for them."""
    try:
        return struct.unpack_from(f">{layout}", body, offset)
    except struct.error as error:
        raise ValueError(
            f"its {name} box has {len(body)} bytes, not {offset + struct.calcsize('>' + layout)} or more"
        ) from error


def numbers(kind: Numbers, body: memoryview, count: int, name: str, offset: int) -> array[int]:
    """A table of big-endian numbers; raises ValueError where the box is too short for as many, before it takes memory."""
    found = array(kind)
    end = offset + count * found.itemsize
    if end > len(body):
        raise ValueError(
            f"its {name} box says {count} entries, its {len(body)} bytes hold {max(0, len(body) - offset) // found.itemsize}"
        )
    found.frombytes(body[offset:end])
    return big_endian(found)


def big_endian(table: array[int]) -> array[int]:
    """A table turned from the machine's order of bytes to that of MP4, or back, in place."""
    if sys.byteorder == "little":
        table.byteswap()
    return table


def _header(head: bytes | memoryview, space: int) -> tuple[str, int, int]:
    """The name, the bytes of the header and those of the whole box; a size of 0 means that it fills the rest."""
    if len(head) < _HEAD:
        raise ValueError(f"it ends with {len(head)} bytes that are no box")
    size, code = struct.unpack_from(">I4s", head)
    name = code.decode("latin-1")
    start = _HEAD
    if size == 1 and len(head) == _WIDE_HEAD:
        start, size = _WIDE_HEAD, *struct.unpack_from(">Q", head, _HEAD)
    size = size or space
    if not start <= size <= space:
        raise ValueError(f"its {printable(name)} box says {size} bytes, where {space} are left")
    return name, start, size


def printable(name: str) -> str:
    """A box's name as a message can show it."""
    return "".join(letter if letter.isascii() and letter.isprintable() else "." for letter in name)
