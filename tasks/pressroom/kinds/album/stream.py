"""The steps that make an album's HLS: one gapless stream for each rendition, its playlists; with them, videos and pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pressroom.formats import rendition
from pressroom.kinds.album import pages, video
from pressroom.tools.chunks import LANES
from pressroom.tools.hls import WriteChapters, WriteHls
from pressroom.tools.joining import Join
from pressroom.tools.linting import LintHls
from pressroom.tools.packaging import Package
from pressroom.tools.streamencode import EncodeStream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pressroom.formats.audio import Encoding
    from pressroom.kinds.album.paths import Paths
    from pressroom.kinds.album.words import Album
    from pressroom.kinds.hls import Hls
    from pressroom.plan import Step


def steps(album: Album, paths: Paths) -> Iterator[Step]:
    """The folder `hls`: joined, packaged, listed; nothing where the album has no word of it."""
    if album.hls is None:
        return
    for name, encoding in album.hls.encodings:
        yield from _rendition(name, encoding, album, album.hls, paths)
    names = tuple(name for name, _ in album.hls.encodings)
    packaged = tuple(map(paths.packaged, names))
    which = tracks(album, paths)
    playlists = tuple(paths.hls / name for name in rendition.playlist_names(names, which))
    yield WriteHls(
        name="hls-playlists",
        about="the playlists of hls",
        renditions=names,
        packaged=packaged,
        which=which,
        segment=album.hls.segment,
        key_url=album.hls.key_url,
        playlists=playlists,
    )
    if which:
        yield WriteChapters(
            name="hls-chapters",
            about="the chapters of hls",
            titles=tuple(track.printed_title for track in album.tracks),
            language=album.language or "und",
            packaged=packaged[0],
            output=paths.hls / rendition.CHAPTERS,
        )
    yield from video.steps(album, album.hls, paths)
    yield from pages.steps(album, album.hls, paths)
    yield LintHls(
        name="hls-lint",
        about="lint hls",
        playlists=(*playlists, *video.playlists(album, album.hls, paths)),
        chapters=paths.hls / rendition.CHAPTERS if which else None,
        packaged=(*packaged, *video.packaged(album, paths)),
        folder=paths.hls,
        report=paths.hls_lint,
    )


def tracks(album: Album, paths: Paths) -> tuple[str, ...]:
    """The tracks that have playlists of their own: those of several."""
    return tuple(paths.which(index) for index in range(len(album.tracks))) if len(album.tracks) > 1 else ()


def own_encodings(album: Album) -> tuple[Encoding, ...]:
    """What tracks are encoded as for `hls` alone: lossless renditions, as these are joined without another encode."""
    made = {form.encoding for form in album.audio_formats}
    wanted = [encoding for _, encoding in album.hls.encodings] if album.hls else []
    return tuple(encoding for encoding in wanted if encoding.lossless and encoding not in made)


def _rendition(name: str, encoding: Encoding, album: Album, hls: Hls, paths: Paths) -> Iterator[Step]:
    """One stream, and its files."""
    which = [paths.which(index) for index in range(len(album.tracks))]
    made = {form.encoding for form in album.audio_formats}
    join = Join(
        name=f"hls-join:{name}",
        about=f"join the tracks as {name}",
        sources=tuple(track.file for track in album.tracks),
        facts=tuple(map(paths.facts, which)),
        encoding=encoding,
        reusable=encoding.lossless or (encoding in made and len(which) == 1),
        chunks=() if encoding.lossless else tuple(paths.lane(name, lane) for lane in range(LANES)),
        stem=name,
        stream=paths.stream(name),
    )
    yield from _chunks(name, join)
    yield join
    yield Package(
        name=f"hls-package:{name}",
        about=f"package {name} for hls",
        rendition=name,
        stream=join.stream,
        bare=tuple(paths.bare(one, encoding) for one in which) if join.reusable else (),
        segment=hls.segment,
        layout=hls.layout,
        key=hls.key,
        folder=paths.hls,
        packaged=paths.packaged(name),
    )


def _chunks(name: str, join: Join) -> Iterator[Step]:
    """What is joined, where it is encoded in chunks."""
    for lane, made in enumerate(join.chunks):
        yield EncodeStream(
            name=f"hls-encode:{name}-{lane + 1}",
            about=f"encode parts {lane + 1}, {lane + 1 + LANES} ... of all tracks as {name}",
            sources=join.sources,
            facts=join.facts,
            encoding=join.encoding,
            reusable=join.reusable,
            lane=lane,
            lanes=len(join.chunks),
            stem=join.stem,
            made=made,
        )
