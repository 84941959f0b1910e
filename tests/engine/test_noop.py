"""A build with nothing to do is answered by the status of files, and only then."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pressroom.engine import noop
from pressroom.engine.build import Build

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Repo

pytestmark = pytest.mark.media


@pytest.fixture
def settled(built: Repo, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """A repo in which the last build found nothing to do."""
    time.sleep(0.05)
    assert 0 == built.doit().code
    monkeypatch.chdir(built.path)
    assert noop.Answer(27, 0) == answer(built) == answer(built, "moon")
    return built


def answer(repo: Repo, *slugs: str) -> noop.Answer | None:
    """What the answer is."""
    return noop.answer(Build(repo.path), slugs)


def test_no_release_is_read(settled: Repo) -> None:
    """Neither YAML nor types are needed to say that nothing changed."""
    done = settled.run(sys.executable, "-X", "importtime", "-m", "doit")
    assert done.out.startswith("made 0, restored 0, up to date 27, failed 0 in 0.")
    assert [] == [
        name for name in ("pydantic", "yaml", "pressroom.kinds", "pressroom.engine.releases") if f" {name}\n" in done.err
    ]


def test_an_edit_while_a_build_runs_is_seen_by_the_next(settled: Repo) -> None:
    """The plan was read before it, whatever the status of the file was at the end."""
    settled.wav("releases/masters/01.wav", hertz=550)
    build = settled.started(sys.executable, "-m", "doit", "-n", "1")
    assert build.stdout
    assert build.stdout.readline().startswith("made  moon:probe:01")
    settled.edit("releases/moon.yaml", "title: Fall", "title: Fallen")
    assert "failed 0" in build.communicate(timeout=60)[0]
    assert "moon:tag-flac:02" in settled.doit().made


CHANGES: dict[str, Callable[[Repo], object]] = {
    "a master": lambda repo: repo.wav("releases/masters/01.wav", hertz=550),
    "a touched master": lambda repo: os.utime(repo.path / "releases/masters/01.wav"),
    "an output": lambda repo: repo.write("build/moon/release.json", "mine"),
    "an output that is gone": lambda repo: (repo.path / "build/moon/release.json").unlink(),
    "an intermediate that is gone": lambda repo: next((repo.path / ".pressroom/work").rglob("*.json")).unlink(),
    "the YAML": lambda repo: repo.edit("releases/moon.yaml", "title: Rise", "title: Risen"),
    "a comment": lambda repo: repo.edit("releases/moon.yaml", "title: Rise", "title: Rise # up"),
    "another release": lambda repo: repo.write("releases/sun.yaml", "kind: albun\n"),
    "another release in a folder": lambda repo: repo.write("releases/sun/release.yaml", "kind: albun\n"),
    "defaults": lambda repo: repo.write("releases/defaults.yaml", "label: X\n"),
    "the record": lambda repo: (repo.path / ".pressroom/state.db").unlink(),
    "a setting": lambda repo: repo.write("pressroom.toml", 'build = "out"\n'),
    "the dodo.py": lambda repo: repo.write("dodo.py", "from pressroom.dodo import *\nDOIT_CONFIG['verbosity'] = 1\n"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_whatever_changed_is_looked_at(settled: Repo, what: str) -> None:
    """No answer is given for what is not as it was; the full build does."""
    CHANGES[what](settled)
    assert answer(settled) is None


def test_tasks_of_the_repo_itself_run(settled: Repo) -> None:
    """A dodo.py with tasks of its own is never answered by the status of our files."""
    settled.write("dodo.py", "from pressroom.dodo import *\n\n\ndef task_hello():\n    return {'actions': ['touch hello']}\n")
    for _ in range(2):
        settled.doit()
        assert (settled.path / "hello").exists()
        (settled.path / "hello").unlink()


def test_what_the_repo_imports_is_looked_at(settled: Repo) -> None:
    """A dodo.py may bring kinds of its own, from files beside it."""
    settled.write("kinds_of_mine.py", "")
    settled.write("dodo.py", "import kinds_of_mine\nfrom pressroom.dodo import *\n")
    time.sleep(0.05)
    settled.doit()
    assert noop.Answer(27, 0) == answer(settled)
    settled.write("kinds_of_mine.py", "# another\n")
    assert answer(settled) is None


def test_a_cut_file_answers_nothing(settled: Repo) -> None:
    """Wherever it ends."""
    whole = noop.PATH.read_bytes()
    for length in range(0, len(whole), 97):
        noop.PATH.write_bytes(whole[:length])
        assert answer(settled) is None
    noop.PATH.write_bytes(whole)
    assert answer(settled)


@pytest.mark.parametrize("text", ["[]", "3", '{"world": 3}', "null"])
def test_a_damaged_file_answers_nothing(settled: Repo, text: str) -> None:
    """Whatever it says."""
    noop.PATH.write_text(text, encoding="utf-8")
    assert answer(settled) is None


def test_files_of_no_release_are_still_told(settled: Repo) -> None:
    """Each build says that they are there, until they are pruned."""
    settled.edit("releases/moon.yaml", "title: Rise", "title: Risen")
    for _ in range(3):
        time.sleep(0.05)
        assert "2 files belong to no release any more" in settled.doit().err
    assert noop.Answer(27, 2) == answer(settled)
    assert answer(settled, "moon") is None
    next((settled.path / "build").rglob("* Rise.*")).unlink()
    assert answer(settled) is None


def test_a_failed_build_answers_nothing(settled: Repo) -> None:
    """What failed is tried again."""
    (settled.path / "releases/masters/01.wav").unlink()
    for _ in range(2):
        assert 1 == settled.doit().code
    assert not Path(noop.PATH).exists()
