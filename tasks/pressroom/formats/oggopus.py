"""Opus in Ogg: packets laced into pages (RFC 3533, RFC 7845)."""

from __future__ import annotations

import struct
from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pressroom.formats.sampleentry import description, opus_entry
from pressroom.formats.track import MOST_SAMPLES, Extents, Runs, Track, sound

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

_RATE = 48_000
_PAGE = 27
_FULL = 255
_CONTINUED, _FIRST, _LAST = 1, 2, 4
_NONE = -1
"""The position of a page on which no packet ends."""
_LONGEST = 5760
"""Samples of a packet: 120 ms (RFC 6716, 3.2.5)."""
_HEADERS = 2
_SILK, _HYBRID = (480, 960, 1920, 2880), (480, 960)
_CELT = (120, 240, 480, 960)


@dataclass(frozen=True)
class _Page:
    """A page: its flags, position, serial and sequence numbers, where its body begins, its lacing and its first bytes."""

    flags: int
    position: int
    serial: int
    number: int
    body: int
    lacing: bytes
    content: bytes


@dataclass
class _Packets:
    """The packets of sound so far, and the stretches of the file that hold them."""

    sizes: array[int] = field(default_factory=lambda: array("I"))
    durations: array[int] = field(default_factory=lambda: array("I"))
    held: array[int] = field(default_factory=lambda: array("Q"))
    offsets: array[int] = field(default_factory=lambda: array("Q"))
    begun: int = 0
    toc: bytes = b""
    samples: int = 0
    start: int | None = None
    position: int = 0


def read_opus(stream: BinaryIO) -> Track:
    """The packets of an Ogg Opus file that can seek, in ticks of 48 kHz.

    The pre-skip is priming, and the last page's position cuts the last packet (RFC 7845, 4.2 and 4.4). Raises ValueError,
    whatever the bytes, where the file is no Opus, holds other streams too, lost a page, or does not end with a last one.
    """
    pages = _pages(stream)
    head = _head(next(pages, None))
    packets = _Packets()
    headers, last = 1, False
    for page in pages:
        if headers < _HEADERS:
            headers += sum(size < _FULL for size in page.lacing)
            if headers > _HEADERS:
                raise ValueError("its comments share a page with sound")
            continue
        _take(packets, page)
        last = bool(page.flags & _LAST)
    if not last or packets.begun:
        raise ValueError("it has no last page: it was cut off")
    (skip,) = struct.unpack_from("<H", head, 10)
    heard = packets.position - (packets.start or 0) - skip
    durations = Runs.grouped(packets.durations)
    entry = opus_entry(head)
    description(entry)
    track = Track(
        handler="soun",
        timescale=_RATE,
        entry=entry,
        sizes=packets.sizes,
        durations=durations,
        extents=Extents.of(packets.held, packets.offsets),
        lead=skip,
        length=heard,
    )
    return sound(track)


def _head(page: _Page | None) -> bytes:
    """The OpusHead packet (RFC 7845, 5.1)."""
    packet = page.content[: sum(page.lacing)] if page else b""
    if page is None or not packet.startswith(b"OpusHead"):
        raise ValueError("it is no Opus in Ogg: it does not begin with OpusHead")
    channels = packet[9] if len(packet) > 9 else 0  # noqa: PLR2004  # the byte of the channels
    if len(packet) < 19 or packet[8] >> 4 or (packet[18] and len(packet) < 21 + channels):  # noqa: PLR2004  # as laid out there
        raise ValueError("its OpusHead is damaged, or of a later version")
    return packet


def _pages(stream: BinaryIO) -> Iterator[_Page]:
    """The pages of a file of one stream (RFC 3533, section 6)."""
    length, start, first = stream.seek(0, 2), 0, None
    while start < length:
        stream.seek(start)
        head = stream.read(_PAGE + _FULL)
        if len(head) < _PAGE or head[:5] != b"OggS\0":
            raise ValueError(f"it has no Ogg page at byte {start}: it was cut off, or is damaged")
        flags, position, serial, number, count = struct.unpack_from("<xxxxxBqII4xB", head)
        lacing = head[_PAGE : _PAGE + count]
        body = start + _PAGE + count
        size = sum(lacing)
        if len(lacing) < count or body + size > length:
            raise ValueError(f"its page at byte {start} says {size} bytes: it was cut off")
        first = first or (serial, number)
        if serial != first[0] or (flags & _FIRST and start):
            raise ValueError(f"its page at byte {start} belongs to another stream")
        if number != first[1]:
            raise ValueError(f"a page is missing before byte {start}")
        stream.seek(body)
        yield _Page(flags, position, serial, number, body, lacing, stream.read(size))
        first, start = (serial, number + 1 & 0xFFFFFFFF), body + size


def _take(packets: _Packets, page: _Page) -> None:
    """The packets of one page of sound."""
    if bool(page.flags & _CONTINUED) != bool(packets.begun):
        raise ValueError(f"its page before byte {page.body} does not go on with the packet that was begun")
    place, ended, size = 0, 0, packets.begun
    toc = packets.toc
    for part in page.lacing:
        if not size:
            toc = page.content[place : place + 2]
        size += part
        place += part
        if part < _FULL:
            packets.sizes.append(size)
            packets.durations.append(_duration(toc, size))
            ended += packets.durations[-1]
            size = 0
    packets.begun, packets.toc = size, toc
    if place:
        packets.held.append(place)
        packets.offsets.append(page.body)
    if len(packets.sizes) > MOST_SAMPLES:
        raise ValueError(f"it has more than {MOST_SAMPLES} packets")
    packets.samples += ended
    if page.position == _NONE:
        return
    packets.position = page.position
    if packets.start is None:
        packets.start = 0 if page.flags & _LAST else page.position - packets.samples
        if packets.start < 0:
            raise ValueError(f"its first page of sound ends at {page.position}, with {packets.samples} samples")


def _duration(toc: bytes, size: int) -> int:
    """The samples of a packet, at 48 kHz (RFC 6716, section 3.1)."""
    if not size:
        raise ValueError("it has a packet of no bytes")
    config, code = toc[0] >> 3, toc[0] & 3
    frames = (1, 2, 2, toc[1] & 63 if len(toc) > 1 and size > 1 else 0)[code]
    samples = frames * (_SILK[config & 3] if config < 12 else _HYBRID[config & 1] if config < 16 else _CELT[config & 3])  # noqa: PLR2004  # the table's rows
    if not 0 < samples <= _LONGEST:
        raise ValueError(f"it has a packet of {samples} samples")
    return samples
