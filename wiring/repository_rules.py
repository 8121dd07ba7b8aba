"""The rules of the team's repositories on GitHub: what they ask of a change, and who lets jobs into environments."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pulumi

from model import names
from model.catalogue import Catalogue
from model.shared import Shared
from pipelines import setting
from pipelines.trigger import PullRequest, Trigger, reported


def repository_rules(stack: Shared, catalogue: Catalogue, folder: Path, planned: Mapping[str, Trigger]) -> None:
    """Those that the config names; where it names none, nothing on GitHub is touched."""
    rules = stack.repository_rules
    if not (rules.application or rules.platform or rules.environments):
        return
    from components.repository_rules import BranchArgs, RepositoryRules, RepositoryRulesArgs, ReviewerArgs

    if rules.application and stack.application_repository:
        owner, _, repository = stack.application_repository.partition("/")
        branches = BranchArgs(
            names=setting.of_program(pulumi.get_stack(), stack, catalogue, folder).branches,
            reviews=rules.application.reviews,
            checks={
                **dict.fromkeys(rules.application.checks),
                **dict.fromkeys(always_reported(stack, planned), rules.reporter),
            },
            code_owners=rules.application.code_owners,
        )
        RepositoryRules("application", RepositoryRulesArgs(owner=owner, repository=repository, branches=branches))
    if (rules.platform or rules.environments) and stack.platform_repository:
        owner, _, repository = stack.platform_repository.name.partition("/")
        main = None
        if rules.platform:
            main = BranchArgs(
                names=(names.MAIN,),
                reviews=rules.platform.reviews,
                checks=dict.fromkeys(rules.platform.checks),
                apps=(int(stack.github_app.id),) if stack.github_app else (),
                code_owners=rules.platform.code_owners,
            )
        environments = {
            name: ReviewerArgs(users=reviewers.users, teams=reviewers.teams, branches=(names.MAIN,))
            for name, reviewers in rules.environments.items()
        }
        args = RepositoryRulesArgs(owner=owner, repository=repository, branches=main, environments=environments)
        RepositoryRules("platform", args)


def always_reported(stack: Shared, planned: Mapping[str, Trigger]) -> list[str]:
    """The checks that every pull request of the application repository gets. What waits for a comment, or leaves some files
    out, may never report, and a check that is required and never comes closes a branch for good."""
    return [
        reported(name, stack.project)
        for name, trigger in planned.items()
        if isinstance(trigger.event, PullRequest)
        and trigger.event.source == "application"
        and not (trigger.event.comment or trigger.event.ignored)
    ]
