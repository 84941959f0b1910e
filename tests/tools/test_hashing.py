"""Hashing a payload: the hashes are those of the plain way, each byte is read once, and a file that changes is an error."""

from __future__ import annotations

import hashlib
import os
import random
import re
import socket
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pressroom.errors import ReleaseError, ToolError
from pressroom.formats import merkle, pieces
from pressroom.formats.pieces import Layout
from pressroom.tools import hashing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pressroom.formats.pieces import Stretch

K = 1 << 14
SIZES = st.lists(st.sampled_from([0, 1, K - 1, K, K + 1, 3 * K, 40 * K + 7]), min_size=1, max_size=6)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where files of any size are kept for the next example."""
    return tmp_path_factory.mktemp("payload")


def payload(folder: Path, sizes: Sequence[int]) -> list[Path]:
    """Files of these sizes, each with bytes of its own."""
    paths = [folder / f"{number}-{size}" for number, size in enumerate(sizes)]
    for number, (path, size) in enumerate(zip(paths, sizes, strict=True)):
        if not path.exists():
            path.write_bytes(random.Random(number).randbytes(size))  # noqa: S311  # made-up content
    return paths


def plainly(stretch: Stretch, paths: Sequence[Path]) -> bytes:
    """The hashes of a stretch by the book, from all of its bytes in one string."""
    found = b"".join(paths[part.file].read_bytes()[part.start : part.start + part.length] for part in stretch.parts)
    if stretch.method == "v1":
        found += bytes(stretch.padding)
        return b"".join(hashlib.sha1(piece).digest() for piece in split(found, stretch.piece_length))  # noqa: S324  # BEP 3
    leaves = [hashlib.sha256(block).digest() for block in split(found, K)] + [bytes(32)] * (stretch.padding // K)
    return b"".join(tree(b"".join(row)) for row in split(leaves, stretch.piece_length // K))


def split(whole: Any, length: int) -> list[Any]:  # noqa: ANN401  # bytes, or a list
    """A string or a list in parts of a length."""
    return [whole[at : at + length] for at in range(0, len(whole), length)]


def tree(hashes: bytes) -> bytes:
    """The root above a power of two of hashes (BEP 52)."""
    while len(hashes) > 32:
        hashes = b"".join(hashlib.sha256(pair).digest() for pair in split(hashes, 64))
    return hashes


@settings(max_examples=40)
@given(SIZES, st.sampled_from([K, 4 * K]), st.integers(1, 3))
def test_hashes_are_those_of_the_plain_way(folder: Path, sizes: list[int], length: int, threads: int) -> None:
    """Whatever is due at once: aligned, unaligned and v2, with pieces of two lengths, on any number of threads."""
    paths = payload(folder, sizes)
    sources = [hashing.source(path) for path in paths]
    due = [
        stretch
        for aligned in (True, False)
        for piece in (length, 2 * length)
        for stretch in pieces.stretches(sizes, Layout(piece, aligned), "hybrid")
    ]
    found = hashing.hashes(sources, due, threads=threads)
    assert {stretch: plainly(stretch, paths) for stretch in due} == found


def test_long_files_are_hashed_in_strides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file is shared by threads, and its hashes go together as those of the whole."""
    whole = payload(tmp_path, [9 * K + 5])
    sources = [hashing.source(path) for path in whole]
    alone = hashing.hashes(sources, pieces.v2_stretches(0, sources[0].size, 2 * K))
    monkeypatch.setattr(pieces, "STRIDE", 4 * K)
    cut = list(pieces.v2_stretches(0, sources[0].size, 2 * K))
    shared = hashing.hashes(sources, cut)
    assert 3 == len(cut)
    assert list(alone.values()) == [b"".join(shared[stretch] for stretch in cut)]
    assert merkle.HASH * 5 == len(b"".join(alone.values()))


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Counter[tuple[int, int]]:
    """How often each byte range was read, by inode and block of 1 KiB."""
    counted: Counter[tuple[int, int]] = Counter()
    real = os.preadv

    def counting(handle: int, buffers: list[memoryview], offset: int) -> int:
        found = real(handle, buffers, offset)
        inode = os.fstat(handle).st_ino
        counted.update((inode, block) for block in range(offset // 1024, -(-(offset + found) // 1024)))
        return found

    monkeypatch.setattr(os, "preadv", counting)
    return counted


def test_one_reading_serves_every_hash(tmp_path: Path, reads: Counter[tuple[int, int]]) -> None:
    """Aligned v1 and v2, with pieces of two lengths: no byte is read twice."""
    sources = [hashing.source(path) for path in payload(tmp_path, [64 * K, 100 * K, 3 * K])]
    sizes = [source.size for source in sources]
    due = [one for piece in (K, 4 * K) for one in pieces.stretches(sizes, Layout(piece, aligned=True), "hybrid")]
    hashing.hashes(sources, due, threads=2)
    assert {1} == set(reads.values())
    assert sum(sizes) == 1024 * len(reads)


def test_unaligned_pieces_read_the_edges_once_more_at_most(tmp_path: Path, reads: Counter[tuple[int, int]]) -> None:
    """v1 alone reads each byte once; with v2 beside it, less than a piece at each end of a file is read twice."""
    sources = [hashing.source(path) for path in payload(tmp_path, [64 * K + 3, 100 * K + 5, 30 * K])]
    sizes = [source.size for source in sources]
    cut = Layout(4 * K, aligned=False)
    hashing.hashes(sources, pieces.stretches(sizes, cut, "v1"), threads=2)
    assert 8 >= sum(times - 1 for times in reads.values())  # blocks of 1 KiB that two pieces share
    reads.clear()
    hashing.hashes(sources, pieces.stretches(sizes, cut, "hybrid"), threads=2)
    assert 2 >= max(reads.values())
    assert 4 * (4 * K // 1024) >= sum(times - 1 for times in reads.values())


def test_a_file_that_changes_while_it_is_hashed_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same size and other bytes, written when a part has been read."""
    (path,) = payload(tmp_path, [100 * K])
    source = hashing.source(path)
    real = os.preadv

    def meddling(handle: int, buffers: list[memoryview], offset: int) -> int:
        found = real(handle, buffers, offset)
        with path.open("r+b") as other:
            other.write(b"other")
        return found

    monkeypatch.setattr(os, "preadv", meddling)
    assert refused([source]) == f"{path}: changed while it was being hashed; run `doit` again when it is finished"


@pytest.mark.parametrize("content", [b"", b"x" * (3 * K - 1), b"x" * (3 * K + 1)], ids=["emptied", "shorter", "longer"])
def test_a_file_that_changed_since_it_was_found_is_an_error(tmp_path: Path, content: bytes) -> None:
    """Shorter, longer or empty."""
    (path,) = payload(tmp_path, [3 * K])
    source = hashing.source(path)
    path.write_bytes(content)
    assert refused([source]) == f"{path}: changed while it was being hashed; run `doit` again when it is finished"


def refused(sources: list[hashing.Source]) -> str:
    """What is said of files that cannot be hashed."""
    due = pieces.stretches([source.size for source in sources], Layout(K, aligned=False), "v1")
    with pytest.raises(ReleaseError) as raised:
        hashing.hashes(sources, due)
    return str(raised.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Gone, a link by now, or on a disk that fails."""
    (path,) = payload(tmp_path, [K])
    source = hashing.source(path)

    def failing(*_arguments: object) -> int:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr(os, "preadv", failing)
        assert f"{path}: cannot be read (Input/output error)" == refused([source])
    path.rename(tmp_path / "x")
    assert f"{path}: cannot be read (No such file or directory)" == refused([source])
    path.symlink_to("x")
    assert f"{path}: cannot be read (Too many levels of symbolic links)" == refused([source])


def test_only_files_are_hashed(tmp_path: Path) -> None:
    """A link, a folder, a FIFO and a socket are named, and nobody waits at them."""
    (tmp_path / "link").symlink_to("/etc/passwd")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "fifo")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "socket"))
        other = "expected a file, got a folder, device, socket or pipe"
        problems = {"link": "a link; a torrent holds files", "folder": other, "fifo": other, "socket": other}
        problems["none"] = "cannot be read (No such file or directory)"
        for name, problem in problems.items():
            with pytest.raises(ReleaseError, match=f"^{re.escape(str(tmp_path / name))}: {re.escape(problem)}$"):
                hashing.source(tmp_path / name)


def test_progress_is_told_and_can_stop_the_threads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What `progress` raises ends the hashing, as when a build is stopped."""
    sources = [hashing.source(path) for path in payload(tmp_path, [100 * K])]
    monkeypatch.setattr(hashing, "REPORT_SECONDS", 0)
    real = os.preadv
    monkeypatch.setattr(os, "preadv", lambda *arguments: time.sleep(0.1) or real(*arguments))  # type: ignore[func-returns-value]  # both

    def stop(fraction: float) -> None:
        assert 0 <= fraction <= 1
        raise ToolError("stopped")

    with pytest.raises(ToolError, match=r"^stopped$"):
        hashing.hashes(sources, pieces.v2_stretches(0, 100 * K, K), progress=stop)
