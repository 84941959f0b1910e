"""What a build would do: every step that would run, and why, without doing anything."""

from __future__ import annotations

from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING, Literal

from pressroom import plan
from pressroom.engine.perform import bound
from pressroom.engine.reasons import differences
from pressroom.engine.schedule import expectations
from pressroom.engine.staleness import made_by, reasons, verdict
from pressroom.engine.work import refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from pressroom.engine.build import Build
    from pressroom.engine.releases import Loaded
    from pressroom.engine.state import StepRow
    from pressroom.plan import Step

Fate = Literal["fresh", "restore", "run", "depends", "fail"]


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """What will become of a step.

    `run` makes it and `restore` takes it from the cache; `depends` means that it runs unless the step that is its `cause` gives
    the bytes that it gave before; `fail` that it cannot run. `known` says of a step that runs that the cache tells which bytes
    it will give. `seconds` is how long it will take.
    """

    release: str
    task: str
    step: Step
    fate: Fate
    reasons: tuple[str, ...] = ()
    cause: str = ""
    known: bool = False
    seconds: float = 0.0

    @property
    def is_new(self) -> bool:
        """Whether it is work that no build has done, and that concerns its release alone.

        What waits for another step, what reads what other releases say, and what is cheaper made than kept is not.
        """
        own = not self.cause and not self.step.hints
        return self.fate in ("run", "fail") and own and not (self.known and not self.step.cached)


def forecast(releases: Iterable[Loaded], build: Build) -> list[Outlook]:
    """The outlook of every step, in the order of the plan; each is looked at after those that make what it reads."""
    steps = [(loaded.slug, step) for loaded in releases for step in loaded.steps]
    making = {path: n for n, (_, step) in enumerate(steps) for path in step.outputs}
    needs = {n: [making[path] for path in (*step.inputs, *step.hints) if path in making] for n, (_, step) in enumerate(steps)}
    forecaster = _Forecaster(build, expectations(((f"{slug}:{step.name}", step) for slug, step in steps), build.state.steps))
    outlooks = {n: forecaster.look(*steps[n]) for n in TopologicalSorter(needs).static_order()}
    return [outlooks[n] for n in range(len(steps))]


class _Forecaster:
    """What is known of the steps that were looked at: digests that the cache will give, what will be made, what cannot be."""

    def __init__(self, build: Build, seconds: Mapping[str, float]) -> None:
        self.build = build
        self.seconds = seconds
        self.known: dict[Path, str] = {}
        self.pending: dict[Path, str] = {}
        self.broken: dict[Path, str] = {}
        self.passed: set[str] = set()
        """Steps without outputs that have run before, on this machine or on another."""

    def look(self, slug: str, step: Step) -> Outlook:
        """The outlook of the next step."""
        task = f"{slug}:{step.name}"
        last = self.build.state.steps.get(task)
        try:
            fate, reasons, cause = self._judged(step, task, last)
        except OSError as error:
            fate, reasons, cause = "fail", [f"{error.filename}: cannot be read ({error.strerror})"], ""
        known = fate == "run" and (set(step.outputs) <= set(self.known) if step.outputs else task in self.passed)
        if fate in ("run", "depends") and not known:
            self.pending |= dict.fromkeys(step.outputs, task)
        elif fate == "fail":
            self.broken |= dict.fromkeys(step.outputs, task)
        return Outlook(
            release=slug,
            task=task,
            step=step,
            fate=fate,
            reasons=tuple(reasons),
            cause=cause,
            known=known,
            seconds=self.seconds[task],
        )

    def _judged(self, step: Step, task: str, last: StepRow | None) -> tuple[Fate, list[str], str]:
        """A step's fate, the reasons, and the task that causes it."""
        if failed := next((self.broken[path] for path in step.inputs if path in self.broken), None):
            return "fail", [f"{failed} cannot run"], failed
        if refused := self._refused(step):
            return "fail", [refused], ""
        if cause := next((self.pending[path] for path in (*step.inputs, *step.hints) if path in self.pending), None):
            return self._waiting(step, last, cause)
        judged = verdict(step, task, self.build, self.known)
        if not judged.missing and not judged.reason:
            return "fresh", [], ""
        return self._made_or_taken(step, task, judged.key), reasons(judged, task, step, self.build), ""

    def _made_or_taken(self, step: Step, task: str, key: str) -> Fate:
        """Whether a step runs, or its result is taken from the cache."""
        if not step.outputs:
            self.passed |= {task} if self.build.cache.result(key) is not None else set()
            return "run"
        if (result := self._result(step, key)) is None:
            return "run"
        # A step gives the same bytes again, so what reads them can be judged whether or not the cache still has them.
        self.known |= result
        return "restore" if self._stands(result) else "run"

    def _refused(self, step: Step) -> str:
        """Why a source of the step must not be read."""
        made = self.build.state.made
        sources = [path for path in step.inputs if not (path in self.known or path in self.pending or str(path) in made)]
        return next((f"{path}: {problem}" for path in sources if (problem := refusal(self.build.root, path))), "")

    def _waiting(self, step: Step, last: StepRow | None, cause: str) -> tuple[Fate, list[str], str]:
        """The fate of a step that reads what will be made: certain where it would run anyway."""
        because = f"{cause} will run"
        if last is None or not all(str(path) in self.build.state.made for path in step.outputs):
            return "run", [because], cause
        fingerprints = {tool: self.build.toolchain.fingerprint(tool) for tool in step.tools}
        digests = dict.fromkeys((*step.inputs, *step.hints))
        action = plan.canonical(plan.action(step, fingerprints, digests))
        own = differences(last.content, action, ())
        return ("run", [*own, because], cause) if own else ("depends", [because], cause)

    def _result(self, step: Step, key: str) -> dict[Path, str] | None:
        """The digests that the outputs will have, where the cache tells them."""
        found = self.build.cache.result(key) if key else None
        digests = bound(step, found or {})
        return None if found is None or not set(step.outputs) <= set(digests) else digests

    def _stands(self, result: dict[Path, str]) -> bool:
        """Whether each file is in place, or in the cache."""
        return all(self.build.digests.of(path) == digest or self.build.cache.holds(digest) for path, digest in result.items())


def makers(releases: Iterable[Loaded]) -> dict[Path, tuple[str, Step]]:
    """The task and the step that make each file."""
    return {
        path: (f"{loaded.slug}:{step.name}", step)
        for loaded in releases
        for step in loaded.steps
        for path in made_by(step) or step.outputs
    }
