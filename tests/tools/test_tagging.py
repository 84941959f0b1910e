from __future__ import annotations

import hashlib
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from pressroom.errors import ToolError
from pressroom.formats import facts
from pressroom.formats.audio import SUFFIXES, Codec
from pressroom.formats.tagset import Credit, TagSet
from pressroom.tools import encode, notes, tags
from pressroom.tools.tagging import Tag, differences, gain_fields

if TYPE_CHECKING:
    from tests.tools.conftest import Bench

WORDS = TagSet(
    fields=(("album", ("Night",)), ("artist", ("The Lanterns",)), ("title", ("Rise",))),
    credits=(Credit(name="Ana Bell", role="composer"),),
)
LEVELS = facts.Levels(
    album=facts.Level(lufs=-14.0, peak=-0.5),
    tracks=(facts.Level(lufs=None, peak=None), facts.Level(lufs=-12.9, peak=0.3)),
)


@pytest.fixture
def step(bench: Bench, untagged: dict[Codec, Path]) -> Tag:
    """A step that tags a FLAC with levels, lyrics and a cover."""
    return prepared(bench, untagged, "flac")


def prepared(bench: Bench, untagged: dict[Codec, Path], codec: Codec) -> Tag:
    """A step that tags a file with levels, lyrics and a cover."""
    bare = Path(f"bare{SUFFIXES[codec]}")
    shutil.copyfile(untagged[codec], bare)
    Image.new("RGB", (40, 40), "navy").save("cover.jpg")
    picture = facts.CoverFile(path="cover.jpg", width=40, height=40, bytes=1, sha256="")
    cover = facts.CoverFacts(source={}, files=(picture,), left_out=(), embedded=picture, notes=(), upscaled=False)
    measured = facts.EncodedFacts(
        codec=codec, rate=44_100, channels=2, samples=13_230, true_peak=-1.0, identical=True,
        stream_sha256=encode.stream_digest(bench, bare),
    )  # fmt: skip
    for name, value in (("measured", measured), ("levels", LEVELS), ("cover", cover)):
        Path(f"{name}.json").write_text(facts.to_json(value), encoding="utf-8")
    Path("01.lrc").write_text("[00:01.00]Rise\n[00:02.50]and shine\n", encoding="utf-8")
    return Tag(
        name="t", bare=bare, measured=Path("measured.json"), tags=WORDS, codec=codec, levels=Path("levels.json"), index=1,
        cover=Path("cover.jpg"), cover_facts=Path("cover.json"), lyrics=Path("01.lrc"),
        output=Path(f"build/moon/{codec}/01 Rise{SUFFIXES[codec]}"), receipt=Path("receipt.json"),
    )  # fmt: skip


@pytest.mark.media
@pytest.mark.parametrize("codec", SUFFIXES)
def test_every_codec_is_tagged_and_its_sound_untouched(bench: Bench, untagged: dict[Codec, Path], codec: Codec) -> None:
    """Words, levels, lyrics and cover are inside, the packets are the same, and the receipt says what the file is."""
    step = prepared(bench, untagged, codec)
    output = bench.make(step)
    assert encode.stream_digest(bench, step.bare) == encode.stream_digest(bench, output)
    digest = hashlib.sha256(output.read_bytes()).hexdigest()
    expected = facts.Receipt(bytes=output.stat().st_size, sha256=digest, unread=())
    assert expected == notes.read(facts.Receipt, step.receipt)
    found = tags.read(output, codec=codec)
    assert ("Rise",) == dict(found.fields)["title"]
    assert (found.lyrics or "").endswith("and shine")
    picture = tags.read_picture(output, codec=codec)
    assert picture is not None
    assert (40, Path("cover.jpg").read_bytes()) == (picture.width, picture.content)


@pytest.mark.media
def test_tagging_again_gives_the_same_bytes(bench: Bench, step: Tag) -> None:
    """The tags before leave no trace: a word that is changed and changed back gives the first bytes."""
    first = bench.make(step).read_bytes()
    other = bench.make(replace(step, tags=replace(WORDS, fields=(("title", ("Rise" * 900,)),)))).read_bytes()
    assert other != first
    assert first == bench.make(step).read_bytes()


@pytest.mark.media
def test_a_touched_sound_is_refused(bench: Bench, step: Tag) -> None:
    """A file whose packets are not those that were measured never comes out."""
    measured = notes.read(facts.EncodedFacts, step.measured)
    step.measured.write_text(facts.to_json(replace(measured, stream_sha256="00")), encoding="utf-8")
    with pytest.raises(ToolError) as raised:
        bench.make(step)
    expected = "build/moon/flac/01 Rise.flac: tagging changed the audio; this is a bug in pressroom or mutagen"
    assert expected == str(raised.value)
    assert not step.output.exists()


def test_gains_are_replaygains() -> None:
    """The gain brings the master to -18 LUFS; the peak is that of the file, and above 1 where it is."""
    expected = (
        ("replaygain_album_gain", ("-4.00 dB",)),
        ("replaygain_album_peak", ("0.944061",)),
        ("replaygain_reference_loudness", ("-18.00 LUFS",)),
        ("replaygain_track_gain", ("-5.10 dB",)),
        ("replaygain_track_peak", ("1.035142",)),
    )
    assert expected == gain_fields(LEVELS.album, LEVELS.tracks[1], opus=False)


def test_opus_has_r128_gains_alone() -> None:
    """RFC 7845 has whole numbers of 1/256 dB to -23 LUFS, and players that find both kinds are 5 dB off."""
    expected = (("r128_album_gain", ("-2304",)), ("r128_track_gain", ("-2586",)))
    assert expected == gain_fields(LEVELS.album, LEVELS.tracks[1], opus=True)


def test_silence_has_no_gain() -> None:
    """A silent track on an album has the album's gain only."""
    found = dict(gain_fields(LEVELS.album, LEVELS.tracks[0], opus=False))
    assert {"replaygain_album_gain", "replaygain_album_peak", "replaygain_reference_loudness"} == set(found)
    assert () == gain_fields(LEVELS.tracks[0], LEVELS.tracks[0], opus=False)


@pytest.mark.media
def test_plain_lyrics_are_not_synced(bench: Bench, step: Tag) -> None:
    """A text is a text, and an LRC both: words for every player, times for those that can."""
    synced = step.all_tags()
    assert ("Rise\nand shine", ((1000, "Rise"), (2500, "and shine"))) == (synced.lyrics, synced.synced)
    Path("01.txt").write_text("Rise\n[not a time]\n", encoding="utf-8")
    plain = replace(step, lyrics=Path("01.txt")).all_tags()
    assert ("Rise\n[not a time]", ()) == (plain.lyrics, plain.synced)
    assert bench.folder


def test_differences_are_named() -> None:
    """What is missing, what is other and what is too much, each by its name."""
    found = replace(WORDS, fields=(("album", ("Nite",)), ("isrc", ("X",)), ("title", ("Rise",))), credits=(), lyrics="la")
    assert ("album", "artist", "isrc", "credits", "lyrics") == differences(WORDS, found)
    assert () == differences(WORDS, WORDS)
