"""What an album's torrents hold, and what is wrong with the words that say it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pressroom import names
from pressroom.formats import payload as rules
from pressroom.formats import sharing
from pressroom.kinds.album import lists, naming
from pressroom.kinds.album.torrent import PARTS, PLACEHOLDERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from pressroom.formats.audio import AudioFormat
    from pressroom.kinds.album.paths import Paths
    from pressroom.kinds.album.torrent import Torrent
    from pressroom.kinds.album.words import Album
    from pressroom.source import Where

MARKED = ("label", "copyright", "phonogram", "comment")
"""Words in which distributors stand."""


def files(torrent: Torrent, paths: Paths) -> Iterator[Path]:
    """The files of a torrent's payload.

    A format is its tracks and its playlist; `cover`, `cue` and `extras` are what lies of these in the folders of the formats
    that are included, and the cover beside them. Extras that are logs, sums, torrents or hidden stay out.
    """
    album = paths.album
    wanted = included(torrent, album)
    forms = [form for form in album.audio_formats if form.name in wanted]
    for form in forms:
        yield from _of_format(form, wanted, paths)
    if "cover" in wanted and album.cover:
        yield paths.cover
    for index, track in enumerate(album.tracks):
        if "lyrics" in wanted and (lyrics := paths.lyrics(index)):
            yield lyrics
        if "stems" in wanted:
            yield from (paths.stem(index, name) for name, _ in track.stems)
    if "stems" in wanted and any(track.stems for track in album.tracks):
        yield paths.stems


def included(torrent: Torrent, album: Album) -> tuple[str, ...]:
    """`include`, or all formats and the cover."""
    return torrent.include or (*(form.name for form in album.audio_formats), "cover")


def _of_format(form: AudioFormat, wanted: Sequence[str], paths: Paths) -> Iterator[Path]:
    """What is wanted of a format's folder."""
    album, folder = paths.album, paths.folder(form)
    yield from (paths.track(index, form) for index in range(len(album.tracks)))
    yield folder / naming.playlist(album)
    if "cover" in wanted and album.cover:
        yield folder / naming.COVER
    if "cue" in wanted and form.encoding.lossless:
        yield from (folder / naming.cue_sheet(album, disc) for disc, _, _ in lists.cue_sheets(album, form))
    if "extras" in wanted:
        extras = (folder / naming.extra_file(extra) for extra in album.extras)
        yield from (extra for extra in extras if not rules.stays_out(extra.name))


def mistakes(torrents: Sequence[Torrent], words: Mapping[str, Any], *, listed: bool) -> Iterator[tuple[Where, str]]:
    """What is wrong with the torrents of a release, whose other `words` are those that were read without a mistake.

    Where they are `listed`, a mistake's place has the number of its torrent.
    """
    if {"license", "rights"} <= set(words):
        marks = {word: words.get(word) for word in MARKED}
        if problem := sharing.refusal(words["license"], own=words["rights"] == "own", marks=marks):
            yield (), f"a torrent shares the release with everyone, and {problem}"
    labels: set[str] = set()
    for number, torrent in enumerate(torrents):
        above: Where = (number,) if listed else ()
        if len(torrents) > 1 and not torrent.label:
            yield above, "one of several torrents needs a `label`, which goes into its file's name"
        elif (torrent.label or "").casefold() in labels:
            yield (*above, "label"), f"another torrent has the label '{torrent.label}' already"
        labels.add((torrent.label or "").casefold())
        yield from (((*above, *where), text) for where, text in _own_mistakes(torrent, words))


def _own_mistakes(torrent: Torrent, words: Mapping[str, Any]) -> Iterator[tuple[Where, str]]:
    """What is wrong with one torrent."""
    if "formats" in words and torrent.include:
        known = (*(form.name for form in words["formats"]), *PARTS)
        unknown = [(place, word) for place, word in enumerate(torrent.include) if word not in known]
        for place, word in unknown:
            near = names.suggestion(word, known)
            yield (
                ("include", place),
                f"expected one of {', '.join(known)}, got '{word}'" + f"; did you mean '{near}'?" * bool(near),
            )
        if not unknown and not _gives_a_file(torrent.include, words):
            yield ("include",), "this release has none of these; include one of its formats"
    if torrent.name and {"artist", "album_artist", "title", "date", "label"} <= set(words):
        date = words["date"]
        values = {"album_artist": words["album_artist"] or words["artist"], "year": date[:4] if date else None}
        try:
            names.expand(torrent.name, {word: values[word] if word in values else words[word] for word in PLACEHOLDERS})
        except ValueError as error:
            yield ("name",), str(error)


def _gives_a_file(include: Sequence[str], words: Mapping[str, Any]) -> bool:
    """Whether anything is included; `cue` and `extras` are of formats."""
    if any(form.name in include for form in words["formats"]):
        return True
    tracks = words.get("tracks", ())
    found = {
        "cover": words.get("cover"),
        "lyrics": any(track.lyrics is not None for track in tracks),
        "stems": any(track.stems for track in tracks),
    }
    return any(found.get(word) for word in include)
