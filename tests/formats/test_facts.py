from __future__ import annotations

import json
import math

import pytest

from pressroom.formats import facts

LEVELS = facts.Levels(
    album=facts.Level(lufs=-14.02, peak=-0.5), tracks=(facts.Level(lufs=-13.0, peak=-0.5), facts.Level(lufs=None, peak=None))
)
COVER = facts.CoverFacts(
    source={"width": 3000, "format": "png"},
    files=(facts.CoverFile(path="cover.jpg", width=3000, height=3000, bytes=9, sha256="ab"),),
    left_out=(4000,),
    embedded=facts.CoverFile(path="cover.jpg", width=1400, height=1400, bytes=5, sha256="cd"),
    notes=("ICC to sRGB",),
    upscaled=False,
)


@pytest.mark.parametrize("value", [LEVELS, COVER, facts.Receipt(bytes=3, sha256="00", unread=("mood",))])
def test_values_come_back_from_json(value: object) -> None:
    """What one step notes is what the next one reads: tuples, nested values and nothings too."""
    assert value == facts.from_json(type(value), facts.to_json(value))


def test_json_is_canonical() -> None:
    """Keys are sorted, one to a line, and text stays readable."""
    expected = '{\n "bytes": 3,\n "sha256": "00",\n "unread": [\n  "é"\n ]\n}\n'
    assert expected == facts.to_json(facts.Receipt(bytes=3, sha256="00", unread=("é",)))


def test_a_key_that_is_not_known_is_passed_over() -> None:
    """A file of a later version can be read."""
    text = json.dumps({"lufs": -14.0, "peak": None, "later": 1})
    assert facts.Level(lufs=-14.0, peak=None) == facts.from_json(facts.Level, text)


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_numbers_that_json_lacks_are_never_written(number: float) -> None:
    """Other programs could not read them."""
    with pytest.raises(ValueError, match="JSON compliant"):
        facts.to_json(facts.Level(lufs=number, peak=None))
