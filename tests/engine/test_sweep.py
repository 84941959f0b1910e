"""What a killed build left half written goes with the next one."""

from __future__ import annotations

from pathlib import Path

import pytest

from pressroom.engine.build import Build
from pressroom.engine.state import StepRow
from pressroom.engine.sweep import begin, end, sweep


@pytest.fixture(autouse=True)
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Build:
    """A build in an empty repo."""
    monkeypatch.chdir(tmp_path)
    made = Build(tmp_path)
    made.prepare()
    return made


def left(*names: str) -> list[Path]:
    """Files that stand there."""
    paths = [Path(name) for name in names]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return paths


def test_what_the_state_knows_of_goes(build: Build) -> None:
    """With the folder that this leaves empty; other files stay."""
    gone = left("build/moon/flac/.a.part-1.flac", "build/moon/.b.part-1")
    (stays,) = left("build/moon/mine.txt")
    build.state.start(gone)
    sweep(build)
    assert ([False, False], True, False) == ([path.exists() for path in gone], stays.exists(), Path("build/moon/flac").exists())
    assert [] == build.state.started()


def test_without_a_state_they_go_by_their_names(build: Build) -> None:
    """A state that was deleted knows of nothing."""
    gone = left("build/moon/.a.b.part-12.flac", ".pressroom/work/moon/.c.part-3")
    stay = left(
        "build/moon/a.part-12.flac", "build/moon/.a.part-x.flac", ".pressroom/work/moon/.part-3", "releases/.a.part-1.wav"
    )
    sweep(build)
    assert ([False] * 2, [True] * 4) == ([path.exists() for path in gone], [path.exists() for path in stay])


def test_after_a_build_that_did_not_end_they_go_by_their_names(build: Build) -> None:
    """A power cut may take the last notes; after one that ended, nobody has to look."""
    build.state.commit(steps=[StepRow("moon:check", "ab" * 32, "{}", 1.0, 1.0)])
    (part,) = left("build/moon/.a.part-12.flac")
    begin()
    end()
    sweep(build)
    assert part.exists()
    begin()
    sweep(build)
    assert not part.exists()
