"""Every physical name that Slipway chooses, with the limits of the API that it is for.

Only what outsiders address, or what an API demands, is named here; everything else is named by Pulumi, so that it can be
replaced. All functions are pure; a name that its API would refuse raises ValueError ('what is wrong|what to write').
"""

from __future__ import annotations

import hashlib
import re

LABEL = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
"""A DNS label as Kubernetes wants it for Services (RFC 1035: starts with a letter), 63 characters at most."""

MIGRATE = "migrate"
"""The identity of the Job that migrates."""

DATABASE_NAMESPACE = "database"
"""Where the databases of an environment are administered from, apart from the services."""

GRANTS = "grants"
DATABASE_PROXY = "database-proxy"
"""The identities there: the Job that makes the grants, and the proxy that people go through."""

ADMIN_ACCOUNT = "database-admin"
"""The service account that the grants are made as."""

LABEL_LIMIT = 63
TOPIC_LIMIT = 255
"""https://cloud.google.com/pubsub/docs/pubsub-basics#resource_names"""
CLOUD_RUN_LIMIT = 49
ACCOUNT_LIMIT = 30
"""https://cloud.google.com/iam/docs/service-accounts-create: 6 to 30 characters"""
DATABASE_LIMIT = 63
"""PostgreSQL's NAMEDATALEN less one; a longer name would be cut silently."""
RESERVED_DATABASES = ("postgres", "template0", "template1", "cloudsqladmin")
"""Those that every Cloud SQL instance has already."""

LOGIN = "login"
"""The user with a password that a preview logs in as, and the secret that the password is in."""

PREVIEW = re.compile(r"pr-[1-9][0-9]*")
"""The stack of a preview."""

PROJECT_LIMIT = 30
"""https://cloud.google.com/resource-manager/docs/creating-managing-projects#before_you_begin"""
BUCKET_LIMIT = 63
"""https://cloud.google.com/storage/docs/buckets#naming"""

SMOKE_TEST = "-smoke-test"
"""How the Jobs of smoke tests end, and neither services nor pods may."""

GATEWAY_NAMESPACE = "gateway"
"""Where Kong runs, apart from the services."""

ROUTES_LABEL = {"slipway/routes": "allowed"}
"""What namespaces bear whose routes Kong takes."""

KONG = {"internet": "kong", "outpost": "kong-outpost"}
"""Class, Gateway, Deployment and Service of each way in."""

NODE_ACCOUNT = "gke-nodes"
ATTESTOR = "slipway"
"""Who signs what the pipeline has built and scanned."""


MAIN = "main"
"""The branch that releases are built of, unless an environment names another."""
_BRANCH = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")

BUILDS_TOPIC = "cloud-builds"
"""Where Cloud Build publishes what becomes of builds; the name is its own."""


def pipeline_secret(name: str) -> str:
    """A secret of the builds, in Secret Manager."""
    return f"pipeline-{name}"


def branch(value: str) -> str:
    """A branch, as far as a trigger can be named like it: https://git-scm.com/docs/git-check-ref-format knows more characters."""
    if not _BRANCH.fullmatch(value):
        raise ValueError(f"'{value}' is no branch|Write letters, digits, '.', '_', '-' and '/', such as develop")
    return value


def branch_trigger(value: str) -> str:
    """The trigger that makes releases of a branch is called like it."""
    return re.sub(r"[^a-z0-9]+", "-", value.lower()).strip("-")


def of_stack(stack: str) -> str:
    """A stack in names that have no capitals: TEST's things are `test`'s. No two stacks may differ in capitals alone."""
    return stack.lower()


def build_account(trigger: str) -> str:
    """The service account of a trigger's builds."""
    return label(f"build-{of_stack(trigger)}", "the service account of a trigger", ACCOUNT_LIMIT)


def label(name: str, what: str, limit: int = LABEL_LIMIT) -> str:
    """A name that becomes a Kubernetes object's, as it stands."""
    if not LABEL.fullmatch(name):
        raise ValueError(
            f"'{name}' cannot name {what}|Write lower-case letters, digits and hyphens, starting with a letter"
        )
    if len(name) > limit:
        raise ValueError(f"'{name}' has {len(name)} characters, {what} may have {limit}|Write a shorter name")
    return name


def preview_stack(number: int) -> str:
    """The stack of a pull request's preview."""
    return f"pr-{number}"


def preview_namespace(number: int, branch: str, *, fork: bool = False) -> str:
    """The namespace of a preview: `pr-<branch>`.

    Where the branch's name had to be altered or cut, the number and a short hash of the branch follow, so that two
    branches that look alike afterwards still differ. They always follow a `fork`'s, which begins in a way of its own: who
    names a branch there must not get what was granted to one of the team's.
    """
    slug = re.sub(r"[^a-z0-9]+", "-", branch.lower()).strip("-")
    plain = f"fork-{slug}" if fork else f"pr-{slug}"
    if slug == branch and not fork and len(plain) <= LABEL_LIMIT:
        return plain
    suffix = f"-{number}-{hashlib.sha256(branch.encode()).hexdigest()[:6]}"
    return plain[: LABEL_LIMIT - len(suffix)].rstrip("-") + suffix


def topic(prefix: str, name: str) -> str:
    """A topic; `prefix` is empty in an environment and the stack's name in a preview, which shares the project.

    Pub/Sub would take more characters, but the name also becomes an environment variable's.
    """
    full = f"{prefix}-{name}" if prefix else name
    if not LABEL.fullmatch(full) or len(full) < 3 or full.startswith("goog"):
        remedy = "Write at least 3 lower-case letters, digits and hyphens, starting with a letter, and not with goog"
        raise ValueError(f"'{full}' cannot name a topic|{remedy}")
    if len(full) > TOPIC_LIMIT:
        raise ValueError(f"'{full}' has {len(full)} characters, a topic may have {TOPIC_LIMIT}|Write a shorter name")
    return full


def subscription(topic_name: str, subscriber: str) -> str:
    """The subscription of one service to one topic."""
    return topic(topic_name, subscriber)


def dead_letter_topic(topic_name: str) -> str:
    """Where a topic's undeliverable messages go."""
    return topic(topic_name, "dead-letter")


def database(prefix: str, name: str) -> str:
    """A PostgreSQL database; hyphens become underscores, so that the name needs no quotes."""
    full = (f"{prefix}_{name}" if prefix else name).replace("-", "_")
    if full in RESERVED_DATABASES:
        raise ValueError(f"'{full}' is a database that every instance has already|Write another name")
    if not re.fullmatch(r"[a-z][a-z0-9_]*", full):
        raise ValueError(f"'{full}' cannot name a database|Write lower-case letters, digits and underscores")
    if len(full) > DATABASE_LIMIT:
        raise ValueError(
            f"'{full}' has {len(full)} characters, a database may have {DATABASE_LIMIT}|Write a shorter name"
        )
    return full


def bucket(project: str, name: str) -> str:
    """A bucket. All the world's buckets share one space of names, so the project's id stands first."""
    full = f"{project}-{name}"
    if not LABEL.fullmatch(name) or "goog" in full or "g00g" in full:
        remedy = "Write lower-case letters, digits and hyphens, starting with a letter, and nothing like google"
        raise ValueError(f"'{name}' cannot name a bucket|{remedy}")
    if len(full) > BUCKET_LIMIT:
        raise ValueError(
            f"'{name}' has {len(name)} characters, a bucket may have {BUCKET_LIMIT - len(project) - 1} beside its "
            "project's id|Write a shorter name"
        )
    return full


PREVIEWS_PREFIX = "previews/"
"""Where the objects of all previews are, in the bucket of their base."""


def bucket_prefix(stack_prefix: str) -> str:
    """What stands before the names of a stack's objects: nothing in an environment, which has its bucket for itself."""
    return f"{PREVIEWS_PREFIX}{stack_prefix}/" if stack_prefix else ""


def secret_file(name: str) -> str:
    """The environment variable that tells a pod in which file a secret is."""
    return variable(name, "file")


PREVIEW_LABEL = "preview"
"""What everything of a preview bears that can bear labels, with the name of its stack, so that what is left over is found."""


def task_queue(stack: str) -> str:
    """The Temporal task queue of an environment or a preview: whatever shares a server does not share work."""
    return stack


def labels(purpose: str) -> dict[str, str]:
    """What a thing is for, as a label: to be read in the console and on the bill. Labels have no spaces and no capitals.

    https://cloud.google.com/resource-manager/docs/labels-overview#requirements
    """
    slug = re.sub(r"[^a-z0-9]+", "-", purpose.lower()).strip("-")[:LABEL_LIMIT].rstrip("-")
    return {"purpose": slug} if slug else {}


def cache_prefix(prefix: str) -> str:
    """What the keys of a stack begin with in a cache: nothing in an environment, which has it for itself."""
    return f"{prefix}:" if prefix else ""


def group(address: str) -> str:
    """A Google group, by its e-mail address; also a PostgreSQL user, which is why it is short and in lower case."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9._+-]*@[a-z0-9-]+(\.[a-z0-9-]+)+", address):
        raise ValueError(
            f"'{address}' is no Google group|Write its e-mail address in lower case, such as team@acme.com"
        )
    if len(address) > DATABASE_LIMIT:
        raise ValueError(f"'{address}' has {len(address)} characters, a group may have {DATABASE_LIMIT}|Shorten it")
    return address


def login_account(database_name: str) -> str:
    """The service account that the pods of a database log in as; 6 to 30 characters.

    https://cloud.google.com/iam/docs/service-accounts-create#creating
    """
    account = f"login-{database_name.replace('_', '-')}"
    return label(account, "the service account of a database", ACCOUNT_LIMIT)


def migration_job(release: str) -> str:
    """The Job that runs a release's migrations, once."""
    return f"{MIGRATE}-" + release.replace(".", "-")


def preview_migration_job(digest: str, template: str | None = None) -> str:
    """The Job that runs the migrations of an image, once: a preview has images of no release. Once on each `template`, too."""
    name = f"{MIGRATE}-{digest.removeprefix('sha256:')[:12]}"
    return f"{name}-{template.replace('_', '-')}"[:LABEL_LIMIT].rstrip("-") if template else name


def copy(database_name: str) -> str:
    """What makes a database of a preview a copy of a template."""
    return f"copy-{database_name.replace('_', '-')}"


def fill(database_name: str) -> str:
    """The identity of what fills a database of a preview, and the beginning of its Job's name."""
    return f"fill-{database_name.replace('_', '-')}"


def preview_secret(stack: str) -> str:
    """The secret in which the password of a preview's database user is."""
    return f"{stack}-database-password"


def administrator(project: str) -> tuple[str, str]:
    """The e-mail address of the account that the grants are made as, and its PostgreSQL role.

    https://docs.cloud.google.com/sql/docs/postgres/add-manage-iam-users#creating-a-database-user: without the last part.
    """
    return f"{ADMIN_ACCOUNT}@{project}.iam.gserviceaccount.com", f"{ADMIN_ACCOUNT}@{project}.iam"


def smoke_test(service: str) -> str:
    """The Job, identity and policy of a service's smoke test. Pods bear a Job's name as a label.

    https://kubernetes.io/docs/concepts/workloads/controllers/job/#writing-a-job-spec: 63 characters.
    """
    return label(f"{service}{SMOKE_TEST}", "the Job of a smoke test")


def service_url(service: str, namespace: str, port: int) -> str:
    """Where a Service answers, for pods of any namespace of the cluster.

    https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/#services
    """
    return f"http://{service}.{namespace}.svc:{port}"


def cloud_run(name: str) -> str:
    """A Cloud Run service. Previews have none: what runs there is a pod of theirs.

    https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.services/create: fewer than 50 characters.
    """
    return label(name, "a Cloud Run service", CLOUD_RUN_LIMIT)


def cloud_run_url(service: str, project_number: str, region: str) -> str:
    """Where a Cloud Run service answers, known before it is there, so that two services may call each other.

    https://cloud.google.com/run/docs/triggering/https-request#deterministic
    """
    return f"https://{service}-{project_number}.{region}.run.app"


def project_service_agents(project_number: str) -> str:
    """All service agents of a project as an IAM principal set: Google's own accounts in it, among them the one that
    pulls images for Cloud Run.

    https://cloud.google.com/iam/docs/principal-identifiers#allow
    """
    return f"principalSet://cloudresourcemanager.googleapis.com/projects/{project_number}/type/ServiceAgent"


def run_account(name: str, role: str = "run") -> str:
    """The id of the Google service account that a Cloud Run service runs as, or (`caller`) is called as.

    Too long a one is cut, and told from its like by a hash of the whole.
    """
    full = f"{role}-{name}"
    if len(full) <= ACCOUNT_LIMIT:
        return full
    suffix = f"-{hashlib.sha256(full.encode()).hexdigest()[:6]}"
    return full[: ACCOUNT_LIMIT - len(suffix)].rstrip("-") + suffix


def variable(prefix: str, name: str) -> str:
    """An environment variable that tells a pod where something is."""
    return f"{prefix}_{name}".upper().replace("-", "_")


def workload_principal(project_number: str, workload_pool: str, namespace: str, service_account: str) -> str:
    """A Kubernetes service account as an IAM principal (Workload Identity Federation for GKE).

    https://cloud.google.com/kubernetes-engine/docs/concepts/workload-identity#identities
    """
    return (
        f"principal://iam.googleapis.com/projects/{project_number}/locations/global/workloadIdentityPools/"
        f"{workload_pool}/subject/ns/{namespace}/sa/{service_account}"
    )


def project_service_accounts(project_number: str) -> str:
    """All service accounts of a project as an IAM principal set; it can be granted before any of them exists.

    https://cloud.google.com/iam/docs/principal-identifiers#allow
    """
    return f"principalSet://cloudresourcemanager.googleapis.com/projects/{project_number}/type/ServiceAccount"


def gke_agent(project_number: str) -> str:
    """GKE's own identity in a project, which encrypts Secrets; it comes with the API.

    https://cloud.google.com/kubernetes-engine/docs/how-to/encrypting-secrets#grant_permission_to_use_the_key
    """
    return f"serviceAccount:service-{project_number}@container-engine-robot.iam.gserviceaccount.com"


def compute_agent(project_number: str) -> str:
    """Compute Engine's own identity in a project, which encrypts disks; it comes with the API.

    https://cloud.google.com/kubernetes-engine/docs/how-to/using-cmek#grant_permission
    """
    return f"serviceAccount:service-{project_number}@compute-system.iam.gserviceaccount.com"


def pubsub_agent(project_number: str) -> str:
    """Pub/Sub's own identity in a project, which moves messages to dead-letter topics.

    https://cloud.google.com/pubsub/docs/dead-letter-topics#grant_forwarding_permissions
    """
    return f"serviceAccount:service-{project_number}@gcp-sa-pubsub.iam.gserviceaccount.com"
