"""`doit clean`: remove every output that builds made, and nothing else."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from doit.cmd_clean import Clean as DoitClean

from pressroom.commands.opting import explained, opted_in
from pressroom.errors import MachineError, UsageError
from pressroom.names import suggestion

if TYPE_CHECKING:
    from pressroom.engine.build import Build


class Clean(DoitClean):  # type: ignore[misc]  # doit has no type information
    """doit's `clean`; in a repo that opts in, it goes by the record, so also for releases whose YAML is gone or broken."""

    name = "clean"

    def execute(self, params: Any, args: list[str]) -> int:  # noqa: ANN401  # doit's objects have no types
        """Remove the outputs of the releases that are named, of all when none is."""
        if not opted_in(self, params):
            code: int = super().execute(params, args)
            return code
        build = self.loader.load_doit_config()["pressroom"]
        given = set(params._non_default_keys) - {"dryrun"}  # noqa: SLF001  # doit tells given options only there
        return explained(lambda: self._clean(build, args, dry_run=params["dryrun"], foreign=given))

    def _clean(self, build: Build, slugs: list[str], *, dry_run: bool, foreign: set[str]) -> int:
        """Remove, or only show."""
        if foreign:
            raise UsageError("usage: doit clean [-n] [RELEASE ...]")
        known = build.record.slugs()
        for slug in slugs:
            if slug not in known and not any(Path("releases", name).exists() for name in (f"{slug}.yaml", slug)):
                near = suggestion(slug, known)
                raise UsageError(f"'{slug}' was never built here" + (f"; did you mean '{near}'?" if near else ""))
        made = [Path(path) for path in build.record.made(tuple(slugs))]
        there = [path for path in made if path.is_file() or path.is_symlink()]
        if dry_run:
            print("\n".join(f"would remove {path}" for path in there) or "nothing to remove")  # noqa: T201
            return 0
        remove(there)
        build.record.forget([path.as_posix() for path in made])
        print(f"removed {len(there)} files")  # noqa: T201
        return 0


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
