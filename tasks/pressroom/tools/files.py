"""Files that are written, copied, zipped and summed, with receipts for those that are too large to hash twice."""

from __future__ import annotations

import hashlib
import shutil
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from pressroom.errors import ReleaseError
from pressroom.formats import facts, lrc, sums
from pressroom.plan import IO, OUTPUT, Step
from pressroom.tools import notes

if TYPE_CHECKING:
    from pathlib import Path

    from pressroom.plan import Work

ZIP_TIME = (1980, 1, 1, 0, 0, 0)
"""The first moment that a zip can tell (APPNOTE 4.4.6): bytes must not depend on a clock."""
PIECE = 1 << 20


@dataclass(frozen=True, kw_only=True)
class WriteText(Step):
    """Writes a text that is known from the words alone."""

    text: str
    output: Path = field(metadata=OUTPUT)

    def run(self, work: Work) -> None:
        """Write it."""
        work.beside(self.output).write_text(self.text, encoding="utf-8", newline="\n")


@dataclass(frozen=True, kw_only=True)
class CopyLyrics(Step):
    """Copies a lyrics file as UTF-8 with plain line ends, after reading it as what its name says."""

    source: Path
    output: Path = field(metadata=OUTPUT)

    def run(self, work: Work) -> None:
        """Write it; raises ReleaseError for a file that is not UTF-8, is empty, or is no LRC though named so."""
        try:
            text = self.source.read_text(encoding="utf-8-sig").strip("\n")
        except UnicodeDecodeError as error:
            raise ReleaseError(f"{self.source}: not UTF-8 (byte {error.start}); save it as UTF-8") from error
        if not text.strip():
            raise ReleaseError(f"{self.source}: the file is empty")
        if self.source.suffix.lower() == ".lrc":
            try:
                lrc.parse(text)
            except ValueError as error:
                raise ReleaseError(f"{self.source}: {error}") from error
        work.beside(self.output).write_text(text + "\n", encoding="utf-8", newline="\n")


@dataclass(frozen=True, kw_only=True)
class Copy(Step):
    """Copies a file as it is; with `receipt`, notes its size and digest on the way."""

    revision: ClassVar[int] = 2
    weight: ClassVar[float] = IO
    cached: ClassVar[bool] = False
    source: Path
    output: Path = field(metadata=OUTPUT)
    receipt: Path = field(metadata=OUTPUT)

    def run(self, work: Work) -> None:
        """Copy it."""
        shutil.copyfile(self.source, work.beside(self.output))
        write_receipt(work, self.output, self.receipt)


@dataclass(frozen=True, kw_only=True)
class Zip(Step):
    """Packs files into a zip: stored, sorted, with fixed times, so the bytes depend on the contents alone.

    `members` are (name in the zip, file) pairs; large members are told by their receipts, so that a zip can be compared
    without reading them.
    """

    revision: ClassVar[int] = 2
    weight: ClassVar[float] = IO
    cached: ClassVar[bool] = False
    members: tuple[tuple[str, Path], ...]
    output: Path = field(metadata=OUTPUT)
    receipt: Path = field(metadata=OUTPUT)

    def run(self, work: Work) -> None:
        """Write it, member by member, in constant memory."""
        total = sum(path.stat().st_size for path in self.inputs) or 1
        done = 0
        with zipfile.ZipFile(work.beside(self.output), "w", zipfile.ZIP_STORED, strict_timestamps=True) as archive:
            for name, path in sorted(self.members):
                member = zipfile.ZipInfo(name, ZIP_TIME)
                member.external_attr = 0o100644 << 16
                member.create_system = 3
                with path.open("rb") as source, archive.open(member, "w", force_zip64=path.stat().st_size > 2**31) as target:
                    while piece := source.read(PIECE):
                        target.write(piece)
                        done += len(piece)
                        work.progress(done / total)
        write_receipt(work, self.output, self.receipt)


@dataclass(frozen=True, kw_only=True)
class Sums(Step):
    """Writes SHA256SUMS over everything that the release made: large files by their receipts, small ones by reading them."""

    weight: ClassVar[float] = IO
    receipts: tuple[tuple[str, Path], ...]
    """(path below the release's folder, receipt) pairs."""
    files: tuple[tuple[str, Path], ...]
    """(path below the release's folder, file) pairs."""
    listings: tuple[tuple[str, Path], ...]
    """What stands before the names in a list, and the list of files that were counted later."""
    output: Path = field(metadata=OUTPUT)

    def run(self, work: Work) -> None:
        """Write it."""
        pairs = [(path, notes.read(facts.Receipt, receipt).sha256) for path, receipt in self.receipts]
        pairs += [(path, sha256(file)) for path, file in self.files]
        for prefix, path in self.listings:
            pairs += [(prefix + file.path, file.sha256) for file in notes.read(facts.Listing, path).files]
        work.beside(self.output).write_text(sums.sums(pairs), encoding="utf-8", newline="\n")


def sha256(path: Path) -> str:
    """The SHA-256 of a file, read in pieces."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write_receipt(work: Work, output: Path, receipt: Path, *, unread: tuple[str, ...] = ()) -> None:
    """Note the size and digest of what stands beside `output`; `unread` are tags that did not read back as asked."""
    made = work.beside(output)
    notes.write(work, receipt, facts.Receipt(bytes=made.stat().st_size, sha256=sha256(made), unread=unread))
