"""The workflow of `pressroom new`: each push makes what changed, and nothing else, from the cache of the one before."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from tests.commands.github import GitHub
from tests.conftest import DODO, Repo

from pressroom.commands import main

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.media

RELEASE = """\
kind: album
title: {title}
artist: A
formats: [flac]
archives: [flac]
tracks:
  - {{title: {track}, file: masters/{title}.wav, isrc: {isrc}}}
"""
AT_THE_END = {"moon:zip-flac", "sun:zip-flac", "moon:checks", "sun:checks", "moon:check", "sun:check"}
"""What the last job makes: what is not kept, what asks the ledgers of all releases, and the verdicts on that."""


def workflow(folder: Path) -> dict[str, Any]:
    """The workflow that `pressroom new` writes."""
    assert 0 == main(["new", str(folder)])
    found: dict[str, Any] = yaml.safe_load((folder / ".github/workflows/build.yml").read_text(encoding="utf-8"))
    return found


def commit(repo: Repo) -> None:
    """Commit everything."""
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    for words in (["add", "-A"], [*who, "commit", "-q", "-m", "a change"]):
        subprocess.run(["git", *words], cwd=repo.path, check=True)


@pytest.fixture
def github(tmp_path: Path) -> GitHub:
    """A repo with two releases on GitHub, never built there."""
    origin = Repo(tmp_path / "origin")
    origin.write("dodo.py", DODO)
    origin.write(".gitignore", "/build/\n.pressroom/\n")
    for n, name in enumerate(("moon", "sun"), 1):
        origin.write(f"releases/{name}.yaml", RELEASE.format(title=name, track="Rise", isrc=f"QZABC260000{n}"))
        origin.wav(f"releases/masters/{name}.wav", hertz=220 * n)
    subprocess.run(["git", "init", "-q", "-b", "main"], cwd=origin.path, check=True)
    commit(origin)
    room = tmp_path / "room"
    room.mkdir()
    return GitHub(origin.path, room, workflow(tmp_path / "new"))


def at_once(github: GitHub, folder: Path) -> dict[str, str]:
    """What one build of everything gives, in a clone of its own."""
    subprocess.run(["git", "clone", "-q", str(github.origin), str(folder)], check=True)
    assert 0 == Repo(folder).doit().code
    return Repo(folder).files()


def uploaded(github: GitHub, name: str) -> dict[str, str]:
    """The files of an artifact, by the paths that they have in a repo."""
    found = Repo(github.artifacts).files(f"build-{name}")
    return {path.replace("build-", "build/", 1): digest for path, digest in found.items()}


def test_each_push_makes_what_changed(github: GitHub, tmp_path: Path) -> None:
    """All at first; nothing without a change; then the release that changed, and of it what changed: the bytes of one build."""
    first = github.push()
    assert ["plan", "build moon", "build sun", "whole"] == [*first]
    assert {"success"} == {job.result for job in first.values()}
    full = at_once(github, tmp_path / "full")
    assert full == Repo(first["whole"].folder).files()
    assert full == uploaded(github, "moon") | uploaded(github, "sun")
    assert not first["build moon"].steps("restored")
    assert AT_THE_END == first["whole"].steps("made")

    second = github.push()
    assert ["plan", "whole"] == [*second]
    assert {"changed": "[]"} == second["plan"].outputs
    told = AT_THE_END - {"moon:checks", "sun:checks"}
    assert (told, full) == (second["whole"].steps("made"), Repo(second["whole"].folder).files())
    assert 1 == len(github.caches)

    Repo(github.origin).edit("releases/sun.yaml", "title: Rise", "title: Risen")
    commit(Repo(github.origin))
    third = github.push()
    assert ["plan", "build sun", "whole"] == [*third]
    made = {step.partition(":")[2] for step in third["build sun"].steps("made")}
    assert made == {"tag-flac:01", "playlist-flac", "cue-flac", "zip-flac", "ledger", "checks", "check", "release", "sums"}
    assert {"sun:probe:01", "sun:encode-flac:01", "sun:measure-flac:01"} <= third["build sun"].steps("restored")
    full = at_once(github, tmp_path / "again")
    assert full == Repo(third["whole"].folder).files()
    assert {path: digest for path, digest in full.items() if path.startswith("build/sun/")} == uploaded(github, "sun")
    assert AT_THE_END == third["whole"].steps("made")
    assert ["plan", "whole"] == [*github.push()]


def test_a_bad_release_stops_no_other(github: GitHub) -> None:
    """Its own job tells its mistakes; what the others made is kept for the next push."""
    Repo(github.origin).edit("releases/moon.yaml", "kind: album", "kind: albun")
    commit(Repo(github.origin))
    jobs = github.push()
    assert {"plan": "success", "build moon": "failure", "build sun": "success", "whole": "failure"} == {
        name: job.result for name, job in jobs.items()
    }
    assert "releases/moon.yaml:1:7: kind: expected one of album (did you mean 'album'?), got 'albun'" in jobs["build moon"].said
    assert '["moon"]' == github.push()["plan"].outputs["changed"]


def test_two_releases_with_one_isrc_are_found(github: GitHub) -> None:
    """Though each was built in a job that knows nothing of the other."""
    Repo(github.origin).edit("releases/moon.yaml", "QZABC2600001", "QZABC2600002")
    commit(Repo(github.origin))
    jobs = github.push()
    assert ("success", "success", "failure") == tuple(jobs[name].result for name in ("build moon", "build sun", "whole"))
    assert "QZABC2600002" in jobs["whole"].said


def test_another_branch_writes_no_cache(github: GitHub) -> None:
    """It reads what the default branch has kept."""
    assert "success" == github.push("feature")["whole"].result
    assert [] == github.caches


def test_a_job_may_read_and_nothing_else(tmp_path: Path) -> None:
    """No job can write to the repo, and no step takes anything but its words from an expression."""
    found = workflow(tmp_path / "new")
    assert {} == found["permissions"]
    assert [{"contents": "read"}] * 3 == [job["permissions"] for job in found["jobs"].values()]
    assert not [step for job in found["jobs"].values() for step in job["steps"] if "${{" in step.get("run", "")]
