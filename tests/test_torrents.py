"""A release with a torrent, built as a user does it: what makes the .torrent again, and what of it is read."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import shutil
from typing import TYPE_CHECKING

import pytest

from pressroom.formats import torrentfile

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Repo

pytestmark = pytest.mark.media

TORRENT = "build/moon/Moon.torrent"
NOTHING = "made 0, restored 0, up to date 28, failed 0"


@pytest.fixture(scope="session")
def shared_once(built_once: Repo, tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """The built repo, whose release then got a torrent; not to be changed."""
    folder = tmp_path_factory.mktemp("shared") / "repo"
    shutil.copytree(built_once.path, folder, symlinks=True)
    repo = dataclasses.replace(built_once, path=folder)
    repo.edit("releases/moon.yaml", "cover: cover.png", "cover: cover.png\nlicense: CC-BY-4.0\ntorrent: {piece: 16 KiB}")
    done = repo.doit()
    # The licence goes into the tags, and so into every file.
    assert (0, "") == (done.code, done.err)
    assert {"moon:torrent", "moon:release", "moon:sums"} <= done.made
    return repo


@pytest.fixture
def shared(shared_once: Repo, tmp_path: Path) -> Repo:
    """A repo with one release and its torrent, built."""
    shutil.copytree(shared_once.path, tmp_path / "repo", symlinks=True)
    return dataclasses.replace(shared_once, path=tmp_path / "repo")


def torrent(repo: Repo) -> torrentfile.Found:
    """The .torrent, read with every rule."""
    return torrentfile.read((repo.path / TORRENT).read_bytes())


def verified(repo: Repo) -> None:
    """Every piece is that of the files that stand in the build."""
    found = torrent(repo).torrent
    before = found.padding or (0,) * (len(found.files) + 1)
    stream = b""
    for zeros, file in zip(before, found.files, strict=False):
        stream += bytes(zeros) + repo.path.joinpath("build/moon", *file.path).read_bytes()
    pieces = (stream[at : at + found.piece_length] for at in range(0, len(stream), found.piece_length))
    assert found.pieces == b"".join(hashlib.sha1(piece).digest() for piece in pieces)  # noqa: S324  # BEP 3


def test_a_torrent_is_made_of_what_stands_in_the_build(shared: Repo) -> None:
    """Formats and the cover, under the release's name, with its magnet and a description; and it is in SHA256SUMS."""
    found = torrent(shared)
    names = ["cover.jpg", "flac/01 Rise.flac", "flac/02 Fall.flac", "flac/Moon.m3u8", "flac/cover.jpg"]
    names += ["mp3-v0/01 Rise.mp3", "mp3-v0/02 Fall.mp3", "mp3-v0/Moon.m3u8", "mp3-v0/cover.jpg"]
    assert ("The Lanterns - Moon", names) == (found.torrent.name, [str(file) for file in found.torrent.files])
    verified(shared)
    listed = json.loads((shared.path / "build/moon/torrent.json").read_text("utf-8"))
    assert (found.hashes.v1, names) == (listed["infohash_v1"], [file["path"] for file in listed["files"]])
    assert f"urn:btih:{found.hashes.v1}" in (shared.path / "build/moon/Moon.magnet").read_text("ascii")
    sums = (shared.path / "build/moon/SHA256SUMS").read_text("utf-8")
    assert ["  Moon.magnet", "  Moon.torrent", "  torrent.json"] == [
        line[64:] for line in sums.splitlines() if line.endswith((".magnet", ".torrent", "torrent.json"))
    ]
    assert NOTHING == shared.doit().summary


def test_a_word_of_the_torrent_makes_it_again_and_no_other_file(shared: Repo) -> None:
    """A tracker is no part of what the info hash is taken of."""
    before = torrent(shared)
    shared.edit("releases/moon.yaml", "{piece: 16 KiB}", "{piece: 16 KiB, trackers: [[udp://tracker.example:6969]]}")
    assert {"moon:torrent", "moon:release", "moon:sums"} == shared.doit().made
    after = torrent(shared)
    assert (before.hashes, (("udp://tracker.example:6969",),)) == (after.hashes, after.torrent.trackers)


def test_logs_and_sums_among_the_extras_stay_out(shared: Repo) -> None:
    """They change or mean nothing to others; the other extras are in it."""
    for name in ("notes.txt", "rip.log", "sums.md5", "old.torrent"):
        shared.write(f"releases/{name}", name)
    shared.edit(
        "releases/moon.yaml",
        "{piece: 16 KiB}",
        "{include: [flac, extras]}\nextras: [notes.txt, rip.log, old.torrent, sums.md5]",
    )
    assert 0 == shared.doit().code
    names = [str(file) for file in torrent(shared).torrent.files]
    assert ["flac/01 Rise.flac", "flac/02 Fall.flac", "flac/Moon.m3u8", "flac/notes.txt"] == names


def test_a_retagged_track_gives_the_torrent_of_a_full_hash(shared: Repo) -> None:
    """A word of one track that keeps its files' sizes; with the hashes gone, and with `-a`, the same bytes are made."""
    shared.edit("releases/moon.yaml", "title: Fall", "title: Full")
    assert "moon:torrent" in shared.doit().made
    verified(shared)
    incremental = (shared.path / TORRENT).read_bytes()
    assert 0 == shared.doit("-a", "moon:torrent").code
    assert incremental == (shared.path / TORRENT).read_bytes()
    for name in (".pressroom/work/moon/torrent.hashes", TORRENT, "build/moon/Moon.magnet"):
        (shared.path / name).unlink()
    (shared.path / ".pressroom/cache").rename(shared.path / "elsewhere")
    assert {"moon:torrent"} <= shared.doit().made
    assert incremental == (shared.path / TORRENT).read_bytes()


def test_a_cleaned_torrent_comes_from_the_cache(shared: Repo) -> None:
    """And what is cleaned leaves nothing behind."""
    before = shared.files()
    assert 0 == shared.doit("clean").code
    assert {} == shared.files()
    done = shared.doit()
    assert "moon:torrent" in done.restored
    assert before == shared.files()


def test_a_failing_torrent_leaves_the_last_one(shared: Repo) -> None:
    """A lock that cannot be read is said in one line; what stands in the build stays."""
    before = shared.files()
    shared.write("releases/moon.lock.json", "{")
    done = shared.doit()
    assert 1 == done.code
    error = "FAILED  moon:torrent\nreleases/moon.lock.json: cannot be read (it is not as pressroom wrote it)"
    assert f"{error}; take it from your version control again\n" == done.err
    assert before == shared.files()
    (shared.path / "releases/moon.lock.json").unlink()
    assert NOTHING == shared.doit().summary


def test_the_lock_cuts_a_published_torrent(shared: Repo) -> None:
    """What was published keeps its piece length, whatever the table says."""
    shared.edit("releases/moon.yaml", "{piece: 16 KiB}", "{}")
    shared.write("releases/moon.lock.json", '{"edition": 1, "torrents": {"": {"piece_length": 32768, "aligned": false}}}')
    assert 0 == shared.doit().code
    assert (32768, ()) == (torrent(shared).torrent.piece_length, torrent(shared).torrent.padding)
    verified(shared)
