"""The record of every output that builds made, so that `doit clean` removes these and nothing else."""

from __future__ import annotations

import json
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class Record:
    """Paths by release, a line each, appended before the file appears; a line cut by a crash is passed over.

    The line break comes first, so that a cut line does not swallow the next.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._made = dict.fromkeys(_read(path))

    def note(self, slug: str, outputs: tuple[Path, ...]) -> None:
        """Note that a build makes these files."""
        with self._lock:
            fresh = [(slug, path.as_posix()) for path in outputs if (slug, path.as_posix()) not in self._made]
            if fresh:
                with self.path.open("a", encoding="utf-8") as stream:
                    stream.writelines("\n" + json.dumps(entry) for entry in fresh)
                self._made |= dict.fromkeys(fresh)

    def made(self, slugs: tuple[str, ...] = ()) -> list[str]:
        """The files that builds of these releases made; of all when none is named."""
        return sorted(path for slug, path in self._made if not slugs or slug in slugs)

    def entries(self) -> list[tuple[str, str]]:
        """(release, file) pairs."""
        return list(self._made)

    def slugs(self) -> set[str]:
        """The releases that have ever been built here."""
        return {slug for slug, _ in self._made}

    def forget(self, paths: list[str]) -> None:
        """Drop files that are gone."""
        gone = set(paths)
        kept = [entry for entry in self._made if entry[1] not in gone]
        if len(kept) == len(self._made):
            return
        beside = self.path.with_name(f"{self.path.name}.part")
        beside.write_text("".join("\n" + json.dumps(entry) for entry in kept), encoding="utf-8")
        beside.replace(self.path)
        self._made = dict.fromkeys(kept)


def _read(path: Path) -> list[tuple[str, str]]:
    """The entries of a record."""
    entries = []
    with suppress(FileNotFoundError):
        for line in path.read_text(encoding="utf-8").splitlines():
            with suppress(ValueError):
                slug, made = json.loads(line)
                entries.append((str(slug), str(made)))
    return entries
