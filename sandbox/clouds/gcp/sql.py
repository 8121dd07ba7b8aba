"""Databases and users of Cloud SQL instances; they go with their instance. No database is ever spoken to."""

from __future__ import annotations

from sandbox.clouds.gcp.resource import AutoName, Draft, Parent, Properties, ResourceType
from sandbox.clouds.gcp.rules import sql as rules
from sandbox.clouds.gcp.sql_instance import API, INSTANCE_TEMPLATE, INSTANCE_TYPE


def _database(draft: Draft) -> Properties:
    return {
        "selfLink": API + draft.id,
        "charset": draft.get("charset", "UTF8"),
        "collation": draft.get("collation", "en_US.UTF8"),
    }


def _user(draft: Draft) -> Properties:
    return {"host": draft.get("host", "")}


def _user_check(inputs: Properties) -> list[tuple[str, str]]:
    """a service account's name has no ending .gserviceaccount.com; at most 63 characters; an IAM user has no password"""
    name, kind = inputs.get("name"), inputs.get("type")
    found = []
    if kind == "CLOUD_IAM_SERVICE_ACCOUNT" and isinstance(name, str) and name.endswith(".gserviceaccount.com"):
        found.append(("name", "for PostgreSQL leave out the ending .gserviceaccount.com"))
    if isinstance(name, str) and len(name) > 63:
        found.append(("name", f"at most 63 characters, got {len(name)}"))
    if kind not in (None, "", "BUILT_IN") and inputs.get("password"):
        found.append(("password", f"a user of type {kind} has no password"))
    return found


DATABASE = ResourceType(
    token="gcp:sql/database:Database",
    table=rules.DATABASE,
    identity="projects/{project}/instances/{instance_name}/databases/{name}",
    autoname=AutoName(),
    parents=(Parent("instance", INSTANCE_TYPE, INSTANCE_TEMPLATE, owns=True),),
    cascade=True,
    computed=("selfLink", "charset", "collation"),
    outputs=_database,
)


def _user_same(outputs: Properties, news: Properties) -> list[str]:
    """no `type` and BUILT_IN"""
    return ["type"] if outputs.get("type") == "BUILT_IN" and not news.get("type") else []


USER = ResourceType(
    token="gcp:sql/user:User",
    table=rules.USER,
    identity="projects/{project}/instances/{instance_name}/users/{name}@{host}",
    id="{name}/{host}/{instance_name}",
    autoname=AutoName(),
    parents=(Parent("instance", INSTANCE_TYPE, INSTANCE_TEMPLATE, owns=True),),
    cascade=True,
    computed=("host",),
    outputs=_user,
    check=_user_check,
    same=_user_same,
    blank=("host",),
)
TYPES = (DATABASE, USER)
