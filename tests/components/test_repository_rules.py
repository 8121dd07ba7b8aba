"""Rules of a repository on GitHub: what a change needs, who may pass, who lets jobs in."""

from __future__ import annotations

from typing import Any

from components.repository_rules import BranchArgs, RepositoryRules, RepositoryRulesArgs, ReviewerArgs
from tests.components.conftest import Build, Registered

RULESET, FILE, ENVIRONMENT, POLICY = (
    f"github:index/{kind[0].lower()}{kind[1:]}:{kind}"
    for kind in (
        "RepositoryRuleset",
        "RepositoryFile",
        "RepositoryEnvironment",
        "RepositoryEnvironmentDeploymentPolicy",
    )
)


def made(build: Build, **args: Any) -> dict[str, list[Registered]]:
    """Type -> what there is of it."""
    registered = build(lambda: RepositoryRules("app", RepositoryRulesArgs(owner="acme", repository="server", **args)))
    assert [each.inputs["owner"] for each in registered if each.type == "pulumi:providers:github"] == ["acme"]
    return {kind: [each for each in registered if each.type == kind] for kind in (RULESET, FILE, ENVIRONMENT, POLICY)}


def test_nobody_passes_without_a_review_and_the_checks(build: Build) -> None:
    six = dict.fromkeys(("lint", "build", "test-unit", "test-integration", "security", "typecheck"))
    branches = BranchArgs(names=("main", "develop"), reviews=1, checks={**six, "pull-request (acme)": 7})
    [ruleset] = made(build, branches=branches)[RULESET]
    assert ruleset.inputs == {
        "name": "slipway",
        "repository": "server",
        "target": "branch",
        "enforcement": "active",
        "conditions": {"refName": {"includes": ["refs/heads/main", "refs/heads/develop"], "excludes": []}},
        "bypassActors": [],
        "rules": {
            "deletion": True,
            "nonFastForward": True,
            "pullRequest": {
                "requiredApprovingReviewCount": 1,
                "dismissStaleReviewsOnPush": True,
                "requireCodeOwnerReview": True,
            },
            "requiredStatusChecks": {
                "strictRequiredStatusChecksPolicy": True,
                "requiredChecks": [
                    *({"context": check} for check in six),
                    {"context": "pull-request (acme)", "integrationId": 7},
                ],
            },
        },
    }


def test_an_app_may_pass_and_without_checks_none_is_asked_for(build: Build) -> None:
    [ruleset] = made(build, branches=BranchArgs(names=("main",), reviews=2, apps=(100001,)))[RULESET]
    assert ruleset.inputs["bypassActors"] == [{"actorType": "Integration", "actorId": 100001, "bypassMode": "always"}]
    assert "requiredStatusChecks" not in ruleset.inputs["rules"]
    assert ruleset.inputs["rules"]["pullRequest"]["requiredApprovingReviewCount"] == 2


def test_owners_stand_in_a_file_on_each_branch(build: Build) -> None:
    branches = BranchArgs(names=("main", "develop"), reviews=1, code_owners="* @acme/all\n")
    files = made(build, branches=branches)[FILE]
    assert [(each.name, each.inputs["branch"]) for each in files] == [("app-develop", "develop"), ("app-main", "main")]
    # Cloud Build makes nothing of such a commit.
    assert all(each.inputs["commitMessage"].endswith(" [skip ci]") for each in files)
    assert {(each.inputs["file"], each.inputs["content"]) for each in files} == {
        (".github/CODEOWNERS", "* @acme/all\n")
    }


def test_nobody_lets_in_a_job_of_their_own(build: Build) -> None:
    found = made(build, environments={"prod": ReviewerArgs(teams=(1, 2)), "staging": ReviewerArgs(users=(3,))})
    assert [each.inputs for each in found[ENVIRONMENT]] == [
        {
            "repository": "server",
            "environment": name,
            "canAdminsBypass": False,
            "preventSelfReview": True,
            "reviewers": [reviewers],
            "deploymentBranchPolicy": {"customBranchPolicies": True, "protectedBranches": False},
        }
        for name, reviewers in (("prod", {"teams": [1, 2]}), ("staging", {"users": [3]}))
    ]
    assert (found[RULESET], found[FILE]) == ([], [])


def test_a_job_comes_from_the_branches_that_are_named_and_no_other(build: Build) -> None:
    reviewers = ReviewerArgs(users=(3,), branches=("main",))
    found = made(build, environments={"prod": reviewers, "staging": ReviewerArgs(users=(3,))})
    assert [(each.name, each.inputs) for each in found[POLICY]] == [
        ("app-prod-main", {"repository": "server", "environment": "prod", "branchPattern": "main"})
    ]
