"""Recordings as one: what they are encoded as together, and the chunks of that which are encoded apart."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from pressroom.formats import audio
from pressroom.formats.segments import steady_cuts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pressroom.formats.facts import AudioFacts

STREAM_RATE = 48_000
"""Hz: what is encoded for streaming has one rate, whatever its masters have (Apple's HLS Authoring Specification, 2)."""
PACKET: Mapping[audio.Codec, int] = {"aac": 1024, "opus": 960}
"""Samples in a packet of what is encoded in chunks (ISO/IEC 14496-3, 4.5.1.1; 20 ms of Opus)."""
CHUNK = 300
"""Seconds: about as long is what is encoded apart."""
LEAD_IN = 30
"""Seconds that an encoder hears before its chunk. ffmpeg's AAC encoder takes 20 of them until its rate control has settled."""
TAIL = 1
"""Seconds that it hears behind it: somewhere in these, two chunks can be joined."""
_PASSES = 8
"""How often a master that cannot be sought in may be read from its beginning."""
_STEREO = 2
_UNTIMED = frozenset({"ogg", "wavpack"})
"""Containers whose times are not those of each sample, or that may begin with another than 0 and do not say so."""


@dataclass(frozen=True, kw_only=True)
class Whole:
    """Recordings as one: `parts` is what each is before they are joined, `facts` what they are then.

    `encoding` is what that is encoded as, and `fitted` how.
    """

    encoding: audio.Encoding
    parts: tuple[audio.Fitted, ...]
    facts: AudioFacts
    fitted: audio.Fitted

    @property
    def starts(self) -> tuple[int, ...]:
        """The samples of the encoded stream at which recordings begin."""
        begins = accumulate((part.samples for part in self.parts[:-1]), initial=0)
        return tuple(round(begin * self.fitted.rate / self.facts.rate) for begin in begins)


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """Packets of a stream that are encoded apart: from `first` up to the next chunk's, and some beyond.

    The encoder is given the samples of the joined recordings from `start` up to `end`, so that its own first packet is the
    stream's packet `begin`.
    """

    number: int
    first: int
    begin: int
    start: int
    end: int


def whole(encoding: audio.Encoding, masters: Sequence[AudioFacts]) -> Whole:
    """What all masters are together.

    Lossy, it is in stereo at the rate of streams. Lossless, it has what all of them have, or that rate, stereo, and the most
    bits of any. Masters of one rate are resampled when they are joined, as a filter begins and ends with silence; what is
    lossless loses bits before, so that a track that has no more of them keeps its samples.
    """
    rates, channels = {master.rate for master in masters}, {master.channels for master in masters}
    common = rates.pop() if len(rates) == 1 else STREAM_RATE
    count = channels.pop() if len(channels) == 1 else _STEREO
    if encoding.lossless:
        one = replace(encoding, rate=common, channels=count)
        one = replace(one, depth=max(audio.fitted(one, master).depth or 0 for master in masters))
    else:
        one = replace(encoding, rate=STREAM_RATE, channels=min(count, _STEREO))
    bits = one.depth or 32
    each = audio.Encoding(codec="wav", rate=common, channels=one.channels, depth=bits)
    parts = tuple(audio.fitted(each, master) for master in masters)
    facts = replace(
        masters[0],
        lossless=True,
        floating=False,
        rate=common,
        channels=parts[0].channels,
        depth=bits,
        real_depth=bits,
        samples=sum(part.samples for part in parts),
    )
    return Whole(encoding=one, parts=parts, facts=facts, fitted=audio.fitted(one, facts))


def served(encoding: audio.Encoding, masters: Sequence[AudioFacts]) -> tuple[int, ...] | None:
    """The samples at which recordings begin where their own files can be joined by copy; None where they cannot.

    They can where they are coded alike and lose nothing at their ends: lossless ones, and the one lossy file of a single
    recording that has the rate of streams.
    """
    own = [audio.fitted(encoding, master) for master in masters]
    alike = len({(one.rate, one.channels, one.depth) for one in own}) == 1
    if alike and (encoding.lossless or [one.rate for one in own] == [STREAM_RATE]):
        return tuple(accumulate((one.samples for one in own[:-1]), initial=0))
    return None


def sought(master: AudioFacts, joined: AudioFacts) -> bool:
    """Whether reading a master can begin at any sample: where decoding can, and where no filter has to hear what was before."""
    return master.lossless and master.rate == joined.rate and master.container not in _UNTIMED


def chunks(one: Whole, masters: Sequence[AudioFacts]) -> tuple[Chunk, ...]:
    """The chunks of a lossy stream: steady ones, so that another length moves the last two alone.

    Each begins where a sample of the masters is one of the stream, too. They are longer where masters have to be read from
    their beginnings.
    """
    packet, rate = PACKET[one.encoding.codec], one.fitted.rate
    slow = max((master.seconds for master in masters if not sought(master, one.facts)), default=0)
    cuts = steady_cuts(Fraction(one.facts.samples, one.facts.rate), Fraction(max(CHUNK, math.ceil(slow / _PASSES))))
    firsts = [0, *(math.ceil(cut * rate / packet) for cut in cuts)]
    # Packets after which both have a sample.
    step = rate // math.gcd(rate, one.facts.rate)
    step = math.lcm(step, packet) // packet
    found = []
    for number, (first, stop) in enumerate(pairwise([*firsts, None])):
        assert first is not None  # noqa: S101  # for the type checker
        begin = max(0, first - math.ceil(LEAD_IN * rate / packet)) // step * step
        start = begin * packet * one.facts.rate // rate
        end = one.facts.samples
        if stop is not None:
            end = min(end, math.ceil((stop * packet + 2 * TAIL * rate) * one.facts.rate / rate))
        found.append(Chunk(number=number, first=first, begin=begin, start=start, end=end))
    return tuple(found)
