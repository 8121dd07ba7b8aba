"""What a repository on GitHub asks before its branches change, and before a job deploys from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_github as github
from pulumi import Input, ResourceOptions

CODE_OWNERS = ".github/CODEOWNERS"
MESSAGE = "Say who owns what [skip ci]"
"""It is no release: https://docs.cloud.google.com/build/docs/automating-builds/create-manage-triggers#skipping_a_build_trigger"""


@dataclass(frozen=True, kw_only=True)
class BranchArgs:
    """`checks` are the names under which GitHub shows them, with the number of the app that must have reported it, None for
    whoever does; `apps` are the numbers of those that may pass all of this; `code_owners` is the text of CODEOWNERS, empty for no
    file."""

    names: Sequence[str]
    reviews: Input[int]
    checks: Mapping[str, Input[int] | None] = field(default_factory=dict)
    apps: Sequence[Input[int]] = ()
    code_owners: str = ""


@dataclass(frozen=True, kw_only=True)
class ReviewerArgs:
    """Who lets a job into an environment, by their numbers on GitHub, and from which branches a job may come at all."""

    users: Sequence[Input[int]] = ()
    teams: Sequence[Input[int]] = ()
    branches: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class RepositoryRulesArgs:
    """`owner` is the organisation, `repository` the bare name. The token is of whoever brings the stack up (GITHUB_TOKEN)."""

    owner: Input[str]
    repository: Input[str]
    branches: BranchArgs | None = None
    environments: Mapping[str, ReviewerArgs] = field(default_factory=dict)


class RepositoryRules(pulumi.ComponentResource):
    """A ruleset for branches, with the file that says who owns what, and an environment each for what is deployed to.

    A ruleset and no branch protection: it lets an app pass by its number, and where it names nobody, administrators keep to
    it too. The file comes first, since a ruleset refuses commits to its branches: from then on it changes by pull request.
    """

    def __init__(self, name: str, args: RepositoryRulesArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:RepositoryRules", name, None, opts)
        provider = github.Provider(name, owner=args.owner, opts=ResourceOptions(parent=self))
        within = ResourceOptions(parent=self, provider=provider)
        if args.branches:
            self._ruleset(name, args, args.branches, within)
        for environment, reviewers in args.environments.items():
            self._environment(f"{name}-{environment}", args, environment, reviewers, within)
        self.register_outputs({})

    def _environment(
        self, name: str, args: RepositoryRulesArgs, environment: str, reviewers: ReviewerArgs, within: ResourceOptions
    ) -> None:
        """Branches by name: what GitHub calls protected ones are those of the other kind of rules, and all where there is none."""
        made = github.RepositoryEnvironment(
            name,
            repository=args.repository,
            environment=environment,
            can_admins_bypass=False,
            prevent_self_review=True,
            reviewers=[
                github.RepositoryEnvironmentReviewerArgs(
                    users=list(reviewers.users) or None, teams=list(reviewers.teams) or None
                )
            ],
            deployment_branch_policy=github.RepositoryEnvironmentDeploymentBranchPolicyArgs(
                custom_branch_policies=True, protected_branches=False
            ),
            opts=within,
        )
        for branch in reviewers.branches:
            github.RepositoryEnvironmentDeploymentPolicy(
                f"{name}-{branch}",
                repository=args.repository,
                environment=made.environment,
                branch_pattern=branch,
                opts=within,
            )

    def _ruleset(self, name: str, args: RepositoryRulesArgs, branches: BranchArgs, within: ResourceOptions) -> None:
        files = [
            github.RepositoryFile(
                f"{name}-{branch}",
                repository=args.repository,
                branch=branch,
                file=CODE_OWNERS,
                content=branches.code_owners,
                commit_message=MESSAGE,
                opts=within,
            )
            for branch in branches.names
            if branches.code_owners
        ]
        checks = [
            github.RepositoryRulesetRulesRequiredStatusChecksRequiredCheckArgs(context=check, integration_id=app)
            for check, app in branches.checks.items()
        ]
        rules = github.RepositoryRulesetRulesArgs(
            deletion=True,
            non_fast_forward=True,
            pull_request=github.RepositoryRulesetRulesPullRequestArgs(
                required_approving_review_count=branches.reviews,
                dismiss_stale_reviews_on_push=True,
                require_code_owner_review=True,
            ),
            required_status_checks=github.RepositoryRulesetRulesRequiredStatusChecksArgs(
                strict_required_status_checks_policy=True, required_checks=checks
            )
            if checks
            else None,
        )
        github.RepositoryRuleset(
            name,
            name="slipway",
            repository=args.repository,
            target="branch",
            enforcement="active",
            conditions=github.RepositoryRulesetConditionsArgs(
                ref_name=github.RepositoryRulesetConditionsRefNameArgs(
                    includes=[f"refs/heads/{branch}" for branch in branches.names], excludes=[]
                )
            ),
            bypass_actors=[
                github.RepositoryRulesetBypassActorArgs(actor_type="Integration", actor_id=app, bypass_mode="always")
                for app in branches.apps
            ],
            rules=rules,
            opts=ResourceOptions.merge(within, ResourceOptions(depends_on=files, replace_on_changes=["repository"])),
        )
