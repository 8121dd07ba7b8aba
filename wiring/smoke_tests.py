"""The smoke tests of what runs, who they are, and how each reaches the one service that it tests."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
from pulumi import Input, Output, ResourceOptions

from components.cloud_run import CloudRun
from components.network_policy import Opening, Peer, public
from components.pod import NONROOT
from components.smoke_test import SmokeTest, SmokeTestArgs
from components.workload import SERVICE_PORT, Workload, selector
from model import names, references, smoke_test
from model.catalogue import Catalogue
from model.deployment import Deployment
from model.environment import Environment
from model.preview import Preview
from wiring.ground import Ground


def testers(stack: Environment | Preview, pod: Deployment) -> dict[str, str]:
    """Service -> who tests it: none where the stack wants no tests. They have their rights before there are any pins."""
    return {service: names.smoke_test(service) for service in pod.smoke} if stack.smoke_tests else {}


def smoke_tests(
    stack: Environment | Preview,
    catalogue: Catalogue,
    ground: Ground,
    namespace: Output[str],
    running: Mapping[str, Workload | CloudRun],
    on_cluster: ResourceOptions,
) -> None:
    """One for each service that has one and runs, each after its service alone. Services that share a pod are tested one by
    one: each of them could be the one that is broken."""
    if stack.asleep:
        return
    deployments = catalogue.deployments(stack.collapse)
    for name, runs in running.items():
        pod = deployments[name]
        for service, tester in testers(stack, pod).items():
            if (pod.smoke[service].image or pod.image) in stack.pinned:
                SmokeTest(tester, _args(stack, ground, pod, service, namespace, runs), opts=on_cluster)


def _args(
    stack: Environment | Preview,
    ground: Ground,
    pod: Deployment,
    service: str,
    namespace: Output[str],
    runs: Workload | CloudRun,
) -> SmokeTestArgs:
    test = pod.smoke[service]
    image = test.image or pod.image
    env: dict[str, Input[str]] = {
        smoke_test.DIGEST: stack.digest(pod.image),
        references.STACK: pulumi.get_stack(),
    }
    if pod.kind == "gke":
        env[smoke_test.URL] = names.service_url(service, stack.namespace, SERVICE_PORT)
        reached = Opening(peers=[Peer(labels=selector(pod.name))], ports=[pod.ports[service]])
    else:
        address = names.cloud_run(service)
        env[smoke_test.URL] = names.cloud_run_url(address, stack.project_number, stack.region)
        reached = public([443])
        if (caller := ground.runners[pod.name].caller) and not pod.public:
            env[smoke_test.CALLER] = caller
    return SmokeTestArgs(
        namespace=namespace,
        image=stack.reference(image),
        args=test.args,
        env=env,
        user=pod.user if image == pod.image else NONROOT,
        timeout=test.timeout_seconds,
        egress=reached,
        after=[runs],
    )
