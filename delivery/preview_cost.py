"""What a preview's pods cost: what they ask for, at the price of the nodes of its base that they take up.

What else of it costs anything has resources of its own, which `slipway cost --pr` adds.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from costs import estimate, share
from costs.said import HOURS, Said, Unknown
from costs.stack import Stack
from costs.table import load
from model.catalogue import Catalogue
from model.environment import Environment
from model.preview import Preview
from model.previewed import previewed
from model.stacks import load_environment


def pods(stack: Preview, base: Environment, catalogue: Catalogue) -> Sequence[Said]:
    """What all that run awake ask for. Which pool they come to nobody says: the first without graphics processors is taken."""
    every = previewed(catalogue, trusted=stack.trusted).deployments(stack.collapse)
    running: Mapping[str, int] = {
        name: stack.size(name).replicas for name, pod in every.items() if pod.image in stack.pinned
    }
    pools = [pool for pool in base.cluster.node_pools.values() if pool.gpu is None]
    if not pools:
        return [Unknown("what pods cost on nodes with graphics processors")] if running else []
    cores = sum(count * stack.size(name).cores for name, count in running.items())
    gib = sum(count * stack.size(name).gibibytes for name, count in running.items())
    return share.of_pods(cores, gib, pools[0].machine_type, pools[0].spot)


def of_a_day(stack: Preview, base: Environment, catalogue: Catalogue) -> float | None:
    """US dollars for 24 hours awake; None where the nodes of the base have no price."""
    found = estimate.of(Stack(stack.prefix, base.region, []), load(), {share.PODS: pods(stack, base, catalogue)})
    if found.unpriced:
        return None
    return sum(each.line.high * each.usd for each in found.charges) * 24 / HOURS


def base_of(stack: Preview, config_dir: Path) -> Environment:
    """The environment whose nodes its pods run on. Raises ConfigError where its file is wrong or gone."""
    loaded = load_environment(stack.base, config_dir)
    assert isinstance(loaded, Environment)
    return loaded
