from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import imageio_ffmpeg
import pytest

from pressroom.formats.audio import SUFFIXES

if TYPE_CHECKING:
    from pathlib import Path

    from pressroom.formats.audio import Codec

ENCODERS: dict[Codec, tuple[str, ...]] = {
    "wav": ("pcm_s16le",),
    "flac": ("flac",),
    "alac": ("alac",),
    "aiff": ("pcm_s16be",),
    "wavpack": ("wavpack",),
    "mp3": ("libmp3lame", "-q:a", "4"),
    "aac": ("aac", "-movflags", "+faststart"),
    "opus": ("libopus", "-b:a", "64k"),
    "vorbis": ("libvorbis", "-q:a", "2"),
}


@pytest.fixture(scope="session")
def untagged(tmp_path_factory: pytest.TempPathFactory) -> dict[Codec, Path]:
    """A tone of 0.3 s in every codec, without tags; tests copy these files."""
    folder = tmp_path_factory.mktemp("untagged")
    files: dict[Codec, Path] = {codec: folder / f"{codec}{suffix}" for codec, suffix in SUFFIXES.items()}
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error", "-f", "lavfi", "-i", "sine=440:d=0.3"]
    for codec, path in files.items():
        command += ["-map_metadata", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact", "-ac", "2"]
        command += ["-c:a", *ENCODERS[codec], str(path)]
    subprocess.run(command, check=True)
    return files
