"""What init segments and fragments of MP4 say, of whoever made them: for holding playlists against (ISO/IEC 14496-12, 8.8)."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from pressroom.formats.isobmff import boxes, child, children, fields, needed, numbers
from pressroom.formats.sampleentry import Description, description

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from pressroom.formats.isobmff import Box

_MOST_HEADER = 1 << 26
"""Bytes of a moov or moof that are read."""
_NOT_KEY = 0x00010000
_DATA_OFFSET, _FIRST_FLAGS = 0x001, 0x004
_COLUMNS = (0x100, 0x200, 0x400, 0x800)
_DEFAULTS = ((0x01, "Q"), (0x02, "I"), (0x08, "I"), (0x10, "I"), (0x20, "I"))


@dataclass(frozen=True, kw_only=True)
class InitFacts:
    """An init segment: its first track, how many there are and what they are all coded as, and what fragments need not say.

    `lead` is the media time of its first edit; `edits` counts them. `defaults` are a sample's duration, size and flags.
    """

    handler: str
    timescale: int
    about: Description
    tracks: int
    codecs: tuple[str, ...]
    track: int
    edits: int
    lead: int
    defaults: tuple[int, int, int]


@dataclass(frozen=True, kw_only=True)
class FragmentFacts:
    """A moof and its mdat, of the first track: times in its ticks, `keys` when its key frames are shown.

    `start` and `end` are when its first sample is presented, and its last no longer; `longest` is its longest sample;
    `key` says that decoding can begin with it, and `key_end` is the byte of the file behind its first sample.
    """

    offset: int
    size: int
    time: int
    ticks: int
    start: int
    end: int
    longest: int
    key: bool
    keys: tuple[int, ...]
    key_end: int


@dataclass(frozen=True, kw_only=True)
class Reference:
    """What a sidx says of a segment: its bytes and ticks, of which there are `scale` in a second."""

    size: int
    ticks: int
    scale: int


def read_init(stream: BinaryIO, start: int = 0, stop: int | None = None) -> InitFacts | None:
    """The facts of an init segment in some bytes of a file; None where they have no moov box.

    Raises ValueError, whatever the bytes, where they are damaged, or coded as no player takes it.
    """
    for found in boxes(stream, start, stop):
        if found.name == "moov":
            return _init(_body(stream, found))
    return None


def read_fragments(stream: BinaryIO, init: InitFacts, start: int = 0, stop: int | None = None) -> tuple[FragmentFacts, ...]:
    """The fragments in some bytes of a file; raises ValueError, whatever the bytes, where they are damaged, or not whole."""
    found: list[FragmentFacts] = []
    header: Box | None = None
    for each in boxes(stream, start, stop):
        if each.name == "moof":
            header = each
        elif each.name == "mdat" and header:
            found.append(_fragment(_body(stream, header), init, header, each))
            header = None
    if header:
        raise ValueError(f"its moof at byte {header.offset} is followed by no mdat")
    return tuple(found)


def read_key_frame(stream: BinaryIO, init: InitFacts, start: int) -> FragmentFacts:
    """The fragment at a byte of a file; raises ValueError as `read_fragments`."""
    first = next(boxes(stream, start), None)
    if first is None or first.name != "moof":
        raise ValueError("the range does not begin with a moof")
    mdat = next(boxes(stream, first.end), None)
    if mdat is None or mdat.name != "mdat":
        raise ValueError("its moof is followed by no mdat")
    return _fragment(_body(stream, first), init, first, mdat)


def read_index(stream: BinaryIO) -> tuple[int, tuple[Reference, ...]] | None:
    """Where what a file's sidx tells of begins, and its segments (8.16.3); None where it has none before its first moof."""
    for found in boxes(stream):
        if found.name == "moof":
            return None
        if found.name == "sidx":
            body = _body(stream, found)
            wide = _version(body, "sidx") > 0
            scale, _, first, count = fields("8xIQQ2xH" if wide else "8xIII2xH", body, "sidx")
            table = numbers("I", body, 3 * count, "sidx", 32 if wide else 24)
            rows = zip(table[::3], table[1::3], strict=True)
            return found.end + first, tuple(Reference(size=size & 0x7FFFFFFF, ticks=ticks, scale=scale) for size, ticks in rows)
    return None


def _body(stream: BinaryIO, found: Box) -> memoryview:
    """A box's body in memory."""
    if found.end - found.body > _MOST_HEADER:
        raise ValueError(f"its {found.name} box has {found.end - found.body} bytes")
    stream.seek(found.body)
    return memoryview(stream.read(found.end - found.body))


def _version(body: memoryview, name: str) -> int:
    """The version of a full box."""
    return fields("B", body, name)[0]


def _init(moov: memoryview) -> InitFacts:
    """The facts of a moov box."""
    traks = [body for name, body in children(moov) if name == "trak"]
    if not traks:
        raise ValueError("it has no trak box")
    trak = traks[0]
    mdhd, tkhd = needed(trak, "mdia", "mdhd"), needed(trak, "tkhd")
    (timescale,) = fields("20xI" if _version(mdhd, "mdhd") else "12xI", mdhd, "mdhd")
    (track,) = fields("20xI" if _version(tkhd, "tkhd") else "12xI", tkhd, "tkhd")
    entries = [needed(each, "mdia", "minf", "stbl", "stsd")[8:] for each in traks]
    if not timescale or not track:
        raise ValueError(f"it says {timescale} ticks a second for track {track}")
    elst, edits, lead = child(trak, "edts", "elst"), 0, 0
    if elst is not None:
        version, edits = fields("B3xI", elst, "elst")
        lead = fields("8xq" if version else "4xi", elst, "elst", 8)[0] if edits else 0
    trex = [body for name, body in children(needed(moov, "mvex")) if name == "trex"]
    rows = (fields("4xI4xIII", body, "trex") for body in trex)
    return InitFacts(
        handler=bytes(needed(trak, "mdia", "hdlr")[8:12]).decode("latin-1"),
        timescale=timescale,
        about=description(entries[0]),
        tracks=len(traks),
        codecs=tuple(description(entry).codec for entry in entries),
        track=track,
        edits=edits,
        lead=lead,
        defaults=next(((row[1], row[2], row[3]) for row in rows if row[0] == track), (0, 0, 0)),
    )


@dataclass
class _Samples:
    """The samples of a fragment: what they last, when they are shown and which are keys; `first` is the first one's bytes."""

    ticks: int = 0
    start: int | None = None
    end: int = 0
    longest: int = 0
    count: int = 0
    key: bool = False
    first: int = 0
    bytes: int = 0


def _fragment(moof: memoryview, init: InitFacts, header: Box, mdat: Box) -> FragmentFacts:
    """The facts of a moof that an mdat follows."""
    for name, traf in children(moof):
        if name == "traf" and fields("4xI", needed(traf, "tfhd"), "tfhd")[0] == init.track:
            break
    else:
        raise ValueError(f"its moof at byte {header.offset} has nothing of track {init.track}")
    defaults = _defaults(needed(traf, "tfhd"), init)
    tfdt = needed(traf, "tfdt")
    (time,) = fields("4xQ" if _version(tfdt, "tfdt") else "4xI", tfdt, "tfdt")
    samples, place = _Samples(), mdat.body
    keys: list[int] = []
    for name, trun in children(traf):
        if name == "trun":
            if not samples.count and fields("I", trun, "trun")[0] & _DATA_OFFSET:
                place = header.offset + fields("8xi", trun, "trun")[0]
            keys += _run(samples, trun, defaults, time)
    if not mdat.body <= place or place + samples.bytes > mdat.end:
        raise ValueError(
            f"its moof at byte {header.offset} tells of {samples.bytes} bytes from {place} on, which its mdat has not"
        )
    return FragmentFacts(
        offset=header.offset,
        size=mdat.end - header.offset,
        time=time,
        ticks=samples.ticks,
        start=time if samples.start is None else samples.start,
        end=samples.end,
        longest=samples.longest,
        key=samples.key,
        keys=tuple(keys),
        key_end=place + samples.first,
    )


def _defaults(tfhd: memoryview, init: InitFacts) -> tuple[int, int, int]:
    """A sample's duration, size and flags where its trun does not say them."""
    (flags,) = fields("I", tfhd, "tfhd")
    found, offset = {0x08: init.defaults[0], 0x10: init.defaults[1], 0x20: init.defaults[2]}, 8
    for bit, layout in _DEFAULTS:
        if flags & bit:
            (found[bit],) = fields(layout, tfhd, "tfhd", offset)
            offset += 8 if layout == "Q" else 4
    return found[0x08], found[0x10], found[0x20]


def _run(samples: _Samples, trun: memoryview, defaults: tuple[int, int, int], time: int) -> Iterator[int]:
    """Count in the samples of a trun, of a fragment that begins at `time`; gives when its key frames are shown."""
    flags, count = fields("II", trun, "trun")
    flags &= 0xFFFFFF
    offset = 8 + 4 * bool(flags & _DATA_OFFSET)
    first_flags = fields("I", trun, "trun", offset)[0] if flags & _FIRST_FLAGS else None
    offset += 4 * bool(flags & _FIRST_FLAGS)
    held = [bit for bit in _COLUMNS if flags & bit]
    table = numbers("I", trun, count * len(held), "trun", offset)
    columns = {bit: table[number :: len(held)] for number, bit in enumerate(held)}
    durations, sizes, marks = (columns.get(bit) for bit in _COLUMNS[:3])
    begin = time + samples.ticks
    ticks = sum(durations) if durations is not None else count * defaults[0]
    size = sum(sizes) if sizes is not None else count * defaults[1]
    longest = max(durations, default=0) if durations is not None else defaults[0]
    mark = first_flags if first_flags is not None else marks[0] if marks else defaults[2]
    if not samples.count and count:
        samples.key = not mark & _NOT_KEY
        samples.first = sizes[0] if sizes else defaults[1]
    samples.longest = max(samples.longest, longest)
    starts, ends = _shown(columns, begin, ticks, durations, count, defaults[0])
    if count:
        samples.start = min(starts[0], *starts[1:], starts[0] if samples.start is None else samples.start)
        samples.end = max(samples.end, *ends, ends[0])
    samples.ticks, samples.count, samples.bytes = samples.ticks + ticks, samples.count + count, samples.bytes + size
    if marks is not None and len(starts) == count:
        yield from (start for start, each in zip(starts, marks, strict=True) if not each & _NOT_KEY)
    elif count and not mark & _NOT_KEY:
        yield starts[0]


def _shown(
    columns: dict[int, array[int]], begin: int, ticks: int, durations: array[int] | None, count: int, default: int
) -> tuple[list[int], list[int]]:
    """When samples begin and end to be shown; of samples without offsets of their own, only the first and the last matter."""
    if _COLUMNS[3] not in columns:
        return [begin], [begin + ticks]
    shifts = array("i", columns[_COLUMNS[3]].tobytes())
    lengths = durations if durations is not None else array("I", [default]) * count
    starts = [time + shift for time, shift in zip(accumulate(lengths, initial=begin), shifts, strict=False)]
    return starts, [start + length for start, length in zip(starts, lengths, strict=True)]
