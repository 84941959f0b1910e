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
    required = [key for key in made["required"] if key in ("kind", "title", "tracks")]
    return {"$schema": DRAFT, **made, "title": kind, "required": required}
