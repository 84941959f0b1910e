"""One build, from the plan to the last line, while the lock is held."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from doit.task import Stream

from pressroom.engine import noop, releases
from pressroom.engine.action import StepAction
from pressroom.engine.chronicle import write_report, write_trace
from pressroom.engine.leftovers import leftovers
from pressroom.engine.runner import ThreadRunner
from pressroom.engine.schedule import expected
from pressroom.engine.staleness import made_by
from pressroom.engine.sweep import sweep
from pressroom.errors import exit_code

if TYPE_CHECKING:
    from doit.control import TaskControl

    from pressroom.engine.build import Build
    from pressroom.engine.reporter import Reporter


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """How to build: `slots` steps at once, going on after a failure or not, all releases (`whole`) or some.

    `report` and `trace` name files to write; nothing is written where they are empty.
    """

    slots: int
    keep_going: bool
    whole: bool
    report: str = ""
    trace: str = ""


def run(build: Build, control: TaskControl, database: Any, reporter: Reporter, wishes: Wishes) -> int:  # noqa: ANN401  # doit's objects
    """Run what is stale of the selected tasks; returns the exit code of the contract."""
    sweep(build)
    _tools_are_fit(control, build)
    seconds = partial(expected, history=build.state.steps)
    runner = ThreadRunner(
        database, reporter, wishes.keep_going, build.anew, Stream(0), slots=wishes.slots, running=build.running, seconds=seconds
    )
    runner.run_all(control.task_dispatcher())
    if wishes.report:
        write_report(Path(wishes.report), reporter.events, time.monotonic() - reporter.began)
    if wishes.trace:
        write_trace(Path(wishes.trace), reporter.events)
    if reporter.made:
        build.cache.used |= {row.action for row in build.state.steps.values()}
        build.cache.trim(build.settings.cache_max)
    left = _tell(control, build)
    if wishes.whole and not reporter.errors and not reporter.blocked and build.digests.settled:
        _remember(control, build, left)
    return exit_code(reporter.errors)


def _tools_are_fit(control: TaskControl, build: Build) -> None:
    """Raise MachineError before anything runs when a tool that the steps need is missing, or too old."""
    actions = [task.actions[0] for task in control.tasks.values() if task.actions]
    for tool in sorted({tool for action in actions for tool in getattr(getattr(action, "step", None), "tools", ())}):
        build.toolchain.fingerprint(tool)


def _remember(control: TaskControl, build: Build, left: int) -> None:
    """Keep the answer for the next build, which may have nothing to do; not where the repo has tasks of its own."""
    actions = [task.actions[0] for task in control.tasks.values() if task.actions]
    if all(isinstance(action, StepAction) for action in actions):
        steps: dict[str, list[Any]] = {}
        for action in actions:
            steps.setdefault(action.release.slug, []).append(action.step)
        made = {slug: [path for step in found for path in made_by(step) or ()] for slug, found in steps.items()}
        noop.remember(build, [noop.Planned(slug=slug, steps=found) for slug, found in steps.items()], made, left)


def _tell(control: TaskControl, build: Build) -> int:
    """What a user may wonder about when the build is over; returns how many files belong to no release."""
    if not any(task.actions for task in control.tasks.values()):
        print(releases.NONE, file=sys.stderr)  # noqa: T201
    actions = [task.actions[0] for task in control.tasks.values() if task.actions]
    count = len(leftovers([(action.release.slug, action.step) for action in actions if isinstance(action, StepAction)], build))
    if count:
        files = "1 file belongs" if count == 1 else f"{count} files belong"
        print(f"{files} to no release any more; `doit prune` lists {'it' if count == 1 else 'them'}", file=sys.stderr)  # noqa: T201
    return count
