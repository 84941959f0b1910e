"""The audio formats that a release can be made in, and what each of them can hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

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
class AudioFormat:
    """One entry of `formats`: a named one, or the author's own map.

    `bitrate` is in kbit/s and `quality` on the codec's own scale (LAME V0 to V9, Vorbis q-1 to q10); at most one of the
    two is set. `rate` is in Hz, `depth` in bits; None keeps the master's, as far as the codec can hold it.
    """

    name: str
    codec: Codec
    bitrate: int | None = None
    quality: float | None = None
    rate: int | None = None
    depth: int | None = None
    channels: int | None = None
    id3: Literal["2.4", "2.3"] = "2.4"
    tags: bool = True

    @property
    def suffix(self) -> str:
        """The file name's ending, with its dot."""
        return SUFFIXES[self.codec]

    @property
    def lossless(self) -> bool:
        """Whether decoding gives the samples that were encoded."""
        return self.codec in LOSSLESS


NAMED: dict[str, AudioFormat] = {
    form.name: form
    for form in (
        AudioFormat(name="wav", codec="wav", tags=False),
        AudioFormat(name="flac", codec="flac"),
        AudioFormat(name="alac", codec="alac"),
        AudioFormat(name="aiff", codec="aiff"),
        AudioFormat(name="wavpack", codec="wavpack"),
        AudioFormat(name="mp3-320", codec="mp3", bitrate=320),
        AudioFormat(name="mp3-v0", codec="mp3", quality=0),
        AudioFormat(name="mp3-v2", codec="mp3", quality=2),
        AudioFormat(name="aac-256", codec="aac", bitrate=256),
        AudioFormat(name="aac-192", codec="aac", bitrate=192),
        AudioFormat(name="aac-128", codec="aac", bitrate=128),
        AudioFormat(name="opus-160", codec="opus", bitrate=160),
        AudioFormat(name="opus-96", codec="opus", bitrate=96),
        AudioFormat(name="opus-64", codec="opus", bitrate=64),
        AudioFormat(name="vorbis-q6", codec="vorbis", quality=6),
    )
}
"""The names that need no map, in the order of the docs."""
