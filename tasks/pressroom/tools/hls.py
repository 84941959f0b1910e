"""What players of HLS begin with: playlists, chapters and the page."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from pressroom.formats import hls, player, rendition
from pressroom.formats.footage import Footage
from pressroom.formats.rendition import Rendition
from pressroom.plan import OUTPUT, Step
from pressroom.tools import notes

if TYPE_CHECKING:
    from fractions import Fraction
    from pathlib import Path

    from pressroom.plan import Work


@dataclass(frozen=True, kw_only=True)
class WriteHls(Step):
    """Writes every playlist of a release: of all that it is streamed as, and of each rendition; the same for each track.

    `renditions` and `which` are the names of what was packaged and of the tracks, as `rendition.playlist_names` takes them;
    `playlists` stand in its order. `key_url` is where players fetch the key of what is encrypted.
    """

    renditions: tuple[str, ...]
    packaged: tuple[Path, ...]
    which: tuple[str, ...]
    segment: Fraction
    key_url: str | None = None
    playlists: tuple[Path, ...] = field(metadata=OUTPUT)

    def run(self, work: Work) -> None:
        """Write them."""
        made = notes.read_all(Rendition, self.packaged)
        texts = rendition.playlists(tuple(zip(self.renditions, made, strict=True)), self.which, self.segment, self.key_url)
        names = rendition.playlist_names(self.renditions, self.which)
        for name, path in zip(names, self.playlists, strict=True):
            work.beside(path).write_text(texts[name], encoding="utf-8", newline="\n")


@dataclass(frozen=True, kw_only=True)
class WriteChapters(Step):
    """Writes when the tracks begin, as players read chapters."""

    titles: tuple[str, ...]
    language: str
    packaged: Path
    output: Path = field(metadata=OUTPUT)

    def run(self, work: Work) -> None:
        """Write it."""
        made = notes.read(Rendition, self.packaged)
        chapters = [
            hls.Chapter(start=start, title=title, language=self.language)
            for start, title in zip(made.begins, self.titles, strict=True)
        ]
        work.beside(self.output).write_text(hls.chapters_json(chapters, made.seconds), encoding="utf-8", newline="\n")


@dataclass(frozen=True, kw_only=True)
class PageWords:
    """The words on a page; `labels` are what listeners pick a rendition by, where there are several.

    `videos` are the pages of the tracks' videos, `headings` what stands above tracks, such as those that begin a disc.
    """

    title: str
    artist: str
    language: str
    tracks: tuple[str, ...]
    videos: tuple[str | None, ...]
    headings: tuple[str | None, ...]
    labels: tuple[str, ...]
    cover: str | None


@dataclass(frozen=True, kw_only=True)
class Library:
    """hls.js, where the author has it: its address, and its digest, which is taken of a `file`."""

    file: Path | None
    url: str
    integrity: str | None

    @property
    def named(self) -> player.Library:
        """It, as a page names it."""
        content = self.file.read_bytes() if self.file else b""
        taken = f"sha384-{base64.b64encode(hashlib.sha384(content).digest()).decode()}"
        return player.Library(url=self.url, integrity=self.integrity or taken)


@dataclass(frozen=True, kw_only=True)
class WritePage(Step):
    """Writes the page that plays a release."""

    revision: ClassVar[int] = 2
    words: PageWords
    renditions: tuple[str, ...]
    packaged: tuple[Path, ...]
    library: Library | None
    key_url: str | None = None
    """As in `WriteHls`."""
    output: Path = field(metadata=OUTPUT)

    def run(self, work: Work) -> None:
        """Write it."""
        made = notes.read_all(Rendition, self.packaged)
        sources = tuple(
            player.Source(label=label, playlist=f"{name}.m3u8", file=one.file, codec=one.codec)
            for label, name, one in zip(self.words.labels, self.renditions, made, strict=True)
        )
        marks = zip(made[0].begins, self.words.tracks, self.words.videos, self.words.headings, strict=True)
        page = player.Player(
            title=self.words.title,
            artist=self.words.artist,
            language=self.words.language,
            key=made[0].identity,
            length=made[0].seconds,
            sources=sources,
            marks=tuple(player.Mark(start=at, title=title, video=video, heading=above) for at, title, video, above in marks),
            cover=self.words.cover,
            library=self.library.named if self.library else None,
            key_url=self.key_url,
        )
        work.beside(self.output).write_text(player.page(page), encoding="utf-8", newline="\n")
        if self.key_url and self.key_url.startswith("http:"):
            work.say(f"{self.output}: the key is fetched by http, so whoever is on the way can read it")
        if self.key_url and self.library is None:
            work.say(f"{self.output}: most browsers play what is encrypted by hls.js alone; name it as `hls_js`")


@dataclass(frozen=True, kw_only=True)
class WriteVideoPage(Step):
    """Writes the page that shows a video; `album` is the title and the page of what it belongs to."""

    revision: ClassVar[int] = 2
    title: str
    artist: str
    language: str
    playlist: str
    subtitles: tuple[tuple[str, str], ...]
    album: tuple[str, str]
    cover: str | None
    packaged: Path
    library: Library | None
    key_url: str | None = None
    """As in `WriteHls`."""
    output: Path = field(metadata=OUTPUT)

    def run(self, work: Work) -> None:
        """Write it."""
        made = notes.read(Footage, self.packaged)
        page = player.Player(
            title=self.title,
            artist=self.artist,
            language=self.language,
            key=made.identity,
            length=made.pictures[0].rendition.seconds,
            sources=(player.Source(label="Video", playlist=self.playlist, file=made.file, codec=made.codecs),),
            cover=self.cover,
            picture=(made.pictures[0].width, made.pictures[0].height),
            subtitles=self.subtitles,
            album=self.album,
            library=self.library.named if self.library else None,
            key_url=self.key_url,
        )
        work.beside(self.output).write_text(player.page(page), encoding="utf-8", newline="\n")
