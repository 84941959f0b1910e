"""A step's key: what it is, and not where its files lie."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import pytest

from pressroom import plan
from pressroom.plan import ASIDE, HINT, OUTPUT, Step

if TYPE_CHECKING:
    from pressroom.plan import Work


@dataclass(frozen=True, kw_only=True)
class Part:
    """A value inside a step."""

    word: str
    source: Path


@dataclass(frozen=True, kw_only=True)
class Sample(Step):
    """A step with a field of every type."""

    source: Path
    parts: tuple[Part, ...] = ()
    gap: Fraction = Fraction(1, 2)
    gain: float | None = None
    ledgers: tuple[Path, ...] = field(default=(), metadata=HINT)
    output: Path = field(metadata=OUTPUT)
    folder: Path = field(default=Path("anywhere"), metadata=ASIDE)

    @property
    def tools(self) -> tuple[str, ...]:
        """What it runs."""
        return ("ffmpeg",)

    def run(self, work: Work) -> None:
        """Run it."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class Revised(Sample):
    """The same, made anew."""

    revision: ClassVar[int] = 2


STEP = Sample(
    name="encode:01",
    source=Path("a.wav"),
    parts=(Part(word="x", source=Path("b.wav")),),
    ledgers=(Path("c.json"),),
    output=Path("build/moon/a.flac"),
)


def key(step: Step, ffmpeg: str = "9") -> str:
    """Its key with a version of ffmpeg."""
    return plan.key(plan.canonical(plan.action(step, {"ffmpeg": ffmpeg}, {})))


def test_a_field_says_what_its_files_are_for() -> None:
    """Files are read, unless the field says that they are made, may be missing, or are none."""
    assert (Path("a.wav"), Path("b.wav")) == STEP.inputs
    assert (Path("c.json"),) == STEP.hints
    assert (Path("build/moon/a.flac"),) == STEP.outputs


def test_paths_are_roles() -> None:
    """Parameters are plain JSON, and a path stands there as what it is for."""
    expected = {
        "source": "input 0",
        "parts": [{"word": "x", "source": "input 1"}],
        "gap": "1/2",
        "gain": None,
        "ledgers": ["input 2"],
        "output": "output 0",
    }
    assert expected == plan.parameters(STEP)


@pytest.mark.parametrize(
    "same",
    [
        replace(STEP, name="encode:02", about="another word"),
        replace(STEP, source=Path("moved/a.wav"), output=Path("build/sun/b.flac")),
        replace(STEP, folder=Path("elsewhere")),
    ],
    ids=["name", "paths", "what is no key"],
)
def test_what_costs_nothing_leaves_the_key(same: Step) -> None:
    """A step that is renamed, or whose files move, makes the same bytes."""
    assert key(STEP) == key(same)


@pytest.mark.parametrize(
    "other",
    [
        replace(STEP, gap=Fraction(1, 3)),
        replace(STEP, gain=0.0),
        replace(STEP, parts=(Part(word="y", source=Path("b.wav")),)),
        replace(STEP, parts=(Part(word="x", source=Path("a.wav")),)),
        replace(STEP, output=Path("build/moon/a.wav")),
        Revised(name=STEP.name, source=STEP.source, parts=STEP.parts, ledgers=STEP.ledgers, output=STEP.output),
    ],
    ids=["number", "zero is not null", "nested word", "the same file twice", "suffix", "revision and kind"],
)
def test_what_gives_other_bytes_changes_the_key(other: Step) -> None:
    """Every field counts, and what a step is."""
    assert key(STEP) != key(other)


def test_another_tool_changes_the_key() -> None:
    """A tool is told apart by its fingerprint."""
    assert key(STEP) != key(STEP, ffmpeg="10")
