"""SHA-256 sums as `sha256sum -c` reads them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_LINE = re.compile(r"(?P<escaped>\\?)(?P<digest>[0-9A-Fa-f]{64}) [ *](?P<name>[^\n]+)")
_ESCAPES = {"\\\\": "\\", "\\n": "\n", "\\r": "\r"}


def sums(pairs: Iterable[tuple[str, str]]) -> str:
    r"""The sums of (name, SHA-256 in hex) pairs, a line each, sorted by the bytes of the names.

    A name with a backslash or a newline is escaped and its line begins with a backslash (GNU coreutils manual, "md5sum
    invocation"). A carriage return stays as it is: old versions of sha256sum know no escape for it.
    """
    return "".join(_line(name, digest) for name, digest in sorted(pairs, key=_name_bytes))


def parse(text: str) -> tuple[tuple[str, str], ...]:
    """The (name, SHA-256 in lower-case hex) pairs of a sums file, in its order; comments and blank lines are passed over.

    Raises ValueError with the line's number for a line of another form.
    """
    lines = enumerate(text.split("\n"), 1)
    return tuple(_pair(number, line) for number, line in lines if line.strip() and not line.startswith("#"))


def _name_bytes(pair: tuple[str, str]) -> bytes:
    """What a pair is sorted by: names that are not UTF-8 on the disk keep their bytes."""
    return pair[0].encode("utf-8", "surrogateescape")


def _line(name: str, digest: str) -> str:
    """One line of the file."""
    escaped = name.replace("\\", "\\\\").replace("\n", "\\n")
    return f"{'' if escaped == name else chr(92)}{digest}  {escaped}\n"


def _pair(number: int, line: str) -> tuple[str, str]:
    """The name and digest of one line."""
    match = _LINE.fullmatch(line)
    name = match and (_unescaped(match["name"]) if match["escaped"] else match["name"])
    if not match or name is None:
        raise ValueError(f"line {number}: expected a SHA-256 in hex, two spaces and a name, got {line[:80]!r}")
    return name, match["digest"].lower()


def _unescaped(name: str) -> str | None:
    """An escaped name as it is on the disk; None when a backslash escapes nothing."""
    if not re.fullmatch(r"(?:[^\\]|\\[\\nr])*", name):
        return None
    return re.sub(r"\\[\\nr]", lambda match: _ESCAPES[match[0]], name)
