"""How previews read on a terminal and as JSON."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.table import Table

from delivery import preview_cost, preview_file, screen
from delivery import report as report_lines
from delivery.desk import Desk
from delivery.engines import Update
from delivery.guards import short
from delivery.preview_comment import moment, said_cost
from delivery.preview_list import Known, known_preview
from model import names
from model.catalogue import load_catalogue


def print_update(desk: Desk, update: Update, became: str, as_json: bool) -> None:
    """What was done, what the preview is now, and where it answers."""
    found = known_preview(desk, update.stack)
    if as_json:
        screen.print_json({**update.as_json(), **found.as_json(desk.engine.now())})
        return
    for line in report_lines.lines(update):
        screen.out().print(line)
    until = f", until {moment(found.expires)}" if found.expires else ""
    screen.out().print(f"preview {update.stack} {became} in namespace {found.namespace}{until}")
    for url in _urls(_routes(desk, update.stack)):
        screen.out().print(f"  {url}")


def table(found: Sequence[Known], now: datetime) -> Table:
    """One line for each."""
    grid = Table(title="Previews", title_justify="left")
    for column in ("preview", "state", "branch", "opened", "last needed", "closed", "built for it"):
        grid.add_column(column, no_wrap=column != "built for it")
    for each in found:
        times = (moment(time) if time else "" for time in (each.opened, each.activity, each.expires))
        built = ", ".join(image for image, _ in each.built)
        grid.add_row(each.stack, each.state(now), each.branch, *times, built)
    return grid


def gather(desk: Desk, number: int) -> dict[str, Any]:
    """All that is known of one. Raises Failed where there is no such preview."""
    file = preview_file.known(desk, number)
    loaded, stack, now = file.checked(), file.stack, desk.engine.now()
    outputs, config = desk.engine.outputs(stack) or {}, desk.place.config
    cost = preview_cost.of_a_day(loaded, preview_cost.base_of(loaded, config), load_catalogue(config))
    return {
        **known_preview(desk, stack).as_json(now),
        "base": loaded.base,
        "images": {image: loaded.digest(image) for image in sorted(loaded.pinned)},
        "routes": _routes(desk, stack),
        "topics": outputs.get("topics") or {},
        "databases": outputs.get("databases") or {},
        "workloads": {
            name: {"ready": load.ready, "desired": load.desired, "healthy": load.healthy, "reason": load.reason}
            for name, load in sorted(desk.workloads.running(stack).items())
        },
        "resources": len(desk.engine.kept(stack)),
        "usd_per_day": None if cost is None else round(cost, 2),
        "logs": f"kubectl logs -n {loaded.namespace} deployment/NAME",
        "database_user": names.database(loaded.prefix, "preview"),
        "database_password": names.preview_secret(loaded.prefix),
    }


def lines(found: Mapping[str, Any]) -> Iterator[str]:
    """The same for people."""
    yield f"{found['stack']}: {found['state']}, of branch {found['branch']}" + (
        f" at {found['commit'][:12]}" if found["commit"] else ""
    )
    if found["fork"]:
        yield "  of a fork: without secrets, caches and Temporal"
    for url in _urls(found["routes"]):
        yield f"  address    {url}"
    yield f"  namespace  {found['namespace']} in the cluster of {found['base']}"
    for image, digest in sorted(found["built"].items()):
        yield f"  built      {image} {short(digest)}"
    others = [image for image in found["images"] if image not in found["built"]]
    yield f"  as in {found['base']:<4} {', '.join(others) or 'nothing'}"
    for name, load in found["workloads"].items():
        yield f"  pods       {name} {load['ready']}/{load['desired']}" + (
            f": {load['reason']}" if load["reason"] else ""
        )
    if found["expires"]:
        yield f"  closed     {moment(datetime.fromisoformat(found['expires']))}, unless somebody needs it"
    yield f"  size       {found['resources']} resources, {said_cost(found['usd_per_day'])}"
    yield f"  logs       {found['logs']}"
    yield f"  database   {', '.join(found['databases'].values()) or 'none'}; user {found['database_user']}, password in the secret {found['database_password']}"


def _routes(desk: Desk, stack: str) -> dict[str, list[str]]:
    return dict((desk.engine.outputs(stack) or {}).get("routes") or {})


def _urls(routes: Mapping[str, Sequence[str]]) -> list[str]:
    return list(dict.fromkeys(url for urls in routes.values() for url in urls))
