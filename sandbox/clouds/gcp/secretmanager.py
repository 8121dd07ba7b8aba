"""Secret Manager: secrets and their versions. Neither expires, nor is anybody told to rotate one."""

from __future__ import annotations

import base64

from sandbox.clouds.gcp import values
from sandbox.clouds.gcp.encryption import require_key
from sandbox.clouds.gcp.identity import at, listed
from sandbox.clouds.gcp.resource import AutoName, Draft, Parent, Properties, ResourceType
from sandbox.clouds.gcp.rules import secrets as rules
from sandbox.values import is_unknown

SECRET_TYPE = "gcp:secretmanager/secret:Secret"
SECRET_VERSION_TYPE = "gcp:secretmanager/secretVersion:SecretVersion"
_LARGEST = 64 * 1024
"""https://docs.cloud.google.com/secret-manager/quotas#content-limits"""


def _secret(draft: Draft) -> Properties:
    return {
        "name": f"projects/{values.project_number(draft.project)}/secrets/{draft.name}",
        "createTime": values.timestamp(draft.created),
        "effectiveAnnotations": draft.get("annotations", {}),
        "expireTime": _expires(draft),
    }


def _expires(draft: Draft) -> str:
    """As given, else as long after it was made as `ttl` says."""
    if "expireTime" in draft.inputs or "ttl" not in draft.inputs:
        return str(draft.get("expireTime", ""))
    return values.timestamp(draft.created + float(str(draft.inputs["ttl"]).removesuffix("s")))


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


def _version_check(inputs: Properties) -> list[tuple[str, str]]:
    """`secretData` is not empty and has 64 KiB at most, and is base64 where `isSecretDataBase64` says so"""
    data = inputs.get("secretData")
    if not isinstance(data, str) or is_unknown(data):
        return []
    content = data.encode()
    if inputs.get("isSecretDataBase64") is True:
        try:
            content = base64.b64decode(data, validate=True)
        except ValueError:
            return [("secretData", "no base64, which isSecretDataBase64 says that it is")]
    if not 1 <= len(content) <= _LARGEST:
        return [("secretData", f"has 1 to {_LARGEST} bytes, not {len(content)}")]
    return []


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
    check=_version_check,
    computed=("name", "version", "createTime", "destroyTime"),
    outputs=_version,
)
TYPES = (SECRET, SECRET_VERSION)
