"""What is published of a release: files with their digests, and the torrents over them."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pressroom.errors import ReleaseError
from pressroom.formats import metainfo, torrentfile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pressroom.formats.metainfo import Torrent

PUBLISHED = Path("published")
LISTING = "torrent.json"
_POINTER = re.compile(r".*\.(torrent|magnet|json|m3u8?|xml|opml|html|cue)|SHA256SUMS", re.IGNORECASE)
HASH_LETTERS = 32
"""Of the digest that names a folder: paths have limits."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A file to publish: it lies at `root / path`, and goes to `path` below a destination; or it is a `text` of ours.

    A `pointer` leads people to other files, which must be there before it.
    """

    path: str
    root: Path = Path()
    sha256: str
    size: int
    pointer: bool = False
    text: bytes | None = field(default=None, repr=False)

    @property
    def source(self) -> Path:
        """Where it lies."""
        return self.root / self.path


@dataclass(frozen=True, kw_only=True)
class Served:
    """A torrent with its payload: `folder` is the one that clients save it in, and `entries` its files there.

    Each of `files` is (path of the entry, file of the build); None is padding, which is all zeros.
    """

    label: str
    title: str
    aligned: bool
    torrent: Torrent
    info: bytes
    folder: Path
    entries: tuple[Entry, ...]
    files: tuple[tuple[str, Path | None], ...]

    @property
    def hashes(self) -> metainfo.InfoHashes:
        """What names it."""
        return metainfo.infohashes(self.info, self.torrent.version)

    def text(self, trackers: Sequence[str] = ()) -> bytes:
        """The .torrent, with other trackers where there are some; what its hashes are taken of stays as it is."""
        return metainfo.text(replace(self.torrent, trackers=tuple((one,) for one in trackers)) if trackers else self.torrent)


@dataclass(frozen=True, kw_only=True)
class Content:
    """What there is of a release: every file of its build below `<slug>/`, and its torrents."""

    slug: str
    edition: int
    files: tuple[Entry, ...]
    torrents: tuple[Served, ...]

    def chosen(self, what: Literal["build", "payload", "torrent"], trackers: Sequence[str] = ()) -> tuple[Entry, ...]:
        """The files that a destination takes, pointers last."""
        if what == "build":
            return tuple(sorted(self.files, key=lambda entry: entry.pointer))
        # Two torrents of one name may hold the same file, each from a folder of its own.
        files = {entry.path: entry for one in self.torrents for entry in one.entries} if what == "payload" else {}
        return (*files.values(), *(text_entry(one.title, one.text(trackers)) for one in self.torrents))


def text_entry(path: str, text: bytes) -> Entry:
    """A text of ours as a file that points to others."""
    return Entry(path=path, sha256=hashlib.sha256(text).hexdigest(), size=len(text), pointer=True, text=text)


def content(slug: str, edition: int, folder: Path, files: Iterable[Path], digest: Callable[[Path], str | None]) -> Content:
    """What the build in `folder` holds for publishing; raises ReleaseError where its torrents and its files disagree."""
    digests = {
        path.relative_to(folder.parent).as_posix(): (path, digest(path)) for path in files if path.is_relative_to(folder)
    }
    entries = tuple(_entry(name, folder.parent, known) for name, (_, known) in sorted(digests.items()) if known)
    by_path = {entry.path: entry for entry in entries}
    # One that an earlier build left, of a release that has no torrent any more, is none of its files.
    listed = listing(folder) if f"{folder.name}/{LISTING}" in by_path else []
    return Content(
        slug=slug,
        edition=edition,
        files=entries,
        torrents=tuple(_served(folder, one, by_path) for one in listed),
    )


def _entry(path: str, root: Path, digest: str) -> Entry:
    """A file of the build."""
    pointer = bool(_POINTER.fullmatch(path.rpartition("/")[2]))
    return Entry(path=path, root=root, sha256=digest, size=(root / path).stat().st_size, pointer=pointer)


def listing(folder: Path) -> list[dict[str, Any]]:
    """What torrent.json says of each torrent."""
    if not (folder / LISTING).is_file():
        return []
    said = json.loads((folder / LISTING).read_bytes())
    return said if isinstance(said, list) else [said]


def _served(folder: Path, listed: dict[str, Any], known: dict[str, Entry]) -> Served:
    """A torrent of the build."""
    title = str(listed["torrent"])
    try:
        found = torrentfile.read((folder / title).read_bytes())
    except (OSError, ValueError) as error:
        raise ReleaseError(f"{folder / title}: cannot be read ({error}); `doit {folder.name}` makes it again") from error
    torrent = found.torrent
    files: list[tuple[str, Entry]] = []
    for file in torrent.files:
        entry = known.get("/".join((folder.name, *file.path)))
        if entry is None or entry.size != file.size:
            told = "is not in the build" if entry is None else f"has {entry.size:,} bytes, and {file.size:,} in the torrent"
            raise ReleaseError(f"{folder / title}: {file} {told}; `doit {folder.name}` makes it again")
        files.append((torrent.name if torrent.single else "/".join((torrent.name, *file.path)), entry))
    held = [(path, entry.size, entry.sha256, entry.source) for path, entry in files]
    pads = _padding(torrent) if torrent.webseeds else {}
    held += [(path, size, _zeros(size), None) for path, size in pads.items()]  # type: ignore[misc]
    where = PUBLISHED / folder.name / _name_of([(path, digest) for path, _, digest, _ in held])
    return Served(
        label=listed["label"] or "",
        title=title,
        aligned=bool(listed["aligned"]),
        torrent=torrent,
        info=found.info,
        folder=where,
        entries=tuple(Entry(path=path, root=where, sha256=digest, size=size) for path, size, digest, _ in held),
        files=tuple((path, source) for path, _, _, source in held),
    )


def _padding(torrent: Torrent) -> dict[str, int]:
    """The files of zeros that aria2 asks web seeds for (BEP 47 lets a client do that)."""
    return {f"{torrent.name}/.pad/{size}": size for size in sorted({*torrent.padding} - {0})}


def _zeros(size: int) -> str:
    """The digest of so many zeros."""
    digest = hashlib.sha256()
    for done in range(0, size, 1 << 20):
        digest.update(bytes(min(1 << 20, size - done)))
    return digest.hexdigest()


def _name_of(files: list[tuple[str, str]]) -> str:
    """The name of the folder that holds these files and no others: a digest of their paths and contents."""
    text = json.dumps(sorted(files), ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:HASH_LETTERS]
