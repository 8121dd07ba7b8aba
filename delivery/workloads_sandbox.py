"""What runs, read from the sandbox's emulated clusters."""

from collections.abc import Mapping

from delivery.engines import Engine
from delivery.workloads import Workload
from sandbox.clouds.kubernetes import workloads as emulated
from sandbox.clouds.world import World


class SandboxWorkloads:
    """Finds a stack's cluster and namespace in its exports and asks the world."""

    def __init__(self, engine: Engine, world: World) -> None:
        self._engine = engine
        self._world = world

    def running(self, stack: str) -> Mapping[str, Workload]:
        """The Deployments of a stack by name; empty where the stack was never brought up."""
        outputs = self._engine.outputs(stack) or {}
        endpoint, namespace = outputs.get("cluster_endpoint"), outputs.get("namespace")
        if not endpoint or not namespace:
            return {}
        found = emulated.running(self._world, str(endpoint), str(namespace))
        return {
            name: Workload(name, load.image or "", load.ready, load.desired, load.healthy, load.reason)
            for name, load in found.items()
            if load.kind == "Deployment"
        }
