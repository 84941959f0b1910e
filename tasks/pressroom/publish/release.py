"""Publishing one release: what goes where, in which order, and what is written down of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from pressroom.errors import MachineError, PressroomError, ReleaseError, UsageError
from pressroom.formats import lock as locks
from pressroom.formats.lock import Lock, PublishedTorrent
from pressroom.kinds.publish import S3, Folder, QBittorrent, Rsync
from pressroom.publish import journal
from pressroom.publish.content import PUBLISHED, listing, text_entry
from pressroom.publish.files import put
from pressroom.publish.folder import FolderFiles
from pressroom.publish.payload import Payload
from pressroom.publish.protocol import Outcome, bring
from pressroom.publish.qbittorrent import Seeding
from pressroom.publish.rsync import RsyncFiles
from pressroom.publish.s3 import S3Files
from pressroom.publish.webseed import Webseeds
from pressroom.publish.webui import WebUi

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pressroom.formats.secretname import SecretName
    from pressroom.kinds.publish import Destination as Words
    from pressroom.kinds.publish import Publishing
    from pressroom.publish.content import Content
    from pressroom.publish.protocol import Destination
    from pressroom.publish.secret import Secret, Secrets

JOURNAL = PUBLISHED / "journal.jsonl"
MOST_WRITTEN = 100
"""Changes that a line of the journal holds."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """What the releases of one run share: secrets, digests of files, and one client for each Web UI."""

    root: Path
    secrets: Secrets
    digest_of: Callable[[Path], str | None]
    frozen: bool = False
    """Whether no lock may change."""
    clients: dict[str, WebUi] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Report:
    """What became of one destination: an outcome, or an error; neither where it was not tried."""

    label: str
    outcome: Outcome | None = None
    error: PressroomError | None = None


def look(content: Content, publishing: Publishing, run: Run) -> Iterator[Report]:
    """How every destination stands, and what would be changed, changing nothing."""
    for rank in _ranks(content, publishing, run):
        for make in rank:
            yield _tried(make, _seen)


def publish(content: Content, publishing: Publishing, run: Run, source: Path) -> Iterator[Report]:
    """Bring a release everywhere: the payload first, then files, then what lets people find them.

    Where something failed, what comes after it is not tried. Raises ReleaseError for a torrent that must not take the place
    of the one that was published.
    """
    refuse_changed(content, source)
    failed = False
    for rank in _ranks(content, publishing, run):
        if failed:
            yield from (Report(label=make.label) for make in rank)
            continue
        reports = [_tried(make, lambda one: _brought(one, content, run, source)) for make in rank]
        yield from reports
        failed = any(report.error for report in reports)


def lock_of(source: Path) -> Path:
    """Where the lock of a release lies: beside its YAML file."""
    return source.with_suffix(".lock.json")


def read_lock(source: Path) -> Lock | None:
    """What was published of a release; None where nothing was. Raises ReleaseError for a lock that cannot be read."""
    path = lock_of(source)
    try:
        return locks.read(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise ReleaseError(f"{path}: cannot be read ({error}); take it from your version control again") from error


def refused(source: Path, edition: int, folder: Path) -> str:
    """Why the torrents that stand in a build's folder will not be published; nothing where they will."""
    known = read_lock(source)
    made = {
        one["label"] or "": PublishedTorrent(
            piece_length=one["piece_length"],
            aligned=one["aligned"],
            infohash_v1=one["infohash_v1"],
            infohash_v2=one["infohash_v2"],
        )
        for one in listing(folder)
    }
    problem = locks.refusal(known, edition, made) if known else ""
    return f"{source}: {problem}" if problem else ""


def warning(source: Path, edition: int) -> str:
    """What to expect where torrents are going to be made again; nothing where that is an edition of its own."""
    known = read_lock(source)
    if not known or not known.torrents or edition > known.edition:
        return ""
    if edition < known.edition:
        return f"{source}: {locks.refusal(known, edition, {})}"
    return f"{source}: edition {known.edition} is published; if its torrent becomes another, raise `edition`"


def refuse_changed(content: Content, source: Path) -> None:
    """Raise ReleaseError where the torrents are others than those that were published as this edition."""
    known = read_lock(source)
    if known and (problem := locks.refusal(known, content.edition, torrents(content))):
        raise ReleaseError(f"{source}: {problem}")


def torrents(content: Content) -> dict[str, PublishedTorrent]:
    """The torrents as a lock holds them."""
    return {
        one.label: PublishedTorrent(
            piece_length=one.torrent.piece_length,
            aligned=one.aligned,
            infohash_v1=one.hashes.v1,
            infohash_v2=one.hashes.v2,
        )
        for one in content.torrents
    }


@dataclass(frozen=True, kw_only=True)
class _Maker:
    """A destination that is made when its turn has come: making it may read secrets, or find that they are missing."""

    label: str
    make: Callable[[], Destination]


def _ranks(content: Content, publishing: Publishing, run: Run) -> list[list[_Maker]]:
    """The destinations in the order in which they may be brought up to date: each rank needs those before it."""
    last = journal.last_digests(JOURNAL, content.slug)
    ranks: list[list[_Maker]] = [[], [], [], []]
    if any(isinstance(words, QBittorrent) or getattr(words, "what", "") == "payload" for words in publishing.destinations):
        for served in {one.folder: one for one in content.torrents}.values():
            payload = Payload(served, run.digest_of)
            ranks[0].append(_Maker(label=payload.label, make=partial(_same, payload)))
    for words in publishing.destinations:
        maker = _Maker(label=words.label, make=partial(_destination, words, content, run, last))
        ranks[_rank(words)].append(maker)
    return ranks


def _same(payload: Payload) -> Destination:
    """What is there already."""
    return payload


def _rank(words: Words) -> int:
    """1: files; 2: a look at the web; 3: clients, which make torrents public."""
    if isinstance(words, QBittorrent) or getattr(words, "what", "") == "torrent":
        return 3
    return 1 if isinstance(words, (Folder, Rsync, S3)) else 2


def _destination(words: Words, content: Content, run: Run, last: dict[str, str]) -> Destination:
    """The destination that the words describe; raises ReleaseError where a secret is missing, or the torrent that it takes."""
    known = last.get(words.label, "")
    if not content.torrents and getattr(words, "what", "torrent") != "build":
        raise ReleaseError(f"{words.label}: {content.slug} has no torrent; give it a `torrent`, or a `publish` of its own")
    if isinstance(words, Folder):
        entries = content.chosen(words.what, _revealed(words, run))
        return FolderFiles(words, entries, known, root=run.root, digest_of=run.digest_of)
    if isinstance(words, Rsync):
        return RsyncFiles(words, content.chosen(words.what), known, environment=run.secrets.environment())
    if isinstance(words, S3):
        keys = (_secret(words, words.access_key, run), _secret(words, words.secret_key, run))
        return S3Files(words, content.chosen(words.what), known, keys=keys)
    if isinstance(words, QBittorrent):
        trackers = _revealed(words, run)
        return Seeding(words, content, _client(words, run), root=run.root, trackers=trackers)
    return Webseeds(words, content.torrents)


def _revealed(words: Folder | QBittorrent, run: Run) -> list[str]:
    """The announce addresses that are secrets."""
    return [_secret(words, name, run).reveal() for name in words.trackers]


def _secret(words: Words, name: SecretName, run: Run) -> Secret:
    """A secret; where it cannot be had, the error says for what it was needed."""
    try:
        return run.secrets.get(name)
    except (ReleaseError, MachineError) as error:
        raise type(error)(f"{words.label}: {error}") from None


def _client(words: QBittorrent, run: Run) -> WebUi:
    """One client for each Web UI and user, so that a run logs in once."""
    key = f"{words.url} {words.user}"
    if key not in run.clients:
        user, password = (_secret(words, name, run) if name else None for name in (words.user, words.password))
        run.clients[key] = WebUi(words.label, words.url, user, password)
    return run.clients[key]


def _tried(maker: _Maker, do: Callable[[Destination], Outcome]) -> Report:
    """What becomes of a destination, its error included."""
    try:
        return Report(label=maker.label, outcome=do(maker.make()))
    except PressroomError as error:
        return Report(label=maker.label, error=error)


def _seen(destination: Destination) -> Outcome:
    """How a destination stands, and what would be changed."""
    view = destination.look()
    return Outcome(state=view.state, changed=tuple(change.told for change in view.changes), note=view.note)


def _brought(destination: Destination, content: Content, run: Run, source: Path) -> Outcome:
    """Bring one destination up to date, and write that down; the lock is written before anything is public."""
    outcome = bring(destination, before=lambda _: _write_lock(content, run, source))
    last = journal.last_digests(JOURNAL, content.slug).get(destination.label)
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
        journal.append(JOURNAL, record)
    return outcome


def _write_lock(content: Content, run: Run, source: Path) -> None:
    """Write down which torrents are published; nothing where the lock says so already, or there are none."""
    found, known = torrents(content), read_lock(source)
    lock = locks.locked(known or Lock(edition=content.edition), content.edition, found)
    if not found or lock == known:
        return
    path = lock_of(source)
    if run.frozen:
        raise UsageError(f"{path}: would change, and --locked forbids that")
    put(path, text_entry(path.name, locks.text(lock).encode()))
