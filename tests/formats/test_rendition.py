"""What playlists say of what was packaged."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from pressroom.formats import rendition
from pressroom.formats.audio import NAMED
from pressroom.formats.rendition import MadeFile, Piece, Played, Rendition


def packaged(codec: str, *, rate: int, file: str) -> Rendition:
    """Ten seconds of two tracks in three segments."""
    init = Played(init=file, init_size=600, pieces=pieces(file, rate, 4, 4, 2))
    each = (("a.mp4", (4, 2)), ("b.mp4", (4,)))
    parts = tuple(Played(init=name, init_size=None, pieces=pieces(file, rate, *lengths)) for name, lengths in each)
    return Rendition(
        codec=codec,
        timescale=rate,
        starts=(0, 6 * rate),
        length=10 * rate,
        file=file,
        whole=init,
        tracks=parts,
        files=(),
    )


def pieces(file: str, rate: int, *seconds: int) -> tuple[Piece, ...]:
    """Segments of whole seconds, 1 kB each."""
    return tuple(Piece(uri=file, ticks=n * rate, size=1000, offset=1000 * k) for k, n in enumerate(seconds, 1))


BOTH = (("aac-128", packaged("mp4a.40.2", rate=48_000, file="x.mp4")), ("flac", packaged("fLaC", rate=44_100, file="y.mp4")))


def test_every_playlist_has_the_name_that_the_words_give() -> None:
    """The plan knows the names before anything is packaged."""
    for which in ((), ("01", "02")):
        names = rendition.playlist_names(("aac-128", "flac"), which)
        assert set(names) == set(rendition.playlists(BOTH, which, Fraction(6)))
        assert len(names) == len(set(names))


def test_a_multivariant_playlist_leads_to_each_rendition() -> None:
    """With measured rates and the codec; that of the whole knows of chapters."""
    found = rendition.playlists(BOTH, ("01", "02"), Fraction(6))
    assert [
        "#EXTM3U",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        '#EXT-X-SESSION-DATA:DATA-ID="com.apple.hls.chapters",URI="chapters.json"',
        '#EXT-X-STREAM-INF:BANDWIDTH=2667,AVERAGE-BANDWIDTH=2400,CODECS="mp4a.40.2"',
        "aac-128.m3u8",
        '#EXT-X-STREAM-INF:BANDWIDTH=2667,AVERAGE-BANDWIDTH=2400,CODECS="fLaC"',
        "flac.m3u8",
    ] == found["index.m3u8"].splitlines()
    assert ["02.aac-128.m3u8", "02.flac.m3u8"] == [line for line in found["02.m3u8"].splitlines() if line[0] != "#"]
    assert "SESSION-DATA" not in found["02.m3u8"]


def test_a_release_of_one_track_has_no_chapters() -> None:
    """There is nothing to skip to."""
    assert "SESSION-DATA" not in rendition.playlists(BOTH, (), Fraction(6))["index.m3u8"]


def test_all_lists_have_one_target_duration() -> None:
    """That which was asked for, or what the longest segment needs."""
    for asked, target in ((6, 6), (2, 4)):
        lists = rendition.playlists(BOTH, ("01", "02"), Fraction(asked))
        media = [text for text in lists.values() if "#EXTINF" in text]
        assert 6 == len(media)
        assert all(f"#EXT-X-TARGETDURATION:{target}\n" in text for text in media)


def test_a_track_begins_with_its_own_init_segment() -> None:
    """The whole begins with the first bytes of its file, a track with a file that hides what lies before it."""
    lists = rendition.playlists(BOTH, ("01", "02"), Fraction(6))
    assert '#EXT-X-MAP:URI="x.mp4",BYTERANGE="600@0"' in lists["aac-128.m3u8"].splitlines()
    assert '#EXT-X-MAP:URI="b.mp4"' in lists["02.aac-128.m3u8"].splitlines()


def test_an_encrypted_list_says_where_the_key_is() -> None:
    """Each segment has a vector of its own; the init segment stands before the key, as it is not encrypted."""
    made = BOTH[1][1]
    vectors = ("00" * 16, "ab" * 16, "cd" * 16)
    sealed = tuple(replace(piece, iv=iv, offset=None) for piece, iv in zip(made.whole.pieces, vectors, strict=True))
    whole = Played(init="i.mp4", init_size=None, pieces=sealed)
    lists = rendition.playlists((("flac", replace(made, file=None, whole=whole, tracks=())),), (), Fraction(6), "moon.key")
    assert [
        '#EXT-X-MAP:URI="i.mp4"',
        f'#EXT-X-KEY:METHOD=AES-128,URI="moon.key",IV=0x{"00" * 16}',
        "#EXTINF:4.000000,",
        "y.mp4",
        f'#EXT-X-KEY:METHOD=AES-128,URI="moon.key",IV=0x{"AB" * 16}',
        "#EXTINF:4.000000,",
        "y.mp4",
        f'#EXT-X-KEY:METHOD=AES-128,URI="moon.key",IV=0x{"CD" * 16}',
        "#EXTINF:2.000000,",
        "y.mp4",
        "#EXT-X-ENDLIST",
    ] == lists["flac.m3u8"].splitlines()[6:]
    assert [] == [line for line in lists["index.m3u8"].splitlines() if "KEY" in line]


def test_another_sound_has_another_identity() -> None:
    """By which a player remembers a listener's place in it."""
    made = BOTH[0][1]
    one, other = (replace(made, files=(MadeFile(path="x", bytes=1, sha256=digest),)) for digest in ("a", "b"))
    assert one.identity == replace(one, starts=()).identity != other.identity


def test_listeners_pick_a_rendition_by_its_codec_and_rate() -> None:
    """As a name that they know."""
    assert ["AAC, 128 kbit/s", "Opus, 96 kbit/s", "FLAC, lossless", "ALAC, lossless"] == [
        rendition.label(NAMED[name]) for name in ("aac-128", "opus-96", "flac", "alac")
    ]
