"""The words of `hls`."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.kinds.conftest import Reader, Refuser

HEAD = "kind: album\ntitle: Moon\nartist: A\ntracks: [{title: T, file: a.wav}]\n"
SOUNDS = "flac, alac, aac-256, aac-192, aac-128, opus-160, opus-96, opus-64"
KNOWN = f"{SOUNDS}, 1080p, 720p, 540p, 360p"


def test_an_empty_map_has_every_default(read: Reader) -> None:
    """AAC for everyone and FLAC for those who can hear it, in segments of six seconds, one file each."""
    hls = read(f"{HEAD}hls: {{}}").hls
    assert hls
    assert (("aac-128", "flac"), Fraction(6), "single", None) == (hls.renditions, hls.segment, hls.layout, hls.hls_js)


def test_nothing_is_streamed_unasked(read: Reader) -> None:
    """Without the word there is no folder."""
    assert read(HEAD).hls is None
    assert read(f"{HEAD}hls:").hls is None


def test_renditions_stand_in_the_order_of_what_most_players_play(read: Reader) -> None:
    """AAC before Opus, both before what is lossless; the author's order decides within a codec."""
    hls = read(f"{HEAD}hls: {{renditions: [alac, flac, opus-96, aac-256, aac-128]}}").hls
    assert hls
    assert ["aac-256", "aac-128", "opus-96", "flac", "alac"] == [name for name, _ in hls.encodings]


def test_videos_are_made_in_the_sizes_that_are_named(read: Reader) -> None:
    """Or in two that fit most networks; a player begins with the first."""
    video = f"{HEAD}hls: ".replace("file: a.wav", "file: a.wav, video: a.mp4")
    usual, named = read(f"{video}{{}}").hls, read(f"{video}{{renditions: [540p, aac-256, 1080p]}}").hls
    assert usual
    assert named
    assert ("720p", "360p") == usual.pictures
    assert (("540p", "1080p"), ["aac-256"]) == (named.pictures, [name for name, _ in named.encodings])


def test_a_video_without_hls_is_refused(mistakes: Refuser) -> None:
    """It would go nowhere."""
    words = HEAD.replace("file: a.wav", "file: a.wav, video: a.mp4")
    assert ["4:41: tracks[0].video: is for `hls`, which is not said; add `hls: {}`"] == mistakes(words)


@pytest.mark.parametrize(
    ("words", "mistake"),
    [
        ("{en: a.vtt}", "4:46: tracks[0].subtitles: are of a `video`, which the track has not"),
        (
            "{english: a.vtt}",
            "4:55: tracks[0].subtitles.english: expected a language tag such as en, pt-BR or zh-Hant (BCP 47), got 'english'",
        ),
        ("{en: a.srt}", "4:50: tracks[0].subtitles.en: expected a WebVTT file (.vtt), got 'a.srt'"),
        ("{en: a.vtt, eng: b.vtt}", "4:62: tracks[0].subtitles.eng: 'en' has subtitles already"),
    ],
)
def test_subtitles_are_webvtt_by_language_and_of_a_video(words: str, mistake: str, mistakes: Refuser) -> None:
    """Each mistake where it stands."""
    assert [mistake] == mistakes(HEAD.replace("file: a.wav", f"file: a.wav, subtitles: {words}"))


@pytest.mark.parametrize(
    ("words", "mistake"),
    [
        ("renditions: [acc-128]", f"5:20: hls.renditions[0]: expected one of {KNOWN} (did you mean 'aac-128'?), got 'acc-128'"),
        ("renditions: [mp3-v0]", f"5:20: hls.renditions[0]: expected one of {KNOWN}, got 'mp3-v0'"),
        ("renditions: [flac, aac-128, flac]", "5:35: hls.renditions[2]: 'flac' stands in the list already"),
        ("renditions: [720p]", f"5:19: 'renditions' needs one of {SOUNDS} too, as the tracks are sound"),
        ("renditions: []", "5:19: hls.renditions: expected at least one entry, got an empty list"),
        ("segment: 6", "5:16: hls.segment: expected a length from 2 s to 30 s, such as '6 s', got '6'"),
        ("segment: 40 s", "5:16: hls.segment: expected a length from 2 s to 30 s, such as '6 s', got '40 s'"),
        ("layout: file", "5:15: hls.layout: expected one of single, files (did you mean 'files'?), got 'file'"),
        ("container: ts", "5:18: 'container' is not made yet; take it out"),
        ("encrypt: {method: aes-128}", "5:17: 'encrypt' is not made yet; take it out"),
        ("rendition: [flac]", "5:7: unknown key 'rendition'; did you mean 'renditions'?"),
        ("hls_js: {}", "5:15: 'hls_js' needs a `file`, or a `url` with its `integrity`"),
        ("hls_js: {url: 'https://a.example/h.js'}", "5:21: hls.hls_js.url: needs its `integrity`"),
        (
            'hls_js: {url: "https://a.example/h\';.js", integrity: sha384-QUJD}',
            "5:21: hls.hls_js.url: expected an address without quotes, ',' and ';', got 'https://a.example/h';.js'",
        ),
        (
            "hls_js: {file: h.js, integrity: sha384-QUJD}",
            "5:39: hls.hls_js.integrity: is of a `url`; take it out",
        ),
        (
            "hls_js: {url: 'https://a.example/h.js', integrity: abc}",
            "5:58: hls.hls_js.integrity: expected a digest such as sha384-... (W3C Subresource Integrity), got 'abc'",
        ),
    ],
)
def test_a_mistake_is_told_where_it_stands(words: str, mistake: str, mistakes: Refuser) -> None:
    """With what was expected, and the near word."""
    assert [mistake] == mistakes(f"{HEAD}hls: {{{words}}}")
