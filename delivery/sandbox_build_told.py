"""A build of the emulated Cloud Build, as the triggers of the world have it: steps, substitutions, secrets, and what follows it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from delivery import cel
from delivery.errors import Failed
from delivery.sandbox_world import SandboxWorld
from model.errors import ConfigError, Problem, closest
from model.shared import Shared
from pipelines.build import Build, Step, Volume
from sandbox.clouds.gcp import builds as emulated
from sandbox.clouds.gcp.builds import Trigger

SUCCESS, FAILURE = "SUCCESS", "FAILURE"
ACCESSOR = "roles/secretmanager.secretAccessor"
_SECRET = "gcp:secretmanager/secretVersion:SecretVersion"
_SCAN = re.compile(r"^\s*([a-z][a-z0-9-]*) .*\|\| true$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Happened:
    """What starts a build. `number` is a pull request's; `approved` says that a person has agreed where that is asked for;
    `given` are the parameters of a trigger that is started by hand; `failing` is a step that shall fail, `finding` what scanners
    find. `action` is what GitHub reports of the pull request, to a trigger that listens to it; `source` is a clone of the
    application repository that has the commit; without one there is no code to be built."""

    trigger: str
    commit: str
    number: int = 0
    branch: str = "main"
    approved: bool = False
    given: Mapping[str, str] = field(default_factory=dict)
    failing: str = ""
    finding: str = ""
    source: Path | None = None
    action: str = "synchronize"


def trigger_named(world: SandboxWorld, shared: Shared, name: str) -> Trigger:
    """The trigger of this name. Raises Failed where none has been made yet, ConfigError for a name that there is not."""
    with world.read() as tx:
        known = {each.name: each for each in emulated.triggers(tx, shared.project, shared.region)}
    if not known:
        raise Failed("the sandbox has no triggers yet", "Bring up the shared stack first: slipway up shared.")
    if name not in known:
        raise ConfigError(Problem("command line", "TRIGGER", f"there is no trigger '{name}'", closest(name, known)))
    return known[name]


def build_of(trigger: Trigger) -> Build:
    """The build inside a trigger, as the world has it."""
    found = trigger.build
    available = (found.get("availableSecrets") or {}).get("secretManagers") or []
    return Build(
        steps=tuple(
            Step(
                id=step["id"],
                image=step["name"],
                run=(step["entrypoint"], *(text.replace("$$", "$") for text in step.get("args") or ()))
                if step.get("entrypoint")
                else (),
                script=step.get("script") or "",
                after=tuple(name for name in step.get("waitFors") or () if name != "-"),
                env=dict(text.partition("=")[::2] for text in step.get("envs") or ()),
                secrets=tuple(step.get("secretEnvs") or ()),
                folder=step.get("dir") or "",
                timeout=_seconds(step["timeout"]) if step.get("timeout") else None,
                volumes=tuple(Volume(each["name"], each["path"]) for each in step.get("volumes") or ()),
            )
            for step in found["steps"]
        ),
        substitutions=found.get("substitutions") or {},
        secrets={each["env"]: each["versionName"] for each in available},
        timeout=_seconds(found["timeout"]),
    )


def _seconds(text: str) -> int:
    return int(float(text.rstrip("s")))


def values(trigger: Trigger, build: Build, happened: Happened) -> dict[str, str]:
    """What substitutions stand for: the build's own, what Cloud Build knows, and what was given."""
    known = {
        "PROJECT_ID": trigger.project,
        "LOCATION": trigger.location,
        "TRIGGER_NAME": trigger.name,
        "SERVICE_ACCOUNT_EMAIL": trigger.account,
        "BUILD_ID": f"{trigger.name}-{happened.commit[:12]}",
        "COMMIT_SHA": happened.commit,
        "REVISION_ID": happened.commit,
        "SHORT_SHA": happened.commit[:7],
        "BRANCH_NAME": happened.branch,
        "_HEAD_BRANCH": happened.branch,
        "_PR_NUMBER": str(happened.number or ""),
    }
    reads = read(trigger, reported(happened)) if trigger.event == "webhookConfig" else {}
    return {**build.substitutions, **known, **reads, **happened.given}


def reported(happened: Happened) -> dict[str, Any]:
    """What GitHub sends of a pull request, as far as anybody reads it:
    https://docs.github.com/en/webhooks/webhook-events-and-payloads#pull_request"""
    head = {"ref": happened.branch, "sha": happened.commit}
    pull_request = {"number": happened.number, "state": "open", "head": head}
    return {"action": happened.action, "number": happened.number, "pull_request": pull_request}


def read(trigger: Trigger, body: Mapping[str, Any]) -> dict[str, str]:
    """What a trigger's substitutions are of a request or a message."""
    bound = {name: path[2:-1] for name, path in trigger.substitutions.items() if path.startswith("$(")}
    return {name: cel.read(path, {"body": body}) for name, path in bound.items()}


def secrets(world: SandboxWorld, trigger: Trigger, build: Build) -> dict[str, str]:
    """The values of the build's secrets, read as its identity: Cloud Build does so before any step begins."""
    values = {}
    with world.read() as tx:
        held = emulated.roles(tx, f"serviceAccount:{trigger.account}")
        for variable, version in build.secrets.items():
            secret = version.split("/versions/")[0]
            name = secret.rpartition("/")[2]
            if not any(role == ACCESSOR and on.rpartition("/")[2] == name for role, on in held):
                raise Failed(
                    f"{trigger.name}: {trigger.account} may not read {secret}",
                    f"Grant it {ACCESSOR} there: slipway up shared.",
                )
            entity = next(
                (each for each in tx.list("gcp", _SECRET) if each.outputs.get("name") == version or each.id == version),
                None,
            )
            values[variable] = str((entity.inputs.get("secretData") if entity else "") or "")
    return values


def followers(
    world: SandboxWorld,
    shared: Shared,
    trigger: Trigger,
    happened: Happened,
    status: str,
    url: str,
    said: Sequence[str],
) -> Iterator[tuple[Trigger, dict[str, str]]]:
    """The triggers that Cloud Build's message about a build that has ended starts, with what they read of it. `said` is what each of its
    steps has said, as base64."""
    data = {
        "status": status,
        "logUrl": url,
        "results": {"buildStepOutputs": list(said)},
        "buildTriggerId": trigger.id.rpartition("/")[2],
        "substitutions": {
            "TRIGGER_NAME": trigger.name,
            "_PR_NUMBER": str(happened.number or happened.given.get("_PR_NUMBER", "")),
            "COMMIT_SHA": happened.commit,
        },
    }
    body = {"message": {"data": data}}
    with world.read() as tx:
        listening = [each for each in emulated.triggers(tx, shared.project, shared.region) if each.filter]
    for each in listening:
        if each.event == "pubsubConfig" and cel.holds(each.filter, values := read(each, body)):
            yield each, values


def scanners(build: Build) -> set[str]:
    """The programs that scans call: what they end with does not count."""
    scripts = "\n".join(step.script for step in build.steps)
    return set(_SCAN.findall(scripts))
