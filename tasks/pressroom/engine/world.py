"""What plans come from besides the files that they name: the YAML, the settings, the tools, and pressroom itself."""

from __future__ import annotations

import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pressroom import __file__ as package
from pressroom.engine.digests import status_of
from pressroom.engine.settings import RELEASES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pressroom.engine.settings import Settings
    from pressroom.engine.toolchain import Toolchain

VERSION = 4
MISSING = (0, 0, 0, 0)
"""The status of what is not there."""


class World(NamedTuple):
    """The world as it was at a time (ns), before anything of it was read."""

    when: int
    content: list[Any]


def world(root: Path, settings: Settings, toolchain: Toolchain) -> World:
    """The world as it is."""
    when = time.time_ns()
    folders = [RELEASES, *(path for path in RELEASES.iterdir() if path.is_dir())] if RELEASES.is_dir() else []
    yaml = sorted(path for folder in folders for path in folder.iterdir() if path.suffix == ".yaml")
    code = sorted(path for path in Path(package).parent.rglob("*.py"))
    tools = [Path(spec.origin) for name in ("mutagen", "PIL", "doit") if (spec := find_spec(name)) and spec.origin]
    own = [Path("dodo.py"), Path("pyproject.toml"), Path("pressroom.toml"), toolchain.ffmpeg, Path(sys.executable)]
    content = [
        VERSION,
        str(root),
        [str(settings.build), settings.ffmpeg],
        toolchain.cpu,
        statuses(str(path) for path in (*folders, *yaml, *own, *tools, *code)),
    ]
    return World(when, content)


def statuses(paths: Iterable[str]) -> list[list[Any]]:
    """Each path with the status of its file."""
    return [[path, *(status_of(Path(path)) or MISSING)] for path in paths]
