"""The key material of emulated Cloud KMS keys that sign: real elliptic keys, the same for the same key version."""

from __future__ import annotations

import hashlib

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

ALGORITHMS: dict[str, type[ec.EllipticCurve]] = {
    "EC_SIGN_P256_SHA256": ec.SECP256R1,
    "EC_SIGN_P384_SHA384": ec.SECP384R1,
}
"""Those of https://cloud.google.com/kms/docs/algorithms#elliptic_curve_signing_algorithms that are emulated."""


def private_key(version: str, algorithm: str) -> ec.EllipticCurvePrivateKey:
    """The private key of a version, given by its full name. Raises KeyError for an algorithm that is not emulated."""
    curve = ALGORITHMS[algorithm]()
    number = int.from_bytes(hashlib.sha256(f"signing key {version}".encode()).digest()) % 2**255
    return ec.derive_private_key(number + 1, curve)


def public_pem(version: str, algorithm: str) -> str:
    """The public key of a version as KMS answers it, in PEM."""
    public = private_key(version, algorithm).public_key()
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return public.public_bytes(serialization.Encoding.PEM, form).decode()
