"""What a track's tags say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pressroom.formats.tagset import Credit
from pressroom.kinds.album.tags import stem_tags, track_tags

if TYPE_CHECKING:
    from tests.kinds.conftest import Reader

FULL = """\
kind: album
title: Moon
subtitle: Songs at Night
edition: 2
artist: The Lanterns & Mira
artists: [The Lanterns, Mira]
artist_sort: Lanterns, The
date: 2026-05-01
original_date: 2024
label: Lantern Records
catalog_number: LR-001
barcode: "0724384260958"
genres: [Electronic, Ambient]
language: en
copyright: 2026 Lantern Records
phonogram: 2025 Lantern Records
license: CC-BY-4.0
explicit: false
comment: A remark.
website: https://lanterns.example
musicbrainz: {release: f4a31f0a-51dd-4fa7-986d-3095c40c5ed9, artist: f4a31f0a-51dd-4fa7-986d-3095c40c5ed8}
credits: [{name: Ana Bell, role: composer}]
discs: [{title: Dusk}]
provenance: {generator: compose.py, version: "1", build: "2", url: "https://a.example"}
tracks:
  - title: Rise
    file: 1.wav
    bpm: 120
    key: Am
    mood: Calm
    isrc: QZ-ABC-26-00001
    iswc: T-034.524.680-1
    title_sort: "Rise, The"
  - title: Fall
    file: 2.wav
    disc: 2
    artist: Bo
    featuring: [Zoë]
    version: Live
    genre: House
    language: pt-BR
    copyright: mine
    phonogram: mine too
    comment: Another.
    explicit: true
    credits: [{name: Bo, role: performer, instrument: harp}]
    musicbrainz: {recording: f4a31f0a-51dd-4fa7-986d-3095c40c5ed7}
    stems: {drums: d.wav}
"""
SHARED = {
    "musicbrainz_album_artist": ("f4a31f0a-51dd-4fa7-986d-3095c40c5ed8",),
    "album": ("Moon",),
    "album_artist": ("The Lanterns & Mira",),
    "album_artist_sort": ("Lanterns, The",),
    "barcode": ("0724384260958",),
    "catalog_number": ("LR-001",),
    "date": ("2026-05-01",),
    "disc_total": ("2",),
    "edition": ("2",),
    "gapless": ("true",),
    "label": ("Lantern Records",),
    "license": ("CC-BY-4.0",),
    "license_url": ("https://creativecommons.org/licenses/by/4.0/",),
    "media_kind": ("music",),
    "musicbrainz_release": ("f4a31f0a-51dd-4fa7-986d-3095c40c5ed9",),
    "original_date": ("2024",),
    "provenance_build": ("2",),
    "provenance_generator": ("compose.py",),
    "provenance_url": ("https://a.example",),
    "provenance_version": ("1",),
    "release_type": ("single",),
    "subtitle": ("Songs at Night",),
    "track": ("1",),
    "track_total": ("1",),
    "website": ("https://lanterns.example",),
}


def test_a_track_says_the_albums_words(read: Reader) -> None:
    """Every word of the album that a tag can hold is in each track's tags."""
    tags = track_tags(read(FULL), 0)
    own = {
        "artist": ("The Lanterns & Mira",),
        "artist_sort": ("Lanterns, The",),
        "artists": ("The Lanterns", "Mira"),
        "bpm": ("120",),
        "comment": ("A remark.",),
        "copyright": ("2026 Lantern Records",),
        "disc": ("1",),
        "disc_subtitle": ("Dusk",),
        "explicit": ("false",),
        "genres": ("Electronic", "Ambient"),
        "isrc": ("QZABC2600001",),
        "iswc": ("T-034.524.680-1",),
        "key": ("Am",),
        "mood": ("Calm",),
        "musicbrainz_artist": ("f4a31f0a-51dd-4fa7-986d-3095c40c5ed8",),
        "phonogram": ("2025 Lantern Records",),
        "title": ("Rise",),
        "title_sort": ("Rise, The",),
    }
    assert SHARED | own == dict(tags.fields)
    assert ((Credit(name="Ana Bell", role="composer"),), "en") == (tags.credits, tags.language)


def test_a_tracks_own_words_win(read: Reader) -> None:
    """A track's words take the place of the album's; another artist inherits no sort form and no identifier."""
    tags = track_tags(read(FULL), 1)
    own = {
        "artist": ("Bo",),
        "artists": ("Bo", "Zoë"),
        "comment": ("Another.",),
        "copyright": ("mine",),
        "disc": ("2",),
        "explicit": ("true",),
        "genres": ("House",),
        "musicbrainz_recording": ("f4a31f0a-51dd-4fa7-986d-3095c40c5ed7",),
        "phonogram": ("mine too",),
        "title": ("Fall (feat. Zoë) [Live]",),
        "version": ("Live",),
    }
    assert SHARED | own == dict(tags.fields)
    assert ((Credit(name="Bo", role="performer", instrument="harp"),), "pt-BR") == (tags.credits, tags.language)


def test_a_stem_says_whose_and_which_it_is(read: Reader) -> None:
    """A stem has the words that one needs to use it, and nothing of the finished track."""
    fields = dict(stem_tags(read(FULL), 1, "drums").fields)
    assert ("Fall (feat. Zoë) [Live] (drums)",) == fields["title"]
    assert {"isrc", "explicit", "comment", "musicbrainz_recording"} & set(fields) == set()


@pytest.mark.parametrize(
    ("words", "field", "values"),
    [
        ("artist: A", "artists", ("A", "G")),
        ("artist: A\nartists: [X, Y]", "artists", ("X", "Y", "G")),
        ("artist: A\nalbum_artist: B\nartist_sort: S", "album_artist_sort", None),
        ("artist: A\nalbum_artist: A\nartist_sort: S", "album_artist_sort", ("S",)),
        ("artist: A\ntype: compilation", "compilation", ("true",)),
        ("artist: A\nexplicit: clean", "explicit", ("clean",)),
        ("artist: A\nartists: [X]", "artists", ("X", "G")),
        ("artist: A", "explicit", None),
        ("artist: A", "disc", None),
        ("artist: A", "edition", None),
    ],
)
def test_what_goes_without_saying(words: str, field: str, values: tuple[str, ...] | None, read: Reader) -> None:
    """Names and sort forms follow from each other only where the artist is the same, and defaults are not tags."""
    tags = track_tags(read(f"kind: album\ntitle: Moon\n{words}\ntracks: [{{title: a, file: a.wav, featuring: [G]}}]"), 0)
    assert values == dict(tags.fields).get(field)


def test_a_discs_title_comes_with_its_number(read: Reader) -> None:
    """A player that shows the title of the only disc knows which disc that is."""
    words = "kind: album\ntitle: A\nartist: B\nformats: [flac]\n"
    fields = dict(track_tags(read(words + "discs: [{title: Dusk}]\ntracks: [{title: C, file: m.wav}]"), 0).fields)
    assert (("1",), ("1",), ("Dusk",)) == tuple(fields.get(key) for key in ("disc", "disc_total", "disc_subtitle"))
