"""Whether a picture was enlarged before it came here."""

from __future__ import annotations

import io
import random

import pytest
from PIL import Image, ImageDraw
from PIL.Image import Resampling

from pressroom.tools.pixels import is_upscaled

SIDE = 640


def drawing() -> Image.Image:
    """Lines and discs with smooth edges: detail at every scale."""
    side = 2 * SIDE
    rolls = random.Random(7)  # noqa: S311  # a picture, not a secret
    image = Image.new("RGB", (side, side), (20, 24, 60))
    pen = ImageDraw.Draw(image)
    for _ in range(200):
        x, y, r = rolls.randrange(side), rolls.randrange(side), rolls.randrange(1, 120)
        pen.ellipse((x - r, y - r, x + r, y + r), fill=tuple(rolls.randrange(256) for _ in range(3)))
        pen.line((x, y, rolls.randrange(side), rolls.randrange(side)), fill="white", width=2)
    return image.resize((SIDE, SIDE), Resampling.LANCZOS)


def enlarged(image: Image.Image, times: float, way: Resampling) -> Image.Image:
    """The picture, scaled down and up again."""
    small = image.resize((round(SIDE / times), round(SIDE / times)), Resampling.LANCZOS)
    return small.resize((SIDE, SIDE), way)


def as_jpeg(image: Image.Image) -> Image.Image:
    """The picture after a JPEG of the usual quality."""
    content = io.BytesIO()
    image.save(content, "JPEG", quality=90)
    return Image.open(content).convert("RGB")


@pytest.mark.parametrize("way", [Resampling.BILINEAR, Resampling.BICUBIC, Resampling.LANCZOS])
@pytest.mark.parametrize("times", [2, 3])
def test_an_enlarged_picture_is_seen(times: float, way: Resampling) -> None:
    """A cover that was blown up from a smaller one is recognised, whichever filter did it, after a JPEG too."""
    assert is_upscaled(as_jpeg(enlarged(drawing(), times, way)))


@pytest.mark.parametrize("after", [drawing, lambda: as_jpeg(drawing()), lambda: drawing().convert("L")])
def test_an_original_is_not_blamed(after: object) -> None:
    """Your own artwork is left in peace, as PNG, JPEG or in grey."""
    assert not is_upscaled(after())  # type: ignore[operator]  # each is a function of no arguments


def test_a_smooth_picture_is_not_judged() -> None:
    """A gradient has no detail at any scale, and says nothing about how it was made."""
    assert not is_upscaled(Image.linear_gradient("L").resize((SIDE, SIDE)))


def test_a_tiny_picture_is_not_judged() -> None:
    """Below 64 pixels there are no three octaves to compare."""
    assert not is_upscaled(drawing().resize((63, 63)))
