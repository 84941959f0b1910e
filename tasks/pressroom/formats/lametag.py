"""The Xing/LAME header of an MP3: where players learn how many samples to leave out at its ends."""

from __future__ import annotations

import re

DECODER_DELAY = 529
"""Samples by which every decoder is late (LAME's "Mp3 Info Tag", "Encoder delays")."""
_FRAME_SAMPLES = {0b11: 1152, 0b10: 576, 0b00: 576}
"""By the version bits of the frame's header: MPEG-1, 2 and 2.5."""
_FIELDS = re.compile(rb"(?s)(?:Xing|Info)\x00\x00\x00\x0f(?P<frames>.{4}).{4}.{100}.{4}.{9}.{12}(?P<gaps>.{3})")
"""All four fields, then the encoder's name and 12 bytes up to the delays."""
_SIZE = re.compile(rb"(?s)(?:Xing|Info)\x00\x00\x00[\x03\x07\x0b\x0f].{4}(?P<bytes>.{4})")
_BEFORE_CHECKSUM = 10
_MOST = 0xFFF


def id3_bytes(head: bytes) -> int:
    """The bytes of the ID3v2 tag at the beginning of a file, of which 10 are needed to tell (ID3v2.4, section 3.1)."""
    if len(head) < 10 or not head.startswith(b"ID3"):  # noqa: PLR2004  # the tag's header
        return 0
    size = 0
    for byte in head[6:10]:
        size = size << 7 | byte & 0x7F
    return 10 + size + (10 if head[5] & 0x10 else 0)


def declared_bytes(head: bytes) -> int | None:
    """The bytes that an MP3 has from its first frame, which `head` begins with, to its last; None where it does not say."""
    found = _SIZE.search(head, 0, 64)
    return int.from_bytes(found["bytes"]) if found else None


def gapless(head: bytes, samples: int) -> bytes:
    """The beginning of an MP3, its padding set so that `samples` remain (LAME's "Mp3 Info Tag", revision 1).

    `head` begins with the first frame. ffmpeg forgets a frame of padding where the encoder needs one more to let its delay
    out. Raises ValueError for an MP3 without such a header, or one that would need a padding that it cannot tell.
    """
    found = _FIELDS.search(head, 0, 200) if head.startswith(b"\xff") else None
    if found is None:
        raise ValueError("it has no Xing header")
    delay = int.from_bytes(found["gaps"]) >> 12
    frame = _FRAME_SAMPLES.get(head[1] >> 3 & 0b11, 0)
    padding = int.from_bytes(found["frames"]) * frame - delay - samples
    if not DECODER_DELAY <= padding <= _MOST:
        raise ValueError(f"its padding would be {padding} samples, of which it can tell {DECODER_DELAY} to {_MOST}")
    end = found.end() + _BEFORE_CHECKSUM
    told = head[: found.start("gaps")] + (delay << 12 | padding).to_bytes(3) + head[found.end() : end]
    return told + _checksum(told).to_bytes(2) + head[end + 2 :]


def _checksum(text: bytes) -> int:
    """CRC-16 with the reflected polynomial 0xA001, over the frame up to the checksum itself."""
    value = 0
    for byte in text:
        value ^= byte
        for _ in range(8):
            value = (value >> 1) ^ 0xA001 if value & 1 else value >> 1
    return value
