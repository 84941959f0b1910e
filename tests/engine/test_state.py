"""What builds did is remembered through kills and damage."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from pressroom.engine.state import FileRow, MadeRow, State, StepRow, _refused

FILE = FileRow("a.wav", 1, 2, 3, 4, "ab" * 32)
MADE = MadeRow("build/moon/a.flac", "moon", "cd" * 32, "ef" * 32, None)
STEP = StepRow("moon:encode:01", "cd" * 32, "{}", 1.5, 1000.0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the state lies."""
    return tmp_path / "state.db"


def filled(path: Path) -> None:
    """A state with a row of each kind."""
    state = State(path)
    state.commit(files=[FILE], made=[MADE], steps=[STEP])
    state.close()


def test_what_is_committed_is_there_the_next_time(path: Path) -> None:
    """Also when nobody closed it, as after a kill."""
    State(path).commit(files=[FILE], made=[MADE], steps=[STEP])
    again = State(path)
    assert ({"a.wav": FILE}, {MADE.path: MADE}, {STEP.task: STEP}) == (again.files, again.made, again.steps)
    again.forget([MADE.path, FILE.path])
    assert ({}, {}, 1) == ((last := State(path)).files, last.made, len(last.steps))


def test_partial_files_are_known_until_they_are_gone(path: Path) -> None:
    """A build that was killed leaves their names."""
    parts = [Path("build/.a.part-1.flac"), Path("build/.b.part-1.flac")]
    state = State(path)
    state.start(parts)
    state.finish(parts[:1])
    assert ["build/.b.part-1.flac"] == State(path).started()


def test_durable_commits(path: Path) -> None:
    """WAL with `synchronous=FULL`: a power cut takes nothing that was committed."""
    state = State(path)
    asked = [state._connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
    assert ["wal", 2] == asked


@pytest.mark.parametrize("size", [1, 15, 100, 4095, 4096, 8192, 12_288])
def test_a_cut_database_is_moved_aside(path: Path, size: int) -> None:
    """It is kept for who wants to look, and a new one begun; nobody has to delete anything."""
    filled(path)
    content = path.read_bytes()
    assert len(content) > size
    path.write_bytes(content[:size])
    state = State(path)
    assert ({}, {}, {}, True) == (state.files, state.made, state.steps, state.new)
    assert size == 1 or content[:size] == (state.moved or path).read_bytes()
    state.commit(made=[MADE])
    assert [MADE] == list(State(path).made.values())


def test_every_page_may_be_overwritten(path: Path) -> None:
    """Damage anywhere gives the rows as they were, or a new state, and never a traceback."""
    filled(path)
    content = path.read_bytes()
    for start in range(0, len(content), 512):
        path.write_bytes(content[:start] + bytes(512) + content[start + 512 :])
        state = State(path)
        assert state.moved is not None or list(state.made.values()) in ([], [MADE])
        state.close()
        for left in path.parent.iterdir():
            left.unlink()


def test_a_database_of_another_version_is_moved_aside(path: Path) -> None:
    """A newer pressroom's state is not touched, and not read."""
    filled(path)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    assert State(path).moved is not None


def test_an_older_version_is_brought_up_to_date(path: Path) -> None:
    """With all that it knows."""
    filled(path)
    with sqlite3.connect(path) as connection:
        connection.executescript("DROP TABLE failed; PRAGMA user_version = 1;")
    connection.close()
    state = State(path)
    assert (None, [STEP], {}) == (state.moved, list(state.steps.values()), state.failed)
    state.fail(STEP.task, "no")
    assert {STEP.task: "no"} == State(path).failed


def test_a_failure_is_known_until_the_step_is_done(path: Path) -> None:
    """For who asks how a release stands."""
    state = State(path)
    state.fail(STEP.task, "no")
    state.fail("moon:check", "never")
    state.commit(steps=[STEP])
    assert {"moon:check": "never"} == state.failed == State(path).failed


def test_an_empty_file_is_a_new_database(path: Path) -> None:
    """As a full disk leaves one."""
    path.touch()
    assert (None, {}) == ((state := State(path)).moved, state.made)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("database is locked", "another program holds it, or its file system has no locks; run `doit` later, or elsewhere"),
        ("database or disk is full", "the disk is full; make room and run `doit` again"),
        ("disk I/O error", "cannot be used (disk I/O error); mend its permissions, or the disk, and run `doit` again"),
    ],
)
def test_a_refusal_says_what_to_do(said: str, told: str) -> None:
    """SQLite's own words alone help nobody."""
    assert f"state.db: {told}" == str(_refused(Path("state.db"), sqlite3.OperationalError(said)))


def test_a_new_state_is_opened_by_many_at_once(tmp_path: Path) -> None:
    """One makes the tables, and none takes what is half made for damage."""
    code = "import sys; from pathlib import Path; from pressroom.engine.state import State\n"
    code += "for n in range(20): assert not State(Path(sys.argv[1], f'{n}.db')).moved"
    many = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stderr=subprocess.PIPE) for _ in range(4)]
    assert [(b"", 0)] * 4 == [(one.communicate(timeout=60)[1], one.returncode) for one in many]
