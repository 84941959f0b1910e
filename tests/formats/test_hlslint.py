from __future__ import annotations

import io
import struct
from array import array
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.formats import packages

from pressroom.formats import cmaf, hls, hlslint, segments
from pressroom.formats.isobmff import box, children
from pressroom.formats.sampleentry import aac_entry, flac_entry, opus_entry
from pressroom.formats.track import Extents, Runs, Track

if TYPE_CHECKING:
    from pressroom.formats.checks import Check

AAC = aac_entry(bytes.fromhex("1190"), channels=2, rate=48_000)
OPUS = opus_entry(b"OpusHead" + struct.pack("<BBHIhB", 1, 2, 312, 48_000, 0, 0))
AVC = box(b"avc1", struct.pack(">6xH16xHH", 1, 640, 360), bytes(50), box(b"avcC", bytes.fromhex("01640028ffe1")))
SECONDS, TARGET = 18, 6
VTT = b"WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:00.000\n\n00:00.000 --> 00:02.000\nNight\n"


@dataclass
class Files:
    """What a server has, by address."""

    held: dict[str, bytes] = field(default_factory=dict)

    def edit(self, name: str, *changes: tuple[str, str], count: int = -1) -> None:
        """Replace texts that stand in a file."""
        text = self.held[name].decode()
        for old, new in changes:
            assert old in text, (name, old)
            text = text.replace(old, new, count)
        self.held[name] = text.encode()

    def patch(self, name: str, before: bytes, offset: int, new: bytes, number: int = 0) -> None:
        """Overwrite bytes behind the `number`th place where some stand."""
        content = bytearray(self.held[name])
        place = -1
        for _ in range(number + 1):
            place = content.index(before, place + 1)
        content[place + offset : place + offset + len(new)] = new
        self.held[name] = bytes(content)

    def fetch(self, uri: str) -> io.BytesIO | None:
        """What an address leads to."""
        return io.BytesIO(self.held[uri]) if uri in self.held else None

    def failed(self, uri: str = "index.m3u8") -> dict[str, Check]:
        """The rules that are broken, each with its first place."""
        checks = hlslint.lint(uri, self.fetch)
        return {check.rule: check for check in reversed(list(checks)) if not check.passed}


@dataclass(frozen=True, kw_only=True)
class Programme:
    """Pictures at two rates, sound, subtitles and chapters: what each packet has in bytes, and where they may be cut."""

    low: int = 250
    high: int = 900
    first_segment: int = 1
    sound: int = 200
    entry: bytes = AAC
    keys: int = 50
    at: tuple[Fraction, ...] = (Fraction(6), Fraction(12))
    heard: Fraction = Fraction(SECONDS)

    def files(self) -> Files:
        """All of it, as it should be."""
        files = Files()
        sound = self._sound()
        self._list(files, "sound", sound)
        variants, keys = [], []
        for name, size in (("high", self.high), ("low", self.low)):
            package = self._pictures(size, self.first_segment if name == "high" else 1)
            rates = self._list(files, name, package)
            key_rates = self._keys(files, name, package)
            both = rates + hls.rates(packages.entries(sound, sound.plan.segments, "sound.mp4"), TARGET)
            codecs = ("avc1.640028", sound.track.description.codec)
            about = hls.Variant(
                uri=f"{name}.m3u8",
                rates=both,
                codecs=codecs,
                size=(640, 360),
                frame_rate=Fraction(25),
                audio="aac",
                subtitles="subs",
            )
            variants.append(about)
            keys.append(hls.Variant(uri=f"{name}-keys.m3u8", rates=key_rates, codecs=codecs[:1], size=(640, 360)))
        self._subtitles(files)
        chapters = [hls.Chapter(start=Fraction(0), title="Dusk"), hls.Chapter(start=Fraction(9), title="Dawn")]
        files.held["chapters.json"] = hls.chapters_json(chapters, Fraction(SECONDS)).encode()
        whole = hls.Multivariant(
            variants=tuple(variants),
            renditions=(
                hls.Rendition(
                    kind="AUDIO", group="aac", name="Sound", uri="sound.m3u8", language="en", default=True, channels=2
                ),
                hls.Rendition(kind="SUBTITLES", group="subs", name="English", uri="en.m3u8", language="en"),
            ),
            key_frames=tuple(keys),
            session=(hls.SessionData(name=hls.CHAPTERS, uri="chapters.json"),),
        )
        files.held["index.m3u8"] = hls.multivariant_playlist(whole).encode()
        return files

    def _sound(self) -> cmaf.Package:
        length = int(self.heard * 48_000)
        count = -(-(length + 1024) // 1024)
        track = Track(
            handler="soun",
            timescale=48_000,
            entry=self.entry,
            sizes=array("I", [self.sound]) * count,
            durations=Runs.of([count - 1, 1], [1024, length + 1024 - 1024 * (count - 1)]),
            extents=Extents.of([self.sound * count], [0]),
            lead=1024,
            length=length,
        )
        return cmaf.packaged(track, segments.sound_plan(track, at=self.at))

    def _pictures(self, size: int, first: int) -> cmaf.Package:
        count = SECONDS * 25
        sizes = array("I", [size * (first if number < 150 else 1) for number in range(count)])
        track = Track(
            handler="vide",
            timescale=50,
            entry=AVC,
            sizes=sizes,
            durations=Runs.of([count], [2]),
            extents=Extents.of([sum(sizes)], [0]),
            lead=0,
            length=count * 2,
            shifts=Runs.of([count], [0]),
            keys=array("I", range(0, count, self.keys)),
        )
        return cmaf.packaged(track, segments.picture_plan(track))

    def _list(self, files: Files, name: str, package: cmaf.Package) -> hls.Rates:
        source = io.BytesIO(bytes(package.track.extents.total))
        files.held[f"{name}.mp4"] = b"".join(cmaf.written(package, source))
        listed = packages.entries(package, package.plan.segments, f"{name}.mp4")
        init = hls.Init(uri=f"{name}.mp4", size=len(package.init))
        files.held[f"{name}.m3u8"] = hls.media_playlist(hls.MediaList(entries=listed, target=TARGET, init=init)).encode()
        return hls.rates(listed, TARGET)

    def _keys(self, files: Files, name: str, package: cmaf.Package) -> hls.Rates:
        listed = packages.key_frame_entries(package, f"{name}.mp4")
        init = hls.Init(uri=f"{name}.mp4", size=len(package.init))
        target = hls.target_duration(listed)
        text = hls.media_playlist(hls.MediaList(entries=listed, target=target, init=init, key_frames=True))
        files.held[f"{name}-keys.m3u8"] = text.encode()
        return hls.rates(listed, target)

    def _subtitles(self, files: Files) -> None:
        names = [f"{number}.vtt" for number in range(SECONDS // TARGET)]
        files.held |= dict.fromkeys(names, VTT)
        listed = tuple(hls.Entry(uri=name, seconds=Fraction(TARGET), size=len(VTT)) for name in names)
        files.held["en.m3u8"] = hls.media_playlist(hls.MediaList(entries=listed, target=TARGET)).encode()


Defect: TypeAlias = Callable[[Files], None]
LISTS = ("high.m3u8", "low.m3u8", "sound.m3u8", "en.m3u8")


def edited(name: str, *changes: tuple[str, str], count: int = -1) -> Defect:
    """A defect that is another text."""
    return lambda files: files.edit(name, *changes, count=count)


def patched(name: str, before: bytes, offset: int, new: bytes, number: int = 0) -> Defect:
    """A defect that is other bytes."""
    return lambda files: files.patch(name, before, offset, new, number)


def without(name: str) -> Defect:
    """A file that is not there."""

    def drop(files: Files) -> None:
        del files.held[name]

    return drop


def loud_sound_alone(files: Files) -> None:
    """No pictures, and sound that needs 300 kbit/s."""
    programme = Programme(sound=800, entry=aac_entry(bytes.fromhex("1188"), channels=1, rate=48_000))
    rates = programme._list(files, "sound", programme._sound())
    variant = hls.Variant(uri="sound.m3u8", rates=rates, codecs=("mp4a.40.2",))
    files.held["index.m3u8"] = hls.multivariant_playlist(hls.Multivariant(variants=(variant,))).encode()


def later_sound(files: Files) -> None:
    """Sound whose times begin a second late."""
    for number in range(3):
        content = files.held["sound.mp4"]
        place = -1
        for _ in range(number + 1):
            place = content.index(b"tfdt", place + 1)
        (time,) = struct.unpack_from(">Q", content, place + 8)
        files.patch("sound.mp4", b"tfdt", 8, struct.pack(">Q", time + 48_000), number)


def other_init(files: Files, entry: bytes, tag: str = "") -> None:
    """Sound that goes on as another kind of sound."""
    track = replace(Programme()._sound().track, entry=entry, timescale=44_100)
    files.held["other.mp4"] = cmaf.init_segment(track, lead=1024, length=0)
    lines = files.held["sound.m3u8"].decode().splitlines()
    place = [number for number, line in enumerate(lines) if line.startswith("#EXTINF")][1]
    lines[place:place] = [*([tag] if tag else []), '#EXT-X-MAP:URI="other.mp4"']
    files.held["sound.m3u8"] = "\n".join(lines).encode()


def switched_codec(files: Files) -> None:
    """Another codec behind a discontinuity, and named."""
    other_init(files, OPUS, "#EXT-X-DISCONTINUITY")
    files.edit("index.m3u8", ("avc1.640028,mp4a.40.2", "avc1.640028,mp4a.40.2,Opus"))


def two_tracks(files: Files) -> None:
    """An init segment with a second track."""
    init = files.held["low.mp4"][: int(files.held["low.m3u8"].decode().split('BYTERANGE="')[1].split("@")[0])]
    parts = list(children(memoryview(init)))
    moov = [box(name.encode(), bytes(body)) for name, body in children(parts[1][1])]
    files.held["low-init.mp4"] = init[:32] + box(b"moov", *moov[:2], *moov[1:])
    start = files.held["low.m3u8"].decode().split("#EXT-X-MAP:")[1].splitlines()[0]
    files.edit("low.m3u8", (start, 'URI="low-init.mp4"'))


def in_ts(codec: str, step: int) -> Defect:
    """A variant of MPEG-TS, whose one stream goes on by `step` packets from segment to segment."""

    def add(files: Files) -> None:
        names = [f"{number}.ts" for number in range(3)]
        for number, name in enumerate(names):
            files.held[name] = b"".join(
                b"G\x01\x00" + bytes([0x10 | (number * step + n) & 15]) + bytes(184) for n in range(300)
            )
        listed = tuple(hls.Entry(uri=name, seconds=Fraction(6), size=300 * 188) for name in names)
        files.held["ts.m3u8"] = hls.media_playlist(hls.MediaList(entries=listed, target=6)).encode()
        rates = hls.rates(listed, 6)
        attributes = f'BANDWIDTH={rates.peak},AVERAGE-BANDWIDTH={rates.average},CODECS="{codec}"'
        files.held["index.m3u8"] += f"#EXT-X-STREAM-INF:{attributes}\nts.m3u8\n".encode()

    return add


def short_subtitles(files: Files) -> None:
    """Subtitles that end early."""
    files.edit("en.m3u8", ("#EXTINF:6.000000,\n1.vtt\n#EXTINF:6.000000,\n2.vtt\n", ""))


def moved_length(files: Files) -> None:
    """Sound whose first length is too short, and whose second is too long."""
    files.edit("sound.m3u8", ("#EXTINF:6.016000", "#EXTINF:5.966000"), ("#EXTINF:5.994667", "#EXTINF:6.044667"))


def late_key_frame(files: Files) -> None:
    """Pictures whose second segment begins with no key frame; the next picture is one."""
    row = struct.pack(">III", 2, 900, 0x01010000) + bytes(4) + struct.pack(">III", 2, 900, 0x02000000)
    files.patch("high.mp4", b"trun", 16, row, 3)


def second_rate(files: Files, name: str, factor: float) -> None:
    """A rate of the first variant that was not measured."""
    text = files.held["index.m3u8"].decode()
    value = text.split(f"{name}=")[1].split(",")[0]
    files.edit("index.m3u8", (f"{name}={value},", f"{name}={int(int(value) * factor)},"), count=1)


def shorter_key_frame(files: Files) -> None:
    """A key frame without its last byte."""
    text = files.held["low-keys.m3u8"].decode()
    span = text.split("#EXT-X-BYTERANGE:")[1].splitlines()[0]
    size, _, offset = span.partition("@")
    files.edit("low-keys.m3u8", (span, f"{int(size) - 1}@{offset}"), count=1)


def longer_range(files: Files) -> None:
    """A last segment that reaches behind the end of its file."""
    span = files.held["sound.m3u8"].decode().split("#EXT-X-BYTERANGE:")[-1].splitlines()[0]
    size, _, offset = span.partition("@")
    files.edit("sound.m3u8", (span, f"{int(size) + 10}@{offset}"))


def all_lists(old: str, new: str) -> Defect:
    """Another text in every list."""

    def edit(files: Files) -> None:
        for name in LISTS:
            files.edit(name, (old, new))

    return edit


def of(programme: Programme) -> Defect:
    """Other media."""

    def rebuild(files: Files) -> None:
        files.held = programme.files().held

    return rebuild


def line(text: str) -> str:
    """A line of the multivariant playlist that begins with a text."""
    found = GOOD.held["index.m3u8"].decode().splitlines()
    return "\n".join(each for each in found if each.startswith(text)) + "\n"


GOOD = Programme().files()
DATES = '#EXT-X-DATERANGE:ID="a",START-DATE="2026-01-01T00:00:00Z"\n#EXT-X-DATERANGE:ID="a",START-DATE="2027-01-01T00:00:00Z"\n'
BY_HAND: dict[str, Defect] = {
    "hls-syntax": edited("low.m3u8", ("#EXT-X-ENDLIST", "stray.mp4\n#EXT-X-ENDLIST")),
    "hls-listed": without("en.m3u8"),
    "hls-target": edited("low-keys.m3u8", ("TARGETDURATION:2", "TARGETDURATION:1")),
    "hls-target-6": all_lists("TARGETDURATION:6", "TARGETDURATION:7"),
    "hls-same-target": edited("en.m3u8", ("TARGETDURATION:6", "TARGETDURATION:7")),
    "hls-same-length": of(Programme(heard=Fraction(178, 10))),
    "hls-same-start": later_sound,
    "hls-vod": edited("sound.m3u8", ("#EXT-X-PLAYLIST-TYPE:VOD\n", "")),
    "hls-ended": edited("sound.m3u8", ("#EXT-X-ENDLIST\n", "")),
    "hls-version": edited("sound.m3u8", ("VERSION:6", "VERSION:3")),
    "hls-version-needed": edited("sound.m3u8", ("VERSION:6", "VERSION:7")),
    "hls-init": edited(
        "sound.m3u8",
        ("VERSION:6", "VERSION:4"),
        ("#EXT-X-MAP" + GOOD.held["sound.m3u8"].decode().split("#EXT-X-MAP")[1].splitlines()[0] + "\n", ""),
    ),
    "hls-independent": edited("index.m3u8", ("#EXT-X-INDEPENDENT-SEGMENTS\n", "")),
    "hls-daterange": edited("low.m3u8", ("#EXT-X-ENDLIST", DATES + "#EXT-X-ENDLIST")),
    "hls-key": edited("en.m3u8", ("#EXTINF", '#EXT-X-KEY:METHOD=SAMPLE-AES,URI="k",IV=0x12\n#EXTINF'), count=1),
    "hls-blocks": edited("en.m3u8", ("#EXTINF", f'#EXT-X-KEY:METHOD=AES-128,URI="k",IV=0x{"12" * 16}\n#EXTINF'), count=1),
    "hls-gap": without("1.vtt"),
    "hls-boxes": longer_range,
    "hls-tfdt": patched("sound.mp4", b"tfdt", 15, b"\x7f", 2),
    "hls-extinf": moved_length,
    "hls-key-frame": late_key_frame,
    "hls-key-frame-2s": of(Programme(keys=75)),
    "hls-bounds": of(Programme(at=(Fraction(23, 4), Fraction(12)))),
    "hls-edit": patched("sound.mp4", b"elst", 11, b"\x02"),
    "hls-sidx": patched("sound.mp4", b"sidx", 42, b"\x09"),
    "hls-discontinuity": lambda files: other_init(files, AAC),
    "hls-codec-switch": switched_codec,
    "hls-attributes": lambda files: files.edit(
        "index.m3u8", (",AVERAGE" + line("#EXT-X-STREAM").split(",AVERAGE")[1].split(",")[0], ""), count=1
    ),
    "hls-video-attributes": edited("index.m3u8", (",FRAME-RATE=25.000", ""), count=1),
    "hls-codecs": edited("index.m3u8", ("mp4a.40.2", "mp4a.40.42"), count=1),
    "hls-explicit-sbr": edited("index.m3u8", ("mp4a.40.2", "mp4a.40.5"), count=1),
    "hls-fmp4-only": in_ts("fLaC", 300),
    "hls-transport": in_ts("mp4a.40.2", 299),
    "hls-bandwidth": lambda files: second_rate(files, ":BANDWIDTH", 1.2),
    "hls-average": lambda files: second_rate(files, "AVERAGE-BANDWIDTH", 0.8),
    "hls-steady": of(Programme(first_segment=10)),
    "hls-language": edited("index.m3u8", ('LANGUAGE="en",DEFAULT=YES', "DEFAULT=YES")),
    "hls-groups": edited("index.m3u8", ('SUBTITLES="subs"', 'SUBTITLES="other"'), count=1),
    "hls-demuxed": two_tracks,
    "hls-score": edited("index.m3u8", ("#EXT-X-STREAM-INF:", "#EXT-X-STREAM-INF:SCORE=1.0,"), count=1),
    "hls-video-rates": of(Programme(high=250)),
    "hls-key-frame-lists": lambda files: files.edit("index.m3u8", (line("#EXT-X-I-FRAME"), "")),
    "hls-key-frames-only": edited("low-keys.m3u8", ("#EXT-X-I-FRAMES-ONLY\n", ""), ("VERSION:5", "VERSION:6")),
    "hls-key-frame-ranges": shorter_key_frame,
    "hls-cellular": loud_sound_alone,
    "hls-cellular-video": of(Programme(low=800)),
    "hls-stereo-aac": of(Programme(entry=OPUS)),
    "hls-aac-rate": of(Programme(sound=40)),
    "hls-timestamp-map": lambda files: files.held.update({"1.vtt": VTT.replace(b"X-TIMESTAMP-MAP", b"NOTE")}),
    "hls-subtitles": short_subtitles,
    "hls-chapters": edited("chapters.json", ('"start-time": 9', '"start-time": 0')),
}


def independent_nowhere(files: Files) -> None:
    """Neither the multivariant playlist nor a list of pictures says that segments are independent."""
    for name in ("index.m3u8", "low.m3u8"):
        files.edit(name, ("#EXT-X-INDEPENDENT-SEGMENTS\n", ""))


DEFECTS: dict[str, Defect] = {**BY_HAND, "hls-independent-video": independent_nowhere}


def test_a_good_programme_breaks_no_rule() -> None:
    """What pressroom writes passes its own lint."""
    assert {} == GOOD.failed()


def test_every_rule_has_a_defect() -> None:
    """And every rule has a sentence, its clauses and a name of its own."""
    assert sorted(DEFECTS) == sorted(rule.name for rule in hlslint.RULES)
    assert all(rule.find.__doc__ and rule.clauses for rule in (*hlslint.RULES, *hlslint.SERVED))


@pytest.mark.parametrize("rule", DEFECTS)
def test_a_defect_breaks_its_rule_alone(rule: str) -> None:
    """So that what is told is what is wrong."""
    files = Files(dict(GOOD.held))
    DEFECTS[rule](files)
    assert [rule] == list(files.failed())


def test_a_finding_says_where_and_what() -> None:
    """The playlist, the line, what was found, the rule with its clauses."""
    files = Files(dict(GOOD.held))
    late_key_frame(files)
    found = files.failed()["hls-key-frame"]
    assert ("high.m3u8", "line 13: it does not begin with a key frame", "error") == (
        found.subject,
        found.measured,
        found.severity,
    )
    assert found.message == "Every segment of pictures begins with a key frame (A7.4)"


def test_a_media_playlist_alone_is_linted_too() -> None:
    """Without what only a multivariant one could say."""
    assert {} == GOOD.failed("sound.m3u8")
    assert {} == GOOD.failed("high-keys.m3u8")
    files = Files(dict(GOOD.held))
    moved_length(files)
    assert ["hls-extinf"] == list(files.failed("sound.m3u8"))


def test_sound_alone_may_be_a_variant() -> None:
    """The rendition that others are played with, whose rate counts once."""
    files, programme = Files(dict(GOOD.held)), Programme()
    alone = programme._list(files, "sound", programme._sound())
    words = f'BANDWIDTH={alone.peak},AVERAGE-BANDWIDTH={alone.average},CODECS="mp4a.40.2",AUDIO="aac"'
    files.held["index.m3u8"] += f"#EXT-X-STREAM-INF:{words}\nsound.m3u8\n".encode()
    assert {} == files.failed()


def test_an_album_of_ranges_passes() -> None:
    """Each track's list, with its own init segment, and lengths to the sample."""
    track = Programme()._sound().track
    package = cmaf.packaged(track, segments.sound_plan(track, marks=[200_001, 500_000]))
    source = io.BytesIO(bytes(track.extents.total))
    files = Files({"album.mp4": b"".join(cmaf.written(package, source))})
    for number, stretch in enumerate(package.plan.ranges):
        files.held[f"{number}.init.mp4"] = cmaf.range_init(package, stretch)
        listed = packages.entries(package, stretch.segments, "album.mp4")
        listing = hls.MediaList(entries=listed, target=6, init=hls.Init(uri=f"{number}.init.mp4"))
        files.held[f"{number}.m3u8"] = hls.media_playlist(listing).encode()
        assert [] == [check for check in files.failed(f"{number}.m3u8").values() if check.severity == "error"]


def encrypted() -> Files:
    """A list of FLAC whose segments cannot be read, and one that leads to it."""
    streaminfo = bytes.fromhex("10001000000000000000") + struct.pack(">Q", (48_000 << 44) | (1 << 41) | (15 << 36)) + bytes(16)
    track = replace(Programme()._sound().track, entry=flac_entry(streaminfo, channels=2, rate=48_000, depth=16))
    # As every 256th, it begins as MPEG-TS would.
    files = Files({"init.mp4": cmaf.init_segment(track, lead=0, length=0), "1.m4s": b"G" + bytes(1_200_015)})
    listed = tuple(hls.Entry(uri="1.m4s", seconds=Fraction(6), size=1_200_016, iv=bytes(16)) for _ in range(3))
    listing = hls.MediaList(entries=listed, target=6, init=hls.Init(uri="init.mp4"), key="keys/moon.key")
    files.held["flac.m3u8"] = hls.media_playlist(listing).encode()
    variant = hls.Variant(uri="flac.m3u8", rates=hls.rates(listed, 6), codecs=("fLaC",))
    files.held["index.m3u8"] = hls.multivariant_playlist(hls.Multivariant(variants=(variant,))).encode()
    return files


LOSSLESS = {"hls-cellular", "hls-stereo-aac"}
"""What FLAC alone breaks."""


def test_what_is_encrypted_is_linted_by_what_can_be_read() -> None:
    """No rule fails by bytes that mean something else; codecs, rates and keys are held to theirs."""
    assert LOSSLESS == set(encrypted().failed())
    for change, rule in (
        (("fLaC", "alac"), "hls-codecs"),
        (("AVERAGE-BANDWIDTH=1", "AVERAGE-BANDWIDTH=9"), "hls-average"),
    ):
        files = encrypted()
        files.edit("index.m3u8", change)
        assert LOSSLESS | {rule} == set(files.failed())
    files = encrypted()
    files.edit("flac.m3u8", ('URI="keys/moon.key",', ""))
    assert LOSSLESS | {"hls-key"} == set(files.failed())


def test_an_encrypted_init_segment_is_not_read() -> None:
    """It is encrypted where a key stands before it."""
    files = encrypted()
    files.held["init.mp4"] = bytes(160)
    assert LOSSLESS | {"hls-boxes"} == set(files.failed())
    lines = files.held["flac.m3u8"].decode().splitlines()
    place = next(number for number, line in enumerate(lines) if line.startswith("#EXT-X-MAP"))
    lines.insert(place + 1, lines.pop(place))
    files.held["flac.m3u8"] = "\n".join(lines).encode()
    assert LOSSLESS == set(files.failed())


@pytest.mark.parametrize("content", [b"", b"#EXTM3U8", b"\xff\xfe", b"<html>"])
def test_what_is_no_playlist_is_told(content: bytes) -> None:
    """A page that says that nothing was found, for one."""
    with pytest.raises(ValueError, match=r"EXTM3U|UTF-8|there"):
        Files({"index.m3u8": content}).failed()
    with pytest.raises(ValueError, match=r"^it is not there$"):
        Files().failed()


@settings(deadline=None)
@given(st.data())
def test_any_damage_is_linted(data: st.DataObject) -> None:
    """Nothing but a finding comes of damaged playlists and media."""
    files = Files(dict(GOOD.held))
    name = data.draw(st.sampled_from(sorted(files.held)))
    content = bytearray(files.held[name])
    for _ in range(3):
        place = data.draw(st.integers(0, min(len(content), 1500) - 1))
        content[place] = data.draw(st.integers(0, 255))
    files.held[name] = bytes(content)
    try:
        files.failed()
    except ValueError:
        assert name == "index.m3u8"
