"""What earlier builds made and no release makes any more, such as the files under a track's old title."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pressroom.engine import releases
from pressroom.engine.settings import STATE
from pressroom.engine.staleness import made_by

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pressroom.engine.build import Build
    from pressroom.plan import Step


def leftovers(planned: Iterable[tuple[str, Step]], build: Build) -> list[str]:
    """The files that none of the (release, step) pairs makes, and those of releases whose YAML is gone.

    Of a release whose YAML is broken nothing can be said, so its files are not among them.
    """
    steps = list(planned)
    slugs = {slug for slug, _ in steps}
    there = {release.slug for release in releases.found(build.settings.build)[0]}
    claimed = {str(path) for _, step in steps for path in made_by(step) or step.outputs}
    made = (row for row in build.state.made.values() if not Path(row.path).is_relative_to(STATE))
    candidates = {row.path for row in made if row.release in slugs or row.release not in there}
    return [path for path in sorted(candidates - claimed) if Path(path).exists()]


def told(count: int) -> str:
    """The line that says so."""
    files = "1 file belongs" if count == 1 else f"{count} files belong"
    return f"{files} to no release any more; `doit prune` lists {'it' if count == 1 else 'them'}"
