"""Packaging a video for HLS by copy: its pictures, its sound, both in one file, its subtitles; and its playlists."""

from __future__ import annotations

import hashlib
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Literal

from pressroom.errors import ReleaseError
from pressroom.formats import cmaf, footage, mpegts, segments, webvtt
from pressroom.formats.footage import Captions, Footage, Names, Shown
from pressroom.formats.pictures import PictureFacts
from pressroom.formats.rendition import MadeFile, Piece, Played, Rendition
from pressroom.plan import OUTPUT, Step
from pressroom.tools import chunks, notes
from pressroom.tools.chain import Chain
from pressroom.tools.encryption import Cipher
from pressroom.tools.packaging import Folder, Packaging, Written

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pressroom.formats.secretname import SecretName
    from pressroom.formats.webvtt import Subtitles
    from pressroom.plan import Work


@dataclass(frozen=True, kw_only=True)
class PackageVideo(Packaging):
    """Packages a video: a file for each rendition of its pictures and for its sound, or with `files` one for each segment.

    `chunks` are, for each of `renditions`, what says where its pictures lie. Segments of the sound begin where those of the
    pictures do. `key` is as in `Package`.
    """

    prefix: str
    """What the names of its files begin with."""
    renditions: tuple[str, ...]
    facts: Path
    chunks: tuple[tuple[Path, ...], ...]
    sound: Path
    segment: Fraction
    container: Literal["mp4", "ts"]
    key: SecretName | None = None

    def run(self, work: Work) -> None:
        """Write the files; raises ReleaseError for what cannot be packaged."""
        with ExitStack() as stack:
            opened = [stack.enter_context(closing(Chain(paths))) for paths in self._files()]
            heard = stack.enter_context(closing(Chain([self.sound])))
            try:
                made = self._made(work, opened, heard)
            except ValueError as error:
                raise ReleaseError(f"{self.folder}: {self.prefix} cannot be packaged: {error}") from error
        notes.write(work, self.packaged, made, indent=None)

    def _files(self) -> list[list[Path]]:
        """The chunks of each rendition, in their order."""
        return [[path for _, path in chunks.all_of(lanes)] for lanes in self.chunks]

    def _made(self, work: Work, shown: list[Chain], heard: Chain) -> Footage:
        """Write the files, and say what they are."""
        tracks = [chain.pictures() for chain in shown]
        packages = [cmaf.packaged(one, segments.picture_plan(one, self.segment)) for one in tracks]
        starts = [Fraction(segment.start, tracks[0].timescale) for segment in packages[0].plan.segments[1:]]
        track = heard.sound()
        sound = cmaf.packaged(track, segments.sound_plan(track, self.segment, at=starts))
        cipher = Cipher(self.key) if self.key else None
        written = [
            Written(package, chain, Folder(work, self.folder, f"{self.prefix}.{name}", cipher))
            for name, package, chain in zip((*self.renditions, footage.SOUND), (*packages, sound), (*shown, heard), strict=True)
        ]
        both = Folder(work, self.folder, self.prefix)
        file = None if cipher else both.write(".mp4", cmaf.muxed(packages[0], sound, (shown[0], heard)))
        sizes = [(package.track.description.width, package.track.description.height) for package in packages]
        for size in dict.fromkeys(one for one in sizes if sizes.count(one) > 1):
            alike = ", ".join(name for name, own in zip(self.renditions, sizes, strict=True) if own == size)
            work.say(f"{self.prefix}: {alike} have {size[0]} x {size[1]} pixels alike, as the video is no larger")
        split = self.layout == "files" or cipher is not None
        if self.container == "ts":
            pictures = tuple(_transported(each, written[-1], split=split) for each in written[:-1])
            played = Played(init=None, init_size=None, pieces=())
        else:
            pictures = tuple(_shown(each, split=split) for each in written[:-1])
            played = written[-1].played(None if split else written[-1].whole(), None, sound.plan.segments)
        return Footage(
            rate=notes.read(PictureFacts, self.facts).rate,
            pictures=pictures,
            sound=_rendition(sound, played),
            file=file,
            files=tuple(made for folder in (both, *(each.folder for each in written)) for made in folder.made.values()),
        )


@dataclass(frozen=True, kw_only=True)
class PackageSubtitles(Packaging):
    """Cuts the subtitles of a video where its pictures are: into one file, or with `files` into one for each segment.

    `copy` is them as they are, for browsers that play no list of them.
    """

    source: Path
    prefix: str
    language: str
    video: Path
    container: Literal["mp4", "ts"]
    copy: Path = field(metadata=OUTPUT)

    def run(self, work: Work) -> None:
        """Write the files; raises ReleaseError for what is no WebVTT."""
        text, subtitles = self._read()
        shown = notes.read(Footage, self.video).pictures[0].rendition
        files = Folder(work, self.folder, f"{self.prefix}.{self.language}")
        ticks = [piece.ticks for piece in shown.whole.pieces]
        bounds = [Fraction(time, shown.timescale) for time in accumulate(ticks, initial=0)]
        begin = mpegts.BEGIN if self.container == "ts" else 0
        texts = (webvtt.segment(subtitles, *times, begin=begin).encode() for times in pairwise(bounds))
        pieces = files.pieces(".vtt", texts, ticks, split=self.layout == "files")
        whole = text.encode()
        copy = MadeFile(path=self.copy.name, bytes=len(whole), sha256=hashlib.sha256(whole).hexdigest())
        made = Captions(language=self.language, pieces=pieces, files=(copy, *files.made.values()))
        notes.write(work, self.packaged, made)
        work.beside(self.copy).write_bytes(whole)

    def _read(self) -> tuple[str, Subtitles]:
        """The subtitles, as text and as what it says; raises ReleaseError."""
        try:
            text = self.source.read_bytes().decode("utf-8-sig")
            return text, webvtt.parse(text)
        except UnicodeDecodeError as error:
            raise ReleaseError(f"{self.source}: expected text in UTF-8; save it as that") from error
        except ValueError as error:
            raise ReleaseError(f"{self.source}: {error}") from error


@dataclass(frozen=True, kw_only=True)
class WriteVideo(Step):
    """Writes every playlist of a video; `playlists` stand in the order of its `names`."""

    names: Names
    language: str
    segment: Fraction
    packaged: Path
    captions: tuple[Path, ...]
    key_url: str | None = None
    """Where players fetch the key of what is encrypted."""
    playlists: tuple[Path, ...] = field(metadata=OUTPUT)

    def run(self, work: Work) -> None:
        """Write them."""
        made, captions = notes.read(Footage, self.packaged), notes.read_all(Captions, self.captions)
        terms = footage.Terms(segment=self.segment, language=self.language, key_url=self.key_url)
        texts = footage.playlists(self.names, made, captions, terms)
        for name, path in zip(self.names.every, self.playlists, strict=True):
            work.beside(path).write_text(texts[name], encoding="utf-8", newline="\n")


def _rendition(package: cmaf.Package, played: Played) -> Rendition:
    """A rendition of a video, as it lies in the folder."""
    return Rendition(
        codec=package.track.description.codec,
        timescale=package.track.timescale,
        starts=(0,),
        length=package.track.length,
        file=None,
        whole=played,
        tracks=(),
        files=(),
    )


@dataclass(frozen=True)
class _KeyFrame:
    """A key frame: where in its segment it lies, or, where that is encrypted, a file of its own."""

    place: int
    size: int
    apart: Piece | None


def _shown(written: Written, *, split: bool) -> Shown:
    """Pictures as MP4, with their key frames: each fragment up to the end of its first sample."""
    package = written.package
    played = written.played(None if split else written.whole(), None, package.plan.segments)
    keys = []
    for segment in package.plan.segments:
        placed = package.placed[segment.first : segment.stop]
        places = [(each.offset - placed[0].offset, each.head + 8 + each.key) for each in placed]
        content = b"".join(cmaf.segment_written(package, segment, written.source)) if written.folder.cipher else b""
        keys.append(_key_frames(written.folder, ".m4s", content, places))
    return _with_keys(package, played, keys)


def _transported(written: Written, sound: Written, *, split: bool) -> Shown:
    """Pictures as MPEG-TS, with the sound in it."""
    keys: list[tuple[_KeyFrame, ...]] = []

    def contents() -> Iterator[bytes]:
        for segment in mpegts.segments(written.package, sound.package, (written.source, sound.source)):
            keys.append(_key_frames(written.folder, ".ts", segment.content, segment.keys))
            yield segment.content

    ticks = [segment.end - segment.start for segment in written.package.plan.segments]
    pieces = written.folder.pieces(".ts", contents(), ticks, split=split)
    return _with_keys(written.package, Played(init=None, init_size=None, pieces=pieces), keys)


def _key_frames(folder: Folder, suffix: str, content: bytes, places: Sequence[tuple[int, int]]) -> tuple[_KeyFrame, ...]:
    """The key frames of a segment, of which a part cannot be decrypted by itself."""
    return tuple(
        _KeyFrame(place, size, folder.segment(suffix, (content[place : place + size],), 0) if folder.cipher else None)
        for place, size in places
    )


def _with_keys(package: cmaf.Package, played: Played, keys: Sequence[Sequence[_KeyFrame]]) -> Shown:
    """Pictures, and the key frames of each segment by their places in it (Apple's HLS Authoring Specification, 6.10)."""
    pieces = []
    for segment, whole, frames in zip(package.plan.segments, played.pieces, keys, strict=True):
        times = (*package.plan.shown[segment.first : segment.stop], segment.end)
        for frame, (start, end) in zip(frames, pairwise(times), strict=True):
            inside = replace(whole, size=frame.size, offset=(whole.offset or 0) + frame.place)
            pieces.append(replace(frame.apart or inside, ticks=end - start))
    about = package.track.description
    listed = Played(init=played.init, init_size=played.init_size, pieces=tuple(pieces))
    return Shown(rendition=_rendition(package, played), width=about.width, height=about.height, keys=listed)
