"""What all steps of one run share."""

from __future__ import annotations

import errno
import os
import shutil
import sys
import time
from contextlib import suppress
from functools import cached_property
from itertools import chain, count
from typing import TYPE_CHECKING

from pressroom.engine.cache import Cache
from pressroom.engine.digests import Digests
from pressroom.engine.running import Running
from pressroom.engine.settings import KEPT, STATE, Settings, settings
from pressroom.engine.state import State
from pressroom.engine.toolchain import Toolchain
from pressroom.engine.world import World, world
from pressroom.errors import MachineError

if TYPE_CHECKING:
    from pathlib import Path


class Build:
    """The repo that doit stands in, made when its dodo.py is read."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.running = Running()
        self.anew = False
        """Whether every step is run, without the cache."""
        self.renamed: set[Path] = set()
        """The folders in which files got their names since the build began."""
        self.began = time.strftime("%Y%m%d-%H%M%S", time.gmtime())

    def prepare(self) -> None:
        """Make the state's folder; raises MachineError where that cannot be."""
        try:
            STATE.mkdir(exist_ok=True)
        except OSError as error:
            raise MachineError(f"{STATE}: cannot be made ({error.strerror}); pressroom keeps its state there") from error

    @cached_property
    def settings(self) -> Settings:
        """The settings in force; raises UsageError."""
        return settings(self.root)

    @cached_property
    def toolchain(self) -> Toolchain:
        """The tools."""
        return Toolchain(self.settings.ffmpeg, STATE / "toolchain.json")

    @cached_property
    def state(self) -> State:
        """What earlier builds did; where that is not known any more, the user is told."""
        state = State(STATE / "state.db")
        if state.moved:
            what = f"{state.path}: the record of earlier builds could not be used and was moved to {state.moved}"
            print(f"{what}; outputs are compared again", file=sys.stderr, flush=True)  # noqa: T201
        return state

    def look(self) -> None:
        """Read the record for a question: where it cannot be written, a copy of it; raises MachineError."""
        try:
            self.prepare()
            _ = self.state
        except MachineError as error:
            try:
                self.state = State.copied(STATE / "state.db")
            except OSError:
                raise error from None

    @cached_property
    def world(self) -> World:
        """What plans come from, as this process saw it first: ask before anything of it is read."""
        return world(self.root, self.settings, self.toolchain)

    @cached_property
    def digests(self) -> Digests:
        """The digests of files."""
        return Digests(self.state.files)

    @cached_property
    def cache(self) -> Cache:
        """The results of earlier actions."""
        return Cache(STATE / "cache")

    def settle(self) -> None:
        """Make the names of what was made durable."""
        while self.renamed:
            with suppress(OSError):  # a folder that is gone has no names
                flush(self.renamed.pop())

    def keep(self, path: Path) -> str:
        """Put aside an output that is not as it was made; returns the line that says so."""
        # Two builds in one second, or after the clock was set back, may have put aside versions of the same file.
        folders = chain([self.began], (f"{self.began}-{n}" for n in count(2)))
        target = next(target for folder in folders if not os.path.lexists(target := KEPT / folder / path))
        target.parent.mkdir(parents=True, exist_ok=True)
        _move(path, target)
        return f"{path}: was not as pressroom made it; that version is kept in {target}"


def _move(path: Path, target: Path) -> None:
    """Give a file another name, also in another file system; it is gone only when the other one is durable."""
    try:
        path.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        shutil.copy2(path, target, follow_symlinks=False)
        if not target.is_symlink():
            flush(target)
        flush(target.parent)
        path.unlink()


def flush(path: Path) -> None:
    """Make a file's content, or a folder's names, durable; some systems cannot flush a folder."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError:
        if not path.is_dir():
            raise
    finally:
        os.close(handle)
