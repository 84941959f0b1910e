"""Facts of a master, by reading all of it once."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pressroom.errors import ReleaseError
from pressroom.formats import facts
from pressroom.plan import OUTPUT, Step
from pressroom.tools import ffmpeg, headers, notes
from pressroom.tools.meters import Meters, metered
from pressroom.tools.samples import Samples

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pressroom.plan import Work

SHORTEST_SECONDS = 0.1
STREAM = re.compile(r"Stream #0:\d+\S*: Audio: (\w+)[^,]*, (\d+) Hz, [^,]+, (\w+)(?: \((\d+) bit\))?")
DEPTHS = {"u8": 8, "s16": 16, "s32": 32, "flt": 32, "dbl": 64, "s64": 64}


@dataclass(frozen=True, kw_only=True)
class Probe(Step):
    """Reads a master once: what it is, how long, how loud."""

    source: Path
    facts: Path = field(metadata=OUTPUT)

    @property
    def tools(self) -> tuple[str, ...]:
        """It decodes with ffmpeg, and mutagen reads the header of what is compressed."""
        return ("ffmpeg", "mutagen")

    @property
    def pace(self) -> float:
        """It decodes the master once, for all meters."""
        return 50e6

    def run(self, work: Work) -> None:
        """Write the facts; raises ReleaseError for a master that is not whole, not audio, or not what its name says."""
        notes.write(work, self.facts, audio_facts(work, self.source))


def audio_facts(work: Work, path: Path) -> facts.AudioFacts:
    """The facts of an audio file; raises ReleaseError."""
    declared = headers.header(path)
    samples, meters = Samples(floating=declared.floating, channels=declared.channels), Meters()
    with ffmpeg.authors_file(ffmpeg.NOT_WHOLE):
        log = ffmpeg.run(
            work,
            probe_arguments(path, declared),
            making=path,
            seconds=declared.seconds,
            readers={"pcm": samples.read, "meters": ffmpeg.metadata(meters.take)},
        )
    samples.end()
    return _facts(path, declared, samples, meters, log)


def probe_arguments(path: Path, declared: headers.Header) -> list[str]:
    """One decode, two readings: the samples, and what the meters say after each 100 ms."""
    audio = ffmpeg.source(path, **dict(declared.reading))
    pcm = "f32le" if declared.floating else "s32le"
    outputs = (audio.output("pipe:@pcm", f=pcm, **{"c:a": f"pcm_{pcm}"}), metered(audio).output("-", f="null"))
    # Lossless decoding is exact on every CPU, and what is summed in doubles is rounded to hundredths.
    return ffmpeg.arguments(*outputs, portable=not declared.lossless)


def _facts(
    path: Path, declared: headers.Header, heard: Samples, meters: Meters, log: Sequence[ffmpeg.Line]
) -> facts.AudioFacts:
    """What the header, the samples, the meters and the log say together; raises ReleaseError where they disagree."""
    stream = next((found for line in log if not line.source and (found := STREAM.match(line.text))), None)
    # The meter says nothing of less than 100 ms.
    channels = meters.channels or (declared.channels if heard.count else 0)
    if stream is None or not channels:
        raise ReleaseError(f"{path}: no audio in it")
    codec, rate, kind = stream[1], int(stream[2]), stream[3].removesuffix("p")
    if not all(map(math.isfinite, heard.offsets)):
        raise ReleaseError(f"{path}: it holds samples that are not numbers; export it again")
    samples = heard.count // channels
    if declared.samples and samples < declared.samples - declared.slack:
        raise ReleaseError(f"{path}: the file is cut short: {declared.samples} samples are declared, {samples} are in it")
    if samples < SHORTEST_SECONDS * rate:
        raise ReleaseError(f"{path}: too short: expected {SHORTEST_SECONDS} s or more, got {samples / rate:.3f} s")
    floating = declared.lossless and kind in ("flt", "dbl")
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
        loudness=meters.loudness,
        leading_silence=round(heard.quiet_before // channels / rate, 3),
        trailing_silence=round(heard.quiet_after // channels / rate, 3),
        clipped_samples=heard.clipped,
        dc_offset=_farthest(heard.offsets),
        dual_mono=heard.paired,
    )


def _farthest(offsets: Sequence[float]) -> float:
    """The offset that is farthest from 0, which is never a negative 0."""
    low, high = min(offsets), max(offsets)
    return round(low if -low > high else high, 6) + 0.0
