"""What an audio file's own header says, read without decoding: the promise that the decoded samples are held against."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from pressroom.errors import ReleaseError
from pressroom.formats import riff

if TYPE_CHECKING:
    from pathlib import Path

MAGIC = (
    (b"fLaC", "FLAC"),
    (b"OggS", "Ogg"),
    (b"RIFF", "WAV"),
    (b"RF64", "WAV"),
    (b"BW64", "WAV"),
    (b"riff", "Wave64"),
    (b"FORM", "AIFF"),
    (b"wvpk", "WavPack"),
    (b"#EXTM3U", "a playlist"),
    (b"ffconcat", "an ffmpeg concat script"),
    (b"<?xml", "an XML file"),
    (b"<MPD", "a DASH manifest"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"PK\x03\x04", "a zip"),
    (b"%PDF", "a PDF"),
)
CONTAINERS = {
    ".wav": "WAV",
    ".aiff": "AIFF",
    ".aif": "AIFF",
    ".flac": "FLAC",
    ".ogg": "Ogg",
    ".oga": "Ogg",
    ".opus": "Ogg",
    ".wv": "WavPack",
    ".mp3": "MP3",
    ".m4a": "MP4",
    ".m4b": "MP4",
    ".mp4": "MP4",
    ".aac": "ADTS",
}
OGG_LAST_PAGE = 0x04
LONGEST_OGG_PAGE = 65_307
"""Bytes (RFC 3533, section 6)."""


@dataclass(frozen=True, kw_only=True)
class Header:
    """What a header declares: `samples` per channel, None where it has no count, give or take `slack`."""

    container: str
    floating: bool = False
    rate: int = 0
    samples: int | None = None
    slack: int = 0

    @property
    def seconds(self) -> float | None:
        """The declared duration."""
        return None if self.samples is None else self.samples / self.rate


def header(path: Path) -> Header:
    """The header of an audio file.

    Raises ReleaseError for an empty or cut file, and for one that is not what its name says.
    """
    container = CONTAINERS.get(path.suffix.lower())
    if container is None:
        raise ReleaseError(f"{path}: expected an audio file ({', '.join(CONTAINERS)}), got '{path.suffix or path.name}'")
    with path.open("rb") as stream:
        _refuse_mislabelled(path, container, stream.read(64))
        if container in ("WAV", "AIFF"):
            return _uncompressed(path, container, stream)
        if container == "Ogg":
            _refuse_cut_ogg(path, stream)
    return _tagged(path, container)


def _refuse_mislabelled(path: Path, container: str, head: bytes) -> None:
    """A file whose first bytes are another format's."""
    if not head:
        raise ReleaseError(f"{path}: the file is empty")
    found = "MP4" if head[4:8] == b"ftyp" else next((name for magic, name in MAGIC if head.lstrip().startswith(magic)), None)
    if found and found != container:
        kind = found if " " in found else f"a {found} file"
        raise ReleaseError(f"{path}: expected {container} audio, as the name says, got {kind}; give it its right name")


def _uncompressed(path: Path, container: str, stream: BinaryIO) -> Header:
    """A WAV's or AIFF's header, which counts its samples exactly."""
    try:
        if container == "WAV":
            wav = riff.read_wav(stream)
            return Header(container=wav.container, floating=wav.sub_tag == 3, rate=wav.rate, samples=wav.samples)
        aiff = riff.read_aiff(stream)
    except ValueError as error:
        raise ReleaseError(f"{path}: {error}; export it again") from error
    floating = aiff.compression.lower() in ("fl32", "fl64")
    return Header(container=aiff.container, floating=floating, rate=aiff.rate, samples=aiff.samples)


def _refuse_cut_ogg(path: Path, stream: BinaryIO) -> None:
    """An Ogg whose last page is not whole or not the last of its stream (RFC 3533, section 6)."""
    length = stream.seek(0, 2)
    stream.seek(max(0, length - 2 * LONGEST_OGG_PAGE))
    tail = stream.read()
    page = tail[tail.rfind(b"OggS") :]
    segments = page[26] if len(page) > 27 else 0  # noqa: PLR2004  # the fixed part of a page's header
    whole = 27 + segments + sum(page[27 : 27 + segments])
    if len(page) < whole or not page[5] & OGG_LAST_PAGE:
        raise ReleaseError(f"{path}: the file is cut short: its last page is not the stream's last; export or copy it again")


def _tagged(path: Path, container: str) -> Header:
    """The header of a compressed file, as mutagen reads it."""
    import mutagen  # noqa: PLC0415  # a run with nothing to do need not pay for it

    try:
        found = mutagen.File(path)
        if found is None:
            raise ReleaseError(f"{path}: expected {container} audio, as the name says; it is none that can be read")
        info = found.info
        rate = getattr(info, "sample_rate", 48_000)
        samples = getattr(info, "total_samples", None) or round(info.length * rate)
    except ReleaseError:
        raise
    except Exception as error:  # noqa: BLE001  # mutagen leaks IndexError, ValueError and struct.error for damaged files
        raise ReleaseError(f"{path}: cannot be read as {container} audio ({error}); export or copy it again") from error
    exact = container in ("FLAC", "WavPack", "Ogg")
    return Header(
        container=container.lower(),
        floating=False,
        rate=rate,
        samples=samples or None,
        slack=0 if exact else 6 * 2048,
    )
