"""ffmpeg: argument lists as pure functions, and the one place that runs it.

Its exit code is not proof (a full disk, a truncated input and a stall all ended with 0), so a run fails on any error line
too, when there is no progress for 60 s, and when it takes far longer than the media lasts.
"""

from __future__ import annotations

import os
import re
import selectors
import subprocess
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from pressroom.errors import MachineError, ReleaseError, ToolError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from pressroom.plan import Work

    Reader = Callable[[bytes], object]

DEMUXERS = {
    ".wav": "wav,w64",
    ".flac": "flac",
    ".mp3": "mp3",
    ".ogg": "ogg",
    ".oga": "ogg",
    ".opus": "ogg",
    ".m4a": "mov",
    ".m4b": "mov",
    ".mp4": "mov",
    ".aiff": "aiff",
    ".aif": "aiff",
    ".aac": "aac",
    ".wv": "wv",
}
"""One demuxer per file name ending: ffmpeg goes by content otherwise, and a playlist named .wav would read other files."""

GUARDS = ("-nostdin", "-hide_banner", "-nostats", "-y", "-xerror", "-cpuflags", "0")
BITEXACT: dict[str, str | None] = {
    "map_metadata": "-1",
    "map_chapters": "-1",
    "fflags": "+bitexact",
    "flags:a": "+bitexact",
}
STALL_SECONDS = 60
FULL = re.compile("No space left on device|Disk quota exceeded")
PIPE = re.compile(r"pipe(\\*):@(\w+)")


def source(path: Path) -> Any:  # noqa: ANN401  # ffmpeg-python has no types
    """The audio of a file as a stream to build on: read by its one demuxer, through no protocol but `file`.

    Raises ReleaseError for a file name ending that is not an audio file's.
    """
    import ffmpeg  # noqa: PLC0415  # 25 ms that a run with nothing to do need not pay

    demuxer = DEMUXERS.get(path.suffix.lower())
    if demuxer is None:
        raise ReleaseError(f"{path}: expected an audio file ({', '.join(DEMUXERS)}), got '{path.suffix or path.name}'")
    return ffmpeg.input(f"file:{path}", format_whitelist=demuxer, protocol_whitelist="file")["a:0"]


def arguments(*outputs: Any) -> list[str]:  # noqa: ANN401
    """The argument list of output streams; `pipe:@name` in it becomes the pipe of that reader."""
    import ffmpeg  # noqa: PLC0415

    return list(ffmpeg.get_args(ffmpeg.merge_outputs(*outputs)))


def run(
    work: Work,
    args: Sequence[str],
    *,
    making: Path,
    seconds: float | None = None,
    readers: Mapping[str, Reader] | None = None,
    level: str = "error",
) -> str:
    """Run ffmpeg and return its log of `level` and above; `readers` take what it writes to `pipe:@<name>`.

    `making` names the result in errors; `seconds` is the media's duration where it is known, for progress and the limit
    of 30 s + 2 x duration. Raises ToolError with ffmpeg's last words, MachineError when the disk is full.
    """
    log = bytearray()
    clock = _Clock(work, seconds)
    taking: dict[str, Reader] = {**(readers or {}), "progress": clock.tick}
    with ExitStack() as stack:
        pipes = {name: stack.enter_context(_pipe()) for name in taking}
        argv = [str(work.ffmpeg), *GUARDS, "-v", f"level+{level}", "-progress", "pipe:@progress", *args]
        argv = [PIPE.sub(lambda m: f"pipe{m[1]}:{pipes[m[2]][1]}", arg) if not arg.startswith("file:") else arg for arg in argv]
        process = _started(argv, [write for _, write in pipes.values()])
        stack.enter_context(process)
        stack.enter_context(work.child(process))
        for _, write in pipes.values():
            os.close(write)
        ends: dict[int, Reader] = {pipes[name][0]: reader for name, reader in taking.items()}
        assert process.stderr is not None  # noqa: S101  # for the type checker
        ends[process.stderr.fileno()] = log.extend
        late = _drained(ends, clock)
        if late:
            process.kill()
        code = process.wait()
    return _judged(code, log.decode("utf-8", "replace"), making, late)


class _Clock:
    """Progress, and the two ways of being late: a stall, and far longer than the media lasts."""

    def __init__(self, work: Work, seconds: float | None) -> None:
        self.work = work
        self.seconds = seconds
        self.began = self.ticked = time.monotonic()

    def tick(self, text: bytes) -> None:
        """A block of ffmpeg's `-progress`."""
        self.ticked = time.monotonic()
        if self.seconds and (found := re.findall(rb"out_time_us=(\d+)", text)):
            self.work.progress(min(1.0, int(found[-1]) / 1e6 / self.seconds))

    def late(self) -> str:
        """Why to give up, or nothing."""
        now = time.monotonic()
        if now - self.ticked > STALL_SECONDS:
            return f"no progress for {STALL_SECONDS} s"
        if self.seconds is not None and now - self.began > 30 + 2 * self.seconds:
            return f"not done after {now - self.began:.0f} s (the media lasts {self.seconds:.0f} s)"
        return ""


@contextmanager
def _pipe() -> Iterator[tuple[int, int]]:
    """A pipe that is closed in the end; the write end is closed as soon as ffmpeg has it."""
    read, write = os.pipe()
    try:
        yield read, write
    finally:
        os.close(read)


def _started(argv: Sequence[str], write_ends: Sequence[int]) -> subprocess.Popen[bytes]:
    """ffmpeg, in a process group of its own, so that Ctrl-C reaches it through the build alone."""
    try:
        return subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            pass_fds=write_ends,
            process_group=0,
        )
    except OSError as error:
        for write in write_ends:
            os.close(write)
        raise MachineError(f"{argv[0]}: cannot be started ({error.strerror}); `pressroom doctor` says more") from error


def _drained(ends: Mapping[int, Reader], clock: _Clock) -> str:
    """Read every pipe to its end; returns why it was given up, or nothing."""
    with selectors.DefaultSelector() as selector:
        for end, reader in ends.items():
            selector.register(end, selectors.EVENT_READ, reader)
        while selector.get_map():
            for key, _ in selector.select(timeout=5):
                chunk = os.read(key.fd, 1 << 20)
                if chunk:
                    key.data(chunk)
                else:
                    selector.unregister(key.fd)
            if late := clock.late():
                return late
    return ""


def _judged(code: int, log: str, making: Path, late: str) -> str:
    """The log of a run that went well; raises for any other."""
    errors = [line for line in log.splitlines() if re.search(r"\[(error|fatal|panic)\] ", line)]
    if FULL.search(log):
        raise MachineError(f"{making}: the disk is full; make room and run `doit` again")
    if late:
        raise ToolError(f"{making}: ffmpeg was stopped: {late}")
    if code or errors:
        words = "\n".join(f"  {line}" for line in _last_words(errors or log.splitlines()))
        raise ToolError(f"{making}: ffmpeg failed (exit code {code}):\n{words}")
    return log


def _last_words(lines: Sequence[str]) -> list[str]:
    """The last few lines, without ffmpeg's addresses."""
    clean = [re.sub(r" @ 0x[0-9a-f]+|\[(info|error|fatal|panic)\] ", "", line).strip() for line in lines]
    return list(dict.fromkeys(line for line in clean if line))[-4:]
