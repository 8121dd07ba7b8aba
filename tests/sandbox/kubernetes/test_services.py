"""Services get addresses of the cluster's range and are live unless a pod behind them is not ready."""

from __future__ import annotations

import ipaddress
from typing import Any

import pytest

from sandbox.clouds.protocol import CloudError
from tests.sandbox.kubernetes.conftest import CRASHING, DEPLOYMENT, MISSING, SERVICE, Provider, deployment

NO_PODS = (
    "Service does not target any Pods. Selected Pods may not be ready, or "
    "field '.spec.selector' may not match labels on any Pods"
)


def service(name: str = "api", **spec: Any) -> dict[str, Any]:
    full = {"selector": {"app": "api"}, "ports": [{"port": 80}], **spec}
    return {"metadata": {"name": name, "namespace": "dev"}, "spec": full}


def test_addresses_are_of_the_range_and_unique(provider: Provider) -> None:
    made = [provider.create(SERVICE, f"s{number}", service(f"s{number}")) for number in range(20)]
    addresses = [one.live["spec"]["clusterIP"] for one in made]

    assert len(set(addresses)) == 20
    assert all(ipaddress.ip_address(address) in ipaddress.ip_network("10.20.0.0/20") for address in addresses)
    assert made[0].live["spec"]["clusterIPs"] == [addresses[0]]


def test_address_stays_through_updates_and_cannot_be_changed(provider: Provider) -> None:
    made = provider.create(SERVICE, "api", service())
    address = made.live["spec"]["clusterIP"]

    assert provider.update(made, service(ports=[{"port": 81}])).live["spec"]["clusterIP"] == address
    assert list(provider.diff(made, service(clusterIP="10.20.9.9")).replaces) == ["spec.clusterIP"]
    with pytest.raises(
        CloudError, match=r"Service \"api\" is invalid: spec.clusterIP: Invalid value: field is immutable"
    ):
        provider.update(made, service(clusterIP="10.20.9.9"))


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("10.20.0.50", r'\["10.20.0.50"\]: failed to allocate IP 10.20.0.50: provided IP is already allocated'),
        ("10.9.0.1", r"the provided IP \(10.9.0.1\) is not in the valid range. The range of valid IPs is 10.20.0.0/20"),
        ("any", r'spec.clusterIPs\[0\]: Invalid value: "any": must be a valid IP address'),
    ],
)
def test_an_address_of_ones_own_choice_is_free_and_of_the_range(provider: Provider, address: str, problem: str) -> None:
    provider.create(SERVICE, "first", service("first", clusterIP="10.20.0.50"))
    provider.create(SERVICE, "headless", service("headless", clusterIP="None"))
    with pytest.raises(CloudError, match=f'Service "api" is invalid: .*{problem}'):
        provider.create(SERVICE, "api", service(clusterIP=address))


def test_what_becomes_a_name_gives_its_address_back(provider: Provider) -> None:
    made = provider.create(SERVICE, "api", service())
    address = made.live["spec"]["clusterIP"]
    named = {"metadata": service()["metadata"], "spec": {"type": "ExternalName", "externalName": "api.example.com"}}
    assert provider.update(made, named).live["spec"] == {
        "type": "ExternalName",
        "externalName": "api.example.com",
        "sessionAffinity": "None",
    }
    provider.create(SERVICE, "other", service("other", clusterIP=address))
    assert provider.update(made, service()).live["spec"]["clusterIP"] != address


def test_service_that_selects_nothing_is_live(provider: Provider) -> None:
    assert provider.create(SERVICE, "api", service(selector={"app": "nobody"})).reasons == ()


def test_service_of_ready_pods_is_live(provider: Provider) -> None:
    provider.create(DEPLOYMENT, "api", deployment())

    assert provider.create(SERVICE, "api", service()).reasons == ()


def test_service_of_pods_that_are_not_ready_is_not(provider: Provider) -> None:
    provider.create(DEPLOYMENT, "api", deployment(CRASHING))
    made = provider.create(SERVICE, "api", service())

    assert made.reasons[0].endswith("'api' timed out waiting to be Ready")
    assert made.reasons[1:] == (NO_PODS,)


def test_service_waits_for_all_of_its_pods(provider: Provider) -> None:
    made = provider.create(DEPLOYMENT, "api", deployment())
    provider.update(made, deployment(MISSING))

    assert len(provider.create(SERVICE, "api", service()).reasons) == 1


@pytest.mark.parametrize(
    "spec",
    [{"clusterIP": "None"}, {"selector": {}}, {"type": "ExternalName", "externalName": "example.com", "ports": []}],
)
def test_service_that_waits_for_nobody(provider: Provider, spec: dict[str, Any]) -> None:
    provider.create(DEPLOYMENT, "api", deployment(CRASHING))

    assert provider.create(SERVICE, "api", service(**spec)).reasons == ()


def test_load_balancer_has_an_external_address(provider: Provider) -> None:
    made = provider.create(SERVICE, "api", service(type="LoadBalancer"))
    (ingress,) = made.live["status"]["loadBalancer"]["ingress"]
    assert ipaddress.ip_address(ingress["ip"]).is_global

    provider.update(made, service(type="ClusterIP"))
    assert made.live["status"] == {"loadBalancer": {}}
    assert "externalTrafficPolicy" not in made.live["spec"]
