"""The rules that playlists of HLS go by, held against the media that they list."""

from __future__ import annotations

from fractions import Fraction
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Literal

from pressroom.formats.hls import Entry, Rates, rates
from pressroom.formats.transport import WRAPPED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pressroom.formats.fragments import FragmentFacts, InitFacts
    from pressroom.formats.hlsfacts import Presentation, Stream
    from pressroom.formats.hlsread import Tag
    from pressroom.formats.transport import Transport

_BLOCK = 16
_SILENT = 8_000
"""Bits a second: less than stereo AAC takes for any sound."""
_TENTH = Fraction(1, 10)
_KEY_SECONDS = Fraction(21, 10)
"""Two, and a frame."""
_AAC = {"mp4a.40.2": (32_000, 160_000), "mp4a.40.5": (0, 64_000), "mp4a.40.42": (24_000, 160_000)}
"""Bits a second of stereo, at least and at most."""
_FMP4_ONLY = ("fLaC", "alac", "mp4a.40.42")
_HIGH_EFFICIENCY = ("mp4a.40.5", "mp4a.40.29")


def gaps(found: Presentation) -> Iterator[str]:
    """What is absent is marked as a gap."""
    for stream in found.streams:
        for piece in stream.pieces:
            if piece.size is None and not piece.listed.gap:
                yield f"{stream.uri}: line {piece.listed.line}: {piece.listed.media.uri} is not there, and no EXT-X-GAP says so"


def blocks(found: Presentation) -> Iterator[str]:
    """What is encrypted by AES-128 is whole blocks of 16 bytes."""
    for stream in found.streams:
        for piece in stream.pieces:
            listed = piece.listed
            if listed.key and listed.key.words.get("METHOD") == "AES-128" and piece.size and piece.size % _BLOCK:
                yield f"{stream.uri}: line {listed.line}: {listed.media.uri} has {piece.size} bytes"


def boxes(found: Presentation) -> Iterator[str]:
    """Segments are whole boxes of their files."""
    for stream in found.streams:
        for piece in stream.pieces:
            if piece.fault and stream.role != "key frames":
                yield f"{stream.uri}: line {piece.listed.line}: {piece.fault}"


def key_frame_ranges(found: Presentation) -> Iterator[str]:
    """A key frame's range begins with its moof and ends behind its samples."""
    for stream in found.streams:
        for piece in stream.pieces if stream.role == "key frames" else ():
            span = piece.listed.media.span
            cut = span and piece.fragments and span.end < piece.fragments[0].key_end
            if piece.fault or cut:
                yield f"{stream.uri}: line {piece.listed.line}: {piece.fault or 'the range ends within the key frame'}"


def decode_times(found: Presentation) -> Iterator[str]:
    """Every fragment is decoded from where the one before ended."""
    for stream in found.streams:
        for (before, _), (after, line) in pairwise(_fragments(stream)) if stream.role != "key frames" else ():
            if before.time + before.ticks != after.time:
                yield f"{stream.uri}: line {line}: tfdt is {after.time}, where {before.time + before.ticks} is expected"


def transported(found: Presentation) -> Iterator[str]:
    """Counters and times of MPEG-TS go on from packet to packet, and from segment to segment."""
    for stream in found.streams:
        pieces = [(piece.transport, piece.listed) for piece in stream.pieces if piece.transport]
        for transport, listed in pieces:
            if transport.fault:
                yield f"{stream.uri}: line {listed.line}: {transport.fault}"
        for (before, _), (after, listed) in pairwise(pieces) if stream.role != "key frames" else ():
            if not listed.discontinuity:
                yield from (f"{stream.uri}: line {listed.line}: {broken}" for broken in _broken(before, after))


def _broken(before: Transport, after: Transport) -> Iterator[str]:
    """Where one segment does not go on as the one before it has ended."""
    for number in sorted(set(before.counters) & set(after.counters)):
        last, first = before.counters[number][1], after.counters[number][0]
        if first != last + 1 & 15:
            yield f"stream {number} goes from packet {last} to {first}"
    for number in sorted(set(before.times) & set(after.times)):
        last, first = before.times[number][1], after.times[number][0]
        if not 0 < (first - last) % WRAPPED < WRAPPED // 2:
            yield f"stream {number} goes back from {last} to {first}"


def key_frames(found: Presentation) -> Iterator[str]:
    """Every segment of pictures begins with a key frame."""
    for stream in found.streams:
        for piece in stream.pieces if stream.pictures else ():
            if piece.fragments and not piece.fragments[0].key:
                yield f"{stream.uri}: line {piece.listed.line}: it does not begin with a key frame"


def key_frame_every_two_seconds(found: Presentation) -> Iterator[str]:
    """Pictures have a key frame every 2 s."""
    for stream in found.played:
        if not stream.pictures or not stream.init:
            continue
        times = sorted({time for fragment, _ in _fragments(stream) for time in fragment.keys})
        longest = max((after - before for before, after in pairwise(times)), default=0)
        if Fraction(longest, stream.init.timescale) > _KEY_SECONDS:
            yield f"{stream.uri}: {longest / stream.init.timescale:.2f} s without a key frame"


def lengths(found: Presentation) -> Iterator[str]:
    """The sum of the lengths told, at every boundary, is the media's time within one frame."""
    for stream in found.played:
        init = stream.init
        if init is None or any(not piece.fragments or piece.init != init for piece in stream.pieces):
            continue
        first = stream.pieces[0].fragments[0]
        begin = max(first.start, first.time + init.lead) if init.handler == "soun" else first.start
        ends = [(piece.fragments[0].start, piece) for piece in stream.pieces[1:]]
        ends.append((stream.pieces[-1].fragments[-1].end, stream.pieces[-1]))
        sums = accumulate(piece.listed.seconds for piece in stream.pieces)
        frame = Fraction(max(fragment.longest for fragment, _ in _fragments(stream)), init.timescale)
        for told, (end, piece) in zip(sums, ends, strict=True):
            held = Fraction(end - begin, init.timescale)
            if abs(told - held) > frame:
                added = f"EXTINF add up to {float(told):.6f} s, the media to {float(held):.6f} s"
                yield f"{stream.uri}: line {piece.listed.line}: {added}"
                break


def same_start(found: Presentation) -> Iterator[str]:
    """All lists begin at one time of the media."""
    starts = {}
    for stream in found.played:
        first = next(_fragments(stream), None)
        if first and stream.init:
            starts[stream.uri] = Fraction(first[0].start, stream.init.timescale)
    if starts and max(starts.values()) - min(starts.values()) > _TENTH:
        yield ", ".join(f"{uri}: {float(start):.3f} s" for uri, start in starts.items())


def segment_bounds(found: Presentation) -> Iterator[str]:
    """Segments of all lists begin at the same times."""
    bounds = [(stream, [*accumulate(piece.seconds for piece in stream.playlist.segments)][:-1]) for stream in found.played]
    for stream, times in bounds[1:]:
        first, others = bounds[0]
        if len(times) != len(others) or any(abs(a - b) > _TENTH for a, b in zip(times, others, strict=True)):
            yield f"{stream.uri}: its segments begin at other times than those of {first.uri}"


def edits(found: Presentation) -> Iterator[str]:
    """An edit list hides priming, and does nothing else."""
    for stream in found.streams:
        if stream.init and (stream.init.edits > 1 or stream.init.lead < 0):
            yield f"{stream.uri}: it has {stream.init.edits} edits, the first from {stream.init.lead}"


def indexes(found: Presentation) -> Iterator[str]:
    """A sidx tells of the segments that the playlist does, each as long as there."""
    for stream in found.played:
        for uri, (start, references) in stream.indexes.items():
            places = list(accumulate((reference.size for reference in references), initial=start))
            known = dict(zip(places, references, strict=False))
            for segment in stream.playlist.segments:
                span = segment.media.span
                # There may be a sidx for each fragment, of which this is the first, and tells of no other.
                if segment.media.uri != uri or span is None or not start <= span.offset < places[-1]:
                    continue
                told = known.get(span.offset)
                if told is None or not _agrees(told.ticks, told.scale, segment.seconds):
                    yield f"{stream.uri}: line {segment.line}: the sidx tells of another segment at byte {span.offset}"
                    break


def discontinuities(found: Presentation) -> Iterator[str]:
    """Where codec, tracks or timing change, a discontinuity is announced."""
    for stream in found.streams:
        for before, after in pairwise(stream.pieces):
            if before.init and after.init and _nature(before.init) != _nature(after.init) and not after.listed.discontinuity:
                yield f"{stream.uri}: line {after.listed.line}: {_nature(after.init)} after {_nature(before.init)}"


def codec_switches(found: Presentation) -> Iterator[str]:
    """The codec stays the same across a discontinuity."""
    for stream in found.streams:
        for before, after in pairwise(stream.pieces):
            if before.init and after.init and before.init.about.codec != after.init.about.codec and after.listed.discontinuity:
                yield f"{stream.uri}: line {after.listed.line}: {after.init.about.codec} after {before.init.about.codec}"


def demuxed(found: Presentation) -> Iterator[str]:
    """Pictures and sound are listed apart."""
    for stream in found.streams:
        if stream.init and stream.init.tracks > 1:
            yield f"{stream.uri}: it has {stream.init.tracks} tracks"


def codecs(found: Presentation) -> Iterator[str]:
    """CODECS names what every rendition of a variant is coded as, and nothing else."""
    for stream, tag in _variants(found):
        heard = found.group("AUDIO", tag.words.get("AUDIO")) if stream.role == "main" else ()
        told = {codec.strip() for codec in tag.words.get("CODECS", "").split(",")}
        said = {codec for each in (stream, *heard) for piece in each.pieces if piece.init for codec in piece.init.codecs}
        known = all(each.init for each in (stream, *heard))
        if known and stream.role == "main" and "CODECS" in tag.words and _plain(told) != _plain(said):
            yield f"{found.uri}: line {tag.line}: CODECS says {', '.join(sorted(told))}, the media {', '.join(sorted(said))}"


def explicit_sbr(found: Presentation) -> Iterator[str]:
    """HE-AAC says that it is, in its init segment."""
    for stream, tag in _variants(found):
        heard = found.group("AUDIO", tag.words.get("AUDIO"))
        told = set(tag.words.get("CODECS", "").split(",")) & set(_HIGH_EFFICIENCY)
        inits = [each.init for each in (stream, *heard) if each.init]
        if told and any(init.about.codec == "mp4a.40.2" for init in inits):
            yield f"{found.uri}: line {tag.line}: CODECS says {', '.join(sorted(told))}, the init segment mp4a.40.2"


def fragmented(found: Presentation) -> Iterator[str]:
    """xHE-AAC, ALAC and FLAC are in MP4."""
    for stream, tag in _variants(found):
        told = [codec for codec in tag.words.get("CODECS", "").split(",") if codec in _FMP4_ONLY]
        if told and any(piece.opening[:1] == b"G" for piece in stream.pieces):
            yield f"{stream.uri}: {', '.join(told)} is in MPEG-TS"


def peak_bandwidth(found: Presentation) -> Iterator[str]:
    """BANDWIDTH is the peak of the segments, with those of the rendition that has the highest, within a tenth."""
    for tag, measured in _measured(found):
        yield from _apart(found, tag, "BANDWIDTH", measured.peak)


def average_bandwidth(found: Presentation) -> Iterator[str]:
    """AVERAGE-BANDWIDTH is the segments' average, likewise."""
    for tag, measured in _measured(found):
        yield from _apart(found, tag, "AVERAGE-BANDWIDTH", measured.average)


def steady(found: Presentation) -> Iterator[str]:
    """The peak is no more than twice the average."""
    for tag, measured in _measured(found):
        if tag.name == "EXT-X-STREAM-INF" and measured.peak > 2 * measured.average:
            yield f"{found.uri}: line {tag.line}: its peak is {measured.peak}, its average {measured.average}"


def aac_rates(found: Presentation) -> Iterator[str]:
    """AAC has a rate at which it sounds as it should."""
    for stream in found.played:
        about = stream.init.about if stream.init else None
        if about is None or about.codec not in _AAC or about.channels != 2 or not stream.playlist.length:  # noqa: PLR2004  # stereo
            continue
        low, high = _AAC[about.codec]
        rate = _rates(stream).average
        # What MP4 adds to each packet is not of the codec.
        if not low <= rate <= high + 10_000 and rate > _SILENT:
            yield f"{stream.uri}: {about.name} of {rate} b/s, where {low} to {high} is asked for"


def _fragments(stream: Stream) -> Iterator[tuple[FragmentFacts, int]]:
    """The fragments of a stream with the lines that list them, each once."""
    for piece in stream.pieces:
        yield from ((fragment, piece.listed.line) for fragment in piece.fragments)


def _agrees(ticks: int, scale: int, seconds: Fraction) -> bool:
    """Whether a length in a sidx is that of a playlist, of which the ends may be cut."""
    return abs(Fraction(ticks, scale) - seconds) <= _TENTH


def _nature(init: InitFacts) -> str:
    """What must not change without a discontinuity."""
    about = init.about
    form = f"{about.width}x{about.height}" if init.handler == "vide" else f"{about.rate} Hz {about.channels}"
    return f"{about.codec} {form} {init.timescale} {init.tracks}"


def _plain(codecs_: set[str]) -> set[str]:
    """Codecs as they are compared: H.264 by its profile whatever the letters, kinds of AAC by the rule of their own."""
    return {"mp4a.40.2" if codec in _HIGH_EFFICIENCY else codec.lower() for codec in codecs_}


def _variants(found: Presentation) -> Iterator[tuple[Stream, Tag]]:
    """The streams that a variant's line leads to."""
    for stream in found.streams:
        if stream.tag and stream.tag.name in ("EXT-X-STREAM-INF", "EXT-X-I-FRAME-STREAM-INF"):
            yield stream, stream.tag


def _measured(found: Presentation) -> Iterator[tuple[Tag, Rates]]:
    """The rates of each variant, with those of the rendition of its sound that has the highest."""
    for stream, tag in _variants(found):
        if any(piece.size is None for piece in stream.pieces) or not stream.playlist.length:
            continue
        others = (each for each in found.group("AUDIO", tag.words.get("AUDIO")) if each.uri != stream.uri)
        heard = [_rates(each) for each in others if each.pieces]
        peak, average = (max((getattr(each, name) for each in heard), default=0) for name in ("peak", "average"))
        yield tag, _rates(stream) + Rates(peak, average)


def _rates(stream: Stream) -> Rates:
    """What the segments of a stream measure."""
    pieces = (Entry(uri=piece.listed.media.uri, seconds=piece.listed.seconds, size=piece.size or 0) for piece in stream.pieces)
    return rates([piece for piece in pieces if piece.seconds], stream.playlist.number("EXT-X-TARGETDURATION") or 6)


def _apart(found: Presentation, tag: Tag, name: Literal["BANDWIDTH", "AVERAGE-BANDWIDTH"], measured: int) -> Iterator[str]:
    """A rate that is told more than a tenth off."""
    told = tag.words.get(name, "")
    if told.isdecimal() and abs(int(told) - measured) * 10 > int(told):
        yield f"{found.uri}: line {tag.line}: {name} is {told}, measured {measured}"
