"""Signatures on images: made as a pipeline makes them after its scan, and verified as Binary Authorization does.

An attestation belongs to an image as its layers do, and to no stack. It refers to the attestor's note and is signed over the payload that
https://cloud.google.com/binary-authorization/docs/making-attestations describes, with the attestor's own KMS key.
"""

from __future__ import annotations

import base64
import json

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from sandbox.clouds.gcp import signing_keys
from sandbox.clouds.gcp.binaryauthorization import ATTESTOR_TYPE
from sandbox.clouds.gcp.identity import listed
from sandbox.clouds.gcp.links import path
from sandbox.clouds.gcp.resource import Properties
from sandbox.clouds.world import Entity, Snapshot, World

_VERSION = "//cloudkms.googleapis.com/v1/"
"""Before the full name of a key version in a public key's id, as `gcloud ... public-keys add --keyversion` writes it."""


def sign(world: World, reference: str, digest: str) -> list[str]:
    """Attest an image with every attestor of the project that its repository is in; their full names."""
    project = reference.split("/")[1]
    signed = []
    with world.transaction() as tx:
        for attestor in tx.list("gcp", ATTESTOR_TYPE, prefix=f"projects/{project}/attestors/"):
            for key in _keys(attestor):
                if not str(key.get("id", "")).startswith(_VERSION):
                    continue
                algorithm = key["pkixPublicKey"]["signatureAlgorithm"]
                private = signing_keys.private_key(str(key["id"]).removeprefix(_VERSION), _kms_algorithm(algorithm))
                signature = private.sign(_payload(reference, digest), ec.ECDSA(_hash(algorithm)))
                row = (note_of(attestor), _uri(reference, digest), key["id"], base64.b64encode(signature).decode())
                # Signing again changes nothing that counts.
                tx.execute("INSERT OR REPLACE INTO attestation VALUES (?, ?, ?, ?)", row)
                signed.append(attestor.id)
    return signed


def attested(tx: Snapshot, attestor: Entity, reference: str, digest: str) -> bool:
    """Whether there is a signature on the image that one of the attestor's keys verifies."""
    keys = {key["id"]: key for key in _keys(attestor)}
    sql = "SELECT key, signature FROM attestation WHERE note = ? AND uri = ?"
    return any(
        _verifies(keys[key], _payload(reference, digest), base64.b64decode(signature))
        for key, signature in tx.rows(sql, (note_of(attestor), _uri(reference, digest)))
        if key in keys
    )


def _verifies(key: Properties, payload: bytes, signature: bytes) -> bool:
    public = serialization.load_pem_public_key(key["pkixPublicKey"]["publicKeyPem"].encode())
    if not isinstance(public, ec.EllipticCurvePublicKey):
        return False
    try:
        public.verify(signature, payload, ec.ECDSA(_hash(key["pkixPublicKey"]["signatureAlgorithm"])))
    except InvalidSignature:
        return False
    return True


def _uri(reference: str, digest: str) -> str:
    return f"https://{reference}@{digest}"


def _keys(attestor: Entity) -> list[Properties]:
    return [key for key in listed(attestor.outputs, "attestationAuthorityNote.publicKeys") if "pkixPublicKey" in key]


def note_of(attestor: Entity) -> str:
    """The full name of the note that an attestor's signatures are attached to."""
    reference = path(str(attestor.outputs["attestationAuthorityNote"]["noteReference"]))
    return reference if "/" in reference else f"projects/{attestor.id.split('/')[1]}/notes/{reference}"


def _payload(reference: str, digest: str) -> bytes:
    critical = {
        "identity": {"docker-reference": reference},
        "image": {"docker-manifest-digest": digest},
        "type": "Google cloud binauthz container signature",
    }
    return json.dumps({"critical": critical}, sort_keys=True).encode()


def _kms_algorithm(signature_algorithm: str) -> str:
    """Binary Authorization says ECDSA_P256_SHA256, KMS EC_SIGN_P256_SHA256."""
    return signature_algorithm.replace("ECDSA_", "EC_SIGN_")


def _hash(signature_algorithm: str) -> hashes.HashAlgorithm:
    return hashes.SHA384() if signature_algorithm.endswith("SHA384") else hashes.SHA256()
