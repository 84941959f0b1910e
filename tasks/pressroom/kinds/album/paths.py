"""Where an album's files lie."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pressroom.formats.audio import NAMED, AudioFormat, Encoding
from pressroom.kinds.album import naming
from pressroom.tools import lockfile

if TYPE_CHECKING:
    from pressroom.kinds.album.words import Album
    from pressroom.plan import Place


@dataclass(frozen=True)
class Paths:
    """The album's files below `build/<slug>/`, and its intermediates below `.pressroom/work/<slug>/`."""

    album: Album
    place: Place

    def which(self, index: int) -> str:
        """A track in a step's name: `02`, or `1-02` when there are several discs."""
        track = f"{self.album.numbers[index]:02}"
        return f"{self.album.tracks[index].disc}-{track}" if self.album.disc_count > 1 else track

    def facts(self, which: str) -> Path:
        """What is known of a master; `which` is a track or a stem."""
        return self.place.work / "facts" / f"{which}.json"

    def bare(self, which: str, encoding: Encoding) -> Path:
        """An untagged file."""
        return self.place.work / "bare" / encoding_name(encoding) / f"{which}{encoding.suffix}"

    def measured(self, which: str, encoding: Encoding) -> Path:
        """What an untagged file decodes to."""
        return self.place.work / "measured" / encoding_name(encoding) / f"{which}.json"

    def levels(self, encoding: Encoding) -> Path:
        """The levels of all tracks in one encoding."""
        return self.place.work / "levels" / f"{encoding_name(encoding)}.json"

    def below(self, output: Path) -> str:
        """A file's path below the release's folder, as its lists name it."""
        return output.relative_to(self.place.build).as_posix()

    def receipt(self, output: Path) -> Path:
        """The receipt of a finished file: its size and digest, at the same place in a tree of its own."""
        return self.place.work / "receipts" / f"{self.below(output)}.json"

    @property
    def cover_facts(self) -> Path:
        """What is known of the cover, with the list of its sizes."""
        return self.place.work / "cover.json"

    @property
    def embedded_cover(self) -> Path:
        """The picture inside audio files."""
        return self.place.work / naming.COVER

    @property
    def cover(self) -> Path:
        """The picture that people see."""
        return self.place.build / naming.COVER

    @property
    def checks(self) -> Path:
        """What was checked."""
        return self.place.build / "checks.json"

    def torrent(self, label: str | None, suffix: str = ".torrent") -> Path:
        """A .torrent, or what goes with it."""
        return self.place.build / naming.torrent_file(self.album, label, suffix)

    @property
    def torrents(self) -> Path:
        """What the torrents are."""
        return self.place.build / "torrent.json"

    @property
    def torrent_hashes(self) -> Path:
        """The hashes of the torrents' pieces."""
        return self.place.work / "torrent.hashes"

    @property
    def lock(self) -> Path:
        """What has been made public: it lies beside the YAML, and need not be there."""
        return lockfile.beside(self.place.source)

    def folder(self, form: AudioFormat) -> Path:
        """A format's folder."""
        return self.place.build / form.name

    def track(self, index: int, form: AudioFormat) -> Path:
        """A tagged file."""
        return self.folder(form) / naming.track(self.album, index, form.encoding.suffix, form.name)

    def stem(self, index: int, name: str) -> Path:
        """A stem."""
        folder = self.place.build / "stems" / naming.track(self.album, index)
        return folder / naming.stem(name, f".{self.album.stems_format}")

    @property
    def hls(self) -> Path:
        """The folder that players stream from."""
        return self.place.build / "hls"

    def stream(self, rendition: str) -> Path:
        """What a rendition is packaged from; its file lies beside."""
        return self.place.work / "hls" / f"{rendition}.json"

    def lane(self, rendition: str, lane: int) -> Path:
        """What is said of the chunks that one of some steps encodes; they lie beside."""
        return self.place.work / "hls" / f"{rendition}.{lane}.json"

    def packaged(self, rendition: str) -> Path:
        """What playlists say of a rendition."""
        return self.place.work / "packaged" / f"{rendition}.json"

    def video(self, which: str, name: str) -> Path:
        """What is made of a track's video, or known of it."""
        return self.place.work / "video" / which / name

    @property
    def hls_lint(self) -> Path:
        """What the rules of HLS say of the folder."""
        return self.place.work / "hls-lint.json"

    @property
    def stems(self) -> Path:
        """The list of the stems."""
        return self.place.build / "stems" / "stems.json"

    def lyrics(self, index: int) -> Path | None:
        """A track's lyrics in the build; None where it has none."""
        lyrics = self.album.tracks[index].lyrics
        if lyrics is None:
            return None
        synced = isinstance(lyrics, Path) and lyrics.suffix.lower() == ".lrc"
        return self.place.build / "lyrics" / naming.track(self.album, index, ".lrc" if synced else ".txt")


def encoding_name(encoding: Encoding) -> str:
    """A folder's name for an encoding: that of the list, else one made of its values."""
    for name, known in NAMED.items():
        if known == encoding:
            return name
    values = (encoding.bitrate, encoding.quality, encoding.rate, encoding.depth, encoding.channels)
    letters = ("k", "q", "hz", "bit", "ch")
    parts = [f"{value:g}{letter}" for value, letter in zip(values, letters, strict=True) if value is not None]
    return "-".join((encoding.codec, *parts))
