"""`pressroom serve`: a preview of what was built, on this machine."""

from __future__ import annotations

import ipaddress
import sys
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from pressroom.commands.repo import here, options
from pressroom.engine import releases
from pressroom.errors import MachineError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

USAGE = """\
usage: pressroom serve [--port PORT] [--host ADDRESS] [--allow-host NAME ...] [RELEASE ...]

Serve what was built, of all releases or of those that are named, as a web host would:
http://127.0.0.1:8000/ lists them, and /moon/hls/player.html is build/moon/hls/player.html. It only
reads, and only this machine reaches it. Needs `pip install 'pressroom[serve]'`.

  --port PORT        default: 8000; 0 takes one that is free
  --host ADDRESS     also for a network: an address of this machine, or 0.0.0.0 for all it has
  --allow-host NAME  a name or an address that others reach it by; may be repeated
"""
OPTIONS = ("--port", "--host", "--allow-host")
MOST_PORT = 65535


@dataclass
class Wanted:
    """What a command line says."""

    host: str = "127.0.0.1"
    port: int = 8000
    allowed: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)


def run(arguments: list[str]) -> int:
    """Serve until Ctrl-C; raises UsageError for a release that is none, MachineError where the extra is missing."""
    wanted = _wanted(arguments)
    build = here()
    known = {release.slug: release.build / release.slug for release in releases.found(build.settings.build)[0]}
    for name in wanted.names:
        if name not in known:
            raise releases.unknown(name, known)
    folders = {name: known[name] for name in wanted.names or known}
    try:
        from pressroom.tools import serving  # noqa: PLC0415  # an extra
    except ImportError as error:
        raise MachineError("serve: needs `pip install 'pressroom[serve]'`") from error
    unbuilt = [name for name, folder in folders.items() if not folder.is_dir()]
    if unbuilt:
        print(f"not built yet: {', '.join(unbuilt)}; `doit` builds them", file=sys.stderr)  # noqa: T201
    own = [] if ipaddress.ip_address(wanted.host).is_unspecified else [wanted.host]
    allowed = [*own, *wanted.allowed]
    serving.serve(folders, host=wanted.host, port=wanted.port, names=allowed, ready=partial(_tell, wanted.host))
    return 0


def _tell(host: str, port: int) -> None:
    """Say where it is, and who reaches it."""
    if not ipaddress.ip_address(host).is_loopback:
        print(f"warning: whoever reaches {host} can read all that is served", file=sys.stderr, flush=True)  # noqa: T201
    shown = f"[{host}]" if ":" in host else host
    print(f"http://{shown}:{port}/ (Ctrl-C ends it)", flush=True)  # noqa: T201


def _wanted(arguments: Sequence[str]) -> Wanted:
    """The command line; raises UsageError."""
    wanted, rest = Wanted(), list(arguments)
    while rest:
        word, given, value = rest.pop(0).partition("=")
        if not word.startswith("-"):
            wanted.names.append(word)
            continue
        options([word], OPTIONS, USAGE)
        if not given and not rest:
            raise UsageError(f"{USAGE.rstrip()}\n\n{word}: needs a value")
        value = value if given else rest.pop(0)
        if word == "--port":
            wanted.port = _port(value)
        elif word == "--host":
            wanted.host = _address(value)
        else:
            wanted.allowed.append(value)
    return wanted


def _port(value: str) -> int:
    """A port; raises UsageError."""
    if not (value.isascii() and value.isdecimal() and int(value) <= MOST_PORT):
        raise UsageError(f"--port: expected a number from 0 to {MOST_PORT}, got '{value}'")
    return int(value)


def _address(value: str) -> str:
    """An address of this machine; raises UsageError."""
    try:
        return str(ipaddress.ip_address("127.0.0.1" if value == "localhost" else value))
    except ValueError:
        raise UsageError(f"--host: expected an address such as 192.168.1.5 or 0.0.0.0, got '{value}'") from None
