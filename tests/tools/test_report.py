from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pressroom.errors import ReleaseError
from pressroom.formats import facts
from pressroom.formats.checks import Check, CheckedFile, LedgerEntry, Report
from pressroom.tools import notes, report
from pressroom.tools.report import Judge, RunChecks, TrackRecord, WriteLedger, WriteRelease

if TYPE_CHECKING:
    from tests.tools.conftest import Bench

MASTER = facts.AudioFacts(
    container="riff",
    codec="pcm_s16le",
    lossless=True,
    rate=44_100,
    channels=2,
    depth=16,
    real_depth=16,
    floating=False,
    samples=44_100,
    pcm_sha256="aa",
    loudness=facts.Loudness(integrated=-14.0, range=5.0, true_peak=-1.0, blocks=((-1400, 7),)),
    leading_silence=0.0,
    trailing_silence=0.0,
    clipped_samples=0,
    dc_offset=0.0,
    dual_mono=False,
)
ENCODED = facts.EncodedFacts(
    codec="flac", rate=44_100, channels=2, samples=44_100, true_peak=-1.0, identical=True, stream_sha256="bb"
)


def noted(name: str, value: object) -> Path:
    """A file that an earlier step left."""
    path = Path(name)
    path.write_text(facts.to_json(value), encoding="utf-8")
    return path


def test_a_ledger_says_which_code_is_which_audio(bench: Bench) -> None:
    """One entry a track, with or without an ISRC."""
    known = (noted("1.json", MASTER), noted("2.json", replace(MASTER, pcm_sha256="bb")))
    step = WriteLedger(
        name="l", release="moon", tracks=(("01 A", "QZABC2600001"), ("02 B", None)), facts=known, output=Path("l.json")
    )
    expected = (
        LedgerEntry(release="moon", track="01 A", isrc="QZABC2600001", pcm_sha256="aa"),
        LedgerEntry(release="moon", track="02 B", isrc=None, pcm_sha256="bb"),
    )
    assert expected == report.ledger(bench.make(step))


def checking(*, others: tuple[Path, ...] = (), reports: tuple[Path, ...] = ()) -> RunChecks:
    """The checks of a release of one track."""
    own = [{"release": "moon", "track": "01 A", "isrc": "QZABC2600001", "pcm_sha256": "aa"}]
    return RunChecks(
        name="c",
        names=("01 A",),
        files=(CheckedFile(path="flac/01 A.flac", lossless=True, track=0),),
        true_peak="warn",
        masters=(noted("master.json", MASTER),),
        measured=(noted("measured.json", ENCODED),),
        receipts=(noted("receipt.json", facts.Receipt(bytes=1, sha256="cc")),),
        cover=None,
        ledger=noted("ledger.json", own),
        ledgers=others,
        reports=reports,
        output=Path("checks.json"),
    )


def test_every_check_is_in_the_report(bench: Bench) -> None:
    """What passed is reported with what did not."""
    found = notes.read(Report, bench.make(checking())).checks
    assert ["lossless-master", "duplicate-audio", "isrc", "cover", "samples", "tags"] == [check.rule for check in found]
    assert ["cover"] == [check.rule for check in found if not check.passed]


def test_checks_that_were_made_before_are_in_the_report(bench: Bench) -> None:
    """What a step of its own has found is told with the rest."""
    lint = Check(rule="hls-target", subject="hls/index.m3u8", severity="error", passed=False)
    found = notes.read(Report, bench.make(checking(reports=(noted("lint.json", Report(checks=(lint,))),)))).checks
    assert lint == found[-1]


def test_other_releases_ledgers_are_read_where_they_exist(bench: Bench) -> None:
    """A release that was never built is in nobody's way; one that was can clash."""
    twin = [{"release": "sun", "track": "02 B", "isrc": "QZABC2600001", "pcm_sha256": "zz"}]
    others = (noted("sun.json", twin), Path("never.json"))
    told = notes.read(Report, bench.make(checking(others=others)))
    found = next(check for check in told.checks if check.rule == "isrc")
    assert (False, "QZABC2600001 is the ISRC of other audio too, sun: 02 B") == (found.passed, found.measured)


def judged(bench: Bench, *found: Check) -> None:
    """Act upon a report."""
    Judge(name="check", report=noted("checks.json", Report(checks=found))).run(bench)


def test_a_warning_is_said_and_passes(bench: Bench) -> None:
    """A warning stops nothing."""
    judged(bench, Check(rule="cover", subject="cover", severity="warn", passed=False, fix="add `cover: cover.png`"))
    assert ["warn: cover: cover\n    add `cover: cover.png`"] == bench.said


def test_an_error_fails_with_everything_that_is_wrong(bench: Bench) -> None:
    """Errors first, then the warnings; what passed is not named."""
    warning = Check(rule="cover", subject="cover", severity="warn", passed=False)
    passed = Check(rule="tags", subject="x.flac", severity="error", passed=True)
    error = Check(rule="samples", subject="x.flac", severity="error", passed=False, measured=9, expected=10)
    with pytest.raises(ReleaseError) as raised:
        judged(bench, warning, passed, error)
    assert "error: x.flac: samples: expected 10, got 9\nwarn: cover: cover" == str(raised.value)
    assert [] == bench.said


def test_release_json_has_every_word_and_every_fact(bench: Bench) -> None:
    """The words come with what was measured, each file with its digest, and the tools with their versions."""
    receipt = noted("receipt.json", facts.Receipt(bytes=7, sha256="cc"))
    level = facts.Level(lufs=-14.0, peak=-1.0)
    record = TrackRecord(
        words='{"title": "A", "number": 1}', facts=noted("facts.json", MASTER), files=(("flac", "flac/01 A.flac", receipt),)
    )
    proof = Path("proof.txt")
    proof.write_bytes(b"proof")
    step = WriteRelease(
        name="r",
        words='{"kind": "album", "title": "Moon", "provenance": {"generator": "Suno"}}',
        tracks=(record,),
        cover=None,
        evidence=(proof,),
        levels=noted("levels.json", facts.Levels(album=level, tracks=(level,))),
        output=Path("release.json"),
    )
    found = json.loads(bench.make(step).read_text(encoding="utf-8"))
    assert ("album", "Moon", {"integrated": -14.0}, {"ffmpeg": "9.0.2"}) == tuple(
        found[key] for key in ("kind", "title", "loudness", "tools")
    )
    evidence = [{"path": "proof.txt", "sha256": hashlib.sha256(b"proof").hexdigest()}]
    assert {"generator": "Suno", "evidence": evidence} == found["provenance"]
    (track,) = found["tracks"]
    assert ("A", 1, 44_100, 1.0, "aa") == tuple(track[key] for key in ("title", "number", "samples", "seconds", "pcm_sha256"))
    assert {"integrated": -14.0, "range": 5.0, "true_peak": -1.0} == track["loudness"]
    assert {"flac": {"path": "flac/01 A.flac", "bytes": 7, "sha256": "cc"}} == track["files"]
