"""The torrents of a release: what is hashed again, what is refused, and what stands in torrent.json."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import random
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pressroom.errors import ReleaseError, ToolError
from pressroom.formats import bencode, metainfo, pieces, torrentfile
from pressroom.tools.torrent import MakeTorrents, Wish

if TYPE_CHECKING:
    from tests.tools.conftest import Bench

K = 1 << 14
BUILD = Path("build/moon")
TRACKS = {f"flac/{number:02}.flac": 20 * K + number * 1000 for number in range(1, 9)}
SMALL = Wish(name="Moon", piece=K, files=("a", "b"))


def write(files: dict[str, int], seed: int = 0) -> None:
    """Files below the build, each with bytes of its own."""
    for number, (name, size) in enumerate(files.items()):
        path = BUILD / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(random.Random(seed + number).randbytes(size))  # noqa: S311  # made-up content


def step(*wishes: Wish) -> MakeTorrents:
    """The step for these torrents."""
    names = list(dict.fromkeys(name for wish in wishes for name in wish.files))
    return MakeTorrents(
        name="torrent",
        wishes=wishes,
        payload=tuple((name, BUILD / name) for name in names),
        lock=Path("releases/moon.lock.json"),
        torrents=tuple(BUILD / f"Moon{wish.label}.torrent" for wish in wishes),
        magnets=tuple(BUILD / f"Moon{wish.label}.magnet" for wish in wishes),
        listing=BUILD / "torrent.json",
        hashes=Path(".pressroom/work/moon/torrent.hashes"),
    )


ALL = Wish(name="Moon", piece=4 * K, files=tuple(TRACKS))
KINDS = {
    "aligned": dataclasses.replace(ALL, align=True),
    "unaligned": dataclasses.replace(ALL, align=False),
    "v2": dataclasses.replace(ALL, version="v2"),
    "hybrid": dataclasses.replace(ALL, version="hybrid"),
}


@pytest.fixture
def read_bytes(monkeypatch: pytest.MonkeyPatch) -> dict[int, int]:
    """How many bytes were read for hashing, by inode."""
    counted: dict[int, int] = {}
    real = os.preadv

    def counting(handle: int, buffers: list[memoryview], offset: int) -> int:
        found = real(handle, buffers, offset)
        inode = os.fstat(handle).st_ino
        counted[inode] = counted.get(inode, 0) + found
        return found

    monkeypatch.setattr(os, "preadv", counting)
    return counted


def in_full(bench: Bench, wish: Wish) -> bytes:
    """The .torrent, with every byte hashed."""
    Path(".pressroom/work/moon/torrent.hashes").unlink(missing_ok=True)
    return bench.make(step(wish)).read_bytes()


@pytest.mark.parametrize("kind", list(KINDS))
@pytest.mark.parametrize("change", ["retag", "grow", "swap", "rename"])
def test_only_what_changed_is_read_again(bench: Bench, read_bytes: dict[int, int], kind: str, change: str) -> None:
    """After a change of one file of eight, the torrent has the bytes of a full hash; unaligned pieces read edges beside it."""
    write(TRACKS)
    wish = KINDS[kind]
    bench.make(step(wish))
    path, other = BUILD / "flac/04.flac", BUILD / "flac/06.flac"
    expected = {"retag": path.stat().st_size, "grow": path.stat().st_size + 1, "swap": 0, "rename": 0}[change]
    if change == "retag":
        path.write_bytes(b"TAG" + path.read_bytes()[3:])
    elif change == "grow":
        path.write_bytes(path.read_bytes() + b"x")
    elif change == "swap":
        whole, path_bytes = other.read_bytes(), path.read_bytes()
        other.write_bytes(path_bytes)
        path.write_bytes(whole)
    else:
        path.rename(BUILD / "flac/00.flac")
        wish = dataclasses.replace(wish, files=("flac/00.flac", *(name for name in TRACKS if "04" not in name)))
    read_bytes.clear()
    incremental = bench.make(step(wish)).read_bytes()
    read = sum(read_bytes.values())
    assert in_full(bench, wish) == incremental
    if kind != "unaligned":
        assert expected == read
    elif change == "retag":
        assert expected <= read < expected + 2 * 4 * K


def test_nothing_changed_reads_nothing(bench: Bench, read_bytes: dict[int, int]) -> None:
    """Another tracker is another .torrent of the same hashes."""
    write(TRACKS)
    first = bench.make(step(KINDS["hybrid"])).read_bytes()
    read_bytes.clear()
    again = bench.make(step(dataclasses.replace(KINDS["hybrid"], trackers=(("http://a/announce",),)))).read_bytes()
    assert ({}, True) == (read_bytes, first != again)
    assert torrentfile.read(first).info == torrentfile.read(again).info


def test_one_reading_serves_several_torrents(bench: Bench, read_bytes: dict[int, int]) -> None:
    """Aligned v1, v2 and a hybrid over one payload read each byte once."""
    write(TRACKS)
    wishes = [dataclasses.replace(KINDS[kind], label=kind) for kind in ("aligned", "v2", "hybrid")]
    bench.make(step(*wishes))
    assert sum(TRACKS.values()) == sum(read_bytes.values())
    for wish in wishes:
        assert in_full(bench, dataclasses.replace(wish, label="")) == (BUILD / f"Moon{wish.label}.torrent").read_bytes()


def test_the_order_in_which_files_are_named_changes_nothing(bench: Bench) -> None:
    """Nor what else is hashed beside them: the pieces are those of the files' own bytes, in the torrent's order."""
    write({"a": K, "b": 3, "c": 5})
    there = bench.make(step(dataclasses.replace(SMALL, files=("c", "a")))).read_bytes()
    bench.make(
        step(dataclasses.replace(SMALL, label="1", files=("b",)), dataclasses.replace(SMALL, label="2", files=("a", "c")))
    )
    assert there == (BUILD / "Moon2.torrent").read_bytes()
    pieces_of = (hashlib.sha1((BUILD / name).read_bytes()).digest() for name in ("a", "c"))  # noqa: S324  # BEP 3
    assert b"".join(pieces_of) == torrentfile.read(there).torrent.pieces


def test_hashes_that_cannot_be_read_are_made_again(bench: Bench) -> None:
    """A damaged file of hashes costs time and nothing else."""
    write({"a": K, "b": 3 * K})
    whole = in_full(bench, SMALL)
    for content in (b"", b"le", b"d1:ai1ee", b"x"):
        Path(".pressroom/work/moon/torrent.hashes").write_bytes(content)
        assert whole == bench.make(step(SMALL)).read_bytes()


def test_torrent_json_says_what_was_made(bench: Bench) -> None:
    """One torrent is a map; the magnet stands in its own file too."""
    write({"b": 3, "a": K + 1})
    words = dataclasses.replace(
        SMALL, version="hybrid", private=True, trackers=(("http://t/",),), source="LANTERN", comment="Hi"
    )
    made = torrentfile.read(bench.make(step(words)).read_bytes())
    listed = json.loads((BUILD / "torrent.json").read_text("utf-8"))
    link = (BUILD / "Moon.magnet").read_text("ascii")
    assert link == listed.pop("magnet") + "\n"
    assert link == f"magnet:?xt=urn:btih:{made.hashes.v1}&xt=urn:btmh:1220{made.hashes.v2}&dn=Moon\n"
    assert listed == {
        "label": None,
        "torrent": "Moon.torrent",
        "infohash_v1": made.hashes.v1,
        "infohash_v2": made.hashes.v2,
        "name": "Moon",
        "version": "hybrid",
        "piece_length": K,
        "aligned": True,
        "private": True,
        "files": [{"path": "a", "bytes": K + 1}, {"path": "b", "bytes": 3}],
        "total_size": K + 4,
    }
    torrent = made.torrent
    assert (True, "LANTERN", "Hi", (("http://t/",),)) == (torrent.private, torrent.source, torrent.comment, torrent.trackers)


def test_several_torrents_are_a_list(bench: Bench) -> None:
    """In the author's order, each with its label; what a version lacks is null."""
    write({"a": K, "b": 3})
    bench.make(
        step(dataclasses.replace(SMALL, label="one", files=("a",)), dataclasses.replace(SMALL, label="two", version="v2"))
    )
    listed = json.loads((BUILD / "torrent.json").read_text("utf-8"))
    assert [("one", False, True, 1), ("two", True, False, 2)] == [
        (one["label"], one["infohash_v1"] is None, one["infohash_v2"] is None, len(one["files"])) for one in listed
    ]


def test_a_published_torrent_keeps_its_cut(bench: Bench) -> None:
    """The lock says how long its pieces are and whether they are aligned; the author's own word wins."""
    write({"a": 4 * K, "b": 3})
    wish = dataclasses.replace(SMALL, piece=None)
    lock = Path("releases/moon.lock.json")
    lock.parent.mkdir()
    lock.write_text('{"edition": 1, "torrents": {"": {"piece_length": 32768, "aligned": false, "infohash_v1": "x"}}}', "utf-8")
    made = torrentfile.read(bench.make(step(wish)).read_bytes()).torrent
    assert (32768, ()) == (made.piece_length, made.padding)
    wished = dataclasses.replace(wish, piece=K, align=True)
    made = torrentfile.read(bench.make(step(dataclasses.replace(wished, files=("a", "b")))).read_bytes()).torrent
    assert K == made.piece_length
    lock.write_text('{"torrents": []}', "utf-8")
    assert refused(bench, wish).startswith("releases/moon.lock.json: cannot be read (it is not as pressroom wrote it)")


def refused(bench: Bench, wish: Wish) -> str:
    """What is said of a payload that no torrent is made of; what stood there is as it was."""
    before = {path: path.read_bytes() for path in BUILD.glob("Moon*")}
    with pytest.raises(ReleaseError) as raised:
        step(wish).run(bench)
    assert before == {path: path.read_bytes() for path in BUILD.glob("Moon*")}
    return str(raised.value)


def test_a_payload_that_no_torrent_should_have_is_refused(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line that begins with a path, and the torrent that stands there is left alone."""
    write({"a": 10 * K, "b": 3, "A": 3, "empty": 0, ".pad/1": 1, "nul": 1})
    bench.make(step(SMALL))

    def of(*files: str) -> str:
        return refused(bench, dataclasses.replace(SMALL, files=files, align=True))

    assert "build/moon/Moon.torrent: its payload holds no file with any bytes" == of("empty")
    assert "build/moon/Moon.torrent: a: is one file with A on macOS and Windows" == of("a", "A")
    assert "build/moon/Moon.torrent: .pad/1: '.pad' is where a torrent's padding lies" == of("a", ".pad/1")
    assert "build/moon/Moon.torrent: nul: Windows has a device of this name" == of("nul")
    (BUILD / "link").symlink_to("a")
    assert "build/moon/link: a link; a torrent holds files" == of("a", "link")
    os.mkfifo(BUILD / "fifo")
    assert "build/moon/fifo: expected a file, got a folder, device, socket or pipe" == of("fifo")
    assert "build/moon/none: cannot be read (No such file or directory)" == of("none")
    with monkeypatch.context() as patched:
        patched.setattr(pieces, "MOST_PIECES", 9)
        many = "it would have 10 pieces of 16 KiB, and at most 9 are made; give it a longer `piece`"
        assert f"build/moon/Moon.torrent: {many}" == of("a")
    monkeypatch.setattr(metainfo, "MAX_BYTES", 99)
    assert re.fullmatch(r"build/moon/Moon.torrent: it would have \d+ bytes, and clients take 99; .*, or fewer files", of("a"))


def test_many_pieces_are_warned_of(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The torrent is made, and its author is told."""
    write({"a": 10 * K, "b": 3})
    monkeypatch.setattr(pieces, "MANY_PIECES", 9)
    bench.make(step(SMALL))
    assert ["build/moon/Moon.torrent: has more than 9 pieces; a longer `piece` makes it smaller"] == bench.said


def test_a_torrent_is_read_back_before_it_is_written(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes that are not those of the sizes are our bug, never a .torrent."""
    write({"a": 10 * K, "b": 3})
    real = metainfo.hashed
    monkeypatch.setattr(metainfo, "hashed", lambda *given: dataclasses.replace(real(*given), pieces=b"x" * 20))
    with pytest.raises(
        ToolError, match=r"^build/moon/Moon.torrent: info.pieces: expected 11 hashes .*; this is a bug in pressroom$"
    ):
        step(SMALL).run(bench)
    monkeypatch.setattr(metainfo, "hashed", real)
    text = metainfo.text
    monkeypatch.setattr(metainfo, "text", lambda torrent: text(dataclasses.replace(torrent, name="Sun")))
    with pytest.raises(ToolError, match=r"^build/moon/Moon.torrent: does not read back as it was written; this is a bug in"):
        step(SMALL).run(bench)


def test_the_hashes_are_small(bench: Bench) -> None:
    """52 bytes for a piece that files share, 20 or 32 for others."""
    write(TRACKS)
    count = pieces.count(list(TRACKS.values()), pieces.Layout(4 * K, aligned=False), "v1")
    in_full(bench, KINDS["unaligned"])
    content = Path(".pressroom/work/moon/torrent.hashes").read_bytes()
    assert isinstance(bencode.decode(content), dict)
    assert len(content) < 2 * len(TRACKS) * 60 + 20 * count
