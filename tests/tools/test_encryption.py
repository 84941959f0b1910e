"""Segments that only who has the key can play."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher as Reference
from cryptography.hazmat.primitives.ciphers import algorithms, modes

from pressroom.errors import MachineError, ReleaseError
from pressroom.formats.secretname import SecretName
from pressroom.tools.encryption import Cipher

if TYPE_CHECKING:
    from pathlib import Path

KEY = "c0ffee00decade11facade22badcab1e"


def cipher(folder: Path, key: str = KEY) -> Cipher:
    """One with a key that lies in a file."""
    (folder / "key").write_text(f"{key}\n", encoding="utf-8")
    return Cipher(SecretName("file", str(folder / "key")))


@pytest.mark.parametrize("size", [0, 1, 15, 16, 17, 4096])
def test_who_has_the_key_gets_the_segment(size: int, tmp_path: Path) -> None:
    """Whatever its length: it is filled up to whole blocks with bytes that say how many they are."""
    segment = bytes(n % 251 for n in range(size))
    vector, encrypted = cipher(tmp_path).encrypted(segment)
    decryption = Reference(algorithms.AES(bytes.fromhex(KEY)), modes.CBC(vector)).decryptor()
    added = 16 - size % 16
    assert segment + bytes([added] * added) == decryption.update(encrypted) + decryption.finalize()


def test_the_vector_follows_from_segment_and_key(tmp_path: Path) -> None:
    """The same bytes each time; another segment or another key has another one."""
    found = [cipher(tmp_path, key).encrypted(segment) for key in (KEY, KEY.upper(), KEY[::-1]) for segment in (b"a", b"b")]
    assert found[:2] == found[2:4]
    assert 4 == len({vector for vector, _ in found})


@pytest.mark.parametrize("key", [KEY[:-1], f"{KEY}0", f"0x{KEY[2:]}", f"{KEY[:-1]}g", "hunter2"])
def test_what_is_no_key_is_not_repeated(key: str, tmp_path: Path) -> None:
    """The text names it, and says how to make one."""
    with pytest.raises(ReleaseError) as raised:
        cipher(tmp_path, key)
    told = "expected the key of `hls.encrypt`, which is 32 hexadecimal digits; `openssl rand -hex 16` makes some"
    assert f"file:{tmp_path}/key: {told}" == str(raised.value)


def test_a_cipher_does_not_show_its_key(tmp_path: Path) -> None:
    """However it is printed."""
    made = cipher(tmp_path)
    shown = f"{made!r} {made}"
    assert (False, False) == (KEY in shown, repr(bytes.fromhex(KEY))[2:-1] in shown)


def test_the_library_is_an_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The text says how to get it."""
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.ciphers", None)
    with pytest.raises(MachineError) as raised:
        cipher(tmp_path).encrypted(b"")
    assert "hls.encrypt: needs `pip install 'pressroom[encrypt]'`" == str(raised.value)
