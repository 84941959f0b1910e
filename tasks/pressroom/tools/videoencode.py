"""Pictures and sound of videos, encoded for streaming."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from pressroom.errors import MachineError, ReleaseError, ToolError
from pressroom.formats import pictures
from pressroom.formats.demux import read_sound
from pressroom.formats.pictures import PictureFacts
from pressroom.plan import OUTPUT, Step
from pressroom.tools import chunks, ffmpeg, image, notes
from pressroom.tools.chunks import MadeChunk, MadeChunks

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pressroom.formats.pictures import Chunk, Rung
    from pressroom.plan import Work

SOUND_RATE = 48_000
SOUND_KBPS = 128
PATIENCE = ffmpeg.Limits(stall=1800, factor=120)
"""x264 takes up to some seconds of a slow core for one of pictures, and hours of them may have to be decoded before these."""
_HIGH_DEFINITION = 720


@dataclass(frozen=True, kw_only=True)
class Logo:
    """What is laid over all pictures: a PNG of its own size there, and where it stands, a word of `pictures.PLACES`."""

    drawn: Path
    place: str


def even_pictures(source: Path, facts: PictureFacts, rung: Rung, chunk: Chunk, *, whole: bool = False) -> Any:  # noqa: ANN401  # a stream
    """The pictures of a chunk, at the even rate and of a rendition's size, as if all before them had been read too.

    Reading begins before them, by what may lie between two pictures of the source, so that what is shown first is known;
    where the `whole` is asked for, with the first of all. Times must be the source's own, as `arguments` has it.
    """
    fps = facts.fps
    before = chunk.first if whole else min(chunk.first, math.ceil((Fraction(str(facts.gap)) + 1) * fps))
    start = f"{float((chunk.first - before) / fps):.6f}"
    width, height = pictures.fitted(rung, facts.width, facts.height)
    shown = ffmpeg.pictures(source, ss=start, threads=1).filter("bwdif", mode="send_frame", deint="interlaced")
    shown = shown.filter("fps", fps=str(fps), start_time=start).filter("tpad", stop=-1, stop_mode="clone")
    shown = shown.filter("trim", start_frame=before, end_frame=before + chunk.frames).filter("setpts", f"N/({fps})/TB")
    shown = shown.filter("scale", width, height, in_color_matrix=_matrix(facts), **_SCALED)
    return shown.filter("setparams", **_COLOURS).filter("setsar", 1).filter("format", "yuv420p")


def under(logo: Logo, shown: Any, facts: PictureFacts, rung: Rung) -> Any:  # noqa: ANN401  # likewise
    """Pictures with a logo over them."""
    size = pictures.fitted(rung, facts.width, facts.height)
    x, y = pictures.logo_place(logo.place, size, image.probe(logo.drawn).size)
    over = ffmpeg.still(logo.drawn).filter("scale", **_SCALED).filter("format", "yuva420p")
    return shown.overlay(over, x=x, y=y, format="yuv420", eof_action="repeat")


def arguments(*outputs: Any) -> list[str]:  # noqa: ANN401  # likewise
    """The arguments of outputs of pictures: with times as the source has them, and one thread for all filters."""
    return ["-filter_threads", "1", "-copyts", "-start_at_zero", *ffmpeg.arguments(*outputs, portable=False)]


@dataclass(frozen=True, kw_only=True)
class EncodePictures(Step):
    """Encodes the chunks of a rendition whose number is `lane` or a multiple of `lanes` above; one thread does each.

    So the bytes are the same however many cores there are. A chunk whose pictures are as they were is not encoded again.
    """

    source: Path
    facts: Path
    rung: Rung
    logo: Logo | None = None
    segment: Fraction
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
        """It runs ffmpeg; x264 gives the same bytes on every CPU."""
        return ("ffmpeg",)

    @property
    def pace(self) -> float:
        """A megabyte of a source is a second or more, of which each lane encodes a part."""
        return 3e6

    def run(self, work: Work) -> None:
        """Write them; raises ReleaseError for pictures that cannot be decoded."""
        facts = notes.read(PictureFacts, self.facts)
        earlier = chunks.earlier(work, self.made)
        made = []
        for chunk in pictures.chunks(facts, self.segment):
            if chunk.number % self.lanes == self.lane:
                known = earlier.get(chunk.number)
                made.append(self._kept(work, chunk, facts, known) or self._encoded(work, chunk, facts))
        notes.write(work, self.made, MadeChunks(files=tuple(made)))

    def _kept(self, work: Work, chunk: Chunk, facts: PictureFacts, known: MadeChunk | None) -> MadeChunk | None:
        """A chunk as it stands, where the same pictures were made into it in the same way."""
        if known is None or known.recipe != self._recipe(work, chunk, facts):
            return None
        output = self.made.with_name(known.path)
        if self._run(work, chunk, facts, lambda shown: (_digest(shown),)) != known.content:
            return None
        chunks.keep(work, output)
        return known

    def _encoded(self, work: Work, chunk: Chunk, facts: PictureFacts) -> MadeChunk:
        """A chunk, encoded."""
        output = self.made.with_name(f"{self.stem}-{chunk.number:04}.mp4")
        target = work.beside(output)

        def outputs(shown: Any) -> tuple[Any, Any]:  # noqa: ANN401  # ffmpeg-python's streams
            both = shown.filter_multi_output("split")
            return both[0].output(f"file:{target}", **self._options(chunk, facts)), _digest(both[1])

        digest = self._run(work, chunk, facts, outputs)
        return chunks.made(work, output, chunk.number, recipe=self._recipe(work, chunk, facts), content=digest)

    def _run(self, work: Work, chunk: Chunk, facts: PictureFacts, outputs: Callable[[Any], tuple[Any, ...]]) -> str:
        """Run ffmpeg for outputs of a chunk's pictures; returns the digest of these.

        Raises ReleaseError where they cannot be decoded: not from a key frame before them, which is no fault where pictures
        around it need those before it, nor from the first of all.
        """
        seconds = float(chunk.frames / facts.fps)
        for whole in (False, True):
            shown = even_pictures(self.source, facts, self.rung, chunk, whole=whole)
            shown = under(self.logo, shown, facts, self.rung) if self.logo else shown
            args, digest = arguments(*outputs(shown)), bytearray()
            readers = {"digest": digest.extend}
            try:
                ffmpeg.run(work, args, making=self.source, seconds=seconds, readers=readers, limits=PATIENCE)
                break
            except MachineError:
                raise
            except ToolError as error:
                if whole or not chunk.first:
                    begin, end = (float(frame / facts.fps) for frame in (chunk.first, chunk.first + chunk.frames))
                    raise ReleaseError(f"{error}\n  its pictures cannot be used between {begin:.0f} and {end:.0f} s") from error
        return chunks.digest(digest)

    def _recipe(self, work: Work, chunk: Chunk, facts: PictureFacts) -> str:
        """What tells chunks apart that are made of the same pixels: shape and rate, the settings, and which ffmpeg it is."""
        size = pictures.fitted(self.rung, facts.width, facts.height)
        said = (self.revision, size, facts.rate, chunk.frames, self._options(chunk, facts), work.fingerprint("ffmpeg"))
        return hashlib.sha256(repr(said).encode()).hexdigest()

    def _options(self, chunk: Chunk, facts: PictureFacts) -> dict[str, str | int]:
        """How x264 is to encode a chunk: key frames where they are planned and nowhere else, and no word of itself."""
        # Half a picture early, so that no rounding makes it the next one.
        keys = ",".join(f"{max(0.0, float((key - Fraction(1, 2)) / facts.fps)):.6f}" for key in chunk.keys)
        return {
            "f": "mp4",
            "c:v": "libx264",
            "preset": "medium",
            "profile:v": "high",
            "threads": 1,
            "crf": self.rung.crf,
            "maxrate": f"{self.rung.most}k",
            "bufsize": f"{2 * self.rung.most}k",
            "g": 9999,
            "sc_threshold": 0,
            "x264-params": "open-gop=0:scenecut=0",
            "force_key_frames": keys,
            "bsf:v": f"filter_units=remove_types={_SEI}",
            "video_track_timescale": facts.timescale,
            "map_metadata": -1,
            "map_chapters": -1,
            "fflags": "+bitexact",
            "flags:v": "+bitexact",
        }


_SEI = 6
"""Of H.264: what x264 says of itself, and nothing that a decoder needs (ITU-T H.264, 7.4.1)."""
_SCALED = {"out_color_matrix": "bt709", "out_range": "tv", "flags": "lanczos+accurate_rnd+bitexact+full_chroma_int"}
_COLOURS = {"colorspace": "bt709", "color_primaries": "bt709", "color_trc": "bt709", "range": "tv"}


def _digest(shown: Any) -> Any:  # noqa: ANN401  # likewise
    """An output that tells the SHA-256 of pictures."""
    return shown.output("pipe:@digest", f="hash", hash="sha256")


def _matrix(facts: PictureFacts) -> str:
    """How a video's colours are coded; where it does not say so, as is usual for its size."""
    return facts.matrix or ("bt709" if min(facts.width, facts.height) >= _HIGH_DEFINITION else "smpte170m")


@dataclass(frozen=True, kw_only=True)
class EncodeSound(Step):
    """Encodes the sound of a video, exactly as long as its pictures; silence where it has none."""

    source: Path
    facts: Path
    output: Path = field(metadata=OUTPUT)

    @property
    def tools(self) -> tuple[str, ...]:
        """It runs ffmpeg."""
        return ("ffmpeg", "ffmpeg:aac")

    @property
    def pace(self) -> float:
        """A megabyte of a source is some seconds."""
        return 10e6

    def run(self, work: Work) -> None:
        """Write it; raises ReleaseError for sound that cannot be decoded."""
        facts = notes.read(PictureFacts, self.facts)
        samples = round(facts.seconds * SOUND_RATE)
        if not facts.sound:
            work.say(f"{self.source}: has no sound, and is streamed with silence")
        sound = _sound(self.source) if facts.sound else _silence()
        sound = sound.filter("apad", whole_len=samples).filter("atrim", end_sample=samples)
        options = {
            **ffmpeg.BITEXACT,
            "f": "ipod",
            "c:a": "aac",
            "b:a": f"{SOUND_KBPS}k",
            "threads": 1,
            "movflags": "+faststart",
        }
        target = work.beside(self.output)
        args = ffmpeg.arguments(sound.output(f"file:{target}", **options))
        with ffmpeg.authors_file("its sound cannot be used; export or copy it again"):
            ffmpeg.run(work, args, making=self.source, seconds=float(facts.seconds))
        with target.open("rb") as stream:
            length = read_sound(stream).length
        if length != samples:
            raise ToolError(f"{self.output}: holds {length} samples instead of {samples}; this is a bug in pressroom or ffmpeg")


def _sound(source: Path) -> Any:  # noqa: ANN401  # ffmpeg-python's stream
    """The sound of a video in stereo, with silence where it begins later than the pictures, or is interrupted."""
    filled = ffmpeg.pictures(source, stream="a:0").filter("aresample", **{"async": 1, "first_pts": 0})
    converted = filled.filter("aresample", SOUND_RATE, resampler="soxr", precision=28, out_chlayout="stereo")
    return converted.filter("asetpts", "N/SR/TB")


def _silence() -> Any:  # noqa: ANN401  # likewise
    """Silence without an end."""
    import ffmpeg as compiler  # noqa: PLC0415  # 25 ms that a run with nothing to do need not pay

    return compiler.input(f"anullsrc=r={SOUND_RATE}:cl=stereo", f="lavfi")
