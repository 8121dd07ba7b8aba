"""Check refuses what the API server refuses, naming the property, and lets unknown values pass."""

from __future__ import annotations

import base64
import copy
from typing import Any

import pytest

from sandbox.clouds.kubernetes import kinds, object_names, schema, validation
from sandbox.clouds.protocol import CheckFailure, CloudError
from sandbox.values import UNKNOWN
from tests.sandbox.kubernetes import conftest
from tests.sandbox.kubernetes.conftest import DEPLOYMENT, NAMESPACE, SERVICE, Provider, deployment


def changed(path: str, value: Any) -> dict[str, Any]:
    """The good Deployment with one value set."""
    manifest = copy.deepcopy(deployment())
    target: Any = manifest
    *parents, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    for part in parents:
        target = target.setdefault(part, {}) if isinstance(part, str) else target[part]
    target[last] = value
    return manifest


CONTAINER = "spec.template.spec.containers.0"
AT = "spec.template.spec.containers[0]"
IMAGE_FORM = "write [HOST/]PATH[:TAG][@sha256:...], the path in lower case"


@pytest.mark.parametrize(
    ("path", "value", "property_", "reason"),
    [
        ("spec.replica", 1, "spec.replica", 'unknown field "replica"'),
        ("spec.replicas", "2", "spec.replicas", "Invalid value: '2' is not of type 'integer', 'null'"),
        ("spec.replicas", -1, "spec.replicas", "Invalid value: -1: must be greater than or equal to 0"),
        (
            "spec.selector.matchLabels",
            {"app": "other"},
            "spec.template.metadata.labels",
            "Invalid value: {'app': 'api'}: `selector` does not match template `labels`",
        ),
        ("spec.selector", {}, "spec.selector", "Invalid value: empty selector is invalid for deployment"),
        (
            "spec.template.spec.containers",
            [],
            "spec.template.spec.containers",
            "Required value: a pod has at least one container",
        ),
        (
            f"{CONTAINER}.image",
            "Not/An:Image",
            f"{AT}.image",
            f"Invalid value: 'Not/An:Image' is no image reference; {IMAGE_FORM}",
        ),
        (
            f"{CONTAINER}.image",
            "api@sha256:12",
            f"{AT}.image",
            "Invalid value: 'sha256:12' is no digest; write sha256: and 64 hexadecimal digits",
        ),
        (
            f"{CONTAINER}.resources.requests.cpu",
            "half",
            f"{AT}.resources.requests.cpu",
            'Invalid value: "half": no quantity; write a number with one of the suffixes m, k, M, G, Ki, Mi, Gi',
        ),
        (
            f"{CONTAINER}.resources.limits",
            {"cpu": "100m"},
            f"{AT}.resources.requests",
            'Invalid value: "500m": must be less than or equal to cpu limit',
        ),
        (
            f"{CONTAINER}.ports",
            [{"containerPort": 70000}],
            f"{AT}.ports[0].containerPort",
            "Invalid value: 70000: must be between 1 and 65535, inclusive",
        ),
        (
            f"{CONTAINER}.ports",
            [{"containerPort": 80, "name": "a-name-of-16-chr"}],
            f"{AT}.ports[0].name",
            'Invalid value: "a-name-of-16-chr": must be no more than 15 characters, not 16',
        ),
        (
            f"{CONTAINER}.volumeMounts",
            [{"name": "x", "mountPath": "/x"}],
            f"{AT}.volumeMounts[0].name",
            'Not found: "x"',
        ),
        (
            "spec.template.spec.restartPolicy",
            "Never",
            "spec.template.spec.restartPolicy",
            'Unsupported value: "Never": supported values: "Always"',
        ),
        (
            "metadata.labels",
            {"app": "no spaces"},
            "metadata.labels",
            f'Invalid value: "no spaces": {object_names.label_value("no spaces")}',
        ),
        (
            "metadata.namespace",
            "Dev",
            "metadata.namespace",
            f'Invalid value: "Dev": {object_names.dns_label("Dev")}',
        ),
    ],
)
def test_deployment(provider: Provider, path: str, value: Any, property_: str, reason: str) -> None:
    assert provider.check(DEPLOYMENT, "api", deployment()) == []
    assert provider.check(DEPLOYMENT, "api", changed(path, value)) == [CheckFailure(property_, reason)]


@pytest.mark.parametrize(
    "path",
    [
        "metadata.name",
        "metadata.namespace",
        "spec.replicas",
        "spec.template.metadata.labels.app",
        f"{CONTAINER}.image",
        f"{CONTAINER}.resources.requests.cpu",
        f"{CONTAINER}.resources",
        f"{CONTAINER}.ports",
        f"{CONTAINER}.env",
        f"{CONTAINER}.volumeMounts",
        CONTAINER,
        "spec",
        "spec.strategy",
        "spec.selector",
        "spec.template",
        "spec.template.spec.containers",
        "spec.template.spec.volumes",
        "metadata.labels",
    ],
)
def test_unknown_values_pass(provider: Provider, path: str) -> None:
    assert provider.check(DEPLOYMENT, "api", changed(path, UNKNOWN)) == []


def test_unknown_value_does_not_hide_another_mistake(provider: Provider) -> None:
    manifest = changed(f"{CONTAINER}.image", UNKNOWN)
    manifest["spec"]["foo"] = UNKNOWN

    assert provider.check(DEPLOYMENT, "api", manifest) == [CheckFailure("spec.foo", 'unknown field "foo"')]


@pytest.mark.parametrize(
    ("type_", "name", "good"),
    [
        (SERVICE, "9lives", False),
        (SERVICE, "a" * 64, False),
        (SERVICE, "a" * 63, True),
        (NAMESPACE, "9lives", True),
        (NAMESPACE, "a.b", False),
        (DEPLOYMENT, "a.b", True),
        (DEPLOYMENT, "a_b", False),
        (DEPLOYMENT, "a" * 254, False),
    ],
)
def test_name_rules(type_: str, name: str, good: bool) -> None:
    kind = kinds.of(type_)
    manifest = {
        NAMESPACE: {},
        DEPLOYMENT: deployment(),
        SERVICE: {"spec": {"ports": [{"port": 80}]}},
    }[type_]
    manifest = {**manifest, "apiVersion": kind.api_version, "kind": kind.kind, "metadata": {"name": name}}

    assert [failure.property for failure in validation.problems(kind, manifest)] == ([] if good else ["metadata.name"])


@pytest.mark.parametrize(
    ("spec", "property_", "reason"),
    [
        ({}, "spec.ports", "Required value"),
        ({"ports": [{"port": 80}, {"port": 81}]}, "spec.ports[0].name", "Required value"),
        ({"type": "Balancer", "ports": [{"port": 80}]}, "spec.type", 'Unsupported value: "Balancer"'),
        ({"type": "ExternalName"}, "spec.externalName", "Required value"),
    ],
)
def test_service(provider: Provider, spec: dict[str, Any], property_: str, reason: str) -> None:
    failure = provider.check(SERVICE, "api", {"metadata": {"name": "api"}, "spec": spec})[0]

    assert failure.property == property_
    assert failure.reason.startswith(reason)


EXTERNAL = {
    "metric": {"name": "pubsub.googleapis.com|subscription|num_undelivered_messages"},
    "target": {"type": "AverageValue", "averageValue": "5"},
}


def test_autoscaler_bounds(provider: Provider) -> None:
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "api"}
    manifest = {"spec": {"scaleTargetRef": target, "minReplicas": 3, "maxReplicas": 2}}

    assert provider.check(conftest.AUTOSCALER, "api", manifest) == [
        CheckFailure("spec.maxReplicas", "Invalid value: 2: must be greater than or equal to `minReplicas`")
    ]


@pytest.mark.parametrize(
    ("metric", "property_", "reason"),
    [
        ({"type": "Queue"}, "type", "Unsupported value: 'Queue'"),
        ({"type": "External"}, "external", "Required value: must populate information"),
        ({"type": "External", "external": EXTERNAL, "pods": EXTERNAL}, "pods", "Forbidden"),
        (
            {"type": "External", "external": {**EXTERNAL, "target": {"type": "AverageValue", "value": "5"}}},
            "external.target.averageValue",
            "Required value",
        ),
    ],
)
def test_autoscaler_metrics(provider: Provider, metric: dict[str, Any], property_: str, reason: str) -> None:
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "api"}
    good = {"type": "External", "external": EXTERNAL}
    spec = {"scaleTargetRef": target, "maxReplicas": 2, "metrics": [good, metric]}

    (failure,) = provider.check(conftest.AUTOSCALER, "api", {"spec": spec})
    assert failure.property == f"spec.metrics[1].{property_}"
    assert failure.reason.startswith(reason)


LARGEST = 1024 * 1024


@pytest.mark.parametrize(
    ("type_", "clear", "encoded"),
    [("kubernetes:core/v1:ConfigMap", "data", "binaryData"), ("kubernetes:core/v1:Secret", "stringData", "data")],
)
def test_keys_and_size_of_data(provider: Provider, type_: str, clear: str, encoded: str) -> None:
    """Values count decoded and in bytes, keys do not count; what is not known yet counts nothing."""

    def failures(**parts: dict[str, str]) -> list[CheckFailure]:
        return list(provider.check(type_, "data", {"metadata": {"name": "data", "namespace": "dev"}, **parts}))

    half = base64.b64encode(b"x" * (LARGEST // 2)).decode()
    assert failures(**{clear: {"k" * 253: "é" * (LARGEST // 4), "later": UNKNOWN}, encoded: {"b": half}}) == []
    too_long = CheckFailure("data", "Too long: may not be more than 1048576 bytes")
    assert failures(**{clear: {"a": "é" * (LARGEST // 4) + "x"}, encoded: {"b": half}}) == [too_long]
    key = "k" * 254
    problem = f'Invalid value: "{key}": must be no more than 253 characters'
    assert failures(**{clear: {key: ""}}) == [CheckFailure(f"{clear}.{key}", problem)]


def test_kind_and_version_are_the_types(provider: Provider) -> None:
    manifest = {**deployment(), "apiVersion": "apps/v1beta1"}

    assert provider.check(DEPLOYMENT, "api", manifest) == [
        CheckFailure(
            "apiVersion",
            'Invalid value: "apps/v1beta1": the resource type kubernetes:apps/v1:Deployment fixes it to "apps/v1"',
        )
    ]


def test_other_types_are_refused_by_name(provider: Provider) -> None:
    with pytest.raises(CloudError, match="does not emulate kubernetes:apps/v1:StatefulSet; it emulates .*Deployment"):
        provider.check("kubernetes:apps/v1:StatefulSet", "x", {})


def test_every_kind_has_a_schema_of_the_newest_version() -> None:
    assert schema.version() == max(schema.version(), "1.37.0")
    for kind in kinds.KINDS.values():
        stray = {"apiVersion": kind.api_version, "kind": kind.kind, "stray": 1}
        assert CheckFailure("stray", 'unknown field "stray"') in schema.problems(kind, stray)
