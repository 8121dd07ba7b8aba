"""`Pulumi.<stack>.yaml`: the gradient of the default environments, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from model.catalogue import load_catalogue
from model.environment import Environment
from model.errors import ConfigError
from model.order import order
from model.preview import Preview
from model.shared import Shared
from model.stacks import load_environment, stacks
from model.together import check_together
from tests.model.conftest import Edit

DIGEST = "sha256:" + "a" * 64


def environment(stack: str, config: Path) -> Environment:
    loaded = load_environment(stack, config)
    assert isinstance(loaded, Environment)
    return loaded


def refusal(stack: str, config: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        check_together(stack, load_environment(stack, config), load_catalogue(config))
    return str(caught.value)


def test_the_default_stacks_and_their_order(config: Path) -> None:
    assert stacks(config) == ["dev", "prod", "shared", "staging"]
    assert order(config) == ["dev", "staging", "prod"]
    assert isinstance(load_environment("shared", config), Shared)


def test_each_environment_is_bigger_than_the_one_before(config: Path) -> None:
    dev, staging, prod = (environment(stack, config) for stack in ("dev", "staging", "prod"))
    assert [env.database.tier for env in (dev, staging, prod)] == [
        "db-custom-1-3840", "db-custom-8-32768", "db-custom-64-262144",
    ]  # fmt: skip
    assert [env.cluster.node_pools["default"].machine_type for env in (dev, staging, prod)] == [
        "e2-standard-4", "e2-standard-4", "n2-standard-8",
    ]  # fmt: skip
    assert [env.cluster.location for env in (dev, staging, prod)] == ["us-west1-a", "us-west1", "us-west1"]
    assert [env.database.regional for env in (dev, staging, prod)] == [False, False, True]
    assert [env.database.recovery_days for env in (dev, staging, prod)] == [0, 3, 7]
    assert [env.database.backups for env in (dev, staging, prod)] == [3, 14, 30]
    assert [env.database.final_backup_days for env in (dev, staging, prod)] == [0, 7, 30]
    assert [env.database.maintenance.track for env in (dev, staging, prod)] == ["canary", "stable", "week5"]
    assert [env.autoscaling for env in (dev, staging, prod)] == [False, True, True]
    assert [env.disruption_budgets for env in (dev, staging, prod)] == [False, True, True]
    assert [env.deletion_protection for env in (dev, staging, prod)] == [False, True, True]


def test_prod_runs_ten_deployments_staging_eight_dev_seven(config: Path) -> None:
    catalogue = load_catalogue(config)
    counts = {
        stack: len([pod for pod in pods.values() if pod.kind == "gke" and not catalogue.images[pod.image].mirror])
        for stack in order(config)
        for pods in [catalogue.deployments(environment(stack, config).collapse)]
    }
    assert counts == {"dev": 7, "staging": 8, "prod": 10}, "of the team's own services"
    assert environment("dev", config).collapse == {"api": ("api", "read", "write", "proxy")}


def test_a_preview_is_the_template_and_its_pull_request(config: Path) -> None:
    template = (config / "Pulumi.pr.yaml").read_text()
    preview = config / "Pulumi.pr-42.yaml"
    preview.write_text(template + "  slipway:pullRequest: {number: 42, branch: fix-login}\n")
    loaded = load_environment("pr-42", config)
    assert isinstance(loaded, Preview)
    assert (loaded.namespace, loaded.prefix, loaded.base) == ("pr-fix-login", "pr-42", "dev")
    assert order(config) == ["dev", "staging", "prod"]


def test_the_template_is_no_stack(config: Path) -> None:
    assert refusal("pr", config) == (
        "Pulumi.pr.yaml: it is the template of previews, no stack. Name a stack, such as pr-42."
    )


def test_a_preview_under_another_number_is_refused(config: Path) -> None:
    template = (config / "Pulumi.pr.yaml").read_text()
    (config / "Pulumi.pr-7.yaml").write_text(template + "  slipway:pullRequest: {number: 42, branch: b}\n")
    assert refusal("pr-7", config) == (
        "Pulumi.pr-7.yaml: slipway:pullRequest.number: 42 does not belong to the stack 'pr-7'. "
        "Name the stack pr-42, or correct the number."
    )


def test_an_unknown_stack_is_answered_with_the_nearest(config: Path) -> None:
    assert refusal("stagin", config) == (
        f"Pulumi.stagin.yaml: there is no stack 'stagin' in {config}. Did you mean 'staging'?"
    )


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "slipway:images: {}",
            "slipway:images: {api: latest}",
            "slipway:images.api: 'latest' is not a digest. Write sha256: and 64 hexadecimal digits; a tag can move.",
        ),
        (
            "slipway:images: {}",
            f"slipway:images: {{apo: '{DIGEST}'}}",
            "slipway:images.apo: there is no image 'apo' in services.yaml. Did you mean 'api'?",
        ),
        (
            "slipway:autoscaling: false",
            "slipway:autoscale: false",
            (
                "slipway:autoscaling: this key is missing. "
                "Add it: true to scale Deployments between replicas and maxReplicas."
            ),
        ),
        (
            "slipway:kind: environment",
            "slipway:kind: enviroment",
            "slipway:kind: 'enviroment' is no kind of stack. Did you mean 'environment'?",
        ),
        (
            "gcp:project: ampersand-dev",
            "gcp:project: Ampersand",
            (
                "gcp:project: 'Ampersand' is refused (string should match pattern '^[a-z][a-z0-9-]{4,28}[a-z0-9]$'). "
                "Write a Google Cloud project id, such as acme-dev."
            ),
        ),
        (
            "range: 10.8.0.0/13",
            "range: 10.9.0.0/13",
            (
                "slipway:network.range: '10.9.0.0/13' is not a network (10.9.0.0/13 has host bits set). "
                "Write a private IPv4 range, such as 10.8.0.0/13."
            ),
        ),
        (
            "range: 10.8.0.0/13",
            "range: 8.8.8.0/21",
            (
                "slipway:network.range: '8.8.8.0/21' is not a private range. "
                "Write one within 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10."
            ),
        ),
        (
            "range: 10.8.0.0/13",
            "range: 10.8.0.0/22",
            "slipway:network.range: '10.8.0.0/22' is too small. Write a range between /8 and /20.",
        ),
        (
            "range: 10.8.0.0/13",
            "range: 10.8.0.0/20",
            (
                "slipway:network.range: 10.8.0.0/20 has room for 8 nodes, and the pools may have 13. "
                "Write a larger range, or lower maxNodes."
            ),
        ),
        (
            "spot: true",
            "gpu: {type: nvidia-tesla-t4}",
            (
                "slipway:cluster.nodePools.default: nvidia-tesla-t4 is for machines of the family n1, not for e2-standard-4. "
                "Write a machineType that begins with n1-."
            ),
        ),
        (
            "spot: true",
            "taints: [{key: a, value: b}, {key: a}]",
            "slipway:cluster.nodePools.default: two taints have the same key and effect. Take one out.",
        ),
        (
            "releaseChannel: RAPID",
            "maintenance: {days: [sunday], hours: 6}",
            (
                "slipway:cluster.maintenance: 24 hours in 32 days are too few for GKE. "
                "Give it 48: days times hours at least 12."
            ),
        ),
        (
            "tier: db-custom-1-3840",
            "tier: db-custom-63-262144",
            "slipway:database: tier 'db-custom-63-262144' has 63 vCPU. Write 1 or an even number up to 96.",
        ),
        (
            "tier: db-custom-1-3840",
            "tier: db-custom-2-3000",
            (
                "slipway:database: tier 'db-custom-2-3000' has 3000 MiB of memory. Write a multiple of 256, 3840 at least, "
                "from 0.9 to 6.5 GiB per vCPU."
            ),
        ),
        (
            "slipway:images: {}",
            f"slipway:images: {{api: 'sha256:{'a' * 64}', postgres: 'sha256:{'a' * 64}'}}",
            (
                "slipway:images: the image 'cloud-sql-proxy' of databaseTools has no pin, and api gets into no database "
                "without it. Pin all images of a release together."
            ),
        ),
        (
            "    securityGroup: gke-security-groups@ampersand.example\n",
            "",
            (
                "slipway:people: the cluster knows groups by securityGroup only, which is missing. "
                "Add securityGroup: gke-security-groups@ and your domain."
            ),
        ),
        (
            "    debug: [engineering@ampersand.example]\n",
            "",
            (
                "slipway:people: psql is on, but neither debug nor breakGlass names a group. "
                "Name one, or set psql to false."
            ),
        ),
        (
            "debug: [engineering@ampersand.example]",
            "debug: [everybody]",
            (
                "slipway:people.debug.0: 'everybody' is no Google group. "
                "Write its e-mail address in lower case, such as team@acme.com."
            ),
        ),
        (
            "    default: {memoryGb: 1}\n",
            "    default: {memoryGb: 301}\n",
            "slipway:caches.default.memoryGb: 301 is refused (input should be less than or equal to 300). Write its memory",
        ),
        (
            "    default: {memoryGb: 1}\n",
            "    default: {memoryGb: 1}\n    sessions: {memoryGb: 2}\n",
            "slipway:caches.sessions: there is no cache 'sessions' in services.yaml.",
        ),
        (
            "slipway:images: {}",
            "slipway:namespace: database\n  slipway:images: {}",
            "slipway:namespace: 'database' is where the databases are administered from. Write another name.",
        ),
        (
            "diskLimitGb: 100",
            "diskLimitGb: 5",
            "slipway:database.diskLimitGb: 5 is refused (input should be greater than or equal to 10). Write where the disk",
        ),
        (
            "    diskGb: 10\n",
            "    diskGb: 101\n",
            "slipway:database: diskLimitGb (100) is below diskGb (101). Raise it.",
        ),
        (
            "backups: 3",
            "backups: 0\n    recoveryDays: 7",
            "slipway:database: recoveryDays needs backups, from which recovery starts. Set backups to 1 or more.",
        ),
        (
            "backups: 3",
            "regional: true",
            "slipway:database: regional needs recoveryDays: a standby has mistakes too. Set recoveryDays to 1 or more.",
        ),
        (
            "backups: 3",
            "flags: {cloudsql.iam_authentication: off}",
            "slipway:database.flags: cloudsql.iam_authentication must be on, every login is by IAM. Take it out.",
        ),
        (
            "default: {replicas: 1, cpu: 100m, memory: 256Mi}",
            "default: {replicas: 1, cpu: 100m, memory: '0'}",
            "slipway:sizes.default.memory: '0' is no amount of memory. Write it as Kubernetes does: 512Mi or 4Gi.",
        ),
        (
            "slipway:autoscaling: false",
            "slipway:autoscaling: false\n  slpway:namespace: x",
            "slpway:namespace: this key is unknown. Write slipway:namespace?",
        ),
        (
            "slipway:autoscaling: false",
            "slipway:autoscaling: false\n  slipway:databasePassword: hunter2",
            (
                "slipway:databasePassword: it stands there in clear. "
                "Take it out, change it, and set it with 'pulumi config set --secret'."
            ),
        ),
        (
            "api: [api, read, write, proxy]",
            "api: [api, read]\n    write: [write, read]",
            "slipway:collapse.write: 'read' is collapsed twice. Take it out of 'api' or 'write'.",
        ),
        (
            "api: [api, read, write, proxy]",
            "api: [read, write]",
            "slipway:collapse.api: 'api' is a service that is not in its pod. Add it to the list.",
        ),
        (
            "api: [api, read, write, proxy]",
            "default: [read, write]",
            (
                "slipway:collapse.default: 'default' is the service account that every namespace has, "
                "and the size of whatever has none of its own. Write another name."
            ),
        ),
        (
            "location: us-west1-a",
            "location: europe-west1-b",
            (
                "slipway:cluster.location: 'europe-west1-b' is not in the region us-west1 of gcp:region, "
                "where network and database are. Write us-west1, or a zone of it such as us-west1-a."
            ),
        ),
        (
            "minNodes: 1, maxNodes: 12",
            "minNodes: 13, maxNodes: 12",
            "slipway:cluster.nodePools.default: minNodes (13) exceeds maxNodes (12). Swap or raise them.",
        ),
        (
            "api: [api, read, write, proxy]",
            "api: [api, raed]",
            "slipway:collapse.api: there is no service 'raed' in services.yaml. Did you mean 'read'?",
        ),
        (
            "api: [api, read, write, proxy]",
            "api: [api, scribe]",
            "slipway:collapse.api: its services run different images. Collapse services of one image.",
        ),
        (
            "default: {replicas: 1, cpu: 100m, memory: 256Mi}",
            "default: {replicas: 1, cpu: lots, memory: 256Mi}",
            ("slipway:sizes.default.cpu: 'lots' is no number of cores. Write them as Kubernetes does: 500m or 2."),
        ),
        (
            "    api: {replicas: 1, cpu: 250m, memory: 512Mi}",
            "    read: {replicas: 1, cpu: 250m, memory: 512Mi}",
            "slipway:sizes.read: there is no Deployment 'read' in services.yaml.",
        ),
        (
            "encryptionsalt:",
            "encriptionsalt:",
            "encriptionsalt: this key is unknown. Did you mean 'encryptionsalt'?",
        ),
        (
            "slipway:images: {}",
            "slipway:images: {}\n  slipway:release: v1.2",
            "slipway:release: 'v1.2' is not a release. Write YYYY.MM.DD.NNNN.",
        ),
        (
            "slipway:images: {}",
            "slipway:images: {}\n  slipway:migrated: 2026.11.21.0001",
            "slipway:migrated: the image 'api' that migrates has no pin. Pin it in images.",
        ),
    ],
)
def test_a_mistake_is_refused_with_its_place_and_remedy(edit: Edit, old: str, new: str, expected: str) -> None:
    assert refusal("dev", edit("Pulumi.dev.yaml", old, new)).startswith(f"Pulumi.dev.yaml: {expected}")


def test_autoscaling_without_an_upper_bound_is_refused(edit: Edit) -> None:
    config = edit("Pulumi.dev.yaml", "slipway:autoscaling: false", "slipway:autoscaling: true")
    assert refusal("dev", config) == (
        "Pulumi.dev.yaml: slipway:sizes.default.maxReplicas: this key is missing, and autoscaling needs it. "
        "Add the most pods that may run.\n"
        "Pulumi.dev.yaml: slipway:sizes.api.maxReplicas: this key is missing, and autoscaling needs it. "
        "Add the most pods that may run."
    )


@pytest.mark.parametrize(
    ("stack", "old", "new", "expected"),
    [
        (
            "staging",
            "{from: dev}",
            "{from: deb}",
            "Pulumi.staging.yaml: slipway:promotion.from: there is no environment 'deb'. Did you mean 'dev'?",
        ),
        (
            "staging",
            "{from: dev}",
            "{from: prod}",
            (
                "Pulumi.prod.yaml: slipway:promotion.from: the environments prod, staging follow each other in a circle. "
                "Take 'from' out of the first one."
            ),
        ),
    ],
)
def test_an_order_that_leads_nowhere_is_refused(edit: Edit, stack: str, old: str, new: str, expected: str) -> None:
    config = edit(f"Pulumi.{stack}.yaml", old, new)
    with pytest.raises(ConfigError) as caught:
        order(config)
    assert str(caught.value) == expected


def test_services_of_one_pod_need_ports_of_their_own(edit: Edit) -> None:
    config = edit("services.yaml", "port: 8081", "port: 8080")
    assert refusal("dev", config) == (
        "Pulumi.dev.yaml: slipway:collapse.api: two of its services have the same port. Give each its own port."
    )


@pytest.mark.parametrize("salt", ["rubbish", "v1:x", "v1:o+77+0lPZWc=:v1:!!:klLS", "v2:aaaa:v1:aaaa:aaaa"])
def test_a_salt_that_is_none_is_refused(config: Path, salt: str) -> None:
    file = config / "Pulumi.dev.yaml"
    lines = [f"encryptionsalt: '{salt}'" if line.startswith("encryptionsalt") else line for line in file.open()]
    file.write_text("\n".join(line.rstrip("\n") for line in lines))
    assert refusal("dev", config) == (
        "Pulumi.dev.yaml: encryptionsalt: it is no salt of Pulumi's. "
        "Restore it from git; where nothing is encrypted, take it out."
    )


@pytest.mark.parametrize("release", ["v1.2", "2026.02.30.0001", "2026.13.01.0001", "2026.1.31.0001", "2026.01.31.1"])
def test_a_release_of_no_day_is_none(edit: Edit, release: str) -> None:
    config = edit("Pulumi.dev.yaml", "slipway:images: {}", f"slipway:images: {{}}\n  slipway:release: {release}")
    assert refusal("dev", config) == (
        f"Pulumi.dev.yaml: slipway:release: '{release}' is not a release. Write YYYY.MM.DD.NNNN."
    )
