"""Lint of a folder: what it reads, and how it sums up."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pressroom.formats import checks
from pressroom.formats.checks import Check
from pressroom.tools.linting import reading, summed

if TYPE_CHECKING:
    from tests.tools.conftest import Bench

GOOD = Check(rule="hls-target", subject="index.m3u8", severity="error", passed=True, message="A rule (A7.7)")
BAD = Check(rule="hls-target", subject="b.m3u8", severity="error", passed=False, measured="9 s", message="A rule (A7.7)")


def test_a_rule_that_all_lists_keep_is_told_once() -> None:
    """Of the whole folder."""
    assert [("hls", True)] == [(check.subject, check.passed) for check in summed([GOOD, GOOD], "hls")]


def test_a_place_that_breaks_a_rule_is_told_once() -> None:
    """Though several lists lead to it."""
    found = summed([GOOD, BAD, BAD], "hls")
    assert ("error: hls/b.m3u8: hls-target: 9 s\n    the rule: A rule (A7.7)",) == checks.told(found)
    assert [("hls/b.m3u8", False, "9 s")] == [(check.subject, check.passed, check.measured) for check in found]


def test_nothing_is_read_elsewhere(bench: Bench) -> None:
    """What leads out of the folder is not there."""
    folder = Path("hls")
    folder.mkdir()
    Path("secret").write_bytes(b"x")
    (folder / "link").symlink_to(bench.folder / "secret")
    (folder / "a b.mp4").write_bytes(b"y")
    with reading(folder) as fetch:
        assert [None, None, None, None] == [fetch(uri) for uri in ("../secret", "link", "", str(bench.folder / "secret"))]
        assert fetch("a b.mp4") is not None
        assert fetch("a%20b.mp4") is not None


def test_one_file_is_open_at_a_time(bench: Bench) -> None:
    """However many segments there are."""
    for name in "ab":
        (bench.folder / name).write_bytes(name.encode())
    with reading(bench.folder) as fetch:
        first, same, second = fetch("a"), fetch("a"), fetch("b")
        assert first is same
        assert [True, False] == [stream is None or stream.closed for stream in (first, second)]
    assert second is None or second.closed
