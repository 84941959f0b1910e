"""Repos of notes, whose steps cost next to nothing, and `doit` in children of a process that has loaded all that it needs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.conftest import Forking, Repo, loaded

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


@pytest.fixture(scope="session")
def forking() -> Forking:
    """The process that runs doit."""
    return loaded()
