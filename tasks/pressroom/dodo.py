"""What doit sees: every step of every release as a task. A repo's dodo.py opts in by `from pressroom.dodo import *`."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from doit.exceptions import InvalidDodoFile

from pressroom.engine.build import Build
from pressroom.engine.reporter import Reporter
from pressroom.engine.settings import STATE
from pressroom.errors import PressroomError, ReleaseError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pressroom.engine import releases
    from pressroom.plan import Step

__all__ = ["DOIT_CONFIG", "task_releases"]

with suppress(OSError):
    # doit's own commands fail with a traceback where the database's folder is missing.
    STATE.mkdir(exist_ok=True)
DOIT_CONFIG: dict[str, Any] = {
    "pressroom": Build(Path.cwd()),
    "dep_file": str(STATE / "doit.db"),
    "backend": "sqlite3",
    "continue": True,
    "verbosity": 0,
    "reporter": Reporter,
}


def task_releases() -> Iterator[dict[str, Any]]:
    """The tasks of all releases, for doit's own commands, which know no errors of ours."""
    try:
        yield from release_tasks()
    except PressroomError as error:
        raise InvalidDodoFile(str(error)) from error


def release_tasks(names: Sequence[str] = ()) -> Iterator[dict[str, Any]]:
    """The tasks of the releases that `names` (of tasks, or files) can mean; of all of them when that cannot be told.

    A release whose YAML has mistakes becomes one task that fails with all of them.
    """
    from pressroom.engine import releases  # noqa: PLC0415  # a build with nothing to do need not pay for it

    build: Build = DOIT_CONFIG["pressroom"]
    for loaded in releases.loaded(build.settings.build, names):
        if loaded.error:
            yield _failing(loaded.slug, "its YAML has mistakes", loaded.error)
        elif loaded.release:
            yield {"basename": loaded.slug, "name": None, "doc": loaded.release.path.as_posix()}
            yield from step_tasks(loaded.release, loaded.steps, build)


def step_tasks(release: releases.Found, steps: Sequence[Step], build: Build) -> Iterator[dict[str, Any]]:
    """The tasks of a release's steps; the first step that would read a bad source fails, and the others wait for it."""
    from pressroom.engine.action import Refusal, located  # noqa: PLC0415  # a build with nothing to do need not pay for it
    from pressroom.engine.work import refusal  # noqa: PLC0415  # a build with nothing to do need not pay for it

    made = {path for step in steps for path in step.outputs}
    reasons: dict[Path, str | None] = {}
    failing: dict[Path, str] = {}
    for step in steps:
        task = as_task(step, release, build)
        sources = [path for path in step.inputs if path not in made]
        reasons |= {path: refusal(build.root, path) for path in sources if path not in reasons}
        bad = next((path for path in sources if reasons[path]), None)
        if bad and bad in failing:
            task |= {"task_dep": [failing[bad]]}
        elif bad:
            failing[bad] = f"{release.slug}:{step.name}"
            error = located(release, (bad,), ReleaseError(f"{bad}: {reasons[bad]}"))
            task |= {"actions": [Refusal(error, step)], "file_dep": [], "uptodate": [False]}
        yield task


def as_task(step: Step, release: releases.Found, build: Build) -> dict[str, Any]:
    """A step as a doit task: stale when an input, its key, or one of its outputs is not what it was."""
    from pressroom.engine.action import StepAction  # noqa: PLC0415  # a build with nothing to do need not pay for it

    return {
        "basename": release.slug,
        "name": step.name,
        "doc": step.about,
        "actions": [StepAction(build, release, step)],
        "file_dep": [str(path) for path in (*step.inputs, *step.hints)],
        "targets": [str(path) for path in step.outputs],
        "verbosity": 0,
        "meta": {"hints": [str(path) for path in step.hints]},
    }


def _failing(basename: str, doc: str, error: PressroomError) -> dict[str, Any]:
    """The task that stands for what cannot be planned."""
    from pressroom.engine.action import Refusal  # noqa: PLC0415  # a build with nothing to do need not pay for it

    return {"basename": basename, "name": "check", "doc": doc, "actions": [Refusal(error)], "uptodate": [False]}
