from __future__ import annotations

import hashlib
import io
import struct
from fractions import Fraction
from typing import TYPE_CHECKING, Protocol

import pytest
from tests.formats import packages

from pressroom.formats import cmaf, hls, hlslint, segments
from pressroom.formats.demux import read_pictures, read_sound
from pressroom.formats.track import joined

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from pressroom.formats.track import Track

pytestmark = pytest.mark.media
SECOND = Fraction(1)
SAMPLES = 110_250


class Media(Protocol):
    """What the fixture offers."""

    folder: Path

    def path(self, name: str) -> Path:
        """A source."""
        ...

    def ffmpeg(self, *arguments: str) -> bytes:
        """What ffmpeg writes."""
        ...


def packaged(source: Path, *marks: int, pictures: bool = False) -> tuple[cmaf.Package, bytes]:
    """A source in segments of a second: the package, and its one file."""
    with source.open("rb") as stream:
        track = read_pictures(stream) if pictures else read_sound(stream)
        plan = segments.picture_plan(track, SECOND) if pictures else segments.sound_plan(track, SECOND, marks=marks)
        package = cmaf.packaged(track, plan)
        return package, b"".join(cmaf.written(package, stream))


def made(media: Media, name: str, *marks: int) -> tuple[Path, Path, cmaf.Package]:
    """A source, the file that it is packaged as, and the package."""
    source = media.path(name)
    package, content = packaged(source, *marks, pictures="frames" in name or "pictures" in name)
    target = media.folder / f"{name}.cmaf.mp4"
    target.write_bytes(content)
    return source, target, package


def decoded(media: Media, path: Path) -> bytes:
    """Samples of 32 bits."""
    return media.ffmpeg("-i", str(path), "-f", "s32le", "-c:a", "pcm_s32le", "-")


def packets(media: Media, path: Path) -> list[str]:
    """The digest of each packet."""
    lines = media.ffmpeg("-i", str(path), "-c", "copy", "-f", "framemd5", "-").decode().splitlines()
    return [line.split(",")[5].strip() for line in lines if not line.startswith("#")]


def served(held: Mapping[str, bytes]) -> Callable[[str], io.BytesIO]:
    """What addresses lead to."""
    return lambda uri: io.BytesIO(held[uri])


@pytest.mark.parametrize("name", ["flac.flac", "flac.mp4", "high.flac", "alac.m4a"])
def test_lossless_sound_is_the_masters(media: Media, name: str) -> None:
    """Every sample, and none more."""
    source, target, _ = made(media, name)
    assert hashlib.sha256(decoded(media, source)).digest() == hashlib.sha256(decoded(media, target)).digest()


@pytest.mark.parametrize("name", ["aac.m4a", "aac.mp4", "opus.opus", "opus.mp4", "mono.m4a"])
def test_lossy_sound_begins_at_its_first_sample_and_is_whole(media: Media, name: str) -> None:
    """The priming is dropped; ffmpeg plays no more than the rest of the last packet, which it does not cut."""
    source, target, package = made(media, name)
    channels = package.track.description.channels
    heard = decoded(media, source)[: package.track.length * 4 * channels]
    found = decoded(media, target)
    assert heard == found[: len(heard)]
    assert 0 <= len(found) // 4 // channels - package.track.length < 1024


@pytest.mark.parametrize("name", ["aac.m4a", "aac.mp4", "flac.flac", "flac.mp4", "opus.opus", "opus.mp4", "alac.m4a"])
def test_packets_are_copied(media: Media, name: str) -> None:
    """Not a byte of what was encoded is another."""
    source, target, _ = made(media, name)
    assert packets(media, source) == packets(media, target)


def test_adts_loses_its_headers(media: Media) -> None:
    """The packets are those that an MP4 of the same encode has."""
    _, target, package = made(media, "aac.aac")
    assert packets(media, media.path("aac.m4a")) == packets(media, target)
    assert (0, "mp4a.40.2") == (package.track.lead, package.track.description.codec)


@pytest.mark.parametrize("name", ["b-frames.mp4", "pictures.mp4"])
def test_pictures_are_shown_at_the_same_times(media: Media, name: str) -> None:
    """The first at 0, and all of them without a hole."""
    source, target, _ = made(media, name)
    times = [media.ffmpeg("-i", str(path), "-f", "framemd5", "-") for path in (source, target)]
    assert times[0] == times[1]


def test_containers_agree(media: Media) -> None:
    """One encoded stream gives one file, whoever muxed it."""
    assert packaged(media.path("flac.flac"))[1] == packaged(media.path("flac.mp4"))[1]
    assert packaged(media.path("opus.opus"))[1] == packaged(media.path("opus.mp4"))[1]
    assert packaged(media.path("aac.m4a"))[1] == packaged(media.path("aac.mp4"))[1]


@pytest.mark.parametrize("name", ["aac.m4a", "flac.flac", "opus.opus", "alac.m4a"])
def test_segments_last_as_long_as_the_sound(media: Media, name: str) -> None:
    """Without the priming, to the tick, and none of them is short."""
    package, _ = packaged(media.path(name))
    lengths = [segment.end - segment.start for segment in package.plan.segments]
    assert Fraction(SAMPLES, 44_100) == Fraction(sum(lengths), package.track.timescale)
    assert (3, True) == (len(lengths), min(lengths) * 10 > max(lengths) * 8)


@pytest.mark.parametrize("name", ["aac.m4a", "opus.opus"])
def test_a_file_for_each_segment_has_the_same_bytes(media: Media, name: str) -> None:
    """A host without byte ranges serves what others do."""
    source = media.path(name)
    package, content = packaged(source)
    with source.open("rb") as stream:
        files = [b"".join(cmaf.segment_written(package, segment, stream)) for segment in package.plan.segments]
    assert content == package.init + package.index + b"".join(files)
    assert [package.extent(segment)[1] for segment in package.plan.segments] == list(map(len, files))


@pytest.mark.parametrize(("name", "marks"), [("aac.m4a", (40_000, 80_001)), ("opus.opus", (40_000, 90_000))])
def test_a_track_is_a_range_of_its_album(media: Media, name: str, marks: tuple[int, ...]) -> None:
    """With an init segment of its own it begins at its first sample, and plays less than a packet too much."""
    source, _, package = made(media, name, *marks)
    with source.open("rb") as stream:
        ranges = [
            cmaf.range_init(package, each) + b"".join(b"".join(cmaf.segment_written(package, s, stream)) for s in each.segments)
            for each in package.plan.ranges
        ]
    edges = [0, *marks, package.track.length]
    for number, content in enumerate(ranges):
        path = media.folder / f"{name}.{number}.mp4"
        path.write_bytes(content)
        length = edges[number + 1] - edges[number]
        assert 0 <= len(decoded(media, path)) // 8 - length < 1024
        assert sum(each.end - each.start for each in package.plan.ranges[number].segments) == length


def test_a_range_of_opus_sounds_as_it_does_in_the_whole(media: Media) -> None:
    """80 ms before it are decoded and not heard."""
    source, target, package = made(media, "opus.opus", 60_000)
    with source.open("rb") as stream:
        stretch = package.plan.ranges[1]
        content = cmaf.range_init(package, stretch)
        content += b"".join(b"".join(cmaf.segment_written(package, each, stream)) for each in stretch.segments)
    path = media.folder / "range.mp4"
    path.write_bytes(content)
    whole, found = (struct.unpack(f"<{len(pcm) // 4}i", pcm) for pcm in (decoded(media, target), decoded(media, path)))
    worst = max(abs(a - b) for a, b in zip(whole[120_000:], found, strict=False))
    assert worst < 2**31 // 20


def test_tracks_of_an_album_join_without_a_gap(media: Media) -> None:
    """FLAC of each track becomes one stream, of which the samples are those of the tracks one after the other."""
    source = media.path("flac.flac")
    content = source.read_bytes()
    twice = media.folder / "twice.bin"
    twice.write_bytes(content * 2)
    with source.open("rb") as stream:
        one: Track = read_sound(stream)
    both = joined([one, one], [len(content), len(content)])
    package = cmaf.packaged(both, segments.sound_plan(both, SECOND, marks=[one.length]))
    target = media.folder / "twice.mp4"
    with twice.open("rb") as stream:
        target.write_bytes(b"".join(cmaf.written(package, stream)))
    assert decoded(media, source) * 2 == decoded(media, target)


@pytest.mark.parametrize("layout", ["single", "files"])
@pytest.mark.parametrize(("name", "most"), [("flac.flac", 0), ("alac.m4a", 0), ("aac.m4a", 2048), ("opus.opus", 1272)])
def test_ffmpeg_plays_the_playlist(media: Media, name: str, most: int, layout: str) -> None:
    """Every sample of what is lossless; of AAC and Opus never fewer, and at most the priming and a packet more."""
    source, target, package = made(media, name)
    init, uris = hls.Init(uri=target.name, size=len(package.init)), [target.name] * len(package.plan.segments)
    if layout == "files":
        init, uris = hls.Init(uri=f"{name}.init.mp4"), [f"{name}.{number}.m4s" for number in range(len(uris))]
        (media.folder / init.uri).write_bytes(package.init)
        with source.open("rb") as stream:
            for uri, segment in zip(uris, package.plan.segments, strict=True):
                (media.folder / uri).write_bytes(b"".join(cmaf.segment_written(package, segment, stream)))
    entries = packages.entries(package, package.plan.segments, target.name if layout == "single" else uris)
    path = media.folder / f"{name}.m3u8"
    path.write_text(hls.media_playlist(hls.MediaList(entries=entries, target=2, init=init)), encoding="utf-8")
    heard, found = decoded(media, source), decoded(media, path)
    assert 0 <= (len(found) - len(heard)) // 8 <= most
    assert most or heard == found


def test_what_is_packaged_passes_lint(media: Media) -> None:
    """Real pictures with B-frames, and real sound of each codec."""
    for name in ("b-frames.mp4", "aac.m4a", "flac.flac", "opus.opus"):
        _, target, package = made(media, name)
        entries = packages.entries(package, package.plan.segments, target.name)
        init = hls.Init(uri=target.name, size=len(package.init))
        text = hls.media_playlist(hls.MediaList(entries=entries, target=hls.target_duration(entries), init=init))
        held = {"list.m3u8": text.encode(), target.name: target.read_bytes()}
        checks = hlslint.lint("list.m3u8", served(held))
        assert [] == [check.rule for check in checks if not check.passed and check.rule != "hls-target-6"]
