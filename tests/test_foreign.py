"""A doit project that does not import pressroom.dodo, in the same environment: stock doit, as if pressroom were not there."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

import pytest
from tests.conftest import Repo

from pressroom.commands import VERBS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Done

TASKS = sorted({*VERBS, "listing", "cleaning", "running"})
DODO = "\n\n".join(
    f"""\
def task_{name.replace("-", "_")}():
    "{name} it"
    files = {{"file_dep": ["in.txt"], "targets": ["{name}.txt"], "clean": True}}
    return {{"basename": "{name}", "actions": ["echo {name} > {name}.txt"], **files}}
"""
    for name in TASKS
)
STOCK = """\
import sys
from doit.doit_cmd import DoitMain
from doit.plugin import PluginDict
PluginDict.add_plugins = lambda *_: None  # without the entry points
DoitMain.BIN_NAME = "-m"  # as `python -m doit` calls itself
sys.exit(DoitMain().run(sys.argv[1:]))
"""


def project(folder: Path) -> Repo:
    """A project whose tasks are called as our verbs are."""
    repo = Repo(folder)
    repo.write("dodo.py", DODO)
    repo.write("in.txt", "in")
    return repo


OUR_OPTIONS = re.compile(r", CmdOption\(\{'name':'(no_wait|fail_fast|report_file|trace_file)'[^}]*\}\)")
"""In doit's list of all options, which it shows with an unknown one."""


def told(done: Done) -> tuple[int, str, str]:
    """How a command ended, without the times and folders in its texts."""
    return done.code, re.sub(r"/\S+|\d+\.\d+", "", done.out), re.sub(r"/\S+|line \d+|0x\w+", "", OUR_OPTIONS.sub("", done.err))


COMMANDS = [
    "",
    "why",
    "doctor",
    f"plan verify {' '.join(TASKS[:2])}",
    f"run {' '.join(TASKS)}",
    "check.txt",
    "-n 2 -P thread",
    "-a check",
    "-r json plan",
    "-s plan",
    "-o out.txt plan",
    "--db-file other.db --backend json plan",
    "list",
    "list --status -q",
    "list plan",
    "clean",
    "clean check",
    "clean -a",
    "info plan",
    "forget plan",
    "ignore plan",
    "reset-dep",
    "help",
    "help list",
    "nothing",
    "--bogus",
    "-f none.py",
    "clean nothing",
]


def test_every_command_does_what_stock_doit_does(tmp_path: Path) -> None:
    """Line by line, file by file, with the same exit code; no folder of ours appears."""
    ours, stock = project(tmp_path / "a"), project(tmp_path / "b")
    script = tmp_path / "stock.py"
    script.write_text(STOCK, encoding="utf-8")
    for command in COMMANDS:
        done = ours.run(sys.executable, "-m", "doit", *command.split())
        plain = stock.run(sys.executable, str(script), *command.split())
        assert told(plain) == told(done), command
        assert without_state(stock) == without_state(ours), command
    assert not (ours.path / ".pressroom").exists()


def test_help_runs_no_dodo(tmp_path: Path) -> None:
    """No more than doit's own does."""
    repo = Repo(tmp_path)
    repo.write("dodo.py", "print('run')")
    assert "run\n" not in repo.doit("help").out.splitlines(keepends=True)


def without_state(repo: Repo) -> dict[str, str]:
    """Every file but doit's databases, what Python compiles, and the report with its times."""
    found = repo.files(".")
    return {name: digest for name, digest in found.items() if not re.search(r"\.db|__pycache__|out\.txt", name)}


@pytest.mark.parametrize("option", ["--no-wait", "--fail-fast", "--report=r.json", "--trace=t.json"])
def test_our_options_are_unknown(tmp_path: Path, option: str) -> None:
    """They mean nothing there, and doit says so."""
    repo = project(tmp_path / "a")
    done = repo.doit(option, "plan")
    name = option.partition("=")[0]
    assert (3, "", f"ERROR: Error parsing Command: option {name} not recognized\n") == (done.code, done.out, done.err)
    assert {"dodo.py", "in.txt"} == without_state(repo).keys()


def test_a_project_configured_by_its_pyproject(tmp_path: Path) -> None:
    """Its database is where it says, and a table of ours means nothing."""
    repo = project(tmp_path / "a")
    repo.write("pyproject.toml", '[tool.doit]\ndep_file = "mine.json"\nbackend = "json"\n[tool.pressroom]\njobs = "none"\n')
    assert (0, ".  publish\n", "") == ((done := repo.doit("publish")).code, done.out, done.err)
    assert {"dodo.py", "in.txt", "pyproject.toml", "publish.txt", "mine.json"} == without_state(repo).keys()
