"""A track as fragmented MP4, by copy: the same bytes whatever the clock and whoever muxed it (ISO/IEC 23000-19, CMAF)."""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from pressroom.formats import sampleentry
from pressroom.formats.isobmff import MATRIX, big_endian, box, full_box
from pressroom.formats.track import expanded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pressroom.formats.segments import Fragment, Plan, Range, Segment
    from pressroom.formats.track import Track

_BRANDS = b"iso6" + bytes(4) + b"iso6cmfcmp41dash"
_BASE_IS_MOOF, _DURATION, _FLAGS = 0x020000, 0x08, 0x20
_OFFSET, _ROW_DURATION, _ROW_SIZE, _ROW_FLAGS, _ROW_SHIFT = 0x001, 0x100, 0x200, 0x400, 0x800
_KEY, _OTHER = 0x02000000, 0x01010000
"""What depends on no other sample, and what does and cannot be begun with (ISO/IEC 14496-12, 8.8.3.1)."""
_STARTS_WITH_KEY = 0x90000000
_MOST_SEGMENTS = 0xFFFF
_MOST_BYTES = 0x7FFFFFFF
"""Of a segment, as sidx can tell it."""
_PIECE = 1 << 22


class Source(Protocol):
    """What samples are read from."""

    def seek(self, offset: int, /) -> int:
        """Go to a byte."""
        ...

    def read(self, size: int, /) -> bytes:
        """Bytes from there."""
        ...


@dataclass(frozen=True, kw_only=True)
class Placed:
    """A fragment in the file of a rendition.

    It begins at `offset` with a moof of `head` bytes; an mdat with `size` bytes of samples follows, the first of which has
    `key`. In the stream of all samples' bytes these begin at `start`.
    """

    fragment: Fragment
    offset: int
    head: int
    start: int
    size: int
    key: int

    @property
    def end(self) -> int:
        """Where the next fragment begins."""
        return self.offset + self.head + 8 + self.size


@dataclass(frozen=True, kw_only=True)
class Package:
    """A rendition: one file is `init`, `index` (its sidx) and the fragments; as files, `init` and a file for each segment."""

    track: Track
    plan: Plan
    init: bytes
    index: bytes
    placed: tuple[Placed, ...]

    @property
    def size(self) -> int:
        """The bytes of the one file."""
        return self.placed[-1].end

    def extent(self, segment: Segment) -> tuple[int, int]:
        """Where a segment begins in the one file, and its bytes."""
        offset = self.placed[segment.first].offset
        return offset, self.placed[segment.stop - 1].end - offset


def packaged(track: Track, plan: Plan) -> Package:
    """A track cut as planned; nothing of the samples is read for it.

    Raises ValueError where a segment is larger than 2 GiB, or where there are more than 65535.
    """
    init = init_segment(track, lead=track.lead, length=track.length)
    placed = tuple(_placed(track, plan, len(init) + _index_size(len(plan.segments))))
    package = Package(track=track, plan=plan, init=init, index=b"", placed=placed)
    sizes = [package.extent(segment)[1] for segment in plan.segments]
    return Package(track=track, plan=plan, init=init, index=_index(package, sizes), placed=placed)


def written(package: Package, source: Source) -> Iterator[bytes]:
    """The one file of a rendition, piece by piece; `source` is what the track was read from."""
    yield package.init
    yield package.index
    yield from _fragments(package, 0, len(package.placed), source)


def segment_written(package: Package, segment: Segment, source: Source) -> Iterator[bytes]:
    """The file of one segment, piece by piece."""
    return _fragments(package, segment.first, segment.stop, source)


def range_init(package: Package, stretch: Range) -> bytes:
    """The init segment of a range: its edit hides what the first segment has before the range begins.

    The edit has no length of its own, as the fragments keep the times that they have in the whole. Decoders of Opus go by
    the pre-skip, which says the same.
    """
    entry = sampleentry.primed(package.track.entry, stretch.lead)
    return init_segment(replace(package.track, entry=entry), lead=stretch.lead, length=0)


def muxed(pictures: Package, sound: Package, sources: tuple[Source, Source]) -> Iterator[bytes]:
    """Pictures and sound in one file, piece by piece, for who plays it without a playlist; each segment is both.

    They are cut into as many segments; `sources` are what the two were read from.
    """
    delay = -min((0, *pictures.track.shifts.values)) if pictures.track.shifts else 0
    late = replace(pictures.track, shifts=pictures.track.shifts and pictures.track.shifts.moved(delay))
    pictures = replace(pictures, track=late)
    traks = (_trak(late, 1, delay, 0), _trak(sound.track, 2, sound.track.lead, sound.track.length))
    segments = tuple(zip(pictures.plan.segments, sound.plan.segments, strict=True))
    yield _movie(sound.track.timescale, traks)
    sizes = [pictures.extent(shown)[1] + sound.extent(heard)[1] for shown, heard in segments]
    yield _index(pictures, sizes)
    begun = 1
    for shown, heard in segments:
        yield from _fragments(pictures, shown.first, shown.stop, sources[0], number=begun)
        begun += shown.stop - shown.first
        yield from _fragments(sound, heard.first, heard.stop, sources[1], number=begun, track=2)
        begun += heard.stop - heard.first


def init_segment(track: Track, *, lead: int, length: int) -> bytes:
    """How the samples are coded, and an edit that begins with what is heard first (ISO/IEC 14496-12, 8.2 to 8.6)."""
    return _movie(track.timescale, (_trak(track, 1, lead, length),))


def _movie(timescale: int, traks: Sequence[bytes]) -> bytes:
    """The beginning of a file with these tracks, numbered from 1; edits are told in ticks of `timescale`."""
    movie = struct.pack(">8xI4xIH10x", timescale, 0x10000, 0x0100) + MATRIX + bytes(24) + struct.pack(">I", len(traks) + 1)
    extends = (full_box(b"trex", 0, 0, struct.pack(">5I", number, 1, 0, 0, 0)) for number, _ in enumerate(traks, 1))
    return box(b"ftyp", _BRANDS) + box(b"moov", full_box(b"mvhd", 0, 0, movie), *traks, box(b"mvex", *extends))


def _trak(track: Track, number: int, lead: int, length: int) -> bytes:
    """A track without samples; `lead` and `length` are of its edit, in ticks, and the former is 0 where it has none."""
    about = track.description
    sound = track.handler == "soun"
    tkhd = struct.pack(">8xI8x8xHHH2x", number, 0, 0, 0x0100 if sound else 0) + MATRIX
    tkhd += struct.pack(">II", about.width << 16, about.height << 16)
    media = box(
        b"mdia",
        full_box(b"mdhd", 0, 0, struct.pack(">8xI4xH2x", track.timescale, track.language)),
        full_box(b"hdlr", 0, 0, bytes(4) + track.handler.encode() + bytes(13)),
        box(
            b"minf",
            full_box(b"smhd", 0, 0, bytes(4)) if sound else full_box(b"vmhd", 0, 1, bytes(8)),
            box(b"dinf", full_box(b"dref", 0, 0, struct.pack(">I", 1), full_box(b"url ", 0, 1))),
            box(b"stbl", full_box(b"stsd", 0, 0, struct.pack(">I", 1), track.entry), *_EMPTY_TABLES),
        ),
    )
    edit = box(b"edts", full_box(b"elst", 1, 0, struct.pack(">IQqI", 1, length, lead, 0x10000))) if lead else b""
    return box(b"trak", full_box(b"tkhd", 0, 3, tkhd), edit, media)


_EMPTY_TABLES = (
    full_box(b"stts", 0, 0, bytes(4)),
    full_box(b"stsc", 0, 0, bytes(4)),
    full_box(b"stsz", 0, 0, bytes(8)),
    full_box(b"stco", 0, 0, bytes(4)),
)


def _placed(track: Track, plan: Plan, offset: int) -> Iterator[Placed]:
    """The fragments in their places."""
    start = 0
    for fragment in plan.fragments:
        size = sum(track.sizes[fragment.first : fragment.stop])
        head = (
            _HEAD_SIZE
            + (8 if track.handler == "soun" else 0)
            + len(_row(track, fragment)) * 4 * (fragment.stop - fragment.first)
        )
        placed = Placed(fragment=fragment, offset=offset, head=head, start=start, size=size, key=track.sizes[fragment.first])
        if placed.end - offset > _MOST_BYTES:
            raise ValueError(f"its fragment at tick {fragment.time} would have {placed.end - offset} bytes, more than 2 GiB")
        yield placed
        start, offset = start + size, placed.end


def _index_size(segments: int) -> int:
    """The bytes of a sidx."""
    return 40 + 12 * segments


def _index(package: Package, sizes: Sequence[int]) -> bytes:
    """The sidx, which lets one file be played without a playlist (ISO/IEC 14496-12, 8.16.3): times as presented.

    `sizes` are the segments' bytes.
    """
    segments = package.plan.segments
    if len(segments) > _MOST_SEGMENTS:
        raise ValueError(f"it would have {len(segments)} segments, where {_MOST_SEGMENTS} can be; make them longer")
    head = struct.pack(">IIQQHH", 1, package.track.timescale, 0, 0, 0, len(segments))
    lengths = (segment.end - segment.start for segment in segments)
    rows = (struct.pack(">III", size, ticks, _STARTS_WITH_KEY) for size, ticks in zip(sizes, lengths, strict=True))
    return full_box(b"sidx", 1, 0, head, *rows)


_HEAD_SIZE = 8 + 16 + 8 + 16 + 20 + 20
"""moof, mfhd, traf, tfhd, tfdt and trun, without rows."""


def _row(track: Track, fragment: Fragment) -> tuple[int, ...]:
    """What the fragment tells of each sample, as the flags of its trun."""
    if track.handler == "vide":
        return (_ROW_DURATION, _ROW_SIZE, _ROW_FLAGS, _ROW_SHIFT)
    uniform = sum(1 for _ in track.durations.part(fragment.first, fragment.stop)) == 1
    return (_ROW_SIZE,) if uniform else (_ROW_DURATION, _ROW_SIZE)


def _fragments(  # what a fragment says of its place
    package: Package, first: int, stop: int, source: Source, *, number: int | None = None, track: int = 1
) -> Iterator[bytes]:
    """Some fragments of the track of a number, piece by piece; the first is the file's fragment `number`.

    Raises ValueError where the source has become shorter than it was.
    """
    begun = first + 1 if number is None else number
    for sequence, placed in enumerate(package.placed[first:stop], begun):
        yield _moof(package.track, placed, sequence, track) + struct.pack(">I4s", 8 + placed.size, b"mdat")
        for offset, size in package.track.extents.part(placed.start, placed.size):
            source.seek(offset)
            for held in _pieces(size):
                piece = source.read(held)
                if len(piece) != held:
                    raise ValueError(f"it ends before byte {offset + size}, where it had more when its tables were read")
                yield piece


def _pieces(size: int) -> Iterable[int]:
    """A number of bytes as pieces that fit into memory."""
    whole, rest = divmod(size, _PIECE)
    return (*(_PIECE,) * whole, rest) if rest else (_PIECE,) * whole


def _moof(track: Track, placed: Placed, sequence: int, number: int) -> bytes:
    """The header of a fragment of the track of a number (ISO/IEC 14496-12, 8.8.4 to 8.8.12)."""
    fragment = placed.fragment
    row = _row(track, fragment)
    count = fragment.stop - fragment.first
    _, value = next(iter(track.durations.part(fragment.first, fragment.stop)))
    if track.handler == "soun":
        tfhd = full_box(b"tfhd", 0, _BASE_IS_MOOF | _DURATION | _FLAGS, struct.pack(">III", number, value, _KEY))
    else:
        tfhd = full_box(b"tfhd", 0, _BASE_IS_MOOF, struct.pack(">I", number))
    run = struct.pack(">II", count, placed.head + 8)
    return box(
        b"moof",
        full_box(b"mfhd", 0, 0, struct.pack(">I", sequence)),
        box(
            b"traf",
            tfhd,
            full_box(b"tfdt", 1, 0, struct.pack(">Q", fragment.time)),
            full_box(b"trun", 1, _OFFSET | sum(row), run, _rows(track, fragment, len(row))),
        ),
    )


def _rows(track: Track, fragment: Fragment, width: int) -> bytes:
    """What a trun tells of each sample: sizes alone, durations and sizes, or all four numbers of pictures."""
    first, stop = fragment.first, fragment.stop
    sizes = track.sizes[first:stop]
    if width == 1:
        return big_endian(sizes).tobytes()
    durations = expanded(track.durations, first, stop)
    if width == 2:  # noqa: PLR2004  # of sound
        return b"".join(map(struct.Struct(">II").pack, durations, sizes))
    shifts = expanded(track.shifts, first, stop) if track.shifts else iter([0] * (stop - first))
    return b"".join(map(struct.Struct(">IIIi").pack, durations, sizes, _flags(track, first, stop), shifts))


def _flags(track: Track, first: int, stop: int) -> Sequence[int]:
    """Whether decoding can begin with each picture."""
    if track.keys is None:
        return [_KEY] * (stop - first)
    keys = set(track.keys)
    return [_KEY if number in keys else _OTHER for number in range(first, stop)]
