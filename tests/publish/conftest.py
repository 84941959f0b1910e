"""A release as a build leaves it, made of a few bytes, and what publishing asks for."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest
from tests import payloads
from tests.publish.nox import Nox, free_port, started
from tests.publish.web import Ranges, served

from pressroom.formats import metainfo, pieces
from pressroom.formats.payload import PayloadFile
from pressroom.publish.content import content
from pressroom.publish.places import Run
from pressroom.tools import files, hashing
from pressroom.tools.secret import Secrets

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from pressroom.formats.pieces import Version
    from pressroom.publish.content import Content

NAME = "The Lanterns - Moön (2026)"
SOUNDS = {"flac/01 Rise.flac": b"rise" * 9000, "flac/02 Fall.flac": b"fall" * 7000, "cover.jpg": b"picture"}
OTHERS = {"release.json": b"{}\n", "SHA256SUMS": b"sums\n", "flac/Moon.m3u8": b"#EXTM3U\n"}


def digest(path: Path) -> str | None:
    """The SHA-256 of a file; None where there is none."""
    return files.sha256(path) if path.is_file() else None


@dataclass(frozen=True, kw_only=True)
class Cut:
    """How the torrent is made."""

    version: Version = "v1"
    aligned: bool = False
    trackers: tuple[tuple[str, ...], ...] = ()
    webseeds: tuple[str, ...] = ()


@dataclass(frozen=True)
class Moon:
    """A release in a repo's folder, which is the current one."""

    root: Path

    @property
    def source(self) -> Path:
        """Its YAML."""
        return self.root / "releases" / "moon.yaml"

    def build(self, sounds: Mapping[str, bytes] = SOUNDS, *, edition: int = 1, cut: Cut | None = None) -> Content:
        """Write its files and its torrent, and read what there is to publish."""
        folder = self.root / "build" / "moon"
        for name, text in {**sounds, **OTHERS}.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(text)
        _write_torrent(folder, sounds, cut or Cut())
        found = [path.relative_to(self.root) for path in folder.rglob("*") if path.is_file()]
        return content("moon", edition, folder.relative_to(self.root), found, digest)

    def run(self, **environment: str) -> Run:
        """A run with these variables alone."""
        return Run(root=self.root, secrets=Secrets(environment), digest_of=digest)

    def files(self, folder: str) -> dict[str, bytes]:
        """Every file below a folder beside the repo, or in it, hidden ones too."""
        found = sorted(path for path in (self.root / folder).rglob("*") if path.is_file())
        return {path.relative_to(self.root / folder).as_posix(): path.read_bytes() for path in found}


def _write_torrent(folder: Path, sounds: Mapping[str, bytes], cut: Cut) -> None:
    """Moon.torrent and torrent.json."""
    held = [(path, source) for path, source in payloads.below(folder) if "/".join(path) in sounds]
    listed = [PayloadFile(path=path, size=source.size) for path, source in held]
    sizes = [file.size for file in listed]
    layout = pieces.Layout(16384, cut.aligned or cut.version != "v1")
    read = hashing.hashes([source for _, source in held], list(pieces.stretches(sizes, layout, cut.version)))
    torrent = replace(metainfo.hashed(NAME, listed, layout, cut.version, read), trackers=cut.trackers, webseeds=cut.webseeds)
    (folder / "Moon.torrent").write_bytes(metainfo.text(torrent))
    hashes = metainfo.infohashes(metainfo.info(torrent), cut.version)
    said = {"label": None, "torrent": "Moon.torrent", "aligned": layout.aligned, "piece_length": layout.piece_length}
    said |= {"infohash_v1": hashes.v1, "infohash_v2": hashes.v2}
    (folder / "torrent.json").write_text(json.dumps(said), encoding="utf-8")


@pytest.fixture
def moon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Moon:
    """A repo with one release, nothing built."""
    root = tmp_path / "repo"
    (root / "releases").mkdir(parents=True)
    monkeypatch.chdir(root)
    return Moon(root)


@pytest.fixture
def nox(tmp_path: Path) -> Iterator[Nox]:
    """A qBittorrent without torrents."""
    one = started(tmp_path / "profile", free_port(), free_port())
    yield one
    one.end()


@pytest.fixture
def web(moon: Moon) -> Iterator[str]:
    """The address of a web server over the folder `payload` beside the repo."""
    root = moon.root.parent / "payload"
    with served(lambda *given: Ranges(*given, directory=str(root))) as url:
        yield f"{url}/"
