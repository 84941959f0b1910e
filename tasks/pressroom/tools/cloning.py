"""Files that share their blocks, where the file system can do that (linux/fs.h, FICLONE)."""

from __future__ import annotations

import fcntl
from typing import IO

FICLONE = 0x40049409
"""Makes a file share the blocks of another until one of them is written to."""


def cloned(source: IO[bytes], target: IO[bytes]) -> bool:
    """Let `target` share the blocks of `source`; False where the file system cannot."""
    try:
        fcntl.ioctl(target.fileno(), FICLONE, source.fileno())
    except OSError:
        return False
    return True
