"""The kinds of release: each has its words, and a plan that turns them into steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from pydantic import BaseModel

from pressroom.kinds import album
from pressroom.kinds.publish import Publishing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pressroom.plan import Place, Step

Release = TypeVar("Release", bound=BaseModel)


@dataclass(frozen=True, kw_only=True)
class Kind(Generic[Release]):
    """A kind of release: its words' type, its plan, what it inherits, its line in the menu, and where it goes."""

    words: type[Release]
    plan: Callable[[Release, Place], Iterator[Step]]
    inherited: Callable[[Mapping[str, object]], Mapping[str, str | int | None]]
    summary: Callable[[Release], str]
    publishing: Callable[[Release], Publishing] = lambda _: Publishing()


KINDS = {
    "album": Kind(
        words=album.Album,
        plan=album.plan,
        inherited=album.inherited_words,
        summary=album.summary,
        publishing=album.publishing,
    )
}
"""Every kind by the word after `kind:`."""
