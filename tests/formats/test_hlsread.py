from __future__ import annotations

from contextlib import suppress
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressroom.formats.hlsread import Media, Span, parsed, span

LIST = """\
#EXTM3U
#EXT-X-VERSION:6
#EXT-X-TARGETDURATION:6

# a note
#EXT-X-MAP:URI="a,b.mp4",BYTERANGE="700@0"
#EXTINF:5.5,A title, with a comma
#EXT-X-BYTERANGE:100@700
a.mp4
#EXTINF:6
#EXT-X-BYTERANGE:50
a.mp4
#EXT-X-DISCONTINUITY
#EXT-X-KEY:METHOD=AES-128,URI="key",IV=0x1
#EXT-X-GAP
#EXTINF:1,
b.mp4
#EXT-X-KEY:METHOD=NONE
#EXTINF:1,
c.mp4
"""


def test_segments_have_what_applies_to_them() -> None:
    """Init segments and keys until others come; ranges, marks and lengths once."""
    first, second, third, fourth = parsed(LIST).segments
    assert (Fraction(11, 2), Media(uri="a.mp4", span=Span(700, 100)), 9) == (first.seconds, first.media, first.line)
    assert Media(uri="a.mp4", span=Span(800, 50)) == second.media
    assert {Media(uri="a,b.mp4", span=Span(0, 700))} == {each.init for each in (first, second, third, fourth)}
    assert [(False, False), (False, False), (True, True), (False, False)] == [
        (each.discontinuity, each.gap) for each in (first, second, third, fourth)
    ]
    assert [None, None, "key", None] == [each.key and each.key.words["URI"] for each in (first, second, third, fourth)]
    assert Fraction(27, 2) == parsed(LIST).length


def test_tags_are_found_by_name() -> None:
    """The first one counts where only one should be."""
    playlist = parsed(LIST)
    assert ("6", 6, None, None) == (
        playlist.value("EXT-X-VERSION"),
        playlist.number("EXT-X-VERSION"),
        playlist.value("EXT-X-ENDLIST"),
        playlist.number("EXT-X-MAP"),
    )
    assert [14, 18] == [tag.line for tag in playlist.named("EXT-X-KEY")]


def test_a_multivariant_playlist_lists_lists() -> None:
    """Each address belongs to the line before it."""
    playlist = parsed('#EXTM3U\r\n#EXT-X-STREAM-INF:BANDWIDTH=1, CODECS="a,b"\r\nlow.m3u8\r\nother\r\n')
    assert (True, ()) == (playlist.multivariant, playlist.segments)
    assert [("low.m3u8", {"BANDWIDTH": "1", "CODECS": "a,b"}), ("other", None)] == [
        (uri, tag and dict(tag.words)) for _, uri, tag in playlist.uris
    ]


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        ("a.ts", "line 2: a.ts has no EXTINF"),
        ("#EXTINF:six,\na.ts", "line 2: EXTINF says 'six', which is no length"),
        ("#EXTINF:6,\n#EXT-X-BYTERANGE:1-2\na.ts", "line 3: EXT-X-BYTERANGE says '1-2', which is no range"),
        ('#EXT-X-MAP:BYTERANGE="1@2"', "line 2: EXT-X-MAP has no URI"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(lines: str, fault: str) -> None:
    """And the rest is read."""
    assert (fault,) == parsed(f"#EXTM3U\n{lines}\n#EXTINF:1,\nb.ts\n").faults
    assert "b.ts" == parsed(f"#EXTM3U\n{lines}\n#EXTINF:1,\nb.ts\n").segments[-1].media.uri


def test_a_range_without_an_offset_follows_on() -> None:
    """Behind the one before, in the same file."""
    assert (Span(5, 10), Span(7, 10), None) == (span("10@5"), span("10", behind=7), span("ten"))


def test_a_byte_order_mark_is_none_of_the_text() -> None:
    """Some editors write one, though the format forbids it."""
    assert parsed("\ufeff#EXTM3U\n").tags[0].name == "EXTM3U"


@pytest.mark.parametrize("text", ["", "\n#EXTM3U", "<html>", "#EXTM3U8"])
def test_what_is_no_playlist_is_refused(text: str) -> None:
    """It must begin as one."""
    with pytest.raises(ValueError, match=r"^it does not begin with #EXTM3U$"):
        parsed(text)


def test_an_endless_list_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is a limit to its lines."""
    monkeypatch.setattr("pressroom.formats.hlsread._MOST_LINES", 3)
    with pytest.raises(ValueError, match=r"^it has 4 lines, more than 3$"):
        parsed("#EXTM3U\n\n\n\n")


@given(
    st.lists(
        st.sampled_from([*LIST.splitlines(), "#EXT-X-STREAM-INF:", "#EXTINF:", "#EXT-X-BYTERANGE:", "x", '#EXT-X-MAP:"']),
        max_size=30,
    )
)
def test_lines_in_any_order_are_read(lines: list[str]) -> None:
    """Nothing is raised but for what is no playlist."""
    with suppress(ValueError):
        parsed("\n".join(lines))
    assert parsed("\n".join(["#EXTM3U", *lines])).tags
