from __future__ import annotations

import pytest

from pressroom.formats import lametag


def head(*, version: int = 0xFB, frames: int = 10, delay: int = 576, padding: int = 1000) -> bytes:
    """The first frame of an MP3 as ffmpeg writes it: header, side information, Xing fields, LAME fields."""
    fields = b"Xing\0\0\0\x0f" + frames.to_bytes(4) + (5000).to_bytes(4) + bytes(100) + bytes(4)
    lame = b"Lavf lame" + bytes(12) + (delay << 12 | padding).to_bytes(3) + bytes(10) + b"\xaa\xbb"
    return bytes([0xFF, version, 0x90, 0]) + bytes(32) + fields + lame + b"the music"


def test_the_padding_leaves_what_was_asked() -> None:
    """Frames less delay and padding are the samples; nothing but the padding and the checksum changes."""
    before = head()
    after = lametag.gapless(before, 9000)
    place = before.index(b"Lavf") + 21
    assert (576 << 12 | 10 * 1152 - 576 - 9000).to_bytes(3) == after[place : place + 3]
    changed = {n for n in range(len(before)) if before[n] != after[n]}
    assert changed <= {place + 1, place + 2, place + 13, place + 14}


def test_the_checksum_is_that_of_the_frame() -> None:
    """CRC-16 over everything before it; 0xBB3D is its well-known value for the digits 1 to 9."""
    assert 0xBB3D == lametag._checksum(b"123456789")
    after = lametag.gapless(head(), 9000)
    end = after.index(b"the music") - 2
    assert lametag._checksum(after[:end]).to_bytes(2) == after[end : end + 2]


def test_a_right_header_stays_as_it_is() -> None:
    """Mending twice is mending once."""
    once = lametag.gapless(head(), 9500)
    assert once == lametag.gapless(once, 9500)


def test_low_rates_have_half_frames() -> None:
    """MPEG-2 and 2.5 have 576 samples a frame."""
    for version in (0xF3, 0xE3):
        after = lametag.gapless(head(version=version), 4000)
        place = after.index(b"Lavf") + 21
        assert 5760 - 576 - 4000 == int.from_bytes(after[place : place + 3]) & 0xFFF


@pytest.mark.parametrize("content", [b"", b"ID3\x04", head()[:100], bytes(400), b"\xff\xfb" + bytes(400)])
def test_an_mp3_without_the_header_is_refused(content: bytes) -> None:
    """There is no other place for it."""
    with pytest.raises(ValueError, match=r"^it has no Xing header$"):
        lametag.gapless(content, 9000)


@pytest.mark.parametrize(("samples", "padding"), [(1000, 9944), (10_700, 244), (12_000, -1056)])
def test_a_padding_that_cannot_be_told_is_refused(samples: int, padding: int) -> None:
    """Twelve bits tell it, and the decoder's own delay is in it."""
    expected = rf"^its padding would be {padding} samples, of which it can tell 529 to 4095$"
    with pytest.raises(ValueError, match=expected):
        lametag.gapless(head(), samples)


def test_the_size_is_read() -> None:
    """The Xing header tells the bytes from the first frame on, unless it leaves them out."""
    assert 5000 == lametag.declared_bytes(head())
    assert lametag.declared_bytes(head().replace(b"Xing\0\0\0\x0f", b"Xing\0\0\0\x0d")) is None
    assert lametag.declared_bytes(b"\xff\xfb\x90\0" + bytes(400)) is None


def test_an_id3_tag_is_skipped() -> None:
    """Its size has seven bits a byte, and a footer counts."""
    assert 10 + 257 == lametag.id3_bytes(b"ID3\x04\0\0\0\0\2\1")
    assert 20 + 257 == lametag.id3_bytes(b"ID3\x04\0\x10\0\0\2\1")
    assert 0 == lametag.id3_bytes(b"\xff\xfb\x90\0" + bytes(20))
    assert 0 == lametag.id3_bytes(b"ID3")
