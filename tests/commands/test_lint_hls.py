"""`pressroom lint-hls` as a user runs it."""

from __future__ import annotations

import json
import subprocess
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import imageio_ffmpeg
import pytest

from pressroom.commands import main

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.media
MUXED = ("-c:a", "aac", "-f", "hls", "-hls_segment_type", "fmp4", "-hls_playlist_type", "vod", "-hls_flags", "single_file")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Somebody else's HLS: ffmpeg's."""
    made = tmp_path_factory.mktemp("hls")
    source = ("-f", "lavfi", "-i", "sine=d=7")
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *source, *MUXED, "-master_pl_name", "index.m3u8", "a.m3u8"]
    subprocess.run(command, cwd=made, check=True)
    return made


@pytest.fixture
def server(folder: Path) -> Iterator[str]:
    """A web server that knows nothing of HLS: no types, no ranges, no gzip."""

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def do_GET(self) -> None:
            """Send who asks for moved.m3u8 elsewhere."""
            if self.path == "/moved.m3u8":
                self.send_response(302)
                self.send_header("Location", "/index.m3u8")
                self.send_header("Content-Length", "0")
                self.end_headers()
            else:
                super().do_GET()

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder))) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{listening.server_port}"
        listening.shutdown()


def test_what_is_broken_is_told_with_its_clause(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Warnings pass; the last line counts."""
    assert 0 == main(["lint-hls", str(folder / "index.m3u8")])
    told = capsys.readouterr().out.splitlines()
    assert "warning: index.m3u8: it has no EXT-X-INDEPENDENT-SEGMENTS" in told
    assert "    The multivariant playlist says that segments are independent (A9.11)" in told
    assert told[-1].endswith(" broken")


def test_a_broken_rule_fails(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of what must be kept; as JSON, every rule is told."""
    text = (folder / "a.m3u8").read_text(encoding="utf-8").replace("#EXT-X-ENDLIST", "")
    path = tmp_path / "a b.m3u8"
    path.write_text(text, encoding="utf-8")
    (tmp_path / "a.m4s").write_bytes((folder / "a.m4s").read_bytes())
    assert 1 == main(["lint-hls", "--json", str(path)])
    checks = json.loads(capsys.readouterr().out)["checks"]
    assert ["hls-ended"] == [check["rule"] for check in checks if not check["passed"] and check["severity"] == "error"]


def test_a_server_is_linted_too(server: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Types, gzip and ranges, address by address."""
    assert 1 == main(["lint-hls", "--json", f"{server}/index.m3u8"])
    checks = json.loads(capsys.readouterr().out)["checks"]
    broken = {check["rule"]: check for check in checks if not check["passed"]}
    assert {"hls-gzip", "hls-ranges"} <= set(broken)
    assert "all of it comes where a range is asked for" == broken["hls-ranges"]["measured"]
    assert f"{server}/a.m4s" == broken["hls-ranges"]["subject"]


@pytest.mark.parametrize(("key", "told"), [(None, "it is not there"), (b"abc", "it has 3 bytes"), (bytes(16), None)])
def test_the_key_of_what_is_encrypted_is_asked_for(
    folder: Path, server: str, key: bytes | None, told: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    """It has to be there, and to be one; nothing is decrypted with it."""
    tag = f'#EXT-X-KEY:METHOD=AES-128,URI="moon.key",IV=0x{"0" * 32}\n'
    text = (folder / "a.m3u8").read_text(encoding="utf-8").replace("#EXTINF", f"{tag}#EXTINF", 1)
    (folder / "sealed.m3u8").write_text(text, encoding="utf-8")
    (folder / "moon.key").unlink(missing_ok=True)
    if key:
        (folder / "moon.key").write_bytes(key)
    main(["lint-hls", "--json", f"{server}/sealed.m3u8"])
    checks = json.loads(capsys.readouterr().out)["checks"]
    found = next(check for check in checks if check["rule"] == "hls-key-file")
    assert (told, told is None) == (found["measured"], found["passed"])


@pytest.mark.parametrize(
    ("path", "code", "text"),
    [
        ("/moved.m3u8", 1, "{server}/moved.m3u8: no playlist: it is not there\n"),
        ("/nothing.m3u8", 1, "{server}/nothing.m3u8: no playlist: it is not there\n"),
        ("/a.m4s", 1, "{server}/a.m4s: no playlist: it is not text in UTF-8\n"),
    ],
)
def test_what_is_no_playlist_is_told(server: str, path: str, code: int, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """With its address."""
    assert code == main(["lint-hls", server + path])
    assert text.format(server=server) == capsys.readouterr().err


def test_it_asks_this_machine_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """A server elsewhere is not asked, and one that is not there is told."""
    assert 2 == main(["lint-hls", "https://a.example/x.m3u8"])
    told = "expected an address on this machine such as http://127.0.0.1:8000/moon/hls/index.m3u8"
    assert f"https://a.example/x.m3u8: {told}\n" == capsys.readouterr().err
    assert 1 == main(["lint-hls", "http://127.0.0.1:1/x.m3u8"])
    assert "http://127.0.0.1:1/x.m3u8: no answer (" in capsys.readouterr().err


def test_a_file_that_is_none_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As it was given."""
    (tmp_path / "x.txt").write_bytes(b"hello")
    for name, text in (("x.txt", "it does not begin with #EXTM3U"), ("y.txt", "it is not there")):
        assert 1 == main(["lint-hls", str(tmp_path / name)])
        assert f"{tmp_path / name}: no playlist: {text}\n" == capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ([], "  --json  every rule, kept or broken, as JSON"),
        (["a", "b"], "  --json  every rule, kept or broken, as JSON"),
        (["--jsno", "a"], "--jsno: no such option; did you mean '--json'?"),
    ],
)
def test_one_playlist_is_wanted(given: list[str], text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Anything else shows the usage, and the near option."""
    assert 2 == main(["lint-hls", *given])
    told = capsys.readouterr().err.splitlines()
    assert ("usage: pressroom lint-hls [--json] PLAYLIST", text) == (told[0], told[-1])
