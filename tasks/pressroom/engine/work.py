"""What a running step is offered, and what it may read."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import stat
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pressroom.engine.digests import sha256
from pressroom.errors import ReleaseError, ToolError

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from pressroom.engine.running import Running
    from pressroom.engine.toolchain import Toolchain

LONGEST_SUFFIX = 16
KEPT_BYTES = 200
"""Of a name in its partial file's; with the rest it stays below the 255 that file systems take."""


@dataclass(frozen=True, kw_only=True)
class Records:
    """What a step needs of the records.

    `start` notes partial files, `digest` is the SHA-256 of a file, None where there is none, and `stands` says whether an
    output is as the last run left it.
    """

    start: Callable[[Iterable[Path]], None] = lambda _parts: None
    digest: Callable[[Path], str | None] = sha256
    stands: Callable[[Path], bool] = lambda _output: False


class StepWork:
    """What a running step is offered (see `plan.Work`)."""

    def __init__(
        self,
        toolchain: Toolchain,
        running: Running,
        show: Callable[[float], None],
        outputs: Iterable[Path] = (),
        records: Records | None = None,
    ) -> None:
        self._toolchain = toolchain
        self._running = running
        self._show = show
        self._expected = {output: part_beside(output) for output in outputs}
        self._records = records or Records()
        self.parts: dict[Path, Path] = {}
        self.notes: list[str] = []
        self.said: list[str] = []
        self.tool_seconds = 0.0

    @property
    def ffmpeg(self) -> Path:
        """The ffmpeg to run."""
        return self._toolchain.ffmpeg

    @property
    def versions(self) -> dict[str, str]:
        """The version of each tool."""
        return self._toolchain.versions

    def fingerprint(self, tool: str) -> str:
        """What tells one build of a tool from another."""
        return self._toolchain.fingerprint(tool)

    @contextmanager
    def child(self, process: subprocess.Popen[bytes]) -> Iterator[None]:
        """While this is open, the process is ended with the build."""
        with self._running.process(process):
            yield

    def beside(self, output: Path) -> Path:
        """A partial file in the output's folder, with its suffix."""
        if output not in self.parts:
            output.parent.mkdir(parents=True, exist_ok=True)
            part = self._expected.get(output) or part_beside(output)
            self._running.begin(part)
            if output not in self._expected or not self.parts:
                self._records.start({part, *self._expected.values()})
            self.parts[output] = part
        return self.parts[output]

    def rename(self, written: Path, output: Path) -> None:
        """What was written is the partial file of another output."""
        self.parts[written].replace(self.beside(output))
        self._running.remove([self.parts.pop(written)])

    def digest(self, path: Path) -> str:
        """The SHA-256 of an input; raises ReleaseError where there is none."""
        if (found := self._records.digest(path)) is None:
            raise ReleaseError(f"{path}: no such file")
        return found

    def earlier(self, output: Path) -> Path | None:
        """An output as the last run left it."""
        return output if self._records.stands(output) else None

    def say(self, text: str) -> None:
        """A line for the user."""
        self.said.append(text)

    def note(self, text: str) -> None:
        """Lines for the log."""
        self.notes.append(text)

    def progress(self, fraction: float) -> None:
        """How far the step is; raises ToolError when the build is being stopped."""
        if self._running.stopped:
            raise ToolError("stopped")
        self._show(fraction)

    def spent(self, seconds: float) -> None:
        """CPU seconds of a tool."""
        self.tool_seconds += seconds

    def discard(self) -> None:
        """Remove the partial files that there are."""
        self._running.remove(self.parts.values())
        self.parts.clear()


def part_beside(output: Path) -> Path:
    """Where an output is written before it is whole."""
    return output.with_name(part_name(output.name))


def part_name(name: str) -> str:
    """The partial file's name beside `name`: hidden, at most 255 bytes, with its suffix, which tells tools the format."""
    stem, dot, suffix = name.rpartition(".")
    if not stem or len(suffix) > LONGEST_SUFFIX:
        stem, dot, suffix = name, "", ""
    kept = stem.encode()[:KEPT_BYTES].decode(errors="ignore")
    mark = "" if kept == stem else "~" + hashlib.sha256(name.encode()).hexdigest()[:8]
    return f".{kept}{mark}.part-{os.getpid()}{dot}{suffix}"


def refusal(root: Path, path: Path) -> str | None:
    """Why a source must not be read: missing, not a regular file, or outside the repo; None when it may."""
    try:
        real = path.resolve(strict=True)
        mode = real.stat().st_mode
    except RuntimeError:  # of a loop of links, before Python 3.13
        return "a link that leads to itself"
    except OSError as error:
        known = {errno.ENOENT: _no_such_file(path), errno.ELOOP: "a link that leads to itself"}
        return known.get(error.errno or 0, f"cannot be read ({error.strerror})")
    if not real.is_relative_to(root):
        return "it leads out of the repo; copy the file into it"
    if stat.S_ISDIR(mode):
        return "expected a file, got a folder"
    return None if stat.S_ISREG(mode) else "expected a file, got a device, socket or pipe"


def _no_such_file(path: Path) -> str:
    """That a file is not there, with the one beside it that differs in case or ending only."""
    if path.is_symlink():
        return f"a link to '{path.readlink()}', which is not there"
    beside = sorted(path.parent.iterdir()) if path.parent.is_dir() else []
    near = next((found.name for found in beside if found.stem.casefold() == path.stem.casefold()), None)
    return "no such file" + (f"; did you mean '{near}'?" if near else "")


def listed_files(manifest: Path, folder: Path) -> list[Path] | None:
    """The files that a manifest lists, in their folder; None when it cannot be read."""
    try:
        return [folder / entry["path"] for entry in json.loads(manifest.read_text(encoding="utf-8"))["files"]]
    except (OSError, ValueError, KeyError, TypeError):
        return None
