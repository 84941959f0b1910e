"""`pressroom serve` as a user runs it."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

    from tests.conftest import Repo


@contextmanager
def served(repo: Repo, *arguments: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A running server, and its address."""
    process = repo.started(sys.executable, "-c", START, "serve", "--port", "0", *arguments)
    assert process.stdout
    try:
        yield process.stdout.readline().partition(" ")[0], process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.communicate(timeout=10)


START = "import sys; from pressroom.commands import main; sys.exit(main(sys.argv[1:]))"


def got(address: str, path: str) -> tuple[int, bytes]:
    """What a path leads to."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    connection.request("GET", path)
    answer = connection.getresponse()
    found = answer.status, answer.read()
    connection.close()
    return found


def test_what_was_built_is_served(built: Repo) -> None:
    """At the address that it says, until Ctrl-C."""
    with served(built) as (address, process):
        assert address.startswith("http://127.0.0.1:")
        status, content = got(address, "/moon/checks.json")
        assert (200, True) == (status, bool(json.loads(content)["checks"]))
        assert 404 == got(address, "/moon/flac/")[0]
        process.send_signal(signal.SIGINT)
        assert 128 + signal.SIGINT == process.wait(timeout=10)


def test_a_build_is_seen_at_once(fresh: Repo) -> None:
    """The server stays while a release is made; before that it says what is missing."""
    with served(fresh, "moon") as (address, process):
        assert 404 == got(address, "/moon/SHA256SUMS")[0]
        assert 0 == fresh.doit("moon").code
        assert 200 == got(address, "/moon/SHA256SUMS")[0]
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=10)
    assert err.startswith("not built yet: moon; `doit` builds them\n")


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["mooon"], "'mooon' is no release; did you mean 'moon'?"),
        (["--port", "x"], "--port: expected a number from 0 to 65535, got 'x'"),
        (["--port", "99999"], "--port: expected a number from 0 to 65535, got '99999'"),
        (["--host", "home"], "--host: expected an address such as 192.168.1.5 or 0.0.0.0, got 'home'"),
        (["--prot", "1"], "--prot: no such option; did you mean '--port'?"),
        (["--port"], "--port: needs a value"),
        (["--port=x"], "--port: expected a number from 0 to 65535, got 'x'"),
    ],
)
def test_a_wrong_command_line_is_told(pristine: Repo, arguments: list[str], text: str) -> None:
    """With what was expected."""
    done = pristine.run(sys.executable, "-c", START, "serve", *arguments)
    assert (2, text) == (done.code, done.err.splitlines()[-1]), done


def test_a_port_that_is_taken_is_told(pristine: Repo) -> None:
    """With the word that gives another."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = pristine.run(sys.executable, "-c", START, "serve", "--port", str(port))
    told = f"127.0.0.1:{port}: cannot be listened at (Address already in use); say another --port"
    assert (3, told) == (done.code, done.err.splitlines()[-1])


def test_without_the_extra_it_says_how_to_get_it(pristine: Repo) -> None:
    """The rest of pressroom needs no web server."""
    pristine_path = os.pathsep.join([*sys.path])
    blocked = "import sys; sys.modules['uvicorn'] = None; " + START
    done = pristine.run(sys.executable, "-c", blocked, "serve", PYTHONPATH=pristine_path)
    assert (3, "serve: needs `pip install 'pressroom[serve]'`") == (done.code, done.err.splitlines()[-1])
