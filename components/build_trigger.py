"""A Cloud Build trigger: what starts a build, and the build."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_gcp import cloudbuild

from components.build_event import BuildEvent


@dataclass(frozen=True, kw_only=True)
class BuildStep:
    """One container: a command (`args`, of which the first is the program) or a `script`, which names its shell. `wait_for` names steps; without any it
    starts at once. `timeout` is in seconds, if it has one of its own. `volumes` maps a volume's name to where it is mounted."""

    id: str
    image: Input[str]
    args: Sequence[str]
    script: str
    wait_for: Sequence[str]
    env: Mapping[str, str]
    secrets: Sequence[str]
    folder: str
    timeout: int | None
    volumes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class BuildTriggerArgs:
    """`trigger` is the physical name, by which people start it; `service_account` the id of its builds' identity. `secrets`
    maps a variable to a version in Secret Manager. With `approval` a person has to agree before a build starts."""

    trigger: str
    location: Input[str]
    description: str
    event: BuildEvent
    service_account: Input[str]
    steps: Sequence[BuildStep]
    substitutions: Mapping[str, Input[str]]
    secrets: Mapping[str, Input[str]] = field(default_factory=dict)
    timeout: int
    machine_type: str
    approval: bool


class BuildTrigger(pulumi.ComponentResource):
    """A trigger with its build inside: no file of the repository that it builds can change what a build does."""

    id: Output[str]
    trigger_id: Output[str]

    def __init__(self, name: str, args: BuildTriggerArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:BuildTrigger", name, None, opts)
        trigger = cloudbuild.Trigger(
            name,
            name=args.trigger,
            location=args.location,
            description=args.description,
            service_account=args.service_account,
            approval_config=cloudbuild.TriggerApprovalConfigArgs(approval_required=True) if args.approval else None,
            include_build_logs=args.event.logs,
            build=cloudbuild.TriggerBuildArgs(
                timeout=f"{args.timeout}s",
                options=cloudbuild.TriggerBuildOptionsArgs(
                    machine_type=args.machine_type, logging="CLOUD_LOGGING_ONLY"
                ),
                substitutions=args.substitutions or None,
                available_secrets=cloudbuild.TriggerBuildAvailableSecretsArgs(
                    secret_managers=[
                        cloudbuild.TriggerBuildAvailableSecretsSecretManagerArgs(env=env, version_name=version)
                        for env, version in args.secrets.items()
                    ]
                )
                if args.secrets
                else None,
                steps=[_step(step) for step in args.steps],
            ),
            opts=ResourceOptions(parent=self),
            **args.event.config(),
        )
        self.id = trigger.id
        self.trigger_id = trigger.trigger_id
        self.register_outputs({"triggerId": self.trigger_id})


def _step(step: BuildStep) -> cloudbuild.TriggerBuildStepArgs:
    return cloudbuild.TriggerBuildStepArgs(
        id=step.id,
        name=step.image,
        # The API takes no program apart from its arguments: the first is the entry point of the image.
        entrypoint=step.args[0] if step.args else None,
        args=[argument.replace("$", "$$") for argument in step.args[1:]] or None,
        script=step.script or None,
        wait_fors=list(step.wait_for) or ["-"],
        envs=[f"{key}={value}" for key, value in step.env.items()] or None,
        secret_envs=list(step.secrets) or None,
        dir=step.folder or None,
        timeout=f"{step.timeout}s" if step.timeout else None,
        volumes=[cloudbuild.TriggerBuildStepVolumeArgs(name=name, path=path) for name, path in step.volumes.items()]
        or None,
    )
