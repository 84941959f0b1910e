"""The levels that players even out: of every track, and of the album as one programme."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pressroom.formats import facts, loudness
from pressroom.plan import Step

if TYPE_CHECKING:
    from pathlib import Path

    from pressroom.plan import Work


@dataclass(frozen=True, kw_only=True)
class MeasureAlbum(Step):
    """Joins the tracks' loudness blocks into the album's, and the peaks of one encoding's files into its peak.

    Loudness is the master's, gated over all tracks (ReplayGain 2.0, "Album gain"); peaks are those of the files that play.
    """

    facts: tuple[Path, ...]
    measured: tuple[Path, ...]
    output: Path

    @property
    def inputs(self) -> tuple[Path, ...]:
        return (*self.facts, *self.measured)

    @property
    def outputs(self) -> tuple[Path, ...]:
        return (self.output,)

    def run(self, work: Work) -> None:
        """Write the levels."""
        masters = [facts.audio_facts(path.read_text(encoding="utf-8")) for path in self.facts]
        files = [facts.encoded_facts(path.read_text(encoding="utf-8")) for path in self.measured]
        blocks = loudness.merged(dict(master.loudness.blocks) for master in masters)
        album = facts.Level(
            lufs=loudness.integrated(blocks),
            peak=max((file.true_peak for file in files if file.true_peak is not None), default=None),
        )
        tracks = tuple(
            facts.Level(lufs=master.loudness.integrated, peak=file.true_peak) for master, file in zip(masters, files, strict=True)
        )
        levels = facts.Levels(album=album, tracks=tracks)
        work.beside(self.output).write_text(facts.to_json(levels), encoding="utf-8")
