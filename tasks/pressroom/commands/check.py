"""`doit check`: what the checks of every release that was built have found."""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from pressroom.commands.repo import chosen, here, options, visible_lines
from pressroom.engine.forecast import forecast
from pressroom.errors import exit_code
from pressroom.formats.checks import WORDS, Check, Report, failures, told
from pressroom.tools import notes
from pressroom.tools.report import Judge

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pressroom.engine.build import Build
    from pressroom.engine.releases import Loaded
    from pressroom.errors import PressroomError

USAGE = """\
usage: pressroom check [--json] [RELEASE ...]
       doit check [--json] [RELEASE ...]

Show every check that failed, errors first, with what was measured and what to do: of all releases,
or of those that are named. Nothing is built. Exit code 1 when an error is among them, and when a
release is not built, or was changed since it was checked, so that nothing can be said of it.

  --json  {releases: [{slug, error, unchecked, checks: [{rule, subject, severity, passed, measured,
          expected, message, fix}]}]}: `error` are the mistakes of its YAML, `unchecked` is why nothing
          else can be said of it; each of them may be null
"""


@dataclass(frozen=True, kw_only=True)
class Examined:
    """The checks of a release, failed or not; none where its YAML has mistakes (`error`) or where it is `unchecked`."""

    slug: str
    checks: tuple[Check, ...] = ()
    unchecked: str = ""
    error: PressroomError | None = None


def run(arguments: Sequence[str]) -> int:
    """Print what failed; returns 1 when that is an error or cannot be told, 2 for a YAML with mistakes."""
    given, names = options(arguments, ["--json"], USAGE)
    build = here()
    build.look()
    found = [_examined(loaded, build) for loaded in chosen(build, names)]
    if given:
        print(json.dumps({"releases": [_record(one) for one in found]}, indent=1, ensure_ascii=False))  # noqa: T201
    else:
        _tell(found)
    bad = any(one.unchecked or any(check.severity == "error" for check in failures(one.checks)) for one in found)
    return max(exit_code(one.error for one in found if one.error), int(bad))


def _examined(loaded: Loaded, build: Build) -> Examined:
    """The report of a release, where it is of what stands here now."""
    if loaded.error:
        return Examined(slug=loaded.slug, error=loaded.error)
    report = next(step.report for step in loaded.steps if isinstance(step, Judge))
    outlook = next(outlook for outlook in forecast([loaded], build) if report in outlook.step.outputs)
    if outlook.fate == "fresh":
        return Examined(slug=loaded.slug, checks=notes.read(Report, report).checks)
    if outlook.fate == "fail":
        unchecked = "cannot be built; `doit plan` says why"
    elif str(report) not in build.state.made:
        unchecked = f"is not built; run `doit {loaded.slug}`"
    else:
        unchecked = f"its checks are stale, as `doit why {outlook.task}` says; run `doit {loaded.slug}`"
    return Examined(slug=loaded.slug, unchecked=unchecked)


def _record(found: Examined) -> dict[str, object]:
    """A release in the JSON."""
    checks = None if found.error or found.unchecked else [asdict(check) for check in found.checks]
    error = str(found.error) if found.error else None
    return {"slug": found.slug, "error": error, "unchecked": found.unchecked or None, "checks": checks}


def _tell(releases: Sequence[Examined]) -> None:
    """A line for each release, what failed below it, and a line for all."""
    for found in releases:
        if found.error:
            print(f"{found.slug}: its YAML has mistakes")  # noqa: T201
            print(visible_lines(found.error), file=sys.stderr)  # noqa: T201
            continue
        print(f"{found.slug}: {found.unchecked or _counted(found.checks)}")  # noqa: T201
        failed = failures(found.checks)
        for line in told(failed, most=len(failed)):
            print(visible_lines(line))  # noqa: T201
    unchecked = sum(bool(found.error or found.unchecked) for found in releases)
    counted = _counted([check for found in releases for check in found.checks])
    print(f"{_number(len(releases), 'release')}: {counted}" + f", {unchecked} not checked" * bool(unchecked))  # noqa: T201


def _counted(checks: Sequence[Check]) -> str:
    """How many checks there are, and how many of each severity failed."""
    failed = Counter(check.severity for check in checks if not check.passed)
    counts = [_number(failed[severity], word) for severity, word in WORDS.items() if failed[severity]]
    return f"{_number(len(checks), 'check')}, {', '.join(counts) or 'none failed'}"


def _number(count: int, word: str) -> str:
    """A word with its number."""
    return f"{count} {word}{'s' * (count != 1)}"
