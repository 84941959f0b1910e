"""A build that is killed, or whose disk fails, at any of its writes: the next `doit` gives what an undisturbed one gives.

Python's own audit tells the writes, so this runs everywhere; test_strace.py has those of the system.
"""

from __future__ import annotations

import re
import signal
from typing import TYPE_CHECKING

import pytest
from tests.conftest import DODO, Repo
from tests.faults.scene import LATER, NAMES, Scene, scenes, some

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Forking


pytestmark = [pytest.mark.media, pytest.mark.sweep]

MOON = """\
kind: album
title: Moon
artist: A
formats: [wav]
rights: own
torrent: {}
hls: {renditions: [aac-128], segment: 2 s}
tracks:
  - {title: Rise, file: masters/01.wav}
"""
FEW = 8


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory, forking: Forking) -> dict[str, Scene]:
    """An album before its first build, before a rebuild with another title and longer segments, and before it is cleaned."""
    repo = Repo(tmp_path_factory.mktemp("scenes") / "new")
    repo.write("dodo.py", DODO)
    repo.write("releases/moon.yaml", MOON)
    repo.wav("releases/masters/01.wav", seconds=2.5)
    edits = (("title: Rise", "title: Risen"), ("segment: 2 s", "segment: 3 s"))
    return scenes(repo, tuple(("releases/moon.yaml", old, new) for old, new in edits), forking)


def points(scene: Scene, forking: Forking, folder: Path) -> list[int]:
    """The writes at which something goes wrong: all, or a few spread over the run."""
    done = forking.doit(scene.copy(folder), *scene.command, fault="ENOSPC", nth=10**6, later=LATER)
    left = re.search(r"left (\d+)", done.err)
    assert left, done.err
    return some(range(1, 10**6 - int(left[1]) + 1), FEW)


@pytest.mark.parametrize("name", NAMES)
def test_a_kill_at_any_write_loses_nothing(found: dict[str, Scene], forking: Forking, name: str, tmp_path: Path) -> None:
    """No repair by hand, no wrong byte, no file put aside that nobody edited."""
    scene = found[name]
    for nth in points(scene, forking, tmp_path / "repo"):
        repo = scene.copy(tmp_path / "repo")
        assert -signal.SIGKILL == forking.doit(repo, *scene.command, fault="kill", nth=nth, later=LATER).code
        scene.converges(repo, forking, f"kill at {nth}")


@pytest.mark.parametrize("fault", ["ENOSPC", "EIO", "EMFILE"])
@pytest.mark.parametrize("name", NAMES)
def test_a_disk_that_fails_at_any_write_lies_about_nothing(
    found: dict[str, Scene], forking: Forking, name: str, fault: str, tmp_path: Path
) -> None:
    """Exit code 0 means that every byte is right, and the next build mends the rest."""
    scene = found[name]
    for nth in points(scene, forking, tmp_path / "repo"):
        repo = scene.copy(tmp_path / "repo")
        done = forking.doit(repo, *scene.command, fault=fault, nth=nth, later=LATER)
        assert f"injected {fault}" in done.err
        assert "Traceback" not in done.err, done.err
        if done.code == 0:
            assert repo.files() == {} if name == "clean" else scene.whole.items() <= repo.files().items(), (fault, nth, done)
        scene.converges(repo, forking, f"{fault} at {nth}: {done.err}")
