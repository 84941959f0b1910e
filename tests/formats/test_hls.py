from __future__ import annotations

import json
from array import array
from dataclasses import replace
from fractions import Fraction
from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.formats import packages

from pressroom.formats import cmaf, hls, hlsread, segments
from pressroom.formats.hls import (
    CHAPTERS,
    Chapter,
    Entry,
    Init,
    MediaList,
    Multivariant,
    Rates,
    Rendition,
    SessionData,
    Variant,
)
from pressroom.formats.sampleentry import aac_entry
from pressroom.formats.track import Extents, Runs, Track

SOUND = Track(
    handler="soun",
    timescale=44_100,
    entry=aac_entry(bytes.fromhex("1210"), channels=2, rate=44_100),
    sizes=array("I", [300]) * 1000,
    durations=Runs.of([1000], [1024]),
    extents=Extents.of([300_000], [0]),
    lead=1024,
    length=999 * 1024,
)
PACKAGE = cmaf.packaged(SOUND, segments.sound_plan(SOUND))


def entry(seconds: Fraction | int, size: int = 1000, **more: object) -> Entry:
    """A segment in a file of its own."""
    return replace(Entry(uri="1.m4s", seconds=Fraction(seconds), size=size), **more)  # type: ignore[arg-type]


SINGLE = """\
#EXTM3U
#EXT-X-VERSION:6
#EXT-X-TARGETDURATION:6
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-PLAYLIST-TYPE:VOD
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MAP:URI="aac.mp4",BYTERANGE="632@0"
#EXTINF:5.804989,
#EXT-X-BYTERANGE:76408@720
aac.mp4
#EXTINF:5.804988,
#EXT-X-BYTERANGE:76104@77128
aac.mp4
#EXTINF:5.804989,
#EXT-X-BYTERANGE:76104@153232
aac.mp4
#EXTINF:5.781769,
#EXT-X-BYTERANGE:75800@229336
aac.mp4
#EXT-X-ENDLIST
"""


def test_one_file_is_listed_by_its_ranges() -> None:
    """Lengths are those presented, and the init segment is the file's beginning."""
    found = packages.entries(PACKAGE, PACKAGE.plan.segments, "aac.mp4")
    init = Init(uri="aac.mp4", size=len(PACKAGE.init))
    assert SINGLE == hls.media_playlist(MediaList(entries=found, target=6, init=init))


def test_files_are_listed_without_ranges() -> None:
    """For hosts that do not know them."""
    found = packages.entries(PACKAGE, PACKAGE.plan.segments, ["a", "b", "c", "d"])
    text = hls.media_playlist(MediaList(entries=found, target=6, init=Init(uri="init.mp4")))
    assert ["a", "b", "c", "d"] == [line for line in text.splitlines() if not line.startswith("#")]
    assert '#EXT-X-MAP:URI="init.mp4"' in text.splitlines()
    assert "BYTERANGE" not in text


def test_an_encrypted_segment_has_its_own_vector() -> None:
    """It is told, as a segment may stand at several places."""
    found = (entry(6, iv=bytes(16)), entry(6, iv=bytes(15) + b"\xab"))
    lines = hls.media_playlist(MediaList(entries=found, target=6, init=Init(uri="init.mp4"), key="k.bin")).splitlines()
    assert [
        '#EXT-X-KEY:METHOD=AES-128,URI="k.bin",IV=0x00000000000000000000000000000000',
        '#EXT-X-KEY:METHOD=AES-128,URI="k.bin",IV=0x000000000000000000000000000000AB',
    ] == [line for line in lines if "KEY" in line]
    assert lines.index('#EXT-X-MAP:URI="init.mp4"') < next(n for n, line in enumerate(lines) if "KEY" in line)


@pytest.mark.parametrize(
    ("listing", "version"),
    [
        (MediaList(entries=(entry(6),), target=6), 3),
        (MediaList(entries=(entry(6, offset=0),), target=6), 4),
        (MediaList(entries=(entry(6),), target=6, key_frames=True), 4),
        (MediaList(entries=(entry(6),), target=6, init=Init(uri="i"), key_frames=True), 5),
        (MediaList(entries=(entry(6),), target=6, init=Init(uri="i")), 6),
    ],
)
def test_the_version_is_the_lowest_that_does(listing: MediaList, version: int) -> None:
    """Old players take what they can."""
    assert f"#EXT-X-VERSION:{version}" in hls.media_playlist(listing).splitlines()


@pytest.mark.parametrize(
    ("listing", "message"),
    [
        (MediaList(entries=(entry(Fraction(13, 2)),), target=6), "1.m4s: lasts 6.500 s, longer than the target of 6 s"),
        (MediaList(entries=(entry(6, uri="a b"),), target=6), "expected an address without spaces, got 'a b'"),
        (MediaList(entries=(entry(6, uri="#a"),), target=6), "expected an address without spaces, got '#a'"),
        (MediaList(entries=(entry(6, uri=""),), target=6), "expected an address without spaces, got ''"),
        (MediaList(entries=(entry(6, uri="a\n#EXT"),), target=6), "expected an address without spaces, got 'a\\n#EXT'"),
        (
            MediaList(entries=(entry(6, iv=b"short"),), target=6, key="k"),
            "expected the address of a key and a vector of 16 bytes, got k and 5 bytes",
        ),
        (
            MediaList(entries=(entry(6, iv=bytes(16)),), target=6),
            "expected the address of a key and a vector of 16 bytes, got None and 16 bytes",
        ),
    ],
)
def test_what_a_playlist_cannot_say_is_refused(listing: MediaList, message: str) -> None:
    """Rather than said wrongly."""
    with pytest.raises(ValueError, match=r"^") as caught:
        hls.media_playlist(listing)
    assert message == str(caught.value)


@settings(deadline=None)
@given(st.lists(st.fractions(Fraction(1, 50), 7, max_denominator=96_000), min_size=1, max_size=300))
def test_lengths_never_add_up_wrongly(lengths: list[Fraction]) -> None:
    """Any run of them is within a millionth of the true one."""
    told = [Fraction(text) for text in hls.extinf(lengths)]
    for have, true in zip(accumulate(told), accumulate(lengths), strict=True):
        assert abs(have - true) <= Fraction(1, 2_000_000)


@pytest.mark.parametrize(("seconds", "target"), [("5.4", 5), ("5.499999", 5), ("5.5", 6), ("6.02", 6), ("0.1", 1)])
def test_the_target_is_the_longest_segment_to_the_nearest_second(seconds: str, target: int) -> None:
    """Of all lists that are played together."""
    assert target == hls.target_duration([entry(1)], [entry(Fraction(seconds))])


def test_the_peak_is_that_of_a_run_about_as_long_as_the_target() -> None:
    """A short segment alone is none: it counts with its neighbours."""
    listed = [entry(6, 6000), entry(6, 12_000), entry(1, 9000), entry(5, 1000)]
    assert Rates(peak=24_000, average=12_445) == hls.rates(listed, 6)
    assert Rates(peak=80, average=80) == hls.rates([entry(1, 10)], 6)


def test_rates_of_what_is_played_together_add_up() -> None:
    """Pictures and their sound."""
    assert Rates(11, 5) == Rates(10, 3) + Rates(1, 2)


MULTIVARIANT = """\
#EXTM3U
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-SESSION-DATA:DATA-ID="com.apple.hls.title",VALUE="Night Signals",LANGUAGE="en"
#EXT-X-SESSION-DATA:DATA-ID="com.apple.hls.chapters",URI="chapters.json"
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="aac",NAME="Sound",LANGUAGE="en",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2",URI="aac.m3u8"
#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="subs",NAME="English",LANGUAGE="en",DEFAULT=NO,AUTOSELECT=YES,URI="en.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=900,AVERAGE-BANDWIDTH=800,CODECS="avc1.640028,mp4a.40.2",\
RESOLUTION=1280x720,FRAME-RATE=29.970,AUDIO="aac",SUBTITLES="subs"
720.m3u8
#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=90,AVERAGE-BANDWIDTH=80,CODECS="avc1.640028",RESOLUTION=1280x720,URI="keys.m3u8"
"""


def test_a_multivariant_playlist_names_what_may_be_played() -> None:
    """With the measured rates and every codec, each once."""
    video = Variant(
        uri="720.m3u8",
        rates=Rates(900, 800),
        codecs=("avc1.640028", "mp4a.40.2", "mp4a.40.2"),
        size=(1280, 720),
        frame_rate=Fraction(30_000, 1001),
        audio="aac",
        subtitles="subs",
    )
    keys = Variant(uri="keys.m3u8", rates=Rates(90, 80), codecs=("avc1.640028",), size=(1280, 720))
    sound = Rendition(kind="AUDIO", group="aac", name="Sound", uri="aac.m3u8", language="en", default=True, channels=2)
    text = Rendition(kind="SUBTITLES", group="subs", name="English", uri="en.m3u8", language="en")
    session = (
        SessionData(name="com.apple.hls.title", value="Night Signals", language="en"),
        SessionData(name=CHAPTERS, uri="chapters.json"),
    )
    whole = Multivariant(variants=(video,), renditions=(sound, text), key_frames=(keys,), session=session)
    assert MULTIVARIANT == hls.multivariant_playlist(whole)


@pytest.mark.parametrize(
    ("item", "message"),
    [
        (SessionData(name="a"), "a: expected a value or an address"),
        (SessionData(name="a", value="b", uri="c"), "a: expected a value or an address"),
        (SessionData(name="a", value='say "b"'), "expected a text without quotes and line breaks, got 'say \"b\"'"),
        (SessionData(name="a", value="b\nc"), "expected a text without quotes and line breaks, got 'b\\nc'"),
    ],
)
def test_what_an_attribute_cannot_say_is_refused(item: SessionData, message: str) -> None:
    """A title with quotes would end the attribute."""
    with pytest.raises(ValueError, match=r"^") as caught:
        hls.multivariant_playlist(Multivariant(variants=(), session=(item,)))
    assert message == str(caught.value)


def test_chapters_are_numbered_and_last_to_the_next() -> None:
    """The last one to the end."""
    found = json.loads(
        hls.chapters_json(
            [Chapter(start=Fraction(0), title="Á"), Chapter(start=Fraction(61, 2), title="B", language="en")], Fraction(40)
        )
    )
    assert [
        {"chapter": 1, "start-time": 0, "duration": 30.5, "titles": [{"language": "und", "title": "Á"}]},
        {"chapter": 2, "start-time": 30.5, "duration": 9.5, "titles": [{"language": "en", "title": "B"}]},
    ] == found


def test_a_range_of_an_album_is_listed_with_its_own_init() -> None:
    """Its last segment reaches into the next track's first, and both lists add up to the album."""
    package = cmaf.packaged(SOUND, segments.sound_plan(SOUND, marks=[500_000]))
    first, second = (packages.entries(package, stretch.segments, "aac.mp4") for stretch in package.plan.ranges)
    assert Fraction(SOUND.length, 44_100) == sum(each.seconds for each in (*first, *second))
    last = first[-1]
    assert last.offset is not None
    assert second[0].offset is not None
    assert last.offset + last.size > second[0].offset


def test_what_is_written_reads_back() -> None:
    """By the reader that lint uses."""
    found = packages.entries(PACKAGE, PACKAGE.plan.segments, "aac.mp4")
    init = Init(uri="aac.mp4", size=len(PACKAGE.init))
    playlist = hlsread.parsed(hls.media_playlist(MediaList(entries=found, target=6, init=init)))
    assert ((), False, 6) == (playlist.faults, playlist.multivariant, playlist.number("EXT-X-TARGETDURATION"))
    assert [(each.offset, each.size) for each in found] == [
        (each.media.span.offset, each.media.span.size) for each in playlist.segments if each.media.span
    ]
    assert {hlsread.Media(uri="aac.mp4", span=hlsread.Span(0, len(PACKAGE.init)))} == {each.init for each in playlist.segments}
