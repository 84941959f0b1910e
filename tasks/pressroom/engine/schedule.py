"""Which step begins first: the one that the longest chain of others waits for."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Any

from pressroom.engine.digests import status_of
from pressroom.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from pressroom.engine.state import StepRow
    from pressroom.plan import Step

LITTLE = 0.01
"""Seconds, for what only writes a list."""


def expectations(steps: Iterable[tuple[str, Step]], history: Mapping[str, StepRow]) -> dict[str, float]:
    """How many seconds each step will take, by task, in the order of the plan: what a step reads is made by those before it.

    As long as the last time; else by its pace and the size of the master that it goes back to.
    """
    sizes: dict[Path, int] = {}
    expected = {}
    for task, step in steps:
        last = history.get(task)
        if last and last.seconds:
            expected[task] = last.seconds
            continue
        size = _size(step.inputs[0], sizes) if step.inputs and step.pace else 0
        sizes |= dict.fromkeys(step.outputs, size)
        expected[task] = LITTLE + (size / step.pace if step.pace else 0)
    return expected


def _size(path: Path, known: Mapping[Path, int]) -> int:
    """The bytes of a source, or of the source that a file is made of."""
    if path in known:
        return known[path]
    status = status_of(path)
    return status[0] if status else 0


def critical_paths(tasks: Mapping[str, Any], seconds: Mapping[str, float]) -> dict[str, float]:
    """For each task, the seconds of the longest chain from its beginning to the end of the build.

    Raises UsageError where tasks of the repo's own wait for each other.
    """
    waiting: dict[str, list[str]] = {name: [] for name in tasks}
    for name, task in tasks.items():
        for before in task.task_dep:
            waiting[before].append(name)
    paths: dict[str, float] = {}
    try:
        for name in TopologicalSorter(waiting).static_order():
            paths[name] = seconds.get(name, LITTLE) + max((paths[after] for after in waiting[name]), default=0.0)
    except CycleError as error:
        raise UsageError(f"dodo.py: these tasks wait for each other: {', '.join(error.args[1][1:])}") from error
    return paths
