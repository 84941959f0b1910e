"""The words that kinds share: how each key reads its scalar, and the maps that several kinds have.

A reader raises ValueError with a text that completes "expected ..., got 'x'". A scalar arrives as `Word`, a str that knows
where it stands and whether it is plain; plain Python values (as in a test) are taken too. Beside each reader stands the JSON
Schema that says the same to an editor, of values as YAML 1.2 reads them: `1984` and `1.10` are numbers there and text here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler, model_validator
from pydantic_core import core_schema

from pressroom import names
from pressroom.formats import identifiers
from pressroom.formats.secretname import SecretName
from pressroom.source import Unspoken, Word, Wrong

DECIMAL = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?")
UNITS = {"B": 1, "kB": 1_000, "KB": 1_000, "MB": 1_000_000, "GB": 1_000_000_000, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}
LONGEST_LINE = 1000
SMALLEST_PICTURE = 10_000
CONTROLS = r"\u0000-\u0008\u000b-\u001f\u007f-\u009f"
SECRET_PATTERN = r"^\s*(env:[A-Za-z_][A-Za-z0-9_]*|file:.+|keyring:[^/\n]+/[^\n]+)\s*$"  # noqa: S105  # what names one
SCALAR: dict[str, Any] = {"type": ["string", "number", "boolean"]}
TEXT = {**SCALAR, "pattern": rf"^(?=[\s\S]*\S)[^{CONTROLS}]*$"}
LINE = {**SCALAR, "pattern": rf"^\s*(?=\S)[^\n\u2028\u2029{CONTROLS}]*\s*$", "maxLength": LONGEST_LINE}
PATH = {
    **SCALAR,
    "pattern": r"^(?!\s*([/~]|[A-Za-z]:))(?!(.*/)?\s*\.\.\s*(/|$))(?=.*[^\s./])[^\\\n]+$",
    "examples": ["masters/01-rise.wav"],
}


class Words(BaseModel):
    """A map of the YAML: frozen, no unknown keys, its fields named as its keys; a key without a value counts as absent.

    The text below a field describes it in the schema; `pressroom schema` reads it, since doing so takes a tenth of each start.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def without_nulls(cls, value: object) -> object:
        """The map without the keys that have no value, but for those that need one."""
        if not isinstance(value, Mapping):
            return value
        fields = cls.model_fields
        return {key: item for key, item in value.items() if item is not None or key not in fields or fields[key].is_required()}


@dataclass(frozen=True, eq=False)
class Reads:
    """How a scalar is read, and the JSON Schema that says the same to an editor."""

    read: Callable[[object], object]
    schema: Mapping[str, Any]

    def __get_pydantic_core_schema__(self, source: object, handler: object) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(self.read)

    def __get_pydantic_json_schema__(self, schema: object, handler: object) -> dict[str, Any]:
        return dict(self.schema)


@dataclass(frozen=True)
class Count:
    """How many entries a list has, which is looked at before any of them."""

    low: int
    high: int

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_before_validator_function(self._counted, handler(source))

    def __get_pydantic_json_schema__(self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {**handler(schema), "minItems": self.low, "maxItems": self.high}

    def _counted(self, value: object) -> object:
        if isinstance(value, (list, tuple)) and len(value) < self.low:
            raise ValueError("at least one entry" if self.low == 1 else f"at least {self.low:,} entries")
        if isinstance(value, (list, tuple)) and len(value) > self.high:
            raise ValueError(f"at most {self.high:,} entries")
        return value


class NamedFiles:
    """Reads a map of the author's own names to files as (name, path) pairs: a map in a frozen value could be changed."""

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_after_validator_function(
            lambda files: tuple(files.items()),
            handler.generate_schema(dict[Line, SourcePath]),
            serialization=core_schema.plain_serializer_function_ser_schema(
                lambda files: {name: path.as_posix() for name, path in files}
            ),
        )

    def __get_pydantic_json_schema__(self, schema: object, handler: object) -> dict[str, Any]:
        return {"type": "object", "propertyNames": {"pattern": LINE["pattern"]}, "additionalProperties": dict(PATH)}


def text(value: object) -> str:
    """Any scalar as it is written; empty text, and control characters other than line break and tab, are refused."""
    if not isinstance(value, str):
        raise ValueError("a text")  # noqa: TRY004  # pydantic makes a mistake of ValueError alone
    if not value.strip():
        raise ValueError("a text that is not empty")
    if found := re.search(f"[{CONTROLS}\ud800-\udfff]", value):
        raise ValueError(f"a text without control characters (here U+{ord(found[0]):04X})")
    return str(value)


def line(value: object) -> str:
    """A text of one line."""
    one = text(value).strip()
    if re.search("[\n\u2028\u2029]", one):
        raise ValueError("a text of one line")
    if len(one) > LONGEST_LINE:
        raise ValueError(f"a text of at most {LONGEST_LINE:,} characters")
    return one


def flag(value: object) -> bool:
    """`true` or `false`, nothing else."""
    if isinstance(value, bool):
        return value
    if _is_plain(value) and value in ("true", "false"):
        return value == "true"
    raise ValueError("true or false")


def number(low: float, high: float) -> Reads:
    """Reads a YAML 1.2 decimal (section 10.3.2) from `low` to `high`."""

    def read(value: object) -> float:
        found = _decimal(value)
        if found is None or not low <= found <= high:
            raise ValueError(f"a number from {low:g} to {high:g}")
        return int(found) if found == int(found) else found

    return Reads(read, {"type": "number", "minimum": low, "maximum": high})


def whole(low: int, high: int) -> Reads:
    """Reads a whole number from `low` to `high`."""

    def read(value: object) -> int:
        found = _decimal(value)
        if found is None or not low <= found <= high or found != int(found):
            raise ValueError(f"a whole number from {low} to {high}")
        return int(found)

    return Reads(read, {"type": "integer", "minimum": low, "maximum": high})


def one_of(*words: str) -> Reads:
    """Reads one of `words`, and proposes the near one."""

    def read(value: object) -> str:
        if isinstance(value, str) and value in words:
            return str(value)
        near = names.suggestion(value[:LONGEST_LINE], words) if isinstance(value, str) else None
        raise ValueError(f"one of {', '.join(words)}" + (f" (did you mean '{near}'?)" if near else ""))

    as_numbers = [float(word) for word in words if DECIMAL.fullmatch(word)]
    return Reads(read, {"enum": [*words, *as_numbers]})


def one_number_of(*numbers: int) -> Reads:
    """Reads one of a few whole numbers."""

    def read(value: object) -> int:
        if (found := _decimal(value)) in numbers:
            return int(found or 0)
        raise ValueError(f"one of {', '.join(map(str, numbers))}")

    return Reads(read, {"enum": list(numbers)})


def identifier(verified: Callable[[str], str], pattern: str, *examples: str, also: Mapping[str, Any] | None = None) -> Reads:
    """Reads an identifier that `verified` checks and brings into its canonical form.

    `pattern` is what a schema can say of it, and `also` what it is when YAML 1.2 takes it for a number.
    """
    said: dict[str, Any] = {"type": "string", "pattern": pattern}
    schema = {"anyOf": [said, also]} if also else said
    return Reads(lambda value: verified(line(value)), {**schema, "examples": list(examples)})


def template(*placeholders: str, numbers: frozenset[str]) -> Reads:
    """Reads a template that uses no other placeholders; `numbers` are those that take a width."""

    def read(value: object) -> str:
        written = line(value)
        try:
            names.expand(written, {word: 1 if word in numbers else "" for word in placeholders})
        except ValueError as error:
            raise Wrong(((), str(error))) from error
        return written

    fields = "|".join(word + "(:0[1-9])?" * (word in numbers) for word in placeholders)
    return Reads(read, {**SCALAR, "pattern": rf"^([^{{}}\n]|\{{\{{|\}}\}}|\{{({fields})\}})+$"})


def path(value: object) -> Path:
    """A file below the folder of the YAML file that names it; returned relative to the repo's root."""
    if isinstance(value, Path):
        return value
    written = line(value)
    if written.startswith(("/", "~")) or "\\" in written or re.match("[A-Za-z]:", written):
        raise ValueError("a path relative to the YAML file, with '/' between its parts")
    parts = PurePosixPath(written).parts
    if ".." in parts:
        raise ValueError("a path below the YAML file's folder, without '..'")
    if not parts:
        raise ValueError("a file, not a folder")
    folder = value.mark.text.path.parent if isinstance(value, Word) else Path()
    return folder / PurePosixPath(written)


def text_or_path(value: object) -> str | Path:
    """One line that ends in .txt or .lrc is a file; anything else is the text itself."""
    if isinstance(value, str) and "\n" not in value.strip() and value.strip().lower().endswith((".txt", ".lrc")):
        return path(value)
    return value if isinstance(value, Path) else text(value).strip("\n")


def secret_name(value: object) -> SecretName:
    """The name of a secret; what looks like the secret itself is refused, and not repeated."""
    try:
        return SecretName.parse(line(value))
    except ValueError as error:
        raise Unspoken(((), f"expected the name of a secret: {error}")) from None


def byte_size(value: object) -> int:
    """A size such as `1 MB` or `500 kB`, in bytes."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    found = re.fullmatch(r"([0-9]{1,9}(?:\.[0-9]{1,3})?) ?([A-Za-z]+)", value) if isinstance(value, str) else None
    size = int(float(found[1]) * UNITS[found[2]]) if found and found[2] in UNITS else 0
    if size < SMALLEST_PICTURE:
        raise ValueError("a size such as '1 MB' or '500 kB', of 10 kB or more")
    return size


def not_made_yet(word: str, *empty: object) -> Reads:
    """Refuses any value of a word whose maker does not exist; null and the values of `empty` are taken."""

    def read(value: object) -> None:
        if value is not None and value not in empty:
            raise Wrong(((), f"'{word}' is not made yet; take it out"))

    return Reads(read, {"enum": [None, *empty]})


def _is_plain(value: object) -> bool:
    """Whether a scalar is written without quotes."""
    return getattr(value, "plain", True) is True


def _decimal(value: object) -> float | None:
    """The number that a plain scalar is; None for anything else."""
    if isinstance(value, str):
        return float(value) if _is_plain(value) and DECIMAL.fullmatch(value) else None
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


Text = Annotated[str, Reads(text, TEXT)]
Line = Annotated[str, Reads(line, LINE)]
Flag = Annotated[bool, Reads(flag, {"type": "boolean"})]
SourcePath = Annotated[Path, Reads(path, PATH)]
TextOrPath = Annotated[str | Path, Reads(text_or_path, {**TEXT, "examples": ["lyrics/01.lrc"]})]
SIZE = {"type": "string", "pattern": rf"^[0-9]{{1,9}}(\.[0-9]{{1,3}})? ?({'|'.join(UNITS)})$", "examples": ["1 MB", "500 kB"]}
ByteSize = Annotated[int, Reads(byte_size, SIZE)]
Files = Annotated[tuple[tuple[str, Path], ...], NamedFiles()]
"""Files by names of the author's own, as (name, path) pairs."""
Date = Annotated[
    str,
    identifier(
        identifiers.date,
        r"^\s*[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?\s*$",
        "2026",
        "2026-05",
        "2026-05-01",
        also={"type": "integer", "minimum": 1, "maximum": 9999},
    ),
]
Language = Annotated[str, identifier(identifiers.language, r"^\s*[A-Za-z]{1,3}(-[A-Za-z0-9]{1,8})*\s*$", "en", "pt-BR")]
Secret = Annotated[
    SecretName,
    Reads(
        secret_name,
        {"type": "string", "pattern": SECRET_PATTERN, "examples": ["env:NAME", "file:~/.config/qbt", "keyring:qbt/me"]},
    ),
]
Licence = Annotated[
    str, identifier(identifiers.licence, LINE["pattern"], "CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/")
]
Url = Annotated[str, identifier(identifiers.url, r'^\s*[Hh][Tt][Tt][Pp][Ss]?://[^\s<>"\\]+\s*$', "https://lanterns.example")]
Isrc = Annotated[
    str, identifier(identifiers.isrc, r"^\s*([- ]*[A-Za-z]){2}([- ]*[A-Za-z0-9]){3}([- ]*[0-9]){7}[- ]*\s*$", "QZABC2600001")
]
MusicalKey = Annotated[str, identifier(identifiers.musical_key, "^([A-G][b#]?m?|o)$", "Am")]
Iswc = Annotated[str, identifier(identifiers.iswc, r"^\s*[-. ]*[Tt]([-. ]*[0-9]){10}[-. ]*\s*$", "T-034.524.680-1")]
Barcode = Annotated[
    str,
    identifier(
        identifiers.barcode, r"^\s*([- ]*[0-9]){12,14}[- ]*\s*$", "0724384260958", also={"type": "integer", "minimum": 0}
    ),
]


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
