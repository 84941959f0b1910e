"""Reads what to do, a JSON object a line, does it in a child that has everything loaded, and prints how that ended."""

from __future__ import annotations

import ctypes
import json
import os
import pkgutil
import subprocess
import sys
import tempfile
import time
import traceback
from concurrent.futures import Executor, Future
from importlib import import_module
from typing import IO, TYPE_CHECKING, Any

from doit.doit_cmd import DoitMain

import pressroom.commands
import pressroom.engine

if TYPE_CHECKING:
    from collections.abc import Callable

inject: Any = import_module("inject")
"""It lies beside this file."""
PR_SET_PTRACER, ANY = 0x59616D61, ctypes.c_ulong(-1)


def load() -> None:
    """Import what builds need; `pressroom.dodo` alone belongs to the folder that it is imported in."""
    import_module("notes")
    for package in (pressroom.engine, pressroom.commands):
        for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            import_module(found.name)


def main() -> None:
    """Do what comes in until it ends."""
    load()
    sys.dont_write_bytecode = True  # else what a build reads would depend on the ones before it
    for line in sys.stdin:
        asked = json.loads(line)
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            ready, go = os.pipe()
            pid = os.fork()
            if not pid:
                child(asked, ready, out, err)
            tracer = attached(pid, asked["strace"]) if asked["strace"] else None
            os.write(go, b"!")
            code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            os.close(ready)
            os.close(go)
            if tracer:
                tracer.communicate()
            told = {"code": code, "out": text(out), "err": text(err)}
        print(json.dumps(told), flush=True)  # noqa: T201


def attached(pid: int, words: list[str]) -> subprocess.Popen[bytes]:
    """A strace that has begun to watch a process; it says so, and nothing else before the process ends."""
    tracer = subprocess.Popen(["strace", *words, "-p", str(pid)], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert tracer.stderr
    assert b"attached" in (said := tracer.stderr.readline()), said
    return tracer


def child(asked: dict[str, Any], ready: int, out: IO[bytes], err: IO[bytes]) -> None:
    """Run doit and end."""
    code = 99
    try:
        if asked["strace"]:
            ctypes.CDLL(None).prctl(PR_SET_PTRACER, ANY, 0, 0, 0)  # a sibling may attach, also where Yama guards processes
            run_inline()
        os.read(ready, 1)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(out.fileno(), 1)
        os.dup2(err.fileno(), 2)
        os.environ.clear()
        os.environ.update(asked["environment"])
        time.tzset()
        if asked["umask"] >= 0:
            os.umask(asked["umask"])
        os.chdir(asked["folder"])
        set_clock(asked["later"])
        left = inject.install(asked["fault"], asked["nth"]) if asked["fault"] else lambda: 0
        code = int(DoitMain().run(asked["words"]) or 0)
        if left() > 0:
            print(f"left {left()}", file=sys.stderr)  # noqa: T201
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException:  # noqa: BLE001  # nothing may get back into the loop of the parent
        os.write(2, traceback.format_exc().encode())
    finally:
        os._exit(code)


class Inline(Executor):
    """Does at once what it is given."""

    def __init__(self, _: int) -> None:
        """The number of threads is none."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:  # noqa: ANN401  # any work
        """Do it."""
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


def run_inline() -> None:
    """Let one thread do all: strace counts the calls of each thread apart."""
    for name in ("runner", "digests"):
        vars(import_module(f"pressroom.engine.{name}"))["ThreadPoolExecutor"] = Inline


def set_clock(later: int) -> None:
    """Let the time of day be `later` by so many seconds."""
    now, now_ns, gmtime = time.time, time.time_ns, time.gmtime
    time.time = lambda: now() + later
    time.time_ns = lambda: now_ns() + later * 10**9
    time.gmtime = lambda seconds=None: gmtime(time.time() if seconds is None else seconds)


def text(stream: IO[bytes]) -> str:
    """All that was written."""
    stream.seek(0)
    return stream.read().decode(errors="backslashreplace")


if __name__ == "__main__":
    main()
