"""The releases of a repo: finding them, and reading one into its plan."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pressroom import source
from pressroom.engine.mention import mention
from pressroom.engine.settings import RELEASES, SLUG, STATE
from pressroom.errors import Mistake, ReleaseError, SourceError, UsageError
from pressroom.names import suggestion
from pressroom.plan import Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from pydantic import BaseModel

    from pressroom.kinds import Kind
    from pressroom.plan import Step

DEFAULTS = "defaults.yaml"
COMMANDS = frozenset(
    {
        *("run", "list", "clean", "help", "info", "forget", "ignore", "auto", "dumpdb", "strace", "tabcompletion", "reset-dep"),
        *("plan", "why", "verify", "check", "prune", "cache", "publish", "new", "schema", "fetch", "doctor", "serve"),
        *("lint-hls", "chapters", "name", "releases"),
    }
)
"""Words that `doit` takes for a command; no release can be called so."""
NONE = "no releases; a release is a file such as releases/moon.yaml (`pressroom new DIR` makes a repo with one)"


@dataclass(frozen=True)
class Found:
    """A release's YAML file, not yet read."""

    slug: str
    path: Path
    build: Path

    @cached_property
    def defaults(self) -> Path:
        """The file that gives values for every release; need not exist."""
        return RELEASES / DEFAULTS

    def place(self, others: Iterable[Found]) -> Place:
        """Where its files lie."""
        return Place(
            slug=self.slug,
            source=self.path,
            build=self.build / self.slug,
            work=STATE / "work" / self.slug,
            ledger=self.ledger,
            ledgers=tuple(other.ledger for other in others if other.slug != self.slug),
        )

    def mention(self, file: Path) -> tuple[str, source.Mark] | None:
        """The key and the place that name a file, in the release or in what it inherits; raises SourceError."""
        for path in (self.path, self.defaults):
            if path.is_file() and (found := mention(source.parse(path, _content(path)), file)):
                return found
        return None

    @property
    def ledger(self) -> Path:
        """Where it notes which ISRC is which audio."""
        return STATE / "ledgers" / f"{self.slug}.json"


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """A release with its steps, or with what is wrong with it."""

    slug: str
    release: Found | None = None
    steps: tuple[Step, ...] = ()
    error: ReleaseError | None = None


def found(build: Path) -> tuple[list[Found], list[Mistake]]:
    """Every release below `releases/`, sorted by slug, and what is wrong with the names there."""
    if not RELEASES.is_dir():
        return [], []
    releases: dict[str, Found] = {}
    mistakes = []
    for slug, path in _candidates(RELEASES):
        if problem := _misnamed(slug, path):
            mistakes.append(Mistake(file=path.as_posix(), text=problem))
        elif slug in releases:
            text = f"'{slug}' is {releases[slug].path.as_posix()} already; keep one of the two"
            mistakes.append(Mistake(file=path.as_posix(), text=text))
        else:
            releases[slug] = Found(slug, path, build)
    return [releases[slug] for slug in sorted(releases)], mistakes


def unknown(slug: str, known: Iterable[str]) -> UsageError:
    """The error for a name that is no release, with the near one."""
    near = suggestion(slug, known)
    return UsageError(f"'{slug}' is no release; " + (f"did you mean '{near}'?" if near else "`doit list` shows them"))


def read(release: Found) -> tuple[Kind[Any], BaseModel]:
    """The kind and the words of a release; raises SourceError with every mistake of its YAML."""
    from pressroom.kinds import KINDS  # noqa: PLC0415  # pydantic takes 0.1 s, which `doit help` need not pay

    words = source.parse(release.path, _content(release.path))
    content = _content(release.defaults) if release.defaults.is_file() else b""
    if source.blank(content):
        kind = _kind(words, words, KINDS)
    else:
        defaults = source.parse(release.defaults, content)
        kind = _kind(words, words if "kind" in words else defaults, KINDS)
        words = source.inherit(words, defaults, kind.inherited, verbatim=frozenset({"naming"}))
    return kind, source.typed(kind.words, words)


def summary(release: Found) -> str:
    """A release's line in the menu; raises SourceError."""
    kind, words = read(release)
    return source.visible(kind.summary(words))


def plan(release: Found, others: Iterable[Found]) -> Iterator[Step]:
    """The steps that make a release; raises SourceError."""
    kind, words = read(release)
    return kind.plan(words, release.place(others))


def loaded(build: Path, names: Sequence[str] = ()) -> Iterator[Loaded]:
    """The releases that `names` (of tasks, or files) can mean; all of them when that cannot be told."""
    there, misnamed = found(build)
    if misnamed:
        yield Loaded(slug="releases", error=SourceError(tuple(misnamed)))
    slugs = {name.partition(":")[0] for name in names}
    by_name = slugs and slugs <= {release.slug for release in there}
    for release in there:
        if by_name and release.slug not in slugs:
            continue
        try:
            steps = tuple(plan(release, there))
            _refuse_common_outputs(release, steps)
        except ReleaseError as error:
            yield Loaded(slug=release.slug, error=error)
        else:
            yield Loaded(slug=release.slug, release=release, steps=steps)


def _refuse_common_outputs(release: Found, steps: Sequence[Step]) -> None:
    """Two steps that would make the same file; doit would refuse the whole repo for it."""
    makers: dict[Path, Step] = {}
    for step in steps:
        for path in step.outputs:
            if (other := makers.setdefault(path, step)) is not step:
                about = f"'{other.about}' and '{step.about}' would both make {path}"
                raise ReleaseError(f"{release.path}: {about}; give one of the files another name")


def _kind(words: source.Map, where: source.Map, kinds: Mapping[str, Kind[Any]]) -> Kind[Any]:
    """The kind that `where`, the release's words or those it inherits, names, or means by a near miss.

    Each kind has words of its own, so that without it nothing else can be said of them.
    """
    if "kind" not in where:
        missing = words.mark.mistake("missing key 'kind'; a release begins with `kind: album`")
        raise SourceError((*words.mistakes, missing))
    named = where["kind"]
    near = suggestion(named, kinds) if isinstance(named, str) else None
    if near is None:
        unknown = where.values_at["kind"].mistake(f"kind: expected one of {', '.join(kinds)}, got '{named}'")
        raise SourceError((*words.mistakes, unknown))
    return kinds[near]


def _content(path: Path) -> bytes:
    """A YAML file's bytes, one more than the limit at most; raises SourceError."""
    try:
        with path.open("rb") as stream:
            return stream.read(source.MAX_BYTES + 1)
    except OSError as error:
        raise SourceError((Mistake(file=path.as_posix(), text=f"cannot be read ({error.strerror})"),)) from error


def _candidates(folder: Path) -> Iterator[tuple[str, Path]]:
    """What looks like a release: `<slug>.yaml`, `<slug>/release.yaml`, and their misspellings."""
    for path in sorted(folder.iterdir(), key=lambda path: (path.is_dir(), path)):
        if path.suffix.lower() in (".yaml", ".yml") and path.name != DEFAULTS:
            yield path.stem, path
        elif path.is_dir():
            names = sorted(file for file in path.iterdir() if file.name.lower() in ("release.yaml", "release.yml"))
            yield from ((path.name, file) for file in names)


def _misnamed(slug: str, path: Path) -> str:
    """What is wrong with a release's file name."""
    if path.suffix != ".yaml":
        return f"expected a name that ends in .yaml; rename it to {path.with_suffix('.yaml').name}"
    if path.parent.name == slug and path.stem != "release":
        return f"expected the name release.yaml, got {path.name}"
    if not SLUG.fullmatch(slug):
        return f"expected a slug of a-z, 0-9 and '-', got '{slug}'"
    if slug in COMMANDS:
        return f"'{slug}' is a command of doit; give the release another name"
    return "" if path.is_file() else "expected a file"
