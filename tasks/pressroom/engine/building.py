"""One build, from the plan to the last line, while the lock is held."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from doit.task import Stream

from pressroom.engine import noop, releases
from pressroom.engine.action import Refusal, StepAction
from pressroom.engine.chronicle import write_report, write_trace
from pressroom.engine.leftovers import forget_unplanned, leftovers, told
from pressroom.engine.reporter import selection
from pressroom.engine.runner import ThreadRunner
from pressroom.engine.schedule import expectations
from pressroom.engine.settings import RELEASES
from pressroom.engine.staleness import made_by
from pressroom.engine.sweep import begin, sweep
from pressroom.errors import UsageError, exit_code

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from doit.control import TaskControl

    from pressroom.engine.build import Build
    from pressroom.engine.chronicle import Event
    from pressroom.engine.reporter import Reporter
    from pressroom.plan import Step


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
    _refuse_missing_releases(build)
    sweep(build)
    begin()
    if wishes.whole:
        forget_unplanned(_planned(control), build)
    _tools_are_fit(control, build)
    _read_ahead(control, build, reporter)

    @cache
    def seconds() -> dict[str, float]:
        return expectations(((action.task.name, action.step) for action in _step_actions(control)), build.state.steps)

    reporter.expected = seconds
    runner = ThreadRunner(
        database, reporter, wishes.keep_going, build.anew, Stream(0), slots=wishes.slots, running=build.running, seconds=seconds
    )
    try:
        runner.run_all(control.task_dispatcher())
    finally:
        if wishes.report:
            write_report(Path(wishes.report), _with_records(reporter.events, build), time.monotonic() - reporter.began)
        if wishes.trace:
            write_trace(Path(wishes.trace), reporter.events)
    if reporter.made:
        build.cache.used |= {row.action for task, row in build.state.steps.items() if task in control.tasks}
        build.cache.trim(build.settings.cache_max)
    left = _tell(control, build)
    if wishes.whole and not reporter.errors and not reporter.blocked and not build.digests.changed:
        _remember(control, build, left)
    return exit_code(reporter.errors)


def _refuse_missing_releases(build: Build) -> None:
    """Raise UsageError where the folder of the releases is gone, and builds made something of it: a disk may not be mounted."""
    if build.state.made and not RELEASES.is_dir():
        raise UsageError(f"{RELEASES}: no such folder, though {len(build.state.made)} files were made of what it held")


def _with_records(events: Iterable[Event], build: Build) -> list[Event]:
    """What became of steps, with the keys that the record has of those that did not run."""
    rows = build.state.steps
    return [replace(event, key=rows[event.task].action) if event.task in rows and not event.key else event for event in events]


def _step_actions(control: TaskControl) -> list[StepAction]:
    """The steps of releases, in the order of the plan."""
    return [action for task in control.tasks.values() for action in task.actions if isinstance(action, StepAction)]


def _planned(control: TaskControl) -> list[tuple[str, Step]]:
    """The steps, each with the slug of its release; those too that cannot run."""
    actions = ((task.name.partition(":")[0], action) for task in control.tasks.values() for action in task.actions)
    return [(slug, action.step) for slug, action in actions if isinstance(action, (StepAction, Refusal)) and action.step]


def _tools_are_fit(control: TaskControl, build: Build) -> None:
    """Raise MachineError before anything runs when a tool that the steps need is missing, or too old."""
    for tool in sorted({tool for action in _step_actions(control) for tool in action.step.tools}):
        build.toolchain.fingerprint(tool)


def _read_ahead(control: TaskControl, build: Build, reporter: Reporter) -> None:
    """Take the digests of sources on all cores, before steps are judged one by one; where they are many bytes, say so."""
    chosen = selection(control.tasks, control.selected_tasks or ())
    steps = [action.step for action in _step_actions(control) if action.task.name in chosen]
    unread = build.digests.unread({path for step in steps for path in (*step.inputs, *step.hints, *step.outputs)})
    if len(unread) > 1:
        reporter.reading(sum(size for _, size in unread))
        build.digests.read([path for path, _ in unread], os.cpu_count() or 1)


def _remember(control: TaskControl, build: Build, left: Sequence[str]) -> None:
    """Keep the answer for the next build, which may have nothing to do; not where the repo has tasks of its own."""
    if any(not isinstance(action, StepAction) for task in control.tasks.values() for action in task.actions):
        return
    steps: dict[str, list[Step]] = {}
    for slug, step in _planned(control):
        steps.setdefault(slug, []).append(step)
    sections = {slug: noop.Section(len(planned), _files(planned)) for slug, planned in steps.items()}
    noop.remember(build, sections, left)


def _files(steps: Iterable[Step]) -> set[str]:
    """What steps read and make."""
    return {str(path) for step in steps for path in (*step.inputs, *step.hints, *(made_by(step) or ()))}


def _tell(control: TaskControl, build: Build) -> list[str]:
    """What a user may wonder about when the build is over; returns the files that belong to no release."""
    if not any(task.actions for task in control.tasks.values()):
        print(releases.NONE, file=sys.stderr)  # noqa: T201
    left = leftovers(_planned(control), build)
    if left:
        print(told(len(left)), file=sys.stderr)  # noqa: T201
    return left
