"""The words of one of an album's `formats`: a name from the list, or a map of the author's own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self, cast

from pydantic import GetJsonSchemaHandler, model_validator

from pressroom import names
from pressroom.formats.audio import LOSSLESS, NAMED, RATES, AudioFormat, Codec, Encoding
from pressroom.kinds.parts import Flag, Reads, Words, line, number, one_number_of, one_of, whole
from pressroom.source import Wrong

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic_core import CoreSchema

RESERVED = ("stems", "lyrics", "hls")
"""Folders of a build that no format may be called."""
KBPS = (8, 640)
HIGHEST_KBPS: dict[Codec, int] = {"mp3": 320, "aac": 640, "opus": 510, "vorbis": 500}
MP3_KBPS = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
LOW_RATE_MP3_KBPS = (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
"""The bit rates of MPEG-1 layer III, and of MPEG-2 with its rates below 32 kHz (ISO 13818-3, 2.4.2.3)."""
MPEG_1_HZ = 32000
WORST_LAME = 9
DEPTHS = (16, 24, 32)
DEEPEST = max(DEPTHS)
TAGGED_BY_ID3 = ("mp3", "aiff", "wav")


def kilobits(value: object) -> int:
    """`320k` as 320 kbit/s."""
    found = re.fullmatch("([1-9][0-9]{0,2})k?", value) if isinstance(value, str) else None
    kbps = int(found[1]) if found else value
    if isinstance(kbps, bool) or not isinstance(kbps, int) or not KBPS[0] <= kbps <= KBPS[1]:
        raise ValueError(f"a bit rate from {KBPS[0]}k to {KBPS[1]}k")
    return kbps


def folder(value: object) -> str:
    """A format's own name, which is its folder's."""
    name = line(value)
    if not re.fullmatch("[A-Za-z0-9][A-Za-z0-9_-]{0,63}", name) or names.safe_name(name) != name:
        raise ValueError("a folder's name of letters, digits, '-' and '_'")
    if names.clash_key(name) in RESERVED:
        raise ValueError(f"a name other than {', '.join(RESERVED)}, which are folders of their own")
    return name


FOLDER = Reads(folder, {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$", "not": {"enum": list(RESERVED)}})
BITRATE = Reads(
    kilobits,
    {
        "anyOf": [
            {"type": "string", "pattern": "^([89]|[1-9][0-9]|[1-5][0-9]{2}|6[0-3][0-9]|640)k?$"},
            {"type": "integer", "minimum": KBPS[0], "maximum": KBPS[1]},
        ],
        "examples": ["320k"],
    },
)


class Form(Words):
    """A format of the author's own: how its files are encoded and tagged, and the name of their folder."""

    name: Annotated[str, FOLDER]
    """The folder's name."""
    codec: Annotated[Codec, one_of(*dict.fromkeys(encoding.codec for encoding in NAMED.values()))]
    bitrate: Annotated[int, BITRATE] | None = None
    """In kbit/s: `320k`."""
    quality: Annotated[float, number(-1, 10)] | None = None
    """LAME's V0 (best) to V9, or Vorbis q-1 to q10 (best)."""
    rate: Annotated[int, whole(8000, 192000)] | None = None
    """In Hz; default: the master's, as far as the codec has it."""
    depth: Annotated[Literal[16, 24, 32], one_number_of(*DEPTHS)] | None = None
    """Bits of a sample, for lossless codecs; default: the master's."""
    channels: Annotated[int, whole(1, 2)] | None = None
    """Default: the master's."""
    id3: Annotated[Literal["2.4", "2.3"], one_of("2.4", "2.3")] = "2.4"
    """The version of the tags in mp3, aiff and wav."""
    tags: Flag | None = None
    """Default: true, but false for wav."""

    @model_validator(mode="before")
    @classmethod
    def named(cls, value: object) -> object:
        """A bare name stands for the encoding that it names."""
        if isinstance(value, dict) or value is None:
            return value
        name = one_of(*NAMED).read(value)
        return {"name": name, **{key: given for key, given in vars(NAMED[cast("str", name)]).items() if given is not None}}

    @model_validator(mode="after")
    def fitting(self) -> Self:
        """What is asked is what the codec has."""
        if found := tuple(((key,), text) for key, text in (*_misfits(self), *_mp3_misfits(self))):
            raise Wrong(*found)
        return self

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """A name of the list, or a map."""
        return {"anyOf": [{"enum": list(NAMED)}, handler(core_schema)]}

    @property
    def audio(self) -> AudioFormat:
        """The format as a value."""
        encoding = Encoding(
            codec=self.codec,
            bitrate=self.bitrate,
            quality=self.quality,
            rate=self.rate,
            depth=self.depth,
            channels=self.channels,
        )
        tags = self.codec != "wav" if self.tags is None else self.tags
        return AudioFormat(name=self.name, encoding=encoding, id3=self.id3, tags=tags)


def _misfits(form: Form) -> Iterator[tuple[str, str]]:
    """What a codec cannot do, by key."""
    codec = form.codec
    given = [key for key in ("bitrate", "quality") if getattr(form, key) is not None]
    if codec in LOSSLESS:
        yield from ((key, f"{codec} is lossless and has no {key}") for key in given)
    elif len(given) > 1:
        yield "quality", "a bit rate or a quality, not both"
    elif not given:
        yield "codec", f"{codec} needs a {'bitrate' if codec in ('aac', 'opus') else 'bitrate or a quality'}"
    if form.quality is not None and codec in ("aac", "opus"):
        yield "quality", f"{codec} has no quality; give it a bitrate"
    if form.bitrate is not None and form.bitrate > HIGHEST_KBPS.get(codec, KBPS[1]):
        yield "bitrate", f"expected at most {HIGHEST_KBPS[codec]}k for {codec}, got {form.bitrate}k"
    if form.rate is not None and codec in RATES and form.rate not in RATES[codec]:
        yield "rate", f"expected one of {', '.join(map(str, RATES[codec]))} for {codec}, got {form.rate}"
    yield from _depth_and_tag_misfits(form)


def _depth_and_tag_misfits(form: Form) -> Iterator[tuple[str, str]]:
    """What a codec's samples and tags cannot be."""
    if form.depth is not None and form.codec not in LOSSLESS:
        yield "depth", f"{form.codec} has no bit depth"
    if form.depth == DEEPEST and form.codec in ("flac", "alac"):
        yield "depth", f"{form.codec} holds 16 or 24 bits here; few players read 32"
    if "id3" in form.model_fields_set and form.codec not in TAGGED_BY_ID3:
        yield "id3", f"{form.codec} has no ID3 tags"


def _mp3_misfits(form: Form) -> Iterator[tuple[str, str]]:
    """What MPEG layer III has not."""
    if form.codec != "mp3":
        return
    if form.quality is not None and not 0 <= form.quality <= WORST_LAME:
        yield "quality", f"expected V0 to V9, got {form.quality:g}"
    held = LOW_RATE_MP3_KBPS if form.rate is not None and form.rate < MPEG_1_HZ else MP3_KBPS
    if form.bitrate is not None and form.bitrate <= HIGHEST_KBPS["mp3"] and form.bitrate not in held:
        yield "bitrate", f"expected one of {', '.join(map(str, held))} kbit/s for mp3, got {form.bitrate}"
