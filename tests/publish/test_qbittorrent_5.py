"""A qBittorrent 5.2, as its Web UI answers: 204 to a login, a cookie of another name, JSON and 409 to an added torrent."""

from __future__ import annotations

import json
import re
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.publish.conftest import NAME

from pressroom.kinds.publish import Publishing, QBittorrent
from pressroom.publish import webui
from pressroom.publish.release import look, publish

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.publish.conftest import Moon

    from pressroom.publish.content import Content


@dataclass
class Fake:
    """What the server knows, and how it behaves."""

    hash: str = ""
    torrents: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    busy: int = 0
    """How many requests are answered with 503 and Retry-After."""
    conflict: bool = False
    """Whether an added torrent is answered with 409, though it is there then."""
    password: str = "right"  # noqa: S105  # of a server that lives for a test
    expired: int = 0
    """How many requests are told that the session has ended."""
    asleep: float = 0
    """Seconds before a login is answered."""
    url: str = ""

    def answer(self, what: str, form: dict[str, str]) -> tuple[int, bytes]:
        """The status and the body of an answer."""
        self.asked.append(what)
        if self.busy:
            self.busy -= 1
            return 503, b""
        one = self.torrents.get(form.get("hashes", ""), {})
        if what == "torrents/info":
            return 200, json.dumps(list(self.torrents.values())).encode()
        if what == "torrents/add":
            return self._added(form)
        if what == "torrents/addTags":
            one["tags"] = ", ".join(dict.fromkeys([*filter(None, one["tags"].split(", ")), *form["tags"].split(",")]))
        elif what == "torrents/removeTags":
            one["tags"] = ", ".join(tag for tag in one["tags"].split(", ") if tag not in form["tags"].split(","))
        elif what == "torrents/recheck":
            one["progress"] = 1
        elif what in ("torrents/start", "torrents/stop"):
            one["state"] = "stalledUP" if what == "torrents/start" else "stoppedUP"
        else:
            return {"app/webapiVersion": (200, b"2.15.1"), "app/version": (200, b"v5.2.0")}.get(what, (404, b""))
        return 200, b""

    def _added(self, form: dict[str, str]) -> tuple[int, bytes]:
        there = {"hash": self.hash, "infohash_v1": self.hash, "infohash_v2": "", "name": NAME, "progress": 0.0}
        there |= {"state": "stoppedDL", "tags": form["tags"].replace(",", ", "), "category": "", "save_path": form["savepath"]}
        self.torrents[self.hash] = there
        if self.conflict:
            return 409, b""
        counts = {"success_count": 1, "failure_count": 0, "pending_count": 0}
        return 200, json.dumps({"added_torrent_ids": [self.hash], **counts}).encode()


class Handler(BaseHTTPRequestHandler):
    """The Web UI."""

    fake: Fake

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_HEAD(self) -> None:
        """The library asks whether this is http or https."""
        self._send(200, b"")

    def do_GET(self) -> None:
        """A question."""
        self._do({key: value[0] for key, value in parse_qs(urlsplit(self.path).query).items()})

    def do_POST(self) -> None:
        """A change, or a question with a form."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = re.findall(rb'name="(\w+)"\r\n\r\n(.*?)\r\n--', body, re.DOTALL)
        multipart = "multipart" in self.headers.get("Content-Type", "")
        form = {key.decode(): value.decode() for key, value in parts} if multipart else {}
        self._do(form or {key: value[0] for key, value in parse_qs(body.decode(errors="replace")).items()})

    def _do(self, form: dict[str, str]) -> None:
        what = urlsplit(self.path).path.removeprefix("/api/v2/")
        cookie = f"QBT_SID_{urlsplit(self.fake.url).port}"
        if what == "auth/login":
            self.fake.asked.append(what)
            time.sleep(self.fake.asleep)
            right = form.get("password") == self.fake.password
            self._send(204 if right else 401, b"", {"Set-Cookie": f"{cookie}=abc; path=/"} if right else {})
        elif f"{cookie}=abc" not in self.headers.get("Cookie", "") or self.fake.expired:
            self.fake.expired = max(0, self.fake.expired - 1)
            self._send(403, b"Forbidden")
        else:
            status, answer = self.fake.answer(what, form)
            self._send(status, answer, {"Retry-After": "0"} if status == 503 else {})

    def _send(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for key, value in (headers or {}).items():
            self.send_header(key, value)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def fake() -> Iterator[Fake]:
    """A server without torrents."""
    pytest.importorskip("qbittorrentapi")
    known = Fake()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Own", (Handler,), {"fake": known}))
    known.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield known
    server.shutdown()
    server.server_close()


def published(moon: Moon, content: Content, fake: Fake) -> list[str]:
    """The state that each destination was found in, or its error."""
    words = {"to": "qbittorrent", "url": fake.url, "user": "env:NAME", "password": "env:WORD"}
    one = QBittorrent.model_validate(words)
    fake.hash = str(content.torrents[0].hashes.v1)
    run = moon.run(NAME="admin", WORD="right")
    reports = publish(content, Publishing(destinations=(one,)), run, moon.source)
    return [report.outcome.state if report.outcome else str(report.error) for report in reports]


@pytest.mark.parametrize("conflict", [False, True])
def test_a_torrent_is_seeded_whatever_is_answered(moon: Moon, fake: Fake, conflict: bool) -> None:  # noqa: FBT001  # a table
    """What counts is what is listed; a second run logs in and asks once."""
    fake.conflict = conflict
    content = moon.build()
    assert ["absent", "absent"] == published(moon, content, fake)
    (found,) = fake.torrents.values()
    assert ("stalledUP", "") == (found["state"], found["tags"])
    changes = ["torrents/add", "torrents/addTags", "torrents/stop", "torrents/recheck", "torrents/start", "torrents/removeTags"]
    assert changes == [what for what in fake.asked if what in changes]
    fake.asked.clear()
    assert ["current", "current"] == published(moon, content, fake)
    assert ["auth/login", "torrents/info"] == fake.asked


def test_a_busy_server_is_waited_for_and_not_for_ever(moon: Moon, fake: Fake) -> None:
    """As it asks; one that stays busy is an error."""
    content = moon.build()
    fake.busy = 3
    assert ["absent", "absent"] == published(moon, content, fake)
    fake.busy = 1000
    why = "cannot be reached (it answers 503 again and again); is it running, and is this its address?"
    assert f"qbittorrent {fake.url}: {why}" == published(moon, content, fake)[1]
    assert 995 == fake.busy


def test_a_wrong_password_is_one_attempt(moon: Moon, fake: Fake) -> None:
    """Also where the server says 401."""
    fake.password = "other"  # noqa: S105  # likewise
    (_, told) = published(moon, moon.build(), fake)
    wrong = "user or password is wrong; this was one attempt, and five lock you out for an hour"
    assert (f"qbittorrent {fake.url}: {wrong}", ["auth/login"]) == (told, fake.asked)


def test_a_login_that_is_not_answered_is_one_attempt(moon: Moon, fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many releases there are: what was sent may have arrived."""
    monkeypatch.setattr(webui, "ANSWER_SECONDS", 0.2)
    fake.asleep = 1
    content, run = moon.build(), moon.run(NAME="admin", WORD="right")
    one = QBittorrent.model_validate({"to": "qbittorrent", "url": fake.url, "user": "env:NAME", "password": "env:WORD"})
    for _ in range(3):
        (report,) = (one for one in look(content, Publishing(destinations=(one,)), run) if one.error)
        told = "cannot be reached (no answer in time); is it running, and is this its address?"
        assert f"qbittorrent {fake.url}: {told}" == str(report.error)
    assert ["auth/login"] == fake.asked


def test_a_session_that_ends_midway_is_opened_once_more(moon: Moon, fake: Fake) -> None:
    """And only once: then it is an error."""
    content = moon.build()
    published(moon, content, fake)
    fake.asked.clear()
    fake.expired = 1
    assert ["current", "current"] == published(moon, content, fake)
    assert 2 == fake.asked.count("auth/login")
    fake.asked.clear()
    fake.expired = 1000
    told = published(moon, content, fake)[1]
    assert f"qbittorrent {fake.url}: has ended the session, and lets nobody in again" == told
    assert fake.asked.count("auth/login") <= 2
