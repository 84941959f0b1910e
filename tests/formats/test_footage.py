"""The playlists of a video."""

from __future__ import annotations

import re
from fractions import Fraction

from pressroom.formats.footage import Captions, Footage, Names, Shown, Terms, playlists
from pressroom.formats.rendition import Piece, Played, Rendition


def rendition(codec: str, name: str, sizes: tuple[int, int]) -> Rendition:
    """Two segments, of 6 and of 4 seconds."""
    pieces = (
        Piece(uri=name, ticks=6000, size=sizes[0], offset=800),
        Piece(uri=name, ticks=4000, size=sizes[1], offset=800 + sizes[0]),
    )
    whole = Played(init=name, init_size=700, pieces=pieces)
    return Rendition(codec=codec, timescale=1000, starts=(0,), length=10_000, file=None, whole=whole, tracks=(), files=())


def shown(name: str, size: tuple[int, int], sizes: tuple[int, int]) -> Shown:
    """Pictures, with a key frame in each segment."""
    made = rendition("avc1.64001F", name, sizes)
    keys = Played(init=name, init_size=700, pieces=tuple(Piece(**{**vars(each), "size": 500}) for each in made.whole.pieces))
    return Shown(rendition=made, width=size[0], height=size[1], keys=keys)


VIDEO = Footage(
    rate="30000/1001",
    pictures=(shown("a.mp4", (1280, 720), (1_500_000, 900_000)), shown("b.mp4", (640, 360), (300_000, 200_000))),
    sound=rendition("mp4a.40.2", "s.mp4", (96_000, 64_000)),
    file="v.mp4",
    files=(),
)
WHOLE = """\
#EXTM3U
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="Sound",LANGUAGE="pt-BR",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2",\
URI="02.video.sound.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=2128000,AVERAGE-BANDWIDTH=2048000,CODECS="avc1.64001F,mp4a.40.2",RESOLUTION=1280x720,\
FRAME-RATE=29.970,AUDIO="sound"
02.video.720p.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=528000,AVERAGE-BANDWIDTH=528000,CODECS="avc1.64001F,mp4a.40.2",RESOLUTION=640x360,\
FRAME-RATE=29.970,AUDIO="sound"
02.video.360p.m3u8
#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1000,AVERAGE-BANDWIDTH=800,CODECS="avc1.64001F",RESOLUTION=1280x720,\
URI="02.video.720p.keys.m3u8"
#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1000,AVERAGE-BANDWIDTH=800,CODECS="avc1.64001F",RESOLUTION=640x360,\
URI="02.video.360p.keys.m3u8"
"""
KEYS = """\
#EXTM3U
#EXT-X-VERSION:5
#EXT-X-TARGETDURATION:6
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-PLAYLIST-TYPE:VOD
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-I-FRAMES-ONLY
#EXT-X-MAP:URI="a.mp4",BYTERANGE="700@0"
#EXTINF:6.000000,
#EXT-X-BYTERANGE:500@800
a.mp4
#EXTINF:4.000000,
#EXT-X-BYTERANGE:500@1500800
a.mp4
#EXT-X-ENDLIST
"""
SUBTITLES = """\
#EXTM3U
#EXT-X-VERSION:4
#EXT-X-TARGETDURATION:6
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-PLAYLIST-TYPE:VOD
#EXT-X-INDEPENDENT-SEGMENTS
#EXTINF:6.000000,
#EXT-X-BYTERANGE:70@0
a.vtt
#EXTINF:4.000000,
#EXT-X-BYTERANGE:50@70
a.vtt
#EXT-X-ENDLIST
"""


def test_a_player_finds_every_size_the_sound_and_the_key_frames() -> None:
    """Pictures with their sound, and key frames to seek by."""
    texts = playlists(Names(prefix="02.video", sizes=("720p", "360p")), VIDEO, (), Terms(segment=Fraction(6), language="pt-BR"))
    assert WHOLE == texts["02.video.m3u8"]
    assert KEYS == texts["02.video.720p.keys.m3u8"]


def test_subtitles_are_played_with_the_pictures() -> None:
    """A list for each language, which every variant names."""
    names = Names(prefix="02.video", sizes=("720p", "360p"), languages=("de", "pt-BR"))
    pieces = (Piece(uri="a.vtt", ticks=6000, size=70, offset=0), Piece(uri="a.vtt", ticks=4000, size=50, offset=70))
    captions = tuple(Captions(language=language, pieces=pieces, files=()) for language in names.languages)
    texts = playlists(names, VIDEO, captions, Terms(segment=Fraction(6), language="und"))
    words = 'TYPE=SUBTITLES,GROUP-ID="subtitles",NAME="{0}",LANGUAGE="{0}",DEFAULT=NO,AUTOSELECT=YES,URI="02.video.{0}.m3u8"'
    line = f"#EXT-X-MEDIA:{words}"
    assert [line.format("de"), line.format("pt-BR")] == re.findall(".*TYPE=SUBTITLES.*", texts["02.video.m3u8"])
    assert 2 == texts["02.video.m3u8"].count(',SUBTITLES="subtitles"')
    assert SUBTITLES == texts["02.video.de.m3u8"] == texts["02.video.pt-BR.m3u8"]
    assert sorted(names.every) == sorted(texts)
