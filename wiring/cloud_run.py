"""What runs on Cloud Run, as whom, and how pods reach it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import pulumi
from pulumi import Input

from components.cloud_run import CloudRunArgs, secret_path
from components.run_identity import RunIdentity, RunIdentityArgs
from model import names
from model.catalogue import Catalogue
from model.deployment import Deployment
from model.environment import Environment
from model.preview import Preview
from wiring.ground import Ground, principal
from wiring.smoke_tests import testers


def runners(stack: Environment, catalogue: Catalogue, ground: Ground) -> Mapping[str, RunIdentity]:
    """The identities of what runs on Cloud Run."""
    pods = catalogue.deployments(stack.collapse)
    inside = {name for name, pod in pods.items() if pod.kind == "gke"}
    return {
        name: RunIdentity(
            name,
            RunIdentityArgs(
                account=names.run_account(name),
                caller_account=names.run_account(name, "caller"),
                callers={it: principal(stack, ground, it) for it in _inside(stack, pod, inside)},
            ),
        )
        for name, pod in pods.items()
        if pod.kind != "gke"
    }


def _inside(stack: Environment | Preview, pod: Deployment, inside: Collection[str]) -> list[str]:
    """The pods of the cluster that call a service which wants to know who calls."""
    testing = [] if pod.public else testers(stack, pod).values()
    return [*(it for it in pod.callers[pod.name] if it in inside), *testing]


def on_cloud_run(
    stack: Environment | Preview,
    ground: Ground,
    pod: Deployment,
    env: Mapping[str, Input[str]],
    secrets: Mapping[str, Input[str]],
    after: Sequence[pulumi.Resource],
) -> CloudRunArgs:
    """A service of the catalogue on Cloud Run, of the size that the stack gives it."""
    size, runner = stack.size(pod.name), ground.runners[pod.name]
    invokers: dict[str, Input[str]] = {
        caller: ground.runners[caller].member for caller in pod.callers[pod.name] if caller in ground.runners
    }
    if runner.caller_member:
        invokers["caller"] = runner.caller_member
    return CloudRunArgs(
        location=stack.region,
        service=names.cloud_run(pod.name),
        image=stack.reference(pod.image),
        args=pod.args,
        port=pod.ports[pod.name],
        env={**pod.variables, **env, **{names.secret_file(key): secret_path(key) for key in secrets}},
        secrets=secrets,
        cpu=size.cpu,
        memory=size.memory,
        min_instances=size.replicas,
        max_instances=size.max_replicas or size.replicas,
        account=runner.email,
        ingress=pod.ingress,
        subnetwork=ground.subnetwork,
        live=pod.probes.live,
        ready=pod.probes.ready,
        traffic=stack.traffic.get(pod.name, {}),
        invokers=invokers,
        public=pod.public,
        binary_authorization=isinstance(stack, Environment) and stack.security.binary_authorization,
        deletion_protection=stack.deletion_protection,
        after=after,
    )


def callee_env(
    stack: Environment | Preview, ground: Ground, pod: Deployment, deployments: Mapping[str, Deployment]
) -> dict[str, Input[str]]:
    """Where the services on Cloud Run are that a pod may call, and for pods of the cluster as whom."""
    env: dict[str, Input[str]] = {}
    for callee, runner in ground.runners.items():
        if pod.name in deployments[callee].callers[callee]:
            service = names.cloud_run(callee)
            env[names.variable("URL", callee)] = names.cloud_run_url(service, stack.project_number, stack.region)
            if runner.caller and pod.kind == "gke":
                env[names.variable("CALLER", callee)] = runner.caller
    return env
