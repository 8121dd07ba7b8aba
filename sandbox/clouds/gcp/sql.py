"""Databases and users of Cloud SQL instances; they go with their instance. No database is ever spoken to."""

from __future__ import annotations

from sandbox.clouds.gcp.resource import AutoName, Draft, Parent, Properties, ResourceType
from sandbox.clouds.gcp.rules import sql as rules
from sandbox.clouds.gcp.sql_instance import API, INSTANCE_TEMPLATE, INSTANCE_TYPE
from sandbox.clouds.protocol import CloudError, Reason

_OWN = ("postgres", "template0", "template1", "cloudsqladmin")


def _database(draft: Draft) -> Properties:
    return {
        "selfLink": API + draft.id,
        "charset": draft.get("charset", "UTF8"),
        "collation": draft.get("collation", "en_US.UTF8"),
    }


def _engine(draft: Draft) -> str:
    """`POSTGRES` and so on: what the instance is."""
    instance = draft.tx.get("gcp", INSTANCE_TYPE, "/".join(draft.id.split("/")[:4]))
    return str(instance.inputs["databaseVersion"]).partition("_")[0] if instance else ""


def _database_admit(draft: Draft) -> None:
    """every instance of PostgreSQL has it already: postgres, template0, template1, cloudsqladmin; or its charset is made
    another than UTF8, its collation another than en_US.UTF8, which can only be changed later"""
    if _engine(draft) != "POSTGRES" or draft.before:
        return
    if draft.name in _OWN:
        raise CloudError(Reason.ALREADY_EXISTS, f"name: every instance has a database '{draft.name}' already")
    for key, only in (("charset", "UTF8"), ("collation", "en_US.UTF8")):
        if str(draft.inputs.get(key, only)).upper() != only.upper():
            raise CloudError(Reason.INVALID, f"{key}: a database of PostgreSQL is made with {only}")


def _user_admit(draft: Draft) -> None:
    """it is a user of PostgreSQL of type BUILT_IN without a password"""
    built_in = draft.inputs.get("type") in (None, "", "BUILT_IN")
    if (
        built_in
        and _engine(draft) == "POSTGRES"
        and not draft.inputs.get("password")
        and not draft.inputs.get("passwordWo")
    ):
        raise CloudError(Reason.INVALID, "password: required for a user of PostgreSQL of type BUILT_IN")


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
    admit=_database_admit,
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
    admit=_user_admit,
    same=_user_same,
    blank=("host",),
)
TYPES = (DATABASE, USER)
