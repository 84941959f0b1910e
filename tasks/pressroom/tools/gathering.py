"""Masters as one stream of samples, or a stretch of it: what ffmpeg is told to read, one after the other."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from pressroom.errors import ReleaseError
from pressroom.formats.whole import sought
from pressroom.tools import ffmpeg, headers
from pressroom.tools.encode import converted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pressroom.formats.facts import AudioFacts
    from pressroom.formats.whole import Whole

MOST_CHANNELS = 8
"""As FLAC and ALAC hold them."""
_QUEUED = 8
"""Packets that ffmpeg reads ahead at least."""
_EARLIER = 1
"""Seconds before a stretch at which reading begins: what lies there is cut by its time, to the sample."""


@dataclass(frozen=True)
class Gathered:
    """Masters with what is known of them, and what they are as one."""

    sources: Sequence[Path]
    masters: Sequence[AudioFacts]
    one: Whole

    def stretch(self, start: int = 0, end: int | None = None) -> Any:  # noqa: ANN401  # ffmpeg-python's stream
        """The samples of all from `start` up to `end`, in a precision that loses nothing.

        Times must be the sources' own, as `arguments` has it.
        """
        import ffmpeg as compiler  # noqa: PLC0415  # 25 ms that a run with nothing to do need not pay

        stop = self.one.facts.samples if end is None else end
        streams = []
        for number, begin in enumerate(accumulate((part.samples for part in self.one.parts[:-1]), initial=0)):
            first, last = max(0, start - begin), min(self.one.parts[number].samples, stop - begin)
            if first < last:
                streams.append(self._part(number, first, last).filter("aformat", sample_fmts="dblp"))
        return streams[0] if len(streams) == 1 else compiler.concat(*streams, v=0, a=1)

    def _part(self, number: int, first: int, last: int) -> Any:  # noqa: ANN401  # likewise
        """Some samples of one master, as it is before all are joined; those before them are decoded where they have to be."""
        source, master, part = self.sources[number], self.masters[number], self.one.parts[number]
        # Without a number of its own, a master that two tracks have would be one input, which cannot be read at two places.
        raw = dict(headers.reading(source))
        options: dict[str, str | int] = {"thread_queue_size": _QUEUED + number, **raw}
        # In what is read as raw samples, ffmpeg seeks as if they began with the file.
        if raw or not sought(master, self.one.facts):
            stream = converted(ffmpeg.source(source, **options), "wav", master, part)
            return stream.filter("atrim", start_sample=first, end_sample=last).filter("asetpts", "N")
        if (seconds := first / master.rate - _EARLIER) > 0:
            options["ss"] = f"{seconds:.6f}"
        stream = ffmpeg.source(source, **options).filter("asettb", "1/sr").filter("atrim", start_pts=first, end_pts=last)
        return converted(stream, "wav", master, part)


def arguments(*outputs: Any) -> list[str]:  # noqa: ANN401  # likewise
    """The arguments of outputs of what is gathered: with times as the sources have them, from the first sample of each."""
    return ["-copyts", "-start_at_zero", *ffmpeg.arguments(*outputs)]


def refuse(sources: Sequence[Path], masters: Sequence[AudioFacts], rendition: str) -> None:
    """Raise ReleaseError for masters that no rendition holds."""
    for source, master in zip(sources, masters, strict=True):
        if master.channels > MOST_CHANNELS:
            raise ReleaseError(
                f"{source}: has {master.channels} channels, and {rendition} of `hls` holds at most {MOST_CHANNELS}; "
                "mix it down to stereo"
            )
