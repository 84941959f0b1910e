from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressroom.data.tagmap import CODES, CONTAINERS, CREDITS, FIELDS, FREEFORM
from pressroom.formats import lrc
from pressroom.formats.audio import SUFFIXES
from pressroom.formats.tagkeys import Keyed, container_of, held, keyed, paired, tagset, unpaired
from pressroom.formats.tagset import Credit, TagSet

if TYPE_CHECKING:
    from pressroom.data.tagmap import Container

WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12)
DATES = st.from_regex("[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?", fullmatch=True)
WHOLE = st.integers(0, 999).map(str)
NUMBERS = st.one_of(WHOLE, st.sampled_from(["120.5", "92.25"]))
ROLES = st.one_of(WORDS.filter(bool), st.sampled_from([*CREDITS, "Ghost Writer", "mix", "title", "track"]))
VALUES = {
    **dict.fromkeys(("track", "track_total", "disc", "disc_total"), WHOLE),
    **dict.fromkeys(("date", "original_date"), DATES),
    "bpm": NUMBERS,
    **{field: st.sampled_from(list(codes)) for field, codes in CODES.items()},
}


@st.composite
def tag_sets(draw: st.DrawFn) -> TagSet:
    """Any tags that a release can have, and some that it cannot."""
    names = draw(st.sets(st.sampled_from(sorted(FIELDS)), max_size=12))
    fields = tuple((name, tuple(draw(st.lists(VALUES.get(name, WORDS), max_size=3)))) for name in sorted(names))
    people = st.builds(Credit, name=WORDS.filter(bool), role=ROLES, instrument=st.none() | WORDS.filter(bool))
    lines = draw(st.lists(st.tuples(st.integers(0, 10**7), st.text("abc é", max_size=5)), max_size=4))
    return TagSet(
        fields=fields,
        credits=tuple(draw(st.lists(people, max_size=5))),
        lyrics=draw(st.none() | WORDS | st.just("[00:01.00]sung\n")),
        synced=lrc.parse(lrc.lrc(lines)) if lines else (),
        language=draw(st.sampled_from([None, "en", "pt-BR", "zxx", "x-own", "yue"])),
    )


@given(container=st.sampled_from(CONTAINERS), tags=tag_sets())
def test_what_is_written_is_what_is_read(container: Container, tags: TagSet) -> None:
    """Whatever a container can hold comes back from it."""
    assert held(tags, container) == tagset(keyed(tags, container))


@given(container=st.sampled_from(CONTAINERS), tags=tag_sets())
def test_what_was_held_once_is_held_again(container: Container, tags: TagSet) -> None:
    """A container changes tags at most once."""
    once = held(tags, container)
    assert once == held(once, container)


@given(
    container=st.sampled_from(CONTAINERS),
    texts=st.dictionaries(st.text(max_size=8), st.lists(WORDS, min_size=1, max_size=2).map(tuple)),
)
def test_foreign_keys_are_read_without_fail(container: Container, texts: dict[str, tuple[str, ...]]) -> None:
    """Tags of other programs never stop a build."""
    tagset(Keyed(container=container, texts=tuple(sorted(unpaired(texts, container).items()))))


@pytest.mark.parametrize("container", CONTAINERS)
def test_plain_values_are_held_as_they_are(container: Container) -> None:
    """What every container has a place for, none of them changes."""
    tags = TagSet(
        fields=(("album", ("Night Signals",)), ("date", ("2026-05-01",)), ("title", ('It\'s 100% "ok": [x] %04d é 夜',))),
        credits=(Credit(name="Ana Bell", role="composer"), Credit(name="Bo", role="performer", instrument="guitar")),
        lyrics="One\n\nTwo",
        language="en",
    )
    assert tags == held(tags, container)


@pytest.mark.parametrize(
    ("container", "field", "given_values", "left"),
    [
        ("id3v24", "artists", ("A", "B"), ("A", "B")),
        ("id3v23", "artists", ("A", "B"), ("A; B",)),
        ("id3v23", "mood", ("calm",), ()),
        ("id3v23", "date", ("2026-05-01",), ("2026-05-01",)),
        ("id3v23", "date", ("2026-05",), ("2026",)),
        ("id3v23", "original_date", ("1999-12-31",), ("1999",)),
        ("id3v24", "website", ("https://x.example/é",), ("https://x.example/%C3%A9",)),
        ("vorbis", "website", ("https://x.example/é",), ("https://x.example/é",)),
        ("mp4", "bpm", ("120.75",), ("121",)),
        ("id3v24", "bpm", ("120.75",), ("120.75",)),
        ("mp4", "track", ("03",), ("3",)),
        ("mp4", "track", ("0",), ()),
        ("opus", "replaygain_track_gain", ("-5.10 dB",), ()),
        ("vorbis", "r128_track_gain", ("-2586",), ()),
        ("vorbis", "title", ("",), ()),
    ],
)
def test_a_container_changes_what_it_cannot_hold(
    container: Container, field: str, given_values: tuple[str, ...], left: tuple[str, ...]
) -> None:
    """The losses of a container are known beforehand."""
    tags = TagSet(fields=((field, given_values),))
    assert TagSet(fields=((field, left),) if left else ()) == held(tags, container)


@pytest.mark.parametrize(
    ("container", "expected"),
    [
        ("vorbis", {"LYRICS": ("[00:01.00]One\n",), "UNSYNCEDLYRICS": ("One",)}),
        ("ape", {"Lyrics": ("[00:01.00]One\n",), "UNSYNCEDLYRICS": ("One",)}),
        ("mp4", {FREEFORM + "LYRICS": ("[00:01.00]One\n",), "©lyr": ("One",)}),
        ("id3v24", {"SYLT": ("[00:01.00]One\n",), "USLT": ("One",)}),
    ],
)
def test_synced_lyrics_stand_beside_plain_ones(container: Container, expected: dict[str, tuple[str, ...]]) -> None:
    """Players that follow the music and those that only show the words both find theirs."""
    assert tuple(sorted(expected.items())) == keyed(TagSet(lyrics="One", synced=((1000, "One"),)), container).texts


def test_unsynced_lyrics_of_other_programs_are_read() -> None:
    """UNSYNCEDLYRICS alone is the lyrics."""
    assert TagSet(lyrics="One") == tagset(Keyed(container="vorbis", texts=(("UNSYNCEDLYRICS", ("One",)),)))


def test_a_language_has_three_letters_in_id3() -> None:
    """`pt-BR` is `por` in ID3 and reads back as `pt`; elsewhere it stays."""
    assert keyed(TagSet(language="pt-BR"), "id3v24").texts == (("TLAN", ("por",)),)
    assert held(TagSet(language="pt-BR"), "id3v24") == TagSet(language="pt")
    assert held(TagSet(language="pt-BR"), "vorbis") == TagSet(language="pt-BR")


def test_words_become_the_codes_of_files() -> None:
    """`explicit: clean` is 2, a compilation is 1."""
    tags = TagSet(fields=(("compilation", ("true",)), ("explicit", ("clean",))))
    assert keyed(tags, "mp4").texts == (("cpil", ("1",)), ("rtng", ("2",)))


def test_a_code_of_other_programs_stays_a_number() -> None:
    """A rating that has no word is read as it is."""
    found = tagset(Keyed(container="mp4", texts=(("rtng", ("4",)),)))
    assert TagSet(fields=(("explicit", ("4",)),)) == found


def test_an_unknown_field_is_our_mistake() -> None:
    """No field is dropped because its name is misspelt."""
    with pytest.raises(KeyError, match=r"^'titel'$"):
        keyed(TagSet(fields=(("titel", ("Rise",)),)), "vorbis")


@pytest.mark.parametrize(
    ("halves", "whole"),
    [
        ({"TRCK#n": ("3",), "TRCK#of": ("10",)}, "3/10"),
        ({"TRCK#n": ("3",)}, "3"),
        ({"TRCK#of": ("10",)}, "/10"),
    ],
)
def test_a_number_and_a_total_are_one_text(halves: dict[str, tuple[str, ...]], whole: str) -> None:
    """`3/10` is track 3 of 10."""
    assert {"TRCK": (whole,)} == paired(halves)
    assert halves == unpaired({"TRCK": (whole,)}, "id3v24")


def test_every_codec_has_a_container() -> None:
    """Each format of a release can be tagged."""
    assert {codec: container_of(codec, "2.4") for codec in SUFFIXES} == {
        "wav": "id3v24",
        "flac": "vorbis",
        "alac": "mp4",
        "aiff": "id3v24",
        "wavpack": "ape",
        "mp3": "id3v24",
        "aac": "mp4",
        "opus": "opus",
        "vorbis": "vorbis",
    }
    assert container_of("mp3", "2.3") == "id3v23"
