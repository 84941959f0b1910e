"""Loudness and true peak, as ffmpeg's meter tells them through a pipe.

Nothing is read from the log that filters write: its lines are torn where two threads of ffmpeg write at once.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from pressroom.formats import facts, loudness

HALF_FILLED_BLOCKS = 3
"""The loudness of 400 ms is told every 100 ms from the beginning on."""


def metered(audio: Any) -> Any:  # noqa: ANN401  # ffmpeg-python's stream
    """The audio with what the meter says after each 100 ms, which goes to `pipe:@meters`."""
    meter = audio.filter("ebur128", peak="true", metadata=1, framelog="quiet")
    return meter.filter("ametadata", mode="print", file="pipe:@meters")


@dataclass
class Meters:
    """The loudness of each 400 ms, and the running values of which the last is that of the whole."""

    frames: int = 0
    levels: Counter[int] = field(default_factory=Counter)
    last: dict[bytes, float] = field(default_factory=dict)

    def take(self, name: bytes, value: float) -> None:
        """One value of a frame."""
        if name != b"lavfi.r128.M":
            self.last[name] = value
            return
        self.frames += 1
        # Silence after sound is no number either: the meter's running sum ends a little below 0.
        if math.isfinite(value) and self.frames > HALF_FILLED_BLOCKS and (level := round(value * 100)) > loudness.ABSOLUTE_GATE:
            self.levels[level] += 1

    @property
    def channels(self) -> int:
        """How many channels were heard."""
        return sum(name.startswith(b"lavfi.r128.true_peaks_ch") for name in self.last)

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
