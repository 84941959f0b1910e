"""ffmpeg: argument lists as pure functions, and the one place that runs it.

Its exit code is not proof (a full disk, a truncated input and a stall all ended with 0), so a run fails on any error line
too, when it stands still, and when it takes far longer than the media lasts.
"""

from __future__ import annotations

import errno
import os
import re
import selectors
import shlex
import subprocess
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pressroom.errors import MachineError, ReleaseError, ToolError
from pressroom.tools.leash import leash

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pressroom.plan import Work

    Reader = Callable[[bytes], object]

DEMUXERS = {
    ".wav": "wav",
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

VIDEO_DEMUXERS = {".mp4": "mov", ".m4v": "mov", ".mov": "mov", ".mkv": "matroska", ".webm": "matroska"}
"""The same of videos."""

SAFETY = ("-nostdin", "-hide_banner", "-nostats", "-y", "-xerror")
PORTABLE = ("-cpuflags", "0")
"""Makes results that pass through floating point the same on every CPU, at a third more time for true peaks."""
GUARDS = (*SAFETY, *PORTABLE)
BITEXACT: dict[str, str] = {
    "map_metadata": "-1",
    "map_chapters": "-1",
    "fflags": "+bitexact",
    "flags:a": "+bitexact",
}
ENVIRONMENT = ("PATH", "HOME", "TMPDIR", "TMP", "TEMP", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT")
"""The variables that it is started with: others may hold secrets, or change what it does, as FFREPORT does."""
NOT_WHOLE = "it is not whole, or not what its name says; export or copy it again"
"""What to do about a file of the author's that cannot be read."""
PIECE = 1 << 20
_FULL = re.compile("No space left on device|Disk quota exceeded")
_PIPE = re.compile(r"pipe(\\*):@(\w+)")
_LINE = re.compile(r"(?:\[(?P<source>[^\]\n]*) @ 0x[0-9a-f]+\] ){0,2}\[(?P<level>[a-z]+)\] (?P<text>.*)")
_PROGRESS = re.compile(rb"(out_time_us|total_size)=(\d+)\n")


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of ffmpeg's log; `source` is the part that wrote it (`Parsed_astats_1`, `in#0/wav`) or nothing."""

    source: str
    level: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Limits:
    """When a run is given up: `stall` seconds without progress, or `start` seconds and `factor` times the media's duration."""

    stall: float = 60
    start: float = 30
    factor: float = 2


LIMITS = Limits()
_DECODED = re.compile(r"Input stream #\d+:\d+ \(audio\): .* frames decoded; .*\((\d+) samples\)")


def source(path: Path, **options: str | int) -> Any:  # noqa: ANN401  # ffmpeg-python has no types
    """The audio of a file as a stream to build on: read by its one demuxer, through no protocol but `file`.

    `options` are further ones for the input. Raises ReleaseError for a file name ending that is not an audio file's.
    """
    return _input(path, DEMUXERS, "an audio file", options)["a:0"]


def whole(path: Path) -> list[str]:
    """The arguments that decode all that a player would show or play of a file, read as `source`."""
    return arguments(_input(path, {**DEMUXERS, **VIDEO_DEMUXERS}, "a media file", {}).output("-", f="null"))


def pictures(path: Path, *, stream: str = "V:0", **options: str | int) -> Any:  # noqa: ANN401  # likewise
    """The pictures of a video, its cover apart, or another `stream` of it, read as `source`; raises ReleaseError likewise."""
    return _input(path, VIDEO_DEMUXERS, "a video", options)[stream]


def still(path: Path) -> Any:  # noqa: ANN401  # likewise
    """The one picture of a PNG as a stream; raises ReleaseError for another name ending."""
    return _input(path, {".png": "png_pipe"}, "a PNG", {"f": "png_pipe"})["v:0"]


def _input(path: Path, demuxers: Mapping[str, str], kind: str, options: Mapping[str, str | int]) -> Any:  # noqa: ANN401  # likewise
    """A file that is read by its one demuxer; raises ReleaseError for a name ending that has none."""
    import ffmpeg  # noqa: PLC0415  # 25 ms that a run with nothing to do need not pay

    demuxer = demuxers.get(path.suffix.lower())
    if demuxer is None:
        raise ReleaseError(f"{path}: expected {kind} ({', '.join(demuxers)}), got '{path.suffix or path.name}'")
    guards = {"format_whitelist": demuxer, "protocol_whitelist": "file", "err_detect": "crccheck"}
    return ffmpeg.input(f"file:{path}", **{**guards, **options})


@contextmanager
def authors_file(advice: str) -> Iterator[None]:
    """While this is open, what ffmpeg cannot do is the fault of a file of the author's: a ReleaseError with what to do."""
    try:
        yield
    except MachineError:
        raise
    except ToolError as error:
        raise ReleaseError(f"{error}\n  {advice}") from error


def arguments(*outputs: Any, portable: bool = True) -> list[str]:  # noqa: ANN401  # likewise
    """The argument list of output streams; `pipe:@name` in it becomes the pipe of that reader.

    `portable` results do not depend on the CPU.
    """
    import ffmpeg  # noqa: PLC0415  # likewise

    return [*(PORTABLE if portable else ()), *ffmpeg.get_args(ffmpeg.merge_outputs(*outputs))]


def run(
    work: Work,
    args: Sequence[str],
    *,
    making: Path,
    seconds: float | None = None,
    readers: Mapping[str, Reader] | None = None,
    limits: Limits = LIMITS,
) -> tuple[Line, ...]:
    """Run ffmpeg and return its log; `readers` take what it writes to `pipe:@<name>`.

    `making` names the result in errors; `seconds` is the media's duration where it is known, for progress and the time
    limit. Raises ToolError with ffmpeg's own words, MachineError when the disk is full.
    """
    clock = _Clock(work, seconds, limits)
    log = bytearray()
    command = (str(work.ffmpeg), *SAFETY, "-v", "level+verbose", "-progress", "pipe:@progress", *args)
    with _started(command, {**(readers or {}), "progress": clock.tick}, log.extend) as (process, ends), work.child(process):
        late = _drained(ends, clock)
        if late:
            process.kill()
        work.spent(_cpu_seconds(process.pid))
        code = process.wait()
    text = log.decode("utf-8", "replace")
    work.note(f"$ {shlex.join(command)}\n{text}")
    lines = tuple(_line(line) for line in text.splitlines() if line.strip())
    _judge(code, lines, making, late)
    return lines


def metadata(take: Callable[[bytes, float], object]) -> Reader:
    """A reader of ametadata's text (`frame:N ...`, then `lavfi.r128.M=-12.345` and its like) that hands on names and values."""
    rest = b""

    def read(chunk: bytes) -> None:
        nonlocal rest
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            name, _, value = line.partition(b"=")
            if value:
                take(name, float(value))

    return read


def decoded_samples(log: Sequence[Line]) -> int:
    """How many samples per channel were decoded, by ffmpeg's own count; 0 when it says none."""
    return sum(int(found[1]) for line in log if (found := _DECODED.match(line.text)))


class _Clock:
    """Progress, and the two ways of being late: standing still, and taking far longer than the media lasts."""

    def __init__(self, work: Work, seconds: float | None, limits: Limits) -> None:
        self.work = work
        self.seconds = seconds
        self.limits = limits
        self.began = self.moved = time.monotonic()
        self.last: list[tuple[bytes, bytes]] = []

    def tick(self, text: bytes) -> None:
        """A block of ffmpeg's `-progress`: it comes twice a second, also while ffmpeg stands still."""
        found = _PROGRESS.findall(text)
        if found and found != self.last:
            self.last, self.moved = found, time.monotonic()
        reached = [int(value) for name, value in found if name == b"out_time_us"]
        if self.seconds and reached:
            self.work.progress(min(1.0, reached[-1] / 1e6 / self.seconds))

    def late(self) -> str:
        """Why to give up, or nothing."""
        now = time.monotonic()
        if now - self.moved > self.limits.stall:
            return f"no progress for {self.limits.stall:g} s"
        if self.seconds is not None and now - self.began > self.limits.start + self.limits.factor * self.seconds:
            return f"not done after {now - self.began:.0f} s (the media lasts {self.seconds:.4g} s)"
        return ""


@contextmanager
def _started(
    command: Sequence[str], readers: Mapping[str, Reader], log: Reader
) -> Iterator[tuple[subprocess.Popen[bytes], dict[int, Reader]]]:
    """A running ffmpeg and the ends to read.

    Its process group is its own, so that Ctrl-C reaches it through the build alone.
    """
    with ExitStack() as stack:
        ends: dict[int, Reader] = {}
        writes = {}
        for name, reader in readers.items():
            read, write = os.pipe()
            ends[stack.enter_context(os.fdopen(read, "rb", buffering=0)).fileno()] = reader
            writes[name] = stack.enter_context(os.fdopen(write, "wb", buffering=0))
        argv = [_piped(argument, {name: end.fileno() for name, end in writes.items()}) for argument in command]
        try:
            if not os.access(argv[0], os.X_OK):
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
            process = stack.enter_context(
                subprocess.Popen(
                    [*leash(), *argv],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                    pass_fds=[end.fileno() for end in writes.values()],
                    env={name: value for name, value in os.environ.items() if name in ENVIRONMENT},
                    process_group=0,
                )
            )
        except OSError as error:
            raise MachineError(f"{argv[0]}: cannot be started ({error.strerror}); `pressroom doctor` says more") from error
        for end in writes.values():
            end.close()
        assert process.stderr is not None  # noqa: S101  # for the type checker
        ends[process.stderr.fileno()] = log
        yield process, ends


def _cpu_seconds(pid: int) -> float:
    """Wait for a process to end, and read what it took before it is gone (Linux); 0 where that is not told."""
    try:
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return 0.0


def _piped(argument: str, ends: Mapping[str, int]) -> str:
    """An argument with the numbers of its pipes; a file's name stays as it is."""
    return argument if argument.startswith("file:") else _PIPE.sub(lambda found: f"pipe{found[1]}:{ends[found[2]]}", argument)


def _drained(ends: Mapping[int, Reader], clock: _Clock) -> str:
    """Read every pipe to its end; returns why it was given up, or nothing."""
    with selectors.DefaultSelector() as selector:
        for end, reader in ends.items():
            selector.register(end, selectors.EVENT_READ, reader)
        while selector.get_map():
            for key, _ in selector.select(timeout=1):
                chunk = os.read(key.fd, PIECE)
                if chunk:
                    key.data(chunk)
                else:
                    selector.unregister(key.fd)
            if late := clock.late():
                return late
    return ""


def _line(text: str) -> Line:
    """A line of the log; one that does not say its level goes on from the line before, and is information."""
    found = _LINE.fullmatch(text)
    if found is None:
        return Line(source="", level="info", text=text.strip())
    return Line(source=found["source"] or "", level=found["level"], text=found["text"].strip())


def _judge(code: int, lines: Sequence[Line], making: Path, late: str) -> None:
    """Raise for a run that did not go well."""
    errors = [line.text for line in lines if line.level in ("error", "fatal", "panic")]
    if any(_FULL.search(text) for text in errors):
        raise MachineError(f"{making}: the disk is full; make room and run `doit` again")
    if late:
        raise ToolError(f"{making}: ffmpeg was stopped: {late}")
    if code or errors:
        said = dict.fromkeys(errors or [line.text for line in lines])
        # The cause comes first; what comes after is each part of ffmpeg giving up in its turn.
        words = "".join(f"\n  {text}" for text in (list(said)[:3] if errors else list(said)[-3:]))
        raise ToolError(f"{making}: ffmpeg failed (exit code {code}):{words}")
