"""The ways in, and which services they lead to."""

from __future__ import annotations

from collections.abc import Mapping

from pulumi import Output, ResourceOptions

from components.cloud_run import CloudRun
from components.dns_zone import DelegationArgs, DnsZone, DnsZoneArgs
from components.gateways import Gateways, GatewaysArgs, KongSize
from components.network import Network
from components.routes import PluginArgs, RouteArgs, Routes, RoutesArgs
from components.workload import Workload
from model import host_names, names
from model.catalogue import Catalogue
from model.environment import Environment
from model.gateway import Gateway, GatewaySizes
from model.preview import Preview
from model.shared import Shared
from wiring.ground import Ground


def parent_zone(stack: Shared, domain: str) -> DnsZone:
    """The zone that every environment's domain is delegated from."""
    delegations = {label: DelegationArgs(**it.model_dump()) for label, it in stack.delegations.items()}
    return DnsZone("domain", DnsZoneArgs(domain=domain, delegations=delegations, protect=stack.deletion_protection))


def gateways(
    stack: Environment, gateway: Gateway, sizes: GatewaySizes, network: Network, on_cluster: ResourceOptions
) -> Gateways:
    """The two ways in. Kong runs once its images have pins."""
    kong = None
    if {gateway.proxy, gateway.controller} <= stack.pinned:
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
