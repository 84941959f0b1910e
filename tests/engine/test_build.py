"""What is put aside stays there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pressroom.engine.build import Build

if TYPE_CHECKING:
    import pytest


def kept() -> dict[str, str]:
    """What lies in kept/."""
    found = sorted(path for path in Path("kept").rglob("*") if path.is_file())
    return {path.as_posix(): path.read_text(encoding="utf-8") for path in found}


def test_no_version_takes_the_place_of_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when builds begin in the same second, or the clock was set back."""
    monkeypatch.chdir(tmp_path)
    output = Path("build/moon/a.txt")
    output.parent.mkdir(parents=True)
    lines = []
    for version in ("one", "two", "three"):
        output.write_text(version, encoding="utf-8")
        build = Build(tmp_path)
        build.began = "20260101-120000"
        lines.append(build.keep(output))
        assert not output.exists()
    names = [f"kept/20260101-120000{n}/build/moon/a.txt" for n in ("", "-2", "-3")]
    assert dict(zip(names, ("one", "two", "three"), strict=True)) == kept()
    assert [f"{output}: was not as pressroom made it; that version is kept in {name}" for name in names] == lines
