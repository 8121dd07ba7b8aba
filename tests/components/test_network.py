"""The network of an environment and its firewall."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Any

from components.firewall import Firewall, FirewallArgs
from components.network import Network, NetworkArgs
from tests.components.conftest import Build, Registered

SUBNETWORK = "gcp:compute/subnetwork:Subnetwork"


def network(flow_logs: float = 0) -> NetworkArgs:
    return NetworkArgs(
        region="us-west1",
        nodes=IPv4Network("10.10.0.0/20"),
        pods=IPv4Network("10.12.0.0/14"),
        services=IPv4Network("10.10.16.0/20"),
        private_services=IPv4Network("10.11.0.0/16"),
        flow_logs=flow_logs,
    )


def one(found: list[Registered], type_: str) -> dict[str, Any]:
    (made,) = [each.inputs for each in found if each.type == type_]
    return made


def test_each_part_has_its_range(build: Build) -> None:
    found = build(lambda: Network("network", network()))
    subnetwork, reserved = one(found, SUBNETWORK), one(found, "gcp:compute/globalAddress:GlobalAddress")
    assert (subnetwork["ipCidrRange"], subnetwork["secondaryIpRanges"]) == (
        "10.10.0.0/20",
        [
            {"rangeName": "pods", "ipCidrRange": "10.12.0.0/14"},
            {"rangeName": "services", "ipCidrRange": "10.10.16.0/20"},
        ],
    )
    assert (reserved["address"], reserved["prefixLength"], reserved["purpose"]) == ("10.11.0.0", 16, "VPC_PEERING")


def test_flows_are_logged_where_a_share_is_given(build: Build) -> None:
    assert "logConfig" not in one(build(lambda: Network("network", network())), SUBNETWORK)
    made = one(build(lambda: Network("network", network(0.25))), SUBNETWORK)
    assert made["logConfig"] == {"flowSampling": 0.25, "aggregationInterval": "INTERVAL_10_MIN"}


def test_load_balancers_enter_and_nothing_else_does(build: Build) -> None:
    found = build(lambda: Firewall("firewall", FirewallArgs(network="network", nodes="nodes@acme")))
    assert {each.name: each.inputs for each in found} == {
        "firewall-load-balancers": {
            "network": "network",
            "direction": "INGRESS",
            "allows": [{"protocol": "tcp"}],
            "sourceRanges": ["35.191.0.0/16", "130.211.0.0/22"],
            "targetServiceAccounts": ["nodes@acme"],
        },
        "firewall-rest": {
            "network": "network",
            "direction": "INGRESS",
            "priority": 65534,
            "denies": [{"protocol": "all"}],
            "sourceRanges": ["0.0.0.0/0"],
            "logConfig": {"metadata": "EXCLUDE_ALL_METADATA"},
        },
    }
