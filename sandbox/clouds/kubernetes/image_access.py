"""Whether a node may pull an image: what its pool's service account was granted on the repository or its project.

https://cloud.google.com/artifact-registry/docs/access-control. Compute Engine's default account is Editor of its own
project, as Google makes it. The numbers of projects are not compared, as nobody tells them here; conditions count as
met, and grants above the project are not looked for.
"""

from __future__ import annotations

import re

from sandbox.clouds import registry
from sandbox.clouds.kubernetes import clusters
from sandbox.clouds.kubernetes.clusters import Cluster
from sandbox.clouds.world import Snapshot

_ON_REPOSITORY = "gcp:artifactregistry/repositoryIamMember:RepositoryIamMember"
_ON_PROJECT = "gcp:projects/iAMMember:IAMMember"
_ROLES = frozenset(
    {
        *(
            f"roles/artifactregistry.{role}"
            for role in ("reader", "writer", "repoAdmin", "admin", "createOnPushWriter")
        ),
        *("roles/viewer", "roles/editor", "roles/owner"),
    }
)
_EVERYBODY = ("allUsers", "allAuthenticatedUsers")
_ALL_OF_A_PROJECT = re.compile(r"principalSet://cloudresourcemanager\.googleapis\.com/projects/\d+/type/ServiceAccount")
_DEFAULT = r"serviceAccount:\d+-compute@developer\.gserviceaccount\.com"


def refusal(tx: Snapshot, cluster: Cluster, node: str, reference: str) -> str:
    """Why the node may not pull the image, with the remedy; empty where it may. `reference` has no tag or digest."""
    repository = registry.repository_id(reference)
    project = repository.split("/")[1]
    account = clusters.account(tx, cluster, node)
    if account == clusters.DEFAULT_ACCOUNT and cluster.entity.id.split("/")[1] == project:
        return ""
    member = _DEFAULT if account == clusters.DEFAULT_ACCOUNT else re.escape(f"serviceAccount:{account}")
    grants = [
        *tx.list("gcp", _ON_REPOSITORY, prefix=f"{repository}/"),
        *tx.list("gcp", _ON_PROJECT, prefix=f"{project}/"),
    ]
    for grant in grants:
        who = str(grant.inputs["member"])
        known = who in _EVERYBODY or _ALL_OF_A_PROJECT.fullmatch(who) or re.fullmatch(member, who)
        if known and grant.inputs["role"] in _ROLES:
            return ""
    return (
        f'403 Forbidden: Permission "artifactregistry.repositories.downloadArtifacts" denied on "{repository}" for the '
        f"nodes' account {account}; grant it roles/artifactregistry.reader on the repository"
    )
