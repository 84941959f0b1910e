"""The rules that playlists of HLS go by, apart from what their media says: each gives a text for every place that breaks it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from pressroom.formats.hls import CHAPTERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pressroom.formats.hlsfacts import Presentation, Stream
    from pressroom.formats.hlsread import Playlist, Tag

_TARGET = 6
_IV = re.compile(r"0[xX][0-9A-Fa-f]{32}")
_METHODS = ("NONE", "AES-128", "SAMPLE-AES", "SAMPLE-AES-CTR")
_VIDEO = ("avc1", "avc3", "hvc1", "hev1", "dvh1", "av01")
_CELLULAR = 192_000
_SLACK = 0.1
"""Seconds that lists of one presentation may differ by: a frame of sound or of pictures."""


def syntax(found: Presentation) -> Iterator[str]:
    """Every line can be read."""
    for uri, playlist in _playlists(found):
        yield from (f"{uri}: {fault}" for fault in playlist.faults)


def listed(found: Presentation) -> Iterator[str]:
    """Every playlist that is listed is there."""
    yield from found.missing


def target_duration(found: Presentation) -> Iterator[str]:
    """No segment is longer than the target duration, to the nearest second."""
    for stream in found.streams:
        target = stream.playlist.number("EXT-X-TARGETDURATION")
        if target is None:
            yield f"{stream.uri}: it has no EXT-X-TARGETDURATION"
            continue
        for segment in stream.playlist.segments:
            if (2 * segment.seconds + 1) // 2 > target:
                yield f"{stream.uri}: line {segment.line}: {float(segment.seconds):.3f} s, where the target is {target} s"


def target_of_six(found: Presentation) -> Iterator[str]:
    """The target duration is 6 s."""
    for stream in found.played:
        target = stream.playlist.number("EXT-X-TARGETDURATION")
        if target not in (None, _TARGET) and stream.playlist.length > _TARGET:
            yield f"{stream.uri}: the target is {target} s"


def same_target(found: Presentation) -> Iterator[str]:
    """All lists have one target duration."""
    targets = {
        stream.uri: stream.playlist.number("EXT-X-TARGETDURATION") for stream in found.streams if stream.role != "key frames"
    }
    if len(set(targets.values()) - {None}) > 1:
        yield ", ".join(f"{uri}: {target} s" for uri, target in targets.items())


def same_length(found: Presentation) -> Iterator[str]:
    """All lists last equally long."""
    lengths = {stream.uri: stream.playlist.length for stream in found.streams if stream.role != "subtitles"}
    if lengths and max(lengths.values()) - min(lengths.values()) > _SLACK:
        yield ", ".join(f"{uri}: {float(length):.3f} s" for uri, length in lengths.items())


def video_on_demand(found: Presentation) -> Iterator[str]:
    """The type is VOD in all lists, or in none."""
    kinds = {stream.uri: stream.playlist.value("EXT-X-PLAYLIST-TYPE") for stream in found.streams}
    if "VOD" in kinds.values() and set(kinds.values()) != {"VOD"}:
        yield from (f"{uri}: its type is {kind or 'not told'}, others' VOD" for uri, kind in kinds.items() if kind != "VOD")


def ended(found: Presentation) -> Iterator[str]:
    """What is whole says so."""
    for stream in found.streams:
        if stream.playlist.value("EXT-X-PLAYLIST-TYPE") == "VOD" and not stream.playlist.named("EXT-X-ENDLIST"):
            yield f"{stream.uri}: it has no EXT-X-ENDLIST"


def version(found: Presentation) -> Iterator[str]:
    """The version is one that has what is used."""
    for stream in found.streams:
        told, used = _versions(stream)
        if told < used:
            yield f"{stream.uri}: its version is {told}, and what it uses is of version {used}"


def version_needed(found: Presentation) -> Iterator[str]:
    """The version is no higher than what is used needs."""
    for stream in found.streams:
        told, used = _versions(stream)
        if told > used:
            yield f"{stream.uri}: its version is {told}, where {used} does"


def init(found: Presentation) -> Iterator[str]:
    """Fragments of MP4 have an init segment."""
    for stream in found.streams:
        for piece in stream.pieces:
            if not piece.listed.init and piece.opening[4:8] in (b"moof", b"styp", b"sidx"):
                yield f"{stream.uri}: line {piece.listed.line}: it is of MP4, and no EXT-X-MAP comes before it"


def independent(found: Presentation) -> Iterator[str]:
    """The multivariant playlist says that segments are independent."""
    if found.master and not found.master.named("EXT-X-INDEPENDENT-SEGMENTS") and not list(independent_video(found)):
        yield f"{found.uri}: it has no EXT-X-INDEPENDENT-SEGMENTS"


def independent_video(found: Presentation) -> Iterator[str]:
    """The multivariant playlist, or every list of pictures, says that segments are independent."""
    if found.master and found.master.named("EXT-X-INDEPENDENT-SEGMENTS"):
        return
    for stream in found.played:
        if stream.pictures and not stream.playlist.named("EXT-X-INDEPENDENT-SEGMENTS"):
            yield f"{stream.uri}: it has no EXT-X-INDEPENDENT-SEGMENTS, nor has the multivariant playlist"


def date_range(found: Presentation) -> Iterator[str]:
    """One ID is one range of dates, with the same attributes wherever it stands."""
    known: dict[str, tuple[str, dict[str, str]]] = {}
    for stream in found.streams:
        for tag in stream.playlist.named("EXT-X-DATERANGE"):
            words = dict(tag.words)
            where, other = known.setdefault(words.get("ID", ""), (f"{stream.uri}: line {tag.line}", words))
            if other != words:
                yield f"{stream.uri}: line {tag.line}: ID {words.get('ID')} is another range at {where}"


def key(found: Presentation) -> Iterator[str]:
    """A key says how, from where, and with which vector."""
    for stream in found.streams:
        for tag in stream.playlist.named("EXT-X-KEY"):
            words = tag.words
            method = words.get("METHOD")
            wrong = method not in _METHODS or (method != "NONE" and not words.get("URI"))
            if wrong or ("IV" in words and not _IV.fullmatch(words["IV"])):
                yield f"{stream.uri}: line {tag.line}: {tag.value}"


def stream_attributes(found: Presentation) -> Iterator[str]:
    """A variant has BANDWIDTH, AVERAGE-BANDWIDTH and CODECS."""
    for tag in _variants(found):
        missing = [name for name in ("BANDWIDTH", "AVERAGE-BANDWIDTH", "CODECS") if not tag.words.get(name)]
        if missing:
            yield f"{found.uri}: line {tag.line}: it has no {' and no '.join(missing)}"


def video_attributes(found: Presentation) -> Iterator[str]:
    """A variant with pictures has RESOLUTION and FRAME-RATE."""
    for tag in _variants(found):
        names = ["RESOLUTION"] if tag.name == "EXT-X-I-FRAME-STREAM-INF" else ["RESOLUTION", "FRAME-RATE"]
        missing = [name for name in names if name not in tag.words]
        if missing and _shows(tag):
            yield f"{found.uri}: line {tag.line}: it has no {' and no '.join(missing)}"


def language(found: Presentation) -> Iterator[str]:
    """A rendition says its language."""
    for tag in found.master.named("EXT-X-MEDIA") if found.master else ():
        if tag.words.get("TYPE") != "VIDEO" and not tag.words.get("LANGUAGE"):
            yield f"{found.uri}: line {tag.line}: it has no LANGUAGE"


def groups(found: Presentation) -> Iterator[str]:
    """Every group that a variant names has renditions, and every rendition is of a group that a variant names."""
    if not found.master:
        return
    named = {(kind, tag.words[kind]) for tag in _variants(found) for kind in ("AUDIO", "SUBTITLES") if kind in tag.words}
    media = {(tag.words.get("TYPE", ""), tag.words.get("GROUP-ID", "")): tag for tag in found.master.named("EXT-X-MEDIA")}
    yield from (f"{found.uri}: no rendition is of the {kind} group {name}" for kind, name in sorted(named - set(media)))
    for kind, name in sorted(set(media) - named):
        if kind in ("AUDIO", "SUBTITLES"):
            yield f"{found.uri}: line {media[kind, name].line}: no variant names the {kind} group {name}"


def score(found: Presentation) -> Iterator[str]:
    """SCORE stands at all variants, or at none."""
    scored = [tag for tag in _variants(found) if "SCORE" in tag.words]
    if scored and len(scored) < len(_variants(found)):
        yield f"{found.uri}: {len(scored)} of {len(_variants(found))} variants have a SCORE"


def video_rates(found: Presentation) -> Iterator[str]:
    """Pictures come at several rates."""
    shown = [tag for tag in _streams(found) if _shows(tag)]
    if shown and len({tag.words.get("BANDWIDTH") for tag in shown}) < 2:  # noqa: PLR2004  # several
        yield f"{found.uri}: its pictures have one rate"


def key_frame_lists(found: Presentation) -> Iterator[str]:
    """Where there are pictures, there are lists of their key frames."""
    if found.master and any(map(_shows, _streams(found))) and not found.master.named("EXT-X-I-FRAME-STREAM-INF"):
        yield f"{found.uri}: it has no EXT-X-I-FRAME-STREAM-INF"


def key_frames_only(found: Presentation) -> Iterator[str]:
    """A list of key frames says that it is one."""
    for stream in found.streams:
        if stream.role == "key frames" and not stream.playlist.named("EXT-X-I-FRAMES-ONLY"):
            yield f"{stream.uri}: it has no EXT-X-I-FRAMES-ONLY"


def cellular(found: Presentation) -> Iterator[str]:
    """One variant of sound is for slow networks."""
    if not any(map(_shows, _streams(found))):
        yield from _for_slow_networks(found)


def cellular_pictures(found: Presentation) -> Iterator[str]:
    """One variant of pictures is for slow networks."""
    if any(map(_shows, _streams(found))):
        yield from _for_slow_networks(found)


def _for_slow_networks(found: Presentation) -> Iterator[str]:
    """A presentation without a variant for slow networks."""
    rates = [int(tag.words["BANDWIDTH"]) for tag in _streams(found) if tag.words.get("BANDWIDTH", "").isdecimal()]
    if rates and min(rates) > _CELLULAR:
        yield f"{found.uri}: its lowest BANDWIDTH is {min(rates)}, above {_CELLULAR}"


def stereo(found: Presentation) -> Iterator[str]:
    """Every device finds AAC that it can play."""
    codecs = [tag.words["CODECS"] for tag in _streams(found) if "CODECS" in tag.words]
    heard = [codec for words in codecs if not all(map(_is_picture, words.split(","))) for codec in words.split(",")]
    if heard and not any(codec.strip() in ("mp4a.40.2", "mp4a.40.5", "mp4a.40.29") for codec in heard):
        yield f"{found.uri}: no variant has AAC"


def timestamp_map(found: Presentation) -> Iterator[str]:
    """WebVTT says where its times are in those of the media."""
    for stream in found.streams:
        for piece in stream.pieces:
            if piece.opening.startswith(b"WEBVTT") and b"X-TIMESTAMP-MAP" not in piece.opening:
                yield f"{stream.uri}: line {piece.listed.line}: {piece.listed.media.uri} has no X-TIMESTAMP-MAP"


def subtitles(found: Presentation) -> Iterator[str]:
    """Subtitles are listed to the end of what they are of."""
    whole = max((stream.playlist.length for stream in found.played), default=0)
    for stream in found.streams:
        if stream.role == "subtitles" and abs(stream.playlist.length - whole) > _TARGET:
            yield f"{stream.uri}: it lasts {float(stream.playlist.length):.3f} s of {float(whole):.3f} s"


def chapters(found: Presentation) -> Iterator[str]:
    """Chapters are a list in order, each with a title."""
    for tag in found.master.named("EXT-X-SESSION-DATA") if found.master else ():
        if tag.words.get("DATA-ID") == CHAPTERS and not _are_chapters(found.data.get(tag.words.get("URI", ""))):
            yield f"{found.uri}: line {tag.line}: {tag.words.get('URI')} is no list of chapters in order, each with a title"


def _are_chapters(text: str | None) -> bool:
    """Whether a text is chapters as Apple's players read them."""
    try:
        found = json.loads(text or "")
        starts = [each["start-time"] for each in found]
        titled = all(title["title"] and title["language"] for each in found for title in each["titles"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return False
    numbers = all(isinstance(start, (int, float)) for start in starts)
    return bool(starts) and titled and numbers and starts == sorted(set(starts))


def _playlists(found: Presentation) -> Iterator[tuple[str, Playlist]]:
    """Every playlist with its address."""
    if found.master:
        yield found.uri, found.master
    yield from ((stream.uri, stream.playlist) for stream in found.streams)


def _streams(found: Presentation) -> tuple[Tag, ...]:
    """The lines of variants, those of key frames apart."""
    return found.master.named("EXT-X-STREAM-INF") if found.master else ()


def _variants(found: Presentation) -> tuple[Tag, ...]:
    """The lines of all variants."""
    return (*_streams(found), *(found.master.named("EXT-X-I-FRAME-STREAM-INF") if found.master else ()))


def _shows(tag: Tag) -> bool:
    """Whether a variant has pictures."""
    words = tag.words
    return "RESOLUTION" in words or any(map(_is_picture, words.get("CODECS", "").split(",")))


def _is_picture(codec: str) -> bool:
    """Whether a word of CODECS is of pictures."""
    return codec.strip().startswith(_VIDEO)


def _versions(stream: Stream) -> tuple[int, int]:
    """The version that a list says, and the lowest that has what it uses (section 8)."""
    playlist = stream.playlist
    used = 1
    if any("IV" in tag.words for tag in playlist.named("EXT-X-KEY")):
        used = 2
    if any("." in tag.value.partition(",")[0] for tag in playlist.named("EXTINF")):
        used = 3
    key_frames = bool(playlist.named("EXT-X-I-FRAMES-ONLY"))
    if key_frames or playlist.named("EXT-X-BYTERANGE"):
        used = 4
    if any("KEYFORMAT" in tag.words for tag in playlist.named("EXT-X-KEY")):
        used = 5
    if playlist.named("EXT-X-MAP"):
        used = max(used, 5 if key_frames else 6)
    return playlist.number("EXT-X-VERSION") or 1, used
