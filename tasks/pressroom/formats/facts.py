"""What is known of a master, an encoded file or a cover once it has been read: values, and the JSON that carries them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from pydantic import TypeAdapter

    Known = TypeVar("Known")


@dataclass(frozen=True, kw_only=True)
class Loudness:
    """Loudness of one recording (EBU R 128, Tech 3341 and 3342): LUFS, LU, dBTP; None where all of it is silence.

    `blocks` counts the 400 ms blocks (one every 100 ms) by hundredths of LUFS, so that an album can be gated as a whole; a
    recording shorter than one block has no loudness.
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
    `floating`. Silence is in seconds below -60 dBFS; `clipped_samples` counts those at full scale or above, over all
    channels; `dc_offset` is the mean of the samples of the channel where it is farthest from 0, as a part of full scale.
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
    """An encoded file, by decoding all of it.

    `identical` says that it decodes to its master's samples; `true_peak` is in dBTP, None for silence; `stream_sha256` is
    over its packets, which tagging must not change; `loudness` is its master's where it is None.
    """

    codec: str
    rate: int
    channels: int
    samples: int
    true_peak: float | None
    identical: bool
    stream_sha256: str
    loudness: Loudness | None = None


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """A finished file: its size in bytes and SHA-256, and the tags that did not read back as asked.

    Where it lies is not in it, so that the receipt of a file that gets another name is still right.
    """

    bytes: int
    sha256: str
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ListedFile:
    """A file that a step counted: its name, and its SHA-256."""

    path: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Listing:
    """The files in a step's manifest, whatever else it says."""

    files: tuple[ListedFile, ...]


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
    """What a cover was, what was made of it, and the sizes that it is too small for.

    `source` is what the picture's header says, in the words of `tools/image.py`.
    """

    source: dict[str, Any]
    files: tuple[CoverFile, ...]
    left_out: tuple[int, ...]
    embedded: CoverFile
    notes: tuple[str, ...]
    upscaled: bool


def to_json(known: object, *, indent: int | None = 1) -> str:
    """Canonical JSON of a value, or of plain JSON ones: sorted keys, one per line, no number that JSON lacks.

    Without `indent` all is one line, which takes a tenth of the time.
    """
    return json.dumps(known, default=_plain, sort_keys=True, ensure_ascii=False, indent=indent, allow_nan=False) + "\n"


def from_json(kind: type[Known], text: str | bytes) -> Known:
    """The value of `kind` that a JSON text carries; keys that it has not are passed over."""
    found: Known = _adapter(kind).validate_json(text)  # type: ignore[arg-type]  # a class can be hashed
    return found


def _plain(value: Any) -> dict[str, object]:  # noqa: ANN401  # what JSON does not know
    """A value of ours by its fields; `asdict` copies what is in them, too, which takes longer than all the rest."""
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


@cache
def _adapter(kind: type) -> TypeAdapter[Any]:
    """What reads values of a type."""
    from pydantic import TypeAdapter  # noqa: PLC0415  # 0.1 s that a run with nothing to do need not pay

    return TypeAdapter(kind)
