"""The hash trees of BitTorrent v2 (BEP 52, "file tree"): binary, SHA-256, over the 16 KiB blocks of one file."""

from __future__ import annotations

import hashlib
from functools import cache

BLOCK = 16 << 10
"""Bytes of a file below one leaf."""
HASH = 32
"""Bytes of a hash."""


def root(hashes: bytes, *, blocks: int = 1) -> bytes:
    """The root above a row of hashes, filled up on the right to a power of two; each stands above `blocks` leaves.

    What fills up is the root of as many zeros instead of leaf hashes. The root of a single hash is itself.
    """
    while len(hashes) > HASH:
        hashes = above(hashes, filler=zeros(blocks))
        blocks *= 2
    return hashes


def above(hashes: bytes, *, filler: bytes) -> bytes:
    """The next row of a tree, half as long; `filler` stands beside a last hash that has no neighbour."""
    if len(hashes) % (2 * HASH):
        hashes += filler
    pairs = range(0, len(hashes), 2 * HASH)
    return b"".join([hashlib.sha256(hashes[at : at + 2 * HASH], usedforsecurity=False).digest() for at in pairs])


@cache
def zeros(blocks: int) -> bytes:
    """What stands for a subtree of `blocks` leaves (a power of two) behind the end of a file."""
    if blocks == 1:
        return bytes(HASH)
    return hashlib.sha256(zeros(blocks // 2) * 2, usedforsecurity=False).digest()


def is_power_of_two(number: int) -> bool:
    """Whether a number is 1, 2, 4, 8 ..."""
    return number > 0 and not number & (number - 1)


def power_of_two(number: int) -> int:
    """The smallest power of two that is not below a number."""
    return 1 << max(0, number - 1).bit_length()
