"""Masters as one gapless stream."""

from __future__ import annotations

import json
import subprocess
from array import array
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pressroom.errors import ReleaseError
from pressroom.formats.audio import NAMED, Encoding
from pressroom.formats.rendition import Joined
from pressroom.tools import notes
from pressroom.tools.joining import Join
from pressroom.tools.probe import Probe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.tools.conftest import Bench

pytestmark = pytest.mark.media


def joining(bench: Bench, sources: Sequence[Path], encoding: Encoding, *, reusable: bool = False) -> Join:
    """The step for masters that have been probed."""
    facts = [bench.make(Probe(name="p", source=source, facts=source.with_suffix(".json"))) for source in sources]
    stream = Path("hls/x.json")
    return Join(
        name="j",
        sources=tuple(sources),
        facts=tuple(facts),
        encoding=encoding,
        reusable=reusable,
        stem="x",
        stream=stream,
    )


def joined(bench: Bench, sources: Sequence[Path], encoding: Encoding, *, reusable: bool = False) -> Joined:
    """What a join says of its stream."""
    return notes.read(Joined, bench.make(joining(bench, sources, encoding, reusable=reusable)))


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
    assert one.files[0].sha256 == two.files[0].sha256
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
    assert () == joined(bench, [whole], NAMED["aac-128"], reusable=True).files
    low = bench.wav("low.wav", (bench.sine(9_000),) * 2)
    assert 1 == len(joined(bench, [low], NAMED["aac-128"], reusable=True).files)
    assert () == joined(bench, [low], NAMED["opus-96"], reusable=True).files


def test_lossy_streams_are_stereo(bench: Bench) -> None:
    """More channels are mixed down; mono stays mono."""
    tone = bench.sine(9_000)
    six, one = bench.wav("six.wav", (tone,) * 6), bench.wav("one.wav", (tone,))
    for source, channels in ((six, 2), (one, 1)):
        joined(bench, [source], NAMED["aac-128"])
        said = subprocess.run([bench.ffmpeg, "-i", "hls/x.m4a"], capture_output=True, text=True, check=False).stderr
        assert ("stereo" if channels == 2 else "mono") in said


def test_a_master_of_twelve_channels_is_refused(bench: Bench) -> None:
    """With its name, the rendition's, and what to do."""
    source = bench.wav("twelve.wav", (bench.sine(9_000),) * 12)
    step = joining(bench, [source], NAMED["flac"])
    with pytest.raises(ReleaseError) as raised:
        bench.make(step)
    assert "twelve.wav: has 12 channels, and x of `hls` holds at most 8; mix it down to stereo" == str(raised.value)


def test_silence_is_a_stream_too(bench: Bench) -> None:
    """A minute of nothing is a minute long."""
    quiet = bench.wav("quiet.wav", ([0] * 48_000 * 60,) * 2, rate=48_000)
    joined(bench, [quiet], NAMED["aac-128"])
    assert 0 <= len(samples(bench, Path("hls/x.m4a"))) // 2 - 48_000 * 60 < 1024


def test_an_odd_rate_is_resampled(bench: Bench) -> None:
    """What no codec has becomes what streams have."""
    source = bench.wav("odd.wav", (bench.sine(11_111, rate=37_800),) * 2, rate=37_800)
    encoding = replace(NAMED["aac-128"])
    made = joined(bench, [source], encoding)
    assert (1, (0,)) == (len(made.files), made.starts)
