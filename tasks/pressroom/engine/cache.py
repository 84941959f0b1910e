"""The results of actions, by content: `ac/<action key>` says which files an action gave, `cas/<SHA-256>` holds them.

No object is trusted: it is read and compared each time it is used, so that a crash, a full disk or a bit that flips costs an
action its result and nothing else. The folder may be carried to another machine.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import stat
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pressroom.engine.digests import CHUNK, sha256
from pressroom.engine.signals import STOPPING
from pressroom.tools.cloning import cloned

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from io import FileIO

READ_ONLY = 0o444
YOUNG_SECONDS = 3600
"""How long another repo may take between an object and the result that refers to it."""
HEX_DIGITS = 64


@dataclass(frozen=True, kw_only=True)
class Usage:
    """What the cache holds: `results` actions, and `objects` files of `size` bytes in all."""

    results: int
    objects: int
    size: int


class Cache:
    """A folder of results and objects; several builds may use it at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._folders: set[Path] = set()
        """Those that are known to be there."""
        self.used: set[str] = set()
        """The actions that this build has looked up or put; they are not trimmed."""

    def result(self, key: str) -> dict[str, str] | None:
        """The digest of each file that an action gave, by role; None when that is not known."""
        self.used.add(key)
        path = self._result_path(key)
        try:
            files = json.loads(path.read_text(encoding="utf-8"))["files"]
        except (OSError, ValueError, KeyError, TypeError):
            return None
        with suppress(OSError):  # a cache that may only be read
            os.utime(path)
        sound = isinstance(files, dict) and all(_is_digest(digest) for digest in files.values())
        return files if sound else None

    def holds(self, digest: str) -> bool:
        """Whether there is an object of that digest; it may be damaged."""
        return self._object_path(digest).is_file()

    def _has(self, digest: str, size: int) -> bool:
        """Whether there is an object of that digest that is as long as it has to be."""
        try:
            found = self._object_path(digest).lstat()
        except OSError:
            return False
        return stat.S_ISREG(found.st_mode) and found.st_size == size

    def take(self, digest: str, target: Path, *, link: bool) -> bool:
        """Put an object at `target`, linked where `link` allows, else copied; False when there is none that is sound.

        `target` is nobody's file yet; what stands there may go.
        """
        path = self._object_path(digest)
        try:
            if stat.S_ISREG(path.lstat().st_mode) and (_place(path, target, link=link) or sha256(target)) == digest:
                return True
            target.unlink(missing_ok=True)
        except OSError:
            return False
        self._quarantine(path)
        return False

    def put(self, key: str, files: Mapping[str, tuple[str, Path]], *, objects: bool, linked: Callable[[Path], bool]) -> None:
        """Keep the result of an action, (digest, file) by role: its `objects` first, where wanted, then what refers to them.

        A file that is `linked` is read-only afterwards; others are copied. What the disk has no room for is not kept.
        """
        self.used.add(key)
        with suppress(OSError):
            for digest, path in files.values() if objects else ():
                if not self._has(digest, path.stat().st_size):
                    self._write(self._object_path(digest), partial(_place, path, link=linked(path)))
            text = json.dumps({"files": {role: digest for role, (digest, _) in files.items()}}, sort_keys=True)
            self._write(self._result_path(key), partial(Path.write_text, data=text, encoding="utf-8"))

    def usage(self) -> Usage:
        """What there is."""
        objects = [status.st_size for _, status in _files(self.folder / "cas")]
        return Usage(results=sum(1 for _ in _files(self.folder / "ac")), objects=len(objects), size=sum(objects))

    def trim(self, limit: int) -> int:
        """Drop the results that were not used for longest, until the objects take `limit` bytes; returns the bytes freed."""
        self.sweep()
        before = size = self.usage().size
        if size <= limit:
            return 0
        results = sorted(_files(self.folder / "ac"), key=lambda found: found[1].st_mtime_ns)
        wanted = Counter(digest for path, _ in results for digest in self._digests(path))
        size -= self._drop(path for path in self._unwanted(wanted))
        for path, _ in results:
            if size <= limit:
                break
            if path.name in self.used:
                continue
            digests = self._digests(path)
            wanted.subtract(digests)
            path.unlink(missing_ok=True)
            size -= self._drop(self._object_path(digest) for digest in digests if not wanted[digest])
        return before - size

    def _unwanted(self, wanted: Mapping[str, int]) -> Iterator[Path]:
        """The objects that no result refers to; another repo may be about to write the result of a young one."""
        old = time.time() - YOUNG_SECONDS
        yield from (path for path, status in _files(self.folder / "cas") if path.name not in wanted and status.st_mtime < old)

    def sweep(self) -> None:
        """Remove what was damaged, and what processes that are gone have left half written.

        Another repo may be writing to the same cache, on this machine or on another.
        """
        old = time.time() - YOUNG_SECONDS
        for path in (*self.folder.glob("tmp/*"), *self.folder.glob("bad/*")):
            pid = path.name.partition("-")[0]
            with suppress(OSError):
                if path.parent.name == "bad" or (pid.isdecimal() and not _lives(int(pid))) or path.lstat().st_mtime < old:
                    path.unlink(missing_ok=True)

    def _digests(self, path: Path) -> set[str]:
        """The objects that a result refers to."""
        try:
            return {digest for digest in json.loads(path.read_text(encoding="utf-8"))["files"].values() if _is_digest(digest)}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return set()

    def _drop(self, paths: Iterable[Path]) -> int:
        """Delete objects; returns their bytes."""
        freed = 0
        for path in paths:
            with suppress(OSError):
                size = path.stat().st_size
                path.unlink()
                freed += size
        return freed

    def _write(self, path: Path, write: Callable[[Path], object]) -> None:
        """A file of the cache, whole or not at all; the same one may be written twice at once.

        It begins in a folder of its own: where ext4 has to make each file in another folder, that takes four times as long.
        """
        part = self.folder / "tmp" / f"{os.getpid()}-{secrets.token_hex(8)}"
        for folder in {part.parent, path.parent} - self._folders:
            folder.mkdir(parents=True, exist_ok=True)
            self._folders.add(folder)
        try:
            write(part)
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise

    def _quarantine(self, path: Path) -> None:
        """Put a damaged object where nobody takes it from."""
        bad = self.folder / "bad" / path.name
        with suppress(OSError):
            bad.parent.mkdir(parents=True, exist_ok=True)
            path.replace(bad)

    def _result_path(self, key: str) -> Path:
        return Path(f"{self.folder}/ac/{key[:2]}/{key}")

    def _object_path(self, digest: str) -> Path:
        return Path(f"{self.folder}/cas/{digest[:2]}/{digest}")


def _lives(pid: int) -> bool:
    """Whether a process of this number runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _place(source: Path, target: Path, *, link: bool) -> str | None:
    """The same bytes at another place: one file with two names, shared blocks, or a copy; returns the digest of a copy."""
    if link:
        with suppress(OSError):
            source.chmod(READ_ONLY)
            os.link(source, target)
            return None
    with source.open("rb", buffering=0) as content, target.open("wb", buffering=0) as copy:
        return None if cloned(content, copy) else _copied(content, copy)


def _copied(source: FileIO, target: FileIO) -> str:
    """Copy what is left of a file; returns the digest of what was written. Raises Stopped when a signal ends the build."""
    digest = hashlib.sha256()
    buffer = memoryview(bytearray(min(CHUNK, os.fstat(source.fileno()).st_size + 1)))
    while size := source.readinto(buffer):
        digest.update(buffer[:size])
        written = 0
        while written < size:
            written += target.write(buffer[written:size])
        STOPPING.check()
    return digest.hexdigest()


def _files(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """The results, or the objects, below a folder, with their status; what else lies there is not ours."""
    shelves = [shelf for shelf in folder.iterdir() if shelf.is_dir()] if folder.is_dir() else []
    for shelf in shelves:
        with suppress(FileNotFoundError), os.scandir(shelf) as entries:
            for entry in entries:
                with suppress(FileNotFoundError):  # another repo trims the same cache
                    status = entry.stat(follow_symlinks=False)
                    if stat.S_ISREG(status.st_mode) and _is_digest(entry.name):
                        yield Path(entry.path), status


def _is_digest(value: object) -> bool:
    """Whether it is the hexadecimal form of a SHA-256."""
    return isinstance(value, str) and len(value) == HEX_DIGITS and set(value) <= set("0123456789abcdef")
