"""The words of an album, and how they agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pressroom.kinds.album import summary

if TYPE_CHECKING:
    from tests.kinds.conftest import Reader, Refuser

UNMADE = (
    ("profiles", "[spotify]"),
    ("deliver", "[bandcamp]"),
    ("signed", "x"),
    ("waive", "[{rule: true-peak}]"),
)
HEAD = "kind: album\ntitle: Moon\nartist: A\n"


def tracks(*words: str) -> str:
    """An album of tracks with words of their own."""
    rows = [f"- {{title: T{n}, file: {n}.wav, {own}}}\n" for n, own in enumerate(words, 1)]
    return f"{HEAD}tracks:\n{''.join(rows)}"


@pytest.mark.parametrize(("count", "kind"), [(1, "single"), (3, "single"), (4, "ep"), (6, "ep"), (7, "album")])
def test_the_number_of_tracks_is_the_type(count: int, kind: str, read: Reader) -> None:
    """1 to 3 tracks are a single, 4 to 6 an EP, more an album, unless `type` says another."""
    assert kind == read(tracks(*[""] * count)).release_type
    assert "live" == read(tracks(*[""] * count) + "type: live").release_type


@pytest.mark.parametrize(
    ("words", "printed"),
    [
        ("title: Rise", "Rise"),
        ("title: Rise, version: Live", "Rise [Live]"),
        ("title: Rise, featuring: [A]", "Rise (feat. A)"),
        ("title: Rise, featuring: [A, B]", "Rise (feat. A & B)"),
        ("title: Rise, featuring: [A, B, C], version: Demo", "Rise (feat. A, B & C) [Demo]"),
    ],
)
def test_a_title_is_printed_with_guests_and_version(words: str, printed: str, read: Reader) -> None:
    """Guests stand in round brackets, the version in square ones."""
    assert printed == read(f"{HEAD}tracks: [{{{words}, file: a.wav}}]").tracks[0].printed_title


@pytest.mark.parametrize(
    ("numbering", "numbers"), [("", (1, 2, 1)), ("numbering: disc", (1, 2, 1)), ("numbering: continuous", (1, 2, 3))]
)
def test_tracks_count_on_each_disc_or_through(numbering: str, numbers: tuple[int, ...], read: Reader) -> None:
    """Tracks count from 1 on each disc, unless `numbering` is continuous."""
    assert numbers == read(tracks("disc: 1", "disc: 1", "disc: 2") + numbering).numbers


def test_a_disc_may_be_announced_without_tracks(read: Reader) -> None:
    """`discs` may name more discs than are made here: a film on the second, say."""
    assert 2 == read(tracks("") + "discs: [{title: Dusk}, {title: Dawn}]").disc_count


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (tracks("disc: 3"), ["5:34: tracks[0].disc: disc 3, but no track is on disc 1"]),
        (tracks("disc: 3") + "discs: [{title: a}]", ["5:34: tracks[0].disc: disc 3, but no track is on disc 2"]),
        (
            f"{HEAD}tracks:\n- {{title: a, file: a.wav, isrc: QZABC2600001}}\n- {{title: b, file: a.wav, isrc: QZABC2600002}}",
            ["6:33: tracks[1].isrc: a.wav has the ISRC QZABC2600001 in tracks[0] and QZABC2600002 here"],
        ),
        (
            tracks("") + "archives: [flac, zip, flac]",
            ["6:18: archives[1]: expected one of 'formats' (flac, mp3-v0), got 'zip'"],
        ),
        (tracks("") + "archives: [flac, flac]", ["6:18: archives[1]: 'flac' stands in the list already"]),
        (tracks("") + "cover_sizes: [600, 300, 600]", ["6:25: cover_sizes[2]: the size 600 stands in the list already"]),
        (tracks("genre: a, genres: [b]"), ["5:46: 'genre' or 'genres', not both"]),
        (f"{HEAD}tracks: []", ["4:9: tracks: expected at least one entry, got an empty list"]),
        (f"{HEAD}tracks: [{'a,' * 1001}]", ["4:9: tracks: expected at most 1,000 entries, got a list"]),
        (tracks("") + "naming: '{year}'", ["6:9: naming: placeholder '{year}' has no value here"]),
        (tracks("") + "naming: '{titel}'", ["6:9: unknown placeholder '{titel}'; did you mean '{title}'?"]),
        (
            tracks("") + "embed: {bytes: 1 kB}",
            ["6:16: embed.bytes: expected a size such as '1 MB' or '500 kB', of 10 kB or more, got '1 kB'"],
        ),
        (tracks("video: a.mp4"), ["5:35: tracks[0].video: is for `hls`, which is not said; add `hls: {}`"]),
        *(
            (tracks("") + f"{word}: {value}", [f"6:{len(word) + 3}: '{word}' is not made yet; take it out"])
            for word, value in UNMADE
        ),
    ],
)
def test_words_that_disagree_are_refused(text: str, expected: list[str], mistakes: Refuser) -> None:
    """What no single key shows is a mistake too, at the word that is to be changed."""
    assert expected == mistakes(text)


def test_the_menu_says_what_it_is(read: Reader) -> None:
    """Type, artist, title and the number of tracks."""
    assert "single  B - Moon  (1 track)" == summary(read(tracks("") + "album_artist: B"))
    assert "single  A - Moon  (2 tracks)" == summary(read(tracks("", "")))
