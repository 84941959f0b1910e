"""Sample entries: how an MP4 says what its samples are coded as, and how playlists do (RFC 6381)."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pressroom.formats.isobmff import box, child, children, fields, full_box, printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_AUDIO_BODY = 28
_VIDEO_BODY = 78
_CONFIG = 8 + _AUDIO_BODY + 8
"""Where the body of the first box of a canonical audio entry begins."""
_COMPRESSOR = slice(42, 74)
"""Where a visual sample entry names the program that made it (ISO/IEC 14496-12, 12.1.3)."""
_KEPT = ("esds", "alac", "dfLa", "dOps", "avcC", "colr", "pasp")
"""What decoders need; bit rates and names of programs are left out, so that one stream has one description."""
_AUDIO = {"mp4a": "esds", "alac": "alac", "fLaC": "dfLa", "Opus": "dOps"}
_AAC = {2: "AAC-LC", 5: "HE-AAC", 29: "HE-AAC v2", 42: "xHE-AAC"}
"""By audio object type (ISO/IEC 14496-3, table 1.17)."""
_AAC_CHANNELS = {1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 6, 7: 8, 11: 7, 12: 8, 14: 8}
"""By channel configuration (ISO/IEC 14496-3, table 1.19)."""
_RATES = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350)
_SBR, _PS, _ESCAPE = 5, 29, 31
_SYNC_SBR, _SYNC_PS = 0x2B7, 0x548
_MOST_CHANNELS = 8
_MOST_RATE = 0xFFFF
_MOST_SKIP = 0xFFFF


@dataclass(frozen=True, kw_only=True)
class Description:
    """What a sample entry says.

    `codec` is the word of `CODECS`, such as `mp4a.40.2`; `rate` in Hz and `channels` are those heard, 0 for a picture;
    `width` and `height` in pixels, 0 for sound; `preroll` counts the samples, of `rate`, that a decoder must have heard before
    those that are to sound right (ISO/IEC 14496-12, 10.1; RFC 7845, section 4.6).
    """

    codec: str
    name: str
    rate: int = 0
    channels: int = 0
    depth: int = 0
    width: int = 0
    height: int = 0
    preroll: int = 0


def description(entry: memoryview | bytes) -> Description:
    """What a whole sample entry says; raises ValueError for a codec that HLS players do not take, or a damaged entry."""
    view = memoryview(entry)
    name = bytes(view[4:8]).decode("latin-1")
    if name in _AUDIO:
        return _sound(name, view[8:])
    if name in ("avc1", "avc3"):
        return _picture(name, view[8:])
    raise ValueError(f"it is coded as '{printable(name)}', not as AAC, ALAC, FLAC, Opus or H.264")


def canonical(entry: memoryview | bytes) -> bytes:
    """A sample entry with what decoders need alone: no program's name and no bit rates (ISO/IEC 14496-12, 12.1.3 and 12.2.3).

    Raises ValueError where the entry is damaged, or of QuickTime's own form.
    """
    view = memoryview(entry)
    name, body = bytes(view[4:8]), view[8:]
    audio = name.decode("latin-1") in _AUDIO
    size = _AUDIO_BODY if audio else _VIDEO_BODY
    fields(f"{size}x", body, printable(name.decode("latin-1")))
    if audio and fields("8xH", body, "mp4a") != (0,):
        raise ValueError("its sound is described in QuickTime's form; remux it to MP4")
    head = bytearray(body[:size])
    if not audio:
        head[_COMPRESSOR] = bytes(_COMPRESSOR.stop - _COMPRESSOR.start)
    kept = [box(inner.encode("latin-1"), bytes(part)) for inner, part in children(body[size:]) if inner in _KEPT]
    return box(name, bytes(head), *kept)


def merged(entries: Sequence[bytes]) -> bytes:
    """One canonical sample entry for sound that several describe; raises ValueError where they are not coded alike.

    FLAC and ALAC tell sizes and digests of the whole stream, which become those of all, or unknown.
    """
    for number, entry in enumerate(entries[1:], 2):
        if _essence(entry) != _essence(entries[0]):
            raise ValueError(f"part {number} is not coded as the first")
    if len(set(entries)) == 1:
        return entries[0]
    configs = [entry[_CONFIG:] for entry in entries]
    name = entries[0][4:8]
    if name == b"fLaC":
        shortest = min(struct.unpack_from(">H", config, 8)[0] for config in configs)
        longest = max(struct.unpack_from(">H", config, 10)[0] for config in configs)
        # The parts' last blocks are shorter than others, but blocks of fewer than 16 samples are not told (RFC 9639, 8.2).
        sizes = struct.pack(">HH6x", min(shortest, 16), longest)
        rate = (int.from_bytes(configs[0][18:26]) >> 36 << 36).to_bytes(8)
        return entries[0][:_CONFIG] + configs[0][:8] + sizes + rate + bytes(16)
    if name == b"alac":
        largest = max(config[16:20] for config in configs)
        return entries[0][:_CONFIG] + configs[0][:16] + largest + bytes(4) + configs[0][24:]
    return entries[0]


def aac_config(entry: bytes) -> bytes:
    """The AudioSpecificConfig of a canonical entry of AAC; raises ValueError for one of something else."""
    if entry[4:8] != b"mp4a":
        raise ValueError("its sound is no AAC")
    return _specific_config(memoryview(entry)[_CONFIG:])


def primed(entry: bytes, lead: int) -> bytes:
    """A canonical entry for sound that begins with `lead` samples of priming; only that of Opus says how many."""
    if entry[4:8] != b"Opus" or lead > _MOST_SKIP:
        return entry
    return entry[: _CONFIG + 2] + lead.to_bytes(2) + entry[_CONFIG + 4 :]


def flac_entry(stream_info: bytes, *, channels: int, rate: int, depth: int) -> bytes:
    """The sample entry of FLAC, with its STREAMINFO block (Encapsulation of FLAC in ISO BMFF 0.0.4, 3.3)."""
    return _sound_entry(
        b"fLaC", channels, depth, rate, full_box(b"dfLa", 0, 0, b"\x80" + len(stream_info).to_bytes(3), stream_info)
    )


def opus_entry(head: bytes) -> bytes:
    """The sample entry of Opus, from the `OpusHead` packet of an Ogg (Encapsulation of Opus in ISO BMFF 0.8.1, 4.3.1).

    Numbers that are little-endian there are big-endian here; the version is 0 instead of 1.
    """
    channels, skip, rate, gain, family = struct.unpack_from("<BHIhB", head, 9)
    body = struct.pack(">BBHIhB", 0, channels, skip, rate, gain, family) + (head[19 : 21 + channels] if family else b"")
    return _sound_entry(b"Opus", channels, 16, 48_000, box(b"dOps", body))


def aac_entry(config: bytes, *, channels: int, rate: int) -> bytes:
    """The sample entry of AAC with its AudioSpecificConfig (ISO/IEC 14496-14, 6.7.2; ISO/IEC 14496-1, 7.2.6)."""
    decoder = b"\x40\x15" + bytes(11) + _descriptor(5, config)
    stream = _descriptor(3, bytes(3) + _descriptor(4, decoder) + _descriptor(6, b"\x02"))
    return _sound_entry(b"mp4a", channels, 16, rate, full_box(b"esds", 0, 0, stream))


def _essence(entry: bytes) -> bytes:
    """What must be the same in entries of sound that one decoder is to take."""
    name, config = entry[4:8], entry[_CONFIG:]
    if name == b"mp4a":
        return name + _specific_config(memoryview(config))
    if name == b"fLaC":
        return name + (int.from_bytes(config[18:26]) >> 36).to_bytes(8)
    if name == b"alac":
        return name + config[:16] + config[24:]
    return name + config[:2] + config[4:]


def _sound_entry(name: bytes, channels: int, depth: int, rate: int, config: bytes) -> bytes:
    """An audio sample entry; a rate that 16 bits cannot tell is halved until they can, and stands in the configuration."""
    while rate > _MOST_RATE:
        rate //= 2
    return box(name, struct.pack(">6xH8xHH4xI", 1, channels, depth, rate << 16), config)


def _descriptor(tag: int, body: bytes) -> bytes:
    """An MPEG-4 descriptor of fewer than 128 bytes."""
    return bytes((tag, len(body))) + body


def _sound(name: str, body: memoryview) -> Description:
    """What an audio sample entry says."""
    channels, depth, rate = fields("16xHH4xI", body, name)
    config = child(body[_AUDIO_BODY:], _AUDIO[name]) if len(body) >= _AUDIO_BODY else None
    if config is None:
        raise ValueError(f"its {name} entry has no {_AUDIO[name]} box")
    if name == "mp4a":
        found = _aac(_specific_config(config), channels, rate >> 16)
    elif name == "fLaC":
        found = _flac(config)
    elif name == "Opus":
        (channels,) = fields("xB", config, "dOps")
        found = Description(codec="Opus", name="Opus", rate=48_000, channels=channels, preroll=3840)
    else:
        depth, channels, rate = fields("4x4xxB3xB10xI", config, "alac")
        found = Description(codec="alac", name="ALAC", rate=rate, channels=channels, depth=depth)
    if not 1 <= found.channels <= _MOST_CHANNELS:
        raise ValueError(f"it has {found.channels} channels; HLS players take 1 to {_MOST_CHANNELS}")
    if not found.rate:
        raise ValueError(f"its {name} entry says a rate of 0 Hz")
    return found


def _flac(config: memoryview) -> Description:
    """What STREAMINFO says (RFC 9639, section 8.2)."""
    (packed,) = fields("18xQ", config, "dfLa")
    rate, channels, depth = packed >> 44, (packed >> 41 & 0x7) + 1, (packed >> 36 & 0x1F) + 1
    return Description(codec="fLaC", name="FLAC", rate=rate, channels=channels, depth=depth)


def _picture(name: str, body: memoryview) -> Description:
    """What a visual sample entry of H.264 says (ISO/IEC 14496-15, 5.3.3.1; RFC 6381, section 3.3)."""
    width, height = fields("24xHH", body, name)
    config = child(body[_VIDEO_BODY:], "avcC") if len(body) >= _VIDEO_BODY else None
    if config is None:
        raise ValueError(f"its {name} entry has no avcC box")
    profile = fields("xBBB", config, "avcC")
    if not width or not height:
        raise ValueError(f"its {name} entry says {width} x {height} pixels")
    return Description(codec=f"{name}.{bytes(profile).hex().upper()}", name="H.264", width=width, height=height)


def _specific_config(esds: memoryview) -> bytes:
    """The AudioSpecificConfig in an esds box (ISO/IEC 14496-1, 7.2.6.5 to 7.2.6.7)."""
    for tag, body in _descriptors(esds[4:]):
        if tag == 3:  # noqa: PLR2004  # ES_DescrTag
            (flags,) = fields("2xB", body, "esds")
            # Three fields that their flags announce; a URL is as long as its first byte says.
            skipped = 3 + (2 if flags & 0x80 else 0) + (2 if flags & 0x20 else 0)
            if flags & 0x40:
                skipped += 1 + fields("B", body, "esds", 3 + (2 if flags & 0x80 else 0))[0]
            return _decoder_config(body[skipped:])
    raise ValueError("its esds box has no description of a stream")


def _decoder_config(body: memoryview) -> bytes:
    """The AudioSpecificConfig among the descriptors of a stream."""
    for tag, part in _descriptors(body):
        if tag == 4:  # noqa: PLR2004  # DecoderConfigDescrTag
            (kind,) = fields("B12x", part, "esds")
            if kind != 0x40:  # noqa: PLR2004  # MPEG-4 audio
                raise ValueError(f"its sound is of type 0x{kind:02x}, not MPEG-4 audio")
            for inner, config in _descriptors(part[13:]):
                if inner == 5:  # noqa: PLR2004  # DecoderSpecificInfoTag
                    return bytes(config)
    raise ValueError("its esds box has no configuration of a decoder")


def _descriptors(body: memoryview) -> Iterator[tuple[int, memoryview]]:
    """MPEG-4 descriptors: tags and bodies; a size has up to four bytes of seven bits (ISO/IEC 14496-1, 8.3.3)."""
    start = 0
    while start < len(body):
        tag, size, place = body[start], 0, start + 1
        for place in range(start + 1, start + 5):
            (byte,) = fields("B", body, "esds", place)
            size = size << 7 | byte & 0x7F
            if not byte & 0x80:
                break
        if place + 1 + size > len(body):
            raise ValueError(f"its esds box has a descriptor of {size} bytes, where {len(body) - place - 1} are left")
        yield tag, body[place + 1 : place + 1 + size]
        start = place + 1 + size


def _aac(config: bytes, channels: int, rate: int) -> Description:
    """What an AudioSpecificConfig says (ISO/IEC 14496-3, 1.6.2.1), or the entry itself where that does not."""
    bits = _Bits(config)
    kind = bits.object_type()
    core = bits.rate()
    layout = bits.take(4)
    if kind in (_SBR, _PS):
        heard = bits.rate()
    elif kind == 2:  # noqa: PLR2004  # AAC-LC, perhaps with SBR announced behind it
        kind, heard = _extended(bits, core)
    else:
        heard = core
    if kind not in _AAC:
        raise ValueError(f"its AAC is of type {kind}, not AAC-LC, HE-AAC or xHE-AAC")
    count = 2 if kind == _PS else _AAC_CHANNELS.get(layout, channels)
    preroll = 1024 if kind == 2 else 2048  # noqa: PLR2004  # one packet, at the rate that is heard
    return Description(codec=f"mp4a.40.{kind}", name=_AAC[kind], rate=heard or rate, channels=count, preroll=preroll)


def _extended(bits: _Bits, core: int) -> tuple[int, int]:
    """Type and rate of AAC-LC, or of the HE-AAC that an extension makes of it (ISO/IEC 14496-3, 1.6.6.1)."""
    bits.take(1)
    if bits.take(1):
        bits.take(14)
    bits.take(1)
    if bits.take(11) != _SYNC_SBR or bits.object_type() != _SBR or not bits.take(1):
        return 2, core
    heard = bits.rate()
    return (_PS if bits.take(11) == _SYNC_PS and bits.take(1) else _SBR), heard


class _Bits:
    """Bits read from the left; past the end there are zeros."""

    def __init__(self, body: bytes) -> None:
        self._value = int.from_bytes(body)
        self._left = len(body) * 8

    def take(self, count: int) -> int:
        """The next `count` bits."""
        self._left -= count
        found = self._value >> self._left if self._left >= 0 else self._value << -self._left
        return found & (1 << count) - 1

    def object_type(self) -> int:
        """An audio object type: five bits, or six more."""
        kind = self.take(5)
        return 32 + self.take(6) if kind == _ESCAPE else kind

    def rate(self) -> int:
        """A sampling frequency: an index of four bits, or 24 bits; 0 for an index without meaning."""
        index = self.take(4)
        return self.take(24) if index == 0xF else _RATES[index] if index < len(_RATES) else 0  # noqa: PLR2004  # the escape
