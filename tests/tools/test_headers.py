from __future__ import annotations

import random
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pressroom.errors import ReleaseError
from pressroom.tools import headers, probe

if TYPE_CHECKING:
    from tests.tools.conftest import Bench

KINDS = ("m.wav", "m.aiff", "m.flac", "m.oga", "m.ogg", "m.opus", "m.wv", "m.mp3", "m.m4a")


def refusal(path: Path) -> str:
    """Why a header is refused."""
    with pytest.raises(ReleaseError) as raised:
        headers.header(path)
    return str(raised.value)


def named(bench: Bench, name: str, content: bytes) -> Path:
    """A file."""
    path = bench.folder / name
    path.write_bytes(content)
    return Path(name)


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.wav", b"fLaC....", "expected WAV audio, as the name says, got FLAC audio; give it its right name"),
        ("a.mp3", b"....ftypM4A ", "expected MP3 audio, as the name says, got MP4 audio; give it its right name"),
        ("a.wav", b"#EXTM3U\nhttp://x/", "expected WAV audio, as the name says, got a playlist; export the recording"),
        ("a.wav", b"\n#EXTM3U", "expected WAV audio, as the name says, got a playlist; export the recording"),
        (
            "a.wav",
            b"ffconcat version 1.0",
            "expected WAV audio, as the name says, got an ffmpeg concat script; export the recording",
        ),
        ("a.m4a", b"<?xml version='1.0'?><MPD>", "expected MP4 audio, as the name says, got an XML file; export the recording"),
        ("a.wav", b"riff\x2e\x91\xcf\x11", "expected WAV audio, as the name says, got a Wave64 file; export the recording"),
        ("a.flac", b"\x89PNG\r\n", "expected FLAC audio, as the name says, got a PNG picture; export the recording"),
        ("a.flac", b"", "the file is empty"),
        ("a.wav", b"ID3\x04\0\0\0\0\0\0", "not a WAV file: it begins with 'ID3.......'; export it again"),
        (
            "a.mp3",
            b"ID3\x04\0\0\0\0\0\0#EXTM3U\n",
            "cannot be read as MP3 audio (can't sync to MPEG frame); export or copy it again",
        ),
        ("a.m4a", b"\xff\xf1" * 9, "expected MP4 audio, as the name says; it is none that can be read"),
    ],
)
def test_what_is_not_what_its_name_says_is_named(bench: Bench, name: str, content: bytes, expected: str) -> None:
    """The error says what a file is, as far as its first bytes tell."""
    assert f"{name}: {expected}" == refusal(named(bench, name, content))


def test_another_ending_is_refused(bench: Bench) -> None:
    """The error names the endings that are read."""
    known = ".wav, .aiff, .aif, .flac, .ogg, .oga, .opus, .wv, .mp3, .m4a, .m4b, .mp4, .aac"
    assert f"a.caf: expected an audio file ({known}), got '.caf'" == refusal(named(bench, "a.caf", b"caff"))


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("m.wav", b"RIFF....WAVEfmt "),
        ("m.aiff", b"FORM....AIFFCOMM"),
        ("m.flac", b"fLaC"),
        ("m.ogg", b"OggS\0\4"),
        ("m.mp3", b"\xff\xfb\x90"),
        ("m.m4a", b"....ftypM4A "),
    ],
)
def test_random_bytes_are_refused_in_words(bench: Bench, name: str, head: bytes) -> None:
    """No file makes a traceback, whatever is in it."""
    noise = random.Random(2)  # noqa: S311  # noise, not secrets
    for _ in range(30):
        assert refusal(named(bench, name, head + noise.randbytes(noise.randrange(300)))).startswith(f"{name}: ")


@pytest.mark.media
@pytest.mark.parametrize("name", KINDS)
def test_a_whole_file_is_read_and_a_cut_one_is_not(bench: Bench, name: str) -> None:
    """A file that lacks its second half, or its last hundred bytes, is refused before or after decoding."""
    codec = ("-c:a", "flac") if name == "m.oga" else ()
    bench.run_ffmpeg("-f", "lavfi", "-i", "anoisesrc=d=1:a=0.3:r=48000", *codec, name)
    whole = Path(name).read_bytes()
    assert 48_000 == probe.audio_facts(bench, Path(name)).samples
    for content in (whole[: len(whole) // 2], whole[:-100], whole[:60]):
        Path(name).write_bytes(content)
        with pytest.raises(ReleaseError) as raised:
            probe.audio_facts(bench, Path(name))
        assert str(raised.value).startswith(f"{name}: ")


@pytest.mark.media
def test_a_cut_mp3_is_told_by_its_size(bench: Bench) -> None:
    """Decoders take what is there and say nothing; the header says how much there was."""
    bench.run_ffmpeg("-f", "lavfi", "-i", "sine=d=0.5", "m.mp3")
    whole = Path("m.mp3").read_bytes()
    Path("m.mp3").write_bytes(whole[:-1])
    size = len(whole) - whole.index(b"\xff\xfb")
    expected = f"m.mp3: the file is cut short: its header says {size} bytes, {size - 1} are there; copy it again"
    assert expected == refusal(Path("m.mp3"))


@pytest.mark.media
def test_a_cut_ogg_is_told_by_its_last_page(bench: Bench) -> None:
    """The last page must be whole and say that it is the last."""
    bench.run_ffmpeg("-f", "lavfi", "-i", "sine=d=0.5", "-page_duration", "50000", "m.opus")
    whole = Path("m.opus").read_bytes()
    expected = "m.opus: the file is cut short: its last page is not the stream's last; export or copy it again"
    for end in (len(whole) - 1, whole.rindex(b"OggS")):
        Path("m.opus").write_bytes(whole[:end])
        assert expected == refusal(Path("m.opus"))


@pytest.mark.media
def test_an_mp3_without_a_header_of_its_own_is_read(bench: Bench) -> None:
    """Where nothing says how long it is, it is as long as it decodes to."""
    bench.run_ffmpeg("-f", "lavfi", "-i", "sine=d=1:r=44100", "-q:a", "2", "-write_xing", "0", "m.mp3")
    assert headers.header(Path("m.mp3")).samples is None
    assert probe.audio_facts(bench, Path("m.mp3")).samples == pytest.approx(44_100, abs=2500)


@pytest.mark.media
def test_a_flac_behind_an_id3_tag_is_read(bench: Bench) -> None:
    """Some programs put an ID3 tag before a FLAC; every decoder skips it."""
    bench.run_ffmpeg("-f", "lavfi", "-i", "sine=d=0.2:r=44100", "m.flac")
    tag = b"ID3\x04\0\0\0\0\0\x0a" + bytes(10)
    Path("m.flac").write_bytes(tag + Path("m.flac").read_bytes())
    assert 8820 == probe.audio_facts(bench, Path("m.flac")).samples


@pytest.mark.media
@pytest.mark.parametrize(
    ("name", "codec", "expected"),
    [
        ("m.m4a", ("alac",), (True, False)),
        ("m.m4a", ("aac",), (False, False)),
        ("m.ogg", ("flac",), (True, False)),
        ("m.ogg", ("libvorbis",), (False, False)),
        ("m.wv", ("wavpack", "-sample_fmt", "fltp"), (True, True)),
        ("m.wv", ("wavpack", "-sample_fmt", "s16p"), (True, False)),
        ("m.wav", ("pcm_f64le",), (True, True)),
        ("m.aif", ("pcm_f32be",), (True, True)),
    ],
)
def test_a_header_tells_lossless_and_floating(
    bench: Bench, name: str, codec: tuple[str, ...], expected: tuple[bool, bool]
) -> None:
    """What is in a container is known before it is decoded."""
    aiff = ("-f", "aiff") if name == "m.aif" else ()
    bench.run_ffmpeg("-f", "lavfi", "-i", "sine=d=0.2", "-c:a", *codec, *aiff, name)
    found = headers.header(Path(name))
    assert expected == (found.lossless, found.floating)
