"""A real qBittorrent on loopback, with a profile of its own, and publishing to it."""

from __future__ import annotations

import base64
import hashlib
import shutil
import socket
import subprocess
import time
import urllib.request
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from pressroom.kinds.publish import Publishing, QBittorrent
from pressroom.publish.release import publish

if TYPE_CHECKING:
    from pathlib import Path

    from tests.publish.conftest import Moon

    from pressroom.publish.content import Content
    from pressroom.publish.release import Report

PASSWORD = "a word to pass"  # noqa: S105  # of a server that lives for a test
CONFIGURATION = """\
[LegalNotice]
Accepted=true
[BitTorrent]
Session\\Port={peers}
Session\\Interface=lo
Session\\InterfaceName=lo
Session\\InterfaceAddress=127.0.0.1
Session\\DHTEnabled=false
Session\\LSDEnabled=false
Session\\PeXEnabled=false
Session\\MultiConnectionsPerIp=true
Session\\QueueingSystemEnabled=false
Session\\DefaultSavePath={profile}/downloads
[Network]
PortForwardingEnabled=false
[Preferences]
WebUI\\Address=127.0.0.1
WebUI\\Port={port}
WebUI\\UseUPnP=false
WebUI\\Username=admin
WebUI\\Password_PBKDF2="@ByteArray({key})"
WebUI\\LocalHostAuth=true
"""


def free_port() -> int:
    """A port of loopback that nobody listens at."""
    with closing(socket.socket()) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def stored(password: str) -> str:
    """A password as qBittorrent keeps it."""
    salt = b"0123456789abcdef"
    key = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, 100_000, 64)
    return f"{base64.b64encode(salt).decode()}:{base64.b64encode(key).decode()}"


@dataclass
class Nox:
    """A running qBittorrent."""

    url: str
    profile: Path
    process: subprocess.Popen[bytes]
    api: Any

    def torrent(self) -> Any:  # noqa: ANN401  # the library's
        """The only torrent that it has."""
        found = list(self.api.torrents_info())
        assert 1 == len(found)
        return found[0]

    def until(self, *states: str) -> None:
        """Wait until the torrent is in one of these states."""
        deadline = time.monotonic() + 20
        while self.torrent()["state"] not in states:
            assert time.monotonic() < deadline, self.torrent()["state"]
            time.sleep(0.05)

    def end(self) -> None:
        """Kill it."""
        self.process.kill()
        self.process.wait()


def started(profile: Path, port: int, peers: int) -> Nox:
    """A qBittorrent that answers."""
    api: Any = pytest.importorskip("qbittorrentapi")
    configuration = profile / "qBittorrent" / "config" / "qBittorrent.conf"
    configuration.parent.mkdir(parents=True, exist_ok=True)
    words = {"peers": peers, "profile": profile, "port": port, "key": stored(PASSWORD)}
    configuration.write_text(CONFIGURATION.format(**words), encoding="utf-8")
    program = shutil.which("qbittorrent-nox")
    if not program:
        pytest.skip("qbittorrent-nox is not installed")
    with (profile / "log").open("wb") as log:
        process = subprocess.Popen([program, f"--profile={profile}"], stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with suppress(OSError), urllib.request.urlopen(url, timeout=2):  # loopback
            break
        time.sleep(0.05)
    client = api.Client(host=url, username="admin", password=PASSWORD)
    return Nox(url, profile, process, client)


def words(nox: Nox, **more: Any) -> QBittorrent:  # noqa: ANN401  # the words of a destination
    """A destination that logs in."""
    keys = {"user": "env:USER_NAME", "password": "env:PASS_WORD"}
    return QBittorrent.model_validate({"to": "qbittorrent", "url": nox.url, **keys, **more})


def published(moon: Moon, content: Content, one: QBittorrent, *, password: str = PASSWORD) -> list[Report]:
    """What `doit publish` reports."""
    run = moon.run(USER_NAME="admin", PASS_WORD=password)
    return list(publish(content, Publishing(edition=content.edition, destinations=(one,)), run, moon.source))


def states(reports: list[Report]) -> list[str]:
    """How each destination stood; raises what failed."""
    for report in reports:
        if report.error:
            raise report.error
    return [report.outcome.state for report in reports if report.outcome]
