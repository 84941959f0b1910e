"""`doit list`: the menu of releases, and one release's steps."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from doit.cmd_list import List as DoitList

from pressroom.commands.opting import Opting
from pressroom.commands.run import exit_code
from pressroom.errors import PressroomError, SourceError, UsageError
from pressroom.names import suggestion

if TYPE_CHECKING:
    from pathlib import Path

    from pressroom.engine.build import Build


class List(Opting, DoitList):  # type: ignore[misc]  # doit has no type information
    """doit's `list`; in a repo that opts in, and without doit's own options, a menu in the user's words."""

    name = "list"

    def wants_doit(self, params: Any) -> bool:  # noqa: ANN401  # doit's objects have no types
        """Whether one of doit's options is given."""
        return bool(params._non_default_keys)  # noqa: SLF001  # doit tells given options from defaults only there

    def ours(self, build: Build, params: Any, args: list[str]) -> int:  # noqa: ANN401, ARG002
        """Print the menu, or the steps of the releases that are named."""
        return steps(args, build.settings.build) if args else menu(build.settings.build)


def menu(build: Path) -> int:
    """One line per release: its slug, kind, artist, title and count; or how many mistakes its YAML has."""
    from pressroom.engine import releases  # noqa: PLC0415  # pydantic and YAML, which a foreign project need not pay for

    found, misnamed = releases.found(build)
    errors: list[PressroomError] = [SourceError(tuple(misnamed))] if misnamed else []
    width = max((len(release.slug) for release in found), default=0)
    for release in found:
        try:
            line = releases.summary(release)
        except SourceError as error:
            errors.append(error)
            count = len(error.mistakes)
            line = f"{count} mistake{'s' * (count > 1)} in its YAML; `doit {release.slug}` shows them"
        print(f"{release.slug:{width}}  {line}")  # noqa: T201
    for mistake in misnamed:
        print(mistake, file=sys.stderr)  # noqa: T201
    if not found and not misnamed:
        print(releases.NONE, file=sys.stderr)  # noqa: T201
    return exit_code(errors)


def steps(slugs: list[str], build: Path) -> int:
    """One line per step: its name, and what it does; raises SourceError with the mistakes of a release's YAML."""
    from pressroom.engine import releases  # noqa: PLC0415  # likewise
    from pressroom.source import visible  # noqa: PLC0415

    found, _ = releases.found(build)
    known = {release.slug: release for release in found}
    for slug in slugs:
        if slug not in known:
            near = suggestion(slug, known)
            raise UsageError(f"'{slug}' is no release; " + (f"did you mean '{near}'?" if near else "`doit list` shows them"))
        plan = list(releases.plan(known[slug], found))
        width = max(len(step.name) for step in plan)
        for step in plan:
            print(f"{slug}:{step.name:{width}}  {visible(step.about)}")  # noqa: T201
    return 0
