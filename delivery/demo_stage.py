"""What the demo plays on: a sandbox, and a platform repository of its own with an upstream, made anew each time."""

import hashlib
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from delivery import pins, place, preview_comment, sandbox_commands, sandbox_github
from delivery.desk import Desk
from delivery.errors import Failed
from delivery.git import Git
from delivery.opening import sandbox_desk
from delivery.pins import Pins
from delivery.release_entries import Release
from delivery.releases import Releases, draft
from delivery.sandbox_commands import world_of
from migrations import folder as folders
from model.catalogue import load_catalogue
from model.environment import Environment
from model.names import MAIN
from model.order import order
from model.promotion import ApprovalRule
from model.stacks import load_environment, stack_file, stacks
from sandbox.clouds.inventory import CLOUDS
from sandbox.clouds.world import World

FOLDER = "demo"
FILES = ("Pulumi.*.yaml", "services.yaml", "security.yaml", "policies.yaml")
PROGRAM = ("Pulumi.yaml", "__main__.py")
"""What an example has beside its files: its platform repository has it too."""
WHO = "demo@slipway.example"
AUTHOR, REVIEWERS = "ann", ("bob", "eve", "joe")


@dataclass(frozen=True)
class Stage:
    """A desk over the copy, and what the clone's own files were when the demo began."""

    desk: Desk
    clone: Path
    fingerprint: str

    @classmethod
    def set_up(cls, example: str = "") -> "Stage":
        """An empty sandbox below the usual one, with copies of the config; pins and previews of the clone stay behind.

        Raises ConfigError where there is no `example` of that name.
        """
        here = place.find()
        source, program = here.config, here.program
        folder = here.sandbox / FOLDER
        if example:
            source, folder = place.example(example), here.sandbox / f"{FOLDER}-{example}"
        shutil.rmtree(folder, ignore_errors=True)
        config = folder / "config"
        config.mkdir(parents=True)
        for path in [*_files(source), *(source / name for name in PROGRAM if example)]:
            shutil.copy(path, config)
        for stack in stacks(config):
            if pins.read(stack, config).images:
                pins.write(stack, config, Pins())
        _publish(config, folder / "platform.git")
        desk = sandbox_desk(place.Place(config if example else program, config, folder), WHO, push=True)
        _people(desk)
        return cls(desk, source, _fingerprint(source))

    def untouched(self) -> bool:
        """Whether the clone's config is as it was."""
        return _fingerprint(self.clone) == self.fingerprint

    def without_pins(self, stack: str) -> str:
        """A stack file's text with its pins emptied: what a promotion must leave as it is."""
        return pins.repin(pins.read_text(self.desk.place.config / stack_file(stack)), Pins())

    def push(self, content: str, *images: str, crash: bool = False, commit: str | None = None) -> dict[str, str]:
        """Images of this content in the registry, with `commit` as those of a pull request's; their digests."""
        digests = {it: "sha256:" + hashlib.sha256(f"{it} {content}".encode()).hexdigest() for it in images}
        named = [f"{image}@{digest}" for image, digest in digests.items()]
        sandbox_commands.push(self.desk, named, crash, unsigned=False, commit=commit)
        return digests

    def build(
        self,
        name: str,
        migration: str,
        crashing: str = "",
        changed: str = "",
        same_as: Mapping[str, str] | None = None,
        branch: str = MAIN,
    ) -> Release:
        """Push and record a release: every image new, or, given the digests before, only one that changed or crashes."""
        catalogue = load_catalogue(self.desk.place.config)
        images = dict(same_as or {})
        fresh = [it for it in catalogue.images if it != crashing and (it == changed or it not in images)]
        images |= self.push(name, *fresh)
        if crashing:
            images |= self.push(name, crashing, crash=True)
        commit = hashlib.sha1(name.encode(), usedforsecurity=False).hexdigest()
        self.checked(commit)
        made = draft(catalogue, commit, images, migration, author=AUTHOR, branch=branch)
        releases = Releases(self.desk.place.config, self.desk.repository, push=True)
        migrated = catalogue.migrations
        folder = self.code / migrated.folder if migrated and migrated.folder else None
        sql = folders.files(folder) if folder and folder.exists() else None
        return releases.put(made, self.desk.who, self.desk.engine.now(), sql)[0]

    @property
    def code(self) -> Path:
        """A clone of the application repository."""
        return self.desk.place.sandbox / "application"

    def commit(self, branch: str) -> str:
        """Somebody merges something into a branch of the application repository, with a first migration where the catalogue says
        where those are; the commit. Of what images are made there is nothing: nobody can tell, and all of them are built."""
        migrations = load_catalogue(self.desk.place.config).migrations
        if not self.code.exists():
            self.code.mkdir()
            _repository(self.code)
            if migrations and migrations.folder:
                folder = self.code / migrations.folder
                folder.mkdir(parents=True)
                (folder / "0001_note.sql").write_text("CREATE TABLE note (id bigint PRIMARY KEY);\n")
        git = Git(self.code)
        git("checkout", "--quiet", "-B", branch)
        git("add", "--all")
        git("commit", "--quiet", "--allow-empty", "--message", f"Merge into {branch}")
        return git("rev-parse", "HEAD").strip()

    def pull(self) -> None:
        """Take over what builds have published."""
        Git(self.desk.place.config)("pull", "--quiet", "--ff-only")

    def checked(self, commit: str) -> None:
        """Every check of a commit has passed: those of the catalogue, and that its images can be built."""
        if application := self.desk.application_github():
            for name in ("build", *load_catalogue(self.desk.place.config).checks):
                sandbox_github.check(self.desk.place.sandbox, application.repository, commit, name, "passed")

    def review(self, number: int, rule: ApprovalRule) -> tuple[str, ...]:
        """As many as a rule asks for approve a pull request: none of them has asked for it or written it."""
        name, now = self.desk.platform_github().repository, self.desk.engine.now()
        chosen = REVIEWERS[: rule.count]
        for who in chosen:
            sandbox_github.review(self.desk.place.sandbox, name, number, who, "APPROVED", now)
        return chosen

    def pull_request(self, number: int, change: sandbox_github.Change) -> str | None:
        """Open, change or merge a pull request of the services' repository; what the one comment on it says of its preview."""
        if (application := self.desk.application_github()) is None:
            return None
        sandbox_github.pull_request(self.desk.place.sandbox, application.repository, number, change)
        return application.own_comment(number, preview_comment.MARKER)

    def wait(self, minutes: float) -> None:
        """Let virtual time pass."""
        world_of(self.desk).advance(minutes * 60.0)

    def pushed(self) -> int:
        """How many images the emulated registries hold."""
        with World(self.desk.place.sandbox / "world.sqlite").read() as tx:
            return int(tx.rows("SELECT count(*) FROM image")[0][0])

    def inventory(self) -> set[tuple[str, str]]:
        """Type and id of everything that exists in the emulated clouds."""
        with World(self.desk.place.sandbox / "world.sqlite").read() as tx:
            return {(entity.type, entity.id) for cloud in CLOUDS for entity in tx.list(cloud)}


def _publish(config: Path, upstream: Path) -> None:
    """Make the config folder a clone of a new platform repository, with one commit."""
    Git(config.parent)("init", "--quiet", "--bare", "--initial-branch", "main", str(upstream))
    git = _repository(config)
    git("remote", "add", "origin", str(upstream))
    git("add", "--all")
    git("commit", "--quiet", "--message", "Config of the demo")
    git("push", "--quiet", "--set-upstream", "origin", "main")


def _people(desk: Desk) -> None:
    """The teams whose members agree to releases have members."""
    for name in order(desk.place.config):
        loaded = load_environment(name, desk.place.config)
        rule = loaded.promotion.approvals if isinstance(loaded, Environment) else None
        for team in rule.teams if rule else ():
            sandbox_github.team(desk.place.sandbox, desk.platform_github().repository, team, REVIEWERS)


def _repository(folder: Path) -> Git:
    """A new one, in which the demo commits."""
    git = Git(folder)
    git("init", "--quiet", "--initial-branch", "main")
    for key, value in (("user.name", "The demo"), ("user.email", WHO), ("commit.gpgsign", "false")):
        git("config", key, value)
    return git


def expect(holds: bool, claim: str, *found: str) -> None:
    """Raises Failed, with what was found instead, unless the claim holds."""
    if not holds:
        raise Failed(f"the demo failed: it is not so that {claim}" + "".join(f"\n  {each}" for each in found))


def _files(folder: Path) -> list[Path]:
    """The files that the demo copies; a preview's file belongs to its own base's state."""
    found = [path for pattern in FILES for path in sorted(folder.glob(pattern))]
    return [path for path in found if not path.name.startswith("Pulumi.pr-")]


def _fingerprint(folder: Path) -> str:
    total = hashlib.sha256()
    for path in [*_files(folder), *sorted((folder / "releases").glob("*.jsonl"))]:
        total.update(path.name.encode() + b"\0" + path.read_bytes())
    return total.hexdigest()
