"""Whether a release may be shared with everyone: by its licence, or because its author says that all rights are their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pressroom.data import licences

if TYPE_CHECKING:
    from collections.abc import Mapping

ADVICE = "say `license: CC-BY-4.0` or the like, or `rights: own` if all rights are yours"


def refusal(licence: str | None, *, own: bool, marks: Mapping[str, str | None], asin: str | None = None) -> str:
    """Why a release must not be shared; nothing where it may.

    `licence` is a verified SPDX expression or URL, `marks` are texts, by their words, in which a distributor may be named.
    """
    if own or (licence and allows_sharing(licence)):
        return ""
    if licence:
        return f"'{licence}' is not known to let anyone share the release; {ADVICE}"
    if asin:
        return f"the ASIN {asin} says that Amazon sells this, and nothing says that it may be shared; {ADVICE}"
    for word, text in marks.items():
        if text and (seller := distributor(text)):
            return f"'{word}' names {seller}, who sells this, and nothing says that it may be shared; {ADVICE}"
    return f"nothing says that the release may be shared; {ADVICE}"


def allows_sharing(licence: str) -> bool:
    """Whether a licence lets anyone share the work unchanged: all of `A AND B`, one of `A OR B` (SPDX 2.3, annex D)."""
    if "://" in licence:
        return bool(licences.CREATIVE_COMMONS_URL.fullmatch(licence))
    return _any_of(licence.replace("(", " ( ").replace(")", " ) ").split())


def distributor(text: str) -> str | None:
    """The distributor whose mark stands in a text."""
    return next((name for name, mark in licences.DISTRIBUTORS.items() if mark.search(text)), None)


def _any_of(words: list[str]) -> bool:
    """An expression of alternatives, taken from the front of its words."""
    allowed = _all_of(words)
    while words and words[0] == "OR":
        words.pop(0)
        allowed = _all_of(words) or allowed
    return allowed


def _all_of(words: list[str]) -> bool:
    """What must be kept together."""
    allowed = _one(words)
    while words and words[0] == "AND":
        words.pop(0)
        allowed = _one(words) and allowed
    return allowed


def _one(words: list[str]) -> bool:
    """A licence, with an exception or not (which only ever allows more), or an expression in brackets."""
    word = words.pop(0)
    if word == "(":
        allowed = _any_of(words)
        words.pop(0)
        return allowed
    if words and words[0] == "WITH":
        del words[:2]
    return word.removesuffix("+") in licences.OTHERS or bool(licences.CREATIVE_COMMONS.fullmatch(word))
