"""What a stack stands on and cannot make itself: where its state is, what seals its secrets, and who deploys it."""

from __future__ import annotations

from model import names
from model.environment import Environment
from model.platform_repository import PlatformRepository
from model.preview import Preview
from model.shared import Shared
from model.stacks import AnyStack

KEY_RING = "pulumi"
POOL = "github"
PROVIDER = "github"
ISSUER = "https://token.actions.githubusercontent.com"
"""https://docs.github.com/en/actions/reference/security/oidc"""

MAPPING = {"google.subject": "assertion.sub", "attribute.environment": "assertion.environment"}
"""What Google keeps of GitHub's token. A job outside any GitHub environment has no such claim, and is turned away."""

STARTER, STARTS = "slipwayBuildStarter", "cloudbuild.builds.create"
"""A role of the shared stack's project, and all that it allows: every role of Google's that may start a build may also change and
cancel those of others. https://docs.cloud.google.com/build/docs/iam-roles-permissions"""

GRANTED_IN_SHARED = (
    "roles/containeranalysis.occurrences.editor",
    "roles/logging.logWriter",
)
GRANTED_IN_ENVIRONMENT = (
    "roles/cloudsql.client",
    "roles/cloudsql.instanceUser",
    "roles/container.clusterViewer",
    "roles/container.defaultNodeServiceAccount",
    "roles/logging.viewer",
    "roles/monitoring.viewer",
)
"""The roles that the program grants in a project: those, and no other, may its deployer grant."""


def starter_role(project: str) -> str:
    """The full name of the role that starts builds."""
    return f"projects/{project}/roles/{STARTER}"


def granted(stack: Shared | Environment) -> tuple[str, ...]:
    """The roles that a stack's program grants in its project."""
    return (*GRANTED_IN_SHARED, starter_role(stack.project)) if isinstance(stack, Shared) else GRANTED_IN_ENVIRONMENT


def state_bucket(project: str, stack: str) -> str:
    """The bucket of a stack's state; two stacks of one project have two. Previews keep theirs in their base's."""
    return names.bucket(project, f"{names.of_stack(stack)}-state")


def keeper(stack: str, loaded: AnyStack) -> str:
    """The stack in whose bucket a stack's state is, and with whose key its secrets are sealed: a preview's is its base."""
    return loaded.base if isinstance(loaded, Preview) else stack


def state_url(stack: str, loaded: AnyStack) -> str:
    """Where a stack's state is, as Pulumi names it: https://www.pulumi.com/docs/iac/concepts/state-and-backends/"""
    return f"gs://{state_bucket(loaded.project, keeper(stack, loaded))}"


def sealing_key(stack: str) -> str:
    """The key that seals a stack's secrets, in the ring KEY_RING."""
    return names.label(names.of_stack(stack), "a key")


def secrets_provider(project: str, region: str, stack: str) -> str:
    """The same as Pulumi names it: https://www.pulumi.com/docs/iac/concepts/secrets/#gcp-key-management-service-kms"""
    return f"gcpkms://projects/{project}/locations/{region}/keyRings/{KEY_RING}/cryptoKeys/{sealing_key(stack)}"


def deployer(stack: str) -> str:
    """The service account that deploys a stack."""
    return names.label(f"deployer-{names.of_stack(stack)}", "the service account of a deployer", names.ACCOUNT_LIMIT)


def deployer_email(project: str, stack: str) -> str:
    """Its address."""
    return f"{deployer(stack)}@{project}.iam.gserviceaccount.com"


def viewer(stack: str) -> str:
    """The service account that looks at an environment, and can change nothing."""
    return names.label(f"viewer-{names.of_stack(stack)}", "the service account of a viewer", names.ACCOUNT_LIMIT)


def viewer_email(project: str, stack: str) -> str:
    """Its address."""
    return f"{viewer(stack)}@{project}.iam.gserviceaccount.com"


def build_email(project: str, account: str) -> str:
    """The address of the identity of a trigger's builds, in the shared stack's project."""
    return f"{account}@{project}.iam.gserviceaccount.com"


def jobs_of(stack: str, project_number: str) -> str:
    """The jobs of the GitHub environment that is named like the stack, as IAM knows them.

    Not by the token's subject: for repositories made since June 2026 it has numbers in it, for older ones it has not.
    https://github.blog/changelog/2026-04-23-immutable-subject-claims-for-github-actions-oidc-tokens
    """
    pool = f"projects/{project_number}/locations/global/workloadIdentityPools/{POOL}"
    return f"principalSet://iam.googleapis.com/{pool}/attribute.environment/{stack}"


def attribute_condition(repository: PlatformRepository) -> str:
    """Whose tokens are taken at all. GitHub signs those of everybody with one key, so that without it anyone's would do."""
    return f"assertion.repository_owner_id == '{repository.owner_id}' && assertion.repository_id == '{repository.id}'"


def may_grant(stack: Shared | Environment) -> str:
    """The condition under which a deployer may change the project's policy; Google takes ten roles at most.

    https://docs.cloud.google.com/iam/docs/setting-limits-on-granting-roles
    """
    listed = ", ".join(f"'{role}'" for role in granted(stack))
    return f"api.getAttribute('iam.googleapis.com/modifiedGrantsByRole', []).hasOnly([{listed}])"
