"""The steps that make a track's video for HLS: its pictures in chunks, its sound, and its playlists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pressroom.formats import footage
from pressroom.formats.pictures import LADDER
from pressroom.tools.footage import LANES, EncodePictures, EncodeSound, ProbeVideo
from pressroom.tools.videopackage import PackageVideo, WriteVideo

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pressroom.kinds.album.paths import Paths
    from pressroom.kinds.album.words import Album
    from pressroom.kinds.hls import Hls
    from pressroom.plan import Step


def steps(album: Album, hls: Hls, paths: Paths) -> Iterator[Step]:
    """Every video, encoded and packaged, with its playlists."""
    for index, track in enumerate(album.tracks):
        if track.video:
            which = paths.which(index)
            yield from _encoded(track.video, which, hls, paths)
            yield _listed(album, index, hls, paths)


def playlists(album: Album, hls: Hls, paths: Paths) -> tuple[Path, ...]:
    """The playlists of all videos."""
    return tuple(path for prefix in _prefixes(album, paths) for path in _playlists(prefix, hls, paths))


def packaged(album: Album, paths: Paths) -> tuple[Path, ...]:
    """What says which media all videos have."""
    return tuple(map(paths.packaged, _prefixes(album, paths)))


def page(which: str) -> str:
    """The name of the page that shows a track's video."""
    return f"{prefix(which)}.html"


def prefix(which: str) -> str:
    """What the names of a video's files begin with."""
    return f"{which}.video"


def _prefixes(album: Album, paths: Paths) -> tuple[str, ...]:
    """The prefixes of all videos."""
    return tuple(prefix(paths.which(index)) for index, track in enumerate(album.tracks) if track.video)


def _playlists(name: str, hls: Hls, paths: Paths) -> tuple[Path, ...]:
    """The playlists of a video."""
    return tuple(paths.hls / each for each in footage.playlist_names(name, hls.pictures))


def _encoded(source: Path, which: str, hls: Hls, paths: Paths) -> Iterator[Step]:
    """Its pictures and its sound, and the files that are made of them."""
    facts, sound = paths.video(which, "facts.json"), paths.video(which, "sound.m4a")
    yield ProbeVideo(name=f"video-probe:{which}", about=f"read {source.name}", source=source, facts=facts)
    chunks = tuple(tuple(paths.video(which, f"{name}-{lane}.json") for lane in range(LANES)) for name in hls.pictures)
    for name, lanes in zip(hls.pictures, chunks, strict=True):
        for lane, made in enumerate(lanes):
            yield EncodePictures(
                name=f"video-encode-{name}:{which}-{lane + 1}",
                about=f"encode part {lane + 1} of {LANES} of {source.name} to {name}",
                source=source,
                facts=facts,
                rung=LADDER[name],
                segment=hls.segment,
                lane=lane,
                lanes=LANES,
                stem=name,
                made=made,
            )
    yield EncodeSound(
        name=f"video-sound:{which}", about=f"encode the sound of {source.name}", source=source, facts=facts, output=sound
    )
    yield PackageVideo(
        name=f"video-package:{which}",
        about=f"package {source.name} for hls",
        prefix=prefix(which),
        renditions=hls.pictures,
        facts=facts,
        chunks=chunks,
        sound=sound,
        segment=hls.segment,
        layout=hls.layout,
        folder=paths.hls,
        packaged=paths.packaged(prefix(which)),
    )


def _listed(album: Album, index: int, hls: Hls, paths: Paths) -> Step:
    """Its playlists."""
    track, which = album.tracks[index], paths.which(index)
    return WriteVideo(
        name=f"video-playlists:{which}",
        about=f"the playlists of the video of {track.title}",
        prefix=prefix(which),
        renditions=hls.pictures,
        language=track.language or album.language or "und",
        segment=hls.segment,
        packaged=paths.packaged(prefix(which)),
        playlists=_playlists(prefix(which), hls, paths),
    )
