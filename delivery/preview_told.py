"""What the pull request is told of its preview: one comment, and the states of a deployment.

Nobody's preview fails since GitHub does not answer: what could not be told is said on the terminal.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rich.markup import escape

from delivery import preview_comment, preview_cost, screen, stack_yaml
from delivery.desk import Desk
from delivery.errors import Failed
from delivery.github import DeploymentState, GitHub
from delivery.github_failures import Absent
from delivery.preview_comment import MARKER, Told
from model.catalogue import load_catalogue
from model.environment import Preview
from model.stacks import load_environment

_SAID: set[tuple[int, str]] = set()
"""One command asks and tells several times; why that does not work is said once."""


def on_github(desk: Desk, number: int, *, needed: bool) -> dict[str, stack_yaml.Scalar]:
    """Branch, head and whether it is a fork's, as GitHub knows the pull request; nothing where it knows none.

    Where it does not answer, that is said, or it is a failure where the answer is `needed`: nobody knows then whether a
    stranger wrote it.
    """
    github = desk.application_github()
    if github is None:
        return {}
    try:
        request = github.pull_request(number)
    except Failed as error:
        if needed and not isinstance(error, Absent):
            remedy = f"Say --fork or --no-fork, or try again. {error.remedy}".strip()
            raise Failed(f"whether a stranger wrote pull request {number} is not known: {error.what}", remedy) from None
        _say(number, "could not be read", error)
        return {}
    return {"branch": request.branch, "commit": request.commit, "fork": request.from_fork}


def begun(desk: Desk, stack: str) -> None:
    """It is being brought up."""
    loaded = _loaded(desk, stack)
    _deployment(desk, loaded, "in_progress", "", "is being brought up")


def ended(desk: Desk, stack: str, error: Failed | None, ends: str = "") -> None:
    """It runs, or sleeps, or does not come up; with `ends` the warning that it will be closed."""
    loaded = _loaded(desk, stack)
    routes: Mapping[str, Sequence[str]] = (desk.engine.outputs(stack) or {}).get("routes") or {}
    state = "failed" if error else "asleep: no pods until somebody wakes it" if loaded.asleep else "runs"
    cost = preview_cost.of_a_day(loaded, load_catalogue(desk.place.config))
    told = Told(loaded, state, routes, cost, (error.what, error.remedy) if error else None, ends)

    def tell(github: GitHub) -> None:
        github.comment(loaded.pull_request.number, MARKER, preview_comment.body(told))

    _quietly(desk, loaded.pull_request.number, tell)
    if not ends:
        outcome: DeploymentState = "failure" if error else "inactive" if loaded.asleep else "success"
        first = next((url for urls in routes.values() for url in urls if url.startswith("https://")), "")
        _deployment(desk, loaded, outcome, first, state)


def closed(desk: Desk, number: int, known: Mapping[str, Any] | None) -> None:
    """It is gone; `known` is what its stack said of it, None where it never came up."""
    stack = f"pr-{number}"

    def tell(github: GitHub) -> None:
        if github.own_comment(number, MARKER) is not None:
            github.comment(number, MARKER, preview_comment.closed(stack))
        if known and known.get("commit"):
            id_ = github.deployment(known["commit"], stack, transient=True)
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
