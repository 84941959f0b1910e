"""Places that hold files: how they stand beside what is to be published, and writing one file whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import os
from abc import abstractmethod
from contextlib import suppress
from typing import TYPE_CHECKING, Literal

from pressroom.errors import MachineError, ReleaseError, ToolError
from pressroom.publish.protocol import Change, Destination, State, View
from pressroom.tools.cloning import cloned

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from typing import BinaryIO

    from pressroom.publish.content import Entry

Lacking = Literal["missing", "other"]
CHUNK = 1 << 20
KEPT_BYTES = 200


class Files(Destination):
    """A destination that holds files.

    `last` is the digest of what was published there before, by the journal; empty where that is not known.
    """

    def __init__(self, label: str, entries: Sequence[Entry], last: str) -> None:
        self.label = label
        self.entries = tuple(entries)
        self.last = last
        self.digest = digest(self.entries)

    @abstractmethod
    def lacking(self) -> Mapping[str, Lacking]:
        """The paths of the entries that are missing, or have other bytes; raises ToolError when that cannot be told."""

    @abstractmethod
    def write(self, entries: Sequence[Entry]) -> None:
        """Put files there, in this order, each whole or not at all; raises ToolError."""

    def look(self) -> View:
        """Which files it lacks."""
        lacking = self.lacking()
        wanted = [entry for entry in self.entries if entry.path in lacking]
        told = tuple(f"write {entry.path}" + " over other bytes" * (lacking[entry.path] == "other") for entry in wanted)
        changes = (Change(told=told, do=lambda: self.write(wanted)),) if wanted else ()
        return View(state=self._state(lacking), changes=changes)

    def _state(self, lacking: Mapping[str, Lacking]) -> State:
        """What the missing and the other files amount to."""
        if not lacking:
            return "current"
        if len(lacking) == len(self.entries) and "other" not in lacking.values():
            return "absent"
        if self.last and self.last != self.digest:
            return "outdated"
        return "drifted" if "other" in lacking.values() else "incomplete"


def digest(entries: Sequence[Entry]) -> str:
    """One digest of files by their paths and contents."""
    text = "\n".join(sorted(f"{entry.sha256} {entry.path}" for entry in entries))
    return hashlib.sha256(text.encode()).hexdigest()


def put(target: Path, entry: Entry, source: Path | None = None, *, mode: int = 0o644) -> None:
    """Write a file beside its place, flushed, and rename it: from `source`, from a text of ours, or zeros.

    Raises ReleaseError for a source that does not hold what it should, and MachineError for a place that cannot be written.
    """
    part = target.with_name(f".{target.name.encode()[:KEPT_BYTES].decode(errors='ignore')}.pressroom")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        with part.open("xb") as stream:
            found = _filled(stream, entry, source)
            stream.flush()
            os.fsync(stream.fileno())
            os.fchmod(stream.fileno(), mode)
        if found == entry.sha256:
            part.replace(target)
            flush(target.parent)
    except OSError as error:
        _drop(part)
        if source and error.filename == str(source):
            raise ReleaseError(f"{source}: cannot be read ({error.strerror}); `doit verify` says more") from error
        if blocked := next((one for one in target.parents if os.path.lexists(one) and not one.is_dir()), None):
            raise ToolError(f"{blocked}: a file stands where a folder belongs; move it away") from error
        raise MachineError(f"{target}: cannot be written ({error.strerror or error})") from error
    if found != entry.sha256:
        _drop(part)
        raise ReleaseError(f"{source or target}: is not what was built; `doit verify` says more")


def _drop(part: Path) -> None:
    """Remove what was only begun, if that can be."""
    with suppress(OSError):
        part.unlink(missing_ok=True)


def flush(folder: Path) -> None:
    """Make the names in a folder durable; some file systems cannot."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EBADF):
            raise
    finally:
        os.close(handle)


def standing(path: Path, entry: Entry, known: str | None) -> Lacking | None:
    """How a file stands that should hold an entry; `known` is its digest, None where there is no file."""
    if known is None:
        return "missing"
    return None if known == entry.sha256 and not path.is_symlink() else "other"


def _filled(target: BinaryIO, entry: Entry, source: Path | None) -> str:
    """Fill a file; returns the digest of what is in it."""
    if entry.text is not None:
        target.write(entry.text)
        return hashlib.sha256(entry.text).hexdigest()
    if source is None:
        target.truncate(entry.size)
        return entry.sha256
    with source.open("rb") as stream:
        if cloned(stream, target):
            return hashlib.file_digest(stream, "sha256").hexdigest()
        found = hashlib.sha256()
        while chunk := stream.read(CHUNK):
            found.update(chunk)
            target.write(chunk)
    return found.hexdigest()


def refuse_own(folder: Path, root: Path, build: Path) -> None:
    """Raise ReleaseError for a destination in the repo's own folders, whose files are not to be written over."""
    real = folder.resolve()
    own = [(root / name).resolve() for name in ("releases", build, "kept", "published", ".pressroom")]
    if real == root or any(real.is_relative_to(one) for one in own):
        raise ReleaseError(f"folder {folder}: is one of the repo's own; publish to a folder outside of it")


def cannot(label: str, error: OSError) -> ToolError:
    """A place that cannot be looked at, with what to do."""
    told = {
        errno.EISDIR: "a folder stands where a file belongs; move it away",
        errno.ENOTDIR: "a file stands where a folder belongs; move it away",
        errno.EACCES: "it may not be read; mend its permissions",
    }
    where = f"{error.filename}: " if error.filename else ""
    return ToolError(f"{label}: {where}{told.get(error.errno or 0, f'cannot be looked at ({error.strerror or error})')}")
