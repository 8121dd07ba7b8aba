"""`slipway pr`: a pull request's own copy of the services, in its base environment's cluster.

A preview is an ordinary stack. What is added here is its file, made from `Pulumi.pr.yaml`, and that every verb may be
repeated: whatever a killed command left, the same command again finishes.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC

from delivery import pins, policing, preview_file, preview_images, preview_told, stack_yaml
from delivery.desk import Desk
from delivery.engines import Report, Update
from delivery.errors import Ended, Failed, Refused
from delivery.holding import forget, held
from delivery.preview_file import ACTIVITY, ASLEEP, BUILT, OPENED, PULL_REQUEST, PreviewFile, stack_of
from delivery.preview_list import Known, known_previews
from delivery.progress import one_line
from model.errors import ConfigError, Problem
from model.preview import Preview
from model.stacks import stack_file

CLUSTER = "cluster_endpoint"
"""The export by which one cluster is told from another."""
DELETE_UNREACHABLE = "PULUMI_K8S_DELETE_UNREACHABLE"
"""https://www.pulumi.com/registry/packages/kubernetes/installation-configuration/"""


@dataclass(frozen=True)
class Request:
    """What `pr open` was told of a pull request; what is None, GitHub or an earlier `pr open` knows.

    `images` are those that it changed, image -> digest or None for that of the commit; `anew` says that they are all. With
    `built` they are those that were built of the commit, which is the head if none is named.
    """

    number: int
    branch: str | None = None
    commit: str | None = None
    fork: bool | None = None
    images: Mapping[str, str | None] = field(default_factory=dict)
    anew: bool = False
    patience: float = 0.0
    built: bool = False


def open_preview(desk: Desk, asked: Request, report: Report, tell: Callable[[str], None]) -> Update:
    """Make the preview of a pull request, or bring it up to date. Raises Failed when it does not come up."""
    stack, base = stack_of(asked.number), preview_file.base_of(desk)
    if asked.built:
        asked = replace(asked, commit=asked.commit or preview_told.known_head(desk, asked.number), anew=True)
    wanted = file_of(desk, asked).checked()
    if base not in desk.engine.stacks(beside=base):
        raise Failed(
            f"{base}, which the preview would stand on, was never brought up", f"Run 'slipway up {base}' first."
        )
    _allowed(desk, wanted)
    commit = wanted.pull_request.commit
    if asked.built and commit:
        found = preview_images.of_commit(desk, wanted, commit, tell)
    else:
        found = preview_images.built(desk, wanted.previews, asked.images, commit, asked.patience, tell)
    with held(desk.place.config, stack, desk.who):
        # The wait may have been long: what others did to the preview meanwhile stays done.
        file = file_of(desk, asked)
        _in_time(desk, asked, commit)
        before = file.checked()
        own = found if asked.anew else {**before.built, **found}
        changes: preview_file.Changes = {BUILT: dict(sorted(own.items())) or None, **_awake(desk)}
        file = file.with_changes(changes if before.opened else {OPENED: _now(desk), **changes})
        file.written()
        return _brought_up(desk, stack, f"remove it with 'slipway pr close {asked.number}'", report)


def file_of(desk: Desk, asked: Request, hub: Desk | None = None) -> PreviewFile:
    """Its file as it would be, the images that it changed left out; `hub` is whose GitHub is asked, if not the desk's."""
    before = preview_file.find(desk, asked.number)
    known = preview_told.on_github(hub or desk, asked.number, needed=asked.fork is None and before is None)
    file = before or preview_file.template(desk, stack_of(asked.number))
    request = _pull_request(asked, before, known)
    changes = {**_pins(desk, preview_file.base_of(desk)), PULL_REQUEST: request}
    return file.with_changes({**changes, BUILT: None} if asked.anew else changes)


def extend(desk: Desk, number: int, report: Report) -> Update:
    """Somebody needs it still: its time begins anew."""
    return _changed(desk, number, {ACTIVITY: _now(desk)}, report)


def sleep(desk: Desk, number: int, report: Report) -> Update:
    """No pods; everything else stays."""
    return _changed(desk, number, {ASLEEP: True}, report)


def wake(desk: Desk, number: int, report: Report) -> Update:
    """Its pods again, and its time begins anew."""
    return _changed(desk, number, _awake(desk), report)


def close_preview(desk: Desk, number: int, report: Report) -> Update | None:
    """Remove everything that the preview made, its state and its file; None where there was nothing.

    Works on a half-made preview and on one whose file is gone.
    """
    stack = stack_of(number)
    update = None
    with held(desk.place.config, stack, desk.who):
        if stack in desk.engine.stacks(beside=stack):
            known = preview_file.exported(desk, stack)
            with _without_its_cluster(desk, stack):
                update = desk.engine.run(stack, "destroy", report)
            if not update.ok:
                again = f"run 'slipway pr close {number}' again"
                raise _failed(update, f"the preview {stack} could not be removed whole", again)
            # Before the state goes: killed in between, the same command tells it again.
            preview_told.closed(desk, number, known.commit if known else None)
            desk.engine.remove(stack)
        (desk.place.config / stack_file(stack)).unlink(missing_ok=True)
        forget(desk.place.config, stack)
    return update


def _changed(desk: Desk, number: int, changes: preview_file.Changes, report: Report) -> Update:
    stack = stack_of(number)
    with held(desk.place.config, stack, desk.who):
        preview_file.known(desk, number).with_changes(changes).written()
        return _brought_up(desk, stack, "run the same command again", report)


def _brought_up(desk: Desk, stack: str, otherwise: str, report: Report) -> Update:
    preview_told.begun(desk, stack)
    try:
        with _without_its_cluster(desk, stack):
            update = desk.engine.run(stack, "up", report)
    except (Ended, ConfigError) as error:
        preview_told.ended(desk, stack, Failed(str(error)))
        raise
    if not update.ok:
        what = f"the preview {stack} did not come up"
        failure = _failed(update, what, f"run the same command again, or {otherwise}")
        preview_told.ended(desk, stack, failure)
        raise policing.refused(update, what) or failure
    preview_told.ended(desk, stack, None)
    return update


@contextmanager
def _without_its_cluster(desk: Desk, stack: str) -> Iterator[None]:
    """Where the base has another cluster by now, what the preview had on the former one is gone with it.

    Pulumi's provider believes that only where it is told so. While the cluster is the same, one that does not answer is a
    failure: what runs on it still does.
    """
    then, now = (str((desk.engine.outputs(it) or {}).get(CLUSTER, "")) for it in (stack, preview_file.base_of(desk)))
    if not then or then == now or DELETE_UNREACHABLE in os.environ:
        yield
        return
    os.environ[DELETE_UNREACHABLE] = "true"
    try:
        yield
    finally:
        del os.environ[DELETE_UNREACHABLE]


def _failed(update: Update, what: str, remedy: str) -> Failed:
    said = [f"{found.urn.rpartition('::')[2]}: {one_line(found.message)}" for found in update.diagnostics]
    lines = "\n".join(f"  {line}" for line in said)
    return Failed(f"{what}\n{lines}", f"Repair the cause and {remedy}.", update.as_json())


def _now(desk: Desk) -> str:
    return desk.engine.now().astimezone(UTC).isoformat(timespec="seconds")


def _awake(desk: Desk) -> preview_file.Changes:
    return {ACTIVITY: _now(desk), ASLEEP: None}


def _pins(desk: Desk, base: str) -> preview_file.Changes:
    """What is not the preview's own follows the base."""
    lent = pins.read(base, desk.place.config)
    return {pins.IMAGES: dict(lent.images), pins.RELEASE: lent.release, pins.MIGRATED: None}


def _pull_request(
    asked: Request, before: PreviewFile | None, on_github: Mapping[str, stack_yaml.Scalar]
) -> dict[str, stack_yaml.Scalar]:
    """Number, branch, commit and whether it is a fork's: from the command line, from GitHub, from before."""
    known: dict[str, stack_yaml.Scalar] = dict(before.config.get(PULL_REQUEST) or {}) if before else {}
    known |= on_github
    given = {"branch": asked.branch, "commit": asked.commit, "fork": asked.fork}
    known |= {key: value for key, value in given.items() if value is not None}
    if "branch" not in known:
        problem = f"it is not known of which branch pull request {asked.number} is"
        raise ConfigError(Problem("command line", "--branch", problem, "Add --branch with its name."))
    if not known.get("fork"):
        known.pop("fork", None)
    return {"number": asked.number, **{key: known[key] for key in ("branch", "commit", "fork") if key in known}}


def _in_time(desk: Desk, asked: Request, commit: str | None) -> None:
    """Of two builds the slower one may be of the older commit, or end when the pull request is closed. Raises Refused."""
    request = preview_told.now(desk, asked.number)
    if request is None:
        return
    shown = preview_file.exported(desk, stack_of(asked.number))
    refusals = []
    if request.state != "open":
        what = f"pull request {asked.number} is {request.state}, and a preview would only be swept"
        refusals.append(("still-open", what, "Open the pull request again first."))
    elif shown and shown.commit == request.commit != commit:
        head, given = request.commit[:12], (commit or "none")[:12]
        what = f"it shows {head} already, the head of the pull request, and {given} is none any more"
        refusals.append(("newest-commit", what, "Nothing is to be done: the build of the head has opened it."))
    if refusals:
        raise Refused(f"opening {stack_of(asked.number)} is refused", refusals)


def _allowed(desk: Desk, wanted: Preview) -> None:
    """Two pull requests can have branches of one name, in forks for instance; and there may be too many previews."""
    others = [each for each in known_previews(desk) if each.stack != wanted.prefix]
    refusals = [
        (
            "own-namespace",
            f"the preview {other.stack} of the same branch has the namespace {wanted.namespace}"
            if other.namespace
            else f"the preview {other.stack} was never whole and has no file here, so that nobody knows its namespace",
            f"Close it with 'slipway pr close {other.number}', or rename the branch."
            if other.namespace
            else f"Open it again, or close it with 'slipway pr close {other.number}'.",
        )
        for other in others
        if other.namespace in ("", wanted.namespace)
    ]
    there = sorted((each for each in others if each.stateful), key=Known.goes_first)
    if len(there) >= wanted.most_previews:
        listed = ", ".join(f"{each.stack} ({each.state(desk.engine.now())})" for each in there[:5])
        problem = (
            f"{len(there)} previews are open and {wanted.base} takes {wanted.most_previews}; {listed} would go first"
        )
        remedy = (
            f"Close one, such as 'slipway pr close {there[0].number}', or raise slipway:mostPreviews in Pulumi.pr.yaml."
        )
        refusals.append(("room-for-it", problem, remedy))
    if refusals:
        raise Refused(f"opening {wanted.prefix} is refused", refusals)
