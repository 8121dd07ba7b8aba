"""What a preview has that no environment has: a login with a password, grants made from its base, and an end."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
from pulumi import Output, ResourceOptions

from components.database import Database
from components.database_copy import DatabaseCopy, DatabaseCopyArgs
from components.database_user import DatabaseUser, DatabaseUserArgs
from components.grants import Administrator, Grants, GrantsArgs
from components.managed_secret import ManagedSecret, ManagedSecretArgs
from model import names
from model.catalogue import Catalogue
from model.preview import Preview
from wiring.ground import Ground


def login(stack: Preview, ground: Ground, password: Output[str]) -> DatabaseUser:
    """One user for all of the preview's databases, and its password where people who may debug find it."""
    user = DatabaseUser(
        names.LOGIN,
        DatabaseUserArgs(
            instance=ground.database_instance, user=names.database(stack.prefix, "preview"), password=password
        ),
    )
    ManagedSecret(
        names.LOGIN,
        ManagedSecretArgs(
            secret=names.preview_secret(stack.prefix),
            location=stack.region,
            value=password,
            accessors={group: f"group:{group}" for group in stack.people.debug},
            purpose="Opens the databases of a preview",
            labels=stack.labels,
        ),
    )
    return user


def grants(
    stack: Preview,
    catalogue: Catalogue,
    ground: Ground,
    databases: Mapping[str, Database],
    user: DatabaseUser,
    on_cluster: ResourceOptions,
) -> list[pulumi.Resource]:
    """The grants, made from where the base makes its own: the user owns its databases and is no administrator any more. Before
    them, the copies of templates."""
    tools = catalogue.database_tools
    if not tools or not {tools.psql, tools.proxy} <= stack.images.keys():
        return []
    account, role = names.administrator(stack.project)
    by = Administrator(
        namespace=names.DATABASE_NAMESPACE,
        identity=names.GRANTS,
        # Never one that the pull request has built: it would administer the base's instance.
        image=stack.released(tools.psql),
        proxy=stack.released(tools.proxy),
        connection=ground.database_connection,
        account=account,
        user=role,
    )
    copies = [
        DatabaseCopy(
            names.copy(name),
            DatabaseCopyArgs(
                by=by,
                job=f"{stack.prefix}-{names.copy(name)}-{template.replace('_', '-')}",
                database=databases[name].name,
                owner=user.name,
                template=template,
                labels=stack.labels,
            ),
            opts=on_cluster,
        )
        for name, template in stack.templates.items()
    ]
    owners = {name: (database.name, user.name) for name, database in databases.items()}
    args = GrantsArgs(by=by, owners=owners, lowered=[user.name], labels=stack.labels)
    return [Grants(names.GRANTS, args, opts=ResourceOptions.merge(on_cluster, ResourceOptions(depends_on=copies)))]


def told(stack: Preview) -> dict[str, object]:
    """Whose the preview is and how long it lives, for whoever has its state and not its file."""
    return {
        "base": stack.base,
        "namespace": stack.namespace,
        **stack.pull_request.model_dump(),
        "built": stack.built,
        "asleep": stack.asleep,
        "opened": stack.opened.isoformat() if stack.opened else None,
        "activity": stack.activity.isoformat() if stack.activity else None,
        "sleeps": stack.sleeps.isoformat() if stack.sleeps else None,
        "warns": stack.warns.isoformat() if stack.warns else None,
        "expires": stack.expires.isoformat() if stack.expires else None,
    }
