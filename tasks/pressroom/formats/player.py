"""player.html: a page that plays a release by itself, without a library, and asks nobody else for anything."""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from pressroom.data.playerpage import PAGE, SCRIPT, STYLE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

_SAFE = re.compile(r"[^\x00-\x20\x7f\"'<>\\]+")
_INTEGRITY = re.compile(r"sha(?:256|384|512)-[A-Za-z0-9+/]+={0,2}")
_SLOT = re.compile(r"\{\{(\w+)\}\}")


@dataclass(frozen=True, kw_only=True)
class Source:
    """A way to play it: a playlist, and a file that browsers without HLS play instead.

    `codec` is the word of CODECS that the browser is asked for, `label` what a listener picks it by. `file` is None where
    there is none that may lie beside the page.
    """

    label: str
    playlist: str
    file: str | None
    codec: str


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A track or a chapter: where it begins, in seconds, its title, and the page of its video where it has one.

    `heading` stands above it, such as the title of the disc that it begins.
    """

    start: Fraction
    title: str
    video: str | None = None
    heading: str | None = None


@dataclass(frozen=True, kw_only=True)
class Library:
    """hls.js, where the author names one: its address, and the digest that the browser holds it against."""

    url: str
    integrity: str


@dataclass(frozen=True, kw_only=True)
class Player:
    """What a page plays. Addresses are relative to the page; `sources` begin with what most browsers play.

    `key` tells one release from others where a listener's place is remembered; it changes with the sound. `subtitles` are
    languages (BCP 47) and WebVTT files, for where the playlist's own are not shown; `album` is the title and the page of
    what a video belongs to, `picture` its width and height. `key_url` is where the key of what is encrypted is fetched from.
    """

    title: str
    artist: str
    language: str
    key: str
    length: Fraction
    sources: tuple[Source, ...]
    marks: tuple[Mark, ...] = ()
    marks_are: Literal["Tracks", "Chapters"] = "Tracks"
    cover: str | None = None
    picture: tuple[int, int] | None = None
    subtitles: tuple[tuple[str, str], ...] = ()
    album: tuple[str, str] | None = None
    library: Library | None = None
    key_url: str | None = None


def page(player: Player) -> str:
    """The page's text; raises ValueError for addresses that it cannot hold, a library without a digest, or nothing to play."""
    if not player.sources:
        raise ValueError("expected something to play, got nothing")
    addresses = [address for source in player.sources for address in (source.playlist, source.file)]
    addresses += [player.cover, player.library.url if player.library else None, player.key_url]
    addresses += [player.album[1] if player.album else None]
    addresses += [*(mark.video for mark in player.marks), *(address for _, address in player.subtitles)]
    for address in addresses:
        if address is not None and not _SAFE.fullmatch(address):
            raise ValueError(f"expected an address without spaces and quotes, got {address!r}")
    if player.library and not _INTEGRITY.fullmatch(player.library.integrity):
        raise ValueError(f"{player.library.url}: expected a digest such as sha384-..., got {player.library.integrity!r}")
    return _filled(PAGE, _slots(player))


def _slots(player: Player) -> Mapping[str, str]:
    """What stands in the page's places, each as HTML or as script."""
    tag = "video" if player.picture else "audio"
    cover = f'<img id="cover" src="{html.escape(player.cover)}" alt="" width="320" height="320">' if player.cover else ""
    return {
        "language": html.escape(player.language),
        "title": html.escape(player.title),
        "artist": html.escape(player.artist),
        "album": _album(player.album),
        "policy": html.escape(_policy(player)),
        "style": STYLE,
        "cover": "" if player.picture else cover,
        "media": f'<{tag} id="media" preload="metadata" playsinline{_shown(player)}></{tag}>',
        "marks": _marks(player),
        "data": _script_safe(_data(player)),
        "library": _library(player.library),
        "script": SCRIPT,
    }


def _filled(text: str, slots: Mapping[str, str]) -> str:
    """A template with its places filled, once: what is filled in is no template."""
    return _SLOT.sub(lambda found: slots[found[1]], text)


def _policy(player: Player) -> str:
    """What the page may load: its own folder, the library's address where there is one, and the key from its host."""
    library = f" {player.library.url}" if player.library and "://" in player.library.url else ""
    # Addresses in a policy have no query.
    key = " {0.scheme}://{0.netloc}".format(urlsplit(player.key_url)) if player.key_url and "://" in player.key_url else ""
    return (
        f"default-src 'none'; img-src 'self' data:; media-src 'self' blob:{key}; connect-src 'self'{key}; worker-src blob:; "
        f"style-src 'unsafe-inline'; script-src 'unsafe-inline' 'self'{library}; base-uri 'none'; form-action 'none'"
    )


def _marks(player: Player) -> str:
    """The list of tracks or chapters; each is a button."""
    if not player.marks:
        return ""
    rows = "".join(
        f'{_heading(mark)}<li><button type="button" data-start="{float(mark.start):.6f}">'
        f"<span>{html.escape(mark.title)}</span><time>{_clock(mark.start)}</time></button>{_video(mark)}</li>"
        for mark in player.marks
    )
    return f'<h2 id="marks-title">{player.marks_are}</h2><ol id="marks" aria-labelledby="marks-title">{rows}</ol>'


def _album(album: tuple[str, str] | None) -> str:
    """The way back from a video."""
    if album is None:
        return ""
    title, address = album
    return f'<p><a href="{html.escape(address)}">{html.escape(title)}</a></p>'


def _heading(mark: Mark) -> str:
    """What stands above a track."""
    return f'<li class="part"><h3>{html.escape(mark.heading)}</h3></li>' if mark.heading else ""


def _shown(player: Player) -> str:
    """The shape of pictures, and what stands in their place until they play, which is often of another one."""
    if player.picture is None:
        return ""
    poster = f' poster="{html.escape(player.cover)}"' if player.cover else ""
    return ' style="aspect-ratio: {} / {}"'.format(*player.picture) + poster


def _video(mark: Mark) -> str:
    """The way to the page of a video."""
    if mark.video is None:
        return ""
    return f'<a href="{html.escape(mark.video)}" aria-label="Video of {html.escape(mark.title)}">Video</a>'


def _data(player: Player) -> str:
    """What the script goes by."""
    sources = [{"label": each.label, "list": each.playlist, "file": each.file, "codec": each.codec} for each in player.sources]
    found = {"key": player.key, "length": round(float(player.length), 6), "sources": sources, "title": player.title}
    subtitles = [{"language": language, "file": file} for language, file in player.subtitles]
    found |= {"artist": player.artist, "cover": player.cover, "subtitles": subtitles, "sealed": player.key_url is not None}
    return json.dumps(found, ensure_ascii=False)


def _script_safe(text: str) -> str:
    """JSON that cannot end the script that it stands in."""
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _library(library: Library | None) -> str:
    """The line that loads hls.js, held against its digest."""
    if library is None:
        return ""
    return f'<script src="{html.escape(library.url)}" integrity="{library.integrity}" crossorigin="anonymous"></script>'


def _clock(time: Fraction) -> str:
    """Minutes and seconds, or hours too."""
    seconds = int(time)
    hours, minutes = seconds // 3600, seconds // 60 % 60
    return f"{hours}:{minutes:02}:{seconds % 60:02}" if hours else f"{minutes}:{seconds % 60:02}"
