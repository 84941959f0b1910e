"""A record that is lost costs time, and no work: outputs are hashed, and matched with the cache."""

from __future__ import annotations

import re
import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import imageio_ffmpeg
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Forking, Repo
    from tests.faults.conftest import NotesRepo

TOLD = re.compile(
    r"\.pressroom/state\.db: the record of earlier builds could not be used and was moved to "
    r"(\.pressroom/state\.db\.unusable-\d{8}-\d{6}-\d+); outputs are compared again\n"
)


def deleted(state: Path) -> None:
    """It is gone, with its log."""
    for path in state.parent.glob("state.db*"):
        path.unlink()


def damaged(state: Path) -> None:
    """A page in its midst is something else."""
    content = state.read_bytes()
    deleted(state)
    state.write_bytes(content[:4096] + b"\xa5" * 4096 + content[8192:])


def newer(state: Path) -> None:
    """A later pressroom wrote it."""
    with closing(sqlite3.connect(state)) as connection:
        connection.execute("PRAGMA user_version = 99")


def stranger(state: Path) -> None:
    """Another program wrote it."""
    deleted(state)
    with closing(sqlite3.connect(state)) as connection:
        connection.execute("CREATE TABLE made (x)")


@pytest.mark.media
@pytest.mark.parametrize("loss", [deleted, damaged, newer, stranger])
def test_no_ffmpeg_is_run(built: Repo, loss: Callable[[Path], None]) -> None:
    """The user is told in one line where the old one is; every file stays as it is, and is on record again."""
    log = built.path / "ffmpegs"
    script = built.write("ffmpeg", f'#!/bin/sh\necho "$*" >> {log}\nexec {imageio_ffmpeg.get_ffmpeg_exe()} "$@"\n')
    script.chmod(0o755)
    before = built.files()
    times = {name: (built.path / name).stat().st_mtime_ns for name in before if "/flac/" in name}
    with closing(sqlite3.connect(built.path / ".pressroom/state.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    loss(built.path / ".pressroom/state.db")
    done = built.doit(PRESSROOM_FFMPEG=str(script))
    assert (0, before) == (done.code, built.files()), done
    warned = "moon:check: warn: cover: cover-size: expected 1400, got 100\n"
    warned += "    export the picture larger; stores ask for 3000 x 3000\n"
    told = TOLD.fullmatch(done.err.removesuffix(warned))
    assert (told is None, warned in done.err) == (loss is deleted, True), done.err
    assert told is None or (built.path / told[1]).is_file()
    assert not [words for words in log.read_text(encoding="utf-8").splitlines() if "-progress" in words]
    assert not (built.path / "kept").exists()
    assert times == {name: (built.path / name).stat().st_mtime_ns for name in times}
    assert (0, "", set(), set()) == ((again := built.doit()).code, again.err, again.made, again.restored)
    assert (0, "") == ((clean := built.doit("clean")).code, clean.err)
    assert not (built.path / "build").exists()


@pytest.mark.parametrize("words", [("plan",), ("verify",), ("list", "--status"), ("clean",), ("prune",), ("why", "moon:all")])
def test_every_command_says_it(forking: Forking, notes: NotesRepo, words: tuple[str, ...]) -> None:
    """Whichever is the first to look."""
    assert 0 == forking.doit(notes).code
    deleted(notes.path / ".pressroom/state.db")
    notes.write(".pressroom/state.db", b"x" * 9999)
    assert TOLD.match(forking.doit(notes, *words).err)
    assert not TOLD.match(forking.doit(notes, *words).err)


def test_the_whole_folder_may_go(forking: Forking, notes: NotesRepo) -> None:
    """Without .pressroom/ every step runs once more, and nothing of what stood there is put aside."""
    assert 0 == forking.doit(notes).code
    before = notes.files()
    shutil.rmtree(notes.path / ".pressroom")
    done = forking.doit(notes)
    assert (0, 8, "", before) == (done.code, len(done.made), done.err, notes.files())
    assert not (notes.path / "kept").exists()
