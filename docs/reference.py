"""Writes docs/reference.md from the schema, the format names and the verbs: `python docs/reference.py > docs/reference.md`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pressroom.commands import DOIT_VERBS, VERBS, help_text
from pressroom.formats.audio import LOSSLESS, NAMED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pressroom.formats.audio import Encoding

SCHEMA = Path(__file__).parent.parent / "schemas" / "album.schema.json"
BEGINNING = """\
# Reference

`python docs/reference.py > docs/reference.md` writes this page; a test compares the two. How things go together is told in
the [tutorial](tutorial.md).

## Files

- `releases/<slug>.yaml` or `releases/<slug>/release.yaml` is a release. A slug is made of `a-z`, `0-9` and `-`; paths in
  the file start at its folder.
- `releases/defaults.yaml` gives values for every release. A release's own value wins; maps merge key by key, lists replace.
  Its texts may use `{artist}`, `{album_artist}`, `{title}`, `{year}` and `{label}`.
- `build/<slug>/` is what people take away.
- `.pressroom/` holds state and intermediates; you may delete it at no loss but time,
  and the knowledge of files under old titles: `doit prune` goes by the record.
- `releases/<slug>.lock.json` holds what was published; `doit publish` writes it, and you commit it.
- `published/` holds the payloads that are being served, and `journal.jsonl`, which says what was published when. No build
  touches it.

A value without quotes is a text where the word takes a text: `1984`, `1.10` and `no` are what you write. A number is a
decimal, a boolean is `true` or `false`, and an empty value, `~` and `null` are as if the word were not there. Anchors,
aliases, tags, merges and duplicate keys are refused.
"""
SETTINGS = """\
## Settings

In `[tool.pressroom]` of `pyproject.toml`, or in `pressroom.toml`, at the top of the repo; an environment variable wins.

| Setting | Variable | Default | What it is |
|---|---|---|---|
| `build` | `PRESSROOM_BUILD` | `build` | The folder of the outputs, in the repo. |
| `jobs` | `PRESSROOM_JOBS` | `cores` | How many steps run at once. |
| `cache = {max = ...}` | `PRESSROOM_CACHE_MAX` | `20 GB` | How much the cache may hold; twice the outputs is of use. |
| `ffmpeg` | `PRESSROOM_FFMPEG` | `bundled` | The path of an ffmpeg of version 7 or newer. |

## Exit codes

| Code | What happened |
|---|---|
| 0 | All is done. |
| 1 | A step or a check failed: a master is missing or bad, or a program failed. |
| 2 | The YAML or the command line is wrong. |
| 3 | The machine is not fit: ffmpeg is missing, or the disk is full. |
| 4 | Another build runs here, and `--no-wait` was given. |
| 10 | `doit plan` found work. |
| 128 + n | Signal n stopped the build. |

One bad release never stops the others.
"""


def reference() -> str:
    """The whole page."""
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    parts = [BEGINNING, *_section("An album", schema, schema)]
    parts += [line for name, one in schema["$defs"].items() if _maps(one) for line in _section(name, one, schema)]
    return "\n".join([*parts, _formats(), SETTINGS, *_commands()])


def _section(name: str, found: dict[str, Any], schema: dict[str, Any]) -> Iterator[str]:
    """A heading, a sentence, and a table of the words that a map may have."""
    yield f"## {name}\n"
    for words in _maps(found):
        yield f"{_sentence(found) or _sentence(words)}\n"
        if others := [_takes(one, schema) for one in _choices(found) if one is not words]:
            yield f"It is {' or '.join(others)}, or a map of these words:\n"
        yield "| Word | Takes | Default | What it is |"
        yield "|---|---|---|---|"
        for word, one in words["properties"].items():
            default = "required" if word in words.get("required", ()) else _default(one)
            yield f"| `{word}` | {_takes(one, schema)} | {default} | {_sentence(one)} |"
        yield ""


def _maps(found: dict[str, Any]) -> list[dict[str, Any]]:
    """The maps with words of their own that a part of the schema allows."""
    return [one for one in (_choices(found) or [found]) if "properties" in one]


def _choices(found: dict[str, Any]) -> list[dict[str, Any]]:
    """What a part of the schema allows beside null, where there are several."""
    return [one for one in found.get("anyOf", ()) if one.get("type") != "null"]


def _takes(found: dict[str, Any], schema: dict[str, Any]) -> str:
    """What a word takes, in a few words."""
    if "$ref" in found:
        name = found["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})" if _maps(schema["$defs"][name]) else _takes(schema["$defs"][name], schema)
    if choices := _choices(found):
        taken = dict.fromkeys(_takes(one, schema) for one in choices)
        return "text" if "text" in taken else " or ".join(taken)
    if "enum" in found or "const" in found:
        return ", ".join(f"`{_yaml(one)}`" for one in found.get("enum", [found.get("const")]))
    return _shape(found, schema)


def _shape(found: dict[str, Any], schema: dict[str, Any]) -> str:
    """What a value without a list of choices looks like."""
    kinds = [found["type"]] if isinstance(found.get("type"), str) else found.get("type", [])
    kind = next((one for one in kinds if one != "null"), "null")
    if kind == "array":
        return f"list of {_takes(found['items'], schema)}" if "items" in found else "nothing yet"
    if kind == "object":
        return "map of names to files" if isinstance(found.get("additionalProperties"), dict) else "nothing yet"
    limits = "".join(f" {words} {found[key]}" for key, words in (("minimum", "from"), ("maximum", "to")) if key in found)
    return {"integer": "whole number", "number": "number", "boolean": "`true`, `false`", "null": "nothing yet"}.get(
        kind, "text"
    ) + limits


def _default(found: dict[str, Any]) -> str:
    """A word's default, where it is a value."""
    value = found.get("default")
    return "" if value in (None, [], {}) or isinstance(value, dict) else f"`{_yaml(value)}`"


def _sentence(found: dict[str, Any]) -> str:
    """What a word is, with an example."""
    said = [" ".join(found.get("description", "").split())]
    examples = found.get("examples") or [one for choice in found.get("anyOf", ()) for one in choice.get("examples", ())]
    if examples:
        said.append(f"For example `{_yaml(examples[0])}`.")
    return " ".join(filter(None, said)).replace("|", "\\|")


def _yaml(value: object) -> str:
    """A value as it is written."""
    if isinstance(value, list):
        return f"[{', '.join(map(_yaml, value))}]"
    return value if isinstance(value, str) else json.dumps(value)


def _formats() -> str:
    """The table of the format names."""
    rows = [f"| `{name}` | {_encoding(encoding)} | `{encoding.suffix}` |" for name, encoding in NAMED.items()]
    return "\n".join(["## Format names\n", "| Name | What it is | Ending |", "|---|---|---|", *rows, ""])


def _encoding(encoding: Encoding) -> str:
    """A format in a few words."""
    if encoding.codec in LOSSLESS:
        return f"{encoding.codec}, lossless, with the depth, rate and channels of the master"
    how = f"{encoding.bitrate} kbit/s" if encoding.bitrate is not None else f"quality {encoding.quality:g}"
    return f"{encoding.codec}, {how}"


def _commands() -> Iterator[str]:
    """What every verb's `--help` says."""
    yield "## Commands\n"
    for verb in ("", *DOIT_VERBS, *VERBS):
        yield f"### pressroom {verb}".rstrip() + "\n"
        yield f"```text\n{help_text(verb).rstrip()}\n```\n"


if __name__ == "__main__":
    sys.stdout.write(reference())
