"""The names of secrets, which is all that is ever written of them: `env:NAME`, `file:PATH`, `keyring:SERVICE/USER`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, cast

FORMS = "'env:NAME', 'file:PATH' or 'keyring:SERVICE/USER'"


@dataclass(frozen=True)
class SecretName:
    """Where a secret is kept; `name` is a variable, a path, or a service and a user with '/' between them."""

    keeper: Literal["env", "file", "keyring"]
    name: str

    @classmethod
    def parse(cls, text: str) -> SecretName:
        """The name that a text is; raises ValueError, whose text does not repeat it: it may be the secret."""
        keeper, _, name = text.partition(":")
        fits = {"env": "[A-Za-z_][A-Za-z0-9_]*", "file": ".+", "keyring": "[^/]+/.+"}
        if keeper not in fits or not re.fullmatch(fits[keeper], name):
            raise ValueError(f"{FORMS}; a secret itself is never written here")
        return cls(cast("Literal['env', 'file', 'keyring']", keeper), name)

    def __str__(self) -> str:
        """As it is written."""
        return f"{self.keeper}:{self.name}"
