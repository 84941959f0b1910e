"""Lint for HLS: rules from Apple's HLS Authoring Specification (2025-06-26) and draft-pantos-hls-rfc8216bis-22, as a table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias

from pressroom.formats import hlsmedia, hlsrules, hlsserved
from pressroom.formats.checks import Check, Severity
from pressroom.formats.hlsfacts import Presentation, presentation

if TYPE_CHECKING:
    from pressroom.formats.hlsfacts import Fetch
    from pressroom.formats.hlsserved import Answer, Answers

Finder: TypeAlias = Callable[[Presentation], Iterator[str]]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule: its name, what it says, where that is said, and what finds the places that break it.

    Clauses: `A7.7` is of Apple's specification, `R6.2.1-M1` the first MUST of section 6.2.1 of the draft, `R8` a section
    of it, and `I8.16.3` one of ISO/IEC 14496-12. `cure` is what helps, where the rule itself does not say it.
    """

    name: str
    clauses: str
    severity: Severity
    find: Finder
    cure: str | None = None


@dataclass(frozen=True, kw_only=True)
class Serving:
    """A rule for how a server answers, as `Rule`."""

    name: str
    clauses: str
    severity: Severity
    find: Callable[[Presentation, Mapping[str, Answer]], Iterator[str]]


def _error(name: str, clauses: str, find: Finder, cure: str | None = None) -> Rule:
    """A rule that must be kept."""
    return Rule(name=name, clauses=clauses, severity="error", find=find, cure=cure)


def _warning(name: str, clauses: str, find: Finder, cure: str | None = None) -> Rule:
    """A rule that should be."""
    return Rule(name=name, clauses=clauses, severity="warn", find=find, cure=cure)


RULES = (
    _error("hls-syntax", "R4.1 R4.4.4.1", hlsrules.syntax),
    _error("hls-listed", "R6.2.4", hlsrules.listed),
    _error("hls-target", "A7.7 R6.2.1-M1 R6.2.1-M13", hlsrules.target_duration),
    _warning("hls-target-6", "A7.5 A7.6", hlsrules.target_of_six),
    _error("hls-same-target", "A8.2 R6.2.4-M2d", hlsrules.same_target),
    _error("hls-same-length", "A8.3 R6.2.4-M2e", hlsrules.same_length),
    _error("hls-same-start", "A8.7 R6.2.4-M2g", hlsmedia.same_start),
    _error("hls-vod", "A8.6 R6.2.4-M2f", hlsrules.video_on_demand),
    _error("hls-ended", "R6.2.1-M20", hlsrules.ended),
    _error("hls-version", "R8", hlsrules.version),
    _warning("hls-version-needed", "R6.2.1-S5", hlsrules.version_needed),
    _error("hls-init", "A8.20", hlsrules.init),
    _warning("hls-independent", "A9.11", hlsrules.independent),
    _error("hls-independent-video", "A9.12", hlsrules.independent_video),
    _error("hls-daterange", "R6.2.1-M17 R6.2.4-M2i", hlsrules.date_range),
    _error("hls-key", "R6.2.3-M1 R6.2.3-M4", hlsrules.key),
    _error("hls-blocks", "R4.4.4.4", hlsmedia.blocks),
    _error("hls-gap", "R6.2.1-M3", hlsmedia.gaps),
    _error("hls-boxes", "R3.1.2 R4.4.4.2", hlsmedia.boxes),
    _error("hls-tfdt", "A7.3", hlsmedia.decode_times),
    _error("hls-transport", "A7.2", hlsmedia.transported),
    _error("hls-extinf", "A8.1", hlsmedia.lengths),
    _error("hls-key-frame", "A7.4", hlsmedia.key_frames),
    _warning("hls-key-frame-2s", "A1.13", hlsmedia.key_frame_every_two_seconds),
    _warning("hls-bounds", "A8.22", hlsmedia.segment_bounds),
    _warning("hls-edit", "I8.6.6", hlsmedia.edits),
    _error("hls-sidx", "I8.16.3", hlsmedia.indexes),
    _error("hls-discontinuity", "R6.2.1-M5 A8.13 A8.14 A8.15", hlsmedia.discontinuities),
    _warning("hls-codec-switch", "A8.16", hlsmedia.codec_switches),
    _error("hls-attributes", "A9.1 A9.2 R6.2.4-M1", hlsrules.stream_attributes),
    _error("hls-video-attributes", "A9.14 A9.15", hlsrules.video_attributes),
    _error("hls-codecs", "A9.1 R6.2.4-M1", hlsmedia.codecs),
    _error("hls-explicit-sbr", "A2.24", hlsmedia.explicit_sbr),
    _error("hls-fmp4-only", "A2.25", hlsmedia.fragmented),
    _error("hls-bandwidth", "A9.13 A1.27", hlsmedia.peak_bandwidth),
    _error("hls-average", "A1.26", hlsmedia.average_bandwidth),
    _warning("hls-steady", "A1.30", hlsmedia.steady),
    _error("hls-language", "A8.10", hlsrules.language),
    _error("hls-groups", "A8.9", hlsrules.groups),
    _warning("hls-demuxed", "A9.5", hlsmedia.demuxed),
    _warning("hls-score", "A9.19", hlsrules.score),
    _error("hls-video-rates", "A9.9", hlsrules.video_rates, "offer a smaller size too, such as 360p"),
    _error("hls-key-frame-lists", "A6.1", hlsrules.key_frame_lists),
    _error("hls-key-frames-only", "A6.8", hlsrules.key_frames_only),
    _error("hls-key-frame-ranges", "A6.10", hlsmedia.key_frame_ranges),
    _error("hls-cellular", "A9.21", hlsrules.cellular, "offer one of 192 kbit/s or less too, such as aac-128"),
    # No error, since what is full of movement cannot be made small enough.
    _warning("hls-cellular-video", "A9.21", hlsrules.cellular_pictures, "offer 144p too; MP4 takes less than MPEG-TS"),
    _error("hls-stereo-aac", "A2.3", hlsrules.stereo, "offer AAC too, such as aac-128"),
    _warning("hls-aac-rate", "A2.4 A2.9", hlsmedia.aac_rates),
    _error("hls-timestamp-map", "A5.2-5.6", hlsrules.timestamp_map),
    _error("hls-subtitles", "A5.2-5.6", hlsrules.subtitles),
    _error("hls-chapters", "R4.4.6.4", hlsrules.chapters),
)
"""Every rule for what is whole; those for broadcasts hold playlists against each other, and are not here."""


SERVED = (
    Serving(name="hls-redirects", clauses="A8.18", severity="error", find=hlsserved.redirects),
    Serving(name="hls-types", clauses="A10.4", severity="warn", find=hlsserved.types),
    Serving(name="hls-gzip", clauses="A10.1 R6.2.1-S4", severity="error", find=hlsserved.packed),
    Serving(name="hls-ranges", clauses="R4.4.4.2", severity="error", find=hlsserved.ranges),
    Serving(name="hls-key-file", clauses="R5.1", severity="error", find=hlsserved.keys),
)
"""Every rule for how it is served."""


def lint(uri: str, fetch: Fetch, answers: Answers | None = None) -> Iterator[Check]:
    """Every rule, held against a playlist and all that it leads to; `fetch` gives what an address leads to.

    Where a server gives it, `answers` is what it has said by then. A rule that is broken at several places fails several times,
    at most 20. Raises ValueError where `uri` leads to no playlist.
    """
    found = presentation(uri, fetch)
    for rule in RULES:
        yield from _checks(rule, rule.find(found), uri)
    if answers is None:
        return
    for address in hlsserved.key_addresses(found):
        fetch(address)
    for served in SERVED:
        yield from _checks(served, served.find(found, answers), uri)


def _checks(rule: Rule | Serving, broken: Iterator[str], uri: str) -> Iterator[Check]:
    """What is to be said of one rule."""
    places: list[str | None] = list(islice(broken, _MOST_PLACES))
    for place in places or [None]:
        subject, _, measured = (place or uri).partition(": ")
        yield Check(
            rule=rule.name,
            subject=subject,
            severity=rule.severity,
            passed=place is None,
            measured=measured or None,
            fix=rule.cure if place is not None and isinstance(rule, Rule) else None,
            message=f"{(rule.find.__doc__ or '').strip().rstrip('.')} ({rule.clauses})",
        )


_MOST_PLACES = 20
