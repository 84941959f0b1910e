"""What a track's tags say: the album's words and the track's own, by the fields of the tag map."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pressroom.formats import identifiers, tagset

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pressroom.kinds.album.track import Track
    from pressroom.kinds.album.words import Album
    from pressroom.kinds.parts import Credit


def track_tags(album: Album, index: int) -> tagset.TagSet:
    """Every tag of a track but the lyrics, the levels and the cover, which stand in files."""
    track = album.tracks[index]
    words = {**_album_words(album), **_position(album, index), **_track_words(album, track), **_ids(album, track)}
    return tagset.TagSet(
        fields=_fields(words),
        credits=_credits(track.credits or album.credits),
        language=track.language or album.language,
    )


def stem_tags(album: Album, index: int, name: str) -> tagset.TagSet:
    """The tags of a stem: enough to know whose and which it is, and at what tempo and key to use it."""
    track = album.tracks[index]
    kept = ("artist", "artists", "album", "album_artist", "copyright", "license", "license_url", "bpm", "key", "date", "label")
    words = {**_album_words(album), **_track_words(album, track)}
    return tagset.TagSet(fields=_fields({**{key: words.get(key) for key in kept}, "title": f"{track.printed_title} ({name})"}))


def _album_words(album: Album) -> dict[str, object]:
    """What all tracks have in common."""
    provenance = album.provenance
    return {
        "album": album.title,
        "album_sort": album.title_sort,
        "album_artist": album.printed_artist,
        "album_artist_sort": album.album_artist_sort or (album.artist_sort if album.printed_artist == album.artist else None),
        "subtitle": album.subtitle,
        "date": album.date,
        "original_date": album.original_date,
        "label": album.label,
        "catalog_number": album.catalog_number,
        "barcode": album.barcode,
        "license": album.license,
        "license_url": identifiers.licence_url(album.license) if album.license else None,
        "website": album.website,
        "edition": str(album.edition) if album.edition > 1 else None,
        "release_type": album.release_type,
        "compilation": "true" if album.release_type == "compilation" else None,
        "gapless": "true",
        "media_kind": "music",
        "provenance_generator": provenance and provenance.generator,
        "provenance_version": provenance and provenance.version,
        "provenance_build": provenance and provenance.build,
        "provenance_url": provenance and provenance.url,
    }


def _position(album: Album, index: int) -> dict[str, object]:
    """Which track and disc it is, of how many."""
    disc = album.tracks[index].disc
    on_disc = [album.numbers[n] for n, track in enumerate(album.tracks) if track.disc == disc]
    total = len(album.tracks) if album.numbering == "continuous" else len(on_disc)
    title = album.discs[disc - 1].title if disc <= len(album.discs) else None
    told = album.disc_count > 1 or title is not None
    return {
        "track": str(album.numbers[index]),
        "track_total": str(total),
        "disc": str(disc) if told else None,
        "disc_total": str(album.disc_count) if told else None,
        "disc_subtitle": title,
    }


def _track_words(album: Album, track: Track) -> dict[str, object]:
    """The track's own words, over the album's where both have them."""
    own_artist = track.artist not in (None, album.artist)
    return {
        "title": track.printed_title,
        "title_sort": track.title_sort,
        "version": track.version,
        "artist": track.artist or album.artist,
        "artists": _separate_names(album, track),
        "artist_sort": track.artist_sort or (None if own_artist else album.artist_sort),
        "isrc": track.isrc,
        "iswc": track.iswc,
        "bpm": None if track.bpm is None else f"{track.bpm:g}",
        "key": track.key,
        "mood": track.mood,
        "genres": track.all_genres or album.all_genres,
        "copyright": track.copyright or album.copyright,
        "phonogram": track.phonogram or album.phonogram,
        "comment": track.comment or album.comment,
        "explicit": _advisory(album.explicit if track.explicit is None else track.explicit),
    }


def _separate_names(album: Album, track: Track) -> tuple[str, ...]:
    """Everybody who is heard, one by one; none where `artist` says it all."""
    names = track.artists or (album.artists if track.artist in (None, album.artist) else ())
    return (*(names or (track.artist or album.artist,)), *track.featuring) if names or track.featuring else ()


def _ids(album: Album, track: Track) -> dict[str, object]:
    """The MusicBrainz identifiers."""
    return {
        "musicbrainz_recording": track.musicbrainz.recording,
        "musicbrainz_release_track": track.musicbrainz.release_track,
        "musicbrainz_artist": track.musicbrainz.artist
        or (None if track.artist not in (None, album.artist) else album.musicbrainz.artist),
        "musicbrainz_work": track.musicbrainz.work,
        "musicbrainz_release": album.musicbrainz.release,
        "musicbrainz_release_group": album.musicbrainz.release_group,
        "musicbrainz_album_artist": album.musicbrainz.album_artist
        or (album.musicbrainz.artist if album.printed_artist == album.artist else None),
    }


def _advisory(explicit: bool | str | None) -> str | None:  # noqa: FBT001  # the word's own values
    """`true`, `false` or `clean`, as the tag map names them."""
    return None if explicit is None else str(explicit).lower()


def _fields(words: dict[str, object]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The words that are said, as sorted (field, values) pairs."""
    listed = {key: value if isinstance(value, tuple) else (str(value),) for key, value in words.items() if value}
    return tuple(sorted((key, tuple(map(str, values))) for key, values in listed.items()))


def _credits(credits: Iterable[Credit]) -> tuple[tagset.Credit, ...]:  # noqa: A002  # the field's own word
    """The credits as values."""
    return tuple(tagset.Credit(name=one.name, role=one.role, instrument=one.instrument) for one in credits)
