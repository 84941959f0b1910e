"""The recordings of a release as one gapless stream: encoded from all masters, where the tracks' own files do not serve."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from pressroom.errors import ToolError
from pressroom.formats import aacframes, audio
from pressroom.formats import whole as wholes
from pressroom.formats.demux import read_sound
from pressroom.formats.facts import AudioFacts
from pressroom.formats.rendition import Joined, MadeFile, Part
from pressroom.formats.track import packets
from pressroom.plan import OUTPUT, Step
from pressroom.tools import chunks, ffmpeg, gathering, notes
from pressroom.tools.chain import Chain
from pressroom.tools.encode import ENCODERS, PACES, encode_stream
from pressroom.tools.files import sha256
from pressroom.tools.gathering import Gathered

if TYPE_CHECKING:
    from pathlib import Path

    from pressroom.formats.whole import Chunk, Whole
    from pressroom.plan import Work


@dataclass(frozen=True, kw_only=True)
class Join(Step):
    """Says what one stream of all masters is made of, so that no gap is heard between them.

    These are their own files, to be joined by copy, where they serve and exist, which `reusable` says; or else what was
    encoded from all of them: lossy, the `chunks` of each lane; lossless, one file, which is written here.
    """

    sources: tuple[Path, ...]
    facts: tuple[Path, ...]
    encoding: audio.Encoding
    reusable: bool
    chunks: tuple[Path, ...]
    stem: str
    """The name of the file, without its ending."""
    stream: Path = field(metadata=OUTPUT)

    @property
    def manifest(self) -> tuple[Path, Path]:
        """The file, where one was made, lies beside what is said of it."""
        return self.stream, self.stream.parent

    @property
    def tools(self) -> tuple[str, ...]:
        """It runs ffmpeg for what is lossless."""
        return ("ffmpeg", f"ffmpeg:{ENCODERS[self.encoding.codec]}") if self.encoding.lossless else ()

    @property
    def pace(self) -> float:
        """Lossless, it depends on the codec; lossy, it reads tables."""
        return PACES.get(self.encoding.codec, 30e6) if self.encoding.lossless else 300e6

    def run(self, work: Work) -> None:
        """Write what the stream is; raises ReleaseError for masters that it cannot hold."""
        masters = notes.read_all(AudioFacts, self.facts)
        gathering.refuse(self.sources, masters, self.stem)
        starts = wholes.served(self.encoding, masters) if self.reusable else None
        if starts is not None:
            notes.write(work, self.stream, Joined(starts=starts))
            return
        gathered = Gathered(self.sources, masters, wholes.whole(self.encoding, masters))
        if self.encoding.lossless:
            self._encode(work, gathered)
        else:
            self._gather(work, gathered)

    def _encode(self, work: Work, gathered: Gathered) -> None:
        """Encode them as one file; raises ToolError where the result is not as long as they are."""
        one, output = gathered.one, self.stream.with_name(f"{self.stem}{self.encoding.suffix}")
        if len(rates := sorted({master.rate for master in gathered.masters})) > 1:
            told, rate = ", ".join(map(str, rates)), one.fitted.rate
            work.say(f"{self.stem} of `hls`: its tracks have {told} Hz; one stream has one rate, and is resampled to {rate}")
        target = work.beside(output)
        encoded = encode_stream(gathered.stretch(), one.encoding, one.facts, one.fitted, f"file:{target}")
        ffmpeg.run(work, gathering.arguments(encoded), making=output, seconds=one.facts.seconds)
        with target.open("rb") as stream:
            _check_length(output, read_sound(stream).length, one)
        made = MadeFile(path=output.name, bytes=target.stat().st_size, sha256=sha256(target))
        part = Part(path=made.path, sha256=made.sha256)
        notes.write(work, self.stream, Joined(files=(made,), parts=(part,), starts=one.starts))

    def _gather(self, work: Work, gathered: Gathered) -> None:
        """Say which packets of the chunks follow each other; raises ToolError where these are not as long as the masters."""
        planned = wholes.chunks(gathered.one, gathered.masters)
        encoded = chunks.all_of(self.chunks)
        paths = [path for _, path in encoded]
        joins = [_join(*each) for each in pairwise(zip(planned, paths, strict=True))]
        parts = tuple(
            Part(path=made.path, sha256=made.sha256, first=first - chunk.begin, stop=stop and stop - chunk.begin)
            for (made, _), chunk, first, stop in zip(encoded, planned, (0, *joins), (*joins, None), strict=True)
        )
        joined = Joined(parts=parts, starts=gathered.one.starts)
        with closing(Chain(paths)) as chain:
            _check_length(self.stream, chain.sound(joined.spans).length, gathered.one)
        notes.write(work, self.stream, joined)


def _join(before: tuple[Chunk, Path], after: tuple[Chunk, Path]) -> int:
    """The packet of the stream that the second of two chunks goes on with.

    It is its first, or the next before which both hold alike what must be; in the seconds that both have there are many.
    """
    first = after[0].first
    told = [_alike(*each, first - 1) for each in (before, after)]
    alike = (first + number for number, (one, other) in enumerate(zip(*told, strict=False)) if one and one == other)
    return next(alike, first)


def _alike(chunk: Chunk, path: Path, number: int) -> list[tuple[int, int] | bytes | None]:
    """What two chunks must hold alike before they are joined, for packets of the stream from one on.

    With AAC it is the windows. Opus goes on from what was decoded before, so there it is the packet.
    """
    with path.open("rb") as stream:
        track = read_sound(stream)
        aac = track.description.codec.startswith("mp4a")
        count = wholes.TAIL * track.timescale // wholes.PACKET["aac" if aac else "opus"]
        held = packets(track, stream, number - chunk.begin, count)
        return [aacframes.windows(packet) if aac else packet for packet in held]


def _check_length(path: Path, length: int, one: Whole) -> None:
    """Raise ToolError for a stream that is not as long as its masters."""
    if length != one.fitted.samples:
        raise ToolError(f"{path}: holds {length} samples instead of {one.fitted.samples}; this is a bug in pressroom or ffmpeg")
