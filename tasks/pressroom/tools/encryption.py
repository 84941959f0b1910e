"""Encrypting segments for HLS by AES-128 (draft-pantos-hls-rfc8216bis-22, sections 4.4.4.4 and 5)."""

from __future__ import annotations

import hmac
import re
from typing import TYPE_CHECKING

from pressroom.errors import MachineError, ReleaseError
from pressroom.tools.secret import Secrets

if TYPE_CHECKING:
    from pressroom.formats.secretname import SecretName

BLOCK = 16
"""Bytes of a key, a vector and a block."""


class Cipher:
    """Encrypts with the key of a name; raises ReleaseError where that is none, whose text does not repeat it."""

    def __init__(self, name: SecretName) -> None:
        needed = f"{2 * BLOCK} hexadecimal digits; `openssl rand -hex {BLOCK}` makes some"
        try:
            told = Secrets().get(name).reveal()
        except ReleaseError as error:
            raise ReleaseError(f"{error}: the key of `hls.encrypt` is {needed}") from error
        if not re.fullmatch(f"[0-9A-Fa-f]{{{2 * BLOCK}}}", told):
            raise ReleaseError(f"{name}: expected the key of `hls.encrypt`, which is {needed}")
        self._key = bytes.fromhex(told)

    def encrypted(self, segment: bytes) -> tuple[bytes, bytes]:
        """The vector, and the segment by AES-128-CBC with the padding of PKCS #7 (RFC 5652, 6.3); raises MachineError.

        The vector follows from segment and key, so that the same bytes come of them each time; who has not the key learns
        nothing from it.
        """
        try:
            # The library is an extra.
            from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes  # noqa: PLC0415
            from cryptography.hazmat.primitives.padding import PKCS7  # noqa: PLC0415
        except ImportError:
            raise MachineError("hls.encrypt: needs `pip install 'pressroom[encrypt]'`") from None
        vector = hmac.digest(self._key, segment, "sha256")[:BLOCK]
        padding = PKCS7(8 * BLOCK).padder()
        encryption = Cipher(algorithms.AES(self._key), modes.CBC(vector)).encryptor()
        padded = padding.update(segment) + padding.finalize()
        return vector, encryption.update(padded) + encryption.finalize()
