"""What counts as drift, what is said of it, and to whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from delivery import drift_notice, drift_report, drifting
from delivery.drifting import Drift, Found, Property
from delivery.engines import Diagnostic, Kept, Look, Seen
from delivery.errors import ExitCode
from delivery.notices import Kind, Severity
from delivery.sights import spared

URN = "urn:pulumi:dev::slipway::a:b:C$kubernetes:apps/v1:Deployment::api"
INPUTS: dict[str, Any] = {
    "spec": {"containers": [{"name": "a", "env": [{"name": "X"}]}], "selector": {}, "strategy": {"type": "Recreate"}}
}
SERVED = {**INPUTS, "spec": {**INPUTS["spec"], "replicas": 1}, "status": {"conditions": [1]}}
KEPT = Kept(urn=URN, type="kubernetes:apps/v1:Deployment", custom=True, id="api", inputs=INPUTS, outputs=SERVED)
DIAGNOSTIC = Diagnostic(URN, "error", "no answer")


def served(**spec: Any) -> dict[str, Any]:
    return {**SERVED, "spec": {**SERVED["spec"], **spec}}


def seen(outputs: dict[str, Any], *detail: str) -> Seen:
    spec = {key: value for key, value in outputs["spec"].items() if key != "replicas"}
    return Seen(urn=URN, different=bool(detail), detail=detail, inputs={"spec": spec}, outputs=outputs)


def found(kept: Kept, what: Seen) -> list[tuple[str, Any, Any]] | None:
    drift = drifting.drift(kept, what)
    return [(each.path, each.state, each.cloud) for each in drift.properties] if drift else None


def test_what_the_provider_calls_different_has_both_values() -> None:
    other = seen(served(strategy={"type": "RollingUpdate"}), "spec.strategy.type")
    assert found(KEPT, other) == [("spec.strategy.type", "Recreate", "RollingUpdate")]


def test_what_is_ignored_is_none_whatever_the_provider_says() -> None:
    other = seen(served(strategy={"type": "RollingUpdate"}, selector={"a": 1}), "spec.strategy.type", "spec.selector")
    ignoring = replace(KEPT, ignored=("spec.strategy",))
    assert found(ignoring, other) == [("spec.selector", {}, {"a": 1})]
    assert found(replace(KEPT, ignored=("spec",)), other) is None
    unsaid = replace(other, detail=())
    assert found(replace(KEPT, inputs={}), unsaid) == []


def test_what_only_the_cloud_decides_is_none() -> None:
    assert found(KEPT, seen({**served(replicas=7), "status": {"conditions": [1, 2, 3]}})) is None


@pytest.mark.parametrize(
    ("spec", "path", "value"),
    [
        ({"containers": [{"name": "a", "env": [{"name": "X"}]}, {"name": "b"}]}, "spec.containers[1]", {"name": "b"}),
        (
            {"containers": [{"name": "a", "env": [{"name": "X"}, {"name": "Y"}]}]},
            "spec.containers[0].env[1]",
            {"name": "Y"},
        ),
        ({"selector": {"matchLabels": {"app": "x"}}}, "spec.selector.matchLabels", {"app": "x"}),
    ],
)
def test_what_somebody_added_is_one_unless_it_is_ignored_or_told_already(
    spec: dict[str, Any], path: str, value: Any
) -> None:
    assert found(KEPT, seen(served(**spec))) == [(path, None, value)]
    assert found(replace(KEPT, ignored=("spec",)), seen(served(**spec))) is None
    assert found(replace(KEPT, ignored=(path,)), seen(served(**spec))) is None
    whole = path.rpartition("[")[0] or path
    told = found(KEPT, seen(served(**spec), whole))
    assert told
    assert [each[0] for each in told] == [whole]


def test_what_was_there_before_nobody_added() -> None:
    more = served(containers=[*INPUTS["spec"]["containers"], {"name": "injected"}])
    assert found(replace(KEPT, outputs=more), seen(more)) is None


def test_keys_of_a_config_map_count_and_labels_do_not() -> None:
    def config(**data: str) -> dict[str, Any]:
        return {"metadata": {"labels": data}, "data": data}

    kept = replace(KEPT, type=drifting.CONFIG_MAP, inputs=config(a="1"), outputs=config(a="1"))
    now = Seen(urn=URN, inputs=config(a="1"), outputs=config(a="1", **{"b.c": "2"}))
    assert found(kept, now) == [('data["b.c"]', None, "2")]
    assert found(replace(kept, type="kubernetes:core/v1:Service"), now) is None


def test_of_what_is_only_read_counts_that_it_is_there() -> None:
    external = replace(KEPT, external=True)
    assert drifting.drift(external, seen(served(strategy={}), "spec.strategy")) is None
    assert drifting.drift(external, Seen(urn=URN, gone=True)) == Drift(external, gone=True)


def test_a_job_goes_when_its_time_to_live_is_over() -> None:
    job = replace(KEPT, type=drifting.JOB, inputs={"spec": {}})
    assert drifting.drift(job, Seen(urn=URN, gone=True)) == Drift(job, gone=True)
    mortal = replace(job, inputs={"spec": {"ttlSecondsAfterFinished": 60}})
    assert drifting.drift(mortal, Seen(urn=URN, gone=True)) is None


def test_components_and_providers_are_not_counted() -> None:
    others = [replace(KEPT, urn="c", custom=False), replace(KEPT, urn="p", type="pulumi:providers:kubernetes")]
    look = Look([KEPT, *others], [seen(SERVED), *(Seen(urn=each.urn, gone=True) for each in others)])
    assert drifting.found("dev", look) == Found("dev", 1)


def test_how_it_ends() -> None:
    nothing, drifted = Found("dev", 1), Found("dev", 1, (Drift(KEPT, gone=True),))
    assert drifting.ending([nothing]) is ExitCode.DONE
    assert drifting.ending([nothing, drifted]) is ExitCode.FOUND
    assert drifting.ending([replace(nothing, unseen=(DIAGNOSTIC,))]) is ExitCode.FAILED
    assert drifting.ending([replace(drifted, unseen=(DIAGNOSTIC,))]) is ExitCode.FOUND
    assert drifting.ending([replace(nothing, unseen=(replace(DIAGNOSTIC, severity="info"),))]) is ExitCode.DONE


def test_what_is_printed() -> None:
    drifts = (
        Drift(KEPT, properties=(Property("a", None, {"x": 1}), Property("b", "y" * 99, "[z]"))),
        Drift(replace(KEPT, urn=f"{URN}2"), gone=True),
        Drift(replace(KEPT, urn=f"{URN}3")),
    )
    told = Found("dev", 5, drifts, (DIAGNOSTIC, replace(DIAGNOSTIC, severity="info")))
    assert [line.replace("\\", "") for line in drift_report.lines(told)] == [
        "  [yellow]changed[/] Deployment api (kubernetes:apps/v1:Deployment)",
        '      a: nothing -> {"x": 1}',
        f"      b: {'y' * 59}… -> [z]",
        "  [red]gone   [/] Deployment api2 (kubernetes:apps/v1:Deployment)",
        "  [yellow]changed[/] Deployment api3 (kubernetes:apps/v1:Deployment)",
        "      its provider does not say in what",
        "  [red]not seen[/] api: no answer",
        "  1 not looked at, since it holds a secret",
        "dev: 3 of 5 resources are not as the state says, 1 gone",
    ]


@pytest.mark.parametrize(
    ("type_", "kind"),
    [
        ("gcp:projects/iAMMember:IAMMember", Kind.SECURITY),
        ("gcp:pubsub/topicIAMMember:TopicIAMMember", Kind.SECURITY),
        ("gcp:artifactregistry/repositoryIamMember:RepositoryIamMember", Kind.SECURITY),
        ("gcp:serviceaccount/account:Account", Kind.SECURITY),
        ("gcp:compute/firewall:Firewall", Kind.SECURITY),
        ("kubernetes:networking.k8s.io/v1:NetworkPolicy", Kind.SECURITY),
        ("kubernetes:rbac.authorization.k8s.io/v1:RoleBinding", Kind.SECURITY),
        ("gcp:pubsub/topic:Topic", Kind.DRIFT),
        ("kubernetes:apps/v1:Deployment", Kind.DRIFT),
        ("gcp:monitoring/alertPolicy:AlertPolicy", Kind.DRIFT),
    ],
)
def test_what_decides_who_may_do_what_is_told_to_security(type_: str, kind: Kind) -> None:
    drift = Drift(replace(KEPT, type=type_), properties=(Property("a", "hunter", "2"),))
    (notice,) = drift_notice.notices(Found("dev", 1, (drift,)), "dev", "ann", datetime(2026, 1, 1, tzinfo=UTC))
    assert (notice.kind, notice.severity, notice.environment) == (kind, Severity.WARNING, "dev")
    assert "hunter" not in str(notice.as_json())


def test_only_ten_are_named() -> None:
    drifts = tuple(Drift(replace(KEPT, urn=f"{URN}{number}"), gone=True) for number in range(12))
    (notice,) = drift_notice.notices(Found("dev", 12, drifts), "dev", "ann", datetime(2026, 1, 1, tzinfo=UTC))
    assert (notice.title, notice.severity) == ("Drift in dev: 12 gone", Severity.CRITICAL)
    assert len(notice.reason.splitlines()) == 11
    assert notice.reason.endswith("\nand 2 more")


def test_a_viewer_leaves_out_what_holds_a_secret() -> None:
    types = ("gcp:secretmanager/secretVersion:SecretVersion", "kubernetes:core/v1:Secret", "gcp:projects/apiKey:ApiKey")
    secrets = [replace(KEPT, type=type_) for type_ in types]
    redis = replace(KEPT, type="gcp:redis/instance:Instance", inputs={"authEnabled": True})
    assert spared([KEPT, *secrets, redis, replace(redis, inputs={})]) == [*secrets, redis]
