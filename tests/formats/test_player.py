from __future__ import annotations

import json
import re
from dataclasses import replace
from fractions import Fraction
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pressroom.formats.player import Library, Mark, Player, Source, page

AAC = Source(label="AAC", playlist="aac.m3u8", file="aac.0123.mp4", codec="mp4a.40.2")
FLAC = Source(label="FLAC, lossless", playlist="flac.m3u8", file="flac.4567.mp4", codec="fLaC")
ALBUM = Player(
    title="Night Signals",
    artist="The Lanterns",
    language="en",
    key="night-signals",
    length=Fraction(7322, 2),
    sources=(AAC, FLAC),
    marks=(Mark(start=Fraction(0), title="Rise"), Mark(start=Fraction(3601), title="Fall")),
    cover="../cover-600.jpg",
)
VOID = {"meta", "img", "input", "link", "br"}


class Elements(HTMLParser):
    """The elements of a page: tags with their attributes, and the text of those that have an id."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, str] = {}
        self.open: list[tuple[str, str | None]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember an element."""
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append((tag, dict(attrs).get("id")))

    def handle_endtag(self, tag: str) -> None:
        """Every element is closed in its turn."""
        assert self.open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        """Remember its text."""
        name = next((name for _, name in reversed(self.open) if name), "")
        self.texts[name] = self.texts.get(name, "") + data

    def named(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of all elements of a name."""
        return [attributes for name, attributes in self.found if name == tag]

    @property
    def data(self) -> dict[str, object]:
        """What the script goes by."""
        found: dict[str, object] = json.loads(self.texts["data"])
        return found


def test_the_page_is_small_and_whole() -> None:
    """One file below 60 kB in which every element is closed."""
    text = page(replace(ALBUM, marks=tuple(Mark(start=Fraction(n), title=f"Part {n}") for n in range(200))))
    assert len(text.encode()) < 60_000
    assert [] == Elements(text).open
    assert "{{" not in text


def test_nobody_else_is_asked_for_anything() -> None:
    """No address leads away from the page's own host, and its policy forbids any that would."""
    text = page(ALBUM)
    assert [] == re.findall(r"https?://|//[a-z]", re.sub(r"/\*.*?\*/", "", text))
    policy = next(meta["content"] for meta in Elements(text).named("meta") if meta.get("http-equiv"))
    assert policy is not None
    assert policy.startswith("default-src 'none'; img-src 'self' data:; media-src 'self' blob:; connect-src 'self';")


def test_the_script_gets_every_source_in_order() -> None:
    """AAC first, as most browsers play it; a list for each codec, as a mixed one stops in Chromium."""
    found = Elements(page(ALBUM)).data
    assert ("night-signals", 3661.0) == (found["key"], found["length"])
    assert [
        {"label": "AAC", "list": "aac.m3u8", "file": "aac.0123.mp4", "codec": "mp4a.40.2"},
        {"label": "FLAC, lossless", "list": "flac.m3u8", "file": "flac.4567.mp4", "codec": "fLaC"},
    ] == found["sources"]


def test_tracks_are_buttons_with_their_times() -> None:
    """They work without a mouse, and tell when they begin."""
    elements = Elements(page(ALBUM))
    assert ["0.000000", "3601.000000"] == [each["data-start"] for each in elements.named("button") if "data-start" in each]
    assert "Rise0:00Fall1:00:01" == elements.texts["marks"]
    assert "Tracks" == elements.texts["marks-title"]
    assert "Chapters" == Elements(page(replace(ALBUM, marks_are="Chapters"))).texts["marks-title"]


def test_every_control_has_a_name() -> None:
    """A screen reader says what each does."""
    text = page(ALBUM)
    elements = Elements(text)
    for button in elements.named("button"):
        assert button.get("aria-label") or button.get("id") == "sound" or "data-start" in button
    assert len(elements.named("select")) + 1 == len(elements.named("label"))
    assert [""] == [image["alt"] for image in elements.named("img")]
    assert ("en", "status") == (elements.named("html")[0]["lang"], elements.named("p")[1]["role"])


def test_every_element_that_the_script_asks_for_is_there() -> None:
    """By its id."""
    text = page(ALBUM)
    ids = {attributes["id"] for _, attributes in Elements(text).found if "id" in attributes}
    asked = set(re.findall(r"find\('(\w+)'\)", text))
    assert asked - ids == set()


def test_a_video_is_shown_instead_of_the_cover() -> None:
    """It has a picture of its own."""
    elements = Elements(page(replace(ALBUM, picture=(1280, 720))))
    assert (1, 0, 0) == tuple(len(elements.named(name)) for name in ("video", "audio", "img"))
    assert (0, 1, 1) == tuple(len(Elements(page(ALBUM)).named(name)) for name in ("video", "audio", "img"))


def test_a_track_leads_to_its_video() -> None:
    """By a link of its own, which says whose video it is."""
    marks = (Mark(start=Fraction(0), title="Rise & Fall", video="01.video.html"), *ALBUM.marks[1:])
    found = Elements(page(replace(ALBUM, marks=marks))).named("a")
    assert [{"href": "01.video.html", "aria-label": "Video of Rise & Fall"}] == found


def test_a_disc_is_told_above_its_first_track() -> None:
    """By its title."""
    marks = (ALBUM.marks[0], replace(ALBUM.marks[1], heading="Night & Day"))
    assert '</li><li class="part"><h3>Night &amp; Day</h3></li><li><button' in page(replace(ALBUM, marks=marks))
    assert 0 == page(ALBUM).count("<h3>")


def test_the_cover_stands_for_a_video_until_it_plays() -> None:
    """Where there is one, in the shape of the video; sound has it beside."""
    assert ["aspect-ratio: 1280 / 720"] == [
        each["style"] for each in Elements(page(replace(ALBUM, picture=(1280, 720)))).named("video")
    ]
    assert ["../cover-600.jpg"] == [
        each["poster"] for each in Elements(page(replace(ALBUM, picture=(1280, 720)))).named("video")
    ]
    assert [{}] == [{"poster": one["poster"]} if "poster" in one else {} for one in Elements(page(ALBUM)).named("audio")]


def test_a_video_leads_back_to_its_album() -> None:
    """By its title."""
    shown = page(replace(ALBUM, picture=(1280, 720), marks=(), album=("Night & Day", "player.html")))
    assert '<p><a href="player.html">Night &amp; Day</a></p>' in shown
    assert [] == Elements(page(ALBUM)).named("a")


def test_a_source_without_a_file_is_played_by_its_list() -> None:
    """Nothing else is offered to the browser."""
    found = Elements(page(replace(ALBUM, sources=(replace(AAC, file=None),)))).data
    assert [{"label": "AAC", "list": "aac.m3u8", "file": None, "codec": "mp4a.40.2"}] == found["sources"]


def test_a_release_without_marks_and_cover_has_neither() -> None:
    """Nothing empty is shown."""
    elements = Elements(page(replace(ALBUM, marks=(), cover=None)))
    assert ([], []) == (elements.named("ol"), elements.named("img"))


def test_hls_js_is_held_against_its_digest() -> None:
    """Where the author names one; the policy lets that address through, and no other."""
    library = Library(url="https://cdn.example/hls.js", integrity="sha384-" + "A" * 64)
    elements = Elements(page(replace(ALBUM, library=library)))
    script = elements.named("script")[1]
    assert ("https://cdn.example/hls.js", library.integrity, "anonymous") == (
        script["src"],
        script["integrity"],
        script["crossorigin"],
    )
    assert "script-src 'unsafe-inline' 'self' https://cdn.example/hls.js;" in str(elements.named("meta")[4]["content"])
    assert [{"id": "data", "type": "application/json"}, {}] == Elements(page(ALBUM)).named("script")


@pytest.mark.parametrize(
    ("key_url", "host"),
    [("https://keys.example:8443/moon.key?edition=1", " https://keys.example:8443"), ("../keys/moon.key", ""), (None, "")],
)
def test_a_key_may_be_fetched_from_its_host(key_url: str | None, host: str) -> None:
    """By the browser's own HLS and by hls.js; from nowhere else."""
    player = replace(ALBUM, sources=(replace(FLAC, file=None),), key_url=key_url)
    elements = Elements(page(player))
    policy = str(elements.named("meta")[4]["content"])
    assert f"; media-src 'self' blob:{host}; connect-src 'self'{host}; worker-src blob:;" in policy
    assert [{"label": "FLAC, lossless", "list": "flac.m3u8", "file": None, "codec": "fLaC"}] == elements.data["sources"]


@pytest.mark.parametrize(
    ("player", "message"),
    [
        (replace(ALBUM, sources=()), "expected something to play, got nothing"),
        (replace(ALBUM, cover="a b.jpg"), "expected an address without spaces and quotes, got 'a b.jpg'"),
        (replace(ALBUM, sources=(replace(AAC, file='"'),)), "expected an address without spaces and quotes, got '\"'"),
        (
            replace(ALBUM, library=Library(url="hls.js", integrity="md5-1")),
            "hls.js: expected a digest such as sha384-..., got 'md5-1'",
        ),
    ],
)
def test_what_a_page_cannot_hold_is_refused(player: Player, message: str) -> None:
    """Rather than broken by it."""
    with pytest.raises(ValueError, match=re.escape(message)):
        page(player)


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_title_is_shown_as_it_is(title: str) -> None:
    """Whatever it has of HTML, of script, or of the template's own places."""
    hostile = f"{title}</script><script>{{{{data}}}}<!--"
    elements = Elements(page(replace(ALBUM, title=hostile, artist=hostile, marks=(Mark(start=Fraction(0), title=hostile),))))
    assert (2, hostile) == (len(elements.named("script")), elements.data["title"])
    assert 1 == len(elements.named("h1"))
    assert hostile in elements.texts[""].partition("Turn the sound on")[0]


def test_the_same_release_gives_the_same_page() -> None:
    """Byte for byte."""
    assert page(ALBUM) == page(replace(ALBUM))
