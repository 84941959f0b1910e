"""Bad input gets a clear error; nothing half made stands in `build/`, and the last good output is still there."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import time
import zlib
from typing import TYPE_CHECKING

import imageio_ffmpeg
import mutagen
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Repo

MASTER = "releases/masters/01.wav"
AT_MASTER = """\
FAILED  moon:probe:01
releases/moon.yaml:7:11: tracks[0].file: {error}
    7 |     file: {file}
      |           {caret}
"""
AT_COVER = """\
FAILED  moon:cover
releases/moon.yaml:4:8: cover: {error}
    4 | cover: {file}
      |        {caret}
"""


def at(form: str, file: str, error: str) -> str:
    """What `doit` says of a file that the release names."""
    return form.format(error=f"releases/{file}: {error}", file=file, caret="^" * len(file))


def assert_refused(repo: Repo, error: str, code: int = 1) -> None:
    """`doit` fails with just this text and this code, and leaves the build as it was."""
    before = repo.files()
    done = repo.doit()
    assert (error, code) == (done.err, done.code)
    assert (before, []) == (repo.files(), repo.parts())


@pytest.mark.media
@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", "the file is empty"),
        (b"RIFF\x24\0\0\0", "the file ends after 8 bytes; export it again"),
        (b"hello, hello", "not a WAV file: it begins with 'hello, hello'; export it again"),
        (b"fLaC" + bytes(99), "expected WAV audio, as the name says, got a FLAC file; give it its right name"),
        (b"\x89PNG\r\n\x1a\n", "expected WAV audio, as the name says, got a PNG picture; give it its right name"),
        (
            b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n../secret.ts\n#EXT-X-ENDLIST\n",
            "expected WAV audio, as the name says, got a playlist; give it its right name",
        ),
        (
            b'<?xml version="1.0"?>\n<MPD><Period><BaseURL>secret.mp4</BaseURL></Period></MPD>\n',
            "expected WAV audio, as the name says, got an XML file; give it its right name",
        ),
        (
            b"ffconcat version 1.0\nfile 'secret.wav'\n",
            "expected WAV audio, as the name says, got an ffmpeg concat script; give it its right name",
        ),
    ],
    ids=["empty", "a header cut", "text", "FLAC", "PNG", "HLS", "DASH", "ffconcat"],
)
def test_a_master_that_is_not_audio_is_refused(built: Repo, content: bytes, error: str) -> None:
    """A file is what its name says, or it is not read: a script named .wav could make ffmpeg read other files."""
    built.write(MASTER, content)
    assert_refused(built, at(AT_MASTER, "masters/01.wav", error))


def missing(path: Path) -> None:
    """Nothing is left there."""


def fifo(path: Path) -> None:
    """A FIFO, at which a reader would wait for ever."""
    os.mkfifo(path)


def device(path: Path) -> None:
    """A link to a device without end."""
    path.symlink_to("/dev/zero")


def outside(path: Path) -> None:
    """A link to a file outside of the repo."""
    path.symlink_to("/etc/passwd")


def dangling(path: Path) -> None:
    """A link to nothing."""
    path.symlink_to("nowhere.wav")


@pytest.mark.media
@pytest.mark.parametrize(
    ("stand_in", "error"),
    [
        (missing, "no such file"),
        (dangling, "no such file"),
        (os.mkdir, "expected a file, got a folder"),
        (fifo, "expected a file, got a device, socket or pipe"),
        (device, "it leads out of the repo; copy the file into it"),
        (outside, "it leads out of the repo; copy the file into it"),
    ],
)
def test_a_master_that_is_no_file_of_the_repo_is_refused(built: Repo, stand_in: Callable[[Path], None], error: str) -> None:
    """Only regular files inside the repo are read."""
    (built.path / MASTER).unlink()
    stand_in(built.path / MASTER)
    assert_refused(built, at(AT_MASTER, "masters/01.wav", error))


def test_a_master_that_is_back_costs_one_look(built: Repo) -> None:
    """What waited for a missing master is as fresh as it was when the master is back."""
    master = built.path / MASTER
    master.rename(built.path / "aside.wav")
    assert 1 == built.doit().code
    (built.path / "aside.wav").rename(master)
    assert {"moon:probe:01"} == built.doit().made


@pytest.mark.media
@pytest.mark.parametrize(
    ("suffix", "options", "error"),
    [
        ("wav", [], "the data chunk says 176478 bytes, the file holds 88200; export it again"),
        ("mp3", ["-q:a", "9"], None),
        ("ogg", ["-c:a", "libvorbis"], None),
        ("opus", [], None),
        ("flac", [], None),
        ("m4a", ["-c:a", "aac"], None),
    ],
)
def test_a_master_that_is_cut_short_is_refused(built: Repo, suffix: str, options: list[str], error: str | None) -> None:
    """Half a file is refused in every format; ffmpeg itself takes half an MP3, Ogg or Opus for a whole one."""
    whole = built.path / f"whole.{suffix}"
    make = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-f", "lavfi", "-i", "sine=440:d=2", "-bitexact", *options]
    subprocess.run([*make, str(whole)], check=True)
    built.write(f"releases/masters/01.{suffix}", whole.read_bytes()[: whole.stat().st_size // 2])
    built.edit("releases/moon.yaml", "masters/01.wav", f"masters/01.{suffix}")
    print(error, built.doit().err)


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("../01.wav", "expected a path below the YAML file's folder, without '..', got '../01.wav'"),
        ("masters/../../x.wav", "expected a path below the YAML file's folder, without '..', got 'masters/../../x.wav'"),
        ("/etc/passwd", "expected a path relative to the YAML file, with '/' between its parts, got '/etc/passwd'"),
        ("~/01.wav", "expected a path relative to the YAML file, with '/' between its parts, got '~/01.wav'"),
        ("file:01.wav", "?"),
        ("C:/01.wav", "expected a path relative to the YAML file, with '/' between its parts, got 'C:/01.wav'"),
    ],
)
def test_a_path_that_leads_out_is_refused(built: Repo, path: str, error: str) -> None:
    """A path goes down from the YAML file's folder."""
    built.edit("releases/moon.yaml", "masters/01.wav", path)
    excerpt = f"    7 |     file: {path}\n      |           {'^' * len(path)}\n"
    assert_refused(built, f"FAILED  moon:check\nreleases/moon.yaml:7:11: tracks[0].file: {error}\n{excerpt}", code=2)


def png(width: int, height: int) -> bytes:
    """A black PNG of a few kilobytes, however large the picture is."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    pixels = zlib.compress(bytes((width // 8 + 1) * height), 9)
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


@pytest.mark.media
@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("cover.png", png(12_000, 12_000), "?"),
        ("cover.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1", "?"),
        ("cover.png", b"", "?"),
    ],
    ids=["144 Mpx", "17 bytes", "empty"],
)
def test_a_cover_that_is_none_is_refused(built: Repo, name: str, content: bytes, error: str) -> None:
    """A picture that would fill the memory, or is cut off, stops what needs it and nothing else."""
    built.write(f"releases/{name}", content)
    built.edit("releases/moon.yaml", "cover.png", name)
    assert_refused(built, at(AT_COVER, name, error))
