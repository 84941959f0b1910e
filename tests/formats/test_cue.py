from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressroom.formats.cue import MAX_TRACKS, CueSheet, CueTrack, cue

GOLDEN = Path(__file__).parents[1] / "golden" / "night-signals.cue"
RISE = CueTrack(
    title='Rise "Again"', performer="The Lanterns", file="01 Rise.flac", isrc="QZABC2600001", gain="-5.10 dB", peak="1.023293"
)
SHEET = CueSheet(
    title="Night Signals",
    performer="The Lanterns",
    tracks=(RISE, CueTrack(title="Fall", performer="The Lanterns feat. Ada", file="02 Fall.flac")),
    catalog="0036000291452",
    date="2026-05-01",
    genre="Electronic",
    disc=1,
    discs=2,
    gain="-4.87 dB",
    peak="1.023293",
)
SMALL = CueSheet(title="Dusk", performer="Ada", tracks=(CueTrack(title="One", performer="Ada", file="1.wav"),))


def test_sheet_says_everything_it_knows() -> None:
    """A burner and a player find every field where they look for it."""
    assert GOLDEN.read_bytes().decode() == cue(SHEET)


def test_sheet_leaves_out_what_is_absent() -> None:
    """A release without barcode, date or loudness has a short cue sheet and no empty fields."""
    expected = """\
PERFORMER "Ada"
TITLE "Dusk"
FILE "1.wav" WAVE
  TRACK 01 AUDIO
    TITLE "One"
    PERFORMER "Ada"
    INDEX 01 00:00:00
"""
    assert expected == cue(SMALL)


@pytest.mark.parametrize("count", [0, MAX_TRACKS + 1])
def test_more_tracks_than_a_disc_has_are_refused(count: int) -> None:
    """A disc has 1 to 99 tracks, and a cue sheet no more."""
    with pytest.raises(ValueError, match=f"^expected 1 to 99 tracks in a cue sheet, got {count}$"):
        cue(replace(SMALL, tracks=SMALL.tracks * count))


def test_ninety_nine_tracks_are_numbered() -> None:
    """The longest disc has its cue sheet."""
    assert "  TRACK 99 AUDIO\n" in cue(replace(SMALL, tracks=SMALL.tracks * MAX_TRACKS))


def test_title_with_a_backslash_at_its_end_keeps_to_its_line() -> None:
    """A title that ends in a backslash does not swallow the next line in readers that know escapes."""
    assert 'TITLE "Up\\ "\n' in cue(replace(SMALL, title="Up\\"))


@pytest.mark.parametrize("name", ['a "b".wav', "a\nb.wav", "a\\"])
def test_file_that_cannot_be_named_is_refused(name: str) -> None:
    """A file name with a double quote is an error, since a changed one would name no file."""
    expected = f"expected a file name without quotes, control characters or a backslash at its end, got {name!r}"
    with pytest.raises(ValueError, match=f"^{re.escape(expected)}$"):
        cue(replace(SMALL, tracks=(CueTrack(title="One", performer="Ada", file=name),)))


@given(st.text())
def test_no_title_adds_a_line(title: str) -> None:
    """Whatever a title holds, the sheet has the same lines with the same first words."""
    lines = cue(replace(SMALL, title=title)).splitlines()
    assert [line.split()[0] for line in lines] == ["PERFORMER", "TITLE", "FILE", "TRACK", "TITLE", "PERFORMER", "INDEX"]
    assert lines[1].count('"') == 2
