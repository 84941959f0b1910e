"""What errors say."""

from __future__ import annotations

import pytest

from pressroom.errors import MachineError, Mistake, PressroomError, ReleaseError, SourceError, ToolError, UsageError

BPM = Mistake(
    file="releases/moon.yaml",
    line=14,
    column=10,
    text="tracks[0].bpm: expected a number from 1 to 300, got 'fast'",
    excerpt="    bpm: fast",
    caret="         ^^^^",
)


def test_a_mistake_shows_its_line_and_a_caret() -> None:
    """A mistake is its place and text, the line as it is written, and a caret below the word."""
    expected = """\
releases/moon.yaml:14:10: tracks[0].bpm: expected a number from 1 to 300, got 'fast'
   14 |     bpm: fast
      |          ^^^^"""
    assert expected == str(BPM)


def test_a_long_line_number_keeps_the_caret_in_place() -> None:
    """The bar below a line number stands below its bar, however long the number is."""
    _, line, caret = str(Mistake(file="a.yaml", line=123456, column=1, text="x", excerpt="y", caret="^")).splitlines()
    assert (line.index("|"), line.index("y")) == (caret.index("|"), caret.index("^"))


def test_a_mistake_of_the_whole_file_has_no_line() -> None:
    """What is wrong with a file as a whole names the file alone."""
    assert "releases/moon.yml: expected .yaml" == str(Mistake(file="releases/moon.yml", text="expected .yaml"))


def test_a_source_error_holds_every_mistake() -> None:
    """All mistakes of a file are told at once."""
    other = Mistake(file="releases/moon.yaml", text="x")
    error = SourceError((BPM, other))
    assert ((BPM, other), f"{BPM}\n{other}") == (error.mistakes, str(error))


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (PressroomError("x"), 1),
        (ReleaseError("x"), 1),
        (ToolError("x"), 1),
        (SourceError((BPM,)), 2),
        (UsageError("x"), 2),
        (MachineError("x"), 3),
    ],
)
def test_each_error_has_the_exit_code_of_the_contract(error: PressroomError, code: int) -> None:
    """1 a step failed, 2 the YAML or the command line is wrong, 3 the machine is not fit."""
    assert code == error.exit_code
