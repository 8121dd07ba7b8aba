"""Slipway: one stack of the paved road from pull request to production.

    shared        repositories of images <- attestor, build triggers; the parent of all domains
    environment   keys, network <- cluster, database instance <- gateways, services; dashboard and alerts; people
    preview       services, in the cluster and the database instance of its base environment

Services are a namespace, topics, databases, a migration and for each Deployment of the catalogue a workload in the cluster
or a service on Cloud Run, with smoke tests behind them. What their arguments are made of stands in `wiring/`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pulumi
from pulumi import Output

from components.adoption import Adoption
from components.attestor import Attestor
from components.cluster import Cluster
from components.database import Database
from components.database_instance import DatabaseInstance
from components.debug import Debug, DebugArgs
from components.firewall import Firewall, FirewallArgs
from components.image_policy import ImagePolicy, ImagePolicyArgs
from components.namespace import Namespace, NamespaceArgs
from components.network import Network
from components.people import People, PeopleArgs
from components.quota import Quota, QuotaArgs
from components.service_agent import ServiceAgent, ServiceAgentArgs
from model import names
from model.adopted import check_adopted
from model.catalogue import Catalogue, load_catalogue
from model.environment import Environment
from model.errors import ConfigError
from model.preview import Preview
from model.previewed import previewed
from model.shared import Shared
from model.stacks import NAMESPACE, environment_of_program
from model.together import check_together
from wiring.cloud_run import runners
from wiring.databases import administration, databases, logins
from wiring.encryption import encryption
from wiring.foundation import cluster_args, equip, instance_args, network_args
from wiring.gateway import gateways, parent_zone, routes
from wiring.ground import Ground, cluster_options, lent, members
from wiring.holdings import Holdings, borrowed, holdings
from wiring.messaging import messaging
from wiring.pipelines import addresses, build_triggers, builders, pipelines, reports, secrets
from wiring.pods import Logins, Site, pods
from wiring.previews import grants, login, told
from wiring.registries import attestor_args, registries
from wiring.repository_rules import repository_rules
from wiring.smoke_tests import smoke_tests
from wiring.watching import watch


def shared(stack: Shared, catalogue: Catalogue, folder: Path) -> None:
    """The repositories of images, who signs what is in them, and the triggers that fill them and move what is there."""
    planned = pipelines(stack, catalogue, folder)
    identities = builders(stack, planned)
    repositories = registries(stack, planned, identities)
    attestor = Attestor("attestor", attestor_args(stack, planned, identities))
    held = secrets(stack, planned, identities)
    triggers = build_triggers(stack, planned, identities, held, addresses(repositories, attestor))
    reports(stack, planned)
    repository_rules(stack, catalogue, folder, planned)
    if stack.domain:
        pulumi.export("name_servers", parent_zone(stack, stack.domain).name_servers)

    pulumi.export("registry", repositories["registry"].uri)
    pulumi.export("cache", repositories["registry-cache"].uri)
    pulumi.export("previews", repositories["registry-previews"].uri)
    pulumi.export("attestor", attestor.id)
    pulumi.export("triggers", {key: trigger.trigger_id for key, trigger in triggers.items()})


def environment(stack: Environment, catalogue: Catalogue) -> None:
    """A network, a cluster and a database instance, with the services on them."""
    pubsub = ServiceAgent("pubsub", ServiceAgentArgs(project=stack.project, service="pubsub.googleapis.com"))
    keys = encryption(stack, pubsub)
    network = Network("network", network_args(stack))
    cluster = Cluster("cluster", cluster_args(stack, network, keys))
    Firewall("firewall", FirewallArgs(network=network.id, nodes=cluster.node_account))
    sizes = stack.database
    instance = DatabaseInstance("database", instance_args(stack, sizes, network, keys)) if sizes else None
    if stack.security.binary_authorization and stack.attestor:
        ImagePolicy("images", ImagePolicyArgs(attestor=stack.attestor))
    watch(stack, catalogue)

    none = Output.from_input("")
    ground = Ground(
        cluster_endpoint=cluster.endpoint,
        kubeconfig=cluster.kubeconfig,
        workload_pool=cluster.workload_pool,
        database_instance=instance.name if instance else none,
        database_host=instance.private_ip if instance else none,
        database_connection=instance.connection_name if instance else none,
        pubsub_agent=pubsub.member,
        topics_key=keys.get("topics", none),
        subnetwork=network.subnetwork,
        domain=Output.from_input(stack.gateway.domain if stack.gateway else ""),
    )
    ground = replace(ground, runners=runners(stack, catalogue, ground))
    on_cluster = cluster_options(ground)
    equip(stack, catalogue, cluster, keys, on_cluster)
    People("people", PeopleArgs(project=stack.project, **stack.people.groups), opts=on_cluster)
    if catalogue.gateway and stack.gateway:
        ways_in = gateways(stack, catalogue.gateway, stack.gateway, network, on_cluster)
        pulumi.export("gateway", {"address": ways_in.address, "name_servers": ways_in.name_servers})

    users = logins(stack, catalogue, ground)
    made = databases(stack, catalogue, ground, users)
    granted = administration(stack, catalogue, ground, on_cluster, made, users)
    held = holdings(stack, catalogue, members(stack, catalogue, ground), keys, network.private_services)
    services(stack, catalogue, ground, made, users, held, on_cluster, after=granted)


def preview(stack: Preview, catalogue: Catalogue, seeds: Mapping[str, str]) -> None:
    """The services alone, all in the cluster, on what the base environment lends."""
    base = pulumi.StackReference(f"{pulumi.get_organization()}/{pulumi.get_project()}/{stack.base}")
    ground, on_cluster = lent(base)
    password = pulumi.Config(NAMESPACE).require_secret("databasePassword")
    user = login(stack, ground, password)
    users = dict.fromkeys(catalogue.databases, user)
    made = databases(stack, catalogue, ground, users)
    granted = grants(stack, catalogue, ground, made, user, on_cluster)
    held = borrowed(stack, catalogue, members(stack, catalogue, ground), base)
    services(stack, catalogue, ground, made, users, held, on_cluster, password=password, seeds=seeds, after=granted)
    pulumi.export("preview", told(stack))
    pulumi.export("database_password", password)


def services(
    stack: Environment | Preview,
    catalogue: Catalogue,
    ground: Ground,
    databases: Mapping[str, Database],
    logins: Logins,
    held: Holdings,
    on_cluster: pulumi.ResourceOptions,
    *,
    password: Output[str] | None = None,
    seeds: Mapping[str, str] | None = None,
    after: Sequence[pulumi.Resource] = (),
) -> None:
    """A namespace, topics, what runs as pods, what tests it, and the ways to it."""
    labels = {**(names.ROUTES_LABEL if catalogue.gateway else {}), **stack.labels}
    namespace = Namespace("services", NamespaceArgs(namespace=stack.namespace, labels=labels), opts=on_cluster)
    if stack.people.debug:
        Debug("debug", DebugArgs(namespace=namespace.name, groups=stack.people.debug), opts=on_cluster)
    if stack.quota:
        Quota("quota", QuotaArgs(namespace=namespace.name, **stack.quota.model_dump()), opts=on_cluster)
    topics = messaging(stack, catalogue, ground)
    site = Site(
        stack=stack,
        catalogue=catalogue,
        ground=ground,
        on_cluster=on_cluster,
        namespace=namespace.name,
        topics=topics,
        databases=databases,
        logins=logins,
        held=held,
        password=password,
        seeds=seeds or {},
    )
    running = pods(site, after)
    smoke_tests(stack, catalogue, ground, namespace.name, running, on_cluster)
    if catalogue.gateway:
        ways = routes(stack, catalogue, catalogue.gateway, ground, namespace.name, running, on_cluster)
        pulumi.export("routes", ways)

    ground.export()
    pods_of = catalogue.deployments(stack.collapse)
    pulumi.export("namespace", namespace.name)
    pulumi.export("topics", {name: topic.id for name, topic in topics.items()})
    pulumi.export("databases", {name: database.name for name, database in databases.items()})
    pulumi.export("services", {it: runs.told for name, runs in running.items() for it in pods_of[name].ports})


def main() -> None:
    """Loads the stack's config and the catalogue, and builds what they say."""
    stack = environment_of_program()
    folder = Path(os.environ.get("SLIPWAY_CONFIG_DIR") or pulumi.runtime.get_root_directory())
    catalogue = load_catalogue(folder)
    check_together(pulumi.get_stack(), stack, catalogue)
    adoption = Adoption(stack.adopt)
    match stack:
        case Shared():
            shared(stack, catalogue, folder)
        case Environment():
            environment(stack, catalogue)
        case Preview():
            preview(stack, previewed(catalogue, trusted=stack.trusted), stack.seeds(folder))
    check_adopted(pulumi.get_stack(), adoption.unknown, adoption.ambiguous)


try:
    main()
except ConfigError as error:
    # Of a RunError Pulumi shows the message alone, without a traceback.
    raise pulumi.RunError(str(error)) from None
