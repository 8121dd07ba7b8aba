"""What a smoke test registers: a Job that can do nothing but call its service."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest

from components.network_policy import Opening, Peer, public
from components.smoke_test import SmokeTest, SmokeTestArgs
from components.workload import selector
from tests.components.conftest import Build, Registered

IMAGE = "us-west1-docker.pkg.dev/p/r/api@sha256:" + "a" * 64
DIGEST = "sha256:" + "b" * 64


def made(build: Build, **changes: Any) -> dict[str, Registered]:
    def make() -> None:
        before = pulumi.ComponentResource("slipway:index:Workload", "api")
        given: dict[str, Any] = {
            "namespace": "services",
            "image": IMAGE,
            "args": ["--smoke", "$(SMOKE_URL)"],
            "env": {"SMOKE_URL": "http://read.services.svc:80", "SMOKE_DIGEST": DIGEST},
            "timeout": 90,
            "egress": Opening(peers=[Peer(labels=selector("api"))], ports=[8081]),
            "after": [before],
        }
        SmokeTest("read-smoke-test", SmokeTestArgs(**{**given, **changes}))

    return {it.type.rpartition(":")[2]: it for it in build(make)}


def test_a_job_of_a_few_attempts_in_a_stated_time(build: Build) -> None:
    registered = made(build)
    assert sorted(registered) == ["Job", "NetworkPolicy", "ServiceAccount"]
    assert {it.inputs["metadata"]["name"] for it in registered.values()} == {"read-smoke-test"}
    assert {it.inputs["metadata"]["namespace"] for it in registered.values()} == {"services"}
    spec = registered["Job"].inputs["spec"]
    assert {key: value for key, value in spec.items() if key != "template"} == {
        "backoffLimit": 2,
        "activeDeadlineSeconds": 90,
    }
    assert registered["Job"].inputs["metadata"]["annotations"] == {"pulumi.com/replaceUnready": "true"}


def test_its_pod_is_told_where_the_service_is_and_no_more(build: Build) -> None:
    template = made(build)["Job"].inputs["spec"]["template"]
    assert template["metadata"]["labels"] == {"app.kubernetes.io/name": "read-smoke-test"}
    [container] = template["spec"]["containers"]
    assert (container["image"], container["args"]) == (IMAGE, ["--smoke", "$(SMOKE_URL)"])
    assert container["env"] == [
        {"name": "SMOKE_DIGEST", "value": DIGEST},
        {"name": "SMOKE_URL", "value": "http://read.services.svc:80"},
    ]
    assert [volume["name"] for volume in template["spec"]["volumes"]] == ["tmp"]


@pytest.mark.parametrize(("user", "number"), [({}, 65532), ({"user": 1000}, 1000)])
def test_it_is_held_to_the_restricted_standard_and_has_no_token(
    build: Build, user: dict[str, int], number: int
) -> None:
    registered = made(build, **user)
    pod = registered["Job"].inputs["spec"]["template"]["spec"]
    assert pod["restartPolicy"] == "Never"
    assert pod["serviceAccountName"] == "read-smoke-test"
    assert (
        pod["automountServiceAccountToken"]
        is registered["ServiceAccount"].inputs["automountServiceAccountToken"]
        is False
    )
    assert pod["securityContext"] == {
        "runAsNonRoot": True,
        "runAsUser": number,
        "runAsGroup": number,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    assert pod["containers"][0]["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


def test_it_reaches_its_service_only_and_nobody_reaches_it(build: Build) -> None:
    spec = made(build)["NetworkPolicy"].inputs["spec"]
    assert spec == {
        "podSelector": {"matchLabels": {"app.kubernetes.io/name": "read-smoke-test"}},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": [],
        "egress": [
            {
                "to": [{"podSelector": {"matchLabels": {"app.kubernetes.io/name": "api"}}}],
                "ports": [{"port": 8081, "protocol": "TCP"}],
            }
        ],
    }
    [outside] = made(build, egress=public([443]))["NetworkPolicy"].inputs["spec"]["egress"]
    assert outside["ports"] == [{"port": 443, "protocol": "TCP"}]
    assert outside["to"][0]["ipBlock"]["cidr"] == "0.0.0.0/0"
