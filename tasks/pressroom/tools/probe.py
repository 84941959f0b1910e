"""Facts of a master, by reading all of it once."""

from __future__ import annotations

import hashlib
import re
from array import array
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from pressroom.errors import MachineError, ReleaseError, ToolError
from pressroom.formats import facts, loudness
from pressroom.plan import Step
from pressroom.tools import ffmpeg, headers

if TYPE_CHECKING:
    from pathlib import Path

    from pressroom.plan import Work

SHORTEST_SECONDS = 0.1
FULL_SCALE_DB = -0.0003
"""A 16-bit sample of 32767 is -0.00027 dBFS."""
LOSSLESS = re.compile("pcm_|flac|alac|wavpack|tta")
STREAM = re.compile(r"Stream #0:\d+\S*: Audio: (\w+)[^,]*(?:\([^)]*\))*, (\d+) Hz, ([^,]+), (\w+)(?: \((\d+) bit\))?")
DEPTHS = {"u8": 8, "s16": 16, "s32": 32, "flt": 32, "dbl": 64, "s64": 64}


@dataclass(frozen=True, kw_only=True)
class Probe(Step):
    """Reads a master once: what it is, how long, how loud."""

    revision: ClassVar[int] = 1
    source: Path
    facts: Path

    @property
    def inputs(self) -> tuple[Path, ...]:
        return (self.source,)

    @property
    def outputs(self) -> tuple[Path, ...]:
        return (self.facts,)

    @property
    def tools(self) -> tuple[str, ...]:
        return ("ffmpeg", "mutagen")

    def run(self, work: Work) -> None:
        """Write the facts; raises ReleaseError for a master that is not whole, not audio, or not what its name says."""
        work.beside(self.facts).write_text(facts.to_json(audio_facts(work, self.source)), encoding="utf-8")


def audio_facts(work: Work, path: Path) -> facts.AudioFacts:
    """The facts of an audio file; raises ReleaseError."""
    declared = headers.header(path)
    heard = _Heard()
    try:
        log = ffmpeg.run(
            work,
            probe_arguments(path, floating=declared.floating),
            making=path,
            seconds=declared.seconds,
            readers={"pcm": heard.pcm, "blocks": heard.block_text},
            level="info",
        )
    except MachineError:
        raise
    except ToolError as error:
        raise ReleaseError(f"{error}\n  it is not whole, or not what its name says; export or copy it again") from error
    return _facts(path, declared, heard, log)


def probe_arguments(path: Path, *, floating: bool) -> list[str]:
    """One decode, three readings: the samples, the loudness blocks, and the statistics in the log."""
    audio = ffmpeg.source(path)
    parts = audio.filter_multi_output("asplit", 2)
    blocks = parts[0].filter("ebur128", peak="true", metadata=1, framelog="quiet")
    blocks = blocks.filter("ametadata", mode="print", file="pipe:@blocks")
    stats = parts[1].filter("astats", measure_perchannel="Peak_level+Peak_count+Bit_depth", measure_overall="DC_offset")
    stats = stats.filter("silencedetect", noise="-60dB", d=0.02)
    pcm = "f32le" if floating else "s32le"
    return ffmpeg.arguments(
        audio.output("pipe:@pcm", f=pcm, **{"c:a": f"pcm_{pcm}"}),
        blocks.output("-", f="null"),
        stats.output("-", f="null"),
    )


@dataclass
class _Heard:
    """What the pipes tell while ffmpeg runs, in constant memory."""

    digest: hashlib._Hash = field(default_factory=hashlib.sha256)
    bytes: int = 0
    rest: bytes = b""
    dual_mono: bool = True
    line: bytes = b""
    frames: int = 0
    blocks: Counter[int] = field(default_factory=Counter)
    last: dict[bytes, float] = field(default_factory=dict)

    @property
    def loudness(self) -> facts.Loudness:
        """The loudness of the whole."""
        peak = self.last.get(b"lavfi.r128.true_peak", 0.0)
        blocks = self.blocks
        integrated = loudness.integrated(blocks)
        return facts.Loudness(
            integrated=None if integrated is None else round(integrated, 2),
            range=None if integrated is None else round(self.last.get(b"lavfi.r128.LRA", 0.0), 2),
            true_peak=round(loudness.db(peak), 2) if peak else None,
            blocks=tuple(sorted(blocks.items())),
        )

    def pcm(self, chunk: bytes) -> None:
        """A piece of the decoded samples."""
        self.digest.update(chunk)
        self.bytes += len(chunk)
        if self.dual_mono:
            chunk = self.rest + chunk
            whole = len(chunk) // 8 * 8
            samples = array("i", chunk[:whole])
            self.rest = chunk[whole:]
            self.dual_mono = samples[0::2] == samples[1::2]

    def block_text(self, chunk: bytes) -> None:
        """A piece of ametadata's text: `frame:N ...`, then `lavfi.r128.M=-12.345` and its like."""
        *lines, self.line = (self.line + chunk).split(b"\n")
        for line in lines:
            name, _, value = line.partition(b"=")
            if not value:
                self.frames += 1
            elif name == b"lavfi.r128.M":
                # The first three windows of 400 ms are not full.
                if self.frames > 3 and (level := float(value)) > -70:
                    self.blocks[round(level * 100)] += 1
            else:
                self.last[name] = float(value)


def _facts(path: Path, declared: headers.Header, heard: _Heard, log: str) -> facts.AudioFacts:
    """What the header, the samples and the log say together; raises ReleaseError where they disagree."""
    stream = STREAM.search(log)
    if stream is None:
        raise ReleaseError(f"{path}: no audio in it")
    codec, rate, kind = stream[1], int(stream[2]), stream[4].removesuffix("p")
    channels = len(re.findall(r"Channel: \d+", log))
    samples = heard.bytes // 4 // channels
    if declared.samples and samples < declared.samples - declared.slack:
        raise ReleaseError(f"{path}: the file is cut short: {declared.samples} samples are declared, {samples} are in it")
    if samples < SHORTEST_SECONDS * rate:
        raise ReleaseError(f"{path}: too short: expected {SHORTEST_SECONDS} s or more, got {samples / rate:.3f} s")
    lossless = bool(LOSSLESS.match(codec))
    whole = lossless and kind not in ("flt", "dbl")
    leading, trailing = _silence(log, samples / rate)
    return facts.AudioFacts(
        container=declared.container,
        codec=codec,
        lossless=lossless,
        rate=rate,
        channels=channels,
        depth=int(stream[5] or DEPTHS[kind]) if lossless else None,
        real_depth=max(int(bits) for bits in re.findall(r"Bit depth: \d+/(\d+)", log)) if whole else None,
        floating=lossless and not whole,
        samples=samples,
        pcm_sha256=heard.digest.hexdigest(),
        loudness=heard.loudness,
        leading_silence=leading,
        trailing_silence=trailing,
        clipped_samples=_clipped(log),
        dc_offset=_dc_offset(log),
        dual_mono=channels == 2 and heard.dual_mono,  # noqa: PLR2004  # a stereo pair
    )


def _silence(log: str, seconds: float) -> tuple[float, float]:
    """Seconds of silence at the beginning and the end, from silencedetect's lines."""
    starts = [float(found) for found in re.findall(r"silence_start: (-?[\d.]+)", log)]
    ends = [float(found) for found in re.findall(r"silence_end: (-?[\d.]+)", log)]
    ends += [seconds] * (len(starts) - len(ends))
    leading = ends[0] if starts and starts[0] <= 0 else 0.0
    trailing = seconds - starts[-1] if starts and ends[-1] >= seconds - 0.001 else 0.0
    return round(min(leading, seconds), 3), round(min(max(trailing, 0.0), seconds), 3)


def _clipped(log: str) -> int:
    """Samples at full scale over all channels; 0 when the peak is below it."""
    peaks = re.findall(r"Peak level dB: (\S+)", log)
    counts = re.findall(r"Peak count: (\d+)", log)
    return sum(int(count) for peak, count in zip(peaks, counts, strict=True) if float(peak) >= FULL_SCALE_DB)


def _dc_offset(log: str) -> float:
    """The mean of the samples, as a part of full scale."""
    found = re.findall(r"DC offset: (-?[\d.]+)", log)
    return round(float(found[-1]), 6) if found else 0.0
