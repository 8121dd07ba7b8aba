"""Cloud Build triggers. They exist and never run by themselves; `builds.py` is for what runs them. The repository that a
trigger watches is not looked for."""

from __future__ import annotations

from sandbox.clouds.gcp import build_config, values
from sandbox.clouds.gcp.iam import ACCOUNT_TYPE
from sandbox.clouds.gcp.identity import at, every, listed
from sandbox.clouds.gcp.links import path
from sandbox.clouds.gcp.pubsub import TOPIC_TEMPLATE, TOPIC_TYPE
from sandbox.clouds.gcp.resource import AutoName, Draft, Parent, Properties, Quota, ResourceType
from sandbox.clouds.gcp.rules import cloudbuild as rules
from sandbox.clouds.gcp.secretmanager import SECRET_TYPE, SECRET_VERSION_TYPE
from sandbox.clouds.protocol import CloudError, Reason
from sandbox.values import has_unknowns

TRIGGER_TYPE = "gcp:cloudbuild/trigger:Trigger"
EVENTS = (
    "triggerTemplate",
    "github",
    "pubsubConfig",
    "webhookConfig",
    "repositoryEventConfig",
    "bitbucketServerTriggerConfig",
    "developerConnectEventConfig",
)
"""What starts a build; without any of them, but with a `sourceToBuild`, people and schedulers do."""
_SOURCE = "sourceToBuild"
_FILTERED = ("pubsubConfig", "webhookConfig")
_SECRET_VERSIONS = "build.availableSecrets.secretManagers.versionName"


def _events(inputs: Properties) -> list[tuple[str, str]]:
    given = [key for key in EVENTS if key in inputs]
    found = []
    if not given and _SOURCE not in inputs:
        found.append(("github", f"at least one of {', '.join((*EVENTS, _SOURCE))} must be given"))
    if len(given) > 1:
        found.append((given[1], f"not allowed together with {given[0]}: a trigger has one kind of event"))
    if inputs.get("filter") and given and given[0] not in _FILTERED:
        found.append(("filter", f"only with {' or '.join(_FILTERED)}, got {given[0]}"))
    return found


def _globs(inputs: Properties) -> list[tuple[str, str]]:
    """https://pkg.go.dev/path/filepath#Match, extended with **."""
    found = []
    for key in ("includedFiles", "ignoredFiles"):
        for index, glob in enumerate(listed(inputs, key)):
            if isinstance(glob, str) and not has_unknowns(glob) and _broken(glob):
                found.append((f"{key}[{index}]", f"{glob!r} is no glob: it is empty, or a [ or \\ ends nowhere"))
    return found


def _broken(glob: str) -> bool:
    text = iter(glob)
    opened = False
    for letter in text:
        if letter == "\\" and next(text, "") == "":
            return True
        opened = letter == "[" or (opened and letter != "]")
    return opened or not glob


def _trigger_check(inputs: Properties) -> list[tuple[str, str]]:
    """at least one event or a `sourceToBuild`, and at most one event; a `filter` only with `pubsubConfig` or
    `webhookConfig`, which alone go by it; globs that end; of `substitutions` at most 200, whose keys begin with _ and have
    at most 100 characters, and whose values have at most 4000 bytes, in the build too; with a `serviceAccount` logs go
    to Cloud Logging only, nowhere, or to a bucket of its own; a build takes at most 24 hours; at most 100 steps, whose
    timeouts fit into the build's, which wait for earlier ones, and whose `script` excludes `args` and `entrypoint`
    (stepTimeoutCustomizeDiff); a volume is mounted by two steps at least, at an absolute path that is not reserved; at most 100 secret variables, each given once and used by a step, and a step uses
    no others"""
    found = [*build_config.steps(inputs), *build_config.secrets(inputs), *build_config.substitutions(inputs)]
    found += [*_events(inputs), *_globs(inputs)]
    if inputs.get("serviceAccount") and isinstance(inputs.get("build"), dict):
        logging = at(inputs, "build.options.logging")
        if not at(inputs, "build.logsBucket") and logging not in ("CLOUD_LOGGING_ONLY", "NONE"):
            found.append(
                ("build.options.logging", "with a serviceAccount write CLOUD_LOGGING_ONLY or NONE, or give logsBucket")
            )
    return found


def _trigger_admit(draft: Draft) -> None:
    """a secret of the build does not exist, in a project of which the world knows anything (Cloud Build looks for it
    when a build runs)"""
    number = values.project_number(draft.project)
    for version in every(draft.inputs, _SECRET_VERSIONS):
        secret = str(version).partition("/versions/")[0]
        for own in ("$PROJECT_ID", "${PROJECT_ID}", "$PROJECT_NUMBER", "${PROJECT_NUMBER}", number):
            secret = secret.replace(f"projects/{own}/", f"projects/{draft.project}/")
        project = secret.split("/")[1]
        if "$" not in secret and not draft.tx.get("gcp", SECRET_TYPE, secret) and _known(draft, project):
            raise CloudError(
                Reason.NOT_FOUND,
                f"{_SECRET_VERSIONS}: the Secret '{secret}' was not found; create it first, or correct the name",
            )


def _known(draft: Draft, project: str) -> bool:
    """Whether anything is in the project. One given by its number is not known, unless it is the trigger's own."""
    inside = "SELECT 1 FROM entity WHERE cloud = 'gcp' AND id >= ? AND id < ? LIMIT 1"
    return project == draft.project or bool(draft.tx.rows(inside, (f"projects/{project}/", f"projects/{project}0")))


def _trigger(draft: Draft) -> Properties:
    made: Properties = {
        "triggerId": draft.before.get("triggerId") or values.identifier(draft.unique),
        "createTime": values.timestamp(draft.created),
    }
    if "webhookConfig" in draft.inputs:
        made["webhookConfig"] = {**draft.inputs["webhookConfig"], "state": "OK"}
    if "pubsubConfig" in draft.inputs:
        topic = path(str(draft.inputs["pubsubConfig"]["topic"]))
        made["pubsubConfig"] = {
            **draft.inputs["pubsubConfig"],
            "topic": topic if "/" in topic else TOPIC_TEMPLATE.format(project=draft.project, value=topic),
            # Made by Cloud Build in the trigger's project when the trigger is, and not to be seen elsewhere here.
            "subscription": (draft.before.get("pubsubConfig") or {}).get("subscription")
            or f"projects/{draft.project}/subscriptions/gcb-{draft.name}",
            "state": "OK",
        }
    return made


TRIGGER = ResourceType(
    token=TRIGGER_TYPE,
    table=rules.TRIGGER,
    identity="projects/{project}/locations/{location}/triggers/{name}",
    id="projects/{project}/locations/{location}/triggers/{triggerId}",
    autoname=AutoName(),
    location="location",
    parents=(
        Parent("serviceAccount", ACCOUNT_TYPE, "projects/{project}/serviceAccounts/{value}"),
        Parent("pubsubConfig.topic", TOPIC_TYPE, TOPIC_TEMPLATE),
        Parent("webhookConfig.secret", SECRET_VERSION_TYPE, "{value}"),
    ),
    quota=Quota(
        300, "https://cloud.google.com/build/quotas", "the number that projects begin with, as their users tell"
    ),
    computed=("triggerId", "createTime", "webhookConfig.state", "pubsubConfig.subscription", "pubsubConfig.state"),
    outputs=_trigger,
    check=_trigger_check,
    admit=_trigger_admit,
)
TYPES = (TRIGGER,)
