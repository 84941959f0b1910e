from __future__ import annotations

import hashlib
import math
import struct
import subprocess
from array import array
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import imageio_ffmpeg
import pytest

from pressroom.engine.work import listed_files
from pressroom.formats import riff
from pressroom.formats.audio import SUFFIXES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pressroom.formats.audio import Codec
    from pressroom.plan import Step

ENCODERS: dict[Codec, tuple[str, ...]] = {
    "wav": ("pcm_s16le",),
    "flac": ("flac",),
    "alac": ("alac",),
    "aiff": ("pcm_s16be",),
    "wavpack": ("wavpack",),
    "mp3": ("libmp3lame", "-q:a", "4"),
    "aac": ("aac", "-movflags", "+faststart"),
    "opus": ("libopus", "-b:a", "64k"),
    "vorbis": ("libvorbis", "-q:a", "2"),
}


@pytest.fixture(scope="session")
def untagged(tmp_path_factory: pytest.TempPathFactory) -> dict[Codec, Path]:
    """A tone of 0.3 s in every codec, without tags; tests copy these files."""
    folder = tmp_path_factory.mktemp("untagged")
    files: dict[Codec, Path] = {codec: folder / f"{codec}{suffix}" for codec, suffix in SUFFIXES.items()}
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error", "-f", "lavfi", "-i", "sine=440:d=0.3"]
    for codec, path in files.items():
        command += ["-map_metadata", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact", "-ac", "2"]
        command += ["-c:a", *ENCODERS[codec], str(path)]
    subprocess.run(command, check=True)
    return files


@dataclass
class Bench:
    """What a step is offered, in an empty folder that is the current one; it keeps what it is told."""

    folder: Path
    ffmpeg: Path = field(default_factory=lambda: Path(imageio_ffmpeg.get_ffmpeg_exe()))
    versions: dict[str, str] = field(default_factory=lambda: {"ffmpeg": "9.0.2"})
    said: list[str] = field(default_factory=list)
    noted: list[str] = field(default_factory=list)
    shown: list[float] = field(default_factory=list)

    def fingerprint(self, tool: str) -> str:
        """The version stands for the build."""
        return self.versions[tool.partition(":")[0]]

    @contextmanager
    def child(self, process: subprocess.Popen[bytes]) -> Iterator[None]:
        """While this is open, an error ends the process."""
        try:
            yield
        except BaseException:
            process.kill()
            raise

    def beside(self, output: Path) -> Path:
        """The partial file."""
        output.parent.mkdir(parents=True, exist_ok=True)
        return output.with_name(f".{output.stem}.part{output.suffix}")

    def rename(self, written: Path, output: Path) -> None:
        """What was written is called otherwise."""
        self.beside(written).replace(self.beside(output))

    def digest(self, path: Path) -> str:
        """The SHA-256 of a file."""
        return hashlib.sha256(path.read_bytes()).hexdigest()

    def earlier(self, output: Path) -> Path | None:
        """An output, where it stands."""
        return output if output.exists() else None

    def say(self, text: str) -> None:
        """A line for the user."""
        self.said.append(text)

    def note(self, text: str) -> None:
        """Lines for the log."""
        self.noted.append(text)

    def spent(self, seconds: float) -> None:
        """CPU seconds of a tool."""

    def progress(self, fraction: float) -> None:
        """How far it is."""
        self.shown.append(fraction)

    def make(self, step: Step) -> Path:
        """Run a step and put all that it made in its place; returns the first output."""
        step.run(self)
        for output in step.outputs:
            self.beside(output).replace(output)
        for path in listed_files(*step.manifest) or [] if step.manifest else []:
            if self.beside(path).exists():
                self.beside(path).replace(path)
        return step.outputs[0]

    def run_ffmpeg(self, *arguments: str | Path) -> None:
        """Make media with ffmpeg."""
        subprocess.run([self.ffmpeg, "-nostdin", "-v", "error", "-y", *arguments], cwd=self.folder, check=True)

    def sine(
        self, samples: int, *, hertz: float = 440, peak: float = 0.5, rate: int = 44_100, depth: int = 16, phase: float = 0
    ) -> list[int]:
        """A sine of a length, `peak` being a part of full scale."""
        step, top = 2 * math.pi * hertz / rate, peak * (2 ** (depth - 1) - 1)
        return [round(top * math.sin(step * n + phase)) for n in range(samples)]

    def wav(self, name: str, channels: Sequence[Sequence[int]], *, rate: int = 44_100, depth: int = 16, pad: int = 0) -> Path:
        """Write a WAV of integer samples, a sequence for each channel; `pad` zero bits go below each sample."""
        samples = [value << pad for frame in zip(*channels, strict=True) for value in frame]
        head = riff.wav_header(samples=len(channels[0]), rate=rate, channels=len(channels), depth=depth + pad)
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(head + packed(samples, depth + pad))
        return path

    def float_wav(self, name: str, channels: Sequence[Sequence[float]], *, rate: int = 44_100, depth: int = 32) -> Path:
        """Write a WAV of floating-point samples, of which 1.0 is full scale."""
        samples = [value for frame in zip(*channels, strict=True) for value in frame]
        head = riff.wav_header(samples=len(channels[0]), rate=rate, channels=len(channels), depth=depth, floating=True)
        path = Path(name)
        path.write_bytes(head + struct.pack(f"<{len(samples)}{'f' if depth == 32 else 'd'}", *samples))
        return path


def packed(samples: Sequence[int], depth: int) -> bytes:
    """Samples as a WAV holds them."""
    if depth == 8:
        return bytes(value + 128 for value in samples)
    if depth == 24:
        return b"".join(struct.pack("<i", value)[:3] for value in samples)
    return array({16: "h", 32: "i"}[depth], samples).tobytes()


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """What steps run with, in an empty folder that is the current one."""
    monkeypatch.chdir(tmp_path)
    return Bench(tmp_path)
