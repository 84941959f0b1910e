"""What a running step is offered, and what it may read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pressroom.engine.running import Running
from pressroom.engine.toolchain import Toolchain
from pressroom.engine.work import Records, StepWork, listed_files, part_name, refusal
from pressroom.errors import ReleaseError


@pytest.fixture(autouse=True)
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that the tests stand in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


A, B = Path("build/moon/a.txt"), Path("build/moon/b.txt")


def standing() -> list[str]:
    """The files below build/, hidden ones too."""
    return sorted(path.name for path in Path("build").rglob("*") if path.is_file())


def test_what_threads_left_is_swept() -> None:
    """Partial files of steps that did not come to their end go with the build."""
    running = Running()
    work = StepWork(Toolchain("bundled", Path("toolchain.json")), running, lambda _: None)
    work.beside(A).write_text("half", encoding="utf-8")
    running.sweep()
    assert [] == standing()


def test_a_file_is_called_by_what_it_holds_once_that_is_written() -> None:
    """The first name leaves nothing behind, and can be used again; what does not come to its end is swept as ever."""
    running = Running()
    work = StepWork(Toolchain("bundled", Path("toolchain.json")), running, lambda _: None)
    for content, output in (("one", B), ("two", B.with_name("c.txt")), ("one", B)):
        work.beside(A).write_text(content, encoding="utf-8")
        work.rename(A, output)
    assert {B: "one", B.with_name("c.txt"): "two"} == {path: part.read_text("utf-8") for path, part in work.parts.items()}
    assert 2 == len(standing())
    running.sweep()
    assert [] == standing()


@pytest.mark.parametrize(
    "name", ["a.flac", "x" * 195 + ".flac", "夜" * 83 + ".wav", "x" * 255, ".hidden", "a." + "b" * 250, "no suffix", "a.b.c"]
)
def test_a_partial_files_name_always_fits(name: str) -> None:
    """It is hidden, of 255 bytes at most, and ends as the output does."""
    part = part_name(name)
    assert part.startswith(".")
    assert len(part.encode()) <= 255
    suffix = Path(name).suffix
    assert part.endswith(suffix if len(suffix) <= 17 else f".part-{os.getpid()}")


def test_long_names_that_begin_alike_have_parts_of_their_own() -> None:
    """Two outputs of one folder never share a partial file."""
    names = ["x" * 220 + end for end in ("a.wav", "b.wav", "a.mp3")]
    assert 3 == len({part_name(name) for name in names})


def test_a_source_is_a_regular_file_of_the_repo(repo: Path) -> None:
    """A link is fine as long as it stays inside."""
    (repo / "repo").mkdir()
    (repo / "outside.wav").write_bytes(b"x")
    here = repo / "repo"
    (here / "a.wav").write_bytes(b"x")
    (here / "link.wav").symlink_to("a.wav")
    (here / "out.wav").symlink_to("../outside.wav")
    (here / "loop.wav").symlink_to("loop.wav")
    assert [None, None, "it leads out of the repo; copy the file into it", "expected a file, got a folder", "no such file"] == [
        refusal(here, path) for path in (here / "a.wav", here / "link.wav", here / "out.wav", here, here / "b.wav")
    ]
    assert "a link that leads to itself" == refusal(here, here / "loop.wav")


@pytest.mark.parametrize("text", ["", "[", "[]", "{}", '{"files": 3}', '{"files": [{}]}'])
def test_a_damaged_manifest_lists_nothing(text: str) -> None:
    """The step that makes it runs again then."""
    Path("m.json").write_text(text, encoding="utf-8")
    assert listed_files(Path("m.json"), A.parent) is None
    assert listed_files(Path("none.json"), A.parent) is None


def test_a_manifest_lists_files_in_their_folder() -> None:
    """By their paths in it."""
    Path("m.json").write_text('{"files": [{"path": "a.txt"}, {"path": "b.txt"}]}', encoding="utf-8")
    assert [A, B] == listed_files(Path("m.json"), A.parent)


def test_the_file_that_is_meant_is_named(tmp_path: Path) -> None:
    """Another case or ending is the usual slip of who comes from another system; a dead link says where it leads."""
    for name in ("Rise.WAV", "fall.flac"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "dead.wav").symlink_to("nowhere.wav")
    assert [
        "no such file; did you mean 'Rise.WAV'?",
        "no such file; did you mean 'fall.flac'?",
        "no such file",
        "a link to 'nowhere.wav', which is not there",
    ] == [refusal(tmp_path, tmp_path / name) for name in ("rise.wav", "fall.wav", "noon.wav", "dead.wav")]


def test_a_step_asks_for_digests_and_for_what_it_made_before() -> None:
    """The engine answers both; an input that is not there is named."""
    known = {A: "1" * 64}
    work = StepWork(
        Toolchain("bundled", Path("x")), Running(), lambda _: None, (), Records(digest=known.get, stands=lambda path: path == A)
    )
    assert "1" * 64 == work.digest(A)
    with pytest.raises(ReleaseError, match=f"^{B}: no such file$"):
        work.digest(B)
    assert [A, None] == [work.earlier(A), work.earlier(B)]
