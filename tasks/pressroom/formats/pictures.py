"""Pictures for streaming: what a video is, what it is made in, and where it is cut into chunks that are encoded apart."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from pressroom.formats.segments import steady_cuts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

RATES = tuple(Fraction(rate) for rate in ("24000/1001", "24", "25", "30000/1001", "30", "48", "50", "60000/1001", "60"))
"""Pictures a second that players show evenly (Apple's HLS Authoring Specification, 1.13 and 1.15)."""
CHUNK = 60
"""Seconds: about as long is what is encoded apart. Shorter ones cost quality, where rate control begins anew; longer, time."""
KEY_FRAMES = 2
"""Seconds between key frames (Apple's HLS Authoring Specification, 1.13)."""
_SLACK = Fraction(2, 100)
_TICKS = 1000


@dataclass(frozen=True, kw_only=True)
class Rung:
    """A rendition of pictures: the shorter side in pixels, the quality that x264 aims at, and at most how many kbit/s."""

    side: int
    crf: int
    most: int


LADDER: Mapping[str, Rung] = {
    "1080p": Rung(side=1080, crf=20, most=6000),
    "720p": Rung(side=720, crf=21, most=3000),
    "540p": Rung(side=540, crf=22, most=2000),
    "360p": Rung(side=360, crf=24, most=730),
    "144p": Rung(side=144, crf=30, most=36),
}
"""The renditions by name, each no faster than Apple's HLS Authoring Specification has it (1.25).

The smallest is for networks that carry 192 kbit/s with its sound (9.21). A variant of sound alone would be, too, but VLC 3
begins with that and shows no picture.
"""
USUAL = ("720p", "360p", "144p")


@dataclass(frozen=True, kw_only=True)
class PictureFacts:
    """A video: its size as it is shown, in square pixels, and the even rate that it is made in, as `25` or `30000/1001`.

    `frames` of that rate last as long as its pictures and its sound. Between two of its own pictures lie at most `gap`
    seconds. `matrix` is how its colours are coded, where it says so.
    """

    width: int
    height: int
    rate: str
    frames: int
    gap: float
    matrix: str | None
    sound: bool

    @property
    def fps(self) -> Fraction:
        """Pictures a second."""
        return Fraction(self.rate)

    @property
    def seconds(self) -> Fraction:
        """How long it lasts."""
        return self.frames / self.fps

    @property
    def timescale(self) -> int:
        """Ticks a second, of which each picture lasts a whole number."""
        return self.fps.numerator * (1 if self.fps.denominator > 1 else _TICKS)


PLACES = ("top-left", "top-right", "bottom-left", "bottom-right")
"""Where a logo may stand."""
_MARGIN = Fraction(4, 100)
"""Of the shorter side, between a logo and the edges."""


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """Pictures that are encoded apart: from the one of number `first`, with key frames at these, counted from it."""

    number: int
    first: int
    frames: int
    keys: tuple[int, ...]


def even_rate(own: Fraction) -> Fraction:
    """The rate of RATES that pictures at `own` a second are made in.

    It is the same, or a multiple, so that each picture stands as long as the others; else the next one that leaves none out.
    """
    enough = [rate for rate in RATES if rate >= own * (1 - _SLACK)]
    even = [(round(rate / own), abs(rate / own / round(rate / own) - 1), rate) for rate in enough]
    fitting = [(times, off, rate) for times, off, rate in even if off <= _SLACK]
    return min(fitting)[-1] if fitting else (*enough, RATES[-1])[0]


def fitted(rung: Rung, width: int, height: int) -> tuple[int, int]:
    """The size of a rendition: even, of the shape of what it is made of, and no larger."""
    scale = min(Fraction(1), Fraction(rung.side, min(width, height)))
    across, down = (max(2, min(round(scale * side / 2), side // 2) * 2) for side in (width, height))
    return across, down


def logo_size(across: int, part: Fraction, width: int, height: int) -> tuple[int, int]:
    """The size of a logo of this width and height that takes a part of pictures `across` pixels wide; even, as colours are."""
    wide = max(2, round(across * part / 2) * 2)
    return wide, max(2, round(Fraction(wide * height, width) / 2) * 2)


def logo_place(place: str, picture: tuple[int, int], logo: tuple[int, int]) -> tuple[int, int]:
    """Where the upper left corner of a logo comes to lie, of these sizes; even, likewise."""
    margin = round(min(picture) * _MARGIN / 2) * 2
    low, left = place.startswith("bottom"), place.endswith("left")
    return margin if left else picture[0] - logo[0] - margin, picture[1] - logo[1] - margin if low else margin


def boundaries(facts: PictureFacts, segment: Fraction) -> tuple[int, ...]:
    """The pictures that segments begin with, and the count of all; none is longer than `segment` seconds."""
    times = (time * facts.fps for time in steady_cuts(facts.seconds, segment))
    starts = (-(-time.numerator // time.denominator) for time in times)
    return (0, *starts, facts.frames)


def chunks(facts: PictureFacts, segment: Fraction) -> tuple[Chunk, ...]:
    """Whole segments, about a minute of them, that are encoded apart."""
    bounds = boundaries(facts, segment)
    ideal = [cut * facts.fps for cut in steady_cuts(facts.seconds, Fraction(CHUNK))]
    edges = sorted({0, facts.frames, *(bounds[bisect_left(bounds, edge)] for edge in ideal)})
    return tuple(
        Chunk(number=number, first=first, frames=stop - first, keys=_keys(facts, bounds, first, stop))
        for number, (first, stop) in enumerate(pairwise(edges))
    )


def _keys(facts: PictureFacts, bounds: Sequence[int], first: int, stop: int) -> tuple[int, ...]:
    """The key frames of a chunk: those that segments begin with, and more between them, so that none is 2 s from the next."""
    keys: list[int] = []
    every = KEY_FRAMES * facts.fps
    for start, end in pairwise(bounds[bisect_left(bounds, first) : bisect_left(bounds, stop) + 1]):
        count = -(-(end - start) // every)
        keys += [start - first + -(-(end - start) * number // count) for number in range(int(count))]
    return tuple(keys)
