from __future__ import annotations

from dataclasses import replace

import pytest

from pressroom.formats.audio import NAMED, Codec, Encoding, Fitted, fitted
from pressroom.formats.facts import AudioFacts, Loudness

MASTER = AudioFacts(
    container="riff",
    codec="pcm_s24le",
    lossless=True,
    rate=44_100,
    channels=2,
    depth=24,
    real_depth=24,
    floating=False,
    samples=44_101,
    pcm_sha256="0" * 64,
    loudness=Loudness(integrated=-14.0, range=5.0, true_peak=-1.0, blocks=()),
    leading_silence=0.0,
    trailing_silence=0.0,
    clipped_samples=0,
    dc_offset=0.0,
    dual_mono=False,
)
LOSSY = replace(MASTER, codec="mp3", lossless=False, depth=None, real_depth=None)
FLOATING = replace(MASTER, codec="pcm_f32le", depth=32, real_depth=None, floating=True)


def test_what_a_codec_can_hold_is_kept() -> None:
    """A lossless codec is given the master as it is, and must give it back."""
    expected = Fitted(rate=44_100, channels=2, depth=24, samples=44_101, dithered=False, exact=True)
    for name in ("wav", "flac", "alac", "aiff", "wavpack"):
        assert expected == fitted(NAMED[name], MASTER)


@pytest.mark.parametrize(
    ("codec", "rate", "expected"),
    [
        ("mp3", 96_000, 48_000),
        ("mp3", 44_100, 44_100),
        ("mp3", 9_000, 11_025),
        ("aac", 192_000, 96_000),
        ("aac", 88_200, 88_200),
        ("opus", 44_100, 48_000),
        ("opus", 192_000, 48_000),
        ("flac", 192_000, 192_000),
        ("vorbis", 192_000, 192_000),
    ],
)
def test_a_rate_that_a_codec_lacks_becomes_the_next_that_it_has(codec: Codec, rate: int, expected: int) -> None:
    """The next higher rate loses nothing; above its highest there is only that."""
    found = fitted(Encoding(codec=codec), replace(MASTER, rate=rate))
    assert (expected, -(-44_101 * expected // rate)) == (found.rate, found.samples)


@pytest.mark.parametrize(
    ("master", "encoding", "expected"),
    [
        (MASTER, Encoding(codec="flac", depth=16), (16, True, False)),
        (replace(MASTER, real_depth=16), Encoding(codec="flac", depth=16), (16, False, True)),
        (replace(MASTER, depth=16, real_depth=16), Encoding(codec="flac", depth=24), (24, False, True)),
        (replace(MASTER, depth=16, real_depth=16), Encoding(codec="flac", rate=48_000), (16, True, False)),
        (replace(MASTER, depth=16, real_depth=16), Encoding(codec="flac", channels=1), (16, True, False)),
        (replace(MASTER, depth=16, real_depth=16, channels=1), Encoding(codec="flac", channels=2), (16, False, False)),
        (replace(MASTER, depth=16, real_depth=16, channels=6), Encoding(codec="flac", channels=2), (16, True, False)),
        (replace(MASTER, depth=8, real_depth=8), Encoding(codec="flac"), (16, False, True)),
        (replace(MASTER, depth=32, real_depth=24), Encoding(codec="flac"), (24, False, True)),
        (replace(MASTER, depth=32, real_depth=24), Encoding(codec="wav"), (24, False, True)),
        (replace(MASTER, depth=32, real_depth=32), Encoding(codec="wav"), (32, False, True)),
        (replace(MASTER, depth=32, real_depth=32), Encoding(codec="flac"), (24, True, False)),
        (replace(MASTER, real_depth=0), Encoding(codec="flac", depth=16), (16, False, True)),
        (FLOATING, Encoding(codec="flac"), (24, True, False)),
        (FLOATING, Encoding(codec="wav", depth=32), (32, False, False)),
        (LOSSY, Encoding(codec="flac"), (16, True, False)),
        (MASTER, Encoding(codec="mp3", quality=0), (None, False, False)),
    ],
)
def test_depth_is_kept_and_dither_goes_with_what_is_lost(
    master: AudioFacts, encoding: Encoding, expected: tuple[int | None, bool, bool]
) -> None:
    """Samples are dithered where bits are lost and nowhere else; they must come back where nothing was computed."""
    found = fitted(encoding, master)
    assert expected == (found.depth, found.dithered, found.exact)


def test_channels_that_a_codec_lacks_are_refused() -> None:
    """The error says what to do."""
    with pytest.raises(ValueError, match="mp3") as raised:
        fitted(NAMED["mp3-v0"], replace(MASTER, channels=6))
    expected = "mp3 holds 1 or 2 channels here, the master has 6; a format with `channels: 2` mixes them down"
    assert expected == str(raised.value)
    assert 2 == fitted(Encoding(codec="mp3", quality=0, channels=2), replace(MASTER, channels=6)).channels


def test_every_named_format_has_a_suffix_and_a_kind() -> None:
    """A lossless format has neither bitrate nor quality, a lossy one has one of them."""
    for encoding in NAMED.values():
        assert encoding.suffix.startswith(".")
        assert encoding.lossless == (encoding.bitrate is None and encoding.quality is None)
