"""The engine alone, on steps that do next to nothing: no-op, one release of many, overhead of a step, schedule.

Beside it, in the same run and on as many files: stock doit, make, and ninja and SCons where they are installed.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path

from repos import Timing, doit, median, own_kind, timed

KINDS = """
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
import time
from typing import Literal
from pydantic import BaseModel
from pressroom.kinds import KINDS, Kind
from pressroom.plan import OUTPUT, Step

class Words(BaseModel):
    kind: str
    count: int = 0
    naps: str = ""

@dataclass(frozen=True, kw_only=True)
class Write(Step):
    source: Path
    text: str
    output: Path = field(metadata=OUTPUT)
    def run(self, work):
        work.beside(self.output).write_text(self.text)

@dataclass(frozen=True, kw_only=True)
class Nap(Step):
    seconds: float
    text: str
    output: Path = field(metadata=OUTPUT)
    def run(self, work):
        time.sleep(self.seconds)
        work.beside(self.output).write_text(self.text)

def plan(words, place):
    for n in range(int(words.count)):
        source, output = place.source.with_suffix(".txt"), place.build / f"{n}.txt"
        yield Write(name=f"w:{n}", source=source, text=f"{place.slug} {n}", output=output)
    for n, nap in enumerate(words.naps.split()):
        seconds, _, text = nap.partition("/")
        yield Nap(name=f"nap:{n}", seconds=float(seconds), text=text, output=place.build / f"nap{n}.txt")

KINDS["bench"] = Kind(words=Words, plan=plan, summary=lambda words: "bench", inherited=lambda words: {})
"""
STOCK = """
from pathlib import Path
DOIT_CONFIG = {{"backend": "sqlite3"}}
def task_w():
    for n in range({count}):
        out = f"out/{{n}}.txt"
        yield {{"name": str(n), "file_dep": ["in.txt"], "targets": [out], "actions": [(write, [out, str(n)])]}}
def write(out, text):
    Path(out).write_text(text)
"""
ROUNDS = 5


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=10_000)
    parser.add_argument("--releases", type=int, default=10)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        steps(Path(name), given.steps, given.releases)
    with tempfile.TemporaryDirectory() as name:
        schedule(Path(name))


def steps(folder: Path, count: int, releases: int) -> None:
    """First builds, and builds with nothing to do."""
    ours = folder / "ours"
    own_kind(ours, KINDS)
    for n in range(releases):
        (ours / f"releases/r{n}.yaml").write_text(f"kind: bench\ncount: {count // releases}\n", encoding="utf-8")
        (ours / f"releases/r{n}.txt").write_text("source", encoding="utf-8")
    time.sleep(0.1)
    first = doit(ours, "-n", "2")
    doit(ours)
    print(f"{count} steps in {releases} releases, median of {ROUNDS} where nothing is to do\n")
    print(f"{'':44}{'wall s':>8}{'CPU s':>8}{'MiB':>8}")
    row("pressroom, first build", first)
    print(f"{'  overhead of a step, ms':44}{first.wall / count * 1000:8.2f}{first.cpu / count * 1000:8.2f}")
    row("pressroom, nothing to do", *(doit(ours) for _ in range(ROUNDS)))
    row("pressroom, nothing to do, one release named", *(doit(ours, "r1") for _ in range(ROUNDS)))
    row("pressroom, nothing to do, in full", *(doit(ours, "--report", "report.json") for _ in range(2)))
    for program, command in others(folder, count).items():
        where = folder / program
        built = timed(command, where)
        row(f"{program}, first build", built)
        row(f"{program}, nothing to do", *(timed(command, where) for _ in range(ROUNDS)))


def others(folder: Path, count: int) -> dict[str, list[str]]:
    """The same graph for other programs: their commands, by the folder that each works in."""
    commands = {"doit": [sys.executable, "-m", "doit", "-v0", "-r", "zero"]}
    names = [f"out/{n}.txt" for n in range(count)]
    rules = "".join(f"{name}: in.txt\n\t@echo {n} > {name}\n" for n, name in enumerate(names))
    ninja = "rule w\n  command = echo $n > $out\n" + "".join(
        f"build {name}: w in.txt\n  n = {n}\n" for n, name in enumerate(names)
    )
    files = {"doit": {"dodo.py": STOCK.format(count=count)}}
    if shutil.which("make"):
        files["make"], commands["make"] = {"Makefile": "all: " + " ".join(names) + "\n" + rules}, ["make", "-rRs"]
    if shutil.which("ninja"):
        files["ninja"], commands["ninja"] = {"build.ninja": ninja}, ["ninja", "--quiet"]
    if shutil.which("scons"):
        lines = "".join(f"Command({name!r}, 'in.txt', 'echo {n} > $TARGET')\n" for n, name in enumerate(names))
        files["scons"], commands["scons"] = {"SConstruct": lines}, ["scons", "-Q", "-s"]
    for program, content in files.items():
        (folder / program / "out").mkdir(parents=True)
        (folder / program / "in.txt").write_text("source", encoding="utf-8")
        for name, text in content.items():
            (folder / program / name).write_text(text, encoding="utf-8")
    return commands


def row(name: str, *timings: Timing) -> None:
    """One line of the table."""
    wall, cpu, peak = (median(getattr(timing, field) for timing in timings) for field in ("wall", "cpu", "peak"))
    print(f"{name:44}{wall:8.2f}{cpu:8.2f}{peak:8.0f}")


def schedule(folder: Path) -> None:
    """Eight short steps and a long one that is last in the plan, on two slots: the second build knows how long each takes."""
    own_kind(folder, KINDS)
    walls, own = [], []
    for round_ in "ab":
        naps = " ".join(f"{seconds}/{round_}{n}" for n, seconds in enumerate([0.5] * 8 + [3]))
        (folder / "releases/r.yaml").write_text(f"kind: bench\nnaps: {naps}\n", encoding="utf-8")
        walls.append(doit(folder, "-n", "2", "--report", "report.json").wall)
        own.append(json.loads((folder / "report.json").read_text(encoding="utf-8"))["seconds"])
    told = f"first build {walls[0]:.2f} s, second {walls[1]:.2f} s, {own[1]:.2f} s by its own clock (the optimum is 3.5)"
    print(f"\n8 x 0.5 s + 1 x 3 s on two slots: {told}")


if __name__ == "__main__":
    main()
