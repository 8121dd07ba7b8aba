"""What every pod of a stack is wired with: databases, topics, buckets, secrets, caches and the services that it calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
from pulumi import Input, Output, ResourceOptions

from components import database_proxy
from components.cache import PORT as CACHE_PORT
from components.cloud_run import CloudRun
from components.database import Database
from components.database_login import DatabaseLogin
from components.database_user import DatabaseUser
from components.migration import Migration, MigrationArgs
from components.network_policy import POSTGRES_PORTS, address, public
from components.secret import Secret, SecretArgs
from components.secret_files import SecretFiles, SecretFilesArgs
from components.topic import Topic
from components.workload import Workload
from model import names, references
from model.catalogue import Catalogue
from model.deployment import Deployment
from model.environment import Environment
from model.preview import Preview
from wiring.cloud_run import callee_env, on_cloud_run
from wiring.filling import filled
from wiring.ground import Ground
from wiring.holdings import Holdings, held_env
from wiring.messaging import topic_env
from wiring.workload import on_gke

Logins = Mapping[str, DatabaseLogin] | Mapping[str, DatabaseUser]


@dataclass(frozen=True, kw_only=True)
class Site:
    """Where pods run and all that they may be given. `password` is a preview's, which logs in with one, and `seeds` the SQL
    that its databases begin with."""

    stack: Environment | Preview
    catalogue: Catalogue
    ground: Ground
    on_cluster: ResourceOptions
    namespace: Output[str]
    topics: Mapping[str, Topic]
    databases: Mapping[str, Database]
    logins: Logins
    held: Holdings
    password: Output[str] | None = None
    seeds: Mapping[str, str] = field(default_factory=dict)

    def database_env(self, database: str) -> dict[str, Input[str]]:
        """Where a database is, and as whom to log in to it."""
        return {
            "DATABASE_HOST": self.ground.database_host,
            "DATABASE_NAME": self.databases[database].name,
            **self.logins[database].env,
        }


def pods(site: Site, after: Sequence[pulumi.Resource]) -> dict[str, Workload | CloudRun]:
    """Migrations first, then what runs. A service whose image has no pin yet is not deployed."""
    stack, catalogue, held = site.stack, site.catalogue, site.held
    password = _password(site)
    caches = _cache_secrets(site)
    before = [*after, *_migrations(site, password, after)]
    before += filled(site, password, before)
    deployments = catalogue.deployments(stack.collapse)
    running: dict[str, Workload | CloudRun] = {}
    for name, pod in deployments.items():
        if not catalogue.images_of(pod) <= stack.pinned:
            continue
        env = {
            **(site.database_env(pod.database) if pod.database else {}),
            **({"DATABASE_CONNECTIONS": str(stack.size(name).connections)} if pod.database else {}),
            **topic_env(pod, site.topics),
            **held_env(stack, pod, held),
            **_referred_env(stack, pod),
            **callee_env(stack, site.ground, pod, deployments),
        }
        sidecars = []
        login = site.logins[pod.database] if pod.database and pod.database_proxy else None
        if isinstance(login, DatabaseLogin) and catalogue.database_tools:
            env["DATABASE_HOST"] = database_proxy.HOST
            proxied = database_proxy.arguments(site.ground.database_connection, login.account)
            sidecars.append(database_proxy.sidecar(stack.reference(catalogue.database_tools.proxy), proxied))
        if pod.kind == "gke":
            cached = {"REDIS_AUTH": (caches[pod.cache], "auth")} if pod.cache else {}
            secret_env = {**(password if pod.database else {}), **cached}
            reached = [address(held.caches[pod.cache].host, [CACHE_PORT])] if pod.cache else []
            files = _secret_files(site, name, pod)
            args = on_gke(stack, site.ground, pod, site.namespace, env, secret_env, files, before, sidecars, reached)
            running[name] = Workload(name, args, opts=site.on_cluster)
        else:
            versions = {key: held.secrets[key] for key in pod.secrets}
            running[name] = CloudRun(name, on_cloud_run(stack, site.ground, pod, env, versions, before))
    return running


def _migrations(
    site: Site, password: Mapping[str, tuple[Input[str], str]], after: Sequence[pulumi.Resource]
) -> list[pulumi.Resource]:
    """The Job of the release that the stack says the databases shall have; none before the first."""
    stack, migrations = site.stack, site.catalogue.migrations
    if not migrations or not (job := _migration_job(stack, migrations.image, migrations.database)):
        return []
    args = MigrationArgs(
        namespace=site.namespace,
        job=job,
        identity=names.MIGRATE,
        image=stack.reference(migrations.image),
        args=migrations.args,
        env=site.database_env(migrations.database),
        secret_env=password,
        egress=[public([443]), address(site.ground.database_host, POSTGRES_PORTS)],
        lock_seconds=migrations.lock_timeout_seconds,
        statement_seconds=migrations.statement_timeout_seconds,
    )
    opts = ResourceOptions.merge(site.on_cluster, ResourceOptions(depends_on=list(after)))
    return [Migration(names.MIGRATE, args, opts=opts)]


def _migration_job(stack: Environment | Preview, image: str, database: str) -> str | None:
    """An environment migrates once a release, a preview once an image."""
    if isinstance(stack, Preview):
        return (
            names.preview_migration_job(stack.digest(image), stack.templates.get(database))
            if image in stack.pinned
            else None
        )
    return names.migration_job(stack.migrated) if stack.migrated else None


def _password(site: Site) -> dict[str, tuple[Input[str], str]]:
    """The password of a preview's database user, where there is one, as a variable from a Secret."""
    if not site.password:
        return {}
    args = SecretArgs(namespace=site.namespace, secret="database", key="password", value=site.password)
    return {"DATABASE_PASSWORD": (Secret("login", args, opts=site.on_cluster).name, args.key)}


def _cache_secrets(site: Site) -> dict[str, Output[str]]:
    """A Secret with each cache's password."""
    return {
        name: Secret(
            f"cache-{name}",
            SecretArgs(namespace=site.namespace, secret=f"cache-{name}", key="auth", value=cache.auth),
            opts=site.on_cluster,
        ).name
        for name, cache in site.held.caches.items()
    }


def _secret_files(site: Site, name: str, pod: Deployment) -> Output[str] | None:
    """The secrets that a pod names, as files; None where it names none."""
    if not pod.secrets:
        return None
    secrets = {key: site.held.secrets[key] for key in pod.secrets}
    return SecretFiles(name, SecretFilesArgs(namespace=site.namespace, secrets=secrets), opts=site.on_cluster).name


def _referred_env(stack: Environment | Preview, pod: Deployment) -> dict[str, Input[str]]:
    """What a pod gets only where its own variables are made of it."""
    known = {references.PROJECT: stack.project, references.STACK: pulumi.get_stack()}
    for topic in pod.publishes:
        known[references.short("TOPIC", topic)] = names.topic(stack.prefix, topic)
    for topic, service in pod.subscribes.items():
        subscription = names.subscription(names.topic(stack.prefix, topic), service)
        known[references.short("SUBSCRIPTION", topic)] = subscription
    return {key: value for key, value in known.items() if key in pod.named}
