"""The rate, the sizes and the chunks that pictures are made in."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressroom.formats.pictures import CHUNK, LADDER, RATES, PictureFacts, boundaries, chunks, even_rate, fitted


@pytest.mark.parametrize(
    ("own", "made"),
    [
        *((str(rate), str(rate)) for rate in RATES),
        *(("29.97", "30000/1001"), ("30.3", "30"), ("15", "30"), ("12.5", "25"), ("10", "30"), ("14.985", "30000/1001")),
        *(("17.3", "24000/1001"), ("120", "60"), ("0.2", "24")),
    ],
)
def test_pictures_come_at_an_even_rate(own: str, made: str) -> None:
    """Their own where players show it evenly, or a multiple; nothing is left out up to 60 a second."""
    assert Fraction(made) == even_rate(Fraction(own))


@pytest.mark.parametrize(
    ("name", "size", "made"),
    [
        ("720p", (1920, 1080), (1280, 720)),
        ("360p", (1280, 720), (640, 360)),
        ("720p", (1080, 1920), (720, 1280)),
        ("1080p", (640, 361), (640, 360)),
        ("360p", (1440, 1080), (480, 360)),
        ("360p", (3, 1), (2, 2)),
    ],
)
def test_a_rendition_keeps_the_shape_and_is_never_larger(name: str, size: tuple[int, int], made: tuple[int, int]) -> None:
    """Upright pictures go by their width; each side is even, as H.264 wants it."""
    assert made == fitted(LADDER[name], *size)


def facts(frames: int, rate: Fraction) -> PictureFacts:
    """A video of a length."""
    return PictureFacts(width=64, height=36, rate=str(rate), frames=frames, gap=0.04, matrix=None, sound=False)


LENGTHS, SEGMENTS = st.integers(1, 200_000), st.sampled_from([Fraction(2), Fraction(6), Fraction(19, 2), Fraction(30)])


@given(frames=LENGTHS, rate=st.sampled_from(RATES), segment=SEGMENTS)
def test_chunks_are_whole_segments_with_key_frames(frames: int, rate: Fraction, segment: Fraction) -> None:
    """They cover all; every segment begins with a key frame, and so does each stretch of 2 s."""
    video = facts(frames, rate)
    cut, bounds = chunks(video, segment), boundaries(video, segment)
    assert list(range(len(cut))) == [chunk.number for chunk in cut]
    assert [0, *(chunk.first + chunk.frames for chunk in cut)] == [*(chunk.first for chunk in cut), frames]
    keys = [chunk.first + key for chunk in cut for key in chunk.keys]
    assert keys == sorted(set(keys))
    assert set(bounds[:-1]) <= set(keys)
    assert all(after - before <= 2 * rate + 1 for before, after in pairwise([*keys, frames]))
    assert all(after - before <= segment * rate + 1 for before, after in pairwise(bounds))
    assert all(chunk.frames <= (CHUNK + segment) * rate + 1 for chunk in cut)


@given(frames=LENGTHS, more=st.integers(1, 2000), rate=st.sampled_from(RATES), segment=SEGMENTS)
def test_another_length_moves_the_last_chunks_alone(frames: int, more: int, rate: Fraction, segment: Fraction) -> None:
    """So an edit of the end encodes none of the others again."""
    before = chunks(facts(frames, rate), segment)[:-2]
    assert before == chunks(facts(frames + more, rate), segment)[: len(before)]


@given(rate=st.sampled_from(RATES))
def test_a_picture_lasts_whole_ticks(rate: Fraction) -> None:
    """Whatever the rate."""
    assert 1 == (facts(1, rate).timescale / rate).denominator
