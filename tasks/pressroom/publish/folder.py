"""Publishing to a folder of this machine: a web root, a share, or the folder that a client watches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pressroom.publish.files import Files, Lacking, cannot, put, standing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from pressroom.publish.content import Entry


class FolderFiles(Files):
    """Files in a folder: each is written beside its place, and renamed.

    Where it is `watched`, a client takes what it was given: Transmission renames it, Deluge deletes it.
    """

    def __init__(
        self,
        label: str,
        folder: Path,
        entries: Sequence[Entry],
        last: str,
        *,
        digest_of: Callable[[Path], str | None],
        watched: bool = False,
    ) -> None:
        super().__init__(label, entries, last)
        self._folder = folder
        self._digest_of = digest_of
        self._watched = watched

    def lacking(self) -> Mapping[str, Lacking]:
        """By the digests of the files there."""
        found: dict[str, Lacking] = {}
        for entry in self.entries:
            path = self._folder / entry.path
            try:
                stands = standing(path, entry, self._digest_of(path))
                taken = stands == "missing" and self._watched and self._taken(path, entry)
            except OSError as error:
                raise cannot(self.label, error) from error
            if stands and not taken:
                found[entry.path] = stands
        return found

    def _taken(self, path: Path, entry: Entry) -> bool:
        """Whether a client has taken a file: it lies there as Transmission renames it, or was put there the last time."""
        return self.last == self.digest or self._digest_of(path.with_name(f"{path.name}.added")) == entry.sha256

    def write(self, entries: Sequence[Entry]) -> None:
        """Copy them."""
        for entry in entries:
            put(self._folder / entry.path, entry, entry.source)
