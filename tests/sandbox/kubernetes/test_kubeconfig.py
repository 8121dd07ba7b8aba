"""Which cluster a kubeconfig means, and when a change of it replaces the provider."""

from __future__ import annotations

import json

import pytest

from sandbox.clouds.kubernetes import kubeconfig
from sandbox.values import UNKNOWN
from tests.sandbox.kubernetes import conftest

OLD = {"kubeconfig": conftest.kubeconfig()}
AS_YAML = """
current-context: c
clusters:
- {name: c, cluster: {server: "https://34.1.2.3", certificate-authority-data: Q0E=}}
contexts:
- {name: c, context: {cluster: c, user: c, namespace: team}}
"""


def test_json_and_yaml() -> None:
    from_json, from_yaml = kubeconfig.of_provider(OLD), kubeconfig.of_provider({"kubeconfig": AS_YAML})

    assert from_json is not None
    assert from_yaml is not None
    assert (from_json.host, from_json.authority, from_json.namespace) == ("34.1.2.3", "Q0E=", "")
    assert (from_yaml.host, from_yaml.authority, from_yaml.namespace) == ("34.1.2.3", "Q0E=", "team")


@pytest.mark.parametrize("text", ["just words", "[1, 2]", "a: b: c"])
def test_no_kubeconfig(text: str) -> None:
    with pytest.raises(ValueError, match="kubeconfig is "):
        kubeconfig.of_provider({"kubeconfig": text})


@pytest.mark.parametrize(
    ("news", "replaces"),
    [
        (OLD, []),
        ({**OLD, "namespace": "x"}, []),
        ({"kubeconfig": json.dumps(json.loads(OLD["kubeconfig"]), indent=2)}, []),
        ({"kubeconfig": conftest.kubeconfig("34.9.9.9")}, ["kubeconfig"]),
        ({"kubeconfig": conftest.kubeconfig(authority="T1RIRVI=")}, ["kubeconfig"]),
        ({"kubeconfig": UNKNOWN}, ["kubeconfig"]),
    ],
)
def test_another_cluster_replaces_the_provider(news: dict[str, str], replaces: list[str]) -> None:
    assert kubeconfig.replacing(OLD, news) == replaces


def test_cluster_identifier_decides_where_it_is_given() -> None:
    other = conftest.kubeconfig("34.9.9.9")

    assert (
        kubeconfig.replacing({**OLD, "clusterIdentifier": "a"}, {"kubeconfig": other, "clusterIdentifier": "a"}) == []
    )
    assert kubeconfig.replacing({**OLD, "clusterIdentifier": "a"}, {**OLD, "clusterIdentifier": "b"}) == [
        "clusterIdentifier"
    ]
    assert kubeconfig.replacing(OLD, {**OLD, "clusterIdentifier": "b"}) == []
