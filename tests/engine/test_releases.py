"""Finding releases, and the place that names a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from pressroom.engine import releases
from pressroom.engine.mention import mention
from pressroom.errors import Mistake, SourceError
from pressroom.yamltext import parse

BUILD = Path("build")


@pytest.fixture(autouse=True)
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repo with a folder for releases; tests stand in it, as `doit` does."""
    (tmp_path / "releases").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(name: str, text: str = "kind: album\n") -> None:
    """Write a file of the repo."""
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text, encoding="utf-8")


def test_both_forms_are_found(repo: Path) -> None:
    """`<slug>.yaml` and `<slug>/release.yaml`, sorted by slug; other files and folders are not looked at."""
    for name in ("sun.yaml", "moon/release.yaml", "moon/01.wav", "masters/01.wav", "defaults.yaml", "notes.txt"):
        write(f"releases/{name}")
    found, mistakes = releases.found(BUILD)
    assert [("moon", "releases/moon/release.yaml"), ("sun", "releases/sun.yaml")] == [(r.slug, str(r.path)) for r in found]
    assert [] == mistakes
    assert repo.is_dir()


def test_a_repo_without_the_folder_has_no_releases(repo: Path) -> None:
    """That is no mistake."""
    (repo / "releases").rmdir()
    assert ([], []) == releases.found(BUILD)


def test_a_place_lies_below_the_build_and_the_state(repo: Path) -> None:
    """A release knows its own folders, and where the others say which recordings are theirs."""
    write("releases/moon.yaml")
    write("releases/sun.yaml")
    found, _ = releases.found(BUILD)
    place = found[0].place(found)
    assert (Path("build/moon"), Path(".pressroom/work/moon")) == (place.build, place.work)
    assert (Path(".pressroom/ledgers/moon.json"), (Path(".pressroom/ledgers/sun.json"),)) == (place.ledger, place.ledgers)
    assert repo.is_dir()


def test_a_folder_named_as_a_release_is_a_mistake(repo: Path) -> None:
    """What looks like a release and is none is told."""
    (repo / "releases/moon.yaml").mkdir()
    assert [Mistake(file="releases/moon.yaml", text="expected a file")] == releases.found(BUILD)[1]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (
            "title: x\n",
            "releases/moon.yaml:1:1: missing key 'kind'; a release begins with `kind: album`\n    1 | title: x\n      | ^^^^^",
        ),
        (
            "kind: potato\ntitel: x\n",
            "releases/moon.yaml:1:7: kind: expected one of album, got 'potato'\n    1 | kind: potato\n      |       ^^^^^^",
        ),
    ],
)
def test_a_kind_that_is_none_is_named(text: str, error: str) -> None:
    """A release says what it is before anything else can be read."""
    write("releases/moon.yaml", text)
    with pytest.raises(SourceError) as raised:
        releases.read(releases.found(BUILD)[0][0])
    assert error == str(raised.value)


def test_a_kind_that_is_misspelled_hides_no_other_mistake() -> None:
    """It is read as the near one; what is inherited is no mistake either."""
    write("releases/defaults.yaml", "artist: Moon\ncopyright: '2026 {artist}'\n")
    write("releases/moon.yaml", "kind: albun\ntitel: x\ntracks: [{file: a.wav, title: A}]\n")
    with pytest.raises(SourceError) as raised:
        releases.read(releases.found(BUILD)[0][0])
    assert [
        ("releases/moon.yaml", "kind: expected one of album (did you mean 'album'?), got 'albun'"),
        ("releases/moon.yaml", "unknown key 'titel'; did you mean 'title'?"),
    ] == [(mistake.file, mistake.text) for mistake in raised.value.mistakes]


YAML = b"""\
title: masters/01.wav is no path
cover: ./cover.png
tracks:
  - file: "masters/01.wav"
    stems: {drums: stems/a.wav}
"""


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("releases/cover.png", ("cover", 2, 8)),
        ("releases/masters/01.wav", ("tracks[0].file", 4, 11)),
        ("releases/stems/a.wav", ("tracks[0].stems.drums", 5, 20)),
        ("masters/01.wav", None),
    ],
)
def test_the_place_that_names_a_file_is_found(file: str, expected: tuple[str, int, int] | None) -> None:
    """By key, line and column; a path is relative to the YAML file that has it."""
    found = mention(parse(Path("releases/moon.yaml"), YAML), Path(file))
    assert expected == (found and (found[0], found[1].line, found[1].column))


def test_the_place_in_the_defaults_is_found_too() -> None:
    """What a release inherits is named where it stands."""
    write("releases/moon.yaml", "kind: album\n")
    write("releases/defaults.yaml", "label: x\ncover: cover.png\n")
    found = releases.found(BUILD)[0][0].mention(Path("releases/cover.png"))
    assert found is not None
    assert ("cover", "releases/defaults.yaml", 2) == (found[0], str(found[1].text.path), found[1].line)
