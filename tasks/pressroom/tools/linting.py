"""Holding a folder of HLS against the rules."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import unquote

from pressroom.formats import hlslint
from pressroom.formats.checks import Check, Report
from pressroom.plan import ASIDE, OUTPUT, Step
from pressroom.tools import notes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from typing import BinaryIO

    from pressroom.formats.hlsfacts import Fetch
    from pressroom.plan import Work


@dataclass(frozen=True, kw_only=True)
class LintHls(Step):
    """Lints every playlist of a release, with all that they lead to; what was packaged says which media these are."""

    playlists: tuple[Path, ...]
    chapters: Path | None
    packaged: tuple[Path, ...]
    folder: Path = field(metadata=ASIDE)
    report: Path = field(metadata=OUTPUT)

    def run(self, work: Work) -> None:
        """Write what was found; a broken rule is for the release's check to act upon."""
        with reading(self.folder) as fetch:
            found = [check for path in self.playlists for check in hlslint.lint(path.name, fetch)]
        notes.write(work, self.report, Report(checks=summed(found, self.folder.name)))


@contextmanager
def reading(folder: Path) -> Iterator[Fetch]:
    """What addresses relative to a folder lead to, a file at a time; one elsewhere is not there."""
    opened: dict[str, BinaryIO | None] = {}
    with ExitStack() as stack:

        def fetch(uri: str) -> BinaryIO | None:
            if uri not in opened:
                # There may be more segments than files that a process may have open.
                stack.close()
                opened.clear()
                path = folder / unquote(uri)
                held = path.is_file() and path.resolve().is_relative_to(folder.resolve())
                opened[uri] = stack.enter_context(path.open("rb")) if held else None
            return opened[uri]

        yield fetch


def summed(found: Iterable[Check], subject: str) -> tuple[Check, ...]:
    """Each rule once where all keep it, else each place that breaks it, with the rule; places are named below `subject`."""
    rules: dict[str, list[Check]] = {}
    for check in found:
        rules.setdefault(check.rule, []).append(check)
    summary: list[Check] = []
    for checks in rules.values():
        broken = [check for check in checks if not check.passed]
        failed = [replace(check, subject=f"{subject}/{check.subject}", fix=_cure(check)) for check in broken]
        summary += dict.fromkeys(failed) or [replace(checks[0], subject=subject)]
    return tuple(summary)


def _cure(check: Check) -> str:
    """What helps, and the rule."""
    rule = f"the rule: {check.message}"
    return f"{check.fix}; {rule}" if check.fix else rule
