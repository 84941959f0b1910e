from __future__ import annotations

from dataclasses import replace

import pytest

from pressroom.formats import checks
from pressroom.formats.checks import Check, CheckedFile, LedgerEntry, Severity
from pressroom.formats.facts import AudioFacts, CoverFacts, CoverFile, EncodedFacts, Loudness, Receipt

MASTER = AudioFacts(
    container="riff",
    codec="pcm_s16le",
    lossless=True,
    rate=44_100,
    channels=2,
    depth=16,
    real_depth=16,
    floating=False,
    samples=44_101,
    pcm_sha256="aa",
    loudness=Loudness(integrated=-14.0, range=5.0, true_peak=-1.0, blocks=()),
    leading_silence=0.0,
    trailing_silence=0.0,
    clipped_samples=0,
    dc_offset=0.0,
    dual_mono=False,
)
ENCODED = EncodedFacts(
    codec="opus", rate=48_000, channels=2, samples=48_002, true_peak=-1.5, identical=False, stream_sha256="bb"
)
RECEIPT = Receipt(bytes=9, sha256="cc")
FILE = CheckedFile(path="opus/01.opus", lossless=False, track=0)
PICTURE = CoverFile(path="cover.jpg", width=1400, height=1400, bytes=9, sha256="dd")
COVER = CoverFacts(
    source={"width": 3000, "height": 1400}, files=(PICTURE,), left_out=(), embedded=PICTURE, notes=(), upscaled=False
)


def file_checks(
    encoded: EncodedFacts = ENCODED, receipt: Receipt = RECEIPT, *, lossless: bool = False, true_peak: Severity = "warn"
) -> dict[str, Check]:
    """The checks of one file, by rule."""
    file = replace(FILE, lossless=lossless)
    return {check.rule: check for check in checks.file_checks([file], [MASTER], [encoded], [receipt], true_peak)}


def entry(track: str, isrc: str | None, pcm: str, release: str = "moon") -> LedgerEntry:
    """A recording of the ledger."""
    return LedgerEntry(release=release, track=track, isrc=isrc, pcm_sha256=pcm)


def isrc_checks(own: list[LedgerEntry], *others: LedgerEntry) -> list[Check]:
    """What is said of a release's ISRCs."""
    return list(checks.isrc_checks(own, others))


def test_a_good_file_passes() -> None:
    """Its length, its tags and its peak are as they must be, and each check says what it held against what."""
    found = file_checks()
    assert {"samples": True, "tags": True, "true-peak": True} == {rule: check.passed for rule, check in found.items()}
    assert (48_002, 48_002) == (found["samples"].measured, found["samples"].expected)
    assert () == checks.failures(found.values())


def test_a_file_of_another_length_fails() -> None:
    """The decoded length is the master's at the file's rate, rounded up; one sample matters."""
    found = file_checks(replace(ENCODED, samples=48_001))["samples"]
    assert (False, "error") == (found.passed, found.severity)
    assert "error: opus/01.opus: samples: expected 48002, got 48001" == checks.said(found)


def test_tags_that_do_not_read_back_fail() -> None:
    """Each tag is named."""
    found = file_checks(receipt=replace(RECEIPT, unread=("isrc", "mood")))["tags"]
    expected = (
        "error: opus/01.opus: tags: expected all read back, got isrc, mood\n"
        "    report it: pressroom wrote tags that it cannot read"
    )
    assert expected == checks.said(found)


@pytest.mark.parametrize(
    ("peak", "mode", "passed", "severity"),
    [
        (-1.0, "warn", True, "warn"),
        (-0.99, "warn", False, "warn"),
        (0.0, "warn", False, "warn"),
        (0.01, "warn", False, "warn"),
        (-1.0, "error", True, "warn"),
        (-0.99, "error", False, "warn"),
        (0.0, "error", False, "warn"),
        (0.01, "error", False, "error"),
    ],
)
def test_a_peak_above_full_scale_is_what_the_release_says(peak: float, mode: Severity, passed: object, severity: str) -> None:
    """Above -1 dBTP is a warning; above 0 it is what `true_peak` makes of it."""
    found = file_checks(replace(ENCODED, true_peak=peak), true_peak=mode)["true-peak"]
    assert (passed, severity) == (found.passed, found.severity)


def test_a_peak_is_told_with_its_cure() -> None:
    """The figure, the limit, and what to do."""
    found = file_checks(replace(ENCODED, true_peak=0.4), true_peak="error")["true-peak"]
    expected = (
        "error: opus/01.opus: true-peak: expected at most -1 dBTP, got 0.4\n"
        "    master it a little lower; encoding raises peaks by up to 1.2 dB"
    )
    assert expected == checks.said(found)


def test_only_lossy_sound_has_a_peak_to_check() -> None:
    """Lossless files have their master's peak, and silence has none."""
    assert "true-peak" not in file_checks(lossless=True)
    assert "true-peak" not in file_checks(replace(ENCODED, true_peak=None))


def test_a_master_above_full_scale_is_warned_of() -> None:
    """Floating point holds what no format does; how much too loud it is comes with the warning."""
    hot = replace(MASTER, floating=True, clipped_samples=3, loudness=replace(MASTER.loudness, true_peak=15.83))
    found = {check.rule: check for check in checks.master_checks(["01 Rise"], [hot])}["full-scale"]
    expected = (
        "warn: 01 Rise: full-scale: expected all samples below full scale, got 3 samples at or above it\n"
        "    lower 01 Rise by 15.9 dB or more"
    )
    assert (False, expected) == (found.passed, checks.said(found))
    fine = replace(hot, clipped_samples=0)
    assert all(check.passed for check in checks.master_checks(["01 Rise"], [fine]))
    assert "full-scale" not in {check.rule for check in checks.master_checks(["01 Rise"], [replace(hot, floating=False)])}


def test_a_lossy_master_is_warned_of() -> None:
    """It plays, but every file made of it has lost twice."""
    lossy = replace(MASTER, codec="mp3", lossless=False)
    found = next(check for check in checks.master_checks(["01 Rise"], [lossy]) if check.rule == "lossless-master")
    expected = (
        "warn: 01 Rise: lossless-master: expected a lossless codec, got mp3\n    use the recording that this file was made from"
    )
    assert (False, expected) == (found.passed, checks.said(found))


def test_a_lossless_master_passes() -> None:
    """And so does audio that no other track has."""
    assert [True, True] == [check.passed for check in checks.master_checks(["01 Rise"], [MASTER])]


def test_the_same_audio_twice_is_warned_of() -> None:
    """The later track names the first one that has its audio."""
    masters = [MASTER, replace(MASTER, pcm_sha256="zz"), MASTER, MASTER]
    failed = checks.failures(checks.master_checks(["01 A", "02 B", "03 C", "04 D"], masters))
    expected = [
        "warn: 03 C: duplicate-audio: expected unique, got 01 A\n    name another master for 03 C or 01 A",
        "warn: 04 D: duplicate-audio: expected unique, got 01 A\n    name another master for 04 D or 01 A",
    ]
    assert expected == [checks.said(check) for check in failed]


def test_a_release_without_a_cover_is_warned_of() -> None:
    """Stores want one."""
    (found,) = checks.cover_checks(None)
    expected = "warn: release: cover: expected a picture, got none\n    add `cover: cover.png`"
    assert (False, expected) == (found.passed, checks.said(found))


def test_a_good_cover_passes() -> None:
    """The shorter side counts."""
    assert [True, True] == [check.passed for check in checks.cover_checks(COVER)]


def test_a_small_or_upscaled_cover_is_warned_of() -> None:
    """What was found, what is wanted, and where to get it."""
    small = replace(COVER, source={"width": 1399, "height": 3000}, upscaled=True)
    size = "warn: cover: cover-size: expected 1400, got 1399\n    export the picture larger; stores ask for 3000 x 3000"
    detail = "warn: cover: upscaled-cover: expected detail at full size, got no detail at full size\n"
    expected = [size, f"{detail}    export it from the original artwork"]
    assert expected == [checks.said(check) for check in checks.failures(checks.cover_checks(small))]


def test_an_isrc_of_its_own_passes() -> None:
    """The same recording may be on another release under the same code; tracks without a code are not asked."""
    own = [entry("01 A", "QZABC2600001", "aa"), entry("02 B", None, "bb")]
    (found,) = isrc_checks(own, entry("05 A", "QZABC2600001", "aa", "sun"), entry("06 B", None, "bb", "sun"))
    assert (True, "moon: 01 A", "QZABC2600001") == (found.passed, found.subject, found.measured)


@pytest.mark.parametrize("release", ["moon", "sun"])
def test_one_code_on_two_recordings_fails(release: str) -> None:
    """Within a release and across releases, both tracks are named."""
    other = entry("09 Z", "QZABC2600001", "zz", release)
    own = [entry("01 A", "QZABC2600001", "aa")]
    found = isrc_checks([other, *own])[-1] if release == "moon" else isrc_checks(own, other)[-1]
    expected = (
        "error: moon: 01 A: isrc: expected one ISRC for one recording, "
        f"got QZABC2600001 is the ISRC of other audio too, {release}: 09 Z\n"
        "    give every recording its own ISRC, and the same recording the same one"
    )
    assert (False, expected) == (found.passed, checks.said(found))


@pytest.mark.parametrize("release", ["moon", "sun"])
def test_two_codes_on_one_recording_fail(release: str) -> None:
    """The same audio cannot be two recordings."""
    other = entry("09 Z", "QZABC2600009", "aa", release)
    own = [entry("01 A", "QZABC2600001", "aa")]
    found = isrc_checks([other, *own])[-1] if release == "moon" else isrc_checks(own, other)[-1]
    expected = (
        "error: moon: 01 A: isrc: expected one ISRC for one recording, "
        f"got QZABC2600001 here and QZABC2600009 for the same audio, {release}: 09 Z\n"
        "    give every recording its own ISRC, and the same recording the same one"
    )
    assert (False, expected) == (found.passed, checks.said(found))


def test_errors_come_before_warnings() -> None:
    """Failures are in the order in which they matter, and else in their own."""
    severities: tuple[Severity, ...] = ("warn", "note", "error", "error", "warn")
    found = [Check(rule=str(n), subject="x", severity=each, passed=n == 3) for n, each in enumerate(severities)]
    assert ["2", "0", "4", "1"] == [check.rule for check in checks.failures(found)]


def test_the_terminal_is_not_flooded() -> None:
    """Three of a rule are shown, then how many more there are, and the cure once."""
    peaks = [checks._peak(f"mp3/{n:02}.mp3", 0.5, "warn") for n in range(1, 13)]
    cover = Check(rule="cover", subject="release", severity="warn", passed=False)
    expected = (
        "warn: mp3/01.mp3: true-peak: expected at most -1 dBTP, got 0.5",
        "warn: mp3/02.mp3: true-peak: expected at most -1 dBTP, got 0.5",
        "warn: mp3/03.mp3: true-peak: expected at most -1 dBTP, got 0.5",
        f"warn: true-peak: 9 more, all of them in checks.json\n    {peaks[0].fix}",
        "warn: release: cover",
    )
    assert expected == checks.told([*peaks[:6], cover, *peaks[6:]])
    *shown, last = checks.told(peaks, most=12)
    assert ([checks.said(replace(check, fix=None)) for check in peaks[:11]], checks.said(peaks[11])) == (shown, last)
