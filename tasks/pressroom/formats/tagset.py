"""The tags of one audio file as a value: what is written into it and what is read back."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Credit:
    """Who did what: `role` is a word such as `composer` or `performer`; an instrument goes with a performer."""

    name: str
    role: str
    instrument: str | None = None


@dataclass(frozen=True, kw_only=True)
class TagSet:
    """Every tag of one file.

    `fields` holds (field, values) pairs by pressroom's own field names (the rows of `data/tagmap.py`), sorted by field; a
    field with several values keeps their order. `synced` is the synced lyrics as (milliseconds, line) pairs.
    """

    fields: tuple[tuple[str, tuple[str, ...]], ...] = ()
    credits: tuple[Credit, ...] = ()
    lyrics: str | None = None
    synced: tuple[tuple[int, str], ...] = ()
    language: str | None = None


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A front cover: the JPEG or PNG bytes with their media type and size in pixels."""

    media_type: str
    width: int
    height: int
    content: bytes
