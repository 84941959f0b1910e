"""The tag map: where each field of a release stands in ID3v2.4, ID3v2.3, Vorbis comments, MP4, APEv2 and Opus.

Sources: metabrainz/picard-docs, appendices/tag_mapping.rst; id3.org, id3v2.4.0-frames and id3v2.3.0; xiph.org, "Ogg Vorbis I
format specification: comment field and header specification"; RFC 7845, section 5.2.1 (Opus has gains of its own and no
REPLAYGAIN_*); Hydrogenaudio wiki, "APE key". No source names PHONOGRAPHIC_COPYRIGHT, LICENSE_URL, EDITION, PROVENANCE_*, nor
the MP4 atoms WEBSITE, ORIGINALDATE and PERFORMER: these are pressroom's own. ID3v2.3 lacks TMOO, TPRO, TSOA, TSOP, TSOT, TSST.

In the tables `-` is none, `=` the place to the left, `A+B` both of two keys; `X` is a TXXX frame and `F` a freeform MP4 atom,
with a name of its own after a colon, else with the Vorbis name; `FX` has the TXXX frame's name; `V` is the Vorbis key. `#n`
and `#of` are the number and the total of one value such as `3/10`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Literal

Container = Literal["id3v24", "id3v23", "vorbis", "mp4", "ape", "opus"]
Places = Mapping[Container, tuple[str, ...]]
"""The keys of one field by container: the first is read, all are written; none where it cannot be held."""

CONTAINERS: tuple[Container, ...] = ("id3v24", "id3v23", "vorbis", "mp4", "ape", "opus")
FREEFORM = "----:com.apple.iTunes:"

_FIELDS = """
title             | TIT2 | = | TITLE           | ©nam | Title        | V
subtitle          | TIT3 | = | SUBTITLE        | F    | Subtitle     | V
version           | X    | = | VERSION         | F    | Version      | V
artist            | TPE1 | = | ARTIST          | ©ART | Artist       | V
artists           | X    | = | ARTISTS         | F    | Artists      | V
album_artist      | TPE2 | = | ALBUMARTIST     | aART | Album Artist | V
album             | TALB | = | ALBUM           | ©alb | Album        | V
title_sort        | TSOT | - | TITLESORT       | sonm | V            | V
artist_sort       | TSOP | - | ARTISTSORT      | soar | V            | V
album_artist_sort | TSO2 | = | ALBUMARTISTSORT | soaa | V            | V
album_sort        | TSOA | - | ALBUMSORT       | soal | V            | V

track          | TRCK#n  | = | TRACKNUMBER            | trkn#n  | Track#n       | V
track_total    | TRCK#of | = | TRACKTOTAL+TOTALTRACKS | trkn#of | Track#of      | V
disc           | TPOS#n  | = | DISCNUMBER             | disk#n  | Disc#n        | V
disc_total     | TPOS#of | = | DISCTOTAL+TOTALDISCS   | disk#of | Disc#of       | V
disc_subtitle  | TSST    | - | DISCSUBTITLE           | F       | DiscSubtitle  | V
isrc           | TSRC    | = | ISRC                   | F       | V             | V
iswc           | X       | = | ISWC                   | F       | V             | V
barcode        | X       | = | BARCODE                | F       | Barcode       | V
label          | TPUB    | = | LABEL                  | F       | Label         | V
catalog_number | X       | = | CATALOGNUMBER          | F       | CatalogNumber | V

copyright   | TCOP | = | COPYRIGHT              | cprt | Copyright | V
phonogram   | TPRO | X | PHONOGRAPHIC_COPYRIGHT | F    | V         | V
license     | X    | = | LICENSE                | F    | V         | V
license_url | WCOP | = | LICENSE_URL            | F    | V         | V

date          | TDRC | TYER+TDAT | DATE           | ©day         | Year    | V
original_date | TDOR | TORY      | ORIGINALDATE   | F            | V       | V
genres        | TCON | =         | GENRE          | ©gen         | Genre   | V
bpm           | TBPM | =         | BPM            | tmpo         | V       | V
key           | TKEY | =         | KEY+INITIALKEY | F:initialkey | KEY     | V
mood          | TMOO | -         | MOOD           | F            | Mood    | V
comment       | COMM | =         | COMMENT        | ©cmt         | Comment | V
website       | WOAR | =         | WEBSITE        | F            | Weblink | V

compilation | TCMP | = | COMPILATION    | cpil | Compilation | V
gapless     | -    | - | -              | pgap | -           | -
explicit    | X    | = | ITUNESADVISORY | rtng | V           | V
media_kind  | -    | - | -              | stik | -           | -

release_type | X:MusicBrainz Album Type | = | RELEASETYPE | FX | MUSICBRAINZ_ALBUMTYPE | V

replaygain_track_gain         | X | = | REPLAYGAIN_TRACK_GAIN         | F | V | -
replaygain_track_peak         | X | = | REPLAYGAIN_TRACK_PEAK         | F | V | -
replaygain_track_range        | X | = | REPLAYGAIN_TRACK_RANGE        | F | V | -
replaygain_album_gain         | X | = | REPLAYGAIN_ALBUM_GAIN         | F | V | -
replaygain_album_peak         | X | = | REPLAYGAIN_ALBUM_PEAK         | F | V | -
replaygain_album_range        | X | = | REPLAYGAIN_ALBUM_RANGE        | F | V | -
replaygain_reference_loudness | X | = | REPLAYGAIN_REFERENCE_LOUDNESS | F | V | -
r128_track_gain               | - | - | -                             | - | - | R128_TRACK_GAIN
r128_album_gain               | - | - | -                             | - | - | R128_ALBUM_GAIN

musicbrainz_recording     | UFID:http://musicbrainz.org    | = | MUSICBRAINZ_TRACKID        | F:MusicBrainz Track Id | V | V
musicbrainz_release_track | X:MusicBrainz Release Track Id | = | MUSICBRAINZ_RELEASETRACKID | FX                     | V | V
musicbrainz_release       | X:MusicBrainz Album Id         | = | MUSICBRAINZ_ALBUMID        | FX                     | V | V
musicbrainz_release_group | X:MusicBrainz Release Group Id | = | MUSICBRAINZ_RELEASEGROUPID | FX                     | V | V
musicbrainz_artist        | X:MusicBrainz Artist Id        | = | MUSICBRAINZ_ARTISTID       | FX                     | V | V
musicbrainz_album_artist  | X:MusicBrainz Album Artist Id  | = | MUSICBRAINZ_ALBUMARTISTID  | FX                     | V | V
musicbrainz_work          | X:MusicBrainz Work Id          | = | MUSICBRAINZ_WORKID         | FX                     | V | V

edition              | X    | = | EDITION              | F    | Edition   | V
provenance_generator | X    | = | PROVENANCE_GENERATOR | F    | V         | V
provenance_version   | X    | = | PROVENANCE_VERSION   | F    | V         | V
provenance_build     | X    | = | PROVENANCE_BUILD     | F    | V         | V
provenance_url       | X    | = | PROVENANCE_URL       | F    | V         | V
"""

_CREDITS = """
composer  | TCOM          | =             | COMPOSER  | ©wrt | Composer  | V
lyricist  | TEXT          | =             | LYRICIST  | F    | Lyricist  | V
arranger  | TIPL:arranger | IPLS:arranger | ARRANGER  | F    | Arranger  | V
conductor | TPE3          | =             | CONDUCTOR | F    | Conductor | V
performer | TMCL          | IPLS          | PERFORMER | F    | Performer | V
producer  | TIPL:producer | IPLS:producer | PRODUCER  | F    | Producer  | V
engineer  | TIPL:engineer | IPLS:engineer | ENGINEER  | F    | Engineer  | V
mixer     | TIPL:mix      | IPLS:mix      | MIXER     | F    | Mixer     | V
dj_mixer  | TIPL:DJ-mix   | IPLS:DJ-mix   | DJMIXER   | F    | DJMixer   | V
remixer   | TPE4          | =             | REMIXER   | F    | MixArtist | V
"""

_PARTS = """
language     | TLAN | = | LANGUAGE               | F    | Language          | V
lyrics       | USLT | = | LYRICS                 | ©lyr | Lyrics            | V
synced       | SYLT | = | LYRICS                 | F    | Lyrics            | V
plain_lyrics | -    | - | UNSYNCEDLYRICS         | -    | V                 | V
picture      | APIC | = | METADATA_BLOCK_PICTURE | covr | Cover Art (Front) | V
"""


def _rows(table: str) -> Iterator[tuple[str, Places]]:
    """The name and the places of each line of `table`."""
    for line in filter(None, table.splitlines()):
        name, id3v24, id3v23, vorbis, *others = (cell.strip() for cell in line.split("|"))
        written = (id3v24, id3v24 if id3v23 == "=" else id3v23, vorbis, *others)
        cells = zip(CONTAINERS, written, strict=True)
        places: Places = {container: _keys(place, vorbis, id3v24) for container, place in cells}
        yield name, MappingProxyType(places)


def _keys(place: str, vorbis: str, id3v24: str) -> tuple[str, ...]:
    """The keys that one cell names, given its neighbours that it may refer to."""
    named = {"-": "", "V": vorbis, "X": f"X:{vorbis}", "F": f"F:{vorbis}", "FX": id3v24.replace("X:", "F:")}.get(place, place)
    full = (re.sub("^X:", "TXXX:", re.sub("^F:", FREEFORM, key)) for key in named.split("+"))
    return tuple(filter(None, full))


FIELDS: Mapping[str, Places] = MappingProxyType(dict(_rows(_FIELDS)))
"""The names that `TagSet.fields` may have."""

CREDITS: Mapping[str, Places] = MappingProxyType(dict(_rows(_CREDITS)))
"""The roles of `TagSet.credits` that have places of their own, in the order in which files list them."""

PARTS: Mapping[str, Places] = MappingProxyType(dict(_rows(_PARTS)))
"""The other parts of a TagSet, and the cover; `plain_lyrics` are the words beside synced ones, where both want one key."""

CODES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "compilation": MappingProxyType({"false": "0", "true": "1"}),
        "gapless": MappingProxyType({"false": "0", "true": "1"}),
        "explicit": MappingProxyType({"false": "0", "true": "1", "clean": "2"}),
        "media_kind": MappingProxyType({"music": "1", "audiobook": "2", "podcast": "21"}),
    }
)
"""Fields whose words are numbers in files (the values of iTunes' atoms `cpil`, `pgap`, `rtng` and `stik`)."""
