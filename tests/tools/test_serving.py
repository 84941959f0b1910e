"""The server's answers, without a socket."""

from __future__ import annotations

import asyncio
import gzip
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest

from pressroom.tools import serving

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.types import Message

HASHED = "aac-128.0123456789abcdef.mp4"


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    content: bytes


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A built release, and what must never be served."""
    folder = tmp_path / "build" / "moon"
    (folder / "hls").mkdir(parents=True)
    (folder / "hls" / HASHED).write_bytes(bytes(range(100)))
    (folder / "hls" / "index.m3u8").write_text("#EXTM3U\n" + "#" * 2000, encoding="utf-8")
    (folder / "hls" / "player.html").write_text("<p>", encoding="utf-8")
    (folder / "hls" / "part.ts").write_bytes(b"G")
    (folder / "hls" / "odd.xyz").write_bytes(b"?")
    (folder / "hls" / ".half.part-1.mp4").write_bytes(b"half")
    (tmp_path / "secret.txt").write_bytes(b"secret")
    (folder / "out.txt").symlink_to(tmp_path / "secret.txt")
    return folder


def asked(site: Path, path: str, method: str = "GET", *, host: str = "127.0.0.1:8000", **headers: str) -> Answer:
    """Ask for a path."""
    given = {"host": host, **{name.replace("_", "-"): value for name, value in headers.items()}}
    scope: dict[str, Any] = {
        "type": "http",
        "method": method,
        "path": unquote(path),
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in given.items()],
        "extensions": {},
    }
    sent: list[Message] = []

    async def receive() -> Message:
        await asyncio.sleep(0 if not sent else 60)
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    async def answer() -> None:
        await serving.app({"moon": site, "sun": site.with_name("sun")})(scope, receive, send)

    asyncio.run(answer())
    content = b"".join(message.get("body", b"") for message in sent[1:])
    return Answer(sent[0]["status"], {name.decode(): value.decode() for name, value in sent[0]["headers"]}, content)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("index.m3u8", "application/vnd.apple.mpegurl"),
        (HASHED, "video/mp4"),
        ("part.ts", "video/mp2t"),
        ("player.html", "text/html; charset=utf-8"),
        ("odd.xyz", "application/octet-stream"),
    ],
)
def test_a_file_is_called_what_it_is(site: Path, name: str, told: str) -> None:
    """Whatever the system believes: `.ts` is no translation of Qt Linguist."""
    answer = asked(site, f"/moon/hls/{name}")
    assert (200, told, "nosniff") == (
        answer.status,
        answer.headers["content-type"],
        answer.headers["x-content-type-options"],
    )


def test_names_that_tell_the_content_hold_for_ever(site: Path) -> None:
    """Everything else is asked for again, and is not sent again while it is the same."""
    assert "public, max-age=31536000, immutable" == asked(site, f"/moon/hls/{HASHED}").headers["cache-control"]
    first = asked(site, "/moon/hls/index.m3u8")
    assert "no-cache" == first.headers["cache-control"]
    again = asked(site, "/moon/hls/index.m3u8", if_none_match=first.headers["etag"])
    assert (304, b"") == (again.status, again.content)


def test_ranges_and_heads_are_answered(site: Path) -> None:
    """A player seeks by ranges; HEAD tells the size alone; a range that is none is refused."""
    part = asked(site, f"/moon/hls/{HASHED}", range="bytes=10-19")
    assert (206, bytes(range(10, 20)), "bytes 10-19/100") == (part.status, part.content, part.headers["content-range"])
    head = asked(site, f"/moon/hls/{HASHED}", "HEAD")
    assert (200, b"", "100") == (head.status, head.content, head.headers["content-length"])
    assert 416 == asked(site, f"/moon/hls/{HASHED}", range="bytes=200-").status


def test_playlists_are_packed(site: Path) -> None:
    """For who takes it; media are not, and no range of a playlist is."""
    packed = asked(site, "/moon/hls/index.m3u8", accept_encoding="gzip")
    assert "gzip" == packed.headers["content-encoding"]
    assert len(packed.content) < 100
    assert (site / "hls/index.m3u8").read_bytes() == gzip.decompress(packed.content)
    assert "content-encoding" not in asked(site, "/moon/hls/index.m3u8").headers
    assert "content-encoding" not in asked(site, f"/moon/hls/{HASHED}", accept_encoding="gzip").headers
    part = asked(site, "/moon/hls/index.m3u8", accept_encoding="gzip", range="bytes=0-6")
    assert (206, b"#EXTM3U") == (part.status, part.content)


@pytest.mark.parametrize(
    "path",
    [
        "/moon",
        "/moon/",
        "/moon/hls",
        "/moon/hls/",
        "/moon/../secret.txt",
        "/moon/../../secret.txt",
        "/moon/%2e%2e/%2e%2e/secret.txt",
        "/moon/hls/..%2f..%2f..%2fsecret.txt",
        "/moon//etc/passwd",
        "/moon/out.txt",
        "/moon/hls/.half.part-1.mp4",
        "/moon/hls/%00",
        f"/moon/{'n' * 300}",
        "/sun/index.m3u8",
        "/venus/index.m3u8",
    ],
)
def test_nothing_else_is_there(site: Path, path: str) -> None:
    """No list of a folder, no way out of it, no hidden file, no release that was not asked for."""
    answer = asked(site, path)
    assert 404 == answer.status
    assert b"secret" not in answer.content


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_it_only_reads(site: Path, method: str) -> None:
    """Other methods are refused, on the first page too."""
    assert [405, 405] == [asked(site, path, method).status for path in ("/moon/hls/index.m3u8", "/")]


@pytest.mark.parametrize(("host", "status"), [("localhost:1", 200), ("[::1]:8000", 200), ("evil.example", 400), ("", 400)])
def test_it_knows_its_own_name(site: Path, host: str, status: int) -> None:
    """A page elsewhere that has its name lead here reads nothing."""
    assert status == asked(site, "/moon/hls/index.m3u8", host=host).status


def test_players_elsewhere_may_read_media_alone(site: Path) -> None:
    """Playlists and media carry the word that browsers ask for; pages and records do not."""
    media = asked(site, f"/moon/hls/{HASHED}").headers
    assert ("*", "Content-Length, Content-Range, Date") == (
        media["access-control-allow-origin"],
        media["access-control-expose-headers"],
    )
    assert "access-control-allow-origin" not in asked(site, "/moon/hls/player.html").headers


def test_the_first_page_leads_to_players(site: Path) -> None:
    """Of what was built; what was not is left out."""
    text = asked(site, "/").content.decode()
    assert '<a href="/moon/hls/player.html">moon</a>' in text
    assert "sun" not in text
