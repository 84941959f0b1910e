"""Videos, made even and encoded in chunks."""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from pressroom.errors import ReleaseError, ToolError
from pressroom.formats.demux import read_pictures, read_sound
from pressroom.formats.pictures import Chunk, PictureFacts, Rung, chunks
from pressroom.tools import ffmpeg, notes
from pressroom.tools.chunks import MadeChunks
from pressroom.tools.logo import DrawLogo
from pressroom.tools.videoencode import EncodePictures, EncodeSound, Logo, arguments, even_pictures
from pressroom.tools.videoprobe import ProbeVideo

if TYPE_CHECKING:
    from tests.tools.conftest import Bench

pytestmark = pytest.mark.media
SMALL = Rung(side=36, crf=30, most=300)
FAST = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
SOURCES = {
    "plain.mp4": ("-f", "lavfi", "-i", "testsrc2=s=64x36:r=25:d=5", *FAST),
    "upright.mov": ("-f", "lavfi", "-i", "testsrc2=s=36x64:r=30:d=4", *FAST),
    "milliseconds.mkv": ("-f", "lavfi", "-i", "testsrc2=s=65x37:r=30000/1001:d=4", *FAST[:4], "-pix_fmt", "yuv444p"),
    "uneven.mkv": (
        *("-f", "lavfi", "-i", "testsrc2=s=64x36:r=30:d=8,select='not(between(n,30,150))*not(mod(n,2))'"),
        *("-fps_mode", "vfr", *FAST),
    ),
    "fields.mkv": (
        *("-f", "lavfi", "-i", "testsrc2=s=64x64:r=50:d=3,tinterlace=4,fieldorder=tff"),
        *("-c:v", "mpeg2video", "-flags", "+ildct"),
    ),
    "one.mp4": ("-f", "lavfi", "-i", "testsrc2=s=64x36:r=25:d=1", "-frames:v", "1", *FAST),
}
MADE = {
    "plain.mp4": PictureFacts(width=64, height=36, rate="25", frames=125, gap=0.04, matrix=None, sound=False),
    "upright.mov": PictureFacts(width=36, height=64, rate="30", frames=120, gap=0.033333, matrix=None, sound=False),
    "milliseconds.mkv": PictureFacts(width=64, height=36, rate="30000/1001", frames=120, gap=0.034, matrix=None, sound=False),
    "uneven.mkv": PictureFacts(width=64, height=36, rate="30000/1001", frames=239, gap=4.134, matrix=None, sound=False),
    "fields.mkv": PictureFacts(width=64, height=64, rate="25", frames=75, gap=0.04, matrix=None, sound=False),
    "one.mp4": PictureFacts(width=64, height=36, rate="25", frames=1, gap=0.04, matrix=None, sound=False),
}


def probed(bench: Bench, source: Path) -> PictureFacts:
    """The facts of a video."""
    return notes.read(PictureFacts, bench.make(ProbeVideo(name="p", source=source, facts=Path(f"{source.stem}.json"))))


def shown(bench: Bench, source: Path, facts: PictureFacts, chunk: Chunk) -> list[str]:
    """The digest of each picture of a chunk."""
    told = bytearray()
    output = even_pictures(source, facts, SMALL, chunk).output("pipe:@told", f="framehash", hash="md5")
    ffmpeg.run(bench, arguments(output), making=source, readers={"told": told.extend})
    return [line.rpartition(",")[2].strip() for line in told.decode().splitlines() if not line.startswith("#")]


@pytest.mark.parametrize("name", list(SOURCES))
def test_a_chunk_shows_what_the_whole_does(bench: Bench, name: str) -> None:
    """Picture by picture, wherever it begins, also where a picture of the source stands for seconds."""
    bench.run_ffmpeg(*SOURCES[name], name)
    facts = probed(bench, Path(name))
    assert MADE[name] == facts
    whole = shown(bench, Path(name), facts, Chunk(number=0, first=0, frames=facts.frames, keys=(0,)))
    assert facts.frames == len(whole)
    for first in {facts.frames // 3, facts.frames // 2 + 1, facts.frames - 1}:
        frames = min(7, facts.frames - first)
        assert whole[first : first + frames] == shown(
            bench, Path(name), facts, Chunk(number=1, first=first, frames=frames, keys=(0,))
        )


def test_sound_that_begins_late_or_ends_later_is_kept(bench: Bench) -> None:
    """The last picture stands until the sound has ended, and silence fills what comes before it."""
    inputs = ("-f", "lavfi", "-i", "testsrc2=s=64x36:r=25:d=2", "-itsoffset", "0.5", "-f", "lavfi", "-i", "sine=d=2.5:r=44100")
    bench.run_ffmpeg(*inputs, *FAST, "-c:a", "pcm_s16le", "late.mkv")
    facts = probed(bench, Path("late.mkv"))
    assert (75, True) == (facts.frames, facts.sound)
    sound = bench.make(EncodeSound(name="s", source=Path("late.mkv"), facts=Path("late.json"), output=Path("sound.m4a")))
    with sound.open("rb") as stream:
        assert 3 * 48_000 == read_sound(stream).length
    bench.run_ffmpeg("-i", sound, "-f", "s16le", "-ac", "1", "heard.raw")
    heard = memoryview(Path("heard.raw").read_bytes()).cast("h")
    before, after = heard[: 48_000 * 4 // 10], heard[48_000 * 6 // 10 : 48_000]
    assert (True, True) == (max(map(abs, before)) < 40, max(map(abs, after)) > 1000)


def test_a_video_without_sound_gets_silence(bench: Bench) -> None:
    """As long as its pictures; the user is told."""
    bench.run_ffmpeg(*SOURCES["plain.mp4"], "plain.mp4")
    probed(bench, Path("plain.mp4"))
    sound = bench.make(EncodeSound(name="s", source=Path("plain.mp4"), facts=Path("plain.json"), output=Path("sound.m4a")))
    with sound.open("rb") as stream:
        assert 5 * 48_000 == read_sound(stream).length
    assert ["plain.mp4: has no sound, and is streamed with silence"] == bench.said


def encode(lane: int, *, lanes: int = 2, rung: Rung = SMALL, logo: Logo | None = None) -> EncodePictures:
    """The step that encodes a lane of long.mp4."""
    return EncodePictures(
        name="e",
        source=Path("long.mp4"),
        facts=Path("long.json"),
        rung=rung,
        logo=logo,
        segment=Fraction(6),
        lane=lane,
        lanes=lanes,
        stem="36p",
        made=Path(f"video/36p-{lane}.json"),
    )


def long_video(bench: Bench, tail: str = "negate") -> None:
    """A video of three chunks; the last is shown otherwise."""
    pictures = f"testsrc2=s=64x36:r=25:d=130,{tail}=enable='gte(t,100)'"
    bench.run_ffmpeg("-f", "lavfi", "-i", pictures, *FAST, "-qp", "20", "-g", "25", "long.mp4")


def made(lane: int) -> tuple[tuple[int, str], ...]:
    """The chunks of a lane with their digests."""
    return tuple((each.number, each.sha256) for each in notes.read(MadeChunks, Path(f"video/36p-{lane}.json")).files)


def test_chunks_have_the_key_frames_that_are_planned(bench: Bench) -> None:
    """They are the same whichever steps share them, and a change of the end encodes the end again, and nothing else."""
    long_video(bench)
    facts = probed(bench, Path("long.mp4"))
    planned = chunks(facts, Fraction(6))
    for lane in range(2):
        bench.make(encode(lane))
    apart = {**dict(made(0)), **dict(made(1))}
    assert [0, 1, 2] == sorted(apart)
    for chunk in planned:
        content = Path(f"video/36p-{chunk.number:04}.mp4")
        with content.open("rb") as stream:
            track = read_pictures(stream)
        assert (chunk.frames, list(chunk.keys)) == (len(track.sizes), list(track.keys or ()))
    bench.make(encode(0, lanes=1))
    assert apart == dict(made(0))

    encoded = sum("-c:v libx264" in note for note in bench.noted)
    long_video(bench, "hflip")
    probed(bench, Path("long.mp4"))
    bench.make(encode(0, lanes=1))
    again = dict(made(0))
    assert [True, True, False] == [apart[number] == again[number] for number in range(3)]
    assert 1 == sum("-c:v libx264" in note for note in bench.noted) - encoded
    bench.make(encode(0, lanes=1, rung=Rung(side=36, crf=31, most=300)))
    assert not set(again.items()) & set(made(0))


def drawn(bench: Bench, *, width: str = "25/100", opacity: str = "1", size: tuple[int, int] = (40, 30)) -> Path:
    """A red logo of which the left half is transparent, as it is drawn for long.mp4."""
    picture = Image.new("RGBA", size, (255, 0, 0, 255))
    picture.paste((0, 0, 0, 0), (0, 0, size[0] // 2, size[1]))
    picture.save("logo.png")
    return bench.make(
        DrawLogo(
            name="d",
            source=Path("logo.png"),
            facts=Path("long.json"),
            rung=SMALL,
            width=Fraction(width),
            opacity=Fraction(opacity),
            output=Path("video/logo.png"),
        )
    )


@pytest.mark.parametrize(("opacity", "colour"), [("1", (255, 0, 0)), ("1/2", (128, 0, 128))])
def test_a_logo_lies_over_all_pictures(bench: Bench, opacity: str, colour: tuple[int, int, int]) -> None:
    """In its corner and its colours, from the first picture to the last; what is transparent in it shows what is below."""
    bench.run_ffmpeg("-f", "lavfi", "-i", "color=c=blue:s=64x36:r=25:d=2", *FAST, "-qp", "5", "long.mp4")
    probed(bench, Path("long.mp4"))
    bench.make(encode(0, logo=Logo(drawn=drawn(bench, opacity=opacity), place="top-right")))
    bench.run_ffmpeg("-i", "video/36p-0000.mp4", "-f", "rawvideo", "-pix_fmt", "rgb24", "shown.raw")
    content = Path("shown.raw").read_bytes()
    assert 50 * 64 * 36 * 3 == len(content)
    # 16 pixels wide, 2 from the edges.
    for number in (0, 24, 49):
        seen = Image.frombytes("RGB", (64, 36), content[number * 64 * 36 * 3 :][: 64 * 36 * 3])
        for place, expected in (((58, 8), colour), ((49, 8), (0, 0, 255)), ((58, 24), (0, 0, 255)), ((6, 8), (0, 0, 255))):
            pixel = seen.getpixel(place)
            assert isinstance(pixel, tuple)
            assert max(abs(one - other) for one, other in zip(pixel, expected, strict=True)) < 24, (place, pixel)


def test_a_logo_that_changes_encodes_anew(bench: Bench) -> None:
    """And the same one does not; where it would leave the pictures, it is refused."""
    bench.run_ffmpeg("-f", "lavfi", "-i", "testsrc2=s=64x36:r=25:d=2", *FAST, "long.mp4")
    probed(bench, Path("long.mp4"))
    told = []
    for opacity in ("1", "1", "1/2"):
        bench.make(encode(0, logo=Logo(drawn=drawn(bench, opacity=opacity), place="bottom-left")))
        told.append(made(0))
    assert (True, False) == (told[0] == told[1], told[1] == told[2])
    assert 2 == sum("-c:v libx264" in note for note in bench.noted)
    with pytest.raises(ReleaseError) as error:
        drawn(bench, width="40/100", size=(20, 40))
    assert "logo.png: would be 26 x 52 in pictures of 64 x 36, which it leaves; make it narrower" == str(error.value)


@pytest.mark.parametrize("other", ["color=c=black:s=36x64:r=30:d=1", "color=c=black:s=64x36:r=30000/1001:d=1"])
def test_a_chunk_of_the_same_pixels_in_another_shape_or_rate_is_made_anew(bench: Bench, other: str) -> None:
    """As a clean build makes it."""
    for pictures in ("color=c=black:s=64x36:r=30:d=1", other):
        bench.run_ffmpeg("-f", "lavfi", "-i", pictures, *FAST, "-frames:v", "30", "long.mp4")
        probed(bench, Path("long.mp4"))
        bench.make(encode(0))
    again = made(0)
    Path("video/36p-0.json").unlink()
    bench.make(encode(0))
    assert made(0) == again


def test_what_is_said_of_chunks_tells_builds_of_ffmpeg_apart_and_not_its_date(bench: Bench) -> None:
    """Another build encodes anew; the same one, installed again, says the same of the same chunks, clean or not."""
    program = Path("ffmpeg")
    program.write_text(f'#!/bin/sh\nexec "{bench.ffmpeg}" "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    bench.run_ffmpeg(*SOURCES["plain.mp4"], "long.mp4")
    bench.ffmpeg = program.absolute()
    probed(bench, Path("long.mp4"))
    told = bench.make(encode(0)).read_bytes()
    os.utime(program, (0, 0))
    Path("video/36p-0.json").unlink()
    assert told == bench.make(encode(0)).read_bytes()
    encoded = sum("-c:v libx264" in note for note in bench.noted)
    bench.versions["ffmpeg"] = "9.0.3"
    bench.make(encode(0))
    assert 1 == sum("-c:v libx264" in note for note in bench.noted) - encoded


def test_pictures_that_need_those_before_a_key_frame_are_decoded_from_the_first(bench: Bench) -> None:
    """As broadcasts and discs have them: no chunk begins with a picture that lacks what it is made of."""
    open_groups = "open-gop=1:bframes=4:keyint=40:scenecut=0"
    pictures = ("-f", "lavfi", "-i", "testsrc2=s=64x36:r=25:d=62")
    bench.run_ffmpeg(*pictures, "-c:v", "libx264", "-x264-params", open_groups, "long.mp4")
    facts = probed(bench, Path("long.mp4"))
    chunk = chunks(facts, Fraction(6))[1]
    with pytest.raises(ToolError):
        shown(bench, Path("long.mp4"), facts, chunk)
    bench.make(encode(1))
    whole = bytearray()
    everything = Chunk(number=0, first=0, frames=facts.frames, keys=(0,))
    output = even_pictures(Path("long.mp4"), facts, SMALL, everything).filter("trim", start_frame=chunk.first)
    ffmpeg.run(
        bench,
        arguments(output.output("pipe:@whole", f="hash", hash="sha256")),
        making=Path("long.mp4"),
        readers={"whole": whole.extend},
    )
    told = notes.read(MadeChunks, Path("video/36p-1.json"))
    assert [whole.decode().strip().rpartition("=")[2]] == [each.content for each in told.files]


def test_damage_within_is_told_with_its_place(bench: Bench) -> None:
    """By the name of the video, and with the seconds that it lies between."""
    long_video(bench)
    content = bytearray(Path("long.mp4").read_bytes())
    for place in range(len(content) * 9 // 10, len(content) * 9 // 10 + 300):
        content[place] ^= 0x5A
    Path("long.mp4").write_bytes(content)
    probed(bench, Path("long.mp4"))
    with pytest.raises(ReleaseError) as error:
        encode(2, lanes=3).run(bench)
    first, *_, last = str(error.value).splitlines()
    assert "long.mp4: ffmpeg failed" == first.partition(" (")[0]
    assert "  its pictures cannot be used between 96 and 130 s" == last


def test_damaged_sound_is_told_by_the_name_of_the_video(bench: Bench) -> None:
    """As damaged pictures are, and not by that of a file which nobody knows."""
    bench.run_ffmpeg(*SOURCES["plain.mp4"][:4], "-f", "lavfi", "-i", "sine=d=5", *FAST, "-c:a", "flac", "plain.mkv")
    content = bytearray(Path("plain.mkv").read_bytes())
    place = content.find(b"\xff\xf8", len(content) // 2) + 40
    content[place : place + 20] = bytes(byte ^ 0x5A for byte in content[place : place + 20])
    Path("plain.mkv").write_bytes(content)
    probed(bench, Path("plain.mkv"))
    with pytest.raises(ReleaseError) as error:
        EncodeSound(name="s", source=Path("plain.mkv"), facts=Path("plain.json"), output=Path("sound.m4a")).run(bench)
    first, *_, last = str(error.value).splitlines()
    assert "plain.mkv: ffmpeg failed" == first.partition(" (")[0]
    assert "  its sound cannot be used; export or copy it again" == last
