"""What has been made public and must not change by itself: `<slug>.lock.json` beside a release."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class PublishedTorrent:
    """How a torrent was cut when it was published, so that an improved table does not change its info hash."""

    piece_length: int
    aligned: bool


@dataclass(frozen=True, kw_only=True)
class Lock:
    """The lock of a release: its torrents by their labels, of which one without has an empty one."""

    torrents: dict[str, PublishedTorrent] = field(default_factory=dict)
