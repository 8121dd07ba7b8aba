"""New services of every kind, as the guides say; what becomes of them where something is missing."""

from __future__ import annotations

import re
import shlex
from typing import Any

import pytest

from sandbox.clouds.gcp.cloudrunv2 import SERVICE_TYPE
from sandbox.clouds.kubernetes import kinds
from sandbox.clouds.world import Entity
from tests.lifecycle.commands import PROGRAM, Site, digest
from tests.lifecycle.manifests import manifests, of_kind
from tests.lifecycle.test_readme import FENCE
from tests.moves.small import IMAGES

BLOCK = re.compile(r"```yaml (\w+)\n(.*?)```", re.DOTALL)
ENVIRONMENTS = ("Pulumi.dev.yaml", "Pulumi.staging.yaml", "Pulumi.prod.yaml")
PLACES = {
    "images": (("services.yaml",), "images:\n"),
    "services": (("services.yaml",), "services:\n"),
    "topics": (("services.yaml",), "topics:\n"),
    "nodePools": (ENVIRONMENTS, "    nodePools:\n"),
    "sizes": ((*ENVIRONMENTS, "Pulumi.pr.yaml"), "  slipway:sizes:\n"),
}
"""Where each block of a guide belongs: the files, and the line that it follows."""


def follow(site: Site, guide: str) -> str:
    """Write what the guide says where it says, type what it types; the guide's text."""
    text = (PROGRAM / "docs" / "how-to" / guide).read_text()
    for place, block in BLOCK.findall(text):
        if place in PLACES:
            files, line = PLACES[place]
            for file in files:
                change(site, file, line, line + block)
    typed = [line.removeprefix("slipway ") for line in FENCE.findall(text)[0].splitlines()]
    assert typed == ["plan dev", "up dev"]
    for command in typed:
        site(*shlex.split(command))
    return text


def change(site: Site, file: str, old: str, new: str) -> None:
    path = site.config / file
    assert path.read_text().count(old) == 1, f"{old!r} is not once in {file}"
    path.write_text(path.read_text().replace(old, new))


def things(site: Site, token: str) -> list[Entity]:
    """What there is of a type."""
    world = site.world
    with world.read() as tx:
        found = tx.list("kubernetes" if token.startswith("kubernetes:") else "gcp", token)
    world.close()
    return found


def released_with(site: Site, *new: str, number: int = 2) -> None:
    """A release of all images and new ones runs in dev."""
    site("deploy", "dev", site.release(dict.fromkeys([*IMAGES, *new], number)))


def load(site: Site, name: str) -> dict[str, Any]:
    found: dict[str, Any] = site.status()["dev"]["workloads"][name]
    return found


@pytest.mark.journey
def test_the_guide_to_a_gpu_worker(released: Site) -> None:
    text = follow(released, "add-a-gpu-worker.md")
    released_with(released, "enrich")
    [pods] = [rs.outputs["_pods"] for rs in things(released, kinds.REPLICA_SET.token) if "/services/enrich-" in rs.id]
    assert ["-gpu-" in pod["node"] for pod in pods] == [True]
    made = of_kind(manifests(released, "dev"), "Deployment")["enrich"]["spec"]["template"]["spec"]
    assert [it["name"] for it in made["volumes"]] == ["tmp", "models"]
    assert "SUBSCRIPTION_ENRICHMENT_WANTED" in {it["name"] for it in made["containers"][0]["env"]}

    # Two nodes with one T4 each.
    change(
        released, "Pulumi.dev.yaml", "enrich: {replicas: 1, maxReplicas: 2,", "enrich: {replicas: 3, maxReplicas: 3,"
    )
    failed = released("up", "dev", code=1)
    assert "Short by 1 nvidia.com/gpu" in failed.out
    [short] = re.findall(r"`(Short by 1 nvidia.com/gpu)`", text)
    assert any(short in remark for remark in released.status()["dev"]["remarks"])


@pytest.mark.prove
def test_an_autoscaler_of_the_worker_looks_at_its_queue(released: Site) -> None:
    follow(released, "add-a-gpu-worker.md")
    released_with(released, "enrich")
    scaling(released)
    released("up", "dev")
    scaler = of_kind(manifests(released, "dev"), "HorizontalPodAutoscaler")["enrich"]["spec"]
    [metric] = scaler["metrics"]
    assert metric["external"]["metric"]["selector"]["matchLabels"] == {
        "resource.labels.subscription_id": "enrichment-wanted-enrich"
    }
    assert metric["external"]["target"]["averageValue"] == "20"
    [subscription] = [
        it for it in things(released, "gcp:pubsub/subscription:Subscription") if it.id.endswith("-enrich")
    ]
    assert subscription.id == "projects/ampersand-dev/subscriptions/enrichment-wanted-enrich"
    [grant] = [it for it in things(released, "gcp:projects/iAMMember:IAMMember") if "/custom-metrics/" in it.id]
    assert (grant.inputs["role"], grant.inputs["member"].rpartition("/subject/")[2]) == (
        "roles/monitoring.viewer",
        "ns/custom-metrics/sa/custom-metrics-stackdriver-adapter",
    )


def scaling(site: Site) -> None:
    """Turn autoscaling on in dev, where every size then needs its most."""
    text = site.yaml("dev").replace("slipway:autoscaling: false", "slipway:autoscaling: true")
    text = re.sub(r"\{replicas: (\d+), cpu", r"{replicas: \1, maxReplicas: 9, cpu", text)
    (site.config / "Pulumi.dev.yaml").write_text(text)


@pytest.mark.prove
def test_switching_autoscaling_on_takes_no_pod_away(released: Site) -> None:
    change(released, "Pulumi.dev.yaml", "default: {replicas: 1,", "default: {replicas: 2,")
    released("up", "dev")
    assert (load(released, "scribe")["ready"], load(released, "scribe")["desired"]) == (2, 2)
    scaling(released)
    # Deployments that no longer stated a number would be given 1 until an autoscaler acts: none is touched.
    planned = released("plan", "dev", "--json").json["changes"]
    assert (planned["update"], planned["replace"], planned["delete"]) == (0, 0, 0)
    released("up", "dev")
    assert [it.id for it in things(released, kinds.AUTOSCALER.token) if it.id.endswith("/services/scribe")] != []
    assert (load(released, "scribe")["ready"], load(released, "scribe")["desired"]) == (2, 2)


@pytest.mark.journey
def test_the_guide_to_a_service(released: Site) -> None:
    text = follow(released, "add-a-service.md")
    released_with(released, "billing")
    config = of_kind(manifests(released, "dev"), "ConfigMap")
    [name] = [name for name in config if name.startswith("billing-")]
    assert config[name]["data"] == {"CURRENCY": "USD"}
    deployment = of_kind(manifests(released, "dev"), "Deployment")["billing"]["spec"]
    container = deployment["template"]["spec"]["containers"][0]
    assert container["envFrom"] == [{"configMapRef": {"name": name}}]
    variables = {it["name"]: it.get("value") for it in container["env"]}
    assert variables["URL_INVOICES"] == "https://invoices-100000000001.us-west1.run.app"
    assert variables["CALLER_INVOICES"] == "caller-invoices@ampersand-dev.iam.gserviceaccount.com"
    assert load(released, "invoices")["digest"] == digest(2)

    grants = {
        (it.inputs.get("role"), it.inputs.get("member", "").rpartition("/sa/")[2] or it.inputs.get("member"))
        for kind in ("gcp:serviceaccount/iAMMember:IAMMember", "gcp:cloudrunv2/serviceIamMember:ServiceIamMember")
        for it in things(released, kind)
        if "invoices" in it.id
    }
    assert grants == {
        ("roles/iam.serviceAccountOpenIdTokenCreator", "billing"),
        ("roles/run.invoker", "serviceAccount:caller-invoices@ampersand-dev.iam.gserviceaccount.com"),
    }

    _, block = FENCE.findall(text)
    said = []
    for line in block.replace("sha256:...", digest(2)).splitlines():
        command, _, remark = line.partition("#")
        said.append(released(*shlex.split(command)[1:], code=int(remark.strip() == "fails")).out)
    assert re.search(r"Job billing-smoke-test: .*\[BackoffLimitExceeded\] Job has reached the specified", said[1])
    assert re.search(r"SmokeTest +\+- 1 replace\n.*dev up: ok, 1 replaced", said[3], re.DOTALL)
    assert load(released, "billing")["healthy"] is True


@pytest.mark.journey
def test_other_variables_are_another_config_map_to_which_the_pods_roll_over(released: Site) -> None:
    follow(released, "add-a-service.md")
    released_with(released, "billing")

    def maps() -> list[str]:
        return [name for name in of_kind(manifests(released, "dev"), "ConfigMap") if name.startswith("billing-")]

    former = maps()
    change(released, "services.yaml", "{CURRENCY: USD}", "{CURRENCY: EUR}")
    released("up", "dev")
    assert len(maps()) == 1
    assert maps() != former
    assert load(released, "billing")["healthy"] is True


@pytest.mark.journey
def test_shared_traffic_is_told_and_not_promoted(released: Site) -> None:
    """The revision before gets most requests: nobody can say that the new version was tested."""
    released_with(released, "api")
    [service] = [it for it in things(released, SERVICE_TYPE) if "ampersand-dev" in it.id]
    first = service.outputs["_revisions"][0][0]
    text = released.yaml("dev").replace(
        "  slipway:sizes:\n",
        f"  slipway:traffic:\n    provider-webhooks: {{{first}: 90, latest: 10}}\n  slipway:sizes:\n",
    )
    (released.config / "Pulumi.dev.yaml").write_text(text)
    released("up", "dev")
    assert (load(released, "provider-webhooks")["digest"], load(released, "provider-webhooks")["healthy"]) == (
        None,
        True,
    )
    refused = released("promote", "staging", code=3)
    assert "running-equals-pinned" in refused.err


@pytest.mark.journey
def test_a_function_that_does_not_start_fails_the_release_and_the_former_one_answers(released: Site) -> None:
    release = released.release(dict.fromkeys(IMAGES, 2), crash="api")
    failed = released("deploy", "dev", release, code=1)
    assert "does not run in dev" in failed.out + failed.err
    assert load(released, "provider-webhooks")["digest"] == digest(1)


def publishers(site: Site, topic: str) -> set[str]:
    grants = things(site, "gcp:pubsub/topicIAMMember:TopicIAMMember")
    mine = [it for it in grants if it.id.startswith(f"projects/ampersand-dev/topics/{topic}/")]
    return {it.inputs["member"] for it in mine if it.inputs["role"] == "roles/pubsub.publisher"}


def test_only_the_function_publishes_webhooks(released: Site) -> None:
    account = "run-provider-webhooks@ampersand-dev.iam.gserviceaccount.com"
    assert publishers(released, "subscribe-webhook-received") == {f"serviceAccount:{account}"}
    [service] = [it for it in things(released, SERVICE_TYPE) if "ampersand-dev" in it.id]
    assert service.outputs["template"]["serviceAccount"] == account
    [invoker] = [
        it
        for it in things(released, "gcp:cloudrunv2/serviceIamMember:ServiceIamMember")
        if it.id.startswith(service.id + "/")
    ]
    assert (invoker.inputs["role"], invoker.inputs["member"]) == ("roles/run.invoker", "allUsers")


def test_only_the_function_s_pod_publishes_webhooks_in_a_preview(released: Site) -> None:
    services = [it.id for it in things(released, SERVICE_TYPE)]
    released("pr", "open", "42", "--branch", "search")
    [publisher] = publishers(released, "pr-42-subscribe-webhook-received")
    assert publisher.endswith("/subject/ns/pr-search/sa/provider-webhooks")
    assert [it.id for it in things(released, SERVICE_TYPE)] == services
