"""Recordings as one, and the chunks that it is encoded in."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.formats.test_audio import MASTER

from pressroom.formats.audio import NAMED
from pressroom.formats.whole import CHUNK, LEAD_IN, PACKET, STREAM_RATE, TAIL, chunks, served, sought, whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pressroom.formats.facts import AudioFacts
    from pressroom.formats.whole import Chunk

RATES = st.sampled_from([44_100, 48_000, 96_000, 88_200, 32_000, 22_050, 37_800, 44_099])


def masters(*seconds: float, rate: int = 44_100, container: str = "WAV", lossless: bool = True) -> tuple[AudioFacts, ...]:
    """Masters of given lengths."""
    return tuple(
        replace(MASTER, container=container, lossless=lossless, rate=rate, samples=round(each * rate)) for each in seconds
    )


def planned(recordings: Sequence[AudioFacts], name: str = "aac-128") -> tuple[Chunk, ...]:
    """The chunks of recordings."""
    return chunks(whole(NAMED[name], recordings), recordings)


@given(st.lists(st.floats(1, 4000), min_size=1, max_size=5), RATES, st.sampled_from(["aac-128", "opus-96"]))
def test_chunks_hold_all_and_what_encoders_need_around_them(seconds: list[float], rate: int, name: str) -> None:
    """Each begins with a sample that the stream has too, hears what is before it, and overlaps the next."""
    recordings = masters(*seconds, rate=rate)
    packet, every = PACKET[NAMED[name].codec], planned(recordings, name)
    assert (0, 0, 0) == (every[0].first, every[0].begin, every[0].start)
    assert every[-1].end == sum(one.samples for one in recordings)
    for chunk in every:
        assert chunk.begin * packet * rate == chunk.start * STREAM_RATE
        assert chunk.begin == 0 or (chunk.first - chunk.begin) * packet >= LEAD_IN * STREAM_RATE
    for one, following in pairwise(every):
        assert one.first < following.first
        assert one.end * STREAM_RATE >= (following.first * packet + TAIL * STREAM_RATE) * rate
        assert (following.first - one.first) * packet <= (CHUNK + 1) * STREAM_RATE


def test_another_length_moves_the_last_two() -> None:
    """So what comes before them is not encoded again."""
    assert planned(masters(1400, 900))[:6] == planned(masters(1400, 700))[:6]
    assert 8 == len(planned(masters(1400, 900)))


def test_what_is_short_is_encoded_at_once() -> None:
    """As an encoder without chunks does it."""
    assert [(0, 0, 0, 300 * 44_100)] == [(one.first, one.begin, one.start, one.end) for one in planned(masters(120, 180))]


def test_chunks_are_longer_where_masters_are_read_from_their_beginnings() -> None:
    """Ten hours of MP3 are decoded a few times, not a hundred."""
    assert 120 == len(planned(masters(36_000)))
    assert 8 == len(planned(masters(36_000, container="MP3", lossless=False)))


@pytest.mark.parametrize(("change", "can"), [({}, True), ({"container": "ogg"}, False), ({"lossless": False}, False)])
def test_where_reading_can_begin(change: dict[str, object], *, can: bool) -> None:
    """In what says its samples' numbers, and decodes to the same from anywhere."""
    one = replace(masters(5)[0], **change)  # type: ignore[arg-type]
    assert (can, False) == (sought(one, one), sought(one, replace(one, rate=48_000)))


def test_own_files_serve_where_nothing_is_lost_between_them() -> None:
    """Lossless ones that are alike, and a single that has the rate of streams."""
    two = masters(5, 6)
    assert (0, 5 * 44_100) == served(NAMED["flac"], two)
    assert served(NAMED["flac"], (two[0], masters(6, rate=48_000)[0])) is None
    assert served(NAMED["aac-128"], two) is None
    assert served(NAMED["aac-128"], two[:1]) is None
    assert (0,) == served(NAMED["aac-128"], masters(5, rate=48_000))
