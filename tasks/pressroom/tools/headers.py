"""What an audio file's own header says, read without decoding: the promise that the decoded samples are held against."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

from pressroom.errors import ReleaseError
from pressroom.formats import lametag, riff

if TYPE_CHECKING:
    from pathlib import Path

MAGIC = (
    (b"fLaC", "FLAC"),
    (b"OggS", "Ogg"),
    (b"RIFF", "WAV"),
    (b"RF64", "WAV"),
    (b"BW64", "WAV"),
    (b"riff", "a Wave64 file"),
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
OGG_PAGE_HEAD = 27
LONGEST_OGG_PAGE = 65_307
"""Bytes (RFC 3533, section 6)."""
WAVPACK_HYBRID, WAVPACK_FLOATING = 0x08, 0x80
"""Flags of a block's header (WavPack 4 & 5 Binary File / Block Format)."""
CODEC_SLACK = 6 * 2048
"""Samples that a lossy decoder may leave out at the ends: delays and padding that the header does not tell."""


@dataclass(frozen=True, kw_only=True)
class Header:
    """What a header declares: `samples` per channel, None where it has no count, give or take `slack`.

    `reading` holds the options without which ffmpeg would not read the file as it is.
    """

    container: str
    lossless: bool
    floating: bool = False
    rate: int
    channels: int
    samples: int | None
    slack: int = 0
    reading: tuple[tuple[str, str | int], ...] = ()

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
        head = stream.read(64)
        _refuse_mislabelled(path, container, head)
        if container in ("WAV", "AIFF"):
            return _uncompressed(path, container, stream)
        if container == "Ogg":
            _refuse_cut_ogg(path, stream)
        if container == "MP3":
            _refuse_cut_mp3(path, stream, lametag.id3_bytes(head))
    return _compressed(path, container, head)


def reading(path: Path) -> tuple[tuple[str, str | int], ...]:
    """The options without which ffmpeg would not read a file as it is."""
    return header(path).reading if path.suffix.lower() == ".wav" else ()


def _refuse_mislabelled(path: Path, container: str, head: bytes) -> None:
    """A file whose first bytes are another format's."""
    if not head:
        raise ReleaseError(f"{path}: the file is empty")
    found = "MP4" if head[4:8] == b"ftyp" else next((name for magic, name in MAGIC if head.lstrip().startswith(magic)), None)
    if found is None or found == container:
        return
    if " " in found:
        raise ReleaseError(f"{path}: expected {container} audio, as the name says, got {found}; export the recording")
    raise ReleaseError(f"{path}: expected {container} audio, as the name says, got {found} audio; give it its right name")


def _uncompressed(path: Path, container: str, stream: BinaryIO) -> Header:
    """A WAV's or AIFF's header, which counts its samples exactly."""
    try:
        return _wav(riff.read_wav(stream)) if container == "WAV" else _aiff(riff.read_aiff(stream))
    except ValueError as error:
        raise ReleaseError(f"{path}: {error}; export it again") from error


def _wav(wav: riff.WavFacts) -> Header:
    """A WAV's header.

    ffmpeg takes the end of a file that was written to a pipe for damage, so the samples of such a file are read as raw ones.
    """
    reading: dict[str, str | int] = {}
    if wav.streamed:
        kind = f"f{wav.depth}le" if wav.floating else "u8" if wav.depth == 8 else f"s{wav.depth}le"  # noqa: PLR2004  # bits
        reading = {
            "f": kind,
            "format_whitelist": kind,
            "ar": wav.rate,
            "ac": wav.channels,
            "skip_initial_bytes": wav.data_offset,
        }
    return Header(
        container=wav.container,
        lossless=True,
        floating=wav.floating,
        rate=wav.rate,
        channels=wav.channels,
        samples=wav.samples,
        reading=tuple(reading.items()),
    )


def _aiff(aiff: riff.AiffFacts) -> Header:
    """An AIFF's header."""
    return Header(
        container=aiff.container,
        lossless=True,
        floating=aiff.floating,
        rate=aiff.rate,
        channels=aiff.channels,
        samples=aiff.samples,
    )


def _refuse_cut_ogg(path: Path, stream: BinaryIO) -> None:
    """An Ogg whose last page is not whole or not the last of its stream (RFC 3533, section 6)."""
    length = stream.seek(0, 2)
    stream.seek(max(0, length - 2 * LONGEST_OGG_PAGE))
    tail = stream.read()
    page = tail[tail.rfind(b"OggS") :]
    segments = page[OGG_PAGE_HEAD - 1] if len(page) > OGG_PAGE_HEAD else 0
    whole = OGG_PAGE_HEAD + segments + sum(page[OGG_PAGE_HEAD : OGG_PAGE_HEAD + segments])
    if len(page) < whole or not page[5] & OGG_LAST_PAGE:
        raise ReleaseError(f"{path}: the file is cut short: its last page is not the stream's last; export or copy it again")


def _refuse_cut_mp3(path: Path, stream: BinaryIO, start: int) -> None:
    """An MP3 that is shorter than its Xing header says; decoders take what is there, and say nothing."""
    held = stream.seek(0, 2) - start
    stream.seek(start)
    declared = lametag.declared_bytes(stream.read(64))
    if declared is not None and held < declared:
        raise ReleaseError(f"{path}: the file is cut short: its header says {declared} bytes, {held} are there; copy it again")


def _compressed(path: Path, container: str, head: bytes) -> Header:
    """The header of a compressed file, as mutagen reads it."""
    import mutagen  # noqa: PLC0415  # a run with nothing to do need not pay for it

    try:
        found = mutagen.File(path)
        declared = None if found is None else _declared(container, found, head)
    except Exception as error:  # mutagen leaks IndexError, ValueError and struct.error for damaged files
        raise ReleaseError(f"{path}: cannot be read as {container} audio ({error}); export or copy it again") from error
    if declared is None:
        raise ReleaseError(f"{path}: expected {container} audio, as the name says; it is none that can be read")
    return declared


def _declared(container: str, found: Any, head: bytes) -> Header:  # noqa: ANN401  # mutagen has no types
    """What mutagen found in a compressed file."""
    info, kind = found.info, type(found).__name__
    flags = int.from_bytes(head[24:28], "little") if container == "WavPack" else 0
    rate = getattr(info, "sample_rate", 48_000)  # Opus has this one only, and mutagen does not say it
    exact = kind in ("FLAC", "OggFLAC", "WavPack")
    # An MP3 without a Xing header and an ADTS tell no length; mutagen guesses one.
    guessed = container == "ADTS" or "UNKNOWN" in str(getattr(info, "bitrate_mode", ""))
    samples = None if guessed else getattr(info, "total_samples", None) or round(info.length * rate)
    return Header(
        container=container.lower(),
        lossless=(exact and not flags & WAVPACK_HYBRID) or getattr(info, "codec", "") in ("alac", "fLaC"),
        floating=bool(flags & WAVPACK_FLOATING),
        rate=rate,
        channels=info.channels,
        samples=samples or None,
        slack=0 if exact else CODEC_SLACK,
    )
