"""Playlists and cue sheets: texts that need the tracks' lengths and levels."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from pressroom.formats import cue, facts, loudness, m3u8
from pressroom.plan import OUTPUT, Step
from pressroom.tools import notes

if TYPE_CHECKING:
    from pathlib import Path

    from pressroom.plan import Work


@dataclass(frozen=True, kw_only=True)
class WritePlaylist(Step):
    """Writes a playlist; its entries' lengths come from the masters' facts, in the same order."""

    playlist: m3u8.Playlist
    facts: tuple[Path, ...]
    output: Path = field(metadata=OUTPUT)

    def run(self, work: Work) -> None:
        """Write it."""
        masters = notes.read_all(facts.AudioFacts, self.facts)
        entries = tuple(
            replace(entry, seconds=Fraction(master.samples, master.rate))
            for entry, master in zip(self.playlist.entries, masters, strict=True)
        )
        text = m3u8.playlist(replace(self.playlist, entries=entries))
        work.beside(self.output).write_text(text, encoding="utf-8", newline="\n")


@dataclass(frozen=True, kw_only=True)
class WriteCue(Step):
    """Writes the cue sheet of one disc; `places` are its tracks' places in `levels`."""

    sheet: cue.CueSheet
    levels: Path
    places: tuple[int, ...]
    output: Path = field(metadata=OUTPUT)

    def run(self, work: Work) -> None:
        """Write it."""
        levels = notes.read(facts.Levels, self.levels)
        tracks = tuple(
            replace(track, gain=_gain(levels.tracks[place]), peak=_peak(levels.tracks[place]))
            for track, place in zip(self.sheet.tracks, self.places, strict=True)
        )
        sheet = replace(self.sheet, tracks=tracks, gain=_gain(levels.album), peak=_peak(levels.album))
        work.beside(self.output).write_text(cue.cue(sheet), encoding="utf-8", newline="\n")


def _gain(level: facts.Level) -> str | None:
    """The ReplayGain of a level."""
    return None if level.lufs is None else loudness.replaygain(level.lufs)


def _peak(level: facts.Level) -> str | None:
    """The peak of a level."""
    return None if level.peak is None else loudness.peak(level.peak)
