"""The step that the longest chain waits for begins first."""

from __future__ import annotations

from dataclasses import dataclass, field

from pressroom.engine.schedule import critical_paths


@dataclass
class Task:
    """What the schedule looks at."""

    name: str
    seconds: float
    task_dep: list[str] = field(default_factory=list)


def test_a_path_is_as_long_as_all_that_wait_in_turn() -> None:
    """The longest of the ways to the end of the build."""
    tasks = {
        task.name: task
        for task in (Task("a", 1), Task("b", 2, ["a"]), Task("c", 5, ["a"]), Task("d", 1, ["b", "c"]), Task("e", 4))
    }
    assert {"a": 7, "b": 3, "c": 6, "d": 1, "e": 4} == critical_paths(tasks, lambda task: task.seconds)


def test_a_chain_may_be_long() -> None:
    """Deeper than Python calls go."""
    tasks = {str(n): Task(str(n), 1, [str(n - 1)] if n else []) for n in range(5000)}
    assert 5000 == critical_paths(tasks, lambda task: task.seconds)["0"]
