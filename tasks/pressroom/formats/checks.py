"""The checks that every release goes through: what is known of it, held against what it must be."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pressroom.formats.facts import AudioFacts, CoverFacts, EncodedFacts, Receipt

Severity = Literal["error", "warn", "note"]
WORDS: dict[Severity, str] = {"error": "error", "warn": "warning", "note": "note"}
"""The severities as a sentence has them."""
SMALL_COVER = 1400
QUIET_PEAK = -1.0
SHOWN = 3
"""Of one rule, while a release is built."""


@dataclass(frozen=True, kw_only=True)
class Check:
    """One rule held against one subject; `measured` and `expected` are in the rule's own words."""

    rule: str
    subject: str
    severity: Severity
    passed: bool
    measured: str | float | int | None = None
    expected: str | float | int | None = None
    message: str = ""
    fix: str | None = None


@dataclass(frozen=True, kw_only=True)
class Report:
    """checks.json."""

    checks: tuple[Check, ...]


@dataclass(frozen=True, kw_only=True)
class CheckedFile:
    """A file to be checked: where it stands below the build, and whether its codec is lossless."""

    path: str
    lossless: bool
    track: int


@dataclass(frozen=True, kw_only=True)
class LedgerEntry:
    """Which audio a track is: its ISRC, if it has one, and the digest of its samples."""

    release: str
    track: str
    isrc: str | None
    pcm_sha256: str


def file_checks(
    files: Sequence[CheckedFile],
    masters: Sequence[AudioFacts],
    encoded: Sequence[EncodedFacts],
    receipts: Sequence[Receipt],
    true_peak: Severity,
) -> Iterator[Check]:
    """The checks of every tagged file: it decodes whole, its tags read back, its peak leaves room."""
    for file, found, receipt in zip(files, encoded, receipts, strict=True):
        master = masters[file.track]
        expected = -(-master.samples * found.rate // master.rate)
        yield Check(
            rule="samples",
            subject=file.path,
            severity="error",
            passed=found.samples == expected,
            measured=found.samples,
            expected=expected,
            message="decodes to the master's length, to the sample",
        )
        yield Check(
            rule="tags",
            subject=file.path,
            severity="error",
            passed=not receipt.unread,
            measured=", ".join(receipt.unread) or "all read back",
            expected="all read back",
            message="the tags read back as they were asked for",
            fix=None if not receipt.unread else "report it: pressroom wrote tags that it cannot read",
        )
        if not file.lossless and found.true_peak is not None:
            yield _peak(file.path, found.true_peak, true_peak)


def master_checks(names: Sequence[str], masters: Sequence[AudioFacts]) -> Iterator[Check]:
    """The checks of the masters: lossless, and each its own audio."""
    for name, master in zip(names, masters, strict=True):
        yield Check(
            rule="lossless-master",
            subject=name,
            severity="warn",
            passed=master.lossless,
            measured=master.codec,
            expected="a lossless codec",
            message="the master is lossless",
            fix=None if master.lossless else "use the recording that this file was made from",
        )
        if master.floating:
            yield _full_scale(name, master)
    for index, (name, master) in enumerate(zip(names, masters, strict=True)):
        before = zip(names[:index], masters[:index], strict=True)
        same = [other for other, twin in before if twin.pcm_sha256 == master.pcm_sha256]
        yield Check(
            rule="duplicate-audio",
            subject=name,
            severity="warn",
            passed=not same,
            measured=same[0] if same else "unique",
            expected="unique",
            message="no other track of the release has the same audio",
            fix=f"name another master for {name} or {same[0]}" if same else None,
        )


def _full_scale(name: str, master: AudioFacts) -> Check:
    """The check of a floating-point master, which may be louder than what the formats hold."""
    peak = master.loudness.true_peak
    return Check(
        rule="full-scale",
        subject=name,
        severity="warn",
        passed=not master.clipped_samples,
        measured=f"{master.clipped_samples} samples at or above it" if master.clipped_samples else "below it",
        expected="all samples below full scale",
        message="the master stays below full scale, where every format cuts it off",
        fix=None if not master.clipped_samples or peak is None else f"lower {name} by {max(peak, 0) + 0.1:.1f} dB or more",
    )


def cover_checks(cover: CoverFacts | None) -> Iterator[Check]:
    """The checks of the cover."""
    if cover is None:
        message = "the release has a cover"
        yield Check(
            rule="cover",
            subject="release",
            severity="warn",
            passed=False,
            measured="none",
            expected="a picture",
            message=message,
            fix="add `cover: cover.png`",
        )
        return
    side = min(cover.source["width"], cover.source["height"])
    yield Check(
        rule="cover-size",
        subject="cover",
        severity="warn",
        passed=side >= SMALL_COVER,
        measured=side,
        expected=SMALL_COVER,
        message=f"the cover's shorter side has {SMALL_COVER} pixels or more",
        fix=None if side >= SMALL_COVER else "export the picture larger; stores ask for 3000 x 3000",
    )
    yield Check(
        rule="upscaled-cover",
        subject="cover",
        severity="warn",
        passed=not cover.upscaled,
        measured="no detail at full size" if cover.upscaled else "detail at full size",
        expected="detail at full size",
        message="the cover was not enlarged from a smaller picture",
        fix="export it from the original artwork" if cover.upscaled else None,
    )


def isrc_checks(own: Sequence[LedgerEntry], others: Sequence[LedgerEntry]) -> Iterator[Check]:
    """One ISRC is one recording, over all releases (ISO 3901:2019): the same code never on other audio, nor two on one."""
    for index, entry in enumerate(own):
        if entry.isrc is None:
            continue
        known = (*own[:index], *others)
        clash = next((o for o in known if o.isrc and (o.isrc == entry.isrc) != (o.pcm_sha256 == entry.pcm_sha256)), None)
        yield Check(
            rule="isrc",
            subject=f"{entry.release}: {entry.track}",
            severity="error",
            passed=clash is None,
            measured=entry.isrc if clash is None else _clash(entry, clash),
            expected="one ISRC for one recording",
            message="no other audio has this ISRC, and this audio no other",
            fix=None if clash is None else "give every recording its own ISRC, and the same recording the same one",
        )


def failures(checks: Iterable[Check]) -> tuple[Check, ...]:
    """The failed checks, errors first."""
    order: dict[Severity, int] = {"error": 0, "warn": 1, "note": 2}
    return tuple(sorted((check for check in checks if not check.passed), key=lambda check: order[check.severity]))


def said(check: Check) -> str:
    """A failed check as a line or two for the terminal."""
    found = "" if check.measured is None else f": {check.measured}"
    measured = found if check.expected is None else f": expected {check.expected}, got {check.measured}"
    fix = f"\n    {check.fix}" if check.fix else ""
    return f"{check.severity}: {check.subject}: {check.rule}{measured}{fix}"


def told(failed: Iterable[Check], most: int = SHOWN) -> tuple[str, ...]:
    """What a terminal says of failed checks: a few of each rule, how many more there are, and the cure once."""
    groups: dict[tuple[str, str], list[Check]] = {}
    for check in failed:
        groups.setdefault((check.severity, check.rule), []).append(check)
    lines: list[str] = []
    for (severity, rule), group in groups.items():
        lines += [said(replace(check, fix=None)) for check in group[:most]]
        if len(group) > most:
            lines.append(f"{severity}: {rule}: {len(group) - most} more, all of them in checks.json")
        if group[0].fix:
            lines[-1] += f"\n    {group[0].fix}"
    return tuple(lines)


def _peak(path: str, true_peak: float, severity: Severity) -> Check:
    """A lossy file's true peak: above 0 dBTP it clips in every player, above -1 in some (EBU R 128, AES TD1008)."""
    above = true_peak > 0
    return Check(
        rule="true-peak",
        subject=path,
        severity=severity if above else "warn",
        passed=true_peak <= QUIET_PEAK,
        measured=true_peak,
        expected=f"at most {QUIET_PEAK:g} dBTP",
        message="the encoded file leaves room below full scale",
        fix=None if true_peak <= QUIET_PEAK else "master it a little lower; encoding raises peaks by up to 1.2 dB",
    )


def _clash(entry: LedgerEntry, other: LedgerEntry) -> str:
    """What is wrong between two tracks, naming both."""
    twin = f"{other.release}: {other.track}"
    if entry.isrc == other.isrc:
        return f"{entry.isrc} is the ISRC of other audio too, {twin}"
    return f"{entry.isrc} here and {other.isrc} for the same audio, {twin}"
