"""What a torrent holds: files with their paths, in the one order, and which paths no torrent should have."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pressroom import names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

PADDING = ".pad"
"""The folder that padding pretends to lie in (BEP 47)."""
LONGEST_PART, LONGEST_PATH = 255, 4096
"""In bytes: what file systems take."""
_NEVER = re.compile(r"[\x00-\x1f\x7f-\x9f/\\]")
_NOT_ON_WINDOWS = re.compile(r'[<>:"|?*]|[. ]$')
_LEFT_OUT = re.compile(
    r"\..*|.*\.(torrent|magnet|log|part|partial|crdownload|!qb)|(SHA256|SHA512|SHA1|MD5|B2|CK)SUMS?|.*\.(sha256|md5|sfv)"
    r"|Thumbs\.db|desktop\.ini|.*~",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class PayloadFile:
    """A file of a payload: the parts of its path below the torrent's name, and its size in bytes."""

    path: tuple[str, ...]
    size: int

    def __str__(self) -> str:
        """The path, as people write it."""
        return visible("/".join(self.path))


def ordered(paths: Iterable[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Paths in the one order: part by part, by their raw bytes (as BEP 52 sorts its file tree)."""
    return sorted(paths, key=raw)


def raw(path: tuple[str, ...]) -> tuple[bytes, ...]:
    """The bytes of a path's parts; those of a name that is not UTF-8 are as on the disk."""
    return tuple(part.encode("utf-8", "surrogateescape") for part in path)


def stays_out(name: str) -> bool:
    """Whether a file is one of those that change or mean nothing to others: hidden, torrents, sums, logs, half-written."""
    return bool(_LEFT_OUT.fullmatch(name))


def mistakes(paths: Sequence[tuple[str, ...]], *, portable: bool, padded: bool) -> Iterator[str]:
    """What is wrong with the paths of a payload, a line each, beginning with the path.

    `portable` asks for names that Windows takes too; where the torrent is `padded`, `.pad` is no folder of its own.
    """
    for path in paths:
        if problem := _wrong_path(path, portable=portable, padded=padded):
            yield f"{visible('/'.join(path))}: {problem}"
    yield from _clashes(paths)


def wrong_part(part: str, *, portable: bool) -> str:
    """What is wrong with one part of a path, or with a torrent's name; nothing where it is right."""
    if part in ("", ".", ".."):
        return f"'{part}' is no name"
    try:
        length = len(part.encode())
    except UnicodeEncodeError:
        return "its name is not UTF-8"
    if found := _NEVER.search(part):
        return f"its name has {_told(found[0])}"
    if length > LONGEST_PART:
        return f"a part of its path has {length} bytes, and file systems take {LONGEST_PART}"
    return _not_on_windows(part) if portable else ""


def visible(text: str) -> str:
    """A name in a message, on one line."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def _not_on_windows(part: str) -> str:
    """Why Windows does not take a name (Microsoft, "Naming Files, Paths, and Namespaces")."""
    if names.is_device(part):
        return "Windows has a device of this name"
    if found := _NOT_ON_WINDOWS.search(part):
        where = "ends in" if found[0] in ". " else "has"
        return f"its name {where} {_told(found[0])}, which Windows does not take"
    return ""


def _wrong_path(path: tuple[str, ...], *, portable: bool, padded: bool) -> str:
    """What is wrong with a path on its own."""
    if not path:
        return "it has no name"
    if problem := next(filter(None, (wrong_part(part, portable=portable) for part in path)), ""):
        return problem
    if (length := len("/".join(path).encode())) > LONGEST_PATH:
        return f"its path has {length:,} bytes, and systems take {LONGEST_PATH:,}"
    return f"'{PADDING}' is where a torrent's padding lies" if padded and path[0] == PADDING else ""


def _clashes(paths: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Paths that are one file on macOS or Windows, and files that are folders of others."""
    files: dict[str, str] = {}
    for path in paths:
        name = visible("/".join(path))
        key = names.clash_key("/".join(path))
        if key in files:
            same = files[key] == name
            yield f"{name}: " + ("stands there twice" if same else f"is one file with {files[key]} on macOS and Windows")
        files.setdefault(key, name)
    folders = {names.clash_key("/".join(path[:end])) for path in paths for end in range(1, len(path))}
    yield from (f"{name}: is a file, and a folder of others" for key, name in files.items() if key in folders)


def _told(char: str) -> str:
    """A character in words."""
    return "a space" if char == " " else f"'{char}'" if char.isprintable() else f"the control character U+{ord(char):04X}"
