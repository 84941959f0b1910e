"""What was built, played by mpv, VLC and ffmpeg from `pressroom serve`."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import imageio_ffmpeg
import pytest
from tests.players.conftest import FILM, SECONDS

if TYPE_CHECKING:
    from tests.conftest import Repo
    from tests.players.conftest import Browser

pytestmark = pytest.mark.players
LENGTH = sum(round(seconds * 44_100) for seconds in SECONDS)


def ran(*command: str) -> tuple[bytes, str]:
    """What a program writes, and what it says."""
    if not shutil.which(command[0]):
        pytest.skip(f"needs {command[0]}")
    user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "env", "HOME=/nowhere"] if os.getuid() == 0 else []
    done = subprocess.run([*user, *command], cwd="/", capture_output=True, timeout=120, check=False)
    return done.stdout, done.stderr.decode(errors="replace")


def masters(repo: Repo) -> bytes:
    """The samples of all tracks."""
    paths = [repo.path / f"releases/masters/{number}.wav" for number in range(1, len(SECONDS) + 1)]
    return b"".join(path.read_bytes()[44:] for path in paths)


@pytest.mark.parametrize("release", ["moon", "sealed"])
@pytest.mark.parametrize("rendition", ["aac-128", "opus-96", "flac"])
def test_mpv_plays_it_to_its_end(browser: Browser, release: str, rendition: str) -> None:
    """As long as the masters, but for a frame, encrypted or not; what it writes is filled up with zeros."""
    address = urljoin(browser.address, f"/{release}/hls/{rendition}.m3u8")
    heard, said = ran("mpv", "--no-config", "--really-quiet", "--of=s16le", "--oac=pcm_s16le", "--vid=no", "-o", "-", address)
    rate = 44_100 if rendition == "flac" else 48_000
    assert abs(len(heard.rstrip(b"\0")) / 4 / rate - LENGTH / 44_100) < 0.05, said


@pytest.mark.parametrize("rendition", ["aac-128", "opus-96", "flac"])
def test_vlc_plays_it_to_its_end(browser: Browser, rendition: str) -> None:
    """As long as the masters, but for a frame."""
    address = urljoin(browser.address, f"/moon/hls/{rendition}.m3u8")
    chain = "#transcode{acodec=s16l,channels=2,samplerate=48000}:std{access=file,mux=wav,dst=-}"
    heard, said = ran("cvlc", "-I", "dummy", "--sout", chain, address, "vlc://quit")
    assert "Failed to create demuxer" not in said
    assert abs((len(heard) - 44) / 4 / 48_000 - LENGTH / 44_100) < 0.1, said


def test_mpv_and_vlc_play_a_video(browser: Browser) -> None:
    """Every picture of it, from the list that leads to all others."""
    address = urljoin(browser.address, "/moon/hls/01.video.m3u8")
    shown, said = ran("mpv", "--no-config", "--really-quiet", "--of=rawvideo", "--ovc=rawvideo", "--aid=no", "-o", "-", address)
    assert 320 * 180 * 3 // 2 * FILM * 25 == len(shown), said
    chain = "#transcode{acodec=s16l,channels=2,samplerate=48000}:std{access=file,mux=wav,dst=-}"
    heard, said = ran("cvlc", "-I", "dummy", "--no-sout-video", "--sout", chain, address, "vlc://quit")
    assert "Failed to create demuxer" not in said
    assert abs((len(heard) - 44) / 4 / 48_000 - FILM) < 0.1, said


@pytest.mark.parametrize("release", ["split", "sealed"])
def test_ffmpeg_plays_files_of_segments_by_http(browser: Browser, repo: Repo, release: str) -> None:
    """FLAC is the masters, sample for sample; lossy sound has no sample less, and at most its priming and a frame more.

    Those of `sealed` are encrypted, and it fetches the key.
    """
    for rendition, most in (("flac", 0), ("aac-128", 2048), ("opus-96", 960 + 312)):
        address = urljoin(browser.address, f"/{release}/hls/{rendition}.m3u8")
        command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", address, "-f", "s16le", "-"]
        heard = subprocess.run(command, capture_output=True, check=True).stdout
        if not most:
            assert hashlib.sha256(masters(repo)).digest() == hashlib.sha256(heard).digest()
        else:
            assert 0 <= len(heard) // 4 - LENGTH * 480 // 441 <= most
