"""Extended M3U playlists in UTF-8, for players (the playlists of HLS are another format)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fractions import Fraction

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One track: `path` is its relative POSIX path from the playlist's folder."""

    path: str
    title: str
    artist: str
    seconds: Fraction


@dataclass(frozen=True, kw_only=True)
class Playlist:
    """The tracks in playing order; `cover` is a picture's relative POSIX path."""

    title: str
    artist: str
    entries: tuple[Entry, ...]
    genre: str | None = None
    cover: str | None = None


def playlist(album: Playlist) -> str:
    r"""The playlist's text, its lines ended by "\n" (no standard exists; directives as listed in Wikipedia, "M3U").

    Lengths are rounded to whole seconds, as many players read nothing finer. Control characters in titles become spaces.
    Raises ValueError for a path that a line cannot hold: absolute, empty, or with a control character or a space at its end.
    """
    head = [
        "#EXTM3U",
        f"#PLAYLIST:{_one_line(album.title)}",
        f"#EXTALB:{_one_line(album.title)}",
        f"#EXTART:{_one_line(album.artist)}",
    ]
    if album.genre is not None:
        head.append(f"#EXTGENRE:{_one_line(album.genre)}")
    if album.cover is not None:
        head.append(f"#EXTIMG:{_path(album.cover)}")
    tracks = [line for entry in album.entries for line in _entry(entry)]
    return "\n".join([*head, *tracks, ""])


def _entry(entry: Entry) -> tuple[str, str]:
    """The two lines of a track."""
    return f"#EXTINF:{round(entry.seconds)},{_one_line(entry.artist)} - {_one_line(entry.title)}", _path(entry.path)


def _one_line(text: str) -> str:
    """`text` with its control characters and line separators as spaces."""
    return _CONTROL.sub(" ", text).strip()


def _path(path: str) -> str:
    """`path`, led by `./` where its beginning would be read as a directive, a URL or nothing at all."""
    if not path or path.startswith("/") or path != path.rstrip() or _CONTROL.search(path):
        raise ValueError(f"expected a relative path on one line with no space at its end, got {path!r}")
    return f"./{path}" if re.match(r"#|\s|[^/]*:", path) else path
