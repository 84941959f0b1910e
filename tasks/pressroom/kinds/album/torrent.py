"""The words of `torrent`: one of a release's torrents."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import parse_qsl, urlsplit

from pydantic_core import core_schema

from pressroom.formats import identifiers, pieces
from pressroom.kinds.parts import UNITS, Count, Flag, Line, Reads, Words, line, one_of, template
from pressroom.source import Unspoken

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler

PLACEHOLDERS = ("artist", "album_artist", "title", "year", "label")
PARTS = ("cover", "cue", "lyrics", "stems", "extras")
"""What a torrent may include beside formats."""
SECRET = re.compile(r"pass|auth|token|secret|key|\b[pu]k\b|pid\b", re.IGNORECASE)
KEY = re.compile("[A-Za-z0-9]{20,}|(?=.*[0-9])[A-Za-z0-9]{16,}|[0-9A-Fa-f]{8}-[0-9A-Fa-f-]{8,}")
"""A part of a tracker's path that looks like a key: long, or shorter with digits, or a UUID."""
KEYLESS = "everyone who has the torrent could read it; `publish` takes it as a secret, `trackers: [env:ANNOUNCE]`"
WEB_SEED = r"^\s*[Hh][Tt][Tt][Pp][Ss]?://[^\s<>\"\\]+/\s*$"


def alignment(value: object) -> bool | None:
    """`auto` (None), `true` or `false`."""
    if value in ("auto", None):
        return None
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value in ("true", "false") and getattr(value, "plain", True):
        return value == "true"
    raise ValueError("auto, true or false")


def piece(value: object) -> int | None:
    """`auto` (None), or a size such as `1 MiB`, in bytes."""
    if value in ("auto", None):
        return None
    found = re.fullmatch("([0-9]{1,5}) ?(KiB|MiB)", value) if isinstance(value, str) else None
    size = int(found[1]) * UNITS[found[2]] if found else value
    if isinstance(size, bool) or not isinstance(size, int) or pieces.wrong_piece_length(size) or size > pieces.LARGEST:
        raise ValueError("auto, or a power of two from 16 KiB to 16 MiB, such as '1 MiB'")
    return size


def label(value: object) -> str:
    """A name that goes into file names."""
    name = line(value)
    if not re.fullmatch("[A-Za-z0-9][A-Za-z0-9_-]{0,31}", name):
        raise ValueError("a name of letters, digits, '-' and '_'")
    return name


def tracker(value: object) -> str:
    """The address that clients announce to; one that looks like it holds a key of the author's is refused."""
    url = identifiers.announce(line(value))
    if _has_key(url):
        raise Unspoken(((), f"expected a tracker's address without a key of yours: {KEYLESS}"))
    return url


def webseed(value: object) -> str:
    """The address below which the torrent's folder lies: clients append its name and the paths (BEP 19)."""
    url = line(value)
    if identifiers.names_user(url):
        raise Unspoken(((), "expected an address without user and password: everyone who has the torrent could read them"))
    if not identifiers.url(url).endswith("/"):
        raise ValueError("an address that ends in '/', below which the torrent's folder lies")
    return url


def _has_key(url: str) -> bool:
    """Whether an announce address looks like one that a private tracker gave to one person."""
    parts = urlsplit(url)
    asked = parse_qsl(parts.query, keep_blank_values=True)
    named = any(SECRET.search(name) for name, _ in asked)
    return named or bool(parts.password) or any(KEY.fullmatch(one) for one in (*parts.path.split("/"), *dict(asked).values()))


LABEL = Reads(label, {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$"})
ALIGN = Reads(alignment, {"enum": ["auto", True, False]})
PIECE = Reads(
    piece, {"type": "string", "pattern": "^(auto|(16|32|64|128|256|512) ?KiB|(1|2|4|8|16) ?MiB)$", "examples": ["1 MiB"]}
)
TRACKER = Reads(
    tracker,
    {"type": "string", "pattern": r"^\s*(https?|udp|wss?)://[^\s<>\"\\]+\s*$", "examples": ["udp://tracker.example:6969"]},
)
SEED = Reads(webseed, {"type": "string", "pattern": WEB_SEED, "examples": ["https://lanterns.example/music/"]})
Tier = Annotated[tuple[Annotated[str, TRACKER], ...], Count(1, 20)]


class Torrent(Words):
    """A torrent of what the release makes. It needs a `license` that allows sharing, or `rights: own`."""

    label: Annotated[str, LABEL] | None = None
    """Goes into the files' names; needed where there are several torrents."""
    version: Annotated[Literal["v1", "v2", "hybrid"], one_of("v1", "v2", "hybrid")] = "v1"
    """v1 is what every client reads; aria2 and Transmission 3 read neither v2 nor hybrid."""
    align: Annotated[bool | None, ALIGN] = None
    """Whether each file of a v1 torrent begins with a piece; auto: up to 10 per cent of padding, and not with web seeds."""
    piece: Annotated[int | None, PIECE] = None
    """The length of a piece, from 16 KiB to 16 MiB; auto: by the size of the payload."""
    trackers: Annotated[tuple[Tier, ...], Count(0, 20)] = ()
    """Tiers of addresses: `[[udp://a.example:6969], [https://b.example/announce]]`."""
    webseeds: Annotated[tuple[Annotated[str, SEED], ...], Count(0, 20)] = ()
    """Addresses below which the torrent's folder lies on the web."""
    private: Flag = False
    """Whether clients ask nobody but the trackers for peers."""
    source: Line | None = None
    """A mark that some private trackers ask for."""
    comment: Line | None = None
    """Shown by clients."""
    include: Annotated[tuple[Line, ...], Count(1, 60)] | None = None
    """Names from `formats`, and cover, cue, lyrics, stems, extras; default: all formats and the cover."""
    name: Annotated[str, template(*PLACEHOLDERS, numbers=frozenset())] | None = None
    """The folder's name; default: `{artist} - {title} ({year})`, without the year where there is none."""


class OneOrMore:
    """Reads a map as a list of one, and says of its mistakes where they stand."""

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        def read(value: object, several: core_schema.ValidatorFunctionWrapHandler) -> object:
            if isinstance(value, dict):
                # pydantic puts the places of these mistakes behind that of `torrent` itself.
                return (Torrent.model_validate(value),)
            if not isinstance(value, (list, tuple)):
                raise ValueError("a map, or a list of maps")  # noqa: TRY004  # pydantic makes a mistake of ValueError alone
            return several(value)

        return core_schema.no_info_wrap_validator_function(read, handler(source))

    def __get_pydantic_json_schema__(self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        several = handler(schema)
        return {"anyOf": [several["items"], several]}


Torrents = Annotated[tuple[Torrent, ...], Count(1, 20), OneOrMore()]
