"""The tools' fingerprints."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from PIL import features

from pressroom.engine.toolchain import Toolchain, bundled_ffmpeg
from pressroom.errors import MachineError

if TYPE_CHECKING:
    from pathlib import Path


def linked(folder: Path) -> Path:
    """The bundled ffmpeg under another path."""
    path = folder / "ffmpeg"
    path.symlink_to(bundled_ffmpeg())
    return path


@pytest.mark.media
def test_fingerprints_are_of_versions_and_not_of_paths(tmp_path: Path) -> None:
    """The same ffmpeg elsewhere makes nothing stale."""
    here = Toolchain("bundled", tmp_path / "a.json")
    there = Toolchain(str(linked(tmp_path)), tmp_path / "b.json")
    for tool in ("ffmpeg", "ffmpeg:libopus", "mutagen", "pillow"):
        assert here.fingerprint(tool) == there.fingerprint(tool)
    assert here.fingerprint("ffmpeg:libopus") != here.fingerprint("ffmpeg:aac")


@pytest.mark.media
def test_what_was_found_out_is_remembered(tmp_path: Path) -> None:
    """A later run asks no program; another binary at the same path is asked anew."""
    memory = tmp_path / "toolchain.json"
    ffmpeg = tmp_path / "ffmpeg"
    ffmpeg.write_text(f'#!/bin/sh\nexec {bundled_ffmpeg()} "$@"\n', encoding="utf-8")
    ffmpeg.chmod(0o755)
    first = Toolchain(str(ffmpeg), memory).fingerprint("ffmpeg:flac")
    known = json.loads(memory.read_text(encoding="utf-8"))
    known["ffmpeg"]["ffmpeg:flac"] = "remembered"
    memory.write_text(json.dumps(known), encoding="utf-8")
    assert "remembered" == Toolchain(str(ffmpeg), memory).fingerprint("ffmpeg:flac")
    ffmpeg.write_text(f'#!/bin/sh\n# another\nexec {bundled_ffmpeg()} "$@"\n', encoding="utf-8")
    assert first == Toolchain(str(ffmpeg), memory).fingerprint("ffmpeg:flac")


def test_pillow_is_told_by_its_codecs_too(tmp_path: Path) -> None:
    """Its version alone does not say which libjpeg writes the covers; it is remembered without importing Pillow."""
    memory = tmp_path / "toolchain.json"
    found = Toolchain("bundled", memory).fingerprint("pillow")
    assert found.startswith(f"Pillow {features.version('pil')}, libjpeg_turbo {features.version('libjpeg_turbo')}, jpg ")
    known = json.loads(memory.read_text(encoding="utf-8"))
    known["pillow"]["versions"] = "remembered"
    memory.write_text(json.dumps(known), encoding="utf-8")
    assert "remembered" == Toolchain("bundled", memory).fingerprint("pillow")


@pytest.mark.media
@pytest.mark.parametrize("text", ["", "[", "[]", '{"ffmpeg": 3}', '{"ffmpeg": {"binary": "x"}}'])
def test_a_damaged_memory_is_written_anew(tmp_path: Path, text: str) -> None:
    """Losing it costs some milliseconds."""
    memory = tmp_path / "toolchain.json"
    memory.write_text(text, encoding="utf-8")
    assert Toolchain("bundled", memory).versions["ffmpeg"]
    assert "binary" in json.loads(memory.read_text(encoding="utf-8"))["ffmpeg"]


def test_a_memory_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    """Another run finds out again."""
    assert Toolchain("bundled", tmp_path / "none" / "toolchain.json").fingerprint("pillow")


@pytest.mark.media
def test_a_missing_encoder_is_named(tmp_path: Path) -> None:
    """An ffmpeg may be built without one."""
    with pytest.raises(MachineError) as raised:
        Toolchain("bundled", tmp_path / "toolchain.json").fingerprint("ffmpeg:libnone")
    assert f"ffmpeg: {bundled_ffmpeg()} has no working encoder 'libnone'; `pressroom doctor` says more" == str(raised.value)
