"""WAV and AIFF: where the samples lie and what they are, and the header of a plain WAV."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from typing import BinaryIO

_UNKNOWN = 0xFFFFFFFF
"""The 32-bit size that means "see ds64", or "not known yet"."""
_PLACEHOLDER_SLACK = 0x1100
"""How far below 2 or 4 GiB the sizes lie that programs write to a pipe: SoX 0x7FFFF000 less a sample, LAME 0x7FFFFFFF."""
_UNKNOWN_64 = 0xFFFFFFFFFFFFFFFF
_PCM, _FLOAT, _EXTENSIBLE = 0x0001, 0x0003, 0xFFFE
_SUB_FORMAT = bytes.fromhex("000000001000800000aa00389b71")
"""The GUID that carries a format tag, after the two bytes of the tag."""
_MAX_CHUNKS = 1000
_MAX_BITS = 64
_COMPRESSIONS = {
    "NONE": 0,
    "twos": 0,
    "sowt": 0,
    "raw ": 8,
    "in24": 24,
    "42ni": 24,
    "in32": 32,
    "23ni": 32,
    "fl32": 32,
    "FL32": 32,
    "fl64": 64,
    "FL64": 64,
}
"""The uncompressed AIFF-C types with their bits a sample; 0 where the COMM chunk says it."""


@dataclass(frozen=True, kw_only=True)
class PcmFacts:
    """Uncompressed sound in a file.

    `rate` is in Hz; `depth` is the bits that a sample takes up and `valid_bits` those in use; `samples` counts per channel;
    the sound lies at `data_offset` and `bytes_after` counts what follows its chunk.
    """

    rate: int
    channels: int
    depth: int
    valid_bits: int
    samples: int
    data_offset: int
    data_bytes: int
    bytes_after: int


@dataclass(frozen=True, kw_only=True)
class WavFacts(PcmFacts):
    """A WAV: `tag` is the format tag as written, `sub_tag` the one that counts (1 PCM, 3 floating point).

    They differ where `tag` is 0xFFFE (WAVE_FORMAT_EXTENSIBLE). `streamed` means that the data chunk gave no size, as
    when a program writes to a pipe or stops halfway, and that the sound was taken to go on to the end of the file.
    """

    container: Literal["riff", "rf64"]
    tag: int
    sub_tag: int
    streamed: bool

    @property
    def floating(self) -> bool:
        """Whether the samples are floating-point numbers."""
        return self.sub_tag == _FLOAT


@dataclass(frozen=True, kw_only=True)
class AiffFacts(PcmFacts):
    """An AIFF, or an AIFF-C with its `compression` type; that of a plain AIFF is `NONE`: big-endian integers."""

    container: Literal["aiff", "aifc"]
    compression: str

    @property
    def floating(self) -> bool:
        """Whether the samples are floating-point numbers."""
        return self.compression.lower() in ("fl32", "fl64")


@dataclass(frozen=True)
class _Chunk:
    """A chunk whose body of `size` bytes begins at `offset`."""

    offset: int
    size: int

    @property
    def end(self) -> int:
        """Where the next chunk begins: bodies are padded to whole words."""
        return self.offset + self.size + self.size % 2


def wav_header(*, samples: int, rate: int, channels: int, depth: int, floating: bool = False) -> bytes:
    """What stands before the samples of a WAV: 44 bytes with format tag 1 (Multimedia Programming Interface 1.0, "WAVE").

    Floating point has format tag 3, an 18-byte format chunk and a fact chunk, 58 bytes in all, as every format but PCM
    must ("New Multimedia Data Types", 1994, "fact chunk"). A file that 32-bit sizes cannot tell is an RF64 with a ds64
    chunk, 36 bytes more (EBU Tech 3306). Samples are little-endian, those of 8 bits unsigned; when their bytes
    are odd in number, the caller writes one zero byte after them. Raises ValueError for a depth that has no such WAV.
    """
    if depth not in ((32, 64) if floating else (8, 16, 24, 32)):
        raise ValueError(f"expected {'32 or 64 floating-point' if floating else '8, 16, 24 or 32'} bits, got {depth}")
    block = channels * depth // 8
    size = samples * block
    sound = struct.pack("<HHIIHH", _FLOAT if floating else _PCM, channels, rate, rate * block, block, depth)
    chunks = _written(b"fmt ", sound)
    if floating:
        chunks = _written(b"fmt ", sound + bytes(2)) + _written(b"fact", struct.pack("<I", min(samples, _UNKNOWN)))
    whole = 4 + len(chunks) + 8 + size + size % 2
    if whole < _UNKNOWN:
        return b"RIFF" + struct.pack("<I", whole) + b"WAVE" + chunks + b"data" + struct.pack("<I", size)
    wide = _written(b"ds64", struct.pack("<QQQI", whole + 36, size, samples, 0))
    unknown = struct.pack("<I", _UNKNOWN)
    return b"RF64" + unknown + b"WAVE" + wide + chunks + b"data" + unknown


def read_wav(stream: BinaryIO) -> WavFacts:
    """The facts of a WAV or RF64 file (sources as for `wav_header`; WAVE_FORMAT_EXTENSIBLE as in Microsoft's mmreg.h).

    `stream` can seek. Raises ValueError, whatever the bytes, when they are not a whole WAV with PCM or floating-point samples.
    """
    container = _wav_container(stream)
    found = _chunks(stream, "<", last=b"data")
    tag, sub_tag, channels, rate, depth, valid_bits = _wav_format(_body(stream, found, b"fmt ", 40))
    if b"data" not in found:
        raise ValueError("it has no data chunk")
    size, streamed = _wav_data_size(stream, container, found)
    data = _Chunk(found[b"data"].offset, size)
    block = channels * depth // 8
    if size % block:
        raise ValueError(f"the data chunk's {size} bytes are not whole samples of {block} bytes")
    return WavFacts(
        container=container,
        tag=tag,
        sub_tag=sub_tag,
        streamed=streamed,
        rate=rate,
        channels=channels,
        depth=depth,
        valid_bits=valid_bits,
        samples=size // block,
        data_offset=data.offset,
        data_bytes=size,
        bytes_after=max(0, _length(stream) - data.end),
    )


def read_aiff(stream: BinaryIO) -> AiffFacts:
    """The facts of an AIFF or AIFF-C file (Apple, Audio Interchange File Format 1.3 and AIFF-C, 1991).

    `stream` can seek. Raises ValueError, whatever the bytes, when they are not a whole AIFF with uncompressed samples.
    """
    container = _aiff_container(stream)
    found = _chunks(stream, ">")
    compression, channels, samples, valid_bits, rate = _aiff_format(_body(stream, found, b"COMM", 22), container)
    depth = _COMPRESSIONS[compression] or (valid_bits + 7) // 8 * 8
    if not 1 <= valid_bits <= _MAX_BITS:
        raise ValueError(f"its COMM chunk says {valid_bits} bits a sample")
    size = samples * channels * depth // 8
    sound, offset = _aiff_sound(stream, found, size)
    return AiffFacts(
        container=container,
        compression=compression,
        rate=rate,
        channels=channels,
        depth=depth,
        valid_bits=valid_bits,
        samples=samples,
        data_offset=offset,
        data_bytes=size,
        bytes_after=max(0, _length(stream) - sound.end),
    )


def _written(name: bytes, body: bytes) -> bytes:
    """A little-endian chunk with a body of even length."""
    return name + struct.pack("<I", len(body)) + body


def _length(stream: BinaryIO) -> int:
    """The bytes of the whole file."""
    return stream.seek(0, 2)


def _read(stream: BinaryIO, offset: int, size: int) -> bytes:
    """Up to `size` bytes at `offset`."""
    stream.seek(offset)
    return stream.read(size)


def _wav_container(stream: BinaryIO) -> Literal["riff", "rf64"]:
    """Which of the two headers the file has; BW64 (ITU-R BS.2088) is RF64 by another name."""
    head = _read(stream, 0, 12)
    if head[8:] != b"WAVE" or head[:4] not in {b"RIFF", b"RF64", b"BW64"}:
        raise ValueError(f"not a WAV file: {_beginning(head)}")
    return "riff" if head[:4] == b"RIFF" else "rf64"


def _aiff_container(stream: BinaryIO) -> Literal["aiff", "aifc"]:
    """Which of the two forms the file has."""
    head = _read(stream, 0, 12)
    if head[:4] != b"FORM" or head[8:] not in {b"AIFF", b"AIFC"}:
        raise ValueError(f"not an AIFF file: {_beginning(head)}")
    return "aiff" if head[8:] == b"AIFF" else "aifc"


def _beginning(head: bytes) -> str:
    """What a file begins with, in words that show what it may be instead."""
    if not head:
        return "it is empty"
    if head.startswith(b"riff\x2e\x91\xcf\x11"):
        return "it is a Sony Wave64 (.w64)"
    line = head.split(b"\n")[0].rstrip(b"\r")
    text = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in line)  # noqa: PLR2004  # printable ASCII
    return f"it begins with '{text}'" if text.strip(". ") else f"it begins with the bytes {head[:8].hex(' ')}"


def _chunks(stream: BinaryIO, order: Literal["<", ">"], last: bytes | None = None) -> dict[bytes, _Chunk]:
    """The first chunk of each name, up to the one called `last`."""
    found: dict[bytes, _Chunk] = {}
    offset = 12
    for _ in range(_MAX_CHUNKS):
        head = _read(stream, offset, 8)
        if len(head) < 8 or last in found:  # noqa: PLR2004  # a name and a size
            return found
        chunk = _Chunk(offset + 8, int.from_bytes(head[4:], "little" if order == "<" else "big"))
        found.setdefault(head[:4], chunk)
        offset = chunk.end
    # A file of zeros would otherwise be walked through eight bytes at a time.
    raise ValueError(f"it has more than {_MAX_CHUNKS} chunks")


def _body(stream: BinaryIO, found: dict[bytes, _Chunk], name: bytes, size: int) -> bytes:
    """Up to `size` bytes of a chunk that must be there."""
    if name not in found:
        raise ValueError(f"it has no {name.decode().strip()} chunk")
    return _read(stream, found[name].offset, min(size, found[name].size))


def _wav_format(body: bytes) -> tuple[int, int, int, int, int, int]:
    """The tag, sub tag, channels, rate, depth and valid bits of a fmt chunk."""
    if len(body) < 16:  # noqa: PLR2004  # the fields that every format has
        raise ValueError(f"its fmt chunk has {len(body)} bytes, not 16 or more")
    tag, channels, rate, _, block, bits = struct.unpack_from("<HHIIHH", body)
    sub_tag, valid_bits = _extension(body, bits) if tag == _EXTENSIBLE else (tag, bits)
    if sub_tag not in {_PCM, _FLOAT}:
        raise ValueError(f"its sound is coded as format 0x{sub_tag:04x}, not as PCM or floating point")
    if not channels or not rate:
        raise ValueError(f"its fmt chunk says {channels} channels at {rate} Hz")
    depth = (bits + 7) // 8 * 8
    if (
        not 1 <= valid_bits <= bits <= _MAX_BITS
        or block * 8 != channels * depth
        or (sub_tag == _FLOAT and bits not in {32, 64})
    ):
        raise ValueError(f"its fmt chunk says {valid_bits} of {bits} bits for {channels} channels in {block} bytes")
    return tag, sub_tag, channels, rate, depth, valid_bits


def _extension(body: bytes, bits: int) -> tuple[int, int]:
    """The sub tag and valid bits of a WAVE_FORMAT_EXTENSIBLE; 0 valid bits mean all."""
    if len(body) < 40:  # noqa: PLR2004  # the fields of this format
        raise ValueError(f"its extensible fmt chunk has {len(body)} bytes, not 40")
    valid_bits, _, sub_tag = struct.unpack_from("<HIH", body, 18)
    if body[26:] != _SUB_FORMAT:
        raise ValueError(f"its sound is coded as {body[24:].hex()}, not as PCM or floating point")
    return sub_tag, valid_bits or bits


def _wav_data_size(stream: BinaryIO, container: Literal["riff", "rf64"], found: dict[bytes, _Chunk]) -> tuple[int, bool]:
    """The bytes of sound, and whether they were counted up to the end of the file because the header does not say."""
    length = _length(stream)
    whole = int.from_bytes(_read(stream, 4, 4), "little")
    size, held = found[b"data"].size, length - found[b"data"].offset
    if container == "rf64":
        wide = _body(stream, found, b"ds64", 16)
        if len(wide) < 16:  # noqa: PLR2004  # the sizes of the file and of its sound
            raise ValueError(f"its ds64 chunk has {len(wide)} bytes, not 16 or more")
        whole, wide_size = struct.unpack("<QQ", wide)
        size = wide_size if size == _UNKNOWN else size
    # A size of 0 is believed when the header knows the file's length: the sound is empty then, and other chunks follow.
    if size == (_UNKNOWN if container == "riff" else _UNKNOWN_64) or (size == 0 and held and whole + 8 != length):
        return held, True
    if held < size <= _UNKNOWN and -size % 2**31 <= _PLACEHOLDER_SLACK:
        return held, True
    if size > held:
        raise ValueError(f"the data chunk says {size} bytes, the file holds {held}")
    return size, False


def _aiff_format(body: bytes, container: Literal["aiff", "aifc"]) -> tuple[str, int, int, int, int]:
    """The compression, channels, samples, valid bits and rate of a COMM chunk."""
    needed = 18 if container == "aiff" else 22
    if len(body) < needed:
        raise ValueError(f"its COMM chunk has {len(body)} bytes, not {needed} or more")
    channels, samples, bits, exponent, mantissa = struct.unpack_from(">HIHHQ", body)
    compression = body[18:22].decode("latin-1") if container == "aifc" else "NONE"
    if compression not in _COMPRESSIONS:
        raise ValueError(f"its sound is compressed as {compression!r}")
    rate = _rate(exponent, mantissa)
    if not channels or not rate:
        raise ValueError(f"its COMM chunk says {channels} channels at {rate} Hz")
    return compression, channels, samples, _COMPRESSIONS[compression] or bits, rate


def _rate(exponent: int, mantissa: int) -> int:
    """An 80-bit extended number as whole Hz; 0 for what is no rate below 2^32 (IEEE 754 double extended, as in SANE)."""
    shift = 16383 + 63 - exponent
    return (mantissa + (1 << shift - 1)) >> shift if 32 <= shift <= 63 else 0  # noqa: PLR2004  # bits of the fraction


def _aiff_sound(stream: BinaryIO, found: dict[bytes, _Chunk], size: int) -> tuple[_Chunk, int]:
    """The SSND chunk and where its `size` bytes of sound begin."""
    head = _body(stream, found, b"SSND", 8).ljust(8, b"\0")
    sound = found[b"SSND"]
    held = _length(stream) - sound.offset
    if sound.size > held:
        raise ValueError(f"the SSND chunk says {sound.size} bytes, the file holds {held}")
    skipped = 8 + int.from_bytes(head[:4], "big")
    if skipped + size > sound.size:
        raise ValueError(f"the COMM chunk says {size} bytes of sound, the SSND chunk holds {max(0, sound.size - skipped)}")
    return sound, sound.offset + skipped
