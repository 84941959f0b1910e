"""`doit list`: the menu of releases, and one release's steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from doit.cmd_list import List as DoitList

from pressroom.commands.opting import explained, opted_in
from pressroom.commands.run import exit_code
from pressroom.engine import releases
from pressroom.errors import PressroomError, SourceError, UsageError
from pressroom.names import suggestion

if TYPE_CHECKING:
    from pathlib import Path


class List(DoitList):  # type: ignore[misc]  # doit has no type information
    """doit's `list`; in a repo that opts in, and without doit's own options, a menu in the user's words."""

    name = "list"

    def execute(self, params: Any, args: list[str]) -> int:  # noqa: ANN401  # doit's objects have no types
        """Print the menu, or the steps of the releases that are named."""
        if not opted_in(self, params) or params._non_default_keys:  # noqa: SLF001  # doit's options ask for doit's list
            code: int = super().execute(params, args)
            return code
        build = self.loader.load_doit_config()["pressroom"]
        return explained(lambda: steps(args, build.settings.build) if args else menu(build.settings.build))


def menu(build: Path) -> int:
    """One line per release: its slug, kind, artist, title and count; or how many mistakes its YAML has."""
    found, misnamed = releases.found(build)
    errors: list[PressroomError] = [SourceError(tuple(misnamed))] if misnamed else []
    width = max((len(release.slug) for release in found), default=0)
    for release in found:
        try:
            kind, words = releases.read(release)
        except SourceError as error:
            errors.append(error)
            count = len(error.mistakes)
            print(f"{release.slug:{width}}  {count} mistake{'s' * (count > 1)} in its YAML; `doit {release.slug}` shows them")  # noqa: T201
        else:
            print(f"{release.slug:{width}}  {kind.summary(words)}")  # noqa: T201
    for mistake in misnamed:
        print(mistake)  # noqa: T201
    if not found and not misnamed:
        print("no releases; a release is a file such as releases/moon.yaml (`pressroom new DIR` makes a repo with one)")  # noqa: T201
    return exit_code(errors)


def steps(slugs: list[str], build: Path) -> int:
    """One line per step: its name, and what it does."""
    found, _ = releases.found(build)
    known = {release.slug: release for release in found}
    for slug in slugs:
        if slug not in known:
            near = suggestion(slug, known)
            raise UsageError(f"'{slug}' is no release" + (f"; did you mean '{near}'?" if near else ""))
        plan = list(releases.plan(known[slug], found))
        width = max(len(step.name) for step in plan)
        for step in plan:
            print(f"{slug}:{step.name:{width}}  {step.about}")  # noqa: T201
    return 0
