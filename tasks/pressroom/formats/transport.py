"""What an MPEG transport stream says of itself, of whoever made it: for holding playlists against (ISO/IEC 13818-1, 2.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import BinaryIO

PACKET, SYNC = 188, 0x47
_NULL = 0x1FFF
WRAPPED = 1 << 33
"""Ticks, after which the clock begins anew."""
_PIECE = PACKET * 4096


@dataclass(frozen=True, kw_only=True)
class Transport:
    """A segment: what its streams begin and end with, by their numbers; `fault` is the first thing that is not sequential.

    `counters` are those of packets with a payload, `times` are of decoding, in ticks of 90 kHz.
    """

    counters: Mapping[int, tuple[int, int]]
    times: Mapping[int, tuple[int, int]]
    fault: str | None


def read_transport(stream: BinaryIO, start: int, stop: int) -> Transport:
    """The facts of some bytes of a file; raises ValueError, whatever the bytes, where they are no whole packets."""
    if (stop - start) % PACKET:
        raise ValueError(f"it has {stop - start} bytes, which are no packets of {PACKET}")
    counters: dict[int, tuple[int, int]] = {}
    times: dict[int, tuple[int, int]] = {}
    fault: str | None = None
    for packet in _packets(stream, start, stop):
        number, counter, payload = (packet[1] & 0x1F) << 8 | packet[2], packet[3] & 15, bool(packet[3] & 0x10)
        if number == _NULL or not payload:
            continue
        first, last = counters.get(number, (counter, counter - 1 & 15))
        if counter != last + 1 & 15:
            fault = fault or f"stream {number} goes from packet {last} to {counter}"
        counters[number] = (first, counter)
        time = _time(packet) if packet[1] & 0x40 else None
        if time is not None:
            begin, before = times.get(number, (time, time))
            if (time - before) % WRAPPED > WRAPPED // 2:
                fault = fault or f"stream {number} goes back from {before} to {time}"
            times[number] = (begin, time)
    return Transport(counters=counters, times=times, fault=fault)


def _packets(stream: BinaryIO, start: int, stop: int) -> Iterator[bytes]:
    """The packets between two bytes of a file."""
    stream.seek(start)
    for place in range(start, stop, _PIECE):
        piece = stream.read(min(_PIECE, stop - place))
        for begin in range(0, len(piece), PACKET):
            if piece[begin] != SYNC:
                raise ValueError(f"its packet at byte {place + begin} does not begin as one")
            yield piece[begin : begin + PACKET]


def _time(packet: bytes) -> int | None:
    """When what begins in a packet is decoded; None where it is a table, or does not say so (2.4.3.7)."""
    place = 5 + packet[4] if packet[3] & 0x20 else 4
    head = packet[place : place + 19]
    if head[:3] != b"\0\0\1" or len(head) < 19 or not head[7] & 0x80:  # noqa: PLR2004  # a head with both times
        return None
    at = 14 if head[7] & 0x40 else 9
    middle, low = (int.from_bytes(head[place : place + 2]) >> 1 for place in (at + 1, at + 3))
    return (head[at] >> 1 & 7) << 30 | middle << 15 | low
