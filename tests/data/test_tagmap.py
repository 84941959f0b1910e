from __future__ import annotations

import re
from collections import Counter

import pytest
from mutagen.id3 import Frames

from pressroom.data.tagmap import CODES, CONTAINERS, CREDITS, FIELDS, FREEFORM, PARTS, Container

ROWS = {**FIELDS, **CREDITS, **PARTS}

# The sheet of facts, as (ID3v2.4, ID3v2.3, Vorbis, MP4, APEv2); None where a container has no place.
F = FREEFORM
SPECIFIED: dict[str, tuple[str | None, str | None, str | None, str | None, str | None]] = {
    "title": ("TIT2", "TIT2", "TITLE", "©nam", "Title"),
    "subtitle": ("TIT3", "TIT3", "SUBTITLE", F + "SUBTITLE", "Subtitle"),
    "artist": ("TPE1", "TPE1", "ARTIST", "©ART", "Artist"),
    "artists": ("TXXX:ARTISTS", "TXXX:ARTISTS", "ARTISTS", F + "ARTISTS", "Artists"),
    "album_artist": ("TPE2", "TPE2", "ALBUMARTIST", "aART", "Album Artist"),
    "album": ("TALB", "TALB", "ALBUM", "©alb", "Album"),
    "title_sort": ("TSOT", None, "TITLESORT", "sonm", "TITLESORT"),
    "artist_sort": ("TSOP", None, "ARTISTSORT", "soar", "ARTISTSORT"),
    "album_artist_sort": ("TSO2", "TSO2", "ALBUMARTISTSORT", "soaa", "ALBUMARTISTSORT"),
    "album_sort": ("TSOA", None, "ALBUMSORT", "soal", "ALBUMSORT"),
    "track": ("TRCK#n", "TRCK#n", "TRACKNUMBER", "trkn#n", "Track#n"),
    "track_total": ("TRCK#of", "TRCK#of", "TRACKTOTAL", "trkn#of", "Track#of"),
    "disc": ("TPOS#n", "TPOS#n", "DISCNUMBER", "disk#n", "Disc#n"),
    "disc_total": ("TPOS#of", "TPOS#of", "DISCTOTAL", "disk#of", "Disc#of"),
    "disc_subtitle": ("TSST", None, "DISCSUBTITLE", F + "DISCSUBTITLE", "DiscSubtitle"),
    "isrc": ("TSRC", "TSRC", "ISRC", F + "ISRC", "ISRC"),
    "barcode": ("TXXX:BARCODE", "TXXX:BARCODE", "BARCODE", F + "BARCODE", "Barcode"),
    "label": ("TPUB", "TPUB", "LABEL", F + "LABEL", "Label"),
    "catalog_number": ("TXXX:CATALOGNUMBER", "TXXX:CATALOGNUMBER", "CATALOGNUMBER", F + "CATALOGNUMBER", "CatalogNumber"),
    "copyright": ("TCOP", "TCOP", "COPYRIGHT", "cprt", "Copyright"),
    "phonogram": (
        "TPRO",
        "TXXX:PHONOGRAPHIC_COPYRIGHT",
        "PHONOGRAPHIC_COPYRIGHT",
        F + "PHONOGRAPHIC_COPYRIGHT",
        "PHONOGRAPHIC_COPYRIGHT",
    ),
    "license": ("TXXX:LICENSE", "TXXX:LICENSE", "LICENSE", F + "LICENSE", "LICENSE"),
    "license_url": ("WCOP", "WCOP", "LICENSE_URL", F + "LICENSE_URL", "LICENSE_URL"),
    "date": ("TDRC", "TYER", "DATE", "©day", "Year"),
    "original_date": ("TDOR", "TORY", "ORIGINALDATE", F + "ORIGINALDATE", "ORIGINALDATE"),
    "genres": ("TCON", "TCON", "GENRE", "©gen", "Genre"),
    "bpm": ("TBPM", "TBPM", "BPM", "tmpo", "BPM"),
    "key": ("TKEY", "TKEY", "KEY", F + "initialkey", "KEY"),
    "mood": ("TMOO", None, "MOOD", F + "MOOD", "Mood"),
    "comment": ("COMM", "COMM", "COMMENT", "©cmt", "Comment"),
    "website": ("WOAR", "WOAR", "WEBSITE", F + "WEBSITE", "Weblink"),
    "compilation": ("TCMP", "TCMP", "COMPILATION", "cpil", "Compilation"),
    "gapless": (None, None, None, "pgap", None),
    "explicit": ("TXXX:ITUNESADVISORY", "TXXX:ITUNESADVISORY", "ITUNESADVISORY", "rtng", "ITUNESADVISORY"),
    "media_kind": (None, None, None, "stik", None),
    "musicbrainz_recording": (
        "UFID:http://musicbrainz.org",
        "UFID:http://musicbrainz.org",
        "MUSICBRAINZ_TRACKID",
        F + "MusicBrainz Track Id",
        "MUSICBRAINZ_TRACKID",
    ),
    "musicbrainz_release": (
        "TXXX:MusicBrainz Album Id",
        "TXXX:MusicBrainz Album Id",
        "MUSICBRAINZ_ALBUMID",
        F + "MusicBrainz Album Id",
        "MUSICBRAINZ_ALBUMID",
    ),
    "composer": ("TCOM", "TCOM", "COMPOSER", "©wrt", "Composer"),
    "lyricist": ("TEXT", "TEXT", "LYRICIST", F + "LYRICIST", "Lyricist"),
    "conductor": ("TPE3", "TPE3", "CONDUCTOR", F + "CONDUCTOR", "Conductor"),
    "remixer": ("TPE4", "TPE4", "REMIXER", F + "REMIXER", "MixArtist"),
    "producer": ("TIPL:producer", "IPLS:producer", "PRODUCER", F + "PRODUCER", "Producer"),
    "engineer": ("TIPL:engineer", "IPLS:engineer", "ENGINEER", F + "ENGINEER", "Engineer"),
    "mixer": ("TIPL:mix", "IPLS:mix", "MIXER", F + "MIXER", "Mixer"),
    "arranger": ("TIPL:arranger", "IPLS:arranger", "ARRANGER", F + "ARRANGER", "Arranger"),
    "dj_mixer": ("TIPL:DJ-mix", "IPLS:DJ-mix", "DJMIXER", F + "DJMIXER", "DJMixer"),
    "performer": ("TMCL", "IPLS", "PERFORMER", F + "PERFORMER", "Performer"),
    "language": ("TLAN", "TLAN", "LANGUAGE", F + "LANGUAGE", "Language"),
    "lyrics": ("USLT", "USLT", "LYRICS", "©lyr", "Lyrics"),
    "synced": ("SYLT", "SYLT", "LYRICS", F + "LYRICS", "Lyrics"),
    "picture": ("APIC", "APIC", "METADATA_BLOCK_PICTURE", "covr", "Cover Art (Front)"),
}

ALBUM_WORDS = (
    *("title", "subtitle", "version", "edition", "artist", "artists", "album_artist"),
    *("title_sort", "artist_sort", "album_artist_sort", "date", "original_date", "label", "catalog_number"),
    *("barcode", "genres", "language", "copyright", "phonogram", "license", "explicit"),
    *("comment", "website", "cover", "discs", "isrc", "iswc", "bpm"),
    *("key", "mood", "lyrics", "credits", "musicbrainz", "provenance"),
)
FED = {
    "cover": ("picture",),
    "discs": ("disc", "disc_total", "disc_subtitle"),
    "credits": ("composer", "lyricist", "performer", "producer", "engineer", "mixer", "arranger", "conductor", "remixer"),
    "lyrics": ("lyrics", "synced"),
    "musicbrainz": (
        *("musicbrainz_release", "musicbrainz_release_group", "musicbrainz_artist", "musicbrainz_album_artist"),
        *("musicbrainz_recording", "musicbrainz_release_track", "musicbrainz_work"),
    ),
    "provenance": ("provenance_generator", "provenance_version", "provenance_build", "provenance_url"),
}


@pytest.mark.parametrize("field", SPECIFIED)
def test_a_field_stands_where_the_specifications_put_it(field: str) -> None:
    """Each field has the key that other programs look for."""
    places = (ROWS[field][container] for container in CONTAINERS[:5])
    assert SPECIFIED[field] == tuple(keys[0] if keys else None for keys in places)


@pytest.mark.parametrize("word", ALBUM_WORDS)
def test_every_word_of_an_album_has_a_place_in_every_container(word: str) -> None:
    """What a release says about its music is in its files, whatever the format."""
    for field in FED.get(word, (word,)):
        lacking = {container for container in CONTAINERS if not ROWS[field][container]}
        assert lacking <= {"id3v23"}


@pytest.mark.parametrize("container", CONTAINERS)
def test_no_two_fields_share_a_key(container: Container) -> None:
    """No field overwrites another; only LRC text stands in the key of plain lyrics, where players look for it."""
    counts = Counter(key.casefold() for places in ROWS.values() for key in places[container])
    meant = {"vorbis": ["lyrics"], "opus": ["lyrics"], "ape": ["lyrics"]}.get(container, [])
    assert meant == [key for key, count in counts.items() if count > 1]


def test_id3v23_lacks_what_came_with_id3v24() -> None:
    """ID3v2.3 has no mood, no disc title, and of the sort forms only those that iTunes added."""
    lost = {field for field, places in ROWS.items() if places["id3v24"] and not places["id3v23"]}
    assert {"mood", "disc_subtitle", "title_sort", "artist_sort", "album_sort"} == lost


def test_opus_has_gains_of_its_own() -> None:
    """Opus takes R128_* and no REPLAYGAIN_*, every other container the reverse (RFC 7845, 5.2.1)."""
    for field, places in FIELDS.items():
        if field.startswith("replaygain_"):
            assert [c for c in CONTAINERS if places[c]] == ["id3v24", "id3v23", "vorbis", "mp4", "ape"]
        elif field.startswith("r128_"):
            assert [c for c in CONTAINERS if places[c]] == ["opus"]
        else:
            assert places["opus"] == places["vorbis"]


@pytest.mark.parametrize("field", ROWS)
def test_every_key_is_legal_in_its_container(field: str) -> None:
    """No key is refused by a program that goes by the specification."""
    places = ROWS[field]
    for key in (*places["id3v24"], *places["id3v23"]):
        assert re.split("[:#]", key)[0] in Frames
    for key in (*places["vorbis"], *places["opus"]):
        assert re.fullmatch(r"[A-Z0-9_]+", key)
    for key in places["ape"]:
        assert re.fullmatch("[ -~]{2,255}", key)
    for key in places["mp4"]:
        assert key.startswith(FREEFORM) or len(key.partition("#")[0].encode("latin-1")) == 4


def test_codes_belong_to_fields() -> None:
    """Every word that files write as a number is the word of a field, and each number stands for one word."""
    assert CODES.keys() <= FIELDS.keys()
    for codes in CODES.values():
        assert len(codes) == len(set(codes.values()))


def test_the_second_of_two_totals_is_written_for_older_players() -> None:
    """Vorbis comments have two customs for totals and keys: both are written."""
    assert FIELDS["track_total"]["vorbis"] == ("TRACKTOTAL", "TOTALTRACKS")
    assert FIELDS["disc_total"]["vorbis"] == ("DISCTOTAL", "TOTALDISCS")
    assert FIELDS["key"]["vorbis"] == ("KEY", "INITIALKEY")
    assert FIELDS["date"]["id3v23"] == ("TYER", "TDAT")
