"""`doit clean`: remove every output that builds made, and nothing else."""

from __future__ import annotations

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
        from pressroom.engine.lock import locked  # noqa: PLC0415  # a foreign project need not pay for it
        from pressroom.engine.settings import STATE  # noqa: PLC0415  # likewise

        build.prepare()
        with locked(STATE, wait=True):
            return self.removed(build, args, only_show=params["dryrun"])

    def removed(self, build: Build, args: list[str], *, only_show: bool) -> int:
        """Remove, while the lock is held."""
        from pressroom.engine.sweep import sweep  # noqa: PLC0415  # a foreign project need not pay for it

        build.look()  # where the disk is full, the record takes its changes when files are gone
        sweep(build)
        _refuse_unknown(args, build)
        rows = [row for row in build.state.made.values() if not args or row.release in args]
        made = sorted(path for path in (Path(row.path) for row in rows) if inside(path, build))
        there = [path for path in made if path.is_file() or path.is_symlink()]
        if only_show:
            print("\n".join(f"would remove {path}" for path in there) or "nothing to remove")  # noqa: T201
            return 0
        for path in there:
            if edited(path, build):
                print(build.keep(path))  # noqa: T201
        remove(there)
        if build.state.folder:
            del build.state
        build.state.forget([str(path) for path in made])
        print(f"removed {len(there)} files")  # noqa: T201
        if not rows and not args and any(build.settings.build.glob("*/*")):
            print(f"no build of what stands in {build.settings.build} is on record; `doit` compares it, and then it is")  # noqa: T201
        return 0


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
    folder = (build.root / build.settings.build).resolve()
    return (build.root / path.parent).resolve().is_relative_to(folder)


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
