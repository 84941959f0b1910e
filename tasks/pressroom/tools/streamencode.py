"""Masters as one gapless lossy stream, encoded in chunks that are joined by copy."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pressroom.formats import audio
from pressroom.formats import whole as wholes
from pressroom.formats.facts import AudioFacts
from pressroom.plan import OUTPUT, Step
from pressroom.tools import chunks, ffmpeg, gathering, notes
from pressroom.tools.chunks import MadeChunk, MadeChunks
from pressroom.tools.encode import ENCODERS, PACES, converted, encoder_options

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from pressroom.formats.whole import Chunk
    from pressroom.plan import Work
    from pressroom.tools.gathering import Gathered

PATIENCE = ffmpeg.Limits(stall=1800, factor=60)
"""Hours may have to be decoded before a chunk of masters that cannot be sought in."""


@dataclass(frozen=True, kw_only=True)
class EncodeStream(Step):
    """Encodes the chunks of a stream of all masters whose number is `lane` or a multiple of `lanes` above.

    Each is encoded from some seconds before it to a moment behind it, so that packets of two fit where they meet. One whose
    samples are as they were is not encoded again. There are none where the recordings' own files serve, which exist where
    this is `reusable`.
    """

    sources: tuple[Path, ...]
    facts: tuple[Path, ...]
    encoding: audio.Encoding
    reusable: bool
    lane: int
    lanes: int
    stem: str
    """The name of the files, without number and ending."""
    made: Path = field(metadata=OUTPUT)

    @property
    def manifest(self) -> tuple[Path, Path]:
        """The chunks lie beside."""
        return self.made, self.made.parent

    @property
    def tools(self) -> tuple[str, ...]:
        """It runs ffmpeg."""
        return ("ffmpeg", f"ffmpeg:{ENCODERS[self.encoding.codec]}")

    @property
    def pace(self) -> float:
        """It depends on the codec; each lane encodes a part."""
        return self.lanes * PACES.get(self.encoding.codec, 30e6)

    def run(self, work: Work) -> None:
        """Write them; raises ReleaseError for masters that the stream cannot hold."""
        masters = notes.read_all(AudioFacts, self.facts)
        gathering.refuse(self.sources, masters, self.stem)
        if self.reusable and wholes.served(self.encoding, masters) is not None:
            notes.write(work, self.made, MadeChunks(files=()))
            return
        gathered = gathering.Gathered(self.sources, masters, wholes.whole(self.encoding, masters))
        known = chunks.earlier(work, self.made)
        own = [chunk for chunk in wholes.chunks(gathered.one, masters) if chunk.number % self.lanes == self.lane]
        notes.write(
            work, self.made, MadeChunks(files=tuple(self._made(work, gathered, each, known.get(each.number)) for each in own))
        )

    def _made(self, work: Work, gathered: Gathered, chunk: Chunk, known: MadeChunk | None) -> MadeChunk:
        """A chunk, as it stands where the same samples were made into it in the same way, else encoded."""
        output = self.made.with_name(f"{self.stem}.{chunk.number:04}{self.encoding.suffix}")
        facts = replace(gathered.one.facts, samples=chunk.end - chunk.start)
        fitted = audio.fitted(gathered.one.encoding, facts)
        options = encoder_options(gathered.one.encoding, facts, fitted)
        fingerprints = tuple(map(work.fingerprint, self.tools))
        # Not the facts: they tell of all of the first master, and another one has chunks of the same samples.
        recipe = hashlib.sha256(repr((self.revision, fitted, options, fingerprints)).encode()).hexdigest()
        heard = converted(gathered.stretch(chunk.start, chunk.end), gathered.one.encoding.codec, facts, fitted)

        def run(*outputs: Any) -> str:  # noqa: ANN401  # ffmpeg-python's streams
            told, seconds = bytearray(), facts.seconds
            args = gathering.arguments(*outputs)
            ffmpeg.run(work, args, making=output, seconds=seconds, readers={"digest": told.extend}, limits=PATIENCE)
            return chunks.digest(told)

        if known and known.recipe == recipe and run(_digest(heard)) == known.content:
            chunks.keep(work, output)
            return known
        both = heard.filter_multi_output("asplit")
        content = run(both[0].output(f"file:{work.beside(output)}", **options), _digest(both[1]))
        return chunks.made(work, output, chunk.number, recipe=recipe, content=content)


def _digest(heard: Any) -> Any:  # noqa: ANN401  # likewise
    """An output that tells the SHA-256 of samples, in the precision in which they are encoded."""
    return heard.output("pipe:@digest", f="hash", hash="sha256", **{"c:a": "pcm_f32le"})
