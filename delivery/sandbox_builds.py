"""`slipway sandbox build`: what an event would make the emulated Cloud Build do, done.

It runs the build that is inside the trigger as the stack made it, as the trigger's identity, with stand-ins for docker, gcloud and
scanners and with the real slipway, git and shell. A build's end may start another one by its message, as on Google Cloud.
"""

import base64
import os
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

from delivery import build_run, builds_records, cel
from delivery import sandbox_build_told as told
from delivery.build_run import Ground, Ran, Tell
from delivery.desk import Desk
from delivery.errors import Failed, Refused
from delivery.git import Git
from delivery.place import CONFIG_DIR, SANDBOX
from delivery.sandbox_build_told import Happened
from delivery.sandbox_world import SandboxWorld
from delivery.upstream import remote
from model import names
from model.errors import ConfigError, Problem, closest
from model.shared import Shared
from pipelines import migrating
from pipelines.build import WORKSPACE, Build, Step
from pipelines.steps import CHECKOUT
from sandbox.clouds.gcp.builds import Trigger
from sandbox.programs import serving
from sandbox.programs.scanner import FINDING

KEPT = ("HOME", "LANG", "LC_ALL", "TMPDIR")
"""What a step has of this machine's variables beside its own and a path: what else is here, a build has not."""


SAID = 50_000
"""Bytes that are kept of what a step says: https://docs.cloud.google.com/build/docs/api/reference/rest/v1/projects.builds#results"""


@dataclass(frozen=True)
class Built:
    """A build that has ended. `said` is what each step has said beside its log, as base64."""

    trigger: str
    steps: Sequence[Ran]
    said: Sequence[str] = ()

    @property
    def ok(self) -> bool:
        """Whether every step has passed."""
        return all(ran.state in ("passed", "simulated") for ran in self.steps)


Show = Callable[[str, Build], AbstractContextManager[Tell]]
"""Shows a build, of a trigger of this name, while it runs."""


def play(desk: Desk, shared: Shared, happened: Happened, show: Show) -> list[Built]:
    """The build of a trigger, those that its message starts, and those that have been queued meanwhile.

    Raises Refused where nobody has approved it.
    """
    world = SandboxWorld(desk.place.sandbox / "world.sqlite")
    found = told.trigger_named(world, shared, happened.trigger)
    _agreed(found, happened.approved)
    if found.event == "webhookConfig" and not cel.holds(found.filter, told.read(found, told.reported(happened))):
        raise Failed(f"{found.name} does not listen to '{happened.action}'", f"Its filter is {found.filter}.")
    id_ = _started(desk, found.name, happened.commit, happened.given)
    followed = _with_followers(desk, shared, world, (id_, found, happened), show)
    return [*followed, *play_queued(desk, shared, show, happened.source, approved=happened.approved)]


def _agreed(trigger: Trigger, approved: bool) -> None:
    if trigger.approval and not approved:
        remedy = "Say --approved, as somebody with roles/cloudbuild.builds.approver would."
        raise Refused(
            f"building {trigger.name} is refused", [("approval", "a person has to agree before it starts", remedy)]
        )


def play_queued(
    desk: Desk, shared: Shared, show: Show, source: Path | None = None, *, approved: bool = False
) -> list[Built]:
    """What has been started and not been run yet, oldest first. Raises Refused at one that nobody has approved, which waits on."""
    world = SandboxWorld(desk.place.sandbox / "world.sqlite")
    built: list[Built] = []
    while waiting := builds_records.queued(desk.place.sandbox):
        first = waiting[0]
        found = told.trigger_named(world, shared, first.trigger)
        _agreed(found, approved)
        builds_records.begin(desk.place.sandbox, first.id)
        number = int(first.substitutions.get("_PR_NUMBER") or 0)
        happened = Happened(
            trigger=first.trigger,
            commit=first.commit,
            number=number,
            branch="",
            given=first.substitutions,
            approved=approved,
            source=source,
        )
        built += _with_followers(desk, shared, world, (first.id, found, happened), show)
    return built


def _started(desk: Desk, trigger: str, commit: str, given: Mapping[str, str]) -> str:
    """The id of a build that is written down as being worked on."""
    id_ = desk.builds.start(trigger, commit, given).rpartition("/")[2]
    builds_records.begin(desk.place.sandbox, id_)
    return id_


def _with_followers(
    desk: Desk, shared: Shared, world: SandboxWorld, what: tuple[str, Trigger, Happened], show: Show
) -> list[Built]:
    id_, trigger, happened = what
    first = _run(desk, shared, world, trigger, happened, show)
    seconds = max((ran.end for ran in first.steps), default=0.0)
    status = told.SUCCESS if first.ok else told.FAILURE
    builds_records.finish(desk.place.sandbox, id_, status, seconds)
    built = [first]
    for follower, values in told.followers(
        world, shared, trigger, happened, status, builds_records.url(id_), first.said
    ):
        _agreed(follower, happened.approved)
        after = replace(happened, trigger=follower.name, given=values, failing="")
        next_ = _started(desk, follower.name, happened.commit, values)
        built += _with_followers(desk, shared, world, (next_, follower, after), show)
    return built


def _run(
    desk: Desk,
    shared: Shared,
    world: SandboxWorld,
    trigger: Trigger,
    happened: Happened,
    show: Show,
) -> Built:
    build = told.build_of(trigger)
    if happened.failing and happened.failing not in {step.id for step in build.steps}:
        known = [step.id for step in build.steps]
        what = f"the build has no step '{happened.failing}'"
        raise ConfigError(Problem("command line", "--fail", what, closest(happened.failing, known)))
    secrets = told.secrets(world, trigger, build)
    with (
        tempfile.TemporaryDirectory(prefix="slipway-build-") as name,
        serving.served(Path(name), world, trigger.account, told.scanners(build)) as programs,
        show(trigger.name, build) as tell,
    ):
        folder = Path(name)
        (folder / "logs").mkdir()
        _checked_out(happened, folder / "workspace")
        ground = Ground(
            folders={WORKSPACE: folder / "workspace"},
            volumes=folder / "volumes",
            logs=folder / "logs",
            values={"_BASE_BRANCH": _target(desk, happened.number), **told.values(trigger, build, happened)},
            simulated=lambda step: _left_out(step, happened),
            inherited={name: os.environ[name] for name in KEPT if name in os.environ},
            env={
                **_git(desk, shared, happened.source),
                "PATH": os.pathsep.join((str(programs), _own(), os.environ.get("PATH", ""))),
                "SLIPWAY_ENGINE": "sandbox",
                "SLIPWAY_ACTOR": trigger.account,
                CONFIG_DIR: str(folder / "workspace" / CHECKOUT),
                SANDBOX: str(desk.place.sandbox),
                FINDING: happened.finding,
            },
            secrets=secrets,
            outputs=folder / "outputs",
        )
        found = build_run.run(_broken(build, happened.failing), ground, tell)
        said = [_said(folder / "outputs" / step.id / "output") for step in build.steps]
        return Built(trigger.name, [_kept(ran, desk.place.sandbox / "builds" / trigger.name) for ran in found], said)


def _checked_out(happened: Happened, workspace: Path) -> None:
    """The commit as Cloud Build has it: alone, without what was before it. Raises Failed where the clone has it not."""
    workspace.mkdir()
    if happened.source is None:
        return
    git = Git(workspace)
    git("init", "--quiet", "--initial-branch", "main")
    git("fetch", "--quiet", "--depth", "1", str(happened.source.resolve()), happened.commit)
    git("checkout", "--quiet", "FETCH_HEAD")


def _said(file: Path) -> str:
    return base64.b64encode(file.read_bytes()[:SAID]).decode() if file.exists() else ""


def _kept(ran: Ran, folder: Path) -> Ran:
    """With a log that stays."""
    if ran.log is None or not ran.log.exists():
        return ran
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / ran.log.name
    log.write_bytes(ran.log.read_bytes())
    return replace(ran, log=log)


def _broken(build: Build, failing: str) -> Build:
    """The same, with one step that fails in its first moment."""
    steps = tuple(
        replace(step, run=(), script="echo 'it was asked to fail' >&2\nexit 1") if step.id == failing else step
        for step in build.steps
    )
    return replace(build, steps=steps)


def _left_out(step: Step, happened: Happened) -> str:
    """A check's command is the application's own, whose code is not here; nor are its migrations, unless a clone of it is named."""
    if step.run and step.id != happened.failing:
        return f"{' '.join(step.run)} is the application's own"
    reads = happened.trigger == migrating.NAME and step.id in (migrating.CODE, migrating.READ, migrating.JUDGE)
    if reads and happened.source is None and step.id != happened.failing:
        return "there is no code: --source names a clone of it"
    return ""


def _own() -> str:
    """Where this command itself is."""
    return str(Path(sys.executable).parent)


def _target(desk: Desk, number: int) -> str:
    """The branch that a pull request of the application repository is to be merged into."""
    github = desk.application_github() if number else None
    try:
        return github.pull_request(number).base if github else names.MAIN
    except Failed:
        return names.MAIN


def _git(desk: Desk, shared: Shared, source: Path | None) -> dict[str, str]:
    """git's configuration, by which the repositories are found where they are: https://git-scm.com/docs/git-config#ENVIRONMENT"""
    found: dict[str, str] = {}
    if source and shared.application_repository:
        found[shared.application_repository] = str(source.resolve())
    if desk.repository and shared.platform_repository:
        git = desk.repository.git
        found[shared.platform_repository.name] = git("remote", "get-url", remote(git))
    pairs = [(f"url.{where}.insteadOf", f"https://github.com/{name}") for name, where in found.items()]
    variables = {"GIT_CONFIG_COUNT": str(len(pairs))} if pairs else {}
    for number, (key, value) in enumerate(pairs):
        variables |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return variables
