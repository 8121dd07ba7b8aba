"""The triggers of Cloud Build, with an identity, its roles and its secrets for each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import pulumi
from pulumi import Input, Output
from pulumi_gcp import pubsub

from components.attestor import Attestor
from components.build_event import BuildEvent, ManualEvent, MessageEvent, PullRequestEvent, PushEvent, WebhookEvent
from components.build_identity import BuildIdentity, BuildIdentityArgs
from components.build_schedule import BuildSchedule, BuildScheduleArgs
from components.build_starter import BuildStarter, BuildStarterArgs
from components.build_trigger import BuildStep, BuildTrigger, BuildTriggerArgs
from components.build_webhook import BuildWebhook, BuildWebhookArgs
from components.managed_secret import ManagedSecret, ManagedSecretArgs
from components.registry import Registry
from components.service_agent import ServiceAgent, ServiceAgentArgs
from model import foundation, names
from model.catalogue import Catalogue
from model.shared import Shared
from model.stacks import NAMESPACE, SECRETS
from pipelines import setting, triggers, written
from pipelines.grants import Grant, Opens, Starts
from pipelines.releasing import ATTESTOR, SIGNING_KEY
from pipelines.steps import substitution
from pipelines.trigger import Manual, Message, PullRequest, Push, Schedule, Source, Trigger, Webhook

WEBHOOK = "webhook"
"""The secret in the address at which GitHub reports."""

Identities = Mapping[str, BuildIdentity]


def pipelines(stack: Shared, catalogue: Catalogue, folder: Path) -> dict[str, Trigger]:
    """All triggers of the team, by name."""
    return triggers.triggers(setting.of_program(pulumi.get_stack(), stack, catalogue, folder))


def builders(stack: Shared, planned: Mapping[str, Trigger]) -> dict[str, BuildIdentity]:
    """Who builds, for each trigger."""
    return {
        name: BuildIdentity(name, BuildIdentityArgs(project=stack.project, account=trigger.account))
        for name, trigger in planned.items()
    }


def holders(planned: Mapping[str, Trigger], identities: Identities, *grants: Grant) -> dict[str, Output[str]]:
    """Trigger -> who builds, of those whose steps need one of these grants."""
    return {
        name: identities[name].member for name, trigger in planned.items() if trigger.build.grants & frozenset(grants)
    }


def secrets(stack: Shared, planned: Mapping[str, Trigger], identities: Identities) -> dict[str, ManagedSecret]:
    """What the builds are given, by name; each readable by those whose steps open it."""
    values = pulumi.Config(NAMESPACE).get_secret_object(SECRETS) or Output.from_input({})
    agent = ServiceAgent("builds", ServiceAgentArgs(project=stack.project, service="cloudbuild.googleapis.com"))
    found: dict[str, ManagedSecret] = {}
    for name in stack.secrets:
        # Whether a request has the secret in its address is Cloud Build's own to see.
        readers = {"agent": agent.member} if name == WEBHOOK else holders(planned, identities, Opens(name))
        args = ManagedSecretArgs(
            secret=names.pipeline_secret(name), location=stack.region, value=values[name], accessors=readers
        )
        found[name] = ManagedSecret(name, args)
    return found


def build_triggers(
    stack: Shared,
    planned: Mapping[str, Trigger],
    identities: Identities,
    held: Mapping[str, ManagedSecret],
    substitutions: Mapping[str, Input[str]],
) -> dict[str, BuildTrigger]:
    """All triggers; those that follow others' builds come after them."""
    topics = _topics(stack, planned)
    made: dict[str, BuildTrigger] = {}
    for name, trigger in sorted(planned.items(), key=lambda item: isinstance(item[1].event, Message)):
        build = trigger.build
        made[name] = BuildTrigger(
            name,
            BuildTriggerArgs(
                trigger=name,
                location=stack.region,
                description=trigger.what,
                event=_event(stack, trigger, topics, made, held),
                service_account=identities[name].id,
                steps=[
                    BuildStep(
                        id=step.id,
                        image=step.image,
                        args=step.run,
                        script=written.script(step),
                        wait_for=step.after,
                        env=step.env,
                        secrets=step.secrets,
                        folder=step.folder,
                        timeout=step.timeout,
                        volumes={volume.name: volume.path for volume in step.volumes},
                    )
                    for step in build.steps
                ],
                substitutions={key: substitutions.get(key, value) for key, value in build.substitutions.items()},
                secrets={env: held[secret].version for env, secret in build.secrets.items()},
                timeout=build.timeout,
                machine_type=build.machine,
                approval=trigger.approval,
            ),
        )
    _starters(stack, planned, identities)
    return made


def addresses(repositories: Mapping[str, Registry], attestor: Attestor) -> dict[str, Input[str]]:
    """What stands for things of this stack in builds."""
    return {
        substitution("releases"): repositories["registry"].uri,
        substitution("cache"): repositories["registry-cache"].uri,
        substitution("previews"): repositories["registry-previews"].uri,
        ATTESTOR: attestor.id,
        SIGNING_KEY: attestor.signing_key,
    }


def reports(stack: Shared, planned: Mapping[str, Trigger]) -> None:
    """Where GitHub reports what happens to pull requests, if anything listens. Exported, for whoever sets it there by hand; with
    `manageGithub` it is set there from here."""
    listening = next((name for name, trigger in planned.items() if isinstance(trigger.event, Webhook)), None)
    if listening is None:
        return
    secret = pulumi.Config(NAMESPACE).require_secret_object(SECRETS)[WEBHOOK]
    args = BuildWebhookArgs(project=stack.project, location=stack.region, trigger=listening, secret=secret)
    url = BuildWebhook("reports", args).url
    pulumi.export("github_webhook", url)
    if stack.manage_github and stack.application_repository:
        from components.repository_webhook import RepositoryWebhook, RepositoryWebhookArgs

        owner, _, repository = stack.application_repository.partition("/")
        RepositoryWebhook(
            "reports", RepositoryWebhookArgs(owner=owner, repository=repository, events=["pull_request"], url=url)
        )


def _topics(stack: Shared, planned: Mapping[str, Trigger]) -> dict[str, Output[str]]:
    """Trigger -> the topic that starts it."""
    found: dict[str, Output[str]] = {}
    listening = [name for name, trigger in planned.items() if isinstance(trigger.event, Message)]
    if listening:
        # Cloud Build publishes what becomes of each build to a topic of this name, where there is one:
        # https://docs.cloud.google.com/build/docs/subscribe-build-notifications
        told = pubsub.Topic(names.BUILDS_TOPIC, name=names.BUILDS_TOPIC)
        found = dict.fromkeys(listening, told.id)
    for name, trigger in planned.items():
        if isinstance(trigger.event, Schedule):
            args = BuildScheduleArgs(region=stack.region, cron=trigger.event.cron, description=trigger.what)
            found[name] = BuildSchedule(name, args).topic
    return found


def _event(
    stack: Shared,
    trigger: Trigger,
    topics: Mapping[str, Output[str]],
    made: Mapping[str, BuildTrigger],
    held: Mapping[str, ManagedSecret],
) -> BuildEvent:
    match trigger.event:
        case Push(source=source, branch=branch, ignored=ignored):
            return PushEvent(repository=_repository(stack, source), branch=branch, ignored=ignored)
        case PullRequest(source=source, branch=branch, comment=comment, ignored=ignored):
            return PullRequestEvent(
                repository=_repository(stack, source), branch=branch, comment=comment, ignored=ignored
            )
        case Webhook(when=when, reads=reads):
            return WebhookEvent(secret=held[WEBHOOK].version, when=when, reads=reads)
        case Message(of=followed, reads=reads, ended=ended):
            when = _ended(ended, (made[name].trigger_id for name in followed))
            return MessageEvent(topic=topics[trigger.name], when=when, reads=reads)
        case Schedule(source=source, branch=branch):
            return MessageEvent(topic=topics[trigger.name], source=_repository(stack, source), branch=branch)
        case Manual(source=source, branch=branch):
            return ManualEvent(source=_repository(stack, source), branch=branch)


def _repository(stack: Shared, source: Source) -> str:
    found = stack.source_repository if source == "application" else stack.platform_source
    assert found, "triggers of the platform repository are made only where it is connected"
    return found


def _ended(how: Iterable[str], triggers: Iterable[Output[str]]) -> Output[str]:
    """CEL: a build of one of these triggers has ended so."""
    words = ", ".join(f'"{word}"' for word in how)
    listed = Output.all(*triggers).apply(lambda ids: ", ".join(f'"{id_}"' for id_ in ids))
    return Output.concat(f"_STATUS in [{words}] && _TRIGGER_ID in [", listed, "]")


def _starters(stack: Shared, planned: Mapping[str, Trigger], identities: Identities) -> None:
    for name, trigger in planned.items():
        for grant in sorted(grant for grant in trigger.build.grants if isinstance(grant, Starts)):
            BuildStarter(
                f"{name}-{grant.trigger}",
                BuildStarterArgs(
                    project=stack.project,
                    role=foundation.starter_role(stack.project),
                    member=identities[name].member,
                    account=identities[grant.trigger].id,
                ),
            )
