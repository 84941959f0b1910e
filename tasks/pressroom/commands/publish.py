"""`doit publish`: releases brought to where people get them, as often as you like."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pressroom.commands.repo import chosen, here, options, size, still, visible_lines
from pressroom.engine import releases
from pressroom.engine.adopt import adopt, stands_but_for
from pressroom.engine.forecast import forecast
from pressroom.engine.staleness import made_by
from pressroom.errors import PressroomError, ReleaseError, UsageError, exit_code
from pressroom.publish import editions, release
from pressroom.publish.content import content, listing
from pressroom.publish.guard import guarded
from pressroom.publish.places import Run
from pressroom.source import visible
from pressroom.tools import lockfile
from pressroom.tools.secret import Secrets

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pressroom.engine.build import Build
    from pressroom.engine.releases import Found, Loaded
    from pressroom.kinds.publish import Publishing
    from pressroom.plan import Step
    from pressroom.publish.content import Content
    from pressroom.publish.release import Report

USAGE = """\
usage: pressroom publish [--dry-run | --status [--json]] [--locked] [RELEASE ...]
       doit publish [--dry-run | --status [--json]] [--locked] [RELEASE ...]

Bring what was built to the destinations under `publish`: of all releases, or of those that are
named. What is there already is left alone, so it may be run again at any time, and goes on where
it was stopped. Files go first, then what leads people to them. Nothing is ever deleted.

  --dry-run  only show what would be changed
  --status   only show how each destination stands: absent, incomplete, current, outdated (an
             earlier build is there) or drifted (it is not as it was published); where all is
             current, also what `published/` has kept of earlier editions
  --json     with --status: {releases: [{slug, error, destinations: [{to, state, note, error}]}]};
             `state` is one of those, or `failed`, `skipped` or `kept`
  --locked   fail where the lock beside a release would have to change
"""
MOST_SHOWN = 10
"""Changes of one destination that are shown."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What became of one release: of each destination, and the error that kept it from others."""

    slug: str
    reports: tuple[Report, ...]
    error: PressroomError | None = None

    @property
    def errors(self) -> tuple[PressroomError, ...]:
        """All that went wrong."""
        return tuple(error for error in (self.error, *(report.error for report in self.reports)) if error)


def run(arguments: Sequence[str]) -> int:
    """Publish, or show; returns the exit code of the first thing that failed."""
    given, names = options(arguments, ["--dry-run", "--status", "--json", "--locked"], USAGE)
    _refuse_together(given)
    build, secrets, changing = here(), Secrets(), not given & {"--dry-run", "--status"}
    with still(build, writing=changing), guarded(secrets):
        shared = Run(
            root=build.root,
            build=build.settings.build,
            secrets=secrets,
            digest_of=build.digests.of,
            frozen="--locked" in given,
            begins=_begins,
        )
        answers = [_answer(loaded, build, shared, given) for loaded in chosen(build, names)]
        if changing:
            build.state.commit(files=build.digests.taken())
        if "--json" in given:
            print(json.dumps({"releases": [_record(answer) for answer in answers]}, indent=1, ensure_ascii=False))  # noqa: T201
        elif not any(answer.reports or answer.error for answer in answers):
            print("nothing to publish; `publish` in a release names its destinations", file=sys.stderr)  # noqa: T201
    return exit_code(error for answer in answers for error in answer.errors)


def _refuse_together(given: set[str]) -> None:
    """Raise UsageError for options that do not go together."""
    if {"--dry-run", "--status"} <= given:
        raise UsageError(f"{USAGE.rstrip()}\n\n--dry-run and --status are two answers; ask for one of them")
    if "--json" in given and "--status" not in given:
        raise UsageError(f"{USAGE.rstrip()}\n\n--json is a form of --status; ask for both")


def _answer(loaded: Loaded, build: Build, run: Run, given: set[str]) -> Answer:
    """Publish one release, or look at it, and tell of each destination as it is done."""
    silent = "--json" in given
    reports: list[Report] = []
    try:
        for report in _reports(loaded, build, run, changing=not given & {"--dry-run", "--status"}):
            reports.append(report)
            if not silent:
                _tell(loaded.slug, report, given)
    except PressroomError as error:
        if not silent:
            print(visible_lines(error), file=sys.stderr)  # noqa: T201
        return Answer(slug=loaded.slug, reports=tuple(reports), error=error)
    return Answer(slug=loaded.slug, reports=tuple(reports))


def _reports(loaded: Loaded, build: Build, run: Run, *, changing: bool) -> Iterator[Report]:
    """What becomes of each destination of one release; raises ReleaseError where it cannot be published."""
    if loaded.error:
        raise loaded.error
    if not loaded.release:
        return
    kind, words = releases.read(loaded.release)
    publishing = kind.publishing(words)
    if not publishing.destinations:
        return
    if changing:
        _adopt(loaded, publishing.edition, build)
    _refuse_stale(loaded, publishing.edition, build)
    found = _content(loaded, publishing.edition, build)
    _refuse_twins(found, publishing, build)
    if changing:
        yield from release.publish(found, publishing, run, loaded.release.path)
        _adopt(loaded, publishing.edition, build)
    else:
        editions.refuse_changed(found, loaded.release.path)
        yield from release.look(found, publishing, run)


def _content(loaded: Loaded, edition: int, build: Build) -> Content:
    """What the build of a release holds for publishing."""
    files = [path for step in loaded.steps for path in made_by(step) or step.outputs]
    return content(loaded.slug, edition, build.settings.build / loaded.slug, files, build.digests.of)


def _adopt(loaded: Loaded, edition: int, build: Build) -> None:
    """Where a lock says of the torrents what they are, the step that made them would make the same again."""
    for task, step in _adoptable(loaded, edition, build).items():
        adopt(step, task, build)


def _adoptable(loaded: Loaded, edition: int, build: Build) -> dict[str, Step]:
    """The steps that only seem stale, as a lock was written that says of their torrents what they are, by their tasks."""
    if not loaded.release or not (known := lockfile.read(lockfile.beside(loaded.release.path))):
        return {}
    lock = lockfile.beside(loaded.release.path)
    steps = {f"{loaded.slug}:{step.name}": step for step in loaded.steps}
    found = {task: step for task, step in steps.items() if stands_but_for(lock, step, task, build)}
    made = editions.torrents(_content(loaded, edition, build)) if found else {}
    return found if all(known.torrents.get(label) == one for label, one in made.items()) else {}


def _refuse_stale(loaded: Loaded, edition: int, build: Build) -> None:
    """Raise ReleaseError for a release that `doit` would still work on: what is published is what was built and checked."""
    standing = set(_adoptable(loaded, edition, build))
    stale = []
    for outlook in forecast([loaded], build):
        if outlook.task in standing or (outlook.fate == "depends" and outlook.cause in standing):
            standing.add(outlook.task)
        elif outlook.fate != "fresh":
            stale.append(outlook)
    if stale:
        steps = "1 step is" if len(stale) == 1 else f"{len(stale)} steps are"
        raise ReleaseError(
            f"{loaded.slug}: is not built: {steps} to run, such as {stale[0].task}; run `doit {loaded.slug}` first"
        )


def _refuse_twins(found: Content, publishing: Publishing, build: Build) -> None:
    """Raise ReleaseError where another release has a torrent of the same name, and brings it to the same place."""
    places = {words.label for words in publishing.destinations if getattr(words, "what", "build") != "build"}
    names = {("name", one.torrent.name) for one in found.torrents} | {("label", one.title) for one in found.torrents}
    others = [one for one in releases.found(build.settings.build)[0] if places and one.slug != found.slug]
    for other in others:
        same = sorted(names & _torrent_names(build.settings.build / other.slug), reverse=True)
        if same and (both := places & _places(other)):
            told = " and ".join(f"'{name}'" for _, name in same) + f" would be there of {other.slug}, too"
            remedy = " and a ".join(f"`{word}`" for word, _ in same)
            raise ReleaseError(f"{min(both)}: {told}; give one of the torrents a {remedy} of its own")


def _torrent_names(folder: Path) -> set[tuple[str, str]]:
    """The names of a build's torrents and of their files, each with the word that it follows from; none where none is told."""
    try:
        return {(word, str(one[key])) for one in listing(folder) for word, key in (("name", "name"), ("label", "torrent"))}
    except (OSError, ValueError, KeyError, TypeError):
        return set()


def _places(found: Found) -> set[str]:
    """The labels of a release's destinations; none where it cannot be read."""
    try:
        kind, words = releases.read(found)
    except PressroomError:
        return set()
    return {one.label for one in kind.publishing(words).destinations}


def _begins(label: str, changes: int) -> None:
    """Who watches is told what may take long."""
    if sys.stderr.isatty():
        print(visible(f"  {label}: {changes} to write ..."), file=sys.stderr, flush=True)  # noqa: T201


def _tell(slug: str, report: Report, given: set[str]) -> None:
    """A line for a destination, and one for each change."""
    head = f"{slug}  {report.label}"
    if report.error:
        print(visible(f"FAILED  {slug}"), visible_lines(report.error), sep="  ", file=sys.stderr)  # noqa: T201
    elif report.skipped:
        print(visible(f"skipped  {head}: {report.skipped}"))  # noqa: T201
    elif report.kept:
        print(visible(f"kept  {head}: {_kept(report)}"))  # noqa: T201
    elif report.outcome is None:
        print(visible(f"waits  {head}: what comes before it has failed"))  # noqa: T201
    else:
        outcome = report.outcome
        note = f": {outcome.note}" if outcome.note else ""
        did = "would change" if "--dry-run" in given else "published"
        word = outcome.state if "--status" in given or not outcome.changed else did
        was = f" (was {outcome.state})" if word == "published" else f" (is {outcome.state})" if word == "would change" else ""
        print(visible(f"{word}  {head}{was}{note}"))  # noqa: T201
        if "--status" not in given:
            _tell_changes(outcome.changed, len(outcome.changed) if "--dry-run" in given else MOST_SHOWN)


def _kept(report: Report) -> str:
    """How large the payloads are that a release had before, and how to be rid of them."""
    bytes_ = sum(path.stat().st_size for folder in report.kept for path in folder.rglob("*") if path.is_file())
    count, folders = len(report.kept), " ".join(map(str, report.kept))
    return f"{count} earlier payload{'s' * (count > 1)}, {size(bytes_)}; when no client seeds them any more: rm -r {folders}"


def _record(answer: Answer) -> dict[str, object]:
    """A release in the JSON."""
    error = str(answer.error) if answer.error else None
    return {"slug": answer.slug, "error": error, "destinations": [_told(report) for report in answer.reports]}


def _told(report: Report) -> dict[str, str | None]:
    """A destination in the JSON."""
    state, note = "failed", ""
    if report.outcome:
        state, note = report.outcome.state, report.outcome.note
    elif report.skipped:
        state, note = "skipped", report.skipped
    elif report.kept:
        state, note = "kept", _kept(report)
    return {"to": report.label, "state": state, "note": note or None, "error": str(report.error) if report.error else None}


def _tell_changes(changed: Sequence[str], most: int) -> None:
    """What was changed, or would be."""
    for told in changed[:most]:
        print(visible(f"  {told}"))  # noqa: T201
    if len(changed) > most:
        print(f"  and {len(changed) - most} more")  # noqa: T201
