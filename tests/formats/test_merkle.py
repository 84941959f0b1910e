from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from pressroom.formats import merkle

HASHES = st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=40)


def naive(leaves: list[bytes]) -> bytes:
    """The root of leaves filled up with zeros, by the book (BEP 52, "pieces root")."""
    row = leaves + [bytes(32)] * (merkle.power_of_two(len(leaves)) - len(leaves))
    while len(row) > 1:
        row = [hashlib.sha256(row[at] + row[at + 1]).digest() for at in range(0, len(row), 2)]
    return row[0]


@given(HASHES)
def test_a_root_stands_above_leaves_filled_up_with_zeros(leaves: list[bytes]) -> None:
    """The tree is as if all the missing leaves were there."""
    assert naive(leaves) == merkle.root(b"".join(leaves))


@given(HASHES, st.sampled_from([1, 2, 4, 8]))
def test_a_layer_has_the_root_of_the_leaves_below_it(leaves: list[bytes], blocks: int) -> None:
    """The hashes of pieces give the root that all leaves give, where the last piece is filled up with zeros."""
    filled = leaves + [bytes(32)] * (-len(leaves) % blocks)
    layer = [merkle.root(b"".join(filled[at : at + blocks])) for at in range(0, len(filled), blocks)]
    assert naive(filled) == merkle.root(b"".join(layer), blocks=blocks)


def test_powers_of_two() -> None:
    """The smallest that is not below a number."""
    assert [1, 1, 2, 4, 4, 8, 1024] == [merkle.power_of_two(number) for number in (0, 1, 2, 3, 4, 5, 1000)]
    assert [1, 2, 4, 8] == [number for number in range(-4, 10) if merkle.is_power_of_two(number)]
