"""The gradient from one environment to the next as a table: how big each is, and what was decided for it. Pure."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from delivery.durations import spoken
from model.catalogue import Catalogue
from model.environment import Environment
from model.preview import Preview

_TIER = re.compile(r"db-custom-(\d+)-(\d+)")
NONE = "—"

Stack = Environment | Preview


@dataclass(frozen=True)
class Cell:
    """`differs` from the environment that releases come from, or that a preview stands on; `borrowed` is all of that one's."""

    text: str
    differs: bool = False
    borrowed: bool = False


@dataclass(frozen=True)
class Row:
    """`cells` in the order of the stacks. `group` is what the row is about."""

    group: str
    name: str
    cells: Sequence[Cell]


def rows(stacks: Mapping[str, Stack], catalogue: Catalogue) -> list[Row]:
    """A row for each size and decision."""
    found = []
    for group, name, of_any, of_environment in _ROWS:
        texts = {
            stack: of_any(config, catalogue)
            if of_any
            else of_environment(config)
            if of_environment and isinstance(config, Environment)
            else None
            for stack, config in stacks.items()
        }
        found.append(Row(group, name, [_cell(group, config, texts[stack], texts) for stack, config in stacks.items()]))
    return found


def _cell(group: str, config: Stack, text: str | None, texts: Mapping[str, str | None]) -> Cell:
    before = config.base if isinstance(config, Preview) else config.promotion.from_
    if text is None:
        return Cell(NONE if group == "releases" else f"as {before}", borrowed=True)
    return Cell(text, differs=before in texts and texts[before] != text)


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _deployments(stack: Stack, catalogue: Catalogue) -> str:
    return str(len(catalogue.deployments(stack.collapse)))


def _pods(stack: Stack, catalogue: Catalogue) -> str:
    sizes = [stack.size(name) for name in catalogue.deployments(stack.collapse)]
    least = sum(size.replicas for size in sizes)
    most = sum(size.max_replicas or size.replicas for size in sizes) if stack.autoscaling else least
    return str(least) if most == least else f"{least} to {most}"


def _asked(stack: Stack, catalogue: Catalogue) -> str:
    sizes = [stack.size(name) for name in catalogue.deployments(stack.collapse)]
    cores = sum(size.replicas * size.cores for size in sizes)
    memory = sum(size.replicas * size.gibibytes for size in sizes)
    return f"{cores:g} cores, {memory:g} GiB"


def _collapsed(stack: Stack, catalogue: Catalogue) -> str:
    return "; ".join(f"{', '.join(services)} in {pod}" for pod, services in stack.collapse.items()) or "none"


def _nodes(stack: Environment) -> str:
    return "; ".join(
        f"{name}: {pool.min_nodes} to {pool.max_nodes} {pool.machine_type}" + (" spot" if pool.spot else "")
        for name, pool in stack.cluster.node_pools.items()
    )


def _database(stack: Stack, catalogue: Catalogue) -> str:
    if isinstance(stack, Preview):
        return f"its own in the instance of {stack.base}"
    if stack.database is None:
        return "none"
    tier = _TIER.fullmatch(stack.database.tier)
    return f"{tier[1]} vCPU, {int(tier[2]) / 1024:g} GiB" if tier else stack.database.tier


def _recovery(stack: Environment) -> str:
    days = stack.database.recovery_days if stack.database else 0
    return f"{days} days" if days else "no"


def _backups(stack: Environment) -> str:
    days = stack.database.backups if stack.database else 0
    return f"{days} days" if days else "no"


def _alerting(stack: Environment) -> str:
    channels = [
        name for name, there in (("Slack", stack.alerting.slack), ("PagerDuty", stack.alerting.pagerduty)) if there
    ]
    return stack.alerting.mode + (f": {', '.join(channels)}" if channels else "")


def _approvals(stack: Environment) -> str:
    rule = stack.promotion.approvals
    return f"{rule.count} by {rule.by}" if rule else "none"


def _checks(stack: Environment) -> str:
    checks = stack.promotion.checks
    return checks if isinstance(checks, str) else ", ".join(checks)


def _bake(stack: Environment) -> str:
    minutes = stack.promotion.bake_minutes
    return spoken(minutes * 60) if minutes else "none"


_Any = Callable[[Stack, Catalogue], str]
_Own = Callable[[Environment], str]

_ROWS: Sequence[tuple[str, str, _Any | None, _Own | None]] = (
    ("services", "Deployments", _deployments, None),
    ("services", "collapsed", _collapsed, None),
    ("services", "pods", _pods, None),
    ("services", "asked for by the fewest pods", _asked, None),
    ("services", "autoscaling", lambda stack, _: _yes(stack.autoscaling), None),
    ("services", "disruption budgets", lambda stack, _: _yes(stack.disruption_budgets), None),
    ("services", "smoke tests", lambda stack, _: _yes(stack.smoke_tests), None),
    ("cluster", "location", None, lambda stack: stack.cluster.location),
    ("cluster", "release channel", None, lambda stack: stack.cluster.release_channel),
    ("cluster", "nodes", None, _nodes),
    ("database", "Cloud SQL", _database, None),
    ("database", "standby", None, lambda stack: _yes(stack.database is not None and stack.database.regional)),
    ("database", "point-in-time recovery", None, _recovery),
    ("database", "backups", None, _backups),
    ("protection", "deletion protection", lambda stack, _: _yes(stack.deletion_protection), None),
    ("protection", "keys of our own", None, lambda stack: _yes(stack.security.customer_keys)),
    ("protection", "signed images only", None, lambda stack: _yes(stack.security.binary_authorization)),
    ("protection", "alerting", None, _alerting),
    ("releases", "come from", None, lambda stack: stack.promotion.from_ or f"builds of {stack.promotion.branch}"),
    ("releases", "with nobody asked", None, lambda stack: _yes(stack.promotion.automatic)),
    ("releases", "bake time", None, _bake),
    ("releases", "checks of the commit", None, _checks),
    ("releases", "approvals", None, _approvals),
    ("releases", "back by itself", None, lambda stack: _yes(stack.promotion.rollback)),
)
