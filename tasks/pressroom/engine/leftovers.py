"""What earlier builds made and no release makes any more, such as the files under a track's old title."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from pressroom.engine import releases
from pressroom.engine.settings import STATE
from pressroom.engine.staleness import made_by

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pressroom.engine.build import Build
    from pressroom.plan import Step


Planned = Iterable[tuple[str, "Step"]]
"""Steps, each with the slug of its release."""


def leftovers(planned: Planned, build: Build) -> list[str]:
    """The files that none of the planned steps makes, and those of releases whose YAML is gone.

    Of a release whose YAML is broken nothing can be said, so its files are not among them.
    """
    return [path for path in _unclaimed([*planned], build) if not Path(path).is_relative_to(STATE) and Path(path).exists()]


def forget_unplanned(planned: Planned, build: Build) -> None:
    """Remove the intermediates of steps that are no more, and drop these steps from the record, all releases being planned.

    What they made may come back from the cache. Outputs stay: removing them is the user's to say.
    """
    steps = [*planned]
    paths = [path for path in _unclaimed(steps, build) if Path(path).is_relative_to(STATE)]
    for path in map(Path, paths):
        with suppress(OSError):
            path.unlink(missing_ok=True)
            path.parent.rmdir()
    tasks = {f"{slug}:{step.name}" for slug, step in steps}
    unclear = _unclear(steps, build)
    gone = [task for task in {*build.state.steps, *build.state.failed} - tasks if task.partition(":")[0] not in unclear]
    if paths or gone:
        build.state.forget(paths, gone)


def _unclaimed(steps: Sequence[tuple[str, Step]], build: Build) -> list[str]:
    """The files of the record that none of the steps makes."""
    unclear = _unclear(steps, build)
    claimed = {str(path) for _, step in steps for path in made_by(step) or step.outputs}
    candidates = {row.path for row in build.state.made.values()} - claimed
    return sorted(path for path in candidates if build.state.made[path].release not in unclear)


def _unclear(steps: Sequence[tuple[str, Step]], build: Build) -> set[str]:
    """The releases of which the plan does not say all: their YAML is there, and none of their steps is planned."""
    return {release.slug for release in releases.found(build.settings.build)[0]} - {slug for slug, _ in steps}


def told(count: int) -> str:
    """The line that says so."""
    files = "1 file belongs" if count == 1 else f"{count} files belong"
    return f"{files} to no release any more; `doit prune` lists {'it' if count == 1 else 'them'}"
