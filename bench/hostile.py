"""How long it takes to refuse YAML that is made to take long: the files that the tests refuse."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from repos import median

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 5


def main() -> None:
    """Print the slowest files."""
    sys.path.insert(0, str(Path(__file__).parent.parent))
    from tests import test_source, test_yamltext  # noqa: PLC0415  # from where the files are

    files: list[tuple[str, Callable[[str], object], str]] = [
        *((name, test_yamltext.said, text) for name, (text, _) in test_yamltext.HOSTILE.items()),
        *((f"album: {name}", test_source.mistakes, text) for name, text in test_source.HOSTILE.items()),
    ]
    rows = sorted(((median(seconds(refuse, text) for _ in range(ROUNDS)), name) for name, refuse, text in files), reverse=True)
    for took, name in rows[:10]:
        print(f"{name:34}{took:8.3f} s")


def seconds(refuse: Callable[[str], object], text: str) -> float:
    """The CPU seconds that one refusal takes."""
    began = time.process_time()
    refuse(text)
    return time.process_time() - began


if __name__ == "__main__":
    main()
