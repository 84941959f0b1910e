"""The frames of a FLAC file, which have no lengths: found by their headers (RFC 9639)."""

from __future__ import annotations

from array import array
from itertools import pairwise
from typing import TYPE_CHECKING

from pressroom.formats.lametag import id3_bytes
from pressroom.formats.sampleentry import flac_entry
from pressroom.formats.track import MOST_SAMPLES, Extents, Runs, Track

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

_STREAM_INFO = 34
_LAST = 0x80
_PIECE = 1 << 22
_LONGEST_HEADER = 16
_SYNCS = (b"\xff\xf8", b"\xff\xf9")
"""Of a stream with blocks of one size, and of several."""
_BLOCKS = {1: 192, **{code: 144 << code for code in range(2, 6)}, **{code: 1 << code for code in range(8, 16)}}
"""Samples by the code of a frame's header (RFC 9639, 9.1.1); 6 and 7 are told behind the number."""
_TOLD = {6: 1, 7: 2}
_MOST_PLAIN = 7
"""Above it, two channels are coded by their sum or difference (9.1.3)."""


def _row(value: int, polynomial: int, top: int) -> int:
    """What a byte does to a checksum whose highest bit is `top`."""
    for _ in range(8):
        value = value << 1 ^ (polynomial if value & top else 0)
    return value


_CRC8 = bytes(_row(byte, 0x107, 0x80) for byte in range(256))
_CRC16 = array("H", (_row(byte << 8, 0x18005, 0x8000) for byte in range(256)))


def read_flac(stream: BinaryIO) -> Track:
    """The frames of a FLAC file that can seek, one sample each, in ticks of the sample rate.

    A frame begins where a header has the right number, the right stream's settings and the right checksum. Raises
    ValueError, whatever the bytes, where the file is no whole FLAC: its count of samples is held against STREAMINFO's, and
    the checksum of the last frame, of which nothing else tells the end, against the frame.
    """
    info, start = _metadata(stream)
    packed = int.from_bytes(info[10:18])
    rate, channels, depth, total = packed >> 44, (packed >> 41 & 7) + 1, (packed >> 36 & 31) + 1, packed & (1 << 36) - 1
    if not rate:
        raise ValueError("its STREAMINFO says a rate of 0 Hz")
    length = stream.seek(0, 2)
    offsets, blocks = _frames(stream, start, length)
    found = sum(blocks)
    if not found or total not in (0, found):
        raise ValueError(f"its frames have {found} samples, its STREAMINFO says {total}: it was cut off, or is damaged")
    stream.seek(offsets[-1])
    if _footed(stream.read(length - offsets[-1])):
        raise ValueError("its last frame is not whole: it was cut off, or is damaged")
    offsets.append(length)
    sizes = array("I", (after - before for before, after in pairwise(offsets)))
    durations = Runs.grouped(blocks)
    extents = Extents.of([length - offsets[0]], [offsets[0]])
    entry = flac_entry(info, channels=channels, rate=rate, depth=depth)
    return Track(
        handler="soun", timescale=rate, entry=entry, sizes=sizes, durations=durations, extents=extents, lead=0, length=found
    )


def _metadata(stream: BinaryIO) -> tuple[bytes, int]:
    """The STREAMINFO block, and where the frames begin (section 8)."""
    stream.seek(0)
    start = id3_bytes(stream.read(10))
    stream.seek(start)
    if stream.read(4) != b"fLaC":
        raise ValueError("it is no FLAC file: it does not begin with fLaC")
    info = b""
    while True:
        head = stream.read(4)
        if len(head) < 4:  # noqa: PLR2004  # a block's header
            raise ValueError("it ends within its metadata: it was cut off")
        size = int.from_bytes(head[1:])
        if not info:
            info = stream.read(size) if head[0] & 0x7F == 0 and size == _STREAM_INFO else b""
            if len(info) < _STREAM_INFO:
                raise ValueError("its first block is no STREAMINFO")
        else:
            stream.seek(size, 1)
        if head[0] & _LAST:
            return info, stream.tell()


def _frames(stream: BinaryIO, start: int, length: int) -> tuple[array[int], array[int]]:
    """Where each frame begins, and how many samples it has."""
    offsets, blocks = array("Q"), array("I")
    stream.seek(start)
    sync = stream.read(2)
    if sync not in _SYNCS:
        raise ValueError("its metadata is not followed by a frame")
    variable, samples, settings = sync == _SYNCS[1], 0, None
    for offset, head in _candidates(stream, sync, start, length):
        header = _header(head)
        if header is None:
            continue
        number, block, own = header
        settings = settings or own
        if own != settings or number != (samples if variable else len(blocks)):
            continue
        if len(blocks) >= MOST_SAMPLES:
            raise ValueError(f"it has more than {MOST_SAMPLES} frames")
        offsets.append(offset)
        blocks.append(block)
        samples += block
    if not offsets or offsets[0] != start:
        raise ValueError("its metadata is not followed by a frame")
    return offsets, blocks


def _candidates(stream: BinaryIO, sync: bytes, start: int, length: int) -> Iterator[tuple[int, bytes]]:
    """What may be the headers of frames, from their sync code on: where they are, and their bytes."""
    while start < length:
        stream.seek(start)
        piece = stream.read(_PIECE + _LONGEST_HEADER)
        place = piece.find(sync, 0, _PIECE + 1)
        while place >= 0:
            yield start + place, piece[place : place + _LONGEST_HEADER]
            place = piece.find(sync, place + 1, _PIECE + 1)
        start += _PIECE


def _header(head: bytes) -> tuple[int, int, bytes] | None:
    """A frame's number, its samples, and what is the same in every frame of a stream; None where this is no header (9.1)."""
    if len(head) < 6 or head[3] & 1:  # noqa: PLR2004  # the shortest header
        return None
    block, rate, depth = head[2] >> 4, head[2] & 15, head[3] >> 1 & 7
    channels = head[3] >> 4
    number = _number(head)
    if not block or rate == 15 or depth == 3 or channels > 10 or number is None:  # noqa: PLR2004  # what the format reserves
        return None
    value, place = number
    samples = _BLOCKS.get(block, 0)
    if block in _TOLD:
        samples = int.from_bytes(head[place : place + _TOLD[block]]) + 1
        place += _TOLD[block]
    place += {12: 1, 13: 2, 14: 2}.get(rate, 0)
    if place >= len(head) or _checksum(head[:place]) != head[place]:
        return None
    return value, samples, bytes((rate, depth, 1 if channels > _MOST_PLAIN else channels))


def _number(head: bytes) -> tuple[int, int] | None:
    """The frame's or first sample's number, coded as in UTF-8 with up to seven bytes, and where it ends (9.1.5)."""
    first = head[4]
    ones = 8 - (first ^ 0xFF).bit_length()
    if ones == 1 or ones == 8:  # noqa: PLR1714, PLR2004  # a byte within a number, and no number at all
        return None
    value = first & (0x7F >> ones)
    more = head[5 : 5 + max(0, ones - 1)]
    if len(more) < ones - 1 or any(byte & 0xC0 != 0x80 for byte in more):  # noqa: PLR2004  # 10xxxxxx
        return None
    for byte in more:
        value = value << 6 | byte & 0x3F
    return value, 5 + len(more)


def _checksum(head: bytes) -> int:
    """CRC-8 with the polynomial 0x07 (9.1.8)."""
    value = 0
    for byte in head:
        value = _CRC8[value ^ byte]
    return value


def _footed(frame: bytes) -> int:
    """CRC-16 with the polynomial 0x8005 of a whole frame, which is 0 where its last two bytes are its checksum (9.3)."""
    value = 0
    for byte in frame:
        value = (value << 8 & 0xFFFF) ^ _CRC16[value >> 8 ^ byte]
    return value
