"""What doit sees: every step of every release as a task. A repo's dodo.py opts in by `from pressroom.dodo import *`."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from doit.tools import config_changed

from pressroom import plan
from pressroom.engine import releases
from pressroom.engine.action import Refusal, StepAction
from pressroom.engine.build import Build
from pressroom.engine.reporter import Reporter
from pressroom.engine.settings import STATE
from pressroom.engine.work import listed_files, refusal
from pressroom.errors import PressroomError, ReleaseError, SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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


def task_releases(names: Sequence[str] = ()) -> Iterator[dict[str, Any]]:
    """doit's tasks of the releases that `names` (of tasks, or files) can mean; of all of them when that cannot be told."""
    build: Build = DOIT_CONFIG["pressroom"]
    found, misnamed = releases.found(build.settings.build)
    if misnamed:
        yield _broken("releases", SourceError(tuple(misnamed)))
    slugs = {name.partition(":")[0] for name in names}
    wanted = [release for release in found if release.slug in slugs] if slugs <= {r.slug for r in found} and slugs else found
    for release in wanted:
        try:
            steps = list(releases.plan(release, found))
        except PressroomError as error:
            yield _broken(release.slug, error)
            continue
        yield {"basename": release.slug, "name": None, "doc": f"{release.path}"}
        made = {path for step in steps for path in step.outputs}
        for step in steps:
            yield as_task(step, release.slug, made, build)


def as_task(step: Step, slug: str, made: set[Path], build: Build) -> dict[str, Any]:
    """A step as a doit task: stale when an input, its key, or one of its outputs is not what it was."""
    task: dict[str, Any] = {
        "basename": slug,
        "name": step.name,
        "doc": step.about,
        "targets": [str(path) for path in step.outputs],
        "verbosity": 0,
        "meta": {"hints": [str(path) for path in step.hints]},
    }
    for path in step.inputs:
        if path not in made and (reason := refusal(build.root, path)):
            return task | {"actions": [Refusal(ReleaseError(f"{path}: {reason}"))], "uptodate": [False]}
    fingerprints = {tool: build.toolchain.fingerprint(tool) for tool in step.tools}
    return task | {
        "actions": [StepAction(build, slug, step)],
        "file_dep": [str(path) for path in (*step.inputs, *(path for path in step.hints if path in made or path.exists()))],
        "uptodate": [config_changed(plan.key(step, fingerprints)), *_listed(step)],
    }


def _listed(step: Step) -> list[Any]:
    """A check that the files of a step's manifest are still there."""
    if step.manifest is None:
        return []
    manifest, folder = step.manifest
    return [lambda: manifest.exists() and all(path.exists() for path in listed_files(manifest, folder))]


def _broken(slug: str, error: PressroomError) -> dict[str, Any]:
    """The task of a release whose YAML cannot be built: it fails with every mistake."""
    return {"basename": slug, "name": "check", "doc": "its YAML has mistakes", "actions": [Refusal(error)], "uptodate": [False]}
