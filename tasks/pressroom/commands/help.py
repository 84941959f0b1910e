"""`doit help`: what pressroom's verbs do, in a repo that opts in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from doit.cmd_help import Help as DoitHelp

from pressroom.commands import help_text


class Help(DoitHelp):  # type: ignore[misc]  # doit has no type information
    """doit's `help`; in a repo that opts in, it tells of what works there."""

    name = "help"

    def execute(self, params: Any, args: list[str]) -> Any:  # noqa: ANN401  # doit's objects have no types
        """Print the verbs, or one verb's usage; returns the exit code, which is 0."""
        if not _opts_in(Path(params["dodoFile"])):
            return super().execute(params, args)
        print(help_text(args[0] if args else "").rstrip())  # noqa: T201
        return 0


def _opts_in(dodo: Path) -> bool:
    """Whether a dodo.py speaks of `pressroom.dodo`; it is not run, as doit's own help does not run it."""
    try:
        return b"pressroom.dodo" in dodo.read_bytes()
    except OSError:
        return False
