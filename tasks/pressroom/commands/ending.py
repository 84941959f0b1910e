"""How a command ends: errors and signals become texts and exit codes."""

from __future__ import annotations

import os
import signal
import sys
import warnings
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn

from pressroom.engine.signals import STOPPING, Stopped
from pressroom.errors import MachineError, PressroomError

if TYPE_CHECKING:
    from collections.abc import Callable


def told(run: Callable[[], int]) -> int:
    """Run a command; returns its exit code, or that of the error which it prints. A signal ends the process."""
    _settle_output()
    try:
        with STOPPING.raised():
            code = run()
            sys.stdout.flush()
    except PressroomError as error:
        return _failed(error)
    except BrokenPipeError:
        _leave(128 + signal.SIGPIPE)
    except OSError as error:
        return _failed(MachineError.of(error))
    except Stopped as stopped:
        with suppress(OSError):
            print(f"stopped by {signal.Signals(stopped.number).name}; what is finished is kept", file=sys.stderr)  # noqa: T201
        _leave(128 + stopped.number)
    return code


def _settle_output() -> None:
    """Every title can be printed in every locale, and no library's warning stands between the lines."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError):  # a stream that a test put there
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    if not sys.warnoptions:
        warnings.simplefilter("ignore")


def _failed(error: PressroomError) -> int:
    print(error, file=sys.stderr)  # noqa: T201
    return error.exit_code


def _leave(code: int) -> NoReturn:
    """End at once: a thread that scales a picture or hashes a file would be waited for otherwise."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):
            stream.flush()
    os._exit(code)
