"""The words that kinds share: how each key reads its scalar, and the maps that several kinds have.

A reader raises ValueError with a text that completes "expected ..., got 'x'". A scalar arrives as `Word`, a str that knows
where it stands and whether it is plain; plain Python values (as in a test) are taken too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler
from pydantic_core import core_schema

from pressroom import names
from pressroom.formats import identifiers
from pressroom.source import Word, Wrong

DECIMAL = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
UNITS = {"B": 1, "kB": 1_000, "KB": 1_000, "MB": 1_000_000, "GB": 1_000_000_000, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}
SCALAR: dict[str, Any] = {"type": ["string", "number", "boolean"]}
"""What an editor sees in a plain scalar that is read as text: `1984`, `1.10` and `true` are text here."""


class Words(BaseModel):
    """A map of the YAML: frozen, no unknown keys, its fields named as its keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


@dataclass(frozen=True, eq=False)
class Reads:
    """How a scalar is read, and the JSON Schema that says the same to an editor."""

    read: Callable[[object], object]
    schema: Mapping[str, Any]

    def __get_pydantic_core_schema__(self, source: object, handler: object) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(self.read)

    def __get_pydantic_json_schema__(self, schema: object, handler: object) -> dict[str, Any]:
        return dict(self.schema)


class NamedFiles:
    """Reads a map of the author's own names to files as (name, path) pairs: a map in a frozen value could be changed."""

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        names_checked = core_schema.no_info_before_validator_function(
            lambda value: {line(name): item for name, item in value.items()} if isinstance(value, Mapping) else value,
            handler.generate_schema(dict[str, SourcePath]),
        )
        return core_schema.no_info_after_validator_function(
            lambda files: tuple(files.items()),
            names_checked,
            serialization=core_schema.plain_serializer_function_ser_schema(
                lambda files: {name: path.as_posix() for name, path in files}
            ),
        )


def text(value: object) -> str:
    """Any scalar as it is written; empty text, and control characters other than line break and tab, are refused."""
    if not isinstance(value, str):
        raise ValueError("a text")  # noqa: TRY004  # pydantic makes a mistake of ValueError alone
    if not value.strip():
        raise ValueError("a text that is not empty")
    if found := re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]", value):
        raise ValueError(f"a text without control characters (here U+{ord(found[0]):04X})")
    return str(value)


def line(value: object) -> str:
    """A text of one line."""
    one = text(value).strip()
    if re.search("[\n\u2028\u2029]", one):
        raise ValueError("a text of one line")
    return one


def flag(value: object) -> bool:
    """`true` or `false`, nothing else."""
    if isinstance(value, bool):
        return value
    if _plain(value) and value in ("true", "false"):
        return value == "true"
    raise ValueError("true or false")


def number(low: float, high: float) -> Reads:
    """Reads a YAML 1.2 decimal (section 10.3.2) from `low` to `high`."""

    def read(value: object) -> float:
        found = float(value) if isinstance(value, str) and _plain(value) and DECIMAL.fullmatch(value) else value
        if isinstance(found, bool) or not isinstance(found, (int, float)) or not low <= found <= high:
            raise ValueError(f"a number from {low:g} to {high:g}")
        return int(found) if found == int(found) else found

    return Reads(read, {"type": "number", "minimum": low, "maximum": high})


def whole(low: int, high: int) -> Reads:
    """Reads a whole number from `low` to `high`."""

    def read(value: object) -> int:
        found = int(value) if isinstance(value, str) and _plain(value) and re.fullmatch("[-+]?[0-9]{1,12}", value) else value
        if isinstance(found, bool) or not isinstance(found, int) or not low <= found <= high:
            raise ValueError(f"a whole number from {low} to {high}")
        return found

    return Reads(read, {"type": "integer", "minimum": low, "maximum": high})


def one_of(*words: str) -> Reads:
    """Reads one of `words`, and proposes the near one."""

    def read(value: object) -> str:
        if isinstance(value, str) and value in words:
            return str(value)
        near = names.suggestion(value, words) if isinstance(value, str) else None
        raise ValueError(f"one of {', '.join(words)}" + (f" (did you mean '{near}'?)" if near else ""))

    return Reads(read, {"enum": list(words)})


def identifier(verified: Callable[[str], str], *examples: str) -> Reads:
    """Reads an identifier that `verified` checks and brings into its canonical form."""
    return Reads(lambda value: verified(line(value)), {**SCALAR, "examples": list(examples)})


def template(*placeholders: str) -> Reads:
    """Reads a template that uses no other placeholders."""

    def read(value: object) -> str:
        written = line(value)
        names.expand(written, dict.fromkeys(placeholders, 1))
        return written

    return Reads(read, {"type": "string"})


def path(value: object) -> Path:
    """A file below the folder of the YAML file that names it; returned relative to the repo's root."""
    if isinstance(value, Path):
        return value
    written = line(value)
    if written.startswith(("/", "~")) or "\\" in written or re.match("[A-Za-z]:", written):
        raise ValueError("a path relative to the YAML file, with '/' between its parts")
    if ".." in PurePosixPath(written).parts:
        raise ValueError("a path below the YAML file's folder, without '..'")
    folder = value.mark.text.path.parent if isinstance(value, Word) else Path()
    return folder / PurePosixPath(written)


def text_or_path(value: object) -> str | Path:
    """One line that ends in .txt or .lrc is a file; anything else is the text itself."""
    if isinstance(value, str) and "\n" not in value and value.lower().endswith((".txt", ".lrc")):
        return path(value)
    return value if isinstance(value, Path) else text(value).strip("\n")


def byte_size(value: object) -> int:
    """A size such as `1 MB` or `500 kB`, in bytes."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    found = re.fullmatch(r"([0-9]{1,9}(?:\.[0-9]{1,3})?) ?([A-Za-z]+)", value) if isinstance(value, str) else None
    if not found or found[2] not in UNITS:
        raise ValueError("a size such as '1 MB' or '500 kB'")
    return int(float(found[1]) * UNITS[found[2]])


def not_made_yet(word: str, *empty: object) -> Reads:
    """Refuses any value of a word whose maker does not exist; null and the values of `empty` are taken."""

    def read(value: object) -> None:
        if value is not None and value not in empty:
            raise Wrong(((), f"'{word}' is not made yet; take it out"))

    schemas = {"null": {}, "list": {"maxItems": 0}, "dict": {"maxProperties": 0}}
    taken = ["null", *("array" if isinstance(value, list) else "object" for value in empty)]
    limits = {key: limit for value in empty for key, limit in schemas[type(value).__name__].items()}
    return Reads(read, {"type": taken, **limits, "description": "Not made yet."})


def _plain(value: object) -> bool:
    """Whether a scalar is written without quotes."""
    return getattr(value, "plain", True) is True


Text = Annotated[str, Reads(text, SCALAR)]
Line = Annotated[str, Reads(line, SCALAR)]
Flag = Annotated[bool, Reads(flag, {"type": "boolean"})]
SourcePath = Annotated[Path, Reads(path, {"type": "string", "examples": ["masters/01-rise.wav"]})]
TextOrPath = Annotated[str | Path, Reads(text_or_path, SCALAR)]
ByteSize = Annotated[int, Reads(byte_size, {"type": "string", "examples": ["1 MB", "500 kB"]})]
Files = Annotated[tuple[tuple[str, Path], ...], NamedFiles()]
"""Files by names of the author's own, as (name, path) pairs."""
Date = Annotated[str, identifier(identifiers.date, "2026", "2026-05", "2026-05-01")]
Language = Annotated[str, identifier(identifiers.language, "en", "pt-BR")]
Licence = Annotated[str, identifier(identifiers.licence, "CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/")]
Url = Annotated[str, identifier(identifiers.url, "https://lanterns.example")]
Isrc = Annotated[str, identifier(identifiers.isrc, "QZABC2600001")]
Iswc = Annotated[str, identifier(identifiers.iswc, "T-034.524.680-1")]
Barcode = Annotated[str, identifier(identifiers.barcode, "0724384260958")]


class Credit(Words):
    """Who did what."""

    name: Line
    role: Line
    """A word such as composer, lyricist, performer, producer, engineer, mixer, arranger, conductor or remixer."""
    instrument: Line | None = None
    """What a performer plays; `vocals` too."""


class Embed(Words):
    """The picture inside audio files."""

    size: Annotated[int, whole(100, 5000)] = 1400
    """The longer side, in pixels."""
    bytes: ByteSize = 1_000_000


class Provenance(Words):
    """How an AI-assisted or sampled work came to be."""

    generator: Line | None = None
    version: Line | None = None
    build: Line | None = None
    url: Url | None = None
    evidence: tuple[SourcePath, ...] = ()
    """Files that prove it; release.json holds their digests."""
