from __future__ import annotations

import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressroom.formats import bencode

VALUES: st.SearchStrategy[bencode.Value] = st.recursive(
    st.integers(bencode.LOWEST, bencode.HIGHEST) | st.binary(max_size=20),
    lambda inner: st.lists(inner, max_size=5).map(tuple) | st.dictionaries(st.binary(max_size=5), inner, max_size=5),
    max_leaves=20,
)


@given(VALUES)
def test_what_is_written_is_read_back(value: bencode.Value) -> None:
    """Every value comes back as it was."""
    assert value == bencode.decode(bencode.encode(value))


@given(st.binary(max_size=30) | st.text("0123456789ielde:-ab", max_size=30).map(str.encode))
def test_what_is_read_is_written_back(text: bytes) -> None:
    """A text that is taken is the one text of its value; any other is refused with a sentence."""
    with suppress(ValueError):
        assert text == bencode.encode(bencode.decode(text))


@given(VALUES, st.data())
def test_a_text_that_is_cut_is_refused(value: bencode.Value, data: st.DataObject) -> None:
    """No part of a value's text is a text of its own."""
    text = bencode.encode(value)
    cut = text[: data.draw(st.integers(0, len(text) - 1))]
    with pytest.raises(ValueError, match=r"^byte [0-9]+: expected"):
        bencode.decode(cut)


def test_keys_are_sorted_as_raw_bytes() -> None:
    """A key with a byte above 127 comes last, whatever a locale says."""
    assert b"d1:Bi1e1:ai2e2:\xc3\xa9i3ee" == bencode.encode({"é".encode(): 3, b"a": 2, b"B": 1})


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (b"", "byte 0: expected a value, got the end"),
        (b"i01e", "byte 0: expected an integer of 64 bits without leading zeros, got 'i01e'"),
        (b"i-0e", "byte 0: expected an integer of 64 bits without leading zeros, got 'i-0e'"),
        (b"i+1e", "byte 0: expected an integer of 64 bits without leading zeros, got 'i+1e'"),
        (b"ie", "byte 0: expected an integer of 64 bits without leading zeros, got 'ie'"),
        (b"i9223372036854775808e", "byte 0: expected an integer of 64 bits without leading zeros, got 'i9223372036854775808'"),
        (b"li1", "byte 1: expected an integer of 64 bits without leading zeros, got 'i1'"),
        (b"01:a", "byte 0: expected a length without leading zeros and a colon, got '01:a'"),
        (b"5:ab", "byte 0: expected 5 bytes, and 2 are left"),
        (b"99999999999999999999:", "byte 0: expected a length without leading zeros and a colon, got '99999999999999999999'"),
        (b"i1ei2e", "byte 3: expected the end, got 3 more bytes"),
        (b"d1:bi1e1:ai1ee", "byte 7: expected keys in order, and 'a' comes after 'b'"),
        (b"d1:ai1e1:ai1ee", "byte 7: expected keys in order, and 'a' stands there twice"),
        (b"di1ei1ee", "byte 1: expected a length without leading zeros and a colon, got 'i1ei1ee'"),
        (b"d1:a", "byte 4: expected a value, got the end"),
        (b"\xff", "byte 0: expected a value, got '\\\\xff'"),
        (b"l" * 101 + b"e" * 101, "byte 100: expected at most 100 levels"),
        (b"l" * 1_000_000, "byte 100: expected at most 100 levels"),
    ],
)
def test_another_text_is_refused(text: bytes, error: str) -> None:
    """Whatever is not the one text of a value is an error that names the byte."""
    with pytest.raises(ValueError, match=f"^{re.escape(error)}$"):
        bencode.decode(text)


def test_a_long_text_is_refused_before_it_is_read() -> None:
    """A limit on the bytes holds for hostile files; the caller may raise it."""
    text = bencode.encode(bytes(bencode.MAX_BYTES))
    with pytest.raises(ValueError, match=r"^expected at most 8,388,608 bytes, got 8,388,616$"):
        bencode.decode(text)
    assert bencode.decode(text, limit=len(text)) == bytes(bencode.MAX_BYTES)


def nested(levels: int) -> bencode.Value:
    """Tuples within each other."""
    value: bencode.Value = 1
    for _ in range(levels):
        value = (value,)
    return value


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (True, "expected an integer, bytes, a tuple or a mapping, got bool"),
        ("a", "expected an integer, bytes, a tuple or a mapping, got str"),
        ([1], "expected an integer, bytes, a tuple or a mapping, got list"),
        (2**63, "expected an integer of 64 bits, got 9223372036854775808"),
        (nested(101), "expected at most 100 levels"),
    ],
)
def test_what_could_not_be_read_back_is_not_written(value: bencode.Value, error: str) -> None:
    """The writer refuses what the reader would."""
    with pytest.raises(ValueError, match=f"^{re.escape(error)}$"):
        bencode.encode(value)
    assert nested(100) == bencode.decode(bencode.encode(nested(100)))
