"""Running one step so that its outputs appear whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import stat
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from pressroom.engine.settings import STATE
from pressroom.errors import MachineError, PressroomError, ReleaseError, ToolError

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pressroom.engine.record import Record
    from pressroom.engine.running import Running
    from pressroom.engine.toolchain import Toolchain
    from pressroom.plan import Step

LONGEST_SUFFIX = 16
KEPT_BYTES = 200
"""Of a name in its partial file's; with the rest it stays below the 255 that file systems take."""


class StepWork:
    """What a running step is offered (see `plan.Work`)."""

    def __init__(
        self, toolchain: Toolchain, running: Running, show: Callable[[float], None], say: Callable[[str], None]
    ) -> None:
        self._toolchain = toolchain
        self._running = running
        self._show = show
        self._say = say
        self.parts: dict[Path, Path] = {}
        self.notes: list[str] = []

    @property
    def ffmpeg(self) -> Path:
        """The ffmpeg to run."""
        return self._toolchain.ffmpeg

    @property
    def versions(self) -> dict[str, str]:
        """The version of each tool."""
        return self._toolchain.versions

    @contextmanager
    def child(self, process: subprocess.Popen[bytes]) -> Iterator[None]:
        """While this is open, the process is ended with the build."""
        with self._running.process(process):
            yield

    def beside(self, output: Path) -> Path:
        """A partial file in the output's folder, with its suffix."""
        if output not in self.parts:
            output.parent.mkdir(parents=True, exist_ok=True)
            self.parts[output] = part = output.with_name(part_name(output.name))
            self._running.begin(part)
        return self.parts[output]

    def say(self, text: str) -> None:
        """A line for the user."""
        self._say(text)

    def note(self, text: str) -> None:
        """Lines for the log."""
        self.notes.append(text)

    def progress(self, fraction: float) -> None:
        """How far the step is; raises ToolError when the build is being stopped."""
        if self._running.stopped:
            raise ToolError("stopped")
        self._show(fraction)

    def discard(self) -> None:
        """Remove the partial files that are left."""
        self._running.remove(self.parts.values())


def part_name(name: str) -> str:
    """The partial file's name beside `name`: hidden, at most 255 bytes, with its suffix, which tells tools the format."""
    stem, dot, suffix = name.rpartition(".")
    if not stem or len(suffix) > LONGEST_SUFFIX:
        stem, dot, suffix = name, "", ""
    kept = stem.encode()[:KEPT_BYTES].decode(errors="ignore")
    mark = "" if kept == stem else "~" + hashlib.sha256(name.encode()).hexdigest()[:8]
    return f".{kept}{mark}.part-{os.getpid()}{dot}{suffix}"


def perform(step: Step, work: StepWork, slug: str, record: Record) -> None:
    """Run a step: its outputs are flushed to disk and renamed into place when all of them are whole.

    Raises PressroomError; then no output has changed and no partial file is left.
    """
    try:
        before = stamps(step)
        try:
            step.run(work)
        finally:
            # Before any other error: what an input looks like while it is being written is nobody's mistake.
            _refuse_changed(before, step)
        _commit(step, work, slug, record)
    except OSError as error:
        raise _explained(error, step) from error
    finally:
        work.discard()


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


def stamps(step: Step) -> dict[Path, tuple[int, ...] | None]:
    """What the status of each input says of its content; None where there is no such file."""
    return {path: _stamp(path) for path in step.inputs}


def _stamp(path: Path) -> tuple[int, ...] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino


def _refuse_changed(before: dict[Path, tuple[int, ...] | None], step: Step) -> None:
    """An input that changed while the step ran: what was made of it is neither the old nor the new."""
    for path, stamp in stamps(step).items():
        if stamp != before[path]:
            raise ReleaseError(f"{path}: changed while it was being read; run `doit` again when it is finished")


def _commit(step: Step, work: StepWork, slug: str, record: Record) -> None:
    """Check, flush, note and rename every output."""
    missing = [output for output in step.outputs if not work.beside(output).is_file()]
    if missing:
        raise ToolError(f"{missing[0]}: was not made; this is a bug in pressroom")
    for output in work.parts:
        if output.is_dir():
            raise ToolError(f"{output}: a folder stands where this file belongs; move it away and run `doit` again")
    for part in work.parts.values():
        with part.open("rb+") as stream:
            os.fsync(stream.fileno())
    record.note(slug, tuple(output for output in work.parts if not output.is_relative_to(STATE)))
    for output, part in work.parts.items():
        part.replace(output)
    for folder in {output.parent for output in work.parts}:
        _flush_folder(folder)


def _flush_folder(folder: Path) -> None:
    """Make renames durable; some systems cannot flush a folder."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _explained(error: OSError, step: Step) -> PressroomError:
    """An operating system's refusal in words, naming the final output."""
    what = step.outputs[0] if step.outputs else step.name
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return MachineError(f"{what}: the disk is full; make room and run `doit` again")
    read = next((path for path in step.inputs if str(path) == error.filename), None)
    if read:
        return ReleaseError(f"{read}: cannot be read ({error.strerror})")
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return MachineError(f"{what}: cannot be written ({error.strerror}); mend the folder's permissions and run `doit` again")
    return ToolError(f"{what}: {error.strerror or error} ({error.filename})")
