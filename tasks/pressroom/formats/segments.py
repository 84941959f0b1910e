"""Where a track is cut into the segments of HLS: none much shorter than others, at samples that decoding can begin with."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from pressroom.formats.track import Runs, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pressroom.formats.track import Track

TARGET = Fraction(6)
"""Seconds (Apple's HLS Authoring Specification, 7.5 and 7.6)."""
_LONGEST = 2
"""Target durations: a longer segment means that key frames are missing."""


@dataclass(frozen=True, kw_only=True)
class Fragment:
    """The samples from `first` up to `stop`, in one moof and mdat; the first is decoded at `time`, in ticks."""

    first: int
    stop: int
    time: int


@dataclass(frozen=True, kw_only=True)
class Segment:
    """The fragments from `first` up to `stop`, presented from `start` to `end`, in ticks of the whole presentation."""

    first: int
    stop: int
    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class Range:
    """A stretch of a presentation with a playlist of its own, such as a track of an album.

    What lies in its first segment before `lead` ticks is not part of it; its own init segment hides that.
    """

    segments: tuple[Segment, ...]
    lead: int


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The fragments of a track; the segments of its one playlist; the ranges between the marks, where there are marks.

    `shown` holds when the first sample of each fragment is presented, in ticks, for a track of pictures.
    """

    fragments: tuple[Fragment, ...]
    segments: tuple[Segment, ...]
    ranges: tuple[Range, ...] = ()
    shown: tuple[int, ...] = ()


def cuts(length: Fraction, target: Fraction = TARGET) -> tuple[Fraction, ...]:
    """When segments begin that divide `length` seconds evenly, none of them longer than `target`; without the first, 0."""
    count = max(1, -(-length // target))
    return tuple(length * number / count for number in range(1, count))


def steady_cuts(length: Fraction, target: Fraction = TARGET) -> tuple[Fraction, ...]:
    """When segments begin that are `target` seconds long, but for the last two, which share the rest; without the first, 0.

    So another length moves none but these.
    """
    count = max(1, -(-length // target))
    rest = length - target * (count - 2)
    return (*(target * number for number in range(1, count - 1)), length - rest / 2) if count > 1 else ()


def sound_plan(
    track: Track, target: Fraction = TARGET, *, at: Sequence[Fraction] | None = None, marks: Sequence[int] = ()
) -> Plan:
    """The plan of a track of sound.

    Segments begin with the first sample that is heard at a time of `at`, in seconds, or later; without it, they divide the
    sound evenly. `marks` are the ticks at which ranges begin, but for the first: each is evenly divided by itself. Around a
    mark lies a small fragment that both ranges play: the samples that a decoder needs before the mark, and the one that the
    mark is in. Raises ValueError for marks out of order or closer to each other than such a fragment is long.
    """
    edges = [0, *marks, track.length]
    if any(before >= after for before, after in pairwise(edges)):
        raise ValueError(f"expected marks in order between 0 and {track.length}, got {', '.join(map(str, marks))}")
    joins = [_join(track, mark) for mark in marks]
    lows = [0, *(low for low, _ in joins), len(track.sizes)]
    highs = [*(high for _, high in joins), len(track.sizes)]
    begins: set[int] = set()
    for number, (start, end) in enumerate(pairwise(edges)):
        low = joins[number - 1][1] if number else 0
        high = lows[number + 1]
        if low > high:
            raise ValueError(f"what begins at tick {start} is too short for a playlist of its own")
        inner = _even(track, start, end, target) if at is None else _given(track, at)
        begins |= {sample for sample in inner if low < sample < high}
    begins |= set(lows[:-1])
    bounds = sorted(begins | {high for _, high in joins} | {len(track.sizes)})
    fragments = tuple(_fragment(track, first, stop) for first, stop in pairwise(bounds))
    segments = tuple(_segments(track, bounds, sorted(begins)))
    ranges = (
        _range(track, bounds, segments, _Stretch(*each)) for each in zip(edges, edges[1:], lows, lows[1:], highs, strict=False)
    )
    return Plan(fragments=fragments, segments=segments, ranges=tuple(ranges) if marks else ())


def picture_plan(track: Track, target: Fraction = TARGET) -> Plan:
    """The plan of a track of pictures: a fragment for each key frame, a segment from the key frame nearest to each cut.

    A key frame counts only where no picture before it is shown after it, or the other way round. Raises ValueError where
    such key frames are too far from each other.
    """
    times = shown(track.durations, track.shifts or Runs.of([len(track.sizes)], [0]))
    keys = _clean(range(len(times)) if track.keys is None else track.keys, times)
    moments = [times[key] for key in keys]
    wanted = [Fraction(cut * track.timescale) for cut in steady_cuts(Fraction(track.length, track.timescale), target)]
    begins = sorted({0, *(keys[_nearest(moments, time)] for time in wanted)})
    bounds = [*keys, len(times)]
    fragments = tuple(_fragment(track, first, stop) for first, stop in pairwise(bounds))
    ends = [*(times[begin] for begin in begins[1:]), track.length]
    segments = tuple(
        Segment(first=bisect_left(bounds, begin), stop=bisect_left(bounds, stop), start=times[begin], end=end)
        for begin, stop, end in zip(begins, [*begins[1:], len(times)], ends, strict=True)
    )
    longest = max(segments, key=lambda segment: segment.end - segment.start)
    if longest.end - longest.start > _LONGEST * target * track.timescale:
        start, end = (float(Fraction(time, track.timescale)) for time in (longest.start, longest.end))
        raise ValueError(f"it has no key frame to cut at between {start:.2f} and {end:.2f} s; encode it with one every 2 s")
    return Plan(fragments=fragments, segments=segments, shown=tuple(moments))


@dataclass(frozen=True)
class _Stretch:
    """A range from tick `start` to `end`: its first sample, the next range's, and the one behind its last."""

    start: int
    end: int
    low: int
    next_low: int
    high: int


def _join(track: Track, mark: int) -> tuple[int, int]:
    """The samples that the range before a mark and the one after it both play: the first, and the one behind the last."""
    about = track.description
    preroll = -(-about.preroll * track.timescale // about.rate)
    begin = max(0, track.lead + mark - preroll)
    low = track.durations.reached(begin + 1) - 1
    return low, track.durations.reached(track.lead + mark)


def _even(track: Track, start: int, end: int, target: Fraction) -> list[int]:
    """The samples that begin the segments of a range, but for the first."""
    times = cuts(Fraction(end - start, track.timescale), target)
    return [track.durations.reached(track.lead + start + _ceiling(time * track.timescale)) for time in times]


def _given(track: Track, at: Iterable[Fraction]) -> list[int]:
    """The samples that begin segments at given times."""
    return [track.durations.reached(track.lead + _ceiling(time * track.timescale)) for time in at]


def _ceiling(value: Fraction) -> int:
    """The first whole number that is not below."""
    return -(-value.numerator // value.denominator)


def _fragment(track: Track, first: int, stop: int) -> Fragment:
    """A fragment with its time."""
    return Fragment(first=first, stop=stop, time=track.durations.before(first))


def _segments(track: Track, bounds: Sequence[int], begins: Sequence[int]) -> Iterable[Segment]:
    """The segments of sound between the samples that begin them."""
    times = [max(0, track.durations.before(begin) - track.lead) for begin in begins] + [track.length]
    for number, (begin, stop) in enumerate(pairwise([*begins, bounds[-1]])):
        first, last = bisect_left(bounds, begin), bisect_left(bounds, stop)
        yield Segment(first=first, stop=last, start=times[number], end=times[number + 1])


def _range(track: Track, bounds: Sequence[int], segments: Sequence[Segment], stretch: _Stretch) -> Range:
    """The segments of the whole that a range plays, its first and last as it plays them."""
    low, high, behind = (bisect_left(bounds, sample) for sample in (stretch.low, stretch.next_low, stretch.high))
    own = [segment for segment in segments if low <= segment.first < high]
    times = [stretch.start, *(segment.start for segment in own[1:]), stretch.end]
    stops = [*(segment.stop for segment in own[:-1]), behind]
    played = tuple(
        Segment(first=segment.first, stop=stop, start=first, end=last)
        for segment, stop, (first, last) in zip(own, stops, pairwise(times), strict=True)
    )
    return Range(segments=played, lead=stretch.start + track.lead - track.durations.before(stretch.low))


def _clean(keys: Sequence[int], times: Sequence[int]) -> list[int]:
    """The key frames that all before them are shown before, and all behind them after."""
    latest = list(accumulate(times, max))
    earliest = list(accumulate(reversed(times), min))[::-1]
    return [key for key in keys if earliest[key] == times[key] and (not key or latest[key - 1] < times[key])]


def _nearest(moments: Sequence[int], time: Fraction) -> int:
    """Which of some moments is nearest."""
    place = bisect_left(moments, time)
    around = [number for number in (place - 1, place) if 0 <= number < len(moments)]
    return min(around, key=lambda number: abs(moments[number] - time))
