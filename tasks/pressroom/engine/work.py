"""Running one step so that its outputs appear whole or not at all."""

from __future__ import annotations

import errno
import json
import os
import signal
import stat
import subprocess
import threading
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from pressroom.engine.settings import STATE
from pressroom.errors import MachineError, PressroomError, ReleaseError, ToolError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pressroom.engine.record import Record
    from pressroom.engine.toolchain import Toolchain
    from pressroom.plan import Step

GRACE_SECONDS = 1.0


class Children:
    """The processes that are running, so that a stopped build can end them."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()
        self.stopped = False

    @contextmanager
    def watched(self, process: subprocess.Popen[bytes]) -> Iterator[None]:
        """While this is open, `end` ends the process; leaving by an error ends it too."""
        with self._lock:
            self._running.add(process)
        if self.stopped:
            _signal(process, signal.SIGKILL)
        try:
            yield
        except BaseException:
            _signal(process, signal.SIGKILL)
            raise
        finally:
            with self._lock:
                self._running.discard(process)

    def end(self) -> None:
        """TERM to every process group, then KILL after a second."""
        self.stopped = True
        with self._lock:
            running = tuple(self._running)
        for process in running:
            _signal(process, signal.SIGTERM)
        for process in running:
            with suppress(subprocess.TimeoutExpired):
                process.wait(GRACE_SECONDS)
            _signal(process, signal.SIGKILL)


class StepWork:
    """What a running step is offered (see `plan.Work`)."""

    def __init__(self, toolchain: Toolchain, children: Children, show: Callable[[float], None], say: Callable[[str], None]) -> None:
        self._toolchain = toolchain
        self._children = children
        self._show = show
        self._say = say
        self.parts: dict[Path, Path] = {}

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
        with self._children.watched(process):
            yield

    def beside(self, output: Path) -> Path:
        """A partial file in the output's folder, with its suffix."""
        if output not in self.parts:
            if self._children.stopped:
                raise ToolError("stopped")
            output.parent.mkdir(parents=True, exist_ok=True)
            self.parts[output] = output.with_name(f".{output.stem}.part-{os.getpid()}{output.suffix}")
        return self.parts[output]

    def say(self, text: str) -> None:
        """A line for the user."""
        self._say(text)

    def progress(self, fraction: float) -> None:
        """How far the step is."""
        if self._children.stopped:
            raise ToolError("stopped")
        self._show(fraction)


def perform(step: Step, work: StepWork, slug: str, record: Record) -> None:
    """Run a step: its outputs are flushed to disk and renamed into place when all of them are whole.

    Raises PressroomError; then no output has changed and no partial file is left.
    """
    before = _stamps(step)
    try:
        step.run(work)
        _refuse_changed(before, _stamps(step))
        _commit(step, work, slug, record)
    except OSError as error:
        raise _explained(error, step) from error
    finally:
        for part in work.parts.values():
            with suppress(OSError):
                part.unlink(missing_ok=True)


def refusal(root: Path, path: Path) -> str | None:
    """Why a source must not be read: missing, not a regular file, or outside the repo; None when it may."""
    try:
        real = path.resolve(strict=True)
        mode = real.stat().st_mode
    except OSError as error:
        return "no such file" if error.errno == errno.ENOENT else f"cannot be read ({error.strerror})"
    if not real.is_relative_to(root):
        return "it leads out of the repo; copy the file into it"
    if stat.S_ISDIR(mode):
        return "expected a file, got a folder"
    return None if stat.S_ISREG(mode) else "expected a file, got a device, socket or pipe"


def listed_files(manifest: Path, folder: Path) -> list[Path]:
    """The files that a manifest lists, in their folder."""
    return [folder / entry["path"] for entry in json.loads(manifest.read_text(encoding="utf-8"))["files"]]


def _stamps(step: Step) -> dict[Path, tuple[int, ...]]:
    """What a file's status says of its content."""
    stats = {path: path.stat() for path in step.inputs}
    return {path: (found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino) for path, found in stats.items()}


def _refuse_changed(before: dict[Path, tuple[int, ...]], after: dict[Path, tuple[int, ...]]) -> None:
    """An input that changed while the step ran: what was made of it is neither the old nor the new."""
    for path, stamp in before.items():
        if after[path] != stamp:
            raise ReleaseError(f"{path}: changed while it was being read; run `doit` again when it is finished")


def _commit(step: Step, work: StepWork, slug: str, record: Record) -> None:
    """Check, flush, note and rename every output."""
    missing = [output for output in step.outputs if not work.beside(output).is_file()]
    if missing:
        raise ToolError(f"{missing[0]}: was not made; this is a bug in pressroom")
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
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return MachineError(f"{what}: cannot be written ({error.strerror}); mend the folder's permissions and run `doit` again")
    return ToolError(f"{what}: {error.strerror or error} ({error.filename})")


def _signal(process: subprocess.Popen[bytes], number: int) -> None:
    """A signal to a whole process group, if it still runs."""
    if process.poll() is None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)
