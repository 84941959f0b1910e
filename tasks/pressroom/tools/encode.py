"""Encoding a master to an untagged file, and reading that file back before anybody relies on it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, ClassVar

from pressroom.errors import ReleaseError, ToolError
from pressroom.formats import audio, facts, loudness, riff
from pressroom.plan import Step
from pressroom.tools import ffmpeg

if TYPE_CHECKING:
    from pathlib import Path

    from pressroom.plan import Work

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
OPTIONS: dict[audio.Codec, dict[str, str]] = {
    "flac": {"compression_level": "8"},
    "alac": {"movflags": "+faststart", "f": "ipod"},
    "aac": {"movflags": "+faststart", "f": "ipod"},
    "opus": {"vbr": "on"},
}
ONE_PAGE_SECONDS = 2
"""ffmpeg cannot place the end of a Vorbis stream that fits into one Ogg page (of 1 s, unless told otherwise)."""


@dataclass(frozen=True, kw_only=True)
class Encode(Step):
    """Encodes a master to an untagged file: bit-exact, gapless, the same on every CPU but for Opus."""

    revision: ClassVar[int] = 1
    source: Path
    facts: Path
    encoding: audio.Encoding
    output: Path

    @property
    def inputs(self) -> tuple[Path, ...]:
        return (self.source, self.facts)

    @property
    def outputs(self) -> tuple[Path, ...]:
        return (self.output,)

    @property
    def tools(self) -> tuple[str, ...]:
        encoder = ENCODERS.get(self.encoding.codec)
        return ("ffmpeg", f"ffmpeg:{encoder}") if encoder else ("ffmpeg",)

    def run(self, work: Work) -> None:
        """Write the encoded file; raises ReleaseError when the codec cannot hold the master."""
        master = facts.audio_facts(self.facts.read_text(encoding="utf-8"))
        try:
            fitted = audio.fitted(self.encoding, master)
        except ValueError as error:
            raise ReleaseError(f"{self.source}: {error}") from error
        target = work.beside(self.output)
        if self.encoding.codec == "wav":
            with target.open("wb") as stream:
                _write_wav(work, self, stream, master, fitted)
            return
        args = encode_arguments(self.source, self.encoding, master, fitted, target)
        ffmpeg.run(work, args, making=self.output, seconds=master.seconds)


@dataclass(frozen=True, kw_only=True)
class Measure(Step):
    """Decodes an encoded file and holds it against its master: sample count, samples if lossless, true peak if not."""

    revision: ClassVar[int] = 1
    bare: Path
    facts: Path
    encoding: audio.Encoding
    measured: Path

    @property
    def inputs(self) -> tuple[Path, ...]:
        return (self.bare, self.facts)

    @property
    def outputs(self) -> tuple[Path, ...]:
        return (self.measured,)

    @property
    def tools(self) -> tuple[str, ...]:
        return ("ffmpeg",)

    def run(self, work: Work) -> None:
        """Write what was measured; raises ToolError when the encoded file is not what it must be."""
        master = facts.audio_facts(self.facts.read_text(encoding="utf-8"))
        fitted = audio.fitted(self.encoding, master)
        found = encoded_facts(work, self.bare, self.encoding, master, fitted)
        if found.samples != fitted.samples:
            raise ToolError(
                f"{self.bare}: decodes to {found.samples} samples instead of {fitted.samples}; a player would hear a gap or a cut"
            )
        if fitted.exact and not found.identical:
            raise ToolError(f"{self.bare}: does not decode to the samples of its master")
        work.beside(self.measured).write_text(facts.to_json(found), encoding="utf-8")


def encode_arguments(
    path: Path, encoding: audio.Encoding, master: facts.AudioFacts, fitted: audio.Fitted, target: Path
) -> list[str]:
    """ffmpeg's arguments that encode `path` to `target`; `pipe:@pcm` takes raw samples when the encoding is wav."""
    stream = converted(ffmpeg.source(path), master, fitted)
    options: dict[str, Any] = {**ffmpeg.BITEXACT, "threads": 1, **OPTIONS.get(encoding.codec, {})}
    options["c:a"] = ENCODERS.get(encoding.codec) or _pcm(encoding.codec, fitted)
    if encoding.codec in ("flac", "alac", "wavpack"):
        planar = "" if encoding.codec == "flac" else "p"
        options["sample_fmt"] = f"s16{planar}" if fitted.depth == 16 else f"s32{planar}"
        options["bits_per_raw_sample"] = fitted.depth
    if encoding.bitrate is not None:
        options["b:a"] = f"{encoding.bitrate}k"
    if encoding.quality is not None:
        options["q:a"] = f"{encoding.quality:g}"
    if encoding.codec == "vorbis" and master.seconds < ONE_PAGE_SECONDS:
        options["page_duration"] = int(master.seconds / 8 * 1_000_000)
    if encoding.codec == "wav":
        return ffmpeg.arguments(stream.output("pipe:@pcm", f=options["c:a"].removeprefix("pcm_"), **options))
    return ffmpeg.arguments(stream.output(f"file:{target}", **options))


def converted(stream: Any, master: facts.AudioFacts, fitted: audio.Fitted) -> Any:  # noqa: ANN401  # ffmpeg-python's stream
    """The filters between decoder and encoder: none, when the codec holds what the master has.

    soxr ends one sample early at some ratios, so a resampled stream is padded and cut to its exact length.
    """
    if fitted.channels != master.channels:
        mono_to_stereo = master.channels == 1
        stream = stream.filter("pan", "stereo|c0=c0|c1=c0") if mono_to_stereo else stream.filter("aformat", channel_layouts=_layout(fitted))
    if fitted.rate != master.rate or fitted.dithered:
        options: dict[str, Any] = {}
        if fitted.rate != master.rate:
            options |= {"out_sample_rate": fitted.rate, "resampler": "soxr", "precision": 28}
        if fitted.dithered:
            options |= {"osf": "s16" if fitted.depth == 16 else "s32", "output_sample_bits": fitted.depth, "dither_method": "triangular"}
        stream = stream.filter("aresample", **options)
    if fitted.rate != master.rate:
        stream = stream.filter("apad", whole_len=fitted.samples).filter("atrim", end_sample=fitted.samples)
    return stream


def encoded_facts(
    work: Work, path: Path, encoding: audio.Encoding, master: facts.AudioFacts, fitted: audio.Fitted
) -> facts.EncodedFacts:
    """What an encoded file decodes to."""
    digest, count, peak, packets = hashlib.sha256(), 0, _LastValue(), bytearray()

    def pcm(chunk: bytes) -> None:
        nonlocal count
        digest.update(chunk)
        count += len(chunk)

    stream = ffmpeg.source(path)
    outputs = [
        stream.output("pipe:@pcm", f="s32le", **{"c:a": "pcm_s32le"}),
        stream.output("pipe:@packets", f="streamhash", hash="sha256", **{"c:a": "copy"}, **ffmpeg.BITEXACT),
    ]
    readers: dict[str, ffmpeg.Reader] = {"pcm": pcm, "packets": packets.extend}
    if not encoding.lossless:
        measured = stream.filter("ebur128", peak="true", metadata=1, framelog="quiet")
        measured = measured.filter("ametadata", mode="print", key="lavfi.r128.true_peak", file="pipe:@peaks")
        outputs.append(measured.output("-", f="null"))
        readers["peaks"] = peak
    ffmpeg.run(work, ffmpeg.arguments(*outputs), making=path, seconds=master.seconds, readers=readers)
    return facts.EncodedFacts(
        codec=encoding.codec,
        rate=fitted.rate,
        channels=fitted.channels,
        samples=count // 4 // fitted.channels,
        true_peak=master.loudness.true_peak if encoding.lossless else peak.decibels,
        pcm_sha256=digest.hexdigest(),
        identical=digest.hexdigest() == master.pcm_sha256,
        stream_sha256=packets.decode().strip().rpartition("=")[2],
    )


def stream_digest(work: Work, path: Path) -> str:
    """The SHA-256 of a file's packets, without decoding."""
    packets = bytearray()
    output = ffmpeg.source(path).output("pipe:@packets", f="streamhash", hash="sha256", **{"c:a": "copy"}, **ffmpeg.BITEXACT)
    ffmpeg.run(work, ffmpeg.arguments(output), making=path, readers={"packets": packets.extend})
    return packets.decode().strip().rpartition("=")[2]


class _LastValue:
    """Takes ametadata's text and keeps the last value."""

    def __init__(self) -> None:
        self.text = b""

    def __call__(self, chunk: bytes) -> None:
        self.text = (self.text + chunk)[-4096:]

    @property
    def decibels(self) -> float | None:
        """The value in dB; None for silence."""
        _, _, value = self.text.rstrip().rpartition(b"=")
        linear = float(value or 0)
        return round(loudness.db(linear), 2) if linear else None


def _write_wav(work: Work, step: Encode, stream: IO[bytes], master: facts.AudioFacts, fitted: audio.Fitted) -> None:
    """A WAV with our own header: ffmpeg's is WAVE_FORMAT_EXTENSIBLE above 16 bits, which distributors refuse."""
    depth = fitted.depth or 16
    stream.write(riff.wav_header(samples=fitted.samples, rate=fitted.rate, channels=fitted.channels, depth=depth))
    args = encode_arguments(step.source, step.encoding, master, fitted, step.output)
    ffmpeg.run(work, args, making=step.output, seconds=master.seconds, readers={"pcm": stream.write})
    size = fitted.samples * fitted.channels * depth // 8
    if size % 2:
        stream.write(b"\0")


def _pcm(codec: audio.Codec, fitted: audio.Fitted) -> str:
    """The PCM encoder of a depth: WAV is little-endian, AIFF big-endian."""
    return f"pcm_s{fitted.depth}{'le' if codec == 'wav' else 'be'}"


def _layout(fitted: audio.Fitted) -> str:
    """The channel layout of one or two channels."""
    return "mono" if fitted.channels == 1 else "stereo"
