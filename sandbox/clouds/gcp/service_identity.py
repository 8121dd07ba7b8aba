"""Service agents: the identities that Google's own services act as in a project.

Some exist as soon as their API is enabled, the others once somebody has asked for them
(https://cloud.google.com/iam/docs/create-service-agents); here all can be granted something at any time. There is no
way to delete one; it is forgotten when its resource goes.
"""

from __future__ import annotations

from sandbox.clouds.gcp import values
from sandbox.clouds.gcp.resource import Draft, Properties, ResourceType
from sandbox.clouds.gcp.rules import project as rules

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


def agent(project: str, service: str) -> str:
    """The address of an API's agent in a project."""
    domain = _DOMAINS.get(service, f"gcp-sa-{service.removesuffix('.googleapis.com')}")
    return f"service-{values.project_number(project)}@{domain}.iam.gserviceaccount.com"


def _identity(draft: Draft) -> Properties:
    email = agent(draft.project, str(draft.inputs["service"]))
    return {"email": email, "member": f"serviceAccount:{email}"}


SERVICE_IDENTITY = ResourceType(
    token="gcp:projects/serviceIdentity:ServiceIdentity",
    table=rules.SERVICE_IDENTITY,
    identity="projects/{project}/services/{service}/identity",
    id="projects/{project}/services/{service}",
    shared=True,
    computed=("email", "member"),
    outputs=_identity,
)
TYPES = (SERVICE_IDENTITY,)
