"""A file of an album's that is one of another place, as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pressroom.tools.files import Copy

if TYPE_CHECKING:
    from pathlib import Path

    from pressroom.kinds.album.paths import Paths
    from pressroom.plan import Step


def copied(name: str, about: str, source: Path, output: Path, paths: Paths) -> Step:
    """A copy, with its receipt."""
    return Copy(name=name, about=about, source=source, output=output, receipt=paths.receipt(output))
