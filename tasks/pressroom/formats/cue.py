"""Cue sheets: the tracks of one disc, each in a file of its own."""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_TRACKS = 99
"""The tracks a cue sheet can number, as on a compact disc (IEC 60908); a longer disc has no cue sheet."""


@dataclass(frozen=True, kw_only=True)
class CueTrack:
    """One track: `file` is its path from the sheet, `isrc` twelve characters, `gain` and `peak` as `loudness` writes them."""

    title: str
    performer: str
    file: str
    isrc: str | None = None
    gain: str | None = None
    peak: str | None = None


@dataclass(frozen=True, kw_only=True)
class CueSheet:
    """One disc: `catalog` is the 13 digits of its EAN, `disc` the number among `discs` where there is more than one."""

    title: str
    performer: str
    tracks: tuple[CueTrack, ...]
    catalog: str | None = None
    date: str | None = None
    genre: str | None = None
    disc: int | None = None
    discs: int | None = None
    gain: str | None = None
    peak: str | None = None


def cue(sheet: CueSheet) -> str:
    r"""The cue sheet's text, one FILE a track (CDRWIN User's Guide; REM fields as foobar2000 writes them).

    Every lossless file is a WAVE to a cue sheet. Lines end in "\n", the last one too: Windows readers take it as they
    take CRLF, some readers elsewhere keep a CR as a part of the line, and cuetools refuses a last line without end.
    Raises ValueError when there is no track, more than MAX_TRACKS, or a file name that a cue sheet cannot hold.
    """
    if not 1 <= len(sheet.tracks) <= MAX_TRACKS:
        raise ValueError(f"expected 1 to {MAX_TRACKS} tracks in a cue sheet, got {len(sheet.tracks)}")
    lines = _head(sheet)
    for number, track in enumerate(sheet.tracks, 1):
        lines += _track(number, track)
    return "\n".join([*lines, ""])


def _head(sheet: CueSheet) -> list[str]:
    """The lines of the whole disc."""
    return [
        *_line("REM GENRE", sheet.genre and _quoted(sheet.genre)),
        *_line("REM DATE", sheet.date),
        *_line("REM DISCNUMBER", sheet.disc),
        *_line("REM TOTALDISCS", sheet.discs),
        *_line("REM REPLAYGAIN_ALBUM_GAIN", sheet.gain),
        *_line("REM REPLAYGAIN_ALBUM_PEAK", sheet.peak),
        *_line("CATALOG", sheet.catalog),
        f"PERFORMER {_quoted(sheet.performer)}",
        f"TITLE {_quoted(sheet.title)}",
    ]


def _track(number: int, track: CueTrack) -> list[str]:
    """The lines of one track; its FILE goes first, as foobar2000 refuses a sheet where it follows TRACK."""
    return [
        f"FILE {_file_name(track.file)} WAVE",
        f"  TRACK {number:02} AUDIO",
        f"    TITLE {_quoted(track.title)}",
        f"    PERFORMER {_quoted(track.performer)}",
        *_line("    ISRC", track.isrc),
        *_line("    REM REPLAYGAIN_TRACK_GAIN", track.gain),
        *_line("    REM REPLAYGAIN_TRACK_PEAK", track.peak),
        "    INDEX 01 00:00:00",
    ]


def _line(word: str, value: object) -> list[str]:
    """The line of a field that may be absent."""
    return [] if value is None else [f"{word} {value}"]


def _quoted(text: str) -> str:
    """`text` between double quotes, which a cue sheet cannot escape: those inside become single ones."""
    text = re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", text).replace('"', "'")
    # libcue takes `\"` for a quote inside the text and would read on to the next line.
    return f'"{text} "' if text.endswith("\\") else f'"{text}"'


def _file_name(path: str) -> str:
    """A path between double quotes; it cannot be mended here without naming another file."""
    if _quoted(path) != f'"{path}"':
        raise ValueError(f"expected a file name without quotes, control characters or a backslash at its end, got {path!r}")
    return f'"{path}"'
