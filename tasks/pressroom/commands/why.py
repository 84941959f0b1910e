"""`doit why`: the reasons of one step, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pressroom.commands.repo import here, options, path_in
from pressroom.engine import releases
from pressroom.engine.forecast import forecast, makers
from pressroom.errors import UsageError
from pressroom.names import suggestion
from pressroom.source import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pressroom.engine.build import Build
    from pressroom.engine.forecast import Outlook
    from pressroom.engine.releases import Loaded

USAGE = """\
usage: pressroom why STEP|FILE|RELEASE ...
       doit why STEP|FILE|RELEASE ...

Say why a step (moon:tag-flac:02), or the step that makes a file (build/moon/SHA256SUMS), would run:
a sentence for each reason, from the step itself back to what you changed. Of a release, the steps
are told that wait for no other.
"""


def run(arguments: Sequence[str]) -> int:
    """Print the reasons of each."""
    _, names = options(arguments, [], USAGE)
    if not names:
        raise UsageError(USAGE.rstrip())
    build = here()
    build.look()
    loaded = list(releases.loaded(build.settings.build))
    outlooks = {outlook.task: outlook for outlook in forecast(loaded, build)}
    for name in names:
        roots = _roots(name, loaded, outlooks)
        lines = roots if roots is not None else _chain(_task(name, outlooks, loaded, build), outlooks)
        print("\n".join(map(visible, lines)))  # noqa: T201
    return 0


def _roots(slug: str, loaded: Sequence[Loaded], outlooks: dict[str, Outlook]) -> list[str] | None:
    """The sentences of a release's steps that run for reasons of their own; None when it is no release.

    Raises SourceError with the mistakes of its YAML.
    """
    found = next((release for release in loaded if release.slug == slug), None)
    if found is None:
        return None
    if found.error:
        raise found.error
    own = [outlook for outlook in outlooks.values() if outlook.release == slug and not outlook.cause]
    return [line for outlook in own if outlook.fate != "fresh" for line in _chain(outlook.task, outlooks)] or [
        f"{slug} is up to date"
    ]


def _task(name: str, outlooks: dict[str, Outlook], loaded: Sequence[Loaded], build: Build) -> str:
    """The step that a name means; raises UsageError when it is neither one nor a file that one makes.

    Raises SourceError where the YAML of its release has mistakes.
    """
    if name in outlooks:
        return name
    if made := makers(loaded).get(path_in(build, name)):
        return made[0]
    row = build.state.made.get(str(path_in(build, name)))
    slug = row.release if row else name.partition(":")[0]
    if error := next((release.error for release in loaded if release.slug == slug), None):
        raise error
    near = suggestion(name, outlooks)
    hint = f"did you mean '{near}'?" if near else "`doit list RELEASE` shows the steps"
    raise UsageError(f"'{name}' is no release, no step and no output; {hint}")


def _chain(task: str, outlooks: dict[str, Outlook]) -> list[str]:
    """The sentences of a step, then those of its cause, down to the root."""
    outlook = outlooks[task]
    if outlook.fate == "fresh":
        return [f"{task} is up to date"]
    verbs = {"run": "will run", "restore": "will be restored from the cache", "depends": "may run", "fail": "cannot run"}
    lines = [f"{task} {verbs[outlook.fate]} because {reason}" for reason in outlook.reasons]
    return lines + (_chain(outlook.cause, outlooks) if outlook.cause in outlooks else [])
