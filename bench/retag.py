"""`doit` after one title changed in a built release of 100 tracks, without archives."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from repos import doit, median, music, repo


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tracks", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = repo(Path(name), [f"{n}.wav" for n in range(1, given.tracks + 1)], ["flac", "mp3-v0"])
        for n in range(1, given.tracks + 1):
            music(folder / f"releases/masters/{n}.wav", given.seconds, n % 7 + 1)
        doit(folder)
        words = folder / "releases/moon.yaml"
        timings = []
        middle = f"Track {given.tracks // 2}"
        for n in range(given.rounds):
            text = words.read_text(encoding="utf-8").replace(f"{middle}{'x' * n},", f"{middle}{'x' * (n + 1)},")
            words.write_text(text, encoding="utf-8")
            timings.append(doit(folder))
        idle = median(doit(folder).wall for _ in range(given.rounds))
        wall, cpu = median(t.wall for t in timings), median(t.cpu for t in timings)
        print(f"one title of {given.tracks} tracks in 2 formats: {wall:.2f} s wall, {cpu:.2f} CPU s")
        print(f"nothing to do: {idle:.2f} s wall")


if __name__ == "__main__":
    main()
