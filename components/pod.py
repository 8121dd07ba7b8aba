"""What every pod of Slipway has in common: one container, its image a digest, held to the restricted standard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pulumi import Input
from pulumi_kubernetes import core, meta

from components.secret_files import FOLDER, SECRETS, secrets_volume
from components.storage_class import DISK_CLASS

SCRATCH = "tmp"
SCRATCH_PATH = "/tmp"
SCRATCH_LIMIT = "256Mi"
"""The only place that a container may write to, beside its own volumes; most programs need one."""

GPU = "nvidia.com/gpu"
NONROOT = 65532

SPREAD = ("topology.kubernetes.io/zone", "kubernetes.io/hostname")
"""Pods are spread over zones and, within one, over nodes, as far as there is room."""

DRAIN_SECONDS = 10
"""How long a pod that has to go still answers: Services learn of it a few seconds after it does."""

UNDER_WAY_SECONDS = 50
"""From the end of the drain to the end by force, for what is under way; Google's load balancers give a request 30 s by
default, and a message that is not acknowledged comes again."""


STARTING_SECONDS = 150
GPU_STARTING_SECONDS = 900
"""How long a container may take to be alive at all; with graphics processors it fills its disk with models first."""


REPLACE_UNREADY = {"pulumi.com/replaceUnready": "true"}
"""A Job that failed is another one at the next update, which would otherwise fail without having tried anything:
https://www.pulumi.com/registry/packages/kubernetes/api-docs/batch/v1/job/"""


@dataclass(frozen=True, kw_only=True)
class Disk:
    """A disk of a pod's own, `gb` GiB big, that comes and goes with it."""

    path: str
    gb: int


@dataclass(frozen=True, kw_only=True)
class Gpu:
    """Graphics processors, `type` as GKE names accelerators."""

    type: str
    count: int


@dataclass(frozen=True, kw_only=True)
class Probes:
    """The paths by which the kubelet learns how a container is."""

    port: int
    live: str
    ready: str


@dataclass(frozen=True, kw_only=True)
class PodArgs:
    """`identity` names a Kubernetes service account. `secret_env` maps a variable to (name of a Secret, key in it),
    `derived` are variables made of those before: `$(NAME)` in a value is put in by Kubernetes. `prepare` are the arguments
    with which the image runs before the container starts, beside the sidecars. For `drain_seconds` a pod that has to go
    still answers.

    `config` names a ConfigMap whose entries are variables too, `secret_files` a SecretProviderClass whose secrets are
    files."""

    identity: Input[str] = "default"
    image: Input[str]
    args: Sequence[Input[str]]
    env: Mapping[str, Input[str]]
    secret_env: Mapping[str, tuple[Input[str], str]] = field(default_factory=dict)
    derived: Mapping[str, str] = field(default_factory=dict)
    config: Input[str] | None = None
    secret_files: Input[str] | None = None
    cpu: Input[str]
    memory: Input[str]
    sidecars: Sequence[core.v1.ContainerArgs] = ()
    prepare: Sequence[str] = ()
    volumes: Sequence[core.v1.VolumeArgs] = ()
    user: int = NONROOT
    ports: Sequence[int] = ()
    probes: Probes | None = None
    drain_seconds: int = DRAIN_SECONDS
    gpu: Gpu | None = None
    disks: Mapping[str, Disk] = field(default_factory=dict)


def literal(text: str) -> str:
    """An argument or a variable that means itself: Kubernetes puts variables in for `$(NAME)`, and takes `$$` for `$`.

    https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#Container
    """
    return text.replace("$", "$$")


def pod(
    name: str, args: PodArgs, labels: Mapping[str, str] | None = None, restart_policy: str | None = None
) -> core.v1.PodSpecArgs:
    """A pod of one container called `name`. With `labels`, which select it and its like, they are spread.

    Memory is limited to what is requested, since it cannot be taken back; cores are not, since they can.
    """
    limits: dict[str, Input[str]] = {"memory": args.memory}
    if args.gpu:
        limits[GPU] = str(args.gpu.count)
    container = core.v1.ContainerArgs(
        name=name,
        image=args.image,
        image_pull_policy="IfNotPresent",
        args=list(args.args) or None,
        env=_variables(args) or None,
        env_from=[core.v1.EnvFromSourceArgs(config_map_ref=core.v1.ConfigMapEnvSourceArgs(name=args.config))]
        if args.config
        else None,
        ports=[core.v1.ContainerPortArgs(name=f"http-{port}", container_port=port) for port in args.ports] or None,
        resources=core.v1.ResourceRequirementsArgs(
            requests={"cpu": args.cpu, "memory": args.memory, **({GPU: limits[GPU]} if args.gpu else {})},
            limits=limits,
        ),
        volume_mounts=[
            core.v1.VolumeMountArgs(name=SCRATCH, mount_path=SCRATCH_PATH),
            *([core.v1.VolumeMountArgs(name=SECRETS, mount_path=FOLDER, read_only=True)] if args.secret_files else []),
            *(core.v1.VolumeMountArgs(name=key, mount_path=disk.path) for key, disk in args.disks.items()),
        ],
        startup_probe=_start(args.probes, bool(args.gpu)) if args.probes else None,
        liveness_probe=_probe(args.probes.port, args.probes.live) if args.probes else None,
        readiness_probe=_probe(args.probes.port, args.probes.ready) if args.probes else None,
        lifecycle=_drained(args.drain_seconds) if args.probes else None,
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
        # Variables that tell of every Service in the namespace are a leftover of Docker links.
        enable_service_links=False,
        security_context=core.v1.PodSecurityContextArgs(
            run_as_non_root=True,
            # Stated, so that an image whose USER is a name, which the kubelet cannot judge, runs too.
            run_as_user=args.user,
            run_as_group=args.user,
            # Disks are root's otherwise.
            fs_group=args.user if args.disks else None,
            fs_group_change_policy="OnRootMismatch" if args.disks else None,
            seccomp_profile=core.v1.SeccompProfileArgs(type="RuntimeDefault"),
        ),
        volumes=[
            core.v1.VolumeArgs(name=SCRATCH, empty_dir=core.v1.EmptyDirVolumeSourceArgs(size_limit=SCRATCH_LIMIT)),
            *([secrets_volume(SECRETS, args.secret_files)] if args.secret_files else []),
            *(_disk(key, disk) for key, disk in args.disks.items()),
            *args.volumes,
        ],
        node_selector={"cloud.google.com/gke-accelerator": args.gpu.type} if args.gpu else None,
        # GKE keeps everything else off nodes with graphics processors.
        tolerations=[core.v1.TolerationArgs(key=GPU, operator="Exists", effect="NoSchedule")] if args.gpu else None,
        topology_spread_constraints=[_spread(key, labels) for key in SPREAD] if labels else None,
        termination_grace_period_seconds=args.drain_seconds + UNDER_WAY_SECONDS if args.probes else None,
        restart_policy=restart_policy,
        init_containers=[*args.sidecars, *([_prepared(container, args)] if args.prepare else [])] or None,
        containers=[container],
    )


def _variables(args: PodArgs) -> list[core.v1.EnvVarArgs]:
    variables = [core.v1.EnvVarArgs(name=key, value=value) for key, value in sorted(args.env.items())]
    variables += [
        core.v1.EnvVarArgs(
            name=key,
            value_from=core.v1.EnvVarSourceArgs(secret_key_ref=core.v1.SecretKeySelectorArgs(name=secret, key=entry)),
        )
        for key, (secret, entry) in sorted(args.secret_env.items())
    ]
    # Kubernetes knows only what stands before.
    variables += [core.v1.EnvVarArgs(name=key, value=value) for key, value in sorted(args.derived.items())]
    return variables


def _prepared(container: core.v1.ContainerArgs, args: PodArgs) -> core.v1.ContainerArgs:
    """The same container with other arguments, which runs to its end first."""
    return core.v1.ContainerArgs(
        name="prepare",
        image=container.image,
        image_pull_policy=container.image_pull_policy,
        args=list(args.prepare),
        env=container.env,
        env_from=container.env_from,
        resources=container.resources,
        volume_mounts=container.volume_mounts,
        security_context=container.security_context,
    )


def _probe(port: int, path: str, period: int = 10, failures: int = 3) -> core.v1.ProbeArgs:
    return core.v1.ProbeArgs(
        http_get=core.v1.HTTPGetActionArgs(path=path, port=port),
        period_seconds=period,
        timeout_seconds=3,
        failure_threshold=failures,
    )


def _start(probes: Probes, gpu: bool) -> core.v1.ProbeArgs:
    """The other two begin once this one has passed, so that a slow start is not taken for a hang."""
    seconds = GPU_STARTING_SECONDS if gpu else STARTING_SECONDS
    return _probe(probes.port, probes.live, period=5, failures=seconds // 5)


def _drained(seconds: int) -> core.v1.LifecycleArgs:
    sleep = core.v1.SleepActionArgs(seconds=seconds)
    return core.v1.LifecycleArgs(pre_stop=core.v1.LifecycleHandlerArgs(sleep=sleep))


def _spread(key: str, labels: Mapping[str, str]) -> core.v1.TopologySpreadConstraintArgs:
    return core.v1.TopologySpreadConstraintArgs(
        max_skew=1,
        topology_key=key,
        when_unsatisfiable="ScheduleAnyway",
        label_selector=meta.v1.LabelSelectorArgs(match_labels=dict(labels)),
        # The pods of a version that is on its way out do not count.
        match_label_keys=["pod-template-hash"],
    )


def _disk(name: str, disk: Disk) -> core.v1.VolumeArgs:
    claim = core.v1.PersistentVolumeClaimSpecArgs(
        access_modes=["ReadWriteOnce"],
        storage_class_name=DISK_CLASS,
        resources=core.v1.VolumeResourceRequirementsArgs(requests={"storage": f"{disk.gb}Gi"}),
    )
    template = core.v1.PersistentVolumeClaimTemplateArgs(spec=claim)
    return core.v1.VolumeArgs(name=name, ephemeral=core.v1.EphemeralVolumeSourceArgs(volume_claim_template=template))
