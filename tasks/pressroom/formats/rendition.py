"""What a rendition of HLS is once it is packaged: its files, and what playlists say of them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from pressroom.formats import hls

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pressroom.formats.audio import Codec, Encoding

CODECS: tuple[Codec, ...] = ("aac", "opus", "flac", "alac")
"""The codecs that HLS carries in MP4, those first that most players play."""


@dataclass(frozen=True, kw_only=True)
class MadeFile:
    """A file whose name was not known beforehand: the name, bytes and SHA-256."""

    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Part:
    """The packets of a file from `first` up to `stop`, or to its end; the file is told by its name and SHA-256."""

    path: str
    sha256: str
    first: int = 0
    stop: int | None = None


@dataclass(frozen=True, kw_only=True)
class Joined:
    """The recordings of a release as one stream: parts that were encoded for it, none where the tracks' own files serve.

    `starts` are the samples, of the stream's rate, at which the tracks begin; `files` are those that were written with this.
    """

    files: tuple[MadeFile, ...] = ()
    parts: tuple[Part, ...] = ()
    starts: tuple[int, ...]

    @property
    def spans(self) -> tuple[tuple[int, int | None], ...]:
        """The packets of each part."""
        return tuple((part.first, part.stop) for part in self.parts)


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A segment: how many ticks it lasts, its file and its bytes, which begin at `offset` where the file has more of them.

    `iv` is the vector that it is encrypted with, in hexadecimal digits; None where it is not.
    """

    uri: str
    ticks: int
    size: int
    offset: int | None
    iv: str | None = None


@dataclass(frozen=True, kw_only=True)
class Played:
    """What a playlist plays; `init_size` is None where the init segment is a file of its own, `init` where there is none."""

    init: str | None
    init_size: int | None
    pieces: tuple[Piece, ...]

    @property
    def opening(self) -> hls.Init | None:
        """The init segment, as playlists name it."""
        return hls.Init(uri=self.init, size=self.init_size) if self.init else None


@dataclass(frozen=True, kw_only=True)
class Rendition:
    """A packaged rendition: the whole of it, and each of several tracks.

    Ticks are of 1/`timescale` s; `starts` are those at which tracks begin. `file` is what browsers play without a playlist,
    None where there is none, and `codec` the word of CODECS.
    """

    codec: str
    timescale: int
    starts: tuple[int, ...]
    length: int
    file: str | None
    whole: Played
    tracks: tuple[Played, ...]
    files: tuple[MadeFile, ...]

    @property
    def seconds(self) -> Fraction:
        """How long it plays."""
        return Fraction(self.length, self.timescale)

    @property
    def begins(self) -> tuple[Fraction, ...]:
        """When the tracks begin, in seconds."""
        return tuple(Fraction(start, self.timescale) for start in self.starts)

    @property
    def identity(self) -> str:
        """What no other sound has: the digest of all files."""
        return identity(self.files)

    def entries(self, played: Played) -> tuple[hls.Entry, ...]:
        """The segments of a playlist."""
        return self.entries_of(played.pieces)

    def entries_of(self, pieces: Sequence[Piece]) -> tuple[hls.Entry, ...]:
        """Segments as a playlist lists them, of this rendition or of one in its ticks."""
        return tuple(
            hls.Entry(
                uri=piece.uri,
                seconds=Fraction(piece.ticks, self.timescale),
                size=piece.size,
                offset=piece.offset,
                iv=bytes.fromhex(piece.iv) if piece.iv else None,
            )
            for piece in pieces
        )


def identity(files: Sequence[MadeFile]) -> str:
    """What no other files have together: the SHA-256 of theirs."""
    return hashlib.sha256("".join(file.sha256 for file in files).encode()).hexdigest()


def label(encoding: Encoding) -> str:
    """What a listener picks a rendition by."""
    known = {"aac": "AAC", "opus": "Opus", "flac": "FLAC", "alac": "ALAC"}
    return f"{known[encoding.codec]}, {f'{encoding.bitrate} kbit/s' if encoding.bitrate else 'lossless'}"


def playlists(
    renditions: Sequence[tuple[str, Rendition]], which: Sequence[str], segment: Fraction, key_url: str | None = None
) -> dict[str, str]:
    """Every playlist of a release by its name: of the whole, and of each track where `which` names several.

    `renditions` are names and what was packaged, in the order in which players are to prefer them; no segment was to be
    longer than `segment` seconds. `key_url` is where players fetch the key of what is encrypted.
    """
    lists = {"": [(name, made, made.whole) for name, made in renditions]}
    lists |= {f"{track}.": [(name, made, made.tracks[n]) for name, made in renditions] for n, track in enumerate(which)}
    longest = hls.target_duration(*(made.entries(played) for rows in lists.values() for _, made, played in rows))
    target = max(longest, round(segment))
    session = (hls.SessionData(name=hls.CHAPTERS, uri=CHAPTERS),) if which else ()
    found: dict[str, str] = {}
    for prefix, rows in lists.items():
        variants = []
        for name, made, played in rows:
            entries = made.entries(played)
            uri = f"{prefix}{name}.m3u8"
            found[uri] = hls.media_playlist(hls.MediaList(entries=entries, target=target, init=played.opening, key=key_url))
            variants.append(hls.Variant(uri=uri, rates=hls.rates(entries, target), codecs=(made.codec,)))
        whole = hls.Multivariant(variants=tuple(variants), session=() if prefix else session)
        found[f"{prefix.removesuffix('.') or 'index'}.m3u8"] = hls.multivariant_playlist(whole)
    return found


def playlist_names(renditions: Sequence[str], which: Sequence[str]) -> tuple[str, ...]:
    """The names of `playlists`, from the words alone."""
    prefixes = ("", *(f"{track}." for track in which))
    media = [f"{prefix}{name}.m3u8" for prefix in prefixes for name in renditions]
    return ("index.m3u8", *(f"{track}.m3u8" for track in which), *media)


CHAPTERS = "chapters.json"
"""The file that tells players where the tracks begin."""
