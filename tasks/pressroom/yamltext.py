"""YAML text to words that know where they stand: the one place that reads YAML.

A stricter YAML than YAML: UTF-8, one document, no anchors, aliases, merges, tags or directives, text keys, each once. A scalar
stays the text that was written; the type of its key reads it. So `no`, `1.10` and `12:30` are never a surprise. A plain key
that other programs would read as a number, a boolean or null (YAML 1.2, section 10.3.2) is no text: quotes make it one.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, cast

import yaml

from pressroom.errors import Mistake, SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAX_BYTES = 1_000_000
MAX_DEPTH = 32
MAX_NODES = 50_000
MAX_KEYS = 1_000
MAX_MISTAKES = 100
EXCERPT = 100
NULLS = frozenset({"", "~", "null", "Null", "NULL"})
NO_TEXT = re.compile(
    "(true|True|TRUE|false|False|FALSE)|[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+"
    r"|[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"
)
BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
"""What ends a line for libyaml (YAML 1.1, section 4.2)."""
UNWRITABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What YAML does not take even in a comment (YAML 1.2, section 5.1)."""
SYNTAX = {
    "mapping values are not allowed in this context": "a ': ' within a text; put the text in quotes",
    "found character that cannot start any token": "no text begins so; put it in quotes, and indent with spaces, not tabs",
    "found unexpected end of stream": "a quote is opened and never closed",
    "did not find expected ',' or ']'": "a list is opened by '[' and never closed, or a ',' is missing in it",
    "did not find expected ',' or '}'": "a map is opened by '{' and never closed, or a ',' is missing in it",
    "did not find expected key": "the indentation fits nothing above it",
    "did not find expected '-' indicator": "the indentation fits no entry above it; an entry begins with '- '",
    "could not find expected ':'": "a key without its ':'; a text of several lines goes in quotes, or below a '|'",
    "found invalid Unicode character escape code": "an escape that is no character; write the character itself",
    "found unknown escape character": r"'\' begins an escape within double quotes; use single quotes, or write '\\'",
}
"""libyaml's problems in an author's words."""

Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Text:
    """A YAML file's text, for the excerpts in its mistakes."""

    path: Path
    content: str

    @cached_property
    def lines(self) -> list[str]:
        """The lines as libyaml counts them."""
        return BREAK.split(self.content)

    def mark(self, offset: int) -> Mark:
        """The place of one character."""
        before = BREAK.split(self.content[:offset])
        return Mark(self, len(before), len(before[-1]) + 1)


class Mark(NamedTuple):
    """Where a word stands: line and column count from 1, width in characters."""

    text: Text
    line: int
    column: int
    width: int = 1

    @property
    def place(self) -> tuple[str, int, int]:
        """File, line and column: the order of mistakes."""
        return self.text.path.as_posix(), self.line, self.column

    def mistake(self, message: str) -> Mistake:
        """The mistake that is made here."""
        file, line, column = self.place
        excerpt, caret = _excerpt(self.text.lines[line - 1], column, self.width)
        return Mistake(file=file, line=line, column=column, text=visible(message), excerpt=excerpt, caret=caret)


class Word(str):
    """A scalar as it is written: its text, whether it is plain (unquoted), and where it stands."""

    __slots__ = ("mark", "plain")
    mark: Mark
    plain: bool

    @classmethod
    def at(cls, text: str, mark: Mark, *, plain: bool) -> Word:
        """The word `text` at `mark`."""
        word = cls(text)
        word.mark = mark
        word.plain = plain
        return word


class Map(dict[str, object]):
    """A YAML map: its values, and the marks of each key and value.

    `partial` says that some of its keys could not be read. The outermost map holds the `mistakes` of form in its file.
    """

    def __init__(self, mark: Mark) -> None:
        super().__init__()
        self.mark = mark
        self.keys_at: dict[str, Mark] = {}
        self.values_at: dict[str, Mark] = {}
        self.partial = False
        self.mistakes: tuple[Mistake, ...] = ()

    def put(self, key: str, value: object, key_at: Mark, value_at: Mark) -> None:
        """Set a key with its marks."""
        self[key] = value
        self.keys_at[key] = key_at
        self.values_at[key] = value_at


class Seq(list[object]):
    """A YAML list: its values, and the mark of each."""

    def __init__(self, mark: Mark) -> None:
        super().__init__()
        self.mark = mark
        self.values_at: list[Mark] = []


class Unread:
    """Stands for a value that could not be read, and whose mistake is known."""


def parse(path: Path, content: bytes) -> Map:
    """The map that a YAML file's bytes hold; `path` is what mistakes call it.

    Mistakes of form that leave the rest readable are kept in the map's `mistakes`. Raises SourceError for those that do not:
    a syntax error, a limit (1 MB, 50,000 values, 32 levels, 1,000 keys in a map, 100 mistakes), no map.
    """
    composer = _Composer(_text(path, content))
    value = composer.document()
    if not isinstance(value, Map):
        if not isinstance(value, Unread):
            composer.say(Mark(composer.text, 1, 1), f"expected a map such as 'kind: album', got {shape(value)}")
        raise SourceError(tuple(composer.mistakes))
    value.mistakes = tuple(composer.mistakes)
    return value


def blank(content: bytes) -> bool:
    """Whether a YAML file says nothing: it is empty, or holds comments only."""
    return all(not line.strip() or line.lstrip().startswith(b"#") for line in content.splitlines())


def visible(text: str) -> str:
    """`text` with what a terminal would obey or hide (controls, bidi overrides, lone surrogates) shown as escapes."""
    if text.isascii() and text.isprintable():
        return text
    hidden = ("Cc", "Cf", "Cs", "Zl", "Zp")
    return "".join(
        ch.encode("unicode_escape", "surrogatepass").decode() if unicodedata.category(ch) in hidden else ch for ch in text
    )


def shape(value: object) -> str:
    """What a value is, in a user's words."""
    if value is None:
        return "nothing"
    if isinstance(value, str):
        return f"'{short(value)}'" + (f" ({len(value)} characters)" if len(value) > EXCERPT else "")
    if isinstance(value, (list, tuple)):
        return "a list" if value else "an empty list"
    return "a map" if isinstance(value, dict) else repr(value)


def short(text: str) -> str:
    """The beginning of a text that is too long to be shown."""
    return text if len(text) <= EXCERPT else f"{text[:EXCERPT]}..."


class _Composer:
    """Reads libyaml's events lazily into Map, Seq, Word and None."""

    def __init__(self, text: Text) -> None:
        self.text = text
        self.events = self._events()
        self.mistakes: list[Mistake] = []
        self.nodes = 0

    def say(self, mark: Mark, message: str) -> None:
        """Note a mistake; raises SourceError when there are too many to be of use."""
        self.mistakes.append(mark.mistake(message))
        if len(self.mistakes) == MAX_MISTAKES:
            self.fail(mark, f"{MAX_MISTAKES} mistakes up to here; the rest is not read")

    def fail(self, mark: Mark, message: str) -> None:
        """Raise SourceError: what follows cannot be read."""
        raise SourceError((*self.mistakes, mark.mistake(message))) from None

    def document(self) -> object:
        """The one document's value; None when there is none."""
        next(self.events)
        start = next(self.events)
        if not isinstance(start, yaml.DocumentStartEvent):
            return None
        if start.version or start.tags:
            self.say(self.mark(start), "directives such as %YAML are not read here; leave the line out")
        event = next(self.events)
        value = self.value(event, self.mark(event), depth=1)
        next(self.events)
        after = next(self.events)
        if not isinstance(after, yaml.StreamEndEvent):
            self.say(self.mark(after), "a second document; a release is one document")
        return value

    def value(self, event: yaml.Event, mark: Mark, depth: int) -> object:
        """The value that begins with `event`, at `mark`."""
        self.nodes += 1
        if depth > MAX_DEPTH:
            self.fail(mark, f"deeper than {MAX_DEPTH} levels")
        if self.nodes > MAX_NODES:
            self.fail(mark, f"more than {MAX_NODES:,} values")
        if isinstance(event, yaml.ScalarEvent):
            return self.scalar(event, mark)
        if isinstance(event, yaml.MappingStartEvent):
            return self.map(event, mark, depth)
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(event, mark, depth)
        return self.alias(cast("yaml.AliasEvent", event), mark)

    def scalar(self, event: yaml.ScalarEvent, mark: Mark) -> Word | None:
        """A word, or None for null."""
        self.refuse_properties(event, mark)
        plain = not event.style
        if plain and event.value in NULLS:
            return None
        if "\0" in event.value:
            self.say(mark, "a NUL character; no text can hold it")
        return Word.at(event.value, mark, plain=plain)

    def map(self, event: yaml.MappingStartEvent, mark: Mark, depth: int) -> Map:
        """A map; its mark is that of its first key."""
        self.refuse_properties(event, mark)
        found = Map(mark)
        while not isinstance(start := next(self.events), yaml.MappingEndEvent):
            key_at = self.mark(start)
            if len(found) == MAX_KEYS:
                self.fail(key_at, f"more than {MAX_KEYS:,} keys in one map")
            key = self.value(start, key_at, depth + 1)
            if problem := _refused_key(key, found):
                self.say(key_at, problem)
            found.partial |= not isinstance(key, Word) or bool(problem)
            event_of_value = next(self.events)
            value_at = self.mark(event_of_value)
            told = len(self.mistakes)
            value = self.value(event_of_value, value_at, depth + 1)
            if problem:
                del self.mistakes[told:]
            if isinstance(key, Word) and not problem:
                found.put(str(key), value, key_at, value_at)
        if found.keys_at:
            found.mark = next(iter(found.keys_at.values()))
        return found

    def sequence(self, event: yaml.SequenceStartEvent, mark: Mark, depth: int) -> Seq:
        """A list."""
        self.refuse_properties(event, mark)
        found = Seq(mark)
        while not isinstance(entry := next(self.events), yaml.SequenceEndEvent):
            entry_at = self.mark(entry)
            found.values_at.append(entry_at)
            found.append(self.value(entry, entry_at, depth + 1))
        return found

    def alias(self, event: yaml.AliasEvent, mark: Mark) -> Unread:
        """Refuse an alias."""
        self.say(mark, f"aliases such as '*{short(event.anchor or '')}' are not read here; write the value out")
        return Unread()

    def refuse_properties(self, event: yaml.ScalarEvent | yaml.MappingStartEvent | yaml.SequenceStartEvent, mark: Mark) -> None:
        """Refuse an anchor and a tag; the value itself is read."""
        if event.anchor is not None:
            self.say(mark, f"anchors such as '&{short(event.anchor)}' are not read here; write each value out")
        if event.tag is not None:
            tag = short(event.tag.replace("tag:yaml.org,2002:", "!!"))
            self.say(mark, f"tags such as '{tag}' are not read here; the key says what its value is")

    def mark(self, event: yaml.Event) -> Mark:
        """Where an event stands; what takes several lines is marked by its first character."""
        start, end = cast("yaml.Mark", event.start_mark), cast("yaml.Mark", event.end_mark)
        width = end.column - start.column if start.line == end.line else 1
        return Mark(self.text, start.line + 1, start.column + 1, max(1, width))

    def _events(self) -> Iterator[yaml.Event]:
        try:
            yield from yaml.parse(self.text.content, Loader=Loader)
        except yaml.MarkedYAMLError as error:
            place = error.problem_mark or error.context_mark
            mark = Mark(self.text, min(place.line + 1, len(self.text.lines)), place.column + 1) if place else self.text.mark(0)
            problem = SYNTAX.get(error.problem or "") or ", ".join(filter(None, (error.context, error.problem)))
            self.fail(mark, f"not YAML: {problem}")
        except yaml.YAMLError as error:
            self.fail(self.text.mark(0), f"not YAML: {str(error).splitlines()[0]}")


def _refused_key(key: object, before: Map) -> str:
    """Why a key is not taken; empty when it is."""
    if not isinstance(key, Word):
        return "" if isinstance(key, Unread) else f"expected a text as the key, got {shape(key)}"
    if key == "<<":
        return "merges ('<<') are not read here; write the values out"
    if key.plain and NO_TEXT.fullmatch(key):
        return f"expected a text as the key, got {short(key)}; put it in quotes"
    if key in before:
        return f"duplicate key '{short(key)}'; it stands in line {before.keys_at[key].line} already"
    return ""


def _text(path: Path, content: bytes) -> Text:
    """The file's text; raises SourceError for what is too large, not UTF-8, or holds what YAML does not take."""
    if len(content) > MAX_BYTES:
        raise SourceError((Mistake(file=path.as_posix(), text=f"larger than {MAX_BYTES // 10**6} MB; a release is a text"),))
    try:
        text = Text(path, content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        rough = Text(path, content.decode("utf-8", "replace"))
        mark = rough.mark(len(content[: error.start].decode("utf-8", "replace")))
        raise SourceError((mark.mistake(f"not UTF-8 (byte 0x{content[error.start]:02x}); save the file as UTF-8"),)) from None
    if found := UNWRITABLE.search(text.content):
        mark = text.mark(found.start())
        raise SourceError((mark.mistake(f"a character that YAML does not take (U+{ord(found[0]):04X}); take it out"),))
    return text


def _excerpt(line: str, column: int, width: int) -> tuple[str, str]:
    """The line around a column, and its caret line: as wide on a terminal as the line is."""
    begin = max(0, column - 1 - EXCERPT // 2) if len(line) > EXCERPT else 0
    shown = line[begin : begin + EXCERPT].replace("\t", " ")
    at = column - 1 - begin
    before, meant = visible(shown[:at]), visible(shown[at : at + width])
    return visible(shown), " " * _columns(before) + "^" * max(1, _columns(meant))


def _columns(text: str) -> int:
    """How many columns of a terminal `text` takes."""
    return sum(0 if unicodedata.category(ch) in ("Mn", "Me") else 1 + (unicodedata.east_asian_width(ch) in "WF") for ch in text)
