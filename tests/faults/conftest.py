"""Repos of notes, whose steps cost next to nothing, and `doit` in children of a process that has loaded all that it needs."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.conftest import Done, Repo

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

HERE = Path(__file__).parent
DODO = f"import sys\nsys.path.insert(0, {str(HERE)!r})\nimport notes\nfrom pressroom.dodo import *  # noqa: F403\n"
STEPS = ("encode:01", "tag:01", "encode:02", "tag:02", "split", "ledger", "check", "all")
"""The steps of a release with two notes."""


def release(*titles: str, **words: str) -> str:
    """The YAML of a release with a note for each title: the texts are notes/1.txt and so on."""
    notes = "".join(f"  - {{title: {title}, file: notes/{n}.txt}}\n" for n, title in enumerate(titles, 1))
    return "kind: notes\n" + "".join(f"{key}: {value}\n" for key, value in words.items()) + f"notes:\n{notes}"


@dataclass(frozen=True)
class NotesRepo(Repo):
    """A repo of notes."""

    def runs(self) -> list[str]:
        """The first output of each step that ran, once for each time."""
        path = self.path / "runs"
        return sorted(path.read_text(encoding="utf-8").split("\n")[:-1]) if path.exists() else []


def notes_repo(folder: Path, **words: str) -> NotesRepo:
    """A repo with one release of two notes, never built."""
    repo = NotesRepo(folder)
    repo.write("dodo.py", DODO)
    repo.write("releases/moon.yaml", release("Rise", "Fall", **words))
    repo.write("releases/notes/1.txt", "up and away")
    repo.write("releases/notes/2.txt", "down")
    return repo


@pytest.fixture
def notes(tmp_path: Path) -> NotesRepo:
    """A repo with one release of two notes, never built."""
    return notes_repo(tmp_path / "repo")


class Forking:
    """A process that runs doit in a child of its own each time: 30 ms instead of 500."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def doit(self, repo: Repo, *words: str, fault: str = "", nth: int = 0, later: int = 0, strace: Sequence[str] = ()) -> Done:
        """Run doit in a repo, with a fault (see inject.py), or a clock that is `later` by so many seconds.

        `strace` are arguments of one that watches; then one thread does all.
        """
        asked = {"folder": str(repo.path), "words": words, "fault": fault, "nth": nth, "later": later, "strace": strace}
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        return Done(**json.loads(self.process.stdout.readline()))


@pytest.fixture(scope="session")
def forking() -> Iterator[Forking]:
    """The process; it ends when its input does."""
    command = [sys.executable, str(HERE / "forking.py")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Forking(process)
