"""Packaging sound for HLS by copy: content-hashed files, and what playlists are to say of them."""

from __future__ import annotations

import hashlib
from contextlib import closing
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING, ClassVar, Literal

from pressroom.errors import ReleaseError
from pressroom.formats import cmaf, segments
from pressroom.formats.rendition import Joined, MadeFile, Piece, Played, Rendition
from pressroom.formats.webfile import HASH_LETTERS
from pressroom.plan import ASIDE, IO, OUTPUT, Step
from pressroom.tools import notes
from pressroom.tools.chain import Chain
from pressroom.tools.encryption import Cipher

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from fractions import Fraction
    from pathlib import Path

    from pressroom.formats.secretname import SecretName
    from pressroom.formats.segments import Range, Segment
    from pressroom.plan import Work


@dataclass(frozen=True, kw_only=True)
class Packaging(Step):
    """Packages by copy: media into a folder, with `files` one for each segment, and what playlists are to say of them."""

    weight: ClassVar[float] = IO
    cached: ClassVar[bool] = False
    layout: Literal["single", "files"]
    folder: Path = field(metadata=ASIDE)
    packaged: Path = field(metadata=OUTPUT)

    @property
    def manifest(self) -> tuple[Path, Path]:
        """All the media."""
        return self.packaged, self.folder

    @property
    def pace(self) -> float:
        """It copies."""
        return 300e6


@dataclass(frozen=True, kw_only=True)
class Package(Packaging):
    """Packages a rendition: one file for all of it, a small one that begins each track, and with `files` one for each segment.

    `stream` says what is packaged: files beside it, or else the tracks' own, `bare`, joined. Segments are encrypted where
    `key` names one; then each is a file, and none is of all of it. Another key of that name is for the user to tell, by
    removing what was made with the old one.
    """

    rendition: str
    stream: Path
    bare: tuple[Path, ...]
    segment: Fraction
    key: SecretName | None = None

    def run(self, work: Work) -> None:
        """Write the files; raises ReleaseError for what cannot be packaged."""
        stream = notes.read(Joined, self.stream)
        paths = [self.stream.with_name(part.path) for part in stream.parts] or list(self.bare)
        with closing(Chain(paths)) as source:
            try:
                made = self._made(work, stream, source)
            except ValueError as error:
                raise ReleaseError(f"{self.folder}: {self.rendition} cannot be packaged: {error}") from error
        notes.write(work, self.packaged, made, indent=None)

    def _made(self, work: Work, stream: Joined, source: Chain) -> Rendition:
        """Write the files, and say what they are."""
        track = source.sound(stream.spans or None)
        plan = segments.sound_plan(track, self.segment, marks=stream.starts[1:])
        folder = Folder(work, self.folder, self.rendition, Cipher(self.key) if self.key else None)
        written = Written(cmaf.packaged(track, plan), source, folder)
        file = None if self.key else written.whole()
        ranged = file if self.layout == "single" else None
        return Rendition(
            codec=track.description.codec,
            timescale=track.timescale,
            starts=stream.starts,
            length=track.length,
            file=file,
            whole=written.played(ranged, None, plan.segments),
            tracks=tuple(written.played(ranged, stretch, stretch.segments) for stretch in plan.ranges),
            files=tuple(written.folder.made.values()),
        )


@dataclass(frozen=True)
class Written:
    """A package as it is written to a folder."""

    package: cmaf.Package
    source: Chain
    folder: Folder

    def whole(self) -> str:
        """The one file."""
        return self.folder.write(".mp4", cmaf.written(self.package, self.source))

    def played(self, file: str | None, stretch: Range | None, cut: Sequence[Segment]) -> Played:
        """The whole, or a stretch of it with an init segment of its own: as ranges of a file, or as a file for each segment."""
        if file:
            return self._ranges(file, stretch, cut)
        # Those that two lists have are the same files.
        return Played(init=self._init(stretch), init_size=None, pieces=tuple(map(self._segment, cut)))

    def _ranges(self, file: str, stretch: Range | None, cut: Sequence[Segment]) -> Played:
        """Ranges of the one file."""
        pieces = [
            Piece(uri=file, ticks=segment.end - segment.start, size=size, offset=offset)
            for segment, (offset, size) in zip(cut, map(self.package.extent, cut), strict=True)
        ]
        if stretch is None:
            return Played(init=file, init_size=len(self.package.init), pieces=tuple(pieces))
        return Played(init=self._init(stretch), init_size=None, pieces=tuple(pieces))

    def _init(self, stretch: Range | None) -> str:
        """An init segment as a file."""
        content = cmaf.range_init(self.package, stretch) if stretch else self.package.init
        return self.folder.write(".mp4", [content])

    def _segment(self, segment: Segment) -> Piece:
        """A segment as a file."""
        content = cmaf.segment_written(self.package, segment, self.source)
        return self.folder.segment(".m4s", content, segment.end - segment.start)


class Folder:
    """Files that are called by what they hold: `aac-128.0123456789abcdef.mp4`; with a cipher, segments are encrypted."""

    def __init__(self, work: Work, folder: Path, stem: str, cipher: Cipher | None = None) -> None:
        self._work = work
        self._folder = folder
        self._stem = stem
        self.cipher = cipher
        self.made: dict[str, MadeFile] = {}

    def write(self, suffix: str, pieces: Iterable[bytes]) -> str:
        """Write a file piece by piece; returns its name."""
        digest, size = hashlib.sha256(), 0
        written = self._folder / f"{self._stem}{suffix}"
        with self._work.beside(written).open("wb") as target:
            for piece in pieces:
                digest.update(piece)
                size += target.write(piece)
        name = f"{self._stem}.{digest.hexdigest()[:HASH_LETTERS]}{suffix}"
        self._work.rename(written, self._folder / name)
        self.made[name] = MadeFile(path=name, bytes=size, sha256=digest.hexdigest())
        return name

    def segment(self, suffix: str, content: Iterable[bytes], ticks: int) -> Piece:
        """Write a segment as a file, which lasts so many ticks."""
        vector = None
        if self.cipher:
            vector, encrypted = self.cipher.encrypted(b"".join(content))
            content = (encrypted,)
        uri = self.write(suffix, content)
        return Piece(uri=uri, ticks=ticks, size=self.made[uri].bytes, offset=None, iv=vector.hex() if vector else None)

    def pieces(self, suffix: str, contents: Iterable[bytes], ticks: Sequence[int], *, split: bool) -> tuple[Piece, ...]:
        """Write segments, of which each lasts so many ticks: as ranges of one file, or with `split` as a file each."""
        if split:
            return tuple(self.segment(suffix, (content,), length) for content, length in zip(contents, ticks, strict=True))
        sizes: list[int] = []

        def counted() -> Iterator[bytes]:
            for content in contents:
                sizes.append(len(content))
                yield content

        uri = self.write(suffix, counted())
        places = accumulate(sizes[:-1], initial=0)
        return tuple(
            Piece(uri=uri, ticks=length, size=size, offset=place)
            for length, size, place in zip(ticks, sizes, places, strict=True)
        )
