"""`services.yaml`: what is in it, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from model.catalogue import load_catalogue
from model.errors import ConfigError
from tests.model.conftest import Edit


def refusal(config: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        load_catalogue(config)
    return str(caught.value)


def test_the_default_catalogue_has_the_ten_services_seven_images_and_eight_topics(config: Path) -> None:
    catalogue = load_catalogue(config)
    own = [name for name, image in catalogue.images.items() if not image.mirror]
    assert own == ["api", "token-manager", "messenger", "scribe", "metrics", "temporal", "builder-mcp"]
    assert [name for name, service in catalogue.services.items() if service.kind == "gke" and service.image in own] == [
        "api", "read", "write", "proxy", "token-manager", "messenger", "scribe", "metrics", "temporal", "builder-mcp",
    ]  # fmt: skip
    assert {name: (topic.publishers, topic.subscribers) for name, topic in catalogue.topics.items()} == {
        "read-finished": (("temporal",), ("messenger",)),
        "poll-bulk-job": (("temporal",), ("messenger",)),
        "subscribe-webhook-received": (("provider-webhooks",), ("messenger",)),
        "subscribe-webhook-processed": (("messenger",), ("messenger",)),
        "subscribe-async-installation": (("api",), ("temporal",)),
        "usage-emitted": (("api", "read", "write", "proxy", "messenger", "temporal"), ("scribe",)),
        "operation-change": (("api", "read", "write", "messenger", "temporal"), ("scribe",)),
        "notification-emitted": (("api", "token-manager", "temporal"), ("messenger",)),
        # Beside the eight, those of a third party.
        "outpost-delivery": (("outpost",), ("outpost",)),
        "outpost-log": (("outpost",), ("outpost",)),
    }
    assert {name: image.dockerfile_of(name) for name, image in catalogue.images.items()}["scribe"] == (
        "scribe/k8s/Dockerfile"
    )


def test_without_collapse_each_service_is_a_deployment(config: Path) -> None:
    catalogue = load_catalogue(config)
    deployments = catalogue.deployments({})
    assert list(deployments) == list(catalogue.services)
    assert deployments["read"].image == "api"
    assert deployments["read"].args == ("--role=read",)
    assert deployments["read"].ports == {"read": 8081}
    assert deployments["temporal"].subscribes == {"subscribe-async-installation": "temporal"}


def test_collapsed_services_share_a_pod_and_keep_their_ports_topics_and_database(config: Path) -> None:
    deployments = load_catalogue(config).deployments({"api": ("api", "read", "write", "proxy")})
    assert list(deployments) == [
        "api", "token-manager", "messenger", "scribe", "metrics", "temporal", "builder-mcp", "provider-webhooks", "outpost",
    ]  # fmt: skip
    api = deployments["api"]
    assert api.args == ("--role=api", "--role=read", "--role=write", "--role=proxy")
    assert api.ports == {"api": 8080, "read": 8081, "write": 8082, "proxy": 8083}
    assert api.database == "main"
    assert api.publishes == (
        "subscribe-async-installation",
        "usage-emitted",
        "operation-change",
        "notification-emitted",
    )


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "metrics: {image: metrics, port: 8080,",
            "metrics: {image: metric, port: 8080,",
            "services.yaml: services.metrics.image: there is no image 'metric'. Did you mean 'metrics'?",
        ),
        (
            "metrics: {image: metrics, port: 8080,",
            "metrics: {port: 8080,",
            "services.yaml: services.metrics.image: this key is missing. Add it: the name of an image from 'images'.",
        ),
        (
            "metrics: {image: metrics, port: 8080,",
            "metrics: {image: metrics, prot: 8080, port: 8080,",
            "services.yaml: services.metrics.prot: this key is unknown. Did you mean 'port'?",
        ),
        (
            "metrics: {image: metrics, port: 8080,",
            "metrics: {image: metrics, port: 80,",
            (
                "services.yaml: services.metrics.port: 80 is refused (input should be greater than or equal to 1024). "
                "Write a port from 1024 to 65535 (the pod does not run as root)."
            ),
        ),
        (
            "    publishers: [temporal]\n    subscribers: [messenger]\n  poll-bulk-job",
            "    publishers: [temporal]\n    subscribers: [mesenger]\n  poll-bulk-job",
            "services.yaml: topics.read-finished.subscribers: there is no service 'mesenger'. Did you mean 'messenger'?",
        ),
        (
            "  metrics: {image: metrics",
            f"  {'m' * 64}: {{image: metrics",
            (
                f"services.yaml: services.{'m' * 64}: '{'m' * 64}' has 64 characters, a Deployment and its Service may have "
                "63. Write a shorter name."
            ),
        ),
        (
            "  poll-bulk-job:",
            "  goog-bulk-job!:",
            (
                "services.yaml: topics.goog-bulk-job!: 'goog-bulk-job!' cannot name a topic. "
                "Write at least 3 lower-case letters, digits and hyphens, starting with a letter, and not with goog."
            ),
        ),
        (
            "  poll-bulk-job:",
            "  ab:",
            (
                "services.yaml: topics.ab: 'ab' cannot name a topic. "
                "Write at least 3 lower-case letters, digits and hyphens, starting with a letter, and not with goog."
            ),
        ),
        (
            "main: {owner: api}",
            "postgres: {owner: api}",
            (
                "services.yaml: databases.postgres: 'postgres' is a database that every instance has already. "
                "Write another name."
            ),
        ),
        (
            "main: {owner: api}",
            "1db: {owner: api}",
            (
                "services.yaml: databases.1db: '1db' cannot name a database. "
                "Write lower-case letters, digits and underscores."
            ),
        ),
        (
            "  metrics: {image: metrics",
            "  migrate: {image: metrics",
            (
                "services.yaml: services.migrate: 'migrate' is the identity of the Job that migrates. "
                "Write another name."
            ),
        ),
        (
            "databaseTools: {psql: postgres, proxy: cloud-sql-proxy}\n",
            "",
            "services.yaml: databaseTools: this key is missing, and databases need it. Add psql and proxy, the names of",
        ),
        (
            "databaseTools: {psql: postgres,",
            "databaseTools: {psql: postgre,",
            "services.yaml: databaseTools.psql: there is no image 'postgre'. Did you mean 'postgres'?",
        ),
        (
            "main: {owner: api}",
            "abcdefghijklmnopqrstuvwxy: {owner: api}",
            (
                "services.yaml: databases.abcdefghijklmnopqrstuvwxy: 'login-abcdefghijklmnopqrstuvwxy' has 31 characters, "
                "the service account of a database may have 30. Write a shorter name."
            ),
        ),
        (
            "main: {owner: api}",
            "main: {owner: apis}",
            "services.yaml: databases.main.owner: there is no service 'apis'. Did you mean 'api'?",
        ),
        (
            "  scribe:\n  metrics:\n",
            "  scribe:\n  scribe:\n  metrics:\n",
            "services.yaml: line 10, column 3: the key 'scribe' stands twice. Correct the YAML there.",
        ),
        (
            "    publishers: [api, token-manager, temporal]",
            "    publishers: [api, api]",
            "services.yaml: topics.notification-emitted.publishers: 'api' stands twice. Write it once.",
        ),
        (
            "  scribe:\n  metrics:\n",
            "  scribe: {mirror: docker.io/library/redis:8.2, context: src}\n  metrics:\n",
            (
                "services.yaml: images.scribe: mirror and context exclude each other. "
                "An image is copied or built; take one out."
            ),
        ),
        *(
            (
                "  scribe:\n  metrics:\n",
                f"  scribe: {{mirror: '{vague}'}}\n  metrics:\n",
                f"services.yaml: images.scribe: mirror '{vague}' does not say which image is meant. Write registry, path",
            )
            for vague in ("", "redis:8.2", "docker.io/library/redis", "docker.io/library/redis:latest")
        ),
        (
            "images:\n",
            "images: [\n",
            "services.yaml: line 7, column 16: did not find expected ',' or ']'. Correct the YAML there.",
        ),
    ],
)
def test_a_mistake_is_refused_with_its_place_and_remedy(edit: Edit, old: str, new: str, expected: str) -> None:
    assert refusal(edit("services.yaml", old, new)).startswith(expected)


def test_every_mistake_is_told_at_once(edit: Edit) -> None:
    edit("services.yaml", "metrics: {image: metrics, port: 8080,", "metrics: {image: metrics, port: 80,")
    config = edit("services.yaml", "main: {owner: api}", "main: {owners: api}")
    assert [line.split(":")[1] for line in refusal(config).splitlines()] == [
        " services.metrics.port", " databases.main.owner", " databases.main.owners",
    ]  # fmt: skip


def test_a_missing_catalogue_is_named(tmp_path: Path) -> None:
    assert refusal(tmp_path) == f"services.yaml: there is no such file in {tmp_path}. Create it."


@pytest.mark.parametrize(
    ("topics", "expected"),
    [
        (
            (
                "  orders: {publishers: [], subscribers: [token-manager]}\n"
                "  orders-dead-letter: {publishers: [], subscribers: [scribe]}\n"
            ),
            (
                "services.yaml: topics.orders-dead-letter: its topic 'orders-dead-letter' is that of topics.orders too. "
                "Rename one of them."
            ),
        ),
        (
            (
                "  orders: {publishers: [], subscribers: [builder-mcp]}\n"
                "  orders-builder: {publishers: [], subscribers: [mcp]}\n"
            ),
            (
                "services.yaml: topics.orders-builder: its subscription 'orders-builder-mcp' is that of topics.orders too. "
                "Rename one of them."
            ),
        ),
    ],
)
def test_names_that_meet_in_the_cloud_are_refused(edit: Edit, topics: str, expected: str) -> None:
    edit("services.yaml", "services:\n", "services:\n  mcp: {image: metrics, port: 8080}\n")
    assert expected in refusal(edit("services.yaml", "topics:\n", f"topics:\n{topics}")).splitlines()


def test_databases_that_differ_in_a_hyphen_only_are_refused(edit: Edit) -> None:
    config = edit(
        "services.yaml", "  main: {owner: api}", "  main: {owner: api}\n  a-b: {owner: api}\n  a_b: {owner: api}"
    )
    assert refusal(config) == (
        "services.yaml: databases.a_b: its database 'a_b' is that of databases.a-b too. Rename one of them."
    )
