"""Look, compare, change what differs, look again."""

from __future__ import annotations

from functools import partial

import pytest

from pressroom.errors import ToolError
from pressroom.publish.protocol import Change, Destination, State, View, bring, together


class Shelf(Destination):
    """A destination in memory, on which some things do not stay."""

    label = "shelf"

    def __init__(self, wanted: set[str], *, slippery: frozenset[str] = frozenset()) -> None:
        self.wanted, self.slippery = wanted, slippery
        self.held: set[str] = set()
        self.looks = 0

    def look(self) -> View:
        """What it lacks."""
        self.looks += 1
        lacking = sorted(self.wanted - self.held)
        state: State = "current" if not lacking else "incomplete" if self.held else "absent"
        return View(state=state, changes=tuple(Change(told=(f"put {one}",), do=partial(self._put, one)) for one in lacking))

    def _put(self, one: str) -> None:
        if one not in self.slippery:
            self.held.add(one)


def test_what_lacks_is_put_there_and_looked_at_again() -> None:
    """The outcome says how it stood, and what was done."""
    shelf = Shelf({"a", "b"})
    outcome = bring(shelf)
    assert ("absent", ("put a", "put b"), {"a", "b"}, 2) == (outcome.state, outcome.changed, shelf.held, shelf.looks)


def test_what_is_current_is_looked_at_once() -> None:
    """Nothing is announced and nothing done."""
    shelf = Shelf({"a"})
    bring(shelf)
    announced: list[View] = []
    outcome = bring(shelf, announced.append)
    assert ("current", (), [], 3) == (outcome.state, outcome.changed, announced, shelf.looks)


def test_what_did_not_help_is_an_error() -> None:
    """It names what is still lacking."""
    with pytest.raises(ToolError) as refused:
        bring(Shelf({"a", "b"}, slippery=frozenset({"b"})))
    assert "shelf: is incomplete after all was done: put b" == str(refused.value)


def test_it_goes_on_where_it_was_stopped() -> None:
    """Whatever had been done by then."""
    shelf = Shelf({"a", "b", "c"})
    shelf.look().changes[0].do()
    assert ("incomplete", ("put b", "put c")) == ((outcome := bring(shelf)).state, outcome.changed)


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        ([], "current"),
        (["absent", "absent"], "absent"),
        (["current", "drifted"], "drifted"),
        (["current", "absent"], "incomplete"),
        (["drifted", "incomplete"], "incomplete"),
        (["outdated", "absent"], "outdated"),
    ],
)
def test_several_things_have_one_state(parts: list[State], whole: State) -> None:
    """The one that says most."""
    assert whole == together(parts)
