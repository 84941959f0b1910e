"""The samples of an MP4 or M4A: read from its tables, wherever in the file they stand (ISO/IEC 14496-12, chapter 8)."""

from __future__ import annotations

import struct
from array import array
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from pressroom.formats import sampleentry
from pressroom.formats.isobmff import boxes, child, children, fields, needed, numbers
from pressroom.formats.track import MOST_SAMPLES, Extents, Handler, Runs, Track, shown, sound

if TYPE_CHECKING:
    from typing import BinaryIO

_MOST_TABLES = 1 << 28
"""Bytes of a moov box: that of a hundred hours of video has 100 MB."""
_WHOLE = 0x10000
"""A rate of 1, as 16.16."""
_MOST_TICKS = 1 << 62


def read_mp4(stream: BinaryIO, handler: Handler) -> Track:
    """The first track of sound (`soun`) or of pictures (`vide`) in a file that can seek; only its tables are read.

    The track is sound to its very end: priming, and a last sample that is cut short, are as the edit list or the table of
    durations says. Raises ValueError, whatever the bytes, for what is no such file or cannot be presented in one piece.
    """
    moov = _tables(stream)
    length = stream.seek(0, 2)
    if child(moov, "mvex") is not None:
        raise ValueError("it is fragmented already")
    trak = _track(moov, handler)
    table = needed(trak, "mdia", "minf", "stbl")
    sizes = _sizes(needed(table, "stsz") if child(table, "stz2") is None else _compact(), length)
    durations = _durations(needed(table, "stts"), len(sizes))
    entry = _entry(needed(table, "stsd"))
    timescale, language = _header(needed(trak, "mdia", "mdhd"))
    track = Track(
        handler=handler,
        timescale=timescale,
        entry=entry,
        sizes=sizes,
        durations=durations,
        extents=_extents(table, sizes, length),
        lead=0,
        length=durations.total,
        language=language,
    )
    return _edited(track, moov, trak) if handler == "soun" else _pictures(track, moov, trak, table)


def _tables(stream: BinaryIO) -> memoryview:
    """The body of the moov box."""
    if not stream.seek(0, 2):
        raise ValueError("it is empty")
    for found in boxes(stream):
        if found.name == "moov":
            size = found.end - found.body
            if size > _MOST_TABLES:
                raise ValueError(f"its moov box has {size} bytes, more than {_MOST_TABLES}")
            stream.seek(found.body)
            return memoryview(stream.read(size))
    raise ValueError("it has no moov box: it was cut off, or is no MP4")


def _track(moov: memoryview, handler: Handler) -> memoryview:
    """The first track of a kind."""
    for name, body in children(moov):
        if name == "trak" and bytes(needed(body, "mdia", "hdlr")[8:12]) == handler.encode():
            return body
    raise ValueError(f"it has no {'sound' if handler == 'soun' else 'picture'}")


def _compact() -> memoryview:
    """No table, since nobody writes this one for sound or pictures of today."""
    raise ValueError("its sample sizes are in an stz2 box, which is not read")


def _header(mdhd: memoryview) -> tuple[int, int]:
    """The ticks a second, and the language."""
    timescale, language = fields("20xI8xH" if fields("B", mdhd, "mdhd")[0] else "12xI4xH", mdhd, "mdhd")
    if not timescale:
        raise ValueError("its mdhd box says 0 ticks a second")
    return timescale, language


def _entry(stsd: memoryview) -> bytes:
    """The one sample entry, with nothing of who made it."""
    (count,) = fields("4xI", stsd, "stsd")
    if count != 1:
        raise ValueError(f"its samples are described in {count} ways, which one init segment cannot tell")
    size, _ = fields("II", stsd, "stsd", 8)
    if not 8 <= size <= len(stsd) - 8:  # noqa: PLR2004  # a header
        raise ValueError(f"its sample entry says {size} bytes, where {len(stsd) - 8} are left")
    whole = stsd[8 : 8 + size]
    sampleentry.description(whole)
    return sampleentry.canonical(whole)


def _sizes(stsz: memoryview, length: int) -> array[int]:
    """The bytes of each sample (8.7.3.2)."""
    size, count = fields("4xII", stsz, "stsz")
    if not 1 <= count <= MOST_SAMPLES:
        raise ValueError(f"it has {count} samples, where 1 to {MOST_SAMPLES} can be")
    if not size:
        return numbers("I", stsz, count, "stsz", 12)
    # Checked before the table is made: a file of few bytes may claim any number of samples.
    if size * count > length:
        raise ValueError(f"its stsz box says {count} samples of {size} bytes, the file holds {length} bytes")
    return array("I", [size]) * count


def _durations(stts: memoryview, samples: int) -> Runs:
    """The ticks of each sample (8.6.1.2)."""
    counts, values = _pairs(stts, "stts", "I")
    if sum(counts) != samples:
        raise ValueError(f"its stts box tells the durations of {sum(counts)} samples, of {samples}")
    durations = Runs.of(counts, values)
    if not durations.total:
        raise ValueError("its samples last no time")
    return durations


def _shifts(ctts: memoryview, samples: int) -> Runs:
    """The composition offset of each sample (8.6.1.3): signed in either version, as writers of the first use it so too."""
    counts, values = _pairs(ctts, "ctts", "i")
    if sum(counts) != samples:
        raise ValueError(f"its ctts box tells the offsets of {sum(counts)} samples, of {samples}")
    return Runs.of(counts, values)


def _pairs(body: memoryview, name: str, kind: str) -> tuple[array[int], array[int]]:
    """A table of counts and numbers."""
    (count,) = fields("4xI", body, name)
    table = numbers("I", body, 2 * count, name, 8)
    values = table[1::2]
    return table[::2], values if kind == "I" else array("i", values.tobytes())


def _extents(table: memoryview, sizes: array[int], length: int) -> Extents:
    """Where the samples lie: chunks, of which those that follow each other in the file are one stretch (8.7.4, 8.7.5)."""
    offsets = _chunk_offsets(table)
    held: list[int] = []
    starts: list[int] = []
    sample, place = 0, -1
    for offset, samples in zip(offsets, _chunk_samples(needed(table, "stsc"), len(offsets)), strict=False):
        size = sum(sizes[sample : sample + samples])
        sample += samples
        if offset + size > length:
            raise ValueError(f"its samples go on to byte {offset + size}, the file ends at {length}: it was cut off")
        if offset == place:
            held[-1] += size
        else:
            held.append(size)
            starts.append(offset)
        place = offset + size
        if sample >= len(sizes):
            return Extents.of(held, starts)
    raise ValueError(f"its chunks hold {sample} samples, of {len(sizes)}")


def _chunk_offsets(table: memoryview) -> array[int]:
    """Where each chunk begins, of 32 or 64 bits."""
    wide = child(table, "co64")
    body, name = (needed(table, "stco"), "stco") if wide is None else (wide, "co64")
    (count,) = fields("4xI", body, name)
    offsets = numbers("I" if wide is None else "Q", body, count, name, 8)
    if max(offsets, default=0) >= _MOST_TICKS:
        raise ValueError(f"its {name} box names a byte beyond 2^62")
    return offsets


def _chunk_samples(stsc: memoryview, chunks: int) -> array[int]:
    """How many samples each chunk has."""
    (count,) = fields("4xI", stsc, "stsc")
    table = numbers("I", stsc, 3 * count, "stsc", 8)
    firsts = [*table[::3], chunks + 1]
    found = array("I")
    if not count or firsts[0] != 1:
        raise ValueError("its stsc box does not begin with the first chunk")
    for first, following, samples in zip(firsts, firsts[1:], table[1::3], strict=False):
        if not first <= following <= chunks + 1:
            raise ValueError(f"its stsc box goes from chunk {first} to {following}, of {chunks}")
        found.extend(array("I", [samples]) * (following - first))
    return found


def _edits(moov: memoryview, trak: memoryview) -> tuple[int, int, int] | None:
    """The one edit: its length, its media time, and the ticks a second of its length; None where all is played (8.6.6)."""
    elst = child(trak, "edts", "elst")
    mvhd = needed(moov, "mvhd")
    (movie,) = fields("20xI" if fields("B", mvhd, "mvhd")[0] else "12xI", mvhd, "mvhd")
    if elst is None:
        return None
    version, count = fields("B3xI", elst, "elst")
    layout = "Qqi" if version else "Iii"
    found = [fields(layout, elst, "elst", 8 + index * struct.calcsize(">" + layout)) for index in range(min(count, 3))]
    found = [edit for edit in found if edit[1] != -1 or edit[0]]
    if not found:
        return None
    if len(found) > 1:
        raise ValueError("its edit list jumps: it has more than one edit; encode it again from its master")
    length, start, rate = found[0]
    if start < 0 or rate != _WHOLE or not movie:
        raise ValueError(f"its edit list plays from {start} at a rate of {rate / _WHOLE:g}; encode it again from its master")
    return length, start, movie


def _edited(track: Track, moov: memoryview, trak: memoryview) -> Track:
    """Sound as its edit list presents it.

    The edit's length is told in ticks of the movie, which may be coarser: one that ends within such a tick of the last sample
    ends with it.
    """
    edit = _edits(moov, trak)
    total = track.durations.total
    length, start, movie = edit or (0, 0, track.timescale)
    exact = Fraction(length * track.timescale, movie)
    end = start + round(exact)
    if not length or abs(start + exact - total) < Fraction(track.timescale, movie):
        end = total
    return sound(replace(track, lead=start, length=end - start))


def _pictures(track: Track, moov: memoryview, trak: memoryview, table: memoryview) -> Track:
    """Pictures whose first is shown at 0: an edit that undoes the delay of B-frames is undone in the offsets instead.

    Raises ValueError where the edit list leaves out pictures, which a packager by copy cannot.
    """
    ctts, stss = child(table, "ctts"), child(table, "stss")
    shifts = Runs.of([len(track.sizes)], [0]) if ctts is None else _shifts(ctts, len(track.sizes))
    times = shown(track.durations, shifts)
    edit, first = _edits(moov, trak), min(times)
    length, start, movie = edit or (0, first, track.timescale)
    end = start + Fraction(length * track.timescale, movie) if length else Fraction(first + track.durations.total)
    frame = Fraction(track.durations.total, len(times))
    if abs(first - start) >= frame or abs(first + track.durations.total - end) >= frame + Fraction(track.timescale, movie):
        raise ValueError("its edit list leaves out pictures; encode it again from its master")
    keys = None
    if stss is not None:
        (count,) = fields("4xI", stss, "stss")
        keys = array("I", [key - 1 for key in numbers("I", stss, count, "stss", 8) if key])
        if not keys or keys[0] or list(keys) != sorted(set(keys)) or keys[-1] >= len(times):
            raise ValueError("its first picture is no key frame, or its stss box is out of order")
    moved = Runs.of([b - a for a, b in zip(shifts.firsts, shifts.firsts[1:], strict=False)], [v - first for v in shifts.values])
    return replace(track, shifts=moved, keys=keys)
