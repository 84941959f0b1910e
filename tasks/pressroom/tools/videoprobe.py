"""What videos are: their shape, rate and length, as players show them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any, ClassVar

from pressroom.errors import ReleaseError
from pressroom.formats import pictures
from pressroom.formats.pictures import PictureFacts
from pressroom.plan import IO, OUTPUT, Step
from pressroom.tools import ffmpeg, notes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pressroom.plan import Work

_STREAM = re.compile(r"Stream #0:\d+\S*: Video: \w+.*?, (\w+)(\(.*?\))?, (\d+)x(\d+)(?: \[SAR (\d+):(\d+) DAR \d+:\d+\])?")
_TURNED = re.compile(r"rotation of (-?\d+(?:\.\d+)?) degrees")
_KINDS = re.compile(r"#media_type (\d): (\w+)")
_PACKET = re.compile(r"(\d), *-?\d+, *(-?\d+), *(\d+), *\d+, 0x[0-9a-f]+(?:, F=0x([0-9A-F]+))?")
_DISCARDED = 0x4
_ROUNDED = Fraction(1, 20)
"""By as much may lengths differ that a container tells in whole milliseconds."""
_HIGH_RANGE = ("smpte2084", "arib-std-b67")
_MATRICES = {"bt709": "bt709", "smpte170m": "smpte170m", "bt470bg": "bt470bg", "bt2020nc": "bt2020"}


@dataclass(frozen=True, kw_only=True)
class ProbeVideo(Step):
    """Reads how a video is made up, without decoding it."""

    weight: ClassVar[float] = IO
    source: Path
    facts: Path = field(metadata=OUTPUT)

    @property
    def tools(self) -> tuple[str, ...]:
        """It runs ffmpeg."""
        return ("ffmpeg",)

    @property
    def pace(self) -> float:
        """It reads."""
        return 500e6

    def run(self, work: Work) -> None:
        """Write the facts; raises ReleaseError for what is no video, or not whole."""
        table = bytearray()
        shown, heard = (ffmpeg.pictures(self.source, stream=stream) for stream in ("V:0?", "a:0?"))
        args = ffmpeg.arguments(_both(shown, heard))
        with ffmpeg.authors_file(ffmpeg.NOT_WHOLE):
            log = ffmpeg.run(work, args, making=self.source, readers={"table": table.extend})
        notes.write(work, self.facts, picture_facts(self.source, log, table.decode()))


def picture_facts(path: Path, log: Sequence[ffmpeg.Line], table: str) -> PictureFacts:
    """What ffmpeg's log and its table of packets say of a video; raises ReleaseError where that is none to stream."""
    told = [line.text for line in log if not line.source]
    # Of a source there may be several pictures, and pixels of another shape than the stream in it says.
    own = told[next((number for number, text in enumerate(told) if text.startswith("Output #")), len(told)) :]
    stream = next((found for text in own if (found := _STREAM.match(text))), None)
    kinds = _KINDS.findall(table)
    times = {kind: sorted(_times(table, number)) for number, kind in kinds}
    shown, heard = times.get("video", []), times.get("audio", [])
    if stream is None or not shown:
        raise ReleaseError(f"{path}: no pictures in it")
    if any(name in (stream[2] or "") for name in _HIGH_RANGE):
        raise ReleaseError(f"{path}: its pictures are HDR, which is streamed as standard range; export it in BT.709")
    last = max(start + length for start, length in shown)
    end = max([last, *(start + length for start, length in heard)])
    starts = [max(start, Fraction(0)) for start, _ in shown]
    gap = max(after - before for before, after in pairwise([Fraction(0), *starts, end]))
    rate = pictures.even_rate(_rate(starts, last))
    width, height = _size(stream, own)
    return PictureFacts(
        width=width,
        height=height,
        rate=str(rate),
        frames=max(1, round(end * rate)),
        gap=round(float(gap), 6),
        # The matrix comes first, before what the primaries and the transfer are: `smpte170m/smpte170m/bt709`.
        matrix=next((_MATRICES[word] for word in re.findall(r"\w+", stream[2] or "") if word in _MATRICES), None),
        sound=bool(heard),
    )


def _both(shown: Any, heard: Any) -> Any:  # noqa: ANN401  # ffmpeg-python's streams
    """An output that tells of every packet of pictures and sound, as they are."""
    import ffmpeg as compiler  # noqa: PLC0415  # 25 ms that a run with nothing to do need not pay

    return compiler.output(shown, heard, "pipe:@table", f="framecrc", c="copy")


def _times(table: str, number: str) -> Iterator[tuple[Fraction, Fraction]]:
    """When the packets of a stream are presented, and for how long, in seconds; those that an edit list leaves out are not."""
    base = re.search(rf"#tb {number}: (\d+)/(\d+)", table)
    tick = Fraction(int(base[1]), int(base[2])) if base else Fraction(0)
    for of, start, length, flags in _PACKET.findall(table):
        if of == number and not int(flags or "1", 16) & _DISCARDED:
            yield int(start) * tick, int(length) * tick


def _rate(starts: Sequence[Fraction], end: Fraction) -> Fraction:
    """How many pictures a second there are: by their count, where the median of what lies between them says nearly the same."""
    between = sorted(after - before for before, after in pairwise([*starts, end]) if after > before)
    if not between:
        return Fraction(25)
    middle, mean = between[len(between) // 2], (end - starts[0]) / len(starts)
    return 1 / (mean if abs(mean / middle - 1) < _ROUNDED else middle)


def _size(stream: re.Match[str], own: Sequence[str]) -> tuple[int, int]:
    """The size as it is shown: pixels made square, and turned as the file says."""
    wide = Fraction(int(stream[5] or 1), int(stream[6] or 1)) or Fraction(1)
    width, height = round(int(stream[3]) * wide), int(stream[4])
    turned = next((float(found[1]) for text in own if (found := _TURNED.search(text))), 0)
    return (height, width) if round(turned / 90) % 2 else (width, height)
