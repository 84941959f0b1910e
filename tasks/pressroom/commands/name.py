"""`pressroom name TITLE`: what the name rules do."""

from __future__ import annotations

import sys
from pathlib import Path

from pressroom import names
from pressroom.commands import one_argument
from pressroom.source import visible

LIMIT = 200
"""Bytes of UTF-8, as for every name in a build."""
USAGE = """\
usage: pressroom name TITLE
       pressroom name FILE

Print the file name that a title gets, or that a file would have: one that Linux, macOS, Windows
and zip archives all take.
"""


def run(arguments: list[str]) -> int:
    """Print the name; say what was done to get it when it is not the title itself."""
    given = one_argument(arguments, USAGE)
    title, suffix = _parts(given)
    name = names.safe_name(title, suffix, limit=LIMIT)
    print(name)  # noqa: T201
    if name != title + suffix:
        print(f"made of '{visible(title + suffix)}'{_reason(title, suffix)}", file=sys.stderr)  # noqa: T201
    return 0


def _parts(given: str) -> tuple[str, str]:
    """A file's stem and suffix; a title has no suffix, whatever dots are in it."""
    path = Path(given)
    if not path.is_file():
        return given, ""
    safe = names.safe_name(f"x{path.suffix}") == f"x{path.suffix}"
    return (path.stem, path.suffix) if safe else (path.name, "")


def _reason(title: str, suffix: str) -> str:
    """Why the name is another one."""
    if len(names.safe_name(title, suffix, limit=10_000).encode()) > LIMIT:
        return f", which is longer than {LIMIT} bytes: the 8 digits after '~' stand for the whole"
    return ", with stand-ins for what some system does not take in a name"
