from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest

from pressroom.errors import ReleaseError
from pressroom.tools import payload

if TYPE_CHECKING:
    from pathlib import Path


def write(folder: Path, *names: str) -> None:
    """Files that hold their names."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, encoding="utf-8")


def test_a_folders_files_come_in_the_torrents_order(tmp_path: Path) -> None:
    """Part by part, whatever order the disk has; what is no part of a release stays out."""
    write(tmp_path, "CD 1/b", "CD/a", "cover.jpg", "CD/SHA256SUMS", ".hidden/x", "x.torrent", "rip.log", "CD/.DS_Store")
    found = payload.below(tmp_path)
    assert [("CD", "a"), ("CD 1", "b"), ("cover.jpg",)] == [path for path, _ in found]
    assert [(str(tmp_path / "CD/a"), 4)] == [(source.path, source.size) for _, source in found][:1]


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    """A link within a payload, or out of it, and a FIFO."""
    write(tmp_path, "a")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(ReleaseError, match=f"^{re.escape(str(tmp_path / 'b'))}: a link; a torrent holds files$"):
        payload.below(tmp_path)
    (tmp_path / "b").unlink()
    os.mkfifo(tmp_path / "b")
    with pytest.raises(ReleaseError, match=r"b: expected a file, got a folder, device, socket or pipe$"):
        payload.below(tmp_path)


def test_a_payload_of_nothing_is_refused(tmp_path: Path) -> None:
    """No file, or only empty ones, and no folder."""
    (tmp_path / "empty").touch()
    with pytest.raises(ReleaseError, match=f"^{re.escape(str(tmp_path))}: holds no file with any bytes$"):
        payload.below(tmp_path)
    with pytest.raises(ReleaseError, match=r"none: cannot be read \(No such file or directory\)$"):
        payload.below(tmp_path / "none")
