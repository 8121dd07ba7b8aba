"""Smoke tests on a release's way: when they run, what they are told, and what becomes of a release that fails one."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.lifecycle.commands import Result, Site, digest
from tests.lifecycle.manifests import manifests, of_kind
from tests.moves.small import IMAGES, SERVING

TESTED = ("api", "read", "messenger", "provider-webhooks")
JOB = "kubernetes:batch/v1:Job"
SCRIBE = "  scribe: {image: scribe, port: 8080}\n"


def steps(result: Result) -> list[tuple[str, str, str]]:
    """What was done to resources in the clouds: operation, kind, name."""
    return [
        (step["op"], step["type"].rpartition(":")[2], step["urn"].rpartition("::")[2])
        for step in result.json["steps"]
        if step["op"] != "same" and not step["type"].startswith("slipway:")
    ]


def smoke_jobs(site: Site, stack: str) -> dict[str, dict[str, Any]]:
    """The containers of a stack's smoke tests, by service."""
    jobs = of_kind(manifests(site, stack), "Job")
    return {
        name.removesuffix("-smoke-test"): job["spec"]["template"]["spec"]["containers"][0]
        for name, job in jobs.items()
        if name.endswith("-smoke-test")
    }


def told(container: dict[str, Any]) -> dict[str, str]:
    return {it["name"]: it["value"] for it in container["env"]}


def edit(site: Site, old: str, new: str, file: str = "services.yaml") -> None:
    text = (site.config / file).read_text()
    assert text.count(old) == 1
    (site.config / file).write_text(text.replace(old, new))


def pin(site: Site, image: str, number: int) -> None:
    """Pin another digest in dev."""
    path = site.config / "Pulumi.dev.yaml"
    path.write_text(re.sub(rf"(?m)^(    {image}: )sha256:.*$", rf"\g<1>{digest(number)}", path.read_text()))


def test_each_service_is_tested_after_its_own_rollout(released: Site) -> None:
    found = smoke_jobs(released, "dev")
    assert tuple(sorted(found)) == tuple(sorted(TESTED))
    assert {told(it)["SMOKE_DIGEST"] for it in found.values()} == {digest(1)}
    assert {told(it)["SLIPWAY_STACK"] for it in found.values()} == {"dev"}
    assert {service: told(it)["SMOKE_URL"] for service, it in found.items()} == {
        **{service: f"http://{service}.services.svc:80" for service in TESTED[:-1]},
        "provider-webhooks": "https://provider-webhooks-100000000001.us-west1.run.app",
    }
    state = json.loads((released.folder / ".sandbox/.pulumi/stacks/slipway/dev.json").read_text())
    waits = {
        each["urn"].rpartition("::")[2].removesuffix("-smoke-test"): {
            urn.rpartition("::")[2]
            for urn in each["dependencies"]
            if urn.split("::")[2].endswith(("apps/v1:Deployment", "cloudrunv2/service:Service"))
        }
        for each in state["checkpoint"]["latest"]["resources"]
        if each["type"] == JOB and each["urn"].endswith("-smoke-test")
    }
    assert waits == {
        **{service: {"api"} for service in ("api", "read")},
        "messenger": {"messenger"},
        "provider-webhooks": {"provider-webhooks"},
    }


@pytest.mark.journey
def test_only_what_runs_another_digest_is_tested_again(released: Site) -> None:
    assert steps(released("up", "dev", "--json")) == []
    again = [("update", "Deployment", "messenger"), ("replace", "Job", "messenger-smoke-test")]
    released("sandbox", "push", f"messenger@{digest(2)}")
    pin(released, "messenger", 2)
    assert steps(released("up", "dev", "--json")) == again
    assert told(smoke_jobs(released, "dev")["messenger"])["SMOKE_DIGEST"] == digest(2)
    # Going back is a rollout too.
    pin(released, "messenger", 1)
    assert steps(released("plan", "dev", "--json")) == again


@pytest.mark.journey
def test_a_release_whose_api_runs_but_does_not_work_fails(released: Site) -> None:
    """Read shares api's pod and is the one that is broken: its own test says so, and nothing of it goes on."""
    released.stay()
    released("sandbox", "push", f"api@{digest(2)}", "--crash-with", "--smoke=read")
    second = released.record({**dict.fromkeys(IMAGES, 1), "api": 2})
    [reason] = released("deploy", "dev", second, "--json", code=1).json["reasons"]
    assert reason.startswith("read-smoke-test: ")
    assert reason.endswith("[BackoffLimitExceeded] Job has reached the specified backoff limit")

    dev = released.status()["dev"]
    assert dev["images"] == {**dict.fromkeys(SERVING, digest(1)), "api": digest(2)}
    assert dev["workloads"]["api"]["healthy"] is True
    assert released.ledger("dev")[-2].event == "failed"
    released("unhold", "dev", "--why", "to see that a guard stands in the way by itself")
    refused = released("promote", "staging", "--json", code=3).json["refusals"]
    assert [(each["guard"], each["problem"]) for each in refused] == [
        ("source-healthy", f"the last deployment to dev failed: {reason}")
    ]
    assert f"the last deployment failed: {reason}" in released.status()["dev"]["remarks"]

    # What failed is tried again, and what had not begun; what has passed is not.
    planned = steps(released("plan", "dev", "--json"))
    assert ("replace", "Job", "read-smoke-test") in planned
    assert {(op, kind) for op, kind, _ in planned} == {("replace", "Job")}
    assert {name for _, _, name in planned} <= {f"{it}-smoke-test" for it in ("api", "read", "provider-webhooks")}
    released.push({"api": 2})
    assert sorted(steps(released("deploy", "dev", second, "--json"))) == sorted(planned)
    released("promote", "staging")
    assert released.status()["staging"]["release"] == second


def test_a_release_that_fails_its_smoke_test_goes_back_by_itself(released: Site) -> None:
    first = released.status()["dev"]["release"]
    released("sandbox", "push", f"api@{digest(2)}", "--crash-with", "--smoke=read")
    second = released.record({**dict.fromkeys(IMAGES, 1), "api": 2})
    failed = released("deploy", "dev", second, "--json", code=1).json
    assert (failed["rolled_back_to"], failed["held"]) == (first, True)
    dev = released.status()["dev"]
    assert (dev["release"], dev["healthy"], dev["images"]) == (first, True, dict.fromkeys(SERVING, digest(1)))


@pytest.mark.journey
def test_a_test_of_another_image_runs_when_either_changes(released: Site) -> None:
    edit(released, SCRIBE, SCRIBE.replace("8080}", "8080, smoke: {image: messenger, args: [--smoke=scribe]}}"))
    made = {(kind, name) for op, kind, name in steps(released("up", "dev", "--json")) if op == "create"}
    assert made == {("Job", "scribe-smoke-test"), ("ServiceAccount", "scribe-smoke-test"),
                    ("NetworkPolicy", "scribe-smoke-test")}  # fmt: skip
    scribe = smoke_jobs(released, "dev")["scribe"]
    assert scribe["image"].endswith(f"/messenger@{digest(1)}")
    tests = {"scribe": ["scribe-smoke-test"], "messenger": ["messenger-smoke-test", "scribe-smoke-test"]}
    for image, again in tests.items():
        pin(released, image, 2)
        planned = steps(released("plan", "dev", "--json"))
        assert sorted(planned) == [*(("replace", "Job", name) for name in again), ("update", "Deployment", image)]
        pin(released, image, 1)


def test_a_service_that_asks_who_calls_lets_its_test_in(released: Site) -> None:
    quotes = "  quotes: {kind: cloud-run, image: scribe, port: 8080, smoke: {args: [--smoke, $(SMOKE_URL), $(SMOKE_CALLER)]}}\n"
    edit(released, "services:\n", f"services:\n{quotes}")
    edit(
        released,
        "  slipway:sizes:\n",
        '  slipway:sizes:\n    quotes: {replicas: 0, maxReplicas: 2, cpu: "1", memory: 512Mi}\n',
        "Pulumi.dev.yaml",
    )
    released("up", "dev")
    test = told(smoke_jobs(released, "dev")["quotes"])
    assert test["SMOKE_URL"] == "https://quotes-100000000001.us-west1.run.app"
    assert test["SMOKE_CALLER"] == "caller-quotes@ampersand-dev.iam.gserviceaccount.com"
    grants = {
        (inputs["role"], inputs["member"].rpartition("/subject/")[2])
        for (kind, name), inputs in released.inventory().items()
        if kind.endswith(("IamMember", "IAMMember")) and "quotes" in name
    }
    assert grants == {
        ("roles/iam.serviceAccountOpenIdTokenCreator", "ns/services/sa/quotes-smoke-test"),
        ("roles/run.invoker", "serviceAccount:caller-quotes@ampersand-dev.iam.gserviceaccount.com"),
    }


def test_an_environment_may_do_without(released: Site) -> None:
    edit(released, "  slipway:autoscaling: false\n", "  slipway:autoscaling: false\n  slipway:smokeTests: false\n",
         "Pulumi.dev.yaml")  # fmt: skip
    changed = steps(released("plan", "dev", "--json"))
    kinds = ("Job", "NetworkPolicy", "ServiceAccount")
    assert {it for it in changed if it[0] == "delete"} == {
        ("delete", kind, f"{service}-smoke-test") for kind in kinds for service in TESTED
    }
    assert {it for it in changed if it[0] != "delete"} == {
        ("update", "NetworkPolicy", "api"),
        ("update", "NetworkPolicy", "messenger"),
    }


def test_a_preview_proves_its_own_rollout(released: Site) -> None:
    released("pr", "open", "42", "--branch", "search")
    found = {service: told(it)["SMOKE_URL"] for service, it in smoke_jobs(released, "pr-42").items()}
    assert found.keys() == set(TESTED)
    assert found["read"] == "http://read.pr-search.svc:80"
    assert found["provider-webhooks"] == "http://provider-webhooks.pr-search.svc:80"
