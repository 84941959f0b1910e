"""The recordings of a release as one gapless stream: encoded from all masters, where the tracks' own files do not serve."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from pressroom.errors import ReleaseError, ToolError
from pressroom.formats import audio
from pressroom.formats.demux import read_sound
from pressroom.formats.facts import AudioFacts
from pressroom.formats.rendition import Joined, MadeFile
from pressroom.plan import OUTPUT, Step
from pressroom.tools import ffmpeg, headers, notes
from pressroom.tools.encode import ENCODERS, PACES, converted, encode_stream
from pressroom.tools.files import sha256

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pressroom.plan import Work

STREAM_RATE = 48_000
"""Hz: what is encoded for streaming has one rate, whatever its masters have (Apple's HLS Authoring Specification, 2)."""
STEREO = 2
MOST_CHANNELS = 8
"""As FLAC and ALAC hold them."""
_QUEUED = 8
"""Packets that ffmpeg reads ahead at least."""


@dataclass(frozen=True, kw_only=True)
class Join(Step):
    """Encodes masters as one stream, so that no gap is heard between them; or says that their own files can be joined by copy.

    `reusable` says that each has an untagged file of this encoding. They serve where they are coded alike and lose nothing
    at their ends: lossless ones, and the one lossy file of a single recording that has the rate of streams.
    """

    sources: tuple[Path, ...]
    facts: tuple[Path, ...]
    encoding: audio.Encoding
    reusable: bool
    stem: str
    """The name of the file, without its ending."""
    stream: Path = field(metadata=OUTPUT)

    @property
    def manifest(self) -> tuple[Path, Path]:
        """The file, where one was made, lies beside what is said of it."""
        return self.stream, self.stream.parent

    @property
    def tools(self) -> tuple[str, ...]:
        """It runs ffmpeg."""
        return ("ffmpeg", f"ffmpeg:{ENCODERS[self.encoding.codec]}")

    @property
    def pace(self) -> float:
        """It depends on the codec."""
        return PACES.get(self.encoding.codec, 30e6)

    def run(self, work: Work) -> None:
        """Write what the stream is; raises ReleaseError for masters that it cannot hold."""
        masters = notes.read_all(AudioFacts, self.facts)
        for source, master in zip(self.sources, masters, strict=True):
            if master.channels > MOST_CHANNELS:
                raise ReleaseError(
                    f"{source}: has {master.channels} channels, and {self.stem} of `hls` holds at most {MOST_CHANNELS}; "
                    "mix it down to stereo"
                )
        own = [audio.fitted(self.encoding, master) for master in masters]
        if self.reusable and _alike(own) and (self.encoding.lossless or [one.rate for one in own] == [STREAM_RATE]):
            starts = accumulate((one.samples for one in own[:-1]), initial=0)
            notes.write(work, self.stream, Joined(files=(), starts=tuple(starts)))
            return
        self._encode(work, masters)

    def _encode(self, work: Work, masters: Sequence[AudioFacts]) -> None:
        """Encode them as one; raises ToolError where the result is not as long as they are."""
        one = _one_encoding(self.encoding, masters)
        parts = [audio.fitted(_part_encoding(one, masters), master) for master in masters]
        whole = _joined_facts(one, masters, parts)
        fitted = audio.fitted(one, whole)
        output = self.stream.with_name(f"{self.stem}{self.encoding.suffix}")
        # Without a number of its own, a master that two tracks have would be one input, which cannot be read at two places.
        inputs = [
            ffmpeg.source(source, thread_queue_size=_QUEUED + number, **dict(headers.reading(source)))
            for number, source in enumerate(self.sources)
        ]
        streams = [converted(stream, "wav", master, part) for stream, master, part in zip(inputs, masters, parts, strict=True)]
        if len(rates := sorted({master.rate for master in masters})) > 1 and one.lossless:
            told = ", ".join(map(str, rates))
            work.say(
                f"{self.stem} of `hls`: its tracks have {told} Hz; one stream has one rate, and is resampled to {fitted.rate}"
            )
        target = work.beside(output)
        args = encode_stream(_concatenated(streams), one, whole, fitted, f"file:{target}")
        ffmpeg.run(work, args, making=output, seconds=whole.seconds)
        with target.open("rb") as stream:
            length = read_sound(stream).length
        if length != fitted.samples:
            raise ToolError(
                f"{output}: holds {length} samples instead of {fitted.samples}; this is a bug in pressroom or ffmpeg"
            )
        starts = accumulate((part.samples for part in parts[:-1]), initial=0)
        scaled = tuple(round(start * fitted.rate / whole.rate) for start in starts)
        made = MadeFile(path=output.name, bytes=target.stat().st_size, sha256=sha256(target))
        notes.write(work, self.stream, Joined(files=(made,), starts=scaled))


def _alike(own: Sequence[audio.Fitted]) -> bool:
    """Whether recordings are coded alike."""
    return len({(one.rate, one.channels, one.depth) for one in own}) == 1


def _one_encoding(encoding: audio.Encoding, masters: Sequence[AudioFacts]) -> audio.Encoding:
    """What all masters are encoded as together.

    Lossy, it is in stereo at the rate of streams. Lossless, it has what all of them have, or that rate, stereo, and the most
    bits of any.
    """
    rates, channels = {master.rate for master in masters}, {master.channels for master in masters}
    count = channels.pop() if len(channels) == 1 else STEREO
    if not encoding.lossless:
        return replace(encoding, rate=STREAM_RATE, channels=min(count, STEREO))
    rate = rates.pop() if len(rates) == 1 else STREAM_RATE
    one = replace(encoding, rate=rate, channels=count)
    return replace(one, depth=max(audio.fitted(one, master).depth or 0 for master in masters))


def _part_encoding(one: audio.Encoding, masters: Sequence[AudioFacts]) -> audio.Encoding:
    """What each master is before all are joined.

    Masters of one rate are resampled after that, as a filter begins and ends with silence. What is lossless loses bits before,
    so that a track that has no more of them keeps its samples.
    """
    rates = {master.rate for master in masters}
    rate = rates.pop() if len(rates) == 1 else STREAM_RATE
    return audio.Encoding(codec="wav", rate=rate, channels=one.channels, depth=one.depth or 32)


def _joined_facts(one: audio.Encoding, masters: Sequence[AudioFacts], parts: Sequence[audio.Fitted]) -> AudioFacts:
    """The masters as if they were one."""
    return replace(
        masters[0],
        lossless=True,
        floating=False,
        rate=parts[0].rate,
        channels=parts[0].channels,
        depth=one.depth or 32,
        real_depth=one.depth or 32,
        samples=sum(part.samples for part in parts),
    )


def _concatenated(streams: Sequence[Any]) -> Any:  # noqa: ANN401  # ffmpeg-python's streams
    """Streams one after the other, in a precision that loses nothing."""
    import ffmpeg as compiler  # noqa: PLC0415  # 25 ms that a run with nothing to do need not pay

    exact = [stream.filter("aformat", sample_fmts="dblp") for stream in streams]
    return exact[0] if len(exact) == 1 else compiler.concat(*exact, v=0, a=1)
