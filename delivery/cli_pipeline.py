"""`slipway pipeline ...`: only wiring."""

from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.markup import escape

from delivery import completion, place, screen
from delivery import options as opt
from delivery.errors import ExitCode

app = typer.Typer(help="Builds: what starts them, what they do, and one of them here.", no_args_is_help=True)

Name = Annotated[
    str,
    typer.Argument(
        metavar="NAME",
        help="A trigger, such as main; 'pipeline list' shows all.",
        autocompletion=completion.triggers,
    ),
]


@app.command("list")
def pipeline_list(context: typer.Context, config_dir: opt.ConfigDir = None, as_json: opt.Json = False) -> None:
    """All triggers, what starts them, and which stacks their builds can change."""
    from delivery import pipeline_report
    from pipelines import triggers

    found = triggers.all_of(place.find(config_dir or context.obj.config_dir).config)
    if as_json or context.obj.json:
        screen.print_json([pipeline_report.as_json(trigger) for trigger in found.values()])
    else:
        screen.out().print(pipeline_report.listing(found))


@app.command("start")
def pipeline_start(
    context: typer.Context,
    name: Name,
    commit: Annotated[
        str, typer.Option("--commit", metavar="SHA", help="What is built. Default: the head of the current folder.")
    ] = "",
    given: Annotated[
        list[str] | None, typer.Option("--set", metavar="_NAME=VALUE", help="A parameter of the trigger.")
    ] = None,
    engine: opt.EngineName = None,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """Start the build of a trigger by hand; in the sandbox it waits for 'slipway sandbox build'."""
    from delivery import pipeline_start as verb
    from delivery.opening import open_desk

    started = verb.start(open_desk(context.obj, engine, config_dir), name, commit, given or [])
    if as_json or context.obj.json:
        screen.print_json(started)
    else:
        screen.out().print(escape(f"{started['trigger']} builds {started['commit'][:12]}: {started['url']}"))


@app.command("history")
def pipeline_history(
    context: typer.Context,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="How many.")] = 20,
    engine: opt.EngineName = None,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """The last builds, newest first."""
    from delivery import builds_report
    from delivery.opening import open_desk

    found = open_desk(context.obj, engine, config_dir).builds.history(limit)
    if as_json or context.obj.json:
        screen.print_json(builds_report.as_json(found))
    else:
        screen.out().print(builds_report.table(found) if found else "there was no build yet")


@app.command("cancel")
def pipeline_cancel(
    context: typer.Context,
    build: Annotated[str, typer.Argument(metavar="BUILD", help="Its id, as 'pipeline history' shows it.")],
    engine: opt.EngineName = None,
    config_dir: opt.ConfigDir = None,
) -> None:
    """End a build that runs or waits."""
    from delivery.opening import open_desk

    open_desk(context.obj, engine, config_dir).builds.cancel(build)
    screen.out().print(escape(f"build {build} is cancelled"))


@app.command("failed")
def pipeline_failed(
    context: typer.Context,
    name: Name,
    commit: Annotated[str, typer.Option("--commit", metavar="SHA", help="What was built.")] = "",
    status: Annotated[
        str, typer.Option("--status", metavar="WORD", help="How it ended, in Cloud Build's word.")
    ] = "FAILURE",
    url: Annotated[str, typer.Option("--url", metavar="URL", help="Where its log is.")] = "",
    engine: opt.EngineName = None,
    config_dir: opt.ConfigDir = None,
) -> None:
    """Tell people of a build that has failed; the trigger 'failed' does it."""
    from delivery import build_notices
    from delivery.opening import open_desk

    said = build_notices.failed(open_desk(context.obj, engine, config_dir), name, commit, status, url)
    screen.out().print(escape(said))


@app.command("show")
def pipeline_show(
    context: typer.Context,
    name: Name,
    form: Annotated[
        Literal["table", "yaml", "graph"],
        typer.Option("--format", help="table, yaml (a cloudbuild.yaml) or graph (Mermaid)."),
    ] = "table",
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """One build: its steps, what each waits for and may do, and how long it takes by estimate."""
    from delivery import pipeline_report, pipelines_known

    trigger, versions = pipelines_known.named(place.find(config_dir or context.obj.config_dir).config, name)
    if as_json or context.obj.json:
        screen.print_json(pipeline_report.as_json(trigger))
    elif form == "yaml":
        print(pipeline_report.as_yaml(trigger.build, versions), end="")
    elif form == "graph":
        print(pipeline_report.mermaid(trigger.build))
    else:
        screen.out().print(escape(f"{trigger.what}. Starts at: {pipeline_report.event(trigger.event)}."))
        screen.out().print(pipeline_report.table(trigger))


@app.command("pin")
def pipeline_pin(
    context: typer.Context,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="Of slipway:steps. Default: all without a digest.")
    ] = None,
    update: Annotated[bool, typer.Option("--update", help="Those that have a digest, too.")] = False,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """Ask registries which image each tag of slipway:steps means, and write its digest beside it."""
    from delivery import pipeline_pin as verb

    config = place.find(config_dir or context.obj.config_dir).config
    found = verb.run(
        config, names=tuple(names or ()), update=update, tell=lambda line: screen.err().print(escape(line))
    )
    if as_json or context.obj.json:
        screen.print_json(verb.as_json(found))
    else:
        screen.out().print(verb.table(found))


@app.command("run")
def pipeline_run(
    context: typer.Context,
    name: Name,
    local: Annotated[bool, typer.Option("--local", help="On this machine; Cloud Build is not asked.")] = False,
    folder: Annotated[
        Path | None, typer.Option("--folder", metavar="DIR", help="What is built. Default: the current folder.")
    ] = None,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """Run the build of a trigger here: commands for real, images where Docker is, and what acts in the cloud not at all."""
    from delivery import build_view, pipelines_known
    from delivery.pipeline_local import Local

    config = place.find(config_dir or context.obj.config_dir).config
    build = Local(pipelines_known.here(config, name, local), pipelines_known.catalogue(config), folder or Path.cwd())
    with build_view.shown(build.trigger.build) as tell:
        found = build.run(tell)
    if as_json or context.obj.json:
        screen.print_json(build_view.as_json(found))
    else:
        screen.out().print(build_view.timeline(found))
    for line in (*build_view.unproved(found), *build_view.failures(found)):
        screen.err().print(escape(line))
    if any(ran.state not in ("passed", "simulated") for ran in found):
        raise typer.Exit(ExitCode.FAILED)
