"""What was published when, where, and what changed: one JSON line for each, only ever appended to; nothing in it is secret."""

from __future__ import annotations

import json
import os
import time
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pressroom.errors import MachineError
from pressroom.publish.files import flush

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


class Journal:
    """The journal in a file, which is read once."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @cached_property
    def _last(self) -> dict[tuple[str, str], str]:
        """The digest of what was last given, by release and destination."""
        return {_key(record): str(record.get("content")) for record in _records(self.path)}

    def last(self, slug: str, label: str) -> str:
        """The digest of what a destination of a release was last given; empty where that is not known."""
        return self._last.get((slug, label), "")

    def append(self, record: Mapping[str, object]) -> None:
        """Add a line, flushed; raises MachineError where it cannot be written."""
        try:
            _append(self.path, json.dumps({"when": _now(), **record}, ensure_ascii=False) + "\n")
        except OSError as error:
            raise MachineError(f"{self.path}: cannot be written ({error.strerror or error})") from error
        self._last[_key(record)] = str(record.get("content"))


def _key(record: Mapping[str, object]) -> tuple[str, str]:
    return str(record.get("release")), str(record.get("to"))


def _append(path: Path, line: str) -> None:
    """Add a line; one that a kill left half-written is ended first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        size = os.fstat(handle).st_size
        torn = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
        os.write(handle, ("\n" * torn + line).encode())
        os.fsync(handle)
    finally:
        os.close(handle)
    flush(path.parent)


def _records(path: Path) -> Iterator[dict[str, Any]]:
    """The lines that can be read."""
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        return
    for line in lines:
        try:
            record = json.loads(line)
        except ValueError:
            continue
        if isinstance(record, dict):
            yield record


def _now() -> str:
    """The time in UTC, to the second."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
