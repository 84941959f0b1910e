from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pressroom.commands import main

if TYPE_CHECKING:
    from pathlib import Path

STAND_INS = "with stand-ins for what some system does not take in a name"
CUT = "which is longer than 200 bytes: the 8 digits after '~' stand for the whole"


@pytest.mark.parametrize(
    ("title", "name", "note"),
    [
        ("Rise", "Rise", ""),
        ("A title: x?", "A title - x", f"made of 'A title: x?', {STAND_INS}\n"),
        ("AC/DC.mp3", "AC-DC.mp3", f"made of 'AC/DC.mp3', {STAND_INS}\n"),
        ("x\x1b[31m", "x[31m", f"made of 'x\\x1b[31m', {STAND_INS}\n"),
        ("n" * 201, "n" * 191 + "~291c4194", f"made of '{'n' * 201}', {CUT}\n"),
    ],
)
def test_a_title_gets_its_name(title: str, name: str, note: str, capsys: pytest.CaptureFixture[str]) -> None:
    """You see the file name that a title gets, and why it is another one; a title cannot write to your terminal."""
    assert main(["name", title]) == 0
    shown = capsys.readouterr()
    assert (f"{name}\n", note) == (shown.out, shown.err)


def test_a_file_keeps_its_ending(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of a file you see what it would be called; its folder and its ending stay out of it."""
    path = tmp_path / f"{'n' * 240}.flac"
    path.touch()
    assert main(["name", str(path)]) == 0
    assert capsys.readouterr().out == "n" * 186 + "~0c441b63.flac\n"


def test_a_title_may_begin_with_a_dash(capsys: pytest.CaptureFixture[str]) -> None:
    """After `--`, whatever follows is a title."""
    assert main(["name", "--", "-y"]) == 0
    assert capsys.readouterr().out == "y\n"


@pytest.mark.parametrize("given", [["name"], ["name", "a", "b"], ["name", "-y"], ["name", ""]])
def test_one_title_is_wanted(given: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Anything but one title is an error that shows the usage."""
    assert main(given) == 2
    assert capsys.readouterr().err.startswith("usage: pressroom name TITLE\n")
