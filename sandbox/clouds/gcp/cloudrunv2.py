"""Cloud Run: services and their revisions.

A new service whose first revision does not become ready is refused as a whole. One that is there already keeps the revision
that serves its callers, beside a newer one that failed (https://cloud.google.com/run/docs/rollouts-rollbacks-traffic-migration:
traffic goes to the latest *ready* revision).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sandbox.clouds import registry
from sandbox.clouds.gcp import run_template, values
from sandbox.clouds.gcp.iam import ACCOUNT_TYPE
from sandbox.clouds.gcp.identity import at, listed
from sandbox.clouds.gcp.links import path
from sandbox.clouds.gcp.resource import AutoName, Draft, Parent, Properties, Quota, ResourceType
from sandbox.clouds.gcp.rules import cloudrunv2 as rules
from sandbox.clouds.protocol import CloudError, Reason
from sandbox.clouds.world import Snapshot, World

SERVICE_TYPE = "gcp:cloudrunv2/service:Service"
LATEST = "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST"
_SECRET_TYPE = "gcp:secretmanager/secret:Secret"
_SECRET_MEMBER_TYPE = "gcp:secretmanager/secretIamMember:SecretIamMember"
_SUBNETWORK_TYPE = "gcp:compute/subnetwork:Subnetwork"
_REPOSITORY_MEMBER_TYPE = "gcp:artifactregistry/repositoryIamMember:RepositoryIamMember"
_REFERENCE = re.compile(
    r"(?P<location>[a-z0-9-]+)-docker\.pkg\.dev/(?P<project>[^/]+)/(?P<repository>[^/]+)/(?P<name>[^@:]+)"
    r"(?:@(?P<digest>sha256:[0-9a-f]{64}))?.*"
)
_READERS = re.compile(r"roles/artifactregistry\.(?:reader|writer|repoAdmin|admin)|roles/(?:viewer|editor|owner)")
_AGENT = re.compile(
    r"allUsers|principalSet://.+/type/ServiceAgent|serviceAccount:service-\d+@serverless-robot-prod\..+"
)


@dataclass(frozen=True)
class Revision:
    """One revision of a service, by its own name, and the image that it runs."""

    name: str
    image: str


def _service_admit(draft: Draft) -> None:
    """a subnetwork is not there or in another region; traffic goes to a revision that there is not"""
    template = draft.inputs["template"]
    for interface in listed(template, "vpcAccess.networkInterfaces"):
        subnetwork = path(str(interface.get("subnetwork", "")))
        # Every project begins with a subnetwork `default` in each region.
        there = subnetwork.endswith("/default") or draft.tx.get("gcp", _SUBNETWORK_TYPE, subnetwork)
        if "/" in subnetwork and not there:
            raise CloudError(
                Reason.NOT_FOUND, f"VPC subnetwork {subnetwork} does not exist, or Cloud Run may not use it"
            )
    known = {revision.name for revision in (*_revisions(draft.before), _next_revision(draft))}
    for share in draft.inputs.get("traffics") or []:
        if share.get("revision") and share["revision"] not in known:
            raise CloudError(
                Reason.INVALID,
                f"Revision '{share['revision']}' of Service '{draft.name}' does not exist; there are "
                f"{', '.join(sorted(known))}",
            )


def _unready(draft: Draft) -> str:
    """an image of Artifact Registry is not there, not readable for Cloud Run's agent or crashes; a secret is not there or
    its service account may not read it. A service that is there keeps the revision that serves"""
    problem = _revision_problem(draft)
    if not problem:
        return ""
    verb, doing = ("update", "Updating") if draft.before else ("create", "Creating")
    return (
        f"Error waiting to {verb} Service: Error waiting for {doing} Service: Error code 9, message: Revision "
        f"'{_next_revision(draft).name}' is not ready and cannot serve traffic. {problem}"
    )


def _revision_problem(draft: Draft) -> str:
    """Why no instance of the newest revision can start; empty where one can."""
    template = draft.inputs["template"]
    for container in template.get("containers") or []:
        if problem := _image_problem(draft.tx, draft.project, container):
            return problem
    account = str(template.get("serviceAccount", ""))
    for secret in _secrets(template):
        full = path(secret) if "/" in secret else f"projects/{draft.project}/secrets/{secret}"
        full = full.replace(f"projects/{values.project_number(draft.project)}/", f"projects/{draft.project}/")
        if draft.tx.get("gcp", _SECRET_TYPE, full) is None:
            return f"{full}/versions/latest was not found"
        granted = draft.tx.list("gcp", _SECRET_MEMBER_TYPE, prefix=f"{full}/roles/secretmanager.secretAccessor/")
        if not any(it.inputs.get("member") == f"serviceAccount:{account}" for it in granted):
            return (
                f"Permission denied on secret: {full} for Revision service account {account}. The service account used "
                "must be granted the 'Secret Manager Secret Accessor' role (roles/secretmanager.secretAccessor)"
            )
    return ""


def _image_problem(tx: Snapshot, project: str, container: Properties) -> str:
    image = str(container["image"])
    match = _REFERENCE.fullmatch(image)
    if match is None:
        return ""
    reference, digest = image.partition("@")[0], match["digest"]
    found = registry.find(tx, reference, digest) if digest else None
    if found is None:
        return f"Image '{image}' not found." + ("" if digest else " The sandbox pulls images by digest only.")
    if match["project"] != project and not _readable(tx, match):
        return (
            f"Google Cloud Run Service Agent must have permission to read the image, {image}. Ensure that the provided "
            "container image URL is correct and that the above account has permission to access the image."
        )
    if found.dies(container.get("commands"), container.get("args")):
        return (
            "The user-provided container failed to start and listen on the port defined provided by the PORT "
            "environment variable within the allocated timeout."
        )
    return ""


def _readable(tx: Snapshot, image: re.Match[str]) -> bool:
    """Whether a service agent of another project may pull: as a set of a project's agents, itself, or everybody."""
    repository = "projects/{project}/locations/{location}/repositories/{repository}".format(**image.groupdict())
    return any(
        _AGENT.fullmatch(str(it.inputs.get("member"))) and _READERS.fullmatch(str(it.inputs.get("role")))
        for it in tx.list("gcp", _REPOSITORY_MEMBER_TYPE, prefix=f"{repository}/")
    )


def _secrets(template: Properties) -> Iterator[str]:
    for container in template.get("containers") or []:
        for variable in container.get("envs") or []:
            if secret := at(variable, "valueSource.secretKeyRef.secret"):
                yield str(secret)
    for volume in template.get("volumes") or []:
        if secret := at(volume, "secret.secret"):
            yield str(secret)


def _revisions(outputs: Properties) -> list[Revision]:
    return [Revision(*it) for it in outputs.get("_revisions") or []]


def _next_revision(draft: Draft) -> Revision:
    """The revision that serves this template: the one before where nothing of it changed."""
    before = _revisions(draft.before)
    template = draft.inputs["template"]
    if before and draft.before.get("_template") == _digest(template):
        return before[-1]
    number = len(before) + 1
    suffix = values.hexadecimal(f"{draft.unique} {number}", 3).translate(str.maketrans("0123456789", "ghjkmnpqrs"))
    name = template.get("revision") or f"{draft.name}-{number:05d}-{suffix}"
    return Revision(str(name), str((template.get("containers") or [{}])[0].get("image", "")))


def _service(draft: Draft) -> Properties:
    before, latest = _revisions(draft.before), _next_revision(draft)
    revisions = before if latest in before else [*before, latest]
    template: Any = draft.inputs["template"]
    number = values.project_number(draft.project)
    code = values.hexadecimal(f"{draft.project} {draft.location}", 10)
    uri = f"https://{draft.name}-{code}-{_letters(draft.location)}.a.run.app"
    shares = draft.inputs.get("traffics") or draft.before.get("traffics") or [{"type": LATEST, "percent": 100}]
    problem = _revision_problem(draft)
    condition = {
        "type": "Ready",
        "state": "CONDITION_FAILED" if problem else "CONDITION_SUCCEEDED",
        "lastTransitionTime": values.timestamp(draft.tx.now() if latest not in before else draft.created),
        **({"message": problem} if problem else {}),
    }
    ready = str(draft.before["latestReadyRevision"]) if problem else f"{draft.id}/revisions/{latest.name}"
    return {
        "ingress": draft.get("ingress", "INGRESS_TRAFFIC_ALL"),
        "launchStage": draft.get("launchStage", "GA"),
        "template": {
            **{key: value for key, value in template.items() if key != "__defaults"},
            "serviceAccount": template.get("serviceAccount") or f"{number}-compute@developer.gserviceaccount.com",
            "timeout": template.get("timeout", "300s"),
            "maxInstanceRequestConcurrency": template.get("maxInstanceRequestConcurrency", 80),
        },
        "traffics": shares,
        "trafficStatuses": [{**{k: v for k, v in it.items() if k != "__defaults"}, "uri": ""} for it in shares],
        "uid": values.identifier(draft.unique),
        "uri": uri,
        "urls": [f"https://{draft.name}-{number}.{draft.location}.run.app", uri],
        "latestReadyRevision": ready,
        "latestCreatedRevision": f"{draft.id}/revisions/{latest.name}",
        "conditions": [condition],
        "terminalConditions": [condition],
        "reconciling": False,
        "generation": str(len(revisions)),
        "observedGeneration": str(len(revisions)),
        "createTime": values.timestamp(draft.created),
        "updateTime": values.timestamp(draft.tx.now()),
        "etag": values.etag(f"{draft.unique} {len(revisions)}"),
        "_revisions": [[it.name, it.image] for it in revisions],
        "_template": _digest(template),
    }


def _digest(template: Any) -> str:
    """What a template is known by: what it says, not what was filled in."""
    return values.hexadecimal(json.dumps(_said(template), sort_keys=True), 16)


def _said(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _said(item) for key, item in value.items() if key != "__defaults"}
    return [_said(item) for item in value] if isinstance(value, list) else value


def _letters(region: str) -> str:
    """The two letters of a region in a service's address: `uw` of us-west1."""
    first, _, second = region.partition("-")
    return first[:1] + second[:1]


@dataclass(frozen=True)
class Served:
    """The images that requests to a service get to, those with the most of them first, and why its newest revision failed."""

    images: tuple[str, ...]
    problem: str


def served(world: World, name: str) -> Served | None:
    """What a service does with requests; None where there is no such one."""
    with world.read() as tx:
        entity = tx.get("gcp", SERVICE_TYPE, name)
    if entity is None:
        return None
    images = {revision.name: revision.image for revision in _revisions(entity.outputs)}
    newest = str(entity.outputs["latestReadyRevision"]).rpartition("/")[2]
    percents: dict[str, int] = {}
    for share in entity.outputs.get("traffics") or []:
        image = images.get(str(share.get("revision") or newest), "")
        percents[image] = percents.get(image, 0) + int(share.get("percent") or 0)
    order = sorted((image for image in percents if image and percents[image]), key=lambda image: -percents[image])
    [condition] = entity.outputs["terminalConditions"]
    return Served(tuple(order), str(condition.get("message", "")))


def _protected(outputs: Properties) -> str | None:
    """`deletionProtection` is true"""
    if outputs.get("deletionProtection") is True:
        return "deletionProtection is true; set it to false and update first"
    return None


SERVICE = ResourceType(
    token=SERVICE_TYPE,
    table=rules.SERVICE,
    identity="projects/{project}/locations/{location}/services/{name_name}",
    autoname=AutoName("name", 49, lower=True),
    location="location",
    labels="labels",
    parents=(Parent("template.serviceAccount", ACCOUNT_TYPE, "projects/{project}/serviceAccounts/{value}"),),
    quota=Quota(
        1000, "https://cloud.google.com/run/quotas", "so many for each region; here all of a project's count together"
    ),
    computed=(
        "conditions",
        "createTime",
        "etag",
        "generation",
        "latestCreatedRevision",
        "latestReadyRevision",
        "observedGeneration",
        "reconciling",
        "terminalConditions",
        "trafficStatuses",
        "uid",
        "updateTime",
        "uri",
        "urls",
    ),
    outputs=_service,
    check=run_template.problems,
    admit=_service_admit,
    unready=_unready,
    protected=_protected,
)
TYPES = (SERVICE,)
