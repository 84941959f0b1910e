"""APEv2 tags: at the end of WavPack files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mutagen import apev2, wavpack

from pressroom.data.tagmap import PARTS
from pressroom.formats.tagkeys import Keyed, paired, unpaired

if TYPE_CHECKING:
    from pathlib import Path

    from pressroom.formats.audio import Codec
    from pressroom.formats.tagset import Picture

(_PICTURE,) = PARTS["picture"]["ape"]


def write(path: Path, _codec: Codec, tags: Keyed, picture: Picture | None) -> None:
    """Replace the tags; a picture is its file name, a zero byte and its bytes."""
    items: dict[str, list[str] | bytes] = {key: list(values) for key, values in paired(dict(tags.texts)).items()}
    if picture:
        name = b"cover.png" if picture.media_type == "image/png" else b"cover.jpg"
        items[_PICTURE] = name + b"\0" + picture.content
    audio, kind = _opened(path), _typed(apev2.APEv2)
    audio.tags = kind()
    audio.tags.update(items)
    audio.save()


def read(path: Path, _codec: Codec) -> Keyed:
    """The texts; binary items and links to files are left out."""
    items = (_opened(path).tags or {}).items()
    texts = {key: tuple(item) for key, item in items if item.kind == apev2.TEXT}
    return Keyed(container="ape", texts=tuple(sorted(unpaired(texts, "ape").items())))


def picture(path: Path, _codec: Codec) -> bytes | None:
    """The front cover."""
    item = (_opened(path).tags or {}).get(_PICTURE)
    return bytes(item.value).partition(b"\0")[2] if item else None


def _opened(path: Path) -> Any:  # noqa: ANN401  # mutagen has no types
    """The file as mutagen has it."""
    return _typed(wavpack.WavPack)(path)


def _typed(kind: Any) -> Any:  # noqa: ANN401  # mutagen has no types
    """`kind`, whose calls mypy cannot check."""
    return kind
