"""The settings of a repo."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pressroom.engine.settings import Settings, settings
from pressroom.errors import UsageError


def test_the_defaults_need_no_file(tmp_path: Path) -> None:
    """As many steps at once as there are cores, into build/, with the bundled ffmpeg."""
    assert Settings(build=Path("build"), jobs=os.cpu_count() or 1, ffmpeg="bundled") == settings(tmp_path, {})


def test_the_environment_wins_over_files(tmp_path: Path) -> None:
    """pressroom.toml wins over pyproject.toml, a variable over both; one that is empty is not set."""
    (tmp_path / "pyproject.toml").write_text('[tool.pressroom]\nbuild = "a"\njobs = 3\nffmpeg = "/x"\n', encoding="utf-8")
    (tmp_path / "pressroom.toml").write_text('build = "b"\njobs = "cores"\n', encoding="utf-8")
    environment = {"PRESSROOM_BUILD": "c", "PRESSROOM_JOBS": "", "PRESSROOM_OTHER": "x"}
    assert Settings(build=Path("c"), jobs=os.cpu_count() or 1, ffmpeg="/x") == settings(tmp_path, environment)


@pytest.mark.parametrize(
    ("file", "text", "error"),
    [
        ("pressroom.toml", "job = 3", "`job` in pressroom.toml: no such setting; did you mean 'jobs'?"),
        ("pressroom.toml", "jobs = 0", "`jobs` in pressroom.toml: expected 'cores' or a number from 1 to 256, got '0'"),
        ("pressroom.toml", "jobs = 257", "`jobs` in pressroom.toml: expected 'cores' or a number from 1 to 256, got '257'"),
        (
            "pressroom.toml",
            "jobs = '\u0663'",
            "`jobs` in pressroom.toml: expected 'cores' or a number from 1 to 256, got '\u0663'",
        ),
        ("pressroom.toml", "build = 3", "`build` in pressroom.toml: expected a text, got '3'"),
        ("pressroom.toml", "build = 'a/b'", "`build` in pressroom.toml: expected the name of a folder in the repo, got 'a/b'"),
        ("pressroom.toml", "build = '..'", "`build` in pressroom.toml: expected the name of a folder in the repo, got '..'"),
        ("pressroom.toml", "build = '.'", "`build` in pressroom.toml: expected the name of a folder in the repo, got '.'"),
        ("pressroom.toml", "build = 'releases'", "`build` in pressroom.toml: expected a folder of its own, got 'releases'"),
        ("pressroom.toml", "build = 'Kept'", "`build` in pressroom.toml: expected a folder of its own, got 'Kept'"),
        ("pressroom.toml", "build = '.git'", "`build` in pressroom.toml: expected a folder of its own, got '.git'"),
        ("pyproject.toml", "tool = 3", "pyproject.toml: expected a table [tool.pressroom], got '3'"),
        ("pyproject.toml", "tool.pressroom = []", "pyproject.toml: expected a table [tool.pressroom], got '[]'"),
    ],
)
def test_a_malformed_setting_is_named(tmp_path: Path, file: str, text: str, error: str) -> None:
    """The error says where it stands, what was expected and what was found."""
    (tmp_path / file).write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as raised:
        settings(tmp_path, {})
    assert error == str(raised.value)


def test_a_file_that_is_no_toml_is_named(tmp_path: Path) -> None:
    """The parser's own words say where."""
    (tmp_path / "pressroom.toml").write_text("jobs =", encoding="utf-8")
    with pytest.raises(UsageError, match=r"^pressroom\.toml: Invalid value"):
        settings(tmp_path, {})
