"""The payload that is served: a copy of the build that no later build touches, in a folder named by what it holds."""

from __future__ import annotations

import os
import re
import shutil
from functools import partial
from typing import TYPE_CHECKING

from pressroom.errors import MachineError, PressroomError
from pressroom.publish.content import HASH_LETTERS, PUBLISHED
from pressroom.publish.files import cannot, flush, put, standing
from pressroom.publish.protocol import Change, Destination, View

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pressroom.publish.content import Content, Served

READ_ONLY = 0o444


def earlier(content: Content) -> tuple[Path, ...]:
    """The folders of the payloads that a release had before; nothing else that lies beside them."""
    beside = (PUBLISHED / content.slug).glob("*")
    hashes = {path for path in beside if re.fullmatch(f"[0-9a-f]{{{HASH_LETTERS}}}", path.name)}
    return tuple(sorted(hashes - {one.folder for one in content.torrents}))


class Payload(Destination):
    """The files of a torrent in `published/<slug>/<hash>/`; the folder appears whole, and is never written to again.

    A file in it that is damaged or gone is put back. A copy shares its blocks with the build where the file system can do
    that; a hard link would let the next build damage what is served.
    """

    def __init__(self, served: Served, digest_of: Callable[[Path], str | None]) -> None:
        self.label = f"payload {served.folder}"
        self.digest = served.folder.name
        self._served = served
        self._digest_of = digest_of

    def look(self) -> View:
        """Which files are not as they were published."""
        folder = self._served.folder
        if not folder.is_dir():
            count = len(self._served.entries)
            told = f"copy {count} file{'s' * (count > 1)} to {folder}"
            return View(state="absent", changes=(Change(told=(told,), do=self._copy_all),))
        try:
            stands = [standing(one.source, one, self._digest_of(one.source)) for one in self._served.entries]
        except OSError as error:
            raise cannot(self.label, error) from error
        lacking = [number for number, one in enumerate(stands) if one]
        changes = tuple(
            Change(told=(f"put back {self._served.entries[number].path}",), do=partial(self._put, number, folder))
            for number in lacking
        )
        state = "drifted" if "other" in stands else "incomplete" if lacking else "current"
        return View(state=state, changes=changes)  # type: ignore[arg-type]  # one of the states

    def _copy_all(self) -> None:
        """Write the whole folder beside its place, and rename it."""
        folder = self._served.folder
        part = folder.with_name(f".{folder.name}.part")
        try:
            for begun in folder.parent.glob(".*.part"):  # of a run that was killed, maybe of other bytes
                shutil.rmtree(begun)
            for number in range(len(self._served.entries)):
                self._put(number, part)
            for above, _, _ in os.walk(part, topdown=False):
                flush(part.__class__(above))
            part.rename(folder)
            flush(folder.parent)
        except PressroomError:
            shutil.rmtree(part, ignore_errors=True)
            raise
        except OSError as error:
            shutil.rmtree(part, ignore_errors=True)
            raise MachineError(f"{folder}: cannot be written ({error.strerror or error})") from error

    def _put(self, number: int, folder: Path) -> None:
        """Copy one file below a folder."""
        entry, (_, source) = self._served.entries[number], self._served.files[number]
        put(folder / entry.path, entry, source, mode=READ_ONLY)
