"""Publishing to a folder of this machine: a web root, a share, or the folder that a client watches."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pressroom.publish.files import Files, Lacking, cannot, put, refuse_own, standing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pressroom.kinds.publish import Folder
    from pressroom.publish.content import Entry


class FolderFiles(Files):
    """Files in a folder: each is written beside its place, and renamed."""

    def __init__(
        self, words: Folder, entries: Sequence[Entry], last: str, *, root: Path, digest_of: Callable[[Path], str | None]
    ) -> None:
        super().__init__(words.label, entries, last)
        self._folder = Path(words.path).expanduser()
        self._root = root
        self._digest_of = digest_of

    def lacking(self) -> Mapping[str, Lacking]:
        """By the digests of the files there."""
        refuse_own(self._folder, self._root)
        found: dict[str, Lacking] = {}
        for entry in self.entries:
            path = self._folder / entry.path
            try:
                stands = standing(path, entry, self._digest_of(path))
            except OSError as error:
                raise cannot(self.label, error) from error
            if stands:
                found[entry.path] = stands
        return found

    def write(self, entries: Sequence[Entry]) -> None:
        """Copy them."""
        for entry in entries:
            put(self._folder / entry.path, entry, entry.source)
