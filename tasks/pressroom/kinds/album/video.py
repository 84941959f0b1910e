"""The steps that make a track's video for HLS: its pictures in chunks, its sound, subtitles, and its playlists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pressroom.formats.footage import Names
from pressroom.formats.pictures import LADDER
from pressroom.tools.chunks import LANES
from pressroom.tools.logo import DrawLogo
from pressroom.tools.videoencode import EncodePictures, EncodeSound, Logo
from pressroom.tools.videopackage import PackageSubtitles, PackageVideo, WriteVideo
from pressroom.tools.videoprobe import ProbeVideo

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
            yield from _listed(album, index, hls, paths)


def playlists(album: Album, hls: Hls, paths: Paths) -> tuple[Path, ...]:
    """The playlists of all videos."""
    shown = (index for index, track in enumerate(album.tracks) if track.video)
    return tuple(path for index in shown for path in _playlists(_names(album, index, hls, paths), paths))


def packaged(album: Album, paths: Paths) -> tuple[Path, ...]:
    """What says which media all videos have."""
    found = []
    for index, track in enumerate(album.tracks):
        if track.video:
            name = prefix(paths.which(index))
            found += [paths.packaged(name), *(paths.packaged(f"{name}.{language}") for language, _ in track.subtitles)]
    return tuple(found)


def page(which: str) -> str:
    """The name of the page that shows a track's video."""
    return f"{prefix(which)}.html"


def prefix(which: str) -> str:
    """What the names of a video's files begin with."""
    return f"{which}.video"


def subtitles(album: Album, index: int, paths: Paths) -> Iterator[tuple[str, Path]]:
    """Languages, and the subtitles of a track's video as they are."""
    name = prefix(paths.which(index))
    return ((language, paths.hls / f"{name}.{language}.vtt") for language, _ in album.tracks[index].subtitles)


def _names(album: Album, index: int, hls: Hls, paths: Paths) -> Names:
    """The names of the playlists of a track's video."""
    languages = tuple(language for language, _ in album.tracks[index].subtitles)
    return Names(prefix=prefix(paths.which(index)), sizes=hls.pictures, languages=languages, container=hls.container)


def _playlists(names: Names, paths: Paths) -> tuple[Path, ...]:
    """The playlists of a video."""
    return tuple(paths.hls / name for name in names.every)


def _encoded(source: Path, which: str, hls: Hls, paths: Paths) -> Iterator[Step]:
    """Its pictures and its sound, and the files that are made of them."""
    facts, sound = paths.video(which, "facts.json"), paths.video(which, "sound.m4a")
    yield ProbeVideo(name=f"video-probe:{which}", about=f"read {source.name}", source=source, facts=facts)
    chunks = []
    for name in hls.pictures:
        steps_ = tuple(_chunks(source, which, name, hls, paths))
        chunks.append(tuple(step.made for step in steps_))
        yield from _logo(source, which, name, hls, paths)
        yield from steps_
    yield EncodeSound(
        name=f"video-sound:{which}", about=f"encode the sound of {source.name}", source=source, facts=facts, output=sound
    )
    yield PackageVideo(
        name=f"video-package:{which}",
        about=f"package {source.name} for hls",
        prefix=prefix(which),
        renditions=hls.pictures,
        facts=facts,
        chunks=tuple(chunks),
        sound=sound,
        segment=hls.segment,
        layout=hls.layout,
        container=hls.container,
        key=hls.key,
        folder=paths.hls,
        packaged=paths.packaged(prefix(which)),
    )


def _logo(source: Path, which: str, name: str, hls: Hls, paths: Paths) -> Iterator[DrawLogo]:
    """What lies over its pictures of a size; nothing without a word of it."""
    if hls.logo:
        yield DrawLogo(
            name=f"video-logo-{name}:{which}",
            about=f"scale {hls.logo.file.name} for {source.name} in {name}",
            source=hls.logo.file,
            facts=paths.video(which, "facts.json"),
            rung=LADDER[name],
            width=hls.logo.width,
            opacity=hls.logo.opacity,
            output=paths.video(which, f"{name}-logo.png"),
        )


def _chunks(source: Path, which: str, name: str, hls: Hls, paths: Paths) -> Iterator[EncodePictures]:
    """Its pictures of a size."""
    for lane in range(LANES):
        yield EncodePictures(
            name=f"video-encode-{name}:{which}-{lane + 1}",
            about=f"encode parts {lane + 1}, {lane + 1 + LANES} ... of {source.name} to {name}",
            source=source,
            facts=paths.video(which, "facts.json"),
            rung=LADDER[name],
            logo=Logo(drawn=paths.video(which, f"{name}-logo.png"), place=hls.logo.place) if hls.logo else None,
            segment=hls.segment,
            lane=lane,
            lanes=LANES,
            stem=name,
            made=paths.video(which, f"{name}-{lane}.json"),
        )


def _listed(album: Album, index: int, hls: Hls, paths: Paths) -> Iterator[Step]:
    """Its subtitles and its playlists."""
    track, which, names = album.tracks[index], paths.which(index), _names(album, index, hls, paths)
    made = paths.packaged(names.prefix)
    captions = tuple(paths.packaged(f"{names.prefix}.{language}") for language, _ in track.subtitles)
    copies = (copy for _, copy in subtitles(album, index, paths))
    for (language, source), packaged_, copy in zip(track.subtitles, captions, copies, strict=True):
        yield PackageSubtitles(
            name=f"video-subtitles-{language}:{which}",
            about=f"cut {source.name} for hls",
            source=source,
            prefix=names.prefix,
            language=language,
            video=made,
            layout=hls.layout,
            container=hls.container,
            folder=paths.hls,
            packaged=packaged_,
            copy=copy,
        )
    yield WriteVideo(
        name=f"video-playlists:{which}",
        about=f"the playlists of the video of {track.title}",
        names=names,
        language=track.language or album.language or "und",
        segment=hls.segment,
        packaged=made,
        captions=captions,
        key_url=hls.key_url,
        playlists=_playlists(names, paths),
    )
