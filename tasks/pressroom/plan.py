"""What a step is: a frozen value whose fields are what it depends on; and the action that running it is."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from contextlib import AbstractContextManager
    from subprocess import Popen


class Work(Protocol):
    """What the edge offers to a running step, and nothing else."""

    @property
    def ffmpeg(self) -> Path:
        """The ffmpeg to run; raises MachineError when there is none that is fit."""
        ...

    @property
    def versions(self) -> dict[str, str]:
        """The version of each tool, for the record."""
        ...

    def fingerprint(self, tool: str) -> str:
        """What tells one build of a tool from another, as in the key of a step that has it among its `tools`."""
        ...

    def child(self, process: Popen[bytes]) -> AbstractContextManager[None]:
        """While this is open, `process` is ended with the build; it leads a process group of its own."""
        ...

    def spent(self, seconds: float) -> None:
        """How many CPU seconds a tool took."""
        ...

    def beside(self, output: Path) -> Path:
        """Where to write `output`: a partial file in its folder, renamed into place when the whole step has succeeded."""
        ...

    def rename(self, written: Path, output: Path) -> None:
        """What was written beside `written`, which is nobody's output, becomes `output`: a name that tells what it holds."""
        ...

    def digest(self, path: Path) -> str:
        """The SHA-256 of an input, which is not read again where its status is as it was when that was taken."""
        ...

    def earlier(self, output: Path) -> Path | None:
        """An output as the last run left it, for what holds still; None where it is not just that, or all is made anew.

        What a step makes must be the same with it and without.
        """
        ...

    def say(self, text: str) -> None:
        """A line for the user, shown when the step is done."""
        ...

    def note(self, text: str) -> None:
        """Lines for the step's log: the command, and all that it said."""
        ...

    def progress(self, fraction: float) -> None:
        """How far the step is, from 0 to 1."""
        ...


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a release's files lie, relative to the repo's root.

    `ledgers` are the files in which other releases say which ISRC is which audio; those that do not exist yet are not read.
    """

    slug: str
    source: Path
    build: Path
    work: Path
    ledger: Path
    ledgers: tuple[Path, ...] = ()


OUTPUT = {"role": "output"}
"""The metadata of a field that names a file, or files, that the step makes every time."""
HINT = {"role": "hint"}
"""The metadata of a field of files that are read where they exist; a step that cannot make one does not stop this one."""
ASIDE = {"role": "aside"}
"""The metadata of a field that is no part of the key and names no file."""


CPU, IO, NETWORK = 1.0, 0.5, 0.125
"""How much of a slot a step takes that computes, that copies files, or that waits for others."""


@dataclass(frozen=True, kw_only=True)
class Step(ABC):
    """One piece of work: its fields are what it depends on, and `run` does it.

    Every path in a field is a file that it reads, unless the field's metadata is OUTPUT, HINT or ASIDE. `name` is the task's
    name within its release (`encode-flac:1-02`) and `about` what it does in the user's words. Paths are relative to the
    repo's root. They are not part of the key: what they hold is compared by content, and a name that gets into the bytes is
    a field of its own.
    """

    name: str = field(metadata=ASIDE)
    about: str = field(default="", metadata=ASIDE)
    revision: ClassVar[int] = 1
    """Raised when the same fields give other bytes."""
    cached: ClassVar[bool] = True
    """Whether its outputs are worth keeping in the cache: not where making them again is as cheap as copying them."""

    weight: ClassVar[float] = CPU
    """How much of a slot it takes: CPU, IO or NETWORK."""

    @property
    def pace(self) -> float:
        """How many bytes of a master it gets through in a second; 0 where it takes next to no time."""
        return 0

    @cached_property
    def inputs(self) -> tuple[Path, ...]:
        """The files that it reads."""
        return self._paths(None)

    @cached_property
    def outputs(self) -> tuple[Path, ...]:
        """The files that it makes, every time."""
        return self._paths("output")

    @cached_property
    def hints(self) -> tuple[Path, ...]:
        """Files that it reads where they exist."""
        return self._paths("hint")

    @property
    def manifest(self) -> tuple[Path, Path] | None:
        """An output that lists further files, where their number is not known beforehand, and the folder that they lie in.

        It is JSON: `{"files": [{"path": "cover-600.jpg", ...}]}`.
        """
        return None

    @property
    def tools(self) -> tuple[str, ...]:
        """The tools whose fingerprints belong to the key: `ffmpeg`, `ffmpeg:libopus`, `mutagen`, `pillow`."""
        return ()

    @abstractmethod
    def run(self, work: Work) -> None:
        """Write every output at `work.beside(output)`; raise ReleaseError or ToolError when that cannot be done."""

    def _paths(self, role: str | None) -> tuple[Path, ...]:
        """The paths in the fields of a role."""
        return tuple(path for name in _fields(type(self), role) for path in _held(getattr(self, name)))


@cache
def _fields(step: type[Step], role: str | None) -> tuple[str, ...]:
    """The fields of a role."""
    return tuple(f.name for f in dataclasses.fields(step) if f.metadata.get("role") == role)


def parameters(step: Step) -> dict[str, object]:
    """The step's fields as plain JSON values, its paths replaced by their roles: `input 0`, `output 1`."""
    roles = {path: f"input {n}" for n, path in reversed(list(enumerate((*step.inputs, *step.hints))))}
    roles |= {path: f"output {n}" for n, path in reversed(list(enumerate(step.outputs)))}
    keyed = (name for role in (None, "output", "hint") for name in _fields(type(step), role))
    return {name: _plain(getattr(step, name), roles) for name in keyed}


def action(step: Step, fingerprints: Mapping[str, str], digests: Mapping[Path, str | None]) -> dict[str, object]:
    """What running the step would be, as data: the same action gives the same bytes, wherever its files lie.

    `fingerprints` names each of `step.tools`; `digests` are the SHA-256 of its inputs and hints.
    """
    return {
        "kind": type(step).__name__,
        "revision": step.revision,
        "tools": {tool: fingerprints[tool] for tool in step.tools},
        "parameters": parameters(step),
        "inputs": [digests.get(path) for path in (*step.inputs, *step.hints)],
        "outputs": [path.suffix for path in step.outputs],
    }


def canonical(value: Mapping[str, object]) -> str:
    """The one JSON text of a value."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def key(canonical_action: str) -> str:
    """The action key: the SHA-256 of an action's canonical JSON."""
    return hashlib.sha256(canonical_action.encode()).hexdigest()


def _held(value: object) -> Iterator[Path]:
    """The paths that a field holds, at any depth."""
    if isinstance(value, Path):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _held(item)
    elif dataclasses.is_dataclass(value):
        for f in dataclasses.fields(value):
            yield from _held(getattr(value, f.name))


def _plain(value: object, roles: Mapping[Path, str]) -> object:
    """`value` as JSON."""
    if value is None or isinstance(value, (str, int, float)):
        return value
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, tuple):
        return [_plain(item, roles) for item in value]
    if dataclasses.is_dataclass(value):
        return {f.name: _plain(getattr(value, f.name), roles) for f in dataclasses.fields(value)}
    return roles[value]  # type: ignore[index]  # a path: one that is neither input nor output is our bug
