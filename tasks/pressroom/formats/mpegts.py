"""H.264 and AAC as an MPEG transport stream, by copy (ISO/IEC 13818-1, 2.4; ISO/IEC 14496-3, 1.A.2; ITU-T H.264, annex B)."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from pressroom.formats import sampleentry
from pressroom.formats.isobmff import child
from pressroom.formats.track import expanded
from pressroom.formats.transport import PACKET

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pressroom.formats.cmaf import Package, Source
    from pressroom.formats.segments import Segment

CLOCK = 90_000
"""Ticks of time stamps a second."""
BEGIN = 10 * CLOCK
"""When the first picture is shown: not at 0, as some of what comes before it is decoded earlier."""
PAT, PMT, PICTURES, SOUND = 0, 0x1000, 0x100, 0x101
"""The numbers of the streams."""
_ROOM = PACKET - 4
_DELAY = 7 * CLOCK // 10
"""How much earlier than it is decoded a picture arrives."""
_SOUND_FRAMES = 8
"""AAC frames in a packet of the elementary stream: as few headers as keep it near its pictures."""
_VIDEO_BODY = 8 + 78
_DELIMITER = b"\x00\x00\x00\x01\x09\xf0"
_UNIT = b"\x00\x00\x00\x01"


@dataclass(frozen=True, kw_only=True)
class Written:
    """A segment: its bytes, and for each of its key frames the first byte of what leads to it, and how many there are."""

    content: bytes
    keys: tuple[tuple[int, int], ...]


@dataclass(frozen=True, kw_only=True)
class _Unit:
    """What is presented at once: pictures or sound, in ticks of CLOCK."""

    decoded: int
    shown: int
    content: bytes
    key: bool = False
    sound: bool = False


def segments(pictures: Package, sound: Package, sources: tuple[Source, Source]) -> Iterator[Written]:
    """Both as one stream, segment by segment, which they have as many of; `sources` are what they were read from.

    Raises ValueError for what a transport stream does not carry, or a source that has become shorter.
    """
    counters: dict[int, int] = {}
    for shown, heard in zip(pictures.plan.segments, sound.plan.segments, strict=True):
        units = [*_pictures(pictures, shown, sources[0]), *_sound(sound, heard, sources[1])]
        content, keys = bytearray(), []
        for unit in sorted(units, key=lambda unit: unit.decoded):
            begin = len(content)
            if unit.key:
                content += _packets(PAT, counters, _PAT) + _packets(PMT, counters, _PMT)
            content += _packets(SOUND if unit.sound else PICTURES, counters, _elementary(unit), unit)
            keys += [(begin, len(content) - begin)] if unit.key else []
        yield Written(content=bytes(content), keys=tuple(keys))


def _pictures(package: Package, segment: Segment, source: Source) -> Iterator[_Unit]:
    """The pictures of a segment; the first of each fragment is a key frame, and has what decoding needs."""
    track = package.track
    size, sets = _parameter_sets(track.entry)
    delay = -min((0, *track.shifts.values)) if track.shifts else 0
    for number in range(segment.first, segment.stop):
        fragment = package.placed[number].fragment
        shifts = (
            expanded(track.shifts, fragment.first, fragment.stop) if track.shifts else [0] * (fragment.stop - fragment.first)
        )
        durations = expanded(track.durations, fragment.first, fragment.stop)
        times = accumulate(durations, initial=fragment.time)
        rows = zip(range(fragment.first, fragment.stop), _samples(package, number, source), times, shifts, strict=False)
        for sample, content, time, shift in rows:
            key = sample == fragment.first
            yield _Unit(
                decoded=_ticks(time - delay, track.timescale),
                shown=_ticks(time + shift, track.timescale),
                content=_DELIMITER + (sets if key else b"") + b"".join(_UNIT + unit for unit in _units(content, size)),
                key=key,
            )


def _sound(package: Package, segment: Segment, source: Source) -> Iterator[_Unit]:
    """The sound of a segment, some frames at once; priming comes before the first picture is shown."""
    track = package.track
    header = _adts(track.entry)
    for number in range(segment.first, segment.stop):
        fragment = package.placed[number].fragment
        frames = [header(len(frame)) + frame for frame in _samples(package, number, source)]
        for first in range(0, len(frames), _SOUND_FRAMES):
            time = _ticks(track.durations.before(fragment.first + first) - track.lead, track.timescale)
            yield _Unit(decoded=time, shown=time, content=b"".join(frames[first : first + _SOUND_FRAMES]), sound=True)


def _samples(package: Package, number: int, source: Source) -> Iterator[bytes]:
    """The samples of a fragment."""
    placed, track = package.placed[number], package.track
    content = bytearray()
    for offset, size in track.extents.part(placed.start, placed.size):
        source.seek(offset)
        content += source.read(size)
    if len(content) != placed.size:
        raise ValueError("it ends before its last sample, where it had more when its tables were read")
    place = 0
    for size in track.sizes[placed.fragment.first : placed.fragment.stop]:
        yield bytes(content[place : place + size])
        place += size


def _ticks(time: int, timescale: int) -> int:
    """A time in ticks of CLOCK, from BEGIN on."""
    return BEGIN + time * CLOCK // timescale


def _parameter_sets(entry: bytes) -> tuple[int, bytes]:
    """How many bytes tell a unit's length, and what every key frame is preceded by (ISO/IEC 14496-15, 5.3.3.1)."""
    config = child(memoryview(entry)[_VIDEO_BODY:], "avcC")
    if config is None:
        raise ValueError("its pictures are no H.264, which MPEG-TS carries here")
    found, place = b"", 5
    for mask in (0x1F, 0xFF):
        count, place = config[place] & mask, place + 1
        for _ in range(count):
            (size,) = struct.unpack_from(">H", config, place)
            found += _UNIT + bytes(config[place + 2 : place + 2 + size])
            place += 2 + size
    return (config[4] & 3) + 1, found


def _units(content: bytes, size: int) -> Iterator[bytes]:
    """The units of a picture, each of which follows its length."""
    place = 0
    while place < len(content):
        length = int.from_bytes(content[place : place + size])
        yield content[place + size : place + size + length]
        place += size + length


class _adts:  # noqa: N801  # reads as a function
    """Headers of AAC frames, by the bytes that follow them."""

    def __init__(self, entry: bytes) -> None:
        config = sampleentry.aac_config(entry)
        kind = config[0] >> 3
        if kind != 2:  # noqa: PLR2004  # AAC-LC
            raise ValueError(f"its AAC is of type {kind}, and MPEG-TS carries AAC-LC here")
        self._rate, self._channels = (config[0] & 7) << 1 | config[1] >> 7, config[1] >> 3 & 15

    def __call__(self, size: int) -> bytes:
        whole = size + 7
        first = 0xFFF1 << 16 | 1 << 14 | self._rate << 10 | self._channels << 6 | whole >> 11
        return struct.pack(">IHB", first, whole << 5 & 0xFFE0 | 0x1F, 0xFC)


def _elementary(unit: _Unit) -> bytes:
    """A packet of an elementary stream (2.4.3.6); that of a picture does not tell its length, which may be too large."""
    stamps = _stamp(3 if unit.decoded != unit.shown else 2, unit.shown)
    if unit.decoded != unit.shown:
        stamps += _stamp(1, unit.decoded)
    size = 3 + len(stamps) + len(unit.content) if unit.sound else 0
    flags = (0x80, 0xC0 if len(stamps) > 5 else 0x80, len(stamps))  # noqa: PLR2004  # one stamp
    return struct.pack(">IHBBB", 0x1C0 if unit.sound else 0x1E0, size, *flags) + stamps + unit.content


def _stamp(prefix: int, time: int) -> bytes:
    """A time of 33 bits, between marks (2.4.3.7)."""
    time &= (1 << 33) - 1
    parts = (prefix << 4 | time >> 29 & 0xE | 1, time >> 15 & 0x7FFF, time & 0x7FFF)
    return struct.pack(">BHH", parts[0], parts[1] << 1 | 1, parts[2] << 1 | 1)


def _packets(number: int, counters: dict[int, int], payload: bytes, unit: _Unit | None = None) -> bytes:
    """A payload as packets of 188 bytes, the last filled up; pictures tell the clock, and key frames that they are."""
    found = bytearray()
    place = 0
    while place < len(payload):
        field = _field(unit) if unit and not unit.sound and not place else b""
        room = _ROOM - (len(field) + 1 if field else 0)
        taken = payload[place : place + room]
        lacking = room - len(taken)
        if lacking and not field:
            # A field of no bytes fills one, that which tells its length.
            field, lacking = (b"\x00", lacking - 2) if lacking > 1 else (b"", -1)
        filled = field + b"\xff" * lacking if lacking > 0 else field
        counter = counters.get(number, 0)
        counters[number] = counter + 1 & 15
        control = (0x10 if not filled and lacking >= 0 else 0x30) | counter
        found += struct.pack(">BHB", 0x47, (0 if place else 0x4000) | number, control)
        found += (bytes([len(filled)]) + filled if control & 0x20 else b"") + taken
        place += len(taken)
    return bytes(found)


def _field(unit: _Unit) -> bytes:
    """What a picture's first packet says: when it is, and whether decoding can begin with it (2.4.3.4)."""
    clock = unit.decoded - _DELAY
    return bytes([0x50 if unit.key else 0x10]) + (clock << 15 | 0x7E00).to_bytes(6)


def _section(table: int, body: bytes) -> bytes:
    """A table of one section, with its checksum (2.4.4)."""
    content = struct.pack(">BHHBBB", table, 0xB000 | len(body) + 9, 1, 0xC1, 0, 0) + body
    return b"\x00" + content + _checksum(content).to_bytes(4)


def _checksum(content: bytes) -> int:
    """The CRC of tables (annex A)."""
    found = 0xFFFFFFFF
    for byte in content:
        found ^= byte << 24
        for _ in range(8):
            found = (found << 1 ^ (0x04C11DB7 if found & 0x80000000 else 0)) & 0xFFFFFFFF
    return found


_PAT = _section(0, struct.pack(">HH", 1, 0xE000 | PMT))
_PMT = _section(
    2, struct.pack(">HHBHHBHH", 0xE000 | PICTURES, 0xF000, 0x1B, 0xE000 | PICTURES, 0xF000, 0x0F, 0xE000 | SOUND, 0xF000)
)
