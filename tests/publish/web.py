"""A web server on loopback, which serves files in ranges, and a tracker."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from pressroom.formats import bencode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SECONDS_BETWEEN = 1
"""A client asks the tracker no more often than it is told to."""


@contextmanager
def served(handler: Callable[..., BaseHTTPRequestHandler]) -> Iterator[str]:
    """The address of a server that answers while this is open."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


class Ranges(SimpleHTTPRequestHandler):
    """Serves files in ranges, or not."""

    protocol_version = "HTTP/1.1"
    ranges = True

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """A file, or one range of it."""
        asked = self.headers.get("Range")
        path = Path(self.translate_path(self.path))
        if not self.ranges or not asked or not path.is_file():
            super().do_GET()
            return
        first, _, last = asked.removeprefix("bytes=").partition("-")
        size = path.stat().st_size
        end = min(int(last or size - 1), size - 1)
        part = path.read_bytes()[int(first) : end + 1]
        self.send_response(206)
        self.send_header("Content-Length", str(len(part)))
        self.send_header("Content-Range", f"bytes {first}-{end}/{size}")
        self.end_headers()
        self.wfile.write(part)


class Echo(BaseHTTPRequestHandler):
    """A server that has an error for everybody, in which it repeats all that it was told."""

    protocol_version = "HTTP/1.1"
    status = 500

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """The request itself."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        said = f"{self.requestline}\n{self.headers}{body.decode(errors='replace')}".encode()
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def do_POST(self) -> None:
        """As for GET."""
        self.do_GET()

    def do_PUT(self) -> None:
        """As for GET."""
        self.do_GET()

    def do_HEAD(self) -> None:
        """As for GET, without its body."""
        self.send_response(self.status)
        self.send_header("Content-Length", "0")
        self.end_headers()


@dataclass
class Tracker:
    """What a tracker knows: of each info hash the ports of loopback where somebody has its files, or wants them (BEP 3)."""

    ports: dict[bytes, set[int]] = field(default_factory=dict)
    url: str = ""

    def answer(self, query: str) -> bytes:
        """The peers that another one may ask, in six bytes each (BEP 23)."""
        asked = {key: values[0] for key, values in parse_qs(query, encoding="latin-1").items()}
        ports, own = self.ports.setdefault(asked["info_hash"].encode("latin-1"), set()), int(asked["port"])
        others = b"".join(bytes((127, 0, 0, 1)) + port.to_bytes(2, "big") for port in sorted(ports - {own}))
        ports.discard(own) if asked.get("event") == "stopped" else ports.add(own)
        return bencode.encode({b"interval": SECONDS_BETWEEN, b"min interval": SECONDS_BETWEEN, b"peers": others})


@contextmanager
def tracking() -> Iterator[Tracker]:
    """A tracker that answers while this is open."""
    tracker = Tracker()

    class Announce(BaseHTTPRequestHandler):
        """One question and its answer."""

        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def do_GET(self) -> None:
            """Tell who else is there."""
            answer = tracker.answer(urlsplit(self.path).query)
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

    with served(Announce) as url:
        # libtorrent asks no address of loopback for another path (`ssrf_mitigation`).
        tracker.url = f"{url}/announce"
        yield tracker
