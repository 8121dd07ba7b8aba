"""`gcloud`, as far as builds call it: signatures for Binary Authorization.

https://docs.cloud.google.com/sdk/gcloud/reference/container/binauthz/attestations/sign-and-create
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sandbox.clouds import attestations, registry
from sandbox.clouds.gcp.binaryauthorization import ATTESTOR_TYPE
from sandbox.clouds.protocol import CloudError, Reason
from sandbox.programs.caller import Caller, NotSupported
from sandbox.programs.options import Options, parsed

_ARTIFACT = re.compile(r"(?P<reference>[^@]+)@(?P<digest>sha256:[0-9a-f]{64})")
_VERSION = re.compile(
    r"(?P<key>projects/[^/]+/locations/[^/]+/keyRings/[^/]+/cryptoKeys/[^/]+)/cryptoKeyVersions/[0-9]+"
)


def run(caller: Caller, arguments: Sequence[str]) -> int:
    """The exit code."""
    match list(arguments):
        case ["container", "binauthz", "attestations", "sign-and-create", *rest]:
            return _sign(caller, parsed(rest))
    raise NotSupported(" ".join(arguments[:4]))


def _sign(caller: Caller, options: Options) -> int:
    """Four things have to be allowed: to read the attestor, to sign, to attach to its note, and to make an occurrence.
    https://docs.cloud.google.com/binary-authorization/docs/making-attestations#required_roles"""
    artifact, version = (
        _ARTIFACT.fullmatch(options.one("--artifact-url")),
        _VERSION.fullmatch(options.one("--keyversion")),
    )
    if artifact is None or version is None:
        raise CloudError(Reason.INVALID, "--artifact-url must name a digest, and --keyversion a version of a key")
    name = options.one("--attestor")
    with caller.world.read() as tx:
        attestor = tx.get("gcp", ATTESTOR_TYPE, name)
    if attestor is None:
        raise CloudError(Reason.NOT_FOUND, f"attestor {name} not found")
    project = name.split("/")[1]
    note = attestations.note_of(attestor)
    caller.need(["roles/binaryauthorization.attestorsViewer"], name, "binaryauthorization.attestors.get")
    caller.need(["roles/cloudkms.signerVerifier"], version["key"], "cloudkms.cryptoKeyVersions.useToSign")
    caller.need(["roles/containeranalysis.notes.attacher"], note, "containeranalysis.notes.attachOccurrence")
    caller.need(
        ["roles/containeranalysis.occurrences.editor"], f"projects/{project}", "containeranalysis.occurrences.create"
    )
    if not registry.has(caller.world, artifact["reference"], artifact["digest"]):
        raise CloudError(Reason.NOT_FOUND, f"{artifact.group()} is not in the registry")
    attestations.sign(caller.world, artifact["reference"], artifact["digest"])
    return 0
