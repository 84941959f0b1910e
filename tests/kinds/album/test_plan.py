"""The steps that make an album: which there are, what each depends on, and what a change of words remakes."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pressroom import plan as core
from pressroom import source
from pressroom.kinds.album import Album, plan
from pressroom.plan import Place, Step
from pressroom.tools.files import Sums
from pressroom.tools.torrent import MakeTorrents

if TYPE_CHECKING:
    from tests.kinds.conftest import Reader

GOLDEN = Path(__file__).parents[2] / "golden" / "plans" / "moon.txt"
PLACE = Place(
    slug="moon",
    source=Path("releases/moon.yaml"),
    build=Path("build/moon"),
    work=Path(".pressroom/work/moon"),
    ledger=Path(".pressroom/ledgers/moon.json"),
    ledgers=(Path(".pressroom/ledgers/sun.json"),),
)
ELSEWHERE = Place(
    slug="moon",
    source=Path("releases/moon.yaml"),
    build=Path("out/x/moon"),
    work=Path("w/x"),
    ledger=Path("l/x.json"),
    ledgers=(Path("l/y.json"),),
)
MOON = """\
kind: album
title: Moon
artist: The Lanterns
date: 2026-05-01
genre: Ambient
comment: A remark.
cover: cover.png
cover_sizes: [1400, 600]
discs: [{title: Dusk}, {title: Dawn}]
extras: [booklet.pdf]
provenance: {generator: compose.py, evidence: [proof.txt]}
tracks:
  - title: Rise
    file: masters/1.wav
    isrc: QZABC2600001
    lyrics: la la
    stems: {drums: stems/drums.wav}
  - title: Fall
    file: masters/2.wav
    disc: 2
    lyrics: lyrics/2.lrc
stems_format: wav
formats: [flac, {name: dj, codec: mp3, bitrate: 320k, id3: "2.3"}, mp3-320, {name: plain, codec: wav}]
archives: [flac]
hls: {renditions: [aac-128, flac, alac], hls_js: {file: hls.min.js}}
license: CC-BY-4.0
torrent:
  - {label: all, include: [flac, dj, cover, cue, lyrics, stems, extras]}
  - {label: small, version: v2, include: [mp3-320]}
"""


def text(steps: list[Step]) -> str:
    """A plan, a line for each step: `name | kind | inputs -> outputs`."""
    return "".join(
        f"{step.name} | {type(step).__name__} | {' '.join(map(str, step.inputs))} -> {' '.join(map(str, step.outputs))}\n"
        for step in steps
    )


def keys(album: Album, place: Place = PLACE) -> dict[str, str]:
    """The key of every step by its name."""
    tools: defaultdict[str, str] = defaultdict(str)
    return {step.name: core.key(core.canonical(core.action(step, tools, {}))) for step in plan(album, place)}


def test_the_plan_of_a_small_album(read: Reader) -> None:
    """Every step, what it reads and what it makes.

    To renew the golden text: `PYTHONPATH=tests/kinds/album:tasks python -m test_plan`.
    """
    assert GOLDEN.read_text(encoding="utf-8") == text(list(plan(read(MOON), PLACE)))


def test_the_same_words_give_the_same_plan(read: Reader) -> None:
    """Planning is pure: comments, the order of keys and the spelling of scalars change nothing."""
    head, tracks = MOON.split("tracks:\n")
    shuffled = (
        "\n".join(["# a comment", *reversed(head.splitlines())])
        + "\ntracks:\n"
        + tracks.replace("title: Rise", 'title: "Rise"')
    )
    assert list(plan(read(MOON), PLACE)) == list(plan(read(shuffled), PLACE))


def test_outputs_are_distinct_and_below_the_releases_folders(read: Reader) -> None:
    """No two steps make one file, and none makes a file elsewhere."""
    steps = list(plan(read(MOON), PLACE))
    outputs = [path for step in steps for path in step.outputs]
    assert len(outputs) == len(set(outputs))
    strays = [path for path in outputs if not path.is_relative_to(PLACE.build) and not path.is_relative_to(".pressroom")]
    assert [] == strays
    assert len(steps) == len({step.name for step in steps})


def test_every_input_is_a_source_or_made_before(read: Reader) -> None:
    """A plan can be run from its first step to its last."""
    made: set[Path] = set()
    for step in plan(read(MOON), PLACE):
        assert [] == [path for path in step.inputs if path not in made and path.parts[0] != "releases"]
        made |= set(step.outputs)


def test_keys_hold_no_path(read: Reader) -> None:
    """A step that reads and writes the same bytes elsewhere is the same step: renaming a release or a master costs nothing."""
    album = read(MOON)
    assert keys(album) == keys(album, ELSEWHERE)
    renamed = keys(read(MOON.replace("masters/1.wav", "takes/one.wav").replace("cover.png", "art.png")))
    assert {"release"} == {name for name, key in keys(album).items() if renamed[name] != key}


def test_formats_of_one_encoding_share_their_encodes(read: Reader) -> None:
    """A format that differs in its tags only costs no encode."""
    names = [step.name for step in plan(read(MOON), PLACE)]
    assert {"encode-flac:1-01", "encode-mp3-320:1-01", "encode-wav:1-01", "encode-alac:1-01", "encode-wav:1-01-stem-1"} == {
        name for name in names if name.startswith("encode-") and "1-01" in name
    }


def test_sums_cover_every_file_of_the_build(read: Reader) -> None:
    """SHA256SUMS has each output once, but itself and those that the cover's list counts."""
    *made, sums = plan(read(MOON), PLACE)
    held = {path: step for step in made for path in step.outputs if path.is_relative_to(PLACE.build)}
    receipts, files = _pairs(sums, "receipts"), _pairs(sums, "files")
    assert {name: PLACE.work / "receipts" / f"{name}.json" for name in receipts} == receipts
    assert {name: PLACE.build / name for name in files} == files
    assert not receipts.keys() & files.keys()
    assert {path.relative_to(PLACE.build).as_posix() for path, step in held.items() if step.name != "cover"} == {
        *receipts,
        *files,
    }
    below = {"": PLACE.build, "hls/": PLACE.build / "hls"}
    listed = {step.manifest for step in made if step.manifest and step.manifest[1] in below.values()}
    assert listed == {(path, below[prefix]) for prefix, path in _lists(sums)}
    assert 4 == len(listed)


def _lists(sums: Step) -> tuple[tuple[str, Path], ...]:
    """The lists of files that are counted later."""
    assert isinstance(sums, Sums)
    return sums.listings


def _pairs(step: Step, name: str) -> dict[str, Path]:
    """The names and the paths in one of a step's fields."""
    return dict({field.name: getattr(step, field.name) for field in dataclasses.fields(step)}[name])


def test_a_zip_holds_all_that_lies_in_its_folder(read: Reader) -> None:
    """An archive has the tracks, the lists, the cover and the extras, below one folder."""
    (archive,) = (step for step in plan(read(MOON), PLACE) if step.name == "zip-flac")
    made = {path for step in plan(read(MOON), PLACE) for path in step.outputs if path.parent == PLACE.build / "flac"}
    assert made == set(archive.inputs)
    names = {
        "cover.jpg",
        "1-01 Rise.flac",
        "2-01 Fall.flac",
        "Moon.m3u8",
        "Moon (disc 1).cue",
        "Moon (disc 2).cue",
        "booklet.pdf",
    }
    assert names == {path.name for path in made}


def torrents(read: Reader, words: str) -> MakeTorrents:
    """The torrents of the small album, with other words for them."""
    (step,) = (step for step in plan(read(MOON[: MOON.index("torrent:")] + words), PLACE) if isinstance(step, MakeTorrents))
    return step


def test_a_torrent_holds_all_formats_and_the_cover(read: Reader) -> None:
    """Tracks, playlists and pictures, at their places below the build, and nothing that says something of the build."""
    step = torrents(read, "torrent: {}")
    assert [
        *("flac/1-01 Rise.flac", "flac/2-01 Fall.flac", "flac/Moon.m3u8", "flac/cover.jpg"),
        *("dj/1-01 Rise.mp3", "dj/2-01 Fall.mp3", "dj/Moon.m3u8", "dj/cover.jpg"),
        *("mp3-320/1-01 Rise.mp3", "mp3-320/2-01 Fall.mp3", "mp3-320/Moon.m3u8", "mp3-320/cover.jpg"),
        *("plain/1-01 Rise.wav", "plain/2-01 Fall.wav", "plain/Moon.m3u8", "plain/cover.jpg", "cover.jpg"),
    ] == [name for name, _ in step.payload]
    assert [PLACE.build / name for name, _ in step.payload] == [path for _, path in step.payload]
    assert ("The Lanterns - Moon (2026)",) == tuple(wish.name for wish in step.wishes)
    outputs = [path.relative_to(PLACE.build).as_posix() for path in (*step.torrents, *step.magnets, step.listing)]
    assert ["Moon.torrent", "Moon.magnet", "torrent.json"] == outputs
    assert (Path("releases/moon.lock.json"), Path(".pressroom/work/moon/torrent.hashes")) == (step.lock, step.hashes)


@pytest.mark.parametrize(
    ("include", "names"),
    [
        ("flac", ["1-01 Rise.flac", "2-01 Fall.flac", "Moon.m3u8"]),
        ("cover", ["cover.jpg"]),
        ("lyrics", ["1-01 Rise.txt", "2-01 Fall.lrc"]),
        ("stems", ["drums.wav", "stems.json"]),
        ("dj, cover", ["1-01 Rise.mp3", "2-01 Fall.mp3", "Moon.m3u8", "cover.jpg", "cover.jpg"]),
        ("dj, cue, extras", ["1-01 Rise.mp3", "2-01 Fall.mp3", "Moon.m3u8", "booklet.pdf"]),
        ("plain, cue", ["1-01 Rise.wav", "2-01 Fall.wav", "Moon.m3u8", "Moon (disc 1).cue", "Moon (disc 2).cue"]),
    ],
)
def test_a_torrent_holds_what_it_includes(include: str, names: list[str], read: Reader) -> None:
    """Formats by their names; cues and extras are those of these formats."""
    assert names == [Path(name).name for name, _ in torrents(read, f"torrent: {{include: [{include}]}}").payload]


def test_a_torrent_has_its_authors_words(read: Reader) -> None:
    """Each word reaches the torrent; a name's odd characters are those of a file."""
    words = "version: hybrid, align: true, piece: 1 MiB, trackers: [[udp://a:1], [http://b/x]], webseeds: [http://c/]"
    (wish,) = torrents(
        read, f"torrent: {{{words}, private: true, source: S, comment: C, name: '{{label}}{{title}}: {{year}}'}}\nlabel: L"
    ).wishes
    assert ("hybrid", True, 1 << 20, True, "S", "C") == (
        wish.version,
        wish.align,
        wish.piece,
        wish.private,
        wish.source,
        wish.comment,
    )
    assert ((("udp://a:1",), ("http://b/x",)), ("http://c/",), "LMoon - 2026") == (wish.trackers, wish.webseeds, wish.name)


TITLED = {
    "tag-*:1-01",
    "tag-stem:*",
    "stems",
    "playlist-*",
    "cue-*:1",
    "zip-flac",
    "torrent",
    "ledger",
    "checks",
    "release",
    "sums",
    "hls-chapters",
    "hls-page",
}
CHANGES: dict[str, tuple[str, str, set[str]]] = {
    "a comment of the YAML": ("kind: album", "kind: album # one", set()),
    "a track's title": ("title: Rise", "title: Rises", TITLED),
    "a track's version": ("title: Rise", "title: Rise\n    version: Live", TITLED),
    "a track's guest": ("title: Rise", "title: Rise\n    featuring: [B]", TITLED),
    "a track's artist": (
        "title: Rise",
        "title: Rise\n    artist: B",
        {"tag-*:1-01", "tag-stem:*", "playlist-*", "cue-*:1", "release"},
    ),
    "a track's tempo": ("title: Rise", "title: Rise\n    bpm: 120", {"tag-*:1-01", "tag-stem:*", "release"}),
    "a track's mood": ("title: Rise", "title: Rise\n    mood: Calm", {"tag-*:1-01", "release"}),
    "a track's ISRC": ("QZABC2600001", "QZABC2600002", {"tag-*:1-01", "cue-*:1", "ledger", "release"}),
    "a track's lyrics": ("la la", "la la la", {"lyrics:1-01", "release"}),
    "a track's lyrics file": ("lyrics/2.lrc", "lyrics/two.lrc", {"release"}),
    "the album's title": (
        "title: Moon",
        "title: Moons",
        {"tag-*", "playlist-*", "cue-*", "zip-flac", "torrent", "release", "sums", "hls-page"},
    ),
    "the album's artist": (
        "artist: The Lanterns",
        "artist: The Lamps",
        {"tag-*", "playlist-*", "cue-*", "zip-flac", "torrent", "release", "hls-page"},
    ),
    "the year": ("2026-05-01", "2025-05-01", {"tag-*", "cue-*", "zip-flac", "torrent", "release"}),
    "a torrent's comment": ("label: small", "label: small, comment: Hi", {"torrent", "release"}),
    "a torrent more": ("  - {label: small", "  - {label: x}\n  - {label: small", {"torrent", "sums", "release"}),
    "the day": ("2026-05-01", "2026-05-02", {"tag-*", "cue-*", "release"}),
    "the genre": ("Ambient", "House", {"tag-[!s]*", "playlist-*", "cue-*", "release"}),
    "the comment": ("A remark.", "Another.", {"tag-[!s]*", "release"}),
    "the edition": ("title: Moon", "title: Moon\nedition: 2", {"tag-[!s]*", "release"}),
    "a disc's title": ("{title: Dawn}", "{title: Day}", {"tag-*:2-01", "hls-page", "release"}),
    "the cover's sizes": ("[1400, 600]", "[1400, 500]", {"cover", "release"}),
    "the picture inside": ("cover_sizes", "embed: {size: 900}\ncover_sizes", {"cover", "release"}),
    "a version of ID3": ('id3: "2.3"', 'id3: "2.4"', {"tag-dj:*", "release"}),
    "the rights": ("genre:", "rights: own\ngenre:", {"release"}),
    "the evidence's generator": ("compose.py", "a.py", {"tag-[!s]*", "release"}),
    "what a loud file is": ("genre:", "true_peak: error\ngenre:", {"checks", "release"}),
    "an archive more": ("[flac]", "[flac, dj]", {"zip-dj", "sums", "release"}),
    "an extra's place": ("booklet.pdf", "papers/booklet.pdf", {"release"}),
    "the names of files": (
        "genre:",
        'naming: "{disc}{track:02} {title}"\ngenre:',
        {"playlist-*", "cue-*", "zip-flac", "torrent", "checks", "release", "stems", "sums"},
    ),
    "a rendition more": (
        "[aac-128, flac, alac]",
        "[aac-128, flac, alac, opus-64]",
        {
            "hls-encode:opus-64-*",
            "hls-join:opus-64",
            "hls-package:opus-64",
            "hls-playlists",
            "hls-page",
            "hls-lint",
            "release",
            "sums",
        },
    ),
    "the length of a segment": (
        "hls: {",
        "hls: {segment: 4 s, ",
        {"hls-package:*", "hls-playlists", "release"},
    ),
    "files for segments": ("hls: {", "hls: {layout: files, ", {"hls-package:*", "release"}),
    "hls.js from elsewhere": (
        "{file: hls.min.js}",
        "{url: https://a.example/h.js, integrity: sha384-QUJD}",
        {"hls-page", "release", "sums"},
    ),
    "a bit rate": (
        "bitrate: 320k",
        "bitrate: 256k",
        {"encode-mp3-256k:*", "measure-mp3-256k:*", "levels:mp3-256k", "checks", "release"},
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_word_remakes_exactly_what_it_touches(change: str, read: Reader) -> None:
    """Each word is in the keys of the steps whose bytes it changes, and in no others; none of them is an encode."""
    old, new, expected = CHANGES[change]
    assert old in MOON
    before, after = keys(read(MOON)), keys(read(MOON.replace(old, new, 1)))
    changed = {name for name, key in after.items() if before.get(name) != key}
    assert [] == [name for name in changed if not any(fnmatchcase(name, pattern) for pattern in expected)]
    assert [] == [pattern for pattern in expected if not any(fnmatchcase(name, pattern) for name in changed)]
    same = {name for name in after if any(fnmatchcase(name, pattern) for pattern in expected)} - changed
    assert set() == same


if __name__ == "__main__":
    album = source.typed(Album, source.parse(PLACE.source, MOON.encode()))
    GOLDEN.write_text(text(list(plan(album, PLACE))), encoding="utf-8")
