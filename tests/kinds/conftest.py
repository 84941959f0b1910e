"""Albums from YAML texts, without any file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pressroom import source
from pressroom.errors import SourceError
from pressroom.kinds.album import Album

Reader = Callable[[str], Album]
Refuser = Callable[[str], list[str]]


@pytest.fixture(scope="session")
def read() -> Reader:
    """The album that a YAML text is; raises SourceError."""
    return lambda text: source.typed(Album, source.parse(Path("releases/moon.yaml"), text.encode()))


@pytest.fixture(scope="session")
def mistakes(read: Reader) -> Refuser:
    """`line:column: text` of each mistake in a YAML text."""

    def told(text: str) -> list[str]:
        try:
            read(text)
        except SourceError as error:
            return [f"{mistake.line}:{mistake.column}: {mistake.text}" for mistake in error.mistakes]
        return []

    return told
