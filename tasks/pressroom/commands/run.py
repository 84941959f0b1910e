"""`doit` and `doit run`: build what is stale."""

from __future__ import annotations

import gc
import os
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from doit.cmd_run import Run as DoitRun
from doit.control import TaskControl
from doit.dependency import DatabaseException
from doit.exceptions import InvalidCommand
from doit.loader import generate_tasks

from pressroom import names as spelling
from pressroom.commands import VERBS, dispatch
from pressroom.commands.opting import Opting
from pressroom.errors import MachineError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pressroom.engine.build import Build

FOREIGN = {
    "par_type": "-P process",
    "reporter": "-r",
    "single": "-s",
    "pdb": "--pdb",
    "outfile": "-o",
    "verbosity": "-v",
    "auto_delayed_regex": "--auto-delayed-regex",
    "failure_verbosity": "--failure-verbosity",
    "dep_file": "--db-file",
    "backend": "--backend",
    "check_file_uptodate": "--check_file_uptodate",
    "cwdPath": "-d",
}
"""doit's options that a releases repo has no use for: steps run on threads, report one way, keep their state in one place."""


NO_WAIT = {
    "name": "no_wait",
    "long": "no-wait",
    "type": bool,
    "default": False,
    "help": "end with exit code 4 when another build runs here, instead of waiting for it",
}
FAIL_FAST = {
    "name": "fail_fast",
    "long": "fail-fast",
    "type": bool,
    "default": False,
    "help": "begin no further step when one has failed",
}
REPORT = {
    "name": "report_file",
    "long": "report",
    "type": str,
    "default": "",
    "help": "write what became of each step, and why, as JSON to this file",
}
TRACE = {
    "name": "trace_file",
    "long": "trace",
    "type": str,
    "default": "",
    "help": "write when each step ran to this file, for chrome://tracing and Perfetto",
}


class Run(Opting, DoitRun):  # type: ignore[misc]  # doit has no type information
    """doit's `run`; in a repo that opts in, it runs steps on threads and knows pressroom's verbs."""

    name = "run"
    cmd_options = (*DoitRun.cmd_options, NO_WAIT, FAIL_FAST, REPORT, TRACE)

    def parse_execute(self, in_args: list[str]) -> int:
        """Hand on pressroom's own verbs, which are no tasks here."""
        if in_args and in_args[0] in VERBS and self.opted_in(self.defaults()):
            return dispatch(in_args[0], in_args[1:])
        return super().parse_execute(in_args)

    def ours(self, build: Build, params: Any, args: list[str]) -> int:  # noqa: ANN401  # doit's objects have no types
        """Build what is named, everything when nothing is."""
        from pressroom.engine import noop  # noqa: PLC0415  # a foreign project need not pay for it
        from pressroom.engine.settings import STATE  # noqa: PLC0415  # likewise

        _refuse_foreign_options(params, {*params._non_default_keys, *self.opt_vals})  # noqa: SLF001  # the options that are given
        for option in ("report", "trace"):
            _writable(f"--{option}", params[f"{option}_file"])
        slots = _slots(params) or build.settings.jobs
        params.update_defaults(self.loader.load_doit_config())
        build.anew = bool(params["always"])
        build.prepare()
        if self._nothing_to_do(build, params, args):
            return 0
        from pressroom.engine.building import Wishes, run  # noqa: PLC0415  # a build with nothing to do need not pay for it
        from pressroom.engine.lock import locked  # noqa: PLC0415  # likewise

        with locked(STATE, wait=not params["no_wait"]):
            noop.forget()
            _ = build.world  # as it is before anything of it is read
            gc.disable()  # a plan is all live: looking through it again and again takes half the time of loading it
            control = self.control([_as_listed(name, build.root) for name in args])
            gc.freeze()
            gc.enable()
            wishes = Wishes(
                slots=slots,
                keep_going=params["continue"] and not params["fail_fast"],
                whole=not args,
                report=params["report_file"],
                trace=params["trace_file"],
            )
            with _libraries_apart(), self.database(build, params) as database:
                return run(build, control, database, params["reporter"](sys.stdout, {}), wishes)

    def _nothing_to_do(self, build: Build, params: Any, args: list[str]) -> bool:  # noqa: ANN401
        """Say that a build has nothing to do, where that can be told by the status of files alone."""
        from pressroom.engine import noop  # noqa: PLC0415  # a foreign project need not pay for it
        from pressroom.engine.settings import SLUG  # noqa: PLC0415  # likewise

        began = time.monotonic()
        asked = params["always"] or params["report_file"] or params["trace_file"]
        own = any(name.startswith("task_") and name != "task_releases" for name in self.loader.namespace)
        if asked or own or any(not SLUG.fullmatch(name) for name in args):
            return False
        found = noop.answer(build, args)
        if found:
            took = time.monotonic() - began
            print(f"made 0, restored 0, up to date {found.steps}, failed 0 in {took:.1f} s")  # noqa: T201
        if found and found.leftovers:
            from pressroom.engine.leftovers import told  # noqa: PLC0415  # a build with nothing to do need not pay for it

            print(told(found.leftovers), file=sys.stderr)  # noqa: T201
        return found is not None

    @contextmanager
    def database(self, build: Build, params: Any) -> Iterator[Any]:  # noqa: ANN401
        """The database of doit, a new one where it is damaged; raises MachineError when it cannot be written."""
        import sqlite3  # noqa: PLC0415  # a foreign project need not pay for it

        from pressroom.engine.ledger import Ledger  # noqa: PLC0415  # likewise
        from pressroom.engine.state import moved_aside, sound  # noqa: PLC0415  # likewise

        path = params["dep_file"]
        if not sound(Path(path)):
            moved = moved_aside(Path(path))
            print(f"{path}: doit's own record could not be used and was moved to {moved}", file=sys.stderr)  # noqa: T201
        try:
            yield Ledger(build, self._backends.get(params["backend"]), path, codec_cls=self.get_codec_cls("json"))
        except (sqlite3.Error, DatabaseException) as error:
            raise MachineError(
                f"{path}: cannot be used ({error}); mend its permissions, or the disk, and run `doit` again"
            ) from error

    def control(self, names: list[str]) -> TaskControl:
        """The tasks that `names` mean, selected: of the releases, and those that the repo's own dodo.py has."""
        from pressroom.dodo import release_tasks  # noqa: PLC0415  # reading it makes .pressroom/, also in a foreign project

        self.loader.namespace = {key: value for key, value in self.loader.namespace.items() if key != "task_releases"}
        own = self.loader.load_tasks(cmd=self, pos_args=names)
        control = TaskControl([*generate_tasks("releases", release_tasks(names)), *own])
        try:
            control.process(names or None)
        except InvalidCommand as error:
            raise UsageError(_unknown(str(error.not_found), (*control.tasks, *control.targets))) from error
        return control


@contextmanager
def _libraries_apart() -> Iterator[None]:
    """What C libraries write to file descriptor 2, as libtiff does, goes to a log; what pressroom says arrives."""
    from pressroom.engine.settings import LOGS  # noqa: PLC0415  # a foreign project need not pay for it

    LOGS.mkdir(exist_ok=True)
    before, descriptor = sys.stderr, os.dup(2)
    with (
        (LOGS / "libraries.log").open("wb") as log,
        os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as ours,
    ):
        before.flush()
        os.dup2(log.fileno(), 2)
        sys.stderr = ours
        try:
            yield
        finally:
            sys.stderr = before
            ours.flush()
            os.dup2(descriptor, 2)


def _refuse_foreign_options(params: Any, given: set[str]) -> None:  # noqa: ANN401
    """Options of doit that mean nothing here are refused, not ignored."""
    given &= set(FOREIGN)
    if "par_type" in given and params["par_type"] == "thread":
        given.discard("par_type")
    if given:
        raise UsageError(f"{FOREIGN[min(given)]}: not in a releases repo; see `doit help run` for what else there is")


def _writable(option: str, name: str) -> None:
    """Refuse a name that cannot be a report's, before anything is built."""
    path = Path(name)
    if name and (path.suffix != ".json" or path.is_dir()):
        raise UsageError(f"{option}: expected the name of a file that ends in .json, got '{name}'")
    if name and not path.parent.is_dir():
        raise UsageError(f"{option}: {path.parent}: no such folder")


def _slots(params: Any) -> int:  # noqa: ANN401
    """How many steps run at once; 0 when `-n` is not given."""
    from pressroom.engine.settings import MOST_JOBS  # noqa: PLC0415  # a foreign project need not pay for it

    asked = int(params["num_process"])
    if "num_process" in params._non_default_keys and not 1 <= asked <= MOST_JOBS:  # noqa: SLF001  # as above
        raise UsageError(f"-n: expected a number from 1 to {MOST_JOBS}, got {asked}")
    return asked


def _as_listed(name: str, root: Path) -> str:
    """A file below the repo as steps name it; other names stay."""
    if "/" not in name or not (path := Path(os.path.abspath(name))).is_relative_to(root):  # noqa: PTH100  # links stay links
        return name
    return path.relative_to(root).as_posix()


def _unknown(name: str, known: Iterable[str]) -> str:
    """A name that is no task, with the near one."""
    near = spelling.suggestion(name, known)
    hint = f"did you mean '{near}'?" if near else "`doit list` shows the releases"
    return f"'{name}' is no release, step or output; {hint}"
