"""The Google APIs that a stack needs, and what its deployer may do with each: functions of its config and the catalogue."""

from __future__ import annotations

from dataclasses import dataclass, replace

from model.catalogue import Catalogue
from model.environment import Environment
from model.shared import Shared
from model.stacks import AnyStack


@dataclass(frozen=True, kw_only=True)
class Need:
    """`api` without `.googleapis.com`. `roles` are what managing the stack's resources of this API takes; an API without
    any is needed by something else than a resource."""

    api: str
    why: str
    roles: tuple[str, ...] = ()

    @property
    def service(self) -> str:
        """The API as Google enables it."""
        return f"{self.api}.googleapis.com"


FOUNDATION = (
    Need(api="cloudresourcemanager", why="the project, and grants in it"),
    Need(api="serviceusage", why="enabling all others"),
    Need(api="iam", why="service accounts, and the pool of GitHub's identities"),
    Need(api="sts", why="taking GitHub's tokens"),
    Need(api="iamcredentials", why="acting as a service account, for pipelines and pods alike"),
    Need(api="storage", why="the bucket of the state"),
    Need(api="cloudkms", why="the key that seals the secrets of config and state"),
)
"""What `slipway bootstrap` itself needs in every project."""

_IAM = Need(
    api="iam",
    why="service accounts that run what is deployed",
    # The second is to run anything as one of them; it holds for every account of the project.
    roles=("roles/iam.serviceAccountAdmin", "roles/iam.serviceAccountUser"),
)
_BUILDERS = Need(
    api="iam",
    why="the identities of builds, and who may start builds as one of them",
    roles=("roles/iam.serviceAccountAdmin", "roles/iam.serviceAccountUser"),
)
_AGENTS = Need(
    api="serviceusage", why="making the agents of Google's services", roles=("roles/serviceusage.serviceUsageAdmin",)
)
_GRANTS = Need(
    api="cloudresourcemanager", why="grants in the project", roles=("roles/resourcemanager.projectIamAdmin",)
)
_KEYS = Need(api="cloudkms", why="keys of this project's own", roles=("roles/cloudkms.admin",))
_SIGNING_KEY = Need(
    api="cloudkms",
    why="keys of this project's own, and the public half of the one that signs",
    # An administrator of keys may not read it: https://cloud.google.com/kms/docs/reference/permissions-and-roles
    roles=("roles/cloudkms.admin", "roles/cloudkms.publicKeyViewer"),
)
_ZONE = Need(api="dns", why="the zone of the domain", roles=("roles/dns.admin",))
_REPORTS = Need(
    api="apikeys",
    why="the key in the address at which GitHub reports pull requests",
    roles=("roles/serviceusage.apiKeysAdmin",),
)
_LOGS = Need(api="logging", why="what everything logs")


def needs(stack: AnyStack, catalogue: Catalogue) -> dict[str, Need]:
    """API -> why it is needed, what stands on nothing else first. A preview's are those of its base."""
    match stack:
        case Shared():
            own = _shared(stack)
        case Environment():
            own = _environment(stack, catalogue)
        case _:
            return {}
    found: dict[str, Need] = {}
    for need in (*FOUNDATION, *own):
        known = found.get(need.api)
        found[need.api] = replace(need, why=f"{known.why}, {need.why}") if known else need
    return found


def _shared(stack: Shared) -> list[Need]:
    return [
        _GRANTS,
        _AGENTS,
        _BUILDERS,
        _SIGNING_KEY,
        _LOGS,
        Need(api="artifactregistry", why="the repositories of images", roles=("roles/artifactregistry.admin",)),
        Need(api="containerscanning", why="looking for vulnerabilities in what is pushed"),
        Need(api="containeranalysis", why="the note that signatures hang on", roles=("roles/containeranalysis.admin",)),
        Need(api="binaryauthorization", why="the attestor", roles=("roles/binaryauthorization.attestorsAdmin",)),
        Need(api="cloudbuild", why="the build triggers", roles=("roles/cloudbuild.builds.editor",)),
        Need(api="cloudscheduler", why="the times at which builds start", roles=("roles/cloudscheduler.admin",)),
        Need(api="pubsub", why="the topics that start builds", roles=("roles/pubsub.admin",)),
        Need(
            api="secretmanager",
            why="where Cloud Build keeps its access to the repositories, and the builds' secrets",
            roles=("roles/secretmanager.admin",) if stack.secrets else (),
        ),
        *([_REPORTS] if "webhook" in stack.secrets else ()),
        *([_ZONE] if stack.domain else ()),
    ]


def _environment(stack: Environment, catalogue: Catalogue) -> list[Need]:
    found = [
        _GRANTS,
        _AGENTS,
        _IAM,
        _LOGS,
        Need(
            api="compute",
            why="network, addresses, firewall, nodes",
            # Firewall rules and Cloud Armor are the second's, the ways in the third's.
            roles=("roles/compute.networkAdmin", "roles/compute.securityAdmin", "roles/compute.loadBalancerAdmin"),
        ),
        Need(api="container", why="the cluster and all that runs in it", roles=("roles/container.admin",)),
        Need(api="containersecurity", why="the cluster's security posture"),
        Need(api="sqladmin", why="the database instance, and logging in to it by IAM", roles=("roles/cloudsql.admin",)),
        Need(
            api="servicenetworking",
            why="the database's private address",
            roles=("roles/servicenetworking.networksAdmin",),
        ),
        Need(api="pubsub", why="topics and subscriptions", roles=("roles/pubsub.admin",)),
        Need(api="monitoring", why="metrics, the dashboard and alerts", roles=("roles/monitoring.editor",)),
    ]
    if stack.security.customer_keys:
        found.append(_KEYS)
    if stack.security.binary_authorization:
        roles = ("roles/binaryauthorization.policyEditor",)
        found.append(Need(api="binaryauthorization", why="letting signed images run only", roles=roles))
    if catalogue.secrets:
        found.append(Need(api="secretmanager", why="the catalogue's secrets", roles=("roles/secretmanager.admin",)))
    if catalogue.buckets:
        found.append(Need(api="storage", why="the catalogue's buckets", roles=("roles/storage.admin",)))
    if catalogue.caches:
        found.append(Need(api="redis", why="the catalogue's caches", roles=("roles/redis.admin",)))
    if any(service.kind != "gke" for service in catalogue.services.values()):
        found.append(Need(api="run", why="services on Cloud Run", roles=("roles/run.admin",)))
    if catalogue.gateway and stack.gateway:
        owner = ("roles/certificatemanager.owner",)
        found += [_ZONE, Need(api="certificatemanager", why="the certificate of the domain", roles=owner)]
        if stack.gateway.identity_aware:
            found.append(Need(api="iap", why="Google's sign-in in front of the gateway", roles=("roles/iap.admin",)))
    return found
