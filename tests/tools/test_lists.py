from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pressroom.formats import cue, facts, m3u8
from pressroom.tools.lists import WriteCue, WritePlaylist
from pressroom.tools.probe import Probe

if TYPE_CHECKING:
    from tests.tools.conftest import Bench


@pytest.mark.media
def test_a_playlists_lengths_are_those_of_the_masters(bench: Bench) -> None:
    """Each entry has its own track's length."""
    known = [
        bench.make(Probe(name="p", source=bench.wav(f"{n}.wav", [bench.sine(n)]), facts=Path(f"{n}.json")))
        for n in (44_100, 132_300)
    ]
    entries = tuple(m3u8.Entry(path=f"{n}.flac", title=f"T{n}", artist="A", seconds=Fraction(0)) for n in (1, 2))
    playlist = m3u8.Playlist(title="Moon", artist="A", entries=entries, genre=None, cover=None)
    step = WritePlaylist(name="l", playlist=playlist, facts=tuple(known), output=Path("Moon.m3u8"))
    lines = bench.make(step).read_text(encoding="utf-8").splitlines()
    assert ["#EXTINF:1,A - T1", "#EXTINF:3,A - T2"] == [line for line in lines if line.startswith("#EXTINF")]


def test_a_cue_sheet_has_the_gains_of_its_disc(bench: Bench) -> None:
    """The second disc has the second track's levels, and the album's; silence has none."""
    silence = facts.Level(lufs=None, peak=None)
    album, loud = facts.Level(lufs=-14.0, peak=0.0), facts.Level(lufs=-12.0, peak=-6.0206)
    levels = Path("levels.json")
    levels.write_text(facts.to_json(facts.Levels(album=album, tracks=(silence, loud, silence))), encoding="utf-8")
    tracks = tuple(cue.CueTrack(title=name, performer="A", file=f"{name}.flac") for name in ("Two", "Three"))
    step = WriteCue(
        name="c",
        sheet=cue.CueSheet(title="Moon", performer="A", tracks=tracks),
        levels=levels,
        places=(1, 2),
        output=Path("a.cue"),
    )
    text = bench.make(step).read_text(encoding="utf-8")
    expected = [
        "REM REPLAYGAIN_ALBUM_GAIN -4.00 dB",
        "REM REPLAYGAIN_ALBUM_PEAK 1.000000",
        "REM REPLAYGAIN_TRACK_GAIN -6.00 dB",
        "REM REPLAYGAIN_TRACK_PEAK 0.500000",
    ]
    assert expected == [line.strip() for line in text.splitlines() if "REPLAYGAIN" in line]
