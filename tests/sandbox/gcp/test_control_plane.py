"""Where a cluster's control plane is: at addresses, at a name, and at others once it is made anew."""

from __future__ import annotations

import re
from typing import Any

import pytest

from sandbox.clouds.gcp.values import project_number
from sandbox.clouds.kubernetes import clusters, kubeconfig
from sandbox.clouds.kubernetes.clusters import Unreachable
from sandbox.values import UNKNOWN
from tests.sandbox.gcp.conftest import Google, Made

NAMED: dict[str, Any] = {
    "dnsEndpointConfig": {"allowExternalTraffic": True},
    "ipEndpointsConfig": {"enabled": False},
}


def name(cluster: Made) -> str:
    return str(cluster["controlPlaneEndpointsConfig"]["dnsEndpointConfig"]["endpoint"])


def found(google: Google, host: str, authority: str = "") -> str:
    """The cluster that a kubeconfig leads to."""
    active = kubeconfig.ActiveCluster(f"https://{host}", authority, "")
    with google.world.read() as tx:
        return clusters.find(tx, active).entity.id


def test_a_cluster_with_a_name_only(google: Google) -> None:
    cluster = google.cluster(controlPlaneEndpointsConfig=NAMED)
    assert re.fullmatch(rf"gke-[0-9a-f]{{32}}-{project_number('acme')}\.us-west1\.gke\.goog", name(cluster))
    private = cluster["privateClusterConfig"]
    assert (cluster["endpoint"], private["publicEndpoint"], private["privateEndpoint"]) == ("", "", "")
    assert found(google, name(cluster)) == cluster.id


def test_a_cluster_with_addresses_is_found_by_them(google: Google) -> None:
    """As it is where nothing is said: the name is there, and closed."""
    cluster = google.cluster()
    authority = cluster["masterAuth"]["clusterCaCertificate"]
    assert found(google, cluster["endpoint"], authority) == cluster.id
    with pytest.raises(Unreachable, match="no route to host"):
        found(google, name(cluster))


def test_a_clusters_own_authority_has_not_signed_its_name(google: Google) -> None:
    cluster = google.cluster(controlPlaneEndpointsConfig=NAMED)
    with pytest.raises(Unreachable, match="certificate signed by unknown authority"):
        found(google, name(cluster), cluster["masterAuth"]["clusterCaCertificate"])


def test_the_name_is_unknown_until_it_is_there_and_stays(google: Google) -> None:
    given = {"name": "main", "location": "us-west1", "initialNodeCount": 1, "controlPlaneEndpointsConfig": NAMED}
    planned = google.plan("container.Cluster", "main", **given)
    assert planned["controlPlaneEndpointsConfig"] == {
        "dnsEndpointConfig": {"allowExternalTraffic": True, "endpoint": UNKNOWN},
        "ipEndpointsConfig": {"enabled": False},
    }
    cluster = google.cluster(controlPlaneEndpointsConfig=NAMED)
    assert name(google.update(cluster, preview=True, releaseChannel={"channel": "RAPID"})) == name(cluster)
    assert name(google.update(cluster, releaseChannel={"channel": "RAPID"})) == name(cluster)


def test_a_cluster_made_anew_has_another_name(google: Google) -> None:
    first = google.cluster(controlPlaneEndpointsConfig=NAMED)
    google.delete(first)
    second = google.cluster(controlPlaneEndpointsConfig=NAMED)
    assert name(first) != name(second)
    with pytest.raises(Unreachable, match="no route to host"):
        found(google, name(first))


def test_ranges_are_those_that_the_cluster_names(google: Google) -> None:
    network = google.network()
    subnetwork = google.make(
        "compute.Subnetwork",
        "nodes",
        name="nodes",
        network=network.id,
        ipCidrRange="10.10.0.0/20",
        secondaryIpRanges=[
            {"rangeName": "pods", "ipCidrRange": "10.12.0.0/14"},
            {"rangeName": "services", "ipCidrRange": "10.10.16.0/20"},
        ],
    )
    names = {"clusterSecondaryRangeName": "pods", "servicesSecondaryRangeName": "services"}
    cluster = google.cluster(network=network.id, subnetwork=subnetwork.id, ipAllocationPolicy=names)
    assert (cluster["clusterIpv4Cidr"], cluster["servicesIpv4Cidr"]) == ("10.12.0.0/14", "10.10.16.0/20")
