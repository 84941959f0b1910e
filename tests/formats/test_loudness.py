from __future__ import annotations

import re
import subprocess
from collections import Counter

import imageio_ffmpeg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressroom.formats import loudness

HISTOGRAMS = st.dictionaries(st.integers(-12000, 300), st.integers(0, 100_000), max_size=50)


@pytest.mark.parametrize(
    ("blocks", "lufs"),
    [
        ({-2300: 10}, -23.0),
        ({-2000: 50, -2300: 50}, -21.25),
        ({-2300: 10, -7000: 99, -12069: 99}, -23.0),
        ({-2300: 100, -3600: 100}, -23.0),
        ({-2300: 100, -3500: 100}, -25.74),
        ({-6999: 1}, -69.99),
    ],
)
def test_integrated_loudness_is_gated(blocks: dict[int, int], lufs: float) -> None:
    """Silence and passages far below the rest do not lower the loudness."""
    assert lufs == loudness.integrated(blocks)


@pytest.mark.parametrize("blocks", [{}, {-7000: 5}, {-12069: 100}, {-2300: 0}])
def test_silence_has_no_loudness(blocks: dict[int, int]) -> None:
    """A silent track has no loudness, rather than a very low one."""
    assert loudness.integrated(blocks) is None


@given(HISTOGRAMS)
def test_loudness_lies_within_its_blocks(blocks: dict[int, int]) -> None:
    """The loudness is never below the quietest or above the loudest block that is heard."""
    heard = [level for level, count in blocks.items() if count and level > -7000]
    lufs = loudness.integrated(blocks)
    assert (lufs is None) == (not heard)
    assert lufs is None or min(heard) <= round(lufs * 100) <= max(heard)


@given(st.lists(HISTOGRAMS, max_size=4))
def test_album_loudness_does_not_depend_on_the_order_of_tracks(histograms: list[dict[int, int]]) -> None:
    """Tracks in another order have the same album loudness."""
    assert loudness.integrated(loudness.merged(histograms)) == loudness.integrated(loudness.merged(histograms[::-1]))


def test_merged_blocks_are_all_there() -> None:
    """An album holds every block of its tracks."""
    assert list(loudness.merged([{-2000: 1}, {-2000: 3, -3000: 2}]).items()) == [(-3000, 2), (-2000, 4)]


@pytest.mark.parametrize(
    ("lufs", "gain"), [(-12.9, "-5.10 dB"), (-18.0, "0.00 dB"), (-18.004, "0.00 dB"), (-17.999, "0.00 dB"), (-25.5, "7.50 dB")]
)
def test_replaygain_is_what_leads_to_minus_18(lufs: float, gain: str) -> None:
    """A player that adds the gain plays at -18 LUFS."""
    assert gain == loudness.replaygain(lufs)


@pytest.mark.parametrize(
    ("dbtp", "peak"), [(0.0, "1.000000"), (-6.0, "0.501187"), (0.5, "1.059254"), (float("-inf"), "0.000000")]
)
def test_peak_is_never_clamped(dbtp: float, peak: str) -> None:
    """A lossy file's peak above full scale is told as it is."""
    assert peak == loudness.peak(dbtp)


@pytest.mark.parametrize(("lufs", "gain"), [(-12.9, -2586), (-23.0, 0), (-24.0, 256), (-200.0, 32767), (200.0, -32768)])
def test_r128_gain_is_a_16_bit_number(lufs: float, gain: int) -> None:
    """Opus gets its gain to -23 LUFS in 256ths of a decibel."""
    assert gain == loudness.r128(lufs)


def test_db_is_the_inverse_of_peak() -> None:
    """Half the amplitude is 6 dB less, and silence has no end."""
    assert loudness.db(0.5) == pytest.approx(-6.0206, abs=1e-4)
    assert loudness.db(0.0) == float("-inf")


@pytest.mark.media
def test_integrated_loudness_agrees_with_ffmpeg() -> None:
    """A signal with loud, quiet and silent parts has the loudness that ffmpeg's ebur128 measures."""
    signal = "aevalsrc='sin(2*PI*997*t)*(0.4*lt(t,5)+0.08*between(t,5,9)+0.01*between(t,9,12))':s=48000:d=14"
    chain = "ebur128=metadata=1,ametadata=mode=print:file=-"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-f", "lavfi", "-i", signal, "-af", chain, "-f", "null", "-"]
    log = subprocess.run(command, check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL).stdout
    blocks = Counter(round(float(level) * 100) for level in re.findall(r"^lavfi\.r128\.M=(.+)$", log, re.MULTILINE))
    measured = float(re.findall(r"^lavfi\.r128\.I=(.+)$", log, re.MULTILINE)[-1])
    assert sum(blocks.values()) == 140
    assert loudness.integrated(blocks) == pytest.approx(measured, abs=0.02)
