from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressroom.formats.lrc import lrc, parse, plain

WORDS = st.text(alphabet=st.characters(exclude_characters="[<\r\n", exclude_categories=["Cs"])).map(str.strip)
LINES = st.lists(st.tuples(st.integers(0, 59_999_999), WORDS), min_size=1)


def error_of(text: str) -> str | None:
    """What `parse` says of a text; None when it takes it."""
    try:
        parse(text)
    except ValueError as error:
        return str(error)
    return None


@pytest.mark.parametrize(
    ("stamp", "milliseconds"),
    [
        ("[00:00]", 0),
        ("[01:02]", 62_000),
        ("[1:02.5]", 62_500),
        ("[01:02.34]", 62_340),
        ("[01:02.345]", 62_345),
        ("[120:00.00]", 7_200_000),
        ("[01:00:01.50]", 3_601_500),
    ],
)
def test_stamp_is_a_time(stamp: str, milliseconds: int) -> None:
    """Every way in which players write a time is read."""
    assert parse(f"{stamp}Rise") == ((milliseconds, "Rise"),)


def test_lines_are_in_the_order_of_their_times() -> None:
    """A refrain that is written once with all its times is sung at each of them."""
    text = "[00:01.00][00:09.00] Rise\n\n[00:05.00]fall\n[00:07.00]\n"
    assert parse(text) == ((1000, "Rise"), (5000, "fall"), (7000, ""), (9000, "Rise"))


def test_tags_and_word_stamps_are_left_out() -> None:
    """A file from a karaoke program gives its lines without its machinery."""
    tags = "\ufeff[ar:The Lanterns]\r\n[length: 3:20]\r\n"
    text = f"{tags}[00:12.00] <00:12.04> Rise <00:12.16> again\r\n[00:14.00]<00:14.00>sing<00:15.00>ing\r\n"
    assert parse(text) == ((12_000, "Rise again"), (14_000, "singing"))


@pytest.mark.parametrize(("offset", "milliseconds"), [("+500", 500), ("-250", 1250), ("500", 500), ("2000", 0)])
def test_offset_moves_every_line(offset: str, milliseconds: int) -> None:
    """A positive offset shows the lyrics earlier, wherever it stands in the file."""
    assert parse(f"[00:01.00]Rise\n[offset:{offset}]") == ((milliseconds, "Rise"),)


@pytest.mark.parametrize("line", ["Rise", "[Chorus]", "[00:75.00]Rise", "[00:12:34]Rise", "[Chorus: twice]"])
def test_line_without_stamp_is_refused(line: str) -> None:
    """A line without a time is an error that names it, since it would never be shown."""
    assert f"line 2: expected a time stamp such as [01:23.45], got '{line}'" == error_of(f"[00:01.00]One\n{line}")


@pytest.mark.parametrize("text", ["", "\n\n", "[ar:The Lanterns]\n"])
def test_text_without_any_stamp_is_refused(text: str) -> None:
    """An .lrc file without times is no synced lyrics."""
    assert error_of(text) == "expected a line with a time stamp such as [01:23.45], got none"


def test_plain_is_the_words_alone() -> None:
    """Synced lyrics give the plain ones too, with their stanzas."""
    assert plain(((0, ""), (1000, "Rise"), (2000, ""), (3000, "fall"), (4000, ""))) == "Rise\n\nfall"


def test_lrc_has_hundredths_unless_they_lose_something() -> None:
    """Times are written so that every player reads them."""
    assert lrc(((62_340, "Rise"), (62_345, "fall"), (6_000_000, ""))) == "[01:02.34]Rise\n[01:02.345]fall\n[100:00.00]\n"


@given(LINES)
def test_what_is_written_is_read_back(lines: list[tuple[int, str]]) -> None:
    """No time and no word is lost on the way through a file."""
    assert tuple(sorted(lines, key=lambda line: line[0])) == parse(lrc(lines))


@given(st.text(alphabet="[]<>:.0159+-aofset\r\n \ufeff"))
def test_every_text_is_read_or_refused(text: str) -> None:
    """Whatever a file holds, it is lyrics or an error of one line."""
    try:
        lines = parse(text)
    except ValueError as error:
        assert "\n" not in str(error)  # noqa: PT017  # most texts are refused, some are not
    else:
        assert all(milliseconds >= 0 for milliseconds, _ in lines)
