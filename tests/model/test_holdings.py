"""Topics, buckets, secrets and Temporal in the catalogue, and what an environment has to say of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from model import names
from model.catalogue import load_catalogue
from model.errors import ConfigError
from model.stacks import load_environment
from model.together import check_together
from tests.model.conftest import Edit

PURPOSE = "    purpose: Completed read operations\n"
FILES = "    purpose: Results of read operations that are too large for a message\n"


def refusal(config: Path, stack: str = "dev") -> str:
    with pytest.raises(ConfigError) as caught:
        check_together(stack, load_environment(stack, config), load_catalogue(config))
    return str(caught.value)


def test_a_topic_says_what_its_subscriptions_keep_and_for_whom(config: Path, edit: Edit) -> None:
    more = "    ordering: true\n    filters: {messenger: 'attributes.kind = \"contact\"'}\n    retry: {attempts: 5}\n"
    edit("services.yaml", PURPOSE, PURPOSE + more)
    topic = load_catalogue(config).topics["read-finished"]
    assert topic.sizes() == {"ack_deadline_seconds": 60, "retention_days": 7, "replay_days": 0, "ordering": True}
    assert topic.filters == {"messenger": 'attributes.kind = "contact"'}
    assert topic.retry.model_dump() == {
        "attempts": 5, "minimum_backoff_seconds": 10, "maximum_backoff_seconds": 600,
    }  # fmt: skip


def test_what_a_pod_is_given_is_what_its_services_name(config: Path) -> None:
    catalogue = load_catalogue(config)
    pods = catalogue.deployments({"api": ("api", "read", "write", "proxy")})
    given = {name: (pod.secrets, pod.reads, pod.writes, pod.temporal) for name, pod in pods.items()}
    assert {name: each for name, each in given.items() if each != ((), (), (), False)} == {
        "api": (("clerk", "temporal"), ("files",), (), True),
        "messenger": (("svix",), ("files",), (), False),
        "temporal": (("temporal",), (), ("files",), True),
        "outpost": (("outpost",), (), (), False),
    }


def test_a_pod_that_writes_for_one_service_reads_for_the_other(config: Path, edit: Edit) -> None:
    edit("services.yaml", "    writers: [temporal]\n", "    writers: [temporal, read]\n")
    pods = load_catalogue(config).deployments({"api": ("api", "read")})
    assert (pods["api"].reads, pods["api"].writes) == ((), ("files",))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            PURPOSE,
            PURPOSE + "    filters: {mesenger: x}\n",
            "topics.read-finished: there is a filter for 'mesenger'. Write one of: messenger.",
        ),
        (
            PURPOSE,
            PURPOSE + f"    filters: {{messenger: '{'x' * 257}'}}\n",
            "topics.read-finished: the filter of 'messenger' is empty or too long. Write 1 to 256 bytes.",
        ),
        (
            PURPOSE,
            PURPOSE + "    retry: {minimumBackoffSeconds: 60, maximumBackoffSeconds: 30}\n",
            "minimumBackoffSeconds (60) exceeds maximumBackoffSeconds (30). Swap them.",
        ),
        (PURPOSE, PURPOSE + "    retentionDays: 32\n", "topics.read-finished.retentionDays: 32 is refused"),
        (FILES, FILES + "    softDeleteDays: 3\n", "buckets.files: softDeleteDays is 3. Write 0, or 7 to 90."),
        (
            "    readers: [api, messenger]\n",
            "    readers: [api, temporal]\n",
            "buckets.files: 'temporal' is a writer and a reader. Take it out of the readers; writers read too.",
        ),
        (
            "    readers: [api, messenger]\n",
            "    readers: [apo]\n",
            "buckets.files.readers: there is no service 'apo'. Did you mean 'api'?",
        ),
        ("  files:\n", "  google-files:\n", "'google-files' cannot name a bucket"),
        (
            "  files:\n",
            f"  {'f' * 33}:\n",
            "has 33 characters, a bucket may have 32 beside its project's id. Write a shorter name.",
        ),
        (
            "CONFIG: $(OUTPOST_FILE)",
            "CONFIG: $(OUTPOST_FIEL)",
            "services.outpost.variables.CONFIG: its pod has no variable OUTPOST_FIEL. Did you mean 'OUTPOST_FILE'?",
        ),
        (
            "  files:\n",
            "  files-prefix: {readers: [api]}\n  files:\n",
            "buckets.files: its variable 'BUCKET_FILES_PREFIX' is that of buckets.files-prefix too. Rename one of them.",
        ),
        ("secrets: [clerk]", "secrets: [clark]", "services.api.secrets: there is no secret 'clark'"),
        (
            "temporal: {services: [api, temporal], secret: temporal}",
            "temporal: {services: [api, temporal], secret: temporary}",
            "temporal.secret: there is no secret 'temporary'. Did you mean 'temporal'?",
        ),
    ],
)
def test_what_does_not_fit_is_refused(config: Path, edit: Edit, old: str, new: str, expected: str) -> None:
    edit("services.yaml", old, new)
    assert expected in refusal(config)


def test_a_secret_without_a_value_is_refused_with_the_command_that_sets_it(config: Path, edit: Edit) -> None:
    edit("services.yaml", "  svix: {purpose", "  stripe: {}\n  svix: {purpose")
    assert refusal(config) == (
        "Pulumi.dev.yaml: slipway:secrets.stripe: this secret of services.yaml has no value. "
        "Set it with 'pulumi config set --secret --path slipway:secrets.stripe -s dev'."
    )


def test_a_value_without_a_secret_is_refused(config: Path, edit: Edit) -> None:
    edit("Pulumi.dev.yaml", "    clerk:\n", "    clark: {secure: v1:AAAA:AAAA}\n    clerk:\n")
    assert refusal(config) == (
        "Pulumi.dev.yaml: slipway:secrets.clark: there is no secret 'clark' in services.yaml. Did you mean 'clerk'?"
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (
            "{clerk: hunter2}",
            "slipway:secrets.clerk: it stands there in clear. Take it out, change it, and set it with 'pulumi",
        ),
        ("hunter2", "slipway:secrets: it must be a map of secrets, each sealed for itself. Take it out, and set each"),
        ("{secure: v1:AAAA:AAAA}", "slipway:secrets: it must be a map of secrets, each sealed for itself."),
        ("{clerk: }", "slipway:secrets.clerk: it stands there in clear"),
    ],
)
def test_a_value_in_clear_is_refused_and_not_repeated(config: Path, value: str, expected: str) -> None:
    file = config / "Pulumi.staging.yaml"
    text = file.read_text()
    start = text.index("  slipway:secrets:\n")
    file.write_text(text[:start] + f"  slipway:secrets: {value}\n")
    told = refusal(config, "staging")
    assert expected in told
    assert "hunter2" not in told


def test_an_environment_says_where_temporal_is(config: Path, edit: Edit) -> None:
    edit("Pulumi.dev.yaml", "dev.a1b2c.tmprl.cloud:7233", "dev.a1b2c.tmprl.cloud")
    assert "slipway:temporal.address: 'ampersand-dev.a1b2c.tmprl.cloud' is no address" in refusal(config)
    text = (config / "Pulumi.prod.yaml").read_text()
    lines = [line for line in text.splitlines() if "slipway:temporal:" not in line]
    (config / "Pulumi.prod.yaml").write_text("\n".join(lines))
    assert refusal(config, "prod") == (
        "Pulumi.prod.yaml: slipway:temporal: this key is missing, and services.yaml names Temporal's clients. "
        "Add address and namespace."
    )


def test_names_of_what_is_shared_tell_stacks_apart() -> None:
    assert names.bucket("acme-dev", "files") == "acme-dev-files"
    assert (names.bucket_prefix(""), names.bucket_prefix("pr-42")) == ("", "previews/pr-42/")
    assert [names.task_queue(stack) for stack in ("dev", "pr-42")] == ["dev", "pr-42"]


@pytest.mark.parametrize(
    ("purpose", "label"),
    [
        ("Billing and usage events", {"purpose": "billing-and-usage-events"}),
        ("  Ünïcode! ", {"purpose": "n-code"}),
        ("", {}),
        ("x" * 62 + " y", {"purpose": "x" * 62}),
    ],
)
def test_a_purpose_becomes_a_label_that_google_takes(purpose: str, label: dict[str, str]) -> None:
    assert names.labels(purpose) == label
