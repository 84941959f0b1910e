"""First build of an album, beside a shell script that gets the best from the same ffmpeg, two processes at a time."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import tempfile
from pathlib import Path

from repos import FFMPEG, Timing, doit, median, music, repo, timed

FORMATS = ("mp3-v0", "aac-256", "opus-160", "flac")
PLAIN = {
    "mp3": "-c:a libmp3lame -q:a 0",
    "m4a": "-c:a aac -b:a 256k",
    "opus": "-c:a libopus -b:a 160k",
    "flac": "-c:a flac -compression_level 8",
}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tracks", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=240)
    parser.add_argument("--rounds", type=int, default=2)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        masters = [f"{n:02}.wav" for n in range(1, given.tracks + 1)]
        repo(folder, masters, FORMATS)
        for n, master in enumerate(masters, 1):
            music(folder / "releases/masters" / master, given.seconds, n)
        rounds = [(script(folder), stages(folder), whole(folder)) for _ in range(given.rounds)]
    plain = median(r[0].wall for r in rounds)
    print(f"{given.tracks} tracks of {given.seconds:g} s to {', '.join(FORMATS)}; median of {given.rounds} rounds\n")
    print(f"{'':34}{'wall s':>8}{'ratio':>8}{'CPU s':>8}")
    row("shell script, two at a time", [r[0] for r in rounds], plain)
    for stage in ("probe", "encode", "the rest"):
        row(f"doit, {stage} alone", [r[1][stage] for r in rounds], plain)
    row("doit, whole first build", [r[2] for r in rounds], plain)
    print(f"\npeak memory of pressroom itself: {max(r[2].peak for r in rounds):.0f} MiB")


def row(name: str, timings: list[Timing], plain: float) -> None:
    """One line of the table; the ratio is to the script's wall time."""
    wall = median(t.wall for t in timings)
    print(f"{name:34}{wall:8.1f}{wall / plain:8.2f}{median(t.cpu for t in timings):8.1f}")


def script(folder: Path) -> Timing:
    """The plain way."""
    out = folder / "plain"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    lines = [
        f"{FFMPEG} -nostdin -v error -y -i {master} {options} {out / master.stem}.{suffix}"
        for master in sorted((folder / "releases/masters").glob("*.wav"))
        for suffix, options in PLAIN.items()
    ]
    (folder / "commands").write_text("\n".join(lines) + "\n", encoding="utf-8")
    subprocess.run(["sync"], check=True)
    return timed(["sh", "-c", "xargs -P 2 -I{} sh -c {} < commands"], folder)


def stages(folder: Path) -> dict[str, Timing]:
    """The first build in three parts."""
    reset(folder)
    return {"probe": doit(folder, "moon:probe*"), "encode": doit(folder, "moon:encode*"), "the rest": doit(folder)}


def whole(folder: Path) -> Timing:
    """The first build in one go."""
    reset(folder)
    return doit(folder)


def reset(folder: Path) -> None:
    """Back to a fresh checkout."""
    shutil.rmtree(folder / "build", ignore_errors=True)
    shutil.rmtree(folder / ".pressroom", ignore_errors=True)
    subprocess.run(["sync"], check=True)


if __name__ == "__main__":
    main()
