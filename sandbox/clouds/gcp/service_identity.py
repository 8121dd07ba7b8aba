"""Service agents: the identities that Google's own services act as in a project.

Some exist as soon as their API is enabled, the others once somebody has asked for them, and until then they can be
granted nothing: https://cloud.google.com/iam/docs/create-service-agents. There is no way to delete one; it is forgotten
when its resource goes.
"""

from __future__ import annotations

import re

from sandbox.clouds.gcp import values
from sandbox.clouds.gcp.resource import Draft, Properties, ResourceType
from sandbox.clouds.gcp.rules import project as rules
from sandbox.clouds.world import Snapshot

IDENTITY_TYPE = "gcp:projects/serviceIdentity:ServiceIdentity"

_DOMAINS = {
    "artifactregistry.googleapis.com": "gcp-sa-artifactregistry",
    "compute.googleapis.com": "compute-system",
    "container.googleapis.com": "container-engine-robot",
    "run.googleapis.com": "serverless-robot-prod",
    "sqladmin.googleapis.com": "gcp-sa-cloud-sql",
    "storage.googleapis.com": "gs-project-accounts",
    "redis.googleapis.com": "cloud-redis",
}
"""Those whose name does not follow from the service's: https://cloud.google.com/iam/docs/service-agents"""
_BY_THEMSELVES = frozenset(
    {"compute-system", "container-engine-robot", "gcp-sa-cloudbuild", "gs-project-accounts", "serverless-robot-prod"}
)
"""Made when their API is enabled; that of Cloud Storage when it is first looked up, which asks for it."""
_AGENT = re.compile(r"serviceAccount:(?P<email>service-\d+@(?P<domain>[^.]+)\.iam\.gserviceaccount\.com)")


def missing(tx: Snapshot, member: str) -> str:
    """The address of a service agent that nobody has asked for; empty where the member is anything else.

    The project's number is not compared: nobody tells it here."""
    match = _AGENT.fullmatch(member)
    if not match or match["domain"] in _BY_THEMSELVES:
        return ""
    made = [str(entity.outputs["email"]) for entity in tx.list("gcp", IDENTITY_TYPE)]
    return (
        "" if any(email.endswith(f"@{match['domain']}.iam.gserviceaccount.com") for email in made) else match["email"]
    )


def agent(project: str, service: str) -> str:
    """The address of an API's agent in a project."""
    domain = _DOMAINS.get(service, f"gcp-sa-{service.removesuffix('.googleapis.com')}")
    return f"service-{values.project_number(project)}@{domain}.iam.gserviceaccount.com"


def _identity(draft: Draft) -> Properties:
    email = agent(draft.project, str(draft.inputs["service"]))
    return {"email": email, "member": f"serviceAccount:{email}"}


SERVICE_IDENTITY = ResourceType(
    token=IDENTITY_TYPE,
    table=rules.SERVICE_IDENTITY,
    identity="projects/{project}/services/{service}/identity",
    id="projects/{project}/services/{service}",
    shared=True,
    computed=("email", "member"),
    outputs=_identity,
)
TYPES = (SERVICE_IDENTITY,)
