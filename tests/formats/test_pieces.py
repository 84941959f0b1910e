"""How a payload is cut: every byte is hashed once, in the right order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressroom.formats import pieces
from pressroom.formats.pieces import MIB, Layout, Part, Stretch

K = 1 << 14
SIZES = st.lists(st.sampled_from([0, 1, K - 1, K, K + 1, 2 * K, 5 * K + 3]) | st.integers(0, 6 * K), max_size=8)


@given(SIZES, st.sampled_from([K, 2 * K, 4 * K]))
def test_unaligned_pieces_are_those_of_all_files_behind_each_other(sizes: list[int], length: int) -> None:
    """Every byte of the payload stands in one stretch, in order, and each stretch but the last ends with a piece (BEP 3)."""
    cut = list(pieces.v1_stretches(sizes, Layout(length, aligned=False)))
    assert walked(sizes) == covered(cut)
    assert [0] * len(cut[:-1]) == [sum(part.length for part in stretch.parts) % length for stretch in cut[:-1]]
    assert {0} >= {stretch.padding for stretch in cut}
    assert all(len(stretch.parts) == 1 or sum(part.length for part in stretch.parts) <= length for stretch in cut)


@given(SIZES, st.sampled_from([K, 2 * K, 4 * K]))
def test_aligned_pieces_are_of_one_file_each(sizes: list[int], length: int) -> None:
    """Every stretch is of one file; zeros fill the last piece of each file but the last one with bytes (BEP 47)."""
    cut = list(pieces.v1_stretches(sizes, Layout(length, aligned=True)))
    assert walked(sizes) == covered(cut)
    assert all(len(stretch.parts) == 1 for stretch in cut)
    whole = [sum(part.length for part in stretch.parts) + stretch.padding for stretch in cut]
    assert [0] * len(whole[:-1]) == [size % length for size in whole[:-1]]
    assert sum(sizes) + sum(pieces.padding(sizes, length)) == sum(whole)


@given(SIZES, st.sampled_from([K, 2 * K]), st.booleans())
def test_pieces_are_counted_without_cutting(sizes: list[int], length: int, aligned: bool) -> None:  # noqa: FBT001  # drawn
    """The count is that of the hashes there will be."""
    cut = Layout(length, aligned)
    found = sum(-(-(sum(part.length for part in one.parts) + one.padding) // length) for one in pieces.v1_stretches(sizes, cut))
    assert found == pieces.count(sizes, cut, "v1")


def walked(sizes: list[int]) -> list[Part]:
    """All bytes, file by file."""
    return [Part(file, 0, size) for file, size in enumerate(sizes) if size]


def covered(cut: list[Stretch]) -> list[Part]:
    """The bytes of stretches, with what follows each other in one file put together."""
    found: list[Part] = []
    for part in (part for stretch in cut for part in stretch.parts):
        last = found[-1] if found else None
        if last and (last.file, last.start + last.length) == (part.file, part.start):
            found[-1] = last._replace(length=last.length + part.length)
        else:
            found.append(part)
    return found


def test_a_long_file_is_cut_in_strides() -> None:
    """So that threads share it; the last stride has the padding."""
    size = 2 * pieces.STRIDE + 5
    assert [
        Stretch("v2", MIB, (Part(3, 0, pieces.STRIDE),)),
        Stretch("v2", MIB, (Part(3, pieces.STRIDE, pieces.STRIDE),)),
        Stretch("v2", MIB, (Part(3, 2 * pieces.STRIDE, 5),), padding=MIB - 5),
    ] == list(pieces.v2_stretches(3, size, MIB))


@pytest.mark.parametrize(
    ("size", "padding"), [(1, K - 1), (K, 0), (K + 1, K - 1), (3 * K, K), (5 * K, 3 * K), (MIB, 0), (MIB + 1, MIB - 1)]
)
def test_a_small_file_has_a_tree_of_its_own_size(size: int, padding: int) -> None:
    """Up to one piece, leaves are filled up to a power of two; beyond, to whole pieces (BEP 52)."""
    assert [padding] == [stretch.padding for stretch in pieces.v2_stretches(0, size, MIB)]


def test_zeros_stand_before_files_with_bytes() -> None:
    """An empty file needs no padding, nor does the last one (as libtorrent without tail padding)."""
    assert (0, 0, K - 100) == pieces.padding([100, 0, 100], K)
    assert (0, 0, 0, K - 1) == pieces.padding([K, K + 1, 0, 5], K)
    assert () == pieces.padding([], K)


@pytest.mark.parametrize(
    ("mebibytes", "length"),
    [(0, 64), (64, 64), (65, 128), (256, 128), (512, 256), (1024, 512), (2048, 1024), (4096, 2048), (8192, 4096)],
)
def test_the_table_of_piece_lengths(mebibytes: int, length: int) -> None:
    """1,000 to 2,000 pieces for what people share."""
    assert length << 10 == pieces.piece_length(mebibytes * MIB)


def test_a_huge_payload_has_the_longest_pieces() -> None:
    """Beyond 16 GiB they grow no further."""
    assert [8 * MIB, 16 * MIB, 16 * MIB] == [pieces.piece_length(size << 30) for size in (16, 17, 1024)]


def test_v1_is_aligned_while_that_is_cheap() -> None:
    """Ten per cent of padding, and no more; never with web seeds, always with v2; the author's wish counts."""
    cheap, dear = [90 * K + 1] * 4, [K + 1] * 4
    assert Layout(64 << 10, aligned=True) == pieces.layout(cheap)
    assert not pieces.layout(dear).aligned
    assert not pieces.layout(cheap, webseeds=True).aligned
    assert pieces.layout(cheap, webseeds=True, align=True).aligned
    assert not pieces.layout(cheap, align=False).aligned
    assert pieces.layout(dear, version="hybrid", webseeds=True).aligned
    assert Layout(MIB, aligned=False) == pieces.layout(cheap, piece=MIB)


@pytest.mark.parametrize(("padding", "aligned"), [(2000, True), (2001, False)])
def test_ten_per_cent_is_the_limit(padding: int, aligned: bool) -> None:  # noqa: FBT001  # a table
    """Just so much is taken, and one byte more is not."""
    sizes = [K - padding, 20_000 - (K - padding)]
    assert padding == sum(pieces.padding(sizes, K))
    assert aligned == pieces.layout(sizes, piece=K).aligned


def test_a_key_says_all_that_the_hashes_follow_from() -> None:
    """Other bytes, another place, piece length, method or padding are another key; another number of the file is not."""
    one, two = "1" * 64, "2" * 64
    stretch = Stretch("v1", K, (Part(0, 0, 5),))
    changed = [
        stretch._replace(method="v2"),
        stretch._replace(piece_length=2 * K),
        stretch._replace(padding=3),
        stretch._replace(parts=(Part(0, 1, 5),)),
        stretch._replace(parts=(Part(0, 0, 6),)),
        stretch._replace(parts=(Part(1, 0, 5),)),
        stretch._replace(parts=(Part(0, 0, 5), Part(0, 5, 1))),
    ]
    keys = [pieces.content_key(one_of, [one, two]) for one_of in (stretch, *changed)]
    assert len(keys) == len(set(keys))
    assert keys[0] == pieces.content_key(stretch._replace(parts=(Part(1, 0, 5),)), [two, one])


@pytest.mark.parametrize("length", [0, -K, 1 << 13, K + 1, 3 * K])
def test_another_piece_length_is_refused(length: int) -> None:
    """A power of two, and a v2 block at least."""
    assert "a piece length that is a power of two, of 16384 bytes or more" == pieces.wrong_piece_length(length)
    assert ["", ""] == [pieces.wrong_piece_length(right) for right in (K, 16 * MIB)]
