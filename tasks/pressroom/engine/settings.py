"""The settings of the whole repo: `[tool.pressroom]` in pyproject.toml, or pressroom.toml; the environment wins."""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pressroom import names
from pressroom.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

STATE = Path(".pressroom")
"""State, intermediates and logs; may be deleted at any time at no loss but time."""
LOGS = STATE / "logs"
"""A log for each step that noted what its tools were told and said, or that failed."""
RELEASES = Path("releases")
SLUG = re.compile("[a-z0-9][a-z0-9-]*")
"""A release's name."""
KEPT = Path("kept")
"""Outputs that someone edited, put aside."""
OWN_FOLDERS = ("releases", "kept", "published", "schemas", "tasks", "tests", "docs")
"""Folders of a releases repo, which no build writes to."""
KNOWN = ("build", "jobs", "ffmpeg", "cache_max")
MOST_JOBS = 256
"""Far above any sense."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """`build` is the folder of outputs, `jobs` how many steps run at once, `ffmpeg` a path or `bundled`.

    `cache_max` is how many bytes the cache may hold; in the files it is `cache = {max = "20 GB"}`.
    """

    build: Path = Path("build")
    jobs: int = 1
    ffmpeg: str = "bundled"
    cache_max: int = 20 * 10**9


def settings(root: Path, environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings in force; raises UsageError that names the key or the variable of a malformed value."""
    words: dict[str, Path | int | str] = {"jobs": os.cpu_count() or 1}
    for where, key, value in (*_from_files(root), *_from(environment)):
        if key not in KNOWN:
            near = names.suggestion(key, KNOWN)
            raise UsageError(f"{where}: no such setting" + (f"; did you mean '{near}'?" if near else ""))
        words[key] = _read(where, key, value)
    return Settings(**words)  # type: ignore[arg-type]  # _read gives each key its type


def _from(environment: Mapping[str, str]) -> Iterator[tuple[str, str, object]]:
    """(where, key, value) of each variable that is set."""
    for key in KNOWN:
        variable = f"PRESSROOM_{key.upper()}"
        if value := environment.get(variable):
            yield variable, key, value


def _from_files(root: Path) -> Iterator[tuple[str, str, object]]:
    """(where, key, value) of each setting in the files."""
    for name, inside in (("pyproject.toml", ("tool", "pressroom")), ("pressroom.toml", ())):
        path = root / name
        if not path.is_file():
            continue
        try:
            table: object = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise UsageError(f"{name}: {error}") from error
        for part in inside:
            table = table.get(part, {}) if isinstance(table, dict) else table
        if not isinstance(table, dict):
            raise UsageError(f"{name}: expected a table [{'.'.join(inside)}], got '{table}'")
        for key, value in table.items():
            inner = value.items() if key == "cache" and isinstance(value, dict) else None
            if inner is None:
                yield f"`{key}` in {name}", key, value
            else:
                yield from ((f"`cache.{part}` in {name}", f"cache_{part}", size) for part, size in inner)


def _read(where: str, key: str, value: object) -> Path | int | str:
    """One setting's value."""
    if key == "jobs":
        if value == "cores":
            return os.cpu_count() or 1
        text = str(value)
        if not (text.isascii() and text.isdecimal() and 1 <= int(text[:9]) <= MOST_JOBS):
            raise UsageError(f"{where}: expected 'cores' or a number from 1 to {MOST_JOBS}, got '{value}'")
        return int(text)
    if key == "cache_max":
        return _size(where, value)
    if not isinstance(value, str) or not value.strip():
        raise UsageError(f"{where}: expected a text, got '{value}'")
    if key == "build":
        folder = Path(value)
        if folder.is_absolute() or ".." in folder.parts or len(folder.parts) != 1:
            raise UsageError(f"{where}: expected the name of a folder in the repo, got '{value}'")
        if value.startswith(".") or value.casefold() in OWN_FOLDERS:
            raise UsageError(f"{where}: expected a folder of its own, got '{value}'")
        return folder
    return value


def _size(where: str, value: object) -> int:
    """A number of bytes such as `20 GB`."""
    found = re.fullmatch(r"([0-9]{1,9}(?:\.[0-9]{1,3})?) ?([kMGT]?)B?", str(value))
    if not found:
        raise UsageError(f"{where}: expected a size such as '20 GB', got '{value}'")
    return int(float(found[1]) * 1000 ** " kMGT".index(found[2] or " "))
