"""A file is read again when its status changed, and only then."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from pressroom.engine import digests as module
from pressroom.engine.digests import Digests, racy, sha256

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file that is old enough to be trusted."""
    path = tmp_path / "a.wav"
    path.write_bytes(b"one")
    time.sleep(0.03)
    return path


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that are read."""
    seen: list[Path] = []

    def noted(path: Path) -> str:
        seen.append(path)
        return sha256(path)

    monkeypatch.setattr(module, "sha256", noted)
    return seen


def test_an_unchanged_file_is_read_once(file: Path, read: list[Path]) -> None:
    """Also by the next build, which has the rows of this one."""
    first = Digests({})
    assert sha256(file) == first.of(file) == first.of(file)
    rows = {row.path: row for row in first.taken()}
    assert sha256(file) == Digests(rows).of(file)
    assert [file] == read
    assert [] == first.taken()


def test_a_touch_costs_one_look(file: Path, read: list[Path]) -> None:
    """The new status is noted with the digest that is as it was."""
    digests = Digests({})
    digests.of(file)
    os.utime(file, (1, 1))
    time.sleep(0.03)
    assert 1 == len({digests.of(file) for _ in range(3)})
    assert [file, file] == read


def test_an_edit_that_hides_is_seen(file: Path) -> None:
    """Same size, same modification time, other bytes: the change of status gives it away."""
    digests = Digests({})
    before, status = digests.of(file), file.stat()
    file.write_bytes(b"two")
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert before != digests.of(file)


def test_a_file_that_just_changed_is_not_trusted(tmp_path: Path, read: list[Path]) -> None:
    """It may change again within the tick of the clock, and look the same (git's racy rule)."""
    path = tmp_path / "a.wav"
    path.write_bytes(b"one")
    digests = Digests({})
    digests.of(path)
    digests.of(path)
    assert [path, path] == read


@pytest.mark.parametrize(
    ("age", "modified", "expected"),
    [(0.01, 1.5, True), (0.03, 1.5, False), (1.9, 1.0, True), (2.1, 1.0, False), (-5, 1.5, True)],
)
def test_coarse_clocks_have_longer_ticks(age: float, modified: float, expected: bool) -> None:  # noqa: FBT001  # a parameter
    """Whole seconds are those of FAT and its like; a file from the future is never trusted."""
    changed = int(modified * 10**9)
    assert expected is racy((1, changed, changed, 1), changed + int(age * 10**9))


def test_what_is_not_there_has_no_digest(tmp_path: Path) -> None:
    """Neither has what lies below a file."""
    (tmp_path / "a").touch()
    assert [None, None] == [Digests({}).of(tmp_path / name) for name in ("b", "a/b")]


def test_reading_ahead_reads_what_is_unknown(file: Path, read: list[Path]) -> None:
    """Many masters are hashed at once before the first step begins; a missing one is told by who needs it."""
    other = file.with_name("b.wav")
    other.write_bytes(b"other")
    time.sleep(0.03)
    digests = Digests({})
    os.mkfifo(file.with_name("pipe.wav"))
    others = [file.with_name(name) for name in ("b.wav", "none.wav", "pipe.wav")]
    assert [(file, file.stat().st_size), (other, 5)] == digests.unread([file, *others])
    digests.read([file, other, file.with_name("none.wav")], 2)
    assert {file, other} == set(read)
    assert [] == digests.unread([file, other])
    digests.of(file)
    assert 2 == len(read)
