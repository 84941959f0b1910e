"""What was built, played by Chromium: by itself, and by hls.js."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
from tests.players.conftest import FILM, HOURS, SECONDS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Repo
    from tests.players.conftest import Browser

pytestmark = pytest.mark.players
MOON, LONG = "/moon/hls/player.html", "/long/hls/player.html"
PRIMING = 1024 / 48_000
LENGTH = sum(round(seconds * 44_100) for seconds in SECONDS) / 44_100
MILLISECOND = 0.001


def test_an_album_plays_across_its_joins(browser: Browser) -> None:
    """From the first track to the end of the last, without a stall or an error.

    Chromium by itself plays the encoder's priming as well, which is 1024 samples of AAC.
    """
    heard = browser.page(MOON, ("ready",), ("tell",), ("click", "#play"), ("end",), ("tell",))
    begun, ended = heard.told
    assert begun["source"].endswith("/moon/hls/aac-128.m3u8")
    assert 0 <= begun["duration"] - LENGTH <= 1024 / 48_000 + MILLISECOND
    assert (True, [], [], []) == (ended["ended"], ended["stalls"], ended["errors"], heard.said)


def test_lossless_sound_is_as_long_as_its_masters(browser: Browser) -> None:
    """To the millisecond, also by Chromium alone; a listener picks it on the page."""
    heard = browser.page(MOON, ("ready",), ("select", "#codec", "2"), ("click", "#play"), ("end",), ("tell",))
    ended = heard.told[0]
    assert ended["source"].endswith("/moon/hls/flac.m3u8")
    assert math.isclose(LENGTH, ended["duration"], abs_tol=MILLISECOND)
    assert (True, [], [], []) == (ended["ended"], ended["stalls"], ended["errors"], heard.said)


@pytest.mark.parametrize("rendition", ["aac-128", "opus-96", "flac"])
def test_hls_js_plays_each_rendition(browser: Browser, rendition: str) -> None:
    """Across both joins, without a hole in what it holds."""
    acts = (("ready",), ("play",), ("wait", 3), ("tell",), ("end",), ("tell",))
    begun, ended = browser.page(MOON, *acts, library=f"{rendition}.m3u8").told
    assert math.isclose(LENGTH, begun["duration"], abs_tol=MILLISECOND)
    assert 1 == len(begun["buffered"])
    assert 0 == begun["buffered"][0][0]
    assert (True, [], []) == (ended["ended"], ended["stalls"], ended["errors"])


@pytest.mark.parametrize("rendition", ["aac-128", "opus-96", "flac"])
def test_a_track_has_its_own_length(browser: Browser, rendition: str) -> None:
    """Its list hides what lies before it; what is lossy may end with the rest of the frame that the next begins in."""
    length = round(SECONDS[1] * 44_100) / 44_100
    ended = browser.page(MOON, ("ready",), ("play",), ("end",), ("tell",), library=f"02.{rendition}.m3u8").told[0]
    rest = 0 if rendition == "flac" else 1024 / 48_000
    assert -MILLISECOND <= ended["duration"] - length <= rest + MILLISECOND
    assert (True, [], []) == (ended["ended"], ended["stalls"], ended["errors"])


@pytest.mark.parametrize("library", ["", "flac.m3u8"])
def test_two_hours_play_across_a_seek(browser: Browser, library: str) -> None:
    """Near the end as at the beginning."""
    later = HOURS * 3600 - 100
    acts = (("ready",), ("play",), ("wait", 3), ("tell",), ("seek", later), ("wait", 4), ("tell",))
    begun, sought = browser.page(LONG, *acts, library=library).told
    assert math.isclose(HOURS * 3600, begun["duration"], abs_tol=MILLISECOND)
    assert begun["source"].endswith("/flac.m3u8") or library
    assert 1 == len(begun["buffered"])
    assert later + 2 < sought["time"] < later + 5
    assert ([], []) == (sought["stalls"], sought["errors"])


@pytest.mark.parametrize("rendition", ["aac-128", "opus-96", "flac"])
def test_the_one_file_plays_without_a_list(browser: Browser, repo: Repo, rendition: str) -> None:
    """As it does where a browser knows no HLS: as long as the masters, and seeks go by its own index."""
    files = sorted((repo.path / "build/moon/hls").glob(f"{rendition}.*.mp4"), key=lambda path: path.stat().st_size)
    acts = (("source", files[-1].name), ("wait", 1), ("play",), ("seek", 8), ("end",), ("tell",))
    ended = browser.page(MOON, ("ready",), *acts).told[0]
    assert math.isclose(LENGTH, ended["duration"], abs_tol=MILLISECOND)
    assert ([], []) == (ended["stalls"], ended["errors"])


@pytest.mark.parametrize(
    ("release", "way", "source", "priming"),
    [
        *(("moon", "itself", "/01.video.m3u8", PRIMING), ("moon", "hls.js", "blob:", 0), ("moon", "file", ".mp4", 0)),
        # MPEG-TS has no edits; hls.js counts from what is decoded first.
        *(("film", "itself", "/01.video.m3u8", 2 * PRIMING), ("film", "hls.js", "blob:", 0.1)),
    ],
)
def test_a_video_plays_across_its_segments(browser: Browser, release: str, way: str, source: str, priming: float) -> None:
    """To its end, with its sound, across two seeks, and as long as it is but for the priming; as MP4 and as MPEG-TS."""
    library, without = "01.video.m3u8" if way == "hls.js" else "", way == "file"
    acts = (("ready",), ("play",), ("wait", 3), ("tell",), ("seek", 9), ("wait", 2), ("seek", 5), ("wait", 2), ("tell",))
    begun, sought, ended = browser.page(
        f"/{release}/hls/01.video.html", *acts, ("end",), ("tell",), library=library, without=without
    ).told
    assert source in begun["source"]
    assert -MILLISECOND <= begun["duration"] - FILM <= priming + MILLISECOND
    assert 6 < sought["time"] < 8
    # What is decoded before it is shown makes hls.js begin MPEG-TS a moment later, which it tells as a hole.
    errors = [error for error in ended["errors"] if release != "film" or not error.startswith("bufferSeekOverHole")]
    assert (True, [], []) == (ended["ended"], ended["stalls"], errors)
    assert ([[320, 180]], [1]) == ([ended["size"]], [len(begun["buffered"])])
    assert ["en"] * (release == "moon") == ended["languages"]


def test_a_browser_without_hls_plays_the_one_file(browser: Browser) -> None:
    """From the same page, across the joins, and as long as the masters."""
    heard = browser.page(MOON, ("ready",), ("click", "#play"), ("end",), ("tell",), without=True)
    ended = heard.told[0]
    assert ended["source"].endswith(".mp4")
    assert math.isclose(LENGTH, ended["duration"], abs_tol=MILLISECOND)
    assert ([], [], []) == (ended["stalls"], ended["errors"], heard.said)


def test_hls_js_is_used_where_the_author_has_it(browser: Browser) -> None:
    """Beside the page, held against its digest, within what the page lets itself load."""
    heard = browser.page("/split/hls/player.html", ("ready",), ("click", "#play"), ("end",), ("tell",), without=True)
    ended = heard.told[0]
    assert ended["source"].startswith("blob:")
    assert math.isclose(LENGTH, ended["duration"], abs_tol=MILLISECOND)
    assert ([], [], []) == (ended["stalls"], ended["errors"], heard.said)


def test_what_is_encrypted_is_played_by_hls_js(browser: Browser) -> None:
    """Across the joins, with a key that lies beside the playlists; Chromium's own HLS decrypts no MP4, and is not asked."""
    heard = browser.page("/sealed/hls/player.html", ("ready",), ("click", "#play"), ("end",), ("tell",))
    ended = heard.told[0]
    assert ended["source"].startswith("blob:")
    assert math.isclose(LENGTH, ended["duration"], abs_tol=MILLISECOND)
    assert (True, [], [], []) == (ended["ended"], ended["stalls"], ended["errors"], heard.said)


@pytest.mark.parametrize(("release", "source", "priming"), [("sealed", "blob:", 0), ("veiled", "/01.video.m3u8", 2 * PRIMING)])
def test_an_encrypted_video_is_shown(browser: Browser, release: str, source: str, priming: float) -> None:
    """To its end, across a seek: MP4 by hls.js, MPEG-TS by Chromium itself."""
    acts = (("ready",), ("click", "#play"), ("wait", 3), ("tell",), ("seek", 8), ("end",), ("tell",))
    begun, ended = browser.page(f"/{release}/hls/01.video.html", *acts).told
    assert source in begun["source"]
    assert -MILLISECOND <= begun["duration"] - FILM <= priming + MILLISECOND
    assert (True, [], [], [320, 180]) == (ended["ended"], ended["stalls"], ended["errors"], ended["size"])


def test_the_page_is_one_that_people_can_use(browser: Browser, tmp_path: Path) -> None:
    """At 360 pixels nothing is cut off; tracks, keys and the pause do what they say; no other host is asked."""
    acts = (
        *(("ready",), ("click", "#marks li:nth-child(2) button"), ("wait", 1.5), ("tell",)),
        *(("press", "n"), ("wait", 1), ("tell",), ("click", "#play"), ("tell",)),
        ("show", str(tmp_path / "page.png")),
    )
    heard = browser.page(MOON, *acts)
    second, third, paused = heard.told
    assert (["Track 2"], ["Track 3"]) == (second["current"], third["current"])
    assert (False, True) == (third["paused"], paused["paused"])
    assert second["width"] <= 360
    assert 1 == len(heard.hosts)
    assert (tmp_path / "page.png").stat().st_size > 10_000
