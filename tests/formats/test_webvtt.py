"""WebVTT, read and cut."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest

from pressroom.formats.webvtt import Cue, Subtitles, parse, segment

TEXT = """\
\ufeffWEBVTT - The Lanterns
Kind: captions

NOTE made by hand

STYLE
::cue { color: lime }

1
00:01.000 --> 00:04.000 line:0 align:start
<v Ana>Rise
and rise

01:00:02.500 --> 01:00:03.000
Fall
"""
RISE = Cue(start=1000, end=4000, text="1\n00:01.000 --> 00:04.000 line:0 align:start\n<v Ana>Rise\nand rise")
FALL = Cue(start=3_602_500, end=3_603_000, text="01:00:02.500 --> 01:00:03.000\nFall")
SUBTITLES = Subtitles(cues=(RISE, FALL), styles=("STYLE\n::cue { color: lime }",))


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_a_file_is_cues_and_styles(ending: str) -> None:
    """Whatever its line ends; remarks are left out, and the cues' own words kept."""
    assert SUBTITLES == parse(TEXT.replace("\n", ending))


def test_a_cue_may_follow_the_head_at_once() -> None:
    """As browsers show it, too."""
    cue = Cue(start=1000, end=2000, text="00:01.000 --> 00:02.000\nRise")
    assert (cue,) == parse("WEBVTT\nKind: captions\n00:01.000 --> 00:02.000\nRise\n").cues


def test_a_cue_may_follow_another_at_once() -> None:
    """Or it would be shown only where the other is."""
    first, second = (Cue(start=n * 1000, end=n * 1000 + 500, text=f"00:0{n}.000 --> 00:0{n}.500\nRise") for n in (1, 2))
    assert (first, second) == parse(f"WEBVTT\n\n{first.text}\n{second.text}\n").cues


def test_a_remark_is_told_from_a_cue_that_is_called_alike() -> None:
    """A cue's name may begin with the word of a block."""
    cue = Cue(start=1000, end=2000, text="STYLE 1\n00:01.000 --> 00:02.000\nRise")
    assert Subtitles(cues=(cue,), styles=()) == parse(f"WEBVTT\n\nNOTE\tby hand\n\n{cue.text}\n")


def test_a_segment_has_what_is_shown_in_it() -> None:
    """With the styles, and where its times are in those of the media; a cue at a boundary stands on both sides."""
    head = "WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:0\n\nSTYLE\n::cue { color: lime }\n"
    assert f"{head}\n{RISE.text}\n\n" == segment(SUBTITLES, Fraction(0), Fraction(3))
    assert f"{head}\n{RISE.text}\n\n" == segment(SUBTITLES, Fraction(3), Fraction(6))
    assert f"{head}\n" == segment(SUBTITLES, Fraction(4), Fraction(6))
    assert SUBTITLES == parse(segment(SUBTITLES, Fraction(0), Fraction(4000)).replace("X-TIMESTAMP-MAP", "X"))


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("1\n00:00:01,000 --> 00:00:02,000\nRise", "line 1: expected WEBVTT, got '1'"),
        ("", "line 1: expected WEBVTT, got ''"),
        ("WEBVTT\n\n", "expected 1 to 100,000 cues, got 0"),
        ("WEBVTT\n\nRise", "line 3: expected a line such as 00:01.000 --> 00:04.000, got 'Rise'"),
        (
            "WEBVTT\n\n00:01,000 --> 00:02,000\nR",
            "line 3: expected a line such as 00:01.000 --> 00:04.000, got '00:01,000 --> 00:02,000'",
        ),
        ("WEBVTT\n\none\n00:04.000 --> 00:04.000\nRise", "line 4: it ends before it begins"),
    ],
)
def test_what_is_no_webvtt_is_told_with_its_line(text: str, mistake: str) -> None:
    """With what was expected there."""
    with pytest.raises(ValueError, match=f"^{re.escape(mistake)}$"):
        parse(text)
