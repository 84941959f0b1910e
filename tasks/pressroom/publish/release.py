"""Publishing one release: its destinations one after the other, and what is written down of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pressroom.errors import PressroomError
from pressroom.publish.content import PUBLISHED
from pressroom.publish.editions import refuse_changed, torrents, write_lock
from pressroom.publish.payload import earlier
from pressroom.publish.places import NEEDS, Places
from pressroom.publish.protocol import Outcome, bring

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pressroom.kinds.publish import Publishing
    from pressroom.publish.content import Content
    from pressroom.publish.places import Maker, Run
    from pressroom.publish.protocol import Destination, View

MOST_WRITTEN = 100
"""Changes that a line of the journal holds."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """What became of one destination: an outcome, an error, or why it was `skipped`; nothing where it was not tried.

    In place of a destination, `kept` are the folders of the payloads that a release had before.
    """

    label: str
    outcome: Outcome | None = None
    error: PressroomError | None = None
    skipped: str = ""
    kept: tuple[Path, ...] = ()


def look(content: Content, publishing: Publishing, run: Run) -> Iterator[Report]:
    """How every destination stands, and what would be changed, changing nothing; a failure is told once.

    What was published before is told of when all is current: until then, it may be what people get.
    """
    failed, states = set(), set()
    places = Places(content, publishing, run)
    yield from _skipped(places)
    for maker in places.makers():
        if maker.after not in failed:
            report = _tried(maker, _seen)
            failed |= {report.label} if report.error else set()
            states.add(report.outcome.state if report.outcome else "failed")
            yield report
    if states <= {"current"} and (kept := earlier(content)):
        yield Report(label=f"{PUBLISHED / content.slug}", kept=kept)


def publish(content: Content, publishing: Publishing, run: Run, source: Path) -> Iterator[Report]:
    """Bring a release everywhere: the payload first, then files, then the clients that share it, then what leads people there.

    What needs something that failed is not tried. Raises ReleaseError for a torrent that must not take the place of the one
    that was published.
    """
    refuse_changed(content, source)
    failed: set[str] = set()
    places = Places(content, publishing, run)
    yield from _skipped(places)
    for maker in places.makers():
        if failed & {*NEEDS[maker.rank], maker.after}:
            report = Report(label=maker.label)
        else:
            report = _tried(maker, lambda one: _brought(one, content, run, source))
        failed |= {maker.rank, maker.label} if report.outcome is None else set()
        yield report


def _skipped(places: Places) -> Iterator[Report]:
    """The destinations that have nothing to take."""
    for words in places.publishing.destinations:
        if words not in places.fitting:
            yield Report(label=words.label, skipped="the release has no torrent")


def _tried(maker: Maker, do: Callable[[Destination], Outcome]) -> Report:
    """What becomes of a destination, its error included."""
    try:
        return Report(label=maker.label, outcome=do(maker.make()))
    except PressroomError as error:
        return Report(label=maker.label, error=error)


def _seen(destination: Destination) -> Outcome:
    """How a destination stands, and what would be changed."""
    view = destination.look()
    return Outcome(state=view.state, changed=view.told, note=view.note)


def _brought(destination: Destination, content: Content, run: Run, source: Path) -> Outcome:
    """Bring one destination up to date, and write that down; the lock is written before anything is public."""

    def before(view: View) -> None:
        write_lock(content, source, frozen=run.frozen)
        run.begins(destination.label, len(view.told))

    outcome = bring(destination, before)
    write_lock(content, source, frozen=run.frozen)  # where all was there already, and the lock was lost
    last = run.journal.last(content.slug, destination.label)
    if outcome.changed or (destination.digest and last != destination.digest):
        record = {
            "release": content.slug,
            "edition": content.edition,
            "to": destination.label,
            "content": destination.digest,
            "torrents": {label: [one.infohash_v1, one.infohash_v2] for label, one in torrents(content).items()},
            "was": outcome.state,
            "changed": outcome.changed[:MOST_WRITTEN],
            "changes": len(outcome.changed),
        }
        run.journal.append(record)
    return outcome
