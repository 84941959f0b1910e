"""The readers of scalars that kinds share."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pressroom.kinds import parts
from pressroom.source import Mark, Text, Word, Wrong

if TYPE_CHECKING:
    from collections.abc import Callable

MOON = Path("releases/moon.yaml")


def word(text: str, *, plain: bool = True) -> Word:
    """A scalar of releases/moon.yaml."""
    return Word.at(text, Mark(Text(MOON, text), 1, 1), plain=plain)


BPM, DISC = parts.number(1, 300).read, parts.whole(1, 99).read
SIDE, DEPTH = parts.one_of("left", "right").read, parts.one_number_of(16, 24).read
READ: list[tuple[Callable[[object], object], str, object]] = [
    (parts.text, "1.10", "1.10"),
    (parts.text, "a\nb\n", "a\nb\n"),
    (parts.line, " Rise ", "Rise"),
    (parts.line, "Rise\n", "Rise"),
    (parts.flag, "true", True),
    (parts.flag, "false", False),
    (BPM, "120", 120),
    (BPM, "120.5", 120.5),
    (BPM, "+1.2e2", 120),
    (BPM, ".5e1", 5),
    (DISC, "99", 99),
    (DISC, "2.0", 2),
    (SIDE, "left", "left"),
    (DEPTH, "24", 24),
    (parts.path, "masters/01 - é.wav", Path("releases/masters/01 - é.wav")),
    (parts.path, "./a.wav", Path("releases/a.wav")),
    (parts.path, "a..b.wav", Path("releases/a..b.wav")),
    (parts.text_or_path, "lyrics/01.LRC", Path("releases/lyrics/01.LRC")),
    (parts.text_or_path, "I read it in a.txt\nyesterday", "I read it in a.txt\nyesterday"),
    (parts.text_or_path, "la la\n", "la la"),
    (parts.byte_size, "1 MB", 1_000_000),
    (parts.byte_size, "500kB", 500_000),
    (parts.byte_size, "1.5 MiB", 1_572_864),
]
REFUSED: list[tuple[Callable[[object], object], object, str]] = [
    (parts.text, word(" \n"), "a text that is not empty"),
    (parts.text, word("a\x07"), "a text without control characters (here U+0007)"),
    (parts.text, word("a\x85b"), "a text without control characters (here U+0085)"),
    (parts.text, None, "a text"),
    (parts.text, ["a"], "a text"),
    (parts.line, word("a\nb"), "a text of one line"),
    (parts.line, word("a\u2028b"), "a text of one line"),
    (parts.line, word("x" * 1001), "a text of at most 1,000 characters"),
    (parts.flag, word("yes"), "true or false"),
    (parts.flag, word("True"), "true or false"),
    (parts.flag, word("true", plain=False), "true or false"),
    (BPM, word("0"), "a number from 1 to 300"),
    (BPM, word("120", plain=False), "a number from 1 to 300"),
    (BPM, word("1_20"), "a number from 1 to 300"),
    (BPM, word("0x20"), "a number from 1 to 300"),
    (BPM, word("1:30"), "a number from 1 to 300"),
    (BPM, word(".nan"), "a number from 1 to 300"),
    (BPM, word("1e999"), "a number from 1 to 300"),
    (BPM, word("٣"), "a number from 1 to 300"),
    (BPM, True, "a number from 1 to 300"),
    (DISC, word("1.5"), "a whole number from 1 to 99"),
    (DISC, word("100"), "a whole number from 1 to 99"),
    (SIDE, word("lfet"), "one of left, right (did you mean 'left'?)"),
    (SIDE, word("up"), "one of left, right"),
    (SIDE, None, "one of left, right"),
    (DEPTH, word("20"), "one of 16, 24"),
    (DEPTH, word("16", plain=False), "one of 16, 24"),
    (parts.path, word("/etc/passwd"), "a path relative to the YAML file, with '/' between its parts"),
    (parts.path, word("~/a.wav"), "a path relative to the YAML file, with '/' between its parts"),
    (parts.path, word("C:\\a.wav"), "a path relative to the YAML file, with '/' between its parts"),
    (parts.path, word("a/../../b.wav"), "a path below the YAML file's folder, without '..'"),
    (parts.path, word("."), "a file, not a folder"),
    (parts.text_or_path, word("../a.txt"), "a path below the YAML file's folder, without '..'"),
    (parts.byte_size, word("1"), "a size such as '1 MB' or '500 kB', of 10 kB or more"),
    (parts.byte_size, word("1 Mb"), "a size such as '1 MB' or '500 kB', of 10 kB or more"),
    (parts.byte_size, word("9 kB"), "a size such as '1 MB' or '500 kB', of 10 kB or more"),
]


@pytest.mark.parametrize(("reader", "text", "value"), READ)
def test_a_key_reads_its_scalar(reader: Callable[[object], object], text: str, value: object) -> None:
    """A scalar is text until its key reads it."""
    assert value == reader(word(text))


@pytest.mark.parametrize(("reader", "value", "expected"), REFUSED)
def test_a_refusal_says_what_was_expected(reader: Callable[[object], object], value: object, expected: str) -> None:
    """The text completes `expected ..., got 'x'`."""
    with pytest.raises(ValueError, match=f"^{re.escape(expected)}$"):
        reader(value)


def test_a_path_starts_at_the_file_that_names_it() -> None:
    """A path is relative to its YAML file, and given relative to the repo's root."""
    inner = Word.at("a.wav", Mark(Text(Path("releases/moon/release.yaml"), ""), 1, 1), plain=True)
    assert Path("releases/moon/a.wav") == parts.path(inner)


@pytest.mark.parametrize(("value", "taken"), [(None, True), ([], True), ([1], False), ({}, False), ("x", False)])
def test_a_word_whose_maker_is_missing_takes_its_empty_value_only(value: object, taken: bool) -> None:  # noqa: FBT001
    """A value that would be ignored is refused."""
    read = parts.not_made_yet("publish", []).read
    if taken:
        assert read(value) is None
    else:
        with pytest.raises(Wrong, match=r"^'publish' is not made yet; take it out$"):
            read(value)


def test_a_template_knows_its_placeholders() -> None:
    """What a template cannot say is refused when it is read."""
    read = parts.template("title", "track", numbers=frozenset({"track"})).read
    assert "{track:02} {title} {{x}}" == read(word("{track:02} {title} {{x}}"))
    with pytest.raises(Wrong, match=r"^unknown placeholder '{titel}'; did you mean '{title}'\?$"):
        read(word("{titel}"))
