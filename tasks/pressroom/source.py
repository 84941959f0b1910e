"""YAML to frozen types, with file, line and column: reading, inheriting, and saying what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from pressroom import names
from pressroom.errors import SourceError
from pressroom.yamltext import MAX_BYTES, MAX_MISTAKES, Map, Mark, Seq, Text, Unread, Word, blank, parse, shape, short, visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pydantic_core import ErrorDetails

    from pressroom.errors import Mistake

__all__ = [
    "MAX_BYTES",
    "Map",
    "Mark",
    "Seq",
    "Text",
    "Unspoken",
    "Word",
    "Wrong",
    "blank",
    "inherit",
    "parse",
    "typed",
    "visible",
]

Model = TypeVar("Model", bound=BaseModel)
Placeholders = Mapping[str, str | int | None]
Where = tuple[str | int, ...]
UNSPOKEN = "unspoken"


class Wrong(ValueError):  # noqa: N818  # a verdict on words, raised by validators; the error that leaves is SourceError
    """Mistakes that a validator finds: (path below its own place, text) pairs; without a path, the text stands for itself."""

    def __init__(self, *found: tuple[Where, str]) -> None:
        super().__init__("; ".join(text for _, text in found))
        self.found = found


class Unspoken(Wrong):
    """A mistake in a value that may be a secret: its line is not shown."""


def inherit(
    release: Map, defaults: Map, words: Callable[[Mapping[str, object]], Placeholders], *, verbatim: frozenset[str]
) -> Map:
    """`release` with the values of `defaults` where it has none of its own; maps merge key by key, lists replace.

    The inherited texts may use the placeholders that `words` gives for the merged release, but for the keys in `verbatim`;
    those may be inherited texts with placeholders themselves. What is wrong with one becomes a mistake of the whole.
    """
    known = _placeholders(release, defaults, words, verbatim)
    mistakes: list[Mistake] = []

    def fill(word: Word) -> object:
        try:
            return Word.at(names.expand(word, known), word.mark, plain=word.plain)
        except ValueError as error:
            mistakes.append(word.mark.mistake(_naming_both(str(error), word.mark, release.mark)))
            return Unread()

    merged = _merged(release, defaults, fill, verbatim)
    merged.mistakes = (*release.mistakes, *defaults.mistakes, *mistakes)
    return merged


def typed(model: type[Model], words: Map) -> Model:
    """`words` as the frozen type `model`; raises SourceError with every mistake, of form and of meaning, in file order."""
    found: list[Mistake] = []
    try:
        release = model.model_validate(words)
    except ValidationError as error:
        found = _mistakes(model, words, error.errors(include_url=False))
    else:
        if not words.mistakes:
            return release
    own = words.mark.text.path.as_posix()
    every = dict.fromkeys((*words.mistakes, *found))
    raise SourceError(tuple(sorted(every, key=lambda m: (m.file != own, m.file, m.line, m.column))))


def _merged(own: Map, defaults: Map, fill: Callable[[Word], object], verbatim: frozenset[str]) -> Map:
    """`own` over `defaults`, key by key; what is inherited goes through `fill`.

    A sort form belongs to its name: where `own` has another `artist`, the inherited `artist_sort` is not that one's.
    """
    merged = Map(own.mark)
    merged.partial = own.partial or defaults.partial
    for key, value in own.items():
        below = defaults.get(key)
        whole = _merged(value, below, fill, verbatim) if isinstance(value, Map) and isinstance(below, Map) else value
        merged.put(key, whole, own.keys_at[key], own.values_at[key])
    for key, value in defaults.items():
        if key not in own and not (key.endswith("_sort") and key.removesuffix("_sort") in own):
            inherited = value if key in verbatim else _inherited(value, fill)
            merged.put(key, inherited, defaults.keys_at[key], defaults.values_at[key])
    return merged


def _inherited(value: object, fill: Callable[[Word], object]) -> object:
    """A value with each of its texts gone through `fill`."""
    if isinstance(value, Word):
        return fill(value)
    if isinstance(value, Map):
        return _merged(Map(value.mark), value, fill, frozenset())
    if isinstance(value, Seq):
        listed = Seq(value.mark)
        listed.values_at = value.values_at
        listed.extend(_inherited(item, fill) for item in value)
        return listed
    return value


def _placeholders(
    release: Map, defaults: Map, words: Callable[[Mapping[str, object]], Placeholders], verbatim: frozenset[str]
) -> Placeholders:
    """What the placeholders stand for; each round fills those whose own text uses others, down a chain of at most all."""
    known: Placeholders = {}
    for _ in range(1 + len(words({}))):
        merged = _merged(release, defaults, partial(_filled, known=known), verbatim)
        # What could not be read stands for something: its mistake is known, and no other follows from it.
        known = words({key: "-" if isinstance(value, Unread) else value for key, value in merged.items()})
    return known


def _filled(word: Word, known: Placeholders) -> object:
    """A text with its placeholders filled, or None while one of them has no value."""
    try:
        return Word.at(names.expand(word, known), word.mark, plain=word.plain)
    except ValueError:
        return None


class _Verdict(NamedTuple):
    """What pydantic or a validator finds wrong at a place; `text` is empty for an unknown key, which is worded last."""

    mark: Mark
    where: Where
    kind: str
    text: str


def _mistakes(model: type[BaseModel], words: Map, details: Sequence[ErrorDetails]) -> list[Mistake]:
    """The first mistakes of a file, in our words: wording a near miss is dear, and a hostile file makes thousands."""
    verdicts = sorted((v for detail in details for v in _verdicts(words, detail)), key=lambda verdict: verdict.mark.place)
    shown = verdicts[:MAX_MISTAKES]
    near = {v: _near(model, words, v.where) for v in shown if v.kind == "extra_forbidden"}
    unspoken = {verdict.mark.line for verdict in verdicts if verdict.kind == UNSPOKEN}
    meant = {(*v.where[:-1], key) for v, key in near.items() if key}
    found = []
    for verdict in shown:
        if verdict.kind != "missing" or verdict.where not in meant:
            text = verdict.text or _unknown(verdict.where, near.get(verdict))
            mistake = verdict.mark.mistake(_naming_both(text, verdict.mark, words.mark))
            found.append(replace(mistake, excerpt="", caret="") if mistake.line in unspoken else mistake)
    if len(verdicts) > MAX_MISTAKES:
        found.append(verdicts[MAX_MISTAKES].mark.mistake(f"{MAX_MISTAKES} mistakes up to here; the rest is not shown"))
    return found


def _verdicts(words: Map, detail: ErrorDetails) -> Iterator[_Verdict]:
    """What one of pydantic's errors finds, but for what follows from a value that could not be read."""
    where, kind = detail["loc"], detail["type"]
    error = detail.get("ctx", {}).get("error")
    if isinstance(error, Wrong):
        for path, text in error.found:
            whole = (*where, *path)
            spoken = UNSPOKEN if isinstance(error, Unspoken) else kind
            told = f"{_dotted(whole)}: {text}" if path or spoken == UNSPOKEN else text
            yield _Verdict(_mark(words, whole), whole, spoken, told)
    elif kind == "missing":
        parent = _value(words, where[:-1])
        if not (isinstance(parent, Map) and parent.partial):
            within = f" in {_dotted(where[:-1])}" if where[:-1] else ""
            yield _Verdict(_mark(words, where[:-1]), where, kind, f"missing key '{where[-1]}'{within}")
    elif kind == "extra_forbidden":
        yield _Verdict(_mark(words, where, on_key=True), where, kind, "")
    elif not isinstance(detail["input"], Unread):
        expected = f"expected {error or _EXPECTED.get(kind, detail['msg'])}, got {shape(detail['input'])}"
        if where[-1] == "[key]":
            yield _Verdict(_mark(words, where[:-1], on_key=True), where, kind, f"{_dotted(where[:-2])}: a key: {expected}")
        else:
            yield _Verdict(_mark(words, where), where, kind, f"{_dotted(where)}: {expected}")


def _near(model: type[BaseModel], words: Map, where: Where) -> str | None:
    """The key that an unknown one was probably meant to be."""
    return names.suggestion(short(str(where[-1])), tuple(_model_at(model, words, where[:-1]).model_fields))


def _unknown(where: Where, near: str | None) -> str:
    """What is said of an unknown key."""
    return f"unknown key '{short(str(where[-1]))}'" + (f"; did you mean '{near}'?" if near else "")


_EXPECTED = {"model_type": "a map", "dict_type": "a map", "tuple_type": "a list"}


def _mark(words: Map, where: Where, *, on_key: bool = False) -> Mark:
    """The mark of the value (or key) that `where` leads to, or as near as the file goes: of a map, its first key."""
    mark, value = words.mark, _value(words, ())
    for part in where:
        if isinstance(value, Map) and isinstance(part, str) and part in value:
            mark = (value.keys_at if on_key or value[part] is None else value.values_at)[part]
            value = value[part]
        elif isinstance(value, Seq) and isinstance(part, int) and part < len(value):
            mark, value = value.values_at[part], value[part]
        else:
            break
    return value.mark if isinstance(value, (Map, Seq)) and not on_key else mark


def _value(words: Map, where: Where) -> object:
    """The value that `where` leads to; None where the file does not go so far."""
    value: object = words
    for part in where:
        if isinstance(value, Map):
            value = value.get(str(part))
        else:
            value = value[part] if isinstance(value, Seq) and isinstance(part, int) and part < len(value) else None
    return value


def _dotted(where: Where) -> str:
    """`tracks[0].bpm`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{short(part)}" for part in where).removeprefix(".")


def _model_at(model: type[BaseModel], words: Map, where: Where) -> type[BaseModel]:
    """The model whose keys stand at `where`, for the suggestion of a near miss."""
    for end, part in enumerate(where, 1):
        if isinstance(part, str) and part in model.model_fields:
            candidates = list(_models(model.model_fields[part].annotation)) or [model]
            inner = _value(words, where[: end + 1] if where[end:] and isinstance(where[end], int) else where[:end])
            model = next((one for one in candidates if _means(one, inner)), candidates[0])
    return model


def _means(model: type[BaseModel], value: object) -> bool:
    """Whether a map names this model, of several that may stand there, by its `to`."""
    named = model.model_fields.get("to")
    return named is not None and isinstance(value, Map) and value.get("to") in get_args(named.annotation)


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    """The models within a type annotation."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)


def _naming_both(message: str, mark: Mark, own: Mark) -> str:
    """A message about an inherited value names the release that inherits it."""
    if mark.text.path == own.text.path:
        return message
    return f"{message} (inherited by {own.text.path.as_posix()})"
