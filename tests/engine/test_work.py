"""One step: its outputs appear whole or not at all."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pressroom.engine.record import Record
from pressroom.engine.running import Running
from pressroom.engine.toolchain import Toolchain
from pressroom.engine.work import StepWork, listed_files, part_name, perform, refusal
from pressroom.errors import MachineError, ReleaseError, ToolError
from pressroom.plan import OUTPUT, Step

if TYPE_CHECKING:
    from collections.abc import Callable

    from pressroom.plan import Work


@dataclass(frozen=True, kw_only=True)
class Scripted(Step):
    """A step that does what a test says."""

    script: Callable[[Work], None]
    source: Path | None = None
    made: tuple[Path, ...] = field(metadata=OUTPUT)

    def run(self, work: Work) -> None:
        """Run it."""
        self.script(work)


@pytest.fixture(autouse=True)
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that the tests stand in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


A, B = Path("build/moon/a.txt"), Path("build/moon/b.txt")


def done(script: Callable[[Work], None], *outputs: Path, source: Path | None = None, running: Running | None = None) -> None:
    """Run a step."""
    work = StepWork(Toolchain("bundled", Path("toolchain.json")), running or Running(), lambda _: None, lambda _: None)
    perform(Scripted(name="x", script=script, source=source, made=outputs), work, "moon", Record(Path("made.jsonl")))


def standing() -> list[str]:
    """The files below build/, hidden ones too."""
    return sorted(path.name for path in Path("build").rglob("*") if path.is_file())


def written(*outputs: Path) -> Callable[[Work], None]:
    """Writes its outputs."""

    def script(work: Work) -> None:
        for output in outputs:
            work.beside(output).write_text("new", encoding="utf-8")

    return script


def test_outputs_appear_together() -> None:
    """They are written beside, and renamed when all of them are whole; then they are in the record."""
    seen = []

    def script(work: Work) -> None:
        written(A, B)(work)
        seen.extend(standing())

    done(script, A, B)
    assert [part_name("a.txt"), part_name("b.txt")] == seen
    assert ["a.txt", "b.txt"] == standing()
    assert [str(A), str(B)] == Record(Path("made.jsonl")).made()


def failing(error: Exception) -> Callable[[Work], None]:
    """Writes one output, then fails."""

    def script(work: Work) -> None:
        written(A)(work)
        raise error

    return script


@pytest.mark.parametrize(
    ("error", "kind", "text"),
    [
        (ToolError("no"), ToolError, "no"),
        (OSError(28, "No space left on device"), MachineError, f"{A}: the disk is full; make room and run `doit` again"),
        (OSError(122, "Disk quota exceeded"), MachineError, f"{A}: the disk is full; make room and run `doit` again"),
        (
            OSError(30, "Read-only file system"),
            MachineError,
            f"{A}: cannot be written (Read-only file system); mend the folder's permissions and run `doit` again",
        ),
        (OSError(5, "Input/output error", "x"), ToolError, f"{A}: Input/output error (x)"),
        (ZeroDivisionError("ours"), ZeroDivisionError, "ours"),
    ],
)
def test_a_failed_step_leaves_what_was_there(error: Exception, kind: type[Exception], text: str) -> None:
    """The last good output stays, and no part of the new one."""
    done(written(A), A)
    A.write_text("good", encoding="utf-8")
    with pytest.raises(kind) as raised:
        done(failing(error), A, B)
    assert text == str(raised.value)
    assert (["a.txt"], "good") == (standing(), A.read_text(encoding="utf-8"))


def test_a_step_that_makes_less_than_it_says_fails() -> None:
    """Nothing of it appears."""
    with pytest.raises(ToolError) as raised:
        done(written(A), A, B)
    assert f"{B}: was not made; this is a bug in pressroom" == str(raised.value)
    assert [] == standing()


@pytest.mark.parametrize("fails", [False, True])
def test_an_input_that_changes_meanwhile_fails_the_step(fails: bool) -> None:  # noqa: FBT001  # a parameter of the test
    """Whatever else went wrong: what was read is neither the old file nor the new one."""
    source = Path("in.wav")
    source.write_text("old", encoding="utf-8")

    def script(work: Work) -> None:
        written(A)(work)
        source.write_text("newer", encoding="utf-8")
        if fails:
            raise ToolError("cut short")

    with pytest.raises(ReleaseError) as raised:
        done(script, A, source=source)
    assert "in.wav: changed while it was being read; run `doit` again when it is finished" == str(raised.value)
    assert [] == standing()


def test_a_stopped_build_begins_nothing() -> None:
    """A step that would write its first output, or tells how far it is, ends instead."""
    running = Running()
    running.end()
    for script in (written(A), lambda work: work.progress(0.5)):
        with pytest.raises(ToolError, match=r"^stopped$"):
            done(script, A, running=running)
    assert [] == standing()


def test_what_threads_left_is_swept() -> None:
    """Partial files of steps that did not come to their end go with the build."""
    running = Running()
    work = StepWork(Toolchain("bundled", Path("toolchain.json")), running, lambda _: None, lambda _: None)
    work.beside(A).write_text("half", encoding="utf-8")
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


def test_an_input_that_cannot_be_read_is_named() -> None:
    """A master that permissions hide is what the release lacks, and no fault of the output."""

    def script(work: Work) -> None:
        work.beside(A).write_text("half", encoding="utf-8")
        raise PermissionError(13, "Permission denied", "releases/a.wav")

    source = Path("releases/a.wav")
    source.parent.mkdir()
    source.write_bytes(b"")
    with pytest.raises(ReleaseError) as raised:
        done(script, A, source=source)
    assert "releases/a.wav: cannot be read (Permission denied)" == str(raised.value)
    assert [] == list(A.parent.iterdir())


def test_a_folder_in_the_way_is_named_before_anything_changes() -> None:
    """No output is new while another is old."""
    A.parent.mkdir(parents=True)
    A.write_text("old", encoding="utf-8")
    B.mkdir()

    def script(work: Work) -> None:
        for path in (A, B):
            work.beside(path).write_text("new", encoding="utf-8")

    with pytest.raises(ToolError) as raised:
        done(script, A, B)
    assert f"{B}: a folder stands where this file belongs; move it away and run `doit` again" == str(raised.value)
    assert "old" == A.read_text(encoding="utf-8")
