"""A repo before a command that something goes wrong in, and what has to be true after the next build, without repair."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.conftest import Repo

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import Any

    from tests.conftest import Forking


STRIDE = int(os.environ.get("PRESSROOM_WHOLE_SWEEP") or 0)
"""1 tries every point, 2 every second one, and so on; 0 a few."""
LATER = 10
"""Seconds: no file is so new that what a build writes would depend on its pace."""
LEAST = 15
"""Points in any scene; of fewer, the harness would have missed some."""
NAMES = ("first build", "rebuild", "clean")


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A repo before a command; what its build folder must be in the end, and what it was before `edits` (file, old, new)."""

    repo: Repo
    command: tuple[str, ...]
    whole: dict[str, str]
    original: dict[str, str]
    edits: tuple[tuple[str, str, str], ...] = ()

    def copy(self, folder: Path) -> Repo:
        """The same repo once more."""
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.repo.path, folder, symlinks=True)
        return Repo(folder)

    def converges(self, repo: Repo, forking: Forking, fault: str) -> None:
        """The next build is like an undisturbed one, and so is the one after the edits are undone."""
        done = forking.doit(repo, "-n", "1")
        assert 0 == done.code, (fault, done)
        outputs = {name: digest for name, digest in repo.files().items() if name in self.whole or name not in self.original}
        assert (self.whole, []) == (outputs, repo.parts()), fault
        assert 0 == forking.doit(repo, "verify").code, fault
        for name, old, new in self.edits:
            repo.edit(name, new, old)
        if self.edits:
            assert 0 == forking.doit(repo, "-n", "1").code, fault
            assert self.original.items() <= repo.files().items(), fault
        assert not (repo.path / "kept").exists(), fault


def scenes(new: Repo, edits: tuple[tuple[str, str, str], ...], forking: Forking) -> dict[str, Scene]:
    """A repo before its first build, before a rebuild after edits, and before it is cleaned."""
    built, edited, after = (Repo(new.path.with_name(name)) for name in ("built", "edited", "after"))
    shutil.copytree(new.path, built.path)
    assert 0 == forking.doit(built, "-n", "1").code
    shutil.copytree(built.path, edited.path, symlinks=True)
    for edit in edits:
        edited.edit(*edit)
    shutil.copytree(edited.path, after.path, symlinks=True)
    assert 0 == forking.doit(after, "-n", "1").code
    original = built.files()
    return {
        "first build": Scene(repo=new, command=("-n", "1"), whole=original, original=original),
        "rebuild": Scene(repo=edited, command=("-n", "1"), whole=after.files(), original=original, edits=edits),
        "clean": Scene(repo=built, command=("clean",), whole=original, original=original),
    }


def some(points: Sequence[Any], few: int) -> list[Any]:
    """Every one, or every second one, as STRIDE says, or a few that are spread over them."""
    assert len(points) >= LEAST
    if STRIDE or len(points) <= few:
        return list(points[:: STRIDE or 1])
    return [points[n * (len(points) - 1) // (few - 1)] for n in range(few)]
