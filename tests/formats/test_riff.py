from __future__ import annotations

import io
import struct
import subprocess
import wave
from typing import TYPE_CHECKING, BinaryIO

import imageio_ffmpeg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressroom.formats.riff import AiffFacts, WavFacts, read_aiff, read_wav, wav_header

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SUB_FORMAT_TAIL = bytes.fromhex("000000001000800000aa00389b71")
RATE_44100 = bytes.fromhex("400eac44000000000000")


def wav(*chunks: tuple[bytes, bytes], size: int | None = None) -> bytes:
    """A RIFF of the chunks, with its true size unless another is given."""
    body = b"WAVE" + b"".join(name + struct.pack("<I", len(part)) + part + bytes(len(part) % 2) for name, part in chunks)
    return b"RIFF" + struct.pack("<I", len(body) if size is None else size) + body


def fmt(*, tag: int = 1, channels: int = 2, rate: int = 44100, block: int = 4, bits: int = 16) -> tuple[bytes, bytes]:
    """A fmt chunk of 16 bytes."""
    return b"fmt ", struct.pack("<HHIIHH", tag, channels, rate, rate * block, block, bits)


def extensible(*, bits: int, valid: int, sub: bytes, channels: int = 2) -> tuple[bytes, bytes]:
    """A fmt chunk of WAVE_FORMAT_EXTENSIBLE."""
    block = channels * bits // 8
    return b"fmt ", fmt(tag=0xFFFE, channels=channels, block=block, bits=bits)[1] + struct.pack("<HHI", 22, valid, 3) + sub


def aiff(*chunks: tuple[bytes, bytes], form: bytes = b"AIFF") -> bytes:
    """A FORM of the chunks."""
    body = form + b"".join(name + struct.pack(">I", len(part)) + part + bytes(len(part) % 2) for name, part in chunks)
    return b"FORM" + struct.pack(">I", len(body)) + body


def comm(*, channels: int = 2, samples: int = 3, bits: int = 16, compression: bytes = b"") -> tuple[bytes, bytes]:
    """A COMM chunk at 44.1 kHz."""
    return b"COMM", struct.pack(">HIH", channels, samples, bits) + RATE_44100 + compression


def ssnd(sound: bytes, skipped: int = 0) -> tuple[bytes, bytes]:
    """An SSND chunk whose sound begins after `skipped` bytes."""
    return b"SSND", struct.pack(">II", skipped, 0) + bytes(skipped) + sound


def error_of(read: Callable[[BinaryIO], object], content: bytes) -> str | None:
    """What a reader says of a file; None when it takes it."""
    try:
        read(io.BytesIO(content))
    except ValueError as error:
        return str(error)
    return None


@pytest.mark.parametrize("depth", [8, 16, 24, 32])
def test_header_is_the_44_bytes_of_a_plain_wav(depth: int) -> None:
    """A delivered WAV begins as the simplest of writers begins it."""
    sound = bytes(100 * 2 * depth // 8)
    written = io.BytesIO()
    with wave.open(written, "wb") as plain:
        plain.setparams((2, depth // 8, 48000, 100, "NONE", ""))
        plain.writeframes(sound)
    assert written.getvalue() == wav_header(samples=100, rate=48000, channels=2, depth=depth) + sound


def test_header_counts_the_padding_of_odd_sound() -> None:
    """Three samples of 8 bits make a file of 48 bytes, and its header knows."""
    header = wav_header(samples=3, rate=8000, channels=1, depth=8)
    assert (*struct.unpack("<I", header[4:8]), *struct.unpack("<I", header[40:])) == (40, 3)


@pytest.mark.parametrize("depth", [32, 64])
def test_floating_point_has_a_fact_chunk(depth: int) -> None:
    """Floating-point samples are announced as the format's definition asks."""
    header = wav_header(samples=7, rate=96000, channels=1, depth=depth, floating=True)
    facts = read_wav(io.BytesIO(header + bytes(7 * depth // 8)))
    assert (len(header), header[38:42], *struct.unpack("<I", header[46:50])) == (58, b"fact", 7)
    assert (3, depth, 7, 58, 0) == (facts.tag, facts.depth, facts.samples, facts.data_offset, facts.bytes_after)


@pytest.mark.parametrize(
    ("depth", "floating", "expected"),
    [(12, False, "expected 8, 16, 24 or 32 bits, got 12"), (16, True, "expected 32 or 64 floating-point bits, got 16")],
)
def test_depth_without_a_wav_is_refused(depth: int, floating: bool, expected: str) -> None:  # noqa: FBT001  # a parameter of the test
    """A depth that is not made of whole bytes has no plain WAV."""
    with pytest.raises(ValueError, match=f"^{expected}$"):
        wav_header(samples=1, rate=44100, channels=1, depth=depth, floating=floating)


@pytest.mark.parametrize(("samples", "length", "name"), [(1073741814, 44, b"RIFF"), (1073741815, 80, b"RF64")])
def test_header_is_rf64_only_where_it_must(samples: int, length: int, name: bytes) -> None:
    """Up to 4 GiB a WAV is a WAV for every reader."""
    header = wav_header(samples=samples, rate=44100, channels=2, depth=16)
    assert (name, length) == (header[:4], len(header))


def test_header_of_rf64_has_its_sizes_in_64_bits() -> None:
    """A recording of many hours tells its true length."""
    header = wav_header(samples=3_000_000_000, rate=96000, channels=2, depth=24)
    assert header[12:20] == b"ds64\x1c\0\0\0"
    assert struct.unpack("<QQQI", header[20:48]) == (18_000_000_072, 18_000_000_000, 3_000_000_000, 0)
    assert header[4:8] == header[-4:] == b"\xff\xff\xff\xff"


class Sparse(io.BytesIO):
    """A header and then zeros up to `length`, without their weight."""

    def __init__(self, header: bytes, length: int) -> None:
        super().__init__(header)
        self.length = length

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to `offset`; the end is where the zeros end."""
        return self.length if whence == 2 else super().seek(offset, whence)


def test_rf64_is_read_back() -> None:
    """A WAV beyond 4 GiB has all its samples counted."""
    header = wav_header(samples=3_000_000_000, rate=96000, channels=2, depth=24)
    facts = read_wav(Sparse(header, 80 + 18_000_000_000))
    assert (facts.container, facts.samples, facts.data_offset, facts.data_bytes) == ("rf64", 3_000_000_000, 80, 18_000_000_000)
    assert (facts.bytes_after, facts.streamed) == (0, False)


def test_plain_wav_is_described() -> None:
    """Every fact that a delivery check needs is in the header."""
    expected = WavFacts(
        container="riff",
        tag=1,
        sub_tag=1,
        streamed=False,
        rate=44100,
        channels=2,
        depth=16,
        valid_bits=16,
        samples=3,
        data_offset=44,
        data_bytes=12,
        bytes_after=0,
    )
    assert expected == read_wav(io.BytesIO(wav(fmt(), (b"data", bytes(12)))))


def test_chunks_around_the_sound_are_seen() -> None:
    """A tag after the sound, which some distributors refuse, is counted; one before it is passed over."""
    content = wav((b"LIST", bytes(5)), fmt(channels=1, block=1, bits=8), (b"data", bytes(3)), (b"id3 ", bytes(10)))
    facts = read_wav(io.BytesIO(content))
    assert (facts.data_offset, facts.samples, facts.bytes_after) == (58, 3, 18)


def test_missing_padding_at_the_end_is_forgiven() -> None:
    """An odd number of bytes with no zero after them is whole."""
    content = wav(fmt(channels=1, block=1, bits=8), (b"data", bytes(3)))[:-1]
    assert read_wav(io.BytesIO(content)).bytes_after == 0


def test_extensible_format_tells_what_it_is() -> None:
    """A 24-bit WAV with the tag 0xFFFE is seen as such, and as PCM."""
    facts = read_wav(io.BytesIO(wav(extensible(bits=32, valid=24, sub=b"\1\0" + SUB_FORMAT_TAIL), (b"data", bytes(16)))))
    assert (facts.tag, facts.sub_tag, facts.depth, facts.valid_bits, facts.samples) == (0xFFFE, 1, 32, 24, 2)


def test_bits_that_fill_no_byte_lie_in_whole_ones() -> None:
    """20 bits a sample are stored in three bytes."""
    facts = read_wav(io.BytesIO(wav(fmt(block=6, bits=20), (b"data", bytes(12)))))
    assert (facts.depth, facts.valid_bits, facts.samples) == (24, 20, 2)


@pytest.mark.parametrize(("whole", "size"), [(0xFFFFFFFF, 0xFFFFFFFF), (0, 0), (36, 0)])
def test_streamed_wav_goes_on_to_the_end(whole: int, size: int) -> None:
    """A WAV that a program wrote to a pipe has its sound counted, and the reader says how."""
    content = wav(fmt(), size=whole) + b"data" + struct.pack("<I", size) + bytes(40)
    facts = read_wav(io.BytesIO(content))
    assert (facts.samples, facts.data_bytes, facts.bytes_after, facts.streamed) == (10, 40, 0, True)


@pytest.mark.parametrize("size", [0x7FFFF000, 0x7FFFEFFC, 0x7FFFEFF0, 0x7FFFFFFF, 0x80000000, 0xFFFFF000])
def test_a_size_that_only_stands_for_one_is_not_believed(size: int) -> None:
    """SoX, LAME and arecord write sizes near 2 GiB to a pipe: no such file was cut at just that length."""
    content = wav(fmt(), size=0x7FFFF024) + b"data" + struct.pack("<I", size) + bytes(40)
    facts = read_wav(io.BytesIO(content))
    assert (10, True) == (facts.samples, facts.streamed)


@pytest.mark.parametrize("size", [44, 0x10000000, 0x7FFFE000, 0x90000000])
def test_any_other_size_is_believed(size: int) -> None:
    """A file that holds less than its header says is cut."""
    content = wav(fmt(), size=size + 36) + b"data" + struct.pack("<I", size) + bytes(40)
    with pytest.raises(ValueError, match=f"the data chunk says {size} bytes, the file holds 40"):
        read_wav(io.BytesIO(content))


@pytest.mark.parametrize("after", [(), ((b"LIST", bytes(8)),)])
def test_empty_wav_is_not_streamed(after: tuple[tuple[bytes, bytes], ...]) -> None:
    """A whole WAV without a sample has none, whatever follows."""
    facts = read_wav(io.BytesIO(wav(fmt(), (b"data", b""), *after)))
    assert (facts.samples, facts.streamed) == (0, False)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "not a WAV file: it is empty"),
        (b"#EXTM3U\r\n#EXTINF", "not a WAV file: it begins with '#EXTM3U'"),
        (b"\xff\xd8\xff\xe0\0\x10\xff\xfe", "not a WAV file: it begins with the bytes ff d8 ff e0 00 10 ff fe"),
        (b"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb", "not a WAV file: it is a Sony Wave64 (.w64)"),
        (b"RIFF\0\0\0\0AVI ", "not a WAV file: it begins with 'RIFF....AVI '"),
        (b"RIFX\0\0\0\0WAVE", "not a WAV file: it begins with 'RIFX....WAVE'"),
        (wav(), "it has no fmt chunk"),
        (wav((b"data", bytes(4))), "it has no fmt chunk"),
        (wav(fmt()), "it has no data chunk"),
        (wav((b"fmt ", bytes(4)), (b"data", b"")), "its fmt chunk has 4 bytes, not 16 or more"),
        (wav(fmt(), (b"data", bytes(1000)))[:-400], "the data chunk says 1000 bytes, the file holds 600"),
        (wav(fmt(), (b"data", bytes(10))), "the data chunk's 10 bytes are not whole samples of 4 bytes"),
        (wav(fmt(channels=0), (b"data", b"")), "its fmt chunk says 0 channels at 44100 Hz"),
        (wav(fmt(rate=0), (b"data", b"")), "its fmt chunk says 2 channels at 0 Hz"),
        (wav(fmt(bits=0), (b"data", b"")), "its fmt chunk says 0 of 0 bits for 2 channels in 4 bytes"),
        (wav(fmt(block=3), (b"data", b"")), "its fmt chunk says 16 of 16 bits for 2 channels in 3 bytes"),
        (wav(fmt(tag=3), (b"data", b"")), "its fmt chunk says 16 of 16 bits for 2 channels in 4 bytes"),
        (wav(fmt(tag=0x55), (b"data", b"")), "its sound is coded as format 0x0055, not as PCM or floating point"),
        (wav(fmt(tag=0xFFFE), (b"data", b"")), "its extensible fmt chunk has 16 bytes, not 40"),
        (
            wav(extensible(bits=16, valid=24, sub=b"\1\0" + SUB_FORMAT_TAIL), (b"data", b"")),
            "its fmt chunk says 24 of 16 bits for 2 channels in 4 bytes",
        ),
        (
            wav(extensible(bits=16, valid=16, sub=bytes(16)), (b"data", b"")),
            f"its sound is coded as {bytes(16).hex()}, not as PCM or floating point",
        ),
        (wav(*[(b"junk", b"")] * 1001), "it has more than 1000 chunks"),
        (b"RF64" + wav(fmt(), (b"data", b""))[4:], "it has no ds64 chunk"),
        (b"RF64" + wav((b"ds64", bytes(8)), fmt(), (b"data", b""))[4:], "its ds64 chunk has 8 bytes, not 16 or more"),
    ],
)
def test_bad_wav_says_what_is_wrong(content: bytes, expected: str) -> None:
    """A master that is no whole WAV is refused with the reason."""
    assert expected == error_of(read_wav, content)


def test_plain_aiff_is_described() -> None:
    """An AIFF has the same facts as a WAV."""
    expected = AiffFacts(
        container="aiff",
        compression="NONE",
        rate=44100,
        channels=2,
        depth=16,
        valid_bits=16,
        samples=3,
        data_offset=54,
        data_bytes=12,
        bytes_after=0,
    )
    assert expected == read_aiff(io.BytesIO(aiff(comm(), ssnd(bytes(12)))))


def test_aiff_chunks_stand_in_any_order() -> None:
    """The description may follow the sound, and the sound may begin later in its chunk."""
    facts = read_aiff(io.BytesIO(aiff(ssnd(bytes(9), skipped=4), comm(channels=1, bits=20))))
    assert (facts.depth, facts.valid_bits, facts.data_bytes, facts.data_offset, facts.bytes_after) == (24, 20, 9, 32, 26)


def test_fractional_rate_is_rounded() -> None:
    """The 22254.5 Hz of early Macintoshes are 22255 whole ones."""
    rate = bytes.fromhex("400daddd174600000000")
    facts = read_aiff(io.BytesIO(aiff((b"COMM", struct.pack(">HIH", 1, 1, 8) + rate), ssnd(b"\0"))))
    assert facts.rate == 22255


@pytest.mark.parametrize(
    ("compression", "bits", "depth"),
    [(b"NONE", 16, 16), (b"sowt", 16, 16), (b"in24", 16, 24), (b"fl32", 32, 32), (b"FL64", 64, 64), (b"raw ", 8, 8)],
)
def test_uncompressed_aifc_is_described(compression: bytes, bits: int, depth: int) -> None:
    """The types of AIFF-C that hold plain samples are read."""
    content = aiff(comm(bits=bits, compression=compression), ssnd(bytes(6 * depth // 8)), form=b"AIFC")
    facts = read_aiff(io.BytesIO(content))
    assert ("aifc", compression.decode(), depth, 3) == (facts.container, facts.compression, facts.depth, facts.samples)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"RIFF\0\0\0\0WAVE", "not an AIFF file: it begins with 'RIFF....WAVE'"),
        (aiff(), "it has no COMM chunk"),
        (aiff(comm()), "it has no SSND chunk"),
        (aiff((b"COMM", bytes(3))), "its COMM chunk has 3 bytes, not 18 or more"),
        (aiff(comm(), form=b"AIFC"), "its COMM chunk has 18 bytes, not 22 or more"),
        (aiff(comm(compression=b"ima4"), form=b"AIFC"), "its sound is compressed as 'ima4'"),
        (aiff(comm(channels=0)), "its COMM chunk says 0 channels at 44100 Hz"),
        (aiff((b"COMM", bytes(17) + b"\1")), "its COMM chunk says 0 channels at 0 Hz"),
        (aiff(comm(bits=0)), "its COMM chunk says 0 bits a sample"),
        (aiff(comm(), ssnd(bytes(12)))[:-4], "the SSND chunk says 20 bytes, the file holds 16"),
        (aiff(comm(), ssnd(bytes(8))), "the COMM chunk says 12 bytes of sound, the SSND chunk holds 8"),
        (aiff(comm(), (b"SSND", b"")), "the COMM chunk says 12 bytes of sound, the SSND chunk holds 0"),
    ],
)
def test_bad_aiff_says_what_is_wrong(content: bytes, expected: str) -> None:
    """A master that is no whole AIFF is refused with the reason."""
    assert expected == error_of(read_aiff, content)


GOOD = [
    wav(extensible(bits=16, valid=16, sub=b"\1\0" + SUB_FORMAT_TAIL), (b"data", bytes(8))),
    wav_header(samples=1, rate=8000, channels=1, depth=32, floating=True) + bytes(4),
    b"RF64" + wav((b"ds64", bytes(28)), fmt(), (b"data", bytes(8)))[4:],
    aiff(comm(), ssnd(bytes(12))),
    aiff(comm(bits=24, compression=b"sowt"), ssnd(bytes(18)), form=b"AIFC"),
]


@pytest.mark.parametrize("read", [read_wav, read_aiff])
@given(
    base=st.sampled_from([b"", b"RIFF\0\0\0\0WAVE", b"FORM\0\0\0\0AIFC", *GOOD]),
    cut=st.integers(0, 100),
    flips=st.lists(st.tuples(st.integers(0, 99), st.integers(0, 255)), max_size=4),
    tail=st.binary(max_size=60),
)
def test_any_bytes_are_read_or_refused(
    read: Callable[[BinaryIO], WavFacts | AiffFacts], base: bytes, cut: int, flips: list[tuple[int, int]], tail: bytes
) -> None:
    """Whatever a file holds, it is described truly or refused with one line."""
    content = bytearray(base[: len(base) - cut] if cut < 20 else base) + tail
    for place, value in flips:
        content[place : place + 1] = bytes([value]) if place < len(content) else b""
    try:
        facts = read(io.BytesIO(content))
    except ValueError as error:
        assert "\n" not in str(error)  # noqa: PT017  # most bytes are refused, some are not
    else:
        assert facts.data_bytes == facts.samples * facts.channels * facts.depth // 8
        assert facts.data_offset + facts.data_bytes + facts.bytes_after <= len(content)


@given(
    samples=st.integers(0, 50),
    rate=st.integers(1, 384_000),
    channels=st.integers(1, 8),
    form=st.sampled_from([(8, False), (16, False), (24, False), (32, False), (32, True), (64, True)]),
)
def test_every_header_is_read_back(samples: int, rate: int, channels: int, form: tuple[int, bool]) -> None:
    """What is written as a header is what the reader sees."""
    depth, floating = form
    header = wav_header(samples=samples, rate=rate, channels=channels, depth=depth, floating=floating)
    facts = read_wav(io.BytesIO(header + bytes(samples * channels * depth // 8)))
    assert (samples, rate, channels, depth, len(header)) == (
        facts.samples,
        facts.rate,
        facts.channels,
        facts.valid_bits,
        facts.data_offset,
    )
    assert (3 if floating else 1, False, 0) == (facts.tag, facts.streamed, facts.bytes_after)


def run_ffmpeg(*arguments: str | Path) -> bytes:
    """What ffmpeg prints."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-xerror", *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, stdin=subprocess.DEVNULL).stdout


@pytest.mark.media
@pytest.mark.parametrize(
    ("codec", "name", "depth", "tag"),
    [
        ("pcm_s16le", "a.wav", 16, 1),
        ("pcm_s24le", "a.wav", 24, 0xFFFE),
        ("pcm_f32le", "a.wav", 32, 3),
        ("pcm_s16be", "a.aiff", 16, None),
        ("pcm_s24be", "a.aiff", 24, None),
        ("pcm_s16le", "a.aifc", 16, None),
        ("pcm_f64be", "a.aifc", 64, None),
    ],
)
def test_files_of_ffmpeg_are_read(tmp_path: Path, codec: str, name: str, depth: int, tag: int | None) -> None:
    """What ffmpeg writes is described as it is, the tag 0xFFFE of its 24-bit WAV too."""
    path = tmp_path / name
    form = ["-f", "aiff"] if name.endswith("c") else []
    run_ffmpeg("-f", "lavfi", "-i", "sine=d=0.1", "-ac", "2", "-c:a", codec, *form, path)
    with path.open("rb") as stream:
        facts = read_aiff(stream) if tag is None else read_wav(stream)
    assert (44100, 2, depth, 4410) == (facts.rate, facts.channels, facts.depth, facts.samples)
    assert tag == getattr(facts, "tag", None)


@pytest.mark.media
def test_wav_from_a_pipe_is_streamed() -> None:
    """A program that writes to a pipe cannot know the size, and all the sound is counted."""
    facts = read_wav(io.BytesIO(run_ffmpeg("-f", "lavfi", "-i", "sine=d=0.1", "-f", "wav", "-")))
    assert (facts.samples, facts.streamed) == (4410, True)


@pytest.mark.media
@pytest.mark.parametrize(("depth", "floating", "form"), [(16, False, "s16le"), (24, False, "s24le"), (32, True, "f32le")])
def test_ffmpeg_reads_our_header(tmp_path: Path, depth: int, floating: bool, form: str) -> None:  # noqa: FBT001  # a parameter of the test
    """The samples after our header are the samples that ffmpeg hears."""
    sound = struct.pack("<24f", *(n / 24 for n in range(24))) if floating else bytes(range(12 * depth // 8))
    path = tmp_path / "a.wav"
    header = wav_header(samples=len(sound) // (2 * depth // 8), rate=44100, channels=2, depth=depth, floating=floating)
    path.write_bytes(header + sound)
    assert sound == run_ffmpeg("-i", path, "-f", form, "-")
