"""Imports point one way, so that each layer can be read without those above it."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(__file__).parent.parent / "tasks" / "pressroom"
LAYERS = ("commands", "dodo", "engine", "kinds", "tools", "formats", "data", "plan", "source", "yamltext", "names", "errors")
"""From the top down; a module imports from its own layer and from those below."""
KNOWS_DOIT = {"commands", "dodo", "engine"}
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


def layer(module: str) -> str:
    """The layer of `pressroom.kinds.album`: kinds."""
    return module.split(".")[1]


def own_name(path: Path) -> str:
    """A file as a module: `pressroom.kinds.album`."""
    return ".".join(["pressroom", *path.relative_to(PACKAGE).with_suffix("").parts]).removesuffix(".__init__")


def imported(path: Path) -> Iterator[str]:
    """The modules that a file imports, anywhere in it; `from pressroom import names` is `pressroom.names`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            whole = node.module == "pressroom"
            yield from (f"pressroom.{alias.name}" for alias in node.names) if whole else [str(node.module)]


@pytest.mark.parametrize("path", MODULES, ids=own_name)
def test_imports_point_down(path: Path) -> None:
    """A module never imports from a layer above its own."""
    own = LAYERS.index(layer(own_name(path)))
    others = [name for name in imported(path) if name.partition(".")[0] == "pressroom" and name.count(".")]
    known = [name for name in others if layer(name) in LAYERS]
    assert [] == [name for name in known if LAYERS.index(layer(name)) < own]


@pytest.mark.parametrize("path", [path for path in MODULES if layer(own_name(path)) not in KNOWS_DOIT], ids=own_name)
def test_few_know_doit(path: Path) -> None:
    """Only what stands between steps and doit imports doit."""
    assert [] == [name for name in imported(path) if name.partition(".")[0] == "doit"]


@pytest.mark.parametrize("path", sorted(PACKAGE.glob("kinds/*/**/*.py")), ids=own_name)
def test_kinds_stand_alone(path: Path) -> None:
    """A kind of release imports nothing of another kind but the parts that all share."""
    mine = ".".join(own_name(path).split(".")[:3])
    kinds = [name for name in imported(path) if name.startswith("pressroom.kinds")]
    assert [] == [name for name in kinds if not f"{name}.".startswith((f"{mine}.", "pressroom.kinds.parts."))]
