"""`slipway sandbox pull-request`, `review`, `check` and `team`: only wiring."""

from typing import Annotated, Any

import typer
from rich.markup import escape

from delivery import completion, screen
from delivery import options as opt
from delivery.opening import open_desk
from model.errors import ConfigError, Problem

Repository = Annotated[
    str | None, typer.Option("--repository", metavar="OWNER/NAME", help="Default: slipway:platformRepository.")
]


def pull_request(
    context: typer.Context,
    number: opt.Number,
    author: Annotated[str | None, typer.Option("--author", metavar="LOGIN", help="Who opens it.")] = None,
    branch: Annotated[str | None, typer.Option("--branch", metavar="NAME", help="Where it is.")] = None,
    commit: Annotated[str | None, typer.Option("--commit", metavar="SHA", help="Its head; later, a push.")] = None,
    base: Annotated[str | None, typer.Option("--base", metavar="NAME", help="Default: main.")] = None,
    title: Annotated[str | None, typer.Option("--title", metavar="TEXT", help="Default: the branch's name.")] = None,
    label: Annotated[list[str] | None, typer.Option("--label", metavar="NAME", help="May be repeated.")] = None,
    fork: Annotated[bool, typer.Option("--fork", help="The branch is in a fork.")] = False,
    close: Annotated[bool, typer.Option("--close", help="Without merging.")] = False,
    merge: Annotated[bool, typer.Option("--merge", help="With all its commits.")] = False,
    repository: Repository = None,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """Open a pull request on the sandbox's GitHub, push to it, close or merge it; with no option, show it."""
    from delivery import sandbox_github as verb

    desk = open_desk(context.obj, "sandbox", config_dir)
    change = verb.Change(author, branch, commit, base, title, tuple(label or ()), fork, close, merge)
    name, folder = verb.repository(desk.place.config, repository), desk.place.sandbox
    shown = verb.as_json(folder, name, verb.pull_request(folder, name, number, change))
    _tell(context, as_json, shown, verb.lines(shown))


def review(
    context: typer.Context,
    number: opt.Number,
    who: Annotated[str, typer.Option("--by", metavar="LOGIN", help="Whose review.")],
    request_changes: Annotated[bool, typer.Option("--request-changes", help="Instead of approving.")] = False,
    dismiss: Annotated[bool, typer.Option("--dismiss", help="Take the latest decision of this person away.")] = False,
    repository: Repository = None,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """Approve a pull request of the sandbox's GitHub as it is now, or say otherwise."""
    from delivery import sandbox_github as verb

    if request_changes and dismiss:
        raise ConfigError(
            Problem("command line", "--dismiss", "it does not go with --request-changes", "Take one of them.")
        )
    state = "DISMISSED" if dismiss else "CHANGES_REQUESTED" if request_changes else "APPROVED"
    desk = open_desk(context.obj, "sandbox", config_dir)
    name, folder = verb.repository(desk.place.config, repository), desk.place.sandbox
    made = verb.review(folder, name, number, who, state, desk.engine.now())
    said = {"repository": name, "number": number, "who": made.who, "state": made.state, "commit": made.commit}
    what = {"APPROVED": "approves", "CHANGES_REQUESTED": "asks for changes of"}.get(
        made.state, "has no say any more in"
    )
    line = f"{made.who} {what} pull request {number} of {name} at {made.commit[:12]}"
    _tell(context, as_json, {**said, "at": made.at.isoformat(timespec="seconds")}, [line])


def check(
    context: typer.Context,
    commit: Annotated[str, typer.Argument(metavar="COMMIT", help="40 hexadecimal digits.")],
    check: Annotated[str, typer.Argument(metavar="NAME", help="Such as lint.")],
    outcome: Annotated[
        str,
        typer.Argument(
            metavar="OUTCOME",
            help="passed, failed or pending.",
            autocompletion=completion.one_of("passed", "failed", "pending"),
        ),
    ],
    repository: Repository = None,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """Report a check of a commit to the sandbox's GitHub."""
    from delivery import sandbox_github as verb

    desk = open_desk(context.obj, "sandbox", config_dir)
    name = verb.repository(desk.place.config, repository)
    verb.check(desk.place.sandbox, name, commit, check, outcome)
    said = {"repository": name, "commit": commit, "check": check, "outcome": outcome}
    _tell(context, as_json, said, [f"{check} of {commit[:12]} in {name}: {outcome}"])


def team(
    context: typer.Context,
    team: Annotated[str, typer.Argument(metavar="NAME", help="The team's slug.")],
    logins: Annotated[list[str], typer.Argument(metavar="LOGIN...", help="All its members.")],
    repository: Repository = None,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """Say who is in a team on the sandbox's GitHub; teams belong to the repository's owner."""
    from delivery import sandbox_github as verb

    desk = open_desk(context.obj, "sandbox", config_dir)
    name = verb.repository(desk.place.config, repository)
    verb.team(desk.place.sandbox, name, team, logins)
    owner, members = name.partition("/")[0], sorted(set(logins))
    _tell(
        context, as_json, {"owner": owner, "team": team, "members": members}, [f"{owner}/{team}: {', '.join(members)}"]
    )


def _tell(context: typer.Context, as_json: bool, document: dict[str, Any], lines: list[str]) -> None:
    if as_json or context.obj.json:
        screen.print_json(document)
        return
    for line in lines:
        screen.out().print(escape(line))
