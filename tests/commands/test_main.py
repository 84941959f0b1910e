from __future__ import annotations

import os
import subprocess
import sys
from importlib import import_module
from typing import TYPE_CHECKING

import pytest

from pressroom.commands import DOIT_VERBS, VERBS, help_text, main

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to stand in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("given", [[], ["--help"], ["-h"], ["help"]])
def test_help_lists_every_verb(given: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """`pressroom` alone, or with --help, shows a line for every verb."""
    assert main(given) == 0
    shown = [line.split()[0] for line in capsys.readouterr().out.splitlines() if line.startswith("  ")]
    assert [*DOIT_VERBS, *VERBS] == shown


def test_verbs_do_not_shadow_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    """A module called `list` beside them takes no built-in away."""
    import_module("pressroom.commands.list")
    assert main(["name", "Rise"]) == 0
    assert "Rise\n" == capsys.readouterr().out


@pytest.mark.parametrize("verb", [*DOIT_VERBS, *VERBS])
def test_every_verb_explains_itself(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    """`pressroom X --help`, `pressroom X -h` and `pressroom help X` show how X is used, and do nothing."""
    shown = []
    for given in ([verb, "--help"], [verb, "-h"], ["help", verb]):
        assert main(given) == 0
        shown.append(capsys.readouterr().out)
    assert [help_text(verb).rstrip() + "\n"] * 3 == shown
    assert shown[0].startswith(f"usage: pressroom {verb}")


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """`pressroom --version` says the version."""
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("pressroom 0.")


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("doctr", "did you mean 'doctor'?"),
        ("lst", "did you mean 'list'?"),
        ("moon", "`pressroom --help` lists the verbs"),
    ],
)
def test_a_word_that_is_no_verb_is_told(word: str, hint: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Outside a releases repo, a word that is no verb is an error that proposes the near one."""
    assert main([word]) == 2
    assert capsys.readouterr().err == f"'{word}' is no verb, and there is no dodo.py here, so no release either; {hint}\n"


@pytest.mark.parametrize("given", [["run"], ["list"], ["clean", "-n"]])
def test_building_needs_a_repo(given: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """`pressroom list` outside a releases repo says that there is none, and how to get one."""
    assert main(given) == 2
    error = f"'{given[0]}' needs a releases repo, and there is no dodo.py here; `pressroom new DIR` makes a releases repo\n"
    assert capsys.readouterr().err == error


@pytest.mark.parametrize("given", [["name", "x"], ["--help"]])
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_goes_away_ends_it_quietly(given: list[str], unbuffered: str, elsewhere: Path) -> None:
    """`pressroom name x | head -0` ends as any program that SIGPIPE ends; what nobody read is no success."""
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-c", f"import sys; from pressroom.commands import main; sys.exit(main({given}))"]
    environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, cwd=elsewhere, env=environment, check=False)
    os.close(write)
    assert (141, b"") == (done.returncode, done.stderr)
