"""YAML text to words that know where they stand."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pressroom.errors import SourceError
from pressroom.yamltext import MAX_NODES, Map, Seq, Word, parse, shape, short, visible

MOON = Path("releases/moon.yaml")
ALBUM = """\
kind: album
title: "Night Signals"
artist: 'The Lanterns'
genres: [Electronic, Ambient]
tracks:
  - title: Rise
    file: masters/01.wav
    lyrics: |
      One
      two
"""
YAML_SIGNS = "[]{}:,-?!&*|>'\"%@`#~<=.\\ \t\n\r\x00\x85\u2028\ufeff"


def read(text: str | bytes) -> Map:
    """The map of a text."""
    return parse(MOON, text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))


def said(text: str | bytes) -> str:
    """What is wrong with a text: its mistakes of form, whether they end the reading or not."""
    try:
        return "\n".join(map(str, read(text).mistakes))
    except SourceError as error:
        return str(error)


class TestWords:
    def test_a_scalar_stays_text(self) -> None:
        """No scalar becomes a number, a boolean or a date: it is the text that was written."""
        plain = {"a": "1984", "b": "1.10", "c": "no", "d": "0724384260958", "e": "12:30", "f": "0x1F", "g": "true"}
        assert plain == read("".join(f"{key}: {text}\n" for key, text in plain.items()))

    @pytest.mark.parametrize("null", ["", " ~", " null", " Null", " NULL", " # nothing"])
    def test_an_empty_value_is_null(self, null: str) -> None:
        """An empty value, `~` and `null` are null."""
        assert {"a": None} == read(f"a:{null}")

    @pytest.mark.parametrize("quoted", ["''", '""', "'~'", '"null"'])
    def test_a_quoted_null_is_a_text(self, quoted: str) -> None:
        """In quotes, even nothing is a text."""
        assert isinstance(read(f"a: {quoted}")["a"], Word)

    def test_everything_knows_its_place(self) -> None:
        """Every key, value and entry has a mark; a word knows whether it is quoted."""
        words = read(ALBUM)
        title, tracks = words["title"], words["tracks"]
        assert isinstance(title, Word)
        assert isinstance(tracks, Seq)
        assert isinstance(tracks[0], Map)
        assert (2, 8, 15, False) == (title.mark.line, title.mark.column, title.mark.width, title.plain)
        assert (2, 1, 5) == (words.keys_at["title"].line, words.keys_at["title"].column, words.keys_at["title"].width)
        assert (6, 5) == (tracks.values_at[0].line, tracks.values_at[0].column)
        assert (8, 13) == (tracks[0].values_at["lyrics"].line, tracks[0].values_at["lyrics"].column)
        assert "One\ntwo\n" == tracks[0]["lyrics"]

    @pytest.mark.parametrize("ending", ["\n", "\r\n", "\r", "\x85", "\u2028"])
    def test_lines_end_as_yaml_says(self, ending: str) -> None:
        """A place is right whatever the program that wrote the file ends its lines with."""
        words = read(f"kind: album{ending}title: Moon{ending}label: X")
        assert (3, "label: X") == (words.keys_at["label"].line, words.mark.text.lines[2])

    def test_a_byte_order_mark_is_passed_over(self) -> None:
        """A file that begins with a UTF-8 byte order mark reads as one that does not."""
        words = read(b"\xef\xbb\xbfkind: album")
        assert ({"kind": "album"}, 1, 7) == (words, words.keys_at["kind"].column, words.values_at["kind"].column)

    @pytest.mark.parametrize("text", ["---\na: b\n", "a: b\n...\n", "# only\na: b # here\n"])
    def test_one_document_may_say_so(self, text: str) -> None:
        """The marks of a document's beginning and end, and comments, change nothing."""
        assert {"a": "b"} == read(text)


REFUSED = {
    "a: &x 1": "1:4: anchors such as '&x' are not read here; write each value out\n    1 | a: &x 1\n      |    ^^^^",
    "a: *x": "1:4: aliases such as '*x' are not read here; write the value out\n    1 | a: *x\n      |    ^^",
    "*x : b": "1:1: aliases such as '*x' are not read here; write the value out\n    1 | *x : b\n      | ^^",
    "<<: {a: b}": "1:1: merges ('<<') are not read here; write the values out\n    1 | <<: {a: b}\n      | ^^",
    "a: !!binary aGk=": (
        "1:4: tags such as '!!binary' are not read here; the key says what its value is\n"
        "    1 | a: !!binary aGk=\n      |    ^^^^^^^^^^^^^"
    ),
    "a: !!python/object:os.system {}": (
        "1:4: tags such as '!!python/object:os.system' are not read here; the key says what its value is\n"
        "    1 | a: !!python/object:os.system {}\n      |    ^^^^^^^^^^^^^^^^^^^^^^^^^^^"
    ),
    "a: 1\na: 2": "2:1: duplicate key 'a'; it stands in line 1 already\n    2 | a: 2\n      | ^",
    "? [a]\n: b": "1:3: expected a text as the key, got a list\n    1 | ? [a]\n      |   ^",
    "? {a: b}\n: c": "1:3: expected a text as the key, got a map\n    1 | ? {a: b}\n      |   ^",
    "1: x": "1:1: expected a text as the key, got 1; put it in quotes\n    1 | 1: x\n      | ^",
    "true: x": "1:1: expected a text as the key, got true; put it in quotes\n    1 | true: x\n      | ^^^^",
    ".5: x": "1:1: expected a text as the key, got .5; put it in quotes\n    1 | .5: x\n      | ^^",
    "~: x": "1:1: expected a text as the key, got nothing\n    1 | ~: x\n      | ^",
    "%YAML 1.2\n---\na: b": (
        "1:1: directives such as %YAML are not read here; leave the line out\n    1 | %YAML 1.2\n      | ^"
    ),
    "a: b\n---\nc: d": "2:1: a second document; a release is one document\n    2 | ---\n      | ^^^",
    "": "1:1: expected a map such as 'kind: album', got nothing\n    1 | \n      | ^",
    "# later": "1:1: expected a map such as 'kind: album', got nothing\n    1 | # later\n      | ^",
    "hello": "1:1: expected a map such as 'kind: album', got 'hello'\n    1 | hello\n      | ^",
    "- a": "1:1: expected a map such as 'kind: album', got a list\n    1 | - a\n      | ^",
    "title: Moon: Rise": (
        "1:12: not YAML: a ': ' within a text; put the text in quotes\n    1 | title: Moon: Rise\n      |            ^"
    ),
    "a:\n\tb: c": (
        "2:1: not YAML: no text begins so; put it in quotes, and indent with spaces, not tabs\n    2 |  b: c\n      | ^"
    ),
    "a: 'b": "1:6: not YAML: a quote is opened and never closed\n    1 | a: 'b\n      |      ^",
    "a: [b, c\nd: e": (
        "2:2: not YAML: a list is opened by '[' and never closed, or a ',' is missing in it\n    2 | d: e\n      |  ^"
    ),
    'a: "\\uD800"': (
        '1:7: not YAML: an escape that is no character; write the character itself\n    1 | a: "\\uD800"\n      |       ^'
    ),
    'a: "\\0"': '1:4: a NUL character; no text can hold it\n    1 | a: "\\0"\n      |    ^^^^',
    "a: \x00": "1:4: a character that YAML does not take (U+0000); take it out\n    1 | a: \\x00\n      |    ^^^^",
    "a: \x1b[31m": "1:4: a character that YAML does not take (U+001B); take it out\n    1 | a: \\x1b[31m\n      |    ^^^^",
    "a: b\r\rc: \x07": "3:4: a character that YAML does not take (U+0007); take it out\n    3 | c: \\x07\n      |    ^^^^",
    b"a: b\nc: \xe9t\xe9": "2:4: not UTF-8 (byte 0xe9); save the file as UTF-8\n    2 | c: \ufffdt\ufffd\n      |    ^",
    "a: b".encode("utf-16"): (
        "1:1: not UTF-8 (byte 0xff); save the file as UTF-8\n    1 | \ufffd\ufffda\\x00:\\x00 \\x00b\\x00\n      | ^"
    ),
    b"a: \xed\xa0\x80": "1:4: not UTF-8 (byte 0xed); save the file as UTF-8\n    1 | a: \ufffd\ufffd\ufffd\n      |    ^",
}


class TestRefusals:
    @pytest.mark.parametrize("text", REFUSED, ids=repr)
    def test_what_is_not_read_is_refused_with_its_place(self, text: str | bytes) -> None:
        """A refusal says where, what, and what to do instead."""
        assert f"releases/moon.yaml:{REFUSED[text]}" == said(text)

    @pytest.mark.parametrize("key", ["no", "yes", "on", "~x", "1a", "'1'", '"true"', "a b", "1.2.3", "é"])
    def test_other_keys_are_texts(self, key: str) -> None:
        """What YAML 1.2 takes for a text, and what stands in quotes, may be a key."""
        assert "" == said(f"{key}: x")

    def test_all_mistakes_are_told_at_once(self) -> None:
        """Reading goes on after a mistake of form."""
        words = read("a: &x 1\nb: *x\na: 2\nc: !t 3\n2: x\n")
        assert [(1, 4), (2, 4), (3, 1), (4, 4), (5, 1)] == [(mistake.line, mistake.column) for mistake in words.mistakes]
        assert ["a", "b", "c"] == list(words)
        assert words.partial


def nested(words: str, *levels: str) -> str:
    """Anchors that each use the one before nine times."""
    pairs = zip("abcdefgh", "bcdefghi", strict=True)
    return f"a: &a {words}\n" + "".join(f"{new}: &{new} {levels[0].format(','.join([f'*{old}'] * 9))}\n" for old, new in pairs)


TOO_LONG = 3
"""Seconds, ten times what it takes."""
HOSTILE: dict[str, tuple[str, str]] = {
    "alias bomb": (nested("[x]", "[{}]"), "1:4: anchors such as '&a'"),
    "merge bomb": (nested("{x: 1}", "{{<<: [{}]}}"), "1:4: anchors such as '&a'"),
    "100,000 lists": ("[" * 100_000, "1:33: deeper than 32 levels"),
    "100,000 maps": ("{" * 100_000, "1:33: deeper than 32 levels"),
    "100,000 entries in one another": ("- " * 100_000, "1:65: deeper than 32 levels"),
    "100,000 complex keys": ("? " * 100_000, "1:65: deeper than 32 levels"),
    "33 levels": ("a: " + "[" * 32 + "]" * 32, "1:35: deeper than 32 levels"),
    "33 flow maps": ("{a: " * 33 + "}" * 33, "1:126: deeper than 32 levels"),
    "50,001 values": ("a: [" + "x," * (MAX_NODES - 2) + "]", "1:99999: more than 50,000 values"),
    "more than 1 MB": ("a: " + "x" * 999_998, " larger than 1 MB"),
    "1,001 keys": ("".join(f"k{n}: x\n" for n in range(24_000)), "1001:1: more than 1,000 keys in one map"),
    "duplicate keys": ("a: 1\n" * 24_000, "2:1: duplicate key 'a'"),
    "duplicate keys in one line": ("{" + "a: 1," * 24_000 + "}", "1:7: duplicate key 'a'"),
    "24,000 tags": ("a: [" + "!!str x," * 24_000 + "]", "1:5: tags such as '!!str'"),
    "a key of 900 kB": ("? " + "x" * 900_000 + "\n: &a 1", "2:3: anchors such as '&a'"),
    "a tag of 900 kB": ("!" * 900_000, "1:1: tags such as '!!!"),
    "an anchor of 900 kB": ("a: &" + "a" * 900_000 + " x", "1:4: anchors such as '&aaa"),
    "an open quote of 900 kB": ("a: '" + "x" * 900_000, "1:900005: not YAML: a quote is opened and never closed"),
    "450,000 comments": ("#\n" * 450_000, "1:1: expected a map"),
}


class TestHostile:
    @pytest.mark.parametrize("name", HOSTILE)
    def test_a_hostile_file_is_refused_at_once(self, name: str) -> None:
        """With a place and a text that fits on a screen; bench/hostile.py has the times, which never grow with a power."""
        text, expected = HOSTILE[name]
        began = time.process_time()
        found = said(text)
        assert time.process_time() - began < TOO_LONG
        assert found.startswith(f"releases/moon.yaml:{expected}")
        assert len(found) < 50_000

    def test_the_limits_themselves_are_taken(self) -> None:
        """32 levels and 50,000 values are read."""
        assert "" == said("a: " + "[" * 31 + "]" * 31)
        assert "" == said("a: [" + "x," * (MAX_NODES - 3) + "]")

    def test_a_hundred_mistakes_are_enough(self) -> None:
        """After a hundred mistakes the rest is not read."""
        with pytest.raises(SourceError) as caught:
            read("a: [" + "!t x," * 200 + "]")
        assert 101 == len(caught.value.mistakes)
        assert "100 mistakes up to here; the rest is not read" == caught.value.mistakes[-1].text


class TestCaret:
    @pytest.mark.parametrize(
        ("line", "excerpt", "caret"),
        [
            ("a: &x 1", "a: &x 1", "   ^^^^"),
            ("夜: &x 1", "夜: &x 1", "    ^^^^"),
            ("e\u0301: &x 1", "e\u0301: &x 1", "   ^^^^"),
            ("☂\ufe0f: &x 1", "☂\ufe0f: &x 1", "   ^^^^"),
            ("a:\t&x 1", "a: &x 1", "   ^^^^"),
            ("\u202ea: &x 1", "\\u202ea: &x 1", "         ^^^^"),
            ("a: &x 夜中", "a: &x 夜中", "   ^^^^^^^"),
            ("{b: " + "x" * 200 + ", a: &x 1}", "x" * 45 + ", a: &x 1}", " " * 50 + "^^^^"),
            ("a: &x " + "y" * 200, "a: &x " + "y" * 94, "   " + "^" * 97),
        ],
    )
    def test_the_caret_stands_below_the_word(self, line: str, excerpt: str, caret: str) -> None:
        """Wide, combining and hidden characters, tabs and long lines do not move the caret off its word."""
        found = read(line).mistakes[0]
        assert (excerpt, caret) == (found.excerpt, found.caret)


class TestShow:
    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("plain", "plain"),
            ("夜é", "夜é"),
            ("a\u202eb", "a\\u202eb"),
            ("\x1b[0m", "\\x1b[0m"),
            ("\ud800", "\\ud800"),
            ("\n", "\\n"),
        ],
    )
    def test_nothing_that_a_terminal_obeys_is_shown(self, text: str, shown: str) -> None:
        """Controls, bidi overrides and lone surrogates are shown as escapes."""
        assert shown == visible(text)

    def test_a_long_text_is_cut(self) -> None:
        """A mistake shows the beginning of a long text and says how long it is."""
        assert f"'{'x' * 100}...' (900 characters)" == shape("x" * 900)
        assert "x" * 100 == short("x" * 100)

    @pytest.mark.parametrize(
        ("value", "name"), [(None, "nothing"), ({}, "a map"), ([], "an empty list"), ([1], "a list"), ("x", "'x'"), (3, "3")]
    )
    def test_a_shape_is_named_in_the_users_words(self, value: object, name: str) -> None:
        """A value is called what an author would call it."""
        assert name == shape(value)


@given(st.binary(max_size=200) | st.text(st.sampled_from(YAML_SIGNS + "ab1é夜"), max_size=60).map(str.encode))
@example(b"a: b\n...\nfoo")
@example(b"%FOO bar\n---\na: b")
@example(b"a: |9\n x")
def test_any_bytes_are_a_map_or_mistakes_with_a_place(content: bytes) -> None:
    """Whatever a file holds, reading it ends in a map, or in mistakes that each have a line of the file."""
    try:
        mistakes = parse(MOON, content).mistakes
    except SourceError as error:
        mistakes = error.mistakes
        assert mistakes
    for mistake in mistakes:
        assert 1 <= mistake.line <= content.count(b"\n") + content.count(b"\r") + len(content) + 1
        assert visible(mistake.text) == mistake.text


@given(st.integers(0, len(ALBUM)), st.integers(0, 12), st.text(st.sampled_from(YAML_SIGNS + "ab1é夜"), max_size=12))
def test_a_mutated_file_is_a_map_or_mistakes(start: int, length: int, put: str) -> None:
    """A good file with a piece replaced is read, or refused with its place."""
    said(ALBUM[:start] + put + ALBUM[start + length :])
