"""The one way of publishing: look, compare, change what differs, look again."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pressroom.errors import ToolError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

State = Literal["absent", "incomplete", "current", "outdated", "drifted"]
"""`absent`: nothing is there; `incomplete`: a part is missing; `current`: all is as it should be; `outdated`: an earlier
edition or build is there; `drifted`: it is not as it was published."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """Something that a destination lacks: what would be done, a line each, and the doing."""

    told: tuple[str, ...]
    do: Callable[[], None]


@dataclass(frozen=True, kw_only=True)
class View:
    """How a destination stands: without changes it is current; `note` is what the user may want to know of it."""

    state: State
    changes: tuple[Change, ...] = ()
    note: str = ""

    @property
    def told(self) -> tuple[str, ...]:
        """What would be done, in words."""
        return tuple(line for change in self.changes for line in change.told)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a destination: how it stood before, what was changed (or would be), and a note."""

    state: State
    changed: tuple[str, ...] = ()
    note: str = ""


class Destination(ABC):
    """A place that a release is brought to; making one opens no connection."""

    label: str
    """Its name in messages and in the journal; holds no secret."""
    digest: str = ""
    """Of all that is brought there, for the journal; empty where nothing is."""

    @abstractmethod
    def look(self) -> View:
        """How it stands, changing nothing; raises ToolError when that cannot be told."""


def bring(destination: Destination, before: Callable[[View], None] = lambda _view: None) -> Outcome:
    """Bring a destination to the state that the release describes; what is current is not written to.

    `before` is called once, ahead of the first change, with what was seen. Raises ToolError when a change fails, or has not
    helped.
    """
    view = destination.look()
    if not view.changes:
        _refuse(destination, view, "")
        return Outcome(state=view.state, note=view.note)
    before(view)
    for change in view.changes:
        change.do()
    after = destination.look()
    _refuse(destination, after, " after all was done")
    return Outcome(state=view.state, changed=view.told, note=after.note)


def _refuse(destination: Destination, view: View, when: str) -> None:
    """Raise ToolError for a destination that is not as it should be."""
    if view.state != "current":
        left = view.note or "; ".join(view.told[:3])
        raise ToolError(f"{destination.label}: is {view.state}{when}: {left}")


def together(states: Iterable[State]) -> State:
    """The state of several things that belong together; of none, `current`."""
    found = set(states) or {"current"}
    if len(found) == 1:
        return found.pop()
    return "outdated" if "outdated" in found else "drifted" if found <= {"drifted", "current"} else "incomplete"
