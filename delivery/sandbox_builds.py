"""`slipway sandbox build`: what an event would make the emulated Cloud Build do, done.

It runs the build that is inside the trigger as the stack made it, as the trigger's identity, with stand-ins for docker, gcloud and
scanners and with the real slipway, git and shell. A build that ends well may start another one by its message, as on Google Cloud.
"""

import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from delivery import build_run, builds_records, cel
from delivery.build_run import Ground, Ran, Tell
from delivery.desk import Desk
from delivery.errors import Failed, Refused
from delivery.git import Git
from delivery.place import CONFIG_DIR, SANDBOX
from delivery.sandbox_world import SandboxWorld
from delivery.upstream import remote
from model.environment import Shared
from model.errors import ConfigError, Problem, closest
from pipelines.build import WORKSPACE, Build, Step
from pipelines.steps import CHECKOUT
from sandbox.clouds.gcp import builds as emulated
from sandbox.clouds.gcp.builds import Trigger
from sandbox.programs import serving
from sandbox.programs.scanner import FINDING

SUCCESS = "SUCCESS"
KEPT = ("HOME", "LANG", "LC_ALL", "TMPDIR")
"""What a step has of this machine's variables beside its own and a path: what else is here, a build has not."""
ACCESSOR = "roles/secretmanager.secretAccessor"
_SCAN = re.compile(r"^\s*([a-z][a-z0-9-]*) .*\|\| true$", re.MULTILINE)
_SECRET = "gcp:secretmanager/secretVersion:SecretVersion"


@dataclass(frozen=True, kw_only=True)
class Happened:
    """What starts a build. `number` is a pull request's; `approved` says that a person has agreed where that is asked for; `given`
    are the parameters of a trigger that is started by hand; `failing` is a step that shall fail, `finding` what scanners find.
    `action` is what GitHub reports of the pull request, to a trigger that listens to it; `source` is a clone of the application repository that has the commit; without one there is no code to be built."""

    trigger: str
    commit: str
    number: int = 0
    branch: str = "main"
    approved: bool = False
    given: Mapping[str, str] = field(default_factory=dict)
    failing: str = ""
    finding: str = ""
    source: Path | None = None
    action: str = "synchronize"


@dataclass(frozen=True)
class Built:
    """A build that has ended."""

    trigger: str
    steps: Sequence[Ran]

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
    found = _trigger(world, shared, happened.trigger)
    _agreed(found, happened.approved)
    if found.event == "webhookConfig" and not cel.holds(found.filter, _read(found, _reported(happened))):
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
        found = _trigger(world, shared, first.trigger)
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
    builds_records.finish(desk.place.sandbox, id_, SUCCESS if first.ok else "FAILURE", seconds)
    built = [first]
    for follower, values in _followers(world, shared, trigger, happened) if first.ok else ():
        _agreed(follower, happened.approved)
        after = replace(happened, trigger=follower.name, given=values, failing="")
        next_ = _started(desk, follower.name, happened.commit, values)
        built += _with_followers(desk, shared, world, (next_, follower, after), show)
    return built


def _trigger(world: SandboxWorld, shared: Shared, name: str) -> Trigger:
    with world.read() as tx:
        known = {each.name: each for each in emulated.triggers(tx, shared.project, shared.region)}
    if not known:
        raise Failed("the sandbox has no triggers yet", "Bring up the shared stack first: slipway up shared.")
    if name not in known:
        raise ConfigError(Problem("command line", "TRIGGER", f"there is no trigger '{name}'", closest(name, known)))
    return known[name]


def _run(
    desk: Desk,
    shared: Shared,
    world: SandboxWorld,
    trigger: Trigger,
    happened: Happened,
    show: Show,
) -> Built:
    build = build_of(trigger)
    if happened.failing and happened.failing not in {step.id for step in build.steps}:
        known = [step.id for step in build.steps]
        what = f"the build has no step '{happened.failing}'"
        raise ConfigError(Problem("command line", "--fail", what, closest(happened.failing, known)))
    secrets = _secrets(world, trigger, build)
    with (
        tempfile.TemporaryDirectory(prefix="slipway-build-") as name,
        serving.served(Path(name), world, trigger.account, _scanners(build)) as programs,
        show(trigger.name, build) as tell,
    ):
        folder = Path(name)
        (folder / "logs").mkdir()
        _checked_out(happened, folder / "workspace")
        ground = Ground(
            folders={WORKSPACE: folder / "workspace"},
            logs=folder / "logs",
            values=_values(trigger, build, happened),
            simulated=lambda step: _left_out(step, happened),
            inherited={name: os.environ[name] for name in KEPT if name in os.environ},
            env={
                **_git(desk, shared),
                "PATH": os.pathsep.join((str(programs), _own(), os.environ.get("PATH", ""))),
                "SLIPWAY_ENGINE": "sandbox",
                "SLIPWAY_ACTOR": trigger.account,
                CONFIG_DIR: str(folder / "workspace" / CHECKOUT),
                SANDBOX: str(desk.place.sandbox),
                FINDING: happened.finding,
            },
            secrets=secrets,
        )
        found = build_run.run(_broken(build, happened.failing), ground, tell)
        return Built(trigger.name, [_kept(ran, desk.place.sandbox / "builds" / trigger.name) for ran in found])


def _checked_out(happened: Happened, workspace: Path) -> None:
    """The commit as Cloud Build has it: alone, without what was before it. Raises Failed where the clone has it not."""
    workspace.mkdir()
    if happened.source is None:
        return
    git = Git(workspace)
    git("init", "--quiet", "--initial-branch", "main")
    git("fetch", "--quiet", "--depth", "1", str(happened.source.resolve()), happened.commit)
    git("checkout", "--quiet", "FETCH_HEAD")


def _kept(ran: Ran, folder: Path) -> Ran:
    """With a log that stays."""
    if ran.log is None or not ran.log.exists():
        return ran
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / ran.log.name
    log.write_bytes(ran.log.read_bytes())
    return replace(ran, log=log)


def build_of(trigger: Trigger) -> Build:
    """The build inside a trigger, as the world has it."""
    found = trigger.build
    available = (found.get("availableSecrets") or {}).get("secretManagers") or []
    return Build(
        steps=tuple(
            Step(
                id=step["id"],
                image=step["name"],
                run=(step["entrypoint"], *(text.replace("$$", "$") for text in step.get("args") or ()))
                if step.get("entrypoint")
                else (),
                script=step.get("script") or "",
                after=tuple(name for name in step.get("waitFors") or () if name != "-"),
                env=dict(text.partition("=")[::2] for text in step.get("envs") or ()),
                secrets=tuple(step.get("secretEnvs") or ()),
                folder=step.get("dir") or "",
                timeout=_seconds(step["timeout"]) if step.get("timeout") else None,
            )
            for step in found["steps"]
        ),
        substitutions=found.get("substitutions") or {},
        secrets={each["env"]: each["versionName"] for each in available},
        timeout=_seconds(found["timeout"]),
    )


def _seconds(text: str) -> int:
    return int(float(text.rstrip("s")))


def _broken(build: Build, failing: str) -> Build:
    """The same, with one step that fails in its first moment."""
    steps = tuple(
        replace(step, run=(), script="echo 'it was asked to fail' >&2\nexit 1") if step.id == failing else step
        for step in build.steps
    )
    return replace(build, steps=steps)


def _left_out(step: Step, happened: Happened) -> str:
    """A check's command is the application's own, whose code is not here."""
    if step.run and step.id != happened.failing:
        return f"{' '.join(step.run)} is the application's own"
    return ""


def _values(trigger: Trigger, build: Build, happened: Happened) -> dict[str, str]:
    """What substitutions stand for: the build's own, what Cloud Build knows, and what was given."""
    known = {
        "PROJECT_ID": trigger.project,
        "LOCATION": trigger.location,
        "TRIGGER_NAME": trigger.name,
        "SERVICE_ACCOUNT_EMAIL": trigger.account,
        "BUILD_ID": f"{trigger.name}-{happened.commit[:12]}",
        "COMMIT_SHA": happened.commit,
        "REVISION_ID": happened.commit,
        "SHORT_SHA": happened.commit[:7],
        "BRANCH_NAME": happened.branch,
        "_HEAD_BRANCH": happened.branch,
        "_PR_NUMBER": str(happened.number or ""),
    }
    reads = _read(trigger, _reported(happened)) if trigger.event == "webhookConfig" else {}
    return {**build.substitutions, **known, **reads, **happened.given}


def _reported(happened: Happened) -> dict[str, Any]:
    """What GitHub sends of a pull request, as far as anybody reads it:
    https://docs.github.com/en/webhooks/webhook-events-and-payloads#pull_request"""
    head = {"ref": happened.branch, "sha": happened.commit}
    pull_request = {"number": happened.number, "state": "open", "head": head}
    return {"action": happened.action, "number": happened.number, "pull_request": pull_request}


def _read(trigger: Trigger, body: Mapping[str, Any]) -> dict[str, str]:
    """What a trigger's substitutions are of a request or a message."""
    bound = {name: path[2:-1] for name, path in trigger.substitutions.items() if path.startswith("$(")}
    return {name: cel.read(path, {"body": body}) for name, path in bound.items()}


def _secrets(world: SandboxWorld, trigger: Trigger, build: Build) -> dict[str, str]:
    """The values of the build's secrets, read as its identity: Cloud Build does so before any step begins."""
    values = {}
    with world.read() as tx:
        held = emulated.roles(tx, f"serviceAccount:{trigger.account}")
        for variable, version in build.secrets.items():
            secret = version.split("/versions/")[0]
            name = secret.rpartition("/")[2]
            if not any(role == ACCESSOR and on.rpartition("/")[2] == name for role, on in held):
                raise Failed(
                    f"{trigger.name}: {trigger.account} may not read {secret}",
                    f"Grant it {ACCESSOR} there: slipway up shared.",
                )
            entity = next(
                (each for each in tx.list("gcp", _SECRET) if each.outputs.get("name") == version or each.id == version),
                None,
            )
            values[variable] = str((entity.inputs.get("secretData") if entity else "") or "")
    return values


def _followers(
    world: SandboxWorld, shared: Shared, trigger: Trigger, happened: Happened
) -> Iterator[tuple[Trigger, dict[str, str]]]:
    """The triggers that Cloud Build's message about a build starts, with what they read of it."""
    data = {
        "status": SUCCESS,
        "buildTriggerId": trigger.id.rpartition("/")[2],
        "substitutions": {
            "_PR_NUMBER": str(happened.number or happened.given.get("_PR_NUMBER", "")),
            "COMMIT_SHA": happened.commit,
        },
    }
    body = {"message": {"data": data}}
    with world.read() as tx:
        listening = [each for each in emulated.triggers(tx, shared.project, shared.region) if each.filter]
    for each in listening:
        if each.event == "pubsubConfig" and cel.holds(each.filter, values := _read(each, body)):
            yield each, values


def _scanners(build: Build) -> set[str]:
    """The programs that scans call: what they end with does not count."""
    scripts = "\n".join(step.script for step in build.steps)
    return set(_SCAN.findall(scripts))


def _own() -> str:
    """Where this command itself is."""
    return str(Path(sys.executable).parent)


def _git(desk: Desk, shared: Shared) -> dict[str, str]:
    """git's configuration, by which the platform repository is found where it is: https://git-scm.com/docs/git-config#ENVIRONMENT"""
    if desk.repository is None or shared.platform_repository is None:
        return {}
    git = desk.repository.git
    upstream = git("remote", "get-url", remote(git))
    there = f"https://github.com/{shared.platform_repository.name}"
    return {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": f"url.{upstream}.insteadOf", "GIT_CONFIG_VALUE_0": there}
