"""The levels that players even out: of every track, and of the album as one programme."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pressroom.formats import facts, loudness
from pressroom.plan import OUTPUT, Step
from pressroom.tools import notes

if TYPE_CHECKING:
    from pathlib import Path

    from pressroom.plan import Work


@dataclass(frozen=True, kw_only=True)
class MeasureAlbum(Step):
    """Joins the tracks' loudness blocks into the album's, and the peaks of one encoding's files into its peak.

    Loudness is the master's, or that of a file that is mixed down, gated over all tracks (ReplayGain 2.0, "Album gain");
    peaks are those of the files that play.
    """

    facts: tuple[Path, ...]
    measured: tuple[Path, ...]
    output: Path = field(metadata=OUTPUT)

    def run(self, work: Work) -> None:
        """Write the levels."""
        masters = notes.read_all(facts.AudioFacts, self.facts)
        files = notes.read_all(facts.EncodedFacts, self.measured)
        heard = [file.loudness or master.loudness for master, file in zip(masters, files, strict=True)]
        blocks = loudness.merged(dict(track.blocks) for track in heard)
        tracks = tuple(
            facts.Level(lufs=track.integrated, peak=file.true_peak) for track, file in zip(heard, files, strict=True)
        )
        peaks = [track.peak for track in tracks if track.peak is not None]
        album = facts.Level(lufs=loudness.integrated(blocks), peak=max(peaks, default=None))
        notes.write(work, self.output, facts.Levels(album=album, tracks=tracks))
