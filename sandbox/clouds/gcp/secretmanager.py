"""Secret Manager: secrets and their versions."""

from __future__ import annotations

from sandbox.clouds.gcp import values
from sandbox.clouds.gcp.encryption import require_key
from sandbox.clouds.gcp.identity import at, listed
from sandbox.clouds.gcp.resource import AutoName, Draft, Parent, Properties, ResourceType
from sandbox.clouds.gcp.rules import secrets as rules

SECRET_TYPE = "gcp:secretmanager/secret:Secret"
SECRET_VERSION_TYPE = "gcp:secretmanager/secretVersion:SecretVersion"


def _secret(draft: Draft) -> Properties:
    return {
        "name": f"projects/{values.project_number(draft.project)}/secrets/{draft.name}",
        "createTime": values.timestamp(draft.created),
        "effectiveAnnotations": draft.get("annotations", {}),
        "expireTime": draft.get("expireTime", ""),
    }


def _secret_protected(outputs: Properties) -> str | None:
    """`deletionProtection` is true"""
    if outputs.get("deletionProtection") is True:
        return "deletionProtection is true; set it to false and update first"
    return None


def _secret_admit(draft: Draft) -> None:
    """a replica's key is missing, elsewhere, or closed to Secret Manager's service agent"""
    for replica in listed(draft.inputs, "replication.userManaged.replicas"):
        key = at(replica, "customerManagedEncryption.kmsKeyName")
        if key:
            property = "replication.userManaged.replicas.customerManagedEncryption.kmsKeyName"
            require_key(draft.tx, property, str(key), "gcp-sa-secretmanager", str(replica["location"]))


def _version(draft: Draft) -> Properties:
    project, _, rest = draft.id.removeprefix("projects/").partition("/")
    return {
        "name": f"projects/{values.project_number(project)}/{rest}",
        "version": draft.name,
        "createTime": values.timestamp(draft.created),
        "destroyTime": "",
    }


SECRET = ResourceType(
    token=SECRET_TYPE,
    table=rules.SECRET,
    identity="projects/{project}/secrets/{secretId}",
    autoname=AutoName("secretId", 255),
    labels="labels",
    delete_before_replace=True,
    computed=("name", "createTime", "effectiveAnnotations", "expireTime"),
    outputs=_secret,
    admit=_secret_admit,
    protected=_secret_protected,
)
SECRET_VERSION = ResourceType(
    token=SECRET_VERSION_TYPE,
    table=rules.SECRET_VERSION,
    identity="projects/{project}/secrets/{secret_name}/versions/{version}",
    id="{name}",
    parents=(Parent("secret", SECRET_TYPE, "projects/{project}/secrets/{value}", owns=True),),
    cascade=True,
    settled=True,
    assigned="version",
    computed=("name", "version", "createTime", "destroyTime"),
    outputs=_version,
)
TYPES = (SECRET, SECRET_VERSION)
