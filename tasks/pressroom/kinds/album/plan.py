"""The steps that make an album: facts, encodes, tagged copies, lists, archives, checks, sums."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pressroom.formats.audio import NAMED, Encoding
from pressroom.formats.checks import CheckedFile
from pressroom.kinds.album import lists, naming, payload, stream
from pressroom.kinds.album.copies import copied
from pressroom.kinds.album.paths import Paths, encoding_name
from pressroom.kinds.album.tags import stem_tags, track_tags
from pressroom.tools.encode import Encode, Measure
from pressroom.tools.files import CopyLyrics, Sums, WriteText, Zip
from pressroom.tools.image import Covers
from pressroom.tools.levels import MeasureAlbum
from pressroom.tools.lists import WriteCue, WritePlaylist
from pressroom.tools.probe import Probe
from pressroom.tools.report import Judge, RunChecks, TrackRecord, WriteLedger, WriteRelease
from pressroom.tools.stems import Stem, WriteStems
from pressroom.tools.tagging import Tag
from pressroom.tools.torrent import MakeTorrents, Wish

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pressroom.kinds.album.words import Album
    from pressroom.plan import Place, Step


def plan(album: Album, place: Place) -> Iterator[Step]:
    """The steps that make `album`: what people listen to, then the zips of it, what is said of it, and the sums of it all."""
    paths = Paths(album, place)
    made: list[Step] = []
    for part in (_masters, _cover, _lyrics, _tracks, _stems, _lists, _extras):
        made += part(album, paths)
    made += stream.steps(album, paths)
    made += _archives(album, paths, made)
    made += _torrents(album, paths)
    made += _reports(album, paths)
    yield from (*made, _sums(paths, made))


def _masters(album: Album, paths: Paths) -> Iterator[Step]:
    """Every master is read once, and encoded once for each encoding, however many formats share it."""
    tracks = [(track.file, paths.which(index)) for index, track in enumerate(album.tracks)]
    for source, which in tracks:
        yield Probe(name=f"probe:{which}", about=f"read {source.name}", source=source, facts=paths.facts(which))
    for encoding in stream.own_encodings(album):
        for source, which in tracks:
            yield from _encoded(source, which, encoding, paths)
    for encoding in dict.fromkeys(form.encoding for form in album.audio_formats):
        for source, which in tracks:
            yield from _encoded(source, which, encoding, paths)
        yield MeasureAlbum(
            name=f"levels:{encoding_name(encoding)}",
            about=f"album loudness for {encoding_name(encoding)}",
            facts=_facts(album, paths),
            measured=tuple(paths.measured(which, encoding) for _, which in tracks),
            output=paths.levels(encoding),
        )


def _encoded(source: Path, which: str, encoding: Encoding, paths: Paths) -> Iterator[Step]:
    """An untagged file, and what it decodes to."""
    name, facts, bare = encoding_name(encoding), paths.facts(which), paths.bare(which, encoding)
    yield Encode(
        name=f"encode-{name}:{which}",
        about=f"encode {source.name} to {name}",
        source=source,
        facts=facts,
        encoding=encoding,
        output=bare,
    )
    yield Measure(
        name=f"measure-{name}:{which}",
        about=f"decode and measure the {name} of {source.name}",
        bare=bare,
        facts=facts,
        encoding=encoding,
        measured=paths.measured(which, encoding),
    )


def _cover(album: Album, paths: Paths) -> Iterator[Step]:
    """The cover in all sizes, and a copy in every format's folder."""
    if album.cover is None:
        return
    yield Covers(
        name="cover",
        about=f"derive the covers from {album.cover.name}",
        source=album.cover,
        sizes=album.cover_sizes,
        largest=paths.cover,
        facts=paths.cover_facts,
        embed_size=album.embed.size,
        embed_bytes=album.embed.bytes,
        embedded=paths.embedded_cover,
    )
    for form in album.audio_formats:
        output = paths.folder(form) / naming.COVER
        yield copied(f"cover-{form.name}", f"copy the cover into {form.name}", paths.cover, output, paths)


def _lyrics(album: Album, paths: Paths) -> Iterator[Step]:
    """Each track's lyrics as a file."""
    for index, track in enumerate(album.tracks):
        output = paths.lyrics(index)
        if output is None or track.lyrics is None:
            continue
        name, about = f"lyrics:{paths.which(index)}", f"the lyrics of {track.title}"
        if isinstance(track.lyrics, str):
            yield WriteText(name=name, about=about, text=track.lyrics + "\n", output=output)
        else:
            yield CopyLyrics(name=name, about=about, source=track.lyrics, output=output)


def _tracks(album: Album, paths: Paths) -> Iterator[Step]:
    """The files that people play: a tagged copy in each format, or a plain one where no tags are wanted."""
    for form in album.audio_formats:
        for index in range(len(album.tracks)):
            which, output = paths.which(index), paths.track(index, form)
            bare = paths.bare(which, form.encoding)
            if not form.tags:
                yield copied(f"copy-{form.name}:{which}", output.name, bare, output, paths)
                continue
            yield Tag(
                name=f"tag-{form.name}:{which}",
                about=output.name,
                bare=bare,
                measured=paths.measured(which, form.encoding),
                tags=track_tags(album, index),
                codec=form.encoding.codec,
                id3=form.id3,
                levels=paths.levels(form.encoding),
                index=index,
                cover=paths.embedded_cover if album.cover else None,
                cover_facts=paths.cover_facts if album.cover else None,
                lyrics=paths.lyrics(index),
                output=output,
                receipt=paths.receipt(output),
            )


def _stems(album: Album, paths: Paths) -> Iterator[Step]:
    """The stems, sample for sample, tagged, with a list of them."""
    encoding = NAMED[album.stems_format]
    stems: list[Stem] = []
    for index, track in enumerate(album.tracks):
        for number, (name, source) in enumerate(track.stems, 1):
            which, output = f"{paths.which(index)}-stem-{number}", paths.stem(index, name)
            facts, receipt = paths.facts(which), paths.receipt(output)
            yield Probe(name=f"probe:{which}", about=f"read {source.name}", source=source, facts=facts)
            yield from _encoded(source, which, encoding, paths)
            yield Tag(
                name=f"tag-stem:{paths.which(index)}-{number}",
                about=f"{track.title}: {name}",
                bare=paths.bare(which, encoding),
                measured=paths.measured(which, encoding),
                tags=stem_tags(album, index, name),
                codec=encoding.codec,
                output=output,
                receipt=receipt,
            )
            stems.append(Stem(track=track.printed_title, name=name, path=paths.below(output), facts=facts, receipt=receipt))
    if stems:
        yield WriteStems(name="stems", about="stems.json", stems=tuple(stems), output=paths.stems)


def _lists(album: Album, paths: Paths) -> Iterator[Step]:
    """A playlist in every format's folder, and cue sheets in the lossless ones."""
    for form in album.audio_formats:
        yield WritePlaylist(
            name=f"playlist-{form.name}",
            about=f"the playlist of {form.name}",
            playlist=lists.playlist(album, form),
            facts=_facts(album, paths),
            output=paths.folder(form) / naming.playlist(album),
        )
        for disc, places, sheet in lists.cue_sheets(album, form) if form.encoding.lossless else ():
            yield WriteCue(
                name=f"cue-{form.name}" + (f":{disc}" if album.disc_count > 1 else ""),
                about=f"the cue sheet of {form.name}",
                sheet=sheet,
                levels=paths.levels(form.encoding),
                places=places,
                output=paths.folder(form) / naming.cue_sheet(album, disc),
            )


def _extras(album: Album, paths: Paths) -> Iterator[Step]:
    """The extras in every format's folder."""
    for form in album.audio_formats:
        for number, extra in enumerate(album.extras, 1):
            output = paths.folder(form) / naming.extra_file(extra)
            yield copied(f"extra-{form.name}:{number:02}", f"copy {extra.name} into {form.name}", extra, output, paths)


def _archives(album: Album, paths: Paths, made: Sequence[Step]) -> Iterator[Step]:
    """A zip of each format that is asked for, with everything that lies in its folder."""
    top = naming.whole(album)
    for form in album.audio_formats:
        if form.name in album.archives:
            output = paths.place.build / naming.archive(album, form.name)
            held = [path for step in made for path in step.outputs if path.parent == paths.folder(form)]
            yield Zip(
                name=f"zip-{form.name}",
                about=output.name,
                members=tuple((f"{top}/{path.name}", path) for path in held),
                output=output,
                receipt=paths.receipt(output),
            )


def _torrents(album: Album, paths: Paths) -> Iterator[Step]:
    """All torrents, in one step: they read the same files."""
    if not album.torrent:
        return
    build = paths.place.build
    held = [tuple(dict.fromkeys(payload.files(torrent, paths))) for torrent in album.torrent]
    yield MakeTorrents(
        name="torrent",
        about=", ".join(paths.torrent(torrent.label).name for torrent in album.torrent),
        wishes=tuple(
            Wish(
                label=torrent.label or "",
                name=naming.torrent(album, torrent.name),
                version=torrent.version,
                align=torrent.align,
                piece=torrent.piece,
                trackers=torrent.trackers,
                webseeds=torrent.webseeds,
                private=torrent.private,
                source=torrent.source,
                comment=torrent.comment,
                files=tuple(path.relative_to(build).as_posix() for path in files),
            )
            for torrent, files in zip(album.torrent, held, strict=True)
        ),
        payload=tuple(
            (path.relative_to(build).as_posix(), path) for path in dict.fromkeys(path for files in held for path in files)
        ),
        lock=paths.lock,
        torrents=tuple(paths.torrent(torrent.label) for torrent in album.torrent),
        magnets=tuple(paths.torrent(torrent.label, ".magnet") for torrent in album.torrent),
        listing=paths.torrents,
        hashes=paths.torrent_hashes,
    )


def _reports(album: Album, paths: Paths) -> Iterator[Step]:
    """What the release says of itself, and whether it may go out."""
    place, indices = paths.place, range(len(album.tracks))
    names = tuple(f"{paths.which(index)} {album.tracks[index].printed_title}" for index in indices)
    yield WriteLedger(
        name="ledger",
        about="which ISRC is which audio",
        release=place.slug,
        tracks=tuple((name, track.isrc) for name, track in zip(names, album.tracks, strict=True)),
        facts=_facts(album, paths),
        output=place.ledger,
    )
    files = [(form, index, paths.track(index, form)) for form in album.audio_formats for index in indices]
    checked = [
        CheckedFile(path=file.relative_to(place.build).as_posix(), lossless=form.encoding.lossless, track=index)
        for form, index, file in files
    ]
    yield RunChecks(
        name="checks",
        about="checks.json",
        names=names,
        files=tuple(checked),
        true_peak=album.true_peak,
        masters=_facts(album, paths),
        measured=tuple(paths.measured(paths.which(index), form.encoding) for form, index, _ in files),
        receipts=tuple(paths.receipt(file) for _, _, file in files),
        cover=paths.cover_facts if album.cover else None,
        ledger=place.ledger,
        ledgers=place.ledgers,
        reports=(paths.hls_lint,) if album.hls else (),
        output=paths.checks,
    )
    yield Judge(name="check", about="the verdict on checks.json", report=paths.checks)
    yield _release(album, paths)


def _release(album: Album, paths: Paths) -> Step:
    """release.json."""
    words = album.model_dump(mode="json", exclude={"tracks", "publish"}, exclude_none=True)
    words |= {"slug": paths.place.slug, "type": album.release_type}
    return WriteRelease(
        name="release",
        about="release.json",
        words=json.dumps(words, sort_keys=True),
        tracks=tuple(_record(album, index, paths) for index in range(len(album.tracks))),
        cover=paths.cover_facts if album.cover else None,
        evidence=album.provenance.evidence if album.provenance else (),
        levels=paths.levels(album.audio_formats[0].encoding),
        output=paths.place.build / "release.json",
    )


def _record(album: Album, index: int, paths: Paths) -> TrackRecord:
    """What release.json says of a track."""
    words = album.tracks[index].model_dump(mode="json", exclude_none=True) | {"number": album.numbers[index]}
    files = [(form.name, paths.track(index, form)) for form in album.audio_formats]
    return TrackRecord(
        words=json.dumps(words, sort_keys=True),
        facts=paths.facts(paths.which(index)),
        files=tuple((name, paths.below(file), paths.receipt(file)) for name, file in files),
    )


def _sums(paths: Paths, made: Sequence[Step]) -> Step:
    """SHA256SUMS over all that lies in the build: by the receipts of what has one, by the list of what is counted later."""
    build = paths.place.build
    written = {path for step in made for path in step.outputs}
    outputs = [path for step in made if not step.manifest for path in step.outputs if path.is_relative_to(build)]
    receipts = {path: paths.receipt(path) for path in outputs if paths.receipt(path) in written}
    listed = dict(step.manifest for step in made if step.manifest)
    return Sums(
        name="sums",
        about="SHA256SUMS",
        receipts=tuple((paths.below(path), receipt) for path, receipt in receipts.items()),
        files=tuple((paths.below(path), path) for path in outputs if path not in receipts),
        listings=tuple((_prefix(paths, folder), listing) for listing, folder in listed.items() if folder.is_relative_to(build)),
        output=build / "SHA256SUMS",
    )


def _prefix(paths: Paths, folder: Path) -> str:
    """What stands before a file's name below the release's folder."""
    return "" if folder == paths.place.build else f"{paths.below(folder)}/"


def _facts(album: Album, paths: Paths) -> tuple[Path, ...]:
    """What is known of all masters."""
    return tuple(paths.facts(paths.which(index)) for index in range(len(album.tracks)))
