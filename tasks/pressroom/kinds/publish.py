"""The words of `publish`: where a release goes, which every kind of release shares."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic_core import core_schema

from pressroom.formats import identifiers
from pressroom.formats.secretname import SecretName
from pressroom.kinds.parts import Count, Line, Reads, Secret, Words, line, one_of
from pressroom.source import Unspoken, Wrong

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import GetCoreSchemaHandler

ABSOLUTE = r"^\s*(/|~/)[^\n]*$"
ROOTED = r"^\s*/[^\n]*$"
BUCKET = r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$"
TARGET = r"^\s*([A-Za-z0-9_][A-Za-z0-9_.@-]*|[A-Za-z0-9_][A-Za-z0-9_.-]*@\[[0-9a-fA-F:]+\]):[^\n]+$"


def absolute(value: object) -> str:
    """A folder outside of the repo: an absolute path, or one that begins with `~/`."""
    written = line(value)
    if not written.startswith(("/", "~/")) or ".." in PurePosixPath(written).parts:
        raise ValueError("an absolute path such as /srv/music, or one that begins with '~/', without '..'")
    return written.rstrip("/") or "/"


def elsewhere(value: object) -> str:
    """A folder as another machine or a container sees it, whose home is not yours."""
    written = line(value)
    if not written.startswith("/") or ".." in PurePosixPath(written).parts:
        raise ValueError("an absolute path such as /data/published, without '..'")
    return written.rstrip("/") or "/"


def address(value: object) -> str:
    """The address of a server; one with a password in it is refused, and not repeated."""
    written = line(value)
    if identifiers.names_user(written):
        raise Unspoken(((), "expected an address without user and password; they have keys of their own"))
    return identifiers.url(written).rstrip("/")


def below_address(value: object) -> str:
    """The address of a folder on the web."""
    return f"{address(value)}/"


def target(value: object) -> str:
    """`host:/path` or `user@host:path`, as rsync takes it; never an option, never a local path."""
    # `~/` is the folder that paths begin in anyway; rsync would make a folder of that name there.
    written = re.sub(":~/+", ":", line(value), count=1)
    path = written.rpartition("]")[2].partition(":")[2]
    if not re.fullmatch(TARGET, written) or path.startswith((":", "~")) or ".." in PurePosixPath(path).parts:
        raise ValueError("a place such as 'host:/srv/music' or 'me@host:music'")
    return written.rstrip("/")


def bucket_name(value: object) -> str:
    """The name of a bucket (Amazon S3, "Bucket naming rules")."""
    written = line(value)
    if not re.fullmatch(BUCKET, written) or ".." in written:
        raise ValueError("a bucket's name of 3 to 63 of a-z, 0-9, '.' and '-'")
    return written


def key_prefix(value: object) -> str:
    """What the keys of a bucket begin with: the parts of a path."""
    parts = line(value).strip("/").split("/")
    if any(part in ("", ".", "..") for part in parts):
        raise ValueError("the beginning of keys such as 'music/albums'")
    return "/".join(parts)


def tag(value: object) -> str:
    """A mark in a client: no comma, which parts them."""
    written = line(value)
    if "," in written:
        raise ValueError("a text without commas")
    return written


def category_name(value: object) -> str:
    """A category of a client (qBittorrent, "Category name")."""
    written = line(value)
    if "\\" in written or written.startswith("/") or written.endswith("/") or "//" in written:
        raise ValueError("a category without backslash, and without '/' at its ends")
    return written


def _text(pattern: str, *examples: str) -> dict[str, Any]:
    """The schema of a text."""
    return {"type": "string", "pattern": pattern, "examples": list(examples)}


Absolute = Annotated[str, Reads(absolute, _text(ABSOLUTE, "/srv/music"))]
Address = Annotated[str, Reads(address, _text(r'^\s*[Hh][Tt][Tt][Pp][Ss]?://[^\s<>"\\@]+\s*$', "http://127.0.0.1:8080"))]
ON_THE_WEB = _text(r'^\s*[Hh][Tt][Tt][Pp][Ss]?://[^\s<>"\\@]+\s*$', "https://lanterns.example/music/")
Below = Annotated[str, Reads(below_address, ON_THE_WEB)]
What = Annotated[Literal["build", "payload", "torrent"], one_of("build", "payload", "torrent")]
Files = Annotated[Literal["build", "payload"], one_of("build", "payload")]
Trackers = Annotated[tuple[Secret, ...], Count(0, 20)]


class Folder(Words):
    """A folder of this machine: a web root, a share, or the folder that a client watches."""

    to: Annotated[Literal["folder"], one_of("folder")]
    path: Absolute
    """Where it lies; `~/` is your home."""
    what: What = "build"
    """`build`: all files, below `<slug>/`; `payload`: what torrents hold, and then the .torrents; `torrent`: these alone."""
    trackers: Trackers = ()
    """Secrets that hold whole announce addresses, which these .torrents get in place of theirs; with `what: torrent`.

    The files are for everyone to read, as the client may run as another user: who may open the folder can read the secrets.
    """

    @property
    def label(self) -> str:
        """Its name in messages."""
        return f"folder {self.path}{_unless_build(self.what)}"


class Rsync(Words):
    """A folder of another machine, by rsync over ssh, which must log in without asking."""

    to: Annotated[Literal["rsync"], one_of("rsync")]
    target: Annotated[str, Reads(target, _text(TARGET, "me@host:/srv/music"))]
    """The machine and the folder."""
    what: Files = "build"
    """As of a folder."""
    ssh_config: Annotated[str, Reads(absolute, _text(ABSOLUTE, "~/.ssh/lanterns"))] | None = None
    """A configuration of ssh's in place of your own, with port, key and known hosts."""

    @property
    def label(self) -> str:
        """Its name in messages."""
        return f"rsync {self.target}{_unless_build(self.what)}"


class S3(Words):
    """A bucket, of Amazon's or of any server that speaks S3."""

    to: Annotated[Literal["s3"], one_of("s3")]
    bucket: Annotated[str, Reads(bucket_name, _text(BUCKET, "lantern-records"))]
    prefix: Annotated[str, Reads(key_prefix, _text(r"^[^\n]+$", "music"))] | None = None
    """What keys begin with, before `<slug>/` or the torrent's name."""
    endpoint: Address | None = None
    """The server; default: Amazon's."""
    region: Line | None = None
    access_key: Secret
    secret_key: Secret
    what: Files = "build"
    """As of a folder."""

    @property
    def label(self) -> str:
        """Its name in messages."""
        where = f"/{self.prefix}" * bool(self.prefix) + f" at {self.endpoint}" * bool(self.endpoint)
        return f"s3 {self.bucket}{where}{_unless_build(self.what)}"


class QBittorrent(Words):
    """A qBittorrent that seeds the torrents, by its Web UI."""

    to: Annotated[Literal["qbittorrent"], one_of("qbittorrent")]
    url: Address = "http://127.0.0.1:8080"
    """Of its Web UI."""
    user: Secret | None = None
    """Not needed where the Web UI lets this machine in without."""
    password: Secret | None = None
    save_path: Annotated[str, Reads(elsewhere, _text(ROOTED, "/data/published"))] | None = None
    """Where it finds the folder `published/`, as in a container; default: where that lies here."""
    category: Annotated[str, Reads(category_name, _text(r"^[^\\\n]+$", "music"))] | None = None
    tags: Annotated[tuple[Annotated[str, Reads(tag, _text(r"^[^,\n]+$"))], ...], Count(0, 50)] = ()
    trackers: Trackers = ()
    """Secrets that hold whole announce addresses, in place of those of the .torrent."""
    superseded: Annotated[Literal["tag", "remove"], one_of("tag", "remove")] = "tag"
    """What becomes of the torrents of earlier editions: they get the tag `superseded`, or go; the files stay either way."""

    @property
    def label(self) -> str:
        """Its name in messages."""
        return f"qbittorrent {self.url}"


class Webseed(Words):
    """A look at the web: whether every file of the torrents is there, whole, and served in ranges."""

    to: Annotated[Literal["webseed"], one_of("webseed")]
    url: Below | None = None
    """Below which the torrent's folder lies; default: each of the torrent's own web seeds."""

    @property
    def label(self) -> str:
        """Its name in messages."""
        return f"webseed {self.url}" if self.url else "webseed"


Destination = Folder | Rsync | S3 | QBittorrent | Webseed
MODELS: Mapping[str, type[Destination]] = {
    "folder": Folder,
    "rsync": Rsync,
    "s3": S3,
    "qbittorrent": QBittorrent,
    "webseed": Webseed,
}


class Chosen:
    """Reads a destination as the one that its `to` names, so that its mistakes are told once."""

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        def read(value: object, _any: core_schema.ValidatorFunctionWrapHandler) -> object:
            if isinstance(value, tuple(MODELS.values())):
                return value
            if not isinstance(value, dict):
                raise ValueError("a map such as {to: folder, path: /srv/music}")  # noqa: TRY004  # pydantic makes a mistake of it
            if value.get("to") is None:
                raise Wrong(((), f"missing key 'to'; it is one of {', '.join(MODELS)}"))
            try:
                named = str(one_of(*MODELS).read(value["to"]))
            except ValueError as error:
                raise Wrong((("to",), f"expected {error}, got '{value['to']}'")) from None
            return MODELS[named].model_validate(value)

        return core_schema.no_info_wrap_validator_function(read, handler(source))


Destinations = Annotated[tuple[Annotated[Destination, Chosen()], ...], Count(0, 50)]


def secrets_of(words: Destination) -> set[SecretName]:
    """The secrets that a destination needs."""
    values = [value for one in vars(words).values() for value in (one if isinstance(one, tuple) else (one,))]
    return {value for value in values if isinstance(value, SecretName)}


@dataclass(frozen=True, kw_only=True)
class Publishing:
    """What a release says of its publishing."""

    edition: int = 1
    destinations: tuple[Destination, ...] = ()


def _unless_build(what: str) -> str:
    """What a destination takes, where it is not the whole build."""
    return "" if what == "build" else f" ({what})"


def once(destinations: tuple[Destination, ...]) -> tuple[Destination, ...]:
    """The destinations, none of which stands there twice; raises Wrong."""
    seen: set[str] = set()
    found: list[tuple[tuple[str | int, ...], str]] = []
    for index, one in enumerate(destinations):
        if one.label in seen:
            found.append(((index,), f"'{one.label}' stands in the list already"))
        seen.add(one.label)
    found += [
        ((index, "trackers"), "these .torrents would be public; take trackers out, or say `what: torrent`")
        for index, one in enumerate(destinations)
        if isinstance(one, Folder) and one.trackers and one.what != "torrent"
    ]
    if found:
        raise Wrong(*found)
    return destinations
