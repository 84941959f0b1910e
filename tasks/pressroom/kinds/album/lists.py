"""An album's playlist and cue sheets, but for the lengths and levels that only its files tell."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from pressroom.formats import cue, identifiers, m3u8
from pressroom.kinds.album import naming

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pressroom.formats.audio import AudioFormat
    from pressroom.kinds.album.words import Album


def playlist(album: Album, form: AudioFormat) -> m3u8.Playlist:
    """The playlist of a format."""
    entries = tuple(
        m3u8.Entry(
            path=naming.track(album, index, form.encoding.suffix, form.name),
            title=track.printed_title,
            artist=track.artist or album.artist,
            seconds=Fraction(0),
        )
        for index, track in enumerate(album.tracks)
    )
    return m3u8.Playlist(
        title=album.title,
        artist=album.printed_artist,
        entries=entries,
        genre=next(iter(album.all_genres), None),
        cover=naming.COVER if album.cover else None,
    )


def cue_sheets(album: Album, form: AudioFormat) -> Iterator[tuple[int, tuple[int, ...], cue.CueSheet]]:
    """(disc, its tracks' places in the album, its cue sheet) of each disc that a cue sheet can hold."""
    for disc in sorted({track.disc for track in album.tracks}):
        places = tuple(index for index, track in enumerate(album.tracks) if track.disc == disc)
        if len(places) <= cue.MAX_TRACKS:
            yield disc, places, _cue_sheet(album, form, disc, places)


def _cue_sheet(album: Album, form: AudioFormat, disc: int, places: tuple[int, ...]) -> cue.CueSheet:
    """The cue sheet of one disc."""
    several = album.disc_count > 1
    tracks = tuple(
        cue.CueTrack(
            title=album.tracks[index].printed_title,
            performer=album.tracks[index].artist or album.artist,
            file=naming.track(album, index, form.encoding.suffix, form.name),
            isrc=album.tracks[index].isrc,
        )
        for index in places
    )
    return cue.CueSheet(
        title=album.title,
        performer=album.printed_artist,
        tracks=tracks,
        catalog=identifiers.ean13(album.barcode) if album.barcode else None,
        date=album.date,
        genre=next(iter(album.all_genres), None),
        disc=disc if several else None,
        discs=album.disc_count if several else None,
    )
