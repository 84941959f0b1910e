"""Whether a step's outputs are what it would make now, by the digests of its inputs and outputs."""

from __future__ import annotations

import time
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from pressroom import plan
from pressroom.engine.digests import racy
from pressroom.engine.reasons import differences
from pressroom.engine.work import listed_files

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pressroom.engine.build import Build
    from pressroom.engine.digests import Status
    from pressroom.plan import Step


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What running a step would be (`action`, canonical JSON, and its `key`), and why it has to run; nothing when it has not.

    `missing` is an input that is not there; `looked` is what the status of each input was when it was judged, and `racy` says
    that one of them had changed so shortly before that it may have changed again and look the same.
    """

    action: str = ""
    key: str = ""
    reason: str = ""
    missing: Path | None = None
    looked: tuple[tuple[Path, Status | None], ...] = ()
    racy: bool = False


def verdict(step: Step, task: str, build: Build, will_be: Mapping[Path, str | None] = MappingProxyType({})) -> Verdict:
    """Judge a step; raises OSError when a file cannot be read.

    `will_be` are the digests of inputs that are not made yet, but known.
    """
    now = time.time_ns()
    looks = {path: build.digests.look(path) for path in (*step.inputs, *step.hints) if path not in will_be}
    digests = {**will_be, **{path: digest for path, (_, digest) in looks.items()}}
    missing = next((path for path in step.inputs if digests[path] is None), None)
    if missing is not None:
        return Verdict(missing=missing)
    fingerprints = {tool: build.toolchain.fingerprint(tool) for tool in step.tools}
    action = plan.canonical(plan.action(step, fingerprints, digests))
    key = plan.key(action)
    looked = tuple((path, status) for path, (status, _) in looks.items())
    shortly = any(status and racy(status, now) for _, status in looked)
    return Verdict(action=action, key=key, reason=_reason(step, task, key, build), looked=looked, racy=shortly)


def reasons(judged: Verdict, task: str, step: Step, build: Build) -> list[str]:
    """Why a step is stale, in sentences: what it depends on, where that changed, else what is wrong with its outputs."""
    last = build.state.steps.get(task)
    failed = ["it failed the last time"] if task in build.state.failed else []
    if last and judged.action and last.content != judged.action:
        return failed + (differences(last.content, judged.action, (*step.inputs, *step.hints)) or [judged.reason])
    return failed or [judged.reason]


def made_by(step: Step) -> tuple[Path, ...] | None:
    """Every file that a step has made, those of its manifest too; None when the manifest cannot be read."""
    if step.manifest is None:
        return step.outputs
    listed = listed_files(*step.manifest)
    return None if listed is None else tuple(dict.fromkeys((*step.outputs, *listed)))


def _reason(step: Step, task: str, key: str, build: Build) -> str:
    """Why the outputs are not those of the action."""
    last = build.state.steps.get(task)
    if not step.outputs:
        return "" if last and last.action == key else "something that it depends on changed" if last else "it never ran"
    outputs = made_by(step)
    for path in step.outputs if outputs is None else outputs:
        row = build.state.made.get(str(path))
        if row is None:
            return f"{path} was not made yet"
        if row.action != key:
            return "something that it depends on changed"
        digest = build.digests.of(path)
        if digest is None:
            return f"{path} is gone"
        if digest != row.sha256:
            return f"{path} is not what was made"
    return "its list of files cannot be read" if outputs is None else ""
