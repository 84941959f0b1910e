"""One build at a time, and a dead one is in nobody's way."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from pressroom.engine.lock import locked
from pressroom.errors import LockedError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOLD = """
import sys, time
from pathlib import Path
from pressroom.engine.lock import locked
with locked(Path(sys.argv[1]), wait=True):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the lock."""
    with subprocess.Popen([sys.executable, "-c", HOLD, tmp_path], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert "held\n" == process.stdout.readline()
        yield process
        process.kill()


def test_the_holder_is_named(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    """Who does not want to wait is told who works, since when."""
    with pytest.raises(LockedError) as raised, locked(tmp_path, wait=False):
        pass
    since = json.loads((tmp_path / "lock.json").read_text(encoding="utf-8"))["since"]
    who = f"another build runs here: process {holder.pid} on {os.uname().nodename}, since {since}"
    assert (f"{who}; run `doit` again when it has ended", 4) == (str(raised.value), raised.value.exit_code)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_dead_holder_frees_it(tmp_path: Path, holder: subprocess.Popen[str], number: int) -> None:
    """The operating system lets go, whatever the file says."""
    holder.send_signal(number)
    holder.wait()
    with locked(tmp_path, wait=False):
        assert os.getpid() == json.loads((tmp_path / "lock.json").read_text(encoding="utf-8"))["pid"]


def test_who_waits_is_told_once(tmp_path: Path, holder: subprocess.Popen[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Then it goes on by itself."""
    with subprocess.Popen(["sh", "-c", f"sleep 0.5; kill -KILL {holder.pid}"]), locked(tmp_path, wait=True):
        pass
    assert 1 == capsys.readouterr().err.count("; waiting for it\n")


def test_a_damaged_note_of_the_holder_is_no_matter(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    """The lock is the operating system's."""
    assert holder.poll() is None
    (tmp_path / "lock.json").write_text("{", encoding="utf-8")
    with pytest.raises(LockedError, match=r"^another build runs here; run"), locked(tmp_path, wait=False):
        pass
