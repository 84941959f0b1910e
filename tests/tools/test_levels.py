from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pressroom.formats import facts, loudness
from pressroom.formats.audio import NAMED, Encoding
from pressroom.tools import notes
from pressroom.tools.encode import Encode, Measure
from pressroom.tools.levels import MeasureAlbum
from pressroom.tools.probe import Probe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.tools.conftest import Bench

pytestmark = pytest.mark.media


def levels(bench: Bench, tracks: Sequence[Sequence[int]], encoding: Encoding = NAMED["flac"]) -> facts.Levels:
    """The levels of an album of FLACs, or of another encoding."""
    known, measured = [], []
    for index, samples in enumerate(tracks):
        source = bench.wav(f"{index}.wav", [samples, samples])
        known.append(bench.make(Probe(name="p", source=source, facts=Path(f"{index}.facts.json"))))
        bare = Path(f"{index}.flac")
        bench.make(Encode(name="e", source=source, facts=known[-1], encoding=encoding, output=bare))
        step = Measure(name="m", bare=bare, facts=known[-1], encoding=encoding, measured=Path(f"{index}.measured.json"))
        measured.append(bench.make(step))
    album = MeasureAlbum(name="l", facts=tuple(known), measured=tuple(measured), output=Path("levels.json"))
    return notes.read(facts.Levels, bench.make(album))


def test_an_album_is_gated_as_one_programme(bench: Bench) -> None:
    """The album's loudness is that of its tracks played on end, but for the joins, not the mean of theirs."""
    loud, quiet = bench.sine(44_100, peak=0.5), bench.sine(88_200, peak=0.1)
    found = levels(bench, [loud, quiet])
    whole = levels(bench, [[*loud, *quiet]])
    assert found.album.lufs == pytest.approx(whole.album.lufs, abs=0.4)
    assert max(track.peak or 0 for track in found.tracks) == found.album.peak == pytest.approx(-6.02, abs=0.05)
    assert found.tracks[0].lufs == pytest.approx((found.tracks[1].lufs or 0) + 14, abs=0.1)


def test_a_silent_track_changes_nothing(bench: Bench) -> None:
    """Silence has no level, and an album of nothing else has none either."""
    tone, silence = bench.sine(44_100), [0] * 44_100
    assert levels(bench, [tone]).album == levels(bench, [tone, silence]).album
    nothing = facts.Level(lufs=None, peak=None)
    assert facts.Levels(album=nothing, tracks=(nothing,)) == levels(bench, [silence])


def test_what_is_mixed_down_has_its_own_loudness(bench: Bench) -> None:
    """One channel at the mean of two that are alike is 3 LU quieter than both together (ITU-R BS.1770-4, channel weights)."""
    tone = bench.sine(44_100, hertz=1000)
    stereo = levels(bench, [tone])
    mono = levels(bench, [tone], Encoding(codec="flac", bitrate=None, quality=None, rate=None, depth=None, channels=1))
    assert mono.tracks[0].lufs == mono.album.lufs == pytest.approx((stereo.album.lufs or 0) - 3.01, abs=0.05)


def test_gains_are_those_of_replaygain_and_r128(bench: Bench) -> None:
    """ReplayGain 2 brings the track to -18 LUFS and R128 to -23, by the loudness that ffmpeg finds."""
    lufs = levels(bench, [bench.sine(44_100, hertz=1000, peak=0.5)]).tracks[0].lufs or 0.0
    assert lufs == pytest.approx(-6.0, abs=0.1)
    assert f"{-18 - lufs:.2f} dB" == loudness.replaygain(lufs)
    assert round((-23 - lufs) * 256) == loudness.r128(lufs)
