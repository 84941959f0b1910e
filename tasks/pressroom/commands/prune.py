"""`doit prune`: outputs that no release claims any more."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pressroom.commands.clean import edited, inside, remove
from pressroom.commands.repo import here, options, still
from pressroom.engine import releases
from pressroom.engine.leftovers import leftovers
from pressroom.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pressroom.engine.build import Build

USAGE = """\
usage: pressroom prune [--delete]
       doit prune [--delete]

List the files that builds made and no release makes any more: those of a track's old title, of a
release whose YAML is gone. Nothing that pressroom did not make is ever listed.

  --delete  remove them, and the folders that this leaves empty; what you edited goes to kept/
"""


def run(arguments: Sequence[str]) -> int:
    """Print the files, or remove them."""
    given, names = options(arguments, ["--delete"], USAGE)
    if names:
        raise UsageError(USAGE.rstrip())
    build = here()
    if "--delete" not in given:
        build.look()
        print("\n".join(map(str, _found(build))) or "nothing to prune")  # noqa: T201
        return 0
    with still(build, writing=True):
        found = _found(build)
        for path in found:
            if edited(path, build):
                print(build.keep(path))  # noqa: T201
        remove(found)
        build.state.forget([str(path) for path in found])
        print(f"removed {len(found)} files")  # noqa: T201
    return 0


def _found(build: Build) -> list[Path]:
    """The files that builds made and no release makes any more."""
    planned = [(loaded.slug, step) for loaded in releases.loaded(build.settings.build) for step in loaded.steps]
    return [Path(path) for path in leftovers(planned, build) if inside(Path(path), build)]
