"""Playlists of HLS as anybody may have written them, read for what they say (draft-pantos-hls-rfc8216bis-22, section 4)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_ATTRIBUTE = re.compile(r'\s*([A-Z0-9-]+)=("[^"\r\n]*"|[^",\s][^",]*)\s*(?:,|$)')
_RANGE = re.compile(r"(\d{1,18})(?:@(\d{1,18}))?")
_DECIMAL = re.compile(r"\d{1,12}(?:\.\d{1,12})?")
_MOST_LINES = 1_000_000


@dataclass(frozen=True)
class Span:
    """A range of bytes in what a URI leads to."""

    offset: int
    size: int

    @property
    def end(self) -> int:
        """The byte behind it."""
        return self.offset + self.size


@dataclass(frozen=True)
class Tag:
    """A line that begins with #EXT: its number from 1, its name without `#`, and what stands behind the colon."""

    line: int
    name: str
    value: str

    @property
    def words(self) -> Mapping[str, str]:
        """The attributes, quotes taken off."""
        return {name: value.strip('"') for name, value in _ATTRIBUTE.findall(self.value)}


@dataclass(frozen=True, kw_only=True)
class Media:
    """An address with a range of its bytes, or all of them; `key` is the tag by which an init segment is encrypted."""

    uri: str
    span: Span | None = None
    key: Tag | None = None


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A segment: what it is of, and the init segment, key and marks that apply to it."""

    line: int
    media: Media
    seconds: Fraction
    init: Media | None
    key: Tag | None
    discontinuity: bool
    gap: bool


@dataclass(frozen=True, kw_only=True)
class Playlist:
    """A playlist; `faults` are what cannot be read, each with its line. Only a media playlist has `segments`.

    `uris` are the lines that are addresses, with their numbers and the tag before them.
    """

    tags: tuple[Tag, ...]
    uris: tuple[tuple[int, str, Tag | None], ...]
    segments: tuple[Listed, ...]
    faults: tuple[str, ...]

    @property
    def multivariant(self) -> bool:
        """Whether it lists playlists."""
        return any(tag.name in ("EXT-X-STREAM-INF", "EXT-X-MEDIA", "EXT-X-I-FRAME-STREAM-INF") for tag in self.tags)

    def named(self, name: str) -> tuple[Tag, ...]:
        """All tags of a name."""
        return tuple(tag for tag in self.tags if tag.name == name)

    def value(self, name: str) -> str | None:
        """What the first tag of a name says; None where there is none."""
        return next((tag.value for tag in self.tags if tag.name == name), None)

    def number(self, name: str) -> int | None:
        """The whole number that the first tag of a name says; None where there is none, or no number."""
        value = self.value(name)
        return int(value) if value is not None and re.fullmatch(r"\d{1,12}", value) else None

    @property
    def length(self) -> Fraction:
        """Seconds, of all segments."""
        return sum((segment.seconds for segment in self.segments), Fraction(0))


def parsed(text: str) -> Playlist:
    """A playlist as its lines say; raises ValueError where it does not begin as one."""
    lines = text.removeprefix("\ufeff").splitlines()
    if not lines or lines[0].strip() != "#EXTM3U":
        raise ValueError("it does not begin with #EXTM3U")
    if len(lines) > _MOST_LINES:
        raise ValueError(f"it has {len(lines)} lines, more than {_MOST_LINES}")
    tags, uris = [], []
    before: Tag | None = None
    for number, line in enumerate((line.strip() for line in lines), 1):
        if line.startswith("#EXT"):
            name, _, value = line[1:].partition(":")
            tags.append(Tag(number, name, value))
            before = tags[-1]
        elif line and not line.startswith("#"):
            uris.append((number, line, before))
            before = None
    faults: list[str] = []
    bare = Playlist(tags=tuple(tags), uris=tuple(uris), segments=(), faults=())
    segments = () if bare.multivariant else tuple(_segments(bare, faults))
    return Playlist(tags=bare.tags, uris=bare.uris, segments=segments, faults=tuple(faults))


def span(text: str, *, behind: int = 0) -> Span | None:
    """A range such as `100@20`; where it tells no offset, it follows on `behind`; None where it is none."""
    found = _RANGE.fullmatch(text)
    if found is None:
        return None
    return Span(behind if found[2] is None else int(found[2]), int(found[1]))


def _segments(playlist: Playlist, faults: list[str]) -> Iterator[Listed]:
    """The segments, each with the tags that apply to it (section 4.4.4)."""
    lines: list[tuple[int, Tag | str]] = [(tag.line, tag) for tag in playlist.tags]
    lines += [(number, uri) for number, uri, _ in playlist.uris]
    state = _State()
    for number, line in sorted(lines, key=lambda each: each[0]):
        if isinstance(line, Tag):
            fault = state.read(line)
            faults += [f"line {number}: {fault}"] if fault else []
        elif state.seconds is None:
            faults.append(f"line {number}: {line} has no EXTINF")
        else:
            yield state.segment(number, line)


class _State:
    """What applies to the next segment."""

    def __init__(self) -> None:
        self.seconds: Fraction | None = None
        self._range: str | None = None
        self._init: Media | None = None
        self._key: Tag | None = None
        self._discontinuity = self._gap = False
        self._behind: dict[str, int] = {}

    def read(self, tag: Tag) -> str | None:
        """Take what a tag says; returns what is wrong with it."""
        if tag.name == "EXTINF":
            value = tag.value.partition(",")[0]
            self.seconds = Fraction(value) if _DECIMAL.fullmatch(value) else Fraction(0)
            return None if _DECIMAL.fullmatch(value) else f"EXTINF says {value!r}, which is no length"
        if tag.name == "EXT-X-BYTERANGE":
            self._range = tag.value
            return None if span(tag.value) else f"EXT-X-BYTERANGE says {tag.value!r}, which is no range"
        if tag.name == "EXT-X-MAP":
            words = tag.words
            self._init = Media(uri=words.get("URI", ""), span=span(words.get("BYTERANGE", "")), key=self._key)
            return None if self._init.uri else "EXT-X-MAP has no URI"
        if tag.name == "EXT-X-KEY":
            self._key = None if tag.words.get("METHOD") == "NONE" else tag
        self._discontinuity |= tag.name == "EXT-X-DISCONTINUITY"
        self._gap |= tag.name == "EXT-X-GAP"
        return None

    def segment(self, line: int, uri: str) -> Listed:
        """The segment whose address has come; what applied to it alone applies no more."""
        found = span(self._range, behind=self._behind.get(uri, 0)) if self._range else None
        if found:
            self._behind = {uri: found.end}
        listed = Listed(
            line=line,
            media=Media(uri=uri, span=found),
            seconds=self.seconds or Fraction(0),
            init=self._init,
            key=self._key,
            discontinuity=self._discontinuity,
            gap=self._gap,
        )
        self.seconds, self._range, self._discontinuity, self._gap = None, None, False, False
        return listed
