"""A kind of release whose steps cost next to nothing and are like those of an album: encode, tag, a list, facts of others.

Each step that runs says so in the file `runs`. A dodo.py that imports this knows the kind.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast

from pydantic import BaseModel

from pressroom.kinds import KINDS, Kind
from pressroom.plan import HINT, OUTPUT, Step
from pressroom.tools import ffmpeg

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pressroom.plan import Place, Work

RUNS = Path("runs")
WAKE = Path("wake")
"""Where it is, nothing naps any longer."""


class Note(BaseModel):
    """A title, and the file with the text."""

    title: str
    file: str


class Notes(BaseModel):
    """The words of a release: `ponder` are the seconds that planning takes, `nap` those of each encode.

    `hum` and `scribble` are the seconds of a step that runs ffmpeg, and of one that keeps writing; without them there is none.
    """

    kind: str
    ponder: str = "0"
    nap: str = "0"
    hum: str = ""
    scribble: str = ""
    notes: list[Note]


@dataclass(frozen=True, kw_only=True)
class Encode(Step):
    """The slow one: its result is an intermediate."""

    source: Path
    nap: float
    output: Path = field(metadata=OUTPUT)

    def run(self, work: Work) -> None:
        """Write the text in capitals."""
        ran(self.output)
        until = time.monotonic() + self.nap
        while time.monotonic() < until and not WAKE.exists():
            time.sleep(0.01)
        work.beside(self.output).write_bytes(self.source.read_bytes().upper())


@dataclass(frozen=True, kw_only=True)
class Tag(Step):
    """A copy with a title; as cheap as a copy out of the cache."""

    cached: ClassVar[bool] = False
    source: Path
    title: str
    output: Path = field(metadata=OUTPUT)

    def run(self, work: Work) -> None:
        """Write the title and the text."""
        ran(self.output)
        work.beside(self.output).write_bytes(self.title.encode() + b": " + self.source.read_bytes())


@dataclass(frozen=True, kw_only=True)
class Split(Step):
    """A file for each word of the first text; their number is not known beforehand."""

    source: Path
    output: Path = field(metadata=OUTPUT)

    @property
    def manifest(self) -> tuple[Path, Path]:
        """The list of the files, which stand beside it."""
        return self.output, self.output.parent

    def run(self, work: Work) -> None:
        """Write the words and their list."""
        ran(self.output)
        names = []
        for n, word in enumerate(self.source.read_text(encoding="utf-8").split(), 1):
            names.append(f"word-{n}.txt")
            work.beside(self.output.with_name(names[-1])).write_text(word, encoding="utf-8")
        content = {"files": [{"path": name} for name in names]}
        work.beside(self.output).write_text(json.dumps(content), encoding="utf-8")


@dataclass(frozen=True, kw_only=True)
class Join(Step):
    """All of the texts in one file, beside those of other releases that are there."""

    sources: tuple[Path, ...]
    others: tuple[Path, ...] = field(default=(), metadata=HINT)
    output: Path = field(metadata=OUTPUT)

    def run(self, work: Work) -> None:
        """Write them one after another."""
        ran(self.output)
        found = [path.read_bytes() for path in (*self.sources, *self.others) if path.exists()]
        work.beside(self.output).write_bytes(b"\n".join(found))


@dataclass(frozen=True, kw_only=True)
class Hum(Step):
    """Runs ffmpeg in real time."""

    source: Path
    seconds: float
    output: Path = field(metadata=OUTPUT)

    def run(self, work: Work) -> None:
        """Encode silence."""
        ran(self.output)
        silence = ["-re", "-f", "lavfi", "-i", f"anullsrc=duration={self.seconds}", "-flush_packets", "1"]
        ffmpeg.run(work, [*silence, "-f", "wav", str(work.beside(self.output))], making=self.output)


@dataclass(frozen=True, kw_only=True)
class Scribble(Step):
    """Writes a byte now and then."""

    source: Path
    seconds: float
    output: Path = field(metadata=OUTPUT)

    def run(self, work: Work) -> None:
        """Write until the time is over; that it has to stop is not asked."""
        ran(self.output)
        with work.beside(self.output).open("wb", buffering=0) as stream:
            for _ in range(round(self.seconds * 100)):
                stream.write(b".")
                time.sleep(0.01)


def ran(output: Path) -> None:
    """Note that a step runs."""
    with RUNS.open("a", encoding="utf-8") as stream:
        stream.write(f"{output}\n")


def plan(words: Notes, place: Place) -> Iterator[Step]:
    """The steps of a release."""
    time.sleep(float(words.ponder))
    folder, bare, tagged = place.source.parent, [], []
    for n, note in enumerate(words.notes, 1):
        bare.append(place.work / f"{n:02}.txt")
        tagged.append(place.build / f"{n:02} {note.title}.txt")
        yield Encode(name=f"encode:{n:02}", source=folder / note.file, nap=float(words.nap), output=bare[-1])
        yield Tag(name=f"tag:{n:02}", source=bare[-1], title=note.title, output=tagged[-1])
    yield Split(name="split", source=folder / words.notes[0].file, output=place.build / "words.json")
    yield Join(name="ledger", sources=tuple(bare), output=place.ledger)
    yield Join(name="check", sources=(place.ledger,), others=place.ledgers, output=place.work / "check.txt")
    yield Join(name="all", sources=tuple(tagged), output=place.build / "all.txt")
    if words.hum:
        yield Hum(name="hum", source=folder / words.notes[0].file, seconds=float(words.hum), output=place.build / "hum.wav")
    if words.scribble:
        seconds, output = float(words.scribble), place.build / "scribble.txt"
        yield Scribble(name="scribble", source=folder / words.notes[0].file, seconds=seconds, output=output)


def nothing(_: Mapping[str, object]) -> Mapping[str, str | int | None]:
    """What a release inherits."""
    return {}


cast("dict[str, Kind[Any]]", KINDS)["notes"] = Kind(words=Notes, plan=plan, inherited=nothing, summary=lambda _: "notes")
