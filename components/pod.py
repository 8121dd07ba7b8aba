"""What every pod of Slipway has in common: one container, its image a digest, held to the restricted standard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pulumi import Input
from pulumi_kubernetes import core

from components.secret_files import FOLDER, SECRETS, secrets_volume

SCRATCH = "tmp"
SCRATCH_PATH = "/tmp"
SCRATCH_LIMIT = "256Mi"
"""The only place that a container may write to; most programs need one."""


@dataclass(frozen=True, kw_only=True)
class PodArgs:
    """`identity` names a Kubernetes service account. `secret_env` maps a variable to (name of a Secret, key in it);
    `secret_files` names the SecretProviderClass of what is mounted as files, where there is any."""

    identity: Input[str]
    image: Input[str]
    args: Sequence[str]
    env: Mapping[str, Input[str]]
    secret_env: Mapping[str, tuple[Input[str], str]] = field(default_factory=dict)
    secret_files: Input[str] | None = None
    cpu: Input[str]
    memory: Input[str]


def pod(
    name: str,
    args: PodArgs,
    ports: Sequence[core.v1.ContainerPortArgs] | None = None,
    liveness: core.v1.ProbeArgs | None = None,
    readiness: core.v1.ProbeArgs | None = None,
    spread: core.v1.TopologySpreadConstraintArgs | None = None,
    restart_policy: str | None = None,
) -> core.v1.PodSpecArgs:
    """A pod of one container called `name`.

    Memory is limited to what is requested, since it cannot be taken back; cores are not, since they can.
    """
    variables = [core.v1.EnvVarArgs(name=key, value=value) for key, value in sorted(args.env.items())]
    variables += [
        core.v1.EnvVarArgs(
            name=key,
            value_from=core.v1.EnvVarSourceArgs(secret_key_ref=core.v1.SecretKeySelectorArgs(name=secret, key=entry)),
        )
        for key, (secret, entry) in sorted(args.secret_env.items())
    ]
    container = core.v1.ContainerArgs(
        name=name,
        image=args.image,
        image_pull_policy="IfNotPresent",
        args=list(args.args) or None,
        env=variables or None,
        ports=ports,
        resources=core.v1.ResourceRequirementsArgs(
            requests={"cpu": args.cpu, "memory": args.memory}, limits={"memory": args.memory}
        ),
        volume_mounts=[
            core.v1.VolumeMountArgs(name=SCRATCH, mount_path=SCRATCH_PATH),
            *([core.v1.VolumeMountArgs(name=SECRETS, mount_path=FOLDER, read_only=True)] if args.secret_files else []),
        ],
        liveness_probe=liveness,
        readiness_probe=readiness,
        security_context=core.v1.SecurityContextArgs(
            allow_privilege_escalation=False,
            read_only_root_filesystem=True,
            capabilities=core.v1.CapabilitiesArgs(drop=["ALL"]),
        ),
    )
    return core.v1.PodSpecArgs(
        service_account_name=args.identity,
        # Pods prove who they are to Google through the metadata server, and to nobody else.
        automount_service_account_token=False,
        security_context=core.v1.PodSecurityContextArgs(
            run_as_non_root=True, seccomp_profile=core.v1.SeccompProfileArgs(type="RuntimeDefault")
        ),
        volumes=[
            core.v1.VolumeArgs(name=SCRATCH, empty_dir=core.v1.EmptyDirVolumeSourceArgs(size_limit=SCRATCH_LIMIT)),
            *([secrets_volume(SECRETS, args.secret_files)] if args.secret_files else []),
        ],
        topology_spread_constraints=[spread] if spread else None,
        restart_policy=restart_policy,
        containers=[container],
    )
