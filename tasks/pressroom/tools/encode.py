"""Encoding a master to an untagged file, and reading that file back before anybody relies on it."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pressroom.errors import ReleaseError, ToolError
from pressroom.formats import audio, lametag, riff
from pressroom.formats.facts import AudioFacts, EncodedFacts
from pressroom.plan import OUTPUT, Step
from pressroom.tools import ffmpeg, headers, notes
from pressroom.tools.meters import Meters, metered

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pressroom.plan import Work

    Options = dict[str, str | int]

ENCODERS: dict[audio.Codec, str] = {
    "flac": "flac",
    "alac": "alac",
    "wavpack": "wavpack",
    "mp3": "libmp3lame",
    "aac": "aac",
    "opus": "libopus",
    "vorbis": "libvorbis",
}
"""ffmpeg's encoder of each codec; WAV and AIFF have one per depth."""
ONE_PAGE_SECONDS = 2
"""ffmpeg cannot place the end of a Vorbis stream that fits into one Ogg page (of 1 s, unless told otherwise)."""
WAVPACK_BLOCK = 22_050
"""Samples; ffmpeg would take the length of the first piece that it gets, and refuses fewer than 128."""
OPUS_SURROUND = {5: "5.0", 6: "5.1"}
"""The names that libopus knows; with the speakers at the sides these layouts are called otherwise, and sound the same."""
PEAK_RATE = 192_000
"""Hz; 48 kHz is taken fourfold (ITU-R BS.1770-4, annex 2), other rates as near to it as whole multiples come."""
LONG_FRAME = 32_768
"""Samples in one piece: ffmpeg hands each frame from thread to thread, and small ones cost more than their decoding."""
PEAK = b"lavfi.astats.Overall.Peak_level"
PACES = {"aac": 9e6, "mp3": 20e6, "opus": 19e6}
"""Bytes of a master a second, as measured on one core; lossless codecs are quicker."""
XING_BYTES = 512
"""The Xing header lies in the first 200 bytes of an MP3."""


@dataclass(frozen=True, kw_only=True)
class Encode(Step):
    """Encodes a master to an untagged file: bit-exact, gapless, the same on every CPU but for Opus."""

    source: Path
    facts: Path
    encoding: audio.Encoding
    output: Path = field(metadata=OUTPUT)

    @property
    def tools(self) -> tuple[str, ...]:
        """It runs ffmpeg, of which the encoder counts where its bytes may depend on the CPU."""
        encoder = ENCODERS.get(self.encoding.codec)
        return ("ffmpeg", f"ffmpeg:{encoder}") if encoder else ("ffmpeg",)

    @property
    def pace(self) -> float:
        """It depends on the codec."""
        return PACES.get(self.encoding.codec, 30e6)

    def run(self, work: Work) -> None:
        """Write the encoded file; raises ReleaseError when the codec cannot hold the master."""
        master = notes.read(AudioFacts, self.facts)
        try:
            fitted = audio.fitted(self.encoding, master)
        except ValueError as error:
            raise ReleaseError(f"{self.source}: {error}") from error
        target = work.beside(self.output)
        if self.encoding.codec == "wav":
            self._write_wav(work, target, master, fitted)
            return
        args = encode_arguments(self.source, self.encoding, master, fitted, f"file:{target}")
        ffmpeg.run(work, args, making=self.output, seconds=master.seconds)
        if self.encoding.codec == "mp3":
            _write_padding(target, fitted.samples)

    def _write_wav(self, work: Work, target: Path, master: AudioFacts, fitted: audio.Fitted) -> None:
        """A WAV with our own header: ffmpeg's is WAVE_FORMAT_EXTENSIBLE above 16 bits, which distributors refuse."""
        depth = fitted.depth or 0
        size = fitted.samples * fitted.channels * depth // 8
        args = encode_arguments(self.source, self.encoding, master, fitted, "pipe:@pcm")
        with target.open("wb") as stream:
            stream.write(riff.wav_header(samples=fitted.samples, rate=fitted.rate, channels=fitted.channels, depth=depth))
            ffmpeg.run(work, args, making=self.output, seconds=master.seconds, readers={"pcm": stream.write})
            stream.write(bytes(size % 2))


@dataclass(frozen=True, kw_only=True)
class Measure(Step):
    """Decodes an encoded file and holds it against its master: sample count, samples where they must be the same, true peak."""

    bare: Path
    facts: Path
    encoding: audio.Encoding
    measured: Path = field(metadata=OUTPUT)

    @property
    def tools(self) -> tuple[str, ...]:
        """It decodes with ffmpeg."""
        return ("ffmpeg",)

    @property
    def pace(self) -> float:
        """The meter of true peak takes most of it."""
        return 60e6

    def run(self, work: Work) -> None:
        """Write what was measured; raises ToolError when the encoded file is not what it must be."""
        master = notes.read(AudioFacts, self.facts)
        fitted = audio.fitted(self.encoding, master)
        found = encoded_facts(work, self.bare, self.encoding, master, fitted)
        if found.samples != fitted.samples:
            raise ToolError(
                f"{self.bare}: decodes to {found.samples} samples instead of {fitted.samples}; "
                "a player would hear a gap or a cut; this is a bug in pressroom or ffmpeg"
            )
        if fitted.exact and not found.identical:
            raise ToolError(f"{self.bare}: does not decode to its master's samples; this is a bug in pressroom or ffmpeg")
        notes.write(work, self.measured, found)


def encode_arguments(path: Path, encoding: audio.Encoding, master: AudioFacts, fitted: audio.Fitted, target: str) -> list[str]:
    """What ffmpeg is told to encode the master at `path` to `target`, an address such as `file:x.flac` or `pipe:@pcm`."""
    stream = ffmpeg.source(path, **dict(headers.reading(path)))
    return ffmpeg.arguments(encode_stream(stream, encoding, master, fitted, target))


def encode_stream(
    stream: Any,  # noqa: ANN401  # ffmpeg-python's stream
    encoding: audio.Encoding,
    master: AudioFacts,
    fitted: audio.Fitted,
    target: str,
) -> Any:  # noqa: ANN401  # likewise
    """An output of a stream of which `master` tells, encoded."""
    return converted(stream, encoding.codec, master, fitted).output(target, **encoder_options(encoding, master, fitted))


def encoder_options(encoding: audio.Encoding, master: AudioFacts, fitted: audio.Fitted) -> dict[str, str | int]:
    """The options of an output that is encoded: one thread, and nothing that is another thing the next time."""
    options: Options = {**ffmpeg.BITEXACT, "threads": 1, **_codec_options(encoding.codec, fitted)}
    if encoding.bitrate is not None:
        options["b:a"] = f"{encoding.bitrate}k"
    if encoding.quality is not None:
        options["q:a"] = f"{encoding.quality:g}"
    if encoding.codec == "vorbis" and master.seconds < ONE_PAGE_SECONDS:
        options["page_duration"] = int(master.seconds / 8 * 1_000_000)
    return options


def _codec_options(codec: audio.Codec, fitted: audio.Fitted) -> Options:
    """The muxer, the encoder and its settings: one row for each codec."""
    depth = fitted.depth or 0
    bits = 16 if depth == 16 else 32  # noqa: PLR2004  # bits
    packed: Options = {"sample_fmt": f"s{bits}", "bits_per_raw_sample": depth}
    planar: Options = {"sample_fmt": f"s{bits}p", "bits_per_raw_sample": depth}
    rows: dict[audio.Codec, Options] = {
        "wav": {"f": f"s{depth}le", "c:a": f"pcm_s{depth}le"},
        "aiff": {"f": "aiff", "c:a": f"pcm_s{depth}be"},
        "flac": {"f": "flac", "c:a": "flac", "compression_level": 8, **packed},
        "alac": {"f": "ipod", "c:a": "alac", "movflags": "+faststart", **planar},
        "wavpack": {"f": "wv", "c:a": "wavpack", **planar},
        "mp3": {"f": "mp3", "c:a": "libmp3lame", "id3v2_version": 0},
        "aac": {"f": "ipod", "c:a": "aac", "movflags": "+faststart"},
        "opus": {"f": "opus", "c:a": "libopus", "vbr": "on"},
        "vorbis": {"f": "ogg", "c:a": "libvorbis"},
    }
    return rows[codec]


def converted(stream: Any, codec: audio.Codec, master: AudioFacts, fitted: audio.Fitted) -> Any:  # noqa: ANN401  # a stream
    """The filters between decoder and encoder: none that touches a sample, when the codec holds what the master has.

    soxr ends one sample early at some ratios, so a resampled stream is padded and cut to its exact length.
    """
    # Time is counted in whole samples: the time stamps of some Ogg masters overlap, and fractions would be rounded.
    stream = stream.filter("asettb", "1/sr").filter("asetpts", "N")
    if (master.channels, fitted.channels) == (1, 2):
        stream = stream.filter("pan", "stereo|c0<c0|c1<c0")  # ffmpeg-python would escape a `=`
    if options := _resampling(master, fitted):
        stream = stream.filter("aresample", **options)
    if fitted.rate != master.rate:
        stream = stream.filter("apad", whole_len=fitted.samples).filter("atrim", end_sample=fitted.samples)
    if codec == "opus" and fitted.channels in OPUS_SURROUND:
        stream = stream.filter("aformat", channel_layouts=OPUS_SURROUND[fitted.channels])
    if codec == "wavpack":
        stream = stream.filter("asetnsamples", WAVPACK_BLOCK, pad=0)
    return stream


def _resampling(master: AudioFacts, fitted: audio.Fitted) -> Options:
    """What aresample has to do: mix down, change the rate, lower the depth; nothing, mostly."""
    options: Options = {}
    if fitted.channels < master.channels:
        # Without the limit, a mix of floating-point channels would be louder than full scale.
        options |= {"out_chlayout": "mono" if fitted.channels == 1 else "stereo", "rematrix_maxval": 1}
    if fitted.rate != master.rate:
        options |= {"out_sample_rate": fitted.rate, "resampler": "soxr", "precision": 28}
    if fitted.dithered and fitted.depth:
        bits = 16 if fitted.depth == 16 else 32  # noqa: PLR2004  # bits
        options |= {"osf": f"s{bits}", "output_sample_bits": fitted.depth, "dither_method": "triangular"}
    # Mixed in 16 bits, samples would be rounded before they can be dithered.
    return options and {**options, "internal_sample_fmt": "dblp"}


def encoded_facts(work: Work, path: Path, encoding: audio.Encoding, master: AudioFacts, fitted: audio.Fitted) -> EncodedFacts:
    """What an encoded file decodes to: its samples' digest where they must be the master's, else its peak.

    A file that is mixed down is not as loud as its master, so its loudness is measured too.
    """
    digest, packets = hashlib.sha256(), bytearray()
    peak: dict[bytes, float] = {}
    meters = Meters()
    stream = ffmpeg.source(path, threads=1)
    outputs = [_pcm(stream) if fitted.exact else _peak(stream, fitted.rate), _packets(stream)]
    readers: dict[str, ffmpeg.Reader] = {"packets": packets.extend}
    if fitted.exact:
        readers["pcm"] = digest.update
    else:
        readers["peak"] = ffmpeg.metadata(peak.__setitem__)
    if mixed := fitted.channels < master.channels:
        readers["meters"] = ffmpeg.metadata(meters.take)
        outputs.append(metered(stream).output("-", f="null"))
    # What the CPU does to the last bits of a lossy decoder is far below the hundredths that peaks are told in.
    args = ffmpeg.arguments(*outputs, portable=False)
    log = ffmpeg.run(work, args, making=path, seconds=master.seconds, readers=readers)
    return EncodedFacts(
        codec=encoding.codec,
        rate=fitted.rate,
        channels=fitted.channels,
        samples=ffmpeg.decoded_samples(log),
        true_peak=master.loudness.true_peak if fitted.exact else _peak_level(peak),
        identical=digest.hexdigest() == master.pcm_sha256,
        stream_sha256=_digest(packets),
        loudness=meters.loudness if mixed else None,
    )


def stream_digest(work: Work, path: Path) -> str:
    """The SHA-256 of a file's packets, without decoding."""
    packets = bytearray()
    ffmpeg.run(work, ffmpeg.arguments(_packets(ffmpeg.source(path))), making=path, readers={"packets": packets.extend})
    return _digest(packets)


def _pcm(stream: Any) -> Any:  # noqa: ANN401  # ffmpeg-python's stream
    """An output of the samples as `AudioFacts.pcm_sha256` is taken of them."""
    return stream.output("pipe:@pcm", f="s32le", **{"c:a": "pcm_s32le"})


def _peak(stream: Any, rate: int) -> Any:  # noqa: ANN401  # likewise
    """An output that tells the true peak so far: that of the samples at 192 kHz or nearly (ITU-R BS.1770-4, annex 2).

    soxr and astats take half the time that ebur128 takes for it, and long frames a third of the switching between threads.
    """
    long = stream.filter("asetnsamples", LONG_FRAME, pad=0)
    times = max(1, round(PEAK_RATE / rate))
    # In floating point: integers, which aresample may choose, end at full scale, and the peaks above it are those to be found.
    options: Options = {"out_sample_rate": rate * times, "resampler": "soxr", "precision": 16} if times > 1 else {}
    finer = long.filter("aresample", osf="fltp", **options)
    peak = finer.filter("astats", metadata=1, measure_overall="Peak_level", measure_perchannel="none")
    return peak.filter("ametadata", mode="print", key=PEAK.decode(), file="pipe:@peak").output("-", f="null")


def _peak_level(found: Mapping[bytes, float]) -> float | None:
    """The peak in dBTP that astats told last; None for silence."""
    level = found[PEAK]
    return round(level, 2) + 0.0 if math.isfinite(level) else None


def _packets(stream: Any) -> Any:  # noqa: ANN401  # ffmpeg-python's stream
    """An output that tells the digest of the packets as they are."""
    return stream.output("pipe:@packets", f="streamhash", hash="sha256", **{"c:a": "copy"}, **ffmpeg.BITEXACT)


def _digest(packets: bytes | bytearray) -> str:
    """The digest in streamhash's line: `0,a,SHA256=...`."""
    return packets.decode().strip().rpartition("=")[2]


def _write_padding(path: Path, samples: int) -> None:
    """Mend the header of an MP3 that ffmpeg wrote."""
    with path.open("rb+") as stream:
        head = lametag.gapless(stream.read(XING_BYTES), samples)
        stream.seek(0)
        stream.write(head)
