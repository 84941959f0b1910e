from __future__ import annotations

import hashlib
import os
import struct
import subprocess
from array import array
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import mutagen
import pytest

from pressroom.errors import ReleaseError, ToolError
from pressroom.formats import riff
from pressroom.formats.audio import NAMED, Encoding
from pressroom.formats.facts import AudioFacts, EncodedFacts
from pressroom.tools import encode, notes
from pressroom.tools.encode import Encode, Measure
from pressroom.tools.probe import Probe

if TYPE_CHECKING:
    from tests.tools.conftest import Bench

pytestmark = pytest.mark.media

CODECS = ("wav", "flac", "alac", "aiff", "wavpack", "mp3-v0", "mp3-320", "aac-256", "opus-160", "vorbis-q6")
LOSSLESS = ("wav", "flac", "alac", "aiff", "wavpack")
HIGHEST_RATE = {"mp3-v0": 48_000, "mp3-320": 48_000, "aac-256": 96_000}


@dataclass(frozen=True)
class Made:
    """An encoded file with what is known of it and of its master."""

    path: Path
    master: AudioFacts
    encoded: EncodedFacts


def made(bench: Bench, source: Path, encoding: Encoding) -> Made:
    """A master's encoded file, probed, encoded and measured as a build does."""
    facts = bench.make(Probe(name="p", source=source, facts=Path("facts.json")))
    bare = bench.make(Encode(name="e", source=source, facts=facts, encoding=encoding, output=Path(f"bare{encoding.suffix}")))
    measured = bench.make(Measure(name="m", bare=bare, facts=facts, encoding=encoding, measured=Path("measured.json")))
    return Made(path=bare, master=notes.read(AudioFacts, facts), encoded=notes.read(EncodedFacts, measured))


def pcm(bench: Bench, path: Path, depth: int = 16) -> array[int]:
    """The samples that a file decodes to."""
    raw = ("-f", f"s{depth}le", "-c:a", f"pcm_s{depth}le", "-")
    done = subprocess.run([bench.ffmpeg, "-v", "error", "-i", path, *raw], capture_output=True, check=True)
    return array({16: "h", 32: "i"}[depth], done.stdout)


@pytest.mark.parametrize("name", CODECS)
def test_no_codec_adds_or_loses_a_sample(bench: Bench, name: str) -> None:
    """Every length plays without a gap or a cut, also those around the frames of the codec."""
    for samples in (4410, 4851, 4608, 4609, 4653, 4654, 22_050, 44_100, 54_442, 66_150, 88_200):
        source = bench.wav("m.wav", [bench.sine(samples), bench.sine(samples, hertz=450)])
        found = made(bench, source, NAMED[name])
        assert -(-samples * found.encoded.rate // 44_100) == found.encoded.samples, samples


@pytest.mark.parametrize("name", CODECS)
@pytest.mark.parametrize("rate", [8_000, 22_050, 48_000, 88_200, 96_000, 192_000])
def test_every_rate_keeps_its_length(bench: Bench, name: str, rate: int) -> None:
    """What a codec cannot hold is resampled to the next rate that it can, to the exact length."""
    samples = rate // 9 + 1
    source = bench.wav("m.wav", [bench.sine(samples, rate=rate)], rate=rate)
    found = made(bench, source, NAMED[name])
    expected = 48_000 if name.startswith("opus") else min(rate, HIGHEST_RATE.get(name, rate))
    assert (expected, -(-samples * expected // rate), 1) == (found.encoded.rate, found.encoded.samples, found.encoded.channels)


@pytest.mark.parametrize("name", ["wav", "flac", "alac", "aiff", "wavpack", "aac-256", "opus-160", "vorbis-q6"])
def test_surround_is_kept(bench: Bench, name: str) -> None:
    """Six channels stay six, also with the speakers at the sides."""
    bench.run_ffmpeg("-f", "lavfi", "-i", "sine=d=0.2", "-af", "pan=5.1(side)|c0=c0|c1=c0|c3=c0|c5=c0", "m.wav")
    found = made(bench, Path("m.wav"), NAMED[name])
    assert (6, -(-8820 * found.encoded.rate // 44_100)) == (found.encoded.channels, found.encoded.samples)


@pytest.mark.parametrize(("name", "held"), [("mp3-v0", "1 or 2"), ("alac", "1, 2 or 6")])
def test_channels_that_a_codec_lacks_are_refused(bench: Bench, name: str, held: str) -> None:
    """Nothing is mixed down unless the author says so."""
    source = bench.wav("m.wav", [bench.sine(4410)] * 4)
    with pytest.raises(ReleaseError) as raised:
        made(bench, source, NAMED[name])
    codec = NAMED[name].codec
    expected = f"m.wav: {codec} holds {held} channels here, the master has 4; a format with `channels: 2` mixes them down"
    assert expected == str(raised.value)


@pytest.mark.parametrize("name", LOSSLESS)
@pytest.mark.parametrize(("depth", "pad", "expected"), [(16, 0, 16), (24, 0, 24), (16, 8, 24), (24, 8, 24)])
def test_lossless_keeps_every_bit(bench: Bench, name: str, depth: int, pad: int, expected: int) -> None:
    """Depth, rate, channels and every sample are the master's, as independent readers tell."""
    channels = [bench.sine(9600, depth=depth, rate=48_000), bench.sine(9600, depth=depth, rate=48_000, hertz=660)]
    source = bench.wav("m.wav", channels, rate=48_000, depth=depth, pad=pad)
    found = made(bench, source, NAMED[name])
    assert (True, depth) == (found.encoded.identical, found.master.real_depth)
    assert pcm(bench, source, 32) == pcm(bench, found.path, 32)
    info = mutagen.File(found.path).info
    bits = getattr(info, "bits_per_sample", None) or info.sample_size
    assert (expected, 48_000, 2) == (bits, info.sample_rate, info.channels)


@pytest.mark.parametrize(("name", "expected"), [("wav", 32), ("aiff", 32), ("wavpack", 32), ("flac", 24), ("alac", 24)])
def test_32_bits_are_kept_where_they_can_be(bench: Bench, name: str, expected: int) -> None:
    """Formats that hold 32 bits hold them all; the others get 24, dithered."""
    source = bench.wav("m.wav", [bench.sine(8820, depth=32)], depth=32)
    found = made(bench, source, NAMED[name])
    info = mutagen.File(found.path).info
    assert (expected, expected == 32) == (getattr(info, "bits_per_sample", None) or info.sample_size, found.encoded.identical)


@pytest.mark.parametrize("depth", [32, 64])
def test_a_floating_point_master_becomes_24_bits(bench: Bench, depth: int) -> None:
    """What no player reads is made what every player reads."""
    source = bench.float_wav("m.wav", [[value / 65536 for value in bench.sine(8820)]], depth=depth)
    found = made(bench, source, NAMED["flac"])
    assert (24, 8820) == (mutagen.File(found.path).info.bits_per_sample, found.encoded.samples)


@pytest.mark.parametrize("depth", [16, 24])
def test_a_wav_has_a_plain_header_and_nothing_after_its_samples(bench: Bench, depth: int) -> None:
    """Distributors refuse WAVE_FORMAT_EXTENSIBLE and trailing chunks; one byte pads an odd number of them."""
    source = bench.wav("m.wav", [bench.sine(4411, depth=depth)], depth=depth)
    content = made(bench, source, NAMED["wav"]).path.read_bytes()
    size = 4411 * depth // 8
    assert riff.wav_header(samples=4411, rate=44_100, channels=1, depth=depth) == content[:44]
    assert (44 + size + size % 2, 1) == (len(content), struct.unpack_from("<H", content, 20)[0])


def test_lowering_the_depth_dithers(bench: Bench) -> None:
    """A sound below the last bit is heard through noise, not cut off."""
    quiet = [77] * 44_100  # 0.3 of a 16-bit step
    source = bench.wav("m.wav", [quiet], depth=24)
    samples = pcm(bench, made(bench, source, Encoding(codec="flac", depth=16)).path)
    assert sum(samples) / len(samples) == pytest.approx(0.3, abs=0.01)
    assert {-1, 0, 1} == set(samples)


def test_what_is_not_lowered_is_not_dithered(bench: Bench) -> None:
    """16 bits in 24, made 16 again, are the 16 bits; 16 made 24 are the same 16."""
    padded = bench.wav("p.wav", [bench.sine(4410)], pad=8)
    assert made(bench, padded, Encoding(codec="flac", depth=16)).encoded.identical
    plain = bench.wav("m.wav", [bench.sine(4410)])
    assert made(bench, plain, Encoding(codec="wav", depth=24)).encoded.identical


def test_a_mix_down_is_dithered(bench: Bench) -> None:
    """Half a step on the way to mono is neither rounded up nor down."""
    source = bench.wav("m.wav", [[1] * 22_050, [0] * 22_050])
    samples = pcm(bench, made(bench, source, Encoding(codec="flac", channels=1)).path)
    assert sum(samples) / len(samples) == pytest.approx(0.5, abs=0.02)


def test_mono_becomes_two_equal_channels(bench: Bench) -> None:
    """`channels: 2` puts a mono master on both sides, as loud as it was."""
    tone = bench.sine(4410)
    source = bench.wav("m.wav", [tone])
    samples = pcm(bench, made(bench, source, Encoding(codec="flac", channels=2)).path)
    assert (tone, tone) == (samples[0::2].tolist(), samples[1::2].tolist())


@pytest.mark.parametrize("encoding", [Encoding(codec="flac", channels=1), Encoding(codec="opus", bitrate=96, channels=1)])
def test_a_mix_down_is_as_loud_as_its_channels(bench: Bench, encoding: Encoding) -> None:
    """Two equal channels make one of the same level, so nothing clips; without a limit it would be 3 dB louder."""
    tone = [value / 32768 for value in bench.sine(22_050, peak=0.5)]
    found = made(bench, bench.float_wav("m.wav", [tone, tone]), encoding)
    assert found.encoded.true_peak == pytest.approx(-6.0, abs=0.5)


@pytest.mark.parametrize("name", CODECS)
def test_the_same_bytes_twice_and_anywhere(bench: Bench, name: str) -> None:
    """Encoding again, in another folder, gives the same bytes, and none of them tells of the master's tags."""
    bench.run_ffmpeg("-f", "lavfi", "-i", "sine=d=0.2", "-metadata", "title=Secret", "m.flac")
    digests = []
    for folder in (".", "sub/folder"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        os.chdir(folder)
        Path("m.flac").write_bytes((bench.folder / "m.flac").read_bytes())
        content = made(bench, Path("m.flac"), NAMED[name]).path.read_bytes()
        assert b"Secret" not in content
        digests.append(hashlib.sha256(content).hexdigest())
    assert digests[0] == digests[1]


def test_a_lossy_file_is_measured(bench: Bench) -> None:
    """The true peak is that of the file that plays, not that of the master."""
    source = bench.wav("m.wav", [bench.sine(22_050, peak=0.5)] * 2)
    found = made(bench, source, NAMED["mp3-v2"])
    assert found.encoded.true_peak == pytest.approx(-6.0, abs=0.6)
    assert (False, found.encoded.stream_sha256) == (found.encoded.identical, encode.stream_digest(bench, found.path))


@pytest.mark.parametrize("name", ["mp3-v0", "aac-256", "opus-160", "vorbis-q6"])
def test_a_peak_above_full_scale_is_found(bench: Bench, name: str) -> None:
    """The peaks that matter most are those that integers cannot hold; ffmpeg's own meter finds the same."""
    square = [32_000 if n // 50 % 2 else -32_000 for n in range(22_050)]
    found = made(bench, bench.wav("m.wav", [square] * 2), NAMED[name])
    again = notes.read(AudioFacts, bench.make(Probe(name="p", source=found.path, facts=Path("again.json"))))
    peak = again.loudness.true_peak or 0.0
    assert peak > 0.3
    assert found.encoded.true_peak == pytest.approx(peak, abs=0.3)


def test_a_resampled_file_has_the_peak_of_its_own(bench: Bench) -> None:
    """A lossless file that is not the master's samples is measured too."""
    source = bench.wav("m.wav", [bench.sine(22_050, peak=0.5)])
    found = made(bench, source, Encoding(codec="flac", rate=96_000))
    assert found.encoded.true_peak == pytest.approx(-6.02, abs=0.2)


def test_silence_has_no_peak(bench: Bench) -> None:
    """A silent track is no error, and its level is nothing rather than minus infinity."""
    source = bench.wav("m.wav", [[0] * 22_050] * 2)
    for name in ("flac", "mp3-v0", "opus-96"):
        assert made(bench, source, NAMED[name]).encoded.true_peak is None


@pytest.mark.parametrize(("name", "place"), [("flac", 0.9), ("alac", 0.5), ("wavpack", 0.5), ("wav", 0.5)])
def test_a_damaged_lossless_file_does_not_pass(bench: Bench, name: str, place: float) -> None:
    """One flipped byte is found before anybody relies on the file."""
    found = made(bench, bench.wav("m.wav", [bench.sine(22_050)]), NAMED[name])
    content = bytearray(found.path.read_bytes())
    content[int(len(content) * place)] ^= 0x40
    found.path.write_bytes(content)
    step = Measure(name="m", bare=found.path, facts=Path("facts.json"), encoding=NAMED[name], measured=Path("again.json"))
    with pytest.raises(ToolError):
        bench.make(step)
    assert not Path("again.json").exists()


@pytest.mark.parametrize("name", ["mp3-v0", "opus-160", "vorbis-q6", "aac-256"])
def test_a_cut_lossy_file_does_not_pass(bench: Bench, name: str) -> None:
    """A file that lacks its end is found, though ffmpeg says nothing."""
    found = made(bench, bench.wav("m.wav", [bench.sine(44_100)]), NAMED[name])
    found.path.write_bytes(found.path.read_bytes()[: found.path.stat().st_size // 2])
    step = Measure(name="m", bare=found.path, facts=Path("facts.json"), encoding=NAMED[name], measured=Path("again.json"))
    with pytest.raises(ToolError):
        bench.make(step)


def test_another_length_is_told_in_samples(bench: Bench) -> None:
    """The error says how many samples there are and how many there must be."""
    long = made(bench, bench.wav("long.wav", [bench.sine(9000)]), NAMED["flac"]).path.rename("long.flac")
    made(bench, bench.wav("m.wav", [bench.sine(8820)]), NAMED["flac"])
    step = Measure(name="m", bare=long, facts=Path("facts.json"), encoding=NAMED["flac"], measured=Path("again.json"))
    with pytest.raises(ToolError) as raised:
        bench.make(step)
    expected = (
        "long.flac: decodes to 9000 samples instead of 8820; a player would hear a gap or a cut; "
        "this is a bug in pressroom or ffmpeg"
    )
    assert expected == str(raised.value)


@pytest.mark.parametrize(
    "encoding",
    [
        Encoding(codec="mp3", bitrate=64, rate=22_050, channels=1),
        Encoding(codec="mp3", quality=4, channels=2),
        Encoding(codec="aac", bitrate=96, rate=32_000),
        Encoding(codec="opus", bitrate=24, channels=1),
        Encoding(codec="vorbis", quality=-1, rate=22_050),
        Encoding(codec="flac", rate=44_100, depth=16, channels=2),
        Encoding(codec="alac", rate=48_000, depth=24),
        Encoding(codec="wav", rate=44_100, depth=16, channels=1),
    ],
)
def test_an_authors_own_format_is_what_was_asked(bench: Bench, encoding: Encoding) -> None:
    """Rate, channels and depth of a map of `formats` are those of the file."""
    source = bench.wav("m.wav", [bench.sine(19_200, rate=96_000, depth=24)] * 2, rate=96_000, depth=24)
    found = made(bench, source, encoding)
    again = notes.read(AudioFacts, bench.make(Probe(name="p", source=found.path, facts=Path("again.json"))))
    rate = encoding.rate or found.encoded.rate
    assert (rate, encoding.channels or 2, encoding.depth) == (again.rate, again.channels, again.depth)


@pytest.mark.parametrize("source", ["m.mp3", "m.opus", "m.ogg", "m.m4a", "m.aac"])
def test_a_lossy_master_becomes_every_format(bench: Bench, source: str) -> None:
    """A lossy master is encoded to its decoded length, whatever the pieces that its decoder gives."""
    bench.run_ffmpeg("-f", "lavfi", "-i", "sine=d=0.5", "-ac", "2", source)
    for name in CODECS:
        found = made(bench, Path(source), NAMED[name])
        assert -(-found.master.samples * found.encoded.rate // found.master.rate) == found.encoded.samples
