"""The words of an album: also a single, an EP, a compilation, a soundtrack."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Literal, Self, TypeVar

from pydantic import Field, ValidationInfo, ValidatorFunctionWrapHandler, field_validator, model_validator

from pressroom import names
from pressroom.kinds.album import naming, payload
from pressroom.kinds.album.form import Form  # noqa: TC001  # pydantic reads the annotation
from pressroom.kinds.album.torrent import Torrent, Torrents  # noqa: TC001  # as above
from pressroom.kinds.album.track import Mbid, Overridable, Track
from pressroom.kinds.hls import Hls  # noqa: TC001  # as above
from pressroom.kinds.parts import (
    Barcode,
    Count,
    Date,
    Embed,
    Licence,
    Line,
    Provenance,
    SourcePath,
    Url,
    Words,
    not_made_yet,
    one_of,
    template,
    whole,
)
from pressroom.kinds.publish import Destination, Destinations, Publishing, once
from pressroom.source import Map, Wrong

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pressroom.formats.audio import AudioFormat
    from pressroom.source import Where

INHERITED = ("artist", "album_artist", "title", "year", "label")
"""The placeholders of defaults.yaml."""
NAMING = (*INHERITED, "track", "disc", "version", "format")
"""The placeholders of `naming`."""
MOST_OF_A_SINGLE = 3
MOST_OF_AN_EP = 6


Naming = Annotated[str, template(*NAMING, numbers=frozenset({"track", "disc"}))]
ReleaseType = Literal["single", "ep", "album", "compilation", "soundtrack", "live", "remix"]
Entry = TypeVar("Entry")
RELEASE_TYPE = one_of("single", "ep", "album", "compilation", "soundtrack", "live", "remix")


class Disc(Words):
    """One disc of several."""

    title: Line | None = None


class AlbumIds(Words):
    """MusicBrainz identifiers of the release."""

    release: Mbid | None = None
    release_group: Mbid | None = None
    artist: Mbid | None = None
    album_artist: Mbid | None = None


class Album(Overridable):
    """A release of tracks.

    What is not said here may be said for every release in `defaults.yaml`: `artist` must stand in one of the two.
    """

    kind: Annotated[Literal["album"], one_of("album")]
    """An album; also a single, an EP, a compilation, a soundtrack."""
    type: Annotated[ReleaseType, RELEASE_TYPE] | None = None
    """Default: 1 to 3 tracks are a single, 4 to 6 an ep, more an album."""
    title: Line
    """As printed."""
    subtitle: Line | None = None
    """What stands below the title."""
    edition: Annotated[int, whole(1, 9999)] = 1
    """Raise it to publish other bytes under the same title."""
    artist: Line
    """As printed."""
    album_artist: Line | None = None
    """Default: artist."""
    album_artist_sort: Line | None = None
    """Default: artist_sort, where the two artists are one."""
    date: Date | None = None
    """Of this release."""
    original_date: Date | None = None
    """Of the first release."""
    label: Line | None = None
    """Who publishes it."""
    catalog_number: Line | None = None
    """The label's own number."""
    barcode: Barcode | None = None
    """UPC-A, EAN-13 or GTIN-14; in quotes, as it may begin with a zero."""
    license: Licence | None = None
    """An SPDX id or a URL."""
    rights: Annotated[Literal["own"], one_of("own")] | None = None
    """`own`: all rights are the author's, sharing allowed."""
    website: Url | None = None
    """Of the artist or the release."""
    musicbrainz: AlbumIds = AlbumIds()
    cover: SourcePath | None = None
    """One picture, any size; sizes are derived."""
    cover_sizes: Annotated[tuple[Annotated[int, whole(100, 10000)], ...], Count(1, 20)] = (3000, 1400, 600)
    """Longer sides in pixels: of `cover.jpg`, and of each further one; never upscaled."""
    embed: Embed = Embed()
    discs: Annotated[tuple[Disc, ...], Count(0, 99)] = ()
    """The discs' titles, where there are several."""
    extras: Annotated[tuple[SourcePath, ...], Count(0, 100)] = ()
    """Files that go into every format's folder and zip."""
    provenance: Provenance | None = None
    tracks: Annotated[tuple[Track, ...], Count(1, 1000)]
    """In the order of play."""
    stems_format: Annotated[Literal["wav", "flac"], one_of("wav", "flac")] = "wav"
    """What stems are made in."""
    formats: Annotated[tuple[Form, ...], Count(1, 50)] = Field(default=("flac", "mp3-v0"), validate_default=True)
    """What the tracks are made in: names, or maps of your own."""
    archives: Annotated[tuple[Line, ...], Count(0, 50)] = ()
    """Which of `formats` are zipped too."""
    true_peak: Annotated[Literal["warn", "error"], one_of("warn", "error")] = "warn"
    """What lossy files above 0 dBTP are; above -1 dBTP they are warned of in any case."""
    numbering: Annotated[Literal["disc", "continuous"], one_of("disc", "continuous")] = "disc"
    """Whether tracks count from 1 on each disc, or through."""
    naming: Naming | None = None
    """Default: `{track:02} {title}`, and `{disc}-{track:02} {title}` when there are several discs."""
    profiles: Annotated[None, not_made_yet("profiles", [])] = None
    """Not made yet."""
    deliver: Annotated[None, not_made_yet("deliver", [])] = None
    """Not made yet."""
    signed: Annotated[None, not_made_yet("signed", {})] = None
    """Not made yet."""
    waive: Annotated[None, not_made_yet("waive", [])] = None
    """Not made yet."""
    hls: Hls | None = None
    """A folder to stream from, `{}` for one with every default."""
    torrent: Torrents | None = None
    """A torrent of what is made, `{}` for one with every default; a list where there are several."""
    publish: Destinations = ()
    """Where `doit publish` brings it, in this order; a plain `doit` never does."""

    @model_validator(mode="before")
    @classmethod
    def own_genre_wins(cls, words: object) -> object:
        """A release's `genre` stands for the `genres` that it would inherit, and the other way round."""
        if not (isinstance(words, Map) and words.get("genre") and words.get("genres")):
            return words
        inherited = {key for key in ("genre", "genres") if words.keys_at[key].text.path != words.mark.text.path}
        return {key: value for key, value in words.items() if key not in inherited} if len(inherited) == 1 else words

    @field_validator("cover_sizes")
    @classmethod
    def sizes_once(cls, sizes: tuple[int, ...]) -> tuple[int, ...]:
        """Each size names a file."""
        return _each_once(sizes, lambda size: f"the size {size}")

    @field_validator("formats")
    @classmethod
    def folders_once(cls, formats: tuple[Form, ...]) -> tuple[Form, ...]:
        """Each format is a folder, whatever the case of its letters."""
        _each_once(tuple(names.clash_key(form.name) for form in formats), lambda name: f"the format '{name}'")
        return formats

    @field_validator("archives")
    @classmethod
    def archives_of_formats(cls, archives: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        """Each is one of the formats."""
        known = [form.name for form in info.data.get("formats", ())]
        if known and (found := [n for n, name in enumerate(archives) if name not in known]):
            raise Wrong(*(((n,), f"expected one of 'formats' ({', '.join(known)}), got '{archives[n]}'") for n in found))
        return _each_once(archives, lambda name: f"'{name}'")

    @field_validator("publish")
    @classmethod
    def destinations_once(cls, destinations: tuple[Destination, ...]) -> tuple[Destination, ...]:
        """Each is one place."""
        return once(destinations)

    @field_validator("tracks")
    @classmethod
    def tracks_agree(cls, tracks: tuple[Track, ...], info: ValidationInfo) -> tuple[Track, ...]:
        """Discs follow each other, and a recording has one ISRC."""
        found = [*_repeated_isrcs(tracks)]
        if "discs" in info.data:
            found += _missing_discs(tracks, len(info.data["discs"]))
        if found:
            raise Wrong(*found)
        return tracks

    @field_validator("torrent", mode="wrap")
    @classmethod
    def torrents_may_be_shared(
        cls, words: object, handler: ValidatorFunctionWrapHandler, info: ValidationInfo
    ) -> tuple[Torrent, ...] | None:
        """Each has a payload and a name of its own, and the release may be shared."""
        torrents: tuple[Torrent, ...] | None = handler(words)
        if torrents and (found := tuple(payload.mistakes(torrents, info.data, listed=not isinstance(words, Map)))):
            raise Wrong(*found)
        return torrents

    @model_validator(mode="after")
    def files_apart(self) -> Self:
        """Every file gets a name of its own."""
        if found := tuple(naming.clashes(self)):
            raise Wrong(*found)
        return self

    @model_validator(mode="after")
    def videos_are_streamed(self) -> Self:
        """A video goes into the folder `hls`, and its subtitles with it, and nowhere else."""
        found: list[tuple[Where, str]] = []
        for index, track in enumerate(self.tracks):
            if track.video and self.hls is None:
                found.append((("tracks", index, "video"), "is for `hls`, which is not said; add `hls: {}`"))
            if track.subtitles and not track.video:
                found.append((("tracks", index, "subtitles"), "are of a `video`, which the track has not"))
        if self.hls and not any(track.video for track in self.tracks):
            found += ((("hls", *where), "is of videos, and no track has one; take it out") for where in self.hls.of_videos)
        if found:
            raise Wrong(*found)
        return self

    @property
    def printed_artist(self) -> str:
        """`album_artist`, or `artist`."""
        return self.album_artist or self.artist

    @property
    def release_type(self) -> str:
        """`type`, or what the number of tracks says."""
        count = len(self.tracks)
        return self.type or ("single" if count <= MOST_OF_A_SINGLE else "ep" if count <= MOST_OF_AN_EP else "album")

    @property
    def year(self) -> str | None:
        """The year of `date`."""
        return self.date[:4] if self.date else None

    @cached_property
    def disc_count(self) -> int:
        """How many discs there are."""
        return max(len(self.discs), *(track.disc for track in self.tracks))

    @cached_property
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

    @cached_property
    def audio_formats(self) -> tuple[AudioFormat, ...]:
        """`formats` as values."""
        return tuple(form.audio for form in self.formats)


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


def publishing(album: Album) -> Publishing:
    """What it says of its publishing."""
    return Publishing(edition=album.edition, destinations=album.publish)


def summary(album: Album) -> str:
    """The album in the menu: type, artist, title, and how many tracks."""
    count = f"{len(album.tracks)} track{'s' * (len(album.tracks) > 1)}"
    return f"{album.release_type}  {album.printed_artist} - {album.title}  ({count})"


def _each_once(entries: tuple[Entry, ...], label: Callable[[Entry], str]) -> tuple[Entry, ...]:
    """The entries, none of which stands there twice."""
    first: dict[Entry, int] = {}
    if found := [index for index, entry in enumerate(entries) if first.setdefault(entry, index) != index]:
        raise Wrong(*(((index,), f"{label(entries[index])} stands in the list already") for index in found))
    return entries


def _missing_discs(tracks: tuple[Track, ...], announced: int) -> Iterator[tuple[Where, str]]:
    """A disc between others that has neither a track nor an entry in `discs`."""
    last = max(range(len(tracks)), key=lambda index: tracks[index].disc)
    used = {track.disc for track in tracks}
    if missing := [disc for disc in range(announced + 1, tracks[last].disc) if disc not in used]:
        yield (last, "disc"), f"disc {tracks[last].disc}, but no track is on disc {missing[0]}"


def _repeated_isrcs(tracks: tuple[Track, ...]) -> Iterator[tuple[Where, str]]:
    """One file under two ISRCs is wrong on paper already; what needs the audio is checked by `<slug>:check`."""
    seen: dict[object, tuple[int, str]] = {}
    for index, track in enumerate(tracks):
        if track.isrc:
            first, isrc = seen.setdefault(track.file, (index, track.isrc))
            if isrc != track.isrc:
                yield (index, "isrc"), f"{track.file.name} has the ISRC {isrc} in tracks[{first}] and {track.isrc} here"
