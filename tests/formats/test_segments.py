from __future__ import annotations

from array import array
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pressroom.formats.sampleentry import aac_entry, flac_entry
from pressroom.formats.segments import cuts, picture_plan, sound_plan, steady_cuts
from pressroom.formats.track import Extents, Runs, Track

AAC = aac_entry(bytes.fromhex("1190"), channels=2, rate=48_000)
FLAC = flac_entry(bytes(10) + (48_000 << 44 | 15 << 36).to_bytes(8) + bytes(16), channels=1, rate=48_000, depth=16)


def aac(ticks: int, lead: int = 1024, *, entry: bytes = AAC) -> Track:
    """Sound of 48 kHz in packets of 1024."""
    count = -(-(lead + ticks) // 1024)
    durations = Runs.of([count - 1, 1], [1024, lead + ticks - 1024 * (count - 1)])
    return Track(
        handler="soun",
        timescale=48_000,
        entry=entry,
        sizes=array("I", [3]) * count,
        durations=durations,
        extents=Extents.of([3 * count], [0]),
        lead=lead,
        length=ticks,
    )


def pictures(frames: int, keys: tuple[int, ...], shifts: tuple[int, ...] = (0,)) -> Track:
    """Pictures at 25 a second, with composition offsets that recur."""
    moved = [shifts[number % len(shifts)] for number in range(frames)]
    track = aac(frames * 1024, 0)
    return replace(
        track,
        handler="vide",
        timescale=25,
        durations=Runs.of([frames], [1]),
        length=frames,
        shifts=Runs.grouped(moved),
        keys=array("I", keys),
    )


@settings(deadline=None)
@given(
    st.fractions(Fraction(1, 100), 4000, max_denominator=96_000), st.sampled_from([Fraction(6), Fraction(2), Fraction(11, 3)])
)
def test_cuts_divide_evenly(length: Fraction, target: Fraction) -> None:
    """No segment is longer than the target, and none is short."""
    bounds = [Fraction(0), *cuts(length, target), length]
    lengths = {after - before for before, after in pairwise(bounds)}
    assert len(lengths) == 1
    assert max(lengths) <= target
    assert length <= target or max(lengths) > target / 2


@settings(deadline=None)
@given(
    st.fractions(Fraction(1, 100), 4000, max_denominator=96_000), st.sampled_from([Fraction(6), Fraction(2), Fraction(11, 3)])
)
def test_steady_cuts_have_no_short_end(length: Fraction, target: Fraction) -> None:
    """All segments but the last two are as long as they may be, and these alike."""
    bounds = [Fraction(0), *steady_cuts(length, target), length]
    lengths = [after - before for before, after in pairwise(bounds)]
    assert {target} >= set(lengths[:-2])
    assert 1 == len(set(lengths[-2:]))
    assert length <= target or target / 2 < lengths[-1] <= target


@settings(deadline=None)
@given(st.integers(1, 3_000_000), st.sampled_from([0, 312, 1024, 2112]))
def test_segments_of_sound_are_all_of_it(ticks: int, lead: int) -> None:
    """One behind the other, from the first tick that is heard to the last, equal within a packet."""
    track = aac(ticks, lead)
    plan = sound_plan(track)
    assert [0, *(each.stop for each in plan.fragments)] == [*(each.first for each in plan.fragments), len(track.sizes)]
    assert [0, *(each.end for each in plan.segments)] == [*(each.start for each in plan.segments), ticks]
    lengths = [each.end - each.start for each in plan.segments]
    assert max(lengths) - min(lengths) < 2 * 1024
    assert max(lengths) <= 6 * 48_000 + 1024
    assert plan.ranges == ()


def test_no_tail_is_short() -> None:
    """187.3 s are 32 segments of 5.85 s, where others leave a rest of 1.3 s."""
    lengths = [each.end - each.start for each in sound_plan(aac(187_300 * 48)).segments]
    assert (32, True) == (len(lengths), min(lengths) > 5.8 * 48_000)


def test_the_first_segment_does_not_count_its_priming() -> None:
    """What is presented begins at 0."""
    first, second = sound_plan(aac(12 * 48_000 - 100)).segments
    assert (0, 288_768, 288_768) == (first.start, first.end, second.start)
    assert 288_768 + 1024 == sound_plan(aac(12 * 48_000 - 100)).fragments[1].time


def test_segments_may_begin_where_pictures_do() -> None:
    """With the first packet that is heard at a given time or later."""
    plan = sound_plan(aac(10 * 48_000), at=[Fraction(4), Fraction(7)])
    assert [0, 192_512, 336_896] == [each.start for each in plan.segments]


def test_a_fragment_around_a_mark_belongs_to_both_ranges() -> None:
    """A decoder gets the packet before the mark first; the range before it needs the one that the mark is in."""
    track = aac(480_000, 1024)
    plan = sound_plan(track, marks=[240_001])
    first, second = plan.ranges
    shared = plan.fragments[second.segments[0].first]
    # The mark is tick 241,025 of the media, in packet 235, whose decoder needs packet 234.
    assert (234, 236) == (shared.first, shared.stop)
    assert first.segments[-1].stop == second.segments[0].first + 1
    assert (1024, 241_025 - 234 * 1024) == (first.lead, second.lead)
    assert (0, 240_001) == (first.segments[0].start, first.segments[-1].end)
    assert (240_001, 480_000) == (second.segments[0].start, second.segments[-1].end)


def test_lossless_ranges_share_only_what_the_mark_is_in() -> None:
    """And nothing where it is between two packets."""
    exact = sound_plan(aac(480_000, 0, entry=FLAC), marks=[1024 * 200])
    assert [True, True] == [each.lead == 0 for each in exact.ranges]
    assert exact.ranges[0].segments[-1].stop == exact.ranges[1].segments[0].first
    inside = sound_plan(aac(480_000, 0, entry=FLAC), marks=[1024 * 200 + 9])
    assert 9 == inside.ranges[1].lead
    assert inside.ranges[0].segments[-1].stop == inside.ranges[1].segments[0].first + 1


@settings(deadline=None)
@given(st.integers(200_000, 2_000_000), st.lists(st.integers(1, 40), max_size=5), st.sampled_from([AAC, FLAC]))
def test_ranges_are_all_of_the_sound(ticks: int, places: list[int], entry: bytes) -> None:
    """Each as long as its marks are apart, each of whole fragments that follow each other."""
    marks = sorted({ticks * place // 41 for place in places})
    plan = sound_plan(aac(ticks, entry=entry), Fraction(2), marks=marks)
    edges = [0, *marks, ticks]
    assert len(plan.ranges) == (len(edges) - 1 if marks else 0)
    for stretch, (start, end) in zip(plan.ranges, pairwise(edges), strict=False):
        bounds = [(each.start, each.end) for each in stretch.segments]
        assert [start, *(stop for _, stop in bounds)] == [*(begin for begin, _ in bounds), end]
        assert all(before.stop == after.first for before, after in pairwise(stretch.segments))
        fragment = plan.fragments[stretch.segments[0].first]
        assert stretch.lead == start + 1024 - fragment.time
        assert all(each.end - each.start <= 2 * 48_000 + 2048 for each in stretch.segments)
    assert ticks == sum(each.end - each.start for each in plan.segments)


@pytest.mark.parametrize("marks", [[0], [480_000], [9, 9], [200_000, 100_000]])
def test_marks_out_of_order_are_refused(marks: list[int]) -> None:
    """They are the beginnings of tracks, in their order."""
    told = ", ".join(map(str, marks))
    with pytest.raises(ValueError, match=rf"^expected marks in order between 0 and 480000, got {told}$"):
        sound_plan(aac(480_000), marks=marks)


def test_a_range_shorter_than_a_packet_is_refused() -> None:
    """Nobody could play it alone."""
    with pytest.raises(ValueError, match=r"^what begins at tick 100000 is too short for a playlist of its own$"):
        sound_plan(aac(480_000), marks=[100_000, 100_500])


def test_pictures_are_cut_at_the_nearest_key_frame() -> None:
    """And each key frame begins a fragment."""
    plan = picture_plan(pictures(500, (0, 40, 110, 125, 200, 255, 390)))
    assert [0, 40, 110, 125, 200, 255, 390] == [each.first for each in plan.fragments] == list(plan.shown)
    assert [(0, 125), (125, 255), (255, 390), (390, 500)] == [(each.start, each.end) for each in plan.segments]


def test_a_key_frame_with_pictures_before_and_behind_is_no_cut() -> None:
    """Of an open group, some pictures need what was decoded before the key frame."""
    track = pictures(200, (0, 50, 100))
    assert (50, 100) == picture_plan(track).shown[1:]
    open_ = replace(track, shifts=Runs.of([50, 1, 2, 147], [0, 2, -1, 0]))
    assert (0, 100) == picture_plan(open_).shown
    late = replace(track, shifts=Runs.of([49, 1, 150], [0, 3, 0]))
    assert (0, 100) == picture_plan(late).shown


def test_every_picture_may_be_a_key_frame() -> None:
    """A track without a table of them."""
    assert [0, 75] == [each.start for each in picture_plan(replace(pictures(150, ()), keys=None), Fraction(3)).segments]


def test_missing_key_frames_are_told() -> None:
    """With the time where one is missed."""
    expected = r"^it has no key frame to cut at between 4\.00 and 20\.00 s; encode it with one every 2 s$"
    with pytest.raises(ValueError, match=expected):
        picture_plan(pictures(500, (0, 50, 100)))
