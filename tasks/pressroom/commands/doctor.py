"""`pressroom doctor`: is this machine ready, and how to mend it."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.version import Version

from pressroom.engine.running import Running
from pressroom.engine.settings import STATE, Settings, settings
from pressroom.engine.toolchain import Toolchain
from pressroom.engine.work import StepWork
from pressroom.errors import PressroomError, ReleaseError, UsageError
from pressroom.tools import ffmpeg
from pressroom.tools.encode import ENCODERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

USAGE = """\
usage: pressroom doctor

Say in one screen whether this machine is ready to build, and to publish what the releases here
publish, and how to mend what is not. The exit code is 0 when all is well, 3 when something is not.
Works outside a releases repo too.
"""
FILTERS = {
    "ebur128": "ebur128=peak=true",
    "astats": "astats=metadata=1",
    "ametadata": "ametadata=mode=add:key=a:value=b",
    "pan": "pan=stereo|c0=c0|c1=c0",
    "apad": "apad=whole_len=4800",
    "atrim": "atrim=end_sample=4800",
    "aresample with soxr": "aresample=out_sample_rate=44100:resampler=soxr",
}
"""The filters that steps use, each in a form that can be run."""
EXTRAS = {"keyring": "keyring", "qbittorrent": "qbittorrentapi", "s3": "s3fs", "serve": "uvicorn", "web": "httpx"}
"""What can be installed with pressroom, and a module that comes by it."""
PICTURES = {"jpg": "JPEG", "zlib": "PNG", "webp": "WebP", "libtiff": "TIFF", "littlecms2": "colour profiles"}
OLDEST = {"doit": "0.37", "mutagen": "1.48.1", "Pillow": "11", "pydantic": "2.8", "rich": "13.7"}
"""Oldest versions that do, as in pyproject.toml."""
LEAST_FREE = 1_000_000_000
"""Bytes."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One line of the screen: what was looked at, what was found, and how to mend it when that is a problem."""

    what: str
    found: str
    mend: str = ""

    def __str__(self) -> str:
        """`ok       ffmpeg     9.0`, or a problem with the mend below."""
        state = "PROBLEM" if self.mend else "ok"
        mend = f"\n{'':21}{self.mend}" if self.mend else ""
        return f"{state:8} {self.what:11} {self.found}{mend}"


def run(arguments: list[str]) -> int:
    """Print a line per thing; 0 when all is well, else 3."""
    if arguments:
        raise UsageError(USAGE)
    problems = 0
    for finding in findings(Path.cwd()):
        print(finding, flush=True)  # noqa: T201
        problems += bool(finding.mend)
    print(f"{problems} problem{'s' * (problems > 1)}" if problems else "this machine is ready")  # noqa: T201
    return 3 if problems else 0


def findings(root: Path) -> Iterator[Finding]:
    """Everything that a build needs, in the repo `root` or outside of any."""
    yield Finding(what="python", found=f"{platform.python_version()} at {sys.executable}")
    yield Finding(what="pressroom", found=metadata.version("pressroom"))
    for package, oldest in OLDEST.items():
        yield _library(package, metadata.version(package), oldest)
    yield _yaml()
    yield _pictures()
    try:
        in_force = settings(root)
    except UsageError as error:
        yield Finding(what="settings", found=str(error), mend="correct it, then run `pressroom doctor` again")
        in_force = Settings()
    else:
        yield Finding(what="settings", found=f"build={in_force.build}, jobs={in_force.jobs}, ffmpeg={in_force.ffmpeg}")
    yield from _ffmpeg(in_force.ffmpeg)
    yield _disk(root)
    yield from _repo(root, in_force.build)
    if (root / "dodo.py").is_file():
        yield from _publishing(in_force.build)


def _library(package: str, version: str, oldest: str) -> Finding:
    """A library's version."""
    old = Version(version) < Version(oldest)
    mend = f"{oldest} or newer is needed: python -m pip install --upgrade '{package}>={oldest}'" if old else ""
    return Finding(what=package.lower(), found=version, mend=mend)


def _yaml() -> Finding:
    """PyYAML, and whether it has its C library: without it, a large YAML file takes ten times as long."""
    import yaml  # noqa: PLC0415  # one verb needs it

    mend = (
        ""
        if yaml.__with_libyaml__
        else "install a wheel that has it: python -m pip install --force-reinstall --only-binary :all: PyYAML"
    )
    return Finding(what="pyyaml", found=f"{yaml.__version__} with{'out' * bool(mend)} libyaml", mend=mend)


def _pictures() -> Finding:
    """What Pillow can read and write."""
    from PIL import features  # noqa: PLC0415  # one verb needs it

    missing = [words for name, words in PICTURES.items() if not features.check(name)]
    if missing:
        mend = "install a wheel that has it: python -m pip install --force-reinstall --only-binary :all: Pillow"
        return Finding(what="pictures", found=f"Pillow has no {', '.join(missing)}", mend=mend)
    return Finding(what="pictures", found=", ".join(PICTURES.values()))


def _ffmpeg(wanted: str) -> Iterator[Finding]:
    """The version of ffmpeg, and its encoders and filters, each tried on a moment of noise."""
    with tempfile.TemporaryDirectory() as folder:
        tools = Toolchain(wanted, Path(folder, "toolchain.json"))
        mend = "unset PRESSROOM_FFMPEG to use the one that came with pip, or set it to version 7 or newer"
        try:
            yield Finding(what="ffmpeg", found=f"{tools.versions['ffmpeg']} at {tools.ffmpeg}")
        except PressroomError as error:
            yield Finding(what="ffmpeg", found=str(error).removeprefix("ffmpeg: "), mend=mend)
            return
        encoders: dict[str, Callable[[], object]] = {
            name: partial(tools.fingerprint, f"ffmpeg:{name}") for name in dict.fromkeys(ENCODERS.values())
        }
        filters: dict[str, Callable[[], object]] = {name: partial(_filtered, tools, text) for name, text in FILTERS.items()}
        yield _tried("encoders", encoders, mend)
        yield _tried("filters", filters, mend)


def _tried(what: str, trials: dict[str, Callable[[], object]], mend: str) -> Finding:
    """Which of several things work."""
    failed = []
    for name, trial in trials.items():
        try:
            trial()
        except PressroomError:
            failed.append(name)
    if failed:
        return Finding(what=what, found=f"this ffmpeg has no working {', '.join(failed)}", mend=mend)
    return Finding(what=what, found=", ".join(trials))


def _filtered(tools: Toolchain, text: str) -> None:
    """Run a moment of noise through a filter; raises ToolError."""
    work = StepWork(tools, Running(), lambda _: None)
    args = ["-f", "lavfi", "-i", "anoisesrc=d=0.1:r=48000", "-af", text, "-f", "null", "-"]
    ffmpeg.run(work, args, making=Path(text.partition("=")[0]), seconds=0.1)


def _disk(root: Path) -> Finding:
    """The room that is left."""
    free = shutil.disk_usage(root).free
    mend = (
        f"make room: a build needs the size of its masters several times, and at least {LEAST_FREE // 10**9} GB"
        if free < LEAST_FREE
        else ""
    )
    return Finding(what="disk", found=f"{free / 10**9:.1f} GB free", mend=mend)


def _repo(root: Path, build: Path) -> Iterator[Finding]:
    """Whether this folder is a releases repo, and can be written to."""
    if not (root / "dodo.py").is_file():
        yield Finding(what="repo", found="none here (`pressroom new DIR` makes one)")
        return
    places = [place for place in (root, root / build, root / STATE) if place.exists()]
    closed = [place for place in places if not os.access(place, os.W_OK)]
    mend = f"give yourself the right to write there: chmod u+w {closed[0]}" if closed else ""
    yield Finding(what="repo", found=f"{closed[0]} cannot be written to" if closed else str(root), mend=mend)


def _publishing(build: Path) -> Iterator[Finding]:
    """What the releases here need to be published, and what shows them on this machine."""
    for need, slug in sorted(_needs(build).items()):
        if need == "rsync":
            found, mend = shutil.which("rsync"), "install it, for example: apt install rsync"
        else:
            found, mend = _installed(need), f"python -m pip install 'pressroom[{need}]'"
        lacking = f"not installed, and {slug} is published by it"
        yield Finding(what=need, found=found or lacking, mend="" if found else mend)
    serve = _installed("serve") or "not installed; for a preview: python -m pip install 'pressroom[serve]'"
    yield Finding(what="serve", found=serve)


def _needs(build: Path) -> dict[str, str]:
    """The extras, or rsync, that releases are published by, each with one of these; what cannot be read, `doit` tells of."""
    from pressroom.engine import releases  # noqa: PLC0415  # a pydantic that is too old to read them is told of first
    from pressroom.kinds.publish import secrets_of  # noqa: PLC0415  # likewise

    needs: dict[str, str] = {}
    for release in releases.found(build)[0]:
        with suppress(ReleaseError):
            kind, words = releases.read(release)
            for one in kind.publishing(words).destinations:
                wanted = {"web" if one.to == "webseed" else one.to, *(secret.keeper for secret in secrets_of(one))}
                needs |= dict.fromkeys(wanted & {"rsync", *EXTRAS}, release.slug)
    return needs


def _installed(extra: str) -> str:
    """That an extra is installed; nothing where it is not."""
    return "installed" if find_spec(EXTRAS[extra]) else ""
