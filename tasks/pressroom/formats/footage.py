"""What a video is once it is packaged for HLS, and what playlists say of it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from pressroom.formats import hls
from pressroom.formats.rendition import MadeFile, Played, Rendition  # noqa: TC001  # notes are read by these types

if TYPE_CHECKING:
    from collections.abc import Sequence

SOUND = "sound"
"""The name of a video's sound among its renditions, and of its group in playlists."""
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

    `file` is what browsers play without a playlist: the first of the pictures, with the sound.
    """

    rate: str
    pictures: tuple[Shown, ...]
    sound: Rendition
    file: str
    files: tuple[MadeFile, ...]

    @property
    def codecs(self) -> str:
        """What `file` is coded as."""
        return f"{self.pictures[0].rendition.codec},{self.sound.codec}"


def playlists(prefix: str, names: Sequence[str], made: Footage, segment: Fraction, language: str) -> dict[str, str]:
    """Every playlist of a video by its name; `names` are those of its pictures, `language` that of its sound (BCP 47).

    No segment was to be longer than `segment` seconds.
    """
    lists = {name: shown.rendition.entries(shown.rendition.whole) for name, shown in zip(names, made.pictures, strict=True)}
    keys = {name: shown.rendition.entries(shown.keys) for name, shown in zip(names, made.pictures, strict=True)}
    heard = made.sound.entries(made.sound.whole)
    target = max(hls.target_duration(*lists.values(), heard), round(segment))
    sound = hls.Rendition(
        kind="AUDIO",
        group=SOUND,
        name="Sound",
        uri=_name(prefix, SOUND),
        language=language,
        default=True,
        channels=STEREO,
    )
    only = hls.Variant(uri=sound.uri, rates=hls.rates(heard, target), codecs=(made.sound.codec,), audio=SOUND)
    variants, key_frames = [], []
    for name, shown in zip(names, made.pictures, strict=True):
        size, codec = (shown.width, shown.height), shown.rendition.codec
        both = hls.rates(lists[name], target) + only.rates
        rate = Fraction(made.rate)
        variants.append(
            hls.Variant(
                uri=_name(prefix, name), rates=both, codecs=(codec, made.sound.codec), size=size, frame_rate=rate, audio=SOUND
            )
        )
        alone = hls.rates(keys[name], target)
        key_frames.append(hls.Variant(uri=_name(prefix, name, KEYS), rates=alone, codecs=(codec,), size=size))
    whole = hls.Multivariant(variants=(*variants, only), renditions=(sound,), key_frames=tuple(key_frames))
    found = {_name(prefix): hls.multivariant_playlist(whole), sound.uri: _media(heard, made.sound.whole, target)}
    for name, shown in zip(names, made.pictures, strict=True):
        found[_name(prefix, name)] = _media(lists[name], shown.rendition.whole, target)
        found[_name(prefix, name, KEYS)] = _media(keys[name], shown.keys, target, key_frames=True)
    return found


def playlist_names(prefix: str, names: Sequence[str]) -> tuple[str, ...]:
    """The names of `playlists`, from the words alone."""
    shown = (_name(prefix, name, *more) for name in names for more in ((), (KEYS,)))
    return (_name(prefix), _name(prefix, SOUND), *shown)


def _name(*parts: str) -> str:
    """A playlist's name."""
    return ".".join((*parts, "m3u8"))


def _media(entries: Sequence[hls.Entry], played: Played, target: int, *, key_frames: bool = False) -> str:
    """A media playlist."""
    init = hls.Init(uri=played.init, size=played.init_size)
    return hls.media_playlist(hls.MediaList(entries=tuple(entries), target=target, init=init, key_frames=key_frames))
