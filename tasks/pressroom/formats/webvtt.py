"""WebVTT: subtitles, cut into the segments of HLS (W3C WebVTT; draft-pantos-hls-rfc8216bis-22, section 3.1.4)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from fractions import Fraction

_STAMP = r"(?:([0-9]{2,4}):)?([0-5][0-9]):([0-5][0-9])\.([0-9]{3})"
_TIMING = re.compile(rf"{_STAMP}[ \t]+-->[ \t]+{_STAMP}(?:[ \t].*)?")
_HEAD = re.compile(r"WEBVTT(?:[ \t].*)?")
_WITHOUT_TIME = re.compile(r"(NOTE)(?:[ \t].*)?|(?:STYLE|REGION)[ \t]*")
_MOST_CUES = 100_000
_EXAMPLE = "a line such as 00:01.000 --> 00:04.000"


@dataclass(frozen=True, kw_only=True)
class Cue:
    """A subtitle: when it appears and goes, in milliseconds, and its lines as they are written, timing and all."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, kw_only=True)
class Subtitles:
    """Cues in the order of the file; `styles` are the blocks that say how they look."""

    cues: tuple[Cue, ...]
    styles: tuple[str, ...]


def parse(text: str) -> Subtitles:
    """The subtitles of a file.

    Raises ValueError, with the line, for what does not begin as one, a cue without a time or one that ends before it begins.
    """
    lines = re.split("\r\n|\r|\n", text.removeprefix("\ufeff"))
    if not _HEAD.fullmatch(lines[0]):
        raise ValueError(f"line 1: expected WEBVTT, got {lines[0][:60]!r}")
    cues: list[Cue] = []
    styles: list[str] = []
    for number, block in _blocks(lines):
        if found := _WITHOUT_TIME.fullmatch(block[0]):
            styles += [] if found[1] else ["\n".join(block)]
        else:
            cues.append(_cue(number, block))
    if not 1 <= len(cues) <= _MOST_CUES:
        raise ValueError(f"expected 1 to {_MOST_CUES:,} cues, got {len(cues):,}")
    return Subtitles(cues=tuple(cues), styles=tuple(styles))


def segment(subtitles: Subtitles, start: Fraction, end: Fraction, *, begin: int = 0) -> str:
    """The subtitles that are shown between two times, in seconds; their own times count from the beginning of the media.

    The media begins at `begin` in the clock of 90 kHz, which is 0 where it is no MPEG-TS. A cue that goes on in the next
    segment stands in both, as a player may begin with either.
    """
    shown = (cue.text for cue in subtitles.cues if cue.start < end * 1000 and cue.end > start * 1000)
    head = f"WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:{begin}"
    # An empty line at the end, as some players read segments as if they were one file.
    return "\n\n".join((head, *subtitles.styles, *shown, ""))


def _blocks(lines: list[str]) -> Iterator[tuple[int, list[str]]]:
    """The blocks behind the head, between empty lines, each with the number of its first line.

    A cue ends the head or another cue even where no empty line does, as in browsers (W3C WebVTT, 6.1).
    """
    start = next((number for number, line in enumerate(lines) if not line or "-->" in line), len(lines))
    block: list[str] = []
    for number, line in enumerate([*lines[start:], ""], start + 1):
        another = "-->" in line and (len(block) > 1 or "-->" in "".join(block))
        if block and (another or not line):
            yield number - len(block), block
            block = []
        if line:
            block.append(line)


def _cue(number: int, block: list[str]) -> Cue:
    """A cue; its first line may be its name."""
    place = 0 if "-->" in block[0] else 1
    timing = _TIMING.fullmatch(block[place]) if place < len(block) else None
    if timing is None:
        raise ValueError(f"line {number}: expected {_EXAMPLE}, got {block[min(place, len(block) - 1)][:60]!r}")
    start, end = (_milliseconds(timing.groups()[at : at + 4]) for at in (0, 4))
    if end <= start:
        raise ValueError(f"line {number + place}: it ends before it begins")
    return Cue(start=start, end=end, text="\n".join(block))


def _milliseconds(parts: tuple[str | None, ...]) -> int:
    """A time stamp."""
    hours, minutes, seconds, thousandths = (int(part or 0) for part in parts)
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths
