"""Where a release names one of its files, so that what is wrong with the file is shown at the line to mend."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pressroom.yamltext import Map, Mark, Seq, Word

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def mention(words: Map, file: Path) -> tuple[str, Mark] | None:
    """The key (`tracks[0].file`) and the place of the first scalar that names `file`, relative to its own YAML file."""
    for key, word in _scalars(words):
        if word.mark.text.path.parent / word.strip() == file:
            return key, word.mark
    return None


def _scalars(value: object, key: str = "") -> Iterator[tuple[str, Word]]:
    """Every scalar below `value`, with its key."""
    if isinstance(value, Word):
        yield key, value
    elif isinstance(value, Map):
        for name, item in value.items():
            yield from _scalars(item, f"{key}.{name}".removeprefix("."))
    elif isinstance(value, Seq):
        for index, item in enumerate(value):
            yield from _scalars(item, f"{key}[{index}]")
