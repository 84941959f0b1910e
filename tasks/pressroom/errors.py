"""What can go wrong, in two kinds: the author can fix it, or a program failed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterable


class PressroomError(Exception):
    """An error that is shown to the user as a text, never as a traceback.

    `exit_code` is the one of the contract: 1 a step failed or a master is bad, 2 the YAML or the command line is wrong,
    3 the machine is not fit.
    """

    exit_code: ClassVar[int] = 1


class ReleaseError(PressroomError):
    """The author can fix it: a master, a cover or a text is not what it should be."""


class ToolError(PressroomError):
    """A program failed; carries what was being made and the program's own last words."""


class MachineError(ToolError):
    """The machine is not fit: a tool is missing, or the disk is full."""

    exit_code = 3

    @classmethod
    def of(cls, error: OSError) -> MachineError:
        """What the system refused, in words."""
        where = f"{error.filename}: " if isinstance(error.filename, str) else ""
        return cls(f"{where}{error.strerror or error}; mend this and try again")


class LockedError(PressroomError):
    """Another build holds the lock."""

    exit_code = 4


class UsageError(PressroomError):
    """The command line is wrong."""

    exit_code = 2


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """One mistake in a YAML file, with its place.

    `line` and `column` count from 1; a line of 0 means that the mistake has none (the file cannot be read at all).
    `excerpt` is the line and `caret` what is printed below it.
    """

    file: str
    line: int = 0
    column: int = 0
    text: str
    excerpt: str = ""
    caret: str = ""

    def __str__(self) -> str:
        """`file:line:col: text`, the line, and a caret below the word that is meant."""
        if not self.line:
            return f"{self.file}: {self.text}"
        head = f"{self.file}:{self.line}:{self.column}: {self.text}"
        if not self.caret:
            return head
        number = f"{self.line:>5}"
        return f"{head}\n{number} | {self.excerpt}\n{' ' * len(number)} | {self.caret}"


class SourceError(ReleaseError):
    """A release's YAML is wrong; holds every mistake of the file."""

    exit_code = 2

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        """Raise with all the mistakes at once, in file order."""
        super().__init__("\n".join(map(str, mistakes)))
        self.mistakes = mistakes


def exit_code(errors: Iterable[PressroomError]) -> int:
    """The first that applies of 3 (the machine is not fit), 2 (the YAML is wrong), 1 (a step failed), 0."""
    return max((error.exit_code for error in errors), default=0)
