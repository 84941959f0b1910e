"""A build that a signal ends, whatever it is doing: no process and no partial file outlives it, and nothing is lost."""

from __future__ import annotations

import signal
import sys
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    from tests.faults.conftest import NotesRepo

    Scene = Callable[[NotesRepo], subprocess.Popen[str]]

pytestmark = pytest.mark.media

DOIT = (sys.executable, "-m", "doit")
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
FINISHED = {f"moon:{step}" for step in ("encode:01", "tag:01", "encode:02", "tag:02", "split", "ledger", "check", "all")}


def until(seen: Callable[[], object], process: subprocess.Popen[str]) -> None:
    """Wait for what a running build does."""
    deadline = time.monotonic() + 30
    while not seen():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)


def planning(repo: NotesRepo) -> subprocess.Popen[str]:
    """It reads its releases."""
    repo.edit("releases/moon.yaml", "kind: notes", "kind: notes\nponder: 60")
    process = repo.started(*DOIT)
    until((repo.path / ".pressroom/lock.json").exists, process)
    time.sleep(0.3)
    return process


def encoding(repo: NotesRepo) -> subprocess.Popen[str]:
    """It runs ffmpeg, and all else is done."""
    repo.edit("releases/moon.yaml", "kind: notes", "kind: notes\nhum: 60")
    process = repo.started(*DOIT, "-n", "2")
    until(lambda: repo.ffmpegs() and any(name.endswith(".wav") for name in repo.parts()) and len(repo.runs()) == 9, process)
    time.sleep(0.1)
    return process


def writing(repo: NotesRepo) -> subprocess.Popen[str]:
    """A step that asks nobody whether it shall go on writes its output, and all else is done."""
    repo.edit("releases/moon.yaml", "kind: notes", "kind: notes\nscribble: 60")
    process = repo.started(*DOIT, "-n", "2")
    until(lambda: any(".scribble.part-" in name for name in repo.parts()) and len(repo.runs()) == 9, process)
    time.sleep(0.1)
    return process


def grown(repo: NotesRepo) -> bool:
    """Whether a partial file still grows."""
    sizes = [(repo.path / name).stat().st_size for name in repo.parts()]
    time.sleep(0.1)
    return sizes != [(repo.path / name).stat().st_size for name in repo.parts()]


def finishes(repo: NotesRepo, kept: set[str]) -> None:
    """The next build makes what is not finished, and nothing else."""
    text = (repo.path / "releases/moon.yaml").read_text(encoding="utf-8")
    repo.write("releases/moon.yaml", text.replace(": 60\n", ": 0.1\n").replace("ponder: 0.1", "ponder: 0"))
    done = repo.doit()
    assert (0, "", set(), []) == (done.code, done.err, done.made & kept, repo.parts())
    assert 0 == repo.doit("verify").code


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize(("scene", "kept"), [(planning, set()), (encoding, FINISHED), (writing, FINISHED)])
def test_a_signal_ends_the_build(notes: NotesRepo, scene: Scene, kept: set[str], number: signal.Signals) -> None:
    """INT, TERM, HUP and QUIT end it within 2 s with 128 + n, leave nothing half made, and keep what is finished."""
    process = scene(notes)
    process.send_signal(number)
    asked = time.monotonic()
    out, err = process.communicate(timeout=10)
    assert time.monotonic() - asked < 2
    assert (128 + number, f"stopped by {number.name}; what is finished is kept\n") == (process.returncode, err)
    assert ([], []) == (notes.ffmpegs(), notes.parts())
    assert kept <= {line.split()[1] for line in out.splitlines() if line.startswith("made  ")}
    if number == signal.SIGQUIT:
        finishes(notes, kept)


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_ends_the_waiting(notes: NotesRepo, number: signal.Signals) -> None:
    """Who waits for the lock goes, and who holds it works on."""
    holder = planning(notes)
    process = notes.started(*DOIT)
    assert process.stderr
    told = process.stderr.readline()
    assert told.startswith(f"another build runs here: process {holder.pid} on ")
    process.send_signal(number)
    asked = time.monotonic()
    out, err = process.communicate(timeout=10)
    assert time.monotonic() - asked < 2
    assert (128 + number, "", f"stopped by {number.name}; what is finished is kept\n") == (process.returncode, out, err)
    assert holder.poll() is None
    holder.kill()
    holder.communicate()


@pytest.mark.parametrize(("scene", "kept"), [(planning, set()), (encoding, FINISHED), (writing, FINISHED)])
def test_a_kill_leaves_no_process(notes: NotesRepo, scene: Scene, kept: set[str]) -> None:
    """What a killed build left half made goes with the next one, which makes nothing again that was finished."""
    process = scene(notes)
    process.kill()
    process.communicate(timeout=10)
    assert -signal.SIGKILL == process.returncode
    deadline = time.monotonic() + 2
    while notes.ffmpegs() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert ([], False) == (notes.ffmpegs(), grown(notes))
    finishes(notes, kept)
