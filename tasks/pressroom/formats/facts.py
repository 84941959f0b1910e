"""What is known of a master or an encoded file once it has been read: values, and the small JSON files that carry them."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Loudness:
    """Loudness of one recording (EBU R 128, Tech 3341 and 3342): LUFS, LU, dBTP; None where all of it is silence.

    `blocks` counts the 400 ms blocks (one every 100 ms) by hundredths of LUFS, so that an album can be gated as a whole.
    """

    integrated: float | None
    range: float | None
    true_peak: float | None
    blocks: tuple[tuple[int, int], ...]


@dataclass(frozen=True, kw_only=True)
class AudioFacts:
    """A master, by reading all of it.

    `depth` is what the container declares and `real_depth` what the samples use, both in bits; for lossy and floating-point
    audio `real_depth` is None. `samples` counts per channel. `pcm_sha256` is over the interleaved samples as 32-bit
    little-endian integers, left-aligned (so 16 bits padded to 24 give the digest of the 16 bits), or as 32-bit floats when
    `floating`. Silence is in seconds below -60 dBFS.
    """

    container: str
    codec: str
    lossless: bool
    rate: int
    channels: int
    depth: int | None
    real_depth: int | None
    floating: bool
    samples: int
    pcm_sha256: str
    loudness: Loudness
    leading_silence: float
    trailing_silence: float
    clipped_samples: int
    dc_offset: float
    dual_mono: bool

    @property
    def seconds(self) -> float:
        """The duration."""
        return self.samples / self.rate


@dataclass(frozen=True, kw_only=True)
class EncodedFacts:
    """An encoded file, by decoding all of it; `stream_sha256` is over its packets, which tagging must not change."""

    codec: str
    rate: int
    channels: int
    samples: int
    true_peak: float | None
    pcm_sha256: str
    identical: bool
    stream_sha256: str


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """A finished file: its path below the build, size in bytes and SHA-256, and whether its tags read back as asked."""

    path: str
    bytes: int
    sha256: str
    unread: tuple[str, ...] = ()


def dumped(value: object) -> str:
    """Canonical JSON: sorted keys, one per line, as it is in every file of ours."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, indent=1) + "\n"


def to_json(facts: AudioFacts | EncodedFacts | Receipt | Levels) -> str:
    """The facts as a JSON text."""
    return dumped(asdict(facts))


def audio_facts(text: str) -> AudioFacts:
    """The facts of a master from their JSON text."""
    found: dict[str, Any] = json.loads(text)
    loudness = found.pop("loudness")
    blocks = tuple((int(level), int(count)) for level, count in loudness.pop("blocks"))
    return AudioFacts(loudness=Loudness(blocks=blocks, **loudness), **_known(AudioFacts, found))


def encoded_facts(text: str) -> EncodedFacts:
    """The facts of an encoded file from their JSON text."""
    return EncodedFacts(**_known(EncodedFacts, json.loads(text)))


def receipt(text: str) -> Receipt:
    """A receipt from its JSON text."""
    found = json.loads(text)
    return Receipt(**{**_known(Receipt, found), "unread": tuple(found["unread"])})


def _known(kind: type, found: dict[str, Any]) -> dict[str, Any]:
    """The keys that `kind` has."""
    names = {f.name for f in fields(kind)}
    return {key: value for key, value in found.items() if key in names}


@dataclass(frozen=True, kw_only=True)
class Level:
    """Loudness in LUFS and true peak in dBTP; None for silence."""

    lufs: float | None
    peak: float | None


@dataclass(frozen=True, kw_only=True)
class Levels:
    """The levels of an album's files in one encoding: of the whole, and of each track in order."""

    album: Level
    tracks: tuple[Level, ...]


def levels(text: str) -> Levels:
    """The levels from their JSON text."""
    found = json.loads(text)
    return Levels(album=Level(**found["album"]), tracks=tuple(Level(**track) for track in found["tracks"]))


@dataclass(frozen=True, kw_only=True)
class CoverFile:
    """A picture that was made: path below the build, pixels, bytes and SHA-256."""

    path: str
    width: int
    height: int
    bytes: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class CoverFacts:
    """What a cover was (`source`, as the picture's header says), what was made of it, and the sizes that it is too small for."""

    source: dict[str, Any]
    files: tuple[CoverFile, ...]
    left_out: tuple[int, ...]
    embedded: CoverFile
    notes: tuple[str, ...]
    upscaled: bool


def cover_facts(text: str) -> CoverFacts:
    """The facts of a cover from their JSON text."""
    found = json.loads(text)
    return CoverFacts(
        source=found["source"],
        files=tuple(CoverFile(**_known(CoverFile, file)) for file in found["files"]),
        left_out=tuple(found["left_out"]),
        embedded=CoverFile(**_known(CoverFile, found["embedded"])),
        notes=tuple(found["notes"]),
        upscaled=found.get("upscaled", False),
    )
