"""Cloud Build triggers. They exist and never run; the repository that a trigger watches is not looked for."""

from __future__ import annotations

import re

from sandbox.clouds.gcp import values
from sandbox.clouds.gcp.iam import ACCOUNT_TYPE
from sandbox.clouds.gcp.identity import at, listed
from sandbox.clouds.gcp.pubsub import TOPIC_TEMPLATE, TOPIC_TYPE
from sandbox.clouds.gcp.resource import AutoName, Draft, Parent, Properties, Quota, ResourceType
from sandbox.clouds.gcp.rules import cloudbuild as rules
from sandbox.values import has_unknowns

_EVENTS = (
    "triggerTemplate",
    "github",
    "pubsubConfig",
    "webhookConfig",
    "repositoryEventConfig",
    "bitbucketServerTriggerConfig",
    "developerConnectEventConfig",
    "sourceToBuild",
)
_SUBSTITUTION = re.compile(r"_[A-Z0-9_]{1,99}")


def _seconds(text: object) -> float:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)s", str(text))
    return float(match.group(1)) if match else 0.0


def _steps(inputs: Properties) -> list[tuple[str, str]]:
    """stepTimeoutCustomizeDiff, and https://cloud.google.com/build/quotas."""
    steps = [step for step in listed(inputs, "build.steps") if isinstance(step, dict)]
    found: list[tuple[str, str]] = []
    total, limit = sum(_seconds(step.get("timeout")) for step in steps), _seconds(at(inputs, "build.timeout") or "600s")
    if total > limit:
        found.append(("build.timeout", f"the steps' timeouts sum up to {total:g}s, more than the build's {limit:g}s"))
    if len(steps) > 100:
        found.append(("build.steps", f"at most 100 steps, got {len(steps)}"))
    known: set[str] = set()
    for index, step in enumerate(steps):
        for name in listed(step, "waitFors"):
            if isinstance(name, str) and name != "-" and name not in known and not has_unknowns(name):
                found.append((f"build.steps[{index}].waitFors", f"no earlier step has the id {name!r}"))
        if step.get("script") and (step.get("args") or step.get("entrypoint")):
            found.append((f"build.steps[{index}].script", "not allowed together with args or entrypoint"))
        if step.get("id") in known:
            found.append((f"build.steps[{index}].id", f"{step['id']!r} is the id of an earlier step"))
        known.add(str(step.get("id", "")))
    return found


def _trigger_check(inputs: Properties) -> list[tuple[str, str]]:
    """at least one event; keys of `substitutions` begin with _; with a `serviceAccount` logs go to Cloud Logging only,
    nowhere, or to a bucket of its own; at most 100 steps, whose timeouts fit into the build's, which wait for earlier
    ones, and whose `script` excludes `args` and `entrypoint` (stepTimeoutCustomizeDiff)"""
    found = _steps(inputs)
    if not any(key in inputs for key in _EVENTS):
        found.append(("github", f"at least one of {', '.join(_EVENTS)} must be given"))
    substitutions = inputs.get("substitutions")
    for key in substitutions if isinstance(substitutions, dict) else ():
        if not _SUBSTITUTION.fullmatch(key):
            found.append((f"substitutions.{key}", "must begin with _ and hold only A-Z, 0-9 and _"))
    if inputs.get("serviceAccount") and isinstance(inputs.get("build"), dict):
        logging = at(inputs, "build.options.logging")
        if not at(inputs, "build.logsBucket") and logging not in ("CLOUD_LOGGING_ONLY", "NONE"):
            found.append(
                ("build.options.logging", "with a serviceAccount write CLOUD_LOGGING_ONLY or NONE, or give logsBucket")
            )
    return found


def _trigger(draft: Draft) -> Properties:
    return {
        "triggerId": draft.before.get("triggerId") or values.identifier(draft.unique),
        "createTime": values.timestamp(draft.created),
    }


TRIGGER = ResourceType(
    token="gcp:cloudbuild/trigger:Trigger",
    table=rules.TRIGGER,
    identity="projects/{project}/locations/{location}/triggers/{name}",
    id="projects/{project}/locations/{location}/triggers/{triggerId}",
    autoname=AutoName(),
    location="location",
    parents=(
        Parent("serviceAccount", ACCOUNT_TYPE, "projects/{project}/serviceAccounts/{value}"),
        Parent("pubsubConfig.topic", TOPIC_TYPE, TOPIC_TEMPLATE),
        Parent("webhookConfig.secret", "gcp:secretmanager/secretVersion:SecretVersion", "{value}"),
    ),
    quota=Quota(
        300, "https://cloud.google.com/build/quotas", "the number that projects begin with, as their users tell"
    ),
    computed=("triggerId", "createTime"),
    outputs=_trigger,
    check=_trigger_check,
)
TYPES = (TRIGGER,)
