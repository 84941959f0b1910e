"""LRC: lyrics whose lines carry the time at which they are sung."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_STAMP = re.compile(
    r"\s*\[(?:(?P<hours>[0-9]{1,3}):(?=[0-9:]+\.))?"  # hours only before a fraction: [00:12:34] has hundredths to some
    r"(?P<minutes>[0-9]{1,3}):(?P<seconds>[0-5][0-9])(?:\.(?P<part>[0-9]{1,3}))?\]"
)
_WORD_STAMP = re.compile("<[0-9]{1,3}:[0-9]{2}[0-9:.]*>")
_ID_TAG = re.compile(r"\[(?:[A-Za-z]{2}|[a-z#]+):.*\]")
_OFFSET = re.compile(r"\[offset:\s*([+-]?[0-9]{1,9})\s*\]", re.IGNORECASE)
_EXAMPLE = "a time stamp such as [01:23.45]"


def parse(text: str) -> tuple[tuple[int, str], ...]:
    """The lines as (milliseconds, text) pairs in the order of their times (Wikipedia, "LRC (file format)").

    Takes [mm:ss], [mm:ss.x] to [mm:ss.xxx] and [hh:mm:ss.xx], several stamps to a line, and [offset:ms], where a positive
    offset makes every line earlier, at most to 0. Word stamps of the enhanced format and other tags ([ar:..]) are left out.
    Raises ValueError for a line with text and no stamp, and when no line has one.
    """
    lines = [line.strip() for line in re.split("\r\n|\r|\n", text.removeprefix("\ufeff"))]
    offset = 0
    timed: list[tuple[int, str]] = []
    for number, line in enumerate(lines, 1):
        if match := _OFFSET.fullmatch(line):
            offset = int(match[1])
        elif pairs := tuple(_stamped(line)):
            timed += pairs
        elif line and not _ID_TAG.fullmatch(line):
            raise ValueError(f"line {number}: expected {_EXAMPLE}, got {line[:60]!r}")
    if not timed:
        raise ValueError(f"expected a line with {_EXAMPLE}, got none")
    shifted = ((max(0, milliseconds - offset), words) for milliseconds, words in timed)
    return tuple(sorted(shifted, key=lambda pair: pair[0]))


def plain(lines: Iterable[tuple[int, str]]) -> str:
    """The words alone, a line each; lines without words part the stanzas."""
    return "\n".join(words for _, words in lines).strip("\n")


def lrc(lines: Iterable[tuple[int, str]]) -> str:
    """The LRC text of (milliseconds, text) pairs as `parse` gives them.

    Times have hundredths, which every player reads, and thousandths where hundredths would lose something.
    """
    return "".join(f"{_stamp(milliseconds)}{words}\n" for milliseconds, words in lines)


def _stamped(line: str) -> Iterator[tuple[int, str]]:
    """The line's words once for each of its stamps."""
    end = 0
    times: list[int] = []
    while match := _STAMP.match(line, end):
        times.append(_milliseconds(match))
        end = match.end()
    words = line[end:].strip()
    if _WORD_STAMP.search(words):
        words = " ".join(_WORD_STAMP.sub("", words).split())
    return ((time, words) for time in times)


def _milliseconds(match: re.Match[str]) -> int:
    """The time of a stamp: its fraction has one to three digits."""
    minutes = int(match["hours"] or 0) * 60 + int(match["minutes"])
    return (minutes * 60 + int(match["seconds"])) * 1000 + int((match["part"] or "").ljust(3, "0"))


def _stamp(milliseconds: int) -> str:
    """`[mm:ss.xx]`; minutes go on past 99."""
    seconds, part = divmod(milliseconds, 1000)
    fraction = f"{part:03}" if part % 10 else f"{part // 10:02}"
    return f"[{seconds // 60:02}:{seconds % 60:02}.{fraction}]"
