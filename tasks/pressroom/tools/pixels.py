"""What is done to a cover's pixels: made RGB, turned upright, scaled down, and looked at for detail."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pressroom.formats.tagset import Picture

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL.Image import Image
    from PIL.ImageFile import ImageFile

# Pillow takes a tenth of a second to import and most runs make no cover: hence the imports inside functions.

MODES = frozenset({"1", "L", "LA", "P", "PA", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr", "I;16", "I;16B", "I;16L"})
"""The channels that can be made RGB without guessing a range: no floating point, no 32-bit integers, no Lab."""

GREY = frozenset({"1", "L", "LA"})
CLEAR = frozenset({"LA", "RGBA"})

TURNS = {
    2: "FLIP_LEFT_RIGHT",
    3: "ROTATE_180",
    4: "FLIP_TOP_BOTTOM",
    5: "TRANSPOSE",
    6: "ROTATE_270",
    7: "TRANSVERSE",
    8: "ROTATE_90",
}
"""How to turn a picture upright, by its EXIF orientation (Exif 2.32, 4.6.4)."""

QUALITY = 92
EMBED_QUALITIES = (92, 88, 84, 80, 75)
"""Below 75 a smaller picture looks better than a coarser one."""
LEAST_SIZE = 64
"""Of the embedded picture's longer side, in pixels."""


UPSCALED_BELOW = 0.25
"""Of an original's detail, the finest octave holds 0.4 or more of what the next ones do; enlarged twofold, less than 0.25.

Measured on 36 photographs, drawings and screenshots, each also enlarged by 1.5 (0.21 and more), 2 and 3 (0.35 and less, most
below 0.2), with bilinear, bicubic and Lanczos filters.
"""
LEAST_DETAIL = 1.0
"""Grey levels (of 255, root mean square) in the coarser octaves; below, a picture is too smooth to judge."""
JUDGED = 2048
"""The longer side of the middle part that is judged, in pixels."""


@dataclass(frozen=True, kw_only=True)
class Still:
    """A picture that is upright, sRGB and opaque.

    `notes` say what had to be decided, `upscaled` that it was enlarged before it came here.
    """

    image: Image
    notes: tuple[str, ...]
    upscaled: bool


def still(image: ImageFile, *, longest: int, orientation: int) -> Still:
    """The picture of an open file, at most `longest` pixels on its longer side, turned as its EXIF `orientation` says."""
    width, height = image.size
    # libjpeg decodes at 1/2, 1/4 or 1/8 for less memory; twice the size that is needed leaves the filter its detail.
    spare = max(width, height) // (2 * longest)
    if spare > 1:
        image.draft(None, (max(1, width // spare), max(1, height // spare)))
    image.load()
    channels = _channels(image)
    upscaled = spare <= 1 and is_upscaled(channels)
    small = shrunk(channels, longest)
    picture, note = _srgb(_on_white(small), image.info.get("icc_profile"))
    upright = _upright(picture, orientation)
    upright.info = {}  # Pillow would write a comment of the source into the JPEG
    white = ("transparent parts are made white",) if small.mode in CLEAR else ()
    return Still(image=upright, notes=(*white, *((note,) if note else ())), upscaled=upscaled)


def clear(image: ImageFile, *, orientation: int) -> Image:
    """The picture of an open file as RGBA: upright, in sRGB, with what transparency it has."""
    from PIL import Image as Images  # noqa: PLC0415  # see the top

    image.load()
    channels = _channels(image)
    veil = channels.getchannel("A") if channels.mode in CLEAR else Images.new("L", channels.size, "white")
    plain = channels.convert(channels.mode.removesuffix("A")) if channels.mode in CLEAR else channels
    picture, _ = _srgb(plain, image.info.get("icc_profile"))
    picture.putalpha(veil)
    return _upright(picture, orientation)


def is_upscaled(image: Image) -> bool:
    """Whether the finest octave of a picture holds nearly no detail though the coarser ones do."""
    grey = image.convert("L")
    side = min(*grey.size, JUDGED)
    left, top = (grey.width - side) // 2, (grey.height - side) // 2
    grey = grey.crop((left, top, left + side, top + side))
    finest, finer, fine = (_octave(grey, 2**n) for n in range(3)) if side >= 64 else (1.0, 0.0, 0.0)  # noqa: PLR2004
    coarser = max(finer, fine)
    return coarser >= LEAST_DETAIL and finest / coarser < UPSCALED_BELOW


def shrunk(image: Image, longest: int) -> Image:
    """`image` with its longer side at most `longest` pixels; never enlarged."""
    from PIL.Image import Resampling  # noqa: PLC0415  # see the top

    longer = max(image.size)
    if longer <= longest:
        return image
    width, height = (max(1, (2 * side * longest + longer) // (2 * longer)) for side in image.size)
    return image.resize((width, height), Resampling.LANCZOS)


def jpeg(image: Image, quality: int = QUALITY) -> Picture:
    """`image` as a baseline JPEG, 4:4:4, whose header holds nothing but its size and 72 dpi."""
    content = io.BytesIO()
    # Not optimize=True: Pillow then allows w x h bytes for the result, and fails where a grainy picture needs more.
    image.save(content, "JPEG", quality=quality, subsampling="4:4:4", dpi=(72, 72))
    return Picture(media_type="image/jpeg", width=image.width, height=image.height, content=content.getvalue())


def lighter(image: Image, size: int) -> Iterator[Picture]:
    """JPEGs of `image` that take ever fewer bytes: first the quality gives way, then the size."""
    size = min(size, max(image.size))
    while True:
        scaled = shrunk(image, size)
        for quality in EMBED_QUALITIES:
            yield jpeg(scaled, quality)
        if size <= LEAST_SIZE:
            return
        size = max(LEAST_SIZE, size * 3 // 4)


def least(image: Image) -> Picture:
    """The smallest JPEG that `lighter` comes to."""
    return jpeg(shrunk(image, LEAST_SIZE), EMBED_QUALITIES[-1])


def _octave(grey: Image, scale: int) -> float:
    """The detail that is lost by halving a picture of 1 / `scale` its size: grey levels, root mean square."""
    from PIL import ImageChops, ImageStat  # noqa: PLC0415  # see the top
    from PIL.Image import Resampling  # noqa: PLC0415  # see the top

    at_scale = grey.resize((grey.width // scale, grey.height // scale), Resampling.LANCZOS)
    half = at_scale.resize((at_scale.width // 2, at_scale.height // 2), Resampling.LANCZOS)
    lost = ImageChops.difference(at_scale, half.resize(at_scale.size, Resampling.LANCZOS))
    return float(ImageStat.Stat(lost).rms[0])


def _channels(image: Image) -> Image:
    """`image` in a mode that can be scaled: L, LA, RGB, RGBA or CMYK, with 8 bits a channel."""
    if image.mode.startswith("I;16"):
        return image.convert("I").point(lambda level: level * (1 / 256)).convert("L")
    grey = image.mode in GREY
    if image.has_transparency_data:
        mode = "LA" if grey else "RGBA"
    elif grey:
        mode = "L"
    else:
        mode = "CMYK" if image.mode == "CMYK" else "RGB"
    return image if image.mode == mode else image.convert(mode)  # converting to the same mode would copy it


def _on_white(image: Image) -> Image:
    """`image` without its alpha channel, on white paper."""
    from PIL import Image as Images  # noqa: PLC0415  # see the top

    if image.mode not in CLEAR:
        return image
    plain = image.mode.removesuffix("A")
    paper = Images.new(plain, image.size, "white")
    paper.paste(image.convert(plain), mask=image.getchannel("A"))
    return paper


def _srgb(image: Image, icc: bytes | None) -> tuple[Image, str | None]:
    """`image` in sRGB by its ICC profile, and a note where its colours had to be guessed."""
    from PIL import ImageCms  # noqa: PLC0415  # see the top

    if not icc:
        return image.convert("RGB"), "CMYK without an ICC profile: its colours are guessed" if image.mode == "CMYK" else None
    try:
        converted = ImageCms.profileToProfile(
            image,
            ImageCms.ImageCmsProfile(io.BytesIO(icc)),
            ImageCms.createProfile("sRGB"),
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            outputMode="RGB",
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except (ImageCms.PyCMSError, OSError) as error:
        return image.convert("RGB"), f"its ICC profile cannot be used ({error}): its colours are taken as sRGB"
    return converted or image, None  # None comes only of converting in place


def _upright(image: Image, orientation: int) -> Image:
    """`image` turned as its EXIF orientation says."""
    from PIL.Image import Transpose  # noqa: PLC0415  # see the top

    return image.transpose(Transpose[TURNS[orientation]]) if orientation in TURNS else image
