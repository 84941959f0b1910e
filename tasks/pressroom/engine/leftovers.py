"""What earlier builds made and no release makes any more, such as the files under a track's old title."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pressroom.engine import releases
from pressroom.engine.action import StepAction
from pressroom.engine.settings import STATE
from pressroom.engine.staleness import made_by

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pressroom.engine.build import Build


def leftovers(tasks: Iterable[Any], build: Build) -> list[str]:
    """The files that no step of the releases among doit's `tasks` makes, and those of releases whose YAML is gone.

    Of a release whose YAML is broken nothing can be said, so its files are not among them.
    """
    actions = [task.actions[0] for task in tasks if task.actions]
    planned = [action for action in actions if isinstance(action, StepAction)]
    slugs = {action.release.slug for action in planned}
    there = {release.slug for release in releases.found(build.settings.build)[0]}
    claimed = {str(path) for action in planned for path in made_by(action.step) or action.step.outputs}
    made = (row for row in build.state.made.values() if not Path(row.path).is_relative_to(STATE))
    candidates = {row.path for row in made if row.release in slugs or row.release not in there}
    return [path for path in sorted(candidates - claimed) if Path(path).exists()]
