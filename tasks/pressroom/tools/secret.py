"""Secrets: read when they are needed, shown as `***`, and taken out of texts."""

from __future__ import annotations

import base64
import importlib
import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus

from pressroom.errors import MachineError, ReleaseError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pressroom.formats.secretname import SecretName

HIDDEN = "***"
MAX_BYTES = 1 << 16
SHORTEST = 4
"""Characters of a secret that is looked for: a shorter one stands in other words by chance, and stars there would tell it."""


class Secret:
    """A text that is never shown: its `repr`, its text and its format are `***`."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself, for the one who has to be told it."""
        return self._text

    def __repr__(self) -> str:
        return HIDDEN

    def __reduce__(self) -> str:
        raise TypeError("a secret is not written down")


class Secrets:
    """The secrets of one run, by their names; each that was read is taken out of what `redacted` is given."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._environment = environment
        self._read: dict[SecretName, Secret] = {}
        self._pattern: re.Pattern[str] | None = None

    def get(self, name: SecretName) -> Secret:
        """The secret of a name; raises ReleaseError where it is not kept there, without ever naming its value."""
        if name not in self._read:
            text = {"env": self._variable, "file": _file, "keyring": _keyring}[name.keeper](name.name)
            self._read[name] = Secret(_line(name, text))
            hidden = [text for one in self._read.values() if len(text := one.reveal()) >= SHORTEST]
            spellings = sorted({spelling for text in hidden for spelling in _spellings(text)}, key=len, reverse=True)
            self._pattern = re.compile("|".join(map(re.escape, spellings))) if spellings else None
        return self._read[name]

    def redacted(self, text: str) -> str:
        """A text without the secrets: raw, URL-encoded, or in base64, whatever stands before or behind them."""
        return self._pattern.sub(HIDDEN, text) if self._pattern else text

    def environment(self, names: Iterable[SecretName] = ()) -> dict[str, str]:
        """The environment for other programs: without the variables that hold secrets, those of these `names` too."""
        secret = {name.name for name in (*self._read, *names) if name.keeper == "env"}
        return {key: value for key, value in self._environment.items() if key not in secret}

    def _variable(self, name: str) -> str:
        """The value of an environment variable."""
        if value := self._environment.get(name):
            return value
        raise ReleaseError(f"env:{name}: the environment variable {name} is not set; set it to the secret")


def _file(name: str) -> str:
    """What a file holds."""
    path = Path(name).expanduser()
    try:
        if not path.is_file():
            raise ReleaseError(f"file:{name}: no such file; write the secret into it, and nothing else")
        with path.open("rb") as stream:
            text = stream.read(MAX_BYTES).decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        told = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise ReleaseError(f"file:{name}: cannot be read ({told})") from None
    return text


def _line(name: SecretName, text: str) -> str:
    """The secret itself, without blanks and line breaks around it; raises ReleaseError where there are several lines."""
    lines = text.strip().splitlines()
    if len(lines) != 1:
        raise ReleaseError(f"{name}: expected one line, the secret, got {len(lines)} lines")
    return lines[0]


def _keyring(name: str) -> str:
    """What the keyring of this machine holds."""
    try:
        keyring: Any = importlib.import_module("keyring")
        failures = importlib.import_module("keyring.errors").KeyringError
    except ImportError:
        raise MachineError(f"keyring:{name}: needs `pip install 'pressroom[keyring]'`") from None
    service, _, user = name.partition("/")
    try:
        found = keyring.get_password(service, user)
    except failures as error:
        raise MachineError(f"keyring:{name}: cannot be read ({type(error).__name__})") from None
    if not found:
        raise ReleaseError(f"keyring:{name}: the keyring holds no such secret; `keyring set {service} {user}` adds it")
    return str(found)


def _spellings(text: str) -> Iterable[str]:
    """How a secret may stand in other texts."""
    quoted = {text, quote(text), quote(text, safe=""), quote_plus(text)}
    # Escapes in hex may be in small letters as well.
    quoted |= {re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), one) for one in quoted}
    quoted |= {text.encode("unicode_escape").decode(), repr(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]}
    return quoted | set(_in_base64(text.encode()))


def _in_base64(text: bytes) -> Iterable[str]:
    """The letters that stand for a text in base64, behind 0, 1 or 2 other bytes: those that hold no bit of a neighbour."""
    for before in range(3):
        padded = bytes(before) + text
        whole = len(padded) * 4 // 3
        first = -(-before * 4 // 3)
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            yield encode(padded).decode()[first:whole]
