"""A video as the files that players stream."""

from __future__ import annotations

import itertools
import re
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

import pytest

from pressroom.errors import ReleaseError
from pressroom.formats import hlslint
from pressroom.formats.footage import Footage, Names
from pressroom.formats.pictures import Rung
from pressroom.tools import notes
from pressroom.tools.linting import reading
from pressroom.tools.videoencode import EncodePictures, EncodeSound
from pressroom.tools.videopackage import PackageSubtitles, PackageVideo, WriteVideo
from pressroom.tools.videoprobe import ProbeVideo

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.tools.conftest import Bench

pytestmark = pytest.mark.media
Layout: TypeAlias = Literal["single", "files"]
Container: TypeAlias = Literal["mp4", "ts"]
FOLDER = Path("build/moon/hls")
RUNGS = {"72p": Rung(side=72, crf=24, most=900), "36p": Rung(side=36, crf=34, most=90)}
NAMES = tuple(RUNGS)
LISTS = Names(prefix="01.video", sizes=NAMES, languages=("de",))
SUBTITLES = "WEBVTT\n\n00:00.500 --> 00:02.500\nAbend\n\n00:06.000 --> 00:06.900\nMorgen\n"
FACTS, SOUND, PACKAGED = Path("facts.json"), Path("sound.m4a"), Path("packaged.json")
SECONDS = 7


def packaging(bench: Bench, layout: Layout = "single", container: Container = "mp4") -> PackageVideo:
    """The step that packages a video of seven seconds in two sizes, and all that it needs."""
    source = Path("clip.mkv")
    pictures = ("-f", "lavfi", "-i", f"testsrc2=s=128x72:r=25:d={SECONDS}", "-f", "lavfi", "-i", f"sine=d={SECONDS}")
    bench.run_ffmpeg(*pictures, "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "flac", source)
    bench.make(ProbeVideo(name="p", source=source, facts=FACTS))
    bench.make(EncodeSound(name="s", source=source, facts=FACTS, output=SOUND))
    for (name, rung), lane in itertools.product(RUNGS.items(), range(2)):
        step = EncodePictures(
            name="e",
            source=source,
            facts=FACTS,
            rung=rung,
            segment=Fraction(2),
            lane=lane,
            lanes=2,
            stem=name,
            made=Path(f"work/{name}-{lane}.json"),
        )
        bench.make(step)
    return PackageVideo(
        name="v",
        prefix="01.video",
        renditions=NAMES,
        facts=FACTS,
        chunks=tuple(tuple(Path(f"work/{name}-{lane}.json") for lane in range(2)) for name in NAMES),
        sound=SOUND,
        segment=Fraction(2),
        layout=layout,
        container=container,
        folder=FOLDER,
        packaged=PACKAGED,
    )


def written(bench: Bench, layout: Layout, container: Container = "mp4") -> Footage:
    """The packaged video, with its playlists."""
    bench.make(packaging(bench, layout, container))
    names = Names(prefix="01.video", sizes=NAMES, languages=("de",), container=container)
    Path("rise.vtt").write_text(SUBTITLES, encoding="utf-8")
    captions, copy = Path("captions.json"), FOLDER / "01.video.de.vtt"
    subtitles = PackageSubtitles(
        name="t",
        source=Path("rise.vtt"),
        prefix="01.video",
        language="de",
        video=PACKAGED,
        layout=layout,
        container=container,
        folder=FOLDER,
        packaged=captions,
        copy=copy,
    )
    bench.make(subtitles)
    playlists = tuple(FOLDER / name for name in names.every)
    step = WriteVideo(
        name="l",
        names=names,
        language="en",
        segment=Fraction(2),
        packaged=PACKAGED,
        captions=(captions,),
        playlists=playlists,
    )
    bench.make(step)
    return notes.read(Footage, PACKAGED)


def frames(bench: Bench, source: Path) -> list[str]:
    """The digest of each picture, as ffmpeg decodes it."""
    bench.run_ffmpeg("-i", source, "-map", "0:v:0", "-f", "framehash", "-hash", "md5", "told.txt")
    lines = Path("told.txt").read_text(encoding="utf-8").splitlines()
    return [line.rpartition(",")[2].strip() for line in lines if not line.startswith("#")]


def samples(bench: Bench, source: Path) -> bytes:
    """The sound, as ffmpeg decodes it."""
    bench.run_ffmpeg("-i", source, "-map", "0:a:0", "-f", "s16le", "heard.raw")
    return Path("heard.raw").read_bytes()


@pytest.mark.parametrize("layout", ["single", "files"])
def test_a_video_is_streamed_as_it_was_encoded(bench: Bench, layout: Layout) -> None:
    """Every rule that must be kept is; each picture is the encoded one, in lists and in the one file with its sound."""
    made = written(bench, layout)
    with reading(FOLDER) as fetch:
        broken = [check for name in LISTS.every for check in hlslint.lint(name, fetch) if not check.passed]
    # A tiny rendition is slower than Apple's smallest, and a target of 2 s is no 6.
    assert {"hls-target-6"} == {check.rule for check in broken}
    bench.run_ffmpeg("-i", FOLDER / "01.video.de.m3u8", "-f", "webvtt", "told.vtt")
    assert SUBTITLES == Path("told.vtt").read_text(encoding="utf-8")
    assert SUBTITLES == (FOLDER / "01.video.de.vtt").read_text(encoding="utf-8")
    for name in NAMES:
        encoded = [path for path in sorted(Path("work").glob(f"{name}-*.mp4")) if not path.name.startswith(".")]
        expected = [picture for path in encoded for picture in frames(bench, path)]
        assert SECONDS * 25 == len(expected)
        assert expected == frames(bench, FOLDER / f"01.video.{name}.m3u8")
    assert made.file
    assert frames(bench, FOLDER / "01.video.72p.m3u8") == frames(bench, FOLDER / made.file)
    heard, whole = samples(bench, SOUND), samples(bench, FOLDER / made.file)
    assert SECONDS * 48_000 * 4 == len(heard)
    # ffmpeg plays the whole of the last packet of what is fragmented.
    assert (heard, True) == (whole[: len(heard)], len(whole) - len(heard) < 1024 * 4)


@pytest.mark.parametrize("layout", ["single", "files"])
def test_mpeg_ts_carries_pictures_and_sound(bench: Bench, layout: Layout) -> None:
    """Every picture and every sample, by the rules; nothing of it names its maker."""
    made = written(bench, layout, "ts")
    assert made.file
    with reading(FOLDER) as fetch:
        broken = {check.rule for check in hlslint.lint("01.video.m3u8", fetch) if not check.passed}
    assert {"hls-target-6"} == broken
    assert frames(bench, FOLDER / made.file) == frames(bench, FOLDER / "01.video.72p.m3u8")
    heard, whole = samples(bench, SOUND), samples(bench, FOLDER / "01.video.72p.m3u8")
    # Its priming is heard, too, as MPEG-TS has no edits.
    assert heard == whole[1024 * 4 :][: len(heard)]
    keys = frames(bench, FOLDER / "01.video.72p.keys.m3u8")
    assert (4, True) == (len(keys), set(keys) <= set(frames(bench, FOLDER / made.file)))
    assert "X-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:900000" in next(FOLDER.glob("01.video.de.*.vtt")).read_text("utf-8")
    assert [] == [path.name for path in FOLDER.glob("*.ts") if re.search(b"x264|Lav[fc]|FFmpeg", path.read_bytes())]


def media() -> Iterator[Path]:
    """All media files."""
    return (path for path in sorted(FOLDER.iterdir()) if path.suffix in (".mp4", ".m4s") and not path.name.startswith("."))


def test_its_files_are_what_is_listed_and_say_nothing_of_their_maker(bench: Bench) -> None:
    """Names tell the content; no program, version or time stands in them."""
    made = written(bench, "files")
    assert sorted(file.path for file in made.files) == [path.name for path in media()]
    assert [] == [path.name for path in media() if re.search(b"x264|Lav[fc]|ISO Media", path.read_bytes())]
    texts = [path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.m3u8"))]
    uris = set(re.findall(r'^[^#\n].*\.m4s$|URI="([^"]+\.mp4)"', "\n".join(texts), re.MULTILINE))
    assert uris - {""} <= {path.name for path in media()}
    assert ("avc1.64000D,mp4a.40.2", (128, 72)) == (made.codecs, (made.pictures[0].width, made.pictures[0].height))


def test_a_chunk_that_is_damaged_is_told_by_the_name_of_the_video(bench: Bench) -> None:
    """And nothing is left of it."""
    step = packaging(bench)
    chunk = next(Path("work").glob("36p-0000.mp4"))
    chunk.write_bytes(chunk.read_bytes()[:-100])
    with pytest.raises(ReleaseError) as error:
        step.run(bench)
    assert str(error.value).startswith(f"{FOLDER}: 01.video cannot be packaged: its samples go on to byte ") or str(
        error.value
    ).startswith(f"{FOLDER}: 01.video cannot be packaged: its moov box says ")
