from __future__ import annotations

import io
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.formats.conftest import error_of

from pressroom.formats.adts import read_adts
from pressroom.formats.demux import read_sound
from pressroom.formats.track import expanded


def frame(body: bytes, *, rate: int = 3, channels: int = 2, blocks: int = 1, checked: bool = False) -> bytes:
    """A frame of AAC-LC."""
    size = 7 + 2 * checked + len(body)
    bits = (
        0xFFF << 44 | (0 if checked else 1) << 40 | 1 << 38 | rate << 34 | channels << 30 | size << 13 | 0x7FF << 2 | blocks - 1
    )
    return bits.to_bytes(7) + bytes(2 * checked) + body


GOOD = frame(b"one") + frame(b"three") + frame(b"two")


def test_headers_are_left_out() -> None:
    """What an MP4 holds is the sound alone."""
    track = read_sound(io.BytesIO(GOOD))
    assert ([3, 5, 3], 48_000, 0, 3072) == (list(track.sizes), track.timescale, track.lead, track.length)
    assert b"onethreetwo" == b"".join(GOOD[offset : offset + size] for offset, size in track.extents.part(0, 11))
    assert ("mp4a.40.2", 48_000, 2) == ((about := track.description).codec, about.rate, about.channels)


def test_checksums_and_a_tag_are_left_out_too() -> None:
    """Frames may have two bytes more, and the file a tag before it."""
    content = b"ID3\x04\0\0\0\0\0\x05hello" + frame(b"one", checked=True)
    track = read_sound(io.BytesIO(content))
    assert b"one" == b"".join(content[offset : offset + size] for offset, size in track.extents.part(0, 3))


def test_priming_and_end_are_as_the_caller_knows_them() -> None:
    """ADTS does not tell."""
    track = read_adts(io.BytesIO(GOOD), priming=1024, samples=1500)
    assert (1024, 1500, [1024, 1024, 476]) == (track.lead, track.length, list(expanded(track.durations, 0, 3)))


def test_frames_across_pieces_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever reading stops."""
    whole = read_sound(io.BytesIO(GOOD))
    for piece in range(7, 30):
        monkeypatch.setattr("pressroom.formats.adts._PIECE", piece)
        assert whole == read_sound(io.BytesIO(GOOD))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (GOOD[:-1], "its frame at byte 22 says 10 bytes, the file has 9 more: it was cut off"),
        (GOOD[:-5], "it has no ADTS header at byte 22: it was cut off, or is damaged"),
        (GOOD + b"TAG", "it has no ADTS header at byte 32: it was cut off, or is damaged"),
        (GOOD + frame(b"x", channels=1), "it goes on at byte 32 as a stream of another kind"),
        (frame(b"x", blocks=4), "its frame at byte 0 has 4 blocks, of which an MP4 cannot tell the sizes"),
        (frame(b"x", rate=14), "its headers say rate 14 and channels 2, which have no meaning of their own"),
        (frame(b"x", channels=0), "its headers say rate 3 and channels 0, which have no meaning of their own"),
        (frame(b""), "its frame at byte 0 says 7 bytes, the file has 7 more: it was cut off"),
        (b"\xff\xfb\x90\x00" + bytes(400), "it has no ADTS header at byte 0: it was cut off, or is damaged"),
    ],
)
def test_a_bad_file_is_told_in_a_line(content: bytes, message: str) -> None:
    """What was cut off, or is not AAC."""
    assert message == error_of(content)


@given(st.integers(0, len(GOOD) - 1), st.integers(0, 255))
def test_damage_anywhere_is_a_value_error_or_nothing(place: int, byte: int) -> None:
    """Whatever a byte is."""
    with suppress(ValueError):
        read_sound(io.BytesIO(GOOD[:place] + bytes((byte,)) + GOOD[place + 1 :]))
