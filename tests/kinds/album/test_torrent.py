"""The words of `torrent`, and what is wrong with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pressroom.formats.sharing import ADVICE
from pressroom.kinds.album.torrent import Torrent

if TYPE_CHECKING:
    from tests.kinds.conftest import Reader, Refuser

HEAD = "kind: album\ntitle: Moon\nartist: A\nlicense: CC-BY-4.0\ntracks: [{title: Rise, file: a.wav}]\n"
USER = "expected an address without user and password: everyone who has the torrent could read them"
TRACKER = "expected a tracker's address such as https://tracker.example/announce or udp://tracker.example:6969"
KEY = (
    "expected a tracker's address without a key of yours: everyone who has the torrent could read it; "
    "`publish` takes it as a secret, `trackers: [env:ANNOUNCE]`"
)
PIECE = "expected auto, or a power of two from 16 KiB to 16 MiB, such as '1 MiB'"


def test_a_torrent_without_words_has_every_default(read: Reader) -> None:
    """An empty map is one torrent; without the key there is none."""
    assert (Torrent(),) == read(HEAD + "torrent: {}").torrent
    assert (Torrent(), None) == (Torrent(align="auto", piece="auto"), read(HEAD).torrent)  # type: ignore[arg-type]  # as written
    assert None is read(HEAD + "torrent: null").torrent


def test_a_list_is_several_torrents(read: Reader) -> None:
    """In their order; one alone needs no label."""
    several = read(HEAD + "torrent: [{label: a}, {label: b, align: false, piece: 512 KiB}]").torrent
    assert (Torrent(label="a"), Torrent(label="b", align=False, piece=512 << 10)) == several
    assert (Torrent(version="v2"),) == read(HEAD + "torrent: [{version: v2}]").torrent


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("x", ["6:10: torrent: expected a map, or a list of maps, got 'x'"]),
        ("[]", ["6:10: torrent: expected at least one entry, got an empty list"]),
        ("{verson: v2}", ["6:11: unknown key 'verson'; did you mean 'version'?"]),
        ("{piece: 3 MiB}", [f"6:18: torrent.piece: {PIECE}, got '3 MiB'"]),
        ("{piece: 8 KiB}", [f"6:18: torrent.piece: {PIECE}, got '8 KiB'"]),
        ("{piece: 32 MiB}", [f"6:18: torrent.piece: {PIECE}, got '32 MiB'"]),
        ("{align: 'true'}", ["6:18: torrent.align: expected auto, true or false, got 'true'"]),
        (
            "{webseeds: [https://a/b]}",
            ["6:22: torrent.webseeds[0]: expected an address that ends in '/', below which the torrent's"],
        ),
        ("{trackers: [[x]]}", [f"6:23: torrent.trackers[0][0]: {TRACKER}, got 'x'"]),
        ("{trackers: [['udp://a:99999']]}", [f"6:23: torrent.trackers[0][0]: {TRACKER}, got 'udp://a:99999'"]),
        ("{trackers: [[https://a/announce?passkey=1]]}", [f"6:23: torrent.trackers[0][0]: {KEY}"]),
        ("{trackers: [[https://a/0123456789abcdefghij/announce]]}", [f"6:23: torrent.trackers[0][0]: {KEY}"]),
        ("{trackers: [['https://a/announce?pk=1']]}", [f"6:23: torrent.trackers[0][0]: {KEY}"]),
        ("{trackers: [['https://a/announce?x=0123456789abcdef']]}", [f"6:23: torrent.trackers[0][0]: {KEY}"]),
        ("{trackers: [['https://a/3e57a1f0-8f1c-4a8e-9d0a-1b2c3d4e5f60/announce']]}", [f"6:23: torrent.trackers[0][0]: {KEY}"]),
        ("{trackers: [['https://me:you@a/announce']]}", [f"6:23: torrent.trackers[0][0]: {KEY}"]),
        ("{webseeds: ['https://me:you@a/']}", [f"6:22: torrent.webseeds[0]: {USER}"]),
        (
            "{include: [flac, flca]}",
            [
                "6:27: torrent.include[1]: expected one of flac, mp3-v0, cover, cue, lyrics, stems, extras, got 'flca'; did",
            ],
        ),
        ("{include: [cue, cover]}", ["6:20: torrent.include: this release has none of these; include one of its formats"]),
        ("{name: '{title} ({year})'}", ["6:17: torrent.name: placeholder '{year}' has no value here"]),
        (
            "{name: '{track}'}",
            ["6:17: unknown placeholder '{track}'; known are {artist}, {album_artist}, {title}, {year}, {label}"],
        ),
        (
            "[{}, {label: a}, {label: A}]",
            [
                "6:11: torrent[0]: one of several torrents needs a `label`, which goes into its file's name",
                "6:35: torrent[2].label: another torrent has the label 'A' already",
            ],
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(words: str, expected: list[str], mistakes: Refuser) -> None:
    """Of a map as of a list of maps."""
    found = mistakes(HEAD + f"torrent: {words}")
    assert expected == [told[: len(wanted)] for told, wanted in zip(found, expected, strict=True)]


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("", f"nothing says that the release may be shared; {ADVICE}"),
        ("license: LicenseRef-Mine\n", f"'LicenseRef-Mine' is not known to let anyone share the release; {ADVICE}"),
        (
            "label: 123 Records DK\n",
            f"'label' names DistroKid, who sells this, and nothing says that it may be shared; {ADVICE}",
        ),
    ],
)
def test_a_torrent_needs_a_permission(words: str, problem: str, mistakes: Refuser) -> None:
    """A licence that lets anyone share, or the author's word; without a torrent, nobody asks."""
    text = HEAD.replace("license: CC-BY-4.0\n", words)
    line = text.count("\n") + 1
    assert [f"{line}:10: a torrent shares the release with everyone, and {problem}"] == mistakes(text + "torrent: {}")
    assert [] == mistakes(text)
    assert [] == mistakes(text + "torrent: {}\nrights: own")


def test_a_mistake_elsewhere_brings_no_other(mistakes: Refuser) -> None:
    """What hangs on a word that could not be read is not judged."""
    text = HEAD.replace("CC-BY-4.0", "CC-BY") + "formats: [flca]\ntorrent: {include: [flac], name: '{year}'}\ndate: never"
    assert [4, 6, 8] == [int(told.partition(":")[0]) for told in mistakes(text)]
