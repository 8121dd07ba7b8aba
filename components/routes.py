"""The ways from the gateways to the services of a namespace, and what Kong does on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi import Input, ResourceOptions
from pulumi_kubernetes import apiextensions, meta

from components.kong import API_VERSION
from components.kong_plugin import KongPlugin
from components.workload import SERVICE_PORT

PLUGINS = "konghq.com/plugins"


@dataclass(frozen=True, kw_only=True)
class PluginArgs:
    """A plugin as Kong names it, and what it takes."""

    plugin: str
    config: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class RouteArgs:
    """From a host and all paths below `path` to the Service `service`, which runs once `after` is there.

    `gateway` is the name of a Gateway in the namespace of the gateways; `plugins` are keys of the plugins beside it.
    """

    gateway: str
    host: Input[str]
    path: str
    service: str
    plugins: Sequence[str]
    after: Sequence[pulumi.Resource]


@dataclass(frozen=True, kw_only=True)
class RoutesArgs:
    """`routes` by their names, `gateways` the namespace of what they belong to."""

    namespace: Input[str]
    gateways: str
    plugins: Mapping[str, PluginArgs]
    routes: Mapping[str, RouteArgs]


class Routes(pulumi.ComponentResource):
    """HTTPRoutes of one namespace with the plugins that they use, and no other: a preview's come and go with it."""

    def __init__(self, name: str, args: RoutesArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Routes", name, None, opts)
        used = {plugin for route in args.routes.values() for plugin in route.plugins}
        plugins = {
            key: KongPlugin(
                f"{name}-{key}",
                metadata=meta.v1.ObjectMetaArgs(name=key, namespace=args.namespace),
                plugin=plugin.plugin,
                config=plugin.config,
                opts=ResourceOptions(parent=self),
            )
            for key, plugin in args.plugins.items()
            if key in used
        }
        for key, route in args.routes.items():
            apiextensions.CustomResource(
                key,
                api_version=API_VERSION,
                kind="HTTPRoute",
                metadata=meta.v1.ObjectMetaArgs(
                    name=key,
                    namespace=args.namespace,
                    annotations={PLUGINS: ",".join(sorted(route.plugins))} if route.plugins else None,
                ),
                spec={
                    "parentRefs": [{"name": route.gateway, "namespace": args.gateways}],
                    "hostnames": [route.host],
                    "rules": [
                        {
                            "matches": [{"path": {"type": "PathPrefix", "value": route.path}}],
                            "backendRefs": [{"name": route.service, "port": SERVICE_PORT}],
                        }
                    ],
                },
                # A route to nothing would answer for the host; one whose plugins are missing, without them.
                opts=ResourceOptions(
                    parent=self, depends_on=[*(plugins[plugin] for plugin in route.plugins), *route.after]
                ),
            )
        self.register_outputs({})
