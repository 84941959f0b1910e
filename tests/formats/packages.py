"""Packages as entries of playlists."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from pressroom.formats import hls

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pressroom.formats.cmaf import Package
    from pressroom.formats.segments import Segment


def entries(package: Package, segments: Sequence[Segment], uris: str | Sequence[str]) -> tuple[hls.Entry, ...]:
    """Segments of a package as entries: all in the one file `uris`, or each in a file of its own."""
    scale = package.track.timescale
    found = []
    for number, segment in enumerate(segments):
        offset, size = package.extent(segment)
        seconds = Fraction(segment.end - segment.start, scale)
        single = isinstance(uris, str)
        uri = uris if single else uris[number]
        found.append(hls.Entry(uri=str(uri), seconds=seconds, size=size, offset=offset if single else None))
    return tuple(found)


def key_frame_entries(package: Package, uri: str) -> tuple[hls.Entry, ...]:
    """The key frames of a package of pictures in one file: each fragment up to the end of its first sample (A6.10)."""
    times = [*package.plan.shown, package.track.length]
    return tuple(
        hls.Entry(
            uri=uri,
            seconds=Fraction(end - start, package.track.timescale),
            size=placed.head + 8 + placed.key,
            offset=placed.offset,
        )
        for placed, (start, end) in zip(package.placed, pairwise(times), strict=True)
    )
