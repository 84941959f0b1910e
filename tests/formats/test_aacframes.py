"""Frames of AAC: their windows."""

from __future__ import annotations

import pytest

from pressroom.formats.aacframes import windows


def packed(*fields: tuple[int, int]) -> bytes:
    """Values in so many bits each, one after the other, with ones behind them."""
    text = "".join(f"{value:0{bits}b}" for bits, value in fields)
    return int(text.ljust(48, "1"), 2).to_bytes(6, "big")


@pytest.mark.parametrize("sequence", range(4))
@pytest.mark.parametrize("shape", range(2))
def test_windows_are_read_where_they_stand(sequence: int, shape: int) -> None:
    """Of one channel behind its gain, of two in what both have."""
    told = ((1, 0), (2, sequence), (1, shape))
    assert (sequence, shape) == windows(packed((3, 0), (4, 5), (8, 200), *told))
    assert (sequence, shape) == windows(packed((3, 1), (4, 5), (1, 1), *told))


@pytest.mark.parametrize("frame", [packed((3, 1), (4, 0), (1, 0)), packed((3, 3), (4, 0)), b"", b"\x21\x10\x04"])
def test_channels_that_differ_tell_nothing(frame: bytes) -> None:
    """Nor do more than two, nor what is cut short."""
    assert windows(frame) is None
