"""Why a step is stale, field by field: the action that it last was, held against the one that it would be now."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

LONGEST_VALUE = 60
SHORTEST_DIGEST = 40
"""Characters from which on a tool's fingerprint is a digest, and tells nobody anything."""
MISSING = object()
ROLE = re.compile(r"(input|output) \d+")
"""What stands for a file in an action; that the file changed is told of the file."""


def differences(before: str, now: str, files: Sequence[Path]) -> list[str]:
    """Sentences on what differs between two actions (canonical JSON).

    `files` are the step's inputs and hints, in order; without them, contents are not compared.
    """
    old, new = _read(before), _read(now)
    if old is None or new is None:
        return ["what it was made of is not known any more"]
    sentences = [*_tools(old.get("tools"), new.get("tools"))]
    if (was := old.get("revision")) != (will := new.get("revision")):
        sentences.append(f"this version of pressroom makes it in another way ({was} -> {will})")
    sentences += _fields(dict(_flat(old.get("parameters"))), dict(_flat(new.get("parameters"))))
    was, will = old.get("inputs"), new.get("inputs")
    if isinstance(was, list) and isinstance(will, list) and len(was) != len(will):
        sentences.append(f"it reads {len(will)} files, and {len(was)} the last time")
    elif files and isinstance(was, list) and isinstance(will, list):
        sentences += [f"{path} changed" for path, one, other in zip(files, was, will, strict=False) if one != other]
    return sentences


def _fields(old: Mapping[str, object], new: Mapping[str, object]) -> Iterator[str]:
    """What differs between two flat maps of fields."""
    for name in dict.fromkeys((*old, *new)):
        was, will = old.get(name, MISSING), new.get(name, MISSING)
        if was == will or ROLE.fullmatch(str(was)) or ROLE.fullmatch(str(will)):
            continue
        if was is MISSING:
            yield f"{name} is new: {_shown(will)}"
        elif will is MISSING:
            yield f"{name} is gone: {_shown(was)}"
        else:
            yield f"{name} changed: {_shown(was)} -> {_shown(will)}"


def _flat(value: object, name: str = "") -> Iterator[tuple[str, object]]:
    """Every plain value with its dotted name; pairs of a name and its values are fields too, and so is JSON inside a text."""
    if isinstance(value, str) and value.startswith("{") and (inner := _read(value)) is not None:
        value = inner
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _flat(item, f"{name}.{key}" if name else key)
    elif isinstance(value, list) and len(value) == 1 and not isinstance(value[0], (list, dict)):
        yield name, value[0]
    elif isinstance(value, list):
        for index, item in enumerate(value):
            if isinstance(item, list) and len(item) == 2 and isinstance(item[0], str):  # noqa: PLR2004  # a pair
                yield from _flat(item[1], f"{name}.{item[0]}")
            else:
                yield from _flat(item, f"{name}[{index}]")
    else:
        yield name, value


def _tools(old: object, new: object) -> Iterator[str]:
    """The tools that are other ones, with their versions where these are known."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        return
    for tool in dict.fromkeys((*old, *new)):
        was, will = str(old.get(tool, "")), str(new.get(tool, ""))
        if was != will and max(len(was), len(will)) < SHORTEST_DIGEST:
            yield f"{tool} changed: {was or 'none'} -> {will or 'none'}"
        elif was != will:
            yield f"{tool} is not the one of the last time"


def _shown(value: object) -> str:
    """A value as a sentence can hold it."""
    text = json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else f"'{value}'"
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"


def _read(text: str) -> dict[str, Any] | None:
    """A JSON object; None for anything else."""
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
