"""The answer to a build with nothing to do, without reading a release: the status of every file that had a say the last time.

A build that leaves everything fresh writes it, and each build removes it before anything changes. It says nothing but
"as it was": whatever differs, the build is done in full.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from pressroom import __file__ as package
from pressroom.engine.digests import status_of
from pressroom.engine.settings import RELEASES, STATE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pressroom.engine.build import Build
    from pressroom.plan import Step

PATH = STATE / "noop.json"
VERSION = 1
NONE = (0, 0, 0, 0)
"""The status of what is not there."""


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A release's steps, as a build had them."""

    slug: str
    steps: Sequence[Step]


def answer(build: Build, slugs: Sequence[str]) -> str | None:
    """The last line of a build of these releases (of all, when none is named) that has nothing to do; None to build in full."""
    try:
        found = json.loads(PATH.read_text(encoding="utf-8"))
        if found["world"] != _world(build):
            return None
        sections = found["releases"]
        chosen = [sections[slug] for slug in slugs] if slugs else list(sections.values())
        for section in chosen:
            if not _as_they_were(section["paths"], section["statuses"]):
                return None
        if found["leftovers"]:
            return None
        return f"up to date {sum(section['steps'] for section in chosen)}"
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        return None


def forget() -> None:
    """Take the answer back, before anything changes."""
    PATH.unlink(missing_ok=True)


def remember(build: Build, releases: Iterable[Planned], made: Mapping[str, Sequence[Path]], leftovers: int) -> None:
    """Write the answer after a build that left everything fresh; `made` are each release's outputs.

    Nothing is written when a file changed so shortly ago that it may change again and look the same.
    """
    sections = {}
    for release in releases:
        inputs = (path for step in release.steps for path in (*step.inputs, *step.hints))
        paths = sorted({str(path) for path in (*inputs, *made[release.slug])})
        statuses = [build.digests.status(path) for path in paths]
        if any(status is None for status in statuses):
            return
        flat = [number for status in statuses for number in (status or NONE)]
        sections[release.slug] = {"steps": len(release.steps), "paths": paths, "statuses": flat}
    if not sections:
        return  # that there are no releases has to be said each time
    content = {"world": _world(build), "releases": sections, "leftovers": leftovers}
    part = PATH.with_name(f"{PATH.name}.part")
    with suppress(OSError):
        part.write_text(json.dumps(content, separators=(",", ":")), encoding="utf-8")
        part.replace(PATH)


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


def _world(build: Build) -> list[object]:
    """What plans come from besides the files that they name: the YAML, the settings, the tools, and pressroom itself."""
    folders = [RELEASES, *(path for path in RELEASES.iterdir() if path.is_dir())] if RELEASES.is_dir() else []
    yaml = sorted(path for folder in folders for path in folder.iterdir() if path.suffix == ".yaml")
    code = sorted(path for path in Path(package).parent.rglob("*.py"))
    tools = [Path(spec.origin) for name in ("mutagen", "PIL", "doit") if (spec := find_spec(name)) and spec.origin]
    own = [Path("dodo.py"), Path("pyproject.toml"), Path("pressroom.toml"), build.toolchain.ffmpeg, Path(sys.executable)]
    settings = build.settings
    return [
        VERSION,
        str(build.root),
        [str(settings.build), settings.ffmpeg],
        build.toolchain.cpu,
        [[str(path), *(status_of(path) or NONE)] for path in (*folders, *yaml, *own, *tools, *code)],
    ]
