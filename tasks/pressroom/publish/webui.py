"""The Web UI of a qBittorrent, through qbittorrent-api: one login in a run, patience that ends, and errors in words."""

from __future__ import annotations

import importlib
import re
from typing import TYPE_CHECKING, Any

from pressroom.errors import MachineError, ToolError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pressroom.tools.secret import Secret

CONNECT_SECONDS, ANSWER_SECONDS = 5, 30
TRIES = 4
LONGEST_WAIT = 20
"""Seconds; a server that asks for more has to be asked by hand."""
LACKING = "asks for a login; give `user` and `password`"
CAUSES = {
    "refused": "the connection is refused",
    "timed out": "no answer in time",
    "Timeout": "no answer in time",
    "Failed to resolve": "there is no such host",
    "CERTIFICATE": "its certificate is not trusted",
    "SSL": "it does not speak https",
    "BadStatusLine": "what answers is no web server",
    "Connection aborted": "the connection was cut",
}
"""What is wrong, by the marks that urllib3 and Python leave in their errors."""
WAITING = (429, 502, 503, 504)


class WebUi:
    """A client; it logs in when it is first asked for something.

    Where that fails, or nobody answers for long, all later requests of the run fail at once.
    """

    def __init__(self, label: str, url: str, user: Secret | None, password: Secret | None) -> None:
        self._label, self._url, self._user, self._password = label, url, user, password
        self._client: Any = None
        self._refused: ToolError | None = None

    def torrents(self, keys: Sequence[str] = ()) -> list[Mapping[str, Any]]:
        """Every torrent that it has, or those of these hashes; unknown ones are passed over."""
        return list(self._said(lambda client: client.torrents_info(torrent_hashes=keys or None)))

    def trackers(self, key: str) -> list[str]:
        """The announce addresses of a torrent."""
        return [one["url"] for one in self._said(lambda client: client.torrents_trackers(key)) if "://" in one["url"]]

    def add(self, title: str, text: bytes, *, save_path: str, category: str | None, tags: Sequence[str]) -> str:
        """Add a torrent, stopped; returns the answer, of which each version has its own, in a few words."""
        conflict = importlib.import_module("qbittorrentapi").Conflict409Error

        def add(client: Any) -> str:  # noqa: ANN401  # the library, lazily
            try:
                answer = client.torrents_add(
                    torrent_files={title: text},
                    save_path=save_path,
                    category=category,
                    tags=list(tags),
                    is_stopped=True,
                    is_skip_checking=False,
                    use_auto_torrent_management=False,
                    content_layout="Original",
                )
            except conflict:
                return "409"
            return str(answer)

        return str(self._said(add))

    def set_category(self, key: str, category: str) -> None:
        """Put a torrent into a category, which is made where there is none."""
        if category not in self._said(lambda client: client.torrents_categories()):
            self._said(lambda client: client.torrents_create_category(name=category))
        self._said(lambda client: client.torrents_set_category(category=category, torrent_hashes=key))

    def announce(self, key: str, wanted: Sequence[str], there: Sequence[str]) -> None:
        """Give a torrent the trackers that are `wanted` and not `there`.

        One takes the place of an old address of the same server, as when its key is another; all others stay.
        """
        old = [one for one in there if one not in wanted]
        for url in (url for url in wanted if url not in there):
            replaced = next((one for one in old if _server(one) == _server(url)), None)
            if replaced is None:
                self._add_tracker(key, url)
            else:
                old.remove(replaced)
                self._edit_tracker(key, replaced, url)

    def remove_trackers(self, key: str, urls: Sequence[str]) -> None:
        """Announce a torrent to some trackers no more."""
        self._said(lambda client: client.torrents_remove_trackers(key, urls=list(urls)))

    def _edit_tracker(self, key: str, old: str, url: str) -> None:
        """Put one announce address in the place of another."""
        self._said(lambda client: client.torrents_edit_tracker(key, original_url=old, new_url=url))

    def _add_tracker(self, key: str, url: str) -> None:
        """Announce a torrent to one more tracker."""
        self._said(lambda client: client.torrents_add_trackers(key, urls=[url]))

    def add_tags(self, key: str, tags: Sequence[str]) -> None:
        """Tag a torrent."""
        self._said(lambda client: client.torrents_add_tags(tags=list(tags), torrent_hashes=key))

    def remove_tags(self, key: str, tags: Sequence[str]) -> None:
        """Take tags off a torrent."""
        self._said(lambda client: client.torrents_remove_tags(tags=list(tags), torrent_hashes=key))

    def set_location(self, key: str, folder: str) -> None:
        """Let a torrent lie in another folder."""
        self._said(lambda client: client.torrents_set_location(location=folder, torrent_hashes=key))

    def stop(self, key: str) -> None:
        """Stop a torrent."""
        self._said(lambda client: client.torrents_stop(torrent_hashes=key))

    def start(self, key: str) -> None:
        """Start a torrent."""
        self._said(lambda client: client.torrents_start(torrent_hashes=key))

    def recheck(self, key: str) -> None:
        """Have a torrent's files read again."""
        self._said(lambda client: client.torrents_recheck(torrent_hashes=key))

    def remove(self, key: str) -> None:
        """Forget a torrent, and keep its files."""
        self._said(lambda client: client.torrents_delete(delete_files=False, torrent_hashes=key))

    def _said(self, ask: Callable[[Any], Any]) -> Any:  # noqa: ANN401  # the library's answers
        """What a request answers; raises ToolError in words for the user."""
        if self._refused:
            raise self._refused
        api = self._library()
        try:
            if self._client is None:
                self._client = self._logged_in(api)
            return ask(self._client)
        except api.LoginFailed:
            told = "user or password is wrong; this was one attempt, and five lock you out for an hour"
            self._refused = ToolError(f"{self._label}: {told if self._user and self._password else LACKING}")
            raise self._refused from None
        except api.Forbidden403Error as error:
            self._refused = ToolError(f"{self._label}: {self._forbidden(str(error))}")
            raise self._refused from None
        except api.HTTPError as error:
            said = _line(error)
            told = "with a web page; is this its address?" if said.startswith("<") else f"({said})"
            raise ToolError(f"{self._label}: answers {error.http_status_code} {told}") from None
        except api.APIError as error:
            told = f"cannot be reached ({_cause(error)}); is it running, and is this its address?"
            self._refused = ToolError(f"{self._label}: {told}")
            raise self._refused from None

    def _forbidden(self, text: str) -> str:
        """Why nothing is answered."""
        if "banned" in text.lower():
            return "has banned this machine after too many failed logins; wait an hour, or start it again"
        if not self._user:
            return LACKING
        return "has ended the session, and lets nobody in again"

    def _logged_in(self, api: Any) -> Any:  # noqa: ANN401  # the library, lazily
        """A client with a session, after exactly one attempt."""
        client = api.Client(
            host=self._url,
            username=self._user.reveal() if self._user else None,
            password=self._password.reveal() if self._password else None,
            REQUESTS_ARGS={"timeout": (CONNECT_SECONDS, ANSWER_SECONDS)},
            HTTPADAPTER_ARGS={"max_retries": _patience(api)},
            FORCE_SCHEME_FROM_HOST=True,
            DISABLE_LOGGING_DEBUG_OUTPUT=True,
        )
        if self._user:
            client.auth_log_in()
        return client

    def _library(self) -> Any:  # noqa: ANN401  # the library, lazily
        """qbittorrent-api; raises MachineError where it is not installed."""
        try:
            return importlib.import_module("qbittorrentapi")
        except ImportError:
            raise MachineError(f"{self._label}: needs `pip install 'pressroom[qbittorrent]'`") from None


def _patience(api: Any) -> Any:  # noqa: ANN401  # the library, and urllib3 that comes with it
    """Tries that grow apart by chance, or as the server asks, and end; what was sent and not answered is not sent again."""
    retry: Any = importlib.import_module("urllib3.util.retry").Retry
    errors: Any = importlib.import_module("urllib3.exceptions")

    class Patience(retry):  # type: ignore[misc]  # a base that is looked up
        """Waits no longer than a limit."""

        def get_retry_after(self, response: Any) -> float | None:  # noqa: ANN401  # urllib3's
            asked = super().get_retry_after(response)
            return None if asked is None else min(float(asked), LONGEST_WAIT)

        def increment(self, *given: Any, response: Any = None, error: Any = None, **named: Any) -> Any:  # noqa: ANN401  # urllib3's
            # For any other error than its own the library would begin anew, and without its session.
            if isinstance(error, errors.ReadTimeoutError):
                raise api.APIError(str(error)) from None
            try:
                return super().increment(*given, response=response, error=error, **named)
            except errors.MaxRetryError:
                if response is None:
                    raise
                response.close()
                raise api.APIError(f"it answers {response.status} again and again") from None

    return Patience(
        total=TRIES,
        connect=TRIES,
        read=0,
        status=TRIES,
        status_forcelist=WAITING,
        allowed_methods=None,
        backoff_factor=0.2,
        backoff_jitter=0.2,
        raise_on_status=False,
    )


def _server(url: str) -> tuple[str, str]:
    """The server of an announce address: scheme, host and port."""
    scheme, _, rest = url.lower().partition("://")
    return scheme, re.split("[/?]", rest)[0].rpartition("@")[2]


def _cause(error: Exception) -> str:
    """Why there was no answer, in a word or two."""
    text = str(error)
    return next((told for mark, told in CAUSES.items() if mark in text), _line(error))


def _line(error: Exception) -> str:
    """The first line of an error."""
    return str(error).partition("\n")[0][:200] or type(error).__name__
