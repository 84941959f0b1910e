"""What became of each step, for other programs: a report as JSON, and a trace in Chrome's format."""

from __future__ import annotations

import json
import threading
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

MICROSECONDS = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Event:
    """One step of a build: `outcome` is made, restored, failed, fresh or blocked (by a failed one).

    `began` is on the monotonic clock; `cpu` are seconds, those of its tools included; `bytes` are those of its outputs; `key`
    is that of its action; `slot` the thread.
    """

    task: str
    outcome: str
    reason: str = ""
    key: str = ""
    began: float = 0.0
    seconds: float = 0.0
    cpu: float = 0.0
    bytes: int = 0
    slot: int = 0


def write_report(path: Path, events: Sequence[Event], seconds: float) -> None:
    """Write `{seconds, steps: [...]}` with the fields of Event; `began` counts from the first step."""
    first = _first(events)
    rows = [asdict(event) | {"began": round(max(0.0, event.began - first), 6)} for event in events]
    _write(path, {"seconds": round(seconds, 3), "steps": sorted(rows, key=lambda row: row["task"])})


def write_trace(path: Path, events: Sequence[Event]) -> None:
    """Write complete events ("ph": "X") of the Trace Event Format, a row for each thread."""
    first = _first(events)
    rows = [
        {
            "name": event.task,
            "cat": event.outcome,
            "ph": "X",
            "ts": round((event.began - first) * MICROSECONDS),
            "dur": round(event.seconds * MICROSECONDS),
            "pid": 1,
            "tid": event.slot,
        }
        for event in events
        if event.seconds
    ]
    _write(path, {"traceEvents": rows, "displayTimeUnit": "ms"})


def _first(events: Sequence[Event]) -> float:
    """When the first step began."""
    return min((event.began for event in events if event.seconds), default=0.0)


def slot() -> int:
    """A small number for this thread."""
    name = threading.current_thread().name.rpartition("_")[2]
    return int(name) if name.isdecimal() else 0


def _write(path: Path, content: dict[str, Any]) -> None:
    """Write a JSON file, whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    part.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    part.replace(path)
