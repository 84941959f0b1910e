"""What a video is once it is packaged for HLS, and what playlists say of it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from pressroom.formats import hls
from pressroom.formats.rendition import MadeFile, Piece, Played, Rendition, identity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SOUND = "sound"
"""The name of a video's sound among its renditions, and of its group in playlists."""
SUBTITLES = "subtitles"
KEYS = "keys"
"""What stands in the name of a list of key frames."""
STEREO = 2


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A packaged rendition of pictures: its size, and its key frames by themselves."""

    rendition: Rendition
    width: int
    height: int
    keys: Played


@dataclass(frozen=True, kw_only=True)
class Footage:
    """A packaged video: pictures in the order in which players are to prefer them, all at one rate, and its sound.

    In MPEG-TS the files of the pictures have the sound in them, and `sound` only tells what it is.

    `file` is what browsers play without a playlist: the first of the pictures, with the sound; None where there is none.
    """

    rate: str
    pictures: tuple[Shown, ...]
    sound: Rendition
    file: str | None
    files: tuple[MadeFile, ...]

    @property
    def codecs(self) -> str:
        """What `file` is coded as."""
        return f"{self.pictures[0].rendition.codec},{self.sound.codec}"

    @property
    def identity(self) -> str:
        """What no other video has: the digest of all files."""
        return identity(self.files)


@dataclass(frozen=True, kw_only=True)
class Captions:
    """Packaged subtitles in a language (BCP 47): as many segments as there are of the pictures, and as long."""

    language: str
    pieces: tuple[Piece, ...]
    files: tuple[MadeFile, ...]


@dataclass(frozen=True, kw_only=True)
class Names:
    """The names of a video's playlists, from the words alone: of its pictures in these sizes, subtitles in these languages."""

    prefix: str
    sizes: tuple[str, ...]
    languages: tuple[str, ...] = ()
    container: Literal["mp4", "ts"] = "mp4"

    @property
    def apart(self) -> bool:
        """Whether sound has a list of its own, and is not in the files of the pictures."""
        return self.container == "mp4"

    @property
    def every(self) -> tuple[str, ...]:
        """Those of `playlists`."""
        shown = (self.of(size, *more) for size in self.sizes for more in ((), (KEYS,)))
        sound = (self.of(SOUND),) if self.apart else ()
        return (self.of(), *sound, *shown, *map(self.of, self.languages))

    def of(self, *parts: str) -> str:
        """The list of the whole, or of a part of it."""
        return ".".join((self.prefix, *parts, "m3u8"))


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What playlists say beside what was packaged: how long a segment may be, in seconds, and the sound's language (BCP 47).

    `key_url` is where players fetch the key of what is encrypted, as pictures and sound are, and subtitles are not.
    """

    segment: Fraction
    language: str
    key_url: str | None = None


def playlists(names: Names, made: Footage, captions: Sequence[Captions], terms: Terms) -> dict[str, str]:
    """Every playlist of a video by its name."""
    renditions = {SOUND: made.sound} if names.apart else {}
    renditions |= {size: shown.rendition for size, shown in zip(names.sizes, made.pictures, strict=True)}
    target = max(hls.target_duration(*(one.entries(one.whole) for one in renditions.values())), round(terms.segment))
    found = {names.of(): hls.multivariant_playlist(_whole(names, made, target, terms.language))}
    for name, one in renditions.items():
        found[names.of(name)] = _media(one, one.whole, target, terms)
    for size, shown in zip(names.sizes, made.pictures, strict=True):
        found[names.of(size, KEYS)] = _media(shown.rendition, shown.keys, target, terms, key_frames=True)
    for of_language in captions:
        first = made.pictures[0].rendition
        listed = hls.MediaList(entries=first.entries_of(of_language.pieces), target=target)
        found[names.of(of_language.language)] = hls.media_playlist(listed)
    return found


def _whole(names: Names, made: Footage, target: int, language: str) -> hls.Multivariant:
    """What leads to all the others."""
    heard = hls.rates(made.sound.entries(made.sound.whole), target) if names.apart else hls.Rates(0, 0)
    subtitles = SUBTITLES if names.languages else None
    variants, key_frames = [], []
    for size, shown in zip(names.sizes, made.pictures, strict=True):
        one, pixels = shown.rendition, (shown.width, shown.height)
        seen, keys = (hls.rates(one.entries(played), target) for played in (one.whole, shown.keys))
        variants.append(
            hls.Variant(
                uri=names.of(size),
                rates=seen + heard,
                codecs=(one.codec, made.sound.codec),
                size=pixels,
                frame_rate=Fraction(made.rate),
                audio=SOUND if names.apart else None,
                subtitles=subtitles,
            )
        )
        key_frames.append(hls.Variant(uri=names.of(size, KEYS), rates=keys, codecs=(one.codec,), size=pixels))
    return hls.Multivariant(
        variants=tuple(variants), renditions=tuple(_renditions(names, language)), key_frames=tuple(key_frames)
    )


def _renditions(names: Names, language: str) -> Iterator[hls.Rendition]:
    """What pictures are played with: the sound, and subtitles in each language."""
    if names.apart:
        yield hls.Rendition(
            kind="AUDIO",
            group=SOUND,
            name="Sound",
            uri=names.of(SOUND),
            language=language,
            default=True,
            channels=STEREO,
        )
    for each in names.languages:
        yield hls.Rendition(kind="SUBTITLES", group=SUBTITLES, name=each, uri=names.of(each), language=each)


def _media(one: Rendition, played: Played, target: int, terms: Terms, *, key_frames: bool = False) -> str:
    """A media playlist."""
    entries = one.entries(played)
    listed = hls.MediaList(entries=entries, target=target, init=played.opening, key_frames=key_frames, key=terms.key_url)
    return hls.media_playlist(listed)
