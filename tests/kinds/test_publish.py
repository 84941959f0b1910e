"""The words of `publish`: typed, refused with their place, and no secret among them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pressroom import source
from pressroom.errors import SourceError
from pressroom.formats.secretname import SecretName
from pressroom.kinds.album import Album, inherited_words
from pressroom.kinds.publish import QBittorrent

if TYPE_CHECKING:
    from tests.kinds.conftest import Reader, Refuser

HEAD = "kind: album\ntitle: Moon\nartist: A\ntracks: [{title: T, file: t.wav}]\npublish:\n"
NAMED = (
    "expected the name of a secret: 'env:NAME', 'file:PATH' or 'keyring:SERVICE/USER'; a secret itself is never written here"
)
KINDS = "folder, rsync, s3, qbittorrent, webseed"
FOLDER = "expected an absolute path such as /srv/music, or one that begins with '~/', without '..'"
ROOTED = "expected an absolute path such as /data/published, without '..'"
TARGET = "expected a place such as 'host:/srv/music' or 'me@host:music'"
PUBLIC = "these .torrents would be public; take trackers out, or say `what: torrent`"
WITHOUT = "expected an address without user and password; they have keys of their own"


def test_each_destination_is_a_map_of_its_own_words(read: Reader) -> None:
    """In the order in which they are written; what they are called in messages holds no secret."""
    text = """\
- {to: folder, path: ~/web/}
- {to: folder, path: /srv/watch, what: torrent, trackers: [file:~/.passkey]}
- {to: rsync, target: 'me@host:/srv/music', what: payload}
- {to: rsync, target: 'me@[::1]:~/music/'}
- {to: s3, bucket: lanterns, prefix: /music/, endpoint: 'https://s3.example', access_key: env:A, secret_key: keyring:s3/me}
- {to: qbittorrent, password: env:QBT}
- {to: webseed, url: https://a.example/music}
"""
    found = read(HEAD + text).publish
    assert [
        "folder ~/web",
        "folder /srv/watch (torrent)",
        "rsync me@host:/srv/music (payload)",
        "rsync me@[::1]:music",
        "s3 lanterns/music at https://s3.example",
        "qbittorrent http://127.0.0.1:8080",
        "webseed https://a.example/music/",
    ] == [one.label for one in found]
    assert isinstance(found[5], QBittorrent)
    assert SecretName("env", "QBT") == found[5].password


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("- {to: foldr}", f"6:8: publish[0].to: expected one of {KINDS} (did you mean 'folder'?), got 'foldr'"),
        ("- {path: /a}", f"6:4: missing key 'to'; it is one of {KINDS}"),
        ("- /srv", "6:3: publish[0]: expected a map such as {to: folder, path: /srv/music}, got '/srv'"),
        ("- {to: folder}", "6:4: missing key 'path' in publish[0]"),
        ("- {to: folder, path: srv}", f"6:22: publish[0].path: {FOLDER}, got 'srv'"),
        ("- {to: folder, path: /srv/../etc}", f"6:22: publish[0].path: {FOLDER}, got '/srv/../etc'"),
        ("- {to: qbittorrent, superseeded: tag}", "6:21: unknown key 'superseeded'; did you mean 'superseded'?"),
        ("- {to: rsync, target: '-e sh:/x'}", f"6:23: publish[0].target: {TARGET}, got '-e sh:/x'"),
        ("- {to: rsync, target: 'host:~you/x'}", f"6:23: publish[0].target: {TARGET}, got 'host:~you/x'"),
        ("- {to: rsync, target: 'host:~'}", f"6:23: publish[0].target: {TARGET}, got 'host:~'"),
        ("- {to: rsync, target: 'host:~/'}", f"6:23: publish[0].target: {TARGET}, got 'host:~/'"),
        ("- {to: rsync, target: 'host::module/x'}", f"6:23: publish[0].target: {TARGET}, got 'host::module/x'"),
        ("- {to: rsync, target: /srv}", f"6:23: publish[0].target: {TARGET}, got '/srv'"),
        ("- {to: qbittorrent, tags: ['a,b']}", "6:28: publish[0].tags[0]: expected a text without commas, got 'a,b'"),
        ("- {to: qbittorrent, save_path: ~/seeds}", f"6:32: publish[0].save_path: {ROOTED}, got '~/seeds'"),
        ("- {to: qbittorrent, password: hunter2}", f"6:31: publish[0].password: {NAMED}"),
        ("- {to: qbittorrent, url: 'http://me:hunter2@host'}", f"6:26: publish[0].url: {WITHOUT}"),
        ("- {to: folder, path: /a}\n- {to: folder, path: /a/}", "7:4: publish[1]: 'folder /a' stands in the list already"),
        ("- {to: folder, path: /a, trackers: [env:A]}", f"6:36: publish[0].trackers: {PUBLIC}"),
    ],
)  # fmt: skip
def test_what_is_wrong_has_a_place(line: str, told: str, mistakes: Refuser) -> None:
    """And one mistake is told once."""
    assert [told] == mistakes(HEAD + line)


def test_a_line_that_may_hold_a_secret_is_not_shown(read: Reader) -> None:
    """Neither for the secret itself nor for another mistake beside it."""
    with pytest.raises(SourceError) as refused:
        read(HEAD + "- {to: qbittorrent, password: hunter2, urll: x}")
    assert "hunter2" not in str(refused.value)
    assert 2 == len(refused.value.mistakes)


def test_destinations_are_inherited() -> None:
    """From defaults.yaml, with placeholders; a release's own list takes their place."""
    defaults = source.parse(Path("releases/defaults.yaml"), b"publish: [{to: folder, path: '/srv/{artist}'}]\n")
    for own, label in (("", "folder /srv/A"), ("publish: [{to: webseed}]", "webseed")):
        text = HEAD.removesuffix("publish:\n") + own
        words = source.parse(Path("releases/moon.yaml"), text.encode())
        merged = source.inherit(words, defaults, inherited_words, verbatim=frozenset())
        assert [label] == [one.label for one in source.typed(Album, merged).publish]


def test_names_of_secrets_read_back() -> None:
    """As they are written."""
    for text in ("env:NAME", "file:~/key", "keyring:service/user/name"):
        assert text == str(SecretName.parse(text))
    for wrong in ("NAME", "env:", "env:a b", "keyring:x", "pass:x", "file:"):
        with pytest.raises(ValueError, match="a secret itself is never written here"):
            SecretName.parse(wrong)
