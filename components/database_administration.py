"""Who gets at the databases of an instance beside their own pods, and from where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi import Input, ResourceOptions
from pulumi_gcp import projects
from pulumi_kubernetes import core

from components.database_login import DatabaseLogin, DatabaseLoginArgs
from components.database_people import DatabasePeople, DatabasePeopleArgs
from components.database_proxy import DatabaseProxy, DatabaseProxyArgs
from components.grants import Administrator, Grants, GrantsArgs
from components.grants_sql import ADMINISTRATORS
from components.namespace import Namespace, NamespaceArgs
from components.network_policy import POSTGRES_PORTS, NetworkPolicyArgs, address, network_policy, public
from components.usable import usable


@dataclass(frozen=True, kw_only=True)
class DatabaseAdministrationArgs:
    """`instance` is the name of the instance, `connection` its connection name and `host` its address.

    `grants` and `proxy` are (the Kubernetes service account to make in `namespace`, the same as IAM knows it); `account` is
    the id of the administrator's service account. `images` are those of psql and of the proxy; before the first release
    there are none, and neither grants nor a proxy. `owners` maps a database to (its physical name, its login). `groups`
    are Google groups whose members may act as any owner, through the proxy; without any there is no proxy.
    """

    project: Input[str]
    instance: Input[str]
    connection: Input[str]
    host: Input[str]
    namespace: str
    account: str
    grants: tuple[str, Input[str]]
    proxy: tuple[str, Input[str]]
    images: tuple[Input[str], Input[str]] | None
    owners: Mapping[str, tuple[Input[str], Input[str]]]
    groups: Sequence[str]


class DatabaseAdministration(pulumi.ComponentResource):
    """A namespace of its own, from which the grants are made and through which people reach the databases."""

    granted: pulumi.Resource | None = None
    """Once it is there, every login owns its database."""

    def __init__(self, name: str, args: DatabaseAdministrationArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:DatabaseAdministration", name, None, opts)
        child = ResourceOptions(parent=self)
        namespace = Namespace(name, NamespaceArgs(namespace=args.namespace), opts=child)
        granter, proxy = args.grants[0], args.proxy[0]
        opened = network_policy(
            name,
            NetworkPolicyArgs(
                namespace=namespace.name, pods={}, egress=[public([443]), address(args.host, POSTGRES_PORTS)]
            ),
            opts=child,
        )
        reachable = usable(namespace.name, [opened])
        administrator = DatabaseLogin(
            "administrator",
            DatabaseLoginArgs(
                project=args.project,
                instance=args.instance,
                account=args.account,
                users={granter: args.grants[1]},
                roles=[ADMINISTRATORS],
            ),
            opts=child,
        )
        people = DatabasePeople(
            f"{name}-people",
            DatabasePeopleArgs(project=args.project, instance=args.instance, groups=args.groups),
            opts=child,
        )
        client: list[pulumi.Resource] = []
        if args.groups:
            client.append(
                projects.IAMMember(
                    f"{name}-proxy",
                    project=args.project,
                    role="roles/cloudsql.client",
                    member=args.proxy[1],
                    opts=child,
                )
            )
        account = core.v1.ServiceAccount(
            granter,
            metadata={"name": granter, "namespace": namespace.name},
            automount_service_account_token=False,
            opts=child,
        )
        if args.images:
            psql_image, proxy_image = args.images
            self.granted = Grants(
                granter,
                GrantsArgs(
                    by=Administrator(
                        namespace=reachable,
                        identity=account.metadata.name,
                        image=psql_image,
                        proxy=proxy_image,
                        connection=args.connection,
                        account=administrator.account,
                        user=administrator.user,
                    ),
                    owners=args.owners,
                    people=people.users,
                ),
                opts=child,
            )
            if args.groups:
                DatabaseProxy(
                    proxy,
                    DatabaseProxyArgs(
                        namespace=reachable,
                        identity=proxy,
                        image=proxy_image,
                        connection=args.connection,
                        groups=args.groups,
                        after=client,
                    ),
                    opts=child,
                )
        self.register_outputs({})
