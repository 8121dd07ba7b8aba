"""Every line of the page about a kind of Kubernetes, and what all kinds share, through the provider.

What a Deployment's rollout, the scheduler, quotas of pods and the like do stands in tests/sandbox/kubernetes.
"""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc
import pytest

from sandbox.clouds.kubernetes import (
    custom_resources,
    immutability,
    kinds,
    liveness,
    quotas,
    replacement,
    schema,
    validation,
)
from sandbox.clouds.kubernetes.clusters import CLUSTER_TYPE
from sandbox.clouds.kubernetes.kinds import KINDS
from sandbox.clouds.kubernetes.pod_rules import problems
from tests.sandbox.coverage.provider import Made, Providers, Refused
from tests.sandbox.coverage.samples import SAMPLES, changed, steps
from tests.sandbox.kubernetes.conftest import kubeconfig, make_world

SAMPLED = {token: KINDS[token] for token in sorted(KINDS) if token in SAMPLES}
NAMESPACE, QUOTA = kinds.NAMESPACE.token, kinds.RESOURCE_QUOTA.token
DEPLOYMENT, SERVICE_ACCOUNT, SERVICE = kinds.DEPLOYMENT.token, kinds.SERVICE_ACCOUNT.token, kinds.SERVICE.token
every_kind = pytest.mark.parametrize("token", SAMPLED)
in_namespaces = pytest.mark.parametrize("token", [token for token, kind in SAMPLED.items() if kind.namespaced])


@pytest.fixture(scope="module")
def providers(tmp_path_factory: pytest.TempPathFactory) -> Providers:
    """For what makes nothing."""
    return configured(tmp_path_factory.mktemp("kinds"))


@pytest.fixture
def cluster(tmp_path: Path) -> Providers:
    """A cluster with a namespace `team` and what the samples need in it."""
    found = configured(tmp_path)
    found.create(NAMESPACE, {"metadata": {"name": "team"}}, "team")
    found.create(SERVICE_ACCOUNT, {"metadata": {"name": "api", "namespace": "team"}}, "needed")
    return found


def configured(folder: Path) -> Providers:
    """A cluster with every kind installed that it may have, with two nodes and without the samples' images."""
    world = make_world(folder)
    with world.transaction() as tx:
        (found,) = tx.list("gcp", CLUSTER_TYPE)
        outputs = found.outputs
        for switch in custom_resources.SWITCHES.values():
            outputs = changed(outputs, {switch.path: switch.values[0]})
        tx.put(replace(found, outputs=outputs))
    world.close()
    providers = Providers(folder)
    providers.configure("kubernetes", kubeconfig=kubeconfig())
    return providers


def sample(token: str) -> dict[str, Any]:
    """The sample under a name of its own, where what the samples need is there already."""
    inputs: dict[str, Any] = copy.deepcopy(SAMPLES[token]["inputs"])
    inputs["metadata"]["name"] = "sample"
    return inputs


def made(cluster: Providers, token: str, inputs: dict[str, Any]) -> Made:
    """The object, be it live or not."""
    try:
        return cluster.create(token, inputs)
    except Refused as refused:
        if refused.made is None:
            raise
        return refused.made


def at(obj: dict[str, Any], path: str) -> Any:
    value: Any = obj
    for step in path.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return value


def another(token: str, path: str) -> dict[str, Any]:
    """The sample with another value at a path: that of a change, or the one of `values`."""
    entry, inputs = SAMPLES[token], sample(token)
    if path in entry.get("values", {}):
        return changed(inputs, {path: entry["values"][path]})
    for change in entry.get("changes", ()):
        if change["property"].split("[")[0] == path or change["property"].startswith((f"{path}.", f"{path}[")):
            return changed(inputs, {change["property"]: change.get("value"), **change.get("with", {})})
    raise AssertionError(f"give {token} a change or a value for {path} in tests/sandbox/replacement_samples.yaml")


def test_every_kind_has_a_sample() -> None:
    assert sorted(KINDS.keys() - SAMPLES.keys()) == [], "add inputs to tests/sandbox/replacement_samples.yaml"


@every_kind
def test_a_sample_is_good_and_an_unknown_field_is_not(providers: Providers, token: str) -> None:
    assert providers.check(token, sample(token))[1] == {}

    assert 'unknown field "colour"' in providers.check(token, {**sample(token), "colour": "red"})[1]["colour"]
    mistyped = changed(sample(token), {"metadata.labels": ["a"]})
    assert "Invalid value" in providers.check(token, mistyped)[1]["metadata.labels"]


REQUIRED = [(token, path) for token, kind in SAMPLED.items() for path in schema.required(kind)]


@pytest.mark.parametrize(("token", "path"), REQUIRED)
def test_required_fields(providers: Providers, token: str, path: str) -> None:
    failures = providers.check(token, changed(sample(token), {path: None}))[1]

    *outer, name = path.split(".")
    assert f"'{name}' is a required property" in failures[".".join(outer)]


@every_kind
def test_names_and_labels(providers: Providers, token: str) -> None:
    for name in ("a/b", "x" * 254 + "/"):
        assert "metadata.name" in providers.check(token, changed(sample(token), {"metadata.name": name}))[1]
    assert KINDS[token].name_rule("sample") is None
    for labels in ({"-": "a"}, {"a": "-"}, {"a": "x" * 64}):
        inputs = changed(sample(token), {"metadata.labels": labels})
        assert "Invalid value" in providers.check(token, inputs)[1]["metadata.labels"]
    inputs = changed(sample(token), {"metadata.annotations": {"a b": ""}})
    assert "Invalid value" in providers.check(token, inputs)[1]["metadata.annotations"]


@pytest.mark.parametrize("token", [token for token, kind in SAMPLED.items() if kind in validation.RULES])
def test_rules_in_code(providers: Providers, token: str) -> None:
    samples = SAMPLES[token].get("refused", ())
    assert samples, "give `refused` samples"
    for case in samples:
        failures = providers.check(token, changed(sample(token), case["inputs"]))[1]
        assert case["reason"] in failures.get(case["property"], "nothing"), (case, failures)


CONTAINER = "spec.template.spec.containers[0]"
TERMS = "spec.template.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms"
EXPRESSION = f"{TERMS}[0].matchExpressions[0]"


def affinity(operator: str, *values: str) -> dict[str, Any]:
    """A pod that asks for a node by its zone."""
    expression = {"key": "topology.kubernetes.io/zone", "operator": operator, "values": list(values)}
    return {TERMS: [{"matchExpressions": [expression]}]}


FIELD = f"{TERMS}[0].matchFields[0]"


def node_field(key: str, operator: str, *values: str) -> dict[str, Any]:
    """A pod that asks for a node by one of its fields."""
    return {TERMS: [{"matchFields": [{"key": key, "operator": operator, "values": list(values)}]}]}


INITIAL, TOLERATION = "spec.template.spec.initContainers", "spec.template.spec.tolerations[0]"
PROBE = {"tcpSocket": {"port": 80}}
SOURCE = {"configMap": {"name": "a", "items": [{"key": "a", "path": "b"}]}}
TWICE = {"name": "tmp", "projected": {"sources": [SOURCE, SOURCE]}}


def toleration(**said: str) -> dict[str, Any]:
    """A pod with this toleration."""
    return {"spec.template.spec.tolerations": [said]}


POD_MISTAKES: list[tuple[dict[str, Any], str, str]] = [
    ({"spec.template.spec.containers": []}, "spec.template.spec.containers", "at least one container"),
    ({f"{CONTAINER}.name": "A"}, f"{CONTAINER}.name", "RFC 1123 label"),
    ({f"{CONTAINER}.image": "A:b"}, f"{CONTAINER}.image", "no image reference"),
    ({f"{CONTAINER}.imagePullPolicy": "Maybe"}, f"{CONTAINER}.imagePullPolicy", "Unsupported value"),
    ({"spec.template.spec.restartPolicy": "Maybe"}, "spec.template.spec.restartPolicy", "Unsupported value"),
    ({f"{CONTAINER}.resources.requests": {"cpu": "lots"}}, f"{CONTAINER}.resources.requests.cpu", "Invalid value"),
    ({f"{CONTAINER}.resources.requests": {"memory": "1Gi"}}, f"{CONTAINER}.resources.requests", "memory limit"),
    ({f"{CONTAINER}.resources.limits": {"nvidia.com/gpu": "500m"}}, f"{CONTAINER}.resources.limits.nvidia.com/gpu", "integer"),
    ({f"{CONTAINER}.ports[0].containerPort": 0}, f"{CONTAINER}.ports[0].containerPort", "between 1 and 65535"),
    ({f"{CONTAINER}.ports[0].name": "a--b"}, f"{CONTAINER}.ports[0].name", "single '-'"),
    ({f"{CONTAINER}.volumeMounts[0].name": "none"}, f"{CONTAINER}.volumeMounts[0].name", "Not found"),
    ({f"{CONTAINER}.env[1].value": "1"}, f"{CONTAINER}.env[1].valueFrom", "may not be specified"),
    ({"spec.template.spec.volumes[0].name": "A"}, "spec.template.spec.volumes[0].name", "RFC 1123 label"),
    ({"spec.template.spec.volumes[0]": {"name": "tmp", "ephemeral": {}}}, "spec.template.spec.volumes[0].ephemeral.volumeClaimTemplate", "Required"),
    (affinity("Gt"), f"{EXPRESSION}.values", "must be specified single value"),
    (affinity("In"), f"{EXPRESSION}.values", "must be specified when"),
    (affinity("Exists", "a"), f"{EXPRESSION}.values", "may not be specified when"),
    (affinity("Near", "a"), f"{EXPRESSION}.operator", 'Unsupported value: "Near"'),
    ({TERMS: []}, TERMS, "at least one node selector term"),
    (node_field("metadata.name", "Exists"), f"{FIELD}.operator", "not a valid selector operator"),
    (node_field("metadata.name", "In", "a", "b"), f"{FIELD}.values", "must be only one value"),
    (node_field("metadata.uid", "In", "a"), f"{FIELD}.key", "not a valid field selector key"),
    (toleration(value="a"), f"{TOLERATION}.operator", "operator must be Exists when `key` is empty"),
    (toleration(key="a", operator="Exists", value="a"), f"{TOLERATION}.operator", "value must be empty"),
    ({f"{CONTAINER}.livenessProbe.successThreshold": 2}, f"{CONTAINER}.livenessProbe.successThreshold", "must be 1"),
    ({f"{CONTAINER}.lifecycle": {"preStop": {"sleep": {"seconds": 31}}}}, f"{CONTAINER}.lifecycle.preStop.sleep", "(30)"),
    ({INITIAL: [{"name": "first", "image": "a", "readinessProbe": PROBE}]}, f"{INITIAL}[0].readinessProbe", "Forbidden"),
    ({"spec.template.spec.volumes[0]": TWICE}, "spec.template.spec.volumes[0].projected", "conflicting duplicate paths"),
]  # fmt: skip


@pytest.mark.parametrize("token", [DEPLOYMENT, kinds.JOB.token])
@pytest.mark.parametrize(("changes", "property", "reason"), POD_MISTAKES, ids=[row[1] for row in POD_MISTAKES])
def test_pod_templates(providers: Providers, token: str, changes: dict[str, Any], property: str, reason: str) -> None:
    assert problems.__doc__
    assert reason in providers.check(token, changed(sample(token), changes))[1][property]


@every_kind
def test_from_plan_to_deletion(cluster: Providers, token: str) -> None:
    kind, inputs = KINDS[token], sample(token)
    planned = cluster.plan(token, inputs)
    thing = made(cluster, token, inputs)
    live = cluster_object(cluster, thing)

    for path in ("metadata.uid", "metadata.creationTimestamp", "metadata.resourceVersion", *kind.computed):
        assert at(live, path) is not None, path
        assert at(inputs, path) in (None, at(live, path))
    assert disagreeing(planned, live) == []
    with pytest.raises(Refused, match="already exists") as error:
        cluster.create(token, inputs, "second")
    assert error.value.code is grpc.StatusCode.ALREADY_EXISTS
    cluster.delete(thing)
    assert cluster.read(thing) is None


def cluster_object(cluster: Providers, thing: Made) -> dict[str, Any]:
    try:
        return cluster.read(thing) or {}
    except Refused as refused:
        return refused.made.outputs if refused.made else {}


def disagreeing(planned: Any, live: Any, path: str = "") -> list[str]:
    """Where a plan did not come true."""
    if isinstance(planned, dict) and isinstance(live, dict):
        kept = (key for key in planned if key != "status")
        return [wrong for key in kept for wrong in disagreeing(planned[key], live.get(key), f"{path}.{key}")]
    return [] if planned == live else [f"{path}: {planned!r} became {live!r}"]


@every_kind
def test_a_namespace_is_for_what_has_one(cluster: Providers, token: str) -> None:
    inputs = changed(sample(token), {"metadata.namespace": "nowhere"})
    if KINDS[token].namespaced:
        with pytest.raises(Refused, match='namespaces "nowhere" not found') as error:
            cluster.create(token, inputs)
        assert error.value.code is grpc.StatusCode.NOT_FOUND
    else:
        assert "has no namespace" in cluster.check(token, inputs)[1]["metadata.namespace"]


@pytest.mark.parametrize("kind", custom_resources.SWITCHES, ids=lambda kind: kind.kind)
def test_what_a_cluster_does_not_serve(cluster: Providers, kind: kinds.Kind) -> None:
    switch = custom_resources.SWITCHES[kind]
    with cluster.world.transaction() as tx:
        (found,) = tx.list("gcp", CLUSTER_TYPE)
        tx.put(replace(found, outputs=changed(found.outputs, {switch.path: "off"})))

    with pytest.raises(Refused, match=f'no matches for kind "{kind.kind}"') as error:
        cluster.create(kind.token, sample(kind.token))
    assert f"the cluster's {switch.path} is 'off'" in error.value.details


@in_namespaces
def test_a_namespace_takes_all_with_it(cluster: Providers, token: str) -> None:
    thing = made(cluster, token, sample(token))
    cluster.delete(Made(NAMESPACE, "team", "team", {"metadata": {"name": "team"}}, {}))

    assert cluster.read(thing) is None


COUNTED = [(token, key) for token, kind in SAMPLED.items() if kind.namespaced for key in quotas.keys(kind)]


@pytest.mark.parametrize(("token", "key"), COUNTED)
def test_quotas(cluster: Providers, token: str, key: str) -> None:
    """A quota that is used up already, and one that has room for one more."""
    used = {SERVICE_ACCOUNT: 1, QUOTA: 1}.get(token, 0)
    hard = {"metadata": {"name": "few", "namespace": "team"}, "spec": {"hard": {key: str(used)}}}
    quota = cluster.create(QUOTA, hard, "few")
    with pytest.raises(Refused, match="exceeded quota: few") as error:
        cluster.create(token, sample(token))
    assert error.value.code is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert f"limited: {key}={used}" in error.value.details

    cluster.update(quota, changed(hard, {"spec.hard": {key: str(used + 1)}}))
    assert made(cluster, token, sample(token)).id


REPLACING = [
    (token, path.strip("."))
    for token, kind in SAMPLED.items()
    for path in replacement.properties(kind, {}, False, False)
    if kind.namespaced or path != ".metadata.namespace"
]


@pytest.mark.parametrize(("token", "path"), REPLACING)
def test_what_replaces(providers: Providers, token: str, path: str) -> None:
    before = providers.checked(token, sample(token))
    after = providers.checked(token, another(token, path))

    assert list(providers.diff(token, before, after).replaces) != []
    assert list(providers.diff(token, after, after).replaces) == []


FIXED = [(token, path) for token, kind in SAMPLED.items() for path in immutability.FIXED.get(kind, ())]


@pytest.mark.parametrize(("token", "path"), FIXED)
def test_what_the_api_server_never_changes(cluster: Providers, token: str, path: str) -> None:
    thing = made(cluster, token, sample(token))

    with pytest.raises(Refused, match="field is immutable") as error:
        cluster.update(thing, another(token, path))
    assert path in error.value.details


@pytest.mark.parametrize("kind", immutability.FROZEN, ids=lambda kind: kind.kind)
def test_what_is_declared_immutable(cluster: Providers, kind: kinds.Kind) -> None:
    inputs: dict[str, Any] = {"metadata": {"name": "sample", "namespace": "team"}, "immutable": True}
    inputs["data"] = {"a": "MQ=="}
    inputs["binaryData"] = {"b": "MQ=="} if kind is kinds.CONFIG_MAP else None
    inputs = changed(inputs, {} if inputs["binaryData"] else {"binaryData": None})
    thing = cluster.create(kind.token, inputs)

    for path, value in {"data.a": "Mg==", "binaryData.b": "Mg==", "immutable": False}.items():
        if path.split(".")[0] in inputs:
            with pytest.raises(Refused, match="field is immutable when `immutable` is set"):
                cluster.update(thing, changed(inputs, {path: value}))


@pytest.mark.parametrize(("kind", "path"), immutability.GROWING.items(), ids=lambda it: getattr(it, "kind", it))
def test_what_never_shrinks(cluster: Providers, kind: kinds.Kind, path: str) -> None:
    thing = made(cluster, kind.token, sample(kind.token))

    with pytest.raises(Refused, match="can not be less than previous value"):
        cluster.update(thing, changed(sample(kind.token), {path: "1Gi"}))
    larger = changed(sample(kind.token), {path: "1Ti"})
    with pytest.raises(Refused, match="spec is immutable after creation except resources.requests"):
        cluster.update(thing, larger)
    with cluster.world.transaction() as tx:
        for entity in tx.list("kubernetes", kind.token):
            tx.put(replace(entity, outputs=changed(entity.outputs, {"status.phase": "Bound"})))
    assert at(cluster.update(thing, larger).outputs, path) == "1Ti"


@pytest.mark.parametrize("token", [token for token, kind in SAMPLED.items() if kind in liveness.AWAITED])
def test_what_is_awaited(cluster: Providers, token: str) -> None:
    """Pods whose image is not in the registry are never ready, and nothing that needs them is live."""
    if token == SERVICE:
        made(cluster, DEPLOYMENT, {**sample(DEPLOYMENT), "metadata": {"name": "pods", "namespace": "team"}})
    with pytest.raises(Refused) as error:
        cluster.create(token, sample(token))
    assert error.value.made is not None
    assert "timed out waiting to be Ready" in error.value.details

    patient = changed(sample(token), {"metadata.name": "patient", "metadata.annotations": {liveness.SKIP: "true"}})
    patient = changed(patient, {"spec.clusterIP": None}) if token == SERVICE else patient
    assert cluster.create(token, patient).id


@pytest.mark.parametrize(("value", "replaced"), [("true", True), ("false", False)])
def test_a_job_that_is_not_complete_makes_way(cluster: Providers, value: str, replaced: bool) -> None:
    """Where it says so itself: its image is not in the registry."""
    token = kinds.JOB.token
    inputs = changed(sample(token), {"metadata.annotations": {liveness.REPLACE_UNREADY: value}})
    waiting = made(cluster, token, inputs)
    answer = cluster.diff(token, waiting.outputs, waiting.inputs, waiting.inputs)
    assert (bool(answer.replaces), answer.deleteBeforeReplace) == (replaced, replaced)


def test_every_value_of_the_samples_is_used() -> None:
    """No value stands in the samples that no line of a table asks for."""
    asked = {
        token: {*immutability.FIXED.get(kind, ()), *(path for t, path in REPLACING if t == token)}
        for token, kind in SAMPLED.items()
    }
    unused = [
        (token, path) for token in SAMPLED for path in SAMPLES[token].get("values", {}) if path not in asked[token]
    ]
    assert unused == []
    assert steps("a.b[0].c") == ["a", "b", 0, "c"]
