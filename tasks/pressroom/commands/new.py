"""`pressroom new DIR`: a releases repo that builds at once."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pressroom
from pressroom.commands import one_argument
from pressroom.errors import MachineError, UsageError
from pressroom.tools import starter

USAGE = """\
usage: pressroom new DIR

Make a releases repo in DIR, which must be empty or absent: an example release with music and a
cover, the dodo.py that doit reads, and a workflow that builds it on GitHub.
"""
SPARED = frozenset({".git"})
"""What an empty repo may have already."""


def run(arguments: list[str]) -> int:
    """Make the repo; raises UsageError where something stands already, MachineError where nothing can be written."""
    folder = Path(one_argument(arguments, USAGE))
    _refuse_occupied(folder)
    starter.write(folder, starter.files(album_schema()))
    print(f"made {folder}: one example release, first-song")  # noqa: T201
    print("next:" if folder.resolve() == Path.cwd() else f"next: cd {folder}")  # noqa: T201
    print("  doit                      build it; look into build/first-song")  # noqa: T201
    print("  releases/first-song.yaml  change a word, and type doit again")  # noqa: T201
    return 0


def album_schema() -> str:
    """The text of schemas/album.schema.json: in the wheel beside the code, in a checkout at its top."""
    in_wheel = resources.files("pressroom") / "schemas" / "album.schema.json"
    in_checkout = Path(pressroom.__file__).parents[2] / "schemas" / "album.schema.json"
    for place in (in_wheel, in_checkout):
        if place.is_file():
            return place.read_text(encoding="utf-8")
    raise MachineError("schemas/album.schema.json is missing from this installation; install pressroom again")


def _refuse_occupied(folder: Path) -> None:
    """Only an absent or an empty folder is taken."""
    if folder.is_symlink() and not folder.exists():
        raise UsageError(f"{folder}: a link that leads nowhere; name another folder")
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder}: a file stands there; name a folder that is empty or does not exist yet")
    try:
        others = sorted({path.name for path in folder.iterdir()} - SPARED) if folder.exists() else []
    except OSError as error:
        raise MachineError(f"{folder}: cannot be read ({error.strerror})") from error
    if others:
        raise UsageError(f"{folder}: not empty ('{others[0]}' stands there); name a folder that is empty or does not exist yet")
