"""What a build says, on a terminal and elsewhere."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Repo


def on_a_terminal(repo: Repo, *arguments: str) -> tuple[int, str]:
    """The exit code of `doit` and what a terminal got."""
    ours, its = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100"}
    command = [sys.executable, "-m", "doit", *arguments]
    with subprocess.Popen(command, cwd=repo.path, stdin=its, stdout=its, stderr=its, env=environment) as process:
        os.close(its)
        shown = b""
        try:
            while chunk := os.read(ours, 65536):
                shown += chunk
        except OSError:  # Linux says so when the other end is closed
            pass
        finally:
            os.close(ours)
    return process.returncode, shown.decode()


@pytest.mark.media
def test_a_terminal_has_a_bar_and_every_line(fresh: Repo) -> None:
    """What is made stands above the bar, which says how many of how many, and is gone in the end."""
    fresh.edit("releases/moon.yaml", "title: Rise", "title: '[bold]Rise'")
    code, shown = on_a_terminal(fresh)
    assert 0 == code, shown
    assert "building" in shown
    assert "/27" in shown
    assert "01 [bold]Rise.flac" in shown
    assert shown.splitlines()[-1].rpartition("\x1b[2K")[2].startswith("made 27, restored 0, up to date 0, failed 0 in ")


@pytest.mark.media
def test_a_terminal_has_every_error(built: Repo) -> None:
    """An error is shown as it is elsewhere, caret and all."""
    built.write("releases/masters/01.wav", "")
    code, shown = on_a_terminal(built)
    error = "releases/moon.yaml:7:11: tracks[0].file: releases/masters/01.wav: the file is empty"
    assert (1, True) == (code, f"FAILED  moon:probe:01\r\n{error}\r\n    7 |     file: masters/01.wav\r\n" in shown), shown


@pytest.mark.media
def test_elsewhere_a_line_is_a_thing_done(fresh: Repo) -> None:
    """Standard output has a line per step and one for all; standard error has what to look at."""
    done = fresh.doit()
    *made, last = done.out.splitlines()
    assert 27 == len([line for line in made if line.startswith("made  moon:")]) == len(made)
    assert last.startswith("made 27, restored 0, up to date 0, failed 0 in ")
    assert "\x1b" not in done.out + done.err
    warning = (
        "moon:check: warn: cover: cover-size: expected 1400, got 100\n"
        "    export the picture larger; stores ask for 3000 x 3000\n"
    )
    assert warning == done.err
