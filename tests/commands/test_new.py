from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pressroom.commands import main
from pressroom.commands.new import album_schema

FILES = [
    ".github/workflows/build.yml",
    ".gitignore",
    "README.md",
    "dodo.py",
    "releases/first-song.yaml",
    "releases/first-song/cover.jpg",
    "releases/first-song/first-song.wav",
    "schemas/album.schema.json",
]
HOW = "name a folder that is empty or does not exist yet"


def files(folder: Path) -> list[str]:
    """Every file below a folder."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_a_repo_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """`pressroom new DIR` makes a repo with one release, and says what to do next; the folders above it are made too."""
    monkeypatch.chdir(tmp_path)
    assert main(["new", "music/mine"]) == 0
    assert sorted(FILES) == files(tmp_path / "music/mine")
    assert capsys.readouterr().out == (
        "made music/mine: one example release, first-song\n"
        "next: cd music/mine\n"
        "  doit                      build it; look into build/first-song\n"
        "  releases/first-song.yaml  change a word, and type doit again\n"
    )


def test_a_fresh_clone_may_become_a_repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a folder with nothing but `.git`, `pressroom new .` makes the repo right there."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    assert main(["new", "."]) == 0
    assert sorted(FILES) == files(tmp_path)


@pytest.mark.media
def test_a_new_repo_builds_at_once(tmp_path: Path) -> None:
    """The first `doit` in a new repo makes the example without a warning, and the second makes nothing."""
    assert main(["new", str(tmp_path / "mine")]) == 0
    doit = [str(Path(sys.executable).with_name("doit"))]
    first, second = (subprocess.run(doit, cwd=tmp_path / "mine", capture_output=True, text=True, check=False) for _ in range(2))
    assert (0, "", 0, "") == (first.returncode, first.stderr, second.returncode, second.stderr)
    steps = len(first.stdout.splitlines()) - 1
    assert f"made {steps}, restored 0, up to date 0, failed 0" == first.stdout.splitlines()[-1].partition(" in ")[0]
    assert f"made 0, restored 0, up to date {steps}, failed 0" == second.stdout.partition(" in ")[0]


@pytest.mark.parametrize(
    ("there", "error"),
    [
        ("folder", f"mine: not empty ('song.wav' stands there); {HOW}\n"),
        ("file", f"mine: a file stands there; {HOW}\n"),
        ("link", "mine: a link that leads nowhere; name another folder\n"),
    ],
)
def test_nothing_that_stands_there_is_touched(
    there: str, error: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where something stands already, nothing is made, and you are told what it is."""
    monkeypatch.chdir(tmp_path)
    mine = Path("mine")
    if there == "folder":
        mine.mkdir()
        (mine / "song.wav").touch()
    elif there == "file":
        mine.touch()
    else:
        mine.symlink_to("nowhere")
    before = sorted(tmp_path.rglob("*"))
    assert main(["new", "mine"]) == 2
    assert error == capsys.readouterr().err
    assert before == sorted(tmp_path.rglob("*"))


def test_an_editor_finds_the_schema(tmp_path: Path) -> None:
    """The first line of the example names a schema that the repo has: the one that belongs to this version."""
    assert main(["new", str(tmp_path / "mine")]) == 0
    release = tmp_path / "mine" / "releases" / "first-song.yaml"
    first = release.read_text(encoding="utf-8").partition("\n")[0]
    schema = release.parent / first.removeprefix("# yaml-language-server: $schema=")
    assert album_schema() == schema.read_text(encoding="utf-8")


@pytest.mark.parametrize("given", [["new"], ["new", "a", "b"], ["new", "--force"]])
def test_one_folder_is_wanted(given: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Anything but one folder is an error that shows the usage."""
    assert main(given) == 2
    assert capsys.readouterr().err.startswith("usage: pressroom new DIR\n")
