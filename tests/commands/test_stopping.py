"""A build that is stopped ends at once, leaves nothing half made, and loses nothing that is finished."""

from __future__ import annotations

import signal
import sys
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import subprocess

    from tests.conftest import Repo


DOIT = (sys.executable, "-m", "doit")


def stuck(repo: Repo, *command: str) -> subprocess.Popen[str]:
    """A build in the midst of an encode to MP3, which takes ages."""
    for number in (1, 2):
        repo.wav(f"releases/masters/0{number}.wav", seconds=3)
    slow = repo.slow_ffmpeg("*libmp3lame*.part-*")
    process = repo.started(*command, PRESSROOM_FFMPEG=slow)
    deadline = time.monotonic() + 30
    while not any(name.endswith(".mp3") for name in repo.parts()):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)
    time.sleep(0.3)
    return process


@pytest.mark.media
def test_a_signal_ends_the_build_at_once(fresh: Repo) -> None:
    """Ctrl-C ends it within 2 s: no ffmpeg lives on, no partial file is left, nothing is lost (see faults/test_signals.py)."""
    number = signal.SIGINT
    process = stuck(fresh, *DOIT)
    running = fresh.ffmpegs()
    process.send_signal(number)
    asked = time.monotonic()
    out, err = process.communicate(timeout=10)
    took = time.monotonic() - asked
    assert running
    assert (128 + number, f"stopped by {number.name}; what is finished is kept\n") == (process.returncode, err)
    assert took < 2
    assert ([], []) == (fresh.ffmpegs(), fresh.parts())
    kept = {line.split()[1] for line in out.splitlines() if line.startswith("made  ")}
    assert {"moon:probe:01", "moon:probe:02"} <= kept
    after = fresh.doit()
    assert (0, set()) == (after.code, after.made & kept)


@pytest.mark.media
def test_a_second_signal_changes_nothing(fresh: Repo) -> None:
    """Ctrl-C twice in a row ends the build as once does."""
    process = stuck(fresh, *DOIT)
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=10)
    assert err in ("stopped by SIGINT; what is finished is kept\n", "stopped by SIGTERM; what is finished is kept\n")
    assert ([], []) == (fresh.ffmpegs(), fresh.parts())


@pytest.mark.media
def test_nohup_is_respected(fresh: Repo) -> None:
    """A build whose HUP is ignored, as by `nohup`, goes on."""
    process = stuck(fresh, "sh", "-c", f"trap '' HUP; exec {' '.join(DOIT)}")
    process.send_signal(signal.SIGHUP)
    time.sleep(0.5)
    assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=10)
    assert 128 + signal.SIGTERM == process.returncode


@pytest.mark.media
def test_a_reader_that_goes_away_ends_the_build(fresh: Repo) -> None:
    """`doit | head -1` ends as any program in a pipe does, with 141, and without a traceback."""
    done = fresh.run("bash", "-c", f"{sys.executable} -m doit | head -1; exit ${{PIPESTATUS[0]}}")
    assert (141, "", []) == (done.code, done.err, fresh.parts())
