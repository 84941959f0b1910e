"""Bencoding (BEP 3, "bencoding"), strictly: one value has one text, so what is read and written again has the same bytes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeAlias

Value: TypeAlias = "int | bytes | tuple[Value, ...] | Mapping[bytes, Value]"
"""What bencoding holds."""

MAX_BYTES = 8 << 20
"""Of a text that is read, unless the caller allows more."""
MAX_DEPTH = 100
"""Of lists and dictionaries within each other."""
LOWEST, HIGHEST = -(2**63), 2**63 - 1
"""The integers that every reader holds."""
_INTEGER = re.compile(rb"i(0|-?[1-9][0-9]{0,18})e")
_LENGTH = re.compile(rb"(0|[1-9][0-9]{0,18}):")


def encode(value: Value) -> bytes:
    """The one bencoding of a value: keys sorted as raw bytes.

    Raises ValueError for what `decode` would refuse: another type, an integer beyond 64 bits, too many levels.
    """
    text = bytearray()
    _write(text, value, 0)
    return bytes(text)


def decode(text: bytes, *, limit: int = MAX_BYTES) -> Value:
    """The value that a bencoded text is; lists are tuples.

    Raises ValueError with the byte's place for whatever `encode` would have written otherwise: leading zeros, `-0`, keys that
    are not sorted or stand there twice, bytes after the end; and for more than `limit` bytes or MAX_DEPTH levels.
    """
    if len(text) > limit:
        raise ValueError(f"expected at most {limit:,} bytes, got {len(text):,}")
    value, end = _value(text, 0, 0)
    if end != len(text):
        raise ValueError(f"byte {end}: expected the end, got {len(text) - end} more bytes")
    return value


def _write(text: bytearray, value: Value, depth: int) -> None:
    """Append a value to a text."""
    if isinstance(value, bytes):
        text += b"%d:" % len(value)
        text += value
    elif isinstance(value, int) and not isinstance(value, bool):
        if not LOWEST <= value <= HIGHEST:
            raise ValueError(f"expected an integer of 64 bits, got {value}")
        text += b"i%de" % value
    elif depth == MAX_DEPTH:
        raise ValueError(f"expected at most {MAX_DEPTH} levels")
    elif isinstance(value, tuple):
        text += b"l"
        for item in value:
            _write(text, item, depth + 1)
        text += b"e"
    elif isinstance(value, Mapping):
        text += b"d"
        for key in sorted(value):
            _write(text, key, depth)
            _write(text, value[key], depth + 1)
        text += b"e"
    else:
        raise ValueError(f"expected an integer, bytes, a tuple or a mapping, got {type(value).__name__}")


def _value(text: bytes, at: int, depth: int) -> tuple[Value, int]:
    """The value that begins at a byte, and where it ends."""
    first = text[at : at + 1]
    if first == b"i":
        return _integer(text, at)
    if first.isdigit():
        return _string(text, at)
    if first not in (b"l", b"d"):
        raise ValueError(f"byte {at}: expected a value, got {_shown(text, at)}")
    if depth == MAX_DEPTH:
        raise ValueError(f"byte {at}: expected at most {MAX_DEPTH} levels")
    return (_list if first == b"l" else _dictionary)(text, at + 1, depth + 1)


def _integer(text: bytes, at: int) -> tuple[int, int]:
    """An integer, and where it ends."""
    found = _INTEGER.match(text, at)
    if not found or not LOWEST <= int(found[1]) <= HIGHEST:
        raise ValueError(f"byte {at}: expected an integer of 64 bits without leading zeros, got {_shown(text, at)}")
    return int(found[1]), found.end()


def _string(text: bytes, at: int) -> tuple[bytes, int]:
    """A byte string, and where it ends."""
    found = _LENGTH.match(text, at)
    if not found:
        raise ValueError(f"byte {at}: expected a length without leading zeros and a colon, got {_shown(text, at)}")
    end = found.end() + int(found[1])
    if end > len(text):
        raise ValueError(f"byte {at}: expected {int(found[1])} bytes, and {len(text) - found.end()} are left")
    return text[found.end() : end], end


def _list(text: bytes, at: int, depth: int) -> tuple[tuple[Value, ...], int]:
    """The items of a list, and where it ends."""
    items = []
    while text[at : at + 1] != b"e":
        item, at = _value(text, at, depth)
        items.append(item)
    return tuple(items), at + 1


def _dictionary(text: bytes, at: int, depth: int) -> tuple[dict[bytes, Value], int]:
    """The entries of a dictionary, and where it ends."""
    entries: dict[bytes, Value] = {}
    last: bytes | None = None
    while text[at : at + 1] != b"e":
        key, after = _string(text, at)
        if last is not None and key <= last:
            problem = "stands there twice" if key == last else f"comes after {_name(last)}"
            raise ValueError(f"byte {at}: expected keys in order, and {_name(key)} {problem}")
        last = key
        entries[key], at = _value(text, after, depth)
    return entries, at + 1


def _shown(text: bytes, at: int) -> str:
    """What stands at a byte, as far as it helps."""
    return repr(text[at : at + 20].decode("ascii", "backslashreplace")) if at < len(text) else "the end"


def _name(key: bytes) -> str:
    """A key in a message."""
    return repr(key[:40].decode("utf-8", "backslashreplace"))
