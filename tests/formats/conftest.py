"""Torrents of a few bytes, hashed in the plainest way."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import pytest

from pressroom.formats import merkle, metainfo, pieces
from pressroom.formats.payload import PayloadFile, ordered

if TYPE_CHECKING:
    from pressroom.formats.metainfo import Torrent
    from pressroom.formats.pieces import Layout, Stretch, Version

Tree = Mapping[tuple[str, ...], bytes]
Hashed = Callable[[Tree, "Layout", "Version"], "Torrent"]


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
        files = [PayloadFile(path=path, size=len(tree[path])) for path in paths]
        due = pieces.stretches([file.size for file in files], cut, version)
        return metainfo.hashed("Moon", files, cut, version, {one: hashes(one, contents) for one in due})

    return made
