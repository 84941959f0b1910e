from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressroom.formats.m3u8 import Entry, Playlist, playlist

GOLDEN = Path(__file__).parents[1] / "golden" / "night-signals.m3u8"
RISE = Entry(path="01 Rise.flac", title="Rise", artist="The Lanterns", seconds=Fraction(10584001, 44100))
ALBUM = Playlist(
    title="Night Signals",
    artist="The Lanterns",
    genre="Electronic",
    cover="cover.jpg",
    entries=(RISE, Entry(path="#2/02 Größe.flac", title="Größe,\nTeil 2", artist="Ada", seconds=Fraction(1, 3))),
)
SMALL = Playlist(title="Dusk", artist="Ada", entries=(RISE,))


def test_playlist_says_everything_it_knows() -> None:
    """A player shows the album, its artist and cover, and each track's length before it has opened a file."""
    assert GOLDEN.read_bytes().decode() == playlist(ALBUM)


def test_playlist_leaves_out_what_is_absent() -> None:
    """A release without genre and cover has neither line."""
    expected = "#EXTM3U\n#PLAYLIST:Dusk\n#EXTALB:Dusk\n#EXTART:Ada\n#EXTINF:240,The Lanterns - Rise\n01 Rise.flac\n"
    assert expected == playlist(SMALL)


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("a/b.mp3", "a/b.mp3"),
        ("#1.mp3", "./#1.mp3"),
        (" 1.mp3", "./ 1.mp3"),
        ("http:x.mp3", "./http:x.mp3"),
        ("a/b:c.mp3", "a/b:c.mp3"),
    ],
)
def test_path_stays_a_path(path: str, line: str) -> None:
    """A file whose name begins with a hash is played, not taken for a comment."""
    assert line == playlist(replace(SMALL, entries=(replace(RISE, path=path),))).splitlines()[-1]


@pytest.mark.parametrize("path", ["", "/a.mp3", "a\n.mp3", "a.mp3 ", "\ta.mp3"])
def test_path_that_no_line_can_hold_is_refused(path: str) -> None:
    """A path that a player would read as another one is an error."""
    expected = f"expected a relative path on one line with no space at its end, got {path!r}"
    with pytest.raises(ValueError, match=f"^{re.escape(expected)}$"):
        playlist(replace(SMALL, entries=(replace(RISE, path=path),)))


@given(st.text())
def test_no_title_adds_a_line(title: str) -> None:
    """Whatever a title holds, the playlist has the same number of lines."""
    text = playlist(replace(SMALL, title=title, entries=(replace(RISE, title=title),)))
    assert len(text.splitlines()) == 6
