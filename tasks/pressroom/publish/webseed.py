"""A look at web seeds: whether every file of a torrent is there, has its length, and is served in ranges (BEP 19)."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from pressroom.errors import MachineError, ReleaseError
from pressroom.publish.protocol import Destination, View

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pressroom.kinds.publish import Webseed
    from pressroom.publish.content import Entry, Served

OK, PARTIAL = 200, 206
CONNECT_SECONDS, ANSWER_SECONDS = 5, 20
TRIES = 3
MOST_TOLD = 5


class Webseeds(Destination):
    """The web below one or several addresses; nothing is ever changed there."""

    def __init__(self, words: Webseed, torrents: tuple[Served, ...]) -> None:
        self.label = words.label
        self._url = words.url
        self._torrents = torrents

    def look(self) -> View:
        """The first files that are not as clients need them, which only their server can mend."""
        seeds = [(url, one) for one in self._torrents for url in ([self._url] if self._url else one.torrent.webseeds)]
        if not seeds:
            raise ReleaseError(f"{self.label}: no torrent names a web seed; give one `webseeds`, or this an `url`")
        try:
            httpx: Any = importlib.import_module("httpx")
        except ImportError:
            raise MachineError(f"{self.label}: needs `pip install 'pressroom[web]'`") from None
        patience = httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS)
        with httpx.Client(timeout=patience, follow_redirects=True, transport=httpx.HTTPTransport(retries=TRIES)) as client:
            found = [problem for url, one in seeds for problem in _problems(client, url, one, httpx)]
        more = f" and {len(found) - MOST_TOLD} more" if len(found) > MOST_TOLD else ""
        return View(state="incomplete" if found else "current", note="; ".join(found[:MOST_TOLD]) + more)


def address(seed: str, entry: Entry) -> str:
    """Where clients ask for a file: the torrent's name and the path behind the seed's address."""
    return seed + "/".join(quote(part, safe="") for part in entry.path.split("/"))


def _problems(client: Any, seed: str, served: Served, httpx: Any) -> Iterator[str]:  # noqa: ANN401  # lazily
    """What is wrong with each file; with the seed itself, if it cannot be reached."""
    for entry in served.entries:
        url = address(seed, entry)
        try:
            if problem := _problem(client, url, entry):
                yield f"{url} {problem}"
        except (httpx.ConnectError, httpx.TimeoutException) as error:
            yield f"{seed} cannot be reached ({str(error) or type(error).__name__})"
            return
        except httpx.HTTPError as error:
            yield f"{url} cannot be asked for ({type(error).__name__})"


def _problem(client: Any, url: str, entry: Entry) -> str:  # noqa: ANN401  # httpx, lazily
    """What is wrong with one file; nothing where it is right."""
    head = client.head(url, headers={"Accept-Encoding": "identity"})
    if head.status_code != OK:
        return f"gives {head.status_code}"
    if head.headers.get("Content-Length") != str(entry.size):
        return f"has {head.headers.get('Content-Length', 'no')} bytes, and {entry.size} in the torrent"
    if not entry.size:
        return ""
    last = entry.size - 1
    asked = {"Range": f"bytes={last}-{last}", "Accept-Encoding": "identity"}
    with client.stream("GET", url, headers=asked) as part:
        return "" if part.status_code == PARTIAL else "is not served in ranges"
