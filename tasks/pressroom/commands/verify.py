"""`doit verify`: every output held against the record of what was made."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from pressroom.commands.repo import here, options, still
from pressroom.engine import releases
from pressroom.engine.build import flush
from pressroom.engine.digests import sha256
from pressroom.engine.forecast import makers
from pressroom.engine.settings import STATE
from pressroom.engine.work import Records, StepWork
from pressroom.errors import PressroomError, ReleaseError, UsageError
from pressroom.formats.isobmff import boxes
from pressroom.tools import ffmpeg

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pressroom.engine.build import Build
    from pressroom.engine.releases import Loaded
    from pressroom.engine.state import MadeRow

USAGE = """\
usage: pressroom verify [--deep] [--restore] [RELEASE ...]
       doit verify [--deep] [--restore] [RELEASE ...]

Read every output again and hold it against the record: a single bit that flipped is found, and the
file and its release are named. Exit code 1 when something is wrong, or was not built yet.

  --deep     decode all audio as well
  --restore  put back what the cache has; what is wrong is kept in kept/
"""
GONE = "is gone"


def run(arguments: Sequence[str]) -> int:
    """Print what is wrong; returns 1 when something is, and was not mended."""
    given, names = options(arguments, ["--deep", "--restore"], USAGE)
    build = here()
    with still(build, writing="--restore" in given):
        _refuse_unbuilt(names, build)
        rows = [row for row in build.state.made.values() if not names or row.release in names]
        loaded = [*releases.loaded(build.settings.build)]
        wrong = _wrong(rows, loaded, build, deep="--deep" in given)
        if "--restore" in given:
            wrong = {row: problem for row, problem in wrong.items() if not _mended(row, build)}
        return _told(rows, wrong, len(_unbuilt(names, loaded, build)))


def _refuse_unbuilt(names: Sequence[str], build: Build) -> None:
    """Nothing can be said of what was not built: intermediates alone are nobody's release."""
    built = {row.release for row in build.state.made.values() if Path(row.path).is_relative_to(build.settings.build)}
    if unknown := set(names) - built:
        raise UsageError(f"no build of '{min(unknown)}' is on record here")
    if not built:
        raise ReleaseError("no build is on record here, so that nothing can be verified; run `doit` first")


def _wrong(rows: Sequence[MadeRow], loaded: Sequence[Loaded], build: Build, *, deep: bool) -> dict[MadeRow, str]:
    """What is wrong with each file that is not as it was made; one that no release makes any more may be gone."""
    with ThreadPoolExecutor(build.settings.jobs) as pool:
        problems = pool.map(lambda row: _problem(Path(row.path), row, build, deep=deep), rows)
        wrong = {row: problem for row, problem in zip(rows, problems, strict=True) if problem}
    if GONE not in wrong.values():
        return wrong
    claimed = {str(path) for path in makers(loaded)}
    unclear = {release.slug for release in loaded if release.error}
    return {row: problem for row, problem in wrong.items() if problem != GONE or row.path in claimed or row.release in unclear}


def _problem(path: Path, row: MadeRow, build: Build, *, deep: bool) -> str:
    """What is wrong with one file; its status is not asked."""
    try:
        if path.is_symlink() or sha256(path) != row.sha256:
            return "is not what was made"
        if deep and path.suffix.lower() in ffmpeg.DEMUXERS and not _is_init_segment(path):
            work = StepWork(build.toolchain, build.running, lambda _: None)
            ffmpeg.run(work, ffmpeg.whole(path), making=path)
    except FileNotFoundError:
        return GONE
    except PressroomError as error:
        return f"does not decode: {error}"
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    return ""


def _is_init_segment(path: Path) -> bool:
    """Whether a file only begins others that players stream, and holds nothing to decode (RFC 8216, 3.3)."""
    if path.suffix.lower() != ".mp4":
        return False
    with path.open("rb") as stream, suppress(ValueError):
        return all(box.name != "mdat" for box in boxes(stream))
    return False


def _mended(row: MadeRow, build: Build) -> bool:
    """Put a file back from the cache, and what stood there aside."""
    path = Path(row.path)
    work = StepWork(build.toolchain, build.running, lambda _: None, (path,), Records(start=build.state.start))
    part = work.beside(path)
    try:
        if not build.cache.take(row.sha256, part, link=path.is_relative_to(STATE)):
            return False
        flush(part)
        if path.exists() or path.is_symlink():
            print(build.keep(path))  # noqa: T201
        part.replace(path)
        build.digests.learn(path, row.sha256)
        build.state.commit(files=build.digests.taken())
    finally:
        work.discard()
        build.state.finish((part,))
    print(f"restored {path}")  # noqa: T201
    return True


def _unbuilt(names: Sequence[str], loaded: Sequence[Loaded], build: Build) -> set[str]:
    """The outputs of these releases, of all when none is named, that no build has made."""
    planned = {path: task.partition(":")[0] for path, (task, _) in makers(loaded).items()}
    outputs = {
        path for path, slug in planned.items() if path.is_relative_to(build.settings.build) and (not names or slug in names)
    }
    return {str(path) for path in outputs} - build.state.made.keys()


def _told(rows: Sequence[MadeRow], wrong: dict[MadeRow, str], unbuilt: int) -> int:
    """Print the findings."""
    for row, problem in wrong.items():
        print(f"{row.path} {problem} (release {row.release})")  # noqa: T201
    told = f"verified {len(rows)} files, {len(wrong)} wrong" + f", {unbuilt} not built yet" * bool(unbuilt)
    print(told + "; `doit` makes them" * bool(wrong or unbuilt))  # noqa: T201
    return 1 if wrong or unbuilt else 0
