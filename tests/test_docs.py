"""The docs tell what there is: every verb, every word, every file that they name."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pressroom.commands import DOIT_VERBS, VERBS

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("releases/*.md")])
LINK = re.compile(r"\]\(([^)\s]+)\)")
MENTIONED = re.compile(r"`((?:tasks|tests|docs|schemas|releases|kinds|formats|tools|engine|data|commands)/[\w./-]*\w)`")
REFERENCE = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")


def words(schema: object) -> set[str]:
    """Every key that a schema knows, at any depth."""
    if isinstance(schema, list):
        return set().union(*map(words, schema))
    if not isinstance(schema, dict):
        return set()
    return set(schema.get("properties", {})).union(*map(words, schema.values()))


def test_the_reference_is_as_its_script_writes_it() -> None:
    """The reference tells the schema, the format names and each `--help` as they are: `python docs/reference.py` renews it."""
    written = subprocess.run([sys.executable, "docs/reference.py"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    assert written == REFERENCE


@pytest.mark.parametrize("verb", [*DOIT_VERBS, *VERBS])
def test_every_verb_is_in_the_reference(verb: str) -> None:
    """You find every command in the reference."""
    assert f"### pressroom {verb}\n" in REFERENCE


def test_every_word_of_an_album_is_in_the_reference() -> None:
    """You find every word that an album may have in the reference."""
    schema = json.loads((ROOT / "schemas" / "album.schema.json").read_text(encoding="utf-8"))
    assert [] == sorted(word for word in words(schema) if f"| `{word}` |" not in REFERENCE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(page: Path) -> None:
    """A link in the docs leads to a file of the repo, and to a heading that is there."""
    targets = [target for target in LINK.findall(page.read_text(encoding="utf-8")) if "://" not in target]
    assert [] == [target for target in targets if not leads_somewhere(page, target)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_file_that_is_named_is_there(page: Path) -> None:
    """A file of the source that the docs name exists."""
    named = MENTIONED.findall(page.read_text(encoding="utf-8"))
    places = (ROOT, ROOT / "tasks" / "pressroom")
    made_up = ("releases/night-drive", "releases/first-song", "releases/defaults")
    assert [] == [
        path for path in named if not path.startswith(made_up) and not any((place / path).exists() for place in places)
    ]


def test_the_lock_names_no_address() -> None:
    """requirements.lock pins versions and hashes, and leaves to you where they come from."""
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    unpinned = [
        line for line in lock.splitlines() if not re.match(r"#|[a-z0-9-]+==\S+ |    --hash=sha256:[0-9a-f]{64}( \\)?$", line)
    ]
    assert [] == unpinned
    assert "://" not in lock


def test_the_lock_holds_what_the_project_asks_for() -> None:
    """Every dependency, and every tool of a developer, is pinned."""
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    asked = re.findall(r'^  "([A-Za-z][\w-]*)(?:[<>=][^"]*)?",$', project.partition("[project.scripts]")[0], re.MULTILINE)
    pinned = re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements.lock").read_text(encoding="utf-8"), re.MULTILINE)
    keywords = {"music", "release", "album", "tags", "doit", "ffmpeg"}
    assert [] == sorted({name.lower() for name in asked} - {*pinned} - keywords)


def test_actions_are_pinned_by_commit() -> None:
    """No workflow, of this repo or of those that `pressroom new` makes, runs an action that somebody can exchange."""
    workflows = [*ROOT.glob(".github/workflows/*.yml"), *ROOT.glob("tasks/pressroom/data/new/*.yml")]
    used = [line for path in workflows for line in path.read_text(encoding="utf-8").splitlines() if "uses:" in line]
    assert used
    assert [] == [line for line in used if not re.search(r"uses: actions/[a-z/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line)]


def leads_somewhere(page: Path, target: str) -> bool:
    """Whether a link's file exists, and its heading in there."""
    name, _, heading = target.partition("#")
    path = page.parent / name if name else page
    if not path.exists() or not heading:
        return path.exists()
    headings = re.findall("^#+ (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return heading in {re.sub(r"[^\w -]", "", line.lower()).replace(" ", "-") for line in headings}
