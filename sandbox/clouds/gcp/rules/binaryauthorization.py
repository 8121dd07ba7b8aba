"""Rules of Binary Authorization and Container Analysis."""

from __future__ import annotations

from sandbox.clouds.gcp.resource import Rule, Table, under

_KEPT = Rule(kept=True, values=("DELETE", "PREVENT", "ABANDON"))
_ADMISSION = {
    "enforcementMode": Rule(values=("ENFORCED_BLOCK_AND_AUDIT_LOG", "DRYRUN_AUDIT_LOG_ONLY")),
    "evaluationMode": Rule(values=("ALWAYS_ALLOW", "REQUIRE_ATTESTATION", "ALWAYS_DENY")),
    "requireAttestationsBies": Rule(unordered=True, link=True),
}

NOTE = Table(
    source="containeranalysis/resource_container_analysis_note.go",
    properties={
        "deletionPolicy": _KEPT,
        "name": Rule(replace=True, pattern=r"[a-zA-Z0-9_-]{1,256}"),
        "project": Rule(replace=True, kept=True),
        "relatedNoteNames": Rule(unordered=True),
        "relatedUrls": Rule(unordered=True),
    },
)
ATTESTOR = Table(
    source="binaryauthorization/resource_binary_authorization_attestor.go",
    properties={
        "attestationAuthorityNote.noteReference": Rule(replace=True, link=True),
        "attestationAuthorityNote.publicKeys.id": Rule(kept=True),
        "deletionPolicy": _KEPT,
        "name": Rule(replace=True, pattern=r"[a-zA-Z0-9_-]{1,256}"),
        "project": Rule(replace=True, kept=True),
    },
)
POLICY = Table(
    source="binaryauthorization/resource_binary_authorization_policy.go",
    properties={
        **under("defaultAdmissionRule", _ADMISSION),
        **under("clusterAdmissionRules", _ADMISSION),
        "clusterAdmissionRules": Rule(unordered=True),
        "deletionPolicy": _KEPT,
        "globalPolicyEvaluationMode": Rule(kept=True, values=("ENABLE", "DISABLE")),
        "project": Rule(replace=True, kept=True),
    },
)
