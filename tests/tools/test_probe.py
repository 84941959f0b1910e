from __future__ import annotations

import json
import math
import random
import struct
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pressroom.errors import ReleaseError
from pressroom.formats import facts, riff
from pressroom.tools import ffmpeg, headers, probe
from pressroom.tools.meters import Meters
from pressroom.tools.probe import Probe

if TYPE_CHECKING:
    from tests.tools.conftest import Bench

pytestmark = pytest.mark.media


def probed(bench: Bench, name: str | Path) -> facts.AudioFacts:
    """The facts of a file."""
    return probe.audio_facts(bench, Path(name))


@pytest.mark.parametrize(
    ("depth", "pad", "declared", "real"), [(8, 0, 8, 8), (16, 0, 16, 16), (24, 0, 24, 24), (16, 8, 24, 16), (24, 8, 32, 24)]
)
def test_the_depth_in_use_is_told_from_the_one_declared(bench: Bench, depth: int, pad: int, declared: int, real: int) -> None:
    """16 bits padded to 24 are 16 bits."""
    found = probed(bench, bench.wav("m.wav", [bench.sine(8820, depth=depth)], depth=depth, pad=pad))
    assert (declared, real, 8820, 1) == (found.depth, found.real_depth, found.samples, found.channels)


def test_a_quiet_sound_has_its_depth_too(bench: Bench) -> None:
    """A constant of a few steps uses the lowest of its bits, loud or not."""
    found = probed(bench, bench.wav("m.wav", [[77] * 8820], depth=24))
    assert 24 == found.real_depth


def test_padding_does_not_change_the_digest(bench: Bench) -> None:
    """The same samples are the same audio in 16, 24 and 32 bits, in WAV, FLAC, AIFF and little-endian AIFF-C."""
    tone = [bench.sine(8820), bench.sine(8820, hertz=660)]
    files: list[Path] = [bench.wav("a.wav", tone), bench.wav("b.wav", tone, pad=8), bench.wav("c.wav", tone, pad=16)]
    for name, codec in (("d.flac", "flac"), ("e.aiff", "pcm_s16be"), ("f.aif", "pcm_s16le"), ("g.wv", "wavpack")):
        bench.run_ffmpeg("-i", "a.wav", "-c:a", codec, *(("-f", "aiff") if name == "f.aif" else ()), name)
        files.append(Path(name))
    assert {8820} == {probed(bench, path).samples for path in files}
    assert 1 == len({probed(bench, path).pcm_sha256 for path in files})


def test_a_silent_master_has_no_loudness(bench: Bench) -> None:
    """Silence is told by nothing, never by minus infinity, which JSON lacks."""
    path = bench.wav("m.wav", [[0] * 22_050] * 2)
    text = bench.make(Probe(name="p", source=path, facts=Path("facts.json"))).read_text(encoding="utf-8")
    found = facts.from_json(facts.AudioFacts, text)
    assert facts.Loudness(integrated=None, range=None, true_peak=None, blocks=()) == found.loudness
    assert (0, 0.5, 0.5, True) == (found.real_depth, found.leading_silence, found.trailing_silence, found.dual_mono)
    assert "Infinity" not in text
    assert "NaN" not in text
    assert json.loads(text)["dc_offset"] == 0.0


def test_silence_at_the_ends_is_measured(bench: Bench) -> None:
    """Leading and trailing silence are told to the millisecond; a pause in between is neither."""
    tone = bench.sine(11_025)
    sound = [0] * 4410 + tone + [0] * 4410 + tone + [0] * 8820
    found = probed(bench, bench.wav("m.wav", [sound, sound]))
    assert (0.1, 0.2) == (found.leading_silence, found.trailing_silence)
    bare = probed(bench, bench.wav("b.wav", [tone]))
    assert (0.0, 0.0) == (bare.leading_silence, bare.trailing_silence)


@pytest.mark.parametrize("depth", [16, 24, 32])
def test_clipped_samples_are_counted(bench: Bench, depth: int) -> None:
    """Every sample at full scale counts, up or down, on either side; the others do not."""
    top = 2 ** (depth - 1) - 1
    left = bench.sine(8820, depth=depth) + [top] * 3 + [top // 2] * 4
    right = bench.sine(8820, depth=depth) + [-top - 1] * 2 + [-(top // 2)] * 5
    found = probed(bench, bench.wav("m.wav", [left, right], depth=depth))
    assert 5 == found.clipped_samples


def test_floating_point_above_full_scale_is_counted(bench: Bench) -> None:
    """What is louder than full scale is counted, and its peak told as it is."""
    loud = [0.2] * 8820 + [1.5, -1.5, 1.0, 0.99] + [0.2] * 8820
    found = probed(bench, bench.float_wav("m.wav", [loud]))
    assert (True, 32, None, 3) == (found.floating, found.depth, found.real_depth, found.clipped_samples)
    assert (found.loudness.true_peak or 0) > 3.5


def test_a_dc_offset_is_that_of_the_worse_channel(bench: Bench) -> None:
    """An offset up on the left and down on the right does not cancel out."""
    left = [value + 1638 for value in bench.sine(44_100, peak=0.2)]
    right = [value - 3277 for value in bench.sine(44_100, peak=0.2)]
    assert probed(bench, bench.wav("a.wav", [left, right])).dc_offset == pytest.approx(-0.1, abs=1e-4)
    assert probed(bench, bench.wav("b.wav", [left, left])).dc_offset == pytest.approx(0.05, abs=1e-4)


def test_two_equal_channels_are_dual_mono(bench: Bench) -> None:
    """One differing sample makes it stereo; one channel alone is not dual."""
    tone, other = bench.sine(8820), bench.sine(8820)
    other[-1] += 1
    files = [bench.wav("a.wav", [tone, tone]), bench.wav("b.wav", [tone, other]), bench.wav("c.wav", [tone])]
    assert [True, False, False] == [probed(bench, path).dual_mono for path in files]


@pytest.mark.parametrize(
    ("level", "lufs"),
    [("-23", -23.0), ("-33", -33.0), ("if(between(t,3,33),-23,-36)", -23.0)],
)
def test_loudness_is_that_of_the_ebus_test_signals(bench: Bench, level: str, lufs: float) -> None:
    """Cases 1 to 3 of EBU Tech 3341, shortened: 1 kHz on both sides, with quiet parts that the gate leaves out."""
    tone = f"pow(10,({level})/20)*sin(2*PI*1000*t)"
    bench.run_ffmpeg("-f", "lavfi", "-i", f"aevalsrc='{tone}|{tone}':s=48000:d=36", "-c:a", "pcm_s24le", "m.wav")
    found = probed(bench, "m.wav").loudness
    assert found.integrated == pytest.approx(lufs, abs=0.1)
    assert found.true_peak == pytest.approx(lufs, abs=0.2)


def test_a_peak_between_the_samples_is_found(bench: Bench) -> None:
    """A sine at a quarter of the rate, sampled beside its peaks, is 3 dB louder than its samples (EBU Tech 3341, case 16)."""
    fade = [min(1.0, n / 4410, (22_050 - n) / 4410) for n in range(22_050)]
    wave = bench.sine(22_050, hertz=11_025, peak=0.5, phase=math.pi / 4, depth=24)
    path = bench.wav("m.wav", [[round(value * gain) for value, gain in zip(wave, fade, strict=True)]], depth=24)
    assert probed(bench, path).loudness.true_peak == pytest.approx(-6.0, abs=0.3)


def test_blocks_are_those_that_ffmpeg_gates(bench: Bench) -> None:
    """The loudness from the blocks is ffmpeg's own for the whole."""
    tone = [value for level in (0.5, 0.05, 0.3, 0.01) for value in bench.sine(44_100, peak=level)]
    path = bench.wav("m.wav", [tone])
    log = ffmpeg.run(bench, ["-i", f"file:{path}", "-af", "ebur128=framelog=quiet", "-f", "null", "-"], making=path)
    whole = next(line.text for line in log if line.text.startswith("I:"))
    assert probed(bench, path).loudness.integrated == pytest.approx(float(whole.split()[1]), abs=0.06)


@pytest.mark.parametrize(
    ("name", "container", "codec"),
    [
        ("m.mp3", "mp3", "mp3"),
        ("m.ogg", "ogg", "vorbis"),
        ("m.opus", "ogg", "opus"),
        ("m.m4a", "mp4", "aac"),
        ("m.aac", "adts", "aac"),
    ],
)
def test_a_lossy_master_is_known_as_one(bench: Bench, name: str, container: str, codec: str) -> None:
    """A lossy master has no depth; its length is what it decodes to."""
    bench.run_ffmpeg("-f", "lavfi", "-i", "sine=d=0.5:r=48000", "-ac", "2", name)
    found = probed(bench, name)
    assert (container, codec, False, None, None) == (
        found.container,
        found.codec,
        found.lossless,
        found.depth,
        found.real_depth,
    )
    assert found.samples == pytest.approx(24_000, abs=2048)


def test_a_cover_does_not_pass_for_the_audio(bench: Bench) -> None:
    """The picture in an M4A is a video stream, which may come first."""
    picture = ("-f", "lavfi", "-i", "color=red:s=16x16:d=0.04")
    maps = ("-map", "1", "-map", "0", "-c:v", "mjpeg", "-disposition:v", "attached_pic")
    for name in ("m.m4a", "m.flac", "m.mp3"):
        bench.run_ffmpeg("-f", "lavfi", "-i", "sine=d=0.3:r=44100", *picture, *maps, name)
        found = probed(bench, name)
        assert (1, 44_100, 13_230) == (found.channels, found.rate, found.samples)


def test_what_a_title_says_is_not_taken_for_a_fact(bench: Bench) -> None:
    """A tag that reads like ffmpeg's log changes nothing."""
    title = "Stream #0:0: Audio: mp3, 1 Hz, mono, fltp\nChannel: 3\n[info] Stream #0:0: Audio: mp3, 1 Hz, mono, fltp"
    bench.run_ffmpeg("-f", "lavfi", "-i", "sine=d=0.2:r=44100", "-metadata", f"title={title}", "m.flac")
    found = probed(bench, "m.flac")
    assert ("flac", 44_100, 1, 8820) == (found.codec, found.rate, found.channels, found.samples)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Stream #0:0: Audio: pcm_s24le ([1][0][0][0] / 0x0001), 44100 Hz, 5.1(side), s32 (24 bit), 6350 kb/s", "s32 24"),
        ("Stream #0:1[0x2](und): Audio: aac (LC) (mp4a / 0x6134706D), 44100 Hz, stereo, fltp, 256 kb/s (default)", "fltp None"),
        ("Stream #0:0(eng): Audio: opus, 48000 Hz, 7.1(wide), fltp, start 0.006500 (default)", "fltp None"),
        ("Stream #0:0: Audio: flac, 96000 Hz, 3 channels (FL+FR+LFE), s16", "s16 None"),
        ("Stream #0:0: Audio: mp3 (mp3float), 44100 Hz, mono, fltp, 64 kb/s", "fltp None"),
    ],
)
def test_every_form_of_stream_line_is_read(line: str, expected: str) -> None:
    """Layouts, languages, tags, start times and defaults stand in the way of nothing."""
    found = probe.STREAM.match(line)
    assert found is not None
    assert expected == f"{found[3]} {found[4]}"


@pytest.mark.parametrize("order", [("sox", "f"), ("ffmpeg", "i"), ("none", "i")])
def test_a_wav_that_was_written_to_a_pipe_is_whole(bench: Bench, order: tuple[str, str]) -> None:
    """SoX, LAME and ffmpeg write sizes that they do not know: the sound goes on to the end of the file."""
    program, kind = order
    tone = bench.sine(8820, depth=24)
    path = bench.float_wav("m.wav", [[0.25] * 8820]) if kind == "f" else bench.wav("m.wav", [tone], depth=24)
    content = bytearray(path.read_bytes())
    size = {"sox": 0x7FFFEFFC, "ffmpeg": 0xFFFFFFFF, "none": 0}[program]
    place = content.index(b"data") + 4
    content[4:8] = struct.pack("<I", min(0xFFFFFFFF, size + 36) if size else 0)
    content[place : place + 4] = struct.pack("<I", size)
    whole = probed(bench, path)
    path.write_bytes(content)
    streamed = probed(bench, path)
    assert whole == streamed
    assert headers.reading(path)


def test_a_master_that_is_cut_is_refused(bench: Bench) -> None:
    """A file that ends before its header says is named, with both figures."""
    tone = bench.wav("m.wav", [bench.sine(8820)])
    tone.write_bytes(tone.read_bytes()[:-100])
    with pytest.raises(ReleaseError) as raised:
        probed(bench, tone)
    assert "m.wav: the data chunk says 17640 bytes, the file holds 17540; export it again" == str(raised.value)


def test_a_master_that_is_too_short_is_refused(bench: Bench) -> None:
    """Codecs need a tenth of a second."""
    path = bench.wav("m.wav", [bench.sine(4409)])
    with pytest.raises(ReleaseError) as raised:
        probed(bench, path)
    assert "m.wav: too short: expected 0.1 s or more, got 0.100 s" == str(raised.value)


def test_silence_after_sound_is_below_the_gate() -> None:
    """The meter says `nan` where its running sum ends a little below 0; such a block is as silent as any."""
    meters = Meters()
    for level in [-9.5] * 4 + [math.nan, -math.inf]:
        meters.take(b"lavfi.r128.M", level)
    assert {-950: 1} == meters.levels


def test_samples_that_are_no_numbers_are_refused(bench: Bench) -> None:
    """A floating-point master may hold what is no number; nothing can be made of it."""
    path = bench.float_wav("m.wav", [[0.1] * 8820 + [math.nan] * 10 + [0.1] * 8820])
    with pytest.raises(ReleaseError) as raised:
        probed(bench, path)
    assert "m.wav: it holds samples that are not numbers; export it again" == str(raised.value)


@pytest.mark.parametrize(("name", "place"), [("m.flac", 0.6), ("m.wv", 0.5), ("m.opus", 0.5), ("m.ogg", 0.7)])
def test_flipped_bytes_are_found_where_there_is_a_checksum(bench: Bench, name: str, place: float) -> None:
    """Damage in the middle is not encoded as if it were music."""
    noise = random.Random(1)  # noqa: S311  # noise, not secrets
    bench.wav("m.wav", [[noise.randrange(-9000, 9000) for _ in range(44_100)]])
    bench.run_ffmpeg("-i", "m.wav", name)
    content = bytearray(Path(name).read_bytes())
    for n in range(8):
        content[int(len(content) * place) + n] ^= 0x55
    Path(name).write_bytes(content)
    with pytest.raises(ReleaseError) as raised:
        probed(bench, name)
    assert str(raised.value).endswith("export or copy it again")


def test_only_full_blocks_have_a_loudness() -> None:
    """The loudness of 400 ms is told from the first 100 ms on; the first three are not full."""
    meters = Meters()
    for n in range(5):
        meters.take(b"lavfi.r128.M", n - 30.004)
        meters.take(b"lavfi.r128.LRA", 1.5)
    assert {-2700: 1, -2600: 1} == meters.levels
    assert 1.5 == meters.loudness.range


def test_a_master_larger_than_4_gib_is_read(bench: Bench) -> None:
    """An RF64 of ten hours is not read as one whose size does not fit."""
    samples = 10 * 3600 * 48_000
    head = riff.wav_header(samples=samples, rate=48_000, channels=2, depth=24)
    with Path("m.wav").open("wb") as stream:
        stream.write(head)
        stream.truncate(len(head) + samples * 6)
    found = headers.header(Path("m.wav"))
    assert ("rf64", samples, 36_000.0) == (found.container, found.samples, found.seconds)
    args = ffmpeg.arguments(ffmpeg.source(Path("m.wav")).output("-", f="null", t=1))
    assert ffmpeg.decoded_samples(ffmpeg.run(bench, args, making=Path("m.wav"))) >= 48_000


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("m.flac", ["flac", "-s", "m.wav", "-o", "m.flac"]),
        ("m.oga", ["flac", "-s", "--ogg", "m.wav", "-o", "m.oga"]),
        ("m.opus", ["opusenc", "--quiet", "m.wav", "m.opus"]),
        ("m.ogg", ["oggenc", "-Q", "m.wav", "-o", "m.ogg"]),
    ],
)
def test_masters_of_other_programs_are_whole(bench: Bench, name: str, command: list[str]) -> None:
    """What flac, opusenc and oggenc write is read to its last sample."""
    bench.wav("m.wav", [bench.sine(72_000, rate=48_000), bench.sine(72_000, hertz=450, rate=48_000)], rate=48_000)
    subprocess.run(command, check=True)
    found = probed(bench, name)
    assert (48_000, 72_000, 2) == (found.rate, found.samples, found.channels)
