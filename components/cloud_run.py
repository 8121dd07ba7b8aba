"""A Cloud Run service: instances that come and go with requests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_gcp import cloudrunv2

INGRESS = {
    "internal": "INGRESS_TRAFFIC_INTERNAL_ONLY",
    "load-balancer": "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER",
    "all": "INGRESS_TRAFFIC_ALL",
}
LATEST = "latest"
EVERYBODY = "allUsers"
FOLDER = "/var/run/secrets/slipway"
FILE = "value"

REQUEST_TIMEOUT = "60s"
"""Whoever calls has given up by then: senders of webhooks wait 10 to 30 s."""
STARTING_SECONDS = 120
"""Cloud Run allows 240 s."""
PROBE_SECONDS = 5


@dataclass(frozen=True, kw_only=True)
class CloudRunArgs:
    """`service` is the physical name, `account` the e-mail address that it runs as. `invokers` maps a name, which only
    tells the grants apart, to an IAM principal; with `public` anyone may call. `traffic` maps a revision, or 'latest', to
    its percent of the requests. `secrets` maps a name to the version of a secret, which is a file at `secret_path`.

    `after` must be there before the first instance starts.
    """

    location: Input[str]
    service: Input[str]
    image: Input[str]
    args: Sequence[str]
    port: int
    env: Mapping[str, Input[str]]
    secrets: Mapping[str, Input[str]] = field(default_factory=dict)
    cpu: Input[str]
    memory: Input[str]
    min_instances: int
    max_instances: int
    account: Input[str]
    ingress: str
    subnetwork: Input[str]
    live: str
    ready: str
    traffic: Mapping[str, int] = field(default_factory=dict)
    invokers: Mapping[str, Input[str]]
    public: bool
    binary_authorization: bool
    deletion_protection: bool
    after: Sequence[pulumi.Resource] = ()


class CloudRun(pulumi.ComponentResource):
    """A service on Cloud Run, its image a digest, reaching private addresses through the environment's own network."""

    id: Output[str]
    image: Output[str]
    uri: Output[str]

    def __init__(self, name: str, args: CloudRunArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:CloudRun", name, None, opts)
        container = cloudrunv2.ServiceTemplateContainerArgs(
            image=args.image,
            args=list(args.args) or None,
            ports=cloudrunv2.ServiceTemplateContainerPortsArgs(container_port=args.port),
            resources=cloudrunv2.ServiceTemplateContainerResourcesArgs(
                limits={"cpu": args.cpu, "memory": args.memory},
                # Cores are paid for while there is a request, with more of them while an instance starts.
                cpu_idle=True,
                startup_cpu_boost=True,
            ),
            envs=[
                cloudrunv2.ServiceTemplateContainerEnvArgs(name=key, value=it) for key, it in sorted(args.env.items())
            ],
            volume_mounts=[
                cloudrunv2.ServiceTemplateContainerVolumeMountArgs(name=key, mount_path=f"{FOLDER}/{key}")
                for key in args.secrets
            ],
            startup_probe=cloudrunv2.ServiceTemplateContainerStartupProbeArgs(
                http_get=cloudrunv2.ServiceTemplateContainerStartupProbeHttpGetArgs(path=args.ready, port=args.port),
                period_seconds=PROBE_SECONDS,
                timeout_seconds=PROBE_SECONDS,
                failure_threshold=STARTING_SECONDS // PROBE_SECONDS,
            ),
            liveness_probe=cloudrunv2.ServiceTemplateContainerLivenessProbeArgs(
                http_get=cloudrunv2.ServiceTemplateContainerLivenessProbeHttpGetArgs(path=args.live, port=args.port)
            ),
        )
        service = cloudrunv2.Service(
            name,
            name=args.service,
            location=args.location,
            ingress=INGRESS[args.ingress],
            deletion_protection=args.deletion_protection,
            binary_authorization=cloudrunv2.ServiceBinaryAuthorizationArgs(use_default=True)
            if args.binary_authorization
            else None,
            template=cloudrunv2.ServiceTemplateArgs(
                service_account=args.account,
                execution_environment="EXECUTION_ENVIRONMENT_GEN2",
                timeout=REQUEST_TIMEOUT,
                scaling=cloudrunv2.ServiceTemplateScalingArgs(
                    min_instance_count=args.min_instances, max_instance_count=args.max_instances
                ),
                vpc_access=cloudrunv2.ServiceTemplateVpcAccessArgs(
                    # Google's APIs and the internet are reached without a detour through NAT.
                    egress="PRIVATE_RANGES_ONLY",
                    network_interfaces=[
                        cloudrunv2.ServiceTemplateVpcAccessNetworkInterfaceArgs(subnetwork=args.subnetwork)
                    ],
                ),
                volumes=[_secret(key, version) for key, version in args.secrets.items()],
                containers=[container],
            ),
            traffics=[_share(revision, percent) for revision, percent in (args.traffic or {LATEST: 100}).items()],
            opts=ResourceOptions(parent=self, depends_on=list(args.after)),
        )
        for key, member in {**args.invokers, **({"everybody": EVERYBODY} if args.public else {})}.items():
            cloudrunv2.ServiceIamMember(
                f"{name}-{key}-invoker",
                project=service.project,
                location=service.location,
                name=service.name,
                role="roles/run.invoker",
                member=member,
                opts=ResourceOptions(parent=self),
            )

        self.id = service.id
        self.image = service.template.containers.apply(lambda containers: str(containers[0].image))
        self.uri = service.uri
        self.register_outputs({"id": self.id, "image": self.image, "uri": self.uri})

    @property
    def told(self) -> dict[str, Output[str]]:
        """Where it runs, for whoever reads the stack's outputs."""
        return {"cloud_run": self.id, "uri": self.uri, "image": self.image}


def secret_path(name: str) -> str:
    """Where a secret is a file. Each has a folder to itself: Cloud Run mounts one secret in one place."""
    return f"{FOLDER}/{name}/{FILE}"


def _secret(name: str, version: Input[str]) -> cloudrunv2.ServiceTemplateVolumeArgs:
    """The volume of a secret, of the version that the stack knows: a new one is a new revision."""
    parts = Output.from_input(version).apply(lambda known: known.partition("/versions/"))
    item = cloudrunv2.ServiceTemplateVolumeSecretItemArgs(path=FILE, version=parts[2])
    return cloudrunv2.ServiceTemplateVolumeArgs(
        name=name, secret=cloudrunv2.ServiceTemplateVolumeSecretArgs(secret=parts[0], items=[item])
    )


def _share(revision: str, percent: int) -> cloudrunv2.ServiceTrafficArgs:
    if revision == LATEST:
        return cloudrunv2.ServiceTrafficArgs(type="TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", percent=percent)
    return cloudrunv2.ServiceTrafficArgs(
        type="TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION", revision=revision, percent=percent
    )
