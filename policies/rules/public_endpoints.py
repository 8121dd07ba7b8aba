"""Only what is declared public can be reached from the internet."""

from __future__ import annotations

import re
from collections.abc import Iterator

from policies.resource import UNTOLD, Resource, entries
from policies.rule import Rule
from policies.settings import Settings

INTERNAL = ("networking.gke.io/load-balancer-type", "cloud.google.com/load-balancer-type")
INSIDE = ("INGRESS_TRAFFIC_INTERNAL_ONLY", "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER")
EVERYWHERE = {"0.0.0.0/0", "::/0"}


def check(resource: Resource, settings: Settings) -> Iterator[str]:
    """What the file or the catalogue opens is open; all the rest is not."""
    match resource.kind:
        case "Service" if resource.type.startswith("gcp:"):
            if not resource.is_("ingress", *INSIDE) and not resource.is_("name", *settings.public):
                yield "everybody can reach it, and the catalogue does not say 'public: true'"
        case "Service":
            annotations = resource.get("metadata.annotations") or {}
            inner = annotations in UNTOLD or any(annotations.get(key) == "Internal" for key in INTERNAL)
            if resource.get("spec.type") == "LoadBalancer" and not inner:
                yield "it is a load balancer on the internet, past the gateway"
        case "Ingress":
            yield "it is a load balancer on the internet, past the gateway"
        case "Gateway":
            if "external" in str(resource.get("spec.gatewayClassName")) and not settings.gateway:
                yield "it is a gateway to the internet, and none is declared"
        case "GlobalAddress" | "Address":
            outside = not resource.is_("addressType", "INTERNAL")
            if outside and not settings.gateway:
                yield "it is an address on the internet, and no gateway is declared"
        case _:
            everybody = EVERYWHERE.intersection(map(str, entries(resource.get("sourceRanges"))))
            if everybody and resource.get("direction") != "EGRESS" and resource.has("allows"):
                yield "it lets everybody in"


RULE = Rule(
    id="public-endpoints",
    title="Nothing can be reached from the internet that is not declared public",
    why="The gateway is where attacks, floods and strangers are told from clients; what is beside it has only itself.",
    remedy="Give the service a route of the gateway, or declare it public in services.yaml",
    types=re.compile(
        r"gcp:cloudrunv2/service:Service|kubernetes:core/v1:Service|kubernetes:networking\.k8s\.io/v1:Ingress"
        r"|kubernetes:gateway\.networking\.k8s\.io/[^:]+:Gateway|gcp:compute/(globalAddress:GlobalAddress|address:Address|firewall:Firewall)"
    ),
    check=check,
    decided="`public` of a service and `gateway` in services.yaml, `slipway:gateway`",
)
