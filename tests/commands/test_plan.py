"""`doit plan` and `doit why`: what would run, and why; and that it then does."""

from __future__ import annotations

import json
import random
import shutil
from typing import TYPE_CHECKING

import pytest
from tests.conftest import DODO, Repo

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Done

pytestmark = pytest.mark.media

SUN = "kind: album\ntitle: Sun\nartist: A\nformats: [flac]\ntracks:\n  - {title: Noon, file: masters/02.wav}\n"


def fates(done: Done) -> dict[str, set[str]]:
    """The steps by what `plan` says of them."""
    found: dict[str, set[str]] = {"run": set(), "restore": set(), "may run": set(), "FAIL": set()}
    for line in done.out.splitlines()[:-1]:
        fate, task, *_ = line.split("  ")
        found[fate].add(task)
    return found


def test_nothing_to_do(built: Repo) -> None:
    """One line, and exit code 0."""
    done = built.doit("plan")
    assert (0, "run 0, restore 0, up to date 27\n", "") == (done.code, done.out, done.err)


def test_another_release_is_told_of_as_another_file(built: Repo) -> None:
    """The checks of each release read the ledgers of all."""
    built.write("releases/sun.yaml", SUN)
    line = next(line for line in built.doit("plan").out.splitlines() if " moon:checks " in line)
    assert "run  moon:checks  because it reads 13 files, and 12 the last time; sun:ledger will run" == line


def test_a_title_is_chained_to_all_that_names_it(built: Repo) -> None:
    """Each step with the words that changed, or the step that it waits for."""
    built.edit("releases/moon.yaml", "title: Rise", "title: Risen")
    done = built.doit("plan", "moon")
    lines = done.out.splitlines()
    assert "run  moon:tag-flac:01  because tags.fields.title changed: 'Rise' -> 'Risen'" in lines
    assert "may run  moon:sums  because moon:tag-flac:01 will run" in lines
    assert 10 == done.code
    assert not any("encode" in line or "probe" in line for line in lines)
    why = built.doit("why", "build/moon/SHA256SUMS", "moon:probe:01")
    assert [
        "moon:sums may run because moon:tag-flac:01 will run",
        "moon:tag-flac:01 will run because tags.fields.title changed: 'Rise' -> 'Risen'",
        "moon:probe:01 is up to date",
    ] == why.out.splitlines()


def test_json_is_for_machines(built: Repo) -> None:
    """The releases, with what would run in each; nothing else on standard output."""
    built.edit("releases/moon.yaml", "title: Rise", "title: Risen")
    built.write("releases/sun.yaml", "kind: albun\n")
    done = built.doit("plan", "--json")
    moon, sun = json.loads(done.out)["releases"]
    step = next(step for step in moon["steps"] if step["name"] == "moon:tag-flac:01")
    assert {"fate": "run", "reason": "tags.fields.title changed: 'Rise' -> 'Risen'", "cause": None, "cached": False} == {
        key: step[key] for key in ("fate", "reason", "cause", "cached")
    }
    assert (None, "moon", "sun", []) == (moon["error"], moon["slug"], sun["slug"], sun["steps"])
    assert "releases/sun.yaml:1:7: kind: expected one of album (did you mean 'album'?), got 'albun'" in sun["error"]
    assert 2 == done.code


@pytest.fixture
def clone(built: Repo, tmp_path: Path) -> Repo:
    """A repo of two releases that has the cache of one that is built, and nothing else of it."""
    built.write("releases/sun.yaml", SUN + "archives: [flac]\n")
    assert 0 == built.doit().code
    found = Repo(tmp_path / "clone")
    found.write("dodo.py", DODO)
    for folder in ("releases", ".pressroom/cache"):
        shutil.copytree(built.path / folder, found.path / folder, copy_function=shutil.copyfile)
    return found


def test_what_the_cache_gives_elsewhere_is_foretold(clone: Repo) -> None:
    """Step by step; zips and copies, which are not kept, have to be written again, but that is no change."""
    planned, foretold, done = clone.doit("plan", "--json"), fates(clone.doit("plan")), clone.doit()
    assert {"run": done.made, "restore": done.restored, "may run": set(), "FAIL": set()} == foretold
    assert {"moon:cover-flac", "moon:cover-mp3-v0", "sun:zip-flac", "moon:check", "sun:check"} == done.made
    assert ([], 10) == (json.loads(planned.out)["changed"], planned.code)


@pytest.mark.parametrize(
    ("old", "new"), [("title: Rise", "title: Risen"), ("kind: album", "kind: albun"), ("01.wav", "03.wav")]
)
def test_a_release_with_other_words_has_changed(clone: Repo, old: str, new: str) -> None:
    """And one whose YAML has mistakes, or whose master is missing; not one that reads what these will write."""
    clone.edit("releases/moon.yaml", old, new)
    assert ["moon"] == json.loads(clone.doit("plan", "--json").out)["changed"]


def test_a_missing_master_is_foretold(built: Repo) -> None:
    """What cannot run is said before anything does."""
    (built.path / "releases/masters/01.wav").unlink()
    done = built.doit("plan")
    assert "FAIL  moon:probe:01  because releases/masters/01.wav: no such file" in done.out.splitlines()
    assert {"moon:encode-flac:01", "moon:sums"} < fates(done)["FAIL"]


def test_it_does_nothing(fresh: Repo) -> None:
    """No file appears or changes outside of .pressroom/, and nothing is run but what tells the tools apart."""
    assert 10 == fresh.doit("plan").code  # Python has compiled the dodo.py by now
    before = tree(fresh)
    assert 10 == fresh.doit("plan").code
    assert before == tree(fresh)


def tree(repo: Repo) -> dict[str, tuple[int, str]]:
    """The date and the content of every file outside of .pressroom/."""
    found = {name: digest for name, digest in repo.files(".").items() if not name.startswith(".pressroom/")}
    return {name: ((repo.path / name).stat().st_mtime_ns, digest) for name, digest in found.items()}


def title(repo: Repo, dice: random.Random) -> None:
    """Give the first track another title."""
    repo.write("releases/moon.yaml", repo_text(repo, "releases/moon.yaml", f"- title: {dice.choice('ABCDE')}"))


def repo_text(repo: Repo, name: str, first: str) -> str:
    """The YAML with another first track's title."""
    head, _, rest = (repo.path / name).read_text(encoding="utf-8").partition("- title: ")
    return head + first + "\n" + rest.partition("\n")[2]


def master(repo: Repo, dice: random.Random) -> None:
    """Record the first track anew."""
    repo.wav("releases/masters/01.wav", hertz=dice.choice([330, 440, 550]))


def cover(repo: Repo, dice: random.Random) -> None:
    """Paint another cover."""
    repo.picture("releases/cover.png", dice.choice(["navy", "red"]))


def lose(repo: Repo, dice: random.Random) -> None:
    """Delete an output."""
    path = dice.choice(sorted(path for path in (repo.path / "build").rglob("*") if path.is_file()))
    path.unlink()


def damage(repo: Repo, dice: random.Random) -> None:
    """Write into an output."""
    path = dice.choice(sorted(path for path in (repo.path / "build").rglob("*") if path.is_file()))
    path.write_bytes(path.read_bytes() + b"!")


def another(repo: Repo, _: random.Random) -> None:
    """Add a release, or rename it."""
    for name in ("sun", "star"):
        if (old := repo.path / f"releases/{name}.yaml").exists():
            old.rename(repo.path / f"releases/{'star' if name == 'sun' else 'sun'}.yaml")
            return
    repo.write("releases/sun.yaml", SUN)


def uncached(repo: Repo, _: random.Random) -> None:
    """Delete the cache."""
    shutil.rmtree(repo.path / ".pressroom/cache", ignore_errors=True)


def test_what_is_foretold_happens(built: Repo) -> None:
    """Whatever is edited: what is said to run runs, what is said to come from the cache does, and nothing else.

    `tests/faults/test_machine.py` holds it for many more histories, of notes.
    """
    dice = random.Random(1)  # noqa: S311  # edits, not secrets
    edits: list[Callable[[Repo, random.Random], None]] = [title, master, cover, lose, damage, another, uncached]
    for _ in range(5):
        for edit in dice.sample(edits, dice.choice([1, 2])):
            edit(built, dice)
        foretold, done = fates(built.doit("plan")), built.doit()
        assert 0 == done.code, done.err
        assert foretold["run"] <= done.made | done.restored, (foretold, done.out)
        assert foretold["restore"] <= done.restored | done.made, (foretold, done.out)
        assert done.made | done.restored <= foretold["run"] | foretold["restore"] | foretold["may run"], (foretold, done.out)
        assert done.made <= foretold["run"] | foretold["may run"], (foretold, done.out)
        assert 0 == built.doit("plan").code


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["plan", "mon"], "'mon' is no release; did you mean 'moon'?"),
        (
            ["why", "moon:probe:1"],
            "'moon:probe:1' is no release, no step and no output; did you mean 'moon:probe:01'?",
        ),
        (
            ["why", "README.md"],
            "'README.md' is no release, no step and no output; `doit list RELEASE` shows the steps",
        ),
        (["verify", "mon"], "no build of 'mon' is on record here"),
    ],
)
def test_a_name_that_is_none_is_told(built: Repo, words: list[str], error: str) -> None:
    """With the near one."""
    done = built.doit(*words)
    assert (2, "", f"{error}\n") == (done.code, done.out, done.err)


def test_a_release_is_stale_because_of_what_changed(built: Repo) -> None:
    """Asked of a release, the steps at the beginning are told; of one with mistakes, these."""
    assert "moon is up to date\n" == built.doit("why", "moon").out
    built.edit("releases/moon.yaml", "title: Rise", "title: Risen")
    told = built.doit("why", "moon").out.splitlines()
    assert "moon:tag-flac:01 will run because tags.fields.title changed: 'Rise' -> 'Risen'" in told
    assert not any(line.startswith("moon:check ") for line in told)
    built.write("releases/sun.yaml", "kind: albun\n")
    done = built.doit("why", "sun")
    assert (2, True) == (done.code, "releases/sun.yaml:1:7: kind: " in done.err)


@pytest.mark.parametrize("verb", ["plan", "why", "verify", "prune", "cache"])
def test_an_unknown_option_shows_the_usage(built: Repo, verb: str) -> None:
    """And nothing is done."""
    done = built.doit(verb, "--nonsense")
    assert (2, True) == (done.code, done.err.startswith(f"usage: pressroom {verb}"))
