"""What a release says of itself: release.json, checks.json, and the ledger of its recordings."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from pressroom.errors import ReleaseError
from pressroom.formats import checks, facts
from pressroom.plan import HINT, OUTPUT, Step
from pressroom.tools import notes
from pressroom.tools.files import sha256

if TYPE_CHECKING:
    from pathlib import Path

    from pressroom.plan import Work


@dataclass(frozen=True, kw_only=True)
class WriteLedger(Step):
    """Notes which ISRC is which audio, for the checks of every release."""

    release: str
    tracks: tuple[tuple[str, str | None], ...]
    """(name, ISRC) of each track."""
    facts: tuple[Path, ...]
    output: Path = field(metadata=OUTPUT)

    def run(self, work: Work) -> None:
        """Write it."""
        masters = notes.read_all(facts.AudioFacts, self.facts)
        entries = [
            checks.LedgerEntry(release=self.release, track=name, isrc=isrc, pcm_sha256=master.pcm_sha256)
            for (name, isrc), master in zip(self.tracks, masters, strict=True)
        ]
        notes.write(work, self.output, [asdict(entry) for entry in entries])


@dataclass(frozen=True, kw_only=True)
class RunChecks(Step):
    """Holds everything that is known of a release against what it must be, and writes checks.json."""

    names: tuple[str, ...]
    files: tuple[checks.CheckedFile, ...]
    true_peak: checks.Severity
    masters: tuple[Path, ...]
    measured: tuple[Path, ...]
    receipts: tuple[Path, ...]
    cover: Path | None
    ledger: Path
    ledgers: tuple[Path, ...] = field(metadata=HINT)
    reports: tuple[Path, ...]
    """Checks that were made before."""
    output: Path = field(metadata=OUTPUT)

    def run(self, work: Work) -> None:
        """Write the report; a failed rule is for `Judge` to act upon."""
        masters = notes.read_all(facts.AudioFacts, self.masters)
        measured = notes.read_all(facts.EncodedFacts, self.measured)
        receipts = notes.read_all(facts.Receipt, self.receipts)
        cover = notes.read(facts.CoverFacts, self.cover) if self.cover else None
        others = [entry for path in self.ledgers if path.exists() for entry in ledger(path)]
        found = [
            *checks.master_checks(self.names, masters),
            *checks.isrc_checks(ledger(self.ledger), others),
            *checks.cover_checks(cover),
            *checks.file_checks(self.files, masters, measured, receipts, self.true_peak),
            *(check for report in notes.read_all(checks.Report, self.reports) for check in report.checks),
        ]
        notes.write(work, self.output, checks.Report(checks=tuple(found)))


@dataclass(frozen=True, kw_only=True)
class Judge(Step):
    """Fails when an `error` rule of checks.json failed, and says what else to look at; each time, whatever the cache knows."""

    cached: ClassVar[bool] = False
    report: Path

    def run(self, work: Work) -> None:
        """Raise ReleaseError with every failed rule if one of them is an error."""
        failed = checks.failures(notes.read(checks.Report, self.report).checks)
        lines = checks.told(failed)
        if any(check.severity == "error" for check in failed):
            raise ReleaseError("\n".join(lines))
        for line in lines:
            work.say(line)


@dataclass(frozen=True, kw_only=True)
class TrackRecord:
    """What release.json says of one track: its words, and where its facts lie."""

    words: str
    """JSON."""
    facts: Path
    files: tuple[tuple[str, str, Path], ...]
    """(format, path below the release's folder, receipt) triples."""


@dataclass(frozen=True, kw_only=True)
class WriteRelease(Step):
    """Writes release.json: every word of the release and every fact known of it; no clock, no absolute path."""

    words: str
    """JSON of the release's words but for its tracks."""
    tracks: tuple[TrackRecord, ...]
    cover: Path | None
    evidence: tuple[Path, ...]
    levels: Path
    output: Path = field(metadata=OUTPUT)

    @property
    def tools(self) -> tuple[str, ...]:
        """All that made the release: the record tells their versions."""
        return ("ffmpeg", "mutagen", "pillow")

    def run(self, work: Work) -> None:
        """Write it."""
        words: dict[str, Any] = json.loads(self.words)
        words["tracks"] = [_track(track) for track in self.tracks]
        words["loudness"] = _album_level(self.levels)
        if self.cover:
            words["pictures"] = _pictures(notes.read(facts.CoverFacts, self.cover))
        if self.evidence:
            words["provenance"]["evidence"] = [{"path": path.as_posix(), "sha256": sha256(path)} for path in self.evidence]
        words["tools"] = work.versions
        notes.write(work, self.output, words)


def ledger(path: Path) -> tuple[checks.LedgerEntry, ...]:
    """The entries of a ledger."""
    return notes.read(tuple[checks.LedgerEntry, ...], path)


def _track(record: TrackRecord) -> dict[str, Any]:
    """A track's words and facts."""
    master = notes.read(facts.AudioFacts, record.facts)
    known = asdict(master)
    known["loudness"] = {key: known["loudness"][key] for key in ("integrated", "range", "true_peak")}
    receipts = [(name, path, notes.read(facts.Receipt, receipt)) for name, path, receipt in record.files]
    files = {name: {"path": path, "bytes": found.bytes, "sha256": found.sha256} for name, path, found in receipts}
    return {**json.loads(record.words), **known, "seconds": round(master.seconds, 6), "files": files}


def _album_level(path: Path) -> dict[str, float | None]:
    """The album's loudness, gated over all tracks."""
    return {"integrated": notes.read(facts.Levels, path).album.lufs}


def _pictures(cover: facts.CoverFacts) -> dict[str, Any]:
    """The cover's facts, and the pictures that were made of it."""
    made = [asdict(file) for file in cover.files]
    return {"source": cover.source, "files": made, "left_out": list(cover.left_out), "notes": list(cover.notes)}
