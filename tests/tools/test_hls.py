"""Playlists, chapters and the page, of what was packaged."""

from __future__ import annotations

import base64
import hashlib
import json
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from pressroom.formats.rendition import Piece, Played, Rendition
from pressroom.tools import notes
from pressroom.tools.hls import Library, PageWords, WriteChapters, WriteHls, WritePage

if TYPE_CHECKING:
    from tests.tools.conftest import Bench

WHOLE = Played(init="x.0123.mp4", init_size=600, pieces=(Piece(uri="x.0123.mp4", ticks=480_000, size=9, offset=700),))
MADE = Rendition(
    codec="mp4a.40.2",
    timescale=48_000,
    starts=(0, 240_000),
    length=480_000,
    file="x.0123.mp4",
    whole=WHOLE,
    tracks=(WHOLE, WHOLE),
    files=(),
)
WORDS = PageWords(
    title="Moon & Sun",
    artist="The Lanterns",
    language="en",
    tracks=("Rise", "</script>"),
    videos=("01.video.html", None),
    headings=(None, "Night"),
    labels=("AAC",),
    cover="cover.jpg",
)


def packaged(bench: Bench) -> Path:
    """What was packaged, as the step before notes it."""
    path = Path("packaged.json")
    notes.write(bench, path, MADE)
    return bench.beside(path).replace(path)


def page(bench: Bench, *, library: Library | None = None, key_url: str | None = None) -> str:
    """The page's text."""
    step = WritePage(
        name="p",
        words=WORDS,
        renditions=("aac-128",),
        packaged=(packaged(bench),),
        library=library,
        key_url=key_url,
        output=Path("player.html"),
    )
    return bench.make(step).read_text(encoding="utf-8")


def test_playlists_are_written_by_their_names(bench: Bench) -> None:
    """Each where its name says; what a list holds is its own."""
    names = ("index.m3u8", "01.m3u8", "02.m3u8", "aac-128.m3u8", "01.aac-128.m3u8", "02.aac-128.m3u8")
    step = WriteHls(
        name="w",
        renditions=("aac-128",),
        packaged=(packaged(bench),),
        which=("01", "02"),
        segment=Fraction(10),
        playlists=tuple(map(Path, names)),
    )
    bench.make(step)
    assert "\n01.aac-128.m3u8\n" in Path("01.m3u8").read_text(encoding="utf-8")
    assert "\nx.0123.mp4\n" in Path("02.aac-128.m3u8").read_text(encoding="utf-8")


def test_chapters_begin_where_the_tracks_do(bench: Bench) -> None:
    """In seconds, with their lengths and titles."""
    step = WriteChapters(
        name="c", titles=("Rise", "Fall"), language="en", packaged=packaged(bench), output=Path("chapters.json")
    )
    found = json.loads(bench.make(step).read_text(encoding="utf-8"))
    assert [(0, 5, "Rise"), (5, 5, "Fall")] == [
        (one["start-time"], one["duration"], one["titles"][0]["title"]) for one in found
    ]


def test_a_page_plays_the_list_or_the_one_file(bench: Bench) -> None:
    """Its words are text, never markup."""
    text = page(bench)
    assert '"list": "aac-128.m3u8", "file": "x.0123.mp4", "codec": "mp4a.40.2"' in text
    assert "<h1>Moon &amp; Sun</h1>" in text
    assert '<button type="button" data-start="5.000000"><span>&lt;/script&gt;</span>' in text
    assert 1 == text.count('src="cover.jpg"')
    assert "integrity=" not in text


def test_a_page_that_few_browsers_play_is_told(bench: Bench) -> None:
    """What is encrypted needs hls.js in the others."""
    page(bench)
    page(bench, library=Library(file=None, url="https://a.example/hls.js", integrity="sha384-QUJD"), key_url="moon.key")
    assert [] == bench.said
    assert " https://keys.example; worker-src" in page(bench, key_url="https://keys.example/moon.key")
    assert ["player.html: most browsers play what is encrypted by hls.js alone; name it as `hls_js`"] == bench.said


def test_a_library_is_held_against_its_digest(bench: Bench) -> None:
    """That of a file is taken, that of an address is the author's."""
    file = Path("hls.min.js")
    file.write_bytes(b"play()")
    digest = base64.b64encode(hashlib.sha384(b"play()").digest()).decode()
    taken = page(bench, library=Library(file=file, url="hls.js", integrity=None))
    assert f'<script src="hls.js" integrity="sha384-{digest}"' in taken
    told = page(bench, library=Library(file=None, url="https://a.example/hls.js", integrity="sha384-QUJD"))
    assert '<script src="https://a.example/hls.js" integrity="sha384-QUJD"' in told
