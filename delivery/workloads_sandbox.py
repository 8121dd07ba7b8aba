"""What runs, read from the sandbox's emulated clusters and its Cloud Run."""

from collections.abc import Iterator, Mapping
from typing import Any

from delivery.engines import Engine
from delivery.workloads import Workload
from sandbox.clouds.gcp import cloudrunv2
from sandbox.clouds.kubernetes import workloads as emulated
from sandbox.clouds.world import World


class SandboxWorkloads:
    """Finds a stack's cluster and namespace in its exports and asks the world."""

    def __init__(self, engine: Engine, world: World) -> None:
        self._engine = engine
        self._world = world

    def running(self, stack: str, changing: bool = True) -> Mapping[str, Workload]:
        """What runs for a stack by name; empty where the stack was never brought up."""
        outputs = self._engine.outputs(stack) or {}
        endpoint, namespace = outputs.get("cluster_endpoint"), outputs.get("namespace")
        if not endpoint or not namespace:
            return {}
        found = emulated.running(self._world, str(endpoint), str(namespace))
        deployments = {
            name: Workload(name, load.image or "", load.ready, load.desired, load.healthy, load.reason)
            for name, load in found.items()
            if load.kind == "Deployment"
        }
        return deployments | {each.name: each for each in self._on_cloud_run(outputs.get("services") or {})}

    def _on_cloud_run(self, services: Mapping[str, Any]) -> Iterator[Workload]:
        """A service counts as one instance: how many there are, nobody can say."""
        for name, told in services.items():
            if "cloud_run" in told:
                found = cloudrunv2.served(self._world, str(told["cloud_run"]))
                if found is None:
                    yield Workload(name, "", 0, 1, False, "the service is not there")
                else:
                    image = found.images[0] if len(found.images) == 1 else ""
                    yield Workload(name, image, 1, 1, not found.problem, found.problem)
