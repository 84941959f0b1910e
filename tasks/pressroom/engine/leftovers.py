"""What earlier builds made and no release makes any more, such as the files under a track's old title."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pressroom.engine import releases
from pressroom.engine.action import StepAction
from pressroom.engine.work import listed_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pressroom.engine.build import Build
    from pressroom.plan import Step


def leftovers(tasks: Iterable[Any], build: Build) -> list[str]:
    """The files that no step of the releases among doit's `tasks` makes, and those of releases whose YAML is gone.

    Of a release whose YAML is broken nothing can be said, so its files are not among them.
    """
    actions = [task.actions[0] for task in tasks if task.actions]
    planned = [action for action in actions if isinstance(action, StepAction)]
    slugs = {action.release.slug for action in planned}
    there = {release.slug for release in releases.found(build.settings.build)[0]}
    claimed = {path.as_posix() for action in planned for path in _made(action.step)}
    candidates = {path for slug, path in build.record.entries() if slug in slugs or slug not in there}
    return [path for path in sorted(candidates - claimed) if Path(path).exists()]


def _made(step: Step) -> Iterator[Path]:
    """Every file that a step makes, those of its manifest too."""
    yield from step.outputs
    if step.manifest:
        yield from listed_files(*step.manifest) or ()
