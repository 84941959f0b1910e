"""Loudness figures: gating, albums, and the numbers that players read from tags."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ABSOLUTE_GATE = -7000
"""Hundredths of LUFS: what is quieter is silence (ITU-R BS.1770-4)."""
_RELATIVE_GATE = -1000
_REPLAYGAIN_REFERENCE = -18.0
_R128_REFERENCE = -23.0


def integrated(blocks: Mapping[int, int]) -> float | None:
    """The integrated loudness in LUFS, to 0.01, of a histogram of blocks (ITU-R BS.1770-4, annex 1, gating).

    Keys are the loudness of 400 ms blocks, one every 100 ms, in hundredths of LUFS; values are how many blocks have it.
    Blocks must be louder than -70 LUFS, and then louder than 10 LU below the mean of those that are. None when none is.
    """
    audible = {level: count for level, count in blocks.items() if level > ABSOLUTE_GATE and count}
    if not audible:
        return None
    gate = _mean(audible) + _RELATIVE_GATE
    return round(_mean({level: count for level, count in audible.items() if level > gate}) / 100, 2)


def merged(histograms: Iterable[Mapping[int, int]]) -> dict[int, int]:
    """One histogram of all the blocks, in the order of its keys.

    An album's loudness is that of its tracks played as one programme (ReplayGain 2.0 specification, "Album gain").
    """
    blocks: Counter[int] = Counter()
    for histogram in histograms:
        blocks.update(histogram)
    return dict(sorted(blocks.items()))


def replaygain(lufs: float) -> str:
    """The gain in dB to -18 LUFS, as in the tag REPLAYGAIN_TRACK_GAIN: `-5.10 dB` (ReplayGain 2.0 specification)."""
    gain = round(_REPLAYGAIN_REFERENCE - lufs, 2) + 0.0  # adding 0.0 makes a negative zero positive
    return f"{gain:.2f} dB"


def peak(dbtp: float) -> str:
    """The true peak of `dbtp` as a linear factor with six decimals, as in the tag REPLAYGAIN_TRACK_PEAK.

    Full scale is 1.0 and a peak above it says so: a player that avoids clipping needs to know by how much.
    """
    return f"{10 ** (dbtp / 20):.6f}"


def r128(lufs: float) -> int:
    """The gain to -23 LUFS in 1/256 dB (Q7.8), as in Opus' tag R128_TRACK_GAIN (RFC 7845, section 5.2.1), within 16 bits."""
    return max(-32768, min(32767, round((_R128_REFERENCE - lufs) * 256)))


def db(linear: float) -> float:
    """A linear factor of amplitude in decibels (IEC 60027-3: 20 lg); minus infinity for silence."""
    return 20 * math.log10(linear) if linear else -math.inf


def _mean(blocks: Mapping[int, int]) -> float:
    """The loudness in hundredths of LUFS of the mean energy of the blocks.

    The constant -0.691 of the specification is on both sides and cancels out.
    """
    energy = math.fsum(count * 10 ** (level / 1000) for level, count in blocks.items())
    return 1000 * math.log10(energy / sum(blocks.values()))
