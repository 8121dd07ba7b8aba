"""What only a person can do: consent that a page asks for, contracts with others, and what must not be in a file."""

from __future__ import annotations

from delivery.bootstrap_builds import approvers
from delivery.bootstrap_github import connections, github, tools
from delivery.bootstrap_step import Step
from delivery.bootstrap_subject import CONSOLE, Subject
from model import foundation
from model.catalogue import Catalogue
from model.environment import Environment
from model.shared import Shared
from model.stacks import NAMESPACE, stack_file


def by_hand(subject: Subject, catalogue: Catalogue) -> list[Step]:
    """Everything for one stack, in the order in which it is needed."""
    own = (
        _shared(subject, subject.config)
        if isinstance(subject.config, Shared)
        else _environment(subject, subject.config, catalogue)
    )
    return [_sealed(subject), *_reviewers(subject), *approvers(subject), *own]


def _sealed(subject: Subject) -> Step:
    stack, file = subject.stack, stack_file(subject.stack)
    provider = foundation.secrets_provider(subject.project, subject.config.region, stack)
    return Step(
        key=subject.key("sealed"),
        what=f"the secrets of {file} are sealed with the key",
        why="the committed file is sealed with the sandbox's passphrase, which is public, and holds stand-ins",
        by_hand=f"Take 'encryptionsalt' and each 'secure:' out of {file}. Then "
        f"'export PULUMI_BACKEND_URL=gs://{foundation.state_bucket(subject.project, stack)}' and "
        f"'pulumi stack init {stack} --secrets-provider={provider}', and set each secret that 'slipway doctor {stack}' "
        "then names.",
    )


def _reviewers(subject: Subject) -> list[Step]:
    if subject.repository is None:
        return []
    return [
        Step(
            key=subject.key("github-environment"),
            what=f"the GitHub environment {subject.stack} of {subject.repository.name}",
            why=f"whoever may run a job in it deploys {subject.stack}",
            by_hand=f"Make it on https://github.com/{subject.repository.name}/settings/environments, limited to the branch "
            "main, with the reviewers that it shall have.",
        )
    ]


def _shared(subject: Subject, config: Shared) -> list[Step]:
    found = [*connections(subject, config), *github(subject, config), *tools(subject, config)]
    if config.domain:
        found.append(
            Step(
                key=subject.key("registrar"),
                what=f"the registrar delegates {config.domain}",
                why="until then nobody finds the zone that this stack makes, and no certificate is issued",
                by_hand=f"After 'slipway up {subject.stack}', give the registrar of {config.domain} the name servers that "
                f"'slipway outputs {subject.stack}' prints.",
            )
        )
    return found


def _environment(subject: Subject, config: Environment, catalogue: Catalogue) -> list[Step]:
    stack, file = subject.stack, stack_file(subject.stack)
    found: list[Step] = []
    if group := config.people.security_group:
        found.append(
            Step(
                key=subject.key("groups"),
                what=f"the group {group}, with the groups of {file} as members",
                why="GKE asks for no other group's members",
                by_hand="Make it in the Google Workspace console, https://admin.google.com/ac/groups.",
            )
        )
    if config.alerting.slack:
        found.append(
            Step(
                key=subject.key("slack"),
                what=f"Slack lets Cloud Monitoring write to {config.alerting.slack}",
                why="Slack asks a person for consent (OAuth), which no API gives",
                by_hand=f"Add a Slack channel on {CONSOLE}/monitoring/alerting/notifications?project={subject.project}, and "
                f"set the token: 'pulumi config set --secret {NAMESPACE}:slackToken -s {stack}'.",
            )
        )
    if config.alerting.pagerduty:
        found.append(
            Step(
                key=subject.key("pagerduty"),
                what="a service of PagerDuty with an integration key",
                why="who is called, and when, is PagerDuty's to know",
                by_hand="Add the integration 'Google Cloud Monitoring' to a service, and set its key: "
                f"'pulumi config set --secret {NAMESPACE}:pagerdutyKey -s {stack}'.",
            )
        )
    if catalogue.gateway and config.gateway:
        found += _gateway(subject, config.gateway.domain, catalogue)
    return found


def _gateway(subject: Subject, domain: str, catalogue: Catalogue) -> list[Step]:
    found = [
        Step(
            key=subject.key("delegation"),
            what=f"the parent of {domain} delegates it",
            why="the certificate is issued once the world finds the zone",
            by_hand=f"After 'slipway up {subject.stack}', write the name servers of 'slipway outputs {subject.stack}' into "
            f"{NAMESPACE}:delegations of the shared stack, where that keeps the parent, or give them to whoever does.",
        )
    ]
    routes = [route for service in catalogue.services.values() for route in service.routes]
    if any(route.plugins for route in routes):
        found.append(
            Step(
                key=subject.key("kong-crds"),
                what="Kong's kinds of resources are known to the cluster",
                why="routes have plugins; GKE brings the Gateway API's kinds, not Kong's",
                by_hand="Once the cluster is there: docs/how-to/add-a-route.md has the command.",
            )
        )
    return found
