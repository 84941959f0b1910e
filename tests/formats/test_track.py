from __future__ import annotations

from array import array
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressroom.formats.sampleentry import aac_entry
from pressroom.formats.track import Extents, Runs, Track, expanded, joined, part, shown, sound

ENTRY = aac_entry(bytes.fromhex("1190"), channels=2, rate=48_000)
numbers = st.lists(st.integers(0, 5), min_size=1, max_size=40)


def track(*durations: int, lead: int = 0, length: int | None = None, offset: int = 0) -> Track:
    """A track whose samples have 1, 2, 3 ... bytes, one behind the other."""
    sizes = array("I", range(1, len(durations) + 1))
    return Track(
        handler="soun",
        timescale=48_000,
        entry=ENTRY,
        sizes=sizes,
        durations=Runs.grouped(durations),
        extents=Extents.of([sum(sizes)], [offset]),
        lead=lead,
        length=sum(durations) - lead if length is None else length,
    )


def listed(runs: Runs) -> list[int]:
    """The number of each sample."""
    return list(expanded(runs, 0, runs.count))


@given(numbers)
def test_runs_are_the_numbers_that_they_were_made_of(values: list[int]) -> None:
    """Their sums, and each part of them, are those of a plain list."""
    runs = Runs.grouped(values)
    assert (values, len(values), sum(values)) == (listed(runs), runs.count, runs.total)
    assert list(accumulate(values, initial=0)) == [runs.before(index) for index in range(len(values) + 1)]
    for first in range(len(values)):
        assert values[first:] == list(expanded(runs, first, len(values)))
        assert values[:first] == list(expanded(runs, 0, first))


@given(numbers, st.integers(-1, 210))
def test_a_sum_is_reached_by_the_first_sample_that_does(values: list[int], wanted: int) -> None:
    """As one would find it by adding up."""
    sums = list(accumulate(values, initial=0))
    expected = next((index for index, found in enumerate(sums) if found >= wanted), len(values))
    assert expected == Runs.grouped(values).reached(wanted)


def test_runs_of_no_samples_count_for_nothing() -> None:
    """A table may have them."""
    runs = Runs.of([2, 0, 1], [5, 9, 7])
    assert ([5, 5, 7], 10, 17) == (listed(runs), runs.before(2), runs.total)


@given(st.lists(st.integers(0, 9), min_size=1, max_size=10), st.data())
def test_a_part_of_the_bytes_is_where_they_lie(held: list[int], data: st.DataObject) -> None:
    """Stretch for stretch, in their order."""
    offsets = [1000 * number for number in range(len(held), 0, -1)]
    places = [offset + number for offset, size in zip(offsets, held, strict=True) for number in range(size)]
    start = data.draw(st.integers(0, len(places)))
    size = data.draw(st.integers(0, len(places) - start))
    found = [offset + number for offset, length in Extents.of(held, offsets).part(start, size) for number in range(length)]
    assert places[start : start + size] == found


def test_what_nobody_hears_at_the_end_is_left_out() -> None:
    """Samples behind the end go, and the last one that is heard lasts to the end."""
    heard = sound(track(1024, 1024, 1024, 1024, lead=500, length=1600))
    assert ([1024, 1024, 52], [1, 2, 3], 500, 1600) == (listed(heard.durations), list(heard.sizes), heard.lead, heard.length)
    assert heard.durations.total == heard.lead + heard.length


def test_a_track_that_ends_with_its_last_sample_stays_as_it_is() -> None:
    """No table is made anew."""
    whole = track(1024, 1024, 640, lead=1024)
    assert sound(whole) is whole


@pytest.mark.parametrize(("lead", "length"), [(0, 2049), (2048, 0), (2048, 1), (0, -1)])
def test_an_edit_beyond_the_track_is_told(lead: int, length: int) -> None:
    """Nothing would be heard, or more than there is."""
    with pytest.raises(ValueError, match=f"^its edit list plays {lead} to {lead + length} of 2048 ticks of sound$"):
        sound(track(1024, 1024, lead=lead, length=length))


def test_a_part_begins_with_its_first_sample() -> None:
    """What was priming in it still is."""
    whole = track(10, 10, 10, 10, lead=15)
    first, last = part(whole, 0, 2), part(whole, 1, 4)
    assert (15, 5) == (first.lead, first.length)
    assert (5, 25, [2, 3, 4], [(1, 9)]) == (last.lead, last.length, list(last.sizes), list(last.extents.part(0, 9)))
    assert (0, 10) == (part(whole, 3, 4).lead, part(whole, 3, 4).length)


def test_parts_join_to_the_whole() -> None:
    """Encoded in pieces and put together, a stream is the one that was cut."""
    whole = track(10, 10, 10, 7, lead=12)
    again = joined([part(whole, 0, 1), part(whole, 1, 3), part(whole, 3, 4)], [0, 0, 0])
    assert (listed(whole.durations), whole.sizes) == (listed(again.durations), again.sizes)
    assert (whole.lead, whole.length) == (again.lead, again.length)
    assert [(0, 1), (1, 5), (6, 4)] == list(again.extents.part(0, 10))


def test_joined_tracks_lie_in_files_one_after_the_other() -> None:
    """So that one reader over all files finds them."""
    both = joined([track(10, 10, lead=3, offset=5), track(10, 4, offset=2)], [100, 50])
    assert (3, 31, [1, 2, 1, 2]) == (both.lead, both.length, list(both.sizes))
    assert [(5, 3), (102, 3)] == list(both.extents.part(0, 6))


def test_a_gap_between_joined_tracks_is_refused() -> None:
    """Priming in the middle would be heard."""
    with pytest.raises(ValueError, match=r"^part 2 begins with 3 samples of priming, which would be heard as a gap$"):
        joined([track(10), track(10, lead=3)], [1, 1])


def test_pictures_are_shown_when_decoded_and_shifted() -> None:
    """B-frames are shown before what was decoded before them."""
    assert [0, 30, 10, 20, 40] == shown(Runs.of([5], [10]), Runs.grouped([0, 20, -10, -10, 0]))
