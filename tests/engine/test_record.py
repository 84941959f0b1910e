"""The record of what builds made."""

from __future__ import annotations

from pathlib import Path

from pressroom.engine.record import Record


def test_what_is_noted_is_remembered(tmp_path: Path) -> None:
    """Each file once, by release, for every later run."""
    record = Record(tmp_path / "made.jsonl")
    record.note("moon", (Path("build/moon/a"), Path("build/moon/b")))
    record.note("moon", (Path("build/moon/a"),))
    record.note("sun", (Path("build/sun/c"),))
    again = Record(tmp_path / "made.jsonl")
    assert ["build/moon/a", "build/moon/b", "build/sun/c"] == again.made() == record.made()
    assert ["build/sun/c"] == again.made(("sun",))
    assert {"moon", "sun"} == again.slugs()


def test_a_line_cut_by_a_crash_is_passed_over(tmp_path: Path) -> None:
    """The lines before it, and those that are written after it, count."""
    path = tmp_path / "made.jsonl"
    path.write_text('["moon", "a"]\n["moon", "b', encoding="utf-8")
    Record(path).note("moon", (Path("c"),))
    assert ["a", "c"] == Record(path).made()


def test_what_is_gone_is_forgotten(tmp_path: Path) -> None:
    """The rest stays; a record that was never written stays so."""
    record = Record(tmp_path / "made.jsonl")
    record.forget(["a"])
    assert not (tmp_path / "made.jsonl").exists()
    record.note("moon", (Path("a"), Path("b")))
    record.forget(["a"])
    assert [("moon", "b")] == record.entries() == Record(tmp_path / "made.jsonl").entries()
