"""Masters as one gapless stream."""

from __future__ import annotations

import json
import shutil
import subprocess
from array import array
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pressroom.errors import ReleaseError
from pressroom.formats import cmaf
from pressroom.formats import whole as wholes
from pressroom.formats.audio import NAMED, Encoding
from pressroom.formats.demux import read_sound
from pressroom.formats.facts import AudioFacts
from pressroom.formats.rendition import Joined
from pressroom.formats.segments import sound_plan
from pressroom.formats.track import packets
from pressroom.tools import ffmpeg, notes
from pressroom.tools.chain import Chain
from pressroom.tools.chunks import all_of
from pressroom.tools.gathering import Gathered, arguments
from pressroom.tools.joining import Join
from pressroom.tools.probe import Probe
from pressroom.tools.streamencode import EncodeStream

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.tools.conftest import Bench

pytestmark = pytest.mark.media
DIFFERENCE = (
    "[0:a]aresample=48000:resampler=soxr:precision=28,aformat=fltp,pan=mono|c0=c0[one];"
    "[1:a]aformat=fltp,pan=mono|c0=c0,volume=-1[other];[one][other]amix=normalize=0:duration=shortest[apart]"
)


def encodes(bench: Bench, sources: Sequence[Path], encoding: Encoding, *, lanes: int = 2) -> tuple[EncodeStream, ...]:
    """The steps that encode the chunks of masters, which are probed."""
    facts = [bench.make(Probe(name="p", source=source, facts=source.with_suffix(".json"))) for source in sources]
    return tuple(
        EncodeStream(
            name="e",
            sources=tuple(sources),
            facts=tuple(facts),
            encoding=encoding,
            reusable=False,
            lane=lane,
            lanes=lanes,
            stem="x",
            made=Path(f"hls/x.{lane}.json"),
        )
        for lane in range(lanes)
    )


def joined(bench: Bench, sources: Sequence[Path], encoding: Encoding, *, reusable: bool = False, lanes: int = 2) -> Joined:
    """What a join says of its stream."""
    steps = encodes(bench, sources, encoding, lanes=lanes)
    made = [bench.make(replace(step, reusable=reusable)) for step in steps] if not encoding.lossless else []
    step = Join(
        name="j",
        sources=tuple(sources),
        facts=steps[0].facts,
        encoding=encoding,
        reusable=reusable,
        chunks=tuple(made),
        stem="x",
        stream=Path("hls/x.json"),
    )
    return notes.read(Joined, bench.make(step))


def samples(bench: Bench, path: Path) -> array[int]:
    """What a file decodes to, 32 bits of two channels."""
    raw = ("-f", "s32le", "-c:a", "pcm_s32le", "-ac", "2", "-")
    return array("i", subprocess.run([bench.ffmpeg, "-v", "error", "-i", path, *raw], capture_output=True, check=True).stdout)


def halves(bench: Bench, *, rate: int = 48_000) -> tuple[Path, Path, Path]:
    """A tone, and its two halves, of lengths that no frame ends at."""
    tone = bench.sine(2 * 10_007, rate=rate)
    whole = bench.wav("whole.wav", (tone, tone), rate=rate)
    parts = (tone[:10_007], tone[10_007:])
    return whole, *(bench.wav(f"{n}.wav", (part, part), rate=rate) for n, part in enumerate(parts))  # type: ignore[return-value]


@pytest.mark.parametrize("name", ["aac-128", "opus-96"])
@pytest.mark.parametrize("rate", [48_000, 44_100])
def test_halves_sound_as_the_whole(bench: Bench, name: str, rate: int) -> None:
    """No encoder begins anew where a track does: the bytes are those of one recording."""
    whole, *parts = halves(bench, rate=rate)
    encoding = NAMED[name]
    one = joined(bench, [whole], encoding)
    two = joined(bench, parts, encoding)
    assert one.parts == two.parts
    assert ((0,), (0, round(10_007 * 48_000 / rate))) == (one.starts, two.starts)


def test_a_master_of_two_tracks_is_heard_twice(bench: Bench) -> None:
    """As if the second track had a copy of it."""
    _, first, second = halves(bench)
    copy = Path("copy.wav")
    copy.write_bytes(first.read_bytes())
    twice = joined(bench, [first, second, first], NAMED["aac-128"])
    assert joined(bench, [first, second, copy], NAMED["aac-128"]) == twice


def test_a_stream_is_as_long_as_its_masters(bench: Bench) -> None:
    """To the sample, at the rate of streams; what it was made of is in the record."""
    _, *parts = halves(bench, rate=44_100)
    made = joined(bench, parts, NAMED["flac"])
    assert 20_014 == len(samples(bench, Path("hls/x.flac"))) // 2
    written = json.loads(Path("hls/x.json").read_text(encoding="utf-8"))
    assert [("x.flac", Path("hls/x.flac").stat().st_size)] == [(file["path"], file["bytes"]) for file in written["files"]]
    assert 2 == len(made.starts)


@pytest.mark.parametrize("name", ["flac", "alac"])
def test_lossless_tracks_that_are_coded_alike_need_no_encode(bench: Bench, name: str) -> None:
    """Their own files can be joined by copy, at whatever rate they have."""
    _, *parts = halves(bench, rate=44_100)
    assert Joined(files=(), starts=(0, 10_007)) == joined(bench, parts, NAMED[name], reusable=True)


def test_tracks_that_differ_are_encoded_as_one(bench: Bench) -> None:
    """Other rates, depths and channels become those that hold all; a stereo track of the right rate keeps its samples."""
    tone = bench.sine(9_600, rate=48_000)
    deep = bench.wav("deep.wav", ([v << 8 for v in tone], [v << 8 for v in tone]), rate=48_000, depth=24)
    low = bench.wav("low.wav", (tone[:4_410],), rate=44_100)
    made = joined(bench, [deep, low], NAMED["flac"], reusable=True)
    heard = samples(bench, Path("hls/x.flac"))
    assert (0, 9_600) == made.starts
    assert [value << 16 for value in tone for _ in range(2)] == list(heard[: 2 * 9_600])
    assert 9_600 + 4_800 == len(heard) // 2


def test_tracks_of_one_rate_keep_it(bench: Bench) -> None:
    """Where 16 bits follow 24, no sample is computed."""
    tone = bench.sine(9_600)
    deep = bench.wav("deep.wav", ([v << 8 for v in tone],) * 2, depth=24)
    flat = bench.wav("flat.wav", (tone,) * 2)
    assert (0, 9_600) == joined(bench, [deep, flat], NAMED["flac"], reusable=True).starts
    assert [value << 16 for value in (*tone, *tone) for _ in range(2)] == list(samples(bench, Path("hls/x.flac")))


def test_one_lossy_file_serves_where_it_has_the_rate_of_streams(bench: Bench) -> None:
    """A single of 48 kHz is not encoded twice; one of 44.1 kHz is, as AAC has that rate too; Opus knows one alone."""
    whole, *_ = halves(bench, rate=48_000)
    assert () == joined(bench, [whole], NAMED["aac-128"], reusable=True).parts
    low = bench.wav("low.wav", (bench.sine(9_000),) * 2)
    assert 1 == len(joined(bench, [low], NAMED["aac-128"], reusable=True).parts)
    assert () == joined(bench, [low], NAMED["opus-96"], reusable=True).parts


def test_lossy_streams_are_stereo(bench: Bench) -> None:
    """More channels are mixed down; mono stays mono."""
    tone = bench.sine(9_000)
    six, one = bench.wav("six.wav", (tone,) * 6), bench.wav("one.wav", (tone,))
    for source, channels in ((six, 2), (one, 1)):
        joined(bench, [source], NAMED["aac-128"])
        said = subprocess.run([bench.ffmpeg, "-i", "hls/x.0000.m4a"], capture_output=True, text=True, check=False).stderr
        assert ("stereo" if channels == 2 else "mono") in said


def test_a_master_of_twelve_channels_is_refused(bench: Bench) -> None:
    """With its name, the rendition's, and what to do."""
    source = bench.wav("twelve.wav", (bench.sine(9_000),) * 12)
    with pytest.raises(ReleaseError) as raised:
        joined(bench, [source], NAMED["flac"])
    assert "twelve.wav: has 12 channels, and x of `hls` holds at most 8; mix it down to stereo" == str(raised.value)


def test_silence_is_a_stream_too(bench: Bench) -> None:
    """A minute of nothing is a minute long."""
    quiet = bench.wav("quiet.wav", ([0] * 48_000 * 60,) * 2, rate=48_000)
    joined(bench, [quiet], NAMED["aac-128"])
    assert 0 <= len(samples(bench, Path("hls/x.0000.m4a"))) // 2 - 48_000 * 60 < 1024


def test_an_odd_rate_is_resampled(bench: Bench) -> None:
    """What no codec has becomes what streams have."""
    source = bench.wav("odd.wav", (bench.sine(11_111, rate=37_800),) * 2, rate=37_800)
    encoding = replace(NAMED["aac-128"])
    made = joined(bench, [source], encoding)
    assert (1, (0,)) == (len(made.parts), made.starts)


def music(bench: Bench, name: str, seconds: float, *options: str) -> Path:
    """Something of the sounds of music: tones that glide and end at once, and noise."""
    glide = "0.3*sin(2*PI*(200+30*mod(t,7))*t)*(1-mod(t,0.5))"
    noise = "0.05*(random(0)-0.5)"
    bench.run_ffmpeg("-f", "lavfi", "-i", f"aevalsrc='{glide}+{noise}|{glide}-{noise}':s=44100:d={seconds}", *options, name)
    return Path(name)


def heard(bench: Bench, sources: Sequence[Path], start: int = 0, end: int | None = None) -> bytes:
    """The samples of a stretch of masters, which were probed."""
    masters = notes.read_all(AudioFacts, [source.with_suffix(".json") for source in sources])
    stretch = Gathered(sources, masters, wholes.whole(NAMED["aac-128"], masters)).stretch(start, end)
    found = bytearray()
    args = arguments(stretch.output("pipe:@pcm", f="s32le", **{"c:a": "pcm_s32le"}))
    ffmpeg.run(bench, args, making=sources[0], readers={"pcm": found.extend})
    return bytes(found)


def assert_stretches(bench: Bench, first: Path) -> None:
    """Stretches of a master and one behind it are the same as in all of both."""
    sources = [first, bench.wav("y.wav", (bench.sine(44_100),) * 2)]
    for source in sources:
        bench.make(Probe(name="p", source=source, facts=source.with_suffix(".json")))
    every = heard(bench, sources)
    length = len(every) // 8
    assert sum(each.samples for each in notes.read_all(AudioFacts, [one.with_suffix(".json") for one in sources])) == length
    for start, end in ((0, 5), (44_100 * 3 + 1, length), (176_401, 176_500), (length - 44_200, length - 44_000)):
        assert every[8 * start : 8 * end] == heard(bench, sources, start, end)


@pytest.mark.parametrize("name", ["x.wav", "x.aiff", "x.flac", "x.wv", "x.m4a", "x.mp3", "x.ogg", "x.oga"])
def test_a_stretch_is_the_same_samples(bench: Bench, name: str) -> None:
    """Wherever it begins, and whether or not reading can begin there."""
    options = {"x.m4a": ("-c:a", "alac"), "x.oga": ("-c:a", "flac")}.get(name, ())
    assert_stretches(bench, music(bench, name, 9.7, *options))
    assert any(" -ss " in note for note in bench.noted) == (name not in ("x.wv", "x.mp3", "x.ogg", "x.oga"))


@pytest.mark.parametrize("name", ["late.m4a", "middle.wv"])
def test_a_stretch_is_the_same_samples_where_the_first_is_not_at_0(bench: Bench, name: str) -> None:
    """As in what was delayed, or cut out of a longer recording without another encode."""
    options = ("-itsoffset", "0.7") if name == "late.m4a" else ("-ss", "0.7")
    source = music(bench, f"x{Path(name).suffix}", 9.7, "-c:a", "alac" if name == "late.m4a" else "wavpack")
    bench.run_ffmpeg(*options, "-i", source, "-c", "copy", name)
    assert_stretches(bench, Path(name))


def test_a_stretch_is_the_same_samples_of_a_wav_from_a_pipe(bench: Bench) -> None:
    """It does not say how many it has, and is read as raw samples."""
    command = [str(bench.ffmpeg), "-v", "error", "-i", str(music(bench, "x.wav", 9.7)), "-f", "wav", "-"]
    Path("piped.wav").write_bytes(subprocess.run(command, capture_output=True, check=True).stdout)
    assert_stretches(bench, Path("piped.wav"))


def chunk_digests() -> list[tuple[int, str]]:
    """The chunks that were encoded."""
    return [(made.number, made.sha256) for made, _ in all_of(sorted(Path("hls").glob("x.?.json")))]


def encoded(bench: Bench) -> int:
    """How often an encoder ran."""
    return sum("x.0" in note for note in bench.noted)


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks of less than a minute."""
    monkeypatch.setattr(wholes, "CHUNK", 40)


@pytest.mark.usefixtures("short")
def test_chunks_are_the_same_whoever_shares_them(bench: Bench) -> None:
    """And a master that is another at its end or its beginning has that encoded again, and nothing else."""
    sources = [music(bench, "a.wav", 50), music(bench, "b.wav", 60)]
    one = joined(bench, sources, NAMED["opus-96"], lanes=1)
    apart = chunk_digests()
    assert [0, 1, 2] == [number for number, _ in apart]
    shutil.rmtree("hls")
    assert one == joined(bench, sources, NAMED["opus-96"], lanes=2)
    before = encoded(bench)
    music(bench, "b.wav", 60, "-af", "volume=0.5:precision=double:enable='gte(t,50)'")
    joined(bench, sources, NAMED["opus-96"], lanes=2)
    assert [True, True, False] == [one == other for one, other in zip(apart, chunk_digests(), strict=True)]
    assert 1 == encoded(bench) - before
    again = chunk_digests()
    music(bench, "a.wav", 50, "-af", "volume=0.5:precision=double:enable='lt(t,5)'")
    joined(bench, sources, NAMED["opus-96"], lanes=2)
    assert [False, True, True] == [one == other for one, other in zip(again, chunk_digests(), strict=True)]
    assert 2 == encoded(bench) - before


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize("name", ["aac-128", "opus-96"])
def test_nobody_hears_where_chunks_meet(bench: Bench, name: str) -> None:
    """What differs from the masters is no more there than where one encoder was at work, and all are heard to their end."""
    source = music(bench, "a.wav", 110)
    made = joined(bench, [source], NAMED[name])
    assert 3 == len(made.parts)
    with closing(Chain([Path("hls") / part.path for part in made.parts])) as chain:
        track = chain.sound(made.spans)
        Path("x.mp4").write_bytes(b"".join(cmaf.written(cmaf.packaged(track, sound_plan(track)), chain)))
    assert 110 * 48_000 == track.length
    bench.run_ffmpeg("-i", "a.wav", "-i", "x.mp4", "-filter_complex", DIFFERENCE, "-map", "[apart]", "-f", "f32le", "apart.raw")
    apart = array("f", Path("apart.raw").read_bytes())
    tenths = [sum(map(abs, apart[first : first + 4_800])) for first in range(0, 109 * 48_000, 4_800)]
    assert max(tenths[390:]) < 1.2 * max(tenths[200:380])


def test_chunks_of_opus_meet_behind_a_packet_that_both_have(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two encodes of the same sound are not the same packets for long, where it is faint and dense."""
    monkeypatch.setattr(wholes, "CHUNK", 6)
    monkeypatch.setattr(wholes, "LEAD_IN", 1)
    bench.run_ffmpeg("-f", "lavfi", "-i", "aevalsrc='0.0001*(random(0)-0.5)':s=48000:d=24", "faint.wav")
    made = joined(bench, [Path("faint.wav")], NAMED["opus-160"])
    masters = notes.read_all(AudioFacts, [Path("faint.json")])
    planned = wholes.chunks(wholes.whole(NAMED["opus-160"], masters), masters)
    held = []
    for part in made.parts:
        with (Path("hls") / part.path).open("rb") as stream:
            track = read_sound(stream)
            held.append(list(packets(track, stream, 0, len(track.sizes))))
    before = [content[part.stop - 1] for content, part in zip(held, made.parts, strict=True) if part.stop]
    after = [content[part.first - 1] for content, part in zip(held, made.parts, strict=True) if part.first]
    assert (3, before) == (len(after), after)
    assert [part.first for part in made.parts] != [chunk.first - chunk.begin for chunk in planned]
