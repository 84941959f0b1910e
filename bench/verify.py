"""Reading many bytes again: `doit verify`, an album restored from the cache, and inputs that were touched.

Beside each, in the same run and on the same files: what coreutils take, one and two processes at a time, and Python's
hashlib alone on two threads, which is several times as fast where the CPU has instructions for SHA-256.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from repos import Timing, doit, median, music, own_kind, repo, timed

if TYPE_CHECKING:
    from collections.abc import Sequence

KINDS = """
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar
from pydantic import BaseModel
from pressroom.kinds import KINDS, Kind
from pressroom.plan import OUTPUT, Step

class Words(BaseModel):
    kind: str
    copied: bool

@dataclass(frozen=True, kw_only=True)
class Copy(Step):
    cached: ClassVar[bool] = False
    source: Path
    copied: bool
    output: Path = field(metadata=OUTPUT)
    def run(self, work):
        content = self.source.read_bytes() if self.copied else b"seen"
        work.beside(self.output).write_bytes(content)

def plan(words, place):
    for source in sorted((place.source.parent / "bytes").iterdir()):
        yield Copy(name=source.name, source=source, copied=words.copied, output=place.build / source.name)

KINDS["bench"] = Kind(words=Words, plan=plan, summary=lambda words: "bench", inherited=lambda words: {})
"""
FILES = 40
"""Of different sizes, as tracks are."""
GB = 10**9
SUMS = ("hashlib, two threads", "sha256sum, one at a time", "sha256sum, two at a time")
ROUNDS = 3
SUM = "sha256sum {} > /dev/null"
HASHLIB = """
import hashlib, sys
from concurrent.futures import ThreadPoolExecutor
def digest(name):
    with open(name, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
with ThreadPoolExecutor(2) as pool:
    list(pool.map(digest, sys.argv[1:]))
"""
COPY_AND_SUM = "cp {} copies/ && sha256sum {} > /dev/null"


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gigabytes", type=float, default=2, help="of inputs to touch; 0 leaves that out, as with the others")
    parser.add_argument("--outputs", type=float, default=1, help="gigabytes to verify")
    parser.add_argument("--seconds", type=float, default=240, help="of each of the album's 10 tracks")
    given = parser.parse_args()
    for measure, amount in ((verify, given.outputs), (touch, given.gigabytes), (restore, given.seconds)):
        if amount:
            with tempfile.TemporaryDirectory() as name:
                measure(Path(name), amount)


def verify(folder: Path, gigabytes: float) -> None:
    """Outputs held against the record."""
    files = tree(folder, gigabytes, copied=True)
    doit(folder)
    built = [Path("build/r") / path.name for path in files]
    rounds = [(doit(folder, "verify"), *sums(folder, built)) for _ in range(ROUNDS)]
    names = ("doit verify", *SUMS)
    table("verify", size(folder, built), dict(zip(names, zip(*rounds, strict=True), strict=True)))


def touch(folder: Path, gigabytes: float) -> None:
    """Inputs whose content is as it was, and whose dates are not."""
    files = [path.relative_to(folder) for path in tree(folder, gigabytes, copied=False)]
    doit(folder)
    rounds = []
    for _ in range(ROUNDS):
        for path in files:
            (folder / path).touch()
        time.sleep(0.1)
        rounds.append((doit(folder), doit(folder), *sums(folder, files)))
    names = ("doit, every input touched", "doit, once more", *SUMS)
    table("touch", size(folder, files), dict(zip(names, zip(*rounds, strict=True), strict=True)))


def restore(folder: Path, seconds: float) -> None:
    """An album that was cleaned, in the formats of album.py; by doit's own clock the start of Python is left out."""
    masters = [f"{n:02}.wav" for n in range(1, 11)]
    repo(folder, masters, ("mp3-v0", "aac-256", "opus-160", "flac"))
    for n, master in enumerate(masters, 1):
        music(folder / "releases/masters" / master, seconds, n)
    doit(folder)
    built = sorted(path.relative_to(folder) for path in (folder / "build").rglob("*") if path.is_file())
    rounds = []
    for _ in range(ROUNDS):
        rest = each(folder, COPY_AND_SUM, built, 2)
        doit(folder, "clean")
        whole = doit(folder, "-n", "2", "--report", "report.json")
        own = json.loads((folder / "report.json").read_text(encoding="utf-8"))["seconds"]
        rounds.append((whole, replace(whole, wall=own), rest))
        if ran := encodes(folder / "report.json"):
            raise SystemExit(f"encoded again: {', '.join(ran)}")
    names = ("doit after doit clean", "the same by its own clock", "cp and sha256sum, two at a time")
    table("restore", size(folder, built), dict(zip(names, zip(*rounds, strict=True), strict=True)))


def encodes(report: Path) -> list[str]:
    """The encodes that ran."""
    steps = json.loads(report.read_text(encoding="utf-8"))["steps"]
    return [step["task"] for step in steps if step["outcome"] == "made" and ":encode" in step["task"]]


def tree(folder: Path, gigabytes: float, *, copied: bool) -> list[Path]:
    """A repo with a step for each of many files of noise; returns the files."""
    sizes = random.Random(1)  # noqa: S311  # of a benchmark
    shares = [sizes.uniform(0.5, 1.5) / FILES for _ in range(FILES)]
    own_kind(folder, KINDS)
    where = folder / "releases/bytes"
    where.mkdir()
    (folder / "releases/r.yaml").write_text(f"kind: bench\ncopied: {str(copied).lower()}\n", encoding="utf-8")
    for n, share in enumerate(shares):
        (where / f"{n:02}").write_bytes(os.urandom(int(share * gigabytes * GB)))
    time.sleep(0.1)
    return sorted(where.iterdir())


def sums(folder: Path, files: Sequence[Path]) -> tuple[Timing, ...]:
    """The digests of the files, by each program of SUMS."""
    hashlib = timed([sys.executable, "-c", HASHLIB, *map(str, files)], folder)
    return hashlib, each(folder, SUM, files, 1), each(folder, SUM, files, 2)


def each(folder: Path, command: str, files: Sequence[Path], at_once: int) -> Timing:
    """Run a shell command for each of the files, so many at once."""
    (folder / "copies").mkdir(exist_ok=True)
    (folder / "names").write_text("".join(f"{path}\0" for path in files), encoding="utf-8")
    quoted = command.replace("{}", '"$0"')
    return timed(["sh", "-c", f"xargs -0 -P {at_once} -n 1 sh -c '{quoted}' < names"], folder)


def size(folder: Path, files: Sequence[Path]) -> int:
    """The bytes of all."""
    return sum((folder / path).stat().st_size for path in files)


def table(name: str, total: int, found: dict[str, tuple[Timing, ...]]) -> None:
    """The medians, with the speed as a part of the last one's."""
    print(f"\n{name}: {total / GB:.2f} GB, median of {ROUNDS} rounds\n")
    print(f"{'':34}{'wall s':>8}{'CPU s':>8}{'MB/s':>8}{'ratio':>8}")
    walls = {what: median(timing.wall for timing in timings) for what, timings in found.items()}
    base = list(walls.values())[-1]
    for what, wall in walls.items():
        cpu = median(timing.cpu for timing in found[what])
        print(f"{what:34}{wall:8.2f}{cpu:8.2f}{total / wall / 10**6:8.0f}{base / wall:8.2f}")


if __name__ == "__main__":
    main()
