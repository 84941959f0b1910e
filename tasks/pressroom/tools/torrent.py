"""The torrents of a release, in one step: what several of them want of a file is hashed in one reading.

The hashes go into an intermediate file, each under the content that it follows from. The next run takes from it what still
holds, so that only files that changed are read.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pressroom.errors import ReleaseError, ToolError
from pressroom.formats import bencode, metainfo, pieces, torrentfile
from pressroom.formats import payload as rules
from pressroom.plan import HINT, OUTPUT, Step
from pressroom.tools import hashing, lockfile, notes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pressroom.formats.lock import PublishedTorrent
    from pressroom.formats.pieces import Layout, Stretch, Version
    from pressroom.plan import Work

MOST_REMEMBERED = 1 << 30
"""Bytes of hashes that are read."""
KIBIBYTE = 1 << 10


@dataclass(frozen=True, kw_only=True)
class Wish:
    """A torrent in the author's words; `files` are the paths of its payload below the build. None leaves a choice to us."""

    label: str = ""
    name: str
    version: Version = "v1"
    align: bool | None = None
    piece: int | None = None
    trackers: tuple[tuple[str, ...], ...] = ()
    webseeds: tuple[str, ...] = ()
    private: bool = False
    source: str | None = None
    comment: str | None = None
    files: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class MakeTorrents(Step):
    """Makes the torrents of a release, each with its magnet link, and torrent.json that says what they are.

    `payload` has (path below the build, file) of all that any of them holds.
    """

    wishes: tuple[Wish, ...]
    payload: tuple[tuple[str, Path], ...]
    lock: Path = field(metadata=HINT)
    torrents: tuple[Path, ...] = field(metadata=OUTPUT)
    magnets: tuple[Path, ...] = field(metadata=OUTPUT)
    listing: Path = field(metadata=OUTPUT)
    hashes: Path = field(metadata=OUTPUT)

    def run(self, work: Work) -> None:
        """Make them; raises ReleaseError for a payload that no torrent should have."""
        sources = {name: hashing.source(path) for name, path in self.payload}
        lock = lockfile.read(self.lock)
        cuts = [
            _cut(wish, output, sources, lock.earlier(wish.label, wish.version) if lock else None)
            for wish, output in zip(self.wishes, self.torrents, strict=True)
        ]
        found = self._hashes(work, sources, cuts)
        listed = []
        for cut, output, magnet in zip(cuts, self.torrents, self.magnets, strict=True):
            torrent = _worded(metainfo.hashed(cut.wish.name, cut.files, cut.layout, cut.wish.version, cut.own(found)), cut.wish)
            text = _text(torrent, output)
            if len(torrent.pieces) // metainfo.PIECE_HASH > pieces.MANY_PIECES:
                work.say(f"{output}: has more than {pieces.MANY_PIECES:,} pieces; a longer `piece` makes it smaller")
            work.beside(output).write_bytes(text)
            link = metainfo.magnet(torrent, torrentfile.read(text).hashes)
            work.beside(magnet).write_text(link + "\n", encoding="ascii")
            listed.append(_told(cut, torrent, output.name, link))
        notes.write(work, self.listing, listed if len(listed) > 1 else listed[0])

    def _hashes(self, work: Work, sources: Mapping[str, hashing.Source], cuts: Sequence[_Cut]) -> dict[Stretch, bytes]:
        """The hashes of every stretch that is due: those that are remembered, and those of what has to be read."""
        contents = [work.digest(path) for _, path in self.payload]
        due = {stretch: pieces.content_key(stretch, contents) for cut in cuts for stretch in cut.due}
        remembered = _remembered(work.earlier(self.hashes))
        unread = [stretch for stretch, key in due.items() if key not in remembered]
        read = hashing.hashes(list(sources.values()), unread, progress=work.progress)
        found = {stretch: read[stretch] if stretch in read else remembered[key] for stretch, key in due.items()}
        work.beside(self.hashes).write_bytes(bencode.encode({key: found[stretch] for stretch, key in due.items()}))
        return found


@dataclass(frozen=True, kw_only=True)
class _Cut:
    """A torrent whose files are known: `numbers` are their places in the payload of all torrents."""

    wish: Wish
    files: tuple[rules.PayloadFile, ...]
    numbers: tuple[int, ...]
    layout: Layout

    @property
    def due(self) -> list[Stretch]:
        """All that has to be hashed, by the files' places in the payload of all torrents."""
        return [self._placed(stretch) for stretch in self._stretches]

    def own(self, found: Mapping[Stretch, bytes]) -> dict[Stretch, bytes]:
        """The hashes by the files' places in this torrent."""
        return {stretch: found[self._placed(stretch)] for stretch in self._stretches}

    @property
    def _stretches(self) -> list[Stretch]:
        return list(pieces.stretches([file.size for file in self.files], self.layout, self.wish.version))

    def _placed(self, stretch: Stretch) -> Stretch:
        return stretch._replace(parts=tuple(part._replace(file=self.numbers[part.file]) for part in stretch.parts))


def _cut(wish: Wish, output: Path, sources: Mapping[str, hashing.Source], published: PublishedTorrent | None) -> _Cut:
    """How a torrent is cut; raises ReleaseError, naming its .torrent or a file, for what no torrent should be."""
    numbers = {name: number for number, name in enumerate(sources)}
    names = {tuple(name.split("/")): name for name in wish.files}
    paths = rules.ordered(names)
    files = tuple(rules.PayloadFile(path=path, size=sources[names[path]].size) for path in paths)
    sizes = [file.size for file in files]
    layout = pieces.layout(
        sizes,
        version=wish.version,
        piece=wish.piece or (published.piece_length if published else None),
        align=published.aligned if published and wish.align is None else wish.align,
        webseeds=bool(wish.webseeds),
    )
    padded = layout.aligned and wish.version != "v2"
    if problem := next(rules.mistakes(paths, portable=True, padded=padded), ""):
        raise ReleaseError(f"{output}: {problem}")
    if not any(sizes):
        raise ReleaseError(f"{output}: its payload holds no file with any bytes")
    if (count := pieces.count(sizes, layout, wish.version)) > pieces.MOST_PIECES:
        told = f"{count:,} pieces of {layout.piece_length // KIBIBYTE} KiB, and at most {pieces.MOST_PIECES:,} are made"
        raise ReleaseError(f"{output}: it would have {told}; give it a longer `piece`")
    return _Cut(wish=wish, files=files, numbers=tuple(numbers[names[path]] for path in paths), layout=layout)


def _worded(torrent: metainfo.Torrent, wish: Wish) -> metainfo.Torrent:
    """A torrent with the words that its author gave it."""
    return replace(
        torrent,
        trackers=wish.trackers,
        webseeds=wish.webseeds,
        private=wish.private,
        source=wish.source,
        comment=wish.comment,
    )


def _text(torrent: metainfo.Torrent, output: Path) -> bytes:
    """The .torrent, once it reads back as what it is to say; raises ReleaseError where clients would refuse it."""
    text = metainfo.text(torrent)
    if len(text) > metainfo.MAX_BYTES:
        told = f"{len(text):,} bytes, and clients take {metainfo.MAX_BYTES:,}"
        raise ReleaseError(f"{output}: it would have {told}; give it a longer `piece`, or fewer files")
    try:
        same = torrentfile.read(text).torrent == torrent
    except ValueError as error:
        raise ToolError(f"{output}: {error}; this is a bug in pressroom") from error
    if not same:
        raise ToolError(f"{output}: does not read back as it was written; this is a bug in pressroom")
    return text


def _told(cut: _Cut, torrent: metainfo.Torrent, name: str, link: str) -> dict[str, object]:
    """What torrent.json says of a torrent."""
    hashes = metainfo.infohashes(metainfo.info(torrent), torrent.version)
    return {
        "label": cut.wish.label or None,
        "torrent": name,
        "magnet": link,
        "infohash_v1": hashes.v1,
        "infohash_v2": hashes.v2,
        "name": torrent.name,
        "version": torrent.version,
        "piece_length": torrent.piece_length,
        "aligned": cut.layout.aligned,
        "private": torrent.private,
        "files": [{"path": "/".join(file.path), "bytes": file.size} for file in torrent.files],
        "total_size": torrent.total,
    }


def _remembered(path: Path | None) -> Mapping[bytes, bytes]:
    """The hashes of the last run by the content that they follow from; none where they cannot be read."""
    if path is None:
        return {}
    try:
        found = bencode.decode(path.read_bytes(), limit=MOST_REMEMBERED)
    except (OSError, ValueError):
        return {}
    entries = found.items() if isinstance(found, dict) else ()
    return {key: value for key, value in entries if isinstance(value, bytes)}
