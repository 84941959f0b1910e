"""What a server on this machine gives for HLS, and how it answers."""

from __future__ import annotations

import gzip
import http.client
import io
from contextlib import closing
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import urljoin, urlsplit

from pressroom.errors import ReleaseError, UsageError
from pressroom.formats.hlsserved import Answer, Answers

if TYPE_CHECKING:
    from urllib.parse import SplitResult

LOOPBACK = ("localhost", "127.0.0.1", "::1")
SECONDS = 10
"""After which a server that says nothing is given up."""
MOST_BYTES = 1 << 31
"""Of one answer."""
MOVED = (301, 302, 303, 307, 308)
OK, PARTIAL = 200, 206
ASKED = {"Accept-Encoding": "gzip", "User-Agent": "pressroom"}


class Loopback:
    """A client of servers on this machine: it asks for each address once, and remembers the answers."""

    def __init__(self) -> None:
        self.answers: Answers = {}
        self._held: dict[str, bytes | None] = {}

    def fetch(self, uri: str) -> BinaryIO | None:
        """What an address leads to; None where it is not there, or elsewhere; raises ReleaseError where nobody answers."""
        if uri not in self._held:
            self._held[uri] = self._got(uri) if local(uri) else None
        content = self._held[uri]
        return None if content is None else io.BytesIO(content)

    def _got(self, uri: str) -> bytes | None:
        """Ask for an address, and for its first byte alone."""
        parts = urlsplit(uri)
        status, headers, content = _asked(parts, {})
        moved = urljoin(uri, headers["Location"] or "") if status in MOVED else None
        ranged = status == OK and _asked(parts, {"Range": "bytes=0-0", "Accept-Encoding": "identity"})[0] == PARTIAL
        packed = headers["Content-Encoding"] == "gzip"
        size = len(content) if status == OK else None
        self.answers[uri] = Answer(size=size, type=headers["Content-Type"] or "", packed=packed, ranged=ranged, moved=moved)
        if status != OK:
            return None
        try:
            return gzip.decompress(content) if packed else content
        except (OSError, EOFError) as error:
            raise ReleaseError(f"{uri}: what comes as gzip is none ({error})") from error


def local(uri: str) -> bool:
    """Whether an address is one of a server on this machine."""
    parts = urlsplit(uri)
    return parts.scheme == "http" and parts.hostname in LOOPBACK


def checked(uri: str) -> str:
    """An address on this machine; raises UsageError for any other."""
    if not local(uri):
        raise UsageError(f"{uri}: expected an address on this machine such as http://127.0.0.1:8000/moon/hls/index.m3u8")
    return uri


def _asked(parts: SplitResult, headers: dict[str, str]) -> tuple[int, http.client.HTTPMessage, bytes]:
    """A server's answer: status, headers, content; raises ReleaseError where there is none."""
    path = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
    try:
        with closing(http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=SECONDS)) as connection:
            connection.request("GET", path, headers=ASKED | headers)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read(MOST_BYTES)
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise ReleaseError(f"{parts.geturl()}: no answer ({error or type(error).__name__})") from error
