"""Slipway: one stack of the paved road from pull request to production.

    shared        registry <- build triggers
    environment   network <- cluster, database instance <- services <- gateways
    preview       services, in the cluster and the database instance of its base environment

Services are a namespace, topics, databases, a migration and for each Deployment of the catalogue a workload in the cluster
or a service on Cloud Run.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
from pulumi import Input, Output, ResourceOptions

from components import database_proxy
from components.adoption import Adoption
from components.alerting import Alerting, AlertingArgs
from components.alerts import (
    certificate_alert,
    database_alerts,
    gateway_alerts,
    in_working_hours,
    messaging_alerts,
    workload_alerts,
)
from components.attestor import Attestor, AttestorArgs
from components.autoscaler import AutoscalerArgs, Queue
from components.borrowed_bucket import BorrowedBucket, BorrowedBucketArgs
from components.borrowed_secret import BorrowedSecret, BorrowedSecretArgs
from components.bucket import Bucket, BucketArgs
from components.build_identity import BuildIdentity, BuildIdentityArgs
from components.build_trigger import BuildTrigger, BuildTriggerArgs, ImageBuild, ImageCopy
from components.cache import PORT as CACHE_PORT
from components.cache import Cache, CacheAddress, CacheArgs
from components.cloud_run import CloudRun, CloudRunArgs, secret_path
from components.cluster import Cluster, ClusterArgs, UpgradeWindow
from components.dashboard import Dashboard, DashboardArgs
from components.database import Database, DatabaseArgs
from components.database_administration import DatabaseAdministration, DatabaseAdministrationArgs
from components.database_instance import DatabaseInstance, DatabaseInstanceArgs, MaintenanceArgs
from components.database_login import DatabaseLogin, DatabaseLoginArgs
from components.database_user import DatabaseUser, DatabaseUserArgs
from components.debug import Debug, DebugArgs
from components.dns_zone import DelegationArgs, DnsZone, DnsZoneArgs
from components.firewall import Firewall, FirewallArgs
from components.gateways import Gateways, GatewaysArgs, KongSize
from components.image_policy import ImagePolicy, ImagePolicyArgs
from components.keys import Keys, KeysArgs
from components.managed_secret import ManagedSecret, ManagedSecretArgs
from components.migration import Migration, MigrationArgs
from components.namespace import Namespace, NamespaceArgs
from components.network import PODS, SERVICES, Network, NetworkArgs
from components.network_policy import POSTGRES_PORTS, Opening, address, public
from components.node_config import NodePoolArgs
from components.people import People, PeopleArgs
from components.pod import Disk, Gpu, PodArgs, Probes
from components.queue_metrics import ADAPTER, ADAPTER_NAMESPACE, QueueMetrics, QueueMetricsArgs
from components.registry import Registry, RegistryArgs
from components.routes import PluginArgs, RouteArgs, Routes, RoutesArgs
from components.run_identity import RunIdentity, RunIdentityArgs
from components.secret import Secret, SecretArgs
from components.secret_files import FOLDER, SecretFiles, SecretFilesArgs
from components.service_agent import ServiceAgent, ServiceAgentArgs
from components.storage_class import StorageClass, StorageClassArgs
from components.topic import RetryArgs, SubscriptionArgs, Topic, TopicArgs
from components.uptime_check import UptimeCheck, UptimeCheckArgs
from components.workload import Workload, WorkloadArgs
from model import host_names, names, references
from model.adopted import check_adopted
from model.alerting import connection_limit
from model.catalogue import Catalogue, load_catalogue
from model.deployment import Deployment
from model.environment import Environment, Preview, Shared
from model.gateway import Gateway, GatewaySizes
from model.stacks import NAMESPACE, SECRETS, check_together, environment_of_program


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What services stand on. Every environment exports it, for its previews to borrow."""

    cluster_endpoint: Output[str]
    kubeconfig: Output[str]
    workload_pool: Output[str]
    database_instance: Output[str]
    database_host: Output[str]
    database_connection: Output[str]
    pubsub_agent: Output[str]
    subnetwork: Output[str]
    domain: Output[str]
    """Before which the hosts of routes stand; empty where there is no gateway."""
    runners: Mapping[str, RunIdentity] = field(default_factory=dict)
    """Who the stack's own services on Cloud Run are. Nobody borrows them."""

    @classmethod
    def lent(cls) -> tuple[str, ...]:
        """What previews borrow."""
        return tuple(name for name in cls.__dataclass_fields__ if name != "runners")


@dataclass(frozen=True, kw_only=True)
class Holdings:
    """What pods are given beside topics and databases: the names of buckets, the versions of secrets, Temporal's server.
    An environment has its own, a preview those of its base."""

    buckets: Mapping[str, Output[str]]
    secrets: Mapping[str, Output[str]]
    temporal: Mapping[str, Input[str]]
    caches: Mapping[str, CacheAddress]


ENCRYPTED = {
    "database": "sqladmin.googleapis.com",
    "storage": "storage.googleapis.com",
    "caches": "redis.googleapis.com",
    "secrets": "secretmanager.googleapis.com",
}
"""What has a key of its own, beside the cluster and the topics, and the API whose agent uses it."""


def principal(stack: Environment | Preview, ground: Ground, account: str, namespace: str = "") -> Output[str]:
    """The pods of one Kubernetes service account, or a service on Cloud Run, as IAM knows them."""
    if account in ground.runners:
        return ground.runners[account].member
    return ground.workload_pool.apply(
        lambda pool: names.workload_principal(stack.project_number, pool, namespace or stack.namespace, account)
    )


def members(stack: Environment | Preview, catalogue: Catalogue, ground: Ground) -> dict[str, Output[str]]:
    """Whom IAM knows the pods of each Deployment as."""
    return {name: principal(stack, ground, name) for name in catalogue.deployments(stack.collapse)}


def shared(stack: Shared, catalogue: Catalogue) -> None:
    """The registry, and the triggers that fill it."""
    images = {
        name: ImageCopy(source=image.mirror)
        if image.mirror
        else ImageBuild(dockerfile=image.dockerfile_of(name), context=image.context, platforms=image.platforms)
        for name, image in catalogue.images.items()
    }
    accounts = {"main": names.BUILD_ACCOUNT, "pull-request": names.CHECK_ACCOUNT}
    identities = {
        key: BuildIdentity(key, BuildIdentityArgs(project=stack.project, account=account))
        for key, account in accounts.items()
    }
    readers = {key: names.project_service_accounts(number) for key, number in stack.readers.items()}
    # Cloud Run pulls as its own agent.
    agents = {f"{key}-agents": names.project_service_agents(number) for key, number in stack.readers.items()}
    main, checks = identities["main"].member, identities["pull-request"].member
    pushes = ServiceAgent(
        "registry", ServiceAgentArgs(project=stack.project, service="artifactregistry.googleapis.com")
    )
    users = {"registry": pushes.member} if stack.customer_keys else {}
    keys = Keys("keys", KeysArgs(location=stack.region, users=users, protect=stack.deletion_protection)).keys
    registry = Registry(
        "registry",
        RegistryArgs(
            location=stack.region,
            key=keys.get("registry"),
            repository_id=stack.repositories.releases,
            protect=stack.deletion_protection,
            immutable_tags=True,
            readers={**readers, **agents},
            writers={"main": main},
        ),
    )
    cache = Registry(
        "registry-cache",
        RegistryArgs(
            location=stack.region,
            key=keys.get("registry"),
            repository_id=stack.repositories.cache,
            keep_days=stack.repositories.cache_days,
            readers={"pull-request": checks},
            writers={"main": main},
        ),
    )
    previews = Registry(
        "registry-previews",
        RegistryArgs(
            location=stack.region,
            key=keys.get("registry"),
            repository_id=stack.repositories.previews,
            keep_days=stack.repositories.preview_days,
            readers={key: readers[key] for key in stack.preview_readers},
            writers={},
        ),
    )
    attestor = Attestor(
        "attestor",
        AttestorArgs(
            location=stack.region,
            attestor=names.ATTESTOR,
            protect=stack.deletion_protection,
            signers={"main": main},
            verifiers={key: names.project_service_agents(stack.readers[key]) for key in stack.signed},
        ),
    )
    triggers = {
        key: BuildTrigger(
            key,
            BuildTriggerArgs(
                location=stack.region,
                source=stack.source_repository,
                event="push" if key == "main" else "pull_request",
                branch="^main$",
                builder=stack.builder,
                emulator=stack.emulator,
                service_account=identity.id,
                registry=registry.uri,
                images=images,
            ),
        )
        for key, identity in identities.items()
    }
    pulumi.export("registry", registry.uri)
    pulumi.export("cache", cache.uri)
    pulumi.export("previews", previews.uri)
    if stack.domain:
        delegations = {label: DelegationArgs(**it.model_dump()) for label, it in stack.delegations.items()}
        args = DnsZoneArgs(domain=stack.domain, delegations=delegations, protect=stack.deletion_protection)
        pulumi.export("name_servers", DnsZone("domain", args).name_servers)
    pulumi.export("attestor", attestor.id)
    pulumi.export("triggers", {key: trigger.trigger_id for key, trigger in triggers.items()})


def environment(stack: Environment, catalogue: Catalogue) -> None:
    """A network, a cluster and a database instance, with the services on them."""
    agent = ServiceAgent("pubsub", ServiceAgentArgs(project=stack.project, service="pubsub.googleapis.com"))
    keys = encryption(stack, agent)
    network = Network(
        "network",
        NetworkArgs(region=stack.region, flow_logs=stack.network.flow_logs or 0, **vars(stack.network.ranges)),
    )
    if stack.security.binary_authorization and stack.attestor:
        ImagePolicy("images", ImagePolicyArgs(attestor=stack.attestor))
    cluster = Cluster(
        "cluster",
        ClusterArgs(
            project=stack.project,
            location=stack.cluster.location,
            network=network.id,
            subnetwork=network.subnetwork,
            pods_range=PODS,
            services_range=SERVICES,
            release_channel=stack.cluster.release_channel,
            maintenance=UpgradeWindow(**stack.cluster.maintenance.model_dump()),
            deletion_protection=stack.deletion_protection,
            node_account=names.NODE_ACCOUNT,
            node_pools={key: NodePoolArgs(**pool.model_dump()) for key, pool in stack.cluster.node_pools.items()},
            binary_authorization=stack.security.binary_authorization,
            intranode_visibility=bool(stack.network.flow_logs),
            secrets_key=keys.get("cluster"),
            disk_key=keys.get("nodes"),
            security_group=stack.people.security_group,
        ),
    )
    Firewall("firewall", FirewallArgs(network=network.id, nodes=cluster.node_account))
    instance = DatabaseInstance(
        "database",
        DatabaseInstanceArgs(
            region=stack.region,
            network=network.private_services,
            deletion_protection=stack.deletion_protection,
            key=keys.get("database"),
            maintenance=MaintenanceArgs(**stack.database.maintenance.model_dump()),
            **stack.database.model_dump(exclude={"maintenance"}),
        ),
    )
    ground = Ground(
        cluster_endpoint=cluster.endpoint,
        kubeconfig=cluster.kubeconfig,
        workload_pool=cluster.workload_pool,
        database_instance=instance.name,
        database_host=instance.private_ip,
        database_connection=instance.connection_name,
        pubsub_agent=agent.member,
        subnetwork=network.subnetwork,
        domain=Output.from_input(stack.gateway.domain if stack.gateway else ""),
    )
    ground = replace(ground, runners=runners(stack, catalogue, ground))
    on_cluster = cluster_options(ground)
    if stack.autoscaling and any(service.scale_on for service in catalogue.services.values()):
        adapter = ground.workload_pool.apply(
            lambda pool: names.workload_principal(stack.project_number, pool, ADAPTER_NAMESPACE, ADAPTER)
        )
        QueueMetrics("queue-metrics", QueueMetricsArgs(project=stack.project, adapter=adapter))
    StorageClass("disks", StorageClassArgs(key=keys.get("nodes")), opts=on_cluster)
    if catalogue.gateway and stack.gateway:
        ways_in = gateways(stack, catalogue.gateway, stack.gateway, network, on_cluster)
        pulumi.export("gateway", {"address": ways_in.address, "name_servers": ways_in.name_servers})
    watch(stack)
    logins = {
        name: DatabaseLogin(
            name,
            DatabaseLoginArgs(
                project=stack.project,
                instance=instance.name,
                account=names.login_account(name),
                users={user: principal(stack, ground, user) for user in users},
            ),
        )
        for name, users in catalogue.logins(stack.collapse).items()
    }
    held = holdings(stack, catalogue, members(stack, catalogue, ground), keys, network.private_services)
    made = databases(stack, catalogue, ground, logins)
    People("people", PeopleArgs(project=stack.project, **stack.people.groups), opts=on_cluster)
    granted = administration(stack, catalogue, ground, on_cluster, instance, made, logins)
    services(stack, catalogue, ground, on_cluster, made, logins, held, keys, after=granted)


def watch(stack: Environment) -> None:
    """A dashboard in every environment, and alerts where somebody is to be told."""
    alerts = [
        *gateway_alerts(),
        *workload_alerts([stack.namespace, names.GATEWAY_NAMESPACE]),
        *database_alerts(connection_limit(stack.database.tier, stack.database.flags)),
        *messaging_alerts(),
    ]
    told, config = stack.alerting, pulumi.Config(NAMESPACE)
    if told.slack and stack.gateway:
        UptimeCheck("domain", UptimeCheckArgs(project=stack.project, host=stack.gateway.domain))
        alerts.append(certificate_alert(stack.gateway.domain))
    Dashboard("overview", DashboardArgs(title=pulumi.get_stack(), charts=alerts))
    if told.slack:
        hours = told.working_hours
        Alerting(
            "alerts",
            AlertingArgs(
                environment=pulumi.get_stack(),
                alerts=alerts,
                during=(lambda query: in_working_hours(query, hours.from_, hours.to)) if hours else str,
                slack=told.slack,
                slack_token=config.require_secret("slackToken"),
                pagerduty_key=config.require_secret("pagerdutyKey") if told.pagerduty else None,
            ),
        )


def gateways(
    stack: Environment, gateway: Gateway, sizes: GatewaySizes, network: Network, on_cluster: ResourceOptions
) -> Gateways:
    """The two ways in. Kong runs once its images have pins."""
    kong = None
    if {gateway.proxy, gateway.controller} <= stack.images.keys():
        kong = KongSize(
            proxy=stack.reference(gateway.proxy),
            controller=stack.reference(gateway.controller),
            cpu=sizes.size.cpu,
            memory=sizes.size.memory,
            replicas=sizes.size.replicas,
            max_replicas=sizes.size.max_replicas if stack.autoscaling else None,
            disruption_budget=stack.disruption_budgets,
        )
    return Gateways(
        "gateway",
        GatewaysArgs(
            project=stack.project,
            region=stack.region,
            network=network.id,
            subnetwork=network.subnetwork,
            namespace=names.GATEWAY_NAMESPACE,
            names=names.KONG,
            routes=names.ROUTES_LABEL,
            domain=sizes.domain,
            internal_domain=f"{host_names.INTERNAL}.{sizes.domain}",
            armor=sizes.armor,
            groups=sizes.identity_aware,
            log_share=sizes.log_share,
            kong=kong,
            protect=stack.deletion_protection,
        ),
        opts=on_cluster,
    )


def holdings(
    stack: Environment,
    catalogue: Catalogue,
    members: Mapping[str, Output[str]],
    keys: Mapping[str, Output[str]],
    network: Output[str],
) -> Holdings:
    """Caches, buckets and secrets, with grants to exactly the pods whose services name them. Exported, for previews to borrow."""
    pods = catalogue.deployments(stack.collapse)
    buckets = {
        name: Bucket(
            name,
            BucketArgs(
                bucket=names.bucket(stack.project, name),
                location=stack.region,
                readers={key: members[key] for key, pod in pods.items() if name in pod.reads},
                writers={key: members[key] for key, pod in pods.items() if name in pod.writes},
                previews_prefix=names.PREVIEWS_PREFIX,
                protect=stack.deletion_protection,
                labels=names.labels(bucket.purpose),
                key=keys.get("storage"),
                **bucket.sizes(),
            ),
        )
        for name, bucket in catalogue.buckets.items()
    }
    caches = {
        name: Cache(
            name,
            CacheArgs(
                region=stack.region,
                network=network,
                labels=names.labels(cache.purpose),
                lasting=cache.lasting,
                protect=stack.deletion_protection,
                key=keys.get("caches"),
                **stack.cache(name).model_dump(),
            ),
        )
        for name, cache in catalogue.caches.items()
    }
    values = pulumi.Config(NAMESPACE).get_secret_object(SECRETS) or Output.from_input({})
    secrets = {
        name: ManagedSecret(
            name,
            ManagedSecretArgs(
                secret=name,
                location=stack.region,
                value=values[name],
                accessors={key: members[key] for key, pod in pods.items() if name in pod.secrets},
                purpose=secret.purpose,
                key=keys.get("secrets"),
            ),
        )
        for name, secret in catalogue.secrets.items()
    }
    held = Holdings(
        buckets={name: bucket.name for name, bucket in buckets.items()},
        secrets={name: secret.version for name, secret in secrets.items()},
        temporal=stack.temporal.model_dump() if stack.temporal else {},
        caches={name: cache.address for name, cache in caches.items()},
    )
    # Apart, or all that a preview learns of a cache would be a secret.
    pulumi.export("caches", {name: {"host": cache.host, "ca": cache.ca} for name, cache in held.caches.items()})
    pulumi.export("cache_passwords", {name: cache.auth for name, cache in held.caches.items()})
    pulumi.export("buckets", held.buckets)
    pulumi.export("secrets", {name: secret.id for name, secret in secrets.items()})
    pulumi.export("temporal", held.temporal)
    return held


def borrowed(
    stack: Preview, catalogue: Catalogue, members: Mapping[str, Output[str]], base: pulumi.StackReference
) -> Holdings:
    """What the base has of these, as far as the preview's pods need it, and of buckets only a part of their own."""
    pods = catalogue.deployments(stack.collapse)

    def lent(kind: str, name: str) -> Output[str]:
        return base.require_output(kind).apply(lambda known: stack.lent(kind, name, known))

    buckets = {
        name: BorrowedBucket(
            name,
            BorrowedBucketArgs(
                bucket=lent("buckets", name),
                prefix=names.bucket_prefix(stack.prefix),
                readers={key: members[key] for key, pod in pods.items() if name in pod.reads},
                writers={key: members[key] for key, pod in pods.items() if name in pod.writes},
            ),
        )
        for name in catalogue.buckets
    }
    secrets = {
        name: BorrowedSecret(
            name,
            BorrowedSecretArgs(
                secret=lent("secrets", name),
                accessors={key: members[key] for key, pod in pods.items() if name in pod.secrets},
            ),
        )
        for name in catalogue.secrets
    }
    return Holdings(
        buckets={name: bucket.name for name, bucket in buckets.items()},
        secrets={name: secret.version for name, secret in secrets.items()},
        temporal={key: lent("temporal", key) for key in ("address", "namespace")} if catalogue.temporal else {},
        caches={name: CacheAddress.of(lent("caches", name), lent("cache_passwords", name)) for name in catalogue.caches},
    )


def encryption(stack: Environment, pubsub: ServiceAgent) -> Mapping[str, Output[str]]:
    """The keys of what is encrypted with the environment's own, by what that is; none where Google's have to do."""
    if not stack.security.customer_keys:
        return {}
    agents: dict[str, Input[str]] = {
        "cluster": names.gke_agent(stack.project_number),
        "nodes": names.compute_agent(stack.project_number),
        "topics": pubsub.member,
    }
    for key, service in ENCRYPTED.items():
        agents[key] = ServiceAgent(key, ServiceAgentArgs(project=stack.project, service=service)).member
    return Keys("keys", KeysArgs(location=stack.region, users=agents, protect=stack.deletion_protection)).keys


def preview(stack: Preview, catalogue: Catalogue) -> None:
    """The services alone, on what the base environment lends."""
    base = pulumi.StackReference(f"{pulumi.get_organization()}/{pulumi.get_project()}/{stack.base}")
    loan: dict[str, Any] = {lent: base.require_output(lent) for lent in Ground.lent()}
    ground = Ground(**loan)
    ground = replace(ground, runners=runners(stack, catalogue, ground))
    password = pulumi.Config(NAMESPACE).require_secret("databasePassword")
    user = DatabaseUser(
        "login",
        DatabaseUserArgs(
            instance=ground.database_instance, user=names.database(stack.prefix, "preview"), password=password
        ),
    )
    logins = dict.fromkeys(catalogue.databases, user)
    held = borrowed(stack, catalogue, members(stack, catalogue, ground), base)
    made = databases(stack, catalogue, ground, logins)
    services(stack, catalogue, ground, cluster_options(ground), made, logins, held, password=password)


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
    instance: DatabaseInstance,
    databases: Mapping[str, Database],
    logins: Mapping[str, DatabaseLogin],
) -> list[pulumi.Resource]:
    """The grants that hand each database to its login, and a way to the databases for people who may."""
    tools = catalogue.database_tools
    if not tools:
        return []
    pinned = {tools.psql, tools.proxy} <= stack.images.keys()
    args = DatabaseAdministrationArgs(
        project=stack.project,
        instance=instance.name,
        connection=instance.connection_name,
        host=instance.private_ip,
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


def cluster_options(ground: Ground) -> ResourceOptions:
    """What leads a component to the cluster."""
    return ResourceOptions(providers=[kubernetes.Provider("cluster", kubeconfig=ground.kubeconfig)])


def services(
    stack: Environment | Preview,
    catalogue: Catalogue,
    ground: Ground,
    on_cluster: ResourceOptions,
    databases: Mapping[str, Database],
    logins: Mapping[str, DatabaseLogin] | Mapping[str, DatabaseUser],
    held: Holdings,
    keys: Mapping[str, Output[str]] = MappingProxyType({}),
    password: Output[str] | None = None,
    after: Sequence[pulumi.Resource] = (),
) -> None:
    """Namespace, topics, migration and workloads. A service whose image has no pin yet is not deployed."""
    labels = names.ROUTES_LABEL if catalogue.gateway else {}
    namespace = Namespace("services", NamespaceArgs(namespace=stack.namespace, labels=labels), opts=on_cluster)
    if stack.people.debug:
        Debug("debug", DebugArgs(namespace=namespace.name, groups=stack.people.debug), opts=on_cluster)
    topics = messaging(stack, catalogue, ground, keys.get("topics"))
    secret_env = {}
    if password:
        secret = SecretArgs(namespace=namespace.name, secret="database", key="password", value=password)
        secret_env["DATABASE_PASSWORD"] = (Secret("login", secret, opts=on_cluster).name, secret.key)

    def database_env(database: str) -> dict[str, Input[str]]:
        return {
            "DATABASE_HOST": ground.database_host,
            "DATABASE_NAME": databases[database].name,
            **logins[database].env,
        }

    def secret_files(name: str, pod: Deployment) -> Output[str] | None:
        args = SecretFilesArgs(namespace=namespace.name, secrets={key: held.secrets[key] for key in pod.secrets})
        return SecretFiles(name, args, opts=on_cluster).name if pod.secrets else None

    cache_secrets = {
        name: Secret(
            f"cache-{name}",
            SecretArgs(namespace=namespace.name, secret=f"cache-{name}", key="auth", value=cache.auth),
            opts=on_cluster,
        ).name
        for name, cache in held.caches.items()
    }

    before: list[pulumi.Resource] = list(after)
    if catalogue.migrations and stack.migrated:
        args = MigrationArgs(
            namespace=namespace.name,
            job=names.migration_job(stack.migrated),
            identity=names.MIGRATE,
            image=stack.reference(catalogue.migrations.image),
            args=catalogue.migrations.args,
            env=database_env(catalogue.migrations.database),
            secret_env=secret_env,
            egress=[public([443]), address(ground.database_host, POSTGRES_PORTS)],
        )
        granted = ResourceOptions.merge(on_cluster, ResourceOptions(depends_on=before))
        before.append(Migration(names.MIGRATE, args, opts=granted))

    deployments = catalogue.deployments(stack.collapse)
    running: dict[str, Workload | CloudRun] = {}
    for name, pod in deployments.items():
        if not catalogue.images_of(pod) <= stack.images.keys():
            continue
        env = {
            **(database_env(pod.database) if pod.database else {}),
            **topic_env(pod, topics),
            **held_env(stack, pod, held),
            **referred_env(stack, pod),
            **callee_env(stack, ground, pod, deployments),
        }
        sidecars = []
        login = logins[pod.database] if pod.database and pod.database_proxy else None
        if isinstance(login, DatabaseLogin) and catalogue.database_tools:
            env["DATABASE_HOST"] = database_proxy.HOST
            proxied = database_proxy.arguments(ground.database_connection, login.account)
            sidecars.append(database_proxy.sidecar(stack.reference(catalogue.database_tools.proxy), proxied))
        if pod.kind == "gke":
            cached = {"REDIS_AUTH": (cache_secrets[pod.cache], "auth")} if pod.cache else {}
            secrets = ({**(secret_env if pod.database else {}), **cached}, secret_files(name, pod))
            reached = [address(held.caches[pod.cache].host, [CACHE_PORT])] if pod.cache else []
            workload = on_gke(stack, ground, pod, namespace.name, env, *secrets, before, sidecars, reached)
            running[name] = Workload(name, workload, opts=on_cluster)
        else:
            versions = {key: held.secrets[key] for key in pod.secrets}
            running[name] = CloudRun(name, on_cloud_run(stack, ground, pod, env, versions, before))

    if catalogue.gateway:
        pulumi.export(
            "routes", routes(stack, catalogue, catalogue.gateway, ground, namespace.name, running, on_cluster)
        )
    for lent in Ground.lent():
        pulumi.export(lent, getattr(ground, lent))
    pulumi.export("namespace", namespace.name)
    pulumi.export("topics", {name: topic.id for name, topic in topics.items()})
    pulumi.export("databases", {name: database.name for name, database in databases.items()})
    pulumi.export("services", {service: told(running[name]) for name in running for service in deployments[name].ports})


def routes(
    stack: Environment | Preview,
    catalogue: Catalogue,
    gateway: Gateway,
    ground: Ground,
    namespace: Output[str],
    running: Mapping[str, Workload | CloudRun],
    on_cluster: ResourceOptions,
) -> dict[str, list[Output[str]]]:
    """The ways to the services that run, from the gateways of the environment. Service -> where it is reached."""
    deployments = catalogue.deployments(stack.collapse)
    made: dict[str, RouteArgs] = {}
    reached: dict[str, list[Output[str]]] = {}
    for name, runs in running.items():
        for service, route in ((it, route) for it, routes in deployments[name].routes.items() for route in routes):
            label = stack.label(route.host, catalogue.hosts)
            inside = route.gateway == "outpost"
            parts = [part for part in (label, host_names.INTERNAL if inside else "") if part]
            host = Output.concat(*(f"{part}." for part in parts), ground.domain)
            made[host_names.route(service, route.gateway, route.host, route.path)] = RouteArgs(
                gateway=names.KONG[route.gateway],
                host=host,
                path=route.path,
                service=service,
                plugins=route.plugins,
                after=[runs],
            )
            reached.setdefault(service, []).append(
                Output.concat("http" if inside else "https", "://", host, route.path)
            )
    plugins = {key: PluginArgs(plugin=it.plugin, config=it.config) for key, it in gateway.plugins.items()}
    args = RoutesArgs(namespace=namespace, gateways=names.GATEWAY_NAMESPACE, plugins=plugins, routes=made)
    Routes("routes", args, opts=on_cluster)
    return reached


def told(runs: Workload | CloudRun) -> dict[str, Output[str]]:
    """Where a service runs, for whoever reads the stack's outputs."""
    if isinstance(runs, Workload):
        return {"deployment": runs.deployment, "image": runs.image}
    return {"cloud_run": runs.id, "uri": runs.uri, "image": runs.image}


def runners(stack: Environment | Preview, catalogue: Catalogue, ground: Ground) -> Mapping[str, RunIdentity]:
    """The identities of what runs on Cloud Run."""
    pods = catalogue.deployments(stack.collapse)
    inside = {name for name, pod in pods.items() if pod.kind == "gke"}
    return {
        name: RunIdentity(
            name,
            RunIdentityArgs(
                account=names.run_account(stack.prefix, name),
                caller_account=names.run_account(stack.prefix, name, "caller"),
                callers={it: principal(stack, ground, it) for it in pod.callers[name] if it in inside},
            ),
        )
        for name, pod in pods.items()
        if pod.kind != "gke"
    }


def on_gke(
    stack: Environment | Preview,
    ground: Ground,
    pod: Deployment,
    namespace: Input[str],
    env: Mapping[str, Input[str]],
    secret_env: Mapping[str, tuple[Input[str], str]],
    secret_files: Input[str] | None,
    after: Sequence[pulumi.Resource],
    sidecars: Sequence[kubernetes.core.v1.ContainerArgs] = (),
    reached: Sequence[Opening] = (),
) -> WorkloadArgs:
    """A pod of the catalogue as a Deployment of the size that the stack gives it."""
    size = stack.size(pod.name)
    egress: list[Opening] = [*reached, *([public(pod.outbound)] if pod.outbound else [])]
    if pod.database:
        egress.append(address(ground.database_host, POSTGRES_PORTS))
    queue = None
    if scale_on := pod.scale_on:
        topic = names.topic(stack.prefix, scale_on.topic)
        subscription = names.subscription(topic, pod.subscribes[scale_on.topic])
        queue = Queue(subscription=subscription, messages_per_pod=scale_on.messages_per_pod)
    return WorkloadArgs(
        namespace=namespace,
        pod=PodArgs(
            image=stack.reference(pod.image),
            args=pod.args,
            env=env,
            secret_env=secret_env,
            secret_files=secret_files,
            sidecars=sidecars,
            prepare=pod.prepare,
            cpu=size.cpu,
            memory=size.memory,
            user=pod.user,
            probes=Probes(port=next(iter(pod.ports.values())), live=pod.probes.live, ready=pod.probes.ready),
            gpu=Gpu(**pod.gpu.model_dump()) if pod.gpu else None,
            disks={key: Disk(**volume.model_dump()) for key, volume in pod.volumes.items()},
        ),
        ports=pod.ports,
        variables=pod.variables,
        callers=pod.callers,
        gateways={service: [names.GATEWAY_NAMESPACE] for service in pod.routes},
        calls=pod.calls,
        egress=egress,
        metrics=pod.metrics,
        replicas=size.replicas,
        autoscaler=AutoscalerArgs(max_replicas=size.max_replicas, queue=queue)
        if stack.autoscaling and size.max_replicas
        else None,
        disruption_budget=stack.disruption_budgets,
        after=after,
    )


def on_cloud_run(
    stack: Environment | Preview,
    ground: Ground,
    pod: Deployment,
    env: Mapping[str, Input[str]],
    secrets: Mapping[str, Input[str]],
    after: Sequence[pulumi.Resource],
) -> CloudRunArgs:
    """A service of the catalogue on Cloud Run, of the size that the stack gives it."""
    size, runner = stack.size(pod.name), ground.runners[pod.name]
    invokers: dict[str, Input[str]] = {
        caller: ground.runners[caller].member for caller in pod.callers[pod.name] if caller in ground.runners
    }
    if runner.caller_member:
        invokers["caller"] = runner.caller_member
    return CloudRunArgs(
        location=stack.region,
        service=names.cloud_run(stack.prefix, pod.name),
        image=stack.reference(pod.image),
        args=pod.args,
        port=pod.ports[pod.name],
        env={**pod.variables, **env, **{names.secret_file(key): secret_path(key) for key in secrets}},
        secrets=secrets,
        cpu=size.cpu,
        memory=size.memory,
        min_instances=size.replicas,
        max_instances=size.max_replicas or size.replicas,
        account=runner.email,
        ingress=pod.ingress,
        subnetwork=ground.subnetwork,
        live=pod.probes.live,
        ready=pod.probes.ready,
        traffic=stack.traffic.get(pod.name, {}),
        invokers=invokers,
        public=pod.public,
        binary_authorization=isinstance(stack, Environment) and stack.security.binary_authorization,
        deletion_protection=stack.deletion_protection,
        after=after,
    )


def callee_env(
    stack: Environment | Preview, ground: Ground, pod: Deployment, deployments: Mapping[str, Deployment]
) -> dict[str, Input[str]]:
    """Where the services on Cloud Run are that a pod may call, and for pods of the cluster as whom."""
    env: dict[str, Input[str]] = {}
    for callee, runner in ground.runners.items():
        if pod.name in deployments[callee].callers[callee]:
            service = names.cloud_run(stack.prefix, callee)
            env[names.variable("URL", callee)] = names.cloud_run_url(service, stack.project_number, stack.region)
            if runner.caller and pod.kind == "gke":
                env[names.variable("CALLER", callee)] = runner.caller
    return env


def messaging(
    stack: Environment | Preview, catalogue: Catalogue, ground: Ground, key: Output[str] | None
) -> dict[str, Topic]:
    """Every topic of the catalogue, with grants to the pods that its publishers and subscribers run in."""
    pods, pullers = catalogue.deployments(stack.collapse), members(stack, catalogue, ground)
    hosts = {service: pullers[name] for name, pod in pods.items() for service in pod.ports}
    return {
        name: Topic(
            name,
            TopicArgs(
                topic=(physical := names.topic(stack.prefix, name)),
                dead_letter_topic=names.dead_letter_topic(physical),
                publishers={host: pullers[host] for host, pod in pods.items() if name in pod.publishes},
                subscriptions={
                    service: SubscriptionArgs(
                        subscription=names.subscription(physical, service),
                        member=hosts[service],
                        filter=topic.filters.get(service),
                    )
                    for service in topic.subscribers
                },
                retry=RetryArgs(**topic.retry.model_dump()),
                agent=ground.pubsub_agent,
                labels=names.labels(topic.purpose),
                key=key,
                **topic.sizes(),
            ),
        )
        for name, topic in catalogue.topics.items()
    }


def topic_env(pod: Deployment, topics: Mapping[str, Topic]) -> dict[str, Input[str]]:
    """Where a pod publishes to and pulls from, as environment variables."""
    return {
        **{names.variable("TOPIC", topic): topics[topic].id for topic in pod.publishes},
        **{
            names.variable("SUBSCRIPTION", topic): topics[topic].subscriptions[service]
            for topic, service in pod.subscribes.items()
        },
    }


def referred_env(stack: Environment | Preview, pod: Deployment) -> dict[str, Input[str]]:
    """What a pod gets only where its own variables are made of it."""
    known = {references.PROJECT: stack.project, references.STACK: pulumi.get_stack()}
    for topic in pod.publishes:
        known[references.short("TOPIC", topic)] = names.topic(stack.prefix, topic)
    for topic, service in pod.subscribes.items():
        subscription = names.subscription(names.topic(stack.prefix, topic), service)
        known[references.short("SUBSCRIPTION", topic)] = subscription
    return {key: value for key, value in known.items() if key in pod.named}


def held_env(stack: Environment | Preview, pod: Deployment, held: Holdings) -> dict[str, Input[str]]:
    """Which buckets, secrets, cache and Temporal server a pod has, as environment variables."""
    env: dict[str, Input[str]] = {}
    for bucket in (*pod.reads, *pod.writes):
        env[names.variable("BUCKET", bucket)] = held.buckets[bucket]
        env[names.variable("BUCKET", f"{bucket}-prefix")] = names.bucket_prefix(stack.prefix)
    for secret in pod.secrets:
        env[names.secret_file(secret)] = f"{FOLDER}/{secret}"
    if pod.cache:
        env |= {**held.caches[pod.cache].env, "REDIS_PREFIX": names.cache_prefix(stack.prefix)}
    if pod.temporal:
        env |= {names.variable("TEMPORAL", key): value for key, value in held.temporal.items()}
        env["TEMPORAL_TASK_QUEUE"] = names.task_queue(pulumi.get_stack())
    return env


def main() -> None:
    """Loads the stack's config and the catalogue, and builds what they say."""
    stack = environment_of_program()
    catalogue = load_catalogue(Path(os.environ.get("SLIPWAY_CONFIG_DIR") or Path(__file__).parent))
    check_together(pulumi.get_stack(), stack, catalogue)
    adoption = Adoption(stack.adopt)
    match stack:
        case Shared():
            shared(stack, catalogue)
        case Environment():
            environment(stack, catalogue)
        case Preview():
            preview(stack, catalogue)
    check_adopted(pulumi.get_stack(), adoption.unknown, adoption.ambiguous)


main()
