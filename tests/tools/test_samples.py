from __future__ import annotations

import struct
from itertools import pairwise

import pytest

from pressroom.tools import samples


def heard(*values: int) -> samples.Samples:
    """What there is to say of samples."""
    found = samples.Samples(floating=False, channels=1)
    found.read(struct.pack(f"<{len(values)}i", *values))
    found.end()
    return found


def test_bytes_of_two_samples_are_not_one_at_full_scale() -> None:
    """Only whole samples count, though the bytes of two neighbours may look like one."""
    assert 0 == samples._integers_over(struct.pack("<2I", 0x0000_1234, 0x7F00_7FFF))
    assert 1 == samples._integers_over(struct.pack("<2I", 0x0000_1234, 0x7FFF_0000))


def test_a_piece_may_end_anywhere() -> None:
    """What is read does not depend on where the pipe is cut."""
    pcm = struct.pack("<8i", 5 << 8, 5 << 8, 0x7FFF0000, 0x7FFF0000, 1 << 10, 1 << 10, -1 << 9, -1 << 9)
    for first, second in pairwise(range(0, len(pcm), 3)):
        found = samples.Samples(floating=False, channels=2)
        for piece in (pcm[:first], pcm[first:second], pcm[second:]):
            found.read(piece)
        found.end()
        assert (8, 24, 2, True) == (found.count, found.depth, found.clipped, found.paired)


@pytest.mark.parametrize(
    ("values", "before", "after"),
    [
        ([], 0, 0),
        ([0] * 9000, 9000, 9000),
        ([0] * 9000 + [1 << 30], 9000, 0),
        ([-1 << 30] + [5] * 9000, 0, 9000),
        ([0] * 5 + [1 << 24] + [0] * 4096 + [-1 << 24] + [2_147_483] * 7, 5, 7),
        ([2_147_484, 0, 0], 0, 2),
    ],
)
def test_silence_ends_at_60_db_below_full_scale(values: list[int], before: int, after: int) -> None:
    """A pause within is no silence at the ends; all is silent from both when nothing is heard."""
    whole = heard(*values)
    pieces = samples.Samples(floating=False, channels=1)
    for value in values:
        pieces.read(struct.pack("<i", value))
    pieces.end()
    assert (before, after) == (whole.quiet_before, whole.quiet_after)
    assert (before, after) == (pieces.quiet_before, pieces.quiet_after)


def test_each_channel_has_its_mean() -> None:
    """Wherever the pipe is cut, and also when the number of samples is odd."""
    pcm = struct.pack("<9i", *([1 << 30, -(1 << 29), 0] * 3))
    found = samples.Samples(floating=False, channels=3)
    for start in range(0, len(pcm), 7):
        found.read(pcm[start : start + 7])
    found.end()
    assert [0.5, -0.25, 0.0] == found.offsets
