"""Sound as the files that players stream."""

from __future__ import annotations

import hashlib
import resource
import subprocess
from contextlib import closing
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

from pressroom.errors import ReleaseError
from pressroom.formats.audio import NAMED
from pressroom.formats.checks import Report
from pressroom.formats.rendition import Joined, Played, Rendition
from pressroom.formats.secretname import SecretName
from pressroom.tools import notes
from pressroom.tools.chain import Chain
from pressroom.tools.encode import Encode
from pressroom.tools.hls import WriteHls
from pressroom.tools.linting import LintHls
from pressroom.tools.packaging import Package
from pressroom.tools.probe import Probe

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.tools.conftest import Bench

pytestmark = pytest.mark.media
FOLDER = Path("build/moon/hls")
LENGTHS = (100_003, 70_001)


@dataclass(frozen=True)
class Tracks:
    """Two masters, and their own files."""

    sources: tuple[Path, ...]
    bare: tuple[Path, ...]


def tracks(bench: Bench, name: str = "flac") -> Tracks:
    """Two tracks of one tone, as a build encodes them."""
    tone = bench.sine(sum(LENGTHS))
    parts = (tone[: LENGTHS[0]], tone[LENGTHS[0] :])
    sources = [bench.wav(f"{n}.wav", (part, part)) for n, part in enumerate(parts)]
    bare = []
    for source in sources:
        facts = bench.make(Probe(name="p", source=source, facts=source.with_suffix(".json")))
        output = source.with_suffix(NAMED[name].suffix)
        bare.append(bench.make(Encode(name="e", source=source, facts=facts, encoding=NAMED[name], output=output)))
    return Tracks(tuple(sources), tuple(bare))


def packaging(
    bench: Bench, bare: Sequence[Path], starts: Sequence[int] = (0,), *, layout: Literal["single", "files"] = "single"
) -> Package:
    """The step for tracks' own files, in segments of a second."""
    stream = Path("work/flac.json")
    stream.parent.mkdir(exist_ok=True)
    notes.write(bench, stream, Joined(files=(), starts=tuple(starts)))
    bench.beside(stream).replace(stream)
    return Package(
        name="p",
        rendition="flac",
        stream=stream,
        bare=tuple(bare),
        segment=Fraction(1),
        layout=layout,
        folder=FOLDER,
        packaged=Path("work/packaged.json"),
    )


def playlists(packaged: Path, which: tuple[str, ...]) -> WriteHls:
    """The step that lists one rendition."""
    names = ["index.m3u8", *(f"{track}.m3u8" for track in which), "flac.m3u8", *(f"{track}.flac.m3u8" for track in which)]
    return WriteHls(
        name="w",
        renditions=("flac",),
        packaged=(packaged,),
        which=which,
        segment=Fraction(1),
        playlists=tuple(FOLDER / name for name in names),
    )


def played(bench: Bench, name: str) -> bytes:
    """The samples that ffmpeg plays from a playlist of the folder."""
    raw = ("-f", "s16le", "-c:a", "pcm_s16le", "-")
    return subprocess.run([bench.ffmpeg, "-v", "error", "-i", FOLDER / name, *raw], capture_output=True, check=True).stdout


@pytest.mark.parametrize("layout", ["single", "files"])
def test_what_is_streamed_is_what_was_mastered(bench: Bench, layout: Literal["single", "files"]) -> None:
    """The whole and each track, to the sample, from one file or many; the rules of HLS have nothing to say."""
    two = tracks(bench)
    masters = [source.read_bytes()[44:] for source in two.sources]
    packaged = bench.make(packaging(bench, two.bare, (0, LENGTHS[0]), layout=layout))
    listed = playlists(packaged, ("01", "02"))
    bench.make(listed)
    for name, master in (("flac", b"".join(masters)), ("01.flac", masters[0]), ("02.flac", masters[1])):
        assert hashlib.sha256(master).digest() == hashlib.sha256(played(bench, f"{name}.m3u8")).digest()
    lint = LintHls(
        name="l",
        playlists=listed.playlists,
        chapters=None,
        packaged=(packaged,),
        folder=FOLDER,
        report=Path("lint.json"),
    )
    failed = {check.rule for check in notes.read(Report, bench.make(lint)).checks if not check.passed}
    # There is FLAC alone, and no chapters.json.
    assert {"hls-stereo-aac", "hls-chapters"} == failed


def test_no_plain_file_is_written_with_a_key(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Segments are as long as their encrypted bytes, are called by these, and have the same times as in the clear."""
    monkeypatch.setenv("MOON_KEY", "c0ffee00decade11facade22badcab1e")
    bare = tracks(bench).bare
    clear = notes.read(Rendition, bench.make(packaging(bench, bare, (0, LENGTHS[0]), layout="files")))
    for path in FOLDER.iterdir():
        path.unlink()
    sealing = replace(packaging(bench, bare, (0, LENGTHS[0])), key=SecretName("env", "MOON_KEY"))
    made = notes.read(Rendition, bench.make(sealing))
    assert {file.path for file in made.files} == {path.name for path in FOLDER.iterdir()}
    assert None is made.file
    for one, other in zip((clear.whole, *clear.tracks), (made.whole, *made.tracks), strict=True):
        assert one.init == other.init
        for plain, piece in zip(one.pieces, other.pieces, strict=True):
            content = (FOLDER / piece.uri).read_bytes()
            assert (plain.ticks, plain.size // 16 * 16 + 16, len(content)) == (piece.ticks, piece.size, piece.size)
            assert f"flac.{hashlib.sha256(content).hexdigest()[:16]}.m4s" == piece.uri


def test_a_file_is_called_by_what_it_holds(bench: Bench) -> None:
    """The name has the rendition and the beginning of the SHA-256; the list of files has all of it, and the bytes."""
    made = notes.read(Rendition, bench.make(packaging(bench, tracks(bench).bare, (0, LENGTHS[0]))))
    assert {file.path for file in made.files} == {path.name for path in FOLDER.iterdir()}
    for file in made.files:
        content = (FOLDER / file.path).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (file.bytes, file.sha256)
        assert f"flac.{file.sha256[:16]}.mp4" == file.path


def test_times_are_those_of_the_masters(bench: Bench) -> None:
    """What playlists tell of the whole and of tracks adds up to samples."""
    made = notes.read(Rendition, bench.make(packaging(bench, tracks(bench).bare, (0, LENGTHS[0]))))

    def ticks(one: Played) -> int:
        return sum(piece.ticks for piece in one.pieces)

    assert (sum(LENGTHS), *LENGTHS) == (ticks(made.whole), *map(ticks, made.tracks))
    assert (Fraction(sum(LENGTHS), 44_100), (Fraction(0), Fraction(LENGTHS[0], 44_100))) == (made.seconds, made.begins)


def test_segments_of_an_unchanged_track_keep_their_names(bench: Bench) -> None:
    """Another second track leaves the files of the first as they were; so does another take of the same length before it."""
    two = tracks(bench)
    one = notes.read(Rendition, bench.make(packaging(bench, two.bare, (0, LENGTHS[0]), layout="files")))
    bench.wav("1.wav", (bench.sine(LENGTHS[1], hertz=550),) * 2)
    facts = bench.make(Probe(name="p", source=two.sources[1], facts=Path("1.json")))
    bench.make(Encode(name="e", source=two.sources[1], facts=facts, encoding=NAMED["flac"], output=two.bare[1]))
    other = notes.read(Rendition, bench.make(packaging(bench, two.bare, (0, LENGTHS[0]), layout="files")))
    assert one.tracks[0] == other.tracks[0]
    assert {piece.uri for piece in one.tracks[1].pieces}.isdisjoint(piece.uri for piece in other.tracks[1].pieces)


def test_one_track_has_no_ranges(bench: Bench) -> None:
    """A single is listed once."""
    made = notes.read(Rendition, bench.make(packaging(bench, tracks(bench).bare[:1])))
    assert ((), 1) == (made.tracks, len(made.files))


def test_what_cannot_be_packaged_is_told_by_its_rendition(bench: Bench) -> None:
    """With the folder, and what is wrong; nothing is left half-made in place."""
    two = tracks(bench, "alac")
    content = two.bare[0].read_bytes()
    two.bare[0].write_bytes(content[: len(content) * 2 // 3])
    with pytest.raises(ReleaseError) as raised:
        bench.make(packaging(bench, two.bare[:1]))
    assert str(raised.value).startswith("build/moon/hls: flac cannot be packaged: ")
    assert not [path for path in FOLDER.glob("*") if not path.name.startswith(".")]


@pytest.fixture
def few_files() -> Iterator[None]:
    """A process that may have 64 files open."""
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, limits[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, limits)


@pytest.mark.usefixtures("few_files")
def test_more_files_than_may_be_open_are_one_after_the_other(bench: Bench) -> None:
    """As of a film that was encoded in parts."""
    paths = [bench.folder / f"{number:03}" for number in range(100)]
    for path in paths:
        path.write_text(path.name, encoding="utf-8")
    with closing(Chain(paths)) as chain:
        for number in (0, 99, 7):
            assert 1 == chain.seek(3 * number + 1)
            assert f"{number:03}"[1:].encode() == chain.read(2)
