"""Artifact Registry repositories. The images in them: `sandbox/clouds/registry.py`; they go with their repository."""

from __future__ import annotations

from sandbox.clouds.gcp import values
from sandbox.clouds.gcp.identity import at, listed
from sandbox.clouds.gcp.resource import Draft, Properties, ResourceType
from sandbox.clouds.gcp.rules import artifactregistry as rules
from sandbox.clouds.registry import REPOSITORY_TYPE
from sandbox.clouds.world import Entity, Transaction


def _repository(draft: Draft) -> Properties:
    time = values.timestamp(draft.created)
    kind = str(draft.inputs["format"]).lower()
    scanning = draft.inputs.get("vulnerabilityScanningConfig") or {}
    return {
        "name": draft.name,
        "registryUri": f"{draft.location}-{kind}.pkg.dev/{draft.project}/{draft.name}",
        "createTime": time,
        "updateTime": time,
        "vulnerabilityScanningConfig": {
            **{key: value for key, value in scanning.items() if key != "__defaults"},
            "enablementState": "SCANNING_DISABLED"
            if scanning.get("enablementConfig") == "DISABLED"
            else "SCANNING_ACTIVE",
            "enablementStateReason": "",
        },
    }


def _repository_check(inputs: Properties) -> list[tuple[str, str]]:
    """each of `cleanupPolicies` has an id of its own and exactly one of `condition` and `mostRecentVersions`; the latter
    can only KEEP; `tagPrefixes` need tagState TAGGED"""
    found: list[tuple[str, str]] = []
    policies = listed(inputs, "cleanupPolicies")
    names = [one.get("id") for one in policies if isinstance(one, dict)]
    if len(set(map(str, names))) != len(names):
        found.append(("cleanupPolicies", "each policy needs an id of its own"))
    for index, policy in enumerate(policies):
        where = f"cleanupPolicies[{index}]"
        if not isinstance(policy, dict):
            continue
        if ("condition" in policy) == ("mostRecentVersions" in policy):
            found.append((where, "exactly one of condition and mostRecentVersions must be given"))
        if "mostRecentVersions" in policy and policy.get("action") == "DELETE":
            found.append((f"{where}.action", "mostRecentVersions can only KEEP"))
        if at(policy, "condition.tagPrefixes") and at(policy, "condition.tagState") != "TAGGED":
            found.append((f"{where}.condition.tagState", "must be TAGGED where tagPrefixes are given"))
    return found


def _repository_deleted(tx: Transaction, repository: Entity) -> None:
    """its images go with it"""
    prefix = f"{repository.outputs['registryUri']}/"
    for table in ("image", "tag"):
        tx.execute(f"DELETE FROM {table} WHERE substr(reference, 1, ?) = ?", (len(prefix), prefix))


REPOSITORY = ResourceType(
    token=REPOSITORY_TYPE,
    table=rules.REPOSITORY,
    identity="projects/{project}/locations/{location}/repositories/{repositoryId}",
    location="location",
    labels="labels",
    computed=("name", "registryUri", "createTime", "updateTime", "vulnerabilityScanningConfig"),
    outputs=_repository,
    check=_repository_check,
    deleted=_repository_deleted,
)
TYPES = (REPOSITORY,)
