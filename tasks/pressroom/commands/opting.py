"""doit's commands in a repo that opts in: everything of ours is inert in any other doit project."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NoReturn

from doit.cmdparse import CmdParseError

from pressroom.commands import HELP, help_text
from pressroom.commands.ending import told
from pressroom.errors import UsageError

if TYPE_CHECKING:
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
    cmd_options: Any
    name: str

    def ours(self, build: Build, params: Any, args: list[str]) -> int:  # noqa: ANN401  # doit's objects have no types
        """Run the command; returns the exit code of the contract."""
        raise NotImplementedError

    def wants_doit(self, params: Any) -> bool:  # noqa: ANN401, ARG002
        """Whether the options ask for doit's own command."""
        return False

    def parse_execute(self, in_args: list[str]) -> int:
        """Parse and run; an unknown option is exit code 2 here, and doit's own affair elsewhere."""
        if HELP & {*in_args} and self.opted_in(self.defaults()):
            print(help_text(self.name).rstrip())  # noqa: T201
            return 0
        try:
            self.cmdparser.parse(in_args)
        except CmdParseError as error:
            if self.opted_in(self.defaults()):
                problem = _problem(error)
                return told(lambda: _refuse(f"{problem}; `doit help {self.name}` lists the options"))
        code: int = super().parse_execute(in_args)  # type: ignore[misc]  # doit's command comes next
        return code

    def execute(self, params: Any, args: list[str]) -> int:  # noqa: ANN401
        """Run ours, or doit's own."""
        if not self.opted_in(params):
            self.refuse_ours(params)
        elif not self.wants_doit(params):
            if late := next((word for word in args if word.startswith("-")), None):
                return told(lambda: _refuse(f"{late}: options come before names, as in `doit {self.name} {late} ...`"))
            build = self.loader.load_doit_config()["pressroom"]
            return told(lambda: self.ours(build, params, args))
        code: int = super().execute(params, args)  # type: ignore[misc]  # doit's command comes next
        return code

    def refuse_ours(self, params: Any) -> None:  # noqa: ANN401
        """An option that only means something in a repo that opts in is unknown elsewhere, as in doit's own words."""
        known = {option["name"] for option in getattr(super(), "cmd_options", ())}
        given = [
            option for option in self.cmd_options if option["name"] not in known and params[option["name"]] != option["default"]
        ]
        if given:
            raise CmdParseError(f"Error parsing Command: option --{given[0]['long']} not recognized")

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


def _problem(error: CmdParseError) -> str:
    """What doit cannot read, in one line, without the list of its options."""
    said = re.sub(r"^Error parsing Command: | \(parsing options: .*", "", " ".join(str(error).split()))
    for pattern, words in PROBLEMS:
        if found := re.search(pattern, said):
            return words.format(*found.groups())
    return said


def _refuse(text: str) -> NoReturn:
    raise UsageError(text)
