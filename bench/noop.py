"""`doit` with nothing to do on the example releases."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from repos import DODO, doit, median, timed

ROUNDS = 11


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(Path(__file__).parent.parent / "releases", folder / "releases")
        (folder / "dodo.py").write_text(DODO, encoding="utf-8")
        doit(folder)
        pairs = [
            (doit(folder), timed([sys.executable, "-c", "import doit.doit_cmd, doit.cmd_run"], folder)) for _ in range(ROUNDS)
        ]
    print(f"nothing to do on the examples: {median(a.wall for a, _ in pairs):.2f} s wall, median of {ROUNDS}")
    print(f"Python importing doit alone:   {median(b.wall for _, b in pairs):.2f} s wall")


if __name__ == "__main__":
    main()
