"""What people are told of drift: whoever watches over security of what decides who may do what, the others of the rest."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from rich.markup import escape

from delivery import screen, security_notice
from delivery.desk import Desk
from delivery.drift_report import named
from delivery.drifting import Drift, Found
from delivery.notices import Kind, NextStep, Notice, Severity
from model.environment import Environment
from model.errors import ConfigError
from model.preview import Preview
from model.stacks import load_environment

SHOWN = 10
"""Resources that are named; the command has them all."""

_ACCESS = (
    *("Attestor", "ApiKey", "ClusterRole", "ClusterRoleBinding", "CryptoKey", "Firewall", "NetworkPolicy", "Policy"),
    *("Role", "RoleBinding", "SSLPolicy", "Secret", "SecretProviderClass", "SecretVersion", "SecurityPolicy"),
    *("ServiceAccount", "User"),
)
_ACCOUNT = "gcp:serviceaccount/account:Account"


def tell(desk: Desk, found: Found) -> None:
    """Tell of what drifted in a stack; nobody where nothing has. Never raises."""
    if not found.drifts:
        return
    try:
        environment = told_by(found.stack, desk.place.config)
    except ConfigError as error:
        screen.err().print(f"[yellow]warning[/]: nobody is told: {escape(str(error))}")
        return
    if environment is None:
        screen.err().print("[yellow]note[/]: nobody is told: there is no environment that names a channel")
        return
    for notice in notices(found, environment, desk.who, desk.engine.now()):
        desk.outbox.tell(notice)


def told_by(stack: str, config_dir: Path) -> str | None:
    """The environment whose channels are told: the stack itself, a preview's base, and of what belongs to none as of findings."""
    loaded = load_environment(stack, config_dir)
    if isinstance(loaded, Environment):
        return stack
    return loaded.base if isinstance(loaded, Preview) else security_notice.told_by(config_dir)


def notices(found: Found, environment: str, who: str, at: datetime) -> list[Notice]:
    """One of what is about access, one of the rest; what is gone is critical. Values stay out, which only the command shows."""
    parts = {
        Kind.SECURITY: [each for each in found.drifts if access(each)],
        Kind.DRIFT: [each for each in found.drifts if not access(each)],
    }
    return [
        Notice(
            kind=kind,
            severity=Severity.CRITICAL if any(each.gone for each in drifts) else Severity.WARNING,
            environment=environment,
            title=f"Drift in {found.stack}: {_counted(drifts)}",
            at=at,
            who=who,
            reason="\n".join([*map(_line, drifts[:SHOWN]), *_rest(drifts)]),
            next_step=NextStep("See what differs", command=f"slipway drift {found.stack}"),
        )
        for kind, drifts in parts.items()
        if drifts
    ]


def access(drift: Drift) -> bool:
    """Whether the resource decides who may do or reach what, or keeps a secret."""
    type_ = drift.resource.type
    kind = type_.rpartition(":")[2]
    return kind in _ACCESS or kind.lower().endswith("iammember") or type_ == _ACCOUNT


def _counted(drifts: list[Drift]) -> str:
    gone = sum(each.gone for each in drifts)
    changed = len(drifts) - gone
    return ", ".join([*([f"{changed} changed"] if changed else []), *([f"{gone} gone"] if gone else [])])


def _line(drift: Drift) -> str:
    where = ", ".join(each.path for each in drift.properties)
    return f"gone: {named(drift)}" if drift.gone else f"changed: {named(drift)}" + (f": {where}" if where else "")


def _rest(drifts: list[Drift]) -> list[str]:
    return [f"and {len(drifts) - SHOWN} more"] if len(drifts) > SHOWN else []
