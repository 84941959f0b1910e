from __future__ import annotations

import io
import struct
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.formats.conftest import error_of

from pressroom.formats.demux import read_sound
from pressroom.formats.oggopus import _duration
from pressroom.formats.track import expanded

HEAD = b"OpusHead" + struct.pack("<BBHIhB", 1, 2, 312, 48_000, 0, 0)
TAGS = b"OpusTags" + bytes(8)
TOC = bytes((31 << 3,))
"""A packet of 20 ms."""


def lacing(*packets: bytes, open_end: bool = False) -> bytes:
    """Packets as segments of a page; the last may go on on the next."""
    sizes = b"".join(b"\xff" * (len(packet) // 255) + bytes((len(packet) % 255,)) for packet in packets)
    return sizes[:-1] if open_end else sizes


def page(number: int, position: int, *packets: bytes, flags: int = 0, serial: int = 7, open_end: bool = False) -> bytes:
    """A page, without its checksum."""
    laced = lacing(*packets, open_end=open_end)
    head = b"OggS" + struct.pack("<BBqII4xB", 0, flags, position, serial, number, len(laced))
    return head + laced + b"".join(packets)


def opus(*pages: bytes, head: bytes = HEAD) -> bytes:
    """A file: its two headers, and pages of sound, numbered from 2."""
    return page(0, 0, head, flags=2) + page(1, 0, TAGS) + b"".join(pages)


SMALL, LARGE = TOC + b"small", TOC + bytes(599)
GOOD = opus(page(2, 1920, SMALL, LARGE), page(3, 2500, SMALL, flags=4))


def sound(content: bytes) -> bytes:
    """The bytes of all packets, one after the other."""
    track = read_sound(io.BytesIO(content))
    return b"".join(content[offset : offset + size] for offset, size in track.extents.part(0, sum(track.sizes)))


def test_packets_are_read_from_pages() -> None:
    """The pre-skip is priming, and the last position is the end."""
    track = read_sound(io.BytesIO(GOOD))
    assert ([6, 600, 6], [960, 960, 580]) == (list(track.sizes), list(expanded(track.durations, 0, 3)))
    assert (48_000, 312, 2188, "Opus") == (track.timescale, track.lead, track.length, track.description.codec)
    assert SMALL + LARGE + SMALL == sound(GOOD)


def test_a_packet_may_go_on_on_the_next_page() -> None:
    """Its bytes are in two places of the file."""
    first, last = LARGE[:510], LARGE[510:]
    content = opus(page(2, 960, SMALL, first, open_end=True), page(3, 1920, last, flags=1 | 4))
    assert (SMALL + LARGE, [6, 600]) == (sound(content), list(read_sound(io.BytesIO(content)).sizes))


def test_a_page_may_end_no_packet() -> None:
    """It has no position."""
    long = TOC + bytes(255 * 255 + 9)
    content = opus(page(2, -1, long[: 255 * 255], open_end=True), page(3, 900, long[255 * 255 :], flags=1 | 4))
    assert (long, 588) == (sound(content), read_sound(io.BytesIO(content)).length)


def test_a_stream_may_begin_late() -> None:
    """What was cut from a broadcast counts from where it begins."""
    content = opus(page(2, 1_001_920, SMALL, SMALL), page(3, 1_002_500, SMALL, flags=4))
    assert 2188 == read_sound(io.BytesIO(content)).length


def test_comments_may_take_several_pages() -> None:
    """A cover is larger than one page."""
    tags = b"OpusTags" + bytes(255 * 255 + 20)
    pages = page(1, 0, tags[: 255 * 255], open_end=True) + page(2, 0, tags[255 * 255 :], flags=1)
    assert SMALL == sound(page(0, 0, HEAD, flags=2) + pages + page(3, 960, SMALL, flags=4))


@pytest.mark.parametrize(
    ("toc", "samples"),
    [("00", 480), ("18", 2880), ("61", 960), ("80", 120), ("f8", 960), ("f9", 1920), ("fa", 1920), ("fb03", 2880)],
)
def test_a_packet_lasts_as_its_first_byte_says(toc: str, samples: int) -> None:
    """SILK, hybrid and CELT, of one, two or more frames."""
    assert samples == _duration(bytes.fromhex(toc), 9)


HUGE = HEAD[:9] + b"\x0c" + HEAD[10:18] + b"\x01\x0c\x00" + bytes(12)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (GOOD[: -len(page(3, 2500, SMALL))], "it has no last page: it was cut off"),
        (GOOD[:-1], "its page at byte 728 says 6 bytes: it was cut off"),
        (GOOD + b"TAG", f"it has no Ogg page at byte {len(GOOD)}: it was cut off, or is damaged"),
        (opus(page(3, 960, SMALL, flags=4)), "a page is missing before byte 91"),
        (opus(page(2, 960, SMALL, flags=4, serial=8)), "its page at byte 91 belongs to another stream"),
        (GOOD + page(4, 0, HEAD, flags=2), f"its page at byte {len(GOOD)} belongs to another stream"),
        (opus(page(2, 960, SMALL, flags=5)), "its page before byte 119 does not go on with the packet that was begun"),
        (opus(page(2, 960, LARGE[:510], open_end=True)), "it has no last page: it was cut off"),
        (opus(page(2, 100, SMALL)), "its first page of sound ends at 100, with 960 samples"),
        (opus(page(2, 960, b"", flags=4)), "it has a packet of no bytes"),
        (opus(page(2, 960, b"\xfb\0", flags=4)), "it has a packet of 0 samples"),
        (opus(page(2, 960, b"\xfb\x3f", flags=4)), "it has a packet of 60480 samples"),
        (opus(page(2, 312, SMALL, flags=4)), "its edit list plays 312 to 312 of 960 ticks of sound"),
        (opus(head=HEAD[:15]), "its OpusHead is damaged, or of a later version"),
        (opus(page(2, 960, SMALL, flags=4), head=HUGE), "it has 12 channels; HLS players take 1 to 8"),
        (page(0, 0, b"\x01vorbis", flags=2), "it is no Opus in Ogg: it does not begin with OpusHead"),
        (page(0, 0, HEAD, flags=2) + page(1, 960, TAGS, SMALL, flags=4), "its comments share a page with sound"),
        (b"OggS", "it has no Ogg page at byte 0: it was cut off, or is damaged"),
    ],
)
def test_a_bad_file_is_told_in_a_line(content: bytes, message: str) -> None:
    """What was cut off, or is not Opus."""
    assert message == error_of(content)


@settings(deadline=None)
@given(st.integers(0, len(GOOD) - 1), st.integers(0, 255))
def test_damage_anywhere_is_a_value_error_or_nothing(place: int, byte: int) -> None:
    """Whatever a byte is, and wherever the file ends."""
    with suppress(ValueError):
        read_sound(io.BytesIO(GOOD[:place] + bytes((byte,)) + GOOD[place + 1 :]))
    assert error_of(GOOD[:place])
