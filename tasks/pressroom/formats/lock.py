"""What has been made public and must not change by itself: `<slug>.lock.json` beside a release."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from pressroom.formats import facts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pressroom.formats.pieces import Version


@dataclass(frozen=True, kw_only=True)
class PublishedTorrent:
    """A torrent as it was published: its hashes, and how it was cut, so that an improved table does not change them."""

    piece_length: int
    aligned: bool
    infohash_v1: str | None = None
    infohash_v2: str | None = None

    @property
    def version(self) -> Version:
        """What it is, by the hashes that it has."""
        return "hybrid" if self.infohash_v1 and self.infohash_v2 else "v2" if self.infohash_v2 else "v1"


@dataclass(frozen=True, kw_only=True)
class Lock:
    """The lock of a release: its edition, and the torrents by their labels, of which one without has an empty one."""

    edition: int
    torrents: dict[str, PublishedTorrent] = field(default_factory=dict)

    def earlier(self, label: str, version: Version) -> PublishedTorrent | None:
        """What was published as a torrent: under its label, or as the only one, of the same version, which had none."""
        only = self.torrents.get("") if len(self.torrents) == 1 else None
        return self.torrents.get(label) or (only if only and only.version == version else None)


def read(written: bytes) -> Lock:
    """The lock that a JSON text carries; raises ValueError."""
    try:
        return facts.from_json(Lock, written)
    except ValueError as error:
        raise ValueError("it is not as pressroom wrote it") from error


def text(lock: Lock) -> str:
    """The lock as JSON."""
    return json.dumps(asdict(lock), indent=1, sort_keys=True) + "\n"


def refusal(lock: Lock, edition: int, torrents: Mapping[str, PublishedTorrent]) -> str:
    """Why these torrents must not be published over those of the lock; nothing where they may."""
    if edition > lock.edition:
        return ""
    if edition < lock.edition:
        return f"edition {lock.edition} is published already, and this is edition {edition}; {_raised(lock.edition)}"
    changed = [label for label, old in lock.torrents.items() if any(_hashes(old)) and _replaced(lock, label, torrents)]
    which = ", ".join(f"the torrent '{label}'" if label else "the torrent" for label in changed)
    told = f"the one published as edition {edition}; raise `edition` to publish it, or take the change back"
    return f"{which} is another than {told}" if changed else ""


def _replaced(lock: Lock, label: str, torrents: Mapping[str, PublishedTorrent]) -> bool:
    """Whether another torrent takes the place of a published one: of its label, or of the only one, which had none."""
    old = lock.torrents[label]
    if label in torrents:
        return _hashes(torrents[label]) != _hashes(old)
    only = not label and len(lock.torrents) == 1
    same = [made for made in torrents.values() if only and made.version == old.version]
    return bool(same) and all(_hashes(made) != _hashes(old) for made in same)


def _raised(edition: int) -> str:
    return f"say `edition: {edition}`, or `edition: {edition + 1}` to publish other bytes"


def locked(lock: Lock, edition: int, torrents: Mapping[str, PublishedTorrent]) -> Lock:
    """The lock once these torrents are published; of the same edition, those that are not made any more stay in it."""
    kept = lock.torrents if edition == lock.edition else {}
    return Lock(edition=edition, torrents=dict(sorted({**kept, **torrents}.items())))


def _hashes(torrent: PublishedTorrent) -> tuple[str | None, str | None]:
    return torrent.infohash_v1, torrent.infohash_v2
