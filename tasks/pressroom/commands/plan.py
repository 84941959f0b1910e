"""`doit plan`: what a build would do, and why."""

from __future__ import annotations

import json
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

from pressroom.commands.repo import chosen, here, options
from pressroom.engine.forecast import forecast
from pressroom.engine.progress import clock
from pressroom.engine.releases import read
from pressroom.errors import PressroomError, exit_code
from pressroom.publish import editions
from pressroom.publish.content import LISTING
from pressroom.source import visible
from pressroom.tools import lockfile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pressroom.engine.forecast import Outlook
    from pressroom.engine.releases import Loaded

USAGE = """\
usage: pressroom plan [--json] [RELEASE ...]
       doit plan [--json] [RELEASE ...]

Show every step that `doit` would run, and why, without running anything: of all releases, or of
those that are named. A step that says "may" runs unless what it waits for comes out as it was.
Exit code 0: nothing to do; 10: there is work.

  --json  {changed: [slug], releases: [{slug, error, published, steps: [{name, fate, reason, cause, cached, seconds}]}]}
          `changed` are the releases that have something to make which is not in the cache, or that
          fail: those that a CI job has to build; `published` is what `doit publish` will refuse, or null
"""
WORK = 10
"""Exit code: there is something to do."""
MOST = 5
"""Reasons of a step that are told; `doit why` tells all."""
WORDS = {"run": "run", "restore": "restore", "depends": "may run", "fail": "FAIL"}


def run(arguments: Sequence[str]) -> int:
    """Print the plan; returns 0, or 10 when there is work, or the exit code of a release that cannot be read."""
    given, names = options(arguments, ["--json"], USAGE)
    build = here()
    build.look()
    releases = chosen(build, names)
    outlooks = forecast(releases, build)
    work = [outlook for outlook in outlooks if outlook.fate != "fresh"]
    notices, errors = _notices(releases, work)
    if "--json" in given:
        found = [
            {
                "slug": loaded.slug,
                "error": str(loaded.error) if loaded.error else None,
                "published": notices.get(loaded.slug),
                "steps": [_record(outlook) for outlook in work if outlook.release == loaded.slug],
            }
            for loaded in releases
        ]
        changed = sorted({outlook.release for outlook in outlooks if outlook.is_new} | set(errors))
        print(json.dumps({"changed": changed, "releases": found}, indent=1, ensure_ascii=False))  # noqa: T201
    else:
        _print(outlooks)
        for notice in notices.values():
            print(notice)  # noqa: T201
        for error in errors.values():
            print(error, file=sys.stderr)  # noqa: T201
    return exit_code(errors.values()) or (WORK if work else 0)


def _notices(releases: Sequence[Loaded], work: Sequence[Outlook]) -> tuple[dict[str, str], dict[str, PressroomError]]:
    """What publishing will say of each release, by its slug, and the errors of those that cannot be read, or their locks."""
    notices: dict[str, str] = {}
    errors: dict[str, PressroomError] = {loaded.slug: loaded.error for loaded in releases if loaded.error}
    for loaded in releases:
        try:
            if notice := _notice(loaded, work):
                notices[loaded.slug] = notice
        except PressroomError as error:
            errors.setdefault(loaded.slug, error)
    return notices, errors


def _notice(loaded: Loaded, work: Sequence[Outlook]) -> str:
    """What publishing will say of a release whose torrents were published as others, or may become others."""
    if not loaded.release or not (lock := lockfile.beside(loaded.release.path)).exists():
        return ""
    kind, words = read(loaded.release)
    if any(lock in outlook.step.hints for outlook in work if outlook.release == loaded.slug):
        return editions.warning(loaded.release.path, kind.publishing(words).edition)
    folder = loaded.release.build / loaded.slug
    if not any(folder / LISTING in step.outputs for step in loaded.steps):
        return ""  # what an earlier build left
    return editions.refused(loaded.release.path, kind.publishing(words).edition, folder)


def _record(outlook: Outlook) -> dict[str, Any]:
    """A step in the JSON."""
    return {
        "name": outlook.task,
        "fate": outlook.fate,
        "reason": "; ".join(outlook.reasons),
        "cause": outlook.cause or None,
        "cached": outlook.fate == "restore",
        "seconds": round(outlook.seconds, 3),
    }


def _print(outlooks: Sequence[Outlook]) -> None:
    """A line for each step that is not fresh, and one for all."""
    for outlook in outlooks:
        if outlook.fate != "fresh":
            reasons, more = outlook.reasons[:MOST], len(outlook.reasons) - MOST
            because = "; ".join((*reasons, *[f"{more} more"] * (more > 0)))
            print(visible(f"{WORDS[outlook.fate]}  {outlook.task}  because {because}"))  # noqa: T201
    count = Counter(outlook.fate for outlook in outlooks)
    seconds = sum(outlook.seconds for outlook in outlooks if outlook.fate in ("run", "depends"))
    parts = [f"run {count['run']}", f"restore {count['restore']}", f"up to date {count['fresh']}"]
    parts[1:1] = [f"may run {count['depends']}"] * bool(count["depends"])
    parts += [f"fail {count['fail']}"] * bool(count["fail"])
    about = f", about {clock(max(1.0, seconds))} of work"
    print(", ".join(parts) + about * any(outlook.fate in ("run", "depends") for outlook in outlooks))  # noqa: T201
