"""The emulated GitHub: rulesets, files on the branches that they guard, and environments."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import grpc
import pytest

from sandbox.clouds import inventory
from sandbox.values import UNKNOWN, unwrap
from tests.sandbox.coverage.provider import Made, Providers, Refused
from tests.sandbox.coverage.samples import SAMPLES, changed

RULESET, FILE, ENVIRONMENT, POLICY = (
    f"github:index/{kind[0].lower()}{kind[1:]}:{kind}"
    for kind in (
        "RepositoryRuleset",
        "RepositoryFile",
        "RepositoryEnvironment",
        "RepositoryEnvironmentDeploymentPolicy",
    )
)
BY_NAME = {"protectedBranches": False, "customBranchPolicies": True}
OWNERS = {"repository": "app", "file": ".github/CODEOWNERS", "content": "* @acme/all\n"}


@pytest.fixture
def github(tmp_path: Path) -> Providers:
    providers = Providers(tmp_path)
    providers.configure("github", owner="acme", token="t")
    return providers


def ruleset(github: Providers, **changes: Any) -> Made:
    return github.create(RULESET, changed(SAMPLES[RULESET]["inputs"], changes))


def imported(github: Providers, type: str, id: str) -> dict[str, Any] | None:
    return github.read(Made(type, "thing", id, {}, {}))


def test_a_ruleset_from_plan_to_deletion(github: Providers) -> None:
    inputs = SAMPLES[RULESET]["inputs"]
    planned = github.plan(RULESET, inputs)
    made = ruleset(github)

    assert [planned[key] for key in ("etag", "nodeId", "rulesetId")] == [UNKNOWN] * 3
    assert made.id == str(int(made.outputs["rulesetId"]))
    rules = unwrap(made.outputs["rules"])
    assert rules["pullRequest"] == {
        **inputs["rules"]["pullRequest"],
        "allowedMergeMethods": ["merge", "squash", "rebase"],
        "requireLastPushApproval": False,
        "requiredReviewThreadResolution": False,
    }
    assert rules["requiredStatusChecks"] == {
        "strictRequiredStatusChecksPolicy": True,
        "doNotEnforceOnCreate": False,
        "requiredChecks": [{"context": name, "integrationId": 0} for name in ("build", "lint")],
    }
    assert github.read(made) == made.outputs
    assert list(github.diff(RULESET, made.outputs, github.checked(RULESET, inputs), made.inputs).detailedDiff) == []
    assert imported(github, RULESET, f"app:{made.id}") == made.outputs
    assert imported(github, RULESET, f"other:{made.id}") is None
    assert imported(github, RULESET, made.id) is None
    github.delete(made)
    assert github.read(made) is None


def test_checks_and_whoever_may_pass_have_no_order(github: Providers) -> None:
    made = ruleset(github)
    checks = SAMPLES[RULESET]["inputs"]["rules"]["requiredStatusChecks"]["requiredChecks"]
    turned = changed(SAMPLES[RULESET]["inputs"], {"rules.requiredStatusChecks.requiredChecks": list(reversed(checks))})
    assert list(github.diff(RULESET, made.outputs, github.checked(RULESET, turned), made.inputs).detailedDiff) == []


def test_no_two_rulesets_of_a_repository_have_a_name(github: Providers) -> None:
    made = ruleset(github)
    with pytest.raises(Refused, match="Name must be unique") as error:
        ruleset(github)
    assert error.value.code is grpc.StatusCode.ALREADY_EXISTS
    ruleset(github, repository="other")
    assert github.update(made, {**SAMPLES[RULESET]["inputs"], "enforcement": "disabled"}).id == made.id


def test_a_ruleset_does_not_move_to_another_repository(github: Providers) -> None:
    made = ruleset(github)
    with pytest.raises(Refused, match="404 Not Found: other has no such ruleset") as error:
        github.update(made, {**SAMPLES[RULESET]["inputs"], "repository": "other"})
    assert error.value.code is grpc.StatusCode.NOT_FOUND


def test_a_file_from_plan_to_deletion(github: Providers) -> None:
    planned = github.plan(FILE, OWNERS)
    made = github.create(FILE, OWNERS)

    computed = ("branch", "commitMessage", "commitSha", "ref", "repositoryId", "sha")
    assert {planned[key] for key in computed} == {UNKNOWN}
    assert made.id == "app:.github/CODEOWNERS:main"
    assert (made.outputs["branch"], made.outputs["ref"]) == ("main", "main")
    assert made.outputs["commitMessage"] == "Add .github/CODEOWNERS"
    # As `git hash-object` computes it.
    blob = b"blob 12\0* @acme/all\n"
    assert made.outputs["sha"] == hashlib.sha1(blob, usedforsecurity=False).hexdigest()
    assert github.read(made) == made.outputs
    assert list(github.diff(FILE, made.outputs, github.checked(FILE, OWNERS), made.inputs).detailedDiff) == []
    assert imported(github, FILE, "app:.github/CODEOWNERS:") == made.outputs
    assert imported(github, FILE, "app:.github/CODEOWNERS") is None

    again = github.update(made, {**OWNERS, "content": "* @acme/some\n"})
    assert again.outputs["commitMessage"] == "Update .github/CODEOWNERS"
    assert again.outputs["commitSha"] != made.outputs["commitSha"]
    github.delete(again)
    assert github.read(again) is None


def test_a_colon_in_a_path_is_written_otherwise_in_the_id(github: Providers) -> None:
    made = github.create(FILE, {**OWNERS, "file": "a:b", "branch": "develop"})
    assert made.id == "app:a??b:develop"
    assert imported(github, FILE, made.id) == made.outputs


def test_a_file_that_is_there_is_overwritten_only_where_that_is_said(github: Providers) -> None:
    github.create(FILE, OWNERS)
    with pytest.raises(Refused, match="refusing to overwrite existing file") as error:
        github.create(FILE, OWNERS)
    assert error.value.code is grpc.StatusCode.ALREADY_EXISTS
    assert github.create(FILE, {**OWNERS, "overwriteOnCreate": True}).id == "app:.github/CODEOWNERS:main"
    assert github.create(FILE, {**OWNERS, "branch": "develop"}).id == "app:.github/CODEOWNERS:develop"


PULL, TWO = "Changes must be made through a pull request.", "2 of 2 required status checks are expected."


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, f"{PULL} {TWO}"),
        ({"rules.pullRequest": None}, TWO),
        ({"rules.requiredStatusChecks": None}, PULL),
        (
            {"rules.pullRequest": None, "rules.requiredStatusChecks.requiredChecks": [{"context": "build"}]},
            'Required status check "build" is expected.',
        ),
        ({"rules": {"update": True}}, "Cannot update this protected ref."),
        ({"conditions.refName.includes": ["~DEFAULT_BRANCH"]}, f"{PULL} {TWO}"),
        ({"conditions.refName.includes": ["refs/heads/ma*"]}, f"{PULL} {TWO}"),
        ({"conditions.refName.includes": ["~ALL"], "conditions.refName.excludes": ["refs/heads/main"]}, ""),
        ({"conditions.refName.includes": ["refs/heads/develop"]}, ""),
        ({"rules": {"deletion": True}}, ""),
        ({"enforcement": "disabled"}, ""),
        ({"target": "tag"}, ""),
        ({"repository": "other"}, ""),
    ],
)
def test_what_a_ruleset_keeps_from_a_branch(github: Providers, changes: dict[str, Any], said: str) -> None:
    made = github.create(FILE, OWNERS)
    ruleset(github, **changes)
    if not said:
        github.delete(github.update(made, {**OWNERS, "content": "* @acme/some\n"}))
        return
    refused = f"409 Repository rule violations found: {said}"
    for attempt in (
        lambda: github.update(made, {**OWNERS, "content": "* @acme/some\n"}),
        lambda: github.delete(made),
        lambda: github.create(FILE, {**OWNERS, "file": "CODEOWNERS"}),
    ):
        with pytest.raises(Refused) as error:
            attempt()
        assert (error.value.code, error.value.details) == (grpc.StatusCode.INVALID_ARGUMENT, refused)
    assert github.read(made) == made.outputs


def test_an_environment_is_made_or_changed_by_the_same_call(github: Providers) -> None:
    inputs = SAMPLES[ENVIRONMENT]["inputs"]
    made = github.create(ENVIRONMENT, inputs)
    assert made.id == "app:prod"
    assert unwrap(made.outputs) == {**inputs, "repositoryId": made.outputs["repositoryId"]}
    assert imported(github, ENVIRONMENT, "app:prod") == made.outputs
    assert github.create(ENVIRONMENT, {"repository": "app", "environment": "prod"}).id == made.id
    found = github.read(made)
    assert found
    assert (found["canAdminsBypass"], found["preventSelfReview"], "reviewers" in found) == (True, False, False)
    github.delete(made)
    assert github.read(made) is None


def test_branches_of_an_environment_from_plan_to_deletion(github: Providers) -> None:
    github.create(ENVIRONMENT, {"repository": "app", "environment": "prod", "deploymentBranchPolicy": BY_NAME})
    inputs = SAMPLES[POLICY]["inputs"]
    planned = github.plan(POLICY, inputs)
    made, other = github.create(POLICY, inputs), github.create(POLICY, {**inputs, "branchPattern": "release/*"})
    assert [planned[key] for key in ("policyId", "repositoryId")] == [UNKNOWN] * 2
    assert made.id == f"app:prod:{int(made.outputs['policyId'])}" != other.id
    assert github.read(made) == made.outputs
    assert imported(github, POLICY, made.id) == made.outputs
    assert imported(github, POLICY, "app:prod:1") is None
    again = github.update(made, {**inputs, "branchPattern": "develop"})
    assert (again.id, again.outputs["branchPattern"]) == (made.id, "develop")
    github.delete(again)
    assert github.read(again) is None
    assert github.read(other) == other.outputs


@pytest.mark.parametrize("policy", [None, {"protectedBranches": True, "customBranchPolicies": False}])
def test_where_branches_are_not_chosen_by_name_none_is_named(github: Providers, policy: dict[str, bool] | None) -> None:
    chosen = {"deploymentBranchPolicy": policy} if policy else {}
    github.create(ENVIRONMENT, {"repository": "app", "environment": "staging", **chosen})
    for environment in ("staging", "prod"):
        with pytest.raises(Refused, match="404 Not Found") as error:
            github.create(POLICY, {**SAMPLES[POLICY]["inputs"], "environment": environment})
        assert error.value.code is grpc.StatusCode.NOT_FOUND


def test_all_are_in_their_repository(github: Providers) -> None:
    numbers = {
        made.outputs["repositoryId"]
        for made in (github.create(FILE, OWNERS), github.create(ENVIRONMENT, SAMPLES[ENVIRONMENT]["inputs"]))
    }
    ruleset(github)
    things = inventory.gather(github.world, "dev").things
    assert {thing.type: thing.path for thing in things} == dict.fromkeys(
        (RULESET, FILE, ENVIRONMENT), (("repository", "acme/app"),)
    )
    assert len(numbers) == 1
