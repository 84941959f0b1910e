"""Vorbis comments: in FLAC, Ogg Vorbis and Opus files."""

from __future__ import annotations

import base64
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from mutagen import flac
from mutagen.id3 import PictureType
from mutagen.ogg import OggPage
from mutagen.oggopus import OggOpus
from mutagen.oggvorbis import OggVorbis

from pressroom.data.tagmap import PARTS
from pressroom.formats.tagkeys import Keyed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pressroom.formats.audio import Codec
    from pressroom.formats.tagset import Picture

(_PICTURE,) = PARTS["picture"]["vorbis"]
_HEADERS_AFTER_THE_FIRST = 2
"""Of an Ogg Vorbis file: the comments, and the codec's setup."""


def write(path: Path, codec: Codec, tags: Keyed, picture: Picture | None) -> None:
    """Replace the comments and pictures; the encoder's vendor text stays, and so does the gain in Opus's header.

    FLAC pictures come after the comments, else Windows reads no tags.
    """
    audio = _opened(path, codec)
    written = _emptied(audio)
    comments = [(key, value) for key, values in tags.texts for value in values]
    if codec == "flac":
        audio.clear_pictures()
        if picture:
            audio.add_picture(_block(picture))
    elif picture:
        comments.append((_PICTURE, base64.b64encode(_block(picture).write()).decode()))
    written.extend(comments)
    audio.save(padding=lambda _: 0)
    if codec == "vorbis":
        _lay_out_headers(path)


def read(path: Path, codec: Codec) -> Keyed:
    """The comments, but for the picture."""
    texts: defaultdict[str, tuple[str, ...]] = defaultdict(tuple)
    for key, value in _opened(path, codec).tags or ():
        texts[key.upper()] += (value,)
    texts.pop(_PICTURE, None)
    return Keyed(container="opus" if codec == "opus" else "vorbis", texts=tuple(sorted(texts.items())))


def picture(path: Path, codec: Codec) -> bytes | None:
    """The front cover, else the first picture."""
    audio = _opened(path, codec)
    blocks: Sequence[Any]
    if codec == "flac":
        blocks = audio.pictures
    else:
        kind: Any = flac.Picture
        blocks = [kind(base64.b64decode(text)) for text in audio.tags.get(_PICTURE, [])]
    front = [block for block in blocks if block.type == PictureType.COVER_FRONT]
    return bytes((*front, *blocks)[0].data) if blocks else None


def _opened(path: Path, codec: Codec) -> Any:  # noqa: ANN401  # mutagen has no types
    """The file as mutagen has it."""
    kinds: dict[Codec, Any] = {"flac": flac.FLAC, "vorbis": OggVorbis, "opus": OggOpus}
    return kinds[codec](path)


def _emptied(audio: Any) -> Any:  # noqa: ANN401  # mutagen has no types
    """The file's comments without any; a FLAC file may have no such block yet."""
    if audio.tags is None:
        audio.add_tags()
        audio.tags = _vendored(audio.tags)
    audio.tags.clear()
    return audio.tags


def _vendored(comments: Any) -> Any:  # noqa: ANN401  # mutagen has no types
    """New comments whose vendor text is not mutagen's, which has its version."""
    comments.vendor = "pressroom"
    return comments


def _lay_out_headers(path: Path) -> None:
    """Divide the comments and the codec's setup, which may share pages, into pages as if both were written afresh.

    mutagen leaves the setup where longer comments have once pushed it, so the bytes would depend on former tags. The first
    page holds the identification alone, and audio starts on a new page (Vorbis I specification, section A.2).
    """
    ogg: Any = OggPage
    with path.open("r+b") as file:
        serial, pages, finished = ogg(file).serial, list[Any](), 0
        while finished < _HEADERS_AFTER_THE_FIRST:
            page = ogg(file)
            if page.serial == serial:
                pages.append(page)
                finished += len(page.packets) - (not page.complete)
        ogg.replace(file, pages, ogg.from_packets(ogg.to_packets(pages), sequence=pages[0].sequence))


def _block(picture: Picture) -> Any:  # noqa: ANN401  # mutagen has no types
    """The picture as a FLAC block (RFC 9639, section 8.8); covers are RGB, 24 bits a pixel.

    libopus refuses a picture of which only some of width, height and depth are zero.
    """
    kind: Any = flac.Picture
    block = kind()
    block.type, block.mime, block.data = PictureType.COVER_FRONT, picture.media_type, picture.content
    block.width, block.height, block.depth = picture.width, picture.height, 24
    return block
