"""The settings of the whole repo: `[tool.pressroom]` in pyproject.toml, or pressroom.toml; the environment wins."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pressroom import names
from pressroom.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

STATE = Path(".pressroom")
"""State, intermediates and logs; may be deleted at any time at no loss but time."""
RELEASES = Path("releases")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """`build` is the folder of outputs, `jobs` how many steps run at once, `ffmpeg` a path or `bundled`."""

    build: Path = Path("build")
    jobs: int = 1
    ffmpeg: str = "bundled"


def settings(root: Path, environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings in force; raises UsageError that names the key or the variable of a malformed value."""
    found = {f"`{key}` in {file}": (key, value) for file, table in _tables(root) for key, value in table.items()}
    known = ("build", "jobs", "ffmpeg")
    for key in known:
        if value := environment.get(f"PRESSROOM_{key.upper()}"):
            found[f"PRESSROOM_{key.upper()}"] = (key, value)
    words = {"build": Path("build"), "jobs": os.cpu_count() or 1, "ffmpeg": "bundled"}
    for where, (key, value) in found.items():
        if key not in known:
            near = names.suggestion(key, known)
            raise UsageError(f"{where}: no such setting" + (f"; did you mean '{near}'?" if near else ""))
        words[key] = _read(where, key, value)
    return Settings(**words)  # type: ignore[arg-type]  # _read gives each key its type


def _tables(root: Path) -> list[tuple[str, dict[str, object]]]:
    """The settings of the files, by the file's name."""
    tables = []
    for name, inside in (("pyproject.toml", ("tool", "pressroom")), ("pressroom.toml", ())):
        path = root / name
        if not path.is_file():
            continue
        try:
            table = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise UsageError(f"{name}: {error}") from error
        for part in inside:
            table = table.get(part, {})
        tables.append((name, table))
    return tables


def _read(where: str, key: str, value: object) -> Path | int | str:
    """One setting's value."""
    if key == "jobs":
        if value == "cores":
            return os.cpu_count() or 1
        text = str(value)
        if not text.isdecimal() or not 1 <= int(text) <= 256:  # noqa: PLR2004  # far above any sense
            raise UsageError(f"{where}: expected 'cores' or a number from 1 to 256, got '{value}'")
        return int(text)
    if not isinstance(value, str) or not value.strip():
        raise UsageError(f"{where}: expected a text, got '{value}'")
    if key == "build":
        folder = Path(value)
        if folder.is_absolute() or ".." in folder.parts or len(folder.parts) != 1:
            raise UsageError(f"{where}: expected the name of a folder in the repo, got '{value}'")
        return folder
    return value
