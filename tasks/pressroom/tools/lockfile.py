"""The lock of a release, `<slug>.lock.json` beside its YAML file: what was published of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pressroom.errors import ReleaseError
from pressroom.formats import lock

if TYPE_CHECKING:
    from pathlib import Path

    from pressroom.formats.lock import Lock


def beside(source: Path) -> Path:
    """Where the lock of a release lies."""
    return source.with_suffix(".lock.json")


def read(path: Path) -> Lock | None:
    """What was published of a release; None where nothing was. Raises ReleaseError for a lock that cannot be read."""
    try:
        return lock.read(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise ReleaseError(f"{path}: cannot be read ({error}); take it from your version control again") from error
