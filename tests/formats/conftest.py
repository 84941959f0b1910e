"""Torrents of a few bytes, hashed in the plainest way; tiny media that ffmpeg makes, for what reads it without decoding."""

from __future__ import annotations

import hashlib
import io
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import imageio_ffmpeg
import pytest

from pressroom.formats import merkle, metainfo, pieces
from pressroom.formats.demux import read_sound
from pressroom.formats.payload import PayloadFile, ordered

if TYPE_CHECKING:
    from pathlib import Path

    from pressroom.formats.metainfo import Torrent
    from pressroom.formats.pieces import Layout, Stretch, Version

Tree = Mapping[tuple[str, ...], bytes]
Hashed = Callable[[Tree, "Layout", "Version"], "Torrent"]


def hashes(stretch: Stretch, contents: list[bytes]) -> bytes:
    """The hashes of a stretch, by putting its bytes into one string."""
    found = b"".join(contents[part.file][part.start : part.start + part.length] for part in stretch.parts)
    if stretch.method == "v1":
        found += bytes(stretch.padding)
        cut = range(0, len(found), stretch.piece_length)
        return b"".join(hashlib.sha1(found[at : at + stretch.piece_length]).digest() for at in cut)  # noqa: S324  # what BEP 3 says
    leaves = [hashlib.sha256(found[at : at + merkle.BLOCK]).digest() for at in range(0, len(found), merkle.BLOCK)]
    leaves += [bytes(32)] * (stretch.padding // merkle.BLOCK)
    blocks = stretch.piece_length // merkle.BLOCK
    return b"".join(merkle.root(b"".join(leaves[at : at + blocks])) for at in range(0, len(leaves), blocks))


@pytest.fixture(scope="session")
def hashed() -> Hashed:
    """The torrent of a tree of files."""

    def made(tree: Tree, cut: Layout, version: Version) -> Torrent:
        paths = ordered(tree)
        contents = [tree[path] for path in paths]
        files = [PayloadFile(path=path, size=len(tree[path])) for path in paths]
        due = pieces.stretches([file.size for file in files], cut, version)
        return metainfo.hashed("Moon", files, cut, version, {one: hashes(one, contents) for one in due})

    return made


STEREO = ("-f", "lavfi", "-i", "sine=440:d=2.5:r=44100", "-f", "lavfi", "-i", "anoisesrc=d=2.5:r=44100:a=0.1:seed=1")
SOUND = (*STEREO, "-filter_complex", "[0:a][1:a]amerge")
KEYS = ("-g", "999", "-x264-params", "open-gop=0:scenecut=0", "-force_key_frames", "expr:gte(t,n_forced)", "-bf", "3")
SOURCES = {
    "aac.m4a": (*SOUND, "-c:a", "aac", "-b:a", "96k", "-movflags", "+faststart"),
    "aac.mp4": (*SOUND, "-c:a", "aac", "-b:a", "96k"),
    "aac.aac": (*SOUND, "-c:a", "aac", "-b:a", "96k"),
    "alac.m4a": (*SOUND, "-c:a", "alac"),
    "flac.flac": (*SOUND, "-c:a", "flac"),
    "flac.mp4": (*SOUND, "-c:a", "flac"),
    "high.flac": (*SOUND, "-ar", "96000", "-sample_fmt", "s32", "-c:a", "flac"),
    "opus.opus": (*SOUND, "-c:a", "libopus", "-b:a", "64k"),
    "opus.mp4": (*SOUND, "-c:a", "libopus", "-b:a", "64k"),
    "mono.m4a": (*STEREO[:4], "-ac", "1", "-ar", "11025", "-c:a", "aac"),
    "b-frames.mp4": ("-f", "lavfi", "-i", "testsrc=d=5:r=25:s=64x36", "-c:v", "libx264", "-pix_fmt", "yuv420p", *KEYS),
    "pictures.mp4": (
        "-f",
        "lavfi",
        "-i",
        "testsrc=d=3:r=25:s=64x36",
        "-c:v",
        "libx264",
        "-pix_fmt",
        "yuv420p",
        "-bf",
        "0",
        "-g",
        "25",
    ),
}
"""By name: what each is made with; lengths that no frame ends at."""


@dataclass(frozen=True)
class Media:
    """A folder of sources, and ffmpeg."""

    folder: Path

    def path(self, name: str) -> Path:
        """One of `SOURCES`, made when it is first asked for."""
        path = self.folder / name
        if not path.exists():
            self.ffmpeg(*SOURCES[name], "-map_metadata", "-1", "-bitexact", str(path))
        return path

    def ffmpeg(self, *arguments: str) -> bytes:
        """Run ffmpeg; returns what it writes to `-`."""
        command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error", "-y", *arguments]
        return subprocess.run(command, check=True, capture_output=True, cwd=self.folder).stdout


@pytest.fixture(scope="session")
def media(tmp_path_factory: pytest.TempPathFactory) -> Media:
    """Sources of every codec."""
    return Media(tmp_path_factory.mktemp("media"))


def error_of(content: bytes) -> str | None:
    """What is said of a file of sound; None where it is read."""
    try:
        read_sound(io.BytesIO(content))
    except ValueError as error:
        return str(error)
    return None
