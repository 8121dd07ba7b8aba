"""Webhooks of a repository."""

from __future__ import annotations

from sandbox.clouds.gcp import values
from sandbox.clouds.gcp.resource import Draft, Properties, ResourceType, Rule, Table
from sandbox.clouds.protocol import CloudError, Reason

WEBHOOK_TYPE = "github:index/repositoryWebhook:RepositoryWebhook"
# https://docs.github.com/en/webhooks/webhook-events-and-payloads, those of repositories
_EVENTS = (
    *(
        "*",
        "branch_protection_configuration",
        "branch_protection_rule",
        "check_run",
        "check_suite",
        "code_scanning_alert",
    ),
    *("commit_comment", "create", "custom_property_values", "delete", "dependabot_alert", "deploy_key", "deployment"),
    *("deployment_status", "discussion", "discussion_comment", "fork", "gollum", "issue_comment", "issue_dependencies"),
    *("issues", "label", "member", "merge_group", "meta", "milestone", "package", "page_build", "project"),
    *("project_card", "project_column", "public", "pull_request", "pull_request_review", "pull_request_review_comment"),
    *("pull_request_review_thread", "push", "registry_package", "release", "repository", "repository_advisory"),
    *("repository_import", "repository_ruleset", "repository_vulnerability_alert", "secret_scanning_alert"),
    *(
        "secret_scanning_alert_location",
        "secret_scanning_scan",
        "security_and_analysis",
        "star",
        "status",
        "sub_issues",
    ),
    *("team_add", "watch", "workflow_job", "workflow_run"),
)
_MOST = 20
"""Webhooks of one event in a repository: https://docs.github.com/en/webhooks/types-of-webhooks#repository-webhooks"""


def _check(inputs: Properties) -> list[tuple[str, str]]:
    """there is a `configuration`, without which the provider crashes, and at least one event"""
    found = []
    if "configuration" not in inputs:
        found.append(("configuration", "required, but not given"))
    if inputs.get("events") == []:
        found.append(("events", "at least one event must be given, or '*' for all of them"))
    return found


def _admit(draft: Draft) -> None:
    """another webhook of the repository has the same configuration and one of the events, or an event has 20 webhooks
    already"""
    events = set(draft.inputs["events"])
    others = [
        other
        for other in draft.tx.list("github", WEBHOOK_TYPE, prefix=f"{draft.id.rpartition('/')[0]}/")
        if other.id != draft.id
    ]
    mine = _configuration(draft.inputs)
    if any(_configuration(other.outputs) == mine and events & set(other.outputs["events"]) for other in others):
        raise CloudError(Reason.ALREADY_EXISTS, _refused("Hook already exists on this repository"))
    for event in sorted(events):
        if sum(event in other.outputs["events"] for other in others) >= _MOST:
            raise CloudError(Reason.QUOTA, _refused(f'The "{event}" event cannot have more than {_MOST} hooks'))


def _refused(message: str) -> str:
    """As go-github words it."""
    return f"422 Validation Failed [{{Resource:Hook Field: Code:custom Message:{message}}}]"


def _configuration(properties: Properties) -> Properties:
    """With what GitHub takes where nothing is said: https://docs.github.com/en/rest/repos/webhooks"""
    return {"contentType": "form", "insecureSsl": False, **properties["configuration"], "__defaults": []}


def _outputs(draft: Draft) -> Properties:
    return {
        "configuration": _configuration(draft.inputs),
        "url": f"https://api.github.com/{draft.id}",
        "etag": f'W/"{values.hexadecimal(f"{draft.unique} {draft.tx.now()}", 64)}"',
    }


def _same(outputs: Properties, news: Properties) -> list[str]:
    """an `etag`, whatever the program gives"""
    return ["etag"]


WEBHOOK = ResourceType(
    token=WEBHOOK_TYPE,
    table=Table(
        source="resource_github_repository_webhook.go",
        properties={
            "active": Rule(default=True),
            "configuration.contentType": Rule(values=("json", "form")),
            "configuration.url": Rule(pattern=r"https://[^/\s]+\S*"),
            "etag": Rule(kept=True),
            "events": Rule(unordered=True, values=_EVENTS),
            "repository": Rule(replace=True, pattern=r"[A-Za-z0-9._-]{1,100}"),
        },
    ),
    identity="repos/{owner}/{repository}/hooks/{number}",
    id="{number}",
    assigned="number",
    sensitive=("configuration.secret", "configuration.url"),
    computed=("etag", "url"),
    outputs=_outputs,
    check=_check,
    admit=_admit,
    same=_same,
)
TYPES = (WEBHOOK,)
