"""MPEG-TS, as it is written."""

from __future__ import annotations

import io
import struct
from array import array
from fractions import Fraction
from itertools import accumulate, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressroom.formats import cmaf, mpegts, segments
from pressroom.formats.isobmff import box
from pressroom.formats.sampleentry import aac_entry
from pressroom.formats.track import Extents, Runs, Track
from pressroom.formats.transport import PACKET, read_transport

SETS = bytes.fromhex("01640028 ff e1 0004 67640028 01 0003 68ee3c".replace(" ", ""))
AVC = box(b"avc1", struct.pack(">6xH16xHH", 1, 64, 36), bytes(50), box(b"avcC", SETS))
AAC = aac_entry(bytes.fromhex("1190"), channels=2, rate=48_000)
EVERY = 5


def film(sizes: list[int]) -> tuple[cmaf.Package, cmaf.Package, io.BytesIO, io.BytesIO]:
    """Pictures of one unit each of these sizes, five a second, and sound of as many seconds; with what they are read from."""
    units = [
        bytes([0x65 if not number % EVERY else 0x41]) + bytes([number % 200 + 1]) * size for number, size in enumerate(sizes)
    ]
    shown = b"".join(len(unit).to_bytes(4) + unit for unit in units)
    lengths = array("I", [len(unit) + 4 for unit in units])
    pictures = Track(
        handler="vide",
        timescale=50,
        entry=AVC,
        sizes=lengths,
        durations=Runs.of([len(units)], [10]),
        extents=Extents.of([len(shown)], [0]),
        lead=0,
        length=10 * len(units),
        shifts=Runs.of([len(units)], [0]),
        keys=array("I", range(0, len(units), EVERY)),
    )
    frames = len(units) * 48_000 // 5 // 1024 + 2
    heard = bytes(number % 251 for number in range(frames * 7))
    sound = Track(
        handler="soun",
        timescale=48_000,
        entry=AAC,
        sizes=array("I", [7] * frames),
        durations=Runs.of([frames], [1024]),
        extents=Extents.of([len(heard)], [0]),
        lead=1024,
        length=len(units) * 48_000 // 5,
    )
    plan = segments.picture_plan(pictures, Fraction(2))
    starts = [Fraction(segment.start, 50) for segment in plan.segments[1:]]
    package = cmaf.packaged(sound, segments.sound_plan(sound, Fraction(2), at=starts))
    return cmaf.packaged(pictures, plan), package, io.BytesIO(shown), io.BytesIO(heard)


def payload(content: bytes, stream: int) -> bytes:
    """What the packets of a stream hold, one after the other."""
    found = b""
    for place in range(0, len(content), PACKET):
        packet = content[place : place + PACKET]
        if (packet[1] & 0x1F) << 8 | packet[2] == stream:
            found += packet[5 + packet[4] if packet[3] & 0x20 else 4 :]
    return found


@given(sizes=st.lists(st.integers(1, 800), min_size=1, max_size=40))
def test_every_unit_arrives_whatever_its_size(sizes: list[int]) -> None:
    """In whole packets, whose counters and times go on from segment to segment."""
    pictures, sound, shown, heard = film(sizes)
    made = list(mpegts.segments(pictures, sound, (shown, heard)))
    assert len(pictures.plan.segments) == len(made)
    facts = [read_transport(io.BytesIO(each.content), 0, len(each.content)) for each in made]
    assert [None] * len(made) == [each.fault for each in facts]
    for before, after in pairwise(facts):
        assert all((before.counters[n][1] + 1) % 16 == after.counters[n][0] for n in after.counters)
        assert all(before.times[n][1] < after.times[n][0] for n in after.times)
    whole = b"".join(each.content for each in made)
    units = payload(whole, mpegts.PICTURES)
    for unit in map(bytes, _units(shown.getvalue(), pictures.track.sizes)):
        assert b"\0\0\0\1" + unit in units
    assert whole.count(b"\0\0\0\1\x67\x64\x00\x28") == sum(len(each.keys) for each in made)
    frames = [heard.getvalue()[place : place + 7] for place in range(0, len(heard.getvalue()), 7)]
    assert all(b"\xff\xf1\x4c\x80\x01\xdf\xfc" + frame in payload(whole, mpegts.SOUND) for frame in frames)


def _units(content: bytes, sizes: array[int]) -> list[bytes]:
    """The units of pictures, without their lengths."""
    return [content[end - size + 4 : end] for size, end in zip(sizes, accumulate(sizes), strict=True)]


def test_key_frames_begin_with_the_tables() -> None:
    """What leads to one can be decoded by itself: both tables, the parameter sets and the picture, and nothing else."""
    pictures, sound, shown, heard = film([100] * 20)
    for segment in mpegts.segments(pictures, sound, (shown, heard)):
        for place, size in segment.keys:
            packets = segment.content[place : place + size]
            assert [0, mpegts.PMT, mpegts.PICTURES] == [
                (packets[at + 1] & 0x1F) << 8 | packets[at + 2] for at in range(0, size, PACKET)
            ]
            assert 0x40 == packets[2 * PACKET + 5] & 0x40


def test_what_it_does_not_carry_is_told() -> None:
    """AAC of another kind, and what became shorter."""
    pictures, sound, shown, heard = film([100] * 20)
    other = cmaf.packaged(
        Track(**{**vars(sound.track), "entry": aac_entry(bytes.fromhex("2b118800"), channels=2, rate=48_000)}), sound.plan
    )
    with pytest.raises(ValueError, match=r"^its AAC is of type 5, and MPEG-TS carries AAC-LC here$"):
        list(mpegts.segments(pictures, other, (shown, heard)))
    with pytest.raises(ValueError, match=r"^it ends before its last sample, where it had more when its tables were read$"):
        list(mpegts.segments(pictures, sound, (io.BytesIO(b""), heard)))
