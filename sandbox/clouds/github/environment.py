"""Environments of a repository: who must agree before a job deploys to one, and from which branches it may."""

from __future__ import annotations

from sandbox.clouds.gcp.resource import Draft, Properties, ResourceType, Rule, Table
from sandbox.clouds.github.repository import NAME, number
from sandbox.clouds.protocol import CloudError, Reason

ENVIRONMENT_TYPE = "github:index/repositoryEnvironment:RepositoryEnvironment"
POLICY_TYPE = "github:index/repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy"
_POLICIES = "/deployment-branch-policies/"
_MOST = 6
"""Reviewers, users and teams together."""


def _check(inputs: Properties) -> list[tuple[str, str]]:
    """users and teams together are at most six reviewers; branches are chosen by protection or by name, not both, not neither"""
    found = []
    for reviewers in inputs.get("reviewers") or ():
        listed = [it for it in (reviewers.get("teams"), reviewers.get("users")) if isinstance(it, list)]
        if sum(map(len, listed)) > _MOST:
            found.append(("reviewers", f"a maximum of {_MOST} reviewers (users and teams combined) can be set"))
    policy = inputs.get("deploymentBranchPolicy")
    if isinstance(policy, dict) and policy["protectedBranches"] == policy["customBranchPolicies"]:
        found.append(("deploymentBranchPolicy", "protectedBranches and customBranchPolicies cannot be the same"))
    return found


def _outputs(draft: Draft) -> Properties:
    return {"repositoryId": number(draft.id)}


ENVIRONMENT = ResourceType(
    token=ENVIRONMENT_TYPE,
    table=Table(
        source="resource_github_repository_environment.go",
        properties={
            "repository": Rule(replace=True, pattern=NAME),
            "environment": Rule(replace=True, length=255),
            "canAdminsBypass": Rule(default=True),
            "preventSelfReview": Rule(default=False),
            "waitTimer": Rule(low=0, high=43200),
            "reviewers": Rule(length=1),
            "reviewers.teams": Rule(unordered=True, length=_MOST),
            "reviewers.users": Rule(unordered=True, length=_MOST),
        },
    ),
    identity="repos/{owner}/{repository}/environments/{environment}",
    id="{repository}:{environment}",
    shared=True,
    computed=("repositoryId",),
    outputs=_outputs,
    check=_check,
)


def _admit(draft: Draft) -> None:
    """there is no such environment, or its branches are not chosen by name"""
    environment = draft.tx.get("github", ENVIRONMENT_TYPE, draft.id.partition(_POLICIES)[0])
    if environment is None or not (environment.outputs.get("deploymentBranchPolicy") or {}).get("customBranchPolicies"):
        raise CloudError(Reason.NOT_FOUND, "404 Not Found: the environment chooses no branches by name")


def _policy_outputs(draft: Draft) -> Properties:
    return {"policyId": int(draft.id.rpartition("/")[2]), "repositoryId": number(draft.id)}


POLICY = ResourceType(
    token=POLICY_TYPE,
    table=Table(
        source="resource_github_repository_environment_deployment_policy.go",
        properties={
            "repository": Rule(replace=True, pattern=NAME),
            "environment": Rule(replace=True, length=255),
        },
        one_of=(("branchPattern", "tagPattern"),),
    ),
    identity=f"repos/{{owner}}/{{repository}}/environments/{{environment}}{_POLICIES}{{number}}",
    id="{repository}:{environment}:{number}",
    assigned="number",
    computed=("policyId", "repositoryId"),
    outputs=_policy_outputs,
    admit=_admit,
)
TYPES = (ENVIRONMENT, POLICY)
