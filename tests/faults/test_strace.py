"""A build that is killed, or that the system fails, at any of its calls on the repo, SQLite's too: nothing is lost.

strace does it. A first run under it lists the calls, each run after that has one of them go wrong.
"""

from __future__ import annotations

import re
import shutil
import signal
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from tests.faults.conftest import notes_repo
from tests.faults.scene import LATER, NAMES, Scene, scenes, some

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Done, Forking, Repo

pytestmark = [
    pytest.mark.sweep,
    pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed"),
]

CALLS = (
    *("write", "pwrite64", "openat", "rename", "renameat", "renameat2", "link", "linkat", "unlink", "unlinkat"),
    *("fsync", "fdatasync", "ftruncate", "mkdir", "mkdirat", "rmdir", "chmod", "fchmod", "fchmodat"),
)
CALL = re.compile(rf"({'|'.join(CALLS)})\((.*)", re.DOTALL)
GROWING = ("write", "pwrite64", "O_CREAT", "rename", "link", "fsync", "fdatasync", "ftruncate", "mkdir")
"""What may find the disk full."""
READ_BY_PYTHON = ("dodo.py", "__pycache__")
"""What it imports; doit has to tell of that, and does it with a traceback."""
FEW = {"kill": 5, "ENOSPC": 2, "EIO": 2, "EMFILE": 2}


@dataclass(frozen=True, kw_only=True)
class Call:
    """The `nth` call of a name, and its line in strace's log."""

    name: str
    nth: int
    line: str


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory, forking: Forking) -> dict[str, Scene]:
    """Notes before their first build, before a rebuild with another title and text, and before they are cleaned."""
    repo = notes_repo(tmp_path_factory.mktemp("scenes") / "new")
    edits = (("releases/moon.yaml", "title: Rise", "title: Risen"), ("releases/notes/2.txt", "down", "below"))
    return scenes(repo, edits, forking)


def straced(forking: Forking, repo: Repo, command: tuple[str, ...], *words: str) -> tuple[Done, list[Call]]:
    """Run doit under strace; returns the calls that it made on files of the repo."""
    log = repo.path.with_name("strace.log")
    traced = ["-y", "-o", str(log), "-e", f"trace={','.join(CALLS)}", *words]
    done = forking.doit(repo, *command, later=LATER, strace=traced)
    counts: Counter[str] = Counter()
    calls = []
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
        if call := CALL.match(line):
            counts[call[1]] += 1
            if is_of(repo, call[2]):
                calls.append(Call(name=call[1], nth=counts[call[1]], line=line))
    return done, calls


def is_of(repo: Repo, arguments: str) -> bool:
    """Whether a call names a file of the repo, by a descriptor, a whole path or one from the current folder."""
    named = re.search(r'"([^"]*)"', arguments)
    descriptor = re.match(r"\d+<([^>]*)>", arguments)
    path = descriptor[1] if descriptor else named[1] if named else "/"
    return (not path.startswith("/") or path.startswith(f"{repo.path}/")) and not any(name in path for name in READ_BY_PYTHON)


def points(calls: list[Call], fault: str) -> list[Call]:
    """The calls that a fault may strike."""
    if fault == "kill":  # at a call that reads, it is the same as at the next one that writes
        chosen = [call for call in calls if call.name != "openat" or "O_RDONLY" not in call.line]
    elif fault == "EMFILE":
        chosen = [call for call in calls if call.name == "openat"]
    elif fault == "ENOSPC":
        chosen = [call for call in calls if any(word in call.line for word in GROWING)]
    else:
        chosen = calls
    assert chosen
    return some(chosen, FEW[fault])


@pytest.mark.parametrize("fault", ["kill", "ENOSPC", "EIO", "EMFILE"])
@pytest.mark.parametrize("name", NAMES)
def test_a_fault_at_any_call_loses_nothing(
    found: dict[str, Scene], forking: Forking, name: str, fault: str, tmp_path: Path
) -> None:
    """Exit code 0 means that every byte is right; without repair by hand, the next build is like an undisturbed one."""
    scene = found[name]
    repo = scene.copy(tmp_path / "repo")
    done, calls = straced(forking, repo, scene.command)
    assert 0 == done.code, done
    for point in points(calls, fault):
        repo = scene.copy(tmp_path / "repo")
        what = "signal=KILL" if fault == "kill" else f"error={fault}"
        done, calls = straced(forking, repo, scene.command, "-e", f"inject={point.name}:{what}:when={point.nth}")
        struck = struck_by(fault, repo, calls)
        assert [(point.name, point.nth)] == [(call.name, call.nth) for call in struck], (fault, point, struck)
        assert (fault == "kill") == (done.code == -signal.SIGKILL), (fault, point, done)
        assert "Traceback" not in done.err, (fault, point, done)
        if done.code == 0:
            assert repo.files() == {} if name == "clean" else scene.whole.items() <= repo.files().items(), (fault, point, done)
        scene.converges(repo, forking, f"{fault} at {point}: {done}")


def struck_by(fault: str, repo: Repo, calls: list[Call]) -> list[Call]:
    """The calls that the fault struck, by strace's word."""
    if fault != "kill":
        return [call for call in calls if call.line.endswith("(INJECTED)")]
    log = repo.path.with_name("strace.log").read_text(encoding="utf-8", errors="replace")
    return calls[-1:] if log.endswith("+++ killed by SIGKILL +++\n") else []
