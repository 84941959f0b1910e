"""AAC in ADTS: frames that each have a header of their own (ISO/IEC 14496-3, 1.A.2)."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from pressroom.formats.lametag import id3_bytes
from pressroom.formats.sampleentry import aac_entry, description
from pressroom.formats.track import MOST_SAMPLES, Extents, Runs, Track, sound

if TYPE_CHECKING:
    from typing import BinaryIO

_FRAME = 1024
_HEADER = 7
_PIECE = 1 << 22
_RATES = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350)
_CHANNELS = (0, 1, 2, 3, 4, 5, 6, 8)


def read_adts(stream: BinaryIO, *, priming: int = 0, samples: int | None = None) -> Track:
    """The frames of an ADTS file that can seek, without their headers.

    ADTS tells neither its priming nor its end: `priming` samples are hidden at the beginning, and `samples` are heard, or all
    that follow. Raises ValueError, whatever the bytes, where a frame is not followed by another or by the end of the file,
    and where a header changes what the stream is.
    """
    stream.seek(0)
    start = id3_bytes(stream.read(10))
    offsets, sizes, first = _frames(stream, start)
    count = len(sizes)
    kind, index, channels = (first[2] >> 6) + 1, first[2] >> 2 & 15, (first[2] & 1) << 2 | first[3] >> 6
    if index >= len(_RATES) or not channels:
        raise ValueError(f"its headers say rate {index} and channels {channels}, which have no meaning of their own")
    config = (kind << 11 | index << 7 | channels << 3).to_bytes(2)
    entry = aac_entry(config, channels=_CHANNELS[channels], rate=_RATES[index])
    description(entry)
    durations = Runs.of([count], [_FRAME])
    return sound(
        Track(
            handler="soun",
            timescale=_RATES[index],
            entry=entry,
            sizes=sizes,
            durations=durations,
            extents=Extents.of(sizes, offsets),
            lead=priming,
            length=durations.total - priming if samples is None else samples,
        )
    )


def _frames(stream: BinaryIO, start: int) -> tuple[array[int], array[int], bytes]:
    """Where the sound of each frame begins, its bytes, and the first header."""
    length = stream.seek(0, 2)
    stream.seek(start)
    first = stream.read(_HEADER)
    offsets, sizes = array("Q"), array("I")
    piece, base = b"", start
    while start < length:
        if start - base + _HEADER > len(piece):
            stream.seek(start)
            piece, base = stream.read(_PIECE), start
        place = start - base
        head = piece[place : place + _HEADER]
        size = _size(head, first, start)
        skipped = _HEADER if head[1] & 1 else _HEADER + 2
        if size <= skipped or start + size > length:
            raise ValueError(f"its frame at byte {start} says {size} bytes, the file has {length - start} more: it was cut off")
        offsets.append(start + skipped)
        sizes.append(size - skipped)
        start += size
        if len(sizes) > MOST_SAMPLES:
            raise ValueError(f"it has more than {MOST_SAMPLES} frames")
    if not sizes:
        raise ValueError("it is empty")
    return offsets, sizes, first


def _size(head: bytes, first: bytes, place: int) -> int:
    """The bytes of a whole frame, of a stream that began with the header `first`."""
    if len(head) < _HEADER or head[0] != 0xFF or head[1] & 0xF6 != 0xF0:  # noqa: PLR2004  # the sync word and layer 0
        raise ValueError(f"it has no ADTS header at byte {place}: it was cut off, or is damaged")
    if (head[1] & 0xF8, head[2] & 0xFD, head[3] & 0xC0) != (first[1] & 0xF8, first[2] & 0xFD, first[3] & 0xC0):
        raise ValueError(f"it goes on at byte {place} as a stream of another kind")
    if head[6] & 3:
        raise ValueError(f"its frame at byte {place} has {(head[6] & 3) + 1} blocks, of which an MP4 cannot tell the sizes")
    return (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
