"""The JSON Schema that editors check by says what the loader says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from pressroom import source
from pressroom.commands import main
from pressroom.commands.schema import schema, text
from pressroom.errors import SourceError
from pressroom.kinds.album import Album

ROOT = Path(__file__).parent.parent
COMMITTED = ROOT / "schemas" / "album.schema.json"
ALBUM = schema("album")
MINIMAL = {"kind": "album", "title": "Moon", "artist": "A", "tracks": "[{title: Rise, file: a.wav}]"}
EXAMPLE = """\
kind: album
type: album
title: Night Signals
subtitle: null
edition: 1
artist: The Lanterns
album_artist: The Lanterns
date: 2026-05-01
label: Lantern Records
catalog_number: LR-001
barcode: "0724384260958"
genres: [Electronic, Ambient]
language: en
copyright: "2026 Lantern Records"
phonogram: "2026 Lantern Records"
license: CC-BY-4.0
rights: null
explicit: false
comment: null
website: https://lanterns.example
musicbrainz: {}
credits:
  - {name: Ana Bell, role: composer}
  - {name: Bo Reed, role: performer, instrument: guitar}
cover: cover.png
cover_sizes: [3000, 1400, 600]
embed: {size: 1400, bytes: 1 MB}
discs: [{title: Dusk}, {title: Dawn}]
extras: [booklet.pdf]
provenance:
  {generator: Suno, version: v5, build: "2026-04", url: "https://suno.example/song/abc", evidence: [proof/rights.png]}
tracks:
  - title: Rise
    version: null
    file: masters/01-rise.wav
    disc: 1
    isrc: QZABC2600001
    iswc: null
    artist: null
    featuring: []
    bpm: 120
    key: Am
    mood: null
    lyrics: lyrics/01.lrc
    stems: {vocals: stems/01-vocals.wav, drums: stems/01-drums.wav}
    video: null
stems_format: wav
formats: [flac, mp3-v0]
archives: [flac, mp3-v0]
profiles: []
deliver: []
signed: {}
waive: []
true_peak: warn
publish: []
naming: "{track:02} {title}"
"""


class CoreLoader(yaml.SafeLoader):
    """Reads scalars as YAML 1.2 does, which is what editors show a schema."""


CoreLoader.yaml_implicit_resolvers = {}
for tag, pattern in (
    ("null", "~|null|Null|NULL|"),
    ("bool", "true|True|TRUE|false|False|FALSE"),
    ("int", "[-+]?[0-9]+"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"),
):
    CoreLoader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"), None)
CoreLoader.add_constructor("tag:yaml.org,2002:int", lambda _, node: int(node.value))


def told(given: str) -> list[str]:
    """What the schema finds wrong with a YAML text."""
    validator = jsonschema.Draft202012Validator(ALBUM)
    return [error.message for error in validator.iter_errors(yaml.load(given, CoreLoader))]  # noqa: S506  # a safe loader


def loads(given: str) -> bool:
    """Whether the loader takes a YAML text."""
    try:
        source.typed(Album, source.parse(Path("releases/moon.yaml"), given.encode()))
    except SourceError:
        return False
    return True


def album(**words: str) -> str:
    """A small album with some words of its own; `track` goes into its track."""
    track = words.pop("track", "")
    known = {**MINIMAL, **words}
    known["tracks"] = known["tracks"].replace("a.wav}", f"a.wav, {track}}}")
    return "".join(f"{key}: {value}\n" for key, value in known.items())


def test_the_committed_schema_is_that_of_the_types() -> None:
    """`pressroom schema album > schemas/album.schema.json` renews it."""
    assert COMMITTED.read_text(encoding="utf-8") == text("album")


def test_the_command_prints_it(capsys: pytest.CaptureFixture[str]) -> None:
    """`pressroom schema album` prints the schema, and nothing else."""
    assert main(["schema", "album"]) == 0
    assert json.loads(capsys.readouterr().out) == ALBUM


@pytest.mark.parametrize(
    ("kind", "message"),
    [("albun", "'albun' is no kind of release; did you mean 'album'?\n"), ("x", "'x' is no kind of release: album\n")],
)
def test_an_unknown_kind_is_refused(kind: str, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A kind that is not known is a mistake of the command line."""
    assert (2, message) == (main(["schema", kind]), capsys.readouterr().err)


def test_it_is_a_schema_of_draft_2020_12() -> None:
    """It is valid itself, has a title, and every key of every map says what it means."""
    jsonschema.Draft202012Validator.check_schema(ALBUM)
    assert ("https://json-schema.org/draft/2020-12/schema", "album") == (ALBUM["$schema"], ALBUM["title"])
    assert [] == [name for name, said in ALBUM["properties"].items() if not _described(said)]


def _described(said: dict[str, Any]) -> bool:
    """Whether a key has a description, of its own or of the map that it is."""
    refs = [one["$ref"].rpartition("/")[2] for one in said.get("anyOf", ()) if "$ref" in one]
    return "description" in said or any("description" in ALBUM["$defs"][ref] for ref in refs)


def test_what_is_inherited_is_not_required() -> None:
    """An editor does not ask for what releases/defaults.yaml gives."""
    assert ["kind", "title", "tracks"] == ALBUM["required"]


@pytest.mark.parametrize("path", ["first-light.yaml", "night-signals/release.yaml"])
def test_the_example_releases_are_valid(path: str) -> None:
    """The schema takes what the project's own examples say."""
    assert [] == told((ROOT / "releases" / path).read_text(encoding="utf-8"))


def test_every_word_of_the_docs_is_taken() -> None:
    """An album with every word that there is, but for those that are not made yet, is right for both."""
    assert ([], True) == (told(EXAMPLE), loads(EXAMPLE))


GOOD = [
    {"title": "1984"},
    {"title": "1.10"},
    {"title": "no"},
    {"title": "true"},
    {"title": "'null'"},
    {"label": ""},
    {"label": "~"},
    {"genres": ""},
    {"formats": "null"},
    {"embed": ""},
    {"embed": "{size: , bytes: 10 kB}"},
    {"explicit": "clean"},
    {"explicit": "true"},
    {"date": "2026"},
    {"date": "2026-05"},
    {"barcode": "724384260958"},
    {"barcode": "'0724384260958'"},
    {"edition": "2"},
    {"edition": "2.0"},
    {"formats": "[{name: dj, codec: mp3, bitrate: 320}]"},
    {"formats": "[{name: dj, codec: mp3, bitrate: 320k, id3: 2.3}]"},
    {"formats": "[{name: DJ_x, codec: flac, depth: 16, rate: 44100, channels: 2, tags: false}]"},
    {"formats": "[{name: q, codec: vorbis, quality: -1}, opus-64]"},
    {"naming": "'{disc}-{track:02} {title} {{x}}'"},
    {"license": "https://a.example/x"},
    {"license": "MIT"},
    {"publish": "[]"},
    {"signed": "{}"},
    {"hls": ""},
    {"hls": "{}"},
    {"hls": "{renditions: [aac-128, opus-96, flac, alac], segment: 4.5 s, layout: files, container: mp4}"},
    {"hls": "{encrypt: {key: env:MOON_KEY, url: 'https://keys.example/moon.key?edition=1'}}"},
    {"hls": "{layout: files, encrypt: {method: aes-128, key: keyring:hls/moon, url: ../keys/moon.key}}"},
    {"hls": "{hls_js: {file: hls.min.js}}"},
    {"hls": "{hls_js: {url: 'https://a.example/hls.js', integrity: sha384-QUJD}}"},
    {"torrent": "", "license": "MIT"},
    {"torrent": "{}", "license": "MIT"},
    {"torrent": "[{version: v2, align: auto, piece: auto}]", "license": "MIT"},
    {"torrent": "{align: true, piece: 512 KiB, trackers: [[udp://a.example:1]], private: false}", "license": "MIT"},
    {"torrent": "{include: [flac, cue], name: '{title}', webseeds: [https://a.example/x/]}", "license": "MIT"},
    {"track": "bpm: 120.5"},
    {"track": "bpm: .5e2"},
    {"track": "stems: {a: b.wav, '808': c.wav}"},
    {"track": "isrc: qz-abc-26-00001"},
    {"track": "lyrics: 1984"},
    {"track": "musicbrainz: {recording: F4A31F0A-51DD-4FA7-986D-3095C40C5ED9}"},
    {"track": "title_sort: a, iswc: T-034.524.680-1, language: pt-BR"},
]
BAD = [
    {"title": ""},
    {"title": "[a]"},
    {"title": "''"},
    {"title": "' '"},
    {"title": '"a\\nb"'},
    {"title": '"a\\x07"'},
    {"titel": "a"},
    {"kind": "albun"},
    {"type": "lp"},
    {"edition": "0"},
    {"edition": "1.5"},
    {"edition": "'1'"},
    {"explicit": "'true'"},
    {"explicit": "yes"},
    {"date": "May 2026"},
    {"date": "20260501"},
    {"barcode": "12 34"},
    {"language": "en_US"},
    {"website": "ftp://a.example"},
    {"cover": "/a.png"},
    {"cover": "../a.png"},
    {"cover": "a/../../b.png"},
    {"cover": "C:/a.png"},
    {"cover": "'a\\b.png'"},
    {"cover_sizes": "[]"},
    {"cover_sizes": "[50]"},
    {"cover_sizes": "600"},
    {"embed": "{size: 1400, bytes: 1}"},
    {"embed": "{bytes: 1 pound}"},
    {"formats": "[]"},
    {"formats": "flac"},
    {"formats": "[flca]"},
    {"formats": "[{name: dj}]"},
    {"formats": "[{name: stems, codec: flac}]"},
    {"formats": "[{name: a/b, codec: flac}]"},
    {"formats": "[{name: dj, codec: mp3, bitrate: 641k}]"},
    {"formats": "[{name: dj, codec: mp3, bitrate: fast}]"},
    {"formats": "[{name: dj, codec: flac, depth: 20}]"},
    {"formats": "[{name: dj, codec: flac, depth: '16'}]"},
    {"formats": "[{name: dj, codec: flac, tags: maybe}]"},
    {"naming": "'{titel}'"},
    {"naming": "'{title:02}'"},
    {"naming": "'{'"},
    {"hls": "[]"},
    {"hls": "{renditions: [mp3-v0]}"},
    {"hls": "{renditions: []}"},
    {"hls": "{segment: 6}"},
    {"hls": "{segment: 6 min}"},
    {"hls": "{layout: one}"},
    {"hls": "{container: mpegts}"},
    {"hls": "{encrypt: {method: aes-128}}"},
    {"hls": "{encrypt: {key: c0ffee, url: moon.key}}"},
    {"hls": "{encrypt: {key: env:MOON_KEY, url: //keys.example/moon.key}}"},
    {"hls": "{encrypt: {key: env:MOON_KEY, url: 'https://me:pw@keys.example/'}}"},
    {"hls": "{hls_js: hls.js}"},
    {"hls": "{hls_js: {url: 'https://a.example/hls.js', integrity: x}}"},
    {"torrent": "[]", "license": "MIT"},
    {"torrent": "x", "license": "MIT"},
    {"torrent": "{piece: 3 MiB}", "license": "MIT"},
    {"torrent": "{piece: 32 MiB}", "license": "MIT"},
    {"torrent": "{align: maybe}", "license": "MIT"},
    {"torrent": "{version: v3}", "license": "MIT"},
    {"torrent": "{trackers: [udp://a.example:1]}", "license": "MIT"},
    {"torrent": "{trackers: [[ftp://a.example]]}", "license": "MIT"},
    {"torrent": "{webseeds: [https://a.example/x]}", "license": "MIT"},
    {"torrent": "{private: 1}", "license": "MIT"},
    {"torrent": "{include: []}", "license": "MIT"},
    {"torrent": "{name: '{track}'}", "license": "MIT"},
    {"torrent": "[{label: a b}]", "license": "MIT"},
    {"profiles": "[spotify]"},
    {"tracks": "[]"},
    {"tracks": "[{title: a}]"},
    {"tracks": "[{file: a.wav}]"},
    {"tracks": "[a]"},
    {"track": "bpm: fast"},
    {"track": "bpm: '120'"},
    {"track": "bpm: 301"},
    {"track": "disc: 0"},
    {"track": "isrc: 12345"},
    {"track": "stems: [a.wav]"},
    {"track": "stems: {'': a.wav}"},
    {"track": "credits: [{name: A}]"},
    {"track": "musicbrainz: {recording: x}"},
]


@pytest.mark.parametrize("words", GOOD, ids=str)
def test_what_the_loader_takes_is_valid(words: dict[str, str]) -> None:
    """An editor marks nothing that builds."""
    given = album(**words)
    assert ([], True) == (told(given), loads(given))


@pytest.mark.parametrize("words", BAD, ids=str)
def test_what_the_loader_refuses_is_invalid(words: dict[str, str]) -> None:
    """An editor marks what the loader refuses, as far as a schema can say it."""
    given = album(**words)
    assert (True, False) == (bool(told(given)), loads(given))


def test_a_key_that_is_no_text_is_left_to_the_loader() -> None:
    """JSON has no other keys than texts, so no schema can say it."""
    assert not loads(album(track="stems: {808: a.wav}"))
