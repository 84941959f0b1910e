"""Packaging a long AAC for HLS by copy, beside ffmpeg's own muxer: one fragmented MP4 with a playlist of byte ranges."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from repos import FFMPEG, Timing, median, music, timed

from pressroom.engine.running import Running
from pressroom.engine.toolchain import Toolchain
from pressroom.engine.work import StepWork
from pressroom.formats.facts import to_json
from pressroom.formats.rendition import Joined, playlist_names
from pressroom.tools.hls import WriteHls
from pressroom.tools.packaging import Package

if TYPE_CHECKING:
    from pressroom.plan import Step

PIECE = 100
"""Seconds that are encoded; the rest is their repetition."""


def main() -> None:
    """Print the table; `--package` is what it measures, in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--package", nargs=2, type=Path, metavar=("SOURCE", "FOLDER"))
    given = parser.parse_args()
    if given.package:
        package(*given.package)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = book(folder, given.hours)
        rounds = [(pressroom(folder, source), ffmpeg(folder, source)) for _ in range(given.rounds)]
        size = source.stat().st_size / 1e6
    print(f"{given.hours:g} h of AAC, {size:.0f} MB; median of {given.rounds} rounds\n")
    print(f"{'':34}{'wall s':>8}{'CPU s':>8}{'MiB':>8}")
    row("pressroom, named by SHA-256", [ours for ours, _ in rounds])
    row("ffmpeg -f hls, without", [theirs for _, theirs in rounds])


def row(name: str, timings: list[Timing]) -> None:
    """One line of the table."""
    wall, cpu = median(t.wall for t in timings), median(t.cpu for t in timings)
    print(f"{name:34}{wall:8.2f}{cpu:8.2f}{max(t.peak for t in timings):8.0f}")


def book(folder: Path, hours: float) -> Path:
    """An M4A of some hours at 64 kb/s."""
    music(folder / "piece.wav", PIECE)
    encode = ["-i", str(folder / "piece.wav"), "-ar", "48000", "-c:a", "aac", "-b:a", "64k", str(folder / "piece.m4a")]
    subprocess.run([FFMPEG, "-v", "error", "-y", *encode], check=True)
    repeats = str(max(0, round(hours * 3600 / PIECE) - 1))
    loop = ["-stream_loop", repeats, "-i", str(folder / "piece.m4a"), "-c", "copy", "-bitexact", str(folder / "book.m4a")]
    subprocess.run([FFMPEG, "-v", "error", "-y", *loop], check=True)
    return folder / "book.m4a"


def pressroom(folder: Path, source: Path) -> Timing:
    """Our way, into an empty folder: what a file of the round before costs to remove is no part of it."""
    shutil.rmtree(folder / "ours", ignore_errors=True)
    subprocess.run(["sync"], check=True)
    return timed([sys.executable, __file__, "--package", str(source), str(folder)], folder)


def ffmpeg(folder: Path, source: Path) -> Timing:
    """The other, likewise."""
    shutil.rmtree(folder / "theirs", ignore_errors=True)
    (folder / "theirs").mkdir()
    subprocess.run(["sync"], check=True)
    options = "-c copy -f hls -hls_segment_type fmp4 -hls_flags single_file -hls_playlist_type vod -hls_time 6"
    return timed([FFMPEG, "-v", "error", "-y", "-i", str(source), *options.split(), str(folder / "theirs/book.m3u8")], folder)


def package(source: Path, folder: Path) -> None:
    """The steps of a build: the file under the digest of its bytes, and its playlists."""
    work = StepWork(Toolchain("bundled", folder / "toolchain.json"), Running(), lambda _: None)
    stream, packaged = folder / "stream.json", folder / "packaged.json"
    stream.write_text(to_json(Joined(files=(), starts=(0,))), encoding="utf-8")
    done(
        work,
        Package(
            name="package",
            rendition="book",
            stream=stream,
            bare=(source,),
            segment=Fraction(6),
            layout="single",
            folder=folder / "ours",
            packaged=packaged,
        ),
    )
    names = playlist_names(("book",), ())
    done(
        work,
        WriteHls(
            name="playlists",
            renditions=("book",),
            packaged=(packaged,),
            which=(),
            segment=Fraction(6),
            playlists=tuple(folder / "ours" / name for name in names),
        ),
    )


def done(work: StepWork, step: Step) -> None:
    """Run a step, and put what it made in its place."""
    step.run(work)
    for path, part in work.parts.items():
        part.replace(path)
    work.parts.clear()


if __name__ == "__main__":
    main()
