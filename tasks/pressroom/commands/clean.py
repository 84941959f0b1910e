"""`doit clean`: remove every output that builds made, and nothing else."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from doit.cmd_clean import Clean as DoitClean

from pressroom.commands.opting import Opting
from pressroom.errors import MachineError, UsageError
from pressroom.names import suggestion

if TYPE_CHECKING:
    from pressroom.engine.build import Build


class Clean(Opting, DoitClean):  # type: ignore[misc]  # doit has no type information
    """doit's `clean`; in a repo that opts in, it goes by the record, so also for releases whose YAML is gone or broken."""

    name = "clean"

    def ours(self, build: Build, params: Any, args: list[str]) -> int:  # noqa: ANN401  # doit's objects have no types
        """Remove the outputs of the releases that are named, of all when none is; `-n` shows only."""
        if params._non_default_keys - {"dryrun"}:  # noqa: SLF001  # doit tells given options from defaults only there
            raise UsageError("usage: doit clean [-n] [RELEASE ...]")
        from pressroom.commands.repo import still  # noqa: PLC0415  # a foreign project need not pay for it

        if params["dryrun"]:
            build.look()
            print("\n".join(f"would remove {path}" for path in standing(made_for(args, build))) or "nothing to remove")  # noqa: T201
            return 0
        with still(build, writing=True):
            return self.removed(build, args)

    def removed(self, build: Build, args: list[str]) -> int:
        """Remove, while the lock is held; where the disk is full, the record takes its changes when files are gone."""
        from pressroom.engine.sweep import sweep  # noqa: PLC0415  # a foreign project need not pay for it

        made = made_for(args, build)
        there = standing(made)
        for path in there:
            if edited(path, build):
                print(build.keep(path))  # noqa: T201
        remove(there)
        if build.state.folder:
            del build.state
        build.state.forget([str(path) for path in made])
        sweep(build)
        print(f"removed {len(there)} files")  # noqa: T201
        if not made and not args and any(build.settings.build.glob("*/*")):
            print(f"no build of what stands in {build.settings.build} is on record; `doit` compares it, and then it is")  # noqa: T201
        return 0


def made_for(slugs: list[str], build: Build) -> list[Path]:
    """The outputs on record of these releases, of all when none is named; raises UsageError for a name that is none."""
    _refuse_unknown(slugs, build)
    rows = [row for row in build.state.made.values() if not slugs or row.release in slugs]
    return sorted(path for path in (Path(row.path) for row in rows) if inside(path, build))


def standing(paths: list[Path]) -> list[Path]:
    """Those that are there."""
    return [path for path in paths if path.is_file() or path.is_symlink()]


def _refuse_unknown(slugs: list[str], build: Build) -> None:
    """A name that is neither in the record nor a release."""
    from pressroom.engine import releases  # noqa: PLC0415  # pydantic and YAML, which a foreign project need not pay for

    known = {row.release for row in build.state.made.values()} | {
        release.slug for release in releases.found(build.settings.build)[0]
    }
    for slug in slugs:
        if slug not in known:
            near = suggestion(slug, known)
            raise UsageError(f"'{slug}' was never built here" + (f"; did you mean '{near}'?" if near else ""))


def edited(path: Path, build: Build) -> bool:
    """Whether an output is not what builds made of it, now or before."""
    row = build.state.made[str(path)]
    return path.is_symlink() or build.digests.of(path) not in (row.sha256, row.before)


def inside(path: Path, build: Build) -> bool:
    """Whether it lies in the folder of outputs, whatever the record says, and whatever has become a link."""
    folder = os.path.realpath(build.root / build.settings.build)
    return Path(os.path.realpath(build.root / path.parent)).is_relative_to(folder)


def remove(files: list[Path]) -> None:
    """Delete files, and the folders that this leaves empty; raises MachineError where that is not allowed."""
    for path in files:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise MachineError(f"{path}: cannot be removed ({error.strerror})") from error
    for folder in sorted({parent for path in files for parent in path.parents}, key=lambda p: -len(p.parts)):
        if folder != Path():
            with suppress(OSError):
                folder.rmdir()
