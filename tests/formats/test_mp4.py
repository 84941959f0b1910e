from __future__ import annotations

import io
import struct
from contextlib import suppress
from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.formats.conftest import error_of

from pressroom.formats.demux import read_pictures, read_sound
from pressroom.formats.isobmff import box, full_box
from pressroom.formats.sampleentry import aac_entry
from pressroom.formats.track import expanded

AAC = aac_entry(bytes.fromhex("1190"), channels=2, rate=48_000)
AVC = box(b"avc1", struct.pack(">6xH16xHH", 1, 64, 36), bytes(50), box(b"avcC", bytes.fromhex("01640028ffe1")))


@dataclass(frozen=True, kw_only=True)
class File:
    """An MP4 of one track; what is None is left out, or as the other fields ask for."""

    handler: bytes = b"soun"
    entry: bytes = AAC
    timescale: int = 48_000
    movie: int = 48_000
    sizes: tuple[int, ...] = (5, 6, 7)
    stsz: bytes | None = None
    stts: tuple[tuple[int, int], ...] = ((3, 1024),)
    stsc: tuple[tuple[int, int], ...] = ((1, 3),)
    offsets: tuple[int, ...] = (8,)
    wide: bool = False
    edits: tuple[tuple[int, int, int], ...] | None = None
    ctts: tuple[tuple[int, int], ...] | None = None
    stss: tuple[int, ...] | None = None
    entries: int = 1
    extra: bytes = b""
    sound: int = 18

    @property
    def content(self) -> bytes:
        """The file: mdat first, then moov."""
        return box(b"mdat", bytes(range(self.sound))) + self.moov

    @property
    def moov(self) -> bytes:
        """The tables."""
        stsz = struct.pack(f">II{len(self.sizes)}I", 0, len(self.sizes), *self.sizes) if self.stsz is None else self.stsz
        tables = [
            full_box(b"stsd", 0, 0, struct.pack(">I", self.entries), self.entry),
            full_box(b"stts", 0, 0, rows("II", self.stts)),
            full_box(b"stsc", 0, 0, rows("III", [(*row, 1) for row in self.stsc])),
            full_box(b"stsz", 0, 0, stsz),
            full_box(b"co64" if self.wide else b"stco", 0, 0, rows("Q" if self.wide else "I", [(n,) for n in self.offsets])),
        ]
        if self.ctts is not None:
            tables.append(full_box(b"ctts", 1, 0, rows("Ii", self.ctts)))
        if self.stss is not None:
            tables.append(full_box(b"stss", 0, 0, rows("I", [(n,) for n in self.stss])))
        edts = b"" if self.edits is None else box(b"edts", full_box(b"elst", 1, 0, rows("QqI", self.edits)))
        mdia = box(
            b"mdia",
            full_box(b"mdhd", 0, 0, struct.pack(">8xI4xH2x", self.timescale, 0x15C7)),
            full_box(b"hdlr", 0, 0, bytes(4), self.handler, bytes(13)),
            box(b"minf", box(b"stbl", *tables)),
        )
        mvhd = full_box(b"mvhd", 0, 0, struct.pack(">8xI84x", self.movie))
        return box(b"moov", mvhd, box(b"trak", edts, mdia), self.extra)


def rows(layout: str, table: object) -> bytes:
    """A count and its rows."""
    assert isinstance(table, (list, tuple))
    return struct.pack(">I", len(table)) + b"".join(struct.pack(f">{layout}", *row) for row in table)


def test_tables_are_read_wherever_they_stand() -> None:
    """Behind the sound, or before it."""
    behind = read_sound(io.BytesIO(File().content))
    before = File(offsets=(len(File().moov) + 8,))
    first = read_sound(io.BytesIO(before.moov + box(b"mdat", bytes(18))))
    assert ([5, 6, 7], [(8, 18)]) == (list(behind.sizes), list(behind.extents.part(0, 18)))
    assert [(len(before.moov) + 8, 18)] == list(first.extents.part(0, 18))
    assert (48_000, 0x15C7, 0, 3072) == (behind.timescale, behind.language, behind.lead, behind.length)


def test_offsets_may_have_64_bits() -> None:
    """As in files above 4 GiB."""
    assert [(8, 18)] == list(read_sound(io.BytesIO(File(wide=True).content)).extents.part(0, 18))


def test_chunks_lie_anywhere_in_the_file() -> None:
    """Those that follow each other are one stretch."""
    file = File(sizes=(5, 6, 7, 1), stts=((4, 1024),), stsc=((1, 1), (3, 2)), offsets=(20, 25, 8), sound=30)
    track = read_sound(io.BytesIO(file.content))
    assert [(20, 11), (8, 8)] == list(track.extents.part(0, 19))


def test_samples_of_one_size_need_no_table() -> None:
    """The constant form."""
    track = read_sound(io.BytesIO(File(stsz=struct.pack(">II", 6, 3)).content))
    assert [6, 6, 6] == list(track.sizes)


def test_an_edit_is_priming_and_end() -> None:
    """The last sample is cut to the tick, also where the table of durations does not say so."""
    track = read_sound(io.BytesIO(File(edits=((1500, 1024, 0x10000),)).content))
    assert (1024, 1500, [1024, 1024, 476]) == (track.lead, track.length, list(expanded(track.durations, 0, 3)))


def test_an_edit_may_be_told_in_coarser_ticks() -> None:
    """One that ends within a tick of the last sample ends with it."""
    file = File(movie=1000, edits=((43, 1024, 0x10000),))
    assert 2048 == read_sound(io.BytesIO(file.content)).length
    shorter = replace(file, edits=((40, 1024, 0x10000),))
    assert 1920 == read_sound(io.BytesIO(shorter.content)).length


def test_an_edit_of_no_length_goes_on_to_the_end() -> None:
    """As written by programs that did not know it."""
    assert 2048 == read_sound(io.BytesIO(File(edits=((0, 1024, 0x10000),)).content)).length


def test_an_empty_edit_of_no_length_is_nothing() -> None:
    """It delays by nothing."""
    file = File(edits=((0, -1, 0x10000), (2048, 1024, 0x10000)))
    assert (1024, 2048) == ((track := read_sound(io.BytesIO(file.content))).lead, track.length)


VIDEO = File(
    handler=b"vide",
    entry=AVC,
    timescale=25,
    movie=1000,
    sizes=(3,) * 6,
    stts=((6, 1),),
    stsc=((1, 6),),
    ctts=((1, 2), (1, 4), (2, 1), (2, 2)),
    stss=(1, 5),
    edits=((240, 2, 0x10000),),
)


def test_pictures_begin_at_zero() -> None:
    """The delay of B-frames is undone in their offsets, which are signed."""
    track = read_pictures(io.BytesIO(VIDEO.content))
    assert ([0, 2, -1, -1, 0, 0], 0, 6) == (
        list(expanded(track.shifts, 0, 6)) if track.shifts else None,
        track.lead,
        track.length,
    )
    assert [0, 4] == list(track.keys or ())


def test_pictures_without_an_edit_begin_with_the_first_that_is_shown() -> None:
    """Files of programs that write none."""
    assert read_pictures(io.BytesIO(replace(VIDEO, edits=None).content)) == read_pictures(io.BytesIO(VIDEO.content))


@pytest.mark.parametrize("edit", [(240, 4, 0x10000), (120, 2, 0x10000)])
def test_pictures_that_an_edit_leaves_out_are_told(edit: tuple[int, int, int]) -> None:
    """A packager by copy cannot leave them out."""
    with pytest.raises(ValueError, match=r"^its edit list leaves out pictures; encode it again from its master$"):
        read_pictures(io.BytesIO(replace(VIDEO, edits=(edit,)).content))


@pytest.mark.parametrize("stss", [(2,), (1, 9), (1, 3, 3), (1, 4, 2), ()])
def test_key_frames_out_of_order_are_told(stss: tuple[int, ...]) -> None:
    """The first picture must be one."""
    with pytest.raises(ValueError, match=r"^its first picture is no key frame, or its stss box is out of order$"):
        read_pictures(io.BytesIO(replace(VIDEO, stss=stss).content))


MANY = struct.pack(">II", 0, 0xFFFFFFFF)
WRONG = {
    "it is empty": b"",
    "it has no moov box: it was cut off, or is no MP4": box(b"ftyp") + box(b"mdat", bytes(9)),
    "its mdat box says 108 bytes, where 50 are left": File(sound=100).content[:50],
    "it is fragmented already": File(extra=box(b"mvex")).content,
    "it has no sound": File(handler=b"vide").content,
    "it has 4294967295 samples, where 1 to 20000000 can be": File(stsz=MANY).content,
    "it has 0 samples, where 1 to 20000000 can be": File(stsz=struct.pack(">II", 0, 0)).content,
    "its stsz box says 19999999 samples of 9 bytes, the file holds": File(stsz=struct.pack(">II", 9, 19_999_999)).content,
    "its stsz box says 19999999 entries, its 12 bytes hold 0": File(stsz=struct.pack(">II", 0, 19_999_999)).content,
    "its stts box tells the durations of 4294967295 samples, of 3": File(stts=((0xFFFFFFFF, 1024),)).content,
    "its samples last no time": File(stts=((3, 0),)).content,
    "its stsc box does not begin with the first chunk": File(stsc=((2, 3),)).content,
    "its stsc box goes from chunk 1 to 4294967295, of 1": File(stsc=((1, 1), (0xFFFFFFFF, 1))).content,
    "its chunks hold 2 samples, of 3": File(stsc=((1, 2),)).content,
    "its co64 box names a byte beyond 2^62": File(wide=True, offsets=(1 << 63,)).content,
    "its mdhd box says 0 ticks a second": File(timescale=0).content,
    "its samples are described in 2 ways, which one init segment cannot tell": File(entries=2).content,
    "its sample entry says 7 bytes, where": File(entry=struct.pack(">I4s", 7, b"mp4a")).content,
    "its edit list jumps: it has more than one edit; encode it again from its master": File(
        edits=((1000, 0, 0x10000), (500, 2000, 0x10000))
    ).content,
    "its edit list plays from -1 at a rate of 1; encode it again from its master": File(edits=((9, -1, 0x10000),)).content,
    "its edit list plays from 0 at a rate of 2; encode it again from its master": File(edits=((9, 0, 0x20000),)).content,
    "its edit list plays 0 to 9999 of 3072 ticks of sound": File(edits=((9999, 0, 0x10000),)).content,
    "its edit list plays 4000 to 3072 of 3072 ticks of sound": File(edits=((0, 4000, 0x10000),)).content,
    "it has 12 channels; HLS players take 1 to 8": File(
        entry=aac_entry(bytes.fromhex("1180"), channels=12, rate=48_000)
    ).content,
    "it is coded as 'mp3 ', not as AAC, ALAC, FLAC, Opus or H.264": File(entry=box(b"mp3 ", bytes(28))).content,
}


@pytest.mark.parametrize("message", WRONG)
def test_a_bad_file_is_told_in_a_line(message: str) -> None:
    """What is wrong, and with which numbers; never a hang, nor memory for what is not there."""
    found = error_of(WRONG[message])
    assert found is not None
    assert found.startswith(message)


def test_sound_beyond_the_end_of_the_file_is_told() -> None:
    """A download that was broken off, its tables first."""
    moov = File(offsets=(len(File().moov) + 8,)).moov
    expected = f"its samples go on to byte {len(moov) + 26}, the file ends at {len(moov) + 20}: it was cut off"
    assert error_of(moov + struct.pack(">I4s", 0, b"mdat") + bytes(12)) == expected


def test_a_huge_moov_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its size is no reason to take memory."""
    monkeypatch.setattr("pressroom.formats.mp4._MOST_TABLES", 100)
    assert str(error_of(File().content)).startswith("its moov box has ")


@settings(deadline=None)
@given(st.integers(0, len(File().content) - 1), st.integers(0, 255), st.integers(0, 255))
def test_damage_anywhere_is_a_value_error_or_nothing(place: int, first: int, second: int) -> None:
    """Whatever two bytes are, and wherever the file ends."""
    content = bytearray(replace(File(), edits=((2048, 1024, 0x10000),)).content)
    content[place : place + 2] = bytes((first, second))
    assert "\n" not in str(error_of(bytes(content)))
    assert "\n" not in str(error_of(bytes(content[:place])))
    pictures = bytearray(VIDEO.content)
    pictures[place : place + 2] = bytes((first, second))
    for read in (bytes(pictures), bytes(pictures[:place])):
        with suppress(ValueError):
            read_pictures(io.BytesIO(read))
