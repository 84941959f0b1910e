"""Torrents beside those of other programs: libtorrent, which qBittorrent and Deluge are made of, and mktorrent.

CONTRIBUTING.md says how to install both; what lacks here is skipped, and says so.
"""

from __future__ import annotations

import random
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests import payloads

from pressroom.formats import metainfo, torrentfile
from pressroom.formats.payload import PayloadFile, mistakes
from pressroom.formats.pieces import Layout, Version, stretches
from pressroom.tools import hashing

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

pytestmark = pytest.mark.referees

K = 1 << 14
TREES = 80
Tree = dict[tuple[str, ...], int]
"""Sizes by path."""
PARTS = st.sampled_from(["a", "b", "B", "CD 1", "disc", "é", "e\u0301", "ü.flac", "01 Rise.flac", "月", "\U0001f3b5"])
SIZES = st.sampled_from([0, 1, 100, K - 1, K, K + 1, 2 * K, 3 * K + 5, 4 * K, 9 * K + 3])
LAYOUTS: list[tuple[Version, bool]] = [("v1", False), ("v1", True), ("v2", True), ("hybrid", True)]


@st.composite
def trees(draw: st.DrawFn) -> Tree:
    """Trees of files; one in five is a single file."""
    if draw(st.integers(1, 5)) == 1:
        return {("Moon",): draw(SIZES.filter(bool))}
    paths = draw(st.sets(st.tuples(PARTS) | st.tuples(PARTS, PARTS), min_size=1, max_size=9))
    folders = {path[0] for path in paths if len(path) > 1}
    tree: Tree = {path: draw(SIZES) for path in sorted(paths) if len(path) > 1 or path[0] not in folders}
    return tree if any(tree.values()) else {**tree, next(iter(tree)): 5}


@pytest.fixture(scope="module")
def libtorrent() -> Any:  # noqa: ANN401  # it has no types
    """The library."""
    return pytest.importorskip("libtorrent", reason="libtorrent is not installed; CONTRIBUTING.md says how")


@pytest.fixture(scope="module")
def mktorrent() -> str:
    """The program."""
    return shutil.which("mktorrent") or pytest.skip("mktorrent is not installed; CONTRIBUTING.md says how")


def write(folder: Path, tree: Tree) -> Path:
    """A folder `Moon` with these files and no others, each with bytes of its own; a single file is `Moon` itself."""
    top = folder / "Moon"
    shutil.rmtree(top, ignore_errors=True)
    top.unlink(missing_ok=True)
    for number, (path, size) in enumerate(tree.items()):
        file = folder.joinpath(*path) if single(tree) else top.joinpath(*path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(random.Random(number * 100 + size).randbytes(size))  # noqa: S311  # made-up content
    return top


def single(tree: Mapping[tuple[str, ...], int]) -> bool:
    """Whether a tree is one file, named as the torrent."""
    return list(tree) == [("Moon",)]


def ours(folder: Path, tree: Tree, cut: Layout, version: Version) -> metainfo.Torrent:
    """The torrent that we make of what was written."""
    found = [(("Moon",), hashing.source(folder / "Moon"))] if single(tree) else payloads.below(folder / "Moon")
    files = [PayloadFile(path=path, size=source.size) for path, source in found]
    due = stretches([file.size for file in files], cut, version)
    return metainfo.hashed("Moon", files, cut, version, hashing.hashes([source for _, source in found], due))


def theirs(lt: Any, folder: Path, torrent: metainfo.Torrent) -> bytes:  # noqa: ANN401  # it has no types
    """The info dictionary that libtorrent makes of the same files in the same order."""
    top = [] if torrent.single else [torrent.name]
    flags = lt.create_torrent.v1_only if torrent.version == "v1" else 0
    flags |= lt.create_torrent.v2_only if torrent.version == "v2" else 0
    if torrent.padding or torrent.version != "v1":
        flags |= lt.create_torrent.canonical_files_no_tail_padding
    entries = [lt.create_file_entry("/".join([*top, *file.path]), file.size) for file in torrent.files]
    made = lt.create_torrent(entries, torrent.piece_length, flags)
    lt.set_piece_hashes(made, str(folder))
    return bytes(lt.bencode(made.generate()[b"info"]))


@pytest.mark.parametrize(("version", "aligned"), LAYOUTS)
@settings(max_examples=TREES, derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tree=trees(), length=st.sampled_from([K, 4 * K]))
def test_info_hashes_are_libtorrents(
    libtorrent: Any,  # noqa: ANN401  # it has no types
    tmp_path_factory: pytest.TempPathFactory,
    version: Version,
    aligned: bool,  # noqa: FBT001  # a table
    tree: Tree,
    length: int,
) -> None:
    """The same info dictionary, byte for byte: accents in two spellings, empty files, whole pieces, single files."""
    folder = tmp_path_factory.getbasetemp()
    write(folder, tree)
    torrent = ours(folder, tree, Layout(length, aligned), version)
    assert theirs(libtorrent, folder, torrent) == metainfo.info(torrent)
    loaded = libtorrent.torrent_info(libtorrent.bdecode(metainfo.text(torrent))).info_hashes()
    hashes = metainfo.infohashes(metainfo.info(torrent), version)
    assert hashes.v1 == (str(loaded.v1) if loaded.has_v1() else None)
    assert hashes.v2 == (str(loaded.v2) if loaded.has_v2() else None)


@pytest.mark.parametrize("version", ["v1", "v2", "hybrid"])
def test_a_cd_beside_cd_1_loads(libtorrent: Any, tmp_path: Path, version: Version) -> None:  # noqa: ANN401  # no types
    """A client takes our hybrid of `CD/` and `CD 1/`, though libtorrent refuses what it makes of them itself."""
    tree: Tree = {("CD", "01.flac"): 2 * K + 1, ("CD 1", "01.flac"): K + 1, ("cover.jpg",): 7}
    write(tmp_path, tree)
    torrent = ours(tmp_path, tree, Layout(K, aligned=True), version)
    loaded = libtorrent.load_torrent_buffer(metainfo.text(torrent)).ti
    layout = loaded.layout()
    names = [layout.file_path(at) for at in range(layout.num_files()) if not layout.file_flags(at) & layout.flag_pad_file]
    assert ["Moon/CD/01.flac", "Moon/CD 1/01.flac", "Moon/cover.jpg"] == names


@settings(max_examples=20, derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    tree=trees().filter(lambda tree: not [*mistakes([*tree], portable=False, padded=False)]),
    length=st.sampled_from([2 * K, 4 * K]),
)
def test_v1_pieces_are_mktorrents(mktorrent: str, tmp_path_factory: pytest.TempPathFactory, tree: Tree, length: int) -> None:
    """In mktorrent's order of the files, ours has the same info dictionary; and its .torrent is one that we read."""
    folder = tmp_path_factory.getbasetemp()
    write(folder, tree)
    made = folder / "theirs.torrent"
    made.unlink(missing_ok=True)
    exponent = str(length.bit_length() - 1)
    subprocess.run([mktorrent, "-l", exponent, "-o", str(made), str(folder / "Moon")], check=True, stdout=subprocess.DEVNULL)
    found = torrentfile.read(made.read_bytes())
    sources = [hashing.source(folder.joinpath(*[] if single(tree) else ["Moon"], *file.path)) for file in found.torrent.files]
    files = [PayloadFile(path=file.path, size=source.size) for file, source in zip(found.torrent.files, sources, strict=True)]
    cut = Layout(length, aligned=False)
    due = stretches([source.size for source in sources], cut, "v1")
    assert found.info == metainfo.info(metainfo.hashed("Moon", files, cut, "v1", hashing.hashes(sources, due)))
