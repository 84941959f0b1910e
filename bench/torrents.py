"""Torrents beside mktorrent, torf and libtorrent: hashing all of a payload, and what is left to do after a change.

The programs run in turn, whole processes on files that are in memory; what is not installed is left out. The figures of one
changed file are of the whole of `doit`, and of its step alone, which hashes the change and writes the torrent.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import random
import shutil
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from repos import Timing, doit, median, own_kind, timed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MIB = 1 << 20
CORES = len(os.sched_getaffinity(0))
OURS = str(Path(__file__).with_name("maketorrent.py"))
TORF = """
import sys, torf
torrent = torf.Torrent(path=sys.argv[1], piece_size_max=2**24)
torrent.piece_size = int(sys.argv[4])
torrent.generate(threads=int(sys.argv[5]))
torrent.write(sys.argv[2])
"""
LIBTORRENT = """
import sys, libtorrent as lt
from pathlib import Path
folder = Path(sys.argv[1])
flags = {"v1": lt.create_torrent.v1_only, "v2": lt.create_torrent.v2_only, "hybrid": 0}[sys.argv[3]]
made = lt.create_torrent(list(lt.list_files(str(folder))), int(sys.argv[4]), flags)
lt.set_piece_hashes(made, str(folder.parent))
Path(sys.argv[2]).write_bytes(lt.bencode(made.generate()))
"""
KINDS = """
from pathlib import Path
from pydantic import BaseModel
from pressroom.kinds import KINDS, Kind
from pressroom.tools.torrent import MakeTorrents, Wish

class Words(BaseModel):
    kind: str
    version: str
    count: int

def plan(words, place):
    names = tuple(f"{number:02}.bin" for number in range(words.count))
    build = place.build
    yield MakeTorrents(
        name="torrent",
        wishes=(Wish(name="big", version=words.version, piece=1 << 20, files=names),),
        payload=tuple((name, Path("payload/big") / name) for name in names),
        lock=place.source.with_suffix(".lock.json"),
        torrents=(build / "big.torrent",),
        magnets=(build / "big.magnet",),
        listing=build / "torrent.json",
        hashes=place.work / "torrent.hashes",
    )

KINDS["bench"] = Kind(words=Words, plan=plan, summary=lambda words: "bench", inherited=lambda words: {})
"""


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tracks", type=int, default=40)
    parser.add_argument("--megabytes", type=int, default=50, help="of each track")
    parser.add_argument("--small", type=int, default=5000, help="files of 100 kB")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        big = payload(folder / "payload/big", given.tracks, given.megabytes * 10**6)
        small = payload(folder / "payload/small", given.small, 100_000)
        best = whole(f"{given.tracks} files of {given.megabytes} MB", big, ("v1", "v2", "hybrid"), given.rounds)
        whole(f"{given.small} files of 100 kB", small, ("v1", "v2"), given.rounds)
        for version in ("v1", "hybrid"):
            one_changed(folder, version, given.tracks, given.rounds, best[version])


def payload(folder: Path, count: int, size: int) -> Path:
    """Files of one size, each with bytes of its own."""
    folder.mkdir(parents=True)
    noise = random.Random(1).randbytes(size)  # noqa: S311  # made-up content
    for number in range(count):
        (folder / f"{number:02}.bin").write_bytes(number.to_bytes(8, "big") + noise[8:])
    return folder


def whole(title: str, folder: Path, versions: Sequence[str], rounds: int) -> Mapping[str, float]:
    """A table of all programs; returns the wall seconds of the best peer by version."""
    print(f"{title}, pieces of 1 MiB, median of {rounds}\n\n{'':32}{'wall s':>8}{'CPU s':>8}{'MiB':>8}{'ratio':>8}")
    best: dict[str, float] = {}
    for version in versions:
        timings: dict[str, list[Timing]] = defaultdict(list)
        for _ in range(rounds):
            for program, command in commands(folder, version).items():
                output = folder.parent / f"{program}.torrent"
                output.unlink(missing_ok=True)
                timings[program].append(timed(command, folder.parent))
        walls = {program: median(timing.wall for timing in found) for program, found in timings.items()}
        best[version] = min((wall for program, wall in walls.items() if program != "pressroom"), default=0.0)
        for program, found in timings.items():
            cpu, peak = (median(getattr(timing, field) for timing in found) for field in ("cpu", "peak"))
            ratio = f"{walls['pressroom'] / walls[program]:8.2f}"
            print(f"{version:8}{program:24}{walls[program]:8.2f}{cpu:8.2f}{peak:8.0f}{ratio}")
    print()
    return best


def commands(folder: Path, version: str) -> Mapping[str, Sequence[str]]:
    """The programs that make this version, each with its command."""
    arguments = [str(folder), str(folder.parent / "x.torrent"), version, str(MIB), str(CORES)]

    def into(program: str) -> list[str]:
        return [arguments[0], str(folder.parent / f"{program}.torrent"), *arguments[2:]]

    found = {"pressroom": [sys.executable, OURS, *into("pressroom")]}
    if version == "v1" and shutil.which("mktorrent"):
        output = str(folder.parent / "mktorrent.torrent")
        found["mktorrent"] = ["mktorrent", "-t", str(CORES), "-l", "20", "-o", output, str(folder)]
    if version == "v1" and importlib.util.find_spec("torf"):
        found["torf"] = [sys.executable, "-c", TORF, *into("torf")]
    if importlib.util.find_spec("libtorrent"):
        found["libtorrent"] = [sys.executable, "-c", LIBTORRENT, *into("libtorrent")]
    return found


def one_changed(folder: Path, version: str, count: int, rounds: int, best: float) -> None:
    """`doit` where one step makes the torrent of `payload/big`: in full, after one new tag, and with nothing to do."""
    for name in (".pressroom", "build", "releases"):
        shutil.rmtree(folder / name, ignore_errors=True)
    own_kind(folder, KINDS)
    (folder / "releases/big.yaml").write_text(f"kind: bench\nversion: {version}\ncount: {count}\n", encoding="utf-8")
    full = doit(folder, "--report", "report.json")
    steps, walls = [], []
    for round_ in range(rounds):
        with (folder / f"payload/big/{count // 2:02}.bin").open("r+b") as file:
            file.write(f"{version} {round_}".encode())
        walls.append(doit(folder, "--report", "report.json").wall)
        steps.append(json.loads((folder / "report.json").read_text("utf-8"))["steps"][0]["seconds"])
    idle = median(doit(folder).wall for _ in range(rounds))
    step = median(steps)
    whole = median(walls)
    print(f"{version}, one of {count} files changed, beside the best of the others in full ({best:.2f} s):")
    print(f"  the step {step:.3f} s ({best / step:.0f} x faster), all of doit {whole:.2f} s ({best / whole:.1f} x)")
    print(f"  doit in full {full.wall:.2f} s, with nothing to do {idle:.2f} s")


if __name__ == "__main__":
    main()
