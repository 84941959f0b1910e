"""One build at a time in a repo: the operating system's lock, so that a holder that dies frees it."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import socket
import sys
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from pressroom.engine.signals import STOPPING
from pressroom.errors import LockedError, MachineError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

POLL_SECONDS = 0.1
NO_LOCKS = (errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP)
"""What a file system answers that has no locks, as some network ones."""


@contextmanager
def locked(folder: Path, *, wait: bool) -> Iterator[None]:
    """Hold the lock of a repo's state; while another build has it, wait with a line that names it, or raise LockedError.

    Where the file system has no locks, a line says so, and the user has to take care.
    """
    lock = FileLock(folder / "lock")
    try:
        _try_locking(folder / "lock")
        _acquire(lock, folder / "lock.json", wait=wait)
    except OSError as error:
        if error.errno in NO_LOCKS:
            told = "its file system has no locks; take care that no other build runs here meanwhile"
            print(f"{folder / 'lock'}: {told}", file=sys.stderr, flush=True)  # noqa: T201
        else:
            raise MachineError(f"{folder / 'lock'}: cannot be locked ({error.strerror or error}); mend the folder") from error
    holder = {"host": socket.gethostname(), "pid": os.getpid(), "since": time.strftime("%Y-%m-%d %H:%M:%S")}
    with suppress(OSError):
        (folder / "lock.json").write_text(json.dumps(holder), encoding="utf-8")
    try:
        yield
    finally:
        lock.release()


def _try_locking(path: Path) -> None:
    """Raise OSError where there are no locks; filelock would go on with a file instead, which outlives a killed build."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_UN)
    finally:
        os.close(handle)


def _acquire(lock: FileLock, holder: Path, *, wait: bool) -> None:
    """Take the lock; a signal ends the waiting."""
    told = False
    while True:
        try:
            lock.acquire(timeout=0)
        except Timeout:
            if not wait:
                raise LockedError(f"{described(holder)}; run `doit` again when it has ended") from None
            if not told:
                print(f"{described(holder)}; waiting for it", file=sys.stderr, flush=True)  # noqa: T201
                told = True
            with STOPPING.noted():
                time.sleep(POLL_SECONDS)
                STOPPING.check()
        else:
            return


def described(holder: Path) -> str:
    """Who has the lock, in words."""
    try:
        found = json.loads(holder.read_text(encoding="utf-8"))
        return f"another build runs here: process {found['pid']} on {found['host']}, since {found['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "another build runs here"
