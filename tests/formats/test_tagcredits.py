from __future__ import annotations

import pytest

from pressroom.data.tagmap import CONTAINERS, FREEFORM, Container
from pressroom.formats import tagcredits
from pressroom.formats.tagset import Credit

BAND = (
    Credit(name="Bo Reed", role="performer", instrument="guitar"),
    Credit(name="Cy", role="performer"),
    Credit(name="Di", role="DJ-mixer"),
    Credit(name="Ana Bell", role="Composer"),
    Credit(name="Ed", role="mastering engineer"),
)
ORDERED = (
    Credit(name="Ana Bell", role="composer"),
    Credit(name="Bo Reed", role="performer", instrument="guitar"),
    Credit(name="Cy", role="performer"),
    Credit(name="Di", role="dj_mixer"),
    Credit(name="Ed", role="mastering engineer"),
)


@pytest.mark.parametrize(
    ("container", "expected"),
    [
        (
            "id3v24",
            {
                "TCOM": ("Ana Bell",),
                "TMCL": ("guitar", "Bo Reed", "performer", "Cy"),
                "TIPL": ("DJ-mix", "Di", "mastering engineer", "Ed"),
            },
        ),
        (
            "id3v23",
            {
                "TCOM": ("Ana Bell",),
                "IPLS": ("guitar", "Bo Reed", "performer", "Cy", "DJ-mix", "Di", "mastering engineer", "Ed"),
            },
        ),
        (
            "vorbis",
            {
                "COMPOSER": ("Ana Bell",),
                "PERFORMER": ("Bo Reed (guitar)", "Cy"),
                "DJMIXER": ("Di",),
                "MASTERING ENGINEER": ("Ed",),
            },
        ),
        (
            "mp4",
            {
                "©wrt": ("Ana Bell",),
                FREEFORM + "PERFORMER": ("Bo Reed (guitar)", "Cy"),
                FREEFORM + "DJMIXER": ("Di",),
                FREEFORM + "MASTERING ENGINEER": ("Ed",),
            },
        ),
        (
            "ape",
            {
                "Composer": ("Ana Bell",),
                "Performer": ("Bo Reed (guitar)", "Cy"),
                "DJMixer": ("Di",),
                "MASTERING ENGINEER": ("Ed",),
            },
        ),
    ],
)
def test_credits_stand_in_the_words_of_each_container(container: Container, expected: dict[str, tuple[str, ...]]) -> None:
    """Who did what is found where players and taggers look for it."""
    assert expected == tagcredits.texts(BAND, container)


@pytest.mark.parametrize("container", [container for container in CONTAINERS if container != "id3v23"])
def test_credits_come_back_whole(container: Container) -> None:
    """Names, roles and instruments survive, known roles first."""
    assert tagcredits.credits_in(tagcredits.texts(BAND, container), container) == ORDERED


def test_id3v23_takes_an_unknown_role_for_an_instrument() -> None:
    """ID3v2.3 has one list for roles and instruments, so a word that it does not know is an instrument."""
    found = tagcredits.credits_in(tagcredits.texts(BAND, "id3v23"), "id3v23")
    assert Credit(name="Ed", role="performer", instrument="mastering engineer") in found


@pytest.mark.parametrize(
    "role", ["title", "Artist", "track", "totaltracks", "metadata_block_picture", "tag", "técnico", "a=b", "x"]
)
@pytest.mark.parametrize("container", ["vorbis", "opus", "ape"])
def test_a_role_never_overwrites_a_field(container: Container, role: str) -> None:
    """A role that is the name of another tag, or no possible name, is written as what a performer does."""
    (key,) = tagcredits.texts([Credit(name="Ana", role=role)], container)
    assert key.upper() == "PERFORMER"
    found = tagcredits.credits_in({key: (f"Ana ({role.lower()})",)}, container)
    assert (Credit(name="Ana", role="performer", instrument=role.lower()),) == found


@pytest.mark.parametrize(
    ("text", "name", "instrument"),
    [
        ("Bo", "Bo", None),
        ("Bo (vocals (background))", "Bo", "vocals (background)"),
        ("Bo (X) Reed (guitar)", "Bo (X) Reed", "guitar"),
        ("(guitar)", "(guitar)", None),
    ],
)
def test_an_instrument_is_the_last_bracket(text: str, name: str, instrument: str | None) -> None:
    """Brackets in a name or in an instrument are not mistaken for each other."""
    found = tagcredits.credits_in({"PERFORMER": (text,)}, "vorbis")
    assert (Credit(name=name, role="performer", instrument=instrument),) == found


def test_id3v23_joins_the_names_of_one_frame() -> None:
    """Two composers are one text in ID3v2.3, which has no lists."""
    pair = [Credit(name="Ana", role="composer"), Credit(name="Bo", role="composer")]
    assert tagcredits.texts(pair, "id3v23") == {"TCOM": ("Ana; Bo",)}
