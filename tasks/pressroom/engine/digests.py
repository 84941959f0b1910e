"""The SHA-256 of files, taken once: a file whose status is as it was then is not read again."""

from __future__ import annotations

import errno
import hashlib
import os
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING

from pressroom.engine.signals import STOPPING
from pressroom.engine.state import FileRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

CHUNK = 1 << 20
SECOND = 10**9
FINE_TICKS, WHOLE_SECONDS = SECOND // 50, 2 * SECOND
"""Nanoseconds after a change in which another one may leave the status as it is: of a fine clock, and of FAT and its like."""

Status = tuple[int, int, int, int]
"""Size, mtime_ns, ctime_ns, inode."""


class Digests:
    """Digests by path, from the state's rows on; `fresh` are the rows that the state does not hold yet."""

    def __init__(self, rows: Mapping[str, FileRow]) -> None:
        self._rows = dict(rows)
        self._fresh: dict[str, FileRow] = {}
        self._absent: set[str] = set()
        self._seen: dict[str, str] = {}
        self.changed: Path | None = None
        """A file that had two contents since the build began, and is none of our own outputs."""

    def of(self, path: Path) -> str | None:
        """The digest of a file; None where there is none. Raises OSError when it cannot be read."""
        return self.look(path)[1]

    def look(self, path: Path) -> tuple[Status | None, str | None]:
        """The status of a file and its digest; None where there is none. Raises OSError when it cannot be read."""
        status, name = status_of(path), str(path)
        if status is None:
            self._absent.add(name)
            return None, None
        digest = self._digest(path, name, status)
        if self._seen.setdefault(name, digest) != digest:
            self.changed = path
        return status, digest

    def _digest(self, path: Path, name: str, status: Status) -> str:
        """The digest that is known of a file of this status, or a new one."""
        if self._known(name, status):
            return self._rows[name].sha256
        now = time.time_ns()
        digest = sha256(path)
        if not racy(status, now) and status_of(path) == status:
            self._put(FileRow(name, *status, digest))
        return digest

    def learn(self, path: Path, digest: str) -> None:
        """Note the digest of a file that was just put into place."""
        self._seen[str(path)] = digest
        self._absent.discard(str(path))
        if status := status_of(path):
            self._put(FileRow(str(path), *status, digest))

    def status(self, path: str) -> Status | None:
        """The status that a file had when its digest was taken; zeros where there is no file, None where it is not known."""
        if row := self._rows.get(path):
            return row.size, row.mtime_ns, row.ctime_ns, row.inode
        return (0, 0, 0, 0) if path in self._absent else None

    def forget(self, path: Path) -> None:
        """Read a file again the next time, whatever its status says."""
        self._rows.pop(str(path), None)

    def taken(self) -> list[FileRow]:
        """The rows that are new since the last call."""
        fresh, self._fresh = self._fresh, {}
        return list(fresh.values())

    def unread(self, paths: Iterable[Path]) -> list[tuple[Path, int]]:
        """Those files whose digest has to be taken, with their size in bytes; pipes and devices are none."""
        unknown = []
        for path in paths:
            with suppress(OSError):  # the step that needs it will say so
                status = status_of(path)
                if status and not self._known(str(path), status) and path.is_file():
                    unknown.append((path, status[0]))
        return unknown

    def read(self, paths: Sequence[Path], threads: int) -> None:
        """Take the digests of many files at once; raises Stopped when a signal ends the build meanwhile."""
        with STOPPING.noted(), ThreadPoolExecutor(threads) as pool:
            list(pool.map(self._tried, paths))
        STOPPING.check()

    def _tried(self, path: Path) -> None:
        """A file that cannot be read is told of by the step that needs it."""
        with suppress(OSError):
            self.of(path)

    def _known(self, name: str, status: Status) -> bool:
        row = self._rows.get(name)
        return row is not None and (row.size, row.mtime_ns, row.ctime_ns, row.inode) == status

    def _put(self, row: FileRow) -> None:
        self._rows[row.path] = self._fresh[row.path] = row


def status_of(path: Path) -> Status | None:
    """What the status of a file says of its content; None where there is no file, as behind a link that leads to itself."""
    try:
        found = os.stat(path)  # noqa: PTH116  # 100,000 of them: the method of Path takes twice as long
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        if error.errno == errno.ELOOP:
            return None
        raise
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino


def racy(status: Status, now: int) -> bool:
    """Whether a file changed so shortly before `now` (ns) that it may change again and look the same (git, "racy git")."""
    changed = max(status[1], status[2])
    whole = status[1] % SECOND == 0 and status[2] % SECOND == 0
    return now - changed < (WHOLE_SECONDS if whole else FINE_TICKS)


def sha256(path: Path) -> str:
    """The digest of a file's content; raises Stopped when a signal ends the build meanwhile."""
    digest = hashlib.sha256()
    with path.open("rb", buffering=0) as stream:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
            STOPPING.check()
    return digest.hexdigest()
