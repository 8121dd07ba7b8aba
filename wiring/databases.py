"""Databases, who logs in to them, and who administers them."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
from pulumi import ResourceOptions

from components.database import Database, DatabaseArgs
from components.database_administration import DatabaseAdministration, DatabaseAdministrationArgs
from components.database_login import DatabaseLogin, DatabaseLoginArgs
from components.database_user import DatabaseUser
from model import names
from model.catalogue import Catalogue
from model.environment import Environment
from model.preview import Preview
from wiring.ground import Ground, principal


def logins(stack: Environment, catalogue: Catalogue, ground: Ground) -> dict[str, DatabaseLogin]:
    """One for each database, for exactly the pods that use it."""
    return {
        name: DatabaseLogin(
            name,
            DatabaseLoginArgs(
                project=stack.project,
                instance=ground.database_instance,
                account=names.login_account(name),
                users={user: principal(stack, ground, user) for user in users},
            ),
        )
        for name, users in catalogue.logins(stack.collapse).items()
    }


def databases(
    stack: Environment | Preview,
    catalogue: Catalogue,
    ground: Ground,
    logins: Mapping[str, DatabaseLogin] | Mapping[str, DatabaseUser],
) -> dict[str, Database]:
    """Every database of the catalogue. Each goes before its user does."""
    return {
        name: Database(
            name,
            DatabaseArgs(
                instance=ground.database_instance,
                database=names.database(stack.prefix, name),
                after=[logins[name]],
                protect=stack.deletion_protection,
            ),
        )
        for name in catalogue.databases
    }


def administration(
    stack: Environment,
    catalogue: Catalogue,
    ground: Ground,
    on_cluster: ResourceOptions,
    databases: Mapping[str, Database],
    logins: Mapping[str, DatabaseLogin],
) -> list[pulumi.Resource]:
    """The grants that hand each database to its login, and a way to the databases for people who may."""
    tools = catalogue.database_tools
    if not tools:
        return []
    pinned = {tools.psql, tools.proxy} <= stack.pinned
    args = DatabaseAdministrationArgs(
        project=stack.project,
        instance=ground.database_instance,
        connection=ground.database_connection,
        host=ground.database_host,
        namespace=names.DATABASE_NAMESPACE,
        account=names.ADMIN_ACCOUNT,
        grants=(names.GRANTS, principal(stack, ground, names.GRANTS, names.DATABASE_NAMESPACE)),
        proxy=(names.DATABASE_PROXY, principal(stack, ground, names.DATABASE_PROXY, names.DATABASE_NAMESPACE)),
        images=(stack.reference(tools.psql), stack.reference(tools.proxy)) if pinned else None,
        owners={name: (database.name, logins[name].user) for name, database in databases.items()},
        groups=stack.people.database_groups,
    )
    granted = DatabaseAdministration(names.DATABASE_NAMESPACE, args, opts=on_cluster).granted
    return [granted] if granted else []
