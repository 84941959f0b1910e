"""The step that the longest chain waits for begins first."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pressroom.engine.schedule import LITTLE, critical_paths, expectations
from pressroom.engine.state import StepRow
from pressroom.plan import OUTPUT, Step, Work

if TYPE_CHECKING:
    import pytest


@dataclass
class Task:
    """What the schedule looks at."""

    task_dep: list[str] = field(default_factory=list)


def test_a_path_is_as_long_as_all_that_wait_in_turn() -> None:
    """The longest of the ways to the end of the build."""
    tasks = {"a": Task(), "b": Task(["a"]), "c": Task(["a"]), "d": Task(["b", "c"]), "e": Task()}
    assert {"a": 7, "b": 3, "c": 6, "d": 1, "e": 4} == critical_paths(tasks, {"a": 1, "b": 2, "c": 5, "d": 1, "e": 4})


def test_a_chain_may_be_long() -> None:
    """Deeper than Python calls go."""
    tasks = {str(n): Task([str(n - 1)] if n else []) for n in range(5000)}
    assert 5000 == critical_paths(tasks, dict.fromkeys(tasks, 1.0))["0"]


@dataclass(frozen=True, kw_only=True)
class Turn(Step):
    """A step that takes its time for each byte."""

    source: Path
    output: Path = field(metadata=OUTPUT)
    bytes_a_second: float = 0

    @property
    def pace(self) -> float:
        """As the test says."""
        return self.bytes_a_second

    def run(self, work: Work) -> None:
        """It is never run."""


def test_a_first_build_goes_by_the_size_of_masters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also for what is made of something that is not there yet; a build that ran before goes by what it took."""
    monkeypatch.chdir(tmp_path)
    Path("a.wav").touch()
    os.truncate("a.wav", 3000)
    steps = [
        ("m:encode", Turn(name="encode", source=Path("a.wav"), output=Path("a.mp3"), bytes_a_second=1000)),
        ("m:measure", Turn(name="measure", source=Path("a.mp3"), output=Path("a.json"), bytes_a_second=3000)),
        ("m:list", Turn(name="list", source=Path("a.json"), output=Path("a.txt"))),
        ("m:gone", Turn(name="gone", source=Path("none.wav"), output=Path("b.mp3"), bytes_a_second=1000)),
    ]
    assert {"m:encode": 3 + LITTLE, "m:measure": 1 + LITTLE, "m:list": LITTLE, "m:gone": LITTLE} == expectations(steps, {})
    history = {"m:encode": StepRow("m:encode", "k", "{}", 7.5, 0.0)}
    assert 7.5 == expectations(steps, history)["m:encode"]
