from __future__ import annotations

import base64
import io
import json
import os
import random
import re
import shutil
import subprocess
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import imageio_ffmpeg
import mutagen
import pytest
from mutagen.flac import FLAC
from mutagen.id3 import ID3
from PIL import Image

from pressroom.data.tagmap import CODES, CREDITS, FIELDS, FREEFORM
from pressroom.errors import ReleaseError
from pressroom.formats.audio import SUFFIXES
from pressroom.formats.tagkeys import container_of
from pressroom.formats.tagset import Credit, Picture, TagSet
from pressroom.tools import tags

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pressroom.formats.audio import Codec

    Id3 = Literal["2.4", "2.3"]
    Bare = Callable[[Codec], Path]

pytestmark = pytest.mark.media

TARGETS: tuple[tuple[Codec, Id3], ...] = (
    ("mp3", "2.4"),
    ("mp3", "2.3"),
    ("aiff", "2.4"),
    ("wav", "2.4"),
    ("flac", "2.4"),
    ("vorbis", "2.4"),
    ("opus", "2.4"),
    ("aac", "2.4"),
    ("alac", "2.4"),
    ("wavpack", "2.4"),
)
NASTY = 'It\'s 100% "ok": [x] %04d é 夜 🌙 a/b; c=d\\'
SAMPLES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("track", "disc"), ("3",)),
    **dict.fromkeys(("track_total", "disc_total"), ("12",)),
    **dict.fromkeys(("compilation", "gapless"), ("true",)),
    "bpm": ("120",),
    "date": ("2026-05-01",),
    "original_date": ("1999",),
    "explicit": ("clean",),
    "media_kind": ("audiobook",),
    "website": ("https://lanterns.example/?a=1&b=%20",),
    "license_url": ("https://creativecommons.org/licenses/by/4.0/",),
}
SEVERAL = ("artists", "genres", "isrc", "label", "mood", "catalog_number", "musicbrainz_artist")

FULL = TagSet(
    fields=(
        ("album", ("Night Signals",)),
        ("album_artist", ("The Lanterns",)),
        ("artist", ("The Lanterns & Bo",)),
        ("artists", ("The Lanterns", "Bo")),
        ("barcode", ("0724384260958",)),
        ("bpm", ("120",)),
        ("comment", ("Made at night",)),
        ("compilation", ("true",)),
        ("copyright", ("2026 Lantern Records",)),
        ("date", ("2026-05-01",)),
        ("disc", ("1",)),
        ("disc_total", ("2",)),
        ("explicit", ("clean",)),
        ("gapless", ("true",)),
        ("genres", ("Electronic", "Ambient")),
        ("isrc", ("QZABC2600001",)),
        ("key", ("Am",)),
        ("label", ("Lantern Records",)),
        ("license", ("CC-BY-4.0",)),
        ("license_url", ("https://creativecommons.org/licenses/by/4.0/",)),
        ("media_kind", ("music",)),
        ("mood", ("calm",)),
        ("musicbrainz_recording", ("b1a9c0e9-d987-4042-ae91-78d6a3267d69",)),
        ("original_date", ("1999-12-31",)),
        ("phonogram", ("2026 Lantern Records",)),
        ("r128_track_gain", ("-2586",)),
        ("replaygain_track_gain", ("-5.10 dB",)),
        ("replaygain_track_peak", ("1.012345",)),
        ("title", (NASTY,)),
        ("title_sort", ("Ok",)),
        ("track", ("3",)),
        ("track_total", ("12",)),
        ("website", ("https://lanterns.example",)),
    ),
    credits=(
        Credit(name="Ana Bell", role="composer"),
        Credit(name="Bo Reed", role="performer", instrument="guitar"),
        Credit(name="Cy", role="producer"),
        Credit(name="Di", role="mastering engineer"),
    ),
    lyrics="One\n\nTwo é",
    synced=((0, "One"), (1230, ""), (2005, "Two é")),
    language="de",
)
SMALL = TagSet(fields=(("title", ("Rise",)),))
SUNG_IN_ID3 = [("One", 0), ("\n", 1230), ("\nTwo é", 2005)]
LRC = "[00:00.00]One\n[00:01.23]\n[00:02.005]Two é\n"


@pytest.fixture
def bare(untagged: dict[Codec, Path], tmp_path: Path) -> Bare:
    """Gives a fresh copy of the untagged file of a codec at each call."""
    numbers = iter(range(1000))

    def copied(codec: Codec) -> Path:
        source = untagged[codec]
        return shutil.copyfile(source, tmp_path / f"{next(numbers)}{source.suffix}")

    return copied


def cover(kind: str = "JPEG", side: int = 32) -> Picture:
    """A small cover that compresses badly, so that it fills several Ogg pages when it is larger."""
    image = Image.frombytes("RGB", (side, side), dice(7).randbytes(side * side * 3))
    content = io.BytesIO()
    image.save(content, kind)
    return Picture(media_type=f"image/{kind.lower()}", width=side, height=side, content=content.getvalue())


def dice(seed: int | str) -> random.Random:
    """The same throws at each run."""
    return random.Random(seed)  # noqa: S311  # no secret


def opened(path: Path, kind: Any = mutagen.File, **options: object) -> Any:  # noqa: ANN401  # mutagen has no types
    """A file as mutagen itself reads it."""
    return kind(path, **options)


def outcome(edge: Callable[[Path], object], path: Path) -> str | None:
    """The text of the ReleaseError that reading raises, if any."""
    try:
        edge(path)
    except ReleaseError as error:
        return str(error)
    return None


def sample(field: str) -> tuple[str, ...]:
    """A value that every container which has the field holds unchanged."""
    return SAMPLES.get(field, (NASTY,))


def tool(name: str) -> str:
    """A program that only these tests need; on CI it must be there."""
    if found := shutil.which(name):
        return found
    if os.environ.get("CI"):
        pytest.fail(f"{name} is not installed; .ci/run installs it")
    pytest.skip(f"{name} is not installed; .ci/run installs it")


def said(*command: str) -> str:
    """What a program prints; it must succeed."""
    return subprocess.run(command, check=True, capture_output=True, text=True, encoding="utf-8").stdout


def stream_hash(path: Path) -> str:
    """The digest of the encoded audio inside a file, by ffmpeg."""
    ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
    return said(ffmpeg, "-v", "error", "-bitexact", "-i", str(path), "-map", "0:a", "-c", "copy", "-f", "streamhash", "-")


def ffmetadata(path: Path) -> dict[str, str]:
    """The tags as ffmpeg reads them: those of the file, or of the stream where the container keeps them there."""
    ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
    text = said(ffmpeg, "-v", "error", "-i", str(path), "-map_metadata", "0:s:a", "-f", "ffmetadata", "-")
    text += said(ffmpeg, "-v", "error", "-i", str(path), "-f", "ffmetadata", "-")
    pairs = re.findall(r"(?m)^((?:[^=;#\\\n]|\\.)+)=((?:[^\\\n]|\\[\s\S])*)$", text)
    return {key.lower(): re.sub(r"\\([\s\S])", r"\1", value) for key, value in pairs}


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize(("codec", "id3"), TARGETS)
def test_every_field_comes_back_from_every_container(bare: Bare, codec: Codec, id3: Id3, field: str) -> None:
    """What is written is read back unchanged, or the container has no place for it."""
    path, given = bare(codec), TagSet(fields=((field, sample(field)),))
    tags.write(path, given, codec=codec, picture=None, id3=id3)
    wanted = given if FIELDS[field][container_of(codec, id3)] else TagSet()
    assert wanted == tags.expected(given, codec=codec, id3=id3)
    assert wanted == tags.read(path, codec=codec)


@pytest.mark.parametrize("role", [*CREDITS, "ghost writer", "técnico", "title"])
@pytest.mark.parametrize(("codec", "id3"), TARGETS)
def test_every_credit_comes_back_from_every_container(bare: Bare, codec: Codec, id3: Id3, role: str) -> None:
    """Names and roles survive; a role that a container cannot name is what a performer does."""
    path, given = bare(codec), TagSet(credits=(Credit(name=NASTY, role=role),))
    tags.write(path, given, codec=codec, picture=None, id3=id3)
    nameless = {"vorbis": ("técnico", "title"), "id3v23": ("ghost writer", "técnico", "title"), "id3v24": ()}
    container = container_of(codec, id3)
    if role in nameless.get(container, nameless["vorbis"]):
        given = TagSet(credits=(Credit(name=NASTY, role="performer", instrument=role),))
    assert given == tags.expected(given, codec=codec, id3=id3)
    assert given == tags.read(path, codec=codec)


@pytest.mark.parametrize("field", SEVERAL)
@pytest.mark.parametrize(("codec", "id3"), TARGETS)
def test_several_values_stay_apart(bare: Bare, codec: Codec, id3: Id3, field: str) -> None:
    """Two artists stay two; only ID3v2.3, which has no lists, joins them."""
    path, values = bare(codec), ("AC/DC", "Earth; Wind", "é 夜")
    tags.write(path, TagSet(fields=((field, values),)), codec=codec, picture=None, id3=id3)
    joined = () if field == "mood" else ("AC/DC; Earth; Wind; é 夜",)
    kept = joined if id3 == "2.3" else values
    assert TagSet(fields=((field, kept),) if kept else ()) == tags.read(path, codec=codec)


@pytest.mark.parametrize(("field", "word"), [(field, word) for field, codes in CODES.items() for word in codes])
@pytest.mark.parametrize("codec", ["mp3", "aac", "flac"])
def test_every_word_of_a_coded_field_comes_back(bare: Bare, codec: Codec, field: str, word: str) -> None:
    """`explicit: clean` is not `explicit: true` after a round trip."""
    path, given = bare(codec), TagSet(fields=((field, (word,)),))
    tags.write(path, given, codec=codec, picture=None)
    assert tags.expected(given, codec=codec) == tags.read(path, codec=codec)


@pytest.mark.parametrize(("codec", "id3"), TARGETS)
def test_a_full_set_comes_back(bare: Bare, codec: Codec, id3: Id3) -> None:
    """All the tags of a track together, with its cover, read back as predicted."""
    path, picture = bare(codec), cover()
    tags.write(path, FULL, codec=codec, picture=picture, id3=id3)
    assert tags.expected(FULL, codec=codec, id3=id3) == tags.read(path, codec=codec)
    assert picture == tags.read_picture(path, codec=codec)


@pytest.mark.parametrize(("codec", "id3"), TARGETS)
def test_long_lyrics_come_back(bare: Bare, codec: Codec, id3: Id3) -> None:
    """Ten thousand characters of lyrics are no trouble."""
    path, given = bare(codec), TagSet(lyrics="Ünder the 夜 🌙\n" * 700)
    tags.write(path, given, codec=codec, picture=None, id3=id3)
    assert given == tags.read(path, codec=codec)


@pytest.mark.parametrize(("codec", "id3"), TARGETS)
def test_synced_lyrics_come_back(bare: Bare, codec: Codec, id3: Id3) -> None:
    """The times of the lines survive to the millisecond, with or without plain lyrics beside them."""
    for given in (TagSet(synced=FULL.synced), TagSet(synced=FULL.synced, lyrics="One")):
        path = bare(codec)
        tags.write(path, given, codec=codec, picture=None, id3=id3)
        assert given == tags.read(path, codec=codec)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize(("codec", "id3"), TARGETS)
def test_the_cover_comes_back(bare: Bare, codec: Codec, id3: Id3, kind: str) -> None:
    """A cover of many Ogg pages is the same bytes afterwards, with its type and size."""
    path, picture = bare(codec), cover(kind, 256)
    tags.write(path, SMALL, codec=codec, picture=picture, id3=id3)
    assert picture == tags.read_picture(path, codec=codec)


@pytest.mark.parametrize(("codec", "id3"), TARGETS)
def test_without_a_cover_there_is_none(bare: Bare, codec: Codec, id3: Id3) -> None:
    """No cover is written where none is given, and none is read where nothing was written."""
    path = bare(codec)
    assert tags.read_picture(path, codec=codec) is None
    tags.write(path, SMALL, codec=codec, picture=None, id3=id3)
    assert tags.read_picture(path, codec=codec) is None


@pytest.mark.parametrize(("codec", "id3"), TARGETS)
def test_tagging_again_gives_the_bytes_of_tagging_afresh(bare: Bare, codec: Codec, id3: Id3) -> None:
    """Nothing of the former tags is left, whether they were larger or smaller."""
    versions = ((FULL, cover("JPEG", 200)), (SMALL, None), (FULL, None), (SMALL, cover("PNG", 64)), (TagSet(), None))
    again = bare(codec)
    for given, picture in (*versions, *reversed(versions)):
        fresh = bare(codec)
        tags.write(fresh, given, codec=codec, picture=picture, id3=id3)
        tags.write(again, given, codec=codec, picture=picture, id3=id3)
        assert fresh.read_bytes() == again.read_bytes()


def test_retagging_from_one_id3_version_to_the_other_leaves_nothing(bare: Bare) -> None:
    """A file that was ID3v2.3 is wholly ID3v2.4 afterwards."""
    fresh, again = bare("mp3"), bare("mp3")
    tags.write(again, FULL, codec="mp3", picture=None, id3="2.3")
    tags.write(again, FULL, codec="mp3", picture=None, id3="2.4")
    tags.write(fresh, FULL, codec="mp3", picture=None, id3="2.4")
    assert fresh.read_bytes() == again.read_bytes()


@pytest.mark.parametrize("codec", ["aac", "flac", "wavpack", "mp3", "opus"])
def test_the_order_of_the_fields_does_not_matter(bare: Bare, codec: Codec) -> None:
    """The same tags in any order are the same bytes."""
    orderer = dice(3)
    found = set()
    for _ in range(8):
        fields = list(FULL.fields)
        orderer.shuffle(fields)
        path = bare(codec)
        tags.write(path, TagSet(fields=tuple(fields)), codec=codec, picture=None)
        found.add(path.read_bytes())
    assert len(found) == 1


@pytest.mark.parametrize(("codec", "id3"), TARGETS)
def test_the_audio_is_untouched(bare: Bare, codec: Codec, id3: Id3) -> None:
    """The encoded audio is the same before and after."""
    path = bare(codec)
    before = stream_hash(path)
    tags.write(path, FULL, codec=codec, picture=cover("JPEG", 200), id3=id3)
    assert before == stream_hash(path)


def test_the_mp3_frames_are_untouched(bare: Bare) -> None:
    """The LAME header with its gapless delay and padding, and every frame, follow the tags as they were."""
    path = bare("mp3")
    untagged = path.read_bytes()
    frames = untagged[opened(path, ID3).size :] if untagged.startswith(b"ID3") else untagged
    tags.write(path, FULL, codec="mp3", picture=cover())
    assert path.read_bytes().endswith(frames)
    assert b"Xing" in frames[:200]
    assert frames == path.read_bytes()[opened(path, ID3).size :]


def test_there_is_no_id3v1(bare: Bare) -> None:
    """An ID3v1 tag, with its 30 characters, is removed and not written."""
    path = bare("mp3")
    path.write_bytes(path.read_bytes() + b"TAG" + b"Old title".ljust(125, b"\0"))
    tags.write(path, SMALL, codec="mp3", picture=None)
    assert path.read_bytes()[-128:-125] != b"TAG"
    assert SMALL == tags.read(path, codec="mp3")


def test_id3v24_has_the_frames_of_the_specification(bare: Bare) -> None:
    """Players find each frame where id3v2.4.0-frames puts it; lists are lists."""
    path = bare("mp3")
    tags.write(path, FULL, codec="mp3", picture=cover())
    found = opened(path, ID3, translate=False)
    assert found.version == (2, 4, 0)
    frames: dict[str, Any] = {key: getattr(frame, "text", None) for key, frame in found.items()}
    wanted = {
        "TIT2": [NASTY],
        "TPE1": ["The Lanterns & Bo"],
        "TPE2": ["The Lanterns"],
        "TALB": ["Night Signals"],
        "TCON": ["Electronic", "Ambient"],
        "TRCK": ["3/12"],
        "TPOS": ["1/2"],
        "TPRO": ["2026 Lantern Records"],
        "TSOT": ["Ok"],
        "TXXX:ARTISTS": ["The Lanterns", "Bo"],
        "TXXX:ITUNESADVISORY": ["2"],
        "TXXX:REPLAYGAIN_TRACK_GAIN": ["-5.10 dB"],
        "TLAN": ["ger"],
        "COMM::eng": ["Made at night"],
        "USLT::ger": "One\n\nTwo é",
        "SYLT::ger": SUNG_IN_ID3,
    }
    assert wanted == {key: frames[key] for key in wanted}
    assert [str(stamp) for stamp in frames["TDRC"]] == ["2026-05-01"]
    assert found["TIPL"].people == [["producer", "Cy"], ["mastering engineer", "Di"]]
    assert found["TMCL"].people == [["guitar", "Bo Reed"]]
    assert found["UFID:http://musicbrainz.org"].data == b"b1a9c0e9-d987-4042-ae91-78d6a3267d69"
    assert found["WOAR:https://lanterns.example"].url == "https://lanterns.example"
    assert found["APIC:"].type == 3
    assert found["APIC:"].encoding == 0
    assert not any("R128" in key for key in found)


def test_id3v23_has_the_frames_of_the_specification(bare: Bare) -> None:
    """The version for cars and DJ software has its own dates and lists, and no frame of ID3v2.4."""
    path = bare("mp3")
    tags.write(path, FULL, codec="mp3", picture=cover(), id3="2.3")
    found = opened(path, ID3, translate=False)
    assert found.version == (2, 3, 0)
    wanted = {
        "TYER": ["2026"],
        "TDAT": ["0105"],
        "TORY": ["1999"],
        "TCON": ["Electronic; Ambient"],
        "TXXX:ARTISTS": ["The Lanterns; Bo"],
        "TXXX:PHONOGRAPHIC_COPYRIGHT": ["2026 Lantern Records"],
    }
    assert wanted == {key: found[key].text for key in wanted}
    assert found["IPLS"].people == [["guitar", "Bo Reed"], ["producer", "Cy"], ["mastering engineer", "Di"]]
    newer = {"TDRC", "TDOR", "TIPL", "TMCL", "TMOO", "TPRO", "TSOT", "TSOA", "TSOP", "TSST"}
    assert not newer & found.keys()
    assert found["TIT2"].encoding == 1
    assert str(opened(path)["TDRC"]) == "2026-05-01"


@pytest.mark.parametrize("codec", ["aiff", "wav"])
def test_the_chunk_of_aiff_and_wav_is_id3(bare: Bare, codec: Codec) -> None:
    """The tags are in a chunk after the audio, named as players look for it."""
    path = bare(codec)
    tags.write(path, FULL, codec=codec, picture=None)
    assert {"aiff": b"ID3 ", "wav": b"id3 "}[codec] in path.read_bytes()
    found = opened(path)
    assert str(found["TIT2"]) == NASTY


def test_vorbis_comments_have_the_names_of_the_specification(bare: Bare) -> None:
    """FLAC players find each comment by its usual name; a list is a comment for each value."""
    path = bare("flac")
    tags.write(path, FULL, codec="flac", picture=cover())
    audio = opened(path, FLAC)
    wanted = {
        "TITLE": [NASTY],
        "ARTISTS": ["The Lanterns", "Bo"],
        "ALBUMARTIST": ["The Lanterns"],
        "TRACKNUMBER": ["3"],
        "TRACKTOTAL": ["12"],
        "TOTALTRACKS": ["12"],
        "DATE": ["2026-05-01"],
        "GENRE": ["Electronic", "Ambient"],
        "PERFORMER": ["Bo Reed (guitar)"],
        "MASTERING ENGINEER": ["Di"],
        "REPLAYGAIN_TRACK_GAIN": ["-5.10 dB"],
        "LYRICS": [LRC],
        "UNSYNCEDLYRICS": ["One\n\nTwo é"],
        "LANGUAGE": ["de"],
    }
    assert wanted == {key: audio[key] for key in wanted}
    kinds = [block.code for block in audio.metadata_blocks]
    assert kinds.index(4) < kinds.index(6)
    (picture,) = audio.pictures
    assert (3, "image/jpeg", 32, 32, 24) == (picture.type, picture.mime, picture.width, picture.height, picture.depth)


def test_a_flac_without_comments_gets_them(bare: Bare) -> None:
    """Files of encoders that write no comment block are tagged too, under our own vendor text."""
    path = bare("flac")
    audio = opened(path, FLAC)
    audio.metadata_blocks = [block for block in audio.metadata_blocks if block.code != 4]
    audio.tags = None
    audio.save()
    tags.write(path, SMALL, codec="flac", picture=cover())
    assert SMALL == tags.read(path, codec="flac")
    assert opened(path).tags.vendor == "pressroom"
    kinds = [block.code for block in opened(path).metadata_blocks]
    assert kinds.index(4) < kinds.index(6)


@pytest.mark.parametrize("codec", ["flac", "vorbis", "opus"])
def test_the_vendor_text_stays(bare: Bare, codec: Codec) -> None:
    """The encoder's name is the encoder's."""
    path = bare(codec)
    before = opened(path).tags.vendor
    tags.write(path, FULL, codec=codec, picture=None)
    assert before == opened(path).tags.vendor


def test_opus_has_only_its_own_gains(bare: Bare) -> None:
    """R128 comments, no ReplayGain, and no gain in the header (RFC 7845, 5.2.1)."""
    path = bare("opus")
    tags.write(path, FULL, codec="opus", picture=cover())
    found = opened(path)
    assert found["R128_TRACK_GAIN"] == ["-2586"]
    assert not [key for key, _ in found.tags if key.upper().startswith("REPLAYGAIN")]
    header = path.read_bytes().index(b"OpusHead")
    assert path.read_bytes()[header + 16 : header + 18] == b"\0\0"
    picture = base64.b64decode(found["METADATA_BLOCK_PICTURE"][0])
    assert picture[:8] == (3).to_bytes(4, "big") + len("image/jpeg").to_bytes(4, "big")
    assert picture[22:38] == b"".join(number.to_bytes(4, "big") for number in (32, 32, 24, 0))


def test_mp4_has_the_atoms_of_itunes(bare: Bare) -> None:
    """Apple's players find numbers as numbers and flags as flags."""
    path = bare("aac")
    tags.write(path, FULL, codec="aac", picture=cover())
    found = opened(path).tags
    wanted: dict[str, Any] = {
        "©nam": [NASTY],
        "©ART": ["The Lanterns & Bo"],
        "aART": ["The Lanterns"],
        "©gen": ["Electronic", "Ambient"],
        "©day": ["2026-05-01"],
        "©wrt": ["Ana Bell"],
        "©lyr": ["One\n\nTwo é"],
        "trkn": [(3, 12)],
        "disk": [(1, 2)],
        "tmpo": [120],
        "cpil": True,
        "pgap": True,
        "rtng": [2],
        "stik": [1],
        FREEFORM + "ISRC": [b"QZABC2600001"],
        FREEFORM + "LYRICS": [LRC.encode()],
        FREEFORM + "MASTERING ENGINEER": [b"Di"],
    }
    assert wanted == {key: found[key] for key in wanted}
    assert [13] == [atom.imageformat for atom in found["covr"]]
    tags.write(path, FULL, codec="aac", picture=cover("PNG"))
    assert [14] == [atom.imageformat for atom in opened(path).tags["covr"]]


def test_apev2_has_its_usual_items(bare: Bare) -> None:
    """WavPack players find each item by its usual name."""
    path = bare("wavpack")
    tags.write(path, FULL, codec="wavpack", picture=cover())
    found = opened(path).tags
    wanted = {
        "Title": [NASTY],
        "Artists": ["The Lanterns", "Bo"],
        "Album Artist": ["The Lanterns"],
        "Track": ["3/12"],
        "Year": ["2026-05-01"],
        "Genre": ["Electronic", "Ambient"],
        "Performer": ["Bo Reed (guitar)"],
        "Lyrics": [LRC],
    }
    assert wanted == {key: list(found[key]) for key in wanted}
    assert found["Cover Art (Front)"].value == b"cover.jpg\0" + cover().content


@pytest.mark.parametrize(("codec", "id3"), TARGETS)
def test_ffmpeg_reads_the_tags(bare: Bare, codec: Codec, id3: Id3) -> None:
    """A program of another make finds the tags that it knows."""
    path = bare(codec)
    tags.write(path, FULL, codec=codec, picture=cover(), id3=id3)
    found = ffmetadata(path)
    wanted = {"title": NASTY, "artist": "The Lanterns & Bo", "album": "Night Signals", "album_artist": "The Lanterns"}
    if codec == "wavpack":
        wanted["album artist"] = wanted.pop("album_artist")
    wanted |= {"composer": "Ana Bell", "copyright": "2026 Lantern Records"}
    wanted |= {"track": "3" if codec in {"flac", "vorbis", "opus"} else "3/12"}
    assert wanted == {key: found.get(key) for key in wanted}


@pytest.mark.parametrize(("codec", "id3"), TARGETS)
def test_ffmpeg_finds_the_cover(bare: Bare, codec: Codec, id3: Id3) -> None:
    """A program of another make gets the very bytes of the cover."""
    path, picture = bare(codec), cover("JPEG", 200)
    tags.write(path, FULL, codec=codec, picture=picture, id3=id3)
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(),
        "-v",
        "error",
        "-i",
        str(path),
        "-map",
        "0:v",
        "-c",
        "copy",
        "-f",
        "image2pipe",
        "-",
    ]
    assert picture.content == subprocess.run(command, check=True, capture_output=True).stdout


def test_metaflac_reads_the_tags(bare: Bare) -> None:
    """The reference tools of FLAC find the comments and the cover, and the file is sound."""
    path, picture = bare("flac"), cover()
    tags.write(path, FULL, codec="flac", picture=picture)
    lines = said(tool("metaflac"), "--no-utf8-convert", "--export-tags-to=-", str(path)).splitlines()
    assert {f"TITLE={NASTY}", "ARTISTS=Bo", "ARTISTS=The Lanterns", "BARCODE=0724384260958", "TRACKTOTAL=12"} <= set(lines)
    block = said(tool("metaflac"), "--list", "--block-type=PICTURE", str(path))
    for line in ("type: 3 (Cover (front))", "MIME type: image/jpeg", "width: 32", "height: 32", "depth: 24"):
        assert line in block
    subprocess.run([tool("flac"), "-s", "-t", str(path)], check=True)


def test_opusinfo_reads_the_tags(bare: Bare) -> None:
    """The reference tool of Opus finds the comments and has nothing to warn of."""
    path = bare("opus")
    tags.write(path, FULL, codec="opus", picture=cover("JPEG", 200))
    found = said(tool("opusinfo"), str(path))
    assert f"TITLE={NASTY}" in found
    assert "R128_TRACK_GAIN=-2586" in found
    assert "WARNING" not in found


@pytest.mark.parametrize(("codec", "id3"), TARGETS)
def test_mediainfo_reads_the_tags(bare: Bare, codec: Codec, id3: Id3) -> None:
    """A program that many people look at files with shows the tags."""
    path = bare(codec)
    fields = (("album", ("Night Signals",)), ("artist", ("Bo",)), ("title", (NASTY.replace("🌙", ""),)), ("track", ("3",)))
    tags.write(path, TagSet(fields=fields), codec=codec, picture=cover(), id3=id3)
    general = json.loads(said(tool("mediainfo"), "--Output=JSON", str(path)))["media"]["track"][0]
    wanted = {"Album": "Night Signals", "Performer": "Bo", "Title": NASTY.replace("🌙", ""), "Track_Position": "3"}
    assert wanted == {key: general.get(key) for key in wanted}


@pytest.mark.parametrize("codec", list(SUFFIXES))
def test_a_damaged_file_is_the_authors_to_mend(bare: Bare, codec: Codec) -> None:
    """Flipped and missing bytes end in tags or in one kind of error, never in a traceback."""
    path, throw = bare(codec), dice(codec)
    tags.write(path, FULL, codec=codec, picture=cover())
    sound = path.read_bytes()
    edges: tuple[Callable[[Path], object], ...] = (
        partial(tags.read, codec=codec),
        partial(tags.read_picture, codec=codec),
        partial(tags.write, tags=SMALL, codec=codec, picture=None),
    )
    for _ in range(60):
        damaged = bytearray(sound[: throw.randrange(len(sound))] if throw.random() < 0.3 else sound)
        for _ in range(throw.randrange(6) if damaged else 0):
            damaged[throw.randrange(min(len(damaged), 3000))] = throw.randrange(256)
        path.write_bytes(damaged)
        texts = filter(None, (outcome(edge, path) for edge in edges))
        assert all(text.startswith(f"{path}: damaged file: ") for text in texts)


def test_the_error_names_the_file_and_the_reason(tmp_path: Path) -> None:
    """Text that is named like a FLAC file is called damaged, with mutagen's reason."""
    path = tmp_path / "x.flac"
    path.write_text("These are no samples.")
    with pytest.raises(ReleaseError) as caught:
        tags.write(path, SMALL, codec="flac", picture=None)
    assert str(caught.value) == f"{path}: damaged file: {str(path)!r} is not a valid FLAC file"


def test_a_picture_that_is_none_is_damage(bare: Bare) -> None:
    """Bytes that only claim to be a cover are not handed on."""
    path = bare("mp3")
    tags.write(path, SMALL, codec="mp3", picture=Picture(media_type="image/png", width=1, height=1, content=b"GIF89a"))
    with pytest.raises(ReleaseError) as caught:
        tags.read_picture(path, codec="mp3")
    assert str(caught.value) == f"{path}: damaged file: its picture is neither JPEG nor PNG"


def test_a_missing_file_is_not_damaged(tmp_path: Path) -> None:
    """What the disk says stays what it is."""
    with pytest.raises(FileNotFoundError):
        tags.read(tmp_path / "x.mp3", codec="mp3")
