"""What pipelines look like: all triggers, one build as a table, as YAML or as a graph."""

from collections.abc import Mapping
from typing import Any

import yaml
from rich.markup import escape
from rich.table import Table

from pipelines import order, written
from pipelines.build import Build
from pipelines.grants import Deploys, Opens, Reads, Signs, Starts, Watches, Writes
from pipelines.trigger import SUCCEEDED, Event, Manual, Message, PullRequest, Push, Schedule, Trigger, Webhook


def event(found: Event) -> str:
    """What starts it, in words."""
    match found:
        case Push(source=source):
            return f"push to the {source} repository"
        case PullRequest(source=source, comment=comment):
            return f"{'/gcbrun on a' if comment else ''} pull request of the {source} repository".strip()
        case Webhook():
            return "webhook of GitHub"
        case Message(of=of, ended=ended):
            return f"{'success' if ended == SUCCEEDED else 'failure'} of {' or '.join(of)}"
        case Schedule(cron=cron):
            return f"schedule {cron} UTC"
        case Manual():
            return "by hand"


def grant(found: object) -> str:
    """What a step may do, in words."""
    match found:
        case Reads(repository=name):
            return f"read {name}"
        case Writes(repository=name):
            return f"write {name}"
        case Signs():
            return "sign"
        case Opens(secret=name):
            return f"open the secret {name}"
        case Deploys(stack=stack):
            return f"deploy {stack}"
        case Watches(stack=stack):
            return f"watch {stack}"
        case Starts(trigger=name):
            return f"start {name}"
    raise AssertionError(found)


def listing(found: Mapping[str, Trigger]) -> Table:
    """All triggers."""
    table = Table(box=None, padding=(0, 1), header_style="bold")
    for column in ("trigger", "starts at", "approval", "deploys", "steps", "minutes"):
        table.add_column(column, justify="right" if column in ("steps", "minutes") else "left")
    for name, trigger in found.items():
        minutes = f"{length(trigger.build) / 60:.1f}"
        approval = "a person" if trigger.approval else ""
        deploys = ", ".join(sorted(trigger.deploys))
        table.add_row(name, escape(event(trigger.event)), approval, deploys, str(len(trigger.build.steps)), minutes)
    return table


def length(build: Build) -> float:
    """Seconds that a build takes by estimate."""
    return max((span.end for span in order.timeline(build).values()), default=0.0)


def table(trigger: Trigger) -> Table:
    """The steps of one, in order, with when each would run."""
    spans = order.timeline(trigger.build)
    critical = set(order.critical_path(trigger.build, spans))
    made = Table(box=None, padding=(0, 1), header_style="bold")
    for column in ("step", "waits for", "from", "to", "may", "image"):
        made.add_column(column, justify="right" if column in ("from", "to") else "left")
    for step in trigger.build.steps:
        may = ", ".join(sorted(grant(each) for each in step.grants))
        name = f"[bold]{escape(step.id)}[/]" if step.id in critical else escape(step.id)
        after = list(step.after)
        waits = ", ".join(after) if len(after) < 4 else f"{after[0]} and {len(after) - 1} more"
        span = spans[step.id]
        made.add_row(name, waits, f"{span.begin:.0f}", f"{span.end:.0f}", may, escape(step.image))
    return made


def mermaid(build: Build) -> str:
    """A flow chart that GitHub and others draw: https://mermaid.js.org/syntax/flowchart.html"""
    lines = ["flowchart LR"]
    lines += [f"  {_node(step.id)}[{step.id}]" for step in build.steps]
    lines += [f"  {_node(before)} --> {_node(step.id)}" for step in build.steps for before in step.after]
    return "\n".join(lines)


def _node(id_: str) -> str:
    """Some words, such as `end`, mean something there."""
    return "s_" + id_.replace("-", "_")


def as_yaml(build: Build, versions: dict[str, str]) -> str:
    """A cloudbuild.yaml, for reading: triggers have the same inside them."""
    return yaml.dump(written.build(build, versions), Dumper=_Dumper, sort_keys=False, width=120)


class _Dumper(yaml.SafeDumper):
    """Scripts as people write them."""


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


_Dumper.add_representer(str, _text)


def as_json(trigger: Trigger) -> dict[str, Any]:
    """For programs."""
    spans = order.timeline(trigger.build)
    return {
        "name": trigger.name,
        "what": trigger.what,
        "event": event(trigger.event),
        "approval": trigger.approval,
        "account": trigger.account,
        "deploys": sorted(trigger.deploys),
        "parameters": dict(trigger.parameters),
        "seconds": round(length(trigger.build), 1),
        "steps": [
            {
                "id": step.id,
                "after": list(step.after),
                "image": step.image,
                "may": sorted(grant(each) for each in step.grants),
                "begin": round(spans[step.id].begin, 1),
                "end": round(spans[step.id].end, 1),
            }
            for step in trigger.build.steps
        ],
    }
