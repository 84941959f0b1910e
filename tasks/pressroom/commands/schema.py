"""`pressroom schema KIND`: the JSON Schema of a kind, from which editors complete and check."""

from __future__ import annotations

import json
from typing import Any

from pressroom.commands import one_argument
from pressroom.errors import UsageError
from pressroom.names import suggestion

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
    made = KINDS[kind].words.model_json_schema()
    for part in (made, *made["$defs"].values()):
        _let_be_empty(part)
    required = [key for key in made["required"] if key in ALWAYS_REQUIRED]
    return {"$schema": DRAFT, **made, "title": kind, "required": required}


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
