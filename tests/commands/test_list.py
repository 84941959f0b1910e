"""`doit list`: the menu of releases, and one release's steps."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Repo

BROKEN = "kind: album\ntitle: Sun\nartist: A\nbpm: 120\ntracks: []\n"


def test_the_menu_has_a_line_per_release(fresh: Repo) -> None:
    """Type, artist, title and count; nothing is built, and nothing is asked of ffmpeg."""
    done = fresh.doit("list", PRESSROOM_FFMPEG="/nonexistent")
    assert (0, "moon  single  The Lanterns - Moon  (2 tracks)\n", "") == (done.code, done.out, done.err)
    assert {} == fresh.files("build")


def test_what_failed_once_and_is_well_has_not_failed(built: Repo) -> None:
    """Undone, the edit that failed is no matter any more; and options come before names."""
    (built.path / "releases/masters/01.wav").rename(built.path / "aside.wav")
    assert 1 == built.doit().code
    (built.path / "aside.wav").rename(built.path / "releases/masters/01.wav")
    (built.path / "build/moon/release.json").unlink()
    (built.path / "build/moon/release.json").mkdir()
    assert 1 == built.doit().code
    assert "cannot be built" in built.doit("list", "--status").out
    assert "FAIL  moon:release  because build/moon/release.json: cannot be read (Is a directory)" in built.doit("plan").out
    (built.path / "build/moon/release.json").rmdir()
    assert 0 == built.doit().code
    assert "failed" not in built.doit("list", "--status").out
    late = built.doit("list", "moon", "--status")
    assert (2, "--status: options come before names, as in `doit list --status ...`\n") == (late.code, late.err)


def test_a_broken_release_stands_in_the_menu(fresh: Repo) -> None:
    """Its line says how many mistakes there are and how to see them; the exit code is 2."""
    fresh.write("releases/sun.yaml", BROKEN)
    fresh.write("releases/star.yml", BROKEN)
    done = fresh.doit("list")
    assert "moon  single  The Lanterns - Moon  (2 tracks)\nsun   2 mistakes in its YAML; `doit sun` shows them\n" == done.out
    assert "releases/star.yml: expected a name that ends in .yaml; rename it to star.yaml\n" == done.err
    assert 2 == done.code


def test_the_steps_of_a_release_are_listed(fresh: Repo) -> None:
    """A line per step: its name, as `doit` takes it, and what it does."""
    done = fresh.doit("list", "moon")
    lines = done.out.splitlines()
    assert (0, 27) == (done.code, len(lines))
    assert "moon:probe:01           read 01.wav" == lines[0]
    assert "moon:encode-mp3-v0:02   encode 02.wav to mp3-v0" in lines


def test_the_mistakes_of_a_broken_release_are_listed(fresh: Repo) -> None:
    """Its steps cannot be known, so its mistakes are shown; the exit code is 2."""
    fresh.write("releases/sun.yaml", BROKEN)
    done = fresh.doit("list", "sun")
    error = """\
releases/sun.yaml:4:1: unknown key 'bpm'
    4 | bpm: 120
      | ^^^
releases/sun.yaml:5:9: tracks: expected at least one entry, got an empty list
    5 | tracks: []
      |         ^
"""
    assert (2, "", error) == (done.code, done.out, done.err)


@pytest.mark.parametrize("command", [["list"], ["list", "moon"]])
def test_a_title_cannot_write_on_the_terminal(fresh: Repo, command: list[str]) -> None:
    """What a terminal would obey is shown as an escape."""
    fresh.edit("releases/moon.yaml", "title: Moon", "title: Mo\u202eon")
    fresh.edit("releases/moon.yaml", "title: Rise", "title: Ri\u202ese\n    lyrics: la")
    done = fresh.doit(*command)
    assert (0, True, False) == (done.code, r"\u202e" in done.out, "\u202e" in done.out)


@pytest.mark.media
def test_the_menu_says_how_each_release_stands(built: Repo) -> None:
    """Up to date, stale, failed, never built, or not to be built; with its size, and when it was built."""

    def standing(slug: str = "moon") -> str:
        lines = built.doit("list", "--status").out.splitlines()
        return next(line for line in lines if line.startswith(f"{slug} ")).removeprefix(slug).strip()

    assert re.fullmatch(r"up to date, [\d.]+ [kM]B, last built \d{4}-\d\d-\d\d \d\d:\d\d", standing())
    built.edit("releases/moon.yaml", "title: Rise", "title: Risen")
    assert standing().startswith("stale (")
    built.write("releases/masters/01.wav", b"no audio at all")
    assert 1 == built.doit().code
    assert standing().startswith("failed (moon:probe:01), ")
    built.wav("releases/masters/01.wav")
    assert 0 == built.doit().code
    assert standing().startswith("up to date, ")
    (built.path / "releases/masters/01.wav").unlink()
    assert standing().startswith("cannot be built; `doit plan` says why, ")
    built.write("releases/sun.yaml", "kind: albun\n")
    assert "its YAML has mistakes" == standing("sun")


@pytest.mark.media
def test_a_release_that_was_never_built_says_so(fresh: Repo) -> None:
    """There is nothing else to say of it."""
    assert "moon  never built\n" == fresh.doit("list", "--status").out
