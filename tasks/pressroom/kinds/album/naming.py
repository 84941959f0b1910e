"""What an album's files are called, and which two would be one file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pressroom import names

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pressroom.formats.audio import AudioFormat
    from pressroom.kinds.album.words import Album

COVER = "cover.jpg"
LONGEST_TITLE = 120
"""Bytes of an album's title in a name that has more in it."""

Claim = tuple[str, tuple[str | int, ...], str]
"""A file's name, the word that gives it, and what to call it in a mistake."""


def title(album: Album) -> str:
    """The album's title."""
    return names.safe_name(album.title, limit=LONGEST_TITLE)


def whole(album: Album) -> str:
    """`Artist - Title (Year)`: the folder at the top of an archive."""
    year = f" ({album.year})" if album.year else ""
    return names.safe_name(f"{album.printed_artist} - {album.title}{year}")


def track(album: Album, index: int, suffix: str = "", form: str = "") -> str:
    """A track's file, as `naming` says; without a suffix, its folder of stems."""
    one = album.tracks[index]
    several = "{disc}-{track:02} {title}" if album.disc_count > 1 else "{track:02} {title}"
    words = {
        "artist": one.artist or album.artist,
        "album_artist": album.printed_artist,
        "title": one.printed_title,
        "year": album.year,
        "label": album.label,
        "track": album.numbers[index],
        "disc": one.disc,
        "version": one.version or "",
        "format": form,
    }
    return names.safe_name(names.expand(album.naming or several, words), suffix)


def stem(name: str, suffix: str) -> str:
    """A stem."""
    return names.safe_name(name, suffix)


def playlist(album: Album) -> str:
    """The playlist in a format's folder."""
    return f"{title(album)}.m3u8"


def cue_sheet(album: Album, disc: int) -> str:
    """The cue sheet of a disc in a format's folder."""
    return title(album) + (f" (disc {disc})" if album.disc_count > 1 else "") + ".cue"


def extra_file(source: Path) -> str:
    """One of the extras in a format's folder."""
    return names.safe_name(source.name)


def archive(album: Album, form: str) -> str:
    """The zip of a format."""
    return f"{title(album)} [{form}].zip"


def torrent(album: Album, template: str | None) -> str:
    """The folder that a torrent makes: `template` with its words, else as an archive's."""
    words = {
        "artist": album.artist,
        "album_artist": album.printed_artist,
        "title": album.title,
        "year": album.year,
        "label": album.label,
    }
    return names.safe_name(names.expand(template, words)) if template else whole(album)


def torrent_file(album: Album, label: str | None, suffix: str) -> str:
    """A .torrent, or its .magnet."""
    return f"{title(album)} [{label}]{suffix}" if label else f"{title(album)}{suffix}"


def clashes(album: Album) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Where two files of one folder would be one on macOS or Windows, with a text that names both."""
    try:
        # Formats with one suffix hold files of the same names, but for `{format}`, which differs in none of their own.
        kinds = {(form.encoding.suffix, form.encoding.lossless): form for form in album.audio_formats}
        folders = [list(_in_folder(album, form)) for form in kinds.values()]
    except ValueError as error:  # a placeholder that has no value in this release
        yield ("naming",), str(error)
        return
    folders += [list(_stems(album, index)) for index in range(len(album.tracks))]
    found: dict[tuple[tuple[str | int, ...], str], str] = {}
    for claims in folders:
        taken: dict[str, str] = {}
        for name, where, label in claims:
            other = taken.setdefault(names.clash_key(name), label)
            if other != label:
                found.setdefault((where, other), f"{label} and {other} would both be the file '{name}'")
    yield from ((where, text) for (where, _), text in found.items())


def _in_folder(album: Album, form: AudioFormat) -> Iterator[Claim]:
    """What lies in a format's folder; the first of two that clash keeps its name."""
    yield playlist(album), ("title",), "the playlist"
    if form.encoding.lossless:
        yield from ((cue_sheet(album, disc), ("title",), "the cue sheet") for disc in range(1, album.disc_count + 1))
    if album.cover:
        yield COVER, ("cover",), "the cover"
    for index, one in enumerate(album.tracks):
        name = track(album, index, form.encoding.suffix, form.name)
        yield name, ("tracks", index, "title"), f"'{one.printed_title}' (tracks[{index}])"
    for index, source in enumerate(album.extras):
        yield extra_file(source), ("extras", index), f"'{source.name}' (extras[{index}])"


def _stems(album: Album, index: int) -> Iterator[Claim]:
    """What lies in a track's folder of stems."""
    for name, _ in album.tracks[index].stems:
        yield stem(name, f".{album.stems_format}"), ("tracks", index, "stems", name), f"'{name}'"
