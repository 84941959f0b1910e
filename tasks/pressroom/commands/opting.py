"""doit's commands in a repo that opts in: everything of ours is inert in any other doit project."""

from __future__ import annotations

import os
import re
import signal
import sys
import warnings
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NoReturn

from doit.cmdparse import CmdParseError

from pressroom.engine.signals import STOPPING, Stopped
from pressroom.errors import MachineError, PressroomError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from pressroom.engine.build import Build

PROBLEMS = (
    (r"option (\S+) not recognized", "{}: no such option"),
    (r"option (\S+) requires argument", "{}: expected a value after it"),
    (r"'num_process'.*: '(.*)'", "-n: expected a number, got '{}'"),
)
"""What doit says of a command line, and what we do."""


class Opting:
    """Mixed into one of doit's commands: where the dodo.py opts in, `ours` runs instead of doit's own `execute`."""

    loader: Any
    cmdparser: Any
    opt_vals: Any
    name: str

    def ours(self, build: Build, params: Any, args: list[str]) -> int:  # noqa: ANN401  # doit's objects have no types
        """Run the command; returns the exit code of the contract."""
        raise NotImplementedError

    def wants_doit(self, params: Any) -> bool:  # noqa: ANN401, ARG002
        """Whether the options ask for doit's own command."""
        return False

    def parse_execute(self, in_args: list[str]) -> int:
        """Parse and run; an unknown option is exit code 2 here, and doit's own affair elsewhere."""
        try:
            self.cmdparser.parse(in_args)
        except CmdParseError as error:
            if self.opted_in(self.defaults()):
                problem = _problem(error)
                return explained(lambda: _refuse(f"{problem}; `doit help {self.name}` lists the options"))
        code: int = super().parse_execute(in_args)  # type: ignore[misc]  # doit's command comes next
        return code

    def execute(self, params: Any, args: list[str]) -> int:  # noqa: ANN401
        """Run ours, or doit's own."""
        if self.opted_in(params) and not self.wants_doit(params):
            build = self.loader.load_doit_config()["pressroom"]
            return explained(lambda: self.ours(build, params, args))
        code: int = super().execute(params, args)  # type: ignore[misc]  # doit's command comes next
        return code

    def opted_in(self, params: Any) -> bool:  # noqa: ANN401
        """Read the dodo.py, once; true when it imports `pressroom.dodo`."""
        self.loader.setup(params)
        # doit calls `setup` again, which would look for the file from the folder that it has changed to.
        self.loader.setup = lambda _params: None
        creator = (getattr(self.loader, "namespace", None) or {}).get("task_releases")
        return getattr(creator, "__module__", "") == "pressroom.dodo"

    def defaults(self) -> Any:  # noqa: ANN401
        """The parameters of a command line without any."""
        params, _ = self.cmdparser.parse([])
        params.update(self.opt_vals)
        return params


def explained(run: Callable[[], int]) -> int:
    """Run a command; errors and signals become texts and exit codes."""
    _settle_output()
    try:
        with STOPPING.raised():
            return run()
    except PressroomError as error:
        return _told(error)
    except BrokenPipeError:
        _leave(128 + signal.SIGPIPE)
    except OSError as error:
        return _told(MachineError.of(error))
    except Stopped as stopped:
        with suppress(OSError):
            print(f"stopped by {signal.Signals(stopped.number).name}; what is finished is kept", file=sys.stderr)  # noqa: T201
        _leave(128 + stopped.number)


def _settle_output() -> None:
    """Every title can be printed in every locale, and no library's warning stands between the lines."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError):  # a stream that a test put there
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    if not sys.warnoptions:
        warnings.simplefilter("ignore")


def _problem(error: CmdParseError) -> str:
    """What doit cannot read, in one line, without the list of its options."""
    told = re.sub(r"^Error parsing Command: | \(parsing options: .*", "", " ".join(str(error).split()))
    for pattern, words in PROBLEMS:
        if found := re.search(pattern, told):
            return words.format(*found.groups())
    return told


def _told(error: PressroomError) -> int:
    print(error, file=sys.stderr)  # noqa: T201
    return error.exit_code


def _refuse(text: str) -> NoReturn:
    raise UsageError(text)


def _leave(code: int) -> NoReturn:
    """End at once: a thread that scales a picture or hashes a file would be waited for otherwise."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):
            stream.flush()
    os._exit(code)
