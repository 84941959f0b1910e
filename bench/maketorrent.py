"""A .torrent of a folder of files, as a release's step makes it: `python maketorrent.py FOLDER OUTPUT v1|v2|hybrid PIECE`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from pressroom.formats import metainfo, pieces
from pressroom.formats.payload import PayloadFile, ordered
from pressroom.tools import hashing


def main(folder: Path, output: Path, version: pieces.Version, piece: int) -> None:
    """Hash everything and write it."""
    with os.scandir(folder) as entries:
        found = {entry.name: hashing.source(entry) for entry in entries}
    paths = ordered((name,) for name in found)
    sources = [found[name] for (name,) in paths]
    sizes = [source.size for source in sources]
    cut = pieces.layout(sizes, version=version, piece=piece)
    hashes = hashing.hashes(sources, pieces.stretches(sizes, cut, version))
    files = [PayloadFile(path=path, size=source.size) for path, source in zip(paths, sources, strict=True)]
    output.write_bytes(metainfo.text(metainfo.hashed(folder.name, files, cut, version, hashes)))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]))  # type: ignore[arg-type]  # as the line above says
