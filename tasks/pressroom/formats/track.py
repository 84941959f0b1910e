"""A track's samples, as every reader gives them and the packager takes them: tables, not objects, as there may be millions."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from dataclasses import dataclass, replace
from itertools import accumulate, chain, groupby, pairwise, repeat
from typing import TYPE_CHECKING, Literal

from pressroom.formats import sampleentry

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import BinaryIO

MOST_SAMPLES = 20_000_000
"""A hundred hours of AAC at 48 kHz have 17 million."""
UNDETERMINED = 0x55C4
"""The language `und`, packed into 15 bits (ISO/IEC 14496-12, 8.4.2.3)."""
Handler = Literal["soun", "vide"]


@dataclass(frozen=True)
class Runs:
    """A number for each sample, in runs of equal ones.

    Run k begins at sample `firsts[k]`, and `firsts` ends with the count of all samples; `sums[k]` is the sum before it.
    """

    firsts: array[int]
    values: array[int]
    sums: array[int]

    @classmethod
    def of(cls, counts: Sequence[int], values: Sequence[int]) -> Runs:
        """Runs of given lengths."""
        sums = accumulate((count * value for count, value in zip(counts, values, strict=True)), initial=0)
        return cls(array("q", accumulate(counts, initial=0)), array("q", values), array("q", sums))

    @classmethod
    def grouped(cls, numbers: Iterable[int]) -> Runs:
        """Runs of the equal ones among the numbers of all samples."""
        runs = [(sum(1 for _ in group), value) for value, group in groupby(numbers)]
        return cls.of([count for count, _ in runs], [value for _, value in runs])

    @classmethod
    def chained(cls, runs: Iterable[Runs]) -> Runs:
        """Runs, one after the other."""
        counts: list[int] = []
        values: list[int] = []
        for each in runs:
            counts += (stop - start for start, stop in pairwise(each.firsts))
            values += each.values
        return cls.of(counts, values)

    def moved(self, by: int) -> Runs:
        """The same numbers, all of them higher."""
        counts = [stop - start for start, stop in pairwise(self.firsts)]
        return Runs.of(counts, [value + by for value in self.values])

    @property
    def count(self) -> int:
        """Of all samples."""
        return self.firsts[-1]

    @property
    def total(self) -> int:
        """The sum of all numbers."""
        return self.sums[-1]

    def before(self, index: int) -> int:
        """The sum of the numbers before a sample."""
        run = self._run(index)
        return self.sums[run] + (index - self.firsts[run]) * self.values[run] if run < len(self.values) else self.total

    def reached(self, sum_: int) -> int:
        """The first sample before which the sum is `sum_` or more, or the count of all; no number may be negative."""
        if sum_ <= 0:
            return 0
        run = bisect_right(self.sums, sum_ - 1) - 1
        if run >= len(self.values):
            return self.count
        return self.firsts[run] + -(-(sum_ - self.sums[run]) // self.values[run])

    def part(self, first: int, stop: int) -> Iterator[tuple[int, int]]:
        """The runs of the samples from `first` up to `stop`: counts and numbers."""
        run = self._run(first)
        while first < stop:
            end = min(stop, self.firsts[run + 1])
            if end > first:
                yield end - first, self.values[run]
            first, run = end, run + 1

    def _run(self, index: int) -> int:
        """The run that a sample is in."""
        return bisect_right(self.firsts, index) - 1


@dataclass(frozen=True)
class Extents:
    """Where the samples' bytes lie in the file, in decoding order: stretch k begins there at `offsets[k]`.

    `starts[k]` is what the stretches before it hold; `starts` ends with the bytes of all.
    """

    starts: array[int]
    offsets: array[int]

    @classmethod
    def of(cls, sizes: Sequence[int], offsets: Sequence[int]) -> Extents:
        """Stretches of given sizes."""
        return cls(array("q", accumulate(sizes, initial=0)), array("q", offsets))

    @property
    def total(self) -> int:
        """The bytes of all samples."""
        return self.starts[-1]

    def part(self, start: int, size: int) -> Iterator[tuple[int, int]]:
        """The stretches of the file that hold `size` bytes of the samples from byte `start` on: offsets and sizes."""
        stretch = bisect_right(self.starts, start) - 1
        while size:
            held = min(size, self.starts[stretch + 1] - start)
            if held:
                yield self.offsets[stretch] + start - self.starts[stretch], held
            start, size, stretch = start + held, size - held, stretch + 1


@dataclass(frozen=True, kw_only=True)
class Track:
    """The samples of one track, in decoding order, and how they are presented.

    Times are in ticks of 1/`timescale` s. Sound: what lies before `lead` is priming, which no listener hears, and everything
    lasts to `lead + length`. Pictures: `shifts` are the composition offsets, signed, so that the first picture is shown
    at 0, and `lead` is 0. `keys` are the samples that decoding can begin with; None where it can with any. `entry` is the
    sample entry, `language` ISO 639-2 packed into 15 bits.
    """

    handler: Handler
    timescale: int
    entry: bytes
    sizes: array[int]
    durations: Runs
    extents: Extents
    lead: int
    length: int
    shifts: Runs | None = None
    keys: array[int] | None = None
    language: int = UNDETERMINED

    @property
    def description(self) -> sampleentry.Description:
        """What the sample entry says."""
        return sampleentry.description(self.entry)


def sound(track: Track) -> Track:
    """A track of sound without what lies behind its end: samples that none hears are left out, and the last one is shortened.

    Browsers do not read an edit's length, so the samples themselves must end where the sound does. Raises ValueError where
    the track is empty or its edit does not lie within it.
    """
    end = track.lead + track.length
    if track.length <= 0 or end > track.durations.total:
        raise ValueError(f"its edit list plays {track.lead} to {end} of {track.durations.total} ticks of sound")
    stop = track.durations.reached(end)
    if stop == track.durations.count and end == track.durations.total:
        return track
    kept = part(track, 0, stop)
    counts, values = _listed(kept.durations, 0, stop - 1)
    counts.append(1)
    values.append(end - track.durations.before(stop - 1))
    return replace(kept, durations=Runs.of(counts, values), length=track.length)


def part(track: Track, first: int, stop: int) -> Track:
    """The samples from `first` up to `stop`; what was priming in them still is, and nothing else is."""
    start = sum(track.sizes[:first])
    sizes = track.sizes[first:stop]
    stretches = list(track.extents.part(start, sum(sizes)))
    before, end = track.durations.before(first), track.durations.before(stop)
    lead = min(max(0, track.lead - before), end - before)
    return replace(
        track,
        sizes=sizes,
        durations=Runs.of(*_listed(track.durations, first, stop)),
        extents=Extents.of([size for _, size in stretches], [offset for offset, _ in stretches]),
        lead=lead,
        length=end - before - lead,
        shifts=None if track.shifts is None else Runs.of(*_listed(track.shifts, first, stop)),
        keys=None if track.keys is None else array("I", [key - first for key in track.keys if first <= key < stop]),
    )


def packets(track: Track, source: BinaryIO, first: int, count: int) -> Iterator[bytes]:
    """Some samples of a track, as they lie in its file, from that of number `first` on."""
    start = sum(track.sizes[:first])
    for size in track.sizes[first : first + count]:
        content = b""
        for offset, held in track.extents.part(start, size):
            source.seek(offset)
            content += source.read(held)
        yield content
        start += size


def joined(tracks: Sequence[Track], file_sizes: Sequence[int]) -> Track:
    """Tracks, one after the other, as one without gaps; offsets count as if the files were one after the other too.

    Only what comes first may be priming. Raises ValueError where the tracks are not coded alike, or another has priming.
    """
    first = tracks[0]
    entry = sampleentry.merged([track.entry for track in tracks])
    for number, track in enumerate(tracks[1:], 2):
        if (track.handler, track.timescale) != (first.handler, first.timescale):
            raise ValueError(
                f"part {number} is not coded as the first: {track.timescale} ticks a second, not {first.timescale}"
            )
        if track.lead and any(before.length for before in tracks[: number - 1]):
            raise ValueError(f"part {number} begins with {track.lead} samples of priming, which would be heard as a gap")
    sizes, held, offsets = array("I"), array("q"), array("q")
    for track, base in zip(tracks, accumulate(file_sizes, initial=0), strict=False):
        sizes.extend(track.sizes)
        for size, offset in _stretches(track):
            held.append(size)
            offsets.append(base + offset)
    return replace(
        first,
        entry=entry,
        sizes=sizes,
        durations=Runs.chained([track.durations for track in tracks]),
        extents=Extents.of(held, offsets),
        lead=sum(track.lead for track in tracks),
        length=sum(track.length for track in tracks),
        shifts=None if first.shifts is None else Runs.chained([track.shifts or Runs.of([], []) for track in tracks]),
        keys=None if all(track.keys is None for track in tracks) else _keys(tracks),
    )


def _stretches(track: Track) -> Iterator[tuple[int, int]]:
    """The stretches of a file that a track lies in: sizes and offsets."""
    return ((size, offset) for offset, size in track.extents.part(0, track.extents.total))


def _keys(tracks: Sequence[Track]) -> array[int]:
    """The key frames of tracks that follow each other."""
    bases = accumulate((len(track.sizes) for track in tracks), initial=0)
    own = (range(len(track.sizes)) if track.keys is None else track.keys for track in tracks)
    return array("I", [base + key for keys, base in zip(own, bases, strict=False) for key in keys])


def shown(durations: Runs, shifts: Runs) -> list[int]:
    """When each sample is presented: when it is decoded, and its composition offset."""
    times = accumulate(expanded(durations, 0, durations.count), initial=0)
    return [time + shift for time, shift in zip(times, expanded(shifts, 0, shifts.count), strict=False)]


def expanded(runs: Runs, first: int, stop: int) -> Iterator[int]:
    """The number of each sample from `first` up to `stop`."""
    return chain.from_iterable(repeat(value, count) for count, value in runs.part(first, stop))


def _listed(runs: Runs, first: int, stop: int) -> tuple[list[int], list[int]]:
    """Counts and numbers of some samples."""
    found = list(runs.part(first, stop))
    return [count for count, _ in found], [value for _, value in found]
