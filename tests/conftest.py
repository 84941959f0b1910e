"""A tiny repo of releases, built once and copied for each test, and `doit` as a user runs it."""

from __future__ import annotations

import array
import atexit
import hashlib
import json
import os
import shutil
import subprocess
import sys
import wave
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import imageio_ffmpeg
import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DODO = "from pressroom.dodo import *  # noqa: F403\n"
MOON = """\
kind: album
title: Moon
artist: The Lanterns
cover: cover.png
tracks:
  - title: Rise
    file: masters/01.wav
  - title: Fall
    file: masters/02.wav
"""


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def restored(self) -> set[str]:
        """The steps whose results came from the cache."""
        return {line.split()[1] for line in self.out.splitlines() if line.startswith("restored  ")}

    @property
    def made(self) -> set[str]:
        """The steps that ran."""
        return {line.split()[1] for line in self.out.splitlines() if line.startswith("made  ")}

    @property
    def summary(self) -> str:
        """The last line without its time: `made 3, restored 0, up to date 0, failed 0`."""
        return self.out.splitlines()[-1].rpartition(" in ")[0]


def own_environment() -> dict[str, str]:
    """The environment without any setting of pressroom's or doit's."""
    return {key: value for key, value in os.environ.items() if not key.startswith(("PRESSROOM_", "DOIT_"))}


class Forking:
    """A process that runs doit in a child of its own each time: 30 ms instead of 500."""

    def __init__(self) -> None:
        command = [sys.executable, str(Path(__file__).parent / "faults/forking.py")]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def doit(  # noqa: PLR0913  # each is one thing of a process that a test may set
        self,
        repo: Repo,
        *words: str,
        cwd: str = ".",
        umask: int = -1,
        environment: Mapping[str, str] | None = None,
        fault: str = "",
        nth: int = 0,
        later: int = 0,
        strace: Sequence[str] = (),
    ) -> Done:
        """Run doit in a repo, with a fault (see faults/inject.py), or a clock that is `later` by so many seconds.

        `strace` are arguments of one that watches; then one thread does all.
        """
        asked = {
            "folder": str(repo.path / cwd),
            "words": words,
            "umask": umask,
            "environment": own_environment() if environment is None else environment,
            "fault": fault,
            "nth": nth,
            "later": later,
            "strace": strace,
        }
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        return Done(**json.loads(self.process.stdout.readline()))

    def end(self) -> None:
        """It ends when its input does."""
        self.process.communicate()


@cache
def loaded() -> Forking:
    """The process, begun when it is first needed."""
    process = Forking()
    atexit.register(process.end)
    return process


@dataclass(frozen=True)
class Repo:
    """A folder with releases."""

    path: Path

    def write(self, name: str, content: str | bytes) -> Path:
        """Write a file of the repo."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace a text that stands in a file."""
        text = (self.path / name).read_text(encoding="utf-8")
        assert old in text
        self.write(name, text.replace(old, new))

    def doit(self, *arguments: str, cwd: str = ".", umask: int = -1, **environment: str) -> Done:
        """Run `doit` here, in a child of a process that has loaded it; what Python itself reads needs a new process."""
        if any(name.startswith(("PYTHON", "LC_")) for name in environment):
            return self.run(sys.executable, "-m", "doit", *arguments, cwd=cwd, umask=umask, **environment)
        return loaded().doit(self, *arguments, cwd=cwd, umask=umask, environment=own_environment() | environment)

    def run(self, *command: str, cwd: str = ".", umask: int = -1, **environment: str) -> Done:
        """Run a command here."""
        process = self.started(*command, cwd=cwd, umask=umask, **environment)
        out, err = process.communicate(timeout=120)
        return Done(process.returncode, out, err)

    def started(self, *command: str, cwd: str = ".", umask: int = -1, **environment: str) -> subprocess.Popen[str]:
        """A running command, without any setting of pressroom's but those given."""
        return subprocess.Popen(
            command,
            cwd=self.path / cwd,
            env=own_environment() | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            umask=umask,
        )

    def slow_ffmpeg(self, marks: str, *, rate: float = 0.01) -> str:
        """The path of an ffmpeg that reads at `rate` times real time when its arguments match `marks` (of a shell)."""
        real = imageio_ffmpeg.get_ffmpeg_exe()
        slow = f'exec {real} -readrate {rate} -readrate_initial_burst 0.001 "$@"'
        script = self.write("slow-ffmpeg", f'#!/bin/sh\ncase "$*" in {marks}) {slow} ;; *) exec {real} "$@" ;; esac\n')
        script.chmod(0o755)
        return str(script)

    def ffmpegs(self) -> list[str]:
        """The command lines of the ffmpegs that run here."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                here = (folder / "cwd").readlink() == self.path.resolve()
                words = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                found += [words] if here and words.startswith(imageio_ffmpeg.get_ffmpeg_exe()) else []
        return found

    def wav(self, name: str, *, seconds: float = 0.2, hertz: int = 440) -> Path:
        """Write a stereo triangle wave of 16 bits and 44.1 kHz."""
        period, rate = 44_100 // hertz, 44_100
        cycle = [min(n, period - n) * 4 * 8000 // period - 8000 for n in range(period)]
        samples = array.array("h")
        for n in range(round(seconds * rate)):
            samples.extend((cycle[n % period], cycle[(n + 9) % period]))
        path = self.write(name, b"")
        with wave.open(str(path), "wb") as file:
            file.setparams((2, 2, rate, 0, "NONE", ""))
            file.writeframes(samples.tobytes())
        return path

    def picture(self, name: str, colour: str = "navy", size: int = 100) -> Path:
        """Write a square picture of one colour."""
        from PIL import Image  # noqa: PLC0415  # only tests that make one pay for it

        path = self.write(name, b"")
        Image.new("RGB", (size, size), colour).save(path)
        return path

    def files(self, folder: str = "build") -> dict[str, str]:
        """The SHA-256 of every file below a folder, hidden ones too, by its path in the repo."""
        root = self.path / folder
        found = sorted(path for path in root.rglob("*") if path.is_file() and not path.is_symlink())
        return {path.relative_to(self.path).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}

    def parts(self) -> list[str]:
        """Partial files."""
        return sorted(str(path.relative_to(self.path)) for path in self.path.rglob("*.part-*"))


@pytest.fixture
def empty(tmp_path: Path) -> Repo:
    """A repo that opts in, without releases."""
    repo = Repo(tmp_path)
    repo.write("dodo.py", DODO)
    return repo


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """A repo with one release of two tracks, never built; not to be changed."""
    repo = Repo(tmp_path_factory.mktemp("pristine"))
    repo.write("dodo.py", DODO)
    repo.write("releases/moon.yaml", MOON)
    repo.wav("releases/masters/01.wav", hertz=440)
    repo.wav("releases/masters/02.wav", hertz=330)
    repo.picture("releases/cover.png")
    return repo


@pytest.fixture(scope="session")
def built_once(pristine: Repo, tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """The same repo after `doit`; not to be changed."""
    repo = Repo(tmp_path_factory.mktemp("built") / "repo")
    shutil.copytree(pristine.path, repo.path, symlinks=True)
    done = repo.doit()
    assert (0, []) == (done.code, repo.parts()), done
    return repo


@pytest.fixture
def fresh(pristine: Repo, tmp_path: Path) -> Repo:
    """A repo with one release, never built."""
    shutil.copytree(pristine.path, tmp_path / "repo", symlinks=True)
    return Repo(tmp_path / "repo")


@pytest.fixture
def built(built_once: Repo, tmp_path: Path) -> Repo:
    """A repo with one release, built."""
    shutil.copytree(built_once.path, tmp_path / "repo", symlinks=True)
    return Repo(tmp_path / "repo")
