"""Which reader takes a source, by what it begins with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pressroom.formats.adts import read_adts
from pressroom.formats.flacframes import read_flac
from pressroom.formats.lametag import id3_bytes
from pressroom.formats.mp4 import read_mp4
from pressroom.formats.oggopus import read_opus

if TYPE_CHECKING:
    from typing import BinaryIO

    from pressroom.formats.track import Track


def read_sound(stream: BinaryIO) -> Track:
    """The sound of an MP4 or M4A, FLAC, Ogg Opus or ADTS file that can seek, as it is coded.

    Raises ValueError, whatever the bytes, with a line that says what is wrong; it does not tell the file's name.
    """
    stream.seek(0)
    head = stream.read(12)
    if not head:
        raise ValueError("it is empty")
    stream.seek(id3_bytes(head))
    behind = stream.read(4)
    if head.startswith(b"OggS"):
        return read_opus(stream)
    if behind == b"fLaC":
        return read_flac(stream)
    if behind[:1] == b"\xff":
        return read_adts(stream)
    return read_mp4(stream, "soun")


def read_pictures(stream: BinaryIO) -> Track:
    """The pictures of an MP4 that can seek; raises ValueError as `read_sound`."""
    return read_mp4(stream, "vide")
