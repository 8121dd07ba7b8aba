"""Pulumi's passphrase secrets: what stands encrypted in states and stack files.

The figures are Pulumi's own and part of the format: PBKDF2-SHA256 with 1,000,000 rounds over an 8-byte salt, a 32-byte
key, AES-256-GCM with a 12-byte nonce. Deriving a key takes about a third of a second, so it happens at the first use
and once for each salt.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import os
from contextlib import suppress
from typing import Any

from sandbox.engine.errors import EngineError

_ROUNDS = 1_000_000
_CHECK = "pulumi"
_WRONG = (
    "the passphrase does not fit the encryption salt; set PULUMI_CONFIG_PASSPHRASE to the one that it was made with"
)


@functools.lru_cache(maxsize=32)
def _key(passphrase: str, salt: bytes) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", passphrase.encode(), salt, _ROUNDS, 32)


def derive(passphrase: str, salt: str) -> None:
    """Derive the key for an encryption salt now, so that its first use in this process, or a fork of it, is quick.

    A salt that cannot be read is left for its use to report.
    """
    version, _, rest = salt.partition(":")
    with suppress(ValueError):
        if version == "v1":
            _key(passphrase, base64.b64decode(rest.partition(":")[0]))


def _seal(key: bytes, text: str) -> str:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = os.urandom(12)
    sealed = AESGCM(key).encrypt(nonce, text.encode(), None)
    return f"v1:{base64.b64encode(nonce).decode()}:{base64.b64encode(sealed).decode()}"


def _open(key: bytes, text: str) -> str:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    version, nonce, sealed = text.split(":", 2)
    if version != "v1":
        raise EngineError("", f"cannot read a ciphertext of version {version!r}")
    try:
        return AESGCM(key).decrypt(base64.b64decode(nonce), base64.b64decode(sealed), None).decode()
    except InvalidTag:
        raise EngineError("", _WRONG) from None


class Crypter:
    """Encrypts and decrypts with the passphrase for one `encryptionsalt`, as `Pulumi.<stack>.yaml` and states hold it."""

    def __init__(self, passphrase: str, salt: str) -> None:
        self.salt = salt
        self._passphrase = passphrase
        self._checked: bytes | None = None

    @classmethod
    def fresh(cls, passphrase: str) -> Crypter:
        """A crypter with a new random salt."""
        salt = os.urandom(8)
        proof = _seal(_key(passphrase, salt), _CHECK)
        return cls(passphrase, f"v1:{base64.b64encode(salt).decode()}:{proof}")

    def _derived(self) -> bytes:
        if self._checked is None:
            version, salt, proof = self.salt.split(":", 2)
            if version != "v1":
                raise EngineError("", f"cannot read an encryption salt of version {version!r}")
            key = _key(self._passphrase, base64.b64decode(salt))
            if _open(key, proof) != _CHECK:
                raise EngineError("", _WRONG)
            self._checked = key
        return self._checked

    def encrypt(self, text: str) -> str:
        """The ciphertext, different at every call."""
        return _seal(self._derived(), text)

    def decrypt(self, ciphertext: str) -> str:
        """The text; raises EngineError if the passphrase is another one."""
        return _open(self._derived(), ciphertext)


_HTML = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}


def compact_json(value: Any) -> str:
    """JSON exactly as Go's encoder prints it: sorted keys, no spaces, HTML characters escaped."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).translate(_HTML)
