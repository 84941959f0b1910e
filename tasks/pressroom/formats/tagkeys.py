"""A TagSet by the keys of one container: what it can hold, what is written there, and what reading gives back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

from pressroom.data.tagmap import CODES, FIELDS, PARTS
from pressroom.formats import identifiers, lrc, tagcredits
from pressroom.formats.tagset import TagSet

if TYPE_CHECKING:
    from pressroom.data.tagmap import Container
    from pressroom.formats.audio import Codec

Texts = Mapping[str, tuple[str, ...]]
"""The values of each key, as `Keyed` has them."""

_ONE_VALUE = re.compile(r"W...|UFID:.*|COMM|TYER|TORY|tmpo|cpil|pgap|rtng|stik|.*#(n|of)", re.DOTALL)
_MP4_WHOLE = re.compile(r"tmpo|(?:trkn|disk)#(?:n|of)")


@dataclass(frozen=True, kw_only=True)
class Keyed:
    """The tags of one file, but for its picture, by the keys of `data/tagmap.py`.

    `texts` is sorted by key. ID3's lists of people alternate words and names; synced lyrics are LRC text in every container.
    """

    container: Container
    texts: tuple[tuple[str, tuple[str, ...]], ...]


def container_of(codec: Codec, id3: Literal["2.4", "2.3"]) -> Container:
    """Which container tags a file of `codec`; `id3` is the version where that is ID3."""
    others: dict[Codec, Container] = {
        "flac": "vorbis",
        "vorbis": "vorbis",
        "opus": "opus",
        "alac": "mp4",
        "aac": "mp4",
        "wavpack": "ape",
    }
    return others.get(codec, "id3v24" if id3 == "2.4" else "id3v23")


def held(tags: TagSet, container: Container) -> TagSet:
    """What reading `tags` back from `container` gives.

    Fields that it has no place for are gone, and so are empty values. ID3v2.3 joins several values with `; `, has a month only
    with its day, and of the original date only the year. MP4 has whole numbers. ID3 has three letters of a language and
    ASCII in URLs. A role without a place of its own is lower case, or, where the container cannot name it, the
    instrument of a performer. Credits are grouped by role, in the order of the tag map. Lyrics that are LRC text are synced
    where both share one key.
    """
    lyrics, synced = _lyrics(_lyric_texts(tags, container), container)
    fields = ((name, _held_values(name, values, container)) for name, values in tags.fields)
    return TagSet(
        fields=tuple(sorted((name, values) for name, values in fields if values)),
        credits=tagcredits.credits_in(tagcredits.texts(tags.credits, container), container),
        lyrics=lyrics,
        synced=synced,
        language=_language(_language_texts(tags.language, container), container),
    )


def keyed(tags: TagSet, container: Container) -> Keyed:
    """What is written for `tags`; raises KeyError for a field that the tag map lacks."""
    texts = dict(_field_texts(held(tags, container), container))
    texts |= tagcredits.texts(tags.credits, container)
    texts |= _lyric_texts(tags, container)
    texts |= _language_texts(tags.language, container)
    return Keyed(container=container, texts=tuple(sorted(texts.items())))


def tagset(found: Keyed) -> TagSet:
    """The tags that were read: the inverse of `keyed`, and total over what other programs write."""
    texts = dict(found.texts)
    lyrics, synced = _lyrics(texts, found.container)
    return TagSet(
        fields=tuple(sorted(_fields(texts, found.container))),
        credits=tagcredits.credits_in(texts, found.container),
        lyrics=lyrics,
        synced=synced,
        language=_language(texts, found.container),
    )


def paired(texts: Texts) -> dict[str, tuple[str, ...]]:
    """`texts` with each `X#n` and `X#of` as one `X` of the form `3/10`, `3` or `/10` (id3v2.4.0-frames, section 4.2.1)."""
    joined: dict[str, tuple[str, ...]] = {}
    for key, values in texts.items():
        whole, _, half = key.partition("#")
        if half == "of":
            number = "".join(texts.get(f"{whole}#n", ()))
            joined[whole] = (f"{number}/{values[0]}",)
        else:
            joined.setdefault(whole, values)
    return joined


def unpaired(texts: Texts, container: Container) -> dict[str, tuple[str, ...]]:
    """The inverse of `paired`."""
    wholes = {key.partition("#")[0] for places in FIELDS.values() for key in places[container] if "#" in key}
    split = {key: values for key, values in texts.items() if key not in wholes}
    for whole in wholes & texts.keys():
        number, _, total = "".join(texts[whole][:1]).partition("/")
        split |= {f"{whole}#{half}": (text,) for half, text in (("n", number), ("of", total)) if text}
    return split


def _held_values(name: str, values: tuple[str, ...], container: Container) -> tuple[str, ...]:
    """The values of one field as its container gives them back."""
    keys, kept = FIELDS[name][container], tuple(filter(None, values))
    if not keys or not kept:
        return ()
    if _ONE_VALUE.fullmatch(keys[0]):
        kept = kept[:1]
    elif container == "id3v23":
        kept = ("; ".join(kept),)
    shaped = tuple(_shaped(keys[0], value) for value in kept)
    # MP4 writes a missing half of a pair as 0, so 0 itself cannot be told from it.
    return () if shaped == ("0",) and _MP4_WHOLE.fullmatch(keys[0]) else shaped


def _shaped(key: str, value: str) -> str:
    """One value as `key` can hold it."""
    if key == "TYER":
        return value if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", value) else value[:4]
    if key == "TORY":
        return value[:4]
    if _MP4_WHOLE.fullmatch(key):
        return str(round(Fraction(value)))
    if re.fullmatch("W...", key):  # ISO 8859-1 (id3v2.4.0-frames, section 4.3), so escaped as in RFC 3987, section 3.1
        return "".join(char if char.isascii() else quote(char) for char in value)
    return value


def _field_texts(kept: TagSet, container: Container) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each key of the fields with its values."""
    for name, values in kept.fields:
        codes = CODES.get(name, {})
        for key in FIELDS[name][container]:
            yield key, tuple(codes.get(value, value) for value in values)


def _fields(texts: Texts, container: Container) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The fields among `texts`."""
    for name, places in FIELDS.items():
        values = next((texts[key] for key in places[container] if key in texts), ())
        words = {code: word for word, code in CODES.get(name, {}).items()}
        if values:
            yield name, tuple(words.get(value, value) for value in values)


def _lyric_texts(tags: TagSet, container: Container) -> dict[str, tuple[str, ...]]:
    """The lyrics by their keys."""
    texts: dict[str, tuple[str, ...]] = {}
    if tags.synced:
        texts[PARTS["synced"][container][0]] = (lrc.lrc(lrc.parse(lrc.lrc(tags.synced))),)
    if tags.lyrics:
        key = PARTS["lyrics"][container][0]
        texts[PARTS["plain_lyrics"][container][0] if key in texts else key] = (tags.lyrics,)
    return texts


def _lyrics(texts: Texts, container: Container) -> tuple[str | None, tuple[tuple[int, str], ...]]:
    """The plain and the synced lyrics among `texts`."""
    synced_key = PARTS["synced"][container][0]
    synced = _timed("".join(texts.get(synced_key, ())))
    plain_keys = (*PARTS["lyrics"][container], *PARTS["plain_lyrics"][container])
    plain = (texts[key][0] for key in plain_keys if key in texts and not (synced and key == synced_key))
    return next(plain, None), synced


def _timed(text: str) -> tuple[tuple[int, str], ...]:
    """The lines of LRC text as `lrc.lrc` writes it; none of any other text."""
    try:
        lines = lrc.parse(text)
    except ValueError:
        return ()
    return lines if lrc.lrc(lines) == text else ()


def _language_texts(language: str | None, container: Container) -> dict[str, tuple[str, ...]]:
    """The language by its key."""
    (key,) = PARTS["language"][container]
    if not language:
        return {}
    return {key: (identifiers.iso639_2(language) if key == "TLAN" else language,)}


def _language(texts: Texts, container: Container) -> str | None:
    """The language among `texts`, in BCP 47 where it is a known code."""
    (key,) = PARTS["language"][container]
    code = "".join(texts.get(key, ())[:1])
    try:
        return identifiers.language(code) if code and key == "TLAN" else code or None
    except ValueError:
        return code
