"""Google's load balancer in front of Kong, as GKE makes it from a Gateway."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi import Input, ResourceOptions
from pulumi_gcp import compute, iap
from pulumi_kubernetes import apiextensions, meta

from components.kong import API_VERSION, READY, SERVICE_PORT, STATUS_PORT

CLASS = "gke-l7-global-external-managed"
SOURCES = ("35.191.0.0/16", "130.211.0.0/22")
"""Where its requests and health checks come from: https://cloud.google.com/load-balancing/docs/firewall-rules"""

POLICY_VERSION = "networking.gke.io/v1"
DRAIN_SECONDS = 30
"""As long as a request may take, which is the load balancer's own default."""

ACCESSOR = "roles/iap.httpsResourceAccessor"

TLS = {"min_tls_version": "TLS_1_2", "profile": "MODERN"}
"""Without a policy clients may use TLS 1.0, which nobody needs any more (RFC 8996)."""


@dataclass(frozen=True, kw_only=True)
class LoadBalancerArgs:
    """`address` and `certificates` are names of a global address and a certificate map, `armor` of a security policy.

    `groups`, by their addresses, are the only ones that get through, if there are any. `log_share` is from 0 to 1.
    """

    project: Input[str]
    namespace: Input[str]
    service: Input[str]
    address: Input[str]
    certificates: Input[str]
    armor: Input[str] | None
    groups: Sequence[str]
    log_share: float


class LoadBalancer(pulumi.ComponentResource):
    """Ends TLS, sends plain HTTP elsewhere, and gives every request to Kong's pods themselves (container-native)."""

    def __init__(self, name: str, args: LoadBalancerArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:LoadBalancer", name, None, opts)

        def make(
            key: str,
            kind: str,
            api_version: str,
            spec: dict[str, Any],
            after: Sequence[pulumi.Resource] = (),
            **annotations: Input[str],
        ) -> pulumi.Resource:
            return apiextensions.CustomResource(
                key,
                api_version=api_version,
                kind=kind,
                metadata=meta.v1.ObjectMetaArgs(
                    name=key,
                    namespace=args.namespace,
                    annotations={f"networking.gke.io/{note}": value for note, value in annotations.items()} or None,
                ),
                spec=spec,
                opts=ResourceOptions(parent=self, depends_on=list(after)),
            )

        tls = compute.SSLPolicy(name, **TLS, opts=ResourceOptions(parent=self))
        target = {"targetRef": {"group": "", "kind": "Service", "name": args.service}}
        # All are there before the load balancer is: it never serves without them.
        policies = [
            make(
                name,
                "GCPGatewayPolicy",
                POLICY_VERSION,
                {
                    "targetRef": {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": name},
                    "default": {"sslPolicy": tls.name},
                },
            ),
            make(
                name,
                "HealthCheckPolicy",
                POLICY_VERSION,
                {
                    **target,
                    "default": {
                        "config": {
                            "type": "HTTP",
                            "httpHealthCheck": {
                                "port": STATUS_PORT,
                                "portSpecification": "USE_FIXED_PORT",
                                "requestPath": READY,
                            },
                        }
                    },
                },
            ),
            make(name, "GCPBackendPolicy", POLICY_VERSION, {**target, "default": _backend(args)}),
        ]
        former: set[str] = set()
        for group in args.groups:
            # Grants were once named without the group's domain. Only the first of that name can be the one that is there.
            short = f"{name}-{group.partition('@')[0]}"
            iap.WebIamMember(
                f"{name}-{group}",
                project=args.project,
                role=ACCESSOR,
                member=f"group:{group}",
                opts=ResourceOptions(parent=self, aliases=[] if short in former else [pulumi.Alias(name=short)]),
            )
            former.add(short)
        same = {"namespaces": {"from": "Same"}}
        gateway = make(
            name,
            "Gateway",
            API_VERSION,
            {
                "gatewayClassName": CLASS,
                "addresses": [{"type": "NamedAddress", "value": args.address}],
                "listeners": [
                    {"name": "http", "port": 80, "protocol": "HTTP", "allowedRoutes": same},
                    {"name": "https", "port": 443, "protocol": "HTTPS", "allowedRoutes": same},
                ],
            },
            after=policies,
            certmap=args.certificates,
        )
        redirect = {"type": "RequestRedirect", "requestRedirect": {"scheme": "https", "statusCode": 301}}
        make(
            f"{name}-redirect",
            "HTTPRoute",
            API_VERSION,
            {"parentRefs": [{"name": name, "sectionName": "http"}], "rules": [{"filters": [redirect]}]},
            after=[gateway],
        )
        make(
            name,
            "HTTPRoute",
            API_VERSION,
            {
                "parentRefs": [{"name": name, "sectionName": "https"}],
                "rules": [{"backendRefs": [{"name": args.service, "port": SERVICE_PORT}]}],
            },
            after=[gateway],
        )
        self.register_outputs({})


def _backend(args: LoadBalancerArgs) -> dict[str, Any]:
    """What the load balancer does with the requests of a backend."""
    backend: dict[str, Any] = {"connectionDraining": {"drainingTimeoutSec": DRAIN_SECONDS}}
    backend["logging"] = (
        {"enabled": True, "sampleRate": round(args.log_share * 1_000_000)} if args.log_share else {"enabled": False}
    )
    if args.armor is not None:
        backend["securityPolicy"] = args.armor
    if args.groups:
        # Without a client of its own Identity-Aware Proxy uses Google's, which is for people of the organisation.
        backend["iap"] = {"enabled": True}
    return backend
