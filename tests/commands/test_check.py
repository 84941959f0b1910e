"""`doit check`: what the checks of every release that was built have found."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Repo

pytestmark = pytest.mark.media

SUN = "kind: album\ntitle: Sun\nartist: A\ncover: cover.png\nformats: [flac]\ntracks:\n  - {title: X, file: masters/01.wav}\n"
WARNING = "warn: cover: cover-size: expected 1400, got 100\n    export the picture larger; stores ask for 3000 x 3000\n"


def test_a_warning_is_told_and_fails_nothing(built: Repo) -> None:
    """In the words of the build, below a line with how many checks there were."""
    done = built.doit("check")
    expected = f"moon: 16 checks, 1 warning\n{WARNING}1 release: 16 checks, 1 warning\n"
    assert (0, expected, "") == (done.code, done.out, done.err)


def test_an_error_fails(built: Repo) -> None:
    """It comes before the warnings, with what was found and what to do; the exit code is 1, as that of the build was."""
    for track in ("Rise", "Fall"):
        built.edit("releases/moon.yaml", f"title: {track}\n", f"title: {track}\n    isrc: QZABC2600001\n")
    assert 1 == built.doit().code
    done = built.doit("check", "moon")
    expected = f"""\
moon: 18 checks, 1 error, 1 warning
error: moon: 02 Fall: isrc: expected one ISRC for one recording, got QZABC2600001 is the ISRC of other audio too, moon: 01 Rise
    give every recording its own ISRC, and the same recording the same one
{WARNING}1 release: 18 checks, 1 error, 1 warning
"""
    assert (1, expected, "") == (done.code, done.out, done.err)


def test_what_is_not_checked_is_no_success(built: Repo) -> None:
    """Of a release that was changed since, is not built or cannot be, you are told so, and what to run; nothing is built."""
    built.write("releases/sun.yaml", SUN)
    built.write("releases/dusk.yaml", SUN.replace("01.wav", "03.wav"))
    before = built.files()
    done = built.doit("check")
    expected = """\
dusk: cannot be built; `doit plan` says why
moon: its checks are stale, as `doit why moon:checks` says; run `doit moon`
sun: is not built; run `doit sun`
3 releases: 0 checks, none failed, 3 not checked
"""
    assert (1, expected, "") == (done.code, done.out, done.err)
    assert before == built.files()


def test_mistakes_of_a_yaml_are_told(built: Repo) -> None:
    """With their places, and the exit code is 2; what other releases are is told all the same."""
    built.write("releases/sun.yaml", SUN + "bpm: 120\n")
    assert 2 == built.doit().code
    done = built.doit("check")
    lines = done.out.splitlines()
    assert ["sun: its YAML has mistakes", "2 releases: 16 checks, 1 warning, 1 not checked"] == lines[-2:]
    error = """\
releases/sun.yaml:8:1: unknown key 'bpm'
    8 | bpm: 120
      | ^^^
"""
    assert (2, error) == (done.code, done.err)


def test_json_is_for_machines(built: Repo) -> None:
    """Every check as checks.json has it, or why there is none; nothing else on standard output."""
    checks = json.loads((built.path / "build/moon/checks.json").read_text(encoding="utf-8"))["checks"]
    built.write("releases/sun.yaml", SUN + "bpm: 120\n")
    assert 2 == built.doit().code
    done = built.doit("check", "--json")
    moon, sun = json.loads(done.out)["releases"]
    assert {"slug": "moon", "error": None, "unchecked": None, "checks": checks} == moon
    assert ("sun", None, None) == (sun["slug"], sun["unchecked"], sun["checks"])
    assert sun["error"].startswith("releases/sun.yaml:8:1: unknown key 'bpm'\n")
    assert (2, "") == (done.code, done.err)
    (built.path / "build/moon/checks.json").unlink()
    done = built.doit("check", "--json", "moon")
    why = "its checks are stale, as `doit why moon:checks` says; run `doit moon`"
    stale = {"slug": "moon", "error": None, "unchecked": why, "checks": None}
    assert (1, {"releases": [stale]}) == (done.code, json.loads(done.out))


def test_a_name_that_is_no_release_is_refused(fresh: Repo) -> None:
    """With the near one."""
    done = fresh.doit("check", "mon")
    assert (2, "", "'mon' is no release; did you mean 'moon'?\n") == (done.code, done.out, done.err)
