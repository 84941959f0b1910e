"""A build that is killed, or whose disk fails, at any of its writes: the next `doit` gives what an undisturbed one gives."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.conftest import DODO, Repo

if TYPE_CHECKING:
    from tests.conftest import Done

pytestmark = pytest.mark.media

INJECT = str(Path(__file__).with_name("inject.py"))
MOON = """\
kind: album
title: Moon
artist: A
formats: [wav]
tracks:
  - {title: Rise, file: masters/01.wav}
"""
WHOLE = bool(os.environ.get("PRESSROOM_WHOLE_SWEEP"))
"""Whether every point is tried, as in CI, or a few."""
SCENES = ("first build", "rebuild", "clean")


class Scene:
    """A repo before a command, and what its build folder must be in the end."""

    def __init__(self, repo: Repo, command: tuple[str, ...], whole: dict[str, str], original: dict[str, str]) -> None:
        self.repo = repo
        self.command = command
        self.whole = whole
        self.original = original

    def copy(self, folder: Path) -> Repo:
        """The same repo once more."""
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.repo.path, folder, symlinks=True)
        return Repo(folder)


def injected(repo: Repo, fault: str, nth: int, command: tuple[str, ...]) -> Done:
    """Run doit with one fault."""
    return repo.run(sys.executable, INJECT, fault, str(nth), *command)


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Scene]:
    """A repo before its first build, before a rebuild with another title, and before it is cleaned."""
    folder = tmp_path_factory.mktemp("scenes")
    repo = Repo(folder / "new")
    repo.write("dodo.py", DODO)
    repo.write("releases/moon.yaml", MOON)
    repo.wav("releases/masters/01.wav")
    built = Repo(folder / "built")
    shutil.copytree(repo.path, built.path)
    assert 0 == built.doit("-n", "1").code
    original = built.files()
    edited, after = Repo(folder / "edited"), Repo(folder / "after")
    shutil.copytree(built.path, edited.path, symlinks=True)
    edited.edit("releases/moon.yaml", "title: Rise", "title: Risen")
    shutil.copytree(edited.path, after.path, symlinks=True)
    assert 0 == after.doit("-n", "1").code
    return {
        "first build": Scene(repo, ("-n", "1"), original, original),
        "rebuild": Scene(edited, ("-n", "1"), after.files(), original),
        "clean": Scene(built, ("clean",), original, original),
    }


def points(scene: Scene, folder: Path) -> list[int]:
    """The writes at which something goes wrong: all, or a few spread over the run."""
    done = injected(scene.copy(folder), "ENOSPC", 10**6, scene.command)
    found = re.search(r"left (\d+)", done.err)
    assert found, done.err
    count = 10**6 - int(found[1])
    return list(range(1, count + 1)) if WHOLE else sorted({1 + n * (count - 1) // 7 for n in range(8)})


def converges(repo: Repo, scene: Scene, fault: str) -> None:
    """The next build is like an undisturbed one, and so is the one after the edit is undone."""
    done = repo.doit("-n", "1")
    assert 0 == done.code, (fault, done)
    outputs = {name: digest for name, digest in repo.files().items() if name in scene.whole or name not in scene.original}
    assert (scene.whole, []) == (outputs, repo.parts()), fault
    assert 0 == repo.doit("verify").code, fault
    if scene.whole != scene.original:
        repo.edit("releases/moon.yaml", "title: Risen", "title: Rise")
        assert 0 == repo.doit("-n", "1").code, fault
        assert scene.original.items() <= repo.files().items(), fault
    assert not (repo.path / "kept").exists(), fault


@pytest.mark.parametrize("name", SCENES)
def test_a_kill_at_any_write_loses_nothing(scenes: dict[str, Scene], name: str, tmp_path: Path) -> None:
    """No repair by hand, no wrong byte, no file put aside that nobody edited."""
    scene = scenes[name]
    for nth in points(scene, tmp_path / "repo"):
        repo = scene.copy(tmp_path / "repo")
        assert -signal.SIGKILL == injected(repo, "kill", nth, scene.command).code
        converges(repo, scene, f"kill at {nth}")


@pytest.mark.parametrize("fault", ["ENOSPC", "EIO", "EMFILE"])
@pytest.mark.parametrize("name", SCENES)
def test_a_disk_that_fails_at_any_write_lies_about_nothing(
    scenes: dict[str, Scene], name: str, fault: str, tmp_path: Path
) -> None:
    """Exit code 0 means that every byte is right, and the next build mends the rest."""
    scene = scenes[name]
    for nth in points(scene, tmp_path / "repo"):
        repo = scene.copy(tmp_path / "repo")
        done = injected(repo, fault, nth, scene.command)
        assert f"injected {fault}" in done.err
        assert "Traceback" not in done.err, done.err
        if done.code == 0 and name != "clean":
            assert scene.whole.items() <= repo.files().items(), (fault, nth, done)
        converges(repo, scene, f"{fault} at {nth}: {done.err}")
