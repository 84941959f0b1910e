"""Reads what to do, a JSON object a line, does it in a child that has everything loaded, and prints how that ended."""

from __future__ import annotations

import json
import os
import pkgutil
import sys
import tempfile
import time
import traceback
from importlib import import_module
from typing import IO, Any

from doit.doit_cmd import DoitMain

import pressroom.commands
import pressroom.engine

inject: Any = import_module("inject")
"""It lies beside this file."""


def load() -> None:
    """Import what builds need; `pressroom.dodo` alone belongs to the folder that it is imported in."""
    import_module("notes")
    for package in (pressroom.engine, pressroom.commands):
        for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            import_module(found.name)


def main() -> None:
    """Do what comes in until it ends."""
    load()
    for line in sys.stdin:
        asked = json.loads(line)
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            pid = os.fork()
            if not pid:
                child(asked, out, err)
            code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            told = {"code": code, "out": text(out), "err": text(err)}
        print(json.dumps(told), flush=True)  # noqa: T201


def child(asked: dict[str, Any], out: IO[bytes], err: IO[bytes]) -> None:
    """Run doit and end."""
    code = 99
    try:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(out.fileno(), 1)
        os.dup2(err.fileno(), 2)
        os.chdir(asked["folder"])
        set_clock(asked["later"])
        if asked["fault"]:
            inject.install(asked["fault"], asked["nth"])
        code = int(DoitMain().run(asked["words"]) or 0)
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException:  # noqa: BLE001  # nothing may get back into the loop of the parent
        os.write(2, traceback.format_exc().encode())
    finally:
        os._exit(code)


def set_clock(later: int) -> None:
    """Let the time of day be `later` by so many seconds."""
    now, now_ns, gmtime = time.time, time.time_ns, time.gmtime
    time.time = lambda: now() + later
    time.time_ns = lambda: now_ns() + later * 10**9
    time.gmtime = lambda seconds=None: gmtime(time.time() if seconds is None else seconds)


def text(stream: IO[bytes]) -> str:
    """All that was written."""
    stream.seek(0)
    return stream.read().decode()


if __name__ == "__main__":
    main()
