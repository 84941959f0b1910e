"""Playlists of HTTP Live Streaming for what is whole: recordings, not broadcasts (draft-pantos-hls-rfc8216bis-22)."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from fractions import Fraction


_MICRO = 1_000_000
_UNFIT = re.compile(r'[\x00-\x1f\x7f"]')
_UNFIT_URI = re.compile(r'[\x00-\x20\x7f"]|^#')
_IV_BYTES = 16


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A segment in a playlist: `seconds` as presented, `size` its bytes, which begin at `offset` where `uri` has more of them.

    `iv` is the initialisation vector that it is encrypted with; None where it is not.
    """

    uri: str
    seconds: Fraction
    size: int
    offset: int | None = None
    iv: bytes | None = None


@dataclass(frozen=True, kw_only=True)
class Init:
    """An init segment; `size` is its bytes where it is the beginning of a file, None where it is a file of its own."""

    uri: str
    size: int | None = None


@dataclass(frozen=True, kw_only=True)
class MediaList:
    """A media playlist; `target` is its target duration in seconds, the same in all lists of a presentation.

    `key` is the address of the AES-128 key of entries with an `iv`; `key_frames` says that the entries are those alone.
    """

    entries: tuple[Entry, ...]
    target: int
    init: Init | None = None
    key: str | None = None
    key_frames: bool = False


@dataclass(frozen=True)
class Rates:
    """Bits a second, measured over the segments: at most, and on average."""

    peak: int
    average: int

    def __add__(self, other: Rates) -> Rates:
        """Of two renditions that are played together."""
        return Rates(self.peak + other.peak, self.average + other.average)


@dataclass(frozen=True, kw_only=True)
class Variant:
    """One way to play it all; `codecs` are those of every rendition that it may be played with, as are `rates`."""

    uri: str
    rates: Rates
    codecs: tuple[str, ...]
    size: tuple[int, int] | None = None
    frame_rate: Fraction | None = None
    audio: str | None = None
    subtitles: str | None = None


@dataclass(frozen=True, kw_only=True)
class Rendition:
    """What a variant is played with, one of the group that it names; `language` is BCP 47."""

    kind: Literal["AUDIO", "SUBTITLES"]
    group: str
    name: str
    uri: str
    language: str
    default: bool = False
    channels: int | None = None


@dataclass(frozen=True, kw_only=True)
class SessionData:
    """Something that a player may tell of the presentation: a text, or the address of JSON."""

    name: str
    value: str | None = None
    uri: str | None = None
    language: str | None = None


@dataclass(frozen=True, kw_only=True)
class Multivariant:
    """A multivariant playlist; `key_frames` are the variants of which only the key frames are listed."""

    variants: tuple[Variant, ...]
    renditions: tuple[Rendition, ...] = ()
    key_frames: tuple[Variant, ...] = ()
    session: tuple[SessionData, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """A chapter: when it begins, and its title in a language (BCP 47)."""

    start: Fraction
    title: str
    language: str = "und"


CHAPTERS = "com.apple.hls.chapters"
"""The name of the session data whose address is `chapters`."""


def media_playlist(listing: MediaList) -> str:
    """The text of a media playlist of something whole (section 4.4.3), of the lowest version that has what it uses.

    Raises ValueError for addresses that a line cannot hold, an encrypted entry without a key, or a segment that lasts longer
    than the target duration.
    """
    head = ["#EXTM3U", f"#EXT-X-VERSION:{_version(listing)}", f"#EXT-X-TARGETDURATION:{listing.target}"]
    head += ["#EXT-X-MEDIA-SEQUENCE:0", "#EXT-X-PLAYLIST-TYPE:VOD", "#EXT-X-INDEPENDENT-SEGMENTS"]
    if listing.key_frames:
        head.append("#EXT-X-I-FRAMES-ONLY")
    if listing.init:
        head.append(_map(listing.init))
    return "\n".join([*head, *_entries(listing), "#EXT-X-ENDLIST", ""])


def multivariant_playlist(presentation: Multivariant) -> str:
    """The text of a multivariant playlist (section 4.4.6); raises ValueError for texts that an attribute cannot hold."""
    lines = ["#EXTM3U", "#EXT-X-INDEPENDENT-SEGMENTS"]
    lines += map(_session_line, presentation.session)
    lines += map(_rendition_line, presentation.renditions)
    for variant in presentation.variants:
        lines += [f"#EXT-X-STREAM-INF:{_attributes(_variant_words(variant))}", _uri(variant.uri)]
    for variant in presentation.key_frames:
        words = [*_variant_words(variant), ("URI", _quoted(_uri(variant.uri)))]
        lines.append(f"#EXT-X-I-FRAME-STREAM-INF:{_attributes(words)}")
    return "\n".join([*lines, ""])


def chapters_json(chapters: Sequence[Chapter], length: Fraction) -> str:
    """Chapters of `length` seconds as Apple's players read them (Apple, "Providing JavaScript Object Notation chapters")."""
    starts = [*(chapter.start for chapter in chapters), length]
    found = [
        {
            "chapter": number,
            "start-time": _seconds(start),
            "duration": _seconds(end - start),
            "titles": [{"language": chapter.language, "title": chapter.title}],
        }
        for number, (chapter, (start, end)) in enumerate(zip(chapters, pairwise(starts), strict=True), 1)
    ]
    return json.dumps(found, ensure_ascii=False, indent=2) + "\n"


def target_duration(*lists: Iterable[Entry]) -> int:
    """The target duration of lists that are played together: the longest segment, in whole seconds (section 4.4.3.1)."""
    return max(1, *(_nearest(micros) for listed in lists for micros in _lengths(entry.seconds for entry in listed)))


def rates(listed: Sequence[Entry], target: int) -> Rates:
    """The measured bit rates (section 4.4.6.2): the peak is that of any run of segments of 0.5 to 1.5 target durations."""
    scale, lengths = _ticks(entry.seconds for entry in listed)
    sizes = [0, *accumulate(entry.size * 8 * scale for entry in listed)]
    times = [0, *accumulate(lengths)]
    peak = average = -(-sizes[-1] // times[-1])
    for first in range(len(listed)):
        for stop in range(first + 1, len(times)):
            ticks = times[stop] - times[first]
            if ticks * 2 > target * 3 * scale:
                break
            if ticks * 2 >= target * scale:
                peak = max(peak, -(-(sizes[stop] - sizes[first]) // ticks))
    return Rates(peak=peak, average=average)


def extinf(seconds: Iterable[Fraction]) -> list[str]:
    """Lengths with 6 decimals: differences of rounded boundaries, so that no sum of them is more than half a millionth off."""
    return [f"{micros // _MICRO}.{micros % _MICRO:06}" for micros in _lengths(seconds)]


def _lengths(seconds: Iterable[Fraction]) -> list[int]:
    """Lengths in millionths, rounded cumulatively."""
    scale, ticks = _ticks(seconds)
    bounds = [_rounded(time * _MICRO, scale) for time in accumulate(ticks, initial=0)]
    return [end - start for start, end in pairwise(bounds)]


def _ticks(seconds: Iterable[Fraction]) -> tuple[int, list[int]]:
    """How many ticks a second has that times are whole numbers of, and these, as thousands of fractions would be slow."""
    times = list(seconds)
    scale = math.lcm(*(time.denominator for time in times))
    return scale, [time.numerator * (scale // time.denominator) for time in times]


def _rounded(number: int, by: int) -> int:
    """A quotient as a whole number, halves to the even one."""
    whole, rest = divmod(number, by)
    return whole + (2 * rest + whole % 2 > by)


def _nearest(micros: int) -> int:
    """Millionths to the nearest second, halves upwards."""
    return (micros + _MICRO // 2) // _MICRO


def _seconds(time: Fraction) -> float | int:
    """Seconds as JSON is to tell them."""
    return int(time) if time.denominator == 1 else round(float(time), 6)


def _entries(listing: MediaList) -> Iterator[str]:
    """The lines of every segment."""
    lengths = _lengths(entry.seconds for entry in listing.entries)
    for entry, micros in zip(listing.entries, lengths, strict=True):
        if _nearest(micros) > listing.target:
            raise ValueError(f"{entry.uri}: lasts {micros / _MICRO:.3f} s, longer than the target of {listing.target} s")
        if entry.iv is not None:
            yield _key_line(listing.key, entry.iv)
        yield f"#EXTINF:{micros // _MICRO}.{micros % _MICRO:06},"
        if entry.offset is not None:
            yield f"#EXT-X-BYTERANGE:{entry.size}@{entry.offset}"
        yield _uri(entry.uri)


def _version(listing: MediaList) -> int:
    """The lowest version that has what a list uses (section 8): EXT-X-MAP 6, or 5 for key frames; ranges 4; decimals 3."""
    if listing.init:
        return 5 if listing.key_frames else 6
    ranged = listing.key_frames or any(entry.offset is not None for entry in listing.entries)
    return 4 if ranged else 3


def _map(init: Init) -> str:
    """The line of an init segment (section 4.4.4.5)."""
    words = [("URI", _quoted(_uri(init.uri)))]
    if init.size is not None:
        words.append(("BYTERANGE", f'"{init.size}@0"'))
    return f"#EXT-X-MAP:{_attributes(words)}"


def _key_line(uri: str | None, iv: bytes) -> str:
    """The line of a key (section 4.4.4.4): the vector is always told, as a segment may be listed at several places."""
    if uri is None or len(iv) != _IV_BYTES:
        raise ValueError(f"expected the address of a key and a vector of {_IV_BYTES} bytes, got {uri} and {len(iv)} bytes")
    return f"#EXT-X-KEY:{_attributes([('METHOD', 'AES-128'), ('URI', _quoted(_uri(uri))), ('IV', f'0x{iv.hex().upper()}')])}"


def _variant_words(variant: Variant) -> list[tuple[str, str]]:
    """The attributes of a variant (section 4.4.6.2)."""
    words = [("BANDWIDTH", str(variant.rates.peak)), ("AVERAGE-BANDWIDTH", str(variant.rates.average))]
    words.append(("CODECS", _quoted(",".join(dict.fromkeys(variant.codecs)))))
    if variant.size:
        words.append(("RESOLUTION", "{}x{}".format(*variant.size)))
    if variant.frame_rate:
        words.append(("FRAME-RATE", f"{float(variant.frame_rate):.3f}"))
    words += [(name, _quoted(group)) for name, group in (("AUDIO", variant.audio), ("SUBTITLES", variant.subtitles)) if group]
    return words


def _rendition_line(rendition: Rendition) -> str:
    """The line of a rendition (section 4.4.6.1)."""
    words = [
        ("TYPE", rendition.kind),
        ("GROUP-ID", _quoted(rendition.group)),
        ("NAME", _quoted(rendition.name)),
        ("LANGUAGE", _quoted(rendition.language)),
        ("DEFAULT", "YES" if rendition.default else "NO"),
        ("AUTOSELECT", "YES"),
    ]
    if rendition.channels is not None:
        words.append(("CHANNELS", f'"{rendition.channels}"'))
    return f"#EXT-X-MEDIA:{_attributes([*words, ('URI', _quoted(_uri(rendition.uri)))])}"


def _session_line(item: SessionData) -> str:
    """The line of session data (section 4.4.6.4): a text or an address, never both."""
    if (item.value is None) == (item.uri is None):
        raise ValueError(f"{item.name}: expected a value or an address")
    words = [("DATA-ID", _quoted(item.name))]
    words.append(("VALUE", _quoted(item.value)) if item.value is not None else ("URI", _quoted(_uri(item.uri or ""))))
    if item.language:
        words.append(("LANGUAGE", _quoted(item.language)))
    return f"#EXT-X-SESSION-DATA:{_attributes(words)}"


def _attributes(words: Iterable[tuple[str, str]]) -> str:
    """A list of attributes (section 4.2)."""
    return ",".join(f"{name}={value}" for name, value in words)


def _quoted(text: str) -> str:
    """A quoted string, which can hold neither quotes nor control characters."""
    if _UNFIT.search(text):
        raise ValueError(f"expected a text without quotes and line breaks, got {text!r}")
    return f'"{text}"'


def _uri(uri: str) -> str:
    """An address as a line of a playlist."""
    if not uri or _UNFIT_URI.search(uri):
        raise ValueError(f"expected an address without spaces, got {uri!r}")
    return uri
