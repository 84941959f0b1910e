"""The answer to a build with nothing to do, without reading a release: the status of every file that had a say the last time.

A build that leaves everything fresh writes it, and each build removes it before anything changes. It says nothing but
"as it was": whatever differs, the build is done in full.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pressroom.engine.digests import racy
from pressroom.engine.settings import STATE
from pressroom.engine.world import MISSING, statuses

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from pressroom.engine.build import Build

PATH = STATE / "noop.json"
RECORD = (str(STATE / "state.db"),)
"""Where it is gone, the other commands know of no build."""


class Section(NamedTuple):
    """A release, as a build had it: how many steps it is, and the files that they read and make."""

    steps: int
    paths: Collection[str]


class Answer(NamedTuple):
    """That nothing is to do: how many steps are up to date, and how many files belong to no release."""

    steps: int
    leftovers: int


def answer(build: Build, slugs: Sequence[str]) -> Answer | None:
    """What a build of these releases (of all, when none is named) would say that has nothing to do; None to build in full."""
    try:
        found = json.loads(PATH.read_text(encoding="utf-8"))
        modules = found["modules"]
        if found["world"] != build.world.content or found["record"] != statuses(RECORD):
            return None
        if modules != statuses(path for path, *_ in modules):
            return None
        if slugs and found["leftovers"]["paths"]:
            return None
        sections = found["releases"]
        chosen = [sections[slug] for slug in slugs] if slugs else [*sections.values(), found["leftovers"]]
        if not all(_as_they_were(section["paths"], section["statuses"]) for section in chosen):
            return None
        return Answer(sum(section["steps"] for section in chosen), len(found["leftovers"]["paths"]))
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        return None


def forget() -> None:
    """Take the answer back, before anything changes."""
    PATH.unlink(missing_ok=True)


def remember(build: Build, releases: Mapping[str, Section], leftovers: Collection[str]) -> None:
    """Write the answer after a build that left everything fresh, and these files that belong to no release.

    The build's world is how it was before the build read it: what was edited since then differs from it the next time.
    Nothing is written when a file changed so shortly before it was read that it may have changed again and look the same.
    """
    before = build.world
    if not releases:
        return  # that there are none has to be said each time
    sections = {slug: _section(build, section) for slug, section in releases.items()}
    left = _section(build, Section(0, leftovers))
    modules = statuses(_own_modules(build))
    if left is None or None in sections.values():
        return
    if any(racy((size, mtime, ctime, inode), before.when) for _, size, mtime, ctime, inode in (*before.content[-1], *modules)):
        return
    content = {
        "world": before.content,
        "record": statuses(RECORD),
        "modules": modules,
        "releases": sections,
        "leftovers": left,
    }
    part = PATH.with_name(f"{PATH.name}.part")
    with suppress(OSError):
        part.write_text(json.dumps(content, separators=(",", ":")), encoding="utf-8")
        part.replace(PATH)


def _own_modules(build: Build) -> list[str]:
    """The Python files below the repo that were imported, such as kinds of its own."""
    files = {str(module.__file__) for module in tuple(sys.modules.values()) if getattr(module, "__file__", None)}
    return sorted(path for path in files if Path(path).is_relative_to(build.root))


def _section(build: Build, section: Section) -> dict[str, object] | None:
    """A release as it is kept: four numbers of status for each path; None where one is not known for sure."""
    paths = sorted(section.paths)
    statuses = [build.digests.status(path) for path in paths]
    if None in statuses:
        return None
    return {"steps": section.steps, "paths": paths, "statuses": [number for status in statuses for number in status or MISSING]}


def _as_they_were(paths: Sequence[str], statuses: Sequence[int]) -> bool:
    """Whether each file has the status that it had."""
    stat, place = os.stat, 0
    for path in paths:
        try:
            found = stat(path)
            same = (
                found.st_size == statuses[place]
                and found.st_mtime_ns == statuses[place + 1]
                and found.st_ctime_ns == statuses[place + 2]
                and found.st_ino == statuses[place + 3]
            )
        except OSError:
            same = not any(statuses[place : place + 4])
        if not same:
            return False
        place += 4
    return len(statuses) == place
