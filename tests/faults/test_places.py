"""A repo in a place that is not as it should be: a sentence, the right exit code, and nothing is lost."""

from __future__ import annotations

import os
import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.faults.conftest import NotesRepo, notes_repo

from pressroom.engine.state import State

if TYPE_CHECKING:
    from tests.conftest import Done, Forking

DOIT = (sys.executable, "-m", "doit")
ORDINARY = ("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all")
"""Takes from root what lets it read and write everything."""
REFUSED = "cannot be used (unable to open database file); mend its permissions, or the disk, and run `doit` again\n"
SUMMARY = "made 8, restored 0, up to date 0, failed 0"


@pytest.fixture
def built(forking: Forking, notes: NotesRepo) -> NotesRepo:
    """A repo that is built, and whose last build found nothing to do."""
    for _ in range(2):
        assert 0 == forking.doit(notes).code
        time.sleep(0.05)
    State(notes.path / ".pressroom/state.db").close()
    return notes


def mounted(repo: NotesRepo, mount: str, *words: str) -> Done:
    """Run `doit` in a name space of its own where `mount` has been run."""
    apart = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--mount", "--map-root-user"]
    return repo.run(*apart, "sh", "-c", f'{mount} && cd "$PWD" && exec "$@"', "sh", *DOIT, *words)


READ_ONLY = "mount --bind . . && mount -o remount,bind,ro ."


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ((), ".pressroom/lock: cannot be locked (Read-only file system); mend the folder\n"),
        (("clean",), ".pressroom/lock: cannot be locked (Read-only file system); mend the folder\n"),
        (("verify", "--restore"), ".pressroom/lock: cannot be locked (Read-only file system); mend the folder\n"),
    ],
)
def test_a_read_only_repo_is_named(built: NotesRepo, words: tuple[str, ...], error: str) -> None:
    """Exit code 3; what stands there stays."""
    before = built.files(".")
    built.edit("releases/moon.yaml", "Rise", "Risen")
    done = mounted(built, READ_ONLY, *words)
    assert (3, "", error) == (done.code, done.out, done.err)
    built.edit("releases/moon.yaml", "Risen", "Rise")
    assert before == built.files(".")


def test_a_read_only_repo_that_is_up_to_date_is_no_error(built: NotesRepo) -> None:
    """Nothing has to be written to say so."""
    done = mounted(built, READ_ONLY)
    assert (0, "made 0, restored 0, up to date 8, failed 0", "") == (done.code, done.summary, done.err)


QUESTIONS = (
    (("plan",), 10, "run 1, may run 1, restore 0, up to date 6, about 1 s of work"),
    (("why", "moon"), 0, "moon:tag:01 will run because title changed: 'Rise' -> 'Risen'"),
    (("list", "--status"), 0, "moon  stale (2 steps)"),
    (("verify",), 1, "verified 11 files, 0 wrong, 1 not built yet; `doit` makes them"),
    (("cache",), 0, "results"),
    (("prune",), 0, ""),
)


@pytest.mark.parametrize(("words", "code", "answer"), QUESTIONS)
def test_a_read_only_repo_answers_questions(built: NotesRepo, words: tuple[str, ...], code: int, answer: str) -> None:
    """Also what a build that was killed had written down last is known."""
    built.edit("releases/moon.yaml", "Rise", "Risen")
    done = mounted(built, READ_ONLY, *words)
    assert (code, "", True) == (done.code, done.err, answer in done.out), done


def test_a_full_disk_can_be_cleaned(forking: Forking, built: NotesRepo, tmp_path: Path) -> None:
    """The record cannot be written before something is gone; questions are answered all the same."""
    built.write("releases/notes/1.txt", "x" * 400_000)
    assert 0 == forking.doit(built).code
    saved = tmp_path / "saved"
    shutil.copytree(built.path, saved)
    full = f"mount -t tmpfs -o size=9m tmpfs . && cd . && cp -a {saved}/. . && ! cat /dev/zero 2> /dev/null > filler"
    plan = mounted(built, full, "plan")
    assert (0, "run 0, restore 0, up to date 8\n", "") == (plan.code, plan.out, plan.err)
    done = mounted(built, f"{full} && {sys.executable} -m doit clean && rm filler")
    assert (0, True, "") == (done.code, done.out.startswith("removed 7 files\n"), done.err), done
    assert "made 2, restored 2, up to date 4, failed 0" in done.summary


def test_a_read_only_repo_that_was_never_built_is_named(notes: NotesRepo) -> None:
    """There is no place for the state."""
    error = ".pressroom: cannot be made (Read-only file system); pressroom keeps its state there\n"
    assert (3, error) == ((done := mounted(notes, READ_ONLY)).code, done.err)


def test_an_edited_output_is_kept_across_file_systems(notes: NotesRepo) -> None:
    """`build/` may be a disk of its own; what someone edited there goes to kept/ all the same."""
    (notes.path / "build").mkdir()
    again = f"{sys.executable} -m doit && echo mine > build/moon/all.txt"
    done = mounted(notes, f"mount -t tmpfs tmpfs build && {again}")
    assert 0 == done.code, done.err
    (kept,) = (notes.path / "kept").rglob("all.txt")
    assert ("mine\n", True) == (kept.read_text(encoding="utf-8"), f"kept in {kept.relative_to(notes.path)}\n" in done.err)


def without(repo: NotesRepo, call: str, error: str, *, on: str = "") -> Done:
    """`doit` where a system call fails, on one file or on any."""
    only = ("-P", str(repo.path / on)) if on else ()
    inject = ("-e", f"trace={call}", "-e", f"inject={call}:error={error}")
    return repo.run("strace", "-f", "-qqq", "-o", "/dev/null", *only, *inject, *DOIT)


@pytest.mark.parametrize(("nth", "most"), [(1, 8), (70, 7), (10**6, 2)])
def test_no_shared_memory_is_no_matter(forking: Forking, notes: NotesRepo, nth: int, most: int) -> None:
    """As on a network file system: the state does without its log, and what an earlier build's log holds is not lost."""
    forking.doit(notes, "-n", "1", fault="kill", nth=nth)
    notes.edit("releases/moon.yaml", "Rise", "Risen")
    assert nth != 70 or (notes.path / ".pressroom/state.db-wal").stat().st_size
    for made in (range(1, most + 1), range(1)):
        done = without(notes, "mmap", "ENODEV", on=".pressroom/state.db-shm")
        assert (0, False) == (done.code, "state.db" in done.err), done
        assert len(done.made) in made
        assert not (notes.path / ".pressroom/state.db-wal").exists()
        time.sleep(0.05)
    assert (0, set(), set()) == ((again := forking.doit(notes)).code, again.made, again.restored)


@pytest.mark.parametrize("error", ["ENOSYS", "ENOLCK", "EOPNOTSUPP"])
def test_a_file_system_without_locks_is_told_of(forking: Forking, notes: NotesRepo, error: str) -> None:
    """The build goes on; a file in the place of a lock would outlive a killed build."""
    told = ".pressroom/lock: its file system has no locks; take care that no other build runs here meanwhile\n"
    for summary in (SUMMARY, "made 2, restored 0, up to date 6, failed 0"):
        done = without(notes, "flock", error)
        assert (0, summary, True) == (done.code, done.summary, done.err.startswith(told)), done
        notes.edit("releases/moon.yaml", "Rise", "Risen")
    assert 0 == forking.doit(notes).code


def of_another(path: Path) -> None:
    """Make a file or a folder that of another user, who lets nobody in."""
    path.chmod(0)
    if os.geteuid() == 0:
        os.chown(path, 65534, 65534)


@pytest.mark.parametrize(
    ("name", "command", "error"),
    [
        ("state.db", (), f".pressroom/state.db: {REFUSED}"),
        ("state.db", ("plan",), f".pressroom/state.db: {REFUSED}"),
        ("doit.db", (), f".pressroom/doit.db: {REFUSED}"),
        ("lock", (), ".pressroom/lock: cannot be locked (Permission denied); mend the folder\n"),
    ],
)
def test_what_belongs_to_another_user_is_named(built: NotesRepo, name: str, command: tuple[str, ...], error: str) -> None:
    """Exit code 3; it is neither moved aside nor written over."""
    built.edit("releases/moon.yaml", "Rise", "Risen")
    before = built.files()
    of_another(built.path / ".pressroom" / name)
    ordinary = ORDINARY if os.geteuid() == 0 else ()
    done = built.run(*ordinary, *DOIT, *command)
    assert (3, error, before) == (done.code, done.err, built.files())
    assert [] == list((built.path / ".pressroom").glob("*.unusable-*"))


def test_what_cannot_be_looked_at_stops_no_other_answer(built: NotesRepo) -> None:
    """A plan tells of the steps that it keeps from running."""
    of_another(built.path / ".pressroom/work")
    done = built.run(*(ORDINARY if os.geteuid() == 0 else ()), *DOIT, "plan")
    assert (10, "") == (done.code, done.err)
    assert "FAIL  moon:encode:01  because .pressroom/work/moon/01.txt: cannot be read (Permission denied)" in done.out


@pytest.mark.parametrize("name", ["state.db", "doit.db"])
def test_a_folder_in_the_place_of_a_database_is_named(notes: NotesRepo, forking: Forking, name: str) -> None:
    """It is not ours to move."""
    (notes.path / ".pressroom" / name).mkdir(parents=True)
    assert (3, f".pressroom/{name}: {REFUSED}") == ((done := forking.doit(notes)).code, done.err)


@pytest.mark.parametrize("years", [-1, -30, 1])
def test_the_clock_may_go_where_it_likes(forking: Forking, built: NotesRepo, tmp_path: Path, years: int) -> None:
    """Backwards too: what changed is seen, and what did not is left alone."""
    built.write("releases/notes/1.txt", "up and AWAY")
    whole = notes_repo(tmp_path / "whole")
    whole.write("releases/notes/1.txt", "up and AWAY")
    assert 0 == forking.doit(whole).code
    later = years * 365 * 24 * 3600
    done = forking.doit(built, later=later)
    assert (0, whole.files()) == (done.code, built.files())
    for _ in range(2):
        assert (0, set(), set()) == ((again := forking.doit(built, later=later)).code, again.made, again.restored)


def test_two_repos_share_a_cache(tmp_path: Path) -> None:
    """At once, on the same sources, and with room for next to nothing: both are right, and so is what either restores."""
    shared = tmp_path / "cache"
    shared.mkdir()
    repos = [notes_repo(tmp_path / name) for name in ("one", "other")]
    for repo in repos:
        (repo.path / ".pressroom").mkdir()
        (repo.path / ".pressroom/cache").symlink_to(shared)
    for title in ("Rise", "Risen", "Rise"):
        builds = [repo.started(*DOIT, PRESSROOM_CACHE_MAX="1 kB") for repo in repos]
        ended = [(*build.communicate(timeout=30), build.returncode) for build in builds]
        assert [0, 0] == [code for *_, code in ended], ended
        one, other = repos
        assert one.files() == other.files()
        for repo in repos:
            repo.write("releases/moon.yaml", repo.path.joinpath("releases/moon.yaml").read_text("utf-8").replace("Rise", title))
            shutil.rmtree(repo.path / "build")
    assert [] == [path for path in shared.rglob("*") if ".part-" in path.name]


def rotted(path: Path) -> None:
    """A bit flips."""
    path.chmod(0o644)
    content = path.read_bytes()
    path.write_bytes(bytes((content[0] ^ 1,)) + content[1:])


def linked(path: Path) -> None:
    """It leads to another file."""
    path.unlink()
    path.symlink_to("/etc/passwd")


def folder(path: Path) -> None:
    """It is a folder."""
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("damage", [rotted, linked, folder, Path.unlink])
def test_a_bad_object_in_the_cache_is_made_again(forking: Forking, built: NotesRepo, damage: object) -> None:
    """Whatever stands there, the outputs are right, and the cache is sound afterwards."""
    before, secret = built.files(), Path("/etc/passwd").read_bytes()
    objects = [path for path in (built.path / ".pressroom/cache/cas").rglob("*") if path.is_file()]
    assert callable(damage)
    for path in objects:
        damage(path)
    assert 0 == forking.doit(built, "clean").code
    shutil.rmtree(built.path / ".pressroom/work")
    done = forking.doit(built)
    assert (0, "", before) == (done.code, done.err, built.files())
    assert secret == Path("/etc/passwd").read_bytes()
    shutil.rmtree(built.path / "build")
    assert (0, before) == (forking.doit(built).code, built.files())
