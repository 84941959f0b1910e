"""Whatever pressroom reads back of what it wrote may be cut short anywhere: never a traceback, never a step wrongly skipped."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.faults.conftest import STEPS, NotesRepo, notes_repo

from pressroom.engine import noop
from pressroom.engine.build import Build
from pressroom.engine.cache import Cache
from pressroom.engine.lock import described
from pressroom.engine.reasons import differences
from pressroom.engine.state import FileRow, MadeRow, State, StepRow
from pressroom.engine.toolchain import Toolchain
from pressroom.engine.work import listed_files

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Forking, Repo

PAGE = 4096
WAL_HEADER, WAL_FRAME = 32, 24 + PAGE
FRESH = f"made 0, restored 0, up to date {len(STEPS)}, failed 0"
QUESTIONS = (("plan",), ("list", "--status"), ("prune",), ("clean", "-n"), ("why", "moon:all"), ("cache",))


@pytest.fixture
def settled(forking: Forking, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> NotesRepo:
    """A repo whose last build found nothing to do; the test stands in it."""
    repo = notes_repo(tmp_path / "repo")
    for _ in range(2):
        assert 0 == forking.doit(repo).code
        time.sleep(0.05)
    assert FRESH == forking.doit(repo).summary
    monkeypatch.chdir(repo.path)
    return repo


def cuts(path: Path) -> Iterator[int]:
    """Cut a file at every byte, the whole file last."""
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        yield length
    path.write_bytes(whole)


def test_the_answer_to_a_build_with_nothing_to_do(settled: NotesRepo) -> None:
    """A part of it answers nothing."""
    build = Build(settled.path)
    for length in cuts(noop.PATH):
        assert noop.answer(build, ()) is None, length
    assert noop.answer(build, ())


def test_what_is_remembered_of_tools(settled: NotesRepo) -> None:
    """A part of it is nothing, so it is found out again."""
    memory = settled.write("toolchain.json", b"")
    known = Toolchain("bundled", memory).versions
    for length in cuts(memory):
        assert {} == Toolchain("bundled", memory)._memory, length
    memory.write_bytes(memory.read_bytes()[:-9])
    assert known == Toolchain("bundled", memory).versions


def test_who_holds_the_lock(settled: NotesRepo) -> None:
    """A part of the note names nobody."""
    note = settled.path / ".pressroom/lock.json"
    for _ in cuts(note):
        assert "another build runs here" == described(note)
    assert described(note).startswith("another build runs here: process ")


def test_results_in_the_cache(settled: NotesRepo) -> None:
    """A part of one is none."""
    results = [path for path in (settled.path / ".pressroom/cache/ac").rglob("*") if path.is_file()]
    assert len(STEPS) == len(results)
    cache = Cache(Path(".pressroom/cache"))
    for result in results:
        for _ in cuts(result):
            assert cache.result(result.name) is None
            assert set() == cache._digests(result)
        assert cache.result(result.name)


def test_lists_of_files(settled: NotesRepo) -> None:
    """A part of a list is none."""
    manifest = settled.path / "build/moon/words.json"
    for _ in cuts(manifest):
        assert listed_files(manifest, manifest.parent) is None
    assert 3 == len(listed_files(manifest, manifest.parent) or ())


def test_what_a_step_was_made_of(settled: NotesRepo) -> None:
    """A part of an old action tells nothing."""
    content = State(settled.path / ".pressroom/state.db").steps["moon:all"].content
    for length in range(len(content)):
        assert ["what it was made of is not known any more"] == differences(content[:length], content, ())


def rows(state: State) -> tuple[set[FileRow], set[MadeRow], set[StepRow]]:
    """All that a state knows."""
    return set(state.files.values()), set(state.made.values()), set(state.steps.values())


def test_the_state_and_its_log_at_every_page(tmp_path: Path) -> None:
    """What is left of it was committed, and in the order in which it was; or it is moved aside."""
    path = tmp_path / "state.db"
    state = State(path)
    for n in range(60):
        file = FileRow(f"{n}.wav", n, n, n, n, "ab" * 32)
        made = MadeRow(f"build/{n}.flac", "moon", "cd" * 32, "ef" * 32)
        state.commit(files=[file], made=[made], steps=[StepRow(f"moon:{n}", "cd" * 32, "{}" * 99, 1.5, 1000.0)])
        if n == 20:
            state._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    whole = rows(state)
    database, log = path.read_bytes(), path.with_name("state.db-wal").read_bytes()
    state.close()
    assert len(database) > 2 * PAGE < len(log)
    ends = [(length, len(log)) for length in range(0, len(database) + 1, PAGE)]
    ends += [(len(database), length) for length in (0, 1, *range(WAL_HEADER, len(log) + 1, WAL_FRAME))]
    for n, (of_database, of_log) in enumerate(ends):
        folder = tmp_path / str(n)
        folder.mkdir()
        (folder / "state.db").write_bytes(database[:of_database])
        (folder / "state.db-wal").write_bytes(log[:of_log])
        cut = State(folder / "state.db")
        found = rows(cut)
        assert (True, True, True) == (found[0] <= whole[0], found[1] <= whole[1], found[2] <= whole[2])
        assert 1 == len({len(some) for some in found}), "a commit is whole or not at all"
        if of_database == len(database):
            assert (None, True) == (cut.moved, len(found[0]) >= 21)
        cut.close()
    assert whole == found


def test_the_state_in_a_build(forking: Forking, settled: NotesRepo) -> None:
    """Cut at any page, nothing runs again, and nothing that is made is lost."""
    state, before, runs = settled.path / ".pressroom/state.db", settled.files(), settled.runs()
    State(state).close()
    whole = state.read_bytes()
    assert len(whole) >= 5 * PAGE
    for length in range(0, len(whole), PAGE):
        noop.PATH.unlink(missing_ok=True)
        state.with_name("state.db-wal").unlink(missing_ok=True)
        state.write_bytes(whole[:length])
        done = forking.doit(settled)
        assert (0, "Traceback" in done.err) == (done.code, False), (length, done)
        assert before == settled.files(), length
        assert {run for run in settled.runs() if settled.runs().count(run) > runs.count(run)} <= {
            "build/moon/01 Rise.txt",  # what is as cheap as a copy
            "build/moon/02 Fall.txt",
        }
        assert FRESH == forking.doit(settled).summary
    assert not (settled.path / "kept").exists()


@pytest.mark.parametrize("in_place", [True, False])
@pytest.mark.parametrize("part", [0, 0.5, 0.99])
def test_what_steps_made(forking: Forking, settled: NotesRepo, part: float, in_place: bool) -> None:  # noqa: FBT001  # of the test
    """A file that is cut, the cache's own one with it (`in_place`) or not, is made again, and what is read of it is whole."""
    before = settled.files()
    ours = [*settled.files("build"), *settled.files(".pressroom/work"), *settled.files(".pressroom/ledgers")]
    for name in ours:
        path = settled.path / name
        content = path.read_bytes()[: int(path.stat().st_size * part)]
        if not in_place:
            path.unlink()
        path.write_bytes(content)
    for question in QUESTIONS:
        told = forking.doit(settled, *question)
        assert (True, "") == (told.code in (0, 10), told.err), (question, told)
    assert 1 == forking.doit(settled, "verify").code
    done = forking.doit(settled)
    assert (0, before) == (done.code, settled.files()), done
    assert FRESH == forking.doit(settled).summary


@pytest.mark.media
def test_what_an_albums_steps_made(forking: Forking, built_once: Repo, tmp_path: Path) -> None:
    """Facts, receipts, ledgers and lists alike: they come back from the cache, and no step reads a part of one."""
    repo = type(built_once)(tmp_path / "album")
    shutil.copytree(built_once.path, repo.path, symlinks=True)
    before = repo.files()
    files = [path for path in repo.path.rglob("*.json") if "cache" not in path.parts and path.parent.name != ".pressroom"]
    assert len(files) > 12
    for eighth in range(0, 8, 2):
        for path in files:
            content = path.read_bytes()
            json.loads(content)
            path.unlink()
            path.write_bytes(content[: len(content) * eighth // 8])
        done = forking.doit(repo)
        assert (0, before) == (done.code, repo.files()), done
        assert {"cover-flac", "cover-mp3-v0"} >= {name.partition(":")[2] for name in done.made}, "copies, which are not cached"
    assert 0 == forking.doit(repo, "verify").code
