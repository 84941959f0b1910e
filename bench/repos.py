"""Repos to measure in: made-up music of any length, and a release over it."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pressroom.engine.toolchain import bundled_ffmpeg

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

DODO = "from pressroom.dodo import *\n"
OWN_KIND = """
import sys
import pressroom.dodo
from pressroom.dodo import *
sys.path.insert(0, ".")
plain = pressroom.dodo.release_tasks
def release_tasks(names=()):
    import bench_kinds  # only where releases are read, as pressroom's own kinds
    yield from plain(names)
pressroom.dodo.release_tasks = release_tasks
"""
FFMPEG = str(bundled_ffmpeg())


@dataclass(frozen=True, kw_only=True)
class Timing:
    """One process: wall and CPU seconds (its children's too), and its own peak memory in MiB."""

    wall: float
    cpu: float
    peak: float


AGAIN_SECONDS = 600.0


def music(path: Path, seconds: float, seed: int = 1) -> None:
    """A stereo WAV of 44.1 kHz and 16 bits: chords under a slow tremolo, with a noise band and a beat.

    What is longer than ten minutes is the first ten again and again.
    """
    if seconds > AGAIN_SECONDS:
        part = path.with_suffix(".part.wav")
        music(part, AGAIN_SECONDS, seed)
        copied = ["-stream_loop", "-1", "-i", str(part), "-t", str(seconds), "-c", "copy", "-rf64", "auto", str(path)]
        subprocess.run([FFMPEG, "-v", "error", "-y", *copied], check=True)
        part.unlink()
        return
    tune = "+".join(f"0.12*sin({110 * seed * n / 4:.2f}*2*PI*t)*(0.6+0.4*sin(0.{n}*t))" for n in range(4, 9))
    beat = "0.25*sin(60*2*PI*t)*exp(-8*mod(t\\,0.5))"
    tones = f"aevalsrc={tune}+{beat}|{tune}-{beat}:s=44100:d={seconds}"
    noise = f"anoisesrc=d={seconds}:c=pink:r=44100:a=0.12:seed={seed}"
    mixed = ["-filter_complex", "[1:a]aformat=channel_layouts=stereo[n];[0:a][n]amix=inputs=2:normalize=0"]
    args = ["-v", "error", "-y", "-f", "lavfi", "-i", tones, "-f", "lavfi", "-i", noise, *mixed, "-c:a", "pcm_s16le", str(path)]
    subprocess.run([FFMPEG, *args], check=True)


def repo(folder: Path, masters: Sequence[str], formats: Iterable[str]) -> Path:
    """A releases repo with one release, `moon`, whose masters lie in releases/masters; a master may be named twice."""
    (folder / "releases/masters").mkdir(parents=True, exist_ok=True)
    (folder / "dodo.py").write_text(DODO, encoding="utf-8")
    tracks = "\n".join(f"  - {{title: Track {n}, file: masters/{name}}}" for n, name in enumerate(masters, 1))
    words = f"kind: album\ntitle: Moon\nartist: Bench\ndate: 2026\nformats: [{', '.join(formats)}]\ntracks:\n{tracks}\n"
    (folder / "releases/moon.yaml").write_text(words, encoding="utf-8")
    return folder


def own_kind(folder: Path, kind: str) -> None:
    """Make a releases repo whose releases are of a `kind` that is Python text, which puts it into KINDS."""
    (folder / "releases").mkdir(parents=True)
    (folder / "bench_kinds.py").write_text(kind, encoding="utf-8")
    (folder / "dodo.py").write_text(OWN_KIND, encoding="utf-8")


def doit(folder: Path, *arguments: str) -> Timing:
    """Run doit in a repo."""
    return timed([sys.executable, "-m", "doit", *arguments], folder)


def timed(argv: Sequence[str], folder: Path) -> Timing:
    """Run a command to its end; raises CalledProcessError when it fails."""
    before = os.times()
    began = time.perf_counter()
    process = subprocess.Popen(argv, cwd=folder, stdout=subprocess.DEVNULL)
    peak = 0.0
    while process.poll() is None:
        peak = max(peak, _peak(process.pid))
        time.sleep(0.01)
    wall = time.perf_counter() - began
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, argv)
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Timing(wall=wall, cpu=cpu, peak=peak)


def median(values: Iterable[float]) -> float:
    """The middle one."""
    return statistics.median(values)


def _peak(pid: int) -> float:
    """A process's own peak memory in MiB; 0 where the system does not tell."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)
