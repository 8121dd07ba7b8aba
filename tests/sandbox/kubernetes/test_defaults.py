"""What the API server fills in, as a real one (1.36.3) was seen to."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.clouds.kubernetes import defaults, kinds

TARGET = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}
CPU = {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 80}}}


@pytest.mark.parametrize("said", [{}, {"metrics": []}])
def test_an_autoscaler_without_metrics_looks_at_the_processors(said: dict[str, Any]) -> None:
    spec = {"scaleTargetRef": TARGET, "maxReplicas": 3, **said}
    full = {"scaleTargetRef": TARGET, "minReplicas": 1, "maxReplicas": 3, "metrics": [CPU]}
    assert defaults.filled(kinds.AUTOSCALER, {"spec": spec})["spec"] == full


@pytest.mark.parametrize(
    ("said", "types"),
    [
        ({}, ["Ingress"]),
        ({"policyTypes": [], "egress": []}, ["Ingress"]),
        ({"policyTypes": [], "egress": [{}]}, ["Ingress", "Egress"]),
        ({"policyTypes": ["Egress"]}, ["Egress"]),
    ],
)
def test_a_network_policy_is_of_the_ways_that_it_has_rules_for(said: dict[str, Any], types: list[str]) -> None:
    found = defaults.filled(kinds.NETWORK_POLICY, {"spec": said})["spec"]
    assert found == {"podSelector": {}, **said, "policyTypes": types}


@pytest.mark.parametrize("kind", [kinds.ROLE_BINDING, kinds.CLUSTER_ROLE_BINDING])
@pytest.mark.parametrize("said", [{}, {"apiGroup": ""}])
def test_a_role_is_of_its_group(kind: kinds.Kind, said: dict[str, str]) -> None:
    found = defaults.filled(kind, {"roleRef": {"kind": "ClusterRole", "name": "view", **said}})
    assert found == {"roleRef": {"kind": "ClusterRole", "name": "view", "apiGroup": "rbac.authorization.k8s.io"}}


@pytest.mark.parametrize("said", [{}, {"type": ""}])
def test_a_secret_is_opaque(said: dict[str, str]) -> None:
    assert defaults.filled(kinds.SECRET, said) == {"type": "Opaque"}
