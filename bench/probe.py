"""CPU seconds for reading and measuring one track, and the memory that a very long one takes."""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

from repos import doit, median, music, repo


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=240)
    parser.add_argument("--hours", type=float, default=10)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = repo(Path(name) / "short", ["1.wav"], ["flac"])
        music(folder / "releases/masters/1.wav", given.seconds)
        doit(folder, "moon:probe:01")
        start = median(doit(folder, "moon:probe:01").cpu for _ in range(given.rounds))
        timings = []
        for _ in range(given.rounds):
            for kept in ("work", "cache"):
                shutil.rmtree(folder / ".pressroom" / kept)
            timings.append(doit(folder, "moon:probe:01"))
        cpu = median(t.cpu for t in timings) - start
        print(f"{given.seconds:g} s track: {cpu:.2f} CPU s to probe ({start:.2f} for the start of doit apart)")
        if given.hours:
            long = repo(Path(name) / "long", ["1.wav"], ["flac"])
            music(long / "releases/masters/1.wav", given.hours * 3600)
            timing = doit(long, "moon:probe:01")
            print(f"{given.hours:g} h track: {timing.cpu:.0f} CPU s, {timing.wall:.0f} s wall, {timing.peak:.0f} MiB peak")


if __name__ == "__main__":
    main()
