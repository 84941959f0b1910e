from __future__ import annotations

import hashlib
import subprocess
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pressroom.errors import ReleaseError
from pressroom.formats import facts
from pressroom.tools import notes
from pressroom.tools.files import Copy, CopyLyrics, Sums, WriteText, Zip

if TYPE_CHECKING:
    from tests.tools.conftest import Bench


def written(name: str, content: bytes) -> Path:
    """A file in a folder that is made for it."""
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def sha256(content: bytes) -> str:
    """The digest of some bytes."""
    return hashlib.sha256(content).hexdigest()


def test_a_text_is_written_as_it_is(bench: Bench) -> None:
    """UTF-8 with the line ends that it has."""
    assert "é\nb\n".encode() == bench.make(WriteText(name="w", text="é\nb\n", output=Path("a.txt"))).read_bytes()


@pytest.mark.parametrize("content", [b"\xef\xbb\xbfone\r\ntwo\r\n", b"\n\none\ntwo", b"one\rtwo\n\n\n"])
def test_lyrics_come_out_in_one_form(bench: Bench, content: bytes) -> None:
    """No byte order mark, plain line ends, one at the end."""
    step = CopyLyrics(name="l", source=written("in.txt", content), output=Path("build/moon/lyrics/01.txt"))
    assert b"one\ntwo\n" == bench.make(step).read_bytes()


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.txt", b"caf\xe9", "a.txt: not UTF-8 (byte 3); save it as UTF-8"),
        ("a.txt", b" \n \n", "a.txt: the file is empty"),
        ("a.lrc", b"[00:01.00]one\ntwo", "a.lrc: line 2: expected a time stamp such as [01:23.45], got 'two'"),
    ],
)
def test_bad_lyrics_are_refused(bench: Bench, name: str, content: bytes, expected: str) -> None:
    """The error says which byte or which line."""
    with pytest.raises(ReleaseError) as raised:
        bench.make(CopyLyrics(name="l", source=written(name, content), output=Path("o" + name[1:])))
    assert expected == str(raised.value)


def test_a_copy_leaves_a_receipt(bench: Bench) -> None:
    """The receipt has the size and the digest, and not the path: a file under another name has the same one."""
    source = written("booklet.pdf", b"%PDF")
    step = Copy(name="c", source=source, output=Path("build/moon/flac/booklet.pdf"), receipt=Path("receipt.json"))
    assert b"%PDF" == bench.make(step).read_bytes()
    expected = facts.Receipt(bytes=4, sha256=sha256(b"%PDF"))
    assert expected == notes.read(facts.Receipt, Path("receipt.json"))


def zipped(bench: Bench, members: tuple[tuple[str, Path], ...]) -> Path:
    """A zip of the members."""
    return bench.make(Zip(name="z", members=members, output=Path("build/moon/a.zip"), receipt=Path("z.json")))


def test_a_zip_holds_its_members_as_they_are(bench: Bench) -> None:
    """Stored, sorted, readable for everyone, and whole to other programs."""
    members = (("Top/b é.flac", written("b", b"bb")), ("Top/a.flac", written("a", bytes(3_000_000))))
    path = zipped(bench, members)
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        found = [(i.filename, i.date_time, i.compress_type, i.external_attr >> 16, i.file_size) for i in archive.infolist()]
    stamp = (1980, 1, 1, 0, 0, 0)
    assert [("Top/a.flac", stamp, 0, 0o100644, 3_000_000), ("Top/b é.flac", stamp, 0, 0o100644, 2)] == found
    assert bench.shown[-1] == 1.0
    assert sha256(path.read_bytes()) == notes.read(facts.Receipt, Path("z.json")).sha256


def test_a_zip_depends_on_its_contents_alone(bench: Bench) -> None:
    """Other times, rights and order give the same bytes."""
    one, two = written("a", b"aa"), written("b", b"bb")
    first = zipped(bench, (("a", one), ("b", two))).read_bytes()
    one.touch()
    two.chmod(0o600)
    assert first == zipped(bench, (("b", two), ("a", one))).read_bytes()


def test_sums_are_those_that_sha256sum_checks(bench: Bench) -> None:
    """Large files by their receipts, small ones and pictures too; sha256sum agrees with each."""
    build = Path("build/moon")
    source = written("x", b"music")
    bench.make(Copy(name="c", source=source, output=build / "flac/01 é.flac", receipt=Path("r.json")))
    text, cover = written("build/moon/a.m3u8", b"#EXTM3U\n"), written("build/moon/cover.jpg", b"jpeg")
    picture = facts.CoverFile(path="cover.jpg", width=1, height=1, bytes=4, sha256=sha256(cover.read_bytes()))
    known = facts.CoverFacts(source={}, files=(picture,), left_out=(), embedded=picture, notes=(), upscaled=False)
    listing = written("cover.json", facts.to_json(known).encode())
    receipts, files = (("flac/01 é.flac", Path("r.json")),), (("a.m3u8", text),)
    step = Sums(name="s", receipts=receipts, files=files, listings=(("", listing),), output=build / "SHA256SUMS")
    lines = bench.make(step).read_text(encoding="utf-8").splitlines()
    assert ["a.m3u8", "cover.jpg", "flac/01 é.flac"] == [line[66:] for line in lines]
    subprocess.run(["sha256sum", "-c", "--strict", "--quiet", "SHA256SUMS"], cwd=build, check=True)
