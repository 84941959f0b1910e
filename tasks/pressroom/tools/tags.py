"""The tags inside audio files: write them, read them back."""

from __future__ import annotations

import io
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal, Protocol

from pressroom.errors import ReleaseError
from pressroom.formats import tagkeys
from pressroom.formats.tagset import Picture

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pressroom.formats.audio import Codec
    from pressroom.formats.tagkeys import Keyed
    from pressroom.formats.tagset import TagSet


def write(path: Path, tags: TagSet, *, codec: Codec, picture: Picture | None, id3: Literal["2.4", "2.3"] = "2.4") -> None:
    """Tag the file in place; tags of its kind are replaced, so that tagging again gives the bytes of tagging afresh.

    Every container's padding is constant and its keys are in a fixed order. `id3` is for mp3, aiff and wav alone. Raises
    ReleaseError for a damaged file, OSError for a failing disk, KeyError for a field that `data/tagmap.py` lacks.
    """
    keyed = tagkeys.keyed(tags, tagkeys.container_of(codec, id3))
    with _undamaged(path):
        _format(codec).write(path, codec, keyed, picture)


def read(path: Path, *, codec: Codec) -> TagSet:
    """The tags of the file; raises ReleaseError for a damaged one."""
    with _undamaged(path):
        return tagkeys.tagset(_format(codec).read(path, codec))


def read_picture(path: Path, *, codec: Codec) -> Picture | None:
    """The front cover in the file, its type and size as its bytes say; raises ReleaseError for a damaged file."""
    with _undamaged(path):
        content = _format(codec).picture(path, codec)
        return _measured(content) if content else None


def expected(tags: TagSet, *, codec: Codec, id3: Literal["2.4", "2.3"] = "2.4") -> TagSet:
    """What `read` gives for a file that `write` gave `tags`: less where the container cannot hold them all."""
    return tagkeys.held(tags, tagkeys.container_of(codec, id3))


class _Format(Protocol):
    """What the module of a tag format has."""

    def write(self, path: Path, codec: Codec, tags: Keyed, picture: Picture | None, /) -> None: ...

    def read(self, path: Path, codec: Codec, /) -> Keyed: ...

    def picture(self, path: Path, codec: Codec, /) -> bytes | None: ...


def _format(codec: Codec) -> _Format:
    """The module that tags files of `codec`, imported when first used: all of mutagen takes 40 ms."""
    if codec in {"flac", "vorbis", "opus"}:
        from pressroom.tools import vorbis  # noqa: PLC0415  # as said above

        return vorbis
    if codec in {"alac", "aac"}:
        from pressroom.tools import ilst  # noqa: PLC0415  # likewise

        return ilst
    if codec == "wavpack":
        from pressroom.tools import apev2  # noqa: PLC0415  # likewise

        return apev2
    from pressroom.tools import id3  # noqa: PLC0415  # likewise

    return id3


def _measured(content: bytes) -> Picture:
    """The picture whose bytes these are; raises ValueError when they are no JPEG or PNG."""
    from PIL import Image, UnidentifiedImageError  # noqa: PLC0415  # a tenth of a second, and most runs tag nothing

    try:
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG")) as image:
            kind, width, height = image.format, image.width, image.height
    except UnidentifiedImageError:
        raise ValueError("its picture is neither JPEG nor PNG") from None
    return Picture(media_type=f"image/{str(kind).lower()}", width=width, height=height, content=content)


@contextmanager
def _undamaged(path: Path) -> Iterator[None]:
    """Turn what mutagen and Pillow raise for bytes that make no sense into a ReleaseError."""
    try:
        yield
    except Exception as error:  # mutagen leaks IndexError, ValueError and struct.error for damaged files
        # What the disk says, such as that it is full, is no damage; mutagen wraps it.
        cause = error.args[0] if error.args and isinstance(error.args[0], OSError) else error
        if isinstance(cause, OSError) and cause.errno is not None:
            raise cause from None
        raise ReleaseError(f"{path}: damaged file: {error or type(error).__name__}") from error
