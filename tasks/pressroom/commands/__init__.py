"""The verbs: `doit X` in a repo that opts in, and `pressroom X` anywhere."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING

from pressroom.errors import PressroomError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

VERBS = {
    "new": "a releases repo that builds at once",
    "doctor": "is this machine ready, and how to mend it",
    "schema": "the JSON Schema of a kind, for editors",
    "name": "show the file name that a title gets",
}
"""pressroom's own verbs; each is a module here with `run(arguments) -> int`."""
DOIT_VERBS = {
    "run": "build what is stale (also the plain `doit`)",
    "list": "the menu: releases, or one release's steps",
    "clean": "remove what builds made",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """The console script `pressroom`; returns the exit code of the contract."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if not given or given[0] in ("-h", "--help", "help"):
        print(usage())  # noqa: T201
        return 0
    if given[0] == "--version":
        from pressroom import __version__  # noqa: PLC0415

        print(f"pressroom {__version__}")  # noqa: T201
        return 0
    verb, *rest = given
    if verb in VERBS:
        return dispatch(verb, rest)
    from doit.doit_cmd import DoitMain  # noqa: PLC0415  # only these verbs need doit

    code = DoitMain().run(given if verb in DOIT_VERBS else ["run", *given])
    return int(code or 0)


def dispatch(verb: str, arguments: Sequence[str]) -> int:
    """Run one of pressroom's own verbs; its errors become texts and exit codes."""
    try:
        return int(import_module(f"pressroom.commands.{verb}").run(list(arguments)))
    except PressroomError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return error.exit_code
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def usage() -> str:
    """What `pressroom --help` says."""
    lines = [f"  pressroom {verb:8} {text}" for verb, text in {**DOIT_VERBS, **VERBS}.items()]
    return "\n".join(["usage: pressroom VERB ...", "", *lines, "", "In a releases repo, `doit X` and `pressroom X` are the same."])


def one_argument(arguments: Sequence[str], usage_line: str) -> str:
    """The only argument; raises UsageError with the usage line."""
    if len(arguments) != 1 or arguments[0].startswith("-"):
        raise UsageError(f"usage: {usage_line}")
    return arguments[0]
