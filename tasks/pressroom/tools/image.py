"""Covers: one picture of the author's into the JPEGs that services, folders and audio files take."""

from __future__ import annotations

import hashlib
import json
import re
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, BinaryIO

from pressroom.errors import ReleaseError
from pressroom.plan import OUTPUT, Step
from pressroom.tools import pixels

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from PIL.Image import Image
    from PIL.ImageFile import ImageFile

    from pressroom.formats.tagset import Picture
    from pressroom.plan import Work

# Pillow takes a tenth of a second to import and most runs make no cover: hence the imports inside functions.

MAX_PIXELS = 50_000_000
"""What is decoded at all: 7,000 x 7,000, which takes 200 MB."""
MAX_BYTES = 500_000_000
"""What is read at all."""


@dataclass(frozen=True, kw_only=True)
class ImageFacts:
    """What an image file says of itself, before its pixels are looked at.

    `format` is JPEG, PNG, WebP or TIFF; `mode` is Pillow's word for the channels (RGB, RGBA, L, P, CMYK, I;16 ...);
    `width` and `height` are in pixels as stored, and `exif_orientation` (1 to 8) says how to turn them. `animated` holds for
    a file of several pages too.
    """

    format: str
    mode: str
    width: int
    height: int
    bytes: int
    icc: bool
    exif_orientation: int
    alpha: bool
    animated: bool
    sha256: str

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.width, self.height


@dataclass(frozen=True, kw_only=True)
class Covers(Step):
    """The covers of a release: upright, sRGB, without transparency or metadata, and never larger than the source.

    `sizes` are the longer sides in pixels, 1 to 65,500: `largest` is the source capped at the first, and each further one is
    `cover-<size>.jpg` beside it, left out where the source is smaller. `embedded` is the picture for audio files, of at most
    `embed_size` pixels and `embed_bytes` bytes. `facts` says what the source was, which files were made and what had to be
    decided. Services want just that: RGB, square pixels, no ICC profile, no EXIF orientation, not upscaled (Spotify,
    "Building a package"; Apple, "Video and Audio Asset Guide"); a picture is never cropped.
    """

    source: Path
    sizes: tuple[int, ...]
    largest: Path = field(metadata=OUTPUT)
    facts: Path = field(metadata=OUTPUT)
    embed_size: int
    embed_bytes: int
    embedded: Path = field(metadata=OUTPUT)

    @property
    def manifest(self) -> tuple[Path, Path]:
        """The facts: they list the covers that the source was large enough for."""
        return self.facts, self.largest.parent

    @property
    def tools(self) -> tuple[str, ...]:
        """Pillow decodes, scales and encodes."""
        return ("pillow",)

    def run(self, work: Work) -> None:
        """Write the covers; raise ReleaseError when the source is not one still picture, or is past the limits."""
        facts = probe(self.source)
        longer = max(facts.width, facts.height)
        still = _still(self.source, facts, longest=max(*self.sizes, self.embed_size))
        files = [_written(work, path, pixels.jpeg(pixels.shrunk(still.image, size))) for size, path in self._covers(longer)]
        told = {
            "source": asdict(facts),
            "files": files,
            "left_out": [size for size in self.sizes if size > longer],
            "embedded": _written(work, self.embedded, self._embeddable(still.image)),
            "notes": still.notes,
            "upscaled": still.upscaled,
        }
        text = json.dumps(told, sort_keys=True, indent=1, ensure_ascii=False) + "\n"
        work.beside(self.facts).write_bytes(text.encode())
        for note in still.notes:
            work.say(f"{self.source}: {note}")

    def _covers(self, longer: int) -> list[tuple[int, Path]]:
        """The cap and the path of each cover that a source of `longer` pixels gives."""
        first, *further = self.sizes
        made = [size for size in dict.fromkeys(further) if size <= longer]
        return [(first, self.largest), *((size, self.largest.with_name(f"cover-{size}.jpg")) for size in made)]

    def _embeddable(self, image: Image) -> Picture:
        """The best JPEG of at most `embed_bytes` bytes."""
        fitting = (picture for picture in pixels.lighter(image, self.embed_size) if len(picture.content) <= self.embed_bytes)
        if picture := next(fitting, None):
            return picture
        least = pixels.least(image)
        raise ReleaseError(
            f"{self.source}: takes {len(least.content)} bytes at {least.width} x {least.height} pixels already, "
            f"and 'embed' allows {self.embed_bytes}; allow more"
        )


def probe(path: Path) -> ImageFacts:
    """The facts of an image file, from its header: no pixel is decoded.

    Raises ReleaseError for what is not a JPEG, PNG, WebP or TIFF named as what it is, is damaged, or is past the limits.
    """
    with _opened(path) as image:
        return ImageFacts(
            format=_FORMATS[path.suffix.lower()],
            mode=image.mode,
            width=image.width,
            height=image.height,
            bytes=path.stat().st_size,
            icc=bool(image.info.get("icc_profile")),
            exif_orientation=_orientation(image),
            alpha=image.has_transparency_data,
            animated=getattr(image, "is_animated", False),
            sha256=_sha256(path),
        )


_FORMATS = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG", ".webp": "WebP", ".tif": "TIFF", ".tiff": "TIFF"}
"""What a file must be, by the end of its name."""

_SIGNATURES = (
    ("JPEG", rb"\xff\xd8\xff"),
    ("PNG", rb"\x89PNG\r\n\x1a\n"),
    ("WebP", rb"RIFF....WEBP"),
    ("TIFF", rb"II[*+]\0|MM\0[*+]"),
    ("GIF", rb"GIF8"),
    ("AVIF", rb"....ftypavi"),
    ("HEIC", rb"....ftyp(hei|hev|mif)"),
    ("JPEG XL", rb"\xff\x0a|....JXL "),
    ("Photoshop", rb"8BPS"),
    ("BMP", rb"BM"),
    ("PDF", rb"%PDF"),
    ("SVG or HTML", rb"(\xef\xbb\xbf)?\s*<"),
)
"""How the formats begin: ours, and those that a cover is mistaken for."""


@contextmanager
def _opened(path: Path) -> Iterator[ImageFile]:
    """The image with its header read; whatever Pillow raises while it is open becomes a ReleaseError."""
    _refuse_by_name_or_size(path)
    try:
        with path.open("rb") as file:
            yield _header(path, file)
    except (ReleaseError, MemoryError):
        raise
    except Exception as error:  # damaged images make Pillow raise nearly anything: SyntaxError, struct.error, KeyError ...
        reason = str(error) or type(error).__name__
        raise ReleaseError(f"{path}: cannot be read as a picture ({reason}); export it again") from error


def _refuse_by_name_or_size(path: Path) -> None:
    """Raise ReleaseError for what need not be opened to be refused."""
    if path.suffix.lower() not in _FORMATS:
        raise ReleaseError(
            f"{path}: expected a picture named .jpg, .png, .webp or .tif, got '{path.suffix}'; save it as one of these"
        )
    if not path.is_file():
        raise ReleaseError(f"{path}: there is no such file; put the picture there, or change its name")
    size = path.stat().st_size
    if size == 0:
        raise ReleaseError(f"{path}: is empty; export it again")
    if size > MAX_BYTES:
        raise ReleaseError(f"{path}: has {size} bytes, and a picture may have at most {MAX_BYTES}; export it smaller")


def _header(path: Path, file: BinaryIO) -> ImageFile:
    """The image of an open file, refused when it is not what its name says or has too many pixels."""
    from PIL.JpegImagePlugin import JpegImageFile  # noqa: PLC0415  # see the top
    from PIL.PngImagePlugin import PngImageFile  # noqa: PLC0415  # see the top
    from PIL.TiffImagePlugin import TiffImageFile  # noqa: PLC0415  # see the top
    from PIL.WebPImagePlugin import WebPImageFile  # noqa: PLC0415  # see the top

    named, found = _FORMATS[path.suffix.lower()], _format(file)
    if found != named:
        really = f"is {found}" if found else "is no picture that is known here"
        raise ReleaseError(f"{path}: is named as {named}, but {really}; rename it, or save it as JPEG, PNG, WebP or TIFF")
    # Not Image.open: its limit is one number for the whole process, and steps run on threads. It would also take a
    # phone's JPEG with a preview inside for a file of several pictures.
    readers: dict[str, type[ImageFile]] = {
        "JPEG": JpegImageFile,
        "PNG": PngImageFile,
        "WebP": WebPImageFile,
        "TIFF": TiffImageFile,
    }
    image = readers[named](file)
    if image.width * image.height > MAX_PIXELS:
        raise ReleaseError(
            f"{path}: has {image.width} x {image.height} = {image.width * image.height} pixels, and a picture may have at most "
            f"{MAX_PIXELS}; make it smaller, 3000 x 3000 is enough"
        )
    return image


def _format(file: BinaryIO) -> str | None:
    """What a file is by its first bytes, which are left unread."""
    head = file.read(64)
    file.seek(0)
    return next((name for name, pattern in _SIGNATURES if re.match(pattern, head, re.DOTALL)), None)


def _orientation(image: ImageFile) -> int:
    """The EXIF orientation, 1 to 8; 1 where there is none or a number that means nothing."""
    from PIL.Image import Image  # noqa: PLC0415  # see the top

    # Not image.getexif(): for a PNG that decodes all the pixels, in case an eXIf chunk comes after them.
    turn = Image.getexif(image).get(0x0112, 1)
    return turn if turn in pixels.TURNS else 1


def _sha256(path: Path) -> str:
    """The digest of the file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def transparent(path: Path) -> Image:
    """A logo, as `pixels.clear` has it; raises ReleaseError as `probe`, and for what is no still picture."""
    facts = probe(path)
    _refuse_by_nature(path, facts, "a logo")
    with _opened(path) as image:
        return pixels.clear(image, orientation=facts.exif_orientation)


def _still(path: Path, facts: ImageFacts, *, longest: int) -> pixels.Still:
    """The picture, upright and in sRGB, at most `longest` pixels on its longer side."""
    _refuse_by_nature(path, facts, "a cover")
    with _opened(path) as image:
        return pixels.still(image, longest=longest, orientation=facts.exif_orientation)


def _refuse_by_nature(path: Path, facts: ImageFacts, what: str) -> None:
    """Raise ReleaseError for what is no still picture, or has colours that cannot be kept."""
    if facts.animated:
        raise ReleaseError(f"{path}: is animated or has several pages, and {what} is one still picture; save the one you mean")
    if facts.mode not in pixels.MODES:
        raise ReleaseError(f"{path}: has colours that cannot be kept (mode '{facts.mode}'); save it as RGB with 8 bits")


def _written(work: Work, path: Path, picture: Picture) -> dict[str, str | int]:
    """Write the picture, and give its line for the facts."""
    work.beside(path).write_bytes(picture.content)
    return {
        "path": path.name,
        "width": picture.width,
        "height": picture.height,
        "bytes": len(picture.content),
        "sha256": hashlib.sha256(picture.content).hexdigest(),
    }
