from __future__ import annotations

import io
import struct
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.formats.conftest import error_of

from pressroom.formats.demux import read_sound
from pressroom.formats.flacframes import _checksum, _footed, _number
from pressroom.formats.track import expanded

if TYPE_CHECKING:
    from collections.abc import Sequence

FULL, TOLD = 0x90, 0x70
"""Codes of a block of 512 samples, and of one whose samples are told behind the number."""


def coded(number: int) -> bytes:
    """A number as in UTF-8, with up to seven bytes."""
    if number < 0x80:
        return bytes((number,))
    tail: list[int] = []
    while number >= 1 << (6 - len(tail) if tail else 6) or not tail:
        tail.append(0x80 | number & 0x3F)
        number >>= 6
    return bytes(((0xFF00 >> len(tail) + 1) & 0xFF | number, *reversed(tail)))


def frame(number: int, samples: int = 512, *, body: bytes = bytes(30), channels: int = 1, variable: bool = False) -> bytes:
    """A frame of 44.1 kHz and 16 bits with a body of any bytes, and its checksums."""
    told = b"" if samples == 512 else struct.pack(">H", samples - 1)
    head = bytes((0xFF, 0xF8 | variable, (TOLD if told else FULL) | 9, channels << 4 | 8)) + coded(number) + told
    whole = head + bytes((_checksum(head),)) + body
    return whole + _footed(whole).to_bytes(2)


def flac(*frames: bytes, samples: int, before: bytes = b"") -> bytes:
    """A FLAC file: STREAMINFO, padding, and frames."""
    info = struct.pack(">HH6sQ16s", 512, 512, b"", 44_100 << 44 | 1 << 41 | 15 << 36 | samples, b"")
    return before + b"fLaC\0\0\0\x22" + info + b"\x81\0\0\x05hello" + b"".join(frames)


GOOD = flac(frame(0), frame(1), frame(2, 100), samples=1124)


def blocks(content: bytes) -> tuple[Sequence[int], Sequence[int]]:
    """The bytes and the samples of each frame."""
    track = read_sound(io.BytesIO(content))
    return list(track.sizes), list(expanded(track.durations, 0, len(track.sizes)))


def test_frames_are_found_by_their_headers() -> None:
    """The last one is shorter, and all of the file behind the metadata is in them."""
    assert ([38, 38, 40], [512, 512, 100]) == blocks(GOOD)
    track = read_sound(io.BytesIO(GOOD))
    assert (44_100, 0, 1124, [(51, 116)]) == (track.timescale, track.lead, track.length, list(track.extents.part(0, 116)))


def test_blocks_may_be_of_any_size() -> None:
    """Then a frame has the number of its first sample instead of its own."""
    content = flac(frame(0, 700, variable=True), frame(700, variable=True), frame(1212, 9, variable=True), samples=1221)
    assert [700, 512, 9] == blocks(content)[1]


def test_what_looks_like_a_header_in_the_sound_is_none() -> None:
    """A sync code with a wrong checksum, a wrong number, or of another stream."""
    decoys = (frame(7), frame(0), frame(3, channels=0), frame(4)[:5] + b"?", b"\xff\xf8", frame(6)[:3], frame(7)[:3] + b"\x19")
    frames = [frame(number, body=decoy + bytes(20)) for number, decoy in enumerate(decoys)]
    assert (list(map(len, frames)), [512] * len(frames)) == blocks(flac(*frames, samples=512 * len(frames)))


def test_headers_across_pieces_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever reading stops."""
    for piece in range(1, 50):
        monkeypatch.setattr("pressroom.formats.flacframes._PIECE", piece)
        assert ([38, 38, 40], [512, 512, 100]) == blocks(GOOD)


def test_left_and_side_are_two_channels() -> None:
    """Frames of a stereo file are coded in one of four ways."""
    content = flac(*(frame(number, channels=code) for number, code in enumerate((1, 8, 9, 10))), samples=2048)
    assert 4 == len(blocks(content)[0])


def test_a_tag_before_the_file_is_skipped() -> None:
    """Some programs put ID3 there."""
    tag = b"ID3\x04\0\0\0\0\0\x05hello"
    assert ([38], [512]) == blocks(flac(frame(0), samples=512, before=tag))


@settings(deadline=None)
@given(st.integers(0, (1 << 36) - 1))
def test_numbers_have_up_to_seven_bytes(number: int) -> None:
    """As many as 36 bits need."""
    text = coded(number)
    assert (number, 4 + len(text)) == _number(bytes(4) + text + bytes(8))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (GOOD[:-42], "its frames have 1024 samples, its STREAMINFO says 1124: it was cut off, or is damaged"),
        (
            flac(frame(0), frame(2), samples=1024),
            "its frames have 512 samples, its STREAMINFO says 1024: it was cut off, or is damaged",
        ),
        (GOOD[:-1], "its last frame is not whole: it was cut off, or is damaged"),
        (GOOD + b"TAG", "its last frame is not whole: it was cut off, or is damaged"),
        (flac(samples=0), "its metadata is not followed by a frame"),
        (flac(b"\0" + frame(0), samples=512), "its metadata is not followed by a frame"),
        (flac(frame(0)[:3] + frame(0), samples=512), "its metadata is not followed by a frame"),
        (b"fLaC\0\0\0\x22", "its first block is no STREAMINFO"),
        (b"fLaC\x04\0\0\x22" + bytes(34), "its first block is no STREAMINFO"),
        (b"fLaC", "it ends within its metadata: it was cut off"),
        (b"fLaC\0\0\0\x22" + bytes(34) + b"\x80\0\0\0", "its STREAMINFO says a rate of 0 Hz"),
    ],
)
def test_a_bad_file_is_told_in_a_line(content: bytes, message: str) -> None:
    """What was cut off, or is damaged."""
    assert message == error_of(content)


@settings(deadline=None)
@given(st.integers(0, len(GOOD) - 1), st.integers(0, 255))
def test_damage_anywhere_is_a_value_error_or_nothing(place: int, byte: int) -> None:
    """Whatever a byte is, and wherever the file ends."""
    with suppress(ValueError):
        read_sound(io.BytesIO(GOOD[:place] + bytes((byte,)) + GOOD[place + 1 :]))
    assert error_of(GOOD[:place])
