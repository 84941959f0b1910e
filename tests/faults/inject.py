"""At the Nth time that a process is about to change a file of the repo, it is killed, or that fails.

What counts are the events that Python's own audit tells: opening for writing, renaming, linking, deleting, making folders.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

WRITES = os.O_WRONLY | os.O_RDWR
EVENTS = ("os.rename", "os.link", "os.remove", "os.rmdir", "os.mkdir", "os.truncate", "os.chmod", "os.utime")


def changes(event: str, arguments: tuple[object, ...], folder: str) -> bool:
    """Whether an event is a change of a file of the repo in `folder`."""
    if event == "open":
        path, _, flags = arguments
        counted = isinstance(flags, int) and bool(flags & WRITES)
    else:
        path, counted = arguments[0] if arguments else "", event in EVENTS
    return counted and isinstance(path, (str, bytes, os.PathLike)) and os.path.abspath(os.fsdecode(path)).startswith(folder)  # noqa: PTH100


def install(fault: str, nth: int) -> Callable[[], int]:
    """Let the Nth change of a file below the current folder fail; returns what tells how many are left until then."""
    folder, left = str(Path.cwd()), nth

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal left
        if event not in ("open", *EVENTS) or not changes(event, arguments, folder):
            return
        left -= 1
        if left == 0 and fault == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if left == 0:
            print(f"injected {fault} at {event} {arguments[0]!r}", file=sys.stderr, flush=True)  # noqa: T201
            raise OSError(getattr(errno, fault), os.strerror(getattr(errno, fault)), str(arguments[0]))

    sys.addaudithook(hook)
    return lambda: left
