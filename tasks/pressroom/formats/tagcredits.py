"""Credits by the keys of one container: who did what, in the words of ID3, Vorbis comments, MP4 and APEv2."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING

from pressroom.data.tagmap import CONTAINERS, CREDITS, FIELDS, FREEFORM, PARTS
from pressroom.formats.tagset import Credit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pressroom.data.tagmap import Container

_PEOPLE = frozenset({"TIPL", "TMCL", "IPLS"})
"""ID3 frames that list pairs of a word and a name (id3v2.4.0-frames, section 4.2.2)."""
_ROLE = re.compile("[a-z][a-z0-9 _-]+")
_RESERVED = frozenset({"id3", "tag", "oggs"})
"""Words that no APEv2 item may be named (Hydrogenaudio wiki, "APE key")."""
_PERFORMER = re.compile(r"(?P<name>.+?) \((?P<instrument>(?:[^()]|\([^()]*\))+)\)", re.DOTALL)


def texts(credited: Iterable[Credit], container: Container) -> dict[str, tuple[str, ...]]:
    """Each key with its values: names, `Name (instrument)` for performers, or words and names in ID3's lists of people.

    A role that the tag map lacks is an involvement in ID3v2.4, and elsewhere a key of its own, upper case. Where it cannot be
    (ID3v2.3, a word that is taken or not plain ASCII), it is written as the instrument of a performer. ID3v2.3 joins the names
    of one text frame with `; `.
    """
    found: defaultdict[str, tuple[str, ...]] = defaultdict(tuple)
    for credit in sorted(credited, key=_rank):
        key, values = _placed(credit, container)
        found[key] += values
    if container == "id3v23":
        return {key: values if key in _PEOPLE else ("; ".join(values),) for key, values in found.items()}
    return dict(found)


def credits_in(written: Mapping[str, tuple[str, ...]], container: Container) -> tuple[Credit, ...]:
    """The credits among all the texts of a file: the inverse of `texts`, in the order of the tag map, then by role."""
    found: list[Credit] = []
    for key, values in written.items():
        if key in _PEOPLE:
            found += (_involved(key, word, name) for word, name in zip(values[::2], values[1::2], strict=False))
        elif role := _role(key, container):
            found += (_performed(value) if role == "performer" else Credit(name=value, role=role) for value in values)
    return tuple(sorted(found, key=_rank))


def _rank(credit: Credit) -> tuple[int, str]:
    """Where a credit is listed: by the tag map, then other roles by name."""
    role = _plain_role(credit)
    return (list(CREDITS).index(role), "") if role in CREDITS else (len(CREDITS), role)


def _plain_role(credit: Credit) -> str:
    """The tag map's name of a role (`DJ-mixer` is `dj_mixer`), else the role in lower case."""
    role = credit.role.lower()
    bare = re.sub("[ _-]", "", role)
    return next((name for name in CREDITS if name.replace("_", "") == bare), role)


def _placed(credit: Credit, container: Container) -> tuple[str, tuple[str, ...]]:
    """The key of one credit and what is appended there."""
    role = _plain_role(credit)
    if role in CREDITS and role != "performer":
        frame, colon, word = CREDITS[role][container][0].rpartition(":")
        return (frame, (word, credit.name)) if colon and frame in _PEOPLE else (frame + colon + word, (credit.name,))
    if role != "performer" and (key := _role_key(role, container)):
        return (key, (role, credit.name)) if key in _PEOPLE else (key, (credit.name,))
    instrument = credit.instrument if role == "performer" else role
    (key,) = CREDITS["performer"][container]
    if key in _PEOPLE:
        return key, (instrument or "performer", credit.name)
    return key, (f"{credit.name} ({instrument})" if instrument else credit.name,)


def _involved(frame: str, word: str, name: str) -> Credit:
    """The credit of one pair in a list of people; ID3v2.3 has one list for roles and instruments."""
    container: Container = "id3v23" if frame == "IPLS" else "id3v24"
    if role := _roles(container).get(f"{frame}:{word}"):
        return Credit(name=name, role=role)
    if frame == "TIPL":
        return Credit(name=name, role=word)
    return Credit(name=name, role="performer", instrument=None if word == "performer" else word)


def _performed(text: str) -> Credit:
    """The credit in `Name (instrument)`."""
    if match := _PERFORMER.fullmatch(text):
        return Credit(name=match["name"], role="performer", instrument=match["instrument"])
    return Credit(name=text, role="performer")


def _role_key(role: str, container: Container) -> str | None:
    """The key of a role that the tag map lacks; None where it would clash, or is not plain ASCII as these keys must be."""
    if container in {"id3v24", "id3v23"}:
        return "TIPL" if container == "id3v24" else None
    key = (FREEFORM if container == "mp4" else "") + role.upper()
    return key if _ROLE.fullmatch(role) and role not in _taken() else None


def _role(key: str, container: Container) -> str | None:
    """The role that `key` stands for: one of the tag map, or the inverse of `_role_key`."""
    if known := _roles(container).get(key):
        return known
    role = key.removeprefix(FREEFORM if container == "mp4" else "").lower()
    return role if _role_key(role, container) == key else None


@cache
def _roles(container: Container) -> Mapping[str, str]:
    """The roles of the tag map by their keys."""
    return {key: role for role, places in CREDITS.items() for key in places[container]}


@cache
def _taken() -> frozenset[str]:
    """Every key of the tag map in lower case, whatever its container: keys are compared without case."""
    rows = (*FIELDS.values(), *CREDITS.values(), *PARTS.values())
    keys = (key for places in rows for container in CONTAINERS for key in places[container])
    return frozenset(re.sub("^TXXX:|#.*", "", key.removeprefix(FREEFORM)).lower() for key in keys) | _RESERVED
