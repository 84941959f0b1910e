"""What all steps of one run share."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from pressroom.engine.record import Record
from pressroom.engine.running import Running
from pressroom.engine.settings import STATE, Settings, settings
from pressroom.engine.toolchain import Toolchain
from pressroom.errors import MachineError

if TYPE_CHECKING:
    from pathlib import Path


class Build:
    """The repo that doit stands in, made when its dodo.py is read."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.running = Running()

    def prepare(self) -> None:
        """Make the state's folder; raises MachineError where that cannot be."""
        try:
            STATE.mkdir(exist_ok=True)
        except OSError as error:
            raise MachineError(f"{STATE}: cannot be made ({error.strerror}); pressroom keeps its state there") from error

    @cached_property
    def settings(self) -> Settings:
        """The settings in force; raises UsageError."""
        return settings(self.root)

    @cached_property
    def toolchain(self) -> Toolchain:
        """The tools."""
        return Toolchain(self.settings.ffmpeg, STATE / "toolchain.json")

    @cached_property
    def record(self) -> Record:
        """Every output that builds made."""
        return Record(STATE / "made.jsonl")
