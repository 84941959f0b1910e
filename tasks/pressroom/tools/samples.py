"""The decoded samples of a recording, read piece by piece in constant memory."""

from __future__ import annotations

import hashlib
import math
from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pressroom.tools import ffmpeg

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TypeAlias

    Values: TypeAlias = "array[int] | array[float]"

FULL_SCALE = tuple(bytes.fromhex(value) for value in ("0000ff7f", "00ffff7f", "ffffff7f", "00000080"))
"""The highest samples of 16, 24 and 32 bits and the lowest of all, as `AudioFacts.pcm_sha256` sees them."""
SAMPLE_BYTES = 4
QUIET = 0.001
"""A part of full scale, -60 dBFS: what stays below it at the ends is silence."""
STEREO = 2
STRETCH = 256
"""Samples that are looked at together for sound."""


@dataclass
class Samples:
    """What there is to say of interleaved 32-bit samples.

    `count` is of all channels, `sums` of each; `clipped` are at full scale; `paired` says that left is as right;
    `quiet_before` and `quiet_after` are silent at the ends. `bits` holds as many samples side by side as a piece of the pipe
    has, each bit set that one of them has set.
    """

    floating: bool
    channels: int
    digest: hashlib._Hash = field(default_factory=hashlib.sha256)
    count: int = 0
    bits: int = 0
    clipped: int = 0
    paired: bool = True
    quiet_before: int = 0
    quiet_after: int = 0
    rest: bytes = b""
    sums: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.sums = [0] * self.channels

    def read(self, chunk: bytes) -> None:
        """A piece of the samples."""
        self.digest.update(chunk)
        chunk = self.rest + chunk
        frame = SAMPLE_BYTES * math.lcm(2, self.channels)
        whole = len(chunk) // frame * frame
        chunk, self.rest = chunk[:whole], chunk[whole:]
        self._take(chunk)

    def end(self) -> None:
        """Take what is left."""
        self._take(self.rest)
        self.rest = b""

    @property
    def offsets(self) -> list[float]:
        """The mean of each channel, as a part of full scale; not finite where a sample is no number."""
        scale = (1 if self.floating else 2**31) * max(1, self.count // self.channels)
        return [total / scale for total in self.sums]

    @property
    def depth(self) -> int:
        """The bits that samples use, from the highest that there is to the lowest that is not always 0."""
        used = 0
        for value in array("I", self.bits.to_bytes(ffmpeg.PIECE, "little")):
            used |= value
        return 33 - (used & -used).bit_length() if used else 0

    def _take(self, chunk: bytes) -> None:
        """Count whole samples."""
        self.bits |= int.from_bytes(chunk, "little")
        self.clipped += _floats_over(chunk) if self.floating else _integers_over(chunk)
        values = array("f" if self.floating else "i", chunk)
        apart = [values[channel :: self.channels] for channel in range(self.channels)]
        self.sums = [so_far + sum(channel) for so_far, channel in zip(self.sums, apart, strict=True)]
        self.paired = self.paired and len(apart) == STEREO and apart[0] == apart[1]
        self._listen(values)
        self.count += len(values)

    def _listen(self, values: Values) -> None:
        """Follow the silence at the ends."""
        limit = QUIET if self.floating else QUIET * 2**31
        starts = range(0, len(values), STRETCH)
        last = max(_loud(values, limit, reversed(starts)), default=None)
        if self.quiet_before == self.count:
            self.quiet_before += min(_loud(values, limit, starts), default=len(values))
        self.quiet_after = self.quiet_after + len(values) if last is None else len(values) - 1 - last


def _loud(values: Values, limit: float, starts: Iterable[int]) -> list[int]:
    """The places of what is to be heard, in the first of some stretches that has any."""
    for start in starts:
        stretch = values[start : start + STRETCH]
        if max(stretch) >= limit or min(stretch) <= -limit:
            return [start + place for place, value in enumerate(stretch) if abs(value) >= limit]
    return []


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
