"""Which step begins first: the one that the longest chain of others waits for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pressroom.engine.action import StepAction
from pressroom.engine.digests import status_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pressroom.engine.state import StepRow

BYTES_A_SECOND = 10_000_000
"""Of a master, about what one core encodes: 16 bits and 44.1 kHz at 57 times real time."""
LITTLE = 0.01
"""Seconds, for what only writes a list."""


def expected(task: Any, history: Mapping[str, StepRow]) -> float:  # noqa: ANN401  # doit's task
    """How many seconds a step will take: as long as the last time, else by the size of what ffmpeg has to read."""
    if (last := history.get(task.name)) and last.seconds:
        return last.seconds
    action = task.actions[0] if task.actions else None
    if not isinstance(action, StepAction) or not action.step.tools or not action.step.inputs:
        return LITTLE
    status = status_of(action.step.inputs[0])
    return LITTLE + status[0] / BYTES_A_SECOND if status else 1.0


def critical_paths(tasks: Mapping[str, Any], seconds: Callable[[Any], float]) -> dict[str, float]:
    """For each task, the seconds of the longest chain from its beginning to the end of the build."""
    waiting: dict[str, list[str]] = {name: [] for name in tasks}
    for name, task in tasks.items():
        for before in task.task_dep:
            waiting[before].append(name)
    paths: dict[str, float] = {}
    stack = list(tasks)
    while stack:
        name = stack[-1]
        if name in paths:
            stack.pop()
        elif ahead := [after for after in waiting[name] if after not in paths]:
            stack += ahead
        else:
            paths[name] = seconds(tasks[name]) + max((paths[after] for after in waiting[name]), default=0.0)
            stack.pop()
    return paths
