"""The files of a new releases repo: one example release with a master and a cover of its own, and what surrounds it."""

from __future__ import annotations

import io
import random
import sys
from array import array
from contextlib import suppress
from importlib import resources
from itertools import pairwise
from typing import TYPE_CHECKING

from pressroom.errors import MachineError
from pressroom.formats import riff

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

RATE = 44_100
SECONDS = 3
CHORD = (73.42, 146.83, 220.0, 293.66, 369.99, 440.0, 587.33)
"""D major from D2 to D5, in Hz."""
BEAT_SECONDS = 0.15
LEVEL = 0.7
"""The highest peak, of 1: -3 dB, so that no lossy copy clips."""
FADE_SECONDS = 0.8
TEMPLATES = {
    "dodo.py": "dodo.txt",
    "README.md": "README.md",
    ".gitignore": "gitignore.txt",
    ".github/workflows/build.yml": "build.yml",
    "releases/first-song.yaml": "first-song.yaml",
}
"""Where each file of `data/new` goes."""
SIDE = 1500
"""The cover's, in pixels; services want 1400 or more."""


def files(schema: str) -> dict[str, bytes]:
    """Every file of a new repo by its path; the same each time. `schema` is the text of schemas/album.schema.json."""
    templates = resources.files("pressroom.data") / "new"
    texts = {path: (templates / name).read_bytes() for path, name in TEMPLATES.items()}
    return {
        **texts,
        "schemas/album.schema.json": schema.encode(),
        "releases/first-song/first-song.wav": master(),
        "releases/first-song/cover.jpg": cover(),
    }


def master() -> bytes:
    """A 16-bit stereo WAV of 3 s: the chord on plucked strings, one after the other, dying away."""
    total = RATE * SECONDS
    left, right = [0.0] * total, [0.0] * total
    for number, pitch in enumerate(CHORD):
        begin = round(number * BEAT_SECONDS * RATE)
        pan = number / (len(CHORD) - 1)
        for n, value in enumerate(_pluck(pitch, total - begin), begin):
            left[n] += value * (1 - 0.6 * pan)
            right[n] += value * (0.4 + 0.6 * pan)
    loudest = max(map(abs, (*left, *right)))
    samples = array("h")
    for n, (one, other) in enumerate(zip(left, right, strict=True)):
        gain = LEVEL * 32767 / loudest * min(1.0, (total - n) / (FADE_SECONDS * RATE))
        samples.extend((round(one * gain), round(other * gain)))
    if sys.byteorder == "big":
        samples.byteswap()
    return riff.wav_header(samples=total, rate=RATE, channels=2, depth=16) + samples.tobytes()


def cover() -> bytes:
    """A JPEG: a sun over the sea."""
    from PIL import Image, ImageDraw, ImageOps  # noqa: PLC0415  # a tenth of a second that only this verb needs

    gradient = Image.linear_gradient("L").resize((SIDE, SIDE))
    picture = ImageOps.colorize(gradient, black="#1d2b53", mid="#f08a5d", white="#f9ed69")
    draw = ImageDraw.Draw(picture)
    horizon, radius = SIDE * 2 // 3, SIDE // 5
    draw.circle((SIDE // 2, horizon), radius, fill="#fff4d6")
    draw.rectangle((0, horizon, SIDE, SIDE), fill="#14335c")
    for number, width in enumerate(range(2 * radius, 0, -radius // 4), 1):
        y = horizon + number * SIDE // 32
        draw.rectangle(((SIDE - width) // 2, y, (SIDE + width) // 2, y + SIDE // 120), fill="#e8b07a")
    content = io.BytesIO()
    picture.save(content, "JPEG", quality=90)
    return content.getvalue()


def write(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write every file below `folder`, or none: raises MachineError, and takes back what it had written."""
    made: list[Path] = []
    try:
        for name, content in contents.items():
            path = folder / name
            made += [parent for parent in reversed(path.parents) if not parent.exists()]
            path.parent.mkdir(parents=True, exist_ok=True)
            made.append(path)
            path.write_bytes(content)
    except OSError as error:
        _take_back(made)
        raise MachineError(f"{folder}: cannot be written ({error.strerror}); nothing was made") from error


def _take_back(made: list[Path]) -> None:
    """Remove files and folders, the innermost first."""
    for path in reversed(made):
        with suppress(OSError):
            if path.is_dir():
                path.rmdir()
            else:
                path.unlink()


def _pluck(pitch: float, count: int) -> list[float]:
    """`count` samples of a plucked string (Karplus and Strong, 1983): noise that a moving average wears down."""
    noise = random.Random(pitch)  # noqa: S311  # a sound, and the same one every time
    period = round(RATE / pitch)
    sound = [noise.uniform(-1, 1) for _ in range(period)]
    # A softer pick: the highest partials of raw noise hiss.
    for _ in range(4):
        sound = [(one + other) / 2 for one, other in pairwise([sound[-1], *sound])]
    for n in range(period, count):
        sound.append(0.498 * (sound[n - period] + sound[n - period - 1]))
    return sound[:count]
