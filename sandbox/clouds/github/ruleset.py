"""Rulesets of a repository: what a push to its branches has to keep to."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from sandbox.clouds.gcp import values
from sandbox.clouds.gcp.check import DEFAULTS
from sandbox.clouds.gcp.resource import AutoName, Draft, Properties, ResourceType, Rule, Table, under
from sandbox.clouds.protocol import CloudError, Reason
from sandbox.clouds.world import Snapshot
from sandbox.values import is_unknown

RULESET_TYPE = "github:index/repositoryRuleset:RepositoryRuleset"
DEFAULT_BRANCH = "main"
"""Of every repository."""
_OF_PUSHES = ("fileExtensionRestriction", "filePathRestriction", "maxFilePathLength", "maxFileSize")
"""util_ruleset_validation.go: pushOnlyRules; all others speak of branches and tags."""
_MERGES = ["merge", "squash", "rebase"]
_OPERATORS = Rule(values=("starts_with", "ends_with", "contains", "regex"))
_PATTERNS = ("branchNamePattern", "commitAuthorEmailPattern", "commitMessagePattern", "committerEmailPattern")


def _check(inputs: Properties) -> list[tuple[str, str]]:
    """a ruleset of pushes has no `conditions` and only rules of files, one of branches or tags none of those; required
    checks are named"""
    target, rules = inputs["target"], inputs["rules"]
    if is_unknown(target) or is_unknown(rules):
        return []
    found = []
    for name in sorted(name for name, rule in rules.items() if name != DEFAULTS and rule not in (False, [], {})):
        if (name in _OF_PUSHES) is not (target == "push"):
            found.append((f"rules.{name}", f"is not valid for a ruleset whose target is {target}"))
    if target == "push" and "conditions" in inputs:
        found.append(("conditions.refName", "must not be set for a ruleset whose target is push"))
    checks = rules.get("requiredStatusChecks")
    if isinstance(checks, dict) and checks["requiredChecks"] == []:
        found.append(("rules.requiredStatusChecks.requiredChecks", "at least one must be given"))
    return found


def _admit(draft: Draft) -> None:
    """another ruleset of the repository has the name, or the ruleset was made in another repository"""
    if draft.before and draft.before["repository"] != draft.inputs["repository"]:
        raise CloudError(Reason.NOT_FOUND, f"404 Not Found: {draft.inputs['repository']} has no such ruleset")
    home = draft.id.rpartition("/")[0]
    others = [it for it in draft.tx.list("github", RULESET_TYPE, prefix=f"{home}/") if it.id != draft.id]
    if any(it.outputs["name"] == draft.inputs["name"] for it in others):
        raise CloudError(
            Reason.ALREADY_EXISTS, "422 Validation Failed [{Resource: Field: Code: Message:Name must be unique}]"
        )


def _outputs(draft: Draft) -> Properties:
    rules = {**draft.inputs["rules"]}
    if "pullRequest" in rules:
        rules["pullRequest"] = {"allowedMergeMethods": _MERGES, **rules["pullRequest"]}
    return {
        "rules": rules,
        "rulesetId": int(draft.name),
        "nodeId": f"RRS_{values.hexadecimal(draft.id, 24)}",
        "etag": f'W/"{values.hexadecimal(f"{draft.unique} {draft.tx.now()}", 64)}"',
    }


def violations(tx: Snapshot, repository: str, branch: str) -> Iterator[str]:
    """Why GitHub does not take a commit onto a branch that came by no pull request, in its words. `repository` is
    `repos/OWNER/NAME`."""
    for ruleset in tx.list("github", RULESET_TYPE, prefix=f"{repository}/rulesets/"):
        found, rules = ruleset.outputs, ruleset.outputs["rules"]
        if found["enforcement"] != "active" or found["target"] != "branch" or not _matches(found, branch):
            continue
        if rules.get("update"):
            yield "Cannot update this protected ref."
        if "pullRequest" in rules:
            yield "Changes must be made through a pull request."
        if checks := rules.get("requiredStatusChecks"):
            names = [check["context"] for check in checks["requiredChecks"]]
            several = f"{len(names)} of {len(names)} required status checks are expected."
            yield several if len(names) > 1 else f'Required status check "{names[0]}" is expected.'


def _matches(ruleset: Properties, branch: str) -> bool:
    """https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/creating-rulesets-for-a-repository#using-fnmatch-syntax"""
    refs: dict[str, Any] = ruleset.get("conditions", {}).get("refName", {})

    def named(pattern: str) -> bool:
        special = pattern == "~ALL" or (pattern == "~DEFAULT_BRANCH" and branch == DEFAULT_BRANCH)
        return special or fnmatchcase(f"refs/heads/{branch}", pattern)

    return any(map(named, refs.get("includes", ()))) and not any(map(named, refs.get("excludes", ())))


RULESET = ResourceType(
    token=RULESET_TYPE,
    table=Table(
        source="resource_github_repository_ruleset.go",
        properties={
            "name": Rule(length=100),
            "repository": Rule(pattern=r"[-a-zA-Z0-9_.]{1,100}"),
            "target": Rule(values=("branch", "push", "tag")),
            "enforcement": Rule(values=("disabled", "active", "evaluate")),
            "bypassActors": Rule(unordered=True),
            "bypassActors.actorType": Rule(
                values=(
                    *("RepositoryRole", "Team", "Integration", "OrganizationAdmin", "DeployKey", "EnterpriseOwner"),
                    "User",
                )
            ),
            "bypassActors.bypassMode": Rule(values=("always", "pull_request", "exempt")),
            **under(
                "rules.pullRequest",
                {
                    "allowedMergeMethods": Rule(kept=True, values=tuple(_MERGES)),
                    "dismissStaleReviewsOnPush": Rule(default=False),
                    "requireCodeOwnerReview": Rule(default=False),
                    "requireLastPushApproval": Rule(default=False),
                    "requiredApprovingReviewCount": Rule(default=0, low=0, high=10),
                    "requiredReviewThreadResolution": Rule(default=False),
                    "requiredReviewers.reviewer.type": Rule(values=("Team",)),
                },
            ),
            **under(
                "rules.requiredStatusChecks",
                {
                    "doNotEnforceOnCreate": Rule(default=False),
                    "requiredChecks": Rule(unordered=True),
                    "requiredChecks.integrationId": Rule(default=0),
                },
            ),
            **under(
                "rules.mergeQueue",
                {
                    "checkResponseTimeoutMinutes": Rule(default=60, low=0, high=360),
                    "groupingStrategy": Rule(default="ALLGREEN", values=("ALLGREEN", "HEADGREEN")),
                    "maxEntriesToBuild": Rule(default=5, low=0, high=100),
                    "maxEntriesToMerge": Rule(default=5, low=0, high=100),
                    "mergeMethod": Rule(default="MERGE", values=("MERGE", "SQUASH", "REBASE")),
                    "minEntriesToMerge": Rule(default=1, low=0, high=100),
                    "minEntriesToMergeWaitMinutes": Rule(default=5, low=0, high=360),
                },
            ),
            **{f"rules.{name}.operator": _OPERATORS for name in (*_PATTERNS, "tagNamePattern")},
            "rules.copilotCodeReview.reviewDraftPullRequests": Rule(default=False),
            "rules.copilotCodeReview.reviewOnPush": Rule(default=False),
            "rules.maxFilePathLength.maxFilePathLength": Rule(low=1, high=32767),
            "rules.maxFileSize.maxFileSize": Rule(low=1, high=100),
            "rules.requiredCodeScanning.requiredCodeScanningTools": Rule(unordered=True),
            "rules.requiredCodeScanning.requiredCodeScanningTools.alertsThreshold": Rule(
                values=("none", "errors", "errors_and_warnings", "all")
            ),
            "rules.requiredCodeScanning.requiredCodeScanningTools.securityAlertsThreshold": Rule(
                values=("none", "critical", "high_or_higher", "medium_or_higher", "all")
            ),
            "rules.fileExtensionRestriction.restrictedFileExtensions": Rule(unordered=True),
        },
        conflicts=(("rules.branchNamePattern", "rules.tagNamePattern"),),
        needs=(("rules.updateAllowsFetchAndMerge", "rules.update"),),
    ),
    identity="repos/{owner}/{repository}/rulesets/{number}",
    id="{number}",
    assigned="number",
    autoname=AutoName(),
    computed=("etag", "nodeId", "rulesetId"),
    outputs=_outputs,
    check=_check,
    admit=_admit,
)
TYPES = (RULESET,)
