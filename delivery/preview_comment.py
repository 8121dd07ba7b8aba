"""The one comment on a pull request that tells of its preview, edited in place. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from delivery.guards import short
from delivery.markdown import code, fenced
from model.preview import Preview

MARKER = "preview"
"""What `GitHub.comment` knows it by."""


@dataclass(frozen=True)
class Told:
    """What is to be said. `routes` are the addresses by service; `error` is what went wrong, with what to do about it. The cost is
    None where nobody knows it.
    """

    stack: Preview
    state: str
    routes: Mapping[str, Sequence[str]]
    cost_of_a_day: float | None
    error: tuple[str, str] | None = None


def body(told: Told) -> str:
    """Markdown. Nothing in it that a branch's name or an error says can end the place that it stands in."""
    stack, number = told.stack, told.stack.pull_request.number
    rows = [("state", told.state)]
    urls = list(dict.fromkeys(url for urls in told.routes.values() for url in urls))
    rows += [("address", "<br>".join(urls))] if urls else []
    rows.append(("branch", code(stack.pull_request.branch)))
    rows += [("commit", code(stack.pull_request.commit))] if stack.pull_request.commit else []
    own = ", ".join(f"{image} {code(short(digest))}" for image, digest in sorted(stack.built.items()))
    rows.append(("built for it", own or "nothing"))
    rows.append((f"as in {stack.base}", ", ".join(sorted(stack.pinned - set(stack.built))) or "nothing"))
    if stack.expires:
        rows.append(
            ("closed", f"{moment(stack.expires)}, unless somebody pushes or says {code(f'slipway pr extend {number}')}")
        )
    rows.append(("costs", said_cost(told.cost_of_a_day)))
    space = stack.namespace
    rows.append(("logs", code(f"kubectl logs -n {space} deployment/NAME")))
    rows.append(
        (
            "database",
            f"user {code(f'{stack.prefix}_preview'.replace('-', '_'))}, password in the secret {code(f'{stack.prefix}-database-password')}",
        )
    )
    parts = [f"### Preview {stack.prefix}"]
    if told.error:
        what, remedy = told.error
        parts.append(f"**It does not run.** {remedy}\n\n{fenced(what.splitlines())}")
    parts.append("\n".join(["| | |", "|---|---|", *(f"| {key} | {value} |" for key, value in rows)]))
    return "\n\n".join(parts)


def warned(text: str, warning: str) -> str:
    """The same comment with a warning below its title."""
    title, _, rest = text.partition("\n")
    return "\n\n".join(part for part in (title, f"> **{warning}**", rest.lstrip("\n")) if part)


def closed(stack: str) -> str:
    """What stays when the preview is gone."""
    return f"### Preview {stack}\n\nIt is closed, and nothing of it is left."


def said_cost(of_a_day: float | None) -> str:
    """US dollars of its pods; they may run on nodes that have no price."""
    return "nobody knows how much a day awake" if of_a_day is None else f"about ${of_a_day:.2f} a day awake"


def moment(time: datetime) -> str:
    """Such as `2026-01-31 12:00 UTC`."""
    return time.strftime("%Y-%m-%d %H:%M UTC")
