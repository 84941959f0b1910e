"""The small JSON files by which steps tell later ones what they found."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from pressroom.formats import facts

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pressroom.plan import Work

    Found = TypeVar("Found")


def read(kind: type[Found], path: Path) -> Found:
    """What was noted, as a value of `kind`."""
    return facts.from_json(kind, path.read_bytes())


def read_all(kind: type[Found], paths: Iterable[Path]) -> tuple[Found, ...]:
    """What was noted in several files, in their order."""
    return tuple(read(kind, path) for path in paths)


def write(work: Work, path: Path, found: object, *, indent: int | None = 1) -> None:
    """Note a value, or a plain JSON one; one of thousands of parts is better on one line, without `indent`."""
    work.beside(path).write_text(facts.to_json(found, indent=indent), encoding="utf-8")
