"""What every pod of Slipway has in common: it is held to the restricted standard and its image is a digest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pulumi import Input
from pulumi_kubernetes import core

RESTRICTED = core.v1.PodSecurityContextArgs(run_as_non_root=True, seccomp_profile=core.v1.SeccompProfileArgs(type="RuntimeDefault"))


def container(
    name: str,
    image: Input[str],
    args: Sequence[str],
    env: Mapping[str, Input[str]],
    secret_env: Mapping[str, tuple[Input[str], str]],
    cpu: Input[str],
    memory: Input[str],
    ports: Sequence[core.v1.ContainerPortArgs] | None = None,
    probes: tuple[core.v1.ProbeArgs, core.v1.ProbeArgs] | None = None,
) -> core.v1.ContainerArgs:
    """A container. `secret_env` maps a variable to (name of a Secret, key in it); `probes` are liveness and readiness.

    Memory is limited to what is requested, since it cannot be taken back; cores are not, since they can.
    """
    variables = [core.v1.EnvVarArgs(name=key, value=value) for key, value in sorted(env.items())]
    variables += [
        core.v1.EnvVarArgs(name=key, value_from=core.v1.EnvVarSourceArgs(secret_key_ref=core.v1.SecretKeySelectorArgs(name=secret, key=entry)))
        for key, (secret, entry) in sorted(secret_env.items())
    ]
    liveness, readiness = probes or (None, None)
    return core.v1.ContainerArgs(
        name=name,
        image=image,
        image_pull_policy="IfNotPresent",
        args=list(args) or None,
        env=variables or None,
        ports=list(ports) if ports else None,
        resources=core.v1.ResourceRequirementsArgs(
            requests={"cpu": cpu, "memory": memory}, limits={"memory": memory}
        ),
        liveness_probe=liveness,
        readiness_probe=readiness,
        security_context=core.v1.SecurityContextArgs(
            allow_privilege_escalation=False,
            read_only_root_filesystem=True,
            capabilities=core.v1.CapabilitiesArgs(drop=["ALL"]),
        ),
    )
