"""A logo, as it is laid over the pictures of a video."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pressroom.errors import ReleaseError
from pressroom.formats import pictures
from pressroom.formats.pictures import PictureFacts
from pressroom.plan import OUTPUT, Step
from pressroom.tools import image, notes

if TYPE_CHECKING:
    from fractions import Fraction
    from pathlib import Path

    from pressroom.formats.pictures import Rung
    from pressroom.plan import Work


@dataclass(frozen=True, kw_only=True)
class DrawLogo(Step):
    """Scales a logo for a rendition of a video: so wide a part of the pictures, and as opaque as it is to be."""

    source: Path
    facts: Path
    rung: Rung
    width: Fraction
    opacity: Fraction
    output: Path = field(metadata=OUTPUT)

    @property
    def tools(self) -> tuple[str, ...]:
        """Pillow scales."""
        return ("pillow",)

    def run(self, work: Work) -> None:
        """Write it as PNG; raises ReleaseError for what is no still picture, or too high."""
        from PIL.Image import Resampling  # noqa: PLC0415  # a tenth of a second that a run with nothing to do need not pay

        facts, drawn = notes.read(PictureFacts, self.facts), image.transparent(self.source)
        size = pictures.fitted(self.rung, facts.width, facts.height)
        own = pictures.logo_size(size[0], self.width, *drawn.size)
        if min(pictures.logo_place("bottom-right", size, own)) < 0:
            told = "{} x {}".format(*own)
            raise ReleaseError(
                f"{self.source}: would be {told} in pictures of {size[0]} x {size[1]}, which it leaves; make it narrower"
            )
        scaled = drawn.resize(own, Resampling.LANCZOS)
        scaled.putalpha(scaled.getchannel("A").point([round(level * self.opacity) for level in range(256)]))
        scaled.info = {}
        scaled.save(work.beside(self.output), "PNG")
