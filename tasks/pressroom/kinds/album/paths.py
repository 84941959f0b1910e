"""Where an album's files lie."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from pressroom import names
from pressroom.formats.audio import NAMED, AudioFormat, Encoding

if TYPE_CHECKING:
    from pathlib import Path

    from pressroom.kinds.album.words import Album
    from pressroom.plan import Place


@dataclass(frozen=True)
class Paths:
    """The album's files below `build/<slug>/`, and its intermediates below `.pressroom/work/<slug>/`."""

    album: Album
    place: Place

    @cached_property
    def title(self) -> str:
        """The album's title as a file name."""
        return names.safe_name(self.album.title, limit=120)

    @cached_property
    def whole_name(self) -> str:
        """`Artist - Title (Year)`: the folder at the top of an archive."""
        artist = self.album.album_artist or self.album.artist
        year = f" ({self.album.year})" if self.album.year else ""
        return names.safe_name(f"{artist} - {self.album.title}{year}")

    def which(self, index: int) -> str:
        """A track in a step's name: `02`, or `1-02` when there are several discs."""
        track = f"{self.album.numbers[index]:02}"
        return f"{self.album.tracks[index].disc}-{track}" if self.album.disc_count > 1 else track

    def facts(self, index: int) -> Path:
        """A master's facts."""
        return self.place.work / "facts" / f"{self.which(index)}.json"

    def bare(self, which: str, encoding: Encoding) -> Path:
        """An untagged file; `which` is a track or a stem."""
        return self.place.work / "bare" / encoding_name(encoding) / f"{which}{encoding.suffix}"

    def measured(self, which: str, encoding: Encoding) -> Path:
        """What an untagged file decodes to."""
        return self.place.work / "measured" / encoding_name(encoding) / f"{which}.json"

    def levels(self, encoding: Encoding) -> Path:
        """The levels of all tracks in one encoding."""
        return self.place.work / "levels" / f"{encoding_name(encoding)}.json"

    def receipt(self, *parts: str) -> Path:
        """The receipt of a finished file."""
        return self.place.work.joinpath("receipts", *parts[:-1], f"{parts[-1]}.json")

    def track(self, index: int, form: AudioFormat) -> Path:
        """A tagged file."""
        name = names.safe_name(self.album.stem(index, form.name), form.encoding.suffix)
        return self.place.build / form.name / name

    def track_folder(self, index: int) -> str:
        """The name of a track's folder of stems, and of its lyrics before their suffix."""
        return names.safe_name(self.album.stem(index))

    def stem(self, index: int, name: str) -> Path:
        """A stem."""
        suffix = f".{self.album.stems_format}"
        return self.place.build / "stems" / self.track_folder(index) / names.safe_name(name, suffix)

    def lyrics(self, index: int) -> Path | None:
        """A track's lyrics in the build; None where it has none."""
        lyrics = self.album.tracks[index].lyrics
        if lyrics is None:
            return None
        synced = not isinstance(lyrics, str) and lyrics.suffix.lower() == ".lrc"
        return self.place.build / "lyrics" / names.safe_name(self.album.stem(index), ".lrc" if synced else ".txt")

    def archive(self, name: str) -> Path:
        """A format's zip."""
        return self.place.build / names.safe_name(f"{self.title} [{name}]", ".zip")


def encoding_name(encoding: Encoding) -> str:
    """A folder's name for an encoding: that of the list, else one made of its values."""
    for name, known in NAMED.items():
        if known == encoding:
            return name
    values = (encoding.bitrate, encoding.quality, encoding.rate, encoding.depth, encoding.channels)
    letters = ("k", "q", "hz", "bit", "ch")
    parts = [f"{value:g}{letter}" for value, letter in zip(values, letters, strict=True) if value is not None]
    return "-".join((encoding.codec, *parts))
