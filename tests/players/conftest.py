"""Releases that are streamed, a server, and a browser that plays them."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import imageio_ffmpeg
import pytest
from filelock import FileLock
from tests.conftest import DODO, Repo

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MODULES = Path(os.environ.get("NODE_PATH", Path(__file__).parents[2] / ".browsers" / "node_modules"))
"""Where `npm install --prefix .browsers` has put them."""
LIBRARY = MODULES / "hls.js" / "dist" / "hls.min.js"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
NODE = shutil.which("node")
START = "import sys; from pressroom.commands import main; sys.exit(main(sys.argv[1:]))"
SECONDS = (4.2, 3.1, 3.7)
"""The lengths of the album's tracks."""
FILM = 14
"""Seconds of the first track's video."""
HOURS = 2
TRIES = 3


@dataclass(frozen=True)
class Heard:
    """What the browser told, each time that it was asked; what the page said; the hosts that it spoke to."""

    told: list[dict[str, Any]]
    said: list[str]
    hosts: list[str]


@dataclass(frozen=True)
class Browser:
    """Chromium at a server's addresses."""

    address: str

    def page(self, path: str, *acts: tuple[object, ...], library: str = "", without: bool = False) -> Heard:
        """Open a page and act there; with `library`, play this list of its folder by hls.js; `without` HLS of its own.

        What stalls is played again: on a machine that is busy, music stalls now and then; over a hole, each time.
        """
        asked = {
            "chromium": CHROMIUM,
            "url": urljoin(self.address, path),
            "library": str(LIBRARY) if library else "",
            "list": library,
            "without": without,
            "acts": acts,
        }
        for _ in range(TRIES):
            heard = self._heard(asked)
            if not any(one["stalls"] for one in heard.told):
                break
        return heard

    def _heard(self, asked: Mapping[str, object]) -> Heard:
        """What a browser of its own tells."""
        done = subprocess.run(
            [str(NODE), str(Path(__file__).with_name("drive.js"))],
            input=json.dumps(asked),
            env={**os.environ, "NODE_PATH": str(MODULES)},
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        assert 0 == done.returncode, done.stderr
        return Heard(**json.loads(done.stdout))


@pytest.fixture(scope="session")
def repo(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Repo:
    """An album of three tracks that flow into each other, and a programme of two hours, built once for all workers of xdist."""
    if not (CHROMIUM and NODE and LIBRARY.exists()):
        pytest.skip("needs chromium, node, and `npm install --prefix .browsers` as CONTRIBUTING.md has it")
    own = tmp_path_factory.getbasetemp()
    repo = Repo((own if worker_id == "master" else own.parent) / "streamed")
    with FileLock(f"{repo.path}.lock"):
        if not (repo.path / "whole").exists():
            build(repo)
            repo.write("whole", "")
    return repo


def build(repo: Repo) -> None:
    """Write the releases, and build what the tests play of them."""
    repo.write("dodo.py", DODO)
    repo.picture("releases/cover.png", size=400)
    tracks = ""
    for number, seconds in enumerate(SECONDS, 1):
        repo.wav(f"releases/masters/{number}.wav", seconds=seconds, hertz=220 * number)
        tracks += f"  - {{title: Track {number}, file: masters/{number}.wav}}\n"
    film = ("-f", "lavfi", "-i", f"testsrc2=s=320x180:r=25:d={FILM}", "-f", "lavfi", "-i", f"sine=f=330:d={FILM}")
    command = (imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *film, "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "flac")
    subprocess.run([*command, "releases/film.mkv"], cwd=repo.path, check=True)
    repo.write("releases/film.vtt", "WEBVTT\n\n00:01.000 --> 00:07.000\nRise\n")
    with_video = tracks.replace("1.wav}", "1.wav, video: film.mkv, subtitles: {en: film.vtt}}")
    repo.write("releases/moon.yaml", f"{HEAD.format(title='Moon & Sun')}{HLS}tracks:\n{with_video}")
    reel = "tracks: [{title: Film, file: masters/1.wav, video: film.mkv}]\n"
    repo.write("releases/film.yaml", f"{HEAD.format(title='Film')}hls: {{container: ts, layout: files}}\n{reel}")
    shutil.copy(LIBRARY, repo.path / "releases/hls.min.js")
    words = HLS.replace("{", "{layout: files, segment: 2 s, hls_js: {file: hls.min.js}, ")
    repo.write("releases/split.yaml", f"{HEAD.format(title='Split')}{words}tracks:\n{tracks}")
    words = words.replace("{", "{encrypt: {key: env:SEALED_KEY, url: keys/sealed.key}, ", 1)
    sealed = tracks.replace("1.wav}", "1.wav, video: film.mkv}")
    repo.write("releases/sealed.yaml", f"{HEAD.format(title='Sealed')}{words}tracks:\n{sealed}")
    veiled = "hls: {container: ts, encrypt: {key: env:SEALED_KEY, url: keys/sealed.key}}\n"
    repo.write("releases/veiled.yaml", f"{HEAD.format(title='Veiled')}{veiled}{reel}")
    made = ("-f", "lavfi", "-i", f"sine=f=220:r=8000:d={HOURS * 3600}", "-ac", "1", "-compression_level", "0")
    subprocess.run(
        [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *made, "releases/masters/long.flac"], cwd=repo.path, check=True
    )
    single = "hls: {renditions: [flac]}\ntracks: [{title: Long, file: masters/long.flac}]\n"
    repo.write("releases/long.yaml", HEAD.format(title="Long") + single)
    parts = ("playlists", "chapters", "library", "cover", "page")
    split = [f"{slug}:hls-{part}" for slug in ("split", "sealed") for part in parts]
    shown = [f"{slug}:video-{part}:01" for slug in ("film", "sealed", "veiled") for part in ("page", "playlists")]
    steps = ["moon", *shown, *split, "long:hls-page", "long:hls-playlists"]
    done = repo.run(sys.executable, "-c", START, "run", *steps, SEALED_KEY=KEY)
    assert 0 == done.code, done
    for slug in ("sealed", "veiled"):
        repo.write(f"build/{slug}/hls/keys/sealed.key", bytes.fromhex(KEY))


KEY = "c0ffee00decade11facade22badcab1e"
HEAD = "kind: album\ntitle: {title}\nartist: The Lanterns\ncover: cover.png\n"
HLS = "hls: {renditions: [aac-128, opus-96, flac]}\n"


@pytest.fixture(scope="session")
def browser(repo: Repo) -> Iterator[Browser]:
    """A browser, while `pressroom serve` runs."""
    process = repo.started(sys.executable, "-c", START, "serve", "--port", "0")
    assert process.stdout
    yield Browser(process.stdout.readline().partition(" ")[0])
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=10)
