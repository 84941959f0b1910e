"""Bad input gets a clear error; nothing half made stands in `build/`, and the last good output is still there."""

from __future__ import annotations

import io
import json
import os
import re
import struct
import subprocess
import sys
import time
import zlib
from typing import TYPE_CHECKING

import imageio_ffmpeg
import mutagen
import pytest
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Done, Repo

pytestmark = pytest.mark.media

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


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", "the file is empty"),
        (b"RIFF\x24\0\0\0WAVEfmt ", "it has no fmt chunk; export it again"),
        (b"hello, hello", "not a WAV file: it begins with 'hello, hello'; export it again"),
        (b"fLaC" + bytes(99), "expected WAV audio, as the name says, got FLAC audio; give it its right name"),
        (b"\x89PNG\r\n\x1a\n", "expected WAV audio, as the name says, got a PNG picture; export the recording"),
        (
            b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n../secret.ts\n#EXT-X-ENDLIST\n",
            "expected WAV audio, as the name says, got a playlist; export the recording",
        ),
        (
            b'<?xml version="1.0"?>\n<MPD><Period><BaseURL>secret.mp4</BaseURL></Period></MPD>\n',
            "expected WAV audio, as the name says, got an XML file; export the recording",
        ),
        (
            b"ffconcat version 1.0\nfile 'secret.wav'\n",
            "expected WAV audio, as the name says, got an ffmpeg concat script; export the recording",
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


@pytest.mark.parametrize(
    ("stand_in", "error"),
    [
        (missing, "no such file"),
        (dangling, "a link to 'nowhere.wav', which is not there"),
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
    assert (set(), set()) == ((done := built.doit()).made, done.restored)


CUT_OGG = "the file is cut short: its last page is not the stream's last; export or copy it again"


def halved(repo: Repo, suffix: str, *options: str) -> bytes:
    """The first half of 2 s of audio."""
    whole = repo.path / f"whole.{suffix}"
    make = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-f", "lavfi", "-i", "sine=440:d=2", "-bitexact", *options]
    subprocess.run([*make, str(whole)], check=True)
    return whole.read_bytes()[: whole.stat().st_size // 2]


@pytest.mark.parametrize(
    ("suffix", "options", "error"),
    [
        ("wav", [], "the data chunk says 176400 bytes, the file holds 88178; export it again"),
        ("mp3", ["-q:a", "9"], "the file is cut short: its header says 8738 bytes, 4359 are there; copy it again"),
        ("ogg", ["-c:a", "libvorbis"], CUT_OGG),
        ("opus", [], CUT_OGG),
        ("m4a", ["-c:a", "aac"], "cannot be read as MP4 audio (not a MP4 file); export or copy it again"),
    ],
)
def test_a_master_that_is_cut_short_is_refused(built: Repo, suffix: str, options: list[str], error: str) -> None:
    """Half a file is refused in every format; ffmpeg itself takes half an MP3, Ogg or Opus for a whole one."""
    built.write(f"releases/masters/01.{suffix}", halved(built, suffix, *options))
    built.edit("releases/moon.yaml", "masters/01.wav", f"masters/01.{suffix}")
    assert_refused(built, at(AT_MASTER, f"masters/01.{suffix}", error))


def test_what_ffmpeg_says_of_a_bad_master_is_shown(built: Repo) -> None:
    """Its last words stand between what was read and what to do; the log holds its command and all that it said."""
    built.write("releases/masters/01.flac", halved(built, "flac"))
    built.edit("releases/moon.yaml", "masters/01.wav", "masters/01.flac")
    before = built.files()
    done = built.doit()
    head, words, tail = done.err.splitlines()[:4], done.err.splitlines()[4:-2], done.err.splitlines()[-2:]
    assert at(AT_MASTER, "masters/01.flac", "ffmpeg failed (exit code 183):").splitlines() == head
    assert 1 <= len(words) <= 4
    assert [
        "  it is not whole, or not what its name says; export or copy it again",
        "  the whole log: .pressroom/logs/moon-probe-01.log",
    ] == tail
    log = (built.path / ".pressroom/logs/moon-probe-01.log").read_text(encoding="utf-8")
    assert "file:releases/masters/01.flac" in log.splitlines()[0]
    assert all(word.strip() in log for word in words)
    assert (1, before, []) == (done.code, built.files(), built.parts())


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("../01.wav", "expected a path below the YAML file's folder, without '..', got '../01.wav'"),
        ("masters/../../x.wav", "expected a path below the YAML file's folder, without '..', got 'masters/../../x.wav'"),
        ("/etc/passwd", "expected a path relative to the YAML file, with '/' between its parts, got '/etc/passwd'"),
        ("~/01.wav", "expected a path relative to the YAML file, with '/' between its parts, got '~/01.wav'"),
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


CUT_JPEG = "cannot be read as a picture (Truncated File Read); export it again"
TOO_LARGE = (
    "has 12000 x 12000 = 144000000 pixels, and a picture may have at most 50000000; make it smaller, 3000 x 3000 is enough"
)


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("cover.png", png(12_000, 12_000), TOO_LARGE),
        ("cover.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0", CUT_JPEG),
        ("cover.png", b"", "is empty; export it again"),
    ],
    ids=["144 Mpx", "17 bytes", "empty"],
)
def test_a_cover_that_is_none_is_refused(built: Repo, name: str, content: bytes, error: str) -> None:
    """A picture that would fill the memory, or is cut off, stops what needs it and nothing else."""
    built.write(f"releases/{name}", content)
    built.edit("releases/moon.yaml", "cover.png", name)
    assert_refused(built, at(AT_COVER, name, error))


def test_what_libraries_say_does_not_disturb(built: Repo) -> None:
    """What libtiff writes to standard error by itself is kept in a log."""
    whole = io.BytesIO()
    Image.radial_gradient("L").convert("1").save(whole, "TIFF", compression="group4")
    damaged = bytearray(whole.getvalue())
    damaged[20:60] = bytes(byte ^ 0xFF for byte in damaged[20:60])
    built.write("releases/cover.tif", bytes(damaged))
    built.edit("releases/moon.yaml", "cover.png", "cover.tif")
    warning = (
        "moon:check: warn: cover: cover-size: expected 1400, got 256\n"
        "    export the picture larger; stores ask for 3000 x 3000\n"
    )
    assert warning == built.doit().err
    assert "Fax4Decode" in (built.path / ".pressroom/logs/libraries.log").read_text(encoding="utf-8")


def title_refused(written: str, error: str) -> tuple[str, str]:
    """A title as the YAML has it, and what `doit` says of it."""
    shown = written.replace("\u202e", r"\u202e")
    return written, (
        f"FAILED  moon:check\nreleases/moon.yaml:6:12: tracks[0].title: expected {error}\n"
        f"    6 |   - title: {shown}\n      |            {'^' * len(shown)}\n"
    )


@pytest.mark.parametrize(
    ("written", "error"),
    [
        title_refused(r'"Rise\a"', r"a text without control characters (here U+0007), got 'Rise\x07'"),
        title_refused(r'"Rise\nFall"', r"a text of one line, got 'Rise\nFall'"),
        title_refused(r'"Rise\LFall"', r"a text of one line, got 'Rise\u2028Fall'"),
        title_refused('""', "a text that is not empty, got ''"),
    ],
    ids=["control", "newline", "line separator", "empty"],
)
def test_a_title_that_no_list_can_hold_is_refused(built: Repo, written: str, error: str) -> None:
    """A title is one line without control characters; the error shows them instead of obeying them."""
    built.edit("releases/moon.yaml", "title: Rise", f"title: {written}")
    assert_refused(built, error, code=2)


TITLES = {
    """It's 100% "ok": [x] %04d é 夜""": "01 It's 100\uff05 'ok' - [x] \uff0504d é 夜",
    "-y": "02 -y",
    "CON": "03 CON",
    "a:b": "04 a-b",
    "../../etc/passwd": "05 ..-..-etc-passwd",
    "夜" * 300: "06 " + "夜" * 61 + "~",
    "🎧" * 300: "07 " + "🎧" * 45,
    "abc\u202edef": "08 abcdef",
}
"""A title, and how the name of its file begins."""


def title(path: Path) -> str:
    """The title in a file's tags."""
    found: str = mutagen.File(path, easy=True)["title"][0]  # pyright: ignore[reportOptionalSubscript]  # a file that was made
    return found


def test_odd_titles_build(fresh: Repo) -> None:
    """Any title of one line builds: its file has a sane name, and its tag is the title itself."""
    tracks = "".join(f"  - title: {json.dumps(title, ensure_ascii=False)}\n    file: masters/01.wav\n" for title in TITLES)
    fresh.write("releases/moon.yaml", f"kind: album\ntitle: -y\nartist: CON\nformats: [mp3-v0, flac]\ntracks:\n{tracks}")
    done = fresh.doit()
    assert (0, 66) == (done.code, len(done.made | done.restored)), done.err
    for form in ("flac", "mp3"):
        folder = fresh.path / "build/moon" / {"mp3": "mp3-v0"}.get(form, form)
        found = sorted(folder.glob(f"*.{form}"))
        assert list(TITLES) == [title(path) for path in found]
        assert all(path.stem.startswith(name) for path, name in zip(found, TITLES.values(), strict=True)), found
        assert max(len(path.name.encode()) for path in found) <= 200
    assert "\u202e" not in done.out + done.err


@pytest.mark.parametrize("change", ["append", "replace", "remove"])
def test_a_master_that_is_edited_while_it_is_read_is_read_again(built: Repo, change: str) -> None:
    """What was made of it would be neither the old nor the new, so the step runs once more."""
    before = built.files()
    master = built.wav(MASTER, seconds=1, hertz=550)
    another = built.wav("another.wav", seconds=0.3)
    process = built.started(sys.executable, "-m", "doit", PRESSROOM_FFMPEG=built.slow_ffmpeg("*ebur128*", rate=1))
    while not any("ebur128" in words for words in built.ffmpegs()):
        assert process.poll() is None
        time.sleep(0.05)
    if change == "append":
        with master.open("ab") as stream:
            stream.write(b"late")
    elif change == "replace":
        another.replace(master)
    else:
        master.unlink()
    _, err = process.communicate(timeout=20)
    if change == "remove":
        assert (1, at(AT_MASTER, "masters/01.wav", "no such file"), before) == (process.returncode, err, built.files())
    else:
        assert (0, True) == (process.returncode, before != built.files())
        assert (set(), set()) == ((done := built.doit()).made, done.restored)
    assert [] == built.parts()


def test_a_missing_ffmpeg_is_named(built: Repo) -> None:
    """A build without ffmpeg does not begin; exit code 3 says that the machine is not fit."""
    before = built.files()
    done = built.doit(PRESSROOM_FFMPEG="/nonexistent")
    error = "ffmpeg: /nonexistent is not a program; set PRESSROOM_FFMPEG to one, or run `pressroom doctor`\n"
    assert (3, "", error, before) == (done.code, done.out, done.err, built.files())


@pytest.mark.parametrize(
    ("script", "error"),
    [
        ("echo ffmpeg version 5.1.9", "is version 5, and 7 or newer is needed; unset PRESSROOM_FFMPEG"),
        ("echo hello", "is another program; set PRESSROOM_FFMPEG to ffmpeg, or run `pressroom doctor`"),
        ("exit 1", "is another program; set PRESSROOM_FFMPEG to ffmpeg, or run `pressroom doctor`"),
    ],
)
def test_an_unfit_ffmpeg_is_refused(built: Repo, script: str, error: str) -> None:
    """An ffmpeg older than 7 makes M4A that are not gapless; another program makes nothing."""
    before = built.files()
    other = built.write("other-ffmpeg", f"#!/bin/sh\n{script}\n")
    other.chmod(0o755)
    done = built.doit(PRESSROOM_FFMPEG=str(other))
    assert (3, "", f"ffmpeg: {other} {error}\n", before) == (done.code, done.out, done.err, built.files())


def mounted(repo: Repo, mount: str) -> Done:
    """`doit` in a name space of its own where `mount` has been run; what stands in build/ then is copied to after/."""
    apart = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--mount", "--map-root-user"]
    script = f"{mount} && {sys.executable} -m doit; code=$?; cp -a build after; exit $code"
    return repo.run(*apart, "sh", "-c", script)


def test_a_full_disk_leaves_nothing_half_made(fresh: Repo) -> None:
    """Every step that finds no room fails with exit code 3 and names its output; the files that stand are whole."""
    (fresh.path / "build").mkdir()
    done = mounted(fresh, "mount -t tmpfs -o size=24k tmpfs build")
    assert 3 == done.code, done.err
    assert re.search(r"build/moon/flac/0[12] \w+\.flac: the disk is full; make room and run `doit` again\n", done.err)
    after = fresh.files("after")
    assert [] == [name for name in after if ".part-" in name]
    assert 0 == fresh.doit().code
    whole = fresh.files()
    assert {name: whole[name.replace("after", "build", 1)] for name in after} == after


def test_a_read_only_build_folder_is_named(built: Repo) -> None:
    """A folder that cannot be written is an error of the machine: exit code 3; the last good files stay."""
    before = built.files()
    built.edit("releases/moon.yaml", "title: Rise", "title: Risen")
    done = mounted(built, "mount --bind build build && mount -o remount,bind,ro build")
    text = "cannot be written (Read-only file system); mend the folder's permissions and run `doit` again"
    assert 3 == done.code, done.err
    assert f"build/moon/flac/01 Risen.flac: {text}\n" in done.err
    assert (before, []) == (built.files(), built.parts())
