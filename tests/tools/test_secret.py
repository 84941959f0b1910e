"""Secrets: where they are read from, and that nothing shows them."""

from __future__ import annotations

import base64
import copy
import json
import pickle
import sys
import types
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

import pytest

from pressroom.errors import MachineError, PressroomError, ReleaseError
from pressroom.formats.secretname import SecretName
from pressroom.tools.secret import Secret, Secrets

if TYPE_CHECKING:
    from pathlib import Path

CANARY = "pa ss/wörd+5%&=<x>"
NAME = SecretName("env", "CANARY")


def read(text: str = CANARY) -> Secrets:
    """Secrets of which one was read."""
    secrets = Secrets({"CANARY": text, "OTHER": "1"})
    secrets.get(NAME)
    return secrets


def test_a_secret_shows_stars() -> None:
    """In a text, a repr and a format; it is never pickled or copied."""
    secret = Secret(CANARY)
    assert ["***"] * 3 == [str(secret), repr(secret), f"{secret}"]
    assert CANARY == secret.reveal()
    for copied in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError, match=r"^a secret is not written down$"):
            copied(secret)


def test_every_spelling_is_taken_out() -> None:
    """Raw, URL-encoded in both ways and cases, and in base64 behind 0, 1 or 2 other bytes, and with others after it."""
    secrets = read()
    assert "a *** b ***" == secrets.redacted(f"a {CANARY} b {CANARY}")
    for one in (quote(CANARY), quote(CANARY, safe=""), quote_plus(CANARY), quote(CANARY, safe="").lower()):
        assert "x=***" == secrets.redacted(f"x={one}")
    for before in range(5):
        for after in range(4):
            for encode in (base64.b64encode, base64.urlsafe_b64encode):
                text = encode(b"u" * before + CANARY.encode() + b"v" * after).decode()
                assert "***" in secrets.redacted(text)
                assert len(secrets.redacted(text)) < 20
    assert '{"key": "***"}' == read('a"b\\c').redacted(json.dumps({"key": 'a"b\\c'}))
    assert f"{CANARY!r}"[1:-1] not in secrets.redacted(repr({"key": CANARY}))


def test_other_programs_do_not_inherit_them() -> None:
    """The variable is taken out of their environment."""
    assert {"OTHER": "1"} == read().environment()
    assert {} == read().environment([SecretName("env", "OTHER")])


def test_a_secret_of_three_letters_is_not_told_by_stars() -> None:
    """It stands in other words by chance, as `s` in "password": stars there would say what it is."""
    assert ["user or password", "***word"] == [read("s").redacted("user or password"), read("pass").redacted("password")]


def test_line_breaks_around_a_secret_are_none_of_it() -> None:
    """As a variable has them that was read from a file of another system; several lines are no secret."""
    secrets = read(" hunter2\r\n")
    assert ("hunter2", "it is ***") == (secrets.get(NAME).reveal(), secrets.redacted("it is hunter2"))
    with pytest.raises(ReleaseError, match=r"^env:CANARY: expected one line, the secret, got 2 lines$"):
        read("one\ntwo")


def test_files_hold_one_line(tmp_path: Path) -> None:
    """With or without its end."""
    path = tmp_path / "key"
    name = SecretName("file", str(path))
    for text, told in (
        (None, "no such file; write the secret into it, and nothing else"),
        (b"", "expected one line, the secret, got 0 lines"),
        (b"a\nb\n", "expected one line, the secret, got 2 lines"),
        (b"\xff", "cannot be read (not UTF-8)"),
    ):
        if text is not None:
            path.write_bytes(text)
        with pytest.raises(ReleaseError) as refused:
            Secrets({}).get(name)
        assert f"file:{path}: {told}" == str(refused.value)
    path.write_bytes(b"hunter2\n")
    assert "hunter2" == Secrets({}).get(name).reveal()


def test_a_variable_that_is_not_set_is_named() -> None:
    """And nothing is guessed."""
    with pytest.raises(ReleaseError) as refused:
        Secrets({}).get(NAME)
    assert "env:CANARY: the environment variable CANARY is not set; set it to the secret" == str(refused.value)


def test_keyrings_are_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the library is installed; the text says how to add what lacks."""
    name = SecretName("keyring", "qbt/me")
    known = {("qbt", "me"): "hunter2"}
    library, errors = types.ModuleType("keyring"), types.ModuleType("keyring.errors")
    library.get_password = lambda service, user: known.get((service, user))  # type: ignore[attr-defined]
    errors.KeyringError = LookupError  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "keyring", library)
    monkeypatch.setitem(sys.modules, "keyring.errors", errors)
    assert "hunter2" == Secrets({}).get(name).reveal()
    known.clear()
    told: dict[type[PressroomError], str] = {
        ReleaseError: "keyring:qbt/me: the keyring holds no such secret; `keyring set qbt me` adds it",
        MachineError: "keyring:qbt/me: needs `pip install 'pressroom[keyring]'`",
    }
    for kind, text in told.items():
        with pytest.raises(kind) as refused:
            Secrets({}).get(name)
        assert text == str(refused.value)
        monkeypatch.setitem(sys.modules, "keyring", None)
