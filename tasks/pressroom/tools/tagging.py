"""The tagged copy of an encoded file: what a player sees of a track."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar, Literal

from pressroom.errors import ToolError
from pressroom.formats import facts, loudness, lrc
from pressroom.formats.tagset import Picture, TagSet
from pressroom.plan import IO, OUTPUT, Step
from pressroom.tools import encode, files, notes, tags

if TYPE_CHECKING:
    from pathlib import Path

    from pressroom.formats.audio import Codec
    from pressroom.plan import Work


@dataclass(frozen=True, kw_only=True)
class Tag(Step):
    """Copies an encoded file and writes its tags; the audio inside stays as it is, packet by packet.

    `levels` holds the loudness of all tracks, `index` is this one's place in it; both are absent where levels make no sense
    (a stem). `lyrics` is the lyrics file as it stands in the build.
    """

    weight: ClassVar[float] = IO
    revision: ClassVar[int] = 2
    bare: Path
    measured: Path
    tags: TagSet
    codec: Codec
    id3: Literal["2.4", "2.3"] = "2.4"
    levels: Path | None = None
    index: int = 0
    cover: Path | None = None
    cover_facts: Path | None = None
    lyrics: Path | None = None
    output: Path = field(metadata=OUTPUT)
    receipt: Path = field(metadata=OUTPUT)

    @property
    def tools(self) -> tuple[str, ...]:
        """It tags with mutagen, and ffmpeg reads the stream inside again."""
        return ("ffmpeg", "mutagen")

    def run(self, work: Work) -> None:
        """Write the tagged file and its receipt; raises ToolError if tagging touched the audio."""
        target = work.beside(self.output)
        shutil.copyfile(self.bare, target)
        asked = self.all_tags()
        tags.write(target, asked, codec=self.codec, picture=self.picture(), id3=self.id3)
        before = notes.read(facts.EncodedFacts, self.measured).stream_sha256
        if encode.stream_digest(work, target) != before:
            raise ToolError(f"{self.output}: tagging changed the audio; this is a bug in pressroom or mutagen")
        expected = tags.expected(asked, codec=self.codec, id3=self.id3)
        unread = differences(expected, tags.read(target, codec=self.codec))
        files.write_receipt(work, self.output, self.receipt, unread=unread)

    def all_tags(self) -> TagSet:
        """The words' tags, with the lyrics and the levels that stand in files."""
        found = self.tags
        if self.lyrics:
            text = self.lyrics.read_text(encoding="utf-8").strip("\n")
            synced = lrc.parse(text) if self.lyrics.suffix == ".lrc" else ()
            found = replace(found, lyrics=lrc.plain(synced) if synced else text, synced=synced)
        if self.levels:
            levels = notes.read(facts.Levels, self.levels)
            gains = gain_fields(levels.album, levels.tracks[self.index], opus=self.codec == "opus")
            found = replace(found, fields=tuple(sorted((*found.fields, *gains))))
        return found

    def picture(self) -> Picture | None:
        """The picture to embed."""
        if self.cover is None or self.cover_facts is None:
            return None
        embedded = notes.read(facts.CoverFacts, self.cover_facts).embedded
        return Picture(media_type="image/jpeg", width=embedded.width, height=embedded.height, content=self.cover.read_bytes())


def gain_fields(album: facts.Level, track: facts.Level, *, opus: bool) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The gain fields: R128 for Opus (RFC 7845, section 5.2.1), else ReplayGain 2; none for silence."""
    found: dict[str, str] = {}
    for scope, level in (("album", album), ("track", track)):
        if level.lufs is None:
            continue
        if opus:
            found[f"r128_{scope}_gain"] = str(loudness.r128(level.lufs))
            continue
        found[f"replaygain_{scope}_gain"] = loudness.replaygain(level.lufs)
        found["replaygain_reference_loudness"] = "-18.00 LUFS"
        if level.peak is not None:
            found[f"replaygain_{scope}_peak"] = loudness.peak(level.peak)
    return tuple((name, (value,)) for name, value in sorted(found.items()))


def differences(asked: TagSet, found: TagSet) -> tuple[str, ...]:
    """The names of the tags that did not read back as asked."""
    wanted, got = dict(asked.fields), dict(found.fields)
    names = [name for name in sorted({*wanted, *got}) if wanted.get(name) != got.get(name)]
    names += [name for name in ("credits", "lyrics", "synced") if getattr(asked, name) != getattr(found, name)]
    return tuple(names)
