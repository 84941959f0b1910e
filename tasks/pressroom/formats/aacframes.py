"""Frames of AAC: what must be alike in two of them that are to follow each other (ISO/IEC 14496-3, 4.4.2)."""

from __future__ import annotations

_SINGLE, _PAIR = 0, 1
"""Elements: one channel, two channels (4.5.2.1)."""
_HEAD = 4
"""Bytes that hold all of it; a frame of silence has more."""


def windows(frame: bytes) -> tuple[int, int] | None:
    """The window sequence and shape of all channels of a raw_data_block with one or two; None where they differ, or for more.

    A decoder overlaps each frame with the half that the frame before it left. So two encodes of the same sound can be joined
    where they have the same windows: what one window folds is unfolded by its like, whoever encoded it (4.6.11).
    """
    bits = int.from_bytes(frame[:_HEAD], "big")
    element, common = bits >> 29, bits >> 24 & 1
    if len(frame) < _HEAD:
        return None
    if element == _SINGLE:
        # Element and its tag, global gain, a reserved bit.
        place = 3 + 4 + 8 + 1
    elif element == _PAIR and common:
        # Element and its tag, that both channels have one window, a reserved bit.
        place = 3 + 4 + 1 + 1
    else:
        return None
    return bits >> (32 - place - 2) & 3, bits >> (32 - place - 3) & 1
