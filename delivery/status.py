"""`slipway status`: what runs where, read from the clusters now."""

from collections.abc import Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from delivery.desk import Desk
from delivery.guards import short
from delivery.observed import Observed, observe
from model.catalogue import load_catalogue
from model.stacks import order


def gather(desk: Desk) -> list[Observed]:
    """Every environment, first to last."""
    return [observe(desk, name) for name in order(desk.place.config)]


def as_json(found: Sequence[Observed]) -> dict[str, Any]:
    """`release` and `images` are what runs; `healthy` is null where nothing was ever released."""
    return {
        "environments": {
            each.stack: {
                "release": each.release,
                "images": dict(sorted(each.running.items())),
                "healthy": each.healthy,
                "pinned": each.pins.as_json(),
                "workloads": {
                    name: {
                        "digest": load.digest,
                        "ready": load.ready,
                        "desired": load.desired,
                        "healthy": load.healthy,
                        "reason": load.reason,
                    }
                    for name, load in sorted(each.workloads.items())
                },
                "remarks": each.remarks,
            }
            for each in found
        }
    }


def table(desk: Desk, found: Sequence[Observed]) -> Table:
    """Services as rows, environments as columns: the digest that runs, and how well."""
    grid = Table(title="What runs where", title_justify="left")
    grid.add_column("service", no_wrap=True)
    for each in found:
        grid.add_column(each.stack, no_wrap=True)
    grid.add_row("release", *(_release(each) for each in found), style="bold", end_section=True)
    for service in load_catalogue(desk.place.config).services:
        grid.add_row(service, *(_cell(each, service) for each in found))
    return grid


def remarks(found: Sequence[Observed]) -> list[str]:
    """Lines below the table: what is not as it should be."""
    return [f"{each.stack}: {remark}" for each in found for remark in each.remarks]


def _release(each: Observed) -> Text:
    if not each.pins.images and not each.running:
        return Text("never released", style="dim")
    if each.release is None:
        return Text(
            "no single release" if each.running else f"{each.pins.release or 'pinned by hand'} not up", "yellow"
        )
    return Text(each.release, style="green" if each.healthy else "yellow")


def _cell(each: Observed, service: str) -> Text:
    deployment = each.services[service]
    load = each.workloads.get(deployment)
    if load is None:
        pinned = each.images[deployment] in each.pins.images
        return Text("not there" if pinned else "never released", style="red" if pinned else "dim")
    pod = f" in {deployment}" if deployment != service else ""
    stuck = "rollout failed" if load.ready >= load.desired else "not ready"
    mark, style = ("ok", "green") if load.healthy else (stuck, "red")
    return Text(f"{short(load.digest)} {load.ready}/{load.desired} {mark}{pod}", style=style)
