"""`doit clean`: every output that builds made goes, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pressroom.engine.state import MadeRow, State

if TYPE_CHECKING:
    from tests.conftest import Repo

pytestmark = pytest.mark.media

SUN = "kind: album\ntitle: Sun\nartist: A\nformats: [wav]\ntracks:\n  - {title: Noon, file: masters/01.wav}\n"


def test_everything_that_was_made_goes(built: Repo) -> None:
    """The files go, and the folders that this leaves empty; the sources stay."""
    sources = built.files("releases")
    done = built.doit("clean")
    assert (0, "removed 13 files\n", "") == (done.code, done.out, done.err)
    assert not (built.path / "build").exists()
    assert sources == built.files("releases")
    assert "removed 0 files\n" == built.doit("clean").out


def test_a_strangers_file_stays(built: Repo) -> None:
    """What builds did not make is not theirs to remove, whatever it is called."""
    strangers = {built.write(f"build/moon/{name}", "mine") for name in ("flac/03 Mine.flac", "notes.txt")}
    built.doit("clean")
    assert strangers == {path for path in (built.path / "build").rglob("*") if path.is_file()}


def test_n_only_shows(built: Repo) -> None:
    """`-n` names what would go."""
    before = built.files()
    done = built.doit("clean", "-n")
    assert sorted(f"would remove {name}" for name in before) == sorted(done.out.splitlines())
    assert before == built.files()
    built.doit("clean")
    assert "nothing to remove\n" == built.doit("clean", "-n").out


def test_one_release_goes_alone(built: Repo) -> None:
    """`doit clean moon` leaves the others."""
    built.write("releases/sun.yaml", SUN)
    built.doit("sun")
    sun = built.files("build/sun")
    assert "removed 13 files\n" == built.doit("clean", "moon").out
    assert sun == built.files()


@pytest.mark.parametrize("yaml", [None, "kind: albun\n", "{"])
def test_a_release_whose_yaml_is_gone_or_broken_is_cleaned(built: Repo, yaml: str | None) -> None:
    """Cleaning goes by the record of what was made, not by what the YAML would make."""
    (built.path / "releases/moon.yaml").unlink()
    if yaml:
        built.write("releases/moon.yaml", yaml)
    assert "removed 13 files\n" == built.doit("clean", "moon").out
    assert not (built.path / "build").exists()


def test_files_of_an_old_title_go_too(built: Repo) -> None:
    """What a release made under an earlier title is in the record as well."""
    built.edit("releases/moon.yaml", "title: Moon", "title: Luna")
    built.doit()
    built.doit("clean")
    assert not (built.path / "build").exists()


def test_what_was_cleaned_is_built_again(built: Repo) -> None:
    """`doit` after `doit clean` gives the same bytes, and encodes nothing: intermediates are kept."""
    before = built.files()
    built.doit("clean")
    made = built.doit().made
    assert before == built.files()
    assert not [name for name in made if "encode" in name]


def test_nothing_outside_the_build_folder_is_removed(built: Repo) -> None:
    """Whatever the record says, and wherever a folder leads by now, a source is never removed."""
    kept = {built.write(name, "mine") for name in ("releases/keep.txt", "elsewhere/keep.txt", "build-2/keep.txt")}
    (built.path / "build/link").symlink_to(built.path / "elsewhere")
    names = ["releases/keep.txt", "build/../releases/keep.txt", "build/link/keep.txt", "build-2/keep.txt"]
    names += [f"{built.path}/elsewhere/keep.txt"]
    state = State(built.path / ".pressroom/state.db")
    state.commit(made=[MadeRow(name, "moon", "", "") for name in names])
    state.close()
    assert "removed 13 files\n" == built.doit("clean").out
    assert all(path.is_file() for path in kept)
