"""The destinations of a release, made from its words, in the order in which they may be brought up to date."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from pressroom.errors import MachineError, ReleaseError
from pressroom.formats import identifiers
from pressroom.kinds.publish import S3, Folder, QBittorrent, Rsync, Webseed, secrets_of
from pressroom.publish.content import PUBLISHED
from pressroom.publish.files import refuse_own
from pressroom.publish.folder import FolderFiles
from pressroom.publish.journal import Journal
from pressroom.publish.payload import Payload
from pressroom.publish.qbittorrent import Seeding
from pressroom.publish.rsync import RsyncFiles
from pressroom.publish.s3 import S3Files
from pressroom.publish.webseed import Webseeds
from pressroom.publish.webui import WebUi

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pressroom.formats.secretname import SecretName
    from pressroom.kinds.publish import Destination as Words
    from pressroom.kinds.publish import Publishing
    from pressroom.publish.content import Content
    from pressroom.publish.protocol import Destination
    from pressroom.tools.secret import Secret, Secrets

JOURNAL = PUBLISHED / "journal.jsonl"
Rank = Literal["payload", "files", "web", "clients", "pointers"]
RANKS: tuple[Rank, ...] = get_args(Rank)
"""The order of publishing: what is served, files, a look at the web, clients, what leads people to the files."""
NEEDS: Mapping[Rank, tuple[Rank, ...]] = {
    "payload": (),
    "files": ("payload",),
    "web": ("payload", "files"),
    "clients": ("payload", "files", "web"),
    "pointers": ("payload", "web"),
}
"""What is not tried where another rank has failed. What leads people to the files of a place needs these, too, and not those of
other places: else a server that is off would leave new files under old lists everywhere."""


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
    begins: Callable[[str, int], None] = lambda _label, _changes: None
    """Is told of a destination that will be written to, and how many changes that takes."""


@dataclass(frozen=True, kw_only=True)
class Maker:
    """A destination that is made when its turn has come: making it may read secrets, or find that they are missing."""

    label: str
    rank: Rank
    make: Callable[[], Destination]
    """Raises ReleaseError or MachineError."""
    after: str = ""
    """The label of its first part, where it is the second one."""


@dataclass(frozen=True)
class Places:
    """The destinations of one release in one run."""

    content: Content
    publishing: Publishing
    run: Run

    def makers(self) -> list[Maker]:
        """The destinations in the order of their ranks."""
        makers = [*self._payloads(), *(maker for words in self.fitting for maker in self._makers(words))]
        return sorted(makers, key=lambda maker: RANKS.index(maker.rank))

    @property
    def fitting(self) -> tuple[Words, ...]:
        """The destinations without those that take a torrent alone, where there is none; all, where none would be left."""
        every = self.publishing.destinations
        if self.content.torrents:
            return every
        return tuple(words for words in every if _what(words) == "build") or every

    def _payloads(self) -> Iterator[Maker]:
        """The copies that clients serve, and that other places are filled from."""
        if any(isinstance(words, QBittorrent) or _what(words) == "payload" for words in self.fitting):
            for served in {one.folder: one for one in self.content.torrents}.values():
                make = partial(Payload, served, self.run.digest_of)
                yield Maker(label=f"payload {served.folder}", rank="payload", make=make)

    def _makers(self, words: Words) -> Iterator[Maker]:
        """A destination; one that holds files has two parts, as what leads to them goes last."""
        label = words.label
        if isinstance(words, QBittorrent):
            yield Maker(label=label, rank="clients", make=partial(self._seeding, words))
        elif isinstance(words, Webseed):
            yield Maker(label=label, rank="web", make=partial(self._webseeds, words))
        elif words.what == "torrent":
            yield Maker(label=label, rank="clients", make=partial(self._files, words, label, pointers=None))
        else:
            yield Maker(label=label, rank="files", make=partial(self._files, words, label, pointers=False))
            if any(entry.pointer for entry in self.content.chosen(words.what)):
                second = f"{label}, pointers"
                make = partial(self._files, words, second, pointers=True)
                yield Maker(label=second, rank="pointers", make=make, after=label)

    def _files(self, words: Folder | Rsync | S3, label: str, *, pointers: bool | None) -> Destination:
        """A destination that holds files, or its part that does or does not lead to others."""
        if words.what != "build":
            self._refuse_without_torrent(label)
        secrets = self._revealed(words) if isinstance(words, Folder) else ()
        entries = [entry for entry in self.content.chosen(words.what, secrets) if pointers in (None, entry.pointer)]
        last = self.run.journal.last(self.content.slug, label)
        if isinstance(words, Rsync):
            names = {name for one in self.publishing.destinations for name in secrets_of(one)}
            return RsyncFiles(words, label, entries, last, environment=self.run.secrets.environment(names))
        if isinstance(words, S3):
            keys = (self._secret(words, words.access_key), self._secret(words, words.secret_key))
            return S3Files(words, label, entries, last, keys=keys)
        folder = Path(words.path).expanduser()
        refuse_own(folder, self.run.root, self.run.build)
        if not os.path.lexists(folder.parent):
            raise MachineError(f"{label}: {folder.parent}: no such folder; make it, or mount its disk")
        return FolderFiles(label, folder, entries, last, digest_of=self.run.digest_of, watched=words.what == "torrent")

    def _seeding(self, words: QBittorrent) -> Destination:
        """A client that seeds."""
        self._refuse_without_torrent(words.label)
        return Seeding(words, self.content, self._client(words), root=self.run.root, trackers=self._revealed(words))

    def _webseeds(self, words: Webseed) -> Destination:
        """A look at the web."""
        self._refuse_without_torrent(words.label)
        return Webseeds(words, self.content.torrents)

    def _refuse_without_torrent(self, label: str) -> None:
        """Raise ReleaseError for a release without a torrent, where all destinations take that alone."""
        slug = self.content.slug
        if not self.content.torrents:
            raise ReleaseError(f"{label}: {slug} has no torrent; give it a `torrent`, or a `publish` of its own")

    def _revealed(self, words: Folder | QBittorrent) -> list[str]:
        """The announce addresses that are secrets; raises ReleaseError, which does not repeat it, for what is none."""
        found = [self._secret(words, name).reveal() for name in words.trackers]
        for name, one in zip(words.trackers, found, strict=True):
            try:
                identifiers.announce(one)
            except ValueError as error:
                raise ReleaseError(f"{words.label}: {name}: expected {error}") from None
        return found

    def _secret(self, words: Words, name: SecretName) -> Secret:
        """A secret; where it cannot be had, the error says for what it was needed."""
        try:
            return self.run.secrets.get(name)
        except (ReleaseError, MachineError) as error:
            raise type(error)(f"{words.label}: {error}") from None

    def _client(self, words: QBittorrent) -> WebUi:
        """One client for each Web UI and user, so that a run logs in once."""
        key, clients = f"{words.url} {words.user}", self.run.clients
        if key not in clients:
            user, password = (self._secret(words, name) if name else None for name in (words.user, words.password))
            clients[key] = WebUi(words.label, words.url, user, password)
        return clients[key]


def _what(words: Words) -> str:
    """What a destination takes; of one that holds no files, nothing."""
    return "" if isinstance(words, (QBittorrent, Webseed)) else words.what
