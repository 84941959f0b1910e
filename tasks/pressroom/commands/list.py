"""`doit list`: the menu of releases, and one release's steps."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from doit.cmd_list import List as DoitList

from pressroom.commands.opting import Opting
from pressroom.errors import PressroomError, SourceError, exit_code

if TYPE_CHECKING:
    from pressroom.engine.build import Build


class List(Opting, DoitList):  # type: ignore[misc]  # doit has no type information
    """doit's `list`; in a repo that opts in, and without doit's own options, a menu in the user's words."""

    name = "list"

    def wants_doit(self, params: Any) -> bool:  # noqa: ANN401  # doit's objects have no types
        """Whether one of doit's options is given."""
        return bool(params._non_default_keys - {"status"})  # noqa: SLF001  # doit tells given options from defaults only there

    def ours(self, build: Build, params: Any, args: list[str]) -> int:  # noqa: ANN401
        """Print the menu, or the steps of the releases that are named; with `--status`, how each release stands."""
        if params["status"]:
            return standings(build, args)
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


def standings(build: Build, names: list[str]) -> int:
    """One line per release: whether it is up to date, how large it is, and when it was last built."""
    from pressroom.commands.repo import chosen, size  # noqa: PLC0415  # a foreign project need not pay for it
    from pressroom.engine.forecast import forecast  # noqa: PLC0415  # likewise

    build.look()
    releases = chosen(build, names)
    width = max((len(release.slug) for release in releases), default=0)
    for release in releases:
        prefix = f"{release.slug}:"
        ends = [row.finished for task, row in build.state.steps.items() if task.startswith(prefix)]
        paths = [Path(row.path) for row in build.state.made.values() if row.release == release.slug]
        bytes_ = sum(path.stat().st_size for path in paths if path.is_relative_to(build.settings.build) and path.is_file())
        outlooks = [outlook for outlook in forecast([release], build) if outlook.fate != "fresh"]
        failed = [outlook.task for outlook in outlooks if outlook.task in build.state.failed]
        line = _standing([outlook.fate for outlook in outlooks], failed, release.error, built=bool(ends))
        if ends:
            line += f", {size(bytes_)}, last built {time.strftime('%Y-%m-%d %H:%M', time.localtime(max(ends)))}"
        print(f"{release.slug:{width}}  {line}")  # noqa: T201
    return exit_code(release.error for release in releases if release.error)


def _standing(stale: list[str], failed: list[str], error: PressroomError | None, *, built: bool) -> str:
    """How a release stands, in a few words, by the fates of what is stale and the steps that failed the last time."""
    if error:
        return "its YAML has mistakes"
    if "fail" in stale:
        return "cannot be built; `doit plan` says why"
    if failed:
        return f"failed ({', '.join(failed)})"
    if not built:
        return "never built"
    return f"stale ({len(stale)} step{'s' * (len(stale) > 1)})" if stale else "up to date"


def steps(slugs: list[str], build: Path) -> int:
    """One line per step: its name, and what it does; raises SourceError with the mistakes of a release's YAML."""
    from pressroom.engine import releases  # noqa: PLC0415  # likewise
    from pressroom.source import visible  # noqa: PLC0415

    found, _ = releases.found(build)
    known = {release.slug: release for release in found}
    for slug in slugs:
        if slug not in known:
            raise releases.unknown(slug, known)
        plan = list(releases.plan(known[slug], found))
        width = max(len(step.name) for step in plan)
        for step in plan:
            print(f"{slug}:{step.name:{width}}  {visible(step.about)}")  # noqa: T201
    return 0
