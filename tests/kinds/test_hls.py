"""The words of `hls`."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from pressroom.errors import SourceError
from pressroom.formats.secretname import FORMS, SecretName

if TYPE_CHECKING:
    from tests.kinds.conftest import Reader, Refuser

HEAD = "kind: album\ntitle: Moon\nartist: A\ntracks: [{title: T, file: a.wav}]\n"
SOUNDS = "flac, alac, aac-256, aac-192, aac-128, opus-160, opus-96, opus-64"
KNOWN = f"{SOUNDS}, 1080p, 720p, 540p, 360p, 144p"


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
    """Or in three that fit most networks; a player begins with the first."""
    video = f"{HEAD}hls: ".replace("file: a.wav", "file: a.wav, video: a.mp4")
    usual, named = read(f"{video}{{}}").hls, read(f"{video}{{renditions: [540p, aac-256, 1080p]}}").hls
    assert usual
    assert named
    assert ("720p", "360p", "144p") == usual.pictures
    assert (("540p", "1080p"), ["aac-256"]) == (named.pictures, [name for name, _ in named.encodings])


def test_a_logo_lies_in_a_corner(read: Reader) -> None:
    """Of a size and an opacity of its own, and as the record says it."""
    video = f"{HEAD}hls: ".replace("file: a.wav", "file: a.wav, video: a.mp4")
    usual = read(f"{video}{{logo: {{file: a.png}}}}").hls
    named = read(f"{video}{{logo: {{file: a.png, place: bottom-left, opacity: 0.6, width: 7.5 %}}}}").hls
    assert usual and named  # noqa: PT018
    told = [hls.model_dump(mode="json")["logo"] for hls in (usual, named)]
    assert {"file": "releases/a.png", "place": "top-right", "opacity": 1, "width": "12%"} == told[0]
    assert {"file": "releases/a.png", "place": "bottom-left", "opacity": 0.6, "width": "7.5%"} == told[1]


def test_a_video_without_hls_is_refused(mistakes: Refuser) -> None:
    """It would go nowhere."""
    words = HEAD.replace("file: a.wav", "file: a.wav, video: a.mp4")
    assert ["4:41: tracks[0].video: is for `hls`, which is not said; add `hls: {}`"] == mistakes(words)


def test_sizes_without_a_video_are_refused(mistakes: Refuser) -> None:
    """They would be made of nothing."""
    told = [
        f"5:{column}: hls.renditions[{place}]: is of videos, and no track has one; take it out"
        for place, column in ((1, 29), (2, 35))
    ]
    assert told == mistakes(f"{HEAD}hls: {{renditions: [aac-128, 720p, 360p]}}")


@pytest.mark.parametrize(
    ("words", "mistake"),
    [
        ("{en: a.vtt}", "4:46: tracks[0].subtitles: are of a `video`, which the track has not"),
        (
            "{english: a.vtt}",
            "4:55: tracks[0].subtitles.english: expected a language tag such as en, pt-BR or zh-Hant (BCP 47), got 'english'",
        ),
        (
            "{en: a.srt}",
            "4:50: tracks[0].subtitles.en: expected a WebVTT file (.vtt), got 'a.srt'; `ffmpeg -i a.srt a.vtt` makes one",
        ),
        ("{en: a.vtt, eng: b.vtt}", "4:62: tracks[0].subtitles.eng: 'en' has subtitles already"),
    ],
)
def test_subtitles_are_webvtt_by_language_and_of_a_video(words: str, mistake: str, mistakes: Refuser) -> None:
    """Each mistake where it stands."""
    assert [mistake] == mistakes(HEAD.replace("file: a.wav", f"file: a.wav, subtitles: {words}"))


@pytest.mark.parametrize("url", ["https://keys.example:8443/a/moon.key?edition=1", "moon.key", "../keys/moon.key", "/key?id=7"])
def test_a_key_lies_on_the_web_or_beside_the_playlists(url: str, read: Reader) -> None:
    """Its name and its place are all that a release says of it, and it is AES-128 if nothing else is said."""
    hls = read(f"{HEAD}hls: {{encrypt: {{key: env:MOON_KEY, url: '{url}'}}}}").hls
    assert hls
    assert hls.encrypt
    assert ("aes-128", SecretName("env", "MOON_KEY"), url) == (hls.encrypt.method, hls.encrypt.key, hls.encrypt.url)


def test_where_a_key_is_kept_is_not_published(read: Reader) -> None:
    """release.json says that there is one, and where players fetch it."""
    hls = read(f"{HEAD}hls: {{encrypt: {{key: file:~/keys/moon, url: moon.key}}}}").hls
    assert hls
    assert {"method": "aes-128", "url": "moon.key"} == hls.model_dump(mode="json")["encrypt"]


@pytest.mark.parametrize(
    "url",
    ["//keys.example/moon.key", "ftp://keys.example/a", "a b", "moon.key#1", "data:,abc", "a;b", "a,b", "m\u00f6\u00f6n.key"],
)
def test_another_place_of_a_key_is_refused(url: str, mistakes: Refuser) -> None:
    """What a playlist or the page's policy could not hold, and where players would look elsewhere than it seems."""
    told = "an address such as https://keys.example/moon.key, or keys/moon.key beside the playlists"
    head = f"{HEAD}hls: {{encrypt: {{key: env:KEY, url: "
    assert [f"5:36: hls.encrypt.url: expected {told}, got '{url}'"] == mistakes(f"{head}'{url}'}}}}")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            "key: 00112233445566778899aabbccddeeff, url: moon.key",
            f"5:22: hls.encrypt.key: expected the name of a secret: {FORMS}; a secret itself is never written here",
        ),
        (
            "key: env:KEY, url: 'https://ana:hunter2@keys.example/'",
            "5:36: hls.encrypt.url: expected an address without user and password, which every playlist would tell",
        ),
    ],
)
def test_a_key_that_is_written_out_is_not_repeated(words: str, told: str, read: Reader) -> None:
    """Nor is a password in an address; the line is not shown."""
    with pytest.raises(SourceError) as raised:
        read(f"{HEAD}hls: {{encrypt: {{{words}}}}}")
    assert f"releases/moon.yaml:{told}" == str(raised.value)


def test_a_password_in_the_address_of_a_script_is_refused_and_not_repeated(read: Reader) -> None:
    """It would stand in every page."""
    with pytest.raises(SourceError) as raised:
        read(f"{HEAD}hls: {{hls_js: {{url: 'https://ana:hunter2@a.example/h.js', integrity: sha384-QUJD}}}}")
    told = "5:21: hls.hls_js.url: expected an address without user and password, which every page would tell"
    assert f"releases/moon.yaml:{told}" == str(raised.value)


@pytest.mark.parametrize(
    ("words", "mistake"),
    [
        ("renditions: [acc-128]", f"5:20: hls.renditions[0]: expected one of {KNOWN} (did you mean 'aac-128'?), got 'acc-128'"),
        ("renditions: [mp3-v0]", f"5:20: hls.renditions[0]: expected one of {KNOWN}, got 'mp3-v0'"),
        ("renditions: [flac, aac-128, flac]", "5:35: hls.renditions[2]: 'flac' stands in the list already"),
        ("renditions: [720p]", f"5:19: 'renditions' needs one of {SOUNDS} too, as the tracks are sound"),
        (
            "renditions: [720p, aac-128]",
            "5:19: 'renditions' needs a second size of videos beside 720p, such as 144p for slow networks",
        ),
        ("renditions: []", "5:19: hls.renditions: expected at least one entry, got an empty list"),
        ("segment: 6", "5:16: hls.segment: expected a length from 2 s to 30 s, such as '6 s', got '6'"),
        ("segment: 40 s", "5:16: hls.segment: expected a length from 2 s to 30 s, such as '6 s', got '40 s'"),
        ("layout: file", "5:15: hls.layout: expected one of single, files (did you mean 'files'?), got 'file'"),
        ("container: ts", "5:18: hls.container: is of videos, and no track has one; take it out"),
        ("logo: {file: a.png}", "5:14: hls.logo: is of videos, and no track has one; take it out"),
        ("logo: {place: top-left}", "5:14: missing key 'file' in hls.logo"),
        (
            "logo: {file: a.png, opacity: 60%}",
            "5:36: hls.logo.opacity: expected a number above 0 and up to 1, such as 0.6, got '60%'",
        ),
        (
            "logo: {file: a.png, width: 50%}",
            "5:34: hls.logo.width: expected a part of the width from 1% to 40%, such as 12%, got '50%'",
        ),
        ("container: mpegts", "5:18: hls.container: expected one of mp4, ts, got 'mpegts'"),
        (
            "layout: single, encrypt: {key: env:KEY, url: moon.key}",
            "5:15: hls.layout: 'encrypt' makes a file of each segment; say `layout: files`, or take it out",
        ),
        (
            "encrypt: {method: sample-aes, key: env:KEY, url: moon.key}",
            "5:25: hls.encrypt.method: expected one of aes-128, got 'sample-aes'",
        ),
        ("encrypt: {key: env:KEY}", "5:17: missing key 'url' in hls.encrypt"),
        ("encrypt: {url: moon.key}", "5:17: missing key 'key' in hls.encrypt"),
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
