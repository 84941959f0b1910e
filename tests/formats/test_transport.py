"""MPEG-TS, read for what it says."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressroom.formats.transport import Transport, read_transport


def packet(counter: int, stamps: bytes = b"", *, stream: int = 0x100, field: bytes | None = None) -> bytes:
    """A packet; with `stamps`, one that begins a packet of pictures."""
    head = b"\0\0\1\xe0\0\0\x80" + bytes([0xC0 if len(stamps) > 5 else 0x80, len(stamps)]) + stamps if stamps else b""
    adapted = b"" if field is None else bytes([len(field)]) + field
    control = (0x10 if field is None else 0x30) | counter
    return (bytes([0x47, stream >> 8 | (0x40 if stamps else 0), stream & 255, control]) + adapted + head).ljust(188, b"\xff")


def stamp(prefix: int, time: int) -> bytes:
    """A time, as packets of elementary streams hold it."""
    middle, low = (time >> 15 & 0x7FFF) << 1 | 1, (time & 0x7FFF) << 1 | 1
    return bytes([prefix << 4 | time >> 29 & 14 | 1]) + middle.to_bytes(2) + low.to_bytes(2)


LATER = 1 << 32 | 903_600


def test_counters_and_times_are_those_of_each_stream() -> None:
    """The first and the last; tables have no time, and packets without a payload do not count."""
    first, last = stamp(3, 907_200) + stamp(1, 900_000), stamp(2, LATER - (1 << 31))
    packets = [packet(7, stream=0), packet(14, first), packet(15, field=b"\0"), packet(0, last), packet(4, stream=0x1FFF)]
    found = read_transport(io.BytesIO(b"".join(packets)), 0, 5 * 188)
    assert Transport(counters={0: (7, 7), 0x100: (14, 0)}, times={0x100: (900_000, LATER - (1 << 31))}, fault=None) == found


def test_what_is_not_sequential_is_told() -> None:
    """The first such place; the clock may begin anew after 33 bits."""
    found = read_transport(io.BytesIO(packet(3) + packet(5) + packet(9)), 0, 3 * 188)
    assert "stream 256 goes from packet 3 to 5" == found.fault
    back = read_transport(io.BytesIO(packet(3, stamp(2, 9000)) + packet(4, stamp(2, 5400))), 0, 2 * 188)
    assert "stream 256 goes back from 9000 to 5400" == back.fault
    anew = read_transport(io.BytesIO(packet(3, stamp(2, (1 << 33) - 1)) + packet(4, stamp(2, 3599))), 0, 2 * 188)
    assert None is anew.fault


def test_what_is_no_packets_is_refused() -> None:
    """With the byte."""
    with pytest.raises(ValueError, match=r"^it has 100 bytes, which are no packets of 188$"):
        read_transport(io.BytesIO(bytes(100)), 0, 100)
    with pytest.raises(ValueError, match=r"^its packet at byte 188 does not begin as one$"):
        read_transport(io.BytesIO(packet(0) + bytes(188)), 0, 376)


@given(content=st.lists(st.binary(min_size=187, max_size=187), max_size=5))
def test_any_packets_are_read(content: list[bytes]) -> None:
    """Whatever they hold."""
    whole = b"".join(b"G" + each for each in content)
    assert isinstance(read_transport(io.BytesIO(whole), 0, len(whole)), Transport)
