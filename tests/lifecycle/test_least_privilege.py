"""Least privilege: what each service may do in Google's cloud, against a table written by hand.

Counted are all grants that there are: to the service itself, to sets that it is in, and to every service account that it
may act as, with what that one holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest

from tests.lifecycle.commands import Site

UNIQUE = re.compile(r"-[0-9a-f]{7}$")
"""What Pulumi puts after a name."""

ACTING = ("iam.serviceAccountTokenCreator", "iam.serviceAccountUser", "iam.workloadIdentityUser",
          "iam.serviceAccountOpenIdTokenCreator")  # fmt: skip
"""Roles by which somebody becomes a service account."""

LOGIN = {
    "iam.serviceAccountTokenCreator serviceAccounts/login-main",
    "as login-main: cloudsql.client project",
    "as login-main: cloudsql.instanceUser project",
}
"""The way to the database; an environment's pods have no password."""

SERVICES: Mapping[str, set[str]] = {
    "api": LOGIN | {
        "pubsub.publisher topics/subscribe-async-installation",
        "pubsub.publisher topics/usage-emitted",
        "pubsub.publisher topics/operation-change",
        "pubsub.publisher topics/notification-emitted",
        "secretmanager.secretAccessor secrets/clerk",
        "secretmanager.secretAccessor secrets/temporal",
        "storage.objectViewer buckets/files",
    },
    "read": LOGIN | {
        "pubsub.publisher topics/usage-emitted",
        "pubsub.publisher topics/operation-change",
    },
    "write": LOGIN | {
        "pubsub.publisher topics/usage-emitted",
        "pubsub.publisher topics/operation-change",
    },
    "proxy": LOGIN | {"pubsub.publisher topics/usage-emitted"},
    "token-manager": LOGIN | {"pubsub.publisher topics/notification-emitted"},
    "messenger": LOGIN | {
        "pubsub.subscriber subscriptions/read-finished-messenger",
        "pubsub.subscriber subscriptions/poll-bulk-job-messenger",
        "pubsub.subscriber subscriptions/subscribe-webhook-received-messenger",
        "pubsub.subscriber subscriptions/subscribe-webhook-processed-messenger",
        "pubsub.subscriber subscriptions/notification-emitted-messenger",
        "pubsub.publisher topics/subscribe-webhook-processed",
        "pubsub.publisher topics/usage-emitted",
        "pubsub.publisher topics/operation-change",
        "secretmanager.secretAccessor secrets/svix",
        "storage.objectViewer buckets/files",
    },
    "scribe": LOGIN | {
        "pubsub.subscriber subscriptions/usage-emitted-scribe",
        "pubsub.subscriber subscriptions/operation-change-scribe",
    },
    "metrics": set(),
    "temporal": LOGIN | {
        "pubsub.subscriber subscriptions/subscribe-async-installation-temporal",
        "pubsub.publisher topics/read-finished",
        "pubsub.publisher topics/poll-bulk-job",
        "pubsub.publisher topics/usage-emitted",
        "pubsub.publisher topics/operation-change",
        "pubsub.publisher topics/notification-emitted",
        "secretmanager.secretAccessor secrets/temporal",
        "storage.objectUser buckets/files",
    },
    "builder-mcp": set(),
    "migrate": LOGIN,
    "outpost": {row.replace("login-main", "login-outpost") for row in LOGIN} | {
        "pubsub.publisher topics/outpost-delivery",
        "pubsub.publisher topics/outpost-log",
        "pubsub.subscriber subscriptions/outpost-delivery-outpost",
        "pubsub.subscriber subscriptions/outpost-log-outpost",
        "secretmanager.secretAccessor secrets/outpost",
    },
    "provider-webhooks": {"pubsub.publisher topics/subscribe-webhook-received"},
    # They call their service, and nothing of Google's.
    "api-smoke-test": set(),
    "read-smoke-test": set(),
    "write-smoke-test": set(),
    "proxy-smoke-test": set(),
    "messenger-smoke-test": set(),
    "provider-webhooks-smoke-test": set(),
}  # fmt: skip

LOG = {"logging.logWriter project"}
CACHE = LOG | {"artifactregistry.reader repositories/gke-cache"}
APP = CACHE | {"secretmanager.secretAccessor secrets/pipeline-github-app"}
TELLING = APP | {"secretmanager.secretAccessor secrets/pipeline-slack"}
BUILDERS: Mapping[str, set[str]] = {
    "build-main": TELLING - CACHE | LOG | {
        "artifactregistry.writer repositories/gke-repo",
        "artifactregistry.writer repositories/gke-cache",
        "cloudkms.signerVerifier cryptoKeys/attestor",
        "containeranalysis.notes.attacher notes/slipway",
        "containeranalysis.occurrences.editor project",
        "binaryauthorization.attestorsViewer attestors/slipway",
    },
    "build-pull-request": CACHE,
    "build-migrations": APP,
    "build-deep-scan": TELLING,
    "build-base-image": LOG | {"artifactregistry.writer repositories/gke-cache"},
    "build-tools": LOG | {"artifactregistry.writer repositories/gke-cache"},
    "build-preview": CACHE | {"artifactregistry.writer repositories/gke-previews"},
    "build-preview-push": CACHE | {"artifactregistry.writer repositories/gke-previews"},
    "build-preview-open": APP,
    "build-preview-follow": APP | {
        # Of its own making: it allows cloudbuild.builds.create.
        "projects/ampersand-prod/roles/slipwayBuildStarter project",
        "iam.serviceAccountUser serviceAccounts/build-preview-push",
    },
    "build-sweep": APP,
    "build-plans": APP,
    "build-failed": TELLING,
    "build-drift": TELLING,
    **{f"build-plan-{stack}": CACHE for stack in ("shared", "dev", "staging", "prod")},
    **{f"build-apply-{stack}": TELLING for stack in ("shared", "dev", "staging", "prod")},
    "build-deploy-dev": TELLING,
    **{f"build-promote-{stack}": TELLING for stack in ("staging", "prod")},
    **{f"build-rollback-{stack}": TELLING for stack in ("dev", "staging", "prod")},
}  # fmt: skip
"""What builds may do in the shared stack's project: those of main fill the registry and sign, those that run the code of a pull
request have no secret. In the environments' projects none may do anything but act as a deployer or viewer."""

IMAGES = {"artifactregistry.reader repositories/gke-repo"}
"""What every service account of an environment's project may do: the nodes are one, and a set cannot leave others out."""

DEV_IMAGES = IMAGES | {"artifactregistry.reader repositories/gke-previews"}


@dataclass(frozen=True)
class Stack:
    """Where a stack's services are. `collapse` is the pods of several services."""

    name: str
    project: str
    number: str
    images: frozenset[str]
    collapse: Mapping[str, tuple[str, ...]]
    namespace: str = "services"
    prefix: str = ""


DEV = Stack("dev", "ampersand-dev", "100000000001", frozenset(DEV_IMAGES), {"api": ("api", "read", "write", "proxy")})
STACKS = (
    DEV,
    Stack(
        "staging",
        "ampersand-staging",
        "100000000002",
        frozenset(IMAGES),
        {"api": ("api", "proxy"), "read": ("read", "write")},
    ),
    Stack("prod", "ampersand-prod", "100000000003", frozenset(IMAGES), {}),
)
PREVIEW = Stack("pr-42", DEV.project, DEV.number, DEV.images, DEV.collapse, "pr-search", "pr-42-")


@dataclass(frozen=True)
class Grant:
    """One role of one member on one thing."""

    role: str
    thing: str
    member: str
    condition: str


def grants(site: Site) -> list[Grant]:
    """Every grant in all projects."""
    world = site.world
    with world.read() as tx:
        found = [each for each in tx.list("gcp") if each.type.lower().endswith("iammember")]
    world.close()
    return [
        Grant(
            each.inputs["role"].removeprefix("roles/"),
            each.parent or each.id.split(f"/{each.inputs['role']}/")[0],
            each.inputs["member"],
            (each.inputs.get("condition") or {}).get("expression", ""),
        )
        for each in found
    ]


def thing(full: str) -> str:
    """A thing by its kind and last name: `topics/usage-emitted`."""
    if match := re.search(r"/serviceAccounts/([^@]+)@", full):
        return f"serviceAccounts/{match[1]}"
    *_, kind, name = ["", "", *full.split("/")]
    if kind:
        return f"{kind}/{name}"
    bucket = re.fullmatch(r"ampersand-\w+-(\w+)", full)
    return f"buckets/{bucket[1]}" if bucket else "project"


def held(all_: list[Grant], stack: Stack, member: str) -> Iterator[str]:
    """What a member may do, in the words of the table."""
    members = {member}
    if member.startswith("serviceAccount:"):
        members.add(f"principalSet://cloudresourcemanager.googleapis.com/projects/{stack.number}/type/ServiceAccount")
    for grant in all_:
        if grant.member not in members:
            continue
        condition = f" if {grant.condition}" if grant.condition else ""
        yield f"{grant.role} {thing(grant.thing)}{condition}"
        if grant.role in ACTING:
            account = grant.thing.rpartition("/")[2]
            for more in held(all_, stack, f"serviceAccount:{account}"):
                yield f"as {account.partition('@')[0]}: {more}"


def pods(stack: Stack) -> dict[str, tuple[str, ...]]:
    """Pod -> the services in it."""
    host = {service: pod for pod, services in stack.collapse.items() for service in services}
    grouped: dict[str, tuple[str, ...]] = {}
    for service in SERVICES:
        pod = host.get(service, service)
        grouped[pod] = (*grouped.get(pod, ()), service)
    return grouped


def member(stack: Stack, pod: str) -> str:
    if pod == "provider-webhooks" and not stack.prefix:
        return f"serviceAccount:run-{pod}@{stack.project}.iam.gserviceaccount.com"
    pool = f"projects/{stack.number}/locations/global/workloadIdentityPools/{stack.project}.svc.id.goog"
    return f"principal://iam.googleapis.com/{pool}/subject/ns/{stack.namespace}/sa/{pod}"


def expected(stack: Stack, pod: str, services: tuple[str, ...]) -> set[str]:
    """The union of the rows of a pod's services, and what a service account has for being one."""
    rows: set[str] = set().union(*(SERVICES[service] for service in services))
    if stack.prefix:
        rows = {previewed(stack, row) for row in rows if "login-" not in row}
    if pod == "provider-webhooks" and not stack.prefix:
        return rows | stack.images
    logins = {row.partition("/")[2] for row in rows if row.startswith("iam.serviceAccountTokenCreator ")}
    return rows | {f"as {login}: {each}" for login in logins for each in stack.images}


def previewed(stack: Stack, row: str) -> str:
    """The row of a preview: topics of its own, a part of the base's bucket, the base's secrets."""
    role, _, name = row.partition(" ")
    kind, _, last = name.partition("/")
    if kind in ("topics", "subscriptions"):
        return f"{role} {kind}/{stack.prefix}{last}"
    if kind == "buckets":
        objects = f"projects/_/buckets/{stack.project}-{last}/objects/previews/pr-42/"
        lists = 'api.getAttribute("storage.googleapis.com/objectListPrefix", "").startsWith("previews/pr-42/")'
        return f'{row} if resource.name.startsWith("{objects}") || {lists}'
    return row


def compare(all_: list[Grant], stack: Stack) -> None:
    for pod, services in pods(stack).items():
        found = list(held(all_, stack, member(stack, pod)))
        assert len(found) == len(set(found)), f"{stack.name} {pod}: something is granted twice"
        assert set(found) == expected(stack, pod, services), f"{stack.name} {pod}"
    known = {member(stack, pod) for pod in pods(stack)}
    strangers = {g.member for g in all_ if f"/ns/{stack.namespace}/" in g.member and stack.project in g.member}
    assert strangers <= known, f"{stack.name}: somebody is granted something and is in no table"


def test_each_service_of_every_stack_may_do_what_the_table_says_and_nothing_more(released: Site) -> None:
    before = grants(released)
    for stack in STACKS:
        compare(before, stack)
    released("pr", "open", "42", "--branch", "search")
    opened = grants(released)
    compare(opened, PREVIEW)
    compare(opened, DEV)
    assert all(PREVIEW.prefix in g.thing or f"/ns/{PREVIEW.namespace}/" in g.member
               for g in set(opened) - set(before))  # fmt: skip


def test_builds_may_do_what_the_table_says_and_nothing_more(released: Site) -> None:
    found: dict[str, set[str]] = {builder: set() for builder in BUILDERS}
    for grant in grants(released):
        builder = grant.member.removeprefix("serviceAccount:").partition("@ampersand-prod.")[0]
        if builder in found:
            found[builder].add(f"{grant.role} {UNIQUE.sub('', thing(grant.thing))}")
    assert found == BUILDERS


@pytest.mark.parametrize(
    ("full", "shown"),
    [
        ("projects/p/topics/a", "topics/a"),
        ("projects/p/serviceAccounts/login-main@p.iam.gserviceaccount.com", "serviceAccounts/login-main"),
        ("ampersand-dev-files", "buckets/files"),
        ("ampersand-dev", "project"),
    ],
)
def test_things_are_named_by_kind(full: str, shown: str) -> None:
    assert thing(full) == shown
