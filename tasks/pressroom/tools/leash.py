"""Keeping a process from outliving this one."""

from __future__ import annotations

import shutil
import sys
from functools import cache


@cache
def leash() -> tuple[str, ...]:
    """What has the kernel kill a tool when the thread that waits for it is gone, as after `kill -9` (Linux).

    It stands before the tool's own arguments; empty where the system has no such thing.
    """
    found = shutil.which("setpriv") if sys.platform == "linux" else None
    return (found, "--pdeathsig", "KILL", "--") if found else ()
