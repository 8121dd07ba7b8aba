"""Service accounts."""

from __future__ import annotations

from collections.abc import Mapping

from sandbox.clouds.gcp import values
from sandbox.clouds.gcp.iam import ACCOUNT_TYPE
from sandbox.clouds.gcp.resource import AutoName, Draft, Properties, Quota, ResourceType
from sandbox.clouds.gcp.rules import project as rules


def _account(draft: Draft) -> Properties:
    return {
        "name": draft.id,
        "email": draft.name,
        "member": f"serviceAccount:{draft.name}",
        "uniqueId": values.number(draft.unique, 21),
    }


def _planned(fields: Mapping[str, str]) -> Properties:
    """resourceServiceAccountCustomDiff: the address follows from account id and project."""
    if "accountId" not in fields or "project" not in fields:
        return {}
    email = f"{fields['accountId']}@{fields['project']}.iam.gserviceaccount.com"
    return {"email": email, "member": f"serviceAccount:{email}"}


ACCOUNT = ResourceType(
    token=ACCOUNT_TYPE,
    table=rules.ACCOUNT,
    identity="projects/{project}/serviceAccounts/{accountId}@{project}.iam.gserviceaccount.com",
    autoname=AutoName("accountId", 30),
    quota=Quota(100, "https://cloud.google.com/iam/quotas"),
    computed=("name", "email", "member", "uniqueId"),
    outputs=_account,
    planned=_planned,
)
TYPES = (ACCOUNT,)
