"""Every block of README.md and of the tutorial runs, in a copy of this repo, and prints what the page shows."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BLOCK = re.compile(r"^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
SETUP = re.compile(r"python3 -m venv \.venv && \.venv/bin/pip install -q -e '?\.(?:\[(\w+)\])?'? && \.venv/bin/(\w+)(?: (.*))?")
COPIED = ("dodo.py", "releases", "README.md")


@dataclass(frozen=True, kw_only=True)
class Example:
    """A command of the README, and what it prints."""

    command: str
    output: str


def blocks(language: str, page: str = "README.md") -> list[str]:
    """A page's blocks in one language."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return [block["text"] for block in BLOCK.finditer(text) if block["language"] == language]


def examples(page: str) -> list[Example]:
    """A page's commands, in order."""
    found = []
    for block in blocks("console", page):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            found.append(Example(command=command, output=output))
    return found


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of what the README's commands work on."""
    for name in COPIED:
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / name)
    return tmp_path


def said(command: str, folder: Path) -> str:
    """What a command prints, on both of its channels, in the environment of this test."""
    scripts = str(Path(sys.executable).parent)
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "PATH": os.pathsep.join([scripts, os.environ["PATH"]])}
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.stdout


STEP = ("made  ", "restored  ")


def comparable(output: str) -> str:
    """An output without its times, its steps sorted: they run side by side, and end in any order."""
    lines = re.sub(r"\d+\.\d s$", "0.0 s", output.rstrip("\n"), flags=re.MULTILINE).split("\n")
    made = iter(sorted(line for line in lines if line.startswith(STEP)))
    return "\n".join(next(made) if line.startswith(STEP) else line for line in lines)


def fits(shown: str, output: str) -> bool:
    """Whether an output is what is shown, where a line `...` stands for any lines, and `...` at an end for any words."""
    lines = ["(?:.*\n)*.*" if line == "..." else ending(line) for line in comparable(shown).split("\n")]
    return re.fullmatch("\n".join(lines), comparable(output)) is not None


def ending(line: str) -> str:
    """The pattern of a line that may end in `...`."""
    return re.escape(line.removesuffix("...")) + ".*" * line.endswith("...")


@pytest.mark.media
@pytest.mark.parametrize(("page", "before"), [("README.md", "doit"), ("docs/tutorial.md", "true")])
def test_what_a_page_shows_is_what_you_see(page: str, before: str, copy: Path) -> None:
    """You can type every command of the README and the tutorial, one after the other, and see what the page shows."""
    said(before, copy)
    for example in examples(page):
        output = said(example.command, copy)
        if not fits(example.output, output):
            assert f"$ {example.command}\n{comparable(example.output)}" == f"$ {example.command}\n{comparable(output)}"


def test_the_yaml_is_that_of_the_example() -> None:
    """The YAML in the README stands in the example release, word for word."""
    release = (ROOT / "releases" / "first-light.yaml").read_text(encoding="utf-8")
    assert [] == [block for block in blocks("yaml") if block not in release]


def test_the_set_up_is_one_line_each() -> None:
    """Two lines to paste: one builds the examples, one passes the tests."""
    found = [SETUP.fullmatch(block.strip()) for block in blocks("sh")]
    assert [(None, "doit", None), ("dev", "pytest", "-n 2")] == [line and line.groups() for line in found]


def test_what_the_set_up_installs_is_declared() -> None:
    """The extra that the second line installs exists, and brings the test runner with the option that the line gives it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {re.split("[<>=]", wanted)[0] for wanted in project["optional-dependencies"]["dev"]}
    assert {"pytest", "pytest-xdist"} <= names


def test_ci_runs_the_line_that_builds_and_the_line_that_tests() -> None:
    """CI does what the README promises: it takes both lines from the README, so a test need not run the tests once more."""
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "README.md" in script
    assert [] == [block for block in blocks("sh") if block.strip() in script]
