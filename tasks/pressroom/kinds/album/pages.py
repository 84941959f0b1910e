"""The steps that make the pages in an album's HLS folder, and what lies beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pressroom.formats import rendition
from pressroom.kinds.album import video
from pressroom.kinds.album.copies import copied
from pressroom.tools.hls import Library, PageWords, WritePage, WriteVideoPage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pressroom.kinds.album.paths import Paths
    from pressroom.kinds.album.words import Album
    from pressroom.kinds.hls import Hls
    from pressroom.plan import Step

UNSPOKEN = ("zxx", "und", "mis", "mul")
"""Languages that no page is in (ISO 639-2)."""
COVER, LIBRARY = "cover.jpg", "hls.js"
"""What lies beside the pages; the latter is the author's copy."""


def steps(album: Album, hls: Hls, paths: Paths) -> Iterator[Step]:
    """The page that plays the album, one for each video, and what lies beside them."""
    if album.cover:
        yield copied("hls-cover", "copy the cover into hls", paths.embedded_cover, paths.hls / COVER, paths)
    file = hls.hls_js.file if hls.hls_js else None
    if file:
        yield copied("hls-library", f"copy {file.name} into hls", file, paths.hls / LIBRARY, paths)
    language = album.language if album.language and album.language not in UNSPOKEN else "en"
    yield _album_page(album, hls, paths, language)
    for index, track in enumerate(album.tracks):
        if track.video:
            yield _video_page(album, index, hls, paths, language)


def _album_page(album: Album, hls: Hls, paths: Paths, language: str) -> Step:
    """The page that plays the album."""
    names = [name for name, _ in hls.encodings]
    return WritePage(
        name="hls-page",
        about="player.html",
        words=PageWords(
            title=album.title,
            artist=album.printed_artist,
            language=language,
            tracks=tuple(track.printed_title for track in album.tracks),
            videos=tuple(video.page(paths.which(index)) if track.video else None for index, track in enumerate(album.tracks)),
            headings=tuple(_headings(album)),
            labels=tuple(rendition.label(encoding) for _, encoding in hls.encodings),
            cover=COVER if album.cover else None,
        ),
        renditions=tuple(names),
        packaged=tuple(map(paths.packaged, names)),
        library=_library(hls),
        key_url=hls.key_url,
        output=paths.hls / "player.html",
    )


def _headings(album: Album) -> Iterator[str | None]:
    """For each track the title of the disc that it begins, where there are several discs."""
    titles = {number: disc.title for number, disc in enumerate(album.discs, 1)}
    last = 0
    for track in album.tracks:
        begins = track.disc != last and album.disc_count > 1
        yield (titles.get(track.disc) or f"Disc {track.disc}") if begins else None
        last = track.disc


def _video_page(album: Album, index: int, hls: Hls, paths: Paths, language: str) -> Step:
    """The page that shows a track's video."""
    track, which = album.tracks[index], paths.which(index)
    return WriteVideoPage(
        name=f"video-page:{which}",
        about=video.page(which),
        title=track.printed_title,
        artist=track.artist or album.printed_artist,
        language=language,
        playlist=f"{video.prefix(which)}.m3u8",
        subtitles=tuple((of, path.name) for of, path in video.subtitles(album, index, paths)),
        album=(album.title, "player.html"),
        cover=COVER if album.cover else None,
        packaged=paths.packaged(video.prefix(which)),
        library=_library(hls),
        key_url=hls.key_url,
        output=paths.hls / video.page(which),
    )


def _library(hls: Hls) -> Library | None:
    """hls.js, where the author names one."""
    if hls.hls_js is None:
        return None
    if hls.hls_js.url:
        return Library(file=None, url=hls.hls_js.url, integrity=hls.hls_js.integrity)
    return Library(file=hls.hls_js.file, url=LIBRARY, integrity=None)
