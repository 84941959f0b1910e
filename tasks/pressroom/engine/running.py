"""What runs, and must not outlive the build."""

from __future__ import annotations

import os
import signal
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from pressroom.errors import ToolError

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Collection, Iterable, Iterator

GRACE_SECONDS = 1.0


class Running:
    """The processes and the partial files of the steps that run."""

    def __init__(self) -> None:
        self._processes: set[subprocess.Popen[bytes]] = set()
        self._parts: set[Path] = set()
        self._lock = threading.Lock()
        self.stopped = False

    @contextmanager
    def process(self, process: subprocess.Popen[bytes]) -> Iterator[None]:
        """While this is open, `end` ends the process; leaving by an error ends it too."""
        with self._lock:
            self._processes.add(process)
        if self.stopped:
            _signal(process, signal.SIGKILL)
        try:
            yield
        except BaseException:
            _signal(process, signal.SIGKILL)
            raise
        finally:
            with self._lock:
                self._processes.discard(process)

    def begin(self, part: Path) -> None:
        """A partial file is going to be written."""
        with self._lock:
            self._parts.add(part)
        if self.stopped:
            raise ToolError("stopped")

    def remove(self, parts: Iterable[Path]) -> None:
        """Remove partial files that are of no use."""
        for part in parts:
            with suppress(OSError):
                part.unlink(missing_ok=True)
            with self._lock:
                self._parts.discard(part)

    def end(self, others: Collection[int] = ()) -> None:
        """TERM to every process group, and to each of the `others`, then KILL after a second."""
        self.stopped = True
        with self._lock:
            processes = tuple(self._processes)
        for process in processes:
            _signal(process, signal.SIGTERM)
        _kill(others, signal.SIGTERM)
        deadline = time.monotonic() + GRACE_SECONDS
        while time.monotonic() < deadline:
            if all(process.poll() is not None for process in processes) and all(_parent(pid) is None for pid in others):
                return
            time.sleep(0.01)
        for process in processes:
            _signal(process, signal.SIGKILL)
        _kill(others, signal.SIGKILL)

    def sweep(self) -> None:
        """Remove the partial files of steps that did not come to their end."""
        with self._lock:
            parts = tuple(self._parts)
        self.remove(parts)


def _signal(process: subprocess.Popen[bytes], number: int) -> None:
    """A signal to a whole process group, if it still runs."""
    if process.poll() is None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)


def descendants(pid: int) -> set[int]:
    """The processes that a process has started, and those that these have, as Linux's /proc tells; zombies are none."""
    children: dict[int, set[int]] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        one = int(status.parent.name)
        if (parent := _parent(one)) is not None:
            children.setdefault(parent, set()).add(one)
    found: set[int] = set()
    waiting = [pid]
    while waiting:
        new = children.get(waiting.pop(), set()) - found
        found |= new
        waiting += new
    return found


def _parent(pid: int) -> int | None:
    """The process that has started another (proc(5), /proc/pid/stat); None for one that has ended, waited for or not."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        state, parent = text.rpartition(")")[2].split()[:2]
        return None if state == "Z" else int(parent)
    except (OSError, ValueError):
        return None


def _kill(pids: Iterable[int], number: int) -> None:
    """A signal to each process that still runs."""
    for pid in pids:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)
