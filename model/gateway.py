"""The gateway: what the catalogue says of routes and plugins, and how an environment's ways in are."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from model import host_names, names
from model.inert import Inert
from model.people import Group
from model.size import Size

GatewayClass = Literal["internet", "outpost"]
GATEWAYS: tuple[GatewayClass, ...] = ("internet", "outpost")


def _plugin_name(value: str) -> str:
    return names.label(value, "a plugin")


PluginName = Annotated[str, AfterValidator(_plugin_name)]


class Plugin(Inert):
    """Something that Kong does with the requests of a route, as Kong documents it (https://developer.konghq.com/plugins)."""

    plugin: str = Field(
        pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", description="the plugin as Kong names it, such as rate-limiting"
    )
    config: dict[str, Any] = Field(default_factory=dict, description="what the plugin takes, no secrets among it")


class Gateway(Inert):
    """Kong, which brings requests to the services."""

    proxy: str = Field(description="the name of Kong's image from 'images'")
    controller: str = Field(description="the name of Kong's ingress controller's image from 'images'")
    plugins: dict[PluginName, Plugin] = Field(default_factory=dict, description="a map of plugins that routes may name")


class Route(Inert):
    """A way to a service from outside the cluster."""

    host: Annotated[str, AfterValidator(host_names.host)] = Field(
        "",
        description="a label before the environment's domain; left out, it is the domain itself (in a preview the "
        "branch takes its place)",
    )
    path: str = Field(
        "/",
        pattern=r"^/([A-Za-z0-9._~-]+/)*([A-Za-z0-9._~-]+)?$",
        max_length=200,
        description="the path that requests begin with; it reaches the service unchanged",
    )
    gateway: GatewayClass = Field(
        "internet", description="internet, or outpost: reached from within the environment's network only"
    )
    plugins: tuple[str, ...] = Field((), description="a list of names from 'gateway.plugins', in no order")


class GatewaySizes(Inert):
    """An environment's ways in."""

    domain: Annotated[str, AfterValidator(host_names.domain)] = Field(
        description="the domain of its hosts, such as dev.example.com; its parent must delegate it"
    )
    armor: bool = Field(
        description="true for a Cloud Armor policy in front of the internet's gateway (a price for each policy, rule and "
        "million requests): injections are refused and floods throttled"
    )
    # Nobody unless an environment says otherwise: what is in production is for everyone.
    identity_aware: tuple[Group, ...] = Field(
        (),
        description="a list of Google groups; with any, nobody else gets through the internet's gateway, in front of its "
        "previews either (Identity-Aware Proxy, for people of the organisation)",
    )
    # A load balancer's log is the only record of what was asked for and refused; it costs by the gigabyte.
    log_share: float = Field(
        1.0, ge=0, le=1, description="the share of the internet's requests that the load balancer logs, from 0 to 1"
    )
    size: Size = Field(description="how much of Kong runs, for each of the two gateways")


class Delegation(Inert):
    """A subdomain whose zone is elsewhere."""

    name_servers: tuple[Annotated[str, Field(pattern=r"^([a-z0-9-]+\.)+$")], ...] = Field(
        min_length=1, description="a list of name servers with their last dot, as `slipway outputs` shows them"
    )
    # Without it answers are signed and nobody checks; the domain works all the same.
    ds: tuple[Annotated[str, Field(pattern=r"^[0-9]+ [0-9]+ [0-9]+ [0-9A-F]+$")], ...] = Field(
        (), description="a list of DS records of its key-signing keys, which close the chain of DNSSEC"
    )
