"""All that a presentation of HLS consists of: its playlists, and what the media that they list says of itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, BinaryIO, Literal, TypeAlias
from urllib.parse import urljoin

from pressroom.formats.fragments import (
    FragmentFacts,
    InitFacts,
    Reference,
    read_fragments,
    read_index,
    read_init,
    read_key_frame,
)
from pressroom.formats.hlsread import Listed, Media, Playlist, Span, Tag, parsed
from pressroom.formats.transport import SYNC, Transport, read_transport

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Fetch: TypeAlias = Callable[[str], BinaryIO | None]
"""What an address leads to, as a file that can seek, until the next is asked for; None where there is nothing."""
Role = Literal["main", "audio", "subtitles", "key frames"]
_MOST_TEXT = 1 << 26
_MOST_LISTS = 1000
_LISTS: Mapping[str, Role] = {"AUDIO": "audio", "VIDEO": "main", "SUBTITLES": "subtitles"}


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A segment and what there is of it: `size` bytes, None where there are none; `fault` is why its boxes cannot be read.

    `opening` is its first bytes. That and `fragments` are empty where it is encrypted, the latter also where it is no MP4.
    `transport` is of MPEG-TS.
    """

    listed: Listed
    size: int | None
    opening: bytes = b""
    init: InitFacts | None = None
    fragments: tuple[FragmentFacts, ...] = ()
    transport: Transport | None = None
    fault: str | None = None


@dataclass(frozen=True, kw_only=True)
class Stream:
    """A media playlist with what it lists; `tag` is the line of the multivariant playlist that leads to it.

    `indexes` are the sidx of the files that have one, with where the first segment begins that each tells of.
    """

    uri: str
    role: Role
    tag: Tag | None
    playlist: Playlist
    pieces: tuple[Piece, ...]
    indexes: Mapping[str, tuple[int, tuple[Reference, ...]]]

    @property
    def init(self) -> InitFacts | None:
        """The first init segment."""
        return next((piece.init for piece in self.pieces if piece.init), None)

    @property
    def pictures(self) -> bool:
        """Whether it shows pictures."""
        return self.init is not None and self.init.handler == "vide"


@dataclass(frozen=True, kw_only=True)
class Presentation:
    """A multivariant playlist with all that it leads to, or a media playlist alone; `missing` are lists that cannot be read."""

    uri: str
    master: Playlist | None
    streams: tuple[Stream, ...]
    missing: tuple[str, ...]
    data: Mapping[str, str | None]

    @property
    def played(self) -> tuple[Stream, ...]:
        """The streams of sound and pictures, key frames apart."""
        return tuple(stream for stream in self.streams if stream.role in ("main", "audio"))

    def group(self, kind: Literal["AUDIO", "SUBTITLES"], name: str | None) -> tuple[Stream, ...]:
        """The streams of a group of renditions."""
        tags = [stream.tag.words if stream.tag else {} for stream in self.streams]
        pairs = zip(self.streams, tags, strict=True)
        return tuple(stream for stream, words in pairs if (words.get("TYPE"), words.get("GROUP-ID")) == (kind, name))


def presentation(uri: str, fetch: Fetch) -> Presentation:
    """All that a playlist leads to; raises ValueError where it is none itself."""
    root = parsed(_text(fetch(uri)))
    if not root.multivariant:
        role: Role = "key frames" if root.named("EXT-X-I-FRAMES-ONLY") else "main"
        return Presentation(uri=uri, master=None, streams=(_stream(uri, role, None, root, fetch),), missing=(), data={})
    streams: list[Stream] = []
    missing: list[str] = []
    for address, listed_as, of in list(_lists(uri, root))[:_MOST_LISTS]:
        try:
            streams.append(_stream(address, listed_as, of, parsed(_text(fetch(address))), fetch))
        except ValueError as error:
            missing.append(f"{address}: {error}")
    words = (tag.words.get("URI") for tag in root.named("EXT-X-SESSION-DATA"))
    data = {word: _optional(fetch(urljoin(uri, word))) for word in words if word}
    return Presentation(uri=uri, master=root, streams=tuple(streams), missing=tuple(missing), data=data)


def _lists(base: str, root: Playlist) -> Iterator[tuple[str, Role, Tag]]:
    """The playlists that a multivariant one leads to."""
    for _, uri, before in root.uris:
        if before and before.name == "EXT-X-STREAM-INF":
            yield urljoin(base, uri), "main", before
    for tag in root.named("EXT-X-MEDIA"):
        if address := tag.words.get("URI"):
            yield urljoin(base, address), _LISTS.get(tag.words.get("TYPE", ""), "main"), tag
    for tag in root.named("EXT-X-I-FRAME-STREAM-INF"):
        yield urljoin(base, tag.words.get("URI", "")), "key frames", tag


def _text(stream: BinaryIO | None) -> str:
    """A playlist's text."""
    if stream is None:
        raise ValueError("it is not there")
    stream.seek(0)
    try:
        return stream.read(_MOST_TEXT).decode("utf-8")
    except UnicodeDecodeError:
        raise ValueError("it is not text in UTF-8") from None


def _optional(stream: BinaryIO | None) -> str | None:
    """A text; None where there is none."""
    try:
        return _text(stream)
    except ValueError:
        return None


def _stream(uri: str, role: Role, tag: Tag | None, playlist: Playlist, fetch: Fetch) -> Stream:
    """A media playlist with what it lists; each init segment is read once."""
    inits: dict[Media, InitFacts | str | None] = {}
    pieces: list[Piece] = []
    for listed in playlist.segments:
        if listed.init and listed.init not in inits:
            inits[listed.init] = _init(fetch(urljoin(uri, listed.init.uri)), listed.init)
        init = inits.get(listed.init) if listed.init else None
        pieces.append(_piece(fetch(urljoin(uri, listed.media.uri)), listed, init, role))
    indexes: dict[str, tuple[int, tuple[Reference, ...]]] = {}
    for address in dict.fromkeys(listed.media.uri for listed in playlist.segments if listed.media.span):
        try:
            stream = fetch(urljoin(uri, address))
            found = read_index(stream) if stream else None
        except ValueError:
            continue
        indexes |= {address: found} if found else {}
    return Stream(uri=uri, role=role, tag=tag, playlist=playlist, pieces=tuple(pieces), indexes=indexes)


def _init(stream: BinaryIO | None, media: Media) -> InitFacts | str | None:
    """An init segment, or why it cannot be read; None where it is encrypted."""
    if stream is None:
        return "its init segment is not there"
    if media.key:
        return None
    span = media.span
    try:
        return read_init(stream, *((span.offset, span.end) if span else (0, None))) or "its init segment has no moov box"
    except ValueError as error:
        return f"its init segment: {error}"


def _piece(stream: BinaryIO | None, listed: Listed, init: InitFacts | str | None, role: Role) -> Piece:
    """A segment, and what there is of it."""
    if stream is None:
        return Piece(listed=listed, size=None)
    length = stream.seek(0, 2)
    span = listed.media.span or Span(0, length)
    stream.seek(span.offset)
    piece = Piece(listed=listed, size=max(0, min(span.end, length) - span.offset), opening=stream.read(188))
    if span.end > length:
        return Piece(listed=listed, size=piece.size, fault=f"the range ends at byte {span.end}, the file at {length}")
    if listed.key:
        return _encrypted(piece, listed.key, init)
    if not isinstance(init, InitFacts):
        return (
            _transported(piece, stream, span) if not init and piece.opening[:1] == bytes([SYNC]) else replace(piece, fault=init)
        )
    try:
        key_frames = role == "key frames"
        fragments = (
            (read_key_frame(stream, init, span.offset),) if key_frames else read_fragments(stream, init, span.offset, span.end)
        )
    except ValueError as error:
        return replace(piece, init=init, fault=str(error))
    return replace(piece, init=init, fragments=fragments, fault=None if fragments else "it has no moof")


def _transported(piece: Piece, stream: BinaryIO, span: Span) -> Piece:
    """A segment of MPEG-TS."""
    try:
        return replace(piece, transport=read_transport(stream, span.offset, span.end))
    except ValueError as error:
        return replace(piece, fault=str(error))


def _encrypted(piece: Piece, key: Tag, init: InitFacts | str | None) -> Piece:
    """A segment of which nothing can be read; other methods than AES-128 are in the init segment, too."""
    if isinstance(init, str):
        return replace(piece, opening=b"", fault=init)
    return replace(piece, opening=b"", init=init if key.words.get("METHOD") == "AES-128" else None)
