"""Torrents of a few bytes, hashed in the plainest way."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import pytest

from pressroom.formats import merkle, pieces
from pressroom.formats.metainfo import Torrent, TorrentFile
from pressroom.formats.payload import ordered

if TYPE_CHECKING:
    from pressroom.formats.pieces import Layout, Stretch, Version

Tree = Mapping[tuple[str, ...], bytes]
Hashed = Callable[[Tree, "Layout", "Version"], Torrent]


def hashes(stretch: Stretch, contents: list[bytes]) -> bytes:
    """The hashes of a stretch, by putting its bytes into one string."""
    found = b"".join(contents[part.file][part.start : part.start + part.length] for part in stretch.parts)
    if stretch.method == "v1":
        found += bytes(stretch.padding)
        cut = range(0, len(found), stretch.piece_length)
        return b"".join(hashlib.sha1(found[at : at + stretch.piece_length]).digest() for at in cut)  # noqa: S324  # what BEP 3 says
    leaves = [hashlib.sha256(found[at : at + merkle.BLOCK]).digest() for at in range(0, len(found), merkle.BLOCK)]
    leaves += [bytes(32)] * (stretch.padding // merkle.BLOCK)
    blocks = stretch.piece_length // merkle.BLOCK
    return b"".join(merkle.root(b"".join(leaves[at : at + blocks])) for at in range(0, len(leaves), blocks))


@pytest.fixture(scope="session")
def hashed() -> Hashed:
    """The torrent of a tree of files."""

    def made(tree: Tree, cut: Layout, version: Version) -> Torrent:
        paths = ordered(tree)
        contents = [tree[path] for path in paths]
        sizes = [len(content) for content in contents]
        v1 = b"".join(hashes(one, contents) for one in pieces.v1_stretches(sizes, cut)) if version != "v2" else b""
        layers = [
            b"".join(hashes(one, contents) for one in pieces.v2_stretches(file, size, cut.piece_length))
            for file, size in enumerate(sizes)
        ]
        padding = pieces.padding(sizes, cut.piece_length) if cut.aligned and version != "v2" else ()
        return Torrent(
            name="Moon",
            version=version,
            piece_length=cut.piece_length,
            files=tuple(
                TorrentFile(path=path, size=size, layer=layer if version != "v1" else b"")
                for path, size, layer in zip(paths, sizes, layers, strict=True)
            ),
            pieces=v1,
            padding=(*padding, 0) if any(padding) else (),
        )

    return made
