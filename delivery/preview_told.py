"""What the pull request is told of its preview: one comment, and the states of a deployment.

Nobody's preview fails since GitHub does not answer: what could not be told is said on the terminal.
"""

from collections.abc import Callable, Mapping, Sequence

from rich.markup import escape

from delivery import preview_comment, preview_cost, screen, stack_yaml
from delivery.desk import Desk
from delivery.errors import Failed
from delivery.github import DeploymentState, GitHub, PullRequest
from delivery.github_failures import Absent
from delivery.preview_comment import MARKER, Told
from model.catalogue import load_catalogue
from model.preview import Preview
from model.stacks import load_environment

_SAID: set[tuple[int, str]] = set()
"""One command asks and tells several times; why that does not work is said once."""


def on_github(desk: Desk, number: int, *, needed: bool) -> dict[str, stack_yaml.Scalar]:
    """Branch, head and whether it is a fork's, as GitHub knows the pull request; nothing where it knows none.

    Where GitHub cannot tell, that is said, or it is a failure where the answer is `needed`: nobody knows then whether a
    stranger wrote it. To a token that may not read a repository GitHub says that there is none; the sandbox's hides nothing.
    """
    github = desk.application_github()
    certain = desk.engine.name == "sandbox"
    remedy = "Say --fork, or --no-fork where one of the team wrote it."
    if github is None:
        if needed and not certain:
            what = f"whether a stranger wrote pull request {number} is not known: no repository is named to ask for it"
            raise Failed(what, f"Write slipway:applicationRepository into the shared stack's file. {remedy}")
        return {}
    try:
        request = github.pull_request(number)
    except Failed as error:
        if needed and not (certain and isinstance(error, Absent)):
            what = f"whether a stranger wrote pull request {number} is not known: {error.what}"
            raise Failed(what, f"{remedy} {error.remedy}".strip()) from None
        _say(number, "could not be read", error)
        return {}
    return {"branch": request.branch, "commit": request.commit, "fork": request.from_fork}


def now(desk: Desk, number: int) -> PullRequest | None:
    """The pull request as it is; None where GitHub cannot tell."""
    github = desk.application_github()
    try:
        return github.pull_request(number) if github else None
    except Failed:
        return None


def known_head(desk: Desk, number: int) -> str:
    """The same. Raises Failed where GitHub cannot tell."""
    github = desk.application_github()
    if github is None:
        what = f"the head of pull request {number} is not known: no repository is named to ask for it"
        remedy = (
            "Add --commit with its 40 characters, or write slipway:applicationRepository into the shared stack's file."
        )
        raise Failed(what, remedy)
    return github.pull_request(number).commit


def begun(desk: Desk, stack: str) -> None:
    """It is being brought up."""
    loaded = _loaded(desk, stack)
    _deployment(desk, loaded, "in_progress", "", "is being brought up")


def ended(desk: Desk, stack: str, error: Failed | None) -> None:
    """It runs, or sleeps, or does not come up."""
    loaded = _loaded(desk, stack)
    routes: Mapping[str, Sequence[str]] = (desk.engine.outputs(stack) or {}).get("routes") or {}
    state = "failed" if error else "asleep: no pods until somebody wakes it" if loaded.asleep else "runs"
    config = desk.place.config
    cost = preview_cost.of_a_day(loaded, preview_cost.base_of(loaded, config), load_catalogue(config))
    told = Told(loaded, state, routes, cost, (error.what, error.remedy) if error else None)

    def tell(github: GitHub) -> None:
        github.comment(loaded.pull_request.number, MARKER, preview_comment.body(told))

    _quietly(desk, loaded.pull_request.number, tell)
    outcome: DeploymentState = "failure" if error else "inactive" if loaded.asleep else "success"
    first = next((url for urls in routes.values() for url in urls if url.startswith("https://")), "")
    _deployment(desk, loaded, outcome, first, state)


def warned(desk: Desk, number: int, warning: str) -> None:
    """That it will be closed, above what the comment says already. Raises Failed where nobody can be told."""
    if github := desk.application_github():
        said = github.own_comment(number, MARKER) or f"### Preview pr-{number}"
        github.comment(number, MARKER, preview_comment.warned(said, warning))


def closed(desk: Desk, number: int, commit: str | None) -> None:
    """It is gone; `commit` is what it showed, None where it never came up."""
    stack = f"pr-{number}"

    def tell(github: GitHub) -> None:
        if github.own_comment(number, MARKER) is not None:
            github.comment(number, MARKER, preview_comment.closed(stack))
        if commit:
            id_ = github.deployment(commit, stack, transient=True)
            github.deployment_status(id_, "inactive", "", "is closed")

    _quietly(desk, number, tell)


def _loaded(desk: Desk, stack: str) -> Preview:
    loaded = load_environment(stack, desk.place.config)
    assert isinstance(loaded, Preview)
    return loaded


def _deployment(desk: Desk, stack: Preview, state: DeploymentState, url: str, what: str) -> None:
    commit = stack.pull_request.commit
    if commit is None:
        return

    def tell(github: GitHub) -> None:
        id_ = github.deployment(commit, stack.prefix, transient=True)
        github.deployment_status(id_, state, url, what)

    _quietly(desk, stack.pull_request.number, tell)


def _quietly(desk: Desk, number: int, what: Callable[[GitHub], None]) -> None:
    """Where no repository of services is known, there is nobody to tell."""
    try:
        if github := desk.application_github():
            what(github)
    except Failed as error:
        _say(number, "was not told", error)


def _say(number: int, why: str, error: Failed) -> None:
    if (number, error.what) not in _SAID:
        _SAID.add((number, error.what))
        screen.err().print(f"[yellow]note[/]: pull request {number} {why}: {escape(error.what)}")
