"""The words of `hls`: what a release is streamed as."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Field, PlainSerializer, field_validator, model_validator

from pressroom.formats import identifiers
from pressroom.formats.audio import NAMED
from pressroom.formats.pictures import LADDER, PLACES, USUAL
from pressroom.formats.rendition import CODECS
from pressroom.kinds.parts import Count, Reads, Secret, SourcePath, Words, identifier, one_of
from pressroom.source import Unspoken, Wrong

if TYPE_CHECKING:
    from pressroom.formats.audio import Encoding
    from pressroom.formats.secretname import SecretName

SOUNDS = tuple(name for name, encoding in NAMED.items() if encoding.codec in CODECS)
"""The named formats that HLS carries."""
RENDITIONS = (*SOUNDS, *LADDER)
SHORTEST_SEGMENT, LONGEST_SEGMENT = 2, 30
"""In seconds."""
NARROWEST, WIDEST = Fraction(1, 100), Fraction(40, 100)
"""A logo, of the width of pictures."""
KEY_ADDRESS = r"""\s*([Hh][Tt][Tt][Pp][Ss]?://[^\s<>"\\',;@]+|(?!//)[A-Za-z0-9._~%!$&()*+=@/?-]+)\s*"""
"""On the web, or relative to playlists."""


def segment(value: object) -> Fraction:
    """A length such as `6 s`."""
    found = re.fullmatch(r"([0-9]{1,2}(?:\.[0-9]{1,3})?) ?s", value) if isinstance(value, str) else None
    seconds = Fraction(found[1]) if found else Fraction(0)
    if not SHORTEST_SEGMENT <= seconds <= LONGEST_SEGMENT:
        raise ValueError(f"a length from {SHORTEST_SEGMENT} s to {LONGEST_SEGMENT} s, such as '6 s'")
    return seconds


def opacity(value: object) -> Fraction:
    """A part of 1, such as `0.6`."""
    part = Fraction(value) if isinstance(value, str) and re.fullmatch(r"[01](\.[0-9]{1,3})?", value) else Fraction(0)
    if not 0 < part <= 1:
        raise ValueError("a number above 0 and up to 1, such as 0.6")
    return part


def width(value: object) -> Fraction:
    """A part of all in per cent, such as `12%`."""
    found = re.fullmatch(r"([0-9]{1,2}(?:\.[0-9])?) ?%", value) if isinstance(value, str) else None
    part = Fraction(found[1]) / 100 if found else Fraction(0)
    if not NARROWEST <= part <= WIDEST:
        raise ValueError(f"a part of the width from {float(100 * NARROWEST):g}% to {float(100 * WIDEST):g}%, such as 12%")
    return part


def script(text: str) -> str:
    """The address of a script; one that a content security policy could not name, or with a password in it, is refused."""
    if identifiers.names_user(text):
        raise Unspoken(((), "expected an address without user and password, which every page would tell"))
    url = identifiers.url(text)
    if re.search("[',;]", url):
        raise ValueError("an address without quotes, ',' and ';'")
    return url


def key_address(text: str) -> str:
    """Where players fetch a key; one with a password in it is refused, and not repeated."""
    if identifiers.names_user(text):
        raise Unspoken(((), "expected an address without user and password, which every playlist would tell"))
    if not re.fullmatch(KEY_ADDRESS, text):
        raise ValueError("an address such as https://keys.example/moon.key, or keys/moon.key beside the playlists")
    return identifiers.url(text) if ":" in text else text


def digest(text: str) -> str:
    """A digest as browsers hold scripts against it (W3C Subresource Integrity)."""
    if not re.fullmatch("sha(256|384|512)-[A-Za-z0-9+/]+={0,2}", text):
        raise ValueError("a digest such as sha384-... (W3C Subresource Integrity)")
    return text


OPACITY = Reads(opacity, {"type": "number", "minimum": 0.001, "maximum": 1, "examples": [0.6]})
WIDTH = Reads(width, {"type": "string", "pattern": r"^[0-9]{1,2}(\.[0-9])? ?%$", "examples": ["12%"]})
SPOKEN_NUMBER = PlainSerializer(float, return_type=float)
SPOKEN_PERCENT = PlainSerializer(lambda part: f"{float(100 * part):g}%", return_type=str)
SPOKEN_SECONDS = PlainSerializer(lambda seconds: f"{float(seconds):g} s", return_type=str)
SEGMENT = Reads(segment, {"type": "string", "pattern": r"^[0-9]{1,2}(\.[0-9]{1,3})? ?s$", "examples": ["6 s"]})
SCRIPT = identifier(script, r"^\s*[Hh][Tt][Tt][Pp][Ss]?://[^\s<>\"\\',;]+\s*$", "https://lanterns.example/hls.min.js")
KEY_PLACE = identifier(key_address, f"^{KEY_ADDRESS}$", "https://keys.example/moon.key", "keys/moon.key")
INTEGRITY = identifier(digest, r"^\s*sha(256|384|512)-[A-Za-z0-9+/]+={0,2}\s*$", "sha384-...")


class Encrypt(Words):
    """Segments that only who gets the key can play; it keeps nobody who may play them from keeping them."""

    method: Annotated[Literal["aes-128"], one_of("aes-128")] = "aes-128"
    """Whole segments, each with a vector of its own."""
    # Where a key is kept is no news for who reads release.json.
    key: Secret = Field(exclude=True)
    """The name of the key, which is told as 32 hexadecimal digits; no build writes it down."""
    url: Annotated[str, KEY_PLACE]
    """Where players fetch its 16 bytes: on the web, or relative to the playlists."""


class Logo(Words):
    """A picture that lies over all videos, in a corner."""

    file: SourcePath
    """PNG, JPEG, WebP or TIFF; what is transparent in it stays so."""
    place: Annotated[str, one_of(*PLACES)] = "top-right"
    """The corner."""
    opacity: Annotated[Fraction, OPACITY, SPOKEN_NUMBER] = Field(default="1", validate_default=True)
    """How opaque it is, above 0 and up to 1."""
    width: Annotated[Fraction, WIDTH, SPOKEN_PERCENT] = Field(default="12%", validate_default=True)
    """How much of a video's width it takes."""


class HlsJs(Words):
    """hls.js, for browsers that do not play HLS themselves: a file of yours, or an address with its digest."""

    file: SourcePath | None = None
    """Lies beside the page."""
    url: Annotated[str, SCRIPT] | None = None
    """Is asked by every listener's browser."""
    integrity: Annotated[str, INTEGRITY] | None = None
    """The digest of what lies at `url`; of a `file` it is taken."""

    @model_validator(mode="after")
    def one_place(self) -> Self:
        """A file, or an address with its digest."""
        if (self.file is None) == (self.url is None):
            raise Wrong(((), "'hls_js' needs a `file`, or a `url` with its `integrity`"))
        if (self.url is None) != (self.integrity is None):
            raise Wrong((("url",), "needs its `integrity`") if self.url else (("integrity",), "is of a `url`; take it out"))
        return self


class Hls(Words):
    """A folder that any web host can serve and any player plays: `{}` for one with every default."""

    renditions: Annotated[tuple[Annotated[str, one_of(*RENDITIONS)], ...], Count(1, len(RENDITIONS))] = ("aac-128", "flac")
    """What it is coded as; a player takes one that it can play. The sizes are of videos, by default 720p, 360p and 144p."""
    segment: Annotated[Fraction, SEGMENT, SPOKEN_SECONDS] = Field(default="6 s", validate_default=True)
    """How long a segment is, at most."""
    layout: Annotated[Literal["single", "files"], one_of("single", "files")] = "single"
    """One file for each rendition, or, for hosts without range requests, one for each segment too, as `encrypt` has it."""
    container: Annotated[Literal["mp4", "ts"], one_of("mp4", "ts")] = "mp4"
    """What videos are packaged as; MPEG-TS is for old players, and larger. Sound by itself is MP4."""
    encrypt: Encrypt | None = None
    """Encrypts what players stream, sound and pictures; there is no file of a whole rendition then."""
    logo: Logo | None = None
    """Lies over all videos, also where their own pictures show something."""
    hls_js: HlsJs | None = None
    """For browsers that play no HLS, which else play the one file of a rendition."""

    @field_validator("renditions")
    @classmethod
    def each_once(cls, renditions: tuple[str, ...]) -> tuple[str, ...]:
        """Each names a file."""
        if found := [(place,) for place, name in enumerate(renditions) if name in renditions[:place]]:
            raise Wrong(*((where, f"'{renditions[where[0]]}' stands in the list already") for where in found))
        if not set(renditions) & set(SOUNDS):
            raise Wrong(((), f"'renditions' needs one of {', '.join(SOUNDS)} too, as the tracks are sound"))
        if len(sizes := set(renditions) & set(LADDER)) == 1:
            other = "360p" if sizes == {"144p"} else "144p for slow networks"
            raise Wrong(((), f"'renditions' needs a second size of videos beside {sizes.pop()}, such as {other}"))
        return renditions

    @model_validator(mode="after")
    def encrypted_in_files(self) -> Self:
        """A range of a file cannot be decrypted."""
        if self.encrypt and self.layout == "single" and "layout" in self.model_fields_set:
            raise Wrong((("layout",), "'encrypt' makes a file of each segment; say `layout: files`, or take it out"))
        return self

    @property
    def key(self) -> SecretName | None:
        """What names the key."""
        return self.encrypt.key if self.encrypt else None

    @property
    def key_url(self) -> str | None:
        """Where players fetch it."""
        return self.encrypt.url if self.encrypt else None

    @property
    def pictures(self) -> tuple[str, ...]:
        """What videos are made in, those first that players are to begin with."""
        return tuple(name for name in self.renditions if name in LADDER) or USUAL

    @property
    def of_videos(self) -> tuple[tuple[str | int, ...], ...]:
        """Where it says what is of videos alone."""
        said: list[tuple[str | int, ...]] = [
            ("renditions", place) for place, name in enumerate(self.renditions) if name in LADDER
        ]
        said += [("container",)] if self.container == "ts" else []
        said += [("logo",)] if self.logo else []
        return tuple(said)

    @property
    def encodings(self) -> tuple[tuple[str, Encoding], ...]:
        """`renditions` as names and values, those first that most players play."""
        chosen = [(name, NAMED[name]) for name in self.renditions if name in SOUNDS]
        return tuple(sorted(chosen, key=lambda rendition: CODECS.index(rendition[1].codec)))
