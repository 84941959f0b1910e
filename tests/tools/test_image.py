"""Covers: what is taken, what is made of it, and what is refused."""

from __future__ import annotations

import hashlib
import io
import json
import random
import struct
import time
import zlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageOps, JpegImagePlugin

from pressroom import plan
from pressroom.errors import ReleaseError
from pressroom.tools.image import MAX_BYTES, Covers, ImageFacts, probe

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager
    from subprocess import Popen

Colour = tuple[int, ...]
RED, WHITE = (255, 0, 0), (255, 255, 255)


class Bench:
    """Work without an engine: every output is written where it belongs."""

    ffmpeg = Path("no-ffmpeg")

    def __init__(self) -> None:
        """Nothing is written and nothing said yet."""
        self.versions: dict[str, str] = {}
        self.written: list[str] = []
        self.said: list[str] = []

    def fingerprint(self, tool: str) -> str:
        """No cover asks for one."""
        raise AssertionError(tool)

    def child(self, process: Popen[bytes]) -> AbstractContextManager[None]:
        """No cover runs a program."""
        raise AssertionError(process.args)

    def beside(self, output: Path) -> Path:
        """The output itself, in a folder that exists."""
        output.parent.mkdir(parents=True, exist_ok=True)
        self.written.append(output.as_posix())
        return output

    def rename(self, written: Path, output: Path) -> None:
        """No cover is called by what it holds."""
        raise AssertionError(written, output)

    def digest(self, path: Path) -> str:
        """No cover asks for one."""
        raise AssertionError(path)

    def earlier(self, output: Path) -> Path | None:
        """Nor for this."""
        raise AssertionError(output)

    def say(self, text: str) -> None:
        """Remember the line."""
        self.said.append(text)

    def note(self, text: str) -> None:
        """No log is kept."""

    def spent(self, seconds: float) -> None:
        """CPU seconds of a tool."""

    def progress(self, fraction: float) -> None:
        """Nothing to show it on."""


@dataclass(frozen=True, kw_only=True)
class Made:
    """What a step left behind."""

    told: Mapping[str, object]
    written: list[str]
    said: list[str]


@pytest.fixture(autouse=True)
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty repo that relative paths start from."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def covers(source: str, *sizes: int, embed_size: int = 40, embed_bytes: int = 100_000) -> Covers:
    """The step for a release called moon."""
    return Covers(
        name="cover",
        source=Path(source),
        sizes=sizes or (60, 30),
        largest=Path("build/moon/cover.jpg"),
        facts=Path(".pressroom/moon/cover.json"),
        embed_size=embed_size,
        embed_bytes=embed_bytes,
        embedded=Path(".pressroom/moon/cover.jpg"),
    )


def make(step: Covers) -> Made:
    """Run the step and read its facts."""
    bench = Bench()
    step.run(bench)
    return Made(told=json.loads(step.facts.read_text("utf-8")), written=bench.written, said=bench.said)


def pixel(x: int, y: int, path: str = "build/moon/cover.jpg") -> Colour:
    """A pixel of the cover, rounded to steps of 8: JPEG is not exact."""
    with Image.open(path) as image:
        levels = image.getpixel((x, y))
    assert isinstance(levels, tuple)
    return tuple(min(255, (int(level) + 4) // 8 * 8) for level in levels)


def size(path: str) -> tuple[int, int]:
    """Width and height of the image there."""
    with Image.open(path) as image:
        return image.size


def colour_profile(space: bytes, tags: Mapping[bytes, bytes]) -> bytes:
    """A minimal ICC profile, version 2, of a display (ICC.1:2001-04, 6.1 and 6.2)."""
    table, content = struct.pack(">I", len(tags)), b""
    start = 128 + 4 + 12 * len(tags)
    for name, body in tags.items():
        padded = body + b"\0" * (-len(body) % 4)
        table += name + struct.pack(">II", start + len(content), len(body))
        content += padded
    head = struct.pack(">I4sI4s4s4s12s4s", start + len(content), b"", 0x02400000, b"mntr", space, b"XYZ ", bytes(12), b"acsp")
    white = struct.pack(">3i", 63190, 65536, 54061)
    return head.ljust(68, b"\0") + white.ljust(60, b"\0") + table + content


def xyz(x: float, y: float, z: float) -> bytes:
    """A colour as an ICC tag."""
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(65536 * part) for part in (x, y, z)))


def gamma(power: float) -> bytes:
    """A tone curve as an ICC tag."""
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(256 * power))


P3 = colour_profile(
    b"RGB ",
    {
        b"wtpt": xyz(0.9642, 1, 0.8249),
        b"rXYZ": xyz(0.51512, 0.24120, -0.00105),
        b"gXYZ": xyz(0.29198, 0.69225, 0.04189),
        b"bXYZ": xyz(0.15710, 0.06657, 0.78407),
        **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), gamma(2.2)),
    },
)
LINEAR_GREY = colour_profile(b"GRAY", {b"wtpt": xyz(0.9642, 1, 0.8249), b"kTRC": gamma(1)})


def png(width: int, height: int, depth: int, colour: int, row: bytes, *chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG of equal rows, written by hand: for what Pillow does not write."""
    packer = zlib.compressobj(1)
    rows = b"".join(packer.compress(b"\0" + row) for _ in range(height)) + packer.flush()
    parts = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)),
        *chunks,
        (b"IDAT", rows),
        (b"IEND", b""),
    ]
    framed = (struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(framed)


def encoded(image: Image.Image, form: str, **options: object) -> bytes:
    """The bytes of an image file."""
    content = io.BytesIO()
    image.save(content, form, **options)
    return content.getvalue()


def noise(width: int, height: int) -> Image.Image:
    """The picture that compresses worst."""
    return Image.frombytes("RGB", (width, height), random.Random(1).randbytes(3 * width * height))  # noqa: S311  # no secret


class TestCovers:
    def test_every_size_is_made_and_listed(self) -> None:
        """You give one picture, and the sizes, the embedded one and the facts come of it."""
        Image.new("RGB", (90, 80), RED).save("cover.png")
        made = make(covers("cover.png", 60, 30))
        assert {
            "build/moon/cover.jpg",
            "build/moon/cover-30.jpg",
            ".pressroom/moon/cover.json",
            ".pressroom/moon/cover.jpg",
        } == set(made.written)

        def line(path: str, width: int, height: int) -> dict[str, object]:
            content = Path(path).read_bytes()
            digest = hashlib.sha256(content).hexdigest()
            return {"path": Path(path).name, "width": width, "height": height, "bytes": len(content), "sha256": digest}

        source = Path("cover.png").read_bytes()
        assert {
            "source": {
                "format": "PNG",
                "mode": "RGB",
                "width": 90,
                "height": 80,
                "bytes": len(source),
                "icc": False,
                "exif_orientation": 1,
                "alpha": False,
                "animated": False,
                "sha256": hashlib.sha256(source).hexdigest(),
            },
            "files": [line("build/moon/cover.jpg", 60, 53), line("build/moon/cover-30.jpg", 30, 27)],
            "left_out": [],
            "embedded": line(".pressroom/moon/cover.jpg", 40, 35),
            "notes": [],
            "upscaled": False,
        } == made.told
        assert [(60, 53), (30, 27), (40, 35)] == [
            size(path) for path in ("build/moon/cover.jpg", "build/moon/cover-30.jpg", ".pressroom/moon/cover.jpg")
        ]

    def test_the_facts_are_canonical_json(self) -> None:
        """The same facts are the same bytes."""
        Image.new("RGB", (9, 9)).save("cover.png")
        told = make(covers("cover.png")).told
        text = json.dumps(told, sort_keys=True, indent=1, ensure_ascii=False) + "\n"
        assert text.encode() == Path(".pressroom/moon/cover.json").read_bytes()

    def test_a_small_source_is_never_enlarged(self) -> None:
        """What the source is too small for is left out, and said."""
        Image.new("RGB", (30, 20)).save("cover.png")
        made = make(covers("cover.png", 60, 31, 30, 10, 10, embed_size=50))
        assert [60, 31] == made.told["left_out"]
        assert (30, 20) == size("build/moon/cover.jpg")
        assert (30, 20) == size("build/moon/cover-30.jpg")
        assert (10, 7) == size("build/moon/cover-10.jpg")
        assert (30, 20) == size(".pressroom/moon/cover.jpg")
        assert not Path("build/moon/cover-31.jpg").exists()
        assert 5 == len(made.written)

    def test_a_sliver_keeps_one_pixel(self) -> None:
        """A very long picture is still a picture."""
        Image.new("RGB", (400, 1)).save("cover.png")
        make(covers("cover.png", 30))
        assert (30, 1) == size("build/moon/cover.jpg")

    def test_two_runs_give_the_same_bytes(self) -> None:
        """Covers are reproducible."""
        noise(90, 90).save("cover.png")
        first = [Path(path).read_bytes() for path in make(covers("cover.png")).written]
        assert first == [Path(path).read_bytes() for path in make(covers("cover.png")).written]

    @pytest.mark.parametrize("profile", [None, P3])
    def test_a_cover_holds_nothing_but_the_picture(self, profile: bytes | None) -> None:
        """Baseline, 4:4:4, 72 dpi, without EXIF, profile or comment, as services ask."""
        exif = Image.Exif()
        exif[0x010E] = "secret"
        content = encoded(noise(90, 90), "JPEG", exif=exif, icc_profile=profile, comment=b"secret", progressive=True)
        Path("cover.jpg").write_bytes(content)
        make(covers("cover.jpg"))
        with Image.open("build/moon/cover.jpg") as image:
            assert isinstance(image, JpegImagePlugin.JpegImageFile)
            assert ("RGB", 0) == (image.mode, JpegImagePlugin.get_sampling(image))
            assert {"jfif", "jfif_version", "jfif_unit", "jfif_density", "dpi"} == set(image.info)
            assert (72, 72) == image.info["dpi"]
            assert ["APP0"] == [name for name, _ in image.applist]

    @pytest.mark.parametrize("orientation", range(9))
    def test_a_photo_is_turned_upright(self, orientation: int) -> None:
        """A phone's photo stands as the phone shows it."""
        picture = Image.new("RGB", (40, 24))
        picture.paste((200, 0, 0), (0, 0, 20, 12))
        picture.paste((0, 200, 0), (20, 0, 40, 12))
        exif = Image.Exif()
        exif[0x0112] = orientation
        Path("cover.jpg").write_bytes(encoded(picture, "JPEG", exif=exif, quality=95, subsampling=0))
        made = make(covers("cover.jpg"))
        with Image.open("cover.jpg") as image:
            upright = ImageOps.exif_transpose(image)
        source = made.told["source"]
        assert isinstance(source, dict)
        assert max(1, orientation) == source["exif_orientation"]
        assert upright.size == size("build/moon/cover.jpg")
        upright.save("expected.png")
        corners = [(x, y) for x in (4, upright.width - 4) for y in (4, upright.height - 4)]
        assert [pixel(x, y, "expected.png") for x, y in corners] == [pixel(x, y) for x, y in corners]

    def test_a_phone_photo_with_a_preview_is_one_picture(self) -> None:
        """The second picture that phones hide in a JPEG does no harm."""
        preview = Image.new("RGB", (9, 9), WHITE)
        Path("cover.jpg").write_bytes(encoded(Image.new("RGB", (64, 48), RED), "MPO", save_all=True, append_images=[preview]))
        make(covers("cover.jpg"))
        assert ((60, 45), (255, 0, 0)) == (size("build/moon/cover.jpg"), pixel(30, 20))

    def test_a_large_jpeg_is_decoded_at_a_lower_size(self) -> None:
        """A JPEG much larger than needed gives the same picture for less memory."""
        picture = Image.new("RGB", (1001, 501), RED)
        picture.paste((0, 0, 200), (500, 0, 1001, 501))
        picture.save("cover.jpg", quality=95)
        make(covers("cover.jpg", 60, 30))
        assert [(60, 30), (30, 15), (40, 20)] == [
            size(path) for path in ("build/moon/cover.jpg", "build/moon/cover-30.jpg", ".pressroom/moon/cover.jpg")
        ]
        assert [(255, 0, 0), (0, 0, 200)] == [pixel(15, 15), pixel(45, 15)]

    def test_the_folder_is_no_part_of_the_key(self) -> None:
        """A renamed release keeps its covers: nothing in their bytes says where they lie."""
        step = covers("cover.png")
        moved = replace(step, largest=Path("build/sun/cover.jpg"))
        assert plan.action(step, {"pillow": "1"}, {}) == plan.action(moved, {"pillow": "1"}, {})
        assert {
            "source": "input 0",
            "sizes": [60, 30],
            "largest": "output 0",
            "facts": "output 1",
            "embed_size": 40,
            "embed_bytes": 100_000,
            "embedded": "output 2",
        } == plan.parameters(step)


class TestColour:
    def covered(self, content: bytes, name: str = "cover.png") -> tuple[Colour, object]:
        """The colour of the cover's middle, and the notes."""
        Path(name).write_bytes(content)
        made = make(covers(name))
        assert made.told["notes"] == [line.removeprefix(f"{name}: ") for line in made.said]
        width, height = size("build/moon/cover.jpg")
        return pixel(width // 2, height // 2), made.told["notes"]

    def test_display_p3_becomes_srgb(self) -> None:
        """A photo in a wide gamut keeps its look."""
        content = encoded(Image.new("RGB", (9, 9), (200, 120, 120)), "PNG", icc_profile=P3)
        assert ((216, 120, 120), []) == self.covered(content)

    def test_grey_with_a_profile_becomes_srgb(self) -> None:
        """A grey picture's own tone curve is heeded."""
        content = encoded(Image.new("L", (9, 9), 64), "PNG", icc_profile=LINEAR_GREY)
        assert ((136, 136, 136), []) == self.covered(content)

    def test_an_srgb_profile_changes_nothing(self) -> None:
        """The usual profile is dropped without a trace."""
        profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        content = encoded(Image.new("RGB", (9, 9), (200, 120, 120)), "PNG", icc_profile=profile)
        assert ((200, 120, 120), []) == self.covered(content)

    @pytest.mark.parametrize(
        ("profile", "reason"), [(b"not a profile", "cannot open profile from string"), (LINEAR_GREY, "cannot build transform")]
    )
    def test_a_bad_profile_is_dropped_and_said(self, profile: bytes, reason: str) -> None:
        """A damaged profile does not stop the release."""
        content = encoded(Image.new("RGB", (9, 9), (200, 120, 120)), "PNG", icc_profile=profile)
        note = f"its ICC profile cannot be used ({reason}): its colours are taken as sRGB"
        assert ((200, 120, 120), [note]) == self.covered(content)

    def test_cmyk_becomes_rgb(self) -> None:
        """A cover made for print is taken, and you are told that its colours are a guess."""
        content = encoded(Image.new("CMYK", (9, 9), (0, 255, 255, 0)), "JPEG")
        assert ((255, 0, 0), ["CMYK without an ICC profile: its colours are guessed"]) == self.covered(content, "cover.jpg")

    @pytest.mark.parametrize(
        ("mode", "paint", "shown"),
        [
            ("RGBA", (255, 0, 0, 128), (255, 128, 128)),
            ("LA", (0, 128), (128, 128, 128)),
            ("RGBA", (255, 0, 0, 0), WHITE),
        ],
    )
    def test_what_is_transparent_becomes_white(self, mode: str, paint: Colour, shown: Colour) -> None:
        """No cover has an alpha channel."""
        content = encoded(Image.new(mode, (9, 9), paint), "PNG")
        assert (shown, ["transparent parts are made white"]) == self.covered(content)

    def test_grey_with_alpha_keeps_its_profile(self) -> None:
        """Flattening does not lose the tone curve."""
        content = encoded(Image.new("LA", (9, 9), (64, 255)), "PNG", icc_profile=LINEAR_GREY)
        assert ((136, 136, 136), ["transparent parts are made white"]) == self.covered(content)

    @pytest.mark.parametrize("transparency", [0, b"\x00\xff"])
    def test_a_palette_with_transparency_becomes_white(self, transparency: int | bytes) -> None:
        """An old PNG with a transparent colour is flattened too."""
        picture = Image.new("P", (9, 9), 0)
        picture.putpalette([255, 0, 0, 0, 0, 255])
        content = encoded(picture, "PNG", transparency=transparency)
        assert (WHITE, ["transparent parts are made white"]) == self.covered(content)

    def test_a_palette_becomes_rgb(self) -> None:
        """Indexed colours are the colours they stand for."""
        picture = Image.new("P", (9, 9), 1)
        picture.putpalette([255, 0, 0, 0, 0, 200])
        assert ((0, 0, 200), []) == self.covered(encoded(picture, "PNG"))

    def test_two_tones_become_rgb(self) -> None:
        """A scan in black and white is taken."""
        assert (WHITE, []) == self.covered(encoded(Image.new("1", (9, 9), 1), "PNG"))

    @pytest.mark.parametrize(("form", "name"), [("PNG", "cover.png"), ("TIFF", "cover.tif")])
    @pytest.mark.parametrize(("level", "shown"), [(0, 0), (0x4000, 64), (0x8000, 128), (0xFFFF, 255)])
    def test_sixteen_bits_of_grey_become_eight(self, form: str, name: str, level: int, shown: int) -> None:
        """A deep scan is neither clipped nor blackened."""
        content = encoded(Image.new("I;16", (9, 9), level), form)
        assert ((shown, shown, shown), []) == self.covered(content, name)

    def test_sixteen_bits_of_colour_become_eight(self) -> None:
        """A PNG of 48 bits is taken."""
        content = png(9, 9, 16, 2, struct.pack(">3H", 0xC800, 0x4000, 0x0000) * 9)
        assert ((200, 64, 0), []) == self.covered(content)

    def test_one_transparent_colour_is_flattened(self) -> None:
        """A colour key in a deep PNG does no harm."""
        content = png(9, 9, 8, 2, bytes((200, 64, 0)) * 9, (b"tRNS", struct.pack(">3H", 200, 64, 0)))
        assert (WHITE, ["transparent parts are made white"]) == self.covered(content)

    @pytest.mark.parametrize(("colour", "samples"), [(0, 1), (2, 3)])
    def test_a_deep_colour_key_does_no_harm(self, colour: int, samples: int) -> None:
        """16-bit PNGs may name a transparent colour that 8 bits cannot tell apart: it stays or turns white."""
        key = struct.pack(f">{samples}H", *[0xC812] * samples)
        shown, _ = self.covered(png(9, 9, 16, colour, key * 9, (b"tRNS", key)))
        assert shown in ((200, 200, 200), WHITE)

    @pytest.mark.parametrize(("form", "name"), [("WebP", "cover.webp"), ("TIFF", "cover.TIFF"), ("JPEG", "Cover.JPG")])
    def test_every_format_is_taken(self, form: str, name: str) -> None:
        """JPEG, PNG, WebP and TIFF will do, whatever the case of the ending."""
        assert ((200, 64, 0), []) == self.covered(encoded(Image.new("RGB", (64, 64), (200, 64, 0)), form), name)


class TestEmbedded:
    def test_it_fits_by_quality_before_it_loses_size(self) -> None:
        """A heavy picture is first coarser, then smaller, and within the bytes you allow."""
        noise(200, 200).save("cover.png")
        weights = []
        for allowed in (1_000_000, 70_000, 30_000):
            make(covers("cover.png", 200, embed_size=200, embed_bytes=allowed))
            weight = Path(".pressroom/moon/cover.jpg").stat().st_size
            assert weight <= allowed
            weights.append((weight > 70_000, size(".pressroom/moon/cover.jpg")))
        assert [(True, (200, 200)), (False, (200, 200)), (False, (150, 150))] == weights

    def test_an_impossible_limit_is_refused(self) -> None:
        """A limit that no picture fits in says how far it is off."""
        noise(200, 200).save("cover.png")
        with pytest.raises(ReleaseError) as caught:
            make(covers("cover.png", 200, embed_size=200, embed_bytes=500))
        assert "cover.png: takes 2743 bytes at 64 x 64 pixels already, and 'embed' allows 500; allow more" == str(caught.value)


class TestProbe:
    def test_it_reads_the_header(self) -> None:
        """The facts for the delivery checks cost no decoding."""
        exif = Image.Exif()
        exif[0x0112] = 6
        content = encoded(Image.new("LA", (30, 20)), "PNG", exif=exif, icc_profile=LINEAR_GREY)
        Path("cover.png").write_bytes(content)
        facts = ImageFacts(
            format="PNG",
            mode="LA",
            width=30,
            height=20,
            bytes=len(content),
            icc=True,
            exif_orientation=6,
            alpha=True,
            animated=False,
            sha256=hashlib.sha256(content).hexdigest(),
        )
        assert facts == probe(Path("cover.png"))

    def test_it_does_not_look_at_the_pixels(self) -> None:
        """A header is read even where the pixels are damaged."""
        Path("cover.png").write_bytes(encoded(noise(9, 9), "PNG")[:-60])
        assert 9 == probe(Path("cover.png")).width

    def test_an_animation_is_seen(self) -> None:
        """A delivery check can say that a cover moves."""
        frames = [Image.new("RGB", (9, 9), RED), Image.new("RGB", (9, 9))]
        frames[0].save("cover.webp", save_all=True, append_images=frames[1:])
        assert probe(Path("cover.webp")).animated

    def test_fifty_megapixels_are_the_limit(self) -> None:
        """A cover of 7,000 x 7,000 is taken."""
        Path("cover.png").write_bytes(png(10_000, 5_000, 1, 0, bytes(1_250)))
        assert 50_000_000 == probe(Path("cover.png")).width * probe(Path("cover.png")).height


def jpeg() -> bytes:
    """A JPEG with enough content to be cut."""
    return encoded(noise(32, 32), "JPEG")


def animated(form: str) -> bytes:
    """Two frames or pages."""
    return encoded(Image.new("RGB", (9, 9), RED), form, save_all=True, append_images=[Image.new("RGB", (9, 9))])


def text_bomb() -> bytes:
    """A PNG whose text chunk is 100 MB when unpacked."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(bytes(1_000_000)) for _ in range(100)) + packer.flush()
    return png(9, 9, 8, 0, bytes(9), (b"zTXt", b"Comment\0\0" + packed))


MISNAMED = "rename it, or save it as JPEG, PNG, WebP or TIFF"
STILL = "is animated or has several pages, and a cover is one still picture; save the one you mean"


class TestRefusals:
    @pytest.mark.parametrize(
        ("name", "content", "problem"),
        [
            ("cover.gif", b"GIF89a", "expected a picture named .jpg, .png, .webp or .tif, got '.gif'; save it as one of these"),
            ("cover", b"", "expected a picture named .jpg, .png, .webp or .tif, got ''; save it as one of these"),
            ("cover.png", b"", "is empty; export it again"),
            ("cover.png", jpeg(), f"is named as PNG, but is JPEG; {MISNAMED}"),
            ("cover.jpg", b"GIF89a" + bytes(20), f"is named as JPEG, but is GIF; {MISNAMED}"),
            ("cover.jpg", b"\0\0\0\x18ftypheic", f"is named as JPEG, but is HEIC; {MISNAMED}"),
            ("cover.webp", b"\0\0\0\x18ftypavif", f"is named as WebP, but is AVIF; {MISNAMED}"),
            ("cover.tif", b"\n<!DOCTYPE html>", f"is named as TIFF, but is SVG or HTML; {MISNAMED}"),
            ("cover.png", b"hello", f"is named as PNG, but is no picture that is known here; {MISNAMED}"),
            ("cover.jpg", jpeg()[:17], "cannot be read as a picture (Truncated File Read); export it again"),
            (
                "cover.jpg",
                jpeg()[:-40],
                "cannot be read as a picture (image file is truncated (108 bytes not processed)); export it again",
            ),
            ("cover.png", animated("PNG"), STILL),
            ("cover.webp", animated("WebP"), STILL),
            ("cover.tif", animated("TIFF"), STILL),
            (
                "cover.png",
                text_bomb(),
                "cannot be read as a picture (Decompressed data too large for PngImagePlugin.MAX_TEXT_CHUNK); export it again",
            ),
            (
                "cover.tif",
                encoded(Image.new("F", (9, 9)), "TIFF"),
                "has colours that cannot be kept (mode 'F'); save it as RGB with 8 bits",
            ),
        ],
        ids=lambda value: "" if isinstance(value, bytes) else None,
    )
    def test_what_is_no_cover_is_refused(self, name: str, content: bytes, problem: str) -> None:
        """A file that cannot be a cover says why, and what to do."""
        Path(name).write_bytes(content)
        with pytest.raises(ReleaseError) as caught:
            make(covers(name))
        assert f"{name}: {problem}" == str(caught.value)

    @pytest.mark.parametrize("make_it", [lambda _: None, Path.mkdir], ids=["missing", "folder"])
    def test_what_is_no_file_is_refused(self, make_it: object) -> None:
        """A cover that is not there is named."""
        assert callable(make_it)
        make_it(Path("cover.png"))
        with pytest.raises(ReleaseError) as caught:
            probe(Path("cover.png"))
        assert "cover.png: there is no such file; put the picture there, or change its name" == str(caught.value)

    def test_a_huge_picture_is_refused_before_it_is_decoded(self) -> None:
        """A picture that would fill the memory costs nothing."""
        Path("cover.png").write_bytes(png(12_000, 12_000, 1, 0, bytes(1_500)))
        limit = Image.MAX_IMAGE_PIXELS
        started = time.process_time()
        with pytest.raises(ReleaseError) as caught:
            probe(Path("cover.png"))
        assert time.process_time() - started < 0.1
        assert limit == Image.MAX_IMAGE_PIXELS
        assert (
            "cover.png: has 12000 x 12000 = 144000000 pixels, and a picture may have at most 50000000; "
            "make it smaller, 3000 x 3000 is enough"
        ) == str(caught.value)

    def test_a_huge_file_is_refused_unread(self) -> None:
        """A film that is named as a picture is not read into memory."""
        with Path("cover.webp").open("wb") as file:
            file.truncate(MAX_BYTES + 1)
        with pytest.raises(ReleaseError) as caught:
            probe(Path("cover.webp"))
        assert "cover.webp: has 500000001 bytes, and a picture may have at most 500000000; export it smaller" == str(
            caught.value
        )

    @settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        st.sampled_from(["JPEG", "PNG", "WebP", "TIFF"]),
        st.lists(st.tuples(st.integers(0, 900), st.integers(0, 255)), max_size=6),
    )
    def test_a_damaged_picture_is_taken_or_refused(self, form: str, flips: list[tuple[int, int]]) -> None:
        """Whatever the damage, you get a cover or a sentence."""
        exif = Image.Exif()
        exif[0x0112] = 6
        damaged = bytearray(encoded(noise(9, 9), form, icc_profile=P3, exif=exif))
        for place, value in flips:
            damaged[place % len(damaged)] = value
        name = {"JPEG": "cover.jpg", "PNG": "cover.png", "WebP": "cover.webp", "TIFF": "cover.tif"}[form]
        Path(name).write_bytes(damaged)
        try:
            make(covers(name))
        except ReleaseError as problem:
            said = str(problem)
            assert said.startswith(f"{name}: ")
