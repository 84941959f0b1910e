"""YAML text to frozen types, with file, line and column: the one place that knows YAML.

A stricter YAML than YAML: UTF-8, one document, no anchors, aliases, merges, tags or directives, text keys, each once. A scalar
stays the text that was written; the type of its key reads it. So `no`, `1.10` and `12:30` are never a surprise.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar, cast, get_args

import yaml
from pydantic import BaseModel, ValidationError

from pressroom import names
from pressroom.errors import Mistake, SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pydantic_core import ErrorDetails

MAX_BYTES = 1_000_000
MAX_DEPTH = 32
MAX_NODES = 50_000
NULLS = frozenset({"", "~", "null", "Null", "NULL"})
EXCERPT = 100

Model = TypeVar("Model", bound=BaseModel)
Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Text:
    """A YAML file's text, for the excerpts in its mistakes."""

    path: Path
    content: str

    @cached_property
    def lines(self) -> list[str]:
        """The lines as libyaml counts them: CR LF, CR, LF, NEL, LS and PS end one (YAML 1.1, section 4.2)."""
        return re.split("\r\n|[\r\n\x85\u2028\u2029]", self.content)


@dataclass(frozen=True)
class Mark:
    """Where a word stands: line and column count from 1, width in characters."""

    text: Text
    line: int
    column: int
    width: int = 1

    def mistake(self, message: str) -> Mistake:
        """The mistake that is made here."""
        excerpt, caret = _excerpt(self.text.lines[self.line - 1 : self.line], self.column, self.width)
        return Mistake(
            file=self.text.path.as_posix(),
            line=self.line,
            column=self.column,
            text=visible(message),
            excerpt=excerpt,
            caret=caret,
        )


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
    """A YAML map: its values, and the marks of each key and value."""

    def __init__(self, mark: Mark) -> None:
        super().__init__()
        self.mark = mark
        self.keys_at: dict[str, Mark] = {}
        self.values_at: dict[str, Mark] = {}

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


class Wrong(ValueError):  # noqa: N818  # a verdict on words, raised by validators; the error that leaves is SourceError
    """Mistakes that a validator finds below its own place: (path, text) pairs; a text stands for itself."""

    def __init__(self, *found: tuple[tuple[str | int, ...], str]) -> None:
        super().__init__("; ".join(text for _, text in found))
        self.found = found


def parse(path: Path, content: bytes) -> Map:
    """The map that a YAML file's bytes hold; `path` is what mistakes call it.

    Raises SourceError with every mistake of form; a syntax error or a limit (1 MB, 50,000 nodes, 32 levels) ends the reading.
    """
    composer = _Composer(path, _decoded(path, content))
    value = composer.document()
    if not composer.mistakes and not isinstance(value, Map):
        composer.say(Mark(composer.text, 1, 1), f"expected a map such as 'kind: album', got {_shape(value)}")
    if composer.mistakes:
        raise SourceError(tuple(composer.mistakes))
    return cast("Map", value)


Placeholders = Mapping[str, str | int | None]


def inherit(
    release: Map, defaults: Map, words: Callable[[Mapping[str, object]], Placeholders], *, verbatim: frozenset[str]
) -> Map:
    """`release` with the values of `defaults` where it has none of its own; maps merge key by key, lists replace.

    The text values of `defaults` may use the placeholders that `words` gives for the merged release, but for the keys in
    `verbatim`. Raises SourceError.
    """
    mistakes: list[Mistake] = []
    filled = _expanded(defaults, words(_merged(release, defaults)), verbatim, mistakes)
    merged = _merged(release, filled)
    if mistakes:
        raise SourceError(tuple(mistakes))
    return merged


def typed(model: type[Model], words: Map) -> Model:
    """`words` as the frozen type `model`; raises SourceError with every mistake."""
    try:
        return model.model_validate(words)
    except ValidationError as error:
        found = [mistake for detail in error.errors() for mistake in _mistakes(model, words, detail)]
    own = words.mark.text.path.as_posix()
    found = [_naming_both(mistake, own) for mistake in dict.fromkeys(found)]
    raise SourceError(tuple(sorted(found, key=lambda m: (m.file != own, m.file, m.line, m.column))))


def visible(text: str) -> str:
    """`text` with what a terminal would obey or hide (controls, bidi overrides, lone surrogates) shown as escapes."""
    hidden = ("Cc", "Cf", "Cs", "Zl", "Zp")
    return "".join(
        ch.encode("unicode_escape", "surrogatepass").decode() if unicodedata.category(ch) in hidden else ch for ch in text
    )


class _Composer:
    """Reads libyaml's events lazily into Map, Seq, Word and None."""

    def __init__(self, path: Path, content: str) -> None:
        self.text = Text(path, content)
        self.events = self._events()
        self.mistakes: list[Mistake] = []
        self.nodes = 0

    def say(self, mark: Mark, message: str) -> None:
        self.mistakes.append(mark.mistake(message))

    def document(self) -> object:
        """The one document's value; None when there is none."""
        next(self.events)
        start = next(self.events)
        if isinstance(start, yaml.StreamEndEvent):
            return None
        if start.version or start.tags:
            self.say(self.mark(start), "directives such as %YAML are not read here; leave the line out")
        value = self.value(next(self.events), depth=1)
        next(self.events)
        after = next(self.events)
        if not isinstance(after, yaml.StreamEndEvent):
            self.say(self.mark(after), "a second document; a release is one document")
        return value

    def value(self, event: yaml.Event, depth: int) -> object:
        """The value that begins with `event`."""
        self.count(event, depth)
        if isinstance(event, yaml.AliasEvent):
            self.say(self.mark(event), f"aliases such as '*{event.anchor}' are not read here; write the value out")
            return None
        self.refuse_properties(event)
        if isinstance(event, yaml.MappingStartEvent):
            return self.map(event, depth)
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(event, depth)
        return self.scalar(cast("yaml.ScalarEvent", event))

    def map(self, event: yaml.MappingStartEvent, depth: int) -> Map:
        found = Map(self.mark(event))
        while not isinstance(start := next(self.events), yaml.MappingEndEvent):
            key_at = self.mark(start)
            key = self.value(start, depth + 1)
            event = next(self.events)
            value_at = self.mark(event)
            value = self.value(event, depth + 1)
            if not isinstance(key, Word):
                self.say(key_at, f"expected a text as the key, got {_shape(key)}")
            elif key == "<<":
                self.say(key_at, "merges ('<<') are not read here; write the values out")
            elif key in found:
                self.say(key_at, f"duplicate key '{key}'; it stands in line {found.keys_at[key].line} already")
            else:
                found.put(str(key), value, key_at, value_at)
        if found.keys_at:
            found.mark = next(iter(found.keys_at.values()))
        return found

    def sequence(self, event: yaml.SequenceStartEvent, depth: int) -> Seq:
        found = Seq(self.mark(event))
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            found.values_at.append(self.mark(event))
            found.append(self.value(event, depth + 1))
        return found

    def scalar(self, event: yaml.ScalarEvent) -> Word | None:
        mark = self.mark(event)
        plain = not event.style
        if plain and event.value in NULLS:
            return None
        if any("\ud800" <= ch <= "\udfff" for ch in event.value):
            self.say(mark, "a lone surrogate; write the character itself")
        if "\0" in event.value:
            self.say(mark, "a NUL character; no text can hold it")
        return Word.at(event.value, mark, plain=plain)

    def refuse_properties(self, event: yaml.NodeEvent) -> None:
        if event.anchor is not None:
            self.say(self.mark(event), f"anchors such as '&{event.anchor}' are not read here; write each value out")
        if event.tag is not None:
            self.say(self.mark(event), f"tags such as '{event.tag}' are not read here; the key says what its value is")

    def count(self, event: yaml.Event, depth: int) -> None:
        self.nodes += 1
        if depth > MAX_DEPTH:
            raise SourceError((*self.mistakes, self.mark(event).mistake(f"deeper than {MAX_DEPTH} levels")))
        if self.nodes > MAX_NODES:
            raise SourceError((*self.mistakes, self.mark(event).mistake(f"more than {MAX_NODES:,} values")))

    def mark(self, event: yaml.Event) -> Mark:
        start, end = event.start_mark, event.end_mark
        width = end.column - start.column if start.line == end.line else 1
        return Mark(self.text, start.line + 1, start.column + 1, max(1, width))

    def _events(self) -> Iterator[Any]:
        try:
            yield from yaml.parse(self.text.content, Loader=Loader)
        except yaml.MarkedYAMLError as error:
            place = error.problem_mark or error.context_mark
            lines = len(self.text.lines)
            mark = Mark(self.text, min(place.line + 1, lines), place.column + 1) if place else Mark(self.text, 1, 1)
            problem = ", ".join(part for part in (error.context, error.problem) if part)
            raise SourceError((*self.mistakes, mark.mistake(f"not YAML: {problem}"))) from None
        except yaml.YAMLError as error:
            mark = Mark(self.text, 1, 1)
            raise SourceError((*self.mistakes, mark.mistake(f"not YAML: {str(error).splitlines()[0]}"))) from None


def _decoded(path: Path, content: bytes) -> str:
    """The file's text; raises SourceError for what is too large or not UTF-8."""
    name = path.as_posix()
    if len(content) > MAX_BYTES:
        raise SourceError((Mistake(file=name, text=f"larger than 1 MB ({len(content):,} bytes); a release is a text"),))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8", "replace")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        message = f"not UTF-8: byte 0x{content[error.start]:02x}; save the file as UTF-8"
        raise SourceError((Mistake(file=name, line=line, column=column, text=message),)) from None
    for found in re.finditer("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", text):
        mark = Mark(Text(path, text), text.count("\n", 0, found.start()) + 1, found.start() - text.rfind("\n", 0, found.start()))
        raise SourceError((mark.mistake(f"a control character (U+{ord(found[0]):04X}); take it out"),))
    return text


def _expanded(defaults: Map, words: Mapping[str, str | int | None], verbatim: frozenset[str], mistakes: list[Mistake]) -> Map:
    """`defaults` with its placeholders filled."""

    def filled(value: object, *, literal: bool) -> object:
        if isinstance(value, Map):
            copy = Map(value.mark)
            for key, item in value.items():
                copy.put(key, filled(item, literal=literal or key in verbatim), value.keys_at[key], value.values_at[key])
            return copy
        if isinstance(value, Seq):
            listed = Seq(value.mark)
            listed.values_at = value.values_at
            listed.extend(filled(item, literal=literal) for item in value)
            return listed
        if isinstance(value, Word) and not literal:
            try:
                return Word.at(names.expand(value, words), value.mark, plain=value.plain)
            except ValueError as error:
                mistakes.append(value.mark.mistake(str(error)))
        return value

    return cast("Map", filled(defaults, literal=False))


def _merged(own: Map, defaults: Map) -> Map:
    """`own` over `defaults`, key by key."""
    merged = Map(own.mark)
    for key in (*own, *(key for key in defaults if key not in own)):
        layer = own if key in own else defaults
        value, below = layer[key], defaults.get(key)
        if key in own and isinstance(value, Map) and isinstance(below, Map):
            value = _merged(value, below)
        merged.put(key, value, layer.keys_at[key], layer.values_at[key])
    return merged


def _mistakes(model: type[BaseModel], words: Map, detail: ErrorDetails) -> Iterator[Mistake]:
    """What one of pydantic's errors says, in our words and at its place."""
    where, kind = detail["loc"], detail["type"]
    error = detail.get("ctx", {}).get("error")
    if isinstance(error, Wrong):
        for path, text in error.found:
            yield _at(words, (*where, *path), text)
    elif kind == "extra_forbidden":
        key = str(where[-1])
        near = names.suggestion(key, tuple(_model_at(model, where[:-1]).model_fields))
        hint = f"; did you mean '{near}'?" if near else ""
        yield _at(words, where, f"unknown key '{key}'{hint}", on_key=True, bare=True)
    elif kind == "missing":
        parent = f" in {_dotted(where[:-1])}" if where[:-1] else ""
        yield _at(words, where[:-1], f"missing key '{where[-1]}'{parent}", on_key=True, bare=True)
    else:
        expected = str(error) if error is not None else _EXPECTED.get(kind, detail["msg"])
        yield _at(words, where, f"expected {expected}, got {_shape(detail['input'])}")


_EXPECTED = {
    "model_type": "a map",
    "model_attributes_type": "a map",
    "dict_type": "a map",
    "mapping_type": "a map",
    "tuple_type": "a list",
    "list_type": "a list",
    "too_short": "at least one entry",
}


def _at(words: Map, where: Sequence[str | int], text: str, *, on_key: bool = False, bare: bool = False) -> Mistake:
    """A mistake at the value (or key) that `where` leads to, or as near as the file goes."""
    mark, value = words.mark, cast("object", words)
    for part in where:
        if isinstance(value, Map) and part in value:
            mark = (value.keys_at if on_key or value[str(part)] is None else value.values_at)[str(part)]
            value = value[str(part)]
        elif isinstance(value, Seq) and isinstance(part, int) and part < len(value):
            mark, value = value.values_at[part], value[part]
        else:
            break
    if isinstance(value, (Map, Seq)) and not (on_key and where and isinstance(where[-1], str)):
        mark = value.mark
    return mark.mistake(text if bare or not where else f"{_dotted(where)}: {text}")


def _dotted(where: Sequence[str | int]) -> str:
    """`tracks[0].bpm`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in where).removeprefix(".")


def _model_at(model: type[BaseModel], where: Sequence[str | int]) -> type[BaseModel]:
    """The model whose keys stand at `where`, for the suggestion of a near miss."""
    for part in where:
        if isinstance(part, str) and part in model.model_fields:
            model = next(_models(model.model_fields[part].annotation), model)
    return model


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    """The models within a type annotation."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)


def _naming_both(mistake: Mistake, own: str) -> Mistake:
    """A mistake in an inherited value, with the release that inherits it."""
    if mistake.file == own:
        return mistake
    return Mistake(**{**vars(mistake), "text": f"{mistake.text} (inherited by {own})"})


def _shape(value: object) -> str:
    """What a value is, in a user's words."""
    if value is None:
        return "nothing"
    if isinstance(value, str):
        return f"'{value}'" if len(value) <= EXCERPT else f"'{value[:EXCERPT]}...' ({len(value)} characters)"
    return {"Map": "a map", "dict": "a map", "Seq": "a list", "list": "a list"}.get(type(value).__name__, repr(value))


def _excerpt(lines: list[str], column: int, width: int) -> tuple[str, str]:
    """The line around a column, and its caret line: as wide on a terminal as the line is."""
    if not lines:
        return "", ""
    begin = max(0, column - 1 - EXCERPT // 2) if len(lines[0]) > EXCERPT else 0
    shown = lines[0][begin : begin + EXCERPT].replace("\t", " ")
    before = visible(shown[: column - 1 - begin])
    meant = visible(shown[column - 1 - begin : column - 1 - begin + width])
    return visible(shown), " " * _columns(before) + "^" * max(1, _columns(meant))


def _columns(text: str) -> int:
    """How many columns of a terminal `text` takes."""
    return sum(0 if unicodedata.combining(ch) else 1 + (unicodedata.east_asian_width(ch) in "WF") for ch in text)
