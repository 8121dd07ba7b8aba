"""Binary Authorization at the API server: which images a cluster's pods may have.

Only a cluster that says so asks (`binaryAuthorization.evaluationMode`), and it asks for its project's policy.
https://cloud.google.com/binary-authorization/docs/key-concepts. What is not emulated: the dry-run log, break-glass
by annotation, and which images Google's own policy names beyond GKE's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.clouds import attestations
from sandbox.clouds.gcp.binaryauthorization import ATTESTOR_TYPE, POLICY_TYPE
from sandbox.clouds.gcp.identity import at, listed
from sandbox.clouds.kubernetes import images, pod_specs
from sandbox.clouds.kubernetes.clusters import Cluster
from sandbox.clouds.world import Entity, Snapshot

_MEMBER_TYPE = "gcp:binaryauthorization/attestorIamMember:AttestorIamMember"
_VERIFIER = "roles/binaryauthorization.attestorsVerifier"
_AGENTS = ("@gcp-sa-binaryauthorization.iam.gserviceaccount.com", "/type/ServiceAgent")
"""The agent itself, or all agents of its project: https://cloud.google.com/iam/docs/principal-identifiers#allow"""
_GOOGLES_OWN = ("gke.gcr.io/", "gcr.io/gke-release/", "registry.k8s.io/")
"""Beginnings of images that Google's policy admits: https://cloud.google.com/binary-authorization/docs/configuring-policy-console#evaluation-mode-gp"""


def refusal(tx: Snapshot, cluster: Cluster, template: Mapping[str, Any], name: str) -> str:
    """Why the webhook admits no such pod, in its words; empty where it does."""
    if at(cluster.entity.shown, "binaryAuthorization.evaluationMode") != "PROJECT_SINGLETON_POLICY_ENFORCE":
        return ""
    project = cluster.entity.id.split("/")[1]
    policy = tx.get("gcp", POLICY_TYPE, f"projects/{project}/policy")
    if policy is None:
        return ""
    for container in pod_specs.containers(template):
        if said := _denied(tx, cluster, policy, str(container.get("image", ""))):
            webhook = 'admission webhook "imagepolicywebhook.image-policy.k8s.io" denied the request'
            return f'pods "{name}" is forbidden: {webhook}: {said}'
    return ""


def _denied(tx: Snapshot, cluster: Cluster, policy: Entity, reference: str) -> str:
    try:
        image = images.parse(reference)
    except ValueError:
        return ""  # No node can pull it, and says so.
    patterns = [str(entry["namePattern"]) for entry in listed(policy.shown, "admissionWhitelistPatterns")]
    if policy.shown.get("globalPolicyEvaluationMode") == "ENABLE":
        patterns += [f"{prefix}**" for prefix in _GOOGLES_OWN]
    if any(_matches(image.name, pattern) for pattern in patterns):
        return ""
    rule, which = _rule(policy, cluster)
    if rule["evaluationMode"] == "ALWAYS_ALLOW" or rule["enforcementMode"] == "DRYRUN_AUDIT_LOG_ONLY":
        return ""
    denied = f"Image {reference} denied by Binary Authorization {which} admission rule."
    if rule["evaluationMode"] == "ALWAYS_DENY":
        return f"{denied} Denied by always_deny admission rule"
    for named in rule.get("requireAttestationsBies") or []:
        full = str(named) if "/" in str(named) else f"{policy.id.removesuffix('/policy')}/attestors/{named}"
        if said := _unattested(tx, full, image):
            return f"{denied} Image {reference} denied by attestor {full}: {said}"
    return ""


def _unattested(tx: Snapshot, attestor: str, image: images.Image) -> str:
    found = tx.get("gcp", ATTESTOR_TYPE, attestor)
    if found is None:
        return "Attestor does not exist"
    grants = tx.list("gcp", _MEMBER_TYPE, prefix=f"{attestor}/{_VERIFIER}/")
    # Whichever project's: the world gives projects numbers of its own.
    if not any(str(grant.inputs["member"]).endswith(_AGENTS) for grant in grants):
        return f"The Binary Authorization service agent lacks {_VERIFIER} on the attestor"
    if not image.digest:
        return "Attestor cannot attest to an image deployed by tag"
    if not attestations.attested(tx, found, image.name, image.digest):
        return "No attestations found that were valid and signed by a key trusted by the attestor"
    return ""


def _rule(policy: Entity, cluster: Cluster) -> tuple[Mapping[str, Any], str]:
    """The cluster's own rule where the policy has one, else the default."""
    parts = cluster.entity.id.split("/")
    spec = f"{parts[parts.index('locations') + 1]}.{parts[-1]}"
    for rule in listed(policy.shown, "clusterAdmissionRules"):
        if rule["cluster"] == spec:
            return rule, "cluster"
    return policy.shown["defaultAdmissionRule"], "default"


def _matches(image: str, pattern: str) -> bool:
    """`*` at the end stands for anything without a slash, `**` for anything."""
    if pattern.endswith("**"):
        return image.startswith(pattern[:-2])
    if pattern.endswith("*"):
        return image.startswith(pattern[:-1]) and "/" not in image[len(pattern) - 1 :]
    return image == pattern
