"""doit's `forget`, `ignore` and `reset-dep`, which change its own records: of steps it has none, and says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from doit.cmd_forget import Forget as DoitForget
from doit.cmd_ignore import Ignore as DoitIgnore
from doit.cmd_resetdep import ResetDep as DoitResetDep

from pressroom.commands.opting import Opting
from pressroom.errors import UsageError

if TYPE_CHECKING:
    from pressroom.engine.build import Build


class _OfOwnTasks(Opting):
    """One of doit's commands, for the tasks that the repo has beside its releases."""

    def ours(self, build: Build, params: Any, args: list[str]) -> int:  # noqa: ANN401  # doit's objects have no types
        """Refuse steps of releases; what becomes of other tasks is doit's affair."""
        from pressroom.engine import releases  # noqa: PLC0415  # pydantic and YAML, which a foreign project need not pay for

        slugs = {release.slug for release in releases.found(build.settings.build)[0]}
        steps = [name for name in args if name.partition(":")[0] in slugs]
        if steps or not args:
            name = steps[0] if steps else "NAME"
            raise UsageError(
                f"{self.name}: steps go by the content of files, not by doit's records; `doit -a {name}` runs anew"
            )
        return int(super(Opting, self).execute(params, args) or 0)  # type: ignore[misc]  # doit's command comes next


class Forget(_OfOwnTasks, DoitForget):  # type: ignore[misc]  # doit has no type information
    """doit's `forget`."""

    name = "forget"


class Ignore(_OfOwnTasks, DoitIgnore):  # type: ignore[misc]  # doit has no type information
    """doit's `ignore`."""

    name = "ignore"


class ResetDep(_OfOwnTasks, DoitResetDep):  # type: ignore[misc]  # doit has no type information
    """doit's `reset-dep`."""

    name = "reset-dep"
