"""Torrents written and read: every word comes back, canonically, and what breaks a rule is refused with the place."""

from __future__ import annotations

import dataclasses
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pressroom.formats import bencode, metainfo, torrentfile
from pressroom.formats.metainfo import InfoHashes, Torrent, TorrentFile
from pressroom.formats.pieces import Layout

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.formats.conftest import Hashed, Tree

    from pressroom.formats.pieces import Version

K = 1 << 14
PARTS = st.text(
    st.characters(codec="utf-8", exclude_characters="/\\", exclude_categories=["C"]), min_size=1, max_size=6
).filter(lambda part: part not in (".", "..", ".pad"))
CONTENTS = st.builds(lambda byte, size: bytes([byte]) * size, st.integers(0, 255), st.sampled_from([0, 1, K - 1, K, 3 * K + 5]))
VERSIONS: tuple[Version, ...] = ("v1", "v2", "hybrid")
SMALL: Tree = {("flac", "01 Rise.flac"): b"a" * (2 * K + 1), ("flac", "empty"): b"", ("cover.jpg",): b"b" * 5}


@st.composite
def trees(draw: st.DrawFn) -> Tree:
    """Files in folders, none of which is one file with another, on any system."""
    names = st.sampled_from(["a", "b", "CD", "CD 1", "ü", "z"])
    paths = draw(st.sets(st.tuples(names) | st.tuples(names, names), min_size=1, max_size=8))
    apart = [path for path in paths if len(path) > 1 or not any(other[0] == path[0] for other in paths if len(other) > 1)]
    tree: dict[tuple[str, ...], bytes] = {path: draw(CONTENTS) for path in apart}
    return tree if any(tree.values()) else {**tree, apart[0]: b"x"}


WORDS = st.fixed_dictionaries(
    {
        "name": PARTS,
        "trackers": st.sampled_from([(), (("http://a/announce",),), (("http://a/announce", "udp://b:1"), ("http://c",))]),
        "webseeds": st.sampled_from([(), ("http://seed/",), ("http://seed/", "https://two/")]),
        "private": st.booleans(),
        "source": st.none() | st.just("LANTERN"),
        "comment": st.none() | st.text(max_size=9),
    }
)


@given(trees(), st.sampled_from(VERSIONS), st.booleans(), st.sampled_from([K, 2 * K]), WORDS)
def test_what_is_written_is_read_back(
    hashed: Hashed,
    tree: Tree,
    version: Version,
    aligned: bool,  # noqa: FBT001  # drawn
    length: int,
    words: dict[str, Any],
) -> None:
    """Every word, file and hash comes back, and the same bytes are written again."""
    made = hashed(tree, Layout(length, aligned or version != "v1"), version)
    torrent = dataclasses.replace(made, **words)
    text = metainfo.text(torrent)
    found = torrentfile.read(text)
    assert torrent == found.torrent
    assert text == metainfo.text(found.torrent)
    assert metainfo.info(torrent) == found.info


def single(version: Version) -> Torrent:
    """A torrent of one file, whose name is the torrent's."""
    return Torrent(
        name="Moon.m4b",
        version=version,
        piece_length=K,
        files=(TorrentFile(path=("Moon.m4b",), size=5, layer=b"r" * 32 if version != "v1" else b""),),
        pieces=b"h" * 20 if version != "v2" else b"",
        single=True,
    )


@pytest.mark.parametrize("version", VERSIONS)
def test_a_single_file_has_no_folder(version: Version) -> None:
    """Its length stands where a list would (BEP 3), and it is the only leaf of the tree (BEP 52)."""
    assert single(version) == torrentfile.read(metainfo.text(single(version))).torrent
    info = cast("dict[bytes, bencode.Value]", bencode.decode(metainfo.info(single(version))))
    assert (version != "v2", False) == (b"length" in info, b"files" in info)


def test_a_plain_torrent_byte_for_byte(hashed: Hashed) -> None:
    """No date and no program's name; keys and files in their one order."""
    torrent = dataclasses.replace(hashed({("b",): b"1", ("a",): b"23"}, Layout(K, aligned=False), "v1"), private=True)
    listed = b"ld6:lengthi2e4:pathl1:aeed6:lengthi1e4:pathl1:beee"
    pieces = bytes.fromhex("eadc1dd8fc279583d5552700ae5d248e3fa123bd")  # of `231`
    info = b"d5:files%b4:name4:Moon12:piece lengthi16384e6:pieces20:%b7:privatei1ee" % (listed, pieces)
    assert b"d4:info%be" % info == metainfo.text(torrent)


def test_trackers_stand_in_tiers() -> None:
    """The first is `announce` too, for clients without BEP 12; a lone one needs no list."""
    lone = dataclasses.replace(single("v1"), trackers=(("http://a",),))
    assert metainfo.text(lone).startswith(b"d8:announce8:http://a4:info")
    two = dataclasses.replace(single("v1"), trackers=(("http://a", "http://b"), ("http://c",)))
    assert metainfo.text(two).startswith(b"d8:announce8:http://a13:announce-listll8:http://a8:http://bel8:http://cee4:info")


def test_a_magnet_names_every_hash() -> None:
    """Both of a hybrid; what is odd in a text is escaped, and a private torrent names no tracker."""
    seeded = dataclasses.replace(single("hybrid"), name="A & B", webseeds=("https://s/ü/",))
    torrent = dataclasses.replace(seeded, trackers=(("http://t/a?b=c",),))
    hashes = InfoHashes(v1="1" * 40, v2="2" * 64)
    link = (
        f"magnet:?xt=urn:btih:{'1' * 40}&xt=urn:btmh:1220{'2' * 64}&dn=A%20%26%20B&tr=http%3A%2F%2Ft%2Fa%3Fb%3Dc"
        "&ws=https%3A%2F%2Fs%2F%C3%BC%2F"
    )
    assert link == metainfo.magnet(torrent, hashes)
    private = metainfo.magnet(dataclasses.replace(torrent, private=True), InfoHashes(v1="1" * 40, v2=None))
    assert f"magnet:?xt=urn:btih:{'1' * 40}&dn=A%20%26%20B&ws=https%3A%2F%2Fs%2F%C3%BC%2F" == private


Entries = dict[bytes, Any]


def loose(value: object) -> Any:  # noqa: ANN401  # any part of a torrent, to be changed
    """A value whose lists and dictionaries can be changed."""
    if isinstance(value, tuple):
        return [loose(item) for item in value]
    return {key: loose(item) for key, item in value.items()} if isinstance(value, dict) else value


def tight(value: object) -> Any:  # noqa: ANN401  # as above
    """A value with tuples for lists."""
    if isinstance(value, list):
        return tuple(tight(item) for item in value)
    return {key: tight(item) for key, item in value.items()} if isinstance(value, dict) else value


def info_is(**words: object) -> Callable[[Entries], None]:
    """Changes words of the info dictionary; None takes one out."""

    def change(said: Entries) -> None:
        for word, value in words.items():
            key = word.replace("_", " ").encode()
            if value is None:
                del said[b"info"][key]
            else:
                said[b"info"][key] = value

    return change


def file_is(place: int, **words: object) -> Callable[[Entries], None]:
    """Changes words of a file of the v1 list."""
    return lambda said: said[b"info"][b"files"][place].update({word.encode(): value for word, value in words.items()})


def leaf(said: Entries) -> Entries:
    """The leaf of the long file in the v2 tree."""
    return cast("Entries", said[b"info"][b"file tree"][b"flac"][b"01 Rise.flac"][b""])


def long_root(said: Entries) -> bytes:
    """The root of the long file."""
    return bytes(leaf(said)[b"pieces root"])


V1: list[tuple[str, Callable[[Entries], object], str]] = [
    ("no info", lambda said: said.pop(b"info"), "info: is missing"),
    ("no map", lambda said: said.update({b"info": 1}), "info: expected a dictionary, got 1"),
    ("no name", info_is(name=None), "info.name: is missing"),
    ("a way out", info_is(name=b".."), "info.name: ..: '..' is no name"),
    ("latin 1", info_is(name=b"\xe9"), "info.name: expected UTF-8, got '\\\\xe9'"),
    ("odd pieces", info_is(piece_length=3 * K), "info.piece length: expected a piece length that is a power of two, of 16384"),
    ("short", info_is(pieces=b"x" * 59), "info.pieces: expected 3 hashes of 20 bytes, got 59 bytes"),
    ("long", info_is(pieces=b"x" * 80), "info.pieces: expected 3 hashes of 20 bytes, got 80 bytes"),
    ("texts", info_is(pieces=5), "info.pieces: expected bytes, got 5"),
    ("two kinds", info_is(length=3), "info: expected either a length or files"),
    ("neither", info_is(files=None), "info: expected either a length or files"),
    ("no list", info_is(files=b"x"), "info.files: expected a list, got 'x'"),
    ("negative", file_is(0, length=-1), "info.files[0].length: expected a number of bytes, got -1"),
    ("no path", file_is(0, path=[]), ": it has no name"),
    ("path out", file_is(0, path=[b"..", b"x"]), "../x: '..' is no name"),
    ("slash", file_is(0, path=[b"a/b"]), "a/b: its name has '/'"),
    ("twice", file_is(0, path=[b"flac", b"empty"]), "flac/empty: stands there twice"),
    ("case twins", file_is(0, path=[b"FLAC", b"empty"]), "flac/empty: is one file with FLAC/empty on macOS and Windows"),
    ("file and folder", file_is(0, path=[b"flac"]), "flac: is a file, and a folder of others"),
    ("a link", file_is(0, attr=b"l"), "info.files[0]: a symbolic link; torrents with links are not read"),
    ("huge", file_is(0, length=2**62), "info.pieces: 281,474,976,710,659 pieces, and at most 100,000 are read"),
    ("a tree", info_is(file_tree={}), "info: a file tree, and no meta version"),
    ("another version", info_is(meta_version=3), "info.meta version: expected 2, got 3"),
    ("private", info_is(private=2), "info.private: expected 1, got 2"),
    ("trackers", lambda said: said.update({b"announce-list": [b"x"]}), "announce-list: expected a list, got 'x'"),
    ("seeds", lambda said: said.update({b"url-list": 3}), "url-list: expected a list, got 3"),
]
V2: list[tuple[str, Callable[[Entries], object], str]] = [
    ("no layers", lambda said: said.pop(b"piece layers"), "piece layers: is missing"),
    (
        "missing",
        lambda said: said.update({b"piece layers": {}}),
        "flac/01 Rise.flac: its hashes are not among the piece layers",
    ),
    (
        "spare",
        lambda said: said[b"piece layers"].update({b"x" * 32: b"y" * 64}),
        "piece layers: there are hashes that no file has as its root",
    ),
    (
        "wrong",
        lambda said: said[b"piece layers"].update({long_root(said): b"y" * 96}),
        "flac/01 Rise.flac: its hashes are not those below its root",
    ),
    (
        "few",
        lambda said: said[b"piece layers"].update({long_root(said): b"y" * 64}),
        "flac/01 Rise.flac: expected 3 hashes of 32 bytes, got 64 bytes",
    ),
    ("no root", lambda said: leaf(said).pop(b"pieces root"), "flac/01 Rise.flac: pieces root: is missing"),
    (
        "a short root",
        lambda said: leaf(said).update({b"pieces root": b"x"}),
        "flac/01 Rise.flac: expected a pieces root of 32 bytes, and none where the file is empty",
    ),
    (
        "an empty file's root",
        lambda said: leaf(said).update({b"length": 0}),
        "flac/01 Rise.flac: expected a pieces root of 32 bytes, and none where the file is empty",
    ),
    ("a link", lambda said: leaf(said).update({b"attr": b"l"}), "flac/01 Rise.flac: a symbolic link; torrents with links"),
    (
        "both",
        lambda said: said[b"info"][b"file tree"][b"flac"][b"01 Rise.flac"].update({b"x": {}}),
        "flac/01 Rise.flac: is a file, and a folder of others",
    ),
    ("an empty folder", lambda said: said[b"info"][b"file tree"].update({b"x": {}}), "x: a folder without files"),
    ("no tree", info_is(file_tree=None), "info.file tree: is missing"),
]
HYBRID: list[tuple[str, Callable[[Entries], object], str]] = [
    ("other sizes", file_is(0, length=6), "cover.jpg: the v1 list and the v2 tree of files differ"),
    ("other paths", file_is(0, path=[b"x"]), "x: the v1 list and the v2 tree of files differ"),
    ("fewer", lambda said: said[b"info"][b"files"].pop(), "flac/empty: the v1 list and the v2 tree of files differ"),
    ("no padding", lambda said: said[b"info"][b"files"].pop(1), "flac/01 Rise.flac: does not begin with a piece, as it must"),
]


@pytest.mark.parametrize(
    ("version", "change", "error"),
    [
        pytest.param(version, change, error, id=f"{version}: {name}")
        for version, table in (("v1", V1), ("v2", V2), ("hybrid", HYBRID))
        for name, change, error in table
    ],
)
def test_a_torrent_that_lies_is_refused(
    hashed: Hashed, version: Version, change: Callable[[Entries], None], error: str
) -> None:
    """Each rule that is broken is said, with the place."""
    said = loose(bencode.decode(metainfo.text(hashed(SMALL, Layout(K, aligned=version != "v1"), version))))
    change(said)
    with pytest.raises(ValueError, match=f"^{re.escape(error)}"):
        torrentfile.read(bencode.encode(tight(said)))


def test_a_payload_of_nothing_is_refused(hashed: Hashed) -> None:
    """Not one byte is no torrent."""
    with pytest.raises(ValueError, match=r"^it holds no file with any bytes$"):
        torrentfile.read(metainfo.text(hashed({("a",): b""}, Layout(K, aligned=False), "v1")))


def test_what_other_makers_add_is_read(hashed: Hashed) -> None:
    """Dates, programs, unknown words, a lone web seed, padding at the end; the hash is of all that stands there."""
    torrent = hashed(SMALL, Layout(K, aligned=True), "v1")
    said = loose(bencode.decode(metainfo.text(torrent)))
    said |= {
        b"creation date": 1,
        b"created by": b"x",
        b"url-list": b"http://seed/",
        b"announce": b"http://a",
        b"announce-list": [],
    }
    said[b"info"][b"x"] = 1
    said[b"info"][b"private"] = 0
    said[b"info"][b"files"].append({b"attr": b"p", b"length": K - 1, b"path": [b".pad", b"16383"]})
    found = torrentfile.read(bencode.encode(tight(said)))
    assert (("http://a",),) == found.torrent.trackers
    assert ("http://seed/",) == found.torrent.webseeds
    assert (0, K - 5, 0, K - 1) == found.torrent.padding
    assert metainfo.infohashes(bencode.encode(tight(said[b"info"])), "v1") == found.hashes
    assert found.hashes != metainfo.infohashes(metainfo.info(torrent), "v1")


@given(st.data(), st.sampled_from(VERSIONS))
@example(None, "v1")
def test_damage_is_refused_or_read(hashed: Hashed, data: st.DataObject | None, version: Version) -> None:
    """Whatever a byte is changed to, the answer is a torrent or a sentence, never another error."""
    text = bytearray(metainfo.text(hashed(SMALL, Layout(K, aligned=True), version)))
    if data:
        text[data.draw(st.integers(0, len(text) - 1))] = data.draw(st.integers(0, 255))
    with suppress(ValueError):
        torrentfile.read(bytes(text))
