"""The list of a release's stems."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pressroom.formats import facts
from pressroom.plan import OUTPUT, Step
from pressroom.tools import notes

if TYPE_CHECKING:
    from pathlib import Path

    from pressroom.plan import Work


@dataclass(frozen=True, kw_only=True)
class Stem:
    """A stem: whose, its name, its path below the release's folder, and where its facts and its receipt lie."""

    track: str
    name: str
    path: str
    facts: Path
    receipt: Path


@dataclass(frozen=True, kw_only=True)
class WriteStems(Step):
    """Writes stems.json: what each stem is, so that a remixer's tools can load them aligned."""

    stems: tuple[Stem, ...]
    output: Path = field(metadata=OUTPUT)

    def run(self, work: Work) -> None:
        """Write it."""
        notes.write(work, self.output, {"stems": [_told(stem) for stem in self.stems]})


def _told(stem: Stem) -> dict[str, object]:
    """What is known of a stem."""
    audio = notes.read(facts.AudioFacts, stem.facts)
    receipt = notes.read(facts.Receipt, stem.receipt)
    return {
        "track": stem.track,
        "name": stem.name,
        "path": stem.path,
        "bytes": receipt.bytes,
        "sha256": receipt.sha256,
        "samples": audio.samples,
        "rate": audio.rate,
        "channels": audio.channels,
        "depth": audio.depth,
        "seconds": round(audio.seconds, 6),
        "true_peak": audio.loudness.true_peak,
    }
