"""Hashing a payload for torrents: threads that read each file once for all the hashes that are due of it.

hashlib lets go of Python's lock while it hashes, so threads keep all cores busy. Memory does not grow with the payload: a
thread has one buffer, and the hashes of a file are folded up as they come.
"""

from __future__ import annotations

import hashlib
import os
import stat
from itertools import groupby
from threading import Lock, Thread
from typing import TYPE_CHECKING, NamedTuple

from pressroom.errors import ReleaseError
from pressroom.formats import merkle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from pressroom.formats.pieces import Part, Stretch

CHUNK = 1 << 20
"""Bytes that are read at once: a multiple of a v2 block."""
ZEROS = memoryview(bytes(CHUNK))
MOST_THREADS = 8
REPORT_SECONDS = 0.1


class Source(NamedTuple):
    """A file to hash, and the status that it must keep: size in bytes, times of change in ns, inode."""

    path: str
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int


def source(path: Path | os.DirEntry[str]) -> Source:
    """A file as it is; raises ReleaseError for a link, a folder, a device, or nothing at all."""
    try:
        found = path.stat(follow_symlinks=False)
    except OSError as error:
        raise ReleaseError(f"{os.fspath(path)}: cannot be read ({error.strerror})") from error
    if stat.S_ISLNK(found.st_mode):
        raise ReleaseError(f"{os.fspath(path)}: a link; a torrent holds files")
    if not stat.S_ISREG(found.st_mode):
        raise ReleaseError(f"{os.fspath(path)}: expected a file, got a folder, device, socket or pipe")
    return _status(os.fspath(path), found)


def hashes(
    sources: Sequence[Source],
    due: Iterable[Stretch],
    *,
    threads: int | None = None,
    progress: Callable[[float], None] = lambda _fraction: None,
) -> dict[Stretch, bytes]:
    """The hashes of each stretch that is due; its parts count the files in `sources`.

    Bytes that several stretches of one file want are read once. Raises ReleaseError when a file cannot be read, or changes
    while it is; what `progress` raises stops the threads.
    """
    reading = _Reading(sources, list(_jobs(due)))
    working = [Thread(target=reading.work) for _ in range(threads or cores())]
    for thread in working:
        thread.start()
    try:
        for thread in working:
            while thread.is_alive():
                thread.join(REPORT_SECONDS)
                progress(reading.done)
    finally:
        reading.stopped = True
        for thread in working:
            thread.join()
    if reading.error:
        raise reading.error
    return reading.found


def cores() -> int:
    """How many threads there is work for."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(usable, MOST_THREADS)


class _Job(NamedTuple):
    """What one thread reads in one go: bytes from `start` of a file on, for stretches of that file; or one of several files."""

    stretches: tuple[Stretch, ...]
    parts: tuple[Part, ...]


class _Reading:
    """Jobs that threads take one by one; `found` are the hashes so far."""

    def __init__(self, sources: Sequence[Source], jobs: Sequence[_Job]) -> None:
        self.sources = sources
        self.found: dict[Stretch, bytes] = {}
        self.stopped = False
        self.error: BaseException | None = None
        self._jobs = iter(jobs)
        self._lock = Lock()
        self._total = sum(part.length for job in jobs for part in job.parts) or 1
        self._read = 0

    @property
    def done(self) -> float:
        """How far it is, from 0 to 1."""
        return self._read / self._total

    def work(self) -> None:
        """Do jobs until none is left, or one of any thread fails."""
        buffer = memoryview(bytearray(CHUNK))
        try:
            while (job := self._next()) is not None:
                self._do(job, buffer)
        except BaseException as error:  # noqa: BLE001  # it is raised again where the threads are waited for
            self.error = self.error or error
            self.stopped = True

    def _next(self) -> _Job | None:
        with self._lock:
            return None if self.stopped else next(self._jobs, None)

    def _do(self, job: _Job, buffer: memoryview) -> None:
        """Read the bytes of a job, and give each hasher those that it wants."""
        hashers = [(hasher(stretch), stretch.parts[0].start, stretch) for stretch in job.stretches]
        at = job.parts[0].start
        for chunk in _chunks(self.sources, job.parts, buffer):
            if self.stopped:
                return
            for one, start, stretch in hashers:
                whole = len(job.stretches) == 1
                first = start - at
                one.take(chunk if whole else chunk[max(first, 0) : max(first + stretch.parts[0].length, 0)])
            at += len(chunk)
            self._read += len(chunk)
        for one, _, stretch in hashers:
            self.found[stretch] = one.end(stretch.padding)


def hasher(stretch: Stretch) -> _Pieces | _Layer:
    """What hashes the bytes of a stretch."""
    return (_Pieces if stretch.method == "v1" else _Layer)(stretch.piece_length)


class _Pieces:
    """SHA-1 of each piece (BEP 3)."""

    def __init__(self, piece_length: int) -> None:
        self._length = piece_length
        self._piece = hashlib.sha1(usedforsecurity=False)
        self._room = piece_length
        self._done: list[bytes] = []

    def take(self, chunk: memoryview) -> None:
        """Go on with these bytes."""
        while chunk:
            now = chunk[: self._room]
            self._piece.update(now)
            self._room -= len(now)
            chunk = chunk[len(now) :]
            if not self._room:
                self._done.append(self._piece.digest())
                self._piece = hashlib.sha1(usedforsecurity=False)
                self._room = self._length

    def end(self, padding: int) -> bytes:
        """The hashes, after so many zeros."""
        for start in range(0, padding, len(ZEROS)):
            self.take(ZEROS[: padding - start])
        if self._room < self._length:
            self._done.append(self._piece.digest())
        return b"".join(self._done)


class _Layer:
    """The roots of the trees of blocks below each piece (BEP 52).

    It takes whole blocks, but for the last one: chunks are that, and v2 stretches begin at the head of a file or a stride on.
    """

    def __init__(self, piece_length: int) -> None:
        self._blocks = piece_length // merkle.BLOCK
        self._leaves: list[bytes] = []
        self._roots: list[bytes] = []

    def take(self, chunk: memoryview) -> None:
        """Go on with these bytes."""
        block = merkle.BLOCK
        self._leaves += [hashlib.sha256(chunk[at : at + block]).digest() for at in range(0, len(chunk), block)]
        while len(self._leaves) >= self._blocks:
            self._roots.append(merkle.root(b"".join(self._leaves[: self._blocks])))
            del self._leaves[: self._blocks]

    def end(self, padding: int) -> bytes:
        """The roots; so many bytes of zeros stand as leaves that are zeros (and not as hashes of them)."""
        if self._leaves:
            self._leaves += [merkle.zeros(1)] * (padding // merkle.BLOCK)
            self._roots.append(merkle.root(b"".join(self._leaves)))
        return b"".join(self._roots)


def _jobs(due: Iterable[Stretch]) -> Iterator[_Job]:
    """What is due as jobs: stretches of one file that want the same bytes are one."""
    due = list(dict.fromkeys(due))
    yield from (_Job((stretch,), stretch.parts) for stretch in due if len(stretch.parts) > 1)
    alone = sorted((stretch for stretch in due if len(stretch.parts) == 1), key=lambda stretch: stretch.parts[0])
    for _, stretches in groupby(alone, key=lambda stretch: stretch.parts[0].file):
        yield from _overlapping(stretches)


def _overlapping(stretches: Iterable[Stretch]) -> Iterator[_Job]:
    """Stretches of one file, sorted by their place, in groups that have bytes in common."""
    group: list[Stretch] = []
    end = 0
    for stretch in stretches:
        part = stretch.parts[0]
        if group and part.start >= end:
            yield _joined(group, end)
            group = []
        group.append(stretch)
        end = max(end, part.start + part.length)
    if group:
        yield _joined(group, end)


def _joined(group: Sequence[Stretch], end: int) -> _Job:
    """One reading of all the bytes of a group."""
    first = group[0].parts[0]
    return _Job(tuple(group), (first._replace(length=end - first.start),))


def _chunks(sources: Sequence[Source], parts: Sequence[Part], buffer: memoryview) -> Iterator[memoryview]:
    """The bytes of parts of files behind each other: the buffer, each time that it is full, and what is left in the end."""
    held = 0
    for file, start, length in parts:
        with _opened(sources[file]) as handle:
            left = length
            while left:
                found = os.preadv(handle, [buffer[held : held + left]], start + length - left)
                if not found:
                    raise _changed(sources[file])
                left -= found
                held += found
                if held == CHUNK:
                    yield buffer
                    held = 0
    if held:
        yield buffer[:held]


class _opened:  # noqa: N801  # reads as a function; a generator would take thousands of files twice as long
    """A file that is open for reading; raises ReleaseError when it cannot be read, or is not what it was in the end."""

    def __init__(self, source: Source) -> None:
        self.source = source

    def __enter__(self) -> int:
        try:
            self.handle = os.open(self.source.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError as error:
            raise ReleaseError(f"{self.source.path}: cannot be read ({error.strerror})") from error
        return self.handle

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        try:
            if kind is None and _status(self.source.path, os.fstat(self.handle)) != self.source:
                raise _changed(self.source)
        finally:
            os.close(self.handle)
        if isinstance(error, OSError):
            raise ReleaseError(f"{self.source.path}: cannot be read ({error.strerror})") from error


def _changed(source: Source) -> ReleaseError:
    return ReleaseError(f"{source.path}: changed while it was being hashed; run `doit` again when it is finished")


def _status(path: str, found: os.stat_result) -> Source:
    return Source(path, found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)
