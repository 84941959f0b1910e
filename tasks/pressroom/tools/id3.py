"""ID3v2 tags: in front of MP3 frames, and in a chunk of AIFF and WAV files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mutagen.aiff import AIFF
from mutagen.id3 import Encoding, Frames, ID3v1SaveOptions, PictureType
from mutagen.mp3 import MP3
from mutagen.wave import WAVE

from pressroom.formats import lrc
from pressroom.formats.tagkeys import Keyed, paired, unpaired

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pressroom.data.tagmap import Container
    from pressroom.formats.audio import Codec
    from pressroom.formats.tagkeys import Texts
    from pressroom.formats.tagset import Picture

_PEOPLE = frozenset({"TIPL", "TMCL", "IPLS"})
_UNKNOWN_LANGUAGE = "XXX"
"""id3v2.4.0-frames, section 4."""


def write(path: Path, codec: Codec, tags: Keyed, picture: Picture | None) -> None:
    """Replace whatever ID3v2 and ID3v1 tags the file has.

    mutagen's own step down to ID3v2.3 (`update_to_v23`) is left out: the tag map has a column for it, and the step would
    rewrite genres that look like ID3v1 numbers.
    """
    audio = _opened(path, codec)
    frames = _emptied(audio)
    for frame in _frames(paired(dict(tags.texts))):
        frames.add(frame)
    if picture:
        frames.add(_apic(picture))
    v1 = {"v1": ID3v1SaveOptions.REMOVE} if codec == "mp3" else {}
    audio.save(v2_version=3 if tags.container == "id3v23" else 4, v23_sep=None, padding=lambda _: 0, **v1)


def read(path: Path, codec: Codec) -> Keyed:
    """The tags of ID3v2.3 and 2.4 as they are, those of other versions as ID3v2.4."""
    tags = _opened(path, codec).tags
    if tags is None:
        return Keyed(container="id3v24", texts=())
    container: Container = "id3v23" if tags.version[:2] == (2, 3) else "id3v24"
    if tags.version < (2, 3, 0):
        tags.update_to_v24()
    texts: dict[str, tuple[str, ...]] = {}
    for frame in tags.values():
        key, values = _text(frame)
        texts[key] = texts.get(key, ()) or values
    return Keyed(container=container, texts=tuple(sorted(_whole_date(unpaired(texts, container)).items())))


def picture(path: Path, codec: Codec) -> bytes | None:
    """The front cover, else the first picture."""
    tags = _opened(path, codec).tags
    pictures = tags.getall("APIC") if tags else []
    pictures.sort(key=lambda frame: frame.type != PictureType.COVER_FRONT)
    return bytes(pictures[0].data) if pictures else None


def _opened(path: Path, codec: Codec) -> Any:  # noqa: ANN401  # mutagen has no types
    """The file as mutagen has it, its frames untranslated."""
    kinds: dict[Codec, Any] = {"mp3": MP3, "aiff": AIFF, "wav": WAVE}
    return kinds[codec](path, translate=False)


def _emptied(audio: Any) -> Any:  # noqa: ANN401  # mutagen has no types
    """New tags for a file: cleared ones would keep the frames that mutagen does not know."""
    audio.tags = None
    audio.add_tags()
    return audio.tags


def _frames(texts: Texts) -> Iterator[Any]:
    """The frames for `texts`; mutagen writes UTF-8 as UTF-16 in ID3v2.3, which has no UTF-8."""
    (language,) = texts.get("TLAN", (_UNKNOWN_LANGUAGE,))
    for key, values in texts.items():
        name, _, description = key.partition(":")
        kind = Frames[name]
        if name == "TXXX":
            yield kind(encoding=Encoding.UTF8, desc=description, text=list(values))
        elif name == "UFID":
            yield kind(owner=description, data=values[0].encode())
        elif name in _PEOPLE:
            yield kind(encoding=Encoding.UTF8, people=[list(pair) for pair in zip(values[::2], values[1::2], strict=True)])
        elif name == "COMM":  # players look for English, whatever the comment's language
            yield kind(encoding=Encoding.UTF8, lang="eng", desc="", text=list(values))
        elif name == "USLT":
            yield kind(encoding=Encoding.UTF8, lang=language, desc="", text=values[0])
        elif name == "SYLT":
            yield _sylt(values[0], language)
        elif name.startswith("W"):
            yield kind(url=values[0])
        elif text := _half_date(name, values):
            yield kind(encoding=Encoding.UTF8, text=text)


def _text(frame: Any) -> tuple[str, tuple[str, ...]]:  # noqa: ANN401  # mutagen has no types
    """The key and the values of a frame; none for a kind that the tag map does not use."""
    name = str(frame.FrameID)
    if name == "UFID":
        return f"UFID:{frame.owner}", (frame.data.decode(errors="replace"),)
    if name in _PEOPLE:
        return name, tuple(text for pair in frame.people for text in pair)
    if name == "SYLT":
        return name, (lrc.lrc((time, line.removeprefix("\n")) for line, time in frame.text),)
    if name == "USLT":
        return name, (str(frame.text),)
    if name.startswith("W"):
        return name, (str(frame.url),)
    key = f"TXXX:{frame.desc}" if name == "TXXX" else name
    return key, tuple(map(str, getattr(frame, "text", ())))


def _sylt(text: str, language: str) -> Any:  # noqa: ANN401  # mutagen has no types
    """The synced lyrics: times in milliseconds, each line but the first led in by its line break (section 4.9)."""
    lines = [("\n" * bool(number) + line, time) for number, (time, line) in enumerate(lrc.parse(text))]
    return Frames["SYLT"](encoding=Encoding.UTF8, lang=language, format=2, type=1, desc="", text=lines)


def _apic(picture: Picture) -> Any:  # noqa: ANN401  # mutagen has no types
    """The front cover; Windows shows no thumbnail when the description is not an empty ISO 8859-1 text."""
    front = PictureType.COVER_FRONT
    return Frames["APIC"](encoding=Encoding.LATIN1, mime=picture.media_type, type=front, desc="", data=picture.content)


def _half_date(name: str, values: tuple[str, ...]) -> list[str]:
    """What a frame holds of a date: TYER its year, TDAT its day and month as DDMM (id3v2.3.0, section 4.2.1)."""
    if name == "TYER":
        return [values[0][:4]]
    if name == "TDAT":
        return [values[0][8:] + values[0][5:7]] if len(values[0]) == len("YYYY-MM-DD") else []
    return list(values)


def _whole_date(texts: Texts) -> dict[str, tuple[str, ...]]:
    """`texts` with the date of TYER and TDAT under TYER."""
    year, day_month = ("".join(texts.get(key, ())) for key in ("TYER", "TDAT"))
    others = {key: values for key, values in texts.items() if key != "TDAT"}
    if year and re.fullmatch("[0-9]{4}", day_month):
        others["TYER"] = (f"{year}-{day_month[2:]}-{day_month[:2]}",)
    return others
