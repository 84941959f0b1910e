"""YAML to frozen types: reading, inheriting, and saying what is wrong."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressroom import source
from pressroom.errors import Mistake, SourceError
from pressroom.kinds.album import Album, inherited_words

GOLDEN = Path(__file__).parent / "golden" / "errors"
MOON, DEFAULTS = Path("releases/moon.yaml"), Path("releases/defaults.yaml")
ALBUM = """\
kind: album
title: Moon
artist: The Lanterns
date: 2026-05-01
tracks:
  - title: Rise
    file: masters/01.wav
    bpm: 120
"""


def album(text: str, defaults: str | None = None) -> Album:
    """The album of a text, with what it inherits."""
    words = source.parse(MOON, text.encode())
    if defaults is not None:
        words = source.inherit(
            words, source.parse(DEFAULTS, defaults.encode()), inherited_words, verbatim=frozenset({"naming"})
        )
    return source.typed(Album, words)


def mistakes(text: str, defaults: str | None = None) -> str:
    """What is wrong with the album of a text; empty for one that is right."""
    try:
        album(text, defaults)
    except SourceError as error:
        return str(error)
    return ""


TOO_LONG = 3
"""Seconds, ten times what it takes."""
HOSTILE = {
    "tracks": ALBUM.replace(
        "  - title: Rise\n    file: masters/01.wav\n    bpm: 120\n", "- {titel: x, fil: y, bpm: z, a: b}\n" * 5_500
    ),
    "names": ALBUM + "formats: [" + "flca," * 49_000 + "]",
    "maps": ALBUM + "formats: [" + "{name: a}," * 12_000 + "]",
    "sizes": ALBUM + "cover_sizes: [" + "x," * 49_000 + "]",
    "extras": ALBUM + "extras: [" + "a.pdf," * 49_000 + "]",
    "licence": ALBUM + "license: " + "(" * 900_000,
    "unknown keys": ALBUM + "".join(f"key{n}: x\n" for n in range(900)),
    "date": ALBUM + "date: " + "1" * 900_000,
}


class TestMistakes:
    def test_all_mistakes_of_a_file_are_told_at_once(self) -> None:
        """Mistakes of form and of meaning come together, in file order, each once, with its place and what to do.

        To renew the golden text: `PYTHONPATH=tests:tasks python -m test_source`.
        """
        found = mistakes((GOLDEN / "many.yaml").read_text(encoding="utf-8"))
        assert (GOLDEN / "many.txt").read_text(encoding="utf-8") == f"{found}\n"

    def test_the_example_of_the_contract(self) -> None:
        """A misspelt key is one mistake, not two, and the near key is proposed."""
        expected = """\
releases/moon.yaml:3:1: unknown key 'artits'; did you mean 'artist'?
    3 | artits: The Lanterns
      | ^^^^^^
releases/moon.yaml:8:10: tracks[0].bpm: expected a number from 1 to 300, got 'fast'
    8 |     bpm: fast
      |          ^^^^"""
        assert expected == mistakes(ALBUM.replace("artist:", "artits:").replace("120", "fast"))

    @pytest.mark.parametrize(
        ("wrong", "expected"),
        [
            ("tracks: [{titel: a, file: b.wav}]", "1:11: unknown key 'titel'; did you mean 'title'?"),
            (
                "tracks: [{title: a, file: b.wav, credits: [{nmae: a, role: b}]}]",
                "1:45: unknown key 'nmae'; did you mean 'name'?",
            ),
            ("embed: {sise: 3}", "1:9: unknown key 'sise'; did you mean 'size'?"),
            ("formats: [flac, {name: a, codec: mp3, bitrte: 320k}]", "1:39: unknown key 'bitrte'; did you mean 'bitrate'?"),
            ("musicbrainz: {relaese: x}", "1:15: unknown key 'relaese'; did you mean 'release'?"),
            ("xyzzy: 1", "1:1: unknown key 'xyzzy'"),
            ("discs: [{title: a, b: c}]", "1:20: unknown key 'b'"),
        ],
    )
    def test_near_misses_are_found_at_every_depth(self, wrong: str, expected: str) -> None:
        """An unknown key names the known one that was meant, in whichever map it stands."""
        key = wrong.partition(":")[0]
        lines = ["kind: album", "title: a", "artist: b", "tracks: [{title: a, file: b.wav}]"]
        text = "\n".join([wrong, *(line for line in lines if not line.startswith(key))])
        assert [f"releases/moon.yaml:{expected}"] == [line for line in mistakes(text).splitlines() if "unknown" in line]

    def test_a_missing_key_points_at_the_first_key_beside_it(self) -> None:
        """What is not there is shown where it belongs."""
        expected = """\
releases/moon.yaml:1:1: missing key 'artist'
    1 | kind: album
      | ^^^^
releases/moon.yaml:4:5: missing key 'title' in tracks[0]
    4 |   - bpm: 120
      |     ^^^
releases/moon.yaml:4:5: missing key 'file' in tracks[0]
    4 |   - bpm: 120
      |     ^^^"""
        assert expected == mistakes("kind: album\ntitle: Moon\ntracks:\n  - bpm: 120\n")

    def test_what_cannot_be_read_is_one_mistake(self) -> None:
        """An alias is refused as such, not as a wrong value or a missing key too; so is a merge."""
        text = ALBUM.replace("title: Moon", "title: *moon").replace("title: Rise", "<<: *rise")
        assert [2, 6] == [int(line.split(":")[1]) for line in mistakes(text).splitlines() if line.startswith("releases")]

    def test_nothing_follows_from_what_cannot_be_read(self) -> None:
        """A placeholder whose word is refused already is no mistake of defaults.yaml."""
        found = mistakes(ALBUM.replace("title: Moon", "title: *moon"), 'comment: "{title}"\n')
        assert ["releases/moon.yaml:2:8"] == [line[:22] for line in found.splitlines() if line.startswith("releases")]

    def test_an_empty_required_value_is_shown_at_its_key(self) -> None:
        """`title:` with nothing after it is a mistake; an optional key with nothing after it is as if it were not there."""
        text = ALBUM.replace("title: Moon", "title:") + "label:\ngenres: ~\nformats: null\nembed:\n"
        expected = "releases/moon.yaml:2:1: title: expected a text, got nothing\n    2 | title:\n      | ^^^^^"
        assert expected == mistakes(text)

    @pytest.mark.parametrize("name", HOSTILE)
    def test_a_hostile_file_is_refused_at_once(self, name: str) -> None:
        """Of thousands of mistakes the first hundred are shown; bench/hostile.py has the times."""
        began = time.process_time()
        found = mistakes(HOSTILE[name])
        assert time.process_time() - began < TOO_LONG
        assert 1 <= found.count("releases/moon.yaml:") <= 101


class TestInherit:
    def test_a_releases_own_value_wins(self) -> None:
        """Maps merge key by key, lists replace, and an empty value takes an inherited one away."""
        found = album(
            ALBUM + "embed: {size: 500}\nlabel:\ncredits: [{name: A, role: composer}]\n",
            "artist: Other\nlabel: X\nembed: {size: 900, bytes: 50 kB}\ncredits: [{name: B, role: mixer}]\nwebsite: https://a.example\n",
        )
        expected = ("The Lanterns", None, 500, 50_000, ("A",), "https://a.example")
        names = tuple(credit.name for credit in found.credits)
        assert expected == (found.artist, found.label, found.embed.size, found.embed.bytes, names, found.website)

    def test_a_sort_form_goes_with_its_name(self) -> None:
        """A release of another artist does not inherit how the first one is sorted."""
        sorts = "artist: The Lanterns\nartist_sort: Lanterns, The\n"
        assert "Lanterns, The" == album(ALBUM.replace("artist: The Lanterns\n", ""), sorts).artist_sort
        assert None is album(ALBUM.replace("The Lanterns", "Mira"), sorts).artist_sort

    def test_placeholders_are_the_releases_words(self) -> None:
        """Inherited texts may use placeholders, also those that are inherited texts with placeholders themselves."""
        found = album(
            ALBUM, 'label: "{artist} Records"\ncopyright: "{year} {label}"\ncomment: "{{{title}}} by {album_artist}"\n'
        )
        assert ("2026 The Lanterns Records", "{Moon} by The Lanterns") == (found.copyright, found.comment)

    def test_a_releases_own_text_is_no_template(self) -> None:
        """Braces in a release's own words are braces, and what is put in is never read again."""
        found = album(ALBUM.replace("title: Moon", 'title: "{artist}"'), 'comment: "{title}"\n')
        assert ("{artist}", "{artist}") == (found.title, found.comment)

    def test_naming_is_a_template_of_its_own(self) -> None:
        """An inherited `naming` is filled for each track, not once."""
        assert "{track:02} {title}" == album(ALBUM, 'naming: "{track:02} {title}"\n').naming

    def test_inherited_paths_start_at_the_file_that_names_them(self) -> None:
        """A cover in defaults.yaml lies beside defaults.yaml."""
        words = source.parse(Path("releases/moon/release.yaml"), ALBUM.encode())
        defaults = source.parse(DEFAULTS, b'cover: "{title}.png"')
        found = source.typed(Album, source.inherit(words, defaults, inherited_words, verbatim=frozenset({"naming"})))
        assert (Path("releases/Moon.png"), Path("releases/moon/masters/01.wav")) == (found.cover, found.tracks[0].file)

    @pytest.mark.parametrize(
        ("defaults", "expected"),
        [
            ("lable: X", "1:1: unknown key 'lable'; did you mean 'label'? (inherited by releases/moon.yaml)"),
            ("edition: x", "1:10: edition: expected a whole number from 1 to 9999, got 'x' (inherited by releases/moon.yaml)"),
            (
                'copyright: "{yeer}"',
                "1:12: unknown placeholder '{yeer}'; did you mean '{year}'? (inherited by releases/moon.yaml)",
            ),
            ('copyright: "{label}"', "1:12: placeholder '{label}' has no value here (inherited by releases/moon.yaml)"),
            ('copyright: "{"', "1:12: a '{' stands alone; write '{{' for a literal brace (inherited by releases/moon.yaml)"),
            ('label: "{label} Records"', "1:8: placeholder '{label}' has no value here (inherited by releases/moon.yaml)"),
        ],
    )
    def test_a_mistake_in_an_inherited_value_names_both_files(self, defaults: str, expected: str) -> None:
        """It is shown where it is written, with the release that inherits it."""
        assert f"releases/defaults.yaml:{expected}" == mistakes(ALBUM, defaults).splitlines()[0]

    def test_a_value_that_is_overridden_need_not_fill(self) -> None:
        """A placeholder without a value is no mistake where the release has a text of its own."""
        assert "" == mistakes(ALBUM + "copyright: mine\n", 'copyright: "{label}"')

    @pytest.mark.parametrize(("own", "inherited"), [("genre: A", "genres: [B]"), ("genres: [A]", "genre: B")])
    def test_genre_and_genres_are_one_word(self, own: str, inherited: str) -> None:
        """A release's `genre` takes the place of inherited `genres`, and the other way round."""
        assert ("A",) == album(f"{ALBUM}{own}\n", inherited).all_genres

    def test_a_releases_mistakes_come_first(self) -> None:
        """The mistakes of the release's own file stand before those of defaults.yaml."""
        found = mistakes(ALBUM.replace("120", "fast"), "a: 1\nb: &x 2\n")
        assert [
            "releases/moon.yaml:8:10",
            "releases/defaults.yaml:1:1",
            "releases/defaults.yaml:2:1",
            "releases/defaults.yaml:2:4",
        ] == [":".join(line.split(":")[:3]) for line in found.splitlines() if line.startswith("releases")]


@given(st.integers(0, len(ALBUM)), st.integers(0, 9), st.text(st.sampled_from("[]{}:,-\"'#&* \n1.ab夜~"), max_size=9))
def test_a_mutated_album_is_an_album_or_mistakes(start: int, length: int, put: str) -> None:
    """Whatever is done to a good file, it is an album, or every mistake has a place in it."""
    text = ALBUM[:start] + put + ALBUM[start + length :]
    places = [mistake.line for mistake in _refusal(text)]
    assert [] == [line for line in places if not 1 <= line <= text.count("\n") + 1]


def _refusal(text: str) -> tuple[Mistake, ...]:
    """The mistakes of an album; none for one that is right."""
    try:
        album(text)
    except SourceError as error:
        return error.mistakes
    return ()


if __name__ == "__main__":
    text = mistakes((GOLDEN / "many.yaml").read_text(encoding="utf-8"))
    (GOLDEN / "many.txt").write_text(f"{text}\n", encoding="utf-8")
