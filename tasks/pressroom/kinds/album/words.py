"""The words of an album: also a single, an EP, a compilation, a soundtrack."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Annotated, Literal, Self, cast

from pydantic import Field, model_validator

from pressroom import names
from pressroom.formats.audio import LOSSLESS, NAMED, RATES, AudioFormat, Codec, Encoding
from pressroom.kinds.parts import (
    SCALAR,
    Barcode,
    Credit,
    Date,
    Embed,
    Files,
    Flag,
    Isrc,
    Iswc,
    Language,
    Licence,
    Line,
    Provenance,
    Reads,
    SourcePath,
    Text,
    TextOrPath,
    Url,
    Words,
    flag,
    identifier,
    line,
    not_made_yet,
    number,
    one_of,
    template,
    whole,
)
from pressroom.source import Wrong

INHERITED = ("artist", "album_artist", "title", "year", "label")
"""The placeholders of defaults.yaml."""
NAMING = (*INHERITED, "track", "disc", "version", "format")
"""The placeholders of `naming`."""
RESERVED = frozenset({"stems", "lyrics", "hls"})
"""Folders of a build that no format may be called."""
MP3_BITRATES = (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 192, 224, 256, 320)


def kilobits(value: object) -> int:
    """`320k` as 320 kbit/s."""
    found = re.fullmatch("([0-9]{1,3})k?", value) if isinstance(value, str) else None
    kbps = int(found[1]) if found else value
    if isinstance(kbps, bool) or not isinstance(kbps, int) or not 8 <= kbps <= 640:
        raise ValueError("a bit rate from 8k to 640k")
    return kbps


def folder(value: object) -> str:
    """A format's own name, which is its folder's."""
    name = line(value)
    if not re.fullmatch("[a-z0-9][a-z0-9.-]{0,63}", name) or name in RESERVED or names.safe_name(name) != name:
        raise ValueError("a folder's name of a-z, 0-9, '-' and '.', other than " + ", ".join(sorted(RESERVED)))
    return name


class Form(Words):
    """One of `formats`: a name from the list, or a map of the author's own."""

    name: Annotated[str, Reads(folder, {"type": "string"})]
    """The folder's name."""
    codec: Annotated[Codec, one_of(*dict.fromkeys(e.codec for e in NAMED.values()))]
    bitrate: Annotated[int, Reads(kilobits, {"type": ["string", "integer"], "examples": ["320k"]})] | None = None
    quality: Annotated[float, number(-1, 10)] | None = None
    """LAME's V0 (best) to V9, or Vorbis q-1 to q10 (best)."""
    rate: Annotated[int, whole(8000, 192000)] | None = None
    depth: Annotated[Literal[16, 24, 32], Reads(lambda value: DEPTH.read(value), {"enum": [16, 24, 32]})] | None = None
    channels: Annotated[int, whole(1, 2)] | None = None
    id3: Annotated[Literal["2.4", "2.3"], one_of("2.4", "2.3")] = "2.4"
    tags: Flag | None = None
    """Default: true, but false for wav."""

    @model_validator(mode="before")
    @classmethod
    def named(cls, value: object) -> object:
        """A bare name stands for the encoding that it names."""
        if not isinstance(value, str):
            return value
        if value not in NAMED:
            one_of(*NAMED).read(value)
        return {"name": value, **{key: given for key, given in vars(NAMED[value]).items() if given is not None}}

    @model_validator(mode="after")
    def fitting(self) -> Self:
        """What is asked is what the codec has."""
        if found := [(key, text) for key, text in _misfits(self) if text]:
            raise Wrong(*(((key,), text) for key, text in found))
        return self

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
        return AudioFormat(name=self.name, encoding=encoding, id3=self.id3, tags=self.codec != "wav" if self.tags is None else self.tags)


class Disc(Words):
    """One disc of several."""

    title: Line | None = None


Mbid = Annotated[
    str,
    identifier(lambda text: _mbid(text), "f4a31f0a-51dd-4fa7-986d-3095c40c5ed9"),
]


class AlbumIds(Words):
    """MusicBrainz identifiers of the release."""

    release: Mbid | None = None
    release_group: Mbid | None = None
    artist: Mbid | None = None
    album_artist: Mbid | None = None


class TrackIds(Words):
    """MusicBrainz identifiers of a track."""

    recording: Mbid | None = None
    release_track: Mbid | None = None
    artist: Mbid | None = None
    work: Mbid | None = None


Explicit = Annotated[bool | Literal["clean"], Reads(lambda value: _explicit(value), {"enum": [True, False, "clean"]})]
Genres = tuple[Line, ...]


class Track(Words):
    """A track: its own words, and those that override the album's."""

    title: Line
    version: Line | None = None
    """What is printed in brackets: `Acoustic` gives `Rise [Acoustic]`."""
    file: SourcePath
    """The master."""
    disc: Annotated[int, whole(1, 99)] = 1
    isrc: Isrc | None = None
    iswc: Iswc | None = None
    artist: Line | None = None
    artists: tuple[Line, ...] = ()
    featuring: tuple[Line, ...] = ()
    """Guests: printed as `(feat. A & B)`."""
    title_sort: Line | None = None
    artist_sort: Line | None = None
    genre: Line | None = None
    genres: Genres = ()
    language: Language | None = None
    copyright: Line | None = None
    phonogram: Line | None = None
    comment: Text | None = None
    explicit: Explicit | None = None
    credits: tuple[Credit, ...] = ()
    bpm: Annotated[float, number(1, 300)] | None = None
    key: Line | None = None
    mood: Line | None = None
    lyrics: TextOrPath | None = None
    """A .txt or .lrc file (.lrc is synced), or the text itself."""
    stems: Files = ()
    """The parts of the mix by name."""
    musicbrainz: TrackIds = TrackIds()
    video: Annotated[None, not_made_yet("video")] = None

    @property
    def all_genres(self) -> tuple[str, ...]:
        """`genre` or `genres`."""
        return (self.genre,) if self.genre else self.genres

    @property
    def printed_title(self) -> str:
        """`Title (feat. A & B) [Version]` (Apple Music Style Guide, 3.4 and 4)."""
        guests = ", ".join(self.featuring[:-1]) + " & " * (len(self.featuring) > 1) + "".join(self.featuring[-1:])
        return self.title + f" (feat. {guests})" * bool(guests) + (f" [{self.version}]" if self.version else "")


class Album(Words):
    """A release of tracks."""

    kind: Annotated[Literal["album"], one_of("album")]
    type: (
        Annotated[
            Literal["single", "ep", "album", "compilation", "soundtrack", "live", "remix"],
            one_of("single", "ep", "album", "compilation", "soundtrack", "live", "remix"),
        ]
        | None
    ) = None
    """Default: 1 to 3 tracks are a single, 4 to 6 an ep, more an album."""
    title: Line
    subtitle: Line | None = None
    edition: Annotated[int, whole(1, 9999)] = 1
    """Raise it to publish other bytes under the same title."""
    artist: Line
    """As printed."""
    artists: tuple[Line, ...] = ()
    """The separate names of `artist`."""
    album_artist: Line | None = None
    """Default: artist."""
    title_sort: Line | None = None
    artist_sort: Line | None = None
    album_artist_sort: Line | None = None
    date: Date | None = None
    original_date: Date | None = None
    label: Line | None = None
    catalog_number: Line | None = None
    barcode: Barcode | None = None
    """UPC-A, EAN-13 or GTIN-14."""
    genre: Line | None = None
    """The same as one entry of `genres`."""
    genres: Genres = ()
    language: Language | None = None
    """BCP 47; `zxx` is instrumental."""
    copyright: Line | None = None
    """The (C) line: year and owner."""
    phonogram: Line | None = None
    """The (P) line: year and owner."""
    license: Licence | None = None
    """An SPDX id or a URL."""
    rights: Annotated[Literal["own"], one_of("own")] | None = None
    """`own`: all rights are the author's, sharing allowed."""
    explicit: Explicit | None = None
    comment: Text | None = None
    website: Url | None = None
    musicbrainz: AlbumIds = AlbumIds()
    credits: tuple[Credit, ...] = ()
    cover: SourcePath | None = None
    """One picture, any size; sizes are derived."""
    cover_sizes: Annotated[tuple[Annotated[int, whole(100, 10000)], ...], Field(min_length=1)] = (3000, 1400, 600)
    embed: Embed = Embed()
    discs: tuple[Disc, ...] = ()
    extras: tuple[SourcePath, ...] = ()
    """Files that go into every format's folder and zip."""
    provenance: Provenance | None = None
    tracks: Annotated[tuple[Track, ...], Field(min_length=1, max_length=9999)]
    stems_format: Annotated[Literal["wav", "flac"], one_of("wav", "flac")] = "wav"
    formats: Annotated[tuple[Form, ...], Field(min_length=1)] = Field(default=("flac", "mp3-v0"), validate_default=True)
    archives: tuple[Line, ...] = ()
    """Which of `formats` are zipped too."""
    true_peak: Annotated[Literal["warn", "error"], one_of("warn", "error")] = "warn"
    """What lossy files above 0 dBTP are."""
    numbering: Annotated[Literal["disc", "continuous"], one_of("disc", "continuous")] = "disc"
    """Whether tracks count from 1 on each disc, or through."""
    naming: Annotated[str, template(*NAMING)] | None = None
    """Default: `{track:02} {title}`, and `{disc}-{track:02} {title}` when there are several discs."""
    profiles: Annotated[None, not_made_yet("profiles", [])] = None
    deliver: Annotated[None, not_made_yet("deliver", [])] = None
    signed: Annotated[None, not_made_yet("signed", {})] = None
    waive: Annotated[None, not_made_yet("waive", [])] = None
    hls: Annotated[None, not_made_yet("hls")] = None
    torrent: Annotated[None, not_made_yet("torrent")] = None
    publish: Annotated[None, not_made_yet("publish", [])] = None

    @model_validator(mode="after")
    def consistent(self) -> Self:
        """The words agree with each other, and every file gets a name of its own."""
        if found := tuple(_disagreements(self)):
            raise Wrong(*found)
        return self

    @property
    def all_genres(self) -> tuple[str, ...]:
        """`genre` or `genres`."""
        return (self.genre,) if self.genre else self.genres

    @property
    def release_type(self) -> str:
        """`type`, or what the number of tracks says (music facts: 1 to 3, 4 to 6, 7 and more)."""
        count = len(self.tracks)
        return self.type or ("single" if count < 4 else "ep" if count < 7 else "album")

    @property
    def year(self) -> str | None:
        """The year of `date`."""
        return self.date[:4] if self.date else None

    @property
    def disc_count(self) -> int:
        """How many discs there are."""
        return max(len(self.discs), *(track.disc for track in self.tracks))

    @property
    def numbers(self) -> tuple[int, ...]:
        """Each track's number: from 1 on each disc, or through."""
        if self.numbering == "continuous":
            return tuple(range(1, len(self.tracks) + 1))
        seen: Counter[int] = Counter()
        found = []
        for track in self.tracks:
            seen[track.disc] += 1
            found.append(seen[track.disc])
        return tuple(found)

    @property
    def audio_formats(self) -> tuple[AudioFormat, ...]:
        """`formats` as values."""
        return tuple(form.audio for form in self.formats)

    def stem(self, index: int, form: str = "") -> str:
        """The file name of a track before its suffix, as `naming` says; not yet made safe."""
        several = "{disc}-{track:02} {title}" if self.disc_count > 1 else "{track:02} {title}"
        track = self.tracks[index]
        return names.expand(
            self.naming or several,
            {
                "artist": track.artist or self.artist,
                "album_artist": self.album_artist or self.artist,
                "title": track.printed_title,
                "year": self.year,
                "label": self.label,
                "track": self.numbers[index],
                "disc": track.disc,
                "version": track.version or "",
                "format": form,
            },
        )


def inherited_words(words: Mapping[str, object]) -> dict[str, str | int | None]:
    """What the placeholders of defaults.yaml stand for in one release, from its words as written."""
    texts = {key: value if isinstance(value, str) else None for key, value in words.items()}
    date = texts.get("date")
    return {
        "artist": texts.get("artist"),
        "album_artist": texts.get("album_artist") or texts.get("artist"),
        "title": texts.get("title"),
        "year": date[:4] if date else None,
        "label": texts.get("label"),
    }


DEPTH = Reads(lambda value: _depth(value), {})


def _depth(value: object) -> int:
    """16, 24 or 32 bits."""
    if str(value) not in ("16", "24", "32"):
        raise ValueError("one of 16, 24, 32")
    return int(cast("str", value))


def _explicit(value: object) -> bool | Literal["clean"]:
    """`true`, `false` or `clean`."""
    try:
        return "clean" if value == "clean" else flag(value)
    except ValueError:
        raise ValueError("one of true, false, clean") from None


def _mbid(text: str) -> str:
    """A MusicBrainz identifier: a UUID."""
    if not re.fullmatch("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", text.lower()):
        raise ValueError("a MusicBrainz identifier (a UUID)")
    return text.lower()


def _misfits(form: Form) -> Iterator[tuple[str, str]]:
    """What a codec cannot do, by key."""
    lossless = form.codec in LOSSLESS
    if lossless:
        for key in ("bitrate", "quality"):
            yield key, f"{form.codec} is lossless and has no {key}" if getattr(form, key) is not None else ""
    elif form.bitrate is not None and form.quality is not None:
        yield "quality", "a bit rate or a quality, not both"
    elif form.bitrate is None and form.quality is None:
        yield "codec", f"{form.codec} needs a {'quality' if form.codec == 'vorbis' else 'bitrate'}"
    if form.quality is not None and form.codec in ("aac", "opus"):
        yield "quality", f"{form.codec} has no quality; give it a bitrate"
    if form.quality is not None and form.codec == "mp3" and form.quality < 0:
        yield "quality", "expected V0 to V9, got -1"
    if form.codec == "mp3" and form.bitrate is not None and form.bitrate not in MP3_BITRATES:
        yield "bitrate", f"expected one of {', '.join(map(str, MP3_BITRATES))} kbit/s, got {form.bitrate}"
    if form.rate is not None and form.codec in RATES and form.rate not in RATES[form.codec]:
        yield "rate", f"expected one of {', '.join(map(str, RATES[form.codec]))} for {form.codec}, got {form.rate}"
    if form.depth is not None and not lossless:
        yield "depth", f"{form.codec} has no bit depth"
    if form.depth == 32 and form.codec in ("flac", "alac"):
        yield "depth", f"{form.codec} holds 16 or 24 bits here; few players read 32"


def _disagreements(album: Album) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Mistakes that no single key shows: (path, text) pairs."""
    known = [form.name for form in album.formats]
    for index, name in enumerate(known):
        if name in known[:index]:
            yield ("formats", index), f"the format '{name}' stands in the list already"
    for index, name in enumerate(album.archives):
        if name not in known:
            yield ("archives", index), f"expected one of `formats` ({', '.join(known)}), got '{name}'"
    if album.genre and album.genres:
        yield ("genre",), "`genre` or `genres`, not both"
    for index, track in enumerate(album.tracks):
        if track.genre and track.genres:
            yield ("tracks", index, "genre"), "`genre` or `genres`, not both"
    for disc in range(1, album.disc_count + 1):
        if not any(track.disc == disc for track in album.tracks):
            yield ("tracks",), f"disc {disc} has no track"
    yield from _repeated_isrcs(album)
    yield from _clashes(album)


def _repeated_isrcs(album: Album) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """One file under two ISRCs is already wrong on paper; what needs the audio is checked by `<slug>:check`."""
    seen: dict[object, tuple[int, str]] = {}
    for index, track in enumerate(album.tracks):
        if track.isrc:
            first, isrc = seen.setdefault(track.file, (index, track.isrc))
            if isrc != track.isrc:
                yield ("tracks", index, "isrc"), f"{track.file.name} has the ISRC {isrc} in tracks[{first}] and {track.isrc} here"


def _clashes(album: Album) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Two files of one folder whose names are one after case folding."""
    for form in album.audio_formats:
        taken: dict[str, str] = {}
        try:
            stems = [album.stem(index, form.name) for index in range(len(album.tracks))]
        except ValueError as error:
            yield ("naming",), str(error)
            return
        for index, stem in enumerate(stems):
            name = names.safe_name(stem, form.encoding.suffix)
            other = taken.setdefault(names.clash_key(name), f"tracks[{index}]")
            if other != f"tracks[{index}]":
                yield ("tracks", index, "title"), f"its file name '{name}' is that of {other} too"
        for index, extra in enumerate(album.extras):
            other = taken.setdefault(names.clash_key(extra.name), f"extras[{index}]")
            if other != f"extras[{index}]":
                yield ("extras", index), f"its file name '{extra.name}' is that of {other} too"
        return
