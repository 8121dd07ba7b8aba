"""`slipway deploy | promote | rollback | hold | unhold | approve`: only wiring."""

from pathlib import Path
from typing import Annotated

import typer

from delivery import completion
from delivery import options as opt
from delivery.opening import Chosen, open_desk
from model.errors import ConfigError, Problem

WithInfra = Annotated[
    bool,
    typer.Option("--with-infra", help="Let along what else has changed in program and config; the ledger names it."),
]
BreakGlass = Annotated[
    bool,
    typer.Option("--break-glass", help="Pass the guards over time and people; needs --why, and everybody is told."),
]
Why = Annotated[str, typer.Option("--why", metavar="TEXT", help="The reason, for the ledger.")]
Coordination = Annotated[
    str,
    typer.Option(
        "--coordination", metavar="URL", help="The page that says who pauses what; for coordinated migrations."
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would change and who refuses; change nothing.")]
Push = Annotated[bool, typer.Option("--push", help="Publish the commits to the platform repository.")]
Service = Annotated[
    str,
    typer.Option(
        "--service",
        metavar="SERVICE",
        help="Only this service's image.",
        autocompletion=completion.services,
    ),
]


def deploy(
    context: typer.Context,
    environment: opt.Environment,
    release: Annotated[
        str,
        typer.Argument(metavar="RELEASE", help="YYYY.MM.DD.NNNN", autocompletion=completion.releases),
    ],
    unless_newer: Annotated[
        bool, typer.Option("--unless-newer", help="Do nothing where it or a newer one is there, as automation should.")
    ] = False,
    with_infra: WithInfra = False,
    break_glass: BreakGlass = False,
    why: Why = "",
    coordination: Coordination = "",
    dry_run: DryRun = False,
    push: Push = False,
    engine: opt.EngineName = None,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """Bring a recorded release to the first environment."""
    from delivery import deploy as verb
    from delivery import moving
    from delivery.deciding import Asked

    chosen: Chosen = context.obj
    asked = Asked(with_infra, _glass(break_glass, why), why, coordination, newest_only=unless_newer)
    desk = open_desk(chosen, engine, config_dir, push=push)
    if unless_newer and (overtaken := verb.overtaken(desk, environment, release)):
        moving.needless(overtaken, as_json or chosen.json)
        return
    decision = verb.decide(desk, environment, release, asked)
    (
        moving.show(decision, as_json or chosen.json)
        if dry_run
        else moving.carry_out(desk, decision, as_json or chosen.json)
    )


def promote(
    context: typer.Context,
    environment: opt.Environment,
    source: Annotated[
        str | None,
        typer.Option("--from", metavar="ENV", help="Default: the one before.", autocompletion=completion.environments),
    ] = None,
    service: Service = "",
    release: Annotated[
        str | None,
        typer.Option(
            "--release",
            metavar="ID",
            help="One that ran well there before. Default: what runs there.",
            autocompletion=completion.releases,
        ),
    ] = None,
    with_infra: WithInfra = False,
    break_glass: BreakGlass = False,
    why: Why = "",
    coordination: Coordination = "",
    dry_run: DryRun = False,
    push: Push = False,
    pull_request: Annotated[
        bool, typer.Option("--pr", help="Stop after the commit: push it on a branch and open a pull request.")
    ] = False,
    engine: opt.EngineName = None,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """Bring what runs, healthy, in the environment before to this one."""
    from delivery import moving
    from delivery import promote as verb
    from delivery.deciding import Asked

    chosen: Chosen = context.obj
    asked = Asked(with_infra, _glass(break_glass, why), why, coordination, later=pull_request)
    desk = open_desk(chosen, engine, config_dir, push=push)
    decision = verb.decide(desk, environment, source, service=service, release=release, asked=asked)
    if dry_run:
        moving.show(decision, as_json or chosen.json)
    elif pull_request:
        moving.propose(desk, decision, as_json or chosen.json)
    else:
        moving.carry_out(desk, decision, as_json or chosen.json)


def rollback(
    context: typer.Context,
    environment: opt.Environment,
    to: Annotated[
        str | None,
        typer.Option(
            "--to",
            metavar="ID",
            help="A release that ran well here. Default: the last one that no rollback has left.",
            autocompletion=completion.releases,
        ),
    ] = None,
    service: Service = "",
    why: Why = "",
    with_infra: WithInfra = False,
    dry_run: DryRun = False,
    push: Push = False,
    engine: opt.EngineName = None,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """Go back to what ran well here before; no migration runs."""
    from delivery import moving
    from delivery import rollback as verb
    from delivery.deciding import Asked

    chosen: Chosen = context.obj
    desk = open_desk(chosen, engine, config_dir, push=push)
    decision = verb.decide(desk, environment, to, service=service, asked=Asked(with_infra, why=why))
    (
        moving.show(decision, as_json or chosen.json)
        if dry_run
        else moving.carry_out(desk, decision, as_json or chosen.json)
    )


def hold(
    context: typer.Context,
    environment: opt.Environment,
    why: Why = "",
    push: Push = False,
    engine: opt.EngineName = None,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """Let nothing come to an environment until somebody lifts it."""
    from delivery import holds

    holds.hold(
        open_desk(context.obj, engine, config_dir, push=push), environment, _reason(why), _json(context, as_json)
    )


def unhold(
    context: typer.Context,
    environment: opt.Environment,
    why: Why = "",
    push: Push = False,
    engine: opt.EngineName = None,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """Lift the hold on an environment."""
    from delivery import holds

    holds.lift(
        open_desk(context.obj, engine, config_dir, push=push), environment, _reason(why), _json(context, as_json)
    )


def approve(
    context: typer.Context,
    environment: opt.Environment,
    source: Annotated[
        str | None,
        typer.Option("--from", metavar="ENV", help="As with promote.", autocompletion=completion.environments),
    ] = None,
    service: Service = "",
    release: Annotated[
        str | None,
        typer.Option("--release", metavar="ID", help="As with promote.", autocompletion=completion.releases),
    ] = None,
    key: Annotated[
        Path | None,
        typer.Option("--key", metavar="FILE", help="The SSH key to sign with. Default: git's user.signingkey."),
    ] = None,
    infra: Annotated[
        bool, typer.Option("--infra", help="Agree to what 'apply' would change, which moves no release.")
    ] = False,
    push: Push = False,
    engine: opt.EngineName = None,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """Agree to what `promote` with the same arguments would change, or `apply`, by a signed commit."""
    from delivery import approving

    if infra and (source or service or release):
        what, remedy = "it does not go with --from, --service and --release", "Leave them out: no release moves."
        raise ConfigError(Problem("command line", "--infra", what, remedy))
    desk = open_desk(context.obj, engine, config_dir, push=push)
    if infra:
        approving.approve_infrastructure(desk, environment, key, _json(context, as_json))
        return
    approving.approve(desk, environment, source, service, release, key, _json(context, as_json))


def _json(context: typer.Context, as_json: bool) -> bool:
    return as_json or bool(context.obj.json)


def _glass(break_glass: bool, why: str) -> bool:
    if break_glass:
        _reason(why)
    return break_glass


def _reason(why: str) -> str:
    if not why.strip():
        raise ConfigError(Problem("command line", "--why", "there is no reason", "Say why, in a few words."))
    return why.strip()
