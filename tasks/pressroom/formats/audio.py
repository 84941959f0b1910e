"""The audio formats that a release can be made in, and what each codec can hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pressroom.formats.facts import AudioFacts

Codec = Literal["wav", "flac", "alac", "aiff", "wavpack", "mp3", "aac", "opus", "vorbis"]

SUFFIXES: dict[Codec, str] = {
    "wav": ".wav",
    "flac": ".flac",
    "alac": ".m4a",
    "aiff": ".aiff",
    "wavpack": ".wv",
    "mp3": ".mp3",
    "aac": ".m4a",
    "opus": ".opus",
    "vorbis": ".ogg",
}
LOSSLESS: frozenset[Codec] = frozenset({"wav", "flac", "alac", "aiff", "wavpack"})


@dataclass(frozen=True, kw_only=True)
class Encoding:
    """What is asked of an encoder; None keeps the master's, as far as the codec can hold it.

    `bitrate` is in kbit/s, `quality` on the codec's own scale (LAME V0 to V9, Vorbis q-1 to q10), `rate` in Hz, `depth` in
    bits.
    """

    codec: Codec
    bitrate: int | None = None
    quality: float | None = None
    rate: int | None = None
    depth: int | None = None
    channels: int | None = None

    @property
    def suffix(self) -> str:
        """The file name's ending, with its dot."""
        return SUFFIXES[self.codec]

    @property
    def lossless(self) -> bool:
        """Whether decoding gives the samples that were encoded."""
        return self.codec in LOSSLESS


@dataclass(frozen=True, kw_only=True)
class AudioFormat:
    """One entry of `formats`: a folder's name, the encoding of its files, and how they are tagged."""

    name: str
    encoding: Encoding
    id3: Literal["2.4", "2.3"] = "2.4"
    tags: bool = True


NAMED: dict[str, Encoding] = {
    "wav": Encoding(codec="wav"),
    "flac": Encoding(codec="flac"),
    "alac": Encoding(codec="alac"),
    "aiff": Encoding(codec="aiff"),
    "wavpack": Encoding(codec="wavpack"),
    "mp3-320": Encoding(codec="mp3", bitrate=320),
    "mp3-v0": Encoding(codec="mp3", quality=0),
    "mp3-v2": Encoding(codec="mp3", quality=2),
    "aac-256": Encoding(codec="aac", bitrate=256),
    "aac-192": Encoding(codec="aac", bitrate=192),
    "aac-128": Encoding(codec="aac", bitrate=128),
    "opus-160": Encoding(codec="opus", bitrate=160),
    "opus-96": Encoding(codec="opus", bitrate=96),
    "opus-64": Encoding(codec="opus", bitrate=64),
    "vorbis-q6": Encoding(codec="vorbis", quality=6),
}
"""The names that need no map, in the order of the docs."""

RATES: dict[Codec, tuple[int, ...]] = {
    "mp3": (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000),
    "aac": (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 64000, 88200, 96000),
    "opus": (48000,),
}
"""The sample rates that a codec has, where it has not all of them."""

CHANNELS: dict[Codec, tuple[int, ...]] = {"mp3": (1, 2), "alac": (1, 2, 6), "flac": tuple(range(1, 9))}
"""The channels that a codec has, where it has not all of them; ffmpeg mixes others for ALAC without a word."""
CD_DEPTH, STUDIO_DEPTH = 16, 24
HOLD_32_BITS: frozenset[Codec] = frozenset({"wav", "aiff", "wavpack"})


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """What an encoder is given for one master: the master's properties where the codec can hold them.

    `depth` is None for lossy codecs; `dithered` says that samples lose bits; `exact` that decoding must give the master's.
    """

    rate: int
    channels: int
    depth: int | None
    samples: int
    dithered: bool
    exact: bool


def fitted(encoding: Encoding, master: AudioFacts) -> Fitted:
    """How `encoding` is applied to `master`; its samples are `ceil(master x out_rate / in_rate)`.

    Raises ValueError when the codec cannot hold the master's channels.
    """
    channels = encoding.channels or master.channels
    held = CHANNELS.get(encoding.codec, (channels,))
    if channels not in held:
        raise ValueError(
            f"{encoding.codec} holds {', '.join(map(str, held[:-1]))} or {held[-1]} channels here, the master has {channels}; "
            "a format with `channels: 2` mixes them down"
        )
    rate = encoding.rate or _nearest_rate(encoding.codec, master.rate)
    depth = (encoding.depth or _kept_depth(encoding.codec, master)) if encoding.lossless else None
    dithered = depth is not None and depth < _computed_depth(master, rate, channels)
    return Fitted(
        rate=rate,
        channels=channels,
        depth=depth,
        samples=-(-master.samples * rate // master.rate),
        dithered=dithered,
        exact=depth is not None and not dithered and not master.floating and (rate, channels) == (master.rate, master.channels),
    )


def _nearest_rate(codec: Codec, rate: int) -> int:
    """The master's rate, or the next higher one that the codec has, or its highest."""
    held = RATES.get(codec)
    if held is None or rate in held:
        return rate
    return min((other for other in held if other >= rate), default=held[-1])


def _kept_depth(codec: Codec, master: AudioFacts) -> int:
    """The master's depth, of those that every player reads.

    16 for less and for lossy masters, 24 for floating point; 32 only where it is used and the codec holds it.
    """
    if master.floating:
        return 24
    if (master.depth or 0) <= CD_DEPTH:
        return CD_DEPTH
    return 32 if (master.real_depth or 0) > STUDIO_DEPTH and codec in HOLD_32_BITS else STUDIO_DEPTH


def _computed_depth(master: AudioFacts, rate: int, channels: int) -> int:
    """The bits that samples have before they are written: all 32 where they have been computed.

    The same mono on both sides of a stereo pair is not computed.
    """
    mixed = channels not in (master.channels, 2) or (channels == 2 and master.channels > 2)  # noqa: PLR2004  # a pair
    if rate != master.rate or mixed or master.floating or not master.lossless:
        return 32
    return master.real_depth or 0
