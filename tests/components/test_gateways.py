"""The ways in: what is in front of what, who gets through, and what Kong may do in the cluster."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi import Output

from components.gateways import Gateways, GatewaysArgs, KongSize
from components.routes import PluginArgs, RouteArgs, Routes, RoutesArgs
from tests.components.conftest import Build, Registered

SIZE = KongSize(
    proxy="registry/kong@sha256:1",
    controller="registry/controller@sha256:2",
    cpu="500m",
    memory="1Gi",
    replicas=3,
    max_replicas=9,
    disruption_budget=True,
)
ROUTED = {"routes": "allowed"}


def gateways(**changes: Any) -> Gateways:
    given: dict[str, Any] = {
        "project": "acme",
        "region": "us-west1",
        "network": "network-id",
        "subnetwork": "subnetwork-id",
        "namespace": "gateway",
        "names": {"internet": "kong", "outpost": "kong-outpost"},
        "routes": ROUTED,
        "domain": "dev.example.com",
        "internal_domain": "internal.dev.example.com",
        "armor": True,
        "groups": [],
        "log_share": 0.25,
        "kong": SIZE,
        "protect": False,
    }
    return Gateways("gateway", GatewaysArgs(**given | changes))


def of(made: list[Registered], kind: str, name: str = "") -> list[Registered]:
    return [each for each in made if each.type.rpartition(":")[2] == kind and name in ("", each.name)]


def one(made: list[Registered], kind: str, name: str = "") -> dict[str, Any]:
    [found] = of(made, kind, name)
    return found.inputs


def test_the_load_balancer_has_its_address_certificates_and_policies(build: Build) -> None:
    made = build(gateways)
    gateway = one(made, "Gateway", "internet")
    assert gateway["metadata"]["annotations"] == {"networking.gke.io/certmap": "gateway"}
    assert gateway["spec"]["addresses"] == [{"type": "NamedAddress", "value": "gateway"}]
    assert gateway["spec"]["gatewayClassName"] == "gke-l7-global-external-managed"
    assert [(it["name"], it["port"], it["protocol"]) for it in gateway["spec"]["listeners"]] == [
        ("http", 80, "HTTP"),
        ("https", 443, "HTTPS"),
    ]
    redirect = one(made, "HTTPRoute", "internet-redirect")["spec"]
    assert redirect["parentRefs"] == [{"name": "internet", "sectionName": "http"}]
    assert redirect["rules"] == [
        {"filters": [{"type": "RequestRedirect", "requestRedirect": {"scheme": "https", "statusCode": 301}}]}
    ]
    onward = one(made, "HTTPRoute", "internet")["spec"]
    assert onward["parentRefs"] == [{"name": "internet", "sectionName": "https"}]
    assert onward["rules"] == [{"backendRefs": [{"name": "kong", "port": 80}]}]
    backend = one(made, "GCPBackendPolicy")["spec"]
    assert backend["targetRef"] == {"group": "", "kind": "Service", "name": "kong"}
    assert backend["default"]["logging"] == {"enabled": True, "sampleRate": 250_000}
    assert "securityPolicy" in backend["default"]
    assert "iap" not in backend["default"]
    assert one(made, "SSLPolicy")["minTlsVersion"] == "TLS_1_2"
    assert one(made, "GCPGatewayPolicy")["spec"] == {
        "targetRef": {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "internet"},
        "default": {"sslPolicy": "internet"},
    }
    check = one(made, "HealthCheckPolicy")["spec"]["default"]["config"]["httpHealthCheck"]
    assert check == {"port": 8100, "portSpecification": "USE_FIXED_PORT", "requestPath": "/status/ready"}


def test_with_groups_nobody_else_gets_through(build: Build) -> None:
    made = build(lambda: gateways(groups=["developers@example.com"], armor=False))
    assert one(made, "GCPBackendPolicy")["spec"]["default"]["iap"] == {"enabled": True}
    assert "securityPolicy" not in one(made, "GCPBackendPolicy")["spec"]["default"]
    assert [(it.inputs["role"], it.inputs["member"]) for it in of(made, "WebIamMember")] == [
        ("roles/iap.httpsResourceAccessor", "group:developers@example.com")
    ]
    assert of(made, "SecurityPolicy") == []


def test_groups_of_two_domains_may_have_the_same_name(build: Build) -> None:
    made = build(lambda: gateways(groups=["on-call@example.com", "on-call@example.org"], armor=False))
    assert [(it.name, it.inputs["member"]) for it in of(made, "WebIamMember")] == [
        ("internet-on-call@example.com", "group:on-call@example.com"),
        ("internet-on-call@example.org", "group:on-call@example.org"),
    ]


def test_before_kong_has_pins_there_is_what_takes_long(build: Build) -> None:
    made = build(lambda: gateways(kong=None))
    assert {it.type.split(":")[0] for it in made} == {"gcp"}
    assert sorted({it.type.rpartition(":")[2] for it in made}) == [
        "Address",
        "Certificate",
        "CertificateMap",
        "CertificateMapEntry",
        "DnsAuthorization",
        "GlobalAddress",
        "ManagedZone",
        "RecordSet",
        "SecurityPolicy",
    ]


def test_names_lead_to_the_addresses(build: Build) -> None:
    made = build(lambda: gateways(kong=None))
    records = {it.inputs["name"]: it.inputs["type"] for it in of(made, "RecordSet")}
    assert records == {
        "_acme-challenge.gateway.": "CNAME",
        "dev.example.com.": "A",
        "*.dev.example.com.": "A",
        "internal.dev.example.com.": "A",
        "*.internal.dev.example.com.": "A",
    }
    zones = {it.inputs["dnsName"]: it.inputs["visibility"] for it in of(made, "ManagedZone")}
    assert zones == {"dev.example.com.": "public", "internal.dev.example.com.": "private"}
    certificate = one(made, "Certificate")["managed"]
    assert certificate["domains"] == ["dev.example.com", "*.dev.example.com"]


def test_what_is_signed_and_what_is_refused_at_the_edge(build: Build) -> None:
    made = build(lambda: gateways(kong=None))
    signed = {it.inputs["dnsName"]: it.inputs.get("dnssecConfig", {}).get("state") for it in of(made, "ManagedZone")}
    assert signed == {"dev.example.com.": "on", "internal.dev.example.com.": None}
    rules = one(made, "SecurityPolicy")["rules"]
    assert len({rule["priority"] for rule in rules}) == len(rules)
    assert (rules[-1]["priority"], rules[-1]["action"]) == (2147483647, "allow")
    assert {rule["action"] for rule in rules[:-2]} == {"deny(403)"}
    assert rules[-2]["rateLimitOptions"]["rateLimitThreshold"] == {"count": 6000, "intervalSec": 60}


@pytest.mark.parametrize("name", ["kong", "kong-outpost"])
def test_each_kong_answers_for_one_gateway(build: Build, name: str) -> None:
    made = build(gateways)
    class_ = one(made, "GatewayClass", f"{name}-class")
    assert class_["metadata"] == {"name": name, "annotations": {"konghq.com/gatewayclass-unmanaged": "true"}}
    assert class_["spec"] == {"controllerName": "konghq.com/kic-gateway-controller"}
    spec = one(made, "Deployment", name)["spec"]
    assert "replicas" not in spec
    [controller] = spec["template"]["spec"]["initContainers"]
    env = {it["name"]: it.get("value") for it in controller["env"]}
    assert env["CONTROLLER_GATEWAY_TO_RECONCILE"] == f"gateway/{name}"
    assert env["CONTROLLER_PUBLISH_SERVICE"] == f"gateway/{name}"
    assert one(made, "Gateway", name)["spec"]["listeners"][0]["allowedRoutes"] == {
        "namespaces": {"from": "Selector", "selector": {"matchLabels": ROUTED}}
    }
    scaler = one(made, "HorizontalPodAutoscaler", name)["spec"]
    assert (scaler["minReplicas"], scaler["maxReplicas"]) == (3, 9)
    assert one(made, "PodDisruptionBudget", name)["spec"]["maxUnavailable"] == 1


def test_only_the_controller_has_a_token(build: Build) -> None:
    spec = one(build(gateways), "Deployment", "kong")["spec"]["template"]["spec"]
    [proxy], [controller] = spec["containers"], spec["initContainers"]
    assert spec["automountServiceAccountToken"] is False
    assert [it["name"] for it in controller["volumeMounts"]] == ["kubernetes"]
    assert [it["name"] for it in proxy["volumeMounts"]] == ["tmp"]
    for container in (proxy, controller):
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
    assert (spec["securityContext"]["runAsNonRoot"], spec["securityContext"]["runAsUser"]) == (True, 1000)


def test_the_internet_reaches_kong_by_google_only_and_the_network_by_its_address(build: Build) -> None:
    made = build(gateways)
    [front, inside] = [one(made, "NetworkPolicy", name)["spec"] for name in ("kong", "kong-outpost")]
    assert [it["ipBlock"]["cidr"] for it in front["ingress"][0]["from"]] == ["35.191.0.0/16", "130.211.0.0/22"]
    assert inside["ingress"][0]["from"][0]["namespaceSelector"] == {"matchLabels": ROUTED}
    assert front["egress"][-1]["to"][0]["namespaceSelector"] == {"matchLabels": ROUTED}
    services = {name: one(made, "Service", name)["spec"] for name in ("kong", "kong-outpost")}
    assert {name: spec["type"] for name, spec in services.items()} == {
        "kong": "ClusterIP",
        "kong-outpost": "LoadBalancer",
    }
    # From a node in between, a request would come with an address that no policy can name.
    assert services["kong-outpost"]["externalTrafficPolicy"] == "Local"
    assert "externalTrafficPolicy" not in services["kong"]
    annotated = one(made, "Service", "kong-outpost")["metadata"]["annotations"]
    assert annotated == {"networking.gke.io/load-balancer-type": "Internal"}


def test_kong_outlasts_the_load_balancers_idea_of_it(build: Build) -> None:
    made = build(gateways)
    for name, kept_alive in (("kong", "620s"), ("kong-outpost", None)):
        spec = one(made, "Deployment", name)["spec"]["template"]["spec"]
        env = {it["name"]: it.get("value") for it in spec["containers"][0]["env"]}
        assert env.get("KONG_NGINX_PROXY_KEEPALIVE_TIMEOUT") == kept_alive
        assert spec["containers"][0]["lifecycle"] == {"preStop": {"sleep": {"seconds": 30}}}
        assert spec["terminationGracePeriodSeconds"] == 80


def test_the_controller_may_read_the_cluster_and_change_nothing_but_status(build: Build) -> None:
    rules = one(build(gateways), "ClusterRole", "kong")["rules"]
    changing = {
        f"{resource}.{rule['apiGroups'][0]}": sorted({*rule["verbs"]} - {"get", "list", "watch"})
        for rule in rules
        for resource in rule["resources"]
        if {*rule["verbs"]} - {"get", "list", "watch"} and not resource.endswith("/status")
    }
    assert changing == {"events.": ["create", "patch"], "gateways.gateway.networking.k8s.io": ["update"]}
    assert not [rule for rule in rules if "*" in rule["resources"] + rule["verbs"] + rule["apiGroups"]]


def test_a_route_has_its_plugins_beside_it_and_no_other_is_there(build: Build) -> None:
    plugins = {key: PluginArgs(plugin=key, config={}) for key in ("rate-limiting", "key-auth", "cors")}
    plugins["rate-limiting"] = PluginArgs(plugin="rate-limiting", config={"minute": 60})
    given = RouteArgs(
        gateway="kong",
        host=Output.from_input("a.dev.example.com"),
        path="/v1",
        service="api",
        plugins=["rate-limiting", "key-auth"],
        after=[],
    )
    args = RoutesArgs(namespace="pr-x", gateways="gateway", plugins=plugins, routes={"api-internet-v1": given})
    made = build(lambda: Routes("routes", args))
    assert [(it.name, it.inputs.get("config")) for it in of(made, "KongPlugin")] == [
        ("routes-key-auth", None),
        ("routes-rate-limiting", {"minute": 60}),
    ]
    route = one(made, "HTTPRoute")
    assert route["metadata"] == {
        "name": "api-internet-v1",
        "namespace": "pr-x",
        "annotations": {"konghq.com/plugins": "key-auth,rate-limiting"},
    }
    assert route["spec"] == {
        "parentRefs": [{"name": "kong", "namespace": "gateway"}],
        "hostnames": ["a.dev.example.com"],
        "rules": [
            {
                "matches": [{"path": {"type": "PathPrefix", "value": "/v1"}}],
                "backendRefs": [{"name": "api", "port": 80}],
            }
        ],
    }
