"""Binary Authorization: who signs images, and which signatures a project's clusters ask for.

What signs is `sandbox/clouds/attestations.py`, what asks is `kubernetes/image_policy.py`. A project has one policy;
without a resource of it every image is admitted, and deleting the resource makes it so again.
"""

from __future__ import annotations

import base64
import hashlib

from sandbox.clouds.gcp.identity import at, listed
from sandbox.clouds.gcp.resource import AutoName, Draft, Parent, Properties, ResourceType, User
from sandbox.clouds.gcp.rules import binaryauthorization as rules
from sandbox.clouds.gcp.values import project_number, timestamp
from sandbox.clouds.world import Entity, Transaction
from sandbox.values import is_unknown

NOTE_TYPE = "gcp:containeranalysis/note:Note"
ATTESTOR_TYPE = "gcp:binaryauthorization/attestor:Attestor"
POLICY_TYPE = "gcp:binaryauthorization/policy:Policy"
_NOTE = "projects/{project}/notes/{value}"


def _note(draft: Draft) -> Properties:
    time = timestamp(draft.created)
    return {"kind": "ATTESTATION", "createTime": time, "updateTime": time}


def _note_deleted(tx: Transaction, note: Entity) -> None:
    """the attestations of it go with it"""
    tx.execute("DELETE FROM attestation WHERE note = ?", (note.id,))


def _attestor(draft: Draft) -> Properties:
    authority = draft.inputs["attestationAuthorityNote"]
    agent = f"service-{project_number(draft.project)}@gcp-sa-binaryauthorization.iam.gserviceaccount.com"
    keys = [_with_id(key) for key in authority.get("publicKeys") or []]
    return {"attestationAuthorityNote": {**authority, "publicKeys": keys, "delegationServiceAccountEmail": agent}}


def _with_id(key: Properties) -> Properties:
    """A PKIX key without an id is named by its digest, as the API names it."""
    if key.get("id") or not (pem := (key.get("pkixPublicKey") or {}).get("publicKeyPem")):
        return key
    digest = base64.urlsafe_b64encode(hashlib.sha256(_der(str(pem))).digest())
    return {**key, "id": "ni:///sha-256;" + digest.decode().rstrip("=")}


def _der(pem: str) -> bytes:
    """Raises ValueError for what is no PEM."""
    return base64.b64decode("".join(line for line in pem.splitlines() if not line.startswith("-----")), validate=True)


def _is_pem(text: str) -> bool:
    try:
        return text.lstrip().startswith("-----BEGIN") and bool(_der(text))
    except ValueError:
        return False


def _keys(inputs: Properties) -> list[tuple[str, str]]:
    """each of `publicKeys` has exactly one of `pkixPublicKey` and `asciiArmoredPgpPublicKey`; the former is a key in PEM"""
    found = []
    authority = inputs.get("attestationAuthorityNote")
    for index, key in enumerate(listed(authority, "publicKeys") if isinstance(authority, dict) else []):
        if isinstance(key, dict) and ("pkixPublicKey" in key) == ("asciiArmoredPgpPublicKey" in key):
            where = f"attestationAuthorityNote.publicKeys[{index}]"
            found.append((where, "exactly one of pkixPublicKey and asciiArmoredPgpPublicKey must be given"))
        pem = at(key, "pkixPublicKey.publicKeyPem")
        if isinstance(pem, str) and not is_unknown(pem) and not _is_pem(pem):
            where = f"attestationAuthorityNote.publicKeys[{index}].pkixPublicKey.publicKeyPem"
            found.append((where, "no key in PEM: it begins with -----BEGIN PUBLIC KEY-----"))
    return found


def _policy_check(inputs: Properties) -> list[tuple[str, str]]:
    """a rule that requires attestations names attestors in `requireAttestationsBies`, and no other does"""
    named = [("defaultAdmissionRule", inputs.get("defaultAdmissionRule"))]
    named += [(f"clusterAdmissionRules[{i}]", rule) for i, rule in enumerate(listed(inputs, "clusterAdmissionRules"))]
    found = []
    for where, rule in named:
        if not isinstance(rule, dict):
            continue
        required = rule.get("evaluationMode") == "REQUIRE_ATTESTATION"
        if required and not rule.get("requireAttestationsBies"):
            found.append((f"{where}.requireAttestationsBies", "REQUIRE_ATTESTATION needs at least one attestor"))
        if not required and rule.get("requireAttestationsBies"):
            found.append((f"{where}.requireAttestationsBies", "only with evaluationMode REQUIRE_ATTESTATION"))
    return found


def _policy(draft: Draft) -> Properties:
    return {"globalPolicyEvaluationMode": draft.get("globalPolicyEvaluationMode", "DISABLE")}


NOTE = ResourceType(
    token=NOTE_TYPE,
    table=rules.NOTE,
    identity="projects/{project}/notes/{name}",
    autoname=AutoName(),
    computed=("kind", "createTime", "updateTime"),
    outputs=_note,
    deleted=_note_deleted,
    used_by=(User(ATTESTOR_TYPE, "attestationAuthorityNote.noteReference"),),
)
ATTESTOR = ResourceType(
    token=ATTESTOR_TYPE,
    table=rules.ATTESTOR,
    identity="projects/{project}/attestors/{name}",
    autoname=AutoName(),
    parents=(Parent("attestationAuthorityNote.noteReference", NOTE_TYPE, _NOTE),),
    outputs=_attestor,
    check=_keys,
)
POLICY = ResourceType(
    token=POLICY_TYPE,
    table=rules.POLICY,
    identity="projects/{project}/policy",
    id="projects/{project}",
    shared=True,
    parents=(
        Parent("defaultAdmissionRule.requireAttestationsBies", ATTESTOR_TYPE, "projects/{project}/attestors/{value}"),
        Parent("clusterAdmissionRules.requireAttestationsBies", ATTESTOR_TYPE, "projects/{project}/attestors/{value}"),
    ),
    computed=("globalPolicyEvaluationMode",),
    outputs=_policy,
    check=_policy_check,
)
TYPES = (NOTE, ATTESTOR, POLICY)
