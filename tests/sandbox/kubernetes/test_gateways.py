"""Gateways and routes: served where the cluster says so, checked as their CRDs do, reported as the controllers do."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sandbox.clouds.kubernetes.clusters import CLUSTER_TYPE
from sandbox.clouds.protocol import CloudError
from sandbox.clouds.world import Entity, World
from tests.sandbox.kubernetes.conftest import CLUSTER, GOOD, NAMESPACE, SERVICE, Provider, Resource, deployment

CLASS, GATEWAY, ROUTE = (
    f"kubernetes:gateway.networking.k8s.io/v1:{kind}" for kind in ("GatewayClass", "Gateway", "HTTPRoute")
)
BACKEND, HEALTH, TLS = (
    f"kubernetes:networking.gke.io/v1:{kind}" for kind in ("GCPBackendPolicy", "HealthCheckPolicy", "GCPGatewayPolicy")
)
PLUGIN = "kubernetes:configuration.konghq.com/v1:KongPlugin"
HTTP = {"name": "http", "port": 80, "protocol": "HTTP"}
HTTPS = {"name": "https", "port": 443, "protocol": "HTTPS"}
DEFAULT_STATUS = {"type": "Accepted", "status": "Unknown", "reason": "Pending"}


@pytest.fixture
def gateways(provider: Provider, world: World) -> Provider:
    """A provider whose cluster has Gateway API switched on."""
    with world.transaction() as tx:
        cluster = tx.get("gcp", CLUSTER_TYPE, CLUSTER)
        assert cluster
        tx.put(replace(cluster, outputs={**cluster.outputs, "gatewayApiConfig": {"channel": "CHANNEL_STANDARD"}}))
    return provider


def gateway(class_: str, *listeners: dict[str, Any], name: str = "kong", **metadata: Any) -> dict[str, Any]:
    spec = {"gatewayClassName": class_, "listeners": list(listeners or (HTTP,))}
    return {"metadata": {"name": name, "namespace": "dev", **metadata}, "spec": spec}


def route(*hosts: str, namespace: str = "dev", service: str = "api", **parent: Any) -> dict[str, Any]:
    return {
        "metadata": {"name": "api", "namespace": namespace},
        "spec": {
            "hostnames": list(hosts),
            "parentRefs": [{"name": "kong", "namespace": "dev", **parent}],
            "rules": [{"backendRefs": [{"name": service, "port": 80}]}],
        },
    }


def service(provider: Provider, name: str = "api", namespace: str = "dev") -> Resource:
    ports = [{"name": "http", "port": 80, "targetPort": 8080}]
    manifest = {
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"selector": {"app": "api"}, "ports": ports},
    }
    return provider.create(SERVICE, f"{namespace}-{name}", manifest)


def kong(provider: Provider) -> None:
    """A GatewayClass of Kong's, and a Kong that reconciles the Gateway dev/kong behind the Service dev/kong."""
    annotated = {"name": "kong", "annotations": {"konghq.com/gatewayclass-unmanaged": "true"}}
    provider.create(
        CLASS, "kong", {"metadata": annotated, "spec": {"controllerName": "konghq.com/kic-gateway-controller"}}
    )
    env = {"CONTROLLER_GATEWAY_TO_RECONCILE": "dev/kong", "CONTROLLER_PUBLISH_SERVICE": "dev/kong"}
    container = {"env": [{"name": key, "value": value} for key, value in env.items()]}
    provider.create("kubernetes:apps/v1:Deployment", "kong", deployment(GOOD, 1, container=container))
    service(provider, "kong")


def conditions(provider: Provider, made: Resource) -> dict[str, tuple[str, str]]:
    """What a refresh shows: type -> (status, reason); of a route its first parent's."""
    status = read(provider, made).get("status") or {}
    parents = status.get("parents", [status])
    return {each["type"]: (each["status"], each["reason"]) for each in (parents[0]["conditions"] if parents else [])}


def read(provider: Provider, made: Resource) -> dict[str, Any]:
    return provider.cloud.read("one", made.urn, made.id, made.type, made.inputs, made.outputs).properties


def test_a_cluster_without_gateway_api_serves_none_of_it(provider: Provider) -> None:
    for type_ in (CLASS, GATEWAY, ROUTE, BACKEND, HEALTH, TLS):
        with pytest.raises(CloudError, match="no matches for kind .*gatewayApiConfig.channel is None"):
            provider.create(type_, "thing", SAMPLES[type_])
    assert provider.create(PLUGIN, "limit", SAMPLES[PLUGIN]).reasons == ()


@pytest.mark.parametrize(
    ("type_", "manifest", "property", "reason"),
    [
        (GATEWAY, gateway("kong", HTTP, {**HTTP, "port": 8080}), "spec.listeners", "Listener name must be unique"),
        (GATEWAY, gateway("kong", HTTP, {**HTTP, "name": "two"}), "spec.listeners", "Combination of port"),
        (GATEWAY, gateway("kong", {**HTTP, "tls": {}}), "spec.listeners[0]", "tls must not be specified"),
        (
            GATEWAY,
            gateway("kong", {**HTTPS, "tls": {"mode": "Terminate"}}),
            "spec.listeners[0].tls",
            "must be specified",
        ),
        (GATEWAY, gateway("kong", {**HTTPS, "tls": {"mode": "Passthrough"}}), "spec.listeners[0]", "must be Terminate"),
        (GATEWAY, gateway("kong", {**HTTP, "colour": "red"}), "spec.listeners[0].colour", "unknown field"),
        (ROUTE, route("API.example.com"), "spec.hostnames[0]", "does not match"),
        (PLUGIN, {"metadata": {"name": "p", "namespace": "dev"}, "config": {}}, "", "'plugin' is a required property"),
    ],
)
def test_what_the_crds_refuse(
    provider: Provider, type_: str, manifest: dict[str, Any], property: str, reason: str
) -> None:
    failures = {failure.property: failure.reason for failure in provider.check(type_, "thing", manifest)}
    assert list(failures) == [property]
    assert reason in failures[property]


@pytest.mark.parametrize(
    ("rule", "place", "reason"),
    [
        ({"matches": [{"path": {"value": "v1"}}]}, ".matches[0].path", "start with '/'"),
        ({"matches": [{"path": {"value": "/a//b"}}]}, ".matches[0].path", "must not contain '//'"),
        ({"filters": [{"type": "URLRewrite"}]}, ".filters[0]", "filter.urlRewrite must be specified"),
        (
            {
                "filters": [{"type": "RequestRedirect", "requestRedirect": {}}],
                "backendRefs": [{"name": "a", "port": 1}],
            },
            "",
            "must not be used together with backendRefs",
        ),
        ({"backendRefs": [{"name": "api"}]}, ".backendRefs[0]", "Must have port"),
    ],
)
def test_what_a_route_may_not_say(provider: Provider, rule: dict[str, Any], place: str, reason: str) -> None:
    manifest = route("a.example.com")
    manifest["spec"]["rules"] = [rule]
    [failure] = provider.check(ROUTE, "thing", manifest)
    assert (failure.property, reason in failure.reason) == (f"spec.rules[0]{place}", True)


def test_a_gateway_waits_for_the_kong_that_reconciles_it(gateways: Provider) -> None:
    made = gateways.create(GATEWAY, "kong", gateway("kong"))
    assert [each | DEFAULT_STATUS == each for each in made.live["status"]["conditions"]] == [True, False]
    assert conditions(gateways, made)["Programmed"] == ("Unknown", "Pending")
    kong(gateways)
    assert conditions(gateways, made) == {"Accepted": ("True", "Accepted"), "Programmed": ("True", "Programmed")}
    [address] = read(gateways, made)["status"]["addresses"]
    assert address["value"].startswith("10.20.")


def test_a_route_is_accepted_where_a_listener_takes_it(gateways: Provider) -> None:
    kong(gateways)
    chosen = {"namespaces": {"from": "Selector", "selector": {"matchLabels": {"routes": "yes"}}}}
    gateways.create(GATEWAY, "kong", gateway("kong", {**HTTP, "hostname": "*.example.com", "allowedRoutes": chosen}))
    for name, labels in (("open", {"routes": "yes"}), ("closed", {"routes": "no"})):
        gateways.create(NAMESPACE, name, {"metadata": {"name": name, "labels": labels}})
        service(gateways, "api", name)

    def accepted(*hosts: str, **given: Any) -> tuple[str, str]:
        made = gateways.create(ROUTE, "route", route(*hosts, **given))
        found = conditions(gateways, made).get("Accepted", ("", "nobody says anything"))
        gateways.delete(made)
        return found

    assert accepted("a.example.com", namespace="open") == ("True", "Accepted")
    assert accepted("a.example.com", namespace="closed") == ("False", "NotAllowedByListeners")
    assert accepted("a.example.org", namespace="open") == ("False", "NoMatchingListenerHostname")
    assert accepted("a.example.com", namespace="open", sectionName="https") == ("False", "NoMatchingParent")
    assert accepted("a.example.com", namespace="open", name="other") == ("", "nobody says anything")


def test_a_route_says_which_service_is_missing(gateways: Provider) -> None:
    kong(gateways)
    gateways.create(GATEWAY, "kong", gateway("kong"))
    made = gateways.create(ROUTE, "route", route("a.example.com"))
    assert conditions(gateways, made)["ResolvedRefs"] == ("False", "BackendNotFound")
    api = service(gateways)
    assert conditions(gateways, made)["ResolvedRefs"] == ("True", "ResolvedRefs")
    gateways.delete(api)
    assert conditions(gateways, made)["ResolvedRefs"] == ("False", "BackendNotFound")


def test_googles_gateway_needs_its_address_and_certificates(gateways: Provider, world: World) -> None:
    manifest = gateway("gke-l7-global-external-managed", HTTPS, annotations={"networking.gke.io/certmap": "map"})
    manifest["spec"]["addresses"] = [{"type": "NamedAddress", "value": "front"}]
    made = gateways.create(GATEWAY, "front", manifest)
    for type_, id_, outputs in (
        ("gcp:compute/globalAddress:GlobalAddress", "projects/p/global/addresses/front", {"address": "203.0.113.7"}),
        (
            "gcp:certificatemanager/certificateMap:CertificateMap",
            "projects/p/locations/global/certificateMaps/map",
            {"name": "map"},
        ),
    ):
        assert conditions(gateways, made)["Programmed"] == ("False", "AddressNotUsable")
        with world.transaction() as tx:
            tx.put(Entity("gcp", type_, id_, "", "", {}, outputs))
    assert conditions(gateways, made)["Programmed"] == ("True", "Programmed")
    assert read(gateways, made)["status"]["addresses"] == [{"type": "IPAddress", "value": "203.0.113.7"}]


@pytest.mark.parametrize(
    ("type_", "named", "id_"),
    [
        (BACKEND, "gcp:compute/securityPolicy:SecurityPolicy", "projects/p/global/securityPolicies/armor"),
        (TLS, "gcp:compute/sSLPolicy:SSLPolicy", "projects/p/global/sslPolicies/modern"),
    ],
)
def test_a_policy_is_attached_to_what_there_is(
    gateways: Provider, world: World, type_: str, named: str, id_: str
) -> None:
    made = gateways.create(type_, "policy", SAMPLES[type_])
    assert conditions(gateways, made)["Attached"] == ("False", "Invalid")
    service(gateways)
    gateways.create(GATEWAY, "kong", gateway("kong"))
    assert conditions(gateways, made)["Attached"] == ("False", "Invalid")
    with world.transaction() as tx:
        tx.put(Entity("gcp", named, id_, ""))
    assert conditions(gateways, made)["Attached"] == ("True", "Attached")


def test_a_class_keeps_its_controller_and_a_plugin_its_plugin(gateways: Provider) -> None:
    for type_, path in ((CLASS, "spec.controllerName"), (PLUGIN, "plugin")):
        made = gateways.create(type_, "thing", SAMPLES[type_])
        changed = SAMPLES[type_] | ({"plugin": "other"} if type_ == PLUGIN else {"spec": {"controllerName": "a.b/c"}})
        with pytest.raises(CloudError, match=f"{path}: Invalid value: field is immutable"):
            gateways.update(made, changed)


META = {"name": "thing", "namespace": "dev"}
SAMPLES: dict[str, dict[str, Any]] = {
    CLASS: {"metadata": {"name": "thing"}, "spec": {"controllerName": "konghq.com/kic-gateway-controller"}},
    GATEWAY: gateway("kong"),
    ROUTE: route("a.example.com"),
    BACKEND: {
        "metadata": META,
        "spec": {"targetRef": {"group": "", "kind": "Service", "name": "api"}, "default": {"securityPolicy": "armor"}},
    },
    TLS: {
        "metadata": META,
        "spec": {
            "targetRef": {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "kong"},
            "default": {"sslPolicy": "modern"},
        },
    },
    HEALTH: {"metadata": META, "spec": {"targetRef": {"group": "", "kind": "Service", "name": "api"}}},
    PLUGIN: {"metadata": META, "plugin": "rate-limiting", "config": {"minute": 60}},
}
