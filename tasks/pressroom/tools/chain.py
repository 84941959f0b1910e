"""Media files as one after the other, whose samples are one track."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate, repeat
from typing import TYPE_CHECKING

from pressroom.formats.demux import read_pictures, read_sound
from pressroom.formats.track import joined, part, sound

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path
    from typing import BinaryIO

    from pressroom.formats.track import Track


class Chain:
    """Files as one after the other; a reading lies within one of them.

    One is open at a time, as there may be more of them than files that a process may have open.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = paths
        self._sizes = [path.stat().st_size for path in paths]
        self._starts = list(accumulate(self._sizes[:-1], initial=0))
        self._number, self._current = 0, paths[0].open("rb")

    def sound(self, spans: Iterable[tuple[int, int | None]] | None = None) -> Track:
        """Their sound as one track, or of each file the packets of a span; raises ValueError."""
        of_each = spans or repeat((0, None), len(self._paths))
        return self._joined([_part(sound(read_sound(self._opened(number))), *span) for number, span in enumerate(of_each)])

    def pictures(self) -> Track:
        """Their pictures as one track; raises ValueError."""
        return self._joined([read_pictures(self._opened(number)) for number in range(len(self._paths))])

    def _joined(self, tracks: Sequence[Track]) -> Track:
        """Tracks as one."""
        return tracks[0] if len(tracks) == 1 else joined(tracks, self._sizes)

    def _opened(self, number: int) -> BinaryIO:
        """One of the files."""
        if number != self._number:
            self._current.close()
            self._number, self._current = number, self._paths[number].open("rb")
        return self._current

    def seek(self, offset: int) -> int:
        """Go to a byte of all."""
        number = bisect_right(self._starts, offset) - 1
        return self._opened(number).seek(offset - self._starts[number])

    def read(self, size: int) -> bytes:
        """Bytes from there."""
        return self._current.read(size)

    def close(self) -> None:
        """Close the one that is open."""
        self._current.close()


def _part(track: Track, first: int, stop: int | None) -> Track:
    """The packets from `first` up to `stop`, or to the end."""
    return part(track, first, len(track.sizes) if stop is None else stop) if first or stop is not None else track
