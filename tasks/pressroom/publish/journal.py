"""What was published when, where, and what changed: one JSON line for each, only ever appended to; nothing in it is secret."""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING, Any

from pressroom.publish.files import flush

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


def append(path: Path, record: Mapping[str, object]) -> None:
    """Add a line, flushed; one that a kill left half-written is ended first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    line = json.dumps({"when": _now(), **record}, ensure_ascii=False) + "\n"
    handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        size = os.fstat(handle).st_size
        torn = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
        os.write(handle, ("\n" * torn + line).encode())
        os.fsync(handle)
    finally:
        os.close(handle)
    flush(path.parent)


def last_digests(path: Path, slug: str) -> dict[str, str]:
    """The digest of what each destination of a release was last given, by its label."""
    return {str(record.get("to")): str(record.get("content")) for record in _records(path) if record.get("release") == slug}


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
