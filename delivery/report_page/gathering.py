"""Gathers what a report says: everything that `status`, `pr list`, `audit verify` and the others tell, at one moment.

What cannot be told leaves the rest standing: a report is wanted most when something is wrong.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from importlib import metadata
from pathlib import Path

from costs import estimate
from costs.estimate import Estimate
from costs.stack import Stack
from costs.table import load
from delivery import auditing, plan_cost, preview_cost, preview_file, progress, scans, status
from delivery.desk import Desk
from delivery.engines import Kept
from delivery.errors import Failed
from delivery.graph import graph
from delivery.graph_svg import svg
from delivery.ledger import Ledger, check, whole_lines
from delivery.preview_base import TEMPLATE
from delivery.preview_list import AT_ONCE, Known, known_previews
from delivery.report_page.content import Book, Content, PreviewLine
from delivery.security_gate import Decision, decide
from model.catalogue import load_catalogue
from model.environment import Environment
from model.errors import ConfigError
from model.findings import load_policy
from model.order import order
from model.preview import Preview
from model.shared_rules import shared_stacks
from model.stacks import load_environment

ANY_REQUEST = {preview_file.PULL_REQUEST: {"number": 1, "branch": "any"}}
"""What the template of previews is completed with: nothing that is told of it depends on the pull request."""


def gather(desk: Desk, findings: Sequence[Path] = ()) -> Content:
    """All of it. Raises ConfigError where the config folder or a file of findings is wrong."""
    config = desk.place.config
    configs: dict[str, Environment] = {}
    for name in order(config):
        loaded = load_environment(name, config)
        assert isinstance(loaded, Environment)
        configs[name] = loaded
    catalogue = load_catalogue(config)
    judged = _judged(desk, findings) if findings else None
    with progress.shown("Looking at environments, previews and ledgers", every_step=False):
        overviews, unreadable = _environments(desk)
        resources = _resources(desk)
        estimates = [_estimate(desk, stack, found) for stack, found in resources.items()]
        return Content(
            now=desk.engine.now(),
            written=datetime.now(UTC),
            engine=desk.engine.name,
            who=desk.who,
            version=metadata.version("slipway"),
            services=tuple(catalogue.services),
            configs=configs,
            template=_template(desk),
            environments=overviews,
            unreadable=unreadable,
            previews=_previews(desk),
            books=_books(desk),
            findings=judged,
            graphs={stack: svg(graph(stack, found)) for stack, found in resources.items()},
            estimates=estimates,
            priced=sorted({load().source(key).date for each in estimates for key in each.prices}),
        )


def _environments(desk: Desk) -> tuple[list[status.Overview], str]:
    """What runs, or why nobody can tell: a broken ledger decides nothing, nor does a cluster that does not answer."""
    try:
        return status.gather(desk), ""
    except (ConfigError, Failed) as error:
        return [], error.what if isinstance(error, Failed) else str(error)


def _books(desk: Desk) -> list[Book]:
    """Every ledger, with what can be read of one that is broken."""
    found = auditing.verify(desk)
    names = dict.fromkeys([*order(desk.place.config), *auditing.ledgers(desk), *(each.ledger for each in found)])
    books = []
    for name in names:
        path = Ledger(desk.place.config, name).path
        lines, _ = whole_lines(path.read_bytes() if path.exists() else b"")
        entries, _ = check(name, lines)
        books.append(Book(name, entries, [each for each in found if each.ledger == name]))
    return books


def _judged(desk: Desk, given: Sequence[Path]) -> Decision:
    """What scanners have found, by the policy of the config folder."""
    reports = scans.collect(given)
    return decide(reports.findings, load_policy(desk.place.config), desk.engine.now().date(), reports.remarks)


def _resources(desk: Desk) -> dict[str, list[Kept]]:
    """Of each environment that is up, and of what belongs to none."""
    stacks = [*order(desk.place.config), *shared_stacks(desk.place.config)]
    return {stack: found for stack in stacks if (found := desk.engine.kept(stack))}


def _estimate(desk: Desk, stack: str, resources: Sequence[Kept]) -> Estimate:
    region = load_environment(stack, desk.place.config).region
    return estimate.of(Stack(stack, region, plan_cost.resources(resources)), load())


def _template(desk: Desk) -> Preview | None:
    if not (desk.place.config / TEMPLATE).exists():
        return None
    return preview_file.template(desk, "pr-1").with_changes(ANY_REQUEST).checked()


def _previews(desk: Desk) -> list[PreviewLine]:
    """All of them, the newest first."""
    if not (desk.place.config / TEMPLATE).exists():
        return []
    found = list(reversed(known_previews(desk)))
    with ThreadPoolExecutor(AT_ONCE) as threads:
        return [PreviewLine(*pair) for pair in zip(found, threads.map(partial(_usd_per_day, desk), found), strict=True)]


def _usd_per_day(desk: Desk, known: Known) -> float | None:
    """By what the preview's file says, or would say; None where nothing is known of it, or what is known is not right."""
    try:
        file = preview_file.find(desk, known.number)
        if file is None:
            return None
        loaded = file.checked()
        base = preview_cost.base_of(loaded, desk.place.config)
        return preview_cost.of_a_day(loaded, base, load_catalogue(desk.place.config))
    except (ConfigError, Failed):
        return None
