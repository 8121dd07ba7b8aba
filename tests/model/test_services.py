"""Services of each kind: what they may have, what their pods get together, and how big they may be."""

from __future__ import annotations

from pathlib import Path

import pytest

from model import names
from model.catalogue import load_catalogue
from model.errors import ConfigError
from model.stacks import load_environment
from model.together import check_together
from tests.model.conftest import Edit

METRICS = "  metrics: {image: metrics, port: 8080, callers: [api]}\n"


def entry(text: str) -> str:
    return f"  metrics: {{image: metrics, port: 8080, {text}}}\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("callers: [apu]", "services.metrics.callers: there is no service 'apu'. Did you mean 'api'?"),
        ("callers: [api, api]", "services.metrics.callers: 'api' stands twice. Write it once."),
        (
            "callers: [provider-webhooks]",
            (
                "services.metrics.callers: 'provider-webhooks' runs outside the cluster and cannot reach it. Publish to a topic "
                "instead, or call through a route of the gateway."
            ),
        ),
        (
            "variables: {TOPIC_X: y}",
            "services.metrics.variables.TOPIC_X: variables of this name are set for it. Rename it.",
        ),
        ("volumes: {cache: {path: /tmp, gb: 10}}", "services.metrics.volumes.cache.path: /tmp is there already."),
        ("public: true", "'public' and 'ingress' are for cloud-run and function. Give it a route instead"),
        (
            "scaleOn: {topic: usage-emitted, messagesPerPod: 5}",
            "services.metrics.scaleOn.topic: it does not subscribe to 'usage-emitted'. Make it a subscriber of the topic.",
        ),
        ("kind: function", "a function must say whether anyone may call it. Write public: true or public: false"),
        ("kind: function, public: true, callers: [api]", "a function is called by the internet, not by services."),
        ("kind: function, public: true", "a function that publishes nothing. Make it a publisher of a topic."),
        (
            "kind: cloud-run, gpu: {type: nvidia-tesla-t4}",
            "'database', 'gpu', 'volumes', 'scaleOn' and 'prepare' are for",
        ),
    ],
)
def test_what_a_service_may_not_have(edit: Edit, text: str, expected: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_catalogue(edit("services.yaml", METRICS, entry(text)))
    assert expected in str(caught.value)


def test_who_waits_for_messages_is_in_the_cluster(edit: Edit) -> None:
    config = edit(
        "services.yaml",
        "  scribe: {image: scribe, port: 8080, database: main}",
        "  scribe: {kind: cloud-run, image: scribe, port: 8080}",
    )
    with pytest.raises(ConfigError, match="a cloud-run has no process that waits for messages"):
        load_catalogue(config)


def test_a_collapsed_pod_has_the_callers_of_all_its_services_and_calls_what_any_of_them_calls(config: Path) -> None:
    pods = load_catalogue(config).deployments({"api": ("api", "read", "write", "proxy")})
    api = pods["api"]
    assert api.callers == {
        "api": (),
        "read": ("api", "temporal"),
        "write": ("api", "temporal"),
        "proxy": ("api", "builder-mcp"),
    }
    assert api.calls == {"api": (8081, 8082, 8083), "token-manager": (8080,), "metrics": (8080,), "temporal": (8080,)}
    assert pods["temporal"].calls == {"api": (8081, 8082), "token-manager": (8080,)}
    assert pods["token-manager"].callers == {"token-manager": ("api", "messenger", "temporal")}
    assert api.metrics == (8080, "/metrics")


SIZE = 'provider-webhooks: {replicas: 0, maxReplicas: 2, cpu: "1", memory: 512Mi}'


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (f"    {SIZE}\n", "", "sizes.provider-webhooks: a function needs a size of its own"),
        (SIZE, SIZE.replace("maxReplicas: 2, ", ""), "a function needs maxReplicas"),
        (SIZE, SIZE.replace('"1"', "250m"), "Cloud Run has no 250m cores. Write one of: 1, 2, 4, 6, 8."),
        (SIZE, SIZE.replace("512Mi", "256Mi"), "Cloud Run has no 256Mi with 1 cores. Write 512Mi to 4Gi."),
        (SIZE, SIZE.replace("512Mi", "5Gi"), "Cloud Run has no 5Gi with 1 cores. Write 512Mi to 4Gi."),
        ("default: {replicas: 1,", "default: {replicas: 0,", "sizes.default: a Deployment never scales to 0."),
        ("api: [api, read, write, proxy]", "api: [api, provider-webhooks]", "which has no pod to share"),
        (
            "  slipway:sizes:\n",
            "  slipway:traffic: {provider-webhooks: {latest: 90}}\n  slipway:sizes:\n",
            "slipway:traffic.provider-webhooks: its shares make 90 percent. Make them 100",
        ),
        (
            "  slipway:sizes:\n",
            "  slipway:traffic: {scribe: {latest: 100}}\n  slipway:sizes:\n",
            "slipway:traffic.scribe: 'scribe' does not run on Cloud Run. Write one of: provider-webhooks.",
        ),
    ],
)
def test_what_a_stack_may_not_make_of_services(edit: Edit, old: str, new: str, expected: str) -> None:
    config = edit("Pulumi.dev.yaml", old, new)
    with pytest.raises(ConfigError) as caught:
        check_together("dev", load_environment("dev", config), load_catalogue(config))
    assert expected in str(caught.value)


def test_names_on_cloud_run_fit_their_apis() -> None:
    assert names.cloud_run("provider-webhooks") == "provider-webhooks"
    with pytest.raises(ValueError, match=r"has 50 characters, a Cloud Run service may have 49"):
        names.cloud_run("a" * 50)
    assert names.run_account("provider-webhooks") == "run-provider-webhooks"
    long, other = (names.run_account("provider-webhooks-of-others", role) for role in ("caller", "caller2"))
    assert len(long) <= 30
    assert len(other) <= 30
    assert long != other
    assert names.cloud_run_url("hooks", "123", "us-west1") == "https://hooks-123.us-west1.run.app"


def test_how_many_connections_an_instance_takes_is_a_number(edit: Edit) -> None:
    config = edit("Pulumi.dev.yaml", "    backups: 3\n", "    backups: 3\n    flags: {max_connections: many}\n")
    with pytest.raises(ConfigError) as caught:
        load_environment("dev", config)
    assert str(caught.value) == (
        "Pulumi.dev.yaml: slipway:database.flags: max_connections 'many' is no number. Write one from 14 to 262143."
    )


def test_pods_open_no_more_connections_than_the_instance_takes(edit: Edit) -> None:
    """Six pods with a database in dev, of which each may be two while it rolls out, and 80 connections of 100 for them."""
    size = "    default: {replicas: 1, cpu: 100m, memory: 256Mi}\n"

    def given(connections: int) -> str:
        return size.replace("memory: 256Mi", f"memory: 256Mi, connections: {connections}")

    good = edit("Pulumi.dev.yaml", size, given(7))
    check_together("dev", load_environment("dev", good), load_catalogue(good))
    bad = edit("Pulumi.dev.yaml", given(7), given(8))
    with pytest.raises(ConfigError) as caught:
        check_together("dev", load_environment("dev", bad), load_catalogue(bad))
    assert str(caught.value) == (
        "Pulumi.dev.yaml: slipway:sizes: the pods could open 90 connections, 16 of them those of 'token-manager', and the "
        "instance has 80 for them. Lower connections or maxReplicas, take a tier with more memory, or raise "
        "database.flags.max_connections."
    )
