"""The runner: steps at once, in their order, as doit decides."""

from __future__ import annotations

import io
import os
import signal
import threading
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from doit.action import PythonAction
from doit.control import TaskControl
from doit.dependency import Dependency, SqliteDB
from doit.task import Stream, dict_to_task

from pressroom.engine.reporter import Reporter
from pressroom.engine.runner import ThreadRunner
from pressroom.engine.running import Running
from pressroom.engine.signals import Stopped, Stopping
from pressroom.plan import CPU, IO, NETWORK

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path


class Weighing(PythonAction):  # type: ignore[misc]  # doit has no type information
    """An action of a step that weighs so much."""

    def __init__(self, weight: float, action: Callable[[], bool]) -> None:
        super().__init__(action)
        self.step = SimpleNamespace(weight=weight)


class Build:
    """A build of tasks that note when they run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ran: list[str] = []
        self.at_once = self.most = 0
        self.patience = 1
        """How many tasks at once each waits to see, for a second."""
        self.lock = threading.Lock()

    def task(self, name: str, *after: str, fails: bool = False, **more: Any) -> dict[str, Any]:  # noqa: ANN401  # doit's words
        """A task that makes a file of its name from those of the tasks before it."""

        def action() -> bool:
            with self.lock:
                self.ran.append(name)
                self.at_once += 1
                self.most = max(self.most, self.at_once)
            self.wait()
            (self.folder / name).write_text(name, encoding="utf-8")
            with self.lock:
                self.at_once -= 1
            return not fails

        inputs = [str(self.folder / other) for other in after]
        return {"name": name, "actions": [action], "file_dep": inputs, "targets": [str(self.folder / name)]} | more

    def wait(self) -> None:
        """Be at work for a moment."""
        time.sleep(0.01)
        until = time.monotonic() + 1
        while self.most < self.patience and time.monotonic() < until:
            time.sleep(0.01)

    def run(
        self, tasks: Sequence[dict[str, Any]], *, slots: int, keep_going: bool = True, running: Running | None = None
    ) -> Reporter:
        """Run them all."""
        self.ran = []
        control = TaskControl([dict_to_task(dict(task)) for task in tasks])
        control.process(None)
        reporter = Reporter(io.StringIO(), {})
        database = Dependency(SqliteDB, str(self.folder / "doit.db"))
        ThreadRunner(
            database, reporter, keep_going, False, Stream(0), slots=slots, running=running or Running(), seconds=dict
        ).run_all(control.task_dispatcher())
        return reporter


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """An empty build."""
    return Build(tmp_path)


@pytest.mark.parametrize("slots", [1, 2, 16])
def test_every_task_runs_once_and_after_what_it_needs(build: Build, slots: int) -> None:
    """With any number of slots; no more tasks than slots run at once."""
    wide = [build.task(f"a{n}") for n in range(8)]
    deep = [build.task(f"b{n}", f"a{n}", f"a{(n + 1) % 8}") for n in range(8)]
    tasks = [build.task("end", *(f"b{n}" for n in range(8))), *deep, *wide]
    reporter = build.run(tasks, slots=slots)
    assert (17, 0, []) == (reporter.made, reporter.fresh, reporter.errors)
    assert sorted(task["name"] for task in tasks) == sorted(build.ran)
    assert "end" == build.ran[-1]
    assert all(build.ran.index(f"b{n}") > build.ran.index(f"a{n}") for n in range(8))
    assert build.most <= slots
    again = build.run([task | {"uptodate": [True]} for task in tasks], slots=slots)
    assert (0, 17, []) == (again.made, again.fresh, build.ran)


def test_what_waits_for_the_same_runs_in_the_order_of_the_plan(build: Build) -> None:
    """A build of one slot does the same things in the same order each time."""
    tasks = [build.task("a"), *(build.task(f"b{n}", "a") for n in range(20))]
    build.run(tasks, slots=1)
    assert [task["name"] for task in tasks] == build.ran


@pytest.mark.parametrize(("slots", "weight", "most"), [(1, IO, 1), (2, IO, 4), (2, CPU, 2), (1, NETWORK, 1), (2, NETWORK, 12)])
def test_light_steps_share_a_slot(build: Build, slots: int, weight: float, most: int) -> None:
    """What copies or waits leaves room for others; one slot is one step at a time."""
    tasks = [build.task(str(n)) for n in range(12)]
    for task in tasks:
        task["actions"] = [Weighing(weight, task["actions"][0])]
    build.patience = most
    build.run(tasks, slots=slots)
    assert most == build.most


def test_a_failed_task_stops_what_needs_it_alone(build: Build, capsys: pytest.CaptureFixture[str]) -> None:
    """The others run, and what waited is counted."""
    tasks = [build.task("a", fails=True), build.task("b", "a"), build.task("c", "b"), build.task("d")]
    reporter = build.run(tasks, slots=2)
    assert ({"a", "d"}, 1, 1, 2) == ({*build.ran}, reporter.made, len(reporter.errors), reporter.blocked)
    assert "FAILED  a" in capsys.readouterr().err


def test_what_waited_is_as_fresh_as_it_was(build: Build) -> None:
    """A failure further up does not make what depends on it stale."""
    good = [build.task("a", uptodate=[True]), build.task("b", "a", uptodate=[True])]
    build.run(good, slots=1)
    build.run([build.task("a", fails=True, uptodate=[False]), good[1]], slots=1)
    build.run(good, slots=1)
    assert [] == build.ran


def test_a_failure_can_end_the_build(build: Build) -> None:
    """`--no-continue`: what runs is finished, nothing else begins."""
    tasks = [build.task("a", fails=True), *(build.task(f"b{n}") for n in range(8))]
    build.run(tasks, slots=2, keep_going=False)
    assert {"a"} <= {*build.ran} < {task["name"] for task in tasks}


def test_a_hint_is_waited_for_and_may_fail(build: Build) -> None:
    """A file that a task would look into, if it is there, comes first; where it cannot be made, the task runs without."""
    hints = [str(build.folder / name) for name in ("a", "none")]
    reader = build.task("b", "a", "none", "c", meta={"hints": hints})
    build.run([reader, build.task("a"), build.task("c")], slots=1)
    assert "b" == build.ran[-1]
    (build.folder / "a").unlink()

    def fails() -> bool:
        return False

    reporter = build.run([reader, build.task("a") | {"actions": [fails]}, build.task("c", uptodate=[True])], slots=1)
    assert (["b"], 1, 0) == (build.ran, len(reporter.errors), reporter.blocked)


def test_a_thread_that_does_not_end_is_not_waited_for(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stopped build records what is finished, sweeps what a thread has half made, and goes on within two seconds."""
    stopping, running, blocked = Stopping(), Running(), threading.Event()
    monkeypatch.setattr("pressroom.engine.runner.STOPPING", stopping)
    part = build.folder / "half"

    def stuck() -> None:
        running.begin(part)
        part.write_text("half", encoding="utf-8")
        os.kill(os.getpid(), signal.SIGINT)
        blocked.wait(20)

    began = time.monotonic()
    try:
        with stopping.raised(), pytest.raises(Stopped):
            build.run([build.task("a"), build.task("b", "a") | {"actions": [stuck]}], slots=2, running=running)
        assert time.monotonic() - began < 2
        assert not part.exists()
    finally:
        blocked.set()
    assert 1 == build.run([build.task("a", uptodate=[True])], slots=1).fresh
