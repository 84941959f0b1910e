"""The words of a format."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pressroom.formats.audio import NAMED

if TYPE_CHECKING:
    from tests.kinds.conftest import Reader, Refuser

ALBUM = "kind: album\ntitle: Moon\nartist: A\ntracks: [{title: Rise, file: a.wav}]\nformats: "
MPEG_1 = "32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320"
MPEG_2 = "8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160"
CODECS = "wav, flac, alac, aiff, wavpack, mp3, aac, opus, vorbis"


@pytest.mark.parametrize("name", NAMED)
def test_every_name_of_the_docs_is_a_format(name: str, read: Reader) -> None:
    """A name stands for its encoding, and is its folder; only wav has no tags."""
    (form,) = read(f"{ALBUM}[{name}]").audio_formats
    assert (name, NAMED[name], name != "wav") == (form.name, form.encoding, form.tags)


def test_the_default_formats(read: Reader) -> None:
    """An album that says nothing is made in FLAC and MP3 V0."""
    assert ["flac", "mp3-v0"] == [form.name for form in read(ALBUM.removesuffix("formats: ")).audio_formats]


def test_a_map_sets_all_there_is(read: Reader) -> None:
    """A format of the author's own has a codec, and what else is set."""
    dj = "{name: DJ, codec: mp3, bitrate: 320k, rate: 44100, channels: 1, id3: 2.3}"
    mp3, wav = read(f"{ALBUM}[{dj}, {{name: w, codec: wav, depth: 16, tags: true}}]").audio_formats
    assert ("DJ", 320, 44100, 1, "2.3") == (mp3.name, mp3.encoding.bitrate, mp3.encoding.rate, mp3.encoding.channels, mp3.id3)
    assert ("w", 16, True) == (wav.name, wav.encoding.depth, wav.tags)


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("{name: a, codec: flac, bitrate: 320k}", "formats[0].bitrate: flac is lossless and has no bitrate"),
        ("{name: a, codec: flac, quality: 1}", "formats[0].quality: flac is lossless and has no quality"),
        ("{name: a, codec: mp3}", "formats[0].codec: mp3 needs a bitrate or a quality"),
        ("{name: a, codec: opus}", "formats[0].codec: opus needs a bitrate"),
        ("{name: a, codec: mp3, bitrate: 320, quality: 0}", "formats[0].quality: a bit rate or a quality, not both"),
        ("{name: a, codec: aac, quality: 1}", "formats[0].quality: aac has no quality; give it a bitrate"),
        ("{name: a, codec: opus, bitrate: 640k}", "formats[0].bitrate: expected at most 510k for opus, got 640k"),
        ("{name: a, codec: opus, bitrate: 96k, rate: 44100}", "formats[0].rate: expected one of 48000 for opus, got 44100"),
        ("{name: a, codec: mp3, bitrate: 96k, depth: 16}", "formats[0].depth: mp3 has no bit depth"),
        ("{name: a, codec: flac, depth: 32}", "formats[0].depth: flac holds 16 or 24 bits here; few players read 32"),
        ('{name: a, codec: opus, bitrate: 96k, id3: "2.4"}', "formats[0].id3: opus has no ID3 tags"),
        ("{name: a, codec: mp3, quality: 9.5}", "formats[0].quality: expected V0 to V9, got 9.5"),
        (
            "{name: a, codec: mp3, bitrate: 144k}",
            f"formats[0].bitrate: expected one of {MPEG_1} kbit/s for mp3, got 144",
        ),
        (
            "{name: a, codec: mp3, bitrate: 320k, rate: 22050}",
            f"formats[0].bitrate: expected one of {MPEG_2} kbit/s for mp3, got 320",
        ),
        ("{name: a, codec: mp3, bitrate: 7k}", "formats[0].bitrate: expected a bit rate from 8k to 640k, got '7k'"),
        ("{name: a b, codec: flac}", "formats[0].name: expected a folder's name of letters, digits, '-' and '_', got 'a b'"),
        ("{name: CON, codec: flac}", "formats[0].name: expected a folder's name of letters, digits, '-' and '_', got 'CON'"),
        (
            "{name: LYRICS, codec: flac}",
            "formats[0].name: expected a name other than stems, lyrics, hls, which are folders of their own, got 'LYRICS'",
        ),
        ("{name: a}", "missing key 'codec' in formats[0]"),
        (
            "{name: a, codec: mp4}",
            f"formats[0].codec: expected one of {CODECS} (did you mean 'mp3'?), got 'mp4'",
        ),
    ],
)
def test_what_a_codec_cannot_do_is_refused(form: str, expected: str, mistakes: Refuser) -> None:
    """A wish that would be ignored, or fail after an hour of encoding, is refused at once."""
    assert [expected] == [mistake.partition(": ")[2] for mistake in mistakes(f"{ALBUM}[{form}]")]


def test_two_formats_cannot_share_a_folder(mistakes: Refuser) -> None:
    """Folders are one on macOS and Windows when only the case of their letters differs."""
    found = mistakes(ALBUM + "[flac, {name: FLAC, codec: flac, depth: 16}]")
    assert ["5:18: formats[1]: the format 'flac' stands in the list already"] == found
