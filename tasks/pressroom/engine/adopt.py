"""A step whose outputs stand although a file that it only looks at has changed: put on record as made, not run again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pressroom.engine.staleness import verdict

if TYPE_CHECKING:
    from pathlib import Path

    from pressroom.engine.build import Build
    from pressroom.plan import Step


def stands_but_for(hint: Path, step: Step, task: str, build: Build) -> bool:
    """Whether nothing that a step depends on has changed but one of its hints."""
    last = build.state.steps.get(task)
    if last is None or hint not in step.hints:
        return False
    read = json.loads(last.content)["inputs"]
    files = (*step.inputs, *step.hints)
    if len(read) != len(files):
        return False
    was = read[files.index(hint)]
    judged = verdict(step, task, build, {hint: was})
    return was != build.digests.of(hint) and not judged.missing and not judged.reason


def adopt(step: Step, task: str, build: Build) -> None:
    """Put a step on record as one that ran with its inputs as they are; the caller knows that it would make the same."""
    judged = verdict(step, task, build)
    rows = [build.state.made[str(path)]._replace(action=judged.key) for path in step.outputs]
    last = build.state.steps[task]._replace(action=judged.key, content=judged.action)
    build.state.commit(files=build.digests.taken(), made=rows, steps=[last])
