"""What is said of builds: one has made a release, another has failed before anything could say so itself."""

from __future__ import annotations

from pathlib import Path

from delivery import pipelines_known
from delivery.desk import Desk
from delivery.notices import Kind, Link, NextStep, Notice, Severity
from delivery.releases import Release
from model.environment import Environment
from model.names import MAIN
from model.order import branches, order
from model.stacks import load_environment
from pipelines.trigger import Push

REASONS = {
    "FAILURE": "a step has failed",
    "INTERNAL_ERROR": "Cloud Build itself has failed",
    "TIMEOUT": "it has taken longer than it may",
    "EXPIRED": "it has waited longer than it may",
}
"""How a build ends badly: https://docs.cloud.google.com/build/docs/api/reference/rest/v1/projects.builds#status"""


def recorded(desk: Desk, release: Release) -> None:
    """A build has made a release; nothing is said of one that somebody has recorded by hand. Never raises."""
    first = next((name for name, branch in branches(desk.place.config).items() if branch == release.branch), None)
    if not release.build or first is None:
        return
    loaded = load_environment(first, desk.place.config)
    by_itself = isinstance(loaded, Environment) and loaded.promotion.automatic
    step = NextStep(
        f"{first} takes it by itself" if by_itself else f"Bring it to {first}",
        command="slipway status" if by_itself else f"slipway deploy {first} {release.id}",
    )
    desk.outbox.tell(
        Notice(
            kind=Kind.BUILD,
            severity=Severity.INFO,
            environment=first,
            title=f"release {release.id} is built",
            at=desk.engine.now(),
            release=release.id,
            branch=release.branch if release.branch != MAIN else "",
            commit=release.commit,
            author=release.author,
            who=desk.who,
            next_step=step,
            link=Link("The build", release.build),
        )
    )


def failed(desk: Desk, trigger: str, commit: str, status: str, url: str) -> str:
    """A build that nobody looks at has failed; what was said. Raises ConfigError for a trigger that there is not."""
    found, _ = pipelines_known.named(desk.place.config, trigger)
    title = f"the build of {trigger} has failed"
    again = f"slipway pipeline start {trigger}" + (f" --commit {commit}" if commit else "")
    environment = _told(desk.place.config, sorted(found.deploys))
    if environment:
        desk.outbox.tell(
            Notice(
                kind=Kind.BUILD,
                severity=Severity.CRITICAL,
                environment=environment,
                title=title,
                at=desk.engine.now(),
                branch=found.event.branch.strip("^$").replace("\\", "") if isinstance(found.event, Push) else "",
                commit=commit,
                who=desk.who,
                reason=REASONS.get(status, status),
                next_step=NextStep("Read its log, and start it again where nothing is to be mended", command=again),
                link=Link("The build", url) if url else None,
            )
        )
    return f"{title}: {REASONS.get(status, status)}"


def _told(config: Path, deploys: list[str]) -> str | None:
    """The environment that the build changes, where it is one alone; else the one that a release is deployed to first."""
    known = order(config)
    return next(iter([name for name in deploys if name in known] if len(deploys) == 1 else []), None) or next(
        iter(known), None
    )
