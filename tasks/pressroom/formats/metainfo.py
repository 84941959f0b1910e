"""What a .torrent says, and the one text that says it; reading one is in `torrentfile.py`.

v1 is BEP 3, v2 is BEP 52, and a hybrid is both; BEP 47 has the padding, BEP 12 tiers of trackers, BEP 19 web seeds, BEP 27
private torrents. The text is canonical: no date, no program's name, files in the order of the raw bytes of their paths'
parts. So the same payload and words give the same bytes.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from pressroom.formats import bencode, merkle, payload, pieces

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pressroom.formats.pieces import Version

MAX_BYTES = 8 << 20
"""Of a .torrent: clients refuse larger ones."""
PIECE_HASH = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class TorrentFile(payload.PayloadFile):
    """A file of a torrent; `layer` are the v2 hashes of its pieces, or its root alone where one piece holds it."""

    layer: bytes = b""


@dataclass(frozen=True, kw_only=True)
class Torrent:
    """A torrent: `pieces` are its v1 hashes, 20 bytes each.

    `padding` counts the zeros before each file, and after the last one; it is empty where there are none. A `single` file
    is the torrent's own name. `trackers` are tiers.
    """

    name: str
    version: Version
    piece_length: int
    files: tuple[TorrentFile, ...]
    pieces: bytes = b""
    padding: tuple[int, ...] = ()
    single: bool = False
    trackers: tuple[tuple[str, ...], ...] = ()
    webseeds: tuple[str, ...] = ()
    private: bool = False
    source: str | None = None
    comment: str | None = None

    @property
    def total(self) -> int:
        """The bytes of all files, without padding."""
        return sum(file.size for file in self.files)


@dataclass(frozen=True, kw_only=True)
class InfoHashes:
    """What names a torrent: the SHA-1 (v1) and SHA-256 (v2) of its info dictionary in hex, None for a version that it lacks."""

    v1: str | None
    v2: str | None


def hashed(
    name: str, files: Sequence[payload.PayloadFile], cut: pieces.Layout, version: Version, found: Mapping[pieces.Stretch, bytes]
) -> Torrent:
    """The torrent of files in their order, from what has been `found` of all that `pieces.stretches` asks for."""
    sizes = [file.size for file in files]
    v1 = pieces.v1_stretches(sizes, cut) if version != "v2" else ()
    layers = [pieces.v2_stretches(file, size, cut.piece_length) if version != "v1" else () for file, size in enumerate(sizes)]
    zeros = pieces.padding(sizes, cut.piece_length) if cut.aligned and version != "v2" else ()
    return Torrent(
        name=name,
        version=version,
        piece_length=cut.piece_length,
        files=tuple(
            TorrentFile(path=file.path, size=file.size, layer=b"".join(found[one] for one in layer))
            for file, layer in zip(files, layers, strict=True)
        ),
        pieces=b"".join(found[one] for one in v1),
        padding=(*zeros, 0) if any(zeros) else (),
        single=[file.path for file in files] == [(name,)],
    )


def text(torrent: Torrent) -> bytes:
    """The .torrent of a torrent."""
    said: dict[bytes, bencode.Value] = {b"info": _info(torrent)}
    if torrent.trackers:
        said[b"announce"] = torrent.trackers[0][0].encode()
    if sum(map(len, torrent.trackers)) > 1:
        said[b"announce-list"] = tuple(_texts(tier) for tier in torrent.trackers)
    if torrent.webseeds:
        said[b"url-list"] = _texts(torrent.webseeds)
    if torrent.comment is not None:
        said[b"comment"] = torrent.comment.encode()
    if torrent.version != "v1":
        layered = [file for file in torrent.files if file.size > torrent.piece_length]
        said[b"piece layers"] = {root(file, torrent.piece_length): file.layer for file in layered}
    return bencode.encode(said)


def info(torrent: Torrent) -> bytes:
    """The part that the info hashes are taken of."""
    return bencode.encode(_info(torrent))


def infohashes(info: bytes, version: Version) -> InfoHashes:
    """What names a torrent with this info dictionary (BEP 3, "info_hash"; BEP 52, "infohash")."""
    return InfoHashes(
        v1=hashlib.sha1(info, usedforsecurity=False).hexdigest() if version != "v2" else None,
        v2=hashlib.sha256(info).hexdigest() if version != "v1" else None,
    )


def magnet(torrent: Torrent, hashes: InfoHashes) -> str:
    """The magnet link of a torrent (BEP 9, "magnet URI format"; BEP 52, "Upgrade Path").

    That of a private torrent names no tracker: its address may be a secret.
    """
    names = [f"urn:btih:{hashes.v1}"] * bool(hashes.v1) + [f"urn:btmh:1220{hashes.v2}"] * bool(hashes.v2)
    pairs = [("xt", name) for name in names]
    trackers = [] if torrent.private else [url for tier in torrent.trackers for url in tier]
    said = [("dn", torrent.name), *(("tr", url) for url in trackers), *(("ws", url) for url in torrent.webseeds)]
    pairs += [(key, quote(value, safe="")) for key, value in said]
    return "magnet:?" + "&".join(f"{key}={value}" for key, value in pairs)


def root(file: TorrentFile, piece_length: int) -> bytes:
    """A file's `pieces root` (BEP 52, "file tree"); nothing for an empty one."""
    return merkle.root(file.layer, blocks=piece_length // merkle.BLOCK)


def _info(torrent: Torrent) -> Mapping[bytes, bencode.Value]:
    """The info dictionary."""
    said: dict[bytes, bencode.Value] = {b"name": torrent.name.encode(), b"piece length": torrent.piece_length}
    if torrent.version != "v2":
        said[b"pieces"] = torrent.pieces
        if torrent.single:
            said[b"length"] = torrent.files[0].size
        else:
            said[b"files"] = _listed(torrent)
    if torrent.version != "v1":
        said[b"meta version"] = 2
        said[b"file tree"] = _tree(torrent.files, torrent.piece_length)
    if torrent.private:
        said[b"private"] = 1
    if torrent.source is not None:
        said[b"source"] = torrent.source.encode()
    return said


def _listed(torrent: Torrent) -> tuple[bencode.Value, ...]:
    """The v1 list of files, with what pads them."""
    listed: list[bencode.Value] = []
    *before, after = torrent.padding or (0,) * (len(torrent.files) + 1)
    for file, zeros in zip(torrent.files, before, strict=True):
        listed += (*_pad(zeros), {b"length": file.size, b"path": _texts(file.path)})
    return (*listed, *_pad(after))


def _pad(zeros: int) -> list[bencode.Value]:
    """A file that is nothing but padding (BEP 47, "attr": p)."""
    path = (payload.PADDING.encode(), str(zeros).encode())
    return [{b"attr": b"p", b"length": zeros, b"path": path}] if zeros else []


def _tree(files: Sequence[TorrentFile], piece_length: int, depth: int = 0) -> Mapping[bytes, bencode.Value]:
    """The v2 tree of files that lie in one folder of so many parts."""
    below: dict[str, list[TorrentFile]] = {}
    for file in files:
        below.setdefault(file.path[depth], []).append(file)
    return {
        name.encode(): _leaf(found[0], piece_length)
        if len(found[0].path) == depth + 1
        else _tree(found, piece_length, depth + 1)
        for name, found in below.items()
    }


def _leaf(file: TorrentFile, piece_length: int) -> Mapping[bytes, bencode.Value]:
    """A file in the v2 tree."""
    rooted: dict[bytes, bencode.Value] = {b"pieces root": root(file, piece_length)} if file.size else {}
    return {b"": {b"length": file.size, **rooted}}


def _texts(texts: tuple[str, ...]) -> tuple[bytes, ...]:
    """Texts as UTF-8."""
    return tuple(text.encode() for text in texts)
