from __future__ import annotations

import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressroom.formats.isobmff import box, full_box
from pressroom.formats.sampleentry import aac_entry, canonical, description, flac_entry, merged, opus_entry

LC = bytes.fromhex("1190")
HEAD = b"OpusHead" + struct.pack("<BBHIhB", 1, 2, 312, 44_100, -256, 0)


def stream_info(*, rate: int = 44_100, channels: int = 2, depth: int = 16, samples: int = 99, block: int = 4096) -> bytes:
    """A STREAMINFO block."""
    packed = rate << 44 | (channels - 1) << 41 | (depth - 1) << 36 | samples
    return struct.pack(">HH6sQ", block, block, b"sizes!", packed) + b"digest of 16 byt"


def flac(**facts: int) -> bytes:
    """A FLAC entry."""
    about = {"rate": 44_100, "channels": 2, "depth": 16} | {
        key: facts[key] for key in facts if key in ("rate", "channels", "depth")
    }
    return flac_entry(stream_info(**facts), **about)


def alac(*, most: int, rate: int = 44_100, extra: bytes = b"") -> bytes:
    """An ALAC entry whose packets have at most some bytes."""
    cookie = struct.pack(">IBBBBBBHIII", 4096, 0, 24, 40, 10, 14, 2, 255, most, 900_000, rate)
    return box(b"alac", struct.pack(">6xH8xHH4xI", 1, 2, 24, rate << 16), full_box(b"alac", 0, 0, cookie), extra)


def picture(name: bytes = b"Lavc61 libx264") -> bytes:
    """An H.264 entry that names who made it."""
    head = (
        struct.pack(">6xH16xHH", 1, 1280, 720)
        + bytes(14)
        + bytes((len(name),))
        + name.ljust(31, b"\0")
        + bytes.fromhex("0018ffff")
    )
    return box(b"avc1", head, box(b"avcC", bytes.fromhex("01640028ffe1")), box(b"btrt", bytes(12)), box(b"pasp", bytes(8)))


@pytest.mark.parametrize(
    ("config", "codec", "rate", "channels"),
    [
        ("1190", "mp4a.40.2", 48_000, 2),
        ("119056e500", "mp4a.40.2", 48_000, 2),
        ("131056e598", "mp4a.40.5", 48_000, 2),
        ("131056e59d4880", "mp4a.40.29", 48_000, 2),
        ("2b118800", "mp4a.40.5", 48_000, 2),
        ("eb098800", "mp4a.40.29", 48_000, 2),
        ("1188", "mp4a.40.2", 48_000, 1),
        ("11b8", "mp4a.40.2", 48_000, 8),
        ("1780562210", "mp4a.40.2", 44_100, 2),
        ("f94840", "mp4a.40.42", 44_100, 2),
    ],
)
def test_codecs_of_aac_are_those_of_its_configuration(config: str, codec: str, rate: int, channels: int) -> None:
    """HE-AAC is known in either way of announcing it, and the rate is the one that is heard."""
    found = description(aac_entry(bytes.fromhex(config), channels=2, rate=44_100))
    assert (codec, rate, channels) == (found.codec, found.rate, found.channels)


def test_preroll_is_a_packet_of_aac_and_80_ms_of_opus() -> None:
    """What a decoder must have heard before it sounds right."""
    assert 1024 == description(aac_entry(LC, channels=2, rate=48_000)).preroll
    assert 2048 == description(aac_entry(bytes.fromhex("2b118800"), channels=2, rate=48_000)).preroll
    assert (3840, 0) == (description(opus_entry(HEAD)).preroll, description(flac()).preroll)


def test_flac_tells_what_streaminfo_does() -> None:
    """Also where the rate does not fit into the entry's 16 bits."""
    found = description(flac(rate=192_000, depth=24, channels=6))
    assert ("fLaC", 192_000, 24, 6) == (found.codec, found.rate, found.depth, found.channels)
    assert struct.pack(">I", 48_000 << 16) == flac(rate=192_000)[32:36]


def test_opus_head_is_turned_into_big_endian() -> None:
    """The pre-skip, the rate of the master and the gain are the ones of the Ogg."""
    assert opus_entry(HEAD).endswith(box(b"dOps", bytes.fromhex("00 02 0138 0000ac44 ff00 00")))
    mapped = HEAD[:9] + b"\x06" + HEAD[10:18] + b"\x01" + bytes((4, 2, 0, 4, 1, 2, 3, 5))
    found = description(opus_entry(mapped))
    assert ("Opus", 6, 48_000) == (found.codec, found.channels, found.rate)
    assert opus_entry(mapped).endswith(bytes((1, 4, 2, 0, 4, 1, 2, 3, 5)))


def test_alac_tells_what_its_cookie_does() -> None:
    """Depth, channels and rate."""
    found = description(alac(most=9000))
    assert ("alac", 24, 2, 44_100) == (found.codec, found.depth, found.channels, found.rate)


def test_h264_is_named_by_profile_and_level() -> None:
    """Three bytes of its configuration, in hexadecimal digits."""
    found = description(picture())
    assert ("avc1.640028", 1280, 720) == (found.codec, found.width, found.height)


def test_an_entry_keeps_nothing_of_who_made_it() -> None:
    """No program's name, no bit rates: one stream has one description."""
    clean = canonical(picture())
    assert clean == canonical(picture(b"another program"))
    assert (b"Lavc" in clean, b"btrt" in clean, b"avcC" in clean, b"pasp" in clean) == (False, False, True, True)
    assert alac(most=1) == canonical(alac(most=1, extra=box(b"btrt", bytes(12))))


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (box(b"ac-3", bytes(28)), "it is coded as 'ac-3', not as AAC, ALAC, FLAC, Opus or H.264"),
        (box(b"mp4a", bytes(28)), "its mp4a entry has no esds box"),
        (box(b"avc1", struct.pack(">24xHH", 1, 1), bytes(50)), "its avc1 entry has no avcC box"),
        (flac(rate=0), "its fLaC entry says a rate of 0 Hz"),
        (aac_entry(LC, channels=2, rate=48_000)[:-14], "its esds box says 39 bytes, where 25 are left"),
        (aac_entry(bytes.fromhex("1180"), channels=12, rate=48_000), "it has 12 channels; HLS players take 1 to 8"),
        (aac_entry(bytes.fromhex("0a10"), channels=2, rate=48_000), "its AAC is of type 1, not AAC-LC, HE-AAC or xHE-AAC"),
        (
            box(b"mp4a", bytes(28), full_box(b"esds", 0, 0, b"\x03\x7f")),
            "its esds box has a descriptor of 127 bytes, where 0 are left",
        ),
        (
            box(b"mp4a", bytes(28), full_box(b"esds", 0, 0, b"\x03\x12\0\0\0\x04\x0d\x6b" + bytes(12))),
            "its sound is of type 0x6b, not MPEG-4 audio",
        ),
    ],
)
def test_what_players_do_not_take_is_told(entry: bytes, message: str) -> None:
    """A codec, or a damaged description, in one line."""
    with pytest.raises(ValueError, match=f"^{message}"):
        description(entry)


def test_quicktime_is_refused() -> None:
    """Its way of describing sound is another."""
    with pytest.raises(ValueError, match=r"^its sound is described in QuickTime's form; remux it to MP4$"):
        canonical(box(b"mp4a", struct.pack(">6xHH18x", 1, 1)))


def test_parts_of_flac_become_one_stream_of_unknown_length() -> None:
    """Its digest is not that of a part."""
    whole = merged([flac(), flac(block=4608)])
    assert description(flac()) == description(whole)
    info = whole[52:]
    assert (16, 4608, bytes(6), 0, bytes(16)) == (
        *struct.unpack(">HH6sQ", info[:18])[:3],
        struct.unpack(">Q", info[10:18])[0] & (1 << 36) - 1,
        info[18:],
    )
    assert flac() == merged([flac(), flac()])


def test_parts_of_alac_have_packets_of_the_largest() -> None:
    """So that a player makes room for each."""
    assert (
        struct.pack(">IBBBBBBHIII", 4096, 0, 24, 40, 10, 14, 2, 255, 900, 0, 44_100)
        == merged([alac(most=9), alac(most=900)])[48:]
    )


@pytest.mark.parametrize(
    "entries",
    [
        [flac(), flac(rate=48_000)],
        [flac(), flac(depth=24)],
        [alac(most=9), alac(most=9, rate=48_000)],
        [aac_entry(LC, channels=2, rate=48_000), aac_entry(bytes.fromhex("1188"), channels=1, rate=48_000)],
        [flac(), opus_entry(HEAD)],
        [opus_entry(HEAD), opus_entry(HEAD[:9] + b"\x01" + HEAD[10:])],
    ],
)
def test_parts_that_are_coded_differently_stay_apart(entries: list[bytes]) -> None:
    """A player could not go on from one to the other."""
    with pytest.raises(ValueError, match=r"^part 2 is not coded as the first$"):
        merged(entries)


def test_parts_may_tell_other_bit_rates() -> None:
    """Of AAC only the configuration counts, and of Opus all but the pre-skip."""
    first = aac_entry(LC, channels=2, rate=48_000)
    assert first == merged([first, first.replace(b"\x40\x15" + bytes(11), b"\x40\x15" + b"\x01" * 11)])
    assert opus_entry(HEAD) == merged([opus_entry(HEAD), opus_entry(HEAD.replace(b"\x38\x01", b"\x39\x01"))])


@given(
    st.sampled_from([b"mp4a", b"alac", b"fLaC", b"Opus", b"avc1"]),
    st.binary(max_size=120),
    st.integers(0, 119),
    st.integers(0, 255),
)
def test_a_damaged_entry_is_described_or_a_value_error(name: bytes, body: bytes, place: int, byte: int) -> None:
    """Whatever the bytes."""
    whole = {b"mp4a": aac_entry(LC, channels=2, rate=48_000), b"alac": alac(most=1), b"fLaC": flac(), b"Opus": opus_entry(HEAD)}
    good = bytearray(whole.get(name, picture()))
    good[min(place, len(good) - 1)] = byte
    for entry in (bytes(good), box(name, body)):
        with suppress(ValueError):
            description(canonical(entry))
