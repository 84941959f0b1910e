"""What was published of a release and must stay as it is, until its edition is raised."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pressroom.errors import ReleaseError, UsageError
from pressroom.formats import lock as locks
from pressroom.formats.lock import Lock, PublishedTorrent
from pressroom.publish.content import listing, text_entry
from pressroom.publish.files import put
from pressroom.tools import lockfile

if TYPE_CHECKING:
    from pathlib import Path

    from pressroom.publish.content import Content


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


def write_lock(content: Content, source: Path, *, frozen: bool) -> None:
    """Write down which torrents are published; nothing where the lock says so already, or there are none.

    Raises UsageError for a lock that is `frozen` and would change.
    """
    found, known = torrents(content), lockfile.read(lockfile.beside(source))
    lock = locks.locked(known or Lock(edition=content.edition), content.edition, found)
    if not found or lock == known:
        return
    path = lockfile.beside(source)
    if frozen:
        raise UsageError(f"{path}: would change, and --locked forbids that")
    put(path, text_entry(path.name, locks.text(lock).encode()))
