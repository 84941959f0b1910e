"""How a server answers for HLS, held against the rules of Apple's HLS Authoring Specification (2025-06-26) and the draft."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pressroom.formats.hlsfacts import Presentation

TYPES = {
    ".m3u8": ("application/vnd.apple.mpegurl", "audio/mpegurl"),
    ".m3u": ("application/vnd.apple.mpegurl", "audio/mpegurl"),
    ".ts": ("video/mp2t",),
    ".mp4": ("video/mp4", "audio/mp4"),
    ".m4a": ("audio/mp4",),
    ".m4s": ("video/iso.segment", "audio/mp4", "video/mp4"),
    ".vtt": ("text/vtt",),
}
"""By the ending of a path, what may be said of it."""
KEY_BYTES = 16
PACKED = (".m3u8", ".m3u", ".vtt")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a server says of an address: the type, how it is packed, and where else it sends who asks.

    `size` are the bytes that came, None where it is not there; `ranged` says that a range of them was asked for and given.
    """

    size: int | None
    type: str
    packed: bool
    ranged: bool
    moved: str | None = None


Answers = dict[str, Answer]
"""By address, of all that was asked for."""


def redirects(_: Presentation, answers: Mapping[str, Answer]) -> Iterator[str]:
    """No address leads to another."""
    yield from (f"{uri}: it leads to {answer.moved}" for uri, answer in answers.items() if answer.moved)


def types(_: Presentation, answers: Mapping[str, Answer]) -> Iterator[str]:
    """Every file is called what it is."""
    for uri, answer in answers.items():
        expected = TYPES.get(_suffix(uri), ())
        told = answer.type.partition(";")[0].strip().lower()
        if expected and told not in expected:
            yield f"{uri}: it is called '{told}', not {' or '.join(expected)}"


def packed(_: Presentation, answers: Mapping[str, Answer]) -> Iterator[str]:
    """Playlists and WebVTT are packed for who takes gzip."""
    yield from (f"{uri}: it is not" for uri, answer in answers.items() if _suffix(uri) in PACKED and not answer.packed)


def ranges(found: Presentation, answers: Mapping[str, Answer]) -> Iterator[str]:
    """What is listed as ranges of a file can be had as such."""
    pieces = [(stream.uri, piece.listed) for stream in found.streams for piece in stream.pieces]
    named = [(uri, media) for uri, listed in pieces for media in (listed.media, listed.init) if media and media.span]
    for address in dict.fromkeys(urljoin(uri, media.uri) for uri, media in named):
        if address in answers and not answers[address].ranged:
            yield f"{address}: all of it comes where a range is asked for"


def keys(found: Presentation, answers: Mapping[str, Answer]) -> Iterator[str]:
    """A key is there, and has 16 bytes."""
    for address in key_addresses(found):
        answer = answers.get(address)
        if answer and answer.size is None:
            yield f"{address}: it is not there"
        elif answer and answer.size != KEY_BYTES:
            yield f"{address}: it has {answer.size} bytes"


def key_addresses(found: Presentation) -> Iterator[str]:
    """Where the keys of what is encrypted by AES-128 are, each once."""
    tags = ((stream.uri, tag.words) for stream in found.streams for tag in stream.playlist.named("EXT-X-KEY"))
    named = (urljoin(uri, words["URI"]) for uri, words in tags if words.get("METHOD") == "AES-128" and words.get("URI"))
    yield from dict.fromkeys(named)


def _suffix(uri: str) -> str:
    """The ending of an address's path."""
    return PurePosixPath(urlsplit(uri).path).suffix.lower()
