"""Builds that are started at once in one repo: one works, and no work is done twice."""

from __future__ import annotations

import re
import signal
import sys
import time
from typing import TYPE_CHECKING

import pytest
from tests.faults.conftest import notes_repo

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from tests.conftest import Forking
    from tests.faults.conftest import NotesRepo

DOIT = (sys.executable, "-m", "doit")
WAITING = re.compile(r"another build runs here: process (\d+) on \S+, since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d; waiting for it\n")
REFUSED = re.compile(
    r"another build runs here: process (\d+) on \S+, since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d; run `doit` again when it has ended\n"
)
DONE = "made 8, restored 0, up to date 0, failed 0"
FRESH = "made 0, restored 0, up to date 8, failed 0"


@pytest.fixture
def whole(forking: Forking, tmp_path: Path) -> dict[str, str]:
    """What a build gives."""
    repo = notes_repo(tmp_path / "other")
    assert (0, 8) == (forking.doit(repo).code, len(repo.runs()))
    return repo.files()


def holding(repo: NotesRepo, nap: float) -> subprocess.Popen[str]:
    """A build that works, and whose encodes take that long."""
    repo.edit("releases/moon.yaml", "kind: notes", f"kind: notes\nnap: {nap}")
    process = repo.started(*DOIT, "-n", "2")
    deadline = time.monotonic() + 30
    while not repo.runs():
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return process


def test_eight_builds_do_the_work_of_one(notes: NotesRepo, whole: dict[str, str]) -> None:
    """Each ends well, seven of them with nothing to do; every step ran once."""
    notes.edit("releases/moon.yaml", "kind: notes", "kind: notes\nnap: 1")
    builds = [notes.started(*DOIT) for _ in range(8)]
    ended = [(*build.communicate(timeout=60), build.returncode) for build in builds]
    assert [0] * 8 == [code for *_, code in ended]
    summaries = sorted(out.splitlines()[-1].rpartition(" in ")[0] for out, *_ in ended)
    assert [FRESH] * 7 + [DONE] == summaries
    assert (8, whole, []) == (len(notes.runs()), notes.files(), notes.parts())
    assert len(set(notes.runs())) == 8
    worked = {str(build.pid) for build, (out, *_) in zip(builds, ended, strict=True) if "made  " in out}
    told = [WAITING.fullmatch(err) for _, err, _ in ended if err]
    assert told
    assert all(found for found in told), ended
    assert worked & {found[1] for found in told if found}


def test_who_does_not_wait_is_turned_away(notes: NotesRepo, whole: dict[str, str]) -> None:
    """With `--no-wait` seven end with exit code 4 at once, and the one that works is in nobody's way."""
    holder = holding(notes, nap=60)
    others = [notes.started(*DOIT, "--no-wait") for _ in range(7)]
    ended = [(*other.communicate(timeout=60), other.returncode) for other in others]
    notes.write("wake", "")
    assert [(4, "")] * 7 == [(code, out) for out, _, code in ended]
    assert [str(holder.pid)] * 7 == [found[1] for _, err, _ in ended if (found := REFUSED.fullmatch(err))]
    holder.communicate(timeout=30)
    assert 0 == holder.returncode
    assert (8, whole) == (len(notes.runs()), notes.files())


def test_a_killed_holder_frees_the_lock(notes: NotesRepo, whole: dict[str, str]) -> None:
    """Who waits goes on at once, with what was finished."""
    holder = holding(notes, nap=3)
    waiting = notes.started(*DOIT)
    assert waiting.stderr
    assert WAITING.fullmatch(waiting.stderr.readline())
    # Before who waits reads it.
    notes.edit("releases/moon.yaml", "nap: 3", "nap: 0")
    holder.send_signal(signal.SIGKILL)
    holder.communicate()
    killed = time.monotonic()
    out, err = waiting.communicate(timeout=30)
    assert time.monotonic() - killed < 2
    assert (0, "", whole, []) == (waiting.returncode, err, notes.files(), notes.parts())
    assert DONE == out.splitlines()[-1].rpartition(" in ")[0]


@pytest.mark.parametrize("slots", ["1", "2", "8", "256"])
def test_any_number_of_slots_gives_the_same_bytes(
    forking: Forking, notes: NotesRepo, whole: dict[str, str], slots: str
) -> None:
    """In whichever order the steps run."""
    assert (0, whole) == (forking.doit(notes, "-n", slots).code, notes.files())
