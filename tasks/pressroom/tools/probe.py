"""Facts of a master, by reading all of it once."""

from __future__ import annotations

import hashlib
import math
import re
from array import array
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from pressroom.errors import MachineError, ReleaseError, ToolError
from pressroom.formats import facts, loudness
from pressroom.plan import Step
from pressroom.tools import ffmpeg, headers, notes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pressroom.plan import Work

SHORTEST_SECONDS = 0.1
STREAM = re.compile(r"Stream #0:\d+\S*: Audio: (\w+)[^,]*, (\d+) Hz, [^,]+, (\w+)(?: \((\d+) bit\))?")
DEPTHS = {"u8": 8, "s16": 16, "s32": 32, "flt": 32, "dbl": 64, "s64": 64}
FULL_SCALE = tuple(bytes.fromhex(value) for value in ("0000ff7f", "00ffff7f", "ffffff7f", "00000080"))
"""The highest samples of 16, 24 and 32 bits and the lowest of all, as `AudioFacts.pcm_sha256` sees them."""
SAMPLE_BYTES = 4
HALF_FILLED_BLOCKS = 3
"""The loudness of 400 ms is told every 100 ms from the beginning on."""


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
        notes.write(work, self.facts, audio_facts(work, self.source))


def audio_facts(work: Work, path: Path) -> facts.AudioFacts:
    """The facts of an audio file; raises ReleaseError."""
    declared = headers.header(path)
    samples, blocks = _Samples(floating=declared.floating), _Blocks()
    try:
        log = ffmpeg.run(
            work,
            probe_arguments(path, declared),
            making=path,
            seconds=declared.seconds,
            readers={"pcm": samples.read, "blocks": blocks.read},
        )
    except MachineError:
        raise
    except ToolError as error:
        raise ReleaseError(f"{error}\n  it is not whole, or not what its name says; export or copy it again") from error
    return _facts(path, declared, samples, blocks, log)


def probe_arguments(path: Path, declared: headers.Header) -> list[str]:
    """One decode, three readings: the samples, the loudness blocks, and the statistics in the log."""
    audio = ffmpeg.source(path, **dict(declared.reading))
    parts = audio.filter_multi_output("asplit", 2)
    blocks = parts[0].filter("ebur128", peak="true", metadata=1, framelog="quiet")
    blocks = blocks.filter("ametadata", mode="print", file="pipe:@blocks")
    stats = parts[1].filter("astats", measure_perchannel="DC_offset", measure_overall="none")
    stats = stats.filter("silencedetect", noise="-60dB", d=0.02)
    pcm = "f32le" if declared.floating else "s32le"
    outputs = (
        audio.output("pipe:@pcm", f=pcm, **{"c:a": f"pcm_{pcm}"}),
        blocks.output("-", f="null"),
        stats.output("-", f="null"),
    )
    # Lossless decoding is exact on every CPU, and what is summed in doubles is rounded to hundredths.
    return ffmpeg.arguments(*outputs, portable=not declared.lossless)


@dataclass
class _Samples:
    """The decoded samples, read in constant memory: digest, count, bits in use, samples at full scale, whether left is right.

    `bits` holds as many samples side by side as a piece of the pipe has, each bit set that one of them has set.
    """

    floating: bool
    digest: hashlib._Hash = field(default_factory=hashlib.sha256)
    count: int = 0
    bits: int = 0
    clipped: int = 0
    paired: bool = True
    rest: bytes = b""

    def read(self, chunk: bytes) -> None:
        """A piece of the samples."""
        self.digest.update(chunk)
        chunk = self.rest + chunk
        whole = len(chunk) // (2 * SAMPLE_BYTES) * 2 * SAMPLE_BYTES
        chunk, self.rest = chunk[:whole], chunk[whole:]
        self._take(chunk)

    def end(self) -> None:
        """Take what is left of an odd number of samples."""
        self._take(self.rest)
        self.rest = b""

    @property
    def depth(self) -> int:
        """The bits that samples use, from the highest that there is to the lowest that is not always 0."""
        used = 0
        for value in array("I", self.bits.to_bytes(ffmpeg.PIECE, "little")):
            used |= value
        return 33 - (used & -used).bit_length() if used else 0

    def _take(self, chunk: bytes) -> None:
        """Count whole samples."""
        self.count += len(chunk) // SAMPLE_BYTES
        self.bits |= int.from_bytes(chunk, "little")
        self.clipped += _floats_over(chunk) if self.floating else _integers_over(chunk)
        if self.paired:
            values = array("i", chunk)
            self.paired = values[0::2] == values[1::2]


@dataclass
class _Blocks:
    """The loudness of each 400 ms, and the running values of which the last is that of the whole."""

    line: bytes = b""
    frames: int = 0
    levels: Counter[int] = field(default_factory=Counter)
    last: dict[bytes, float] = field(default_factory=dict)

    def read(self, chunk: bytes) -> None:
        """A piece of ametadata's text: `frame:N ...`, then `lavfi.r128.M=-12.345` and its like."""
        *lines, self.line = (self.line + chunk).split(b"\n")
        for line in lines:
            name, _, value = line.partition(b"=")
            if value:
                self._take(name, float(value))
            else:
                self.frames += 1

    def _take(self, name: bytes, value: float) -> None:
        """One value of a frame."""
        if name != b"lavfi.r128.M":
            self.last[name] = value
        # Silence after sound is no number either: the meter's running sum ends a little below 0.
        elif (
            math.isfinite(value) and self.frames > HALF_FILLED_BLOCKS and (level := round(value * 100)) > loudness.ABSOLUTE_GATE
        ):
            self.levels[level] += 1

    @property
    def loudness(self) -> facts.Loudness:
        """The loudness of the whole."""
        peak = self.last.get(b"lavfi.r128.true_peak", 0.0)
        integrated = loudness.integrated(self.levels)
        return facts.Loudness(
            integrated=integrated,
            range=None if integrated is None else round(self.last.get(b"lavfi.r128.LRA", 0.0), 2),
            true_peak=round(loudness.db(peak), 2) if peak else None,
            blocks=tuple(sorted(self.levels.items())),
        )


def _facts(
    path: Path, declared: headers.Header, heard: _Samples, blocks: _Blocks, log: Sequence[ffmpeg.Line]
) -> facts.AudioFacts:
    """What the header, the samples and the log say together; raises ReleaseError where they disagree."""
    heard.end()
    stream = next((found for line in log if not line.source and (found := STREAM.match(line.text))), None)
    stats = [line.text for line in log if "astats" in line.source]
    channels = len(_found(r"Channel: (\d+)", stats))
    if stream is None or not channels:
        raise ReleaseError(f"{path}: no audio in it")
    codec, rate, kind = stream[1], int(stream[2]), stream[3].removesuffix("p")
    offsets = _found(r"DC offset: (-?[\d.]+)", stats)
    if len(offsets) < channels:
        raise ReleaseError(f"{path}: it holds samples that are not numbers; export it again")
    samples = heard.count // channels
    if declared.samples and samples < declared.samples - declared.slack:
        raise ReleaseError(f"{path}: the file is cut short: {declared.samples} samples are declared, {samples} are in it")
    if samples < SHORTEST_SECONDS * rate:
        raise ReleaseError(f"{path}: too short: expected {SHORTEST_SECONDS} s or more, got {samples / rate:.3f} s")
    floating = declared.lossless and kind in ("flt", "dbl")
    silences = [line.text for line in log if "silencedetect" in line.source]
    leading, trailing = _silence(silences, samples / rate)
    return facts.AudioFacts(
        container=declared.container,
        codec=codec,
        lossless=declared.lossless,
        rate=rate,
        channels=channels,
        depth=int(stream[4] or DEPTHS[kind]) if declared.lossless else None,
        real_depth=heard.depth if declared.lossless and not floating else None,
        floating=floating,
        samples=samples,
        pcm_sha256=heard.digest.hexdigest(),
        loudness=blocks.loudness,
        leading_silence=leading,
        trailing_silence=trailing,
        clipped_samples=heard.clipped,
        dc_offset=_farthest(offsets),
        dual_mono=channels == 2 and heard.paired,  # noqa: PLR2004  # a stereo pair
    )


def _found(pattern: str, texts: Sequence[str]) -> list[str]:
    """The group of a pattern in each of the lines that have it."""
    return [found[1] for text in texts if (found := re.match(pattern, text))]


def _farthest(values: Sequence[str]) -> float:
    """The value that is farthest from 0, which is never a negative 0."""
    numbers = [float(value) for value in values]
    low, high = min(numbers), max(numbers)
    return round(low if -low > high else high, 6) + 0.0


def _silence(lines: Sequence[str], seconds: float) -> tuple[float, float]:
    """Seconds of silence at the beginning and the end, from silencedetect's lines; both are all of it where all is silent."""
    starts = [float(found) for found in _found(r"silence_start: (-?[\d.]+)", lines)]
    ends = [float(found) for found in _found(r"silence_end: (-?[\d.]+)", lines)]
    ends += [seconds] * (len(starts) - len(ends))
    leading = ends[0] if starts and starts[0] <= 0 else 0.0
    trailing = seconds - starts[-1] if starts and ends[-1] >= seconds - 0.001 else 0.0
    return round(min(leading, seconds), 3), round(min(max(trailing, 0.0), seconds), 3)


def _integers_over(chunk: bytes) -> int:
    """How many integer samples of a piece are at full scale."""
    highest_bytes = chunk[SAMPLE_BYTES - 1 :: SAMPLE_BYTES]
    if b"\x7f" not in highest_bytes and b"\x80" not in highest_bytes:
        return 0  # so it is nearly everywhere, and this is ten times as fast
    return sum(_occurrences(value, chunk) for value in FULL_SCALE)


def _occurrences(value: bytes, chunk: bytes) -> int:
    """How many samples of a piece have a value."""
    count, place = 0, chunk.find(value)
    while place >= 0:
        count += place % SAMPLE_BYTES == 0
        place = chunk.find(value, place + 1)
    return count


def _floats_over(chunk: bytes) -> int:
    """How many floating-point samples of a piece are at full scale or above."""
    values = array("f", chunk)
    if not values or (max(values) < 1 and min(values) > -1):
        return 0
    return sum(abs(value) >= 1 for value in values)
