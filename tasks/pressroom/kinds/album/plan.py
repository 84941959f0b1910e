"""The steps that make an album: facts, encodes, tagged copies, lists, archives, checks, sums."""

from __future__ import annotations

import json
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from typing import TYPE_CHECKING

from pressroom.formats import cue, identifiers, m3u8
from pressroom.formats.audio import NAMED, AudioFormat, Encoding
from pressroom.formats.checks import CheckedFile
from pressroom.kinds.album.paths import Paths, encoding_name
from pressroom.kinds.album.tags import stem_tags, track_tags
from pressroom.tools.encode import Encode, Measure
from pressroom.tools.files import Copy, CopyLyrics, Sums, WriteText, Zip
from pressroom.tools.image import Covers
from pressroom.tools.levels import MeasureAlbum
from pressroom.tools.lists import WriteCue, WritePlaylist
from pressroom.tools.probe import Probe
from pressroom.tools.report import Judge, RunChecks, TrackRecord, WriteLedger, WriteRelease
from pressroom.tools.stems import Stem, WriteStems
from pressroom.tools.tagging import Tag

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pressroom.kinds.album.words import Album
    from pressroom.plan import Place, Step


def plan(album: Album, place: Place) -> Iterator[Step]:
    """The steps that make `album`; what lies below `place.build` goes into SHA256SUMS."""
    paths = Paths(album, place)
    made: list[Step] = []
    for part in (_masters, _cover, _lyrics, _tracks, _stems, _lists, _extras, _archives, _reports):
        steps = list(part(album, paths))
        made += steps
        yield from steps
    yield _sums(paths, made)


def summary(album: Album) -> str:
    """The album in the menu: type, artist, title, and how many tracks."""
    count = f"{len(album.tracks)} track{'s' * (len(album.tracks) > 1)}"
    return f"{album.release_type}  {album.album_artist or album.artist} - {album.title}  ({count})"


def _masters(album: Album, paths: Paths) -> Iterator[Step]:
    """Every master is read once, and encoded once for each encoding, however many formats share it."""
    for index, track in enumerate(album.tracks):
        which = paths.which(index)
        yield Probe(name=f"probe:{which}", about=f"read {track.file.name}", source=track.file, facts=paths.facts(index))
    for encoding in _encodings(album):
        for index, track in enumerate(album.tracks):
            yield from _encoded(track.file, paths.facts(index), paths.which(index), encoding, paths)
        yield MeasureAlbum(
            name=f"levels:{encoding_name(encoding)}",
            about=f"album loudness for {encoding_name(encoding)}",
            facts=_facts(album, paths),
            measured=tuple(paths.measured(paths.which(index), encoding) for index in range(len(album.tracks))),
            output=paths.levels(encoding),
        )


def _encoded(source: Path, facts: Path, which: str, encoding: Encoding, paths: Paths) -> Iterator[Step]:
    """An untagged file, and what it decodes to."""
    name = encoding_name(encoding)
    bare, measured = paths.bare(which, encoding), paths.measured(which, encoding)
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
        measured=measured,
    )


def _cover(album: Album, paths: Paths) -> Iterator[Step]:
    """The cover in all sizes, and a copy in every format's folder."""
    if album.cover is None:
        return
    cover = _Cover(paths.place)
    yield Covers(
        name="cover",
        about=f"derive the covers from {album.cover.name}",
        source=album.cover,
        sizes=album.cover_sizes,
        folder=paths.place.build,
        facts=cover.facts,
        embed_size=album.embed.size,
        embed_bytes=album.embed.bytes,
        embedded=cover.embedded,
    )
    for form in album.audio_formats:
        yield Copy(
            name=f"cover-{form.name}",
            about=f"copy the cover into {form.name}",
            source=cover.largest,
            output=paths.place.build / form.name / "cover.jpg",
            receipt=paths.receipt(form.name, "cover.jpg"),
        )


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
    cover = _Cover(paths.place) if album.cover else None
    for form in album.audio_formats:
        for index, track in enumerate(album.tracks):
            which, output = paths.which(index), paths.track(index, form)
            receipt = paths.receipt(form.name, which)
            bare = paths.bare(which, form.encoding)
            if not form.tags:
                yield Copy(name=f"copy-{form.name}:{which}", about=output.name, source=bare, output=output, receipt=receipt)
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
                cover=cover and cover.embedded,
                cover_facts=cover and cover.facts,
                lyrics=paths.lyrics(index),
                output=output,
                receipt=receipt,
            )


def _stems(album: Album, paths: Paths) -> Iterator[Step]:
    """The stems, sample for sample, tagged, with a list of them."""
    encoding = NAMED[album.stems_format]
    stems: list[Stem] = []
    for index, track in enumerate(album.tracks):
        for number, (name, source) in enumerate(track.stems, 1):
            which = f"{paths.which(index)}-stem-{number}"
            facts, receipt = paths.place.work / "facts" / f"{which}.json", paths.receipt("stems", which)
            yield Probe(name=f"probe:{which}", about=f"read {source.name}", source=source, facts=facts)
            yield from _encoded(source, facts, which, encoding, paths)
            yield Tag(
                name=f"tag-stem:{which.replace('-stem-', '-')}",
                about=f"{track.title}: {name}",
                bare=paths.bare(which, encoding),
                measured=paths.measured(which, encoding),
                tags=stem_tags(album, index, name),
                codec=encoding.codec,
                output=paths.stem(index, name),
                receipt=receipt,
            )
            stems.append(Stem(track=track.printed_title, name=name, facts=facts, receipt=receipt))
    if stems:
        yield WriteStems(
            name="stems", about="stems.json", stems=tuple(stems), output=paths.place.build / "stems" / "stems.json"
        )


def _lists(album: Album, paths: Paths) -> Iterator[Step]:
    """A playlist in every format's folder, and cue sheets in the lossless ones."""
    for form in album.audio_formats:
        folder = paths.place.build / form.name
        yield WritePlaylist(
            name=f"playlist-{form.name}",
            about=f"the playlist of {form.name}",
            playlist=_playlist(album, paths, form),
            facts=_facts(album, paths),
            output=folder / f"{paths.title}.m3u8",
        )
        if not form.encoding.lossless:
            continue
        for disc in _discs_with_cue(album):
            suffix = f" (disc {disc})" if album.disc_count > 1 else ""
            yield WriteCue(
                name=f"cue-{form.name}" + (f":{disc}" if suffix else ""),
                about=f"the cue sheet of {form.name}",
                sheet=_cue(album, paths, form, disc),
                levels=paths.levels(form.encoding),
                places=tuple(index for index, track in enumerate(album.tracks) if track.disc == disc),
                output=folder / f"{paths.title}{suffix}.cue",
            )


def _extras(album: Album, paths: Paths) -> Iterator[Step]:
    """The extras in every format's folder."""
    for form in album.audio_formats:
        for number, extra in enumerate(album.extras, 1):
            yield Copy(
                name=f"extra-{form.name}:{number:02}",
                about=f"copy {extra.name} into {form.name}",
                source=extra,
                output=paths.place.build / form.name / extra.name,
                receipt=paths.receipt(form.name, f"extra-{number:02}"),
            )


def _archives(album: Album, paths: Paths) -> Iterator[Step]:
    """A zip of the formats that are asked for, with everything in their folders."""
    for form in album.audio_formats:
        if form.name not in album.archives:
            continue
        parts = (_cover, _tracks, _lists, _extras)
        folder = paths.place.build / form.name
        outputs = [path for part in parts for step in part(album, paths) for path in step.outputs]
        yield Zip(
            name=f"zip-{form.name}",
            about=paths.archive(form.name).name,
            members=tuple((f"{paths.whole_name}/{path.name}", path) for path in outputs if path.parent == folder),
            output=paths.archive(form.name),
            receipt=paths.receipt("zip", form.name),
        )


def _reports(album: Album, paths: Paths) -> Iterator[Step]:
    """What the release says of itself, and whether it may go out."""
    place, indices = paths.place, range(len(album.tracks))
    names = tuple(f"{paths.which(index)} {album.tracks[index].printed_title}" for index in indices)
    files = [(form, index) for form in album.audio_formats for index in indices]
    cover = _Cover(place).facts if album.cover else None
    yield WriteLedger(
        name="ledger",
        about="which ISRC is which audio",
        release=place.slug,
        tracks=tuple((name, track.isrc) for name, track in zip(names, album.tracks, strict=True)),
        facts=_facts(album, paths),
        output=place.ledger,
    )
    yield RunChecks(
        name="checks",
        about="checks.json",
        names=names,
        files=tuple(
            CheckedFile(path=f"{form.name}/{paths.track(i, form).name}", lossless=form.encoding.lossless, track=i) for form, i in files
        ),
        true_peak=album.true_peak,
        masters=_facts(album, paths),
        measured=tuple(paths.measured(paths.which(index), form.encoding) for form, index in files),
        receipts=tuple(paths.receipt(form.name, paths.which(index)) for form, index in files),
        cover=cover,
        ledger=place.ledger,
        ledgers=place.ledgers,
        output=place.build / "checks.json",
    )
    yield Judge(name="check", about="the verdict on checks.json", report=place.build / "checks.json")
    yield _release(album, paths, cover)


def _release(album: Album, paths: Paths, cover: Path | None) -> Step:
    """release.json."""
    words = album.model_dump(mode="json", exclude={"tracks"}, exclude_none=True)
    words |= {"slug": paths.place.slug, "type": album.release_type}
    records = []
    for index, track in enumerate(album.tracks):
        said = track.model_dump(mode="json", exclude_none=True) | {"number": album.numbers[index]}
        receipts = tuple((form.name, paths.receipt(form.name, paths.which(index))) for form in album.audio_formats)
        records.append(TrackRecord(words=json.dumps(said, sort_keys=True), facts=paths.facts(index), files=receipts))
    return WriteRelease(
        name="release",
        about="release.json",
        words=json.dumps(words, sort_keys=True),
        tracks=tuple(records),
        cover=cover,
        evidence=album.provenance.evidence if album.provenance else (),
        levels=paths.levels(album.audio_formats[0].encoding),
        output=paths.place.build / "release.json",
    )


def _sums(paths: Paths, made: list[Step]) -> Step:
    """SHA256SUMS over all outputs: by their receipts where there are some."""
    receipts, files, listing = [], [], None
    for step in made:
        outputs = [path for path in step.outputs if path.is_relative_to(paths.place.build)]
        receipt = getattr(step, "receipt", None)
        if step.manifest:
            listing, _ = step.manifest
        elif outputs and receipt:
            receipts.append(receipt)
        else:
            files += outputs
    return Sums(
        name="sums",
        about="SHA256SUMS",
        folder=paths.place.build,
        receipts=tuple(receipts),
        files=tuple(files),
        listing=listing,
        output=paths.place.build / "SHA256SUMS",
    )


@dataclass(frozen=True)
class _Cover:
    """Where the cover's files lie."""

    place: Place

    @property
    def facts(self) -> Path:
        """Its facts, with the list of its sizes."""
        return self.place.work / "cover.json"

    @property
    def embedded(self) -> Path:
        """The picture inside audio files."""
        return self.place.work / "cover.jpg"

    @property
    def largest(self) -> Path:
        """The picture that people see."""
        return self.place.build / "cover.jpg"


def _encodings(album: Album) -> list[Encoding]:
    """The distinct encodings of `formats`."""
    return list(dict.fromkeys(form.encoding for form in album.audio_formats))


def _facts(album: Album, paths: Paths) -> tuple[Path, ...]:
    """The facts of all masters."""
    return tuple(paths.facts(index) for index in range(len(album.tracks)))


def _playlist(album: Album, paths: Paths, form: AudioFormat) -> m3u8.Playlist:
    """The playlist of a format; lengths come later, from the facts."""
    entries = tuple(
        m3u8.Entry(
            path=paths.track(index, form).name,
            title=track.printed_title,
            artist=track.artist or album.artist,
            seconds=Fraction(0),
        )
        for index, track in enumerate(album.tracks)
    )
    return m3u8.Playlist(
        title=album.title,
        artist=album.album_artist or album.artist,
        entries=entries,
        genre=next(iter(album.all_genres), None),
        cover="cover.jpg" if album.cover else None,
    )


def _discs_with_cue(album: Album) -> list[int]:
    """The discs that a cue sheet can hold."""
    discs = [(disc, len(list(tracks))) for disc, tracks in groupby(sorted(track.disc for track in album.tracks))]
    return [disc for disc, count in discs if count <= cue.MAX_TRACKS]


def _cue(album: Album, paths: Paths, form: AudioFormat, disc: int) -> cue.CueSheet:
    """The cue sheet of one disc in a format; levels come later."""
    several = album.disc_count > 1
    tracks = tuple(
        cue.CueTrack(
            title=track.printed_title, performer=track.artist or album.artist, file=paths.track(index, form).name, isrc=track.isrc
        )
        for index, track in enumerate(album.tracks)
        if track.disc == disc
    )
    return cue.CueSheet(
        title=album.title,
        performer=album.album_artist or album.artist,
        tracks=tracks,
        catalog=identifiers.ean13(album.barcode) if album.barcode else None,
        date=album.date,
        genre=next(iter(album.all_genres), None),
        disc=disc if several else None,
        discs=album.disc_count if several else None,
    )
