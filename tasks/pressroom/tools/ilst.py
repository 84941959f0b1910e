"""MP4 tags: the atoms of iTunes' `ilst`, in M4A files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mutagen import mp4

from pressroom.data.tagmap import FREEFORM
from pressroom.formats.tagkeys import Keyed

if TYPE_CHECKING:
    from pathlib import Path

    from pressroom.formats.audio import Codec
    from pressroom.formats.tagset import Picture

_FLAGS = frozenset({"cpil", "pgap"})
_NUMBERS = frozenset({"tmpo", "rtng", "stik"})


def write(path: Path, _codec: Codec, tags: Keyed, picture: Picture | None) -> None:
    """Replace the tags. `tags` is sorted, which matters: atoms of one size stand in the order of their insertion."""
    atoms: dict[str, Any] = {}
    for key, values in tags.texts:
        name, _, half = key.partition("#")
        if half:
            number, total = atoms.get(name, [(0, 0)])[0]
            atoms[name] = [(int(values[0]), total) if half == "n" else (number, int(values[0]))]
        else:
            atoms[name] = _atom(name, values)
    if picture:
        kind = mp4.AtomDataType.PNG if picture.media_type == "image/png" else mp4.AtomDataType.JPEG
        atoms["covr"] = [_typed(mp4.MP4Cover)(picture.content, kind)]
    audio = _typed(mp4.MP4)(path)
    audio.tags = _typed(mp4.MP4Tags)()
    audio.tags.update(atoms)
    audio.save(padding=lambda _: 0)


def read(path: Path, _codec: Codec) -> Keyed:
    """The tags, but for the picture."""
    texts: dict[str, tuple[str, ...]] = {}
    for name, value in (_typed(mp4.MP4)(path).tags or {}).items():
        if name in {"trkn", "disk"}:
            texts |= {f"{name}#{half}": (str(number),) for half, number in zip(("n", "of"), value[0], strict=True) if number}
        elif name in _FLAGS:
            texts[name] = (str(int(value)),)
        elif name.startswith(FREEFORM):
            texts[name] = tuple(bytes(item).decode(errors="replace") for item in value)
        elif name != "covr":
            texts[name] = tuple(map(str, value))
    return Keyed(container="mp4", texts=tuple(sorted(texts.items())))


def picture(path: Path, _codec: Codec) -> bytes | None:
    """The first picture; this container does not say what they show."""
    covers = (_typed(mp4.MP4)(path).tags or {}).get("covr", [])
    return bytes(covers[0]) if covers else None


def _typed(kind: Any) -> Any:  # noqa: ANN401  # mutagen has no types
    """`kind`, whose calls mypy cannot check."""
    return kind


def _atom(name: str, values: tuple[str, ...]) -> Any:  # noqa: ANN401  # each atom has a type of its own
    """The value of one atom as mutagen takes it."""
    if name in _FLAGS:
        return values[0] == "1"
    if name in _NUMBERS:
        return [int(values[0])]
    return [value.encode() for value in values] if name.startswith(FREEFORM) else list(values)
