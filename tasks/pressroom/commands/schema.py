"""`pressroom schema KIND`: the JSON Schema of a kind, from which editors complete and check."""

from __future__ import annotations

import ast
import inspect
import json
import textwrap
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from pressroom.commands import one_argument
from pressroom.errors import UsageError
from pressroom.names import suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

USAGE = """\
usage: pressroom schema KIND

Print the JSON Schema of a kind (album), for editors. It accepts what the loader accepts, as far as a
schema can say it; keys that releases/defaults.yaml may give are not required.
"""
ALWAYS_REQUIRED = ("kind", "title", "tracks")
"""What no release inherits; `artist` may stand in releases/defaults.yaml, which a schema cannot see."""
DRAFT = "https://json-schema.org/draft/2020-12/schema"


def run(arguments: list[str]) -> int:
    """Print the schema; raises UsageError for an unknown kind."""
    print(text(one_argument(arguments, USAGE)), end="")  # noqa: T201
    return 0


def text(kind: str) -> str:
    """The schema as the file `schemas/<kind>.schema.json` holds it."""
    return json.dumps(schema(kind), indent=2, ensure_ascii=False) + "\n"


def schema(kind: str) -> dict[str, Any]:
    """The schema of a kind's words (JSON Schema, draft 2020-12); raises UsageError for an unknown kind."""
    from pressroom.kinds import KINDS  # noqa: PLC0415  # `pressroom --help` need not pay for pydantic

    if kind not in KINDS:
        near = suggestion(kind, KINDS)
        raise UsageError(f"'{kind}' is no kind of release" + (f"; did you mean '{near}'?" if near else f": {', '.join(KINDS)}"))
    words = KINDS[kind].words
    made = words.model_json_schema()
    for name, part in (*made["$defs"].items(), (words.__name__, made)):
        _describe(part, _texts(name))
        _let_be_empty(part)
    required = [key for key in made["required"] if key in ALWAYS_REQUIRED]
    return {"$schema": DRAFT, **made, "title": kind, "required": required}


def _texts(name: str) -> dict[str, str]:
    """The text below each field of the words of this name, and of those that these inherit from."""
    from pressroom.kinds.parts import Words  # noqa: PLC0415  # likewise

    waiting = [Words]
    while waiting:
        words = waiting.pop()
        waiting += words.__subclasses__()
        if words.__name__ == name:
            bases = [one for one in reversed(words.__mro__) if issubclass(one, Words)]
            return {field: text for one in bases for field, text in _below(one)}
    return {}


def _below(words: type) -> Iterator[tuple[str, str]]:
    """Each field of a class that a text stands below, with the text."""
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(words))).body
    for field, text in pairwise(tree.body if isinstance(tree, ast.ClassDef) else ()):
        said = text.value.value if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant) else None
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(said, str):
            yield field.target.id, inspect.cleandoc(said)


def _describe(part: dict[str, Any], texts: Mapping[str, str]) -> None:
    """Put the texts into the schema of a map, where its keys are in order."""
    for inner in part.get("anyOf", ()):
        _describe(inner, texts)
    for key, value in part.get("properties", {}).items():
        if key in texts:
            part["properties"][key] = dict(sorted({"description": texts[key], **value}.items()))


def _let_be_empty(part: dict[str, Any]) -> None:
    """Take null for each key that is not required: `label:` with nothing after it is as if it were not there."""
    for inner in part.get("anyOf", ()):
        _let_be_empty(inner)
    for key, value in part.get("properties", {}).items():
        if key not in part.get("required", ()):
            part["properties"][key] = _or_null(value)


def _or_null(value: dict[str, Any]) -> dict[str, Any]:
    """The schema of a value that may be null too."""
    if "$ref" in value:
        rest = {key: said for key, said in value.items() if key != "$ref"}
        return {"anyOf": [{"$ref": value["$ref"]}, {"type": "null"}], **rest}
    if "anyOf" in value:
        return {**value, "anyOf": [*(one for one in value["anyOf"] if one != {"type": "null"}), {"type": "null"}]}
    if "enum" in value:
        return {**value, "enum": [*(one for one in value["enum"] if one is not None), None]}
    types = [value["type"]] if isinstance(value["type"], str) else value["type"]
    return {**value, "type": [*types, "null"]}
