"""Imports point one way, so that each layer can be read without those above it."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(__file__).parent.parent / "tasks" / "pressroom"
LAYERS = (
    *("commands", "dodo", "engine", "publish", "kinds", "tools", "formats", "data"),
    *("plan", "source", "yamltext", "names", "errors"),
)
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


SHARED = ("pressroom.kinds.parts.", "pressroom.kinds.publish.", "pressroom.kinds.hls.")


@pytest.mark.parametrize("path", sorted(PACKAGE.glob("kinds/*/**/*.py")), ids=own_name)
def test_kinds_stand_alone(path: Path) -> None:
    """A kind of release imports nothing of another kind but the parts that all share."""
    mine = ".".join(own_name(path).split(".")[:3])
    kinds = [name for name in imported(path) if name.startswith("pressroom.kinds")]
    assert [] == [name for name in kinds if not f"{name}.".startswith((f"{mine}.", *SHARED))]


PURE = {"kinds", "formats", "data", "plan", "source", "yamltext", "names", "errors"}
WORLDLY = {
    "os",
    "subprocess",
    "socket",
    "shutil",
    "tempfile",
    "http",
    "urllib.request",
    "threading",
    "time",
    "random",
    "locale",
}
TOUCHES_FILES = {"open", "read_text", "read_bytes", "write_text", "write_bytes", "mkdir", "unlink", "stat", "exists", "is_file"}
pure = pytest.mark.parametrize("path", [path for path in MODULES if layer(own_name(path)) in PURE], ids=own_name)


def running(path: Path) -> ast.Module:
    """A file without what only type checkers read."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            node.body = [ast.Pass()]
    return tree


@pure
def test_the_core_knows_nothing_of_the_world(path: Path) -> None:
    """What is not a tool or the engine starts no process, and asks neither the clock nor the system for anything."""
    found = [alias.name for node in ast.walk(running(path)) if isinstance(node, ast.Import) for alias in node.names]
    found += [str(node.module) for node in ast.walk(running(path)) if isinstance(node, ast.ImportFrom)]
    assert [] == [name for name in found if name in WORLDLY]


@pure
def test_the_core_touches_no_file(path: Path) -> None:
    """What is not a tool or the engine works on values alone."""
    calls = [node.func for node in ast.walk(running(path)) if isinstance(node, ast.Call)]
    names = [
        call.id if isinstance(call, ast.Name) else call.attr for call in calls if isinstance(call, (ast.Name, ast.Attribute))
    ]
    assert [] == [name for name in names if name in TOUCHES_FILES]


@pytest.mark.parametrize("path", sorted(PACKAGE.glob("commands/*.py")), ids=own_name)
def test_verbs_start_no_process(path: Path) -> None:
    """The verbs are thin: what runs a program is a tool or the engine."""
    assert [] == [name for name in imported(path) if name.partition(".")[0] in {"subprocess", "socket"}]


def test_no_module_imports_itself_by_way_of_others() -> None:
    """There is no cycle of imports."""
    known = {own_name(path): path for path in MODULES}
    graph = {name: {other for other in _imported_when_running(path) if other in known} for name, path in known.items()}
    while leaves := {name for name, others in graph.items() if not others}:
        graph = {name: others - leaves for name, others in graph.items() if name not in leaves}
    assert {} == graph


def _imported_when_running(path: Path) -> Iterator[str]:
    """The modules of the package that a file imports as it is loaded, also as `from pressroom.kinds.album import naming`."""
    for node in running(path).body:
        if isinstance(node, ast.ImportFrom) and node.module:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            modules = {own_name(other) for other in MODULES}
            yield from (names & modules) or {node.module}
