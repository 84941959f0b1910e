"""Publishing one release: what goes where, in which order, and what is written down of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from pressroom.errors import MachineError, PressroomError, ReleaseError, UsageError
from pressroom.formats import identifiers
from pressroom.formats import lock as locks
from pressroom.formats.lock import Lock, PublishedTorrent
from pressroom.kinds.publish import S3, Folder, QBittorrent, Rsync, Webseed, secrets_of
from pressroom.publish.content import PUBLISHED, listing, text_entry
from pressroom.publish.files import put, refuse_own
from pressroom.publish.folder import FolderFiles
from pressroom.publish.journal import Journal
from pressroom.publish.payload import Payload
from pressroom.publish.protocol import Outcome, bring
from pressroom.publish.qbittorrent import Seeding
from pressroom.publish.rsync import RsyncFiles
from pressroom.publish.s3 import S3Files
from pressroom.publish.webseed import Webseeds
from pressroom.publish.webui import WebUi
from pressroom.tools import lockfile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pressroom.formats.secretname import SecretName
    from pressroom.kinds.publish import Destination as Words
    from pressroom.kinds.publish import Publishing
    from pressroom.publish.content import Content
    from pressroom.publish.protocol import Destination
    from pressroom.publish.secret import Secret, Secrets

JOURNAL = PUBLISHED / "journal.jsonl"
Rank = Literal["payload", "files", "web", "clients", "pointers"]
RANKS: tuple[Rank, ...] = get_args(Rank)
"""The order of publishing: what is served, files, a look at the web, clients, what leads people to the files."""
MOST_WRITTEN = 100
"""Changes that a line of the journal holds."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """What the releases of one run share: secrets, digests of files, and one client for each Web UI."""

    root: Path
    build: Path = Path("build")
    secrets: Secrets
    digest_of: Callable[[Path], str | None]
    frozen: bool = False
    """Whether no lock may change."""
    clients: dict[str, WebUi] = field(default_factory=dict)
    journal: Journal = field(default_factory=lambda: Journal(JOURNAL))


@dataclass(frozen=True, kw_only=True)
class Report:
    """What became of one destination: an outcome, or an error; neither where it was not tried."""

    label: str
    outcome: Outcome | None = None
    error: PressroomError | None = None


def look(content: Content, publishing: Publishing, run: Run) -> Iterator[Report]:
    """How every destination stands, and what would be changed, changing nothing; a failure is told once."""
    failed = set()
    for maker in (maker for rank in _ranks(content, publishing, run) for maker in rank if maker.after not in failed):
        report = _tried(maker, _seen)
        failed |= {report.label} if report.error else set()
        yield report


def publish(content: Content, publishing: Publishing, run: Run, source: Path) -> Iterator[Report]:
    """Bring a release everywhere: the payload first, then files, then the clients that share it, then what leads people there.

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


def refused(source: Path, edition: int, folder: Path) -> str:
    """Why the torrents that stand in a build's folder will not be published; nothing where they will."""
    known = lockfile.read(lockfile.beside(source))
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
    known = lockfile.read(lockfile.beside(source))
    if not known or not known.torrents or edition > known.edition:
        return ""
    if edition < known.edition:
        return f"{source}: {locks.refusal(known, edition, {})}"
    return f"{source}: edition {known.edition} is published; if its torrent becomes another, raise `edition`"


def refuse_changed(content: Content, source: Path) -> None:
    """Raise ReleaseError where the torrents are others than those that were published as this edition."""
    known = lockfile.read(lockfile.beside(source))
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
    after: str = ""
    """The label of its first part, where it is the second one."""


def _ranks(content: Content, publishing: Publishing, run: Run) -> list[list[_Maker]]:
    """The destinations in the order in which they may be brought up to date: each rank needs those before it."""
    ranks: list[list[_Maker]] = [[] for _ in RANKS]
    if any(isinstance(words, QBittorrent) or getattr(words, "what", "") == "payload" for words in publishing.destinations):
        for served in {one.folder: one for one in content.torrents}.values():
            payload = Payload(served, run.digest_of)
            ranks[RANKS.index("payload")].append(_Maker(label=payload.label, make=partial(_same, payload)))
    for words in publishing.destinations:
        for rank, maker in _makers(words, content, publishing, run):
            ranks[RANKS.index(rank)].append(maker)
    return ranks


def _same(payload: Payload) -> Destination:
    """What is there already."""
    return payload


def _makers(words: Words, content: Content, publishing: Publishing, run: Run) -> Iterator[tuple[Rank, _Maker]]:
    """What makes a destination, and its rank; one that holds files has two parts, as what leads to them goes last."""
    label = words.label
    if isinstance(words, QBittorrent):
        yield "clients", _Maker(label=label, make=partial(_seeding, words, content, run))
    elif isinstance(words, Webseed):
        yield "web", _Maker(label=label, make=partial(_webseeds, words, content))
    elif words.what == "torrent":
        yield "clients", _Maker(label=label, make=partial(_files, words, label, content, publishing, run, pointers=None))
    else:
        yield "files", _Maker(label=label, make=partial(_files, words, label, content, publishing, run, pointers=False))
        if any(entry.pointer for entry in content.chosen(words.what)):
            make = partial(_files, words, f"{label}, pointers", content, publishing, run, pointers=True)
            yield "pointers", _Maker(label=f"{label}, pointers", make=make, after=label)


def _files(
    words: Folder | Rsync | S3, label: str, content: Content, publishing: Publishing, run: Run, *, pointers: bool | None
) -> Destination:
    """A destination that holds files, or its part that does or does not lead to others; raises ReleaseError."""
    if words.what != "build":
        _refuse_without_torrent(label, content)
    secrets = _revealed(words, run) if isinstance(words, Folder) else ()
    entries = [entry for entry in content.chosen(words.what, secrets) if pointers in (None, entry.pointer)]
    last = run.journal.last(content.slug, label)
    if isinstance(words, Rsync):
        names = {name for one in publishing.destinations for name in secrets_of(one)}
        return RsyncFiles(words, label, entries, last, environment=run.secrets.environment(names))
    if isinstance(words, S3):
        keys = (_secret(words, words.access_key, run), _secret(words, words.secret_key, run))
        return S3Files(words, label, entries, last, keys=keys)
    folder = Path(words.path).expanduser()
    refuse_own(folder, run.root, run.build)
    return FolderFiles(label, folder, entries, last, digest_of=run.digest_of, watched=words.what == "torrent")


def _seeding(words: QBittorrent, content: Content, run: Run) -> Destination:
    """A client that seeds; raises ReleaseError."""
    _refuse_without_torrent(words.label, content)
    return Seeding(words, content, _client(words, run), root=run.root, trackers=_revealed(words, run))


def _webseeds(words: Webseed, content: Content) -> Destination:
    """A look at the web; raises ReleaseError."""
    _refuse_without_torrent(words.label, content)
    return Webseeds(words, content.torrents)


def _refuse_without_torrent(label: str, content: Content) -> None:
    """Raise ReleaseError for a release without a torrent, where a destination takes that alone."""
    if not content.torrents:
        raise ReleaseError(f"{label}: {content.slug} has no torrent; give it a `torrent`, or a `publish` of its own")


def _revealed(words: Folder | QBittorrent, run: Run) -> list[str]:
    """The announce addresses that are secrets; raises ReleaseError, which does not repeat it, for what is none."""
    found = [_secret(words, name, run).reveal() for name in words.trackers]
    for name, one in zip(words.trackers, found, strict=True):
        try:
            identifiers.announce(one)
        except ValueError as error:
            raise ReleaseError(f"{words.label}: {name}: expected {error}") from None
    return found


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
    return Outcome(state=view.state, changed=view.told, note=view.note)


def _brought(destination: Destination, content: Content, run: Run, source: Path) -> Outcome:
    """Bring one destination up to date, and write that down; the lock is written before anything is public."""
    outcome = bring(destination, before=lambda _: _write_lock(content, run, source))
    _write_lock(content, run, source)  # where all was there already, and the lock was lost
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


def _write_lock(content: Content, run: Run, source: Path) -> None:
    """Write down which torrents are published; nothing where the lock says so already, or there are none."""
    found, known = torrents(content), lockfile.read(lockfile.beside(source))
    lock = locks.locked(known or Lock(edition=content.edition), content.edition, found)
    if not found or lock == known:
        return
    path = lockfile.beside(source)
    if run.frozen:
        raise UsageError(f"{path}: would change, and --locked forbids that")
    put(path, text_entry(path.name, locks.text(lock).encode()))
