"""Who says that an image may run: a note, a key that signs, and the attestor that verifies with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_gcp import binaryauthorization, containeranalysis, kms, projects

from components.usable import usable

ALGORITHM = "EC_SIGN_P256_SHA256"
"""Recommended for signing: https://cloud.google.com/kms/docs/algorithms. A key that signs does not rotate by itself."""


@dataclass(frozen=True, kw_only=True)
class AttestorArgs:
    """`project` is where the signatures are kept. `signers` map a name to who signs, `verifiers` an environment to the
    agent that asks for signatures there."""

    project: Input[str]
    location: Input[str]
    attestor: Input[str]
    protect: bool
    signers: Mapping[str, Input[str]]
    verifiers: Mapping[str, Input[str]]


class Attestor(pulumi.ComponentResource):
    """An attestor with one key. Whoever signs may use the key and attach signatures to the note, and nobody else may.

    A signature is an occurrence of the note, and both have to be allowed: to attach one to the note, and to make one in
    the project. There is no smaller role for the latter, which may change and delete occurrences too.
    https://cloud.google.com/binary-authorization/docs/creating-attestors-cli
    """

    id: Output[str]
    """projects/PROJECT/attestors/NAME. Usable: known only once the verifiers may ask it."""
    signing_key: Output[str]
    """The version of the key that signs, projects/P/locations/L/keyRings/R/cryptoKeys/K/cryptoKeyVersions/V."""

    def __init__(self, name: str, args: AttestorArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Attestor", name, None, opts)
        child = ResourceOptions(parent=self)
        # A key ring's name is never free again, and without the key no image could be verified in any environment.
        kept = ResourceOptions(parent=self, protect=args.protect)

        ring = kms.KeyRing(name, location=args.location, opts=kept)
        key = kms.CryptoKey(
            name,
            key_ring=ring.id,
            purpose="ASYMMETRIC_SIGN",
            version_template={"algorithm": ALGORITHM, "protection_level": "SOFTWARE"},
            opts=kept,
        )
        version = kms.get_kms_crypto_key_version_output(crypto_key=key.id, opts=pulumi.InvokeOutputOptions(parent=self))
        note = containeranalysis.Note(
            name,
            name=args.attestor,
            attestation_authority={"hint": {"human_readable_name": "Built and scanned by the pipeline"}},
            opts=child,
        )
        attestor = binaryauthorization.Attestor(
            name,
            name=args.attestor,
            attestation_authority_note={
                "note_reference": note.id,
                "public_keys": [
                    {
                        "id": version.id,
                        "pkix_public_key": {
                            "public_key_pem": version.public_keys[0].pem,
                            "signature_algorithm": version.public_keys[0].algorithm,
                        },
                    }
                ],
            },
            opts=child,
        )
        for signer, member in args.signers.items():
            kms.CryptoKeyIAMMember(
                f"{name}-{signer}-signer",
                crypto_key_id=key.id,
                role="roles/cloudkms.signerVerifier",
                member=member,
                opts=child,
            )
            containeranalysis.NoteIamMember(
                f"{name}-{signer}-attacher",
                note=note.id,
                role="roles/containeranalysis.notes.attacher",
                member=member,
                opts=child,
            )
            projects.IAMMember(
                f"{name}-{signer}-occurrences",
                project=args.project,
                role="roles/containeranalysis.occurrences.editor",
                member=member,
                opts=child,
            )
            binaryauthorization.AttestorIamMember(
                f"{name}-{signer}-viewer",
                attestor=attestor.id,
                role="roles/binaryauthorization.attestorsViewer",
                member=member,
                opts=child,
            )
        asking = [
            binaryauthorization.AttestorIamMember(
                f"{name}-{environment}-verifier",
                attestor=attestor.id,
                role="roles/binaryauthorization.attestorsVerifier",
                member=agent,
                opts=child,
            )
            for environment, agent in args.verifiers.items()
        ]

        self.id = usable(attestor.id, asking)
        self.signing_key = version.name
        self.register_outputs({"id": self.id, "signingKey": self.signing_key})
