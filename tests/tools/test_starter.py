from __future__ import annotations

import io
import wave
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from pressroom.errors import MachineError
from pressroom.tools import starter

if TYPE_CHECKING:
    from pathlib import Path


def test_a_failure_leaves_nothing(tmp_path: Path) -> None:
    """When a file cannot be written, those that were are taken back, with their folders."""
    contents = {"a/b/one": b"1", "a/two": b"2", "a/two/three": b"3"}
    with pytest.raises(MachineError) as caught:
        starter.write(tmp_path / "mine", contents)
    assert f"{tmp_path}/mine: cannot be written (File exists); nothing was made" == str(caught.value)
    assert [] == list(tmp_path.iterdir())


def test_the_same_files_are_made_every_time() -> None:
    """Nothing in a new repo depends on when or where it is made."""
    assert starter.files("{}") == starter.files("{}")


def test_the_master_is_one_that_any_shop_takes() -> None:
    """The example's master has 16 bits, 44.1 kHz, two channels and 3 s, and its peak is at -3 dB."""
    with wave.open(io.BytesIO(starter.master())) as master:
        found = (master.getsampwidth(), master.getframerate(), master.getnchannels(), master.getnframes())
        samples = memoryview(master.readframes(found[3])).cast("h")
    assert (2, 44_100, 2, 132_300) == found
    assert round(0.7 * 32767) == max(map(abs, samples))


def test_the_cover_is_one_that_any_shop_takes() -> None:
    """The example's cover is a square JPEG of 1500 pixels."""
    with Image.open(io.BytesIO(starter.cover())) as cover:
        assert ("JPEG", (1500, 1500), "RGB") == (cover.format, cover.size, cover.mode)
