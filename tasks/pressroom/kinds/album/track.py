"""The words of a track, and those that it shares with its album."""

from __future__ import annotations

import re
from pathlib import Path  # noqa: TC003  # pydantic reads the annotation
from typing import Annotated, Literal

from pydantic import AfterValidator, ValidationInfo, field_validator

from pressroom.formats import identifiers
from pressroom.kinds.parts import (
    Credit,
    Files,
    Isrc,
    Iswc,
    Language,
    Line,
    MusicalKey,
    Reads,
    SourcePath,
    Text,
    TextOrPath,
    Words,
    flag,
    identifier,
    number,
    whole,
)
from pressroom.source import Where, Wrong


def explicitness(value: object) -> bool | Literal["clean"]:
    """`true`, `false` or `clean`."""
    try:
        return "clean" if value == "clean" else flag(value)
    except ValueError:
        raise ValueError("one of true, false, clean") from None


def musicbrainz_id(text: str) -> str:
    """A MusicBrainz identifier: a UUID."""
    if not re.fullmatch("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", text.lower()):
        raise ValueError("a MusicBrainz identifier (a UUID)")
    return text.lower()


Explicit = Annotated[bool | Literal["clean"], Reads(explicitness, {"enum": [True, False, "clean"]})]
Mbid = Annotated[
    str,
    identifier(
        musicbrainz_id,
        r"^\s*[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\s*$",
        "f4a31f0a-51dd-4fa7-986d-3095c40c5ed9",
    ),
]


def by_language(files: tuple[tuple[str, Path], ...]) -> tuple[tuple[str, Path], ...]:
    """Files that languages name, once each, and WebVTT by their ending."""
    found: list[tuple[Where, str]] = []
    known: dict[str, Path] = {}
    for name, path in files:
        try:
            language = identifiers.language(name)
        except ValueError as error:
            found.append(((name,), f"expected {error}, got '{name}'"))
            continue
        if language in known:
            found.append(((name,), f"'{language}' has subtitles already"))
        if path.suffix.lower() != ".vtt":
            found.append(((name,), f"expected a WebVTT file (.vtt), got '{path.name}'; `ffmpeg -i a.srt a.vtt` makes one"))
        known[language] = path
    if found:
        raise Wrong(*found)
    return tuple(known.items())


Subtitles = Annotated[Files, AfterValidator(by_language)]


class TrackIds(Words):
    """MusicBrainz identifiers of a track."""

    recording: Mbid | None = None
    release_track: Mbid | None = None
    artist: Mbid | None = None
    work: Mbid | None = None


class Overridable(Words):
    """The words that an album has for all its tracks, and a track for itself."""

    artists: tuple[Line, ...] = ()
    """The separate names of `artist`."""
    title_sort: Line | None = None
    """The title as it is sorted: `Night, The`."""
    artist_sort: Line | None = None
    """The artist as it is sorted: `Lanterns, The`."""
    genre: Line | None = None
    """The same as one entry of `genres`."""
    genres: tuple[Line, ...] = ()
    """From the widest to the closest."""
    language: Language | None = None
    """Of the words that are sung (BCP 47); `zxx` is instrumental."""
    copyright: Line | None = None
    """The (C) line: year and owner."""
    phonogram: Line | None = None
    """The (P) line: year and owner."""
    explicit: Explicit | None = None
    """`clean` is the cleaned version of an explicit one."""
    comment: Text | None = None
    """A remark for listeners, in the files' tags."""
    credits: tuple[Credit, ...] = ()
    """Who did what."""

    @field_validator("genres")
    @classmethod
    def one_way_to_say_it(cls, genres: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        """`genre` and `genres` are one word."""
        if genres and info.data.get("genre"):
            raise Wrong(((), "'genre' or 'genres', not both"))
        return genres

    @property
    def all_genres(self) -> tuple[str, ...]:
        """`genre` or `genres`."""
        return (self.genre,) if self.genre else self.genres


class Track(Overridable):
    """A track: its own words, and those that override the album's."""

    title: Line
    """Without guests and version, which are words of their own."""
    version: Line | None = None
    """What is printed in brackets: `Acoustic` gives `Rise [Acoustic]`."""
    file: SourcePath
    """The master: wav (RF64 too), aiff, flac, alac in m4a, ogg, opus, mp3, aac or wv."""
    disc: Annotated[int, whole(1, 99)] = 1
    """Which disc it is on."""
    isrc: Isrc | None = None
    """The recording's code."""
    iswc: Iswc | None = None
    """The composition's code."""
    artist: Line | None = None
    """As printed; default: the album's."""
    featuring: tuple[Line, ...] = ()
    """Guests: printed as `(feat. A & B)`."""
    bpm: Annotated[float, number(1, 300)] | None = None
    """Beats per minute."""
    key: MusicalKey | None = None
    """Such as `Am`, `F#` or `Bbm`."""
    mood: Line | None = None
    """Such as `Calm`."""
    lyrics: TextOrPath | None = None
    """A .txt or .lrc file (.lrc is synced), or the text itself."""
    stems: Files = ()
    """The parts of the mix by name."""
    musicbrainz: TrackIds = TrackIds()
    video: SourcePath | None = None
    """A music video for `hls`: mp4, m4v, mov, mkv or webm; its own sound is streamed with it."""
    subtitles: Subtitles = ()
    """Of the video, WebVTT files by language: `{en: subs/rise.en.vtt}`."""

    @property
    def printed_title(self) -> str:
        """`Title (feat. A & B) [Version]` (Apple Music Style Guide, 3.4 and 4)."""
        guests = ", ".join(self.featuring[:-1]) + " & " * (len(self.featuring) > 1) + "".join(self.featuring[-1:])
        return self.title + f" (feat. {guests})" * bool(guests) + (f" [{self.version}]" if self.version else "")
