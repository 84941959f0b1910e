"""Reading a .torrent, of anyone's making: whatever it says is held against the rules before it is believed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from pressroom.formats import bencode, merkle, payload
from pressroom.formats.metainfo import MAX_BYTES, PIECE_HASH, InfoHashes, Torrent, TorrentFile, infohashes, root
from pressroom.formats.pieces import MOST_PIECES, wrong_piece_length

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pressroom.formats.pieces import Version

    Kind = TypeVar("Kind", bound=bencode.Value)

Entries = Mapping[bytes, bencode.Value]
META_VERSION = 2


@dataclass(frozen=True, kw_only=True)
class Found:
    """What stands in a .torrent; `info` are the bytes that its hashes are taken of, with what only its maker knows."""

    torrent: Torrent
    info: bytes

    @property
    def hashes(self) -> InfoHashes:
        """What names it."""
        return infohashes(self.info, self.torrent.version)


@dataclass(frozen=True, kw_only=True)
class _Contents:
    """The files of a torrent as one of the two versions lists them."""

    files: tuple[TorrentFile, ...]
    padding: tuple[int, ...] = ()
    single: bool = False


def read(text: bytes, *, limit: int = MAX_BYTES) -> Found:
    """What a .torrent says; raises ValueError with the first rule that it breaks.

    The rules are those of bencoding, of the BEPs named in `metainfo.py`, and of paths that lead out of nowhere: a hybrid's
    two lists are of the same files, `pieces` has as many hashes as the sizes need, every layer has its file's root above it.
    """
    said = _map(bencode.decode(text, limit=limit), "a .torrent")
    info = _map(_held(said, "", b"info"), "info")
    version, length = _version(info), _number(info, "info.", b"piece length")
    if problem := wrong_piece_length(length):
        raise ValueError(f"info.piece length: expected {problem}, got {length}")
    name = _text(_held(info, "info.", b"name"), "info.name")
    if problem := payload.wrong_part(name, portable=False):
        raise ValueError(f"info.name: {payload.visible(name)}: {problem}")
    contents = _contents(info, version, name)
    torrent = Torrent(
        name=name,
        version=version,
        piece_length=length,
        files=contents.files,
        pieces=_bytes(_held(info, "info.", b"pieces"), "info.pieces") if version != "v2" else b"",
        padding=contents.padding,
        single=contents.single,
        trackers=_trackers(said),
        webseeds=_webseeds(said),
        private=_private(info),
        source=_optional(info, "info.", b"source"),
        comment=_optional(said, "", b"comment"),
    )
    return Found(torrent=_sound(torrent, said), info=bencode.encode(info))


def _version(info: Entries) -> Version:
    """Which versions the info dictionary is of (BEP 52, "info dictionary")."""
    number = info.get(b"meta version")
    if number is not None and number != META_VERSION:
        raise ValueError(f"info.meta version: expected {META_VERSION}, got {_shape(number)}")
    if number is None:
        if b"file tree" in info:
            raise ValueError("info: a file tree, and no meta version")
        return "v1"
    return "hybrid" if b"pieces" in info else "v2"


def _contents(info: Entries, version: Version, name: str) -> _Contents:
    """The files: those of both versions are the same ones."""
    listed = _v1(info, name) if version != "v2" else None
    grown = _v2(info, name) if version != "v1" else None
    if listed and grown:
        ours, theirs = ([(file.path, file.size) for file in one.files] for one in (listed, grown))
        if (ours, listed.single) != (theirs, grown.single):
            other = next((a or b for a, b in zip([*ours, None], [*theirs, None], strict=False) if a != b), None)
            where = payload.visible("/".join(other[0])) if other else name
            raise ValueError(f"{where}: the v1 list and the v2 tree of files differ")
        return _Contents(files=grown.files, padding=listed.padding, single=grown.single)
    found = listed or grown
    if not found:
        raise AssertionError
    return found


def _v1(info: Entries, name: str) -> _Contents:
    """The files of v1: one that has the torrent's name, or a list (BEP 3, "info dictionary")."""
    if (b"length" in info) == (b"files" in info):
        raise ValueError("info: expected either a length or files")
    if b"length" in info:
        return _Contents(files=(TorrentFile(path=(name,), size=_number(info, "info.", b"length")),), single=True)
    files: list[TorrentFile] = []
    padding = [0]
    for place, entry in enumerate(_list(info[b"files"], "info.files")):
        where = f"info.files[{place}]"
        file, attributes = _map(entry, where), _attributes(_map(entry, where), where)
        size = _number(file, f"{where}.", b"length")
        if "p" in attributes:
            padding[-1] += size
            continue
        parts = _list(_held(file, f"{where}.", b"path"), f"{where}.path")
        files.append(TorrentFile(path=tuple(_text(part, f"{where}.path") for part in parts), size=size))
        padding.append(0)
    return _Contents(files=tuple(files), padding=tuple(padding) if any(padding) else ())


def _v2(info: Entries, name: str) -> _Contents:
    """The files of v2: the tree, walked in the order of its keys (BEP 52, "file tree")."""
    files = tuple(_branch(_map(_held(info, "info.", b"file tree"), "info.file tree"), ()))
    single = len(files) == 1 and files[0].path == (name,) and b"files" not in info
    return _Contents(files=files, single=single)


def _branch(tree: Entries, above: tuple[str, ...]) -> Iterator[TorrentFile]:
    """The files of a folder of the tree; their layers hold the roots, until the layers themselves are read."""
    for key, value in tree.items():
        path = (*above, _text(key, "info.file tree"))
        where = payload.visible("/".join(path))
        entry = _map(value, where)
        if b"" not in entry:
            if not entry:
                raise ValueError(f"{where}: a folder without files")
            yield from _branch(entry, path)
            continue
        if len(entry) > 1:
            raise ValueError(f"{where}: is a file, and a folder of others")
        yield _leaf(_map(entry[b""], where), path, where)


def _leaf(said: Entries, path: tuple[str, ...], where: str) -> TorrentFile:
    """A file of the tree; one with bytes has a root."""
    _attributes(said, where)
    size = _number(said, f"{where}: ", b"length")
    above = _bytes(_held(said, f"{where}: ", b"pieces root"), where) if size else b""
    if len(above) != merkle.HASH * bool(size) or (not size and b"pieces root" in said):
        raise ValueError(f"{where}: expected a pieces root of {merkle.HASH} bytes, and none where the file is empty")
    return TorrentFile(path=path, size=size, layer=above)


def _sound(torrent: Torrent, said: Entries) -> Torrent:
    """The torrent with its layers, once its paths, sizes and hashes agree; raises ValueError."""
    paths = [file.path for file in torrent.files]
    if problem := next(payload.mistakes(paths, portable=False, padded=bool(torrent.padding)), ""):
        raise ValueError(problem)
    if not torrent.total:
        raise ValueError("it holds no file with any bytes")
    if torrent.version == "hybrid" and not torrent.single:
        _check_alignment(torrent)
    if torrent.version != "v2":
        whole = torrent.total + sum(torrent.padding)
        _check_count("info.pieces", len(torrent.pieces), PIECE_HASH, -(-whole // torrent.piece_length))
    if torrent.version == "v1":
        return torrent
    layers = _map(_held(said, "", b"piece layers"), "piece layers")
    files = tuple(_layered(file, layers, torrent.piece_length) for file in torrent.files)
    wanted = {file.layer for file in torrent.files if file.size > torrent.piece_length}
    if set(layers) - wanted:
        raise ValueError("piece layers: there are hashes that no file has as its root")
    return Torrent(**{**vars(torrent), "files": files})


def _check_alignment(torrent: Torrent) -> None:
    """In a hybrid, every file begins with a piece (BEP 52, "Upgrade Path"); raises ValueError."""
    at = 0
    for file, zeros in zip(torrent.files, torrent.padding or (0,) * len(torrent.files), strict=False):
        at += zeros
        if file.size and at % torrent.piece_length:
            raise ValueError(f"{file}: does not begin with a piece, as it must where both versions are")
        at += file.size


def _check_count(where: str, length: int, size: int, expected: int) -> None:
    """As many hashes as the sizes need; raises ValueError."""
    if expected > MOST_PIECES:
        raise ValueError(f"{where}: {expected:,} pieces, and at most {MOST_PIECES:,} are read")
    if length != size * expected:
        raise ValueError(f"{where}: expected {expected:,} hashes of {size} bytes, got {length:,} bytes")


def _layered(file: TorrentFile, layers: Entries, piece_length: int) -> TorrentFile:
    """A file with its layer, which has the file's root above it (BEP 52, "piece layers"); raises ValueError."""
    if file.size <= piece_length:
        return file
    if file.layer not in layers:
        raise ValueError(f"{file}: its hashes are not among the piece layers")
    layer = _bytes(layers[file.layer], str(file))
    _check_count(str(file), len(layer), merkle.HASH, -(-file.size // piece_length))
    whole = TorrentFile(path=file.path, size=file.size, layer=layer)
    if root(whole, piece_length) != file.layer:
        raise ValueError(f"{file}: its hashes are not those below its root")
    return whole


def _trackers(said: Entries) -> tuple[tuple[str, ...], ...]:
    """The tiers of trackers; a lone `announce` is a tier of its own (BEP 12)."""
    if b"announce-list" in said:
        tiers = (_list(tier, "announce-list") for tier in _list(said[b"announce-list"], "announce-list"))
        if found := tuple(tuple(_text(url, "announce-list") for url in tier) for tier in tiers if tier):
            return found
    announce = _optional(said, "", b"announce")
    return ((announce,),) if announce else ()


def _webseeds(said: Entries) -> tuple[str, ...]:
    """The web seeds, where there is one also without a list (BEP 19, "url-list")."""
    found = said.get(b"url-list", ())
    if isinstance(found, bytes):
        return (_text(found, "url-list"),) if found else ()
    return tuple(_text(url, "url-list") for url in _list(found, "url-list"))


def _private(info: Entries) -> bool:
    """Whether the torrent is private (BEP 27)."""
    found = info.get(b"private", 0)
    if found not in (0, 1):
        raise ValueError(f"info.private: expected 1, got {_shape(found)}")
    return found == 1


def _attributes(file: Entries, where: str) -> str:
    """A file's `attr`; links are refused, whatever they lead to (BEP 47, "symlinks")."""
    found = _optional(file, f"{where}.", b"attr") or ""
    if "l" in found:
        raise ValueError(f"{where}: a symbolic link; torrents with links are not read")
    return found


def _held(entries: Entries, where: str, key: bytes) -> bencode.Value:
    """The value of a key that must be there."""
    if key not in entries:
        raise ValueError(f"{where}{key.decode()}: is missing")
    return entries[key]


def _number(entries: Entries, where: str, key: bytes) -> int:
    """A size that is not negative."""
    found = _held(entries, where, key)
    if not isinstance(found, int) or found < 0:
        raise ValueError(f"{where}{key.decode()}: expected a number of bytes, got {_shape(found)}")
    return found


def _optional(entries: Entries, where: str, key: bytes) -> str | None:
    """A text that may be there."""
    return _text(entries[key], f"{where}{key.decode()}") if key in entries else None


def _text(value: bencode.Value, where: str) -> str:
    """UTF-8."""
    found = _bytes(value, where)
    try:
        return found.decode()
    except UnicodeDecodeError:
        raise ValueError(f"{where}: expected UTF-8, got {_shape(found)}") from None


def _bytes(value: bencode.Value, where: str) -> bytes:
    """A byte string."""
    if not isinstance(value, bytes):
        raise ValueError(f"{where}: expected bytes, got {_shape(value)}")  # noqa: TRY004  # a file's mistake, like the others
    return value


def _list(value: bencode.Value, where: str) -> tuple[bencode.Value, ...]:
    """A list."""
    if not isinstance(value, tuple):
        raise ValueError(f"{where}: expected a list, got {_shape(value)}")  # noqa: TRY004  # as above
    return value


def _map(value: bencode.Value, where: str) -> Entries:
    """A dictionary."""
    if not isinstance(value, Mapping):
        raise ValueError(f"{where}: expected a dictionary, got {_shape(value)}")  # noqa: TRY004  # as above
    return value


def _shape(value: bencode.Value) -> str:
    """A value in a message."""
    if isinstance(value, bytes):
        return repr(value[:40].decode("utf-8", "backslashreplace"))
    return str(value) if isinstance(value, int) else "a list" if isinstance(value, tuple) else "a dictionary"
