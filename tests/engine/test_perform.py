"""One step: its outputs appear whole or not at all, are on record, and what someone else left there is kept."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pressroom.engine.build import Build
from pressroom.engine.perform import Job, perform
from pressroom.engine.staleness import verdict
from pressroom.engine.work import StepWork, part_name
from pressroom.errors import MachineError, ReleaseError, ToolError
from pressroom.plan import ASIDE, OUTPUT, Step

if TYPE_CHECKING:
    from collections.abc import Callable

    from pressroom.plan import Work


@dataclass(frozen=True, kw_only=True)
class Scripted(Step):
    """A step that does what a test says."""

    script: Callable[[Work], None] = field(metadata=ASIDE)
    word: str = ""
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


def done(
    script: Callable[[Work], None], *outputs: Path, source: Path | None = None, word: str = "", build: Build | None = None
) -> tuple[bool, list[str]]:
    """Run a step: whether its result came from the cache, and what it said."""
    build = build or Build(Path.cwd())
    build.prepare()
    work = StepWork(build.toolchain, build.running, lambda _: None)
    step = Scripted(name="x", script=script, source=source, word=word, made=outputs)
    restored = perform(Job(step=step, task="moon:x", release="moon", build=build), work)
    build.state.close()
    return restored, work.said


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
    assert [str(A), str(B)] == sorted(Build(Path.cwd()).state.made)


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


@pytest.mark.parametrize("racy", [False, True])
def test_an_input_that_looks_the_same_is_read_again_where_it_may_not_be(racy: bool) -> None:  # noqa: FBT001  # likewise
    """Where it had changed a tick of the clock before it was judged, another change may have left its status as it was."""
    source = Path("in.wav")
    source.write_text("old", encoding="utf-8")
    build = Build(Path.cwd())
    build.prepare()
    step = Scripted(name="x", script=written(A), source=source, made=(A,))
    before = replace(verdict(step, "moon:x", build), key="the key of other bytes", racy=racy)
    work = StepWork(build.toolchain, build.running, lambda _: None)
    perform(Job(step=step, task="moon:x", release="moon", build=build, judged=before), work)
    assert (verdict(step, "moon:x", build).key if racy else before.key) == build.state.made[str(A)].action


def test_a_stopped_build_begins_nothing() -> None:
    """A step that would write its first output, or tells how far it is, ends instead."""
    build = Build(Path.cwd())
    build.running.end()
    for script in (written(A), lambda work: work.progress(0.5)):
        with pytest.raises(ToolError, match=r"^stopped$"):
            done(script, A, build=build)
    assert [] == standing()


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


def test_a_result_comes_from_the_cache() -> None:
    """Outputs that are gone come back without running the step; another word is another action."""
    assert (False, []) == done(written(A, B), A, B)
    A.unlink()
    assert (True, []) == done(written(), A, B)
    assert ["a.txt", "b.txt"] == standing()
    assert (False, []) == done(written(A, B), A, B, word="other")


def test_what_someone_edited_is_put_aside() -> None:
    """The edit is kept, a line says where, and the output is what it must be."""
    done(written(A, B), A, B)
    A.write_text("mine", encoding="utf-8")
    build = Build(Path.cwd())
    restored, said = done(written(A, B), A, B, build=build)
    kept = Path("kept", build.began, A)
    assert (True, "mine", "new") == (restored, kept.read_text(encoding="utf-8"), A.read_text(encoding="utf-8"))
    assert [f"{A}: was not as pressroom made it; that version is kept in {kept}"] == said


@pytest.mark.parametrize("content", ["new", "mine"])
def test_a_file_of_no_record_is_adopted_or_put_aside(content: str) -> None:
    """Without any state, right bytes are left as they stand, and others are somebody's."""
    A.parent.mkdir(parents=True)
    A.write_text(content, encoding="utf-8")
    before = A.stat()
    _, said = done(written(A), A)
    assert "new" == A.read_text(encoding="utf-8")
    assert (content == "new") == (A.stat().st_ino == before.st_ino)
    assert (content == "mine") == (len(said) == 1) == Path("kept").exists()


def test_a_link_at_an_outputs_place_is_put_aside() -> None:
    """Its target is not written to."""
    target = Path("elsewhere.txt")
    target.write_text("new", encoding="utf-8")
    A.parent.mkdir(parents=True)
    A.symlink_to(target.resolve())
    _, said = done(written(A), A)
    assert (False, 1) == (A.is_symlink(), len(said))


def test_what_older_builds_made_is_nobodys_edit() -> None:
    """A stale output is replaced without a word."""
    done(written(A), A)
    _, said = done(written(A), A, word="other")
    assert [] == said

    def other(work: Work) -> None:
        work.beside(A).write_text("other", encoding="utf-8")

    assert (False, []) == done(other, A, word="third")
    assert "other" == A.read_text(encoding="utf-8")


def test_a_kill_before_the_rename_leaves_nobodys_edit(monkeypatch: pytest.MonkeyPatch) -> None:
    """The record knows the new digest already, and the old one still."""
    done(written(A), A)

    def other(work: Work) -> None:
        work.beside(A).write_text("other", encoding="utf-8")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            done(other, A, word="other")
    assert "new" == A.read_text(encoding="utf-8")
    assert [] == done(other, A, word="other")[1]
    assert "other" == A.read_text(encoding="utf-8")


def test_an_action_gives_the_same_bytes_each_time() -> None:
    """With `-a` the cache is passed over, and other bytes than before are a bug that is told."""
    done(written(A), A)
    build = Build(Path.cwd())
    build.anew = True

    def other(work: Work) -> None:
        work.beside(A).write_text("other", encoding="utf-8")

    with pytest.raises(ToolError) as raised:
        done(other, A, build=build)
    assert f"{A}: was made anew and has other bytes than before; this is a bug in pressroom or in a tool" == str(raised.value)
    assert "new" == A.read_text(encoding="utf-8")


def test_a_master_that_settles_is_read_again() -> None:
    """One change while the step runs costs another run, and is no error."""
    source, runs = Path("in.wav"), []
    source.write_bytes(b"one")

    def script(work: Work) -> None:
        runs.append(source.read_bytes())
        if len(runs) == 1:
            source.write_bytes(b"two two")
        work.beside(A).write_bytes(runs[-1])

    done(script, A, source=source)
    assert ([b"one", b"two two"], b"two two") == (runs, A.read_bytes())
