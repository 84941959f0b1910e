"""`doit` and `doit run`: build what is stale."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from doit.cmd_run import Run as DoitRun
from doit.control import TaskControl
from doit.dependency import Dependency
from doit.exceptions import InvalidCommand
from doit.task import Stream

from pressroom import names
from pressroom.commands import VERBS, dispatch
from pressroom.commands.opting import explained, opted_in, tasks
from pressroom.engine.runner import ThreadRunner
from pressroom.errors import PressroomError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable


FOREIGN_OPTIONS = {
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
}
"""doit's options that a releases repo has no use for: steps run on threads, report in one way, and keep their state in one place."""
FOREIGN = frozenset(FOREIGN_OPTIONS)


class Run(DoitRun):  # type: ignore[misc]  # doit has no type information
    """doit's `run`; in a repo that opts in, it runs steps on threads and knows pressroom's verbs."""

    name = "run"

    def parse_execute(self, in_args: list[str]) -> int:
        """Hand on pressroom's own verbs, which are no tasks here."""
        if in_args and in_args[0] in VERBS and opted_in(self, self.cmdparser.parse([])[0]):
            return dispatch(in_args[0], in_args[1:])
        code: int = super().parse_execute(in_args)
        return code

    def execute(self, params: Any, args: list[str]) -> int:  # noqa: ANN401  # doit's objects have no types
        """Build; a repo that does not opt in gets doit as it is."""
        if not opted_in(self, params):
            code: int = super().execute(params, args)
            return code
        return explained(lambda: self._build(params, args))

    def _build(self, params: Any, args: list[str]) -> int:  # noqa: ANN401
        """Build with the thread runner; returns the exit code of the contract."""
        _refuse_foreign_options(params)
        config = self.loader.load_doit_config()
        params.update_defaults(config)
        build = config["pressroom"]
        build.prepare()
        control = TaskControl(tasks(self, args))
        try:
            control.process(args or None)
        except InvalidCommand as error:
            raise UsageError(_unknown(str(error.not_found), control.tasks)) from error
        reporter = params["reporter"](sys.stdout, {})
        codec = self.get_codec_cls("json")
        database = Dependency(self._backends.get(params["backend"]), params["dep_file"], codec_cls=codec)
        runner = ThreadRunner(
            database,
            reporter,
            params["continue"],
            params["always"],
            Stream(0),
            slots=params["num_process"] or build.settings.jobs,
            children=build.children,
        )
        runner.run_all(control.task_dispatcher())
        return exit_code(reporter.errors)


def exit_code(errors: Iterable[PressroomError]) -> int:
    """The first that applies of 3 (the machine is not fit), 2 (the YAML is wrong), 1 (a step failed), 0."""
    return max((error.exit_code for error in errors), default=0)


def _refuse_foreign_options(params: Any) -> None:  # noqa: ANN401
    """Options of doit that mean nothing here are refused, not ignored."""
    given = set(params._non_default_keys) & FOREIGN  # noqa: SLF001  # doit tells given options from defaults only there
    if "par_type" in given and params["par_type"] == "thread":
        given.discard("par_type")
    if given:
        option = FOREIGN_OPTIONS[min(given)]
        raise UsageError(f"{option}: not in a releases repo; `doit help run` lists what else there is")


def _unknown(name: str, known: Iterable[str]) -> str:
    """A name that is no task, with the near one."""
    near = names.suggestion(name, known)
    hint = f"did you mean '{near}'?" if near else "`doit list` shows the releases"
    return f"'{name}' is no release, step or output; {hint}"
