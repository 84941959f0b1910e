from __future__ import annotations

import io
import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressroom.formats.isobmff import Box, big_endian, box, boxes, child, children, fields, full_box, needed, numbers


def test_boxes_of_a_file_follow_each_other() -> None:
    """Each box tells where the next one begins."""
    file = io.BytesIO(box(b"ftyp", b"isom") + box(b"free") + box(b"mdat", b"1234", b"5"))
    expected = [("ftyp", 0, 8, 12), ("free", 12, 20, 20), ("mdat", 20, 28, 33)]
    assert expected == [(each.name, each.offset, each.body, each.end) for each in boxes(file)]


def test_a_size_of_one_has_64_bits_behind_the_name() -> None:
    """An mdat of more than 4 GiB is one box like others."""
    file = io.BytesIO(struct.pack(">I4sQ", 1, b"mdat", 20) + b"1234" + box(b"moov"))
    assert [Box(name="mdat", offset=0, body=16, end=20), Box(name="moov", offset=20, body=28, end=28)] == list(boxes(file))


def test_a_size_of_zero_goes_on_to_the_end() -> None:
    """The last box of a file that was written to a pipe has no size."""
    file = io.BytesIO(box(b"ftyp") + struct.pack(">I4s", 0, b"mdat") + bytes(100))
    assert [("ftyp", 8), ("mdat", 116)] == [(each.name, each.end) for each in boxes(file)]


def test_boxes_of_a_range_end_with_it() -> None:
    """A segment of a byte-range playlist is read without what follows it."""
    file = io.BytesIO(box(b"moof") + box(b"mdat", b"12") + box(b"moof"))
    assert ["mdat"] == [each.name for each in boxes(file, 8, 18)]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\0\0\0", "it ends with 3 bytes that are no box"),
        (struct.pack(">I4s", 7, b"moov"), "its moov box says 7 bytes, where 8 are left"),
        (struct.pack(">I4s", 9, b"mo\0v"), "its mo.v box says 9 bytes, where 8 are left"),
        (struct.pack(">I4sQ", 1, b"mdat", 15), "its mdat box says 15 bytes, where 16 are left"),
        (struct.pack(">I4sQ", 1, b"mdat", 1 << 63), "its mdat box says 9223372036854775808 bytes, where 16 are left"),
        (struct.pack(">I4s", 1, b"mdat"), "its mdat box says 1 bytes, where 8 are left"),
        (struct.pack(">I4s", 0xFFFFFFFF, b"mdat") + bytes(20), "its mdat box says 4294967295 bytes, where 28 are left"),
    ],
)
def test_a_box_that_does_not_fit_is_told(content: bytes, message: str) -> None:
    """A hostile size is an error of one line, in a file as in memory."""
    with pytest.raises(ValueError, match=f"^{message}$"):
        list(boxes(io.BytesIO(content)))
    with pytest.raises(ValueError, match=f"^{message}$"):
        list(children(memoryview(content)))


def test_a_file_of_empty_boxes_is_not_walked_through_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is a limit to how many boxes a file may have."""
    monkeypatch.setattr("pressroom.formats.isobmff._MOST_BOXES", 10)
    with pytest.raises(ValueError, match=r"^it has more than 10 boxes$"):
        list(boxes(io.BytesIO(box(b"free") * 11)))


def test_a_path_leads_to_a_box() -> None:
    """The first box of each name counts."""
    body = memoryview(box(b"mdia", box(b"minf", b"1"), box(b"minf", b"2")) + box(b"mdia", b"3"))
    assert b"1" == bytes(needed(body, "mdia", "minf"))
    assert child(body, "mdia", "stbl") is None
    with pytest.raises(ValueError, match=r"^it has no stbl box$"):
        needed(body, "mdia", "stbl")


def test_a_box_too_short_for_its_fields_is_told() -> None:
    """The name of the box and the bytes that it lacks."""
    with pytest.raises(ValueError, match=r"^its mdhd box has 3 bytes, not 12 or more$"):
        fields("8xI", memoryview(b"123"), "mdhd")
    with pytest.raises(ValueError, match=r"^its mdhd box has 3 bytes, not 6 or more$"):
        fields("I", memoryview(b"123"), "mdhd", 2)


def test_a_table_takes_no_memory_before_it_is_seen_to_be_there() -> None:
    """A count of 2^32 in a box of 20 bytes is an error at once."""
    with pytest.raises(ValueError, match=r"^its stsz box says 4294967295 entries, its 20 bytes hold 2$"):
        numbers("I", memoryview(bytes(20)), 0xFFFFFFFF, "stsz", 12)


def test_tables_are_big_endian() -> None:
    """Whatever the machine."""
    table = numbers("I", memoryview(bytes.fromhex("00000102 fffffffe")), 2, "stts", 0)
    assert [0x102, 0xFFFFFFFE] == list(table)
    assert bytes.fromhex("00000102 fffffffe") == big_endian(table).tobytes()


def test_full_boxes_have_version_and_flags() -> None:
    """One byte and three."""
    assert bytes.fromhex("0000000d 74666474 01 000002 ff") == full_box(b"tfdt", 1, 2, b"\xff")


@given(st.binary(max_size=200))
def test_any_bytes_are_boxes_or_a_value_error(content: bytes) -> None:
    """Nothing hangs, and nothing else is raised."""
    with suppress(ValueError):
        list(boxes(io.BytesIO(content)))
    with suppress(ValueError):
        list(children(memoryview(content)))
