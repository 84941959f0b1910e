"""What an album's files are called."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pressroom.kinds.album import naming

if TYPE_CHECKING:
    from tests.kinds.conftest import Reader, Refuser

HEAD = "kind: album\ntitle: Moon\nartist: A\n"


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("", "01 Rise [Live].flac"),
        ("discs: [{}, {}]\n", "1-01 Rise [Live].flac"),
        ("naming: '{artist} - {title}'\n", "B - Rise [Live].flac"),
        ("naming: '{album_artist}/{format}/{track:03}{version}'\n", "A-flac-001Live.flac"),
        ("date: 2026-05\nlabel: L\nnaming: '{year} {label} {disc} {{{title}}}'\n", "2026 L 1 {Rise [Live]}.flac"),
    ],
)
def test_naming_is_followed(words: str, name: str, read: Reader) -> None:
    """A track's file is named by `naming`, and made safe."""
    album = read(f"{HEAD}{words}tracks: [{{title: Rise, version: Live, artist: B, file: a.wav}}]")
    assert name == naming.track(album, 0, ".flac", "flac")


def test_the_other_names(read: Reader) -> None:
    """Lists and zips are named by the album's title, the top folder of a zip by artist, title and year."""
    one = read(f"{HEAD}date: 2026\ntracks: [{{title: a, file: a.wav}}]")
    two = read(f"{HEAD}discs: [{{}}, {{}}]\ntracks: [{{title: a, file: a.wav}}]")
    assert ("Moon.m3u8", "Moon.cue", "Moon [flac].zip", "A - Moon (2026)") == (
        naming.playlist(one),
        naming.cue_sheet(one, 1),
        naming.archive(one, "flac"),
        naming.whole(one),
    )
    assert ("Moon (disc 2).cue", "A - Moon") == (naming.cue_sheet(two, 2), naming.whole(two))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "naming: '{title}'\ntracks:\n- {title: Straße, file: a.wav}\n- {title: STRASSE, file: b.wav}\n",
            ["7:11: tracks[1].title: 'STRASSE' (tracks[1]) and 'Straße' (tracks[0]) would both be the file 'STRASSE.flac'"],
        ),
        (
            "naming: '{title}'\ntracks:\n- {title: Who, file: a.wav}\n- {title: Who?, file: b.wav}\n",
            ["7:11: tracks[1].title: 'Who?' (tracks[1]) and 'Who' (tracks[0]) would both be the file 'Who.flac'"],
        ),
        (
            "tracks: [{title: a, file: a.wav}]\nextras: [a/x.pdf, b/X.pdf]",
            ["5:19: extras[1]: 'X.pdf' (extras[1]) and 'x.pdf' (extras[0]) would both be the file 'X.pdf'"],
        ),
        (
            "tracks: [{title: a, file: a.wav}]\nextras: [MOON.m3u8, Moon.CUE, cover.JPG, 01 a.mp3]\ncover: a.png",
            [
                "5:10: extras[0]: 'MOON.m3u8' (extras[0]) and the playlist would both be the file 'MOON.m3u8'",
                "5:21: extras[1]: 'Moon.CUE' (extras[1]) and the cue sheet would both be the file 'Moon.CUE'",
                "5:31: extras[2]: 'cover.JPG' (extras[2]) and the cover would both be the file 'cover.JPG'",
                "5:42: extras[3]: '01 a.mp3' (extras[3]) and 'a' (tracks[0]) would both be the file '01 a.mp3'",
            ],
        ),
        (
            "tracks: [{title: a, file: a.wav, stems: {Drums: a.wav, drums: b.wav}}]",
            ["4:63: tracks[0].stems.drums: 'drums' and 'Drums' would both be the file 'drums.wav'"],
        ),
        ("tracks: [{title: a, file: a.wav}]\nextras: [cover.jpg, moon.txt]", []),
        ("formats: [mp3-v0]\ntracks: [{title: a, file: a.wav}]\nextras: [Moon.cue]", []),
    ],
)
def test_two_files_with_one_name_are_refused(text: str, expected: list[str], mistakes: Refuser) -> None:
    """Two files of one folder that would be one on macOS or Windows are a mistake that names both, told once."""
    assert expected == mistakes(HEAD + text)
