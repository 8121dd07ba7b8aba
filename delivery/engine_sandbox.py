"""The sandbox as an engine: Pulumi programs against emulated clouds, on this machine alone."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from delivery import policing, policing_sandbox, stack_yaml, state_document
from delivery.atomic import replace_text
from delivery.durations import critical_path
from delivery.engines import (
    HIDDEN,
    UNKNOWN,
    WHOLE,
    Diagnostic,
    Event,
    Kept,
    Look,
    Mode,
    Part,
    Report,
    Seen,
    Step,
    Update,
)
from delivery.errors import Failed, Locked
from delivery.pins import read_text
from delivery.place import CONFIG_DIR, OWN, Place
from delivery.sandbox_world import SandboxWorld, locked
from model.catalogue import load_catalogue
from model.errors import ConfigError, Problem
from model.stacks import load_environment, stack_file
from model.together import check_together
from sandbox import clouds
from sandbox import engine as sandbox_engine
from sandbox.clouds.latency import seconds
from sandbox.clouds.world import World
from sandbox.engine.secrets import derive
from sandbox.values import is_secret, is_unknown

PASSPHRASE = "slipway-sandbox"
"""Fixed, so that a stack file from one machine opens in the sandbox of another."""

_KEYS = re.compile(r"^(?:secretsprovider|encryptedkey|encryptionsalt):.*\n?", re.MULTILINE)
_SECURE = re.compile(r"(\bsecure:\s*)[^\s,}]+")
_SALT = re.compile(r"^encryptionsalt: *(\S+)", re.MULTILINE)


class SandboxEngine:
    """Implements `delivery.engines.Engine` over `sandbox.engine`."""

    name = "sandbox"

    def __init__(self, place: Place) -> None:
        self._place = place
        self._project = sandbox_engine.Project.load(place.program)
        self._backend = sandbox_engine.FileBackend(place.sandbox, PASSPHRASE)
        self.world = SandboxWorld(place.sandbox / "world.sqlite")

    def run(self, stack: str, mode: Mode, report: Report, part: Part = WHOLE) -> Update:
        """Run the program in a forked child, and move the virtual clock by what the update would have taken."""
        config = self._config(stack, mode)
        values, secret_keys = self._project.merged(config) if mode in ("up", "plan") else ({}, frozenset())
        request = sandbox_engine.RunRequest(
            project_dir=self._place.program,
            project=self._project.name,
            stack=stack,
            config=values,
            secret_keys=secret_keys,
            mode=mode,
            targets=part.targets,
            target_dependents=part.dependents,
            replaces=part.replaces,
            env={CONFIG_DIR: str(self._place.config)},
            encryption_salt=config.salt or None,
        )
        now, before = self.now(), self._text(stack)
        rules = policing.judge(stack, self._place.config, now) if mode in ("up", "plan") else None
        result = self._forked(request, report, policing_sandbox.analyze(rules, shown) if rules else None)
        steps = tuple(
            Step(it.op, it.urn, it.type, tuple(it.detail), shown(it.inputs), shown(it.before)) for it in result.steps
        )
        duration = None
        if mode in ("up", "destroy"):
            # Where nothing was done, nothing waited for anything, and the states need not be read.
            documents = (before, self._text(stack)) if any(step.op != "same" for step in steps) else ()
            duration = critical_path(steps, state_document.needs(*map(json.loads, documents)), seconds)
            self._reach(now.timestamp() + duration.seconds)
        hidden = dict.fromkeys(result.secret_outputs, state_document.HIDDEN)
        judged = policing.Judged()
        if rules:
            broken = policing_sandbox.violations(result.violations)
            judged = policing.sorted_out(rules, broken, all_of_it=result.ok and mode == "plan" and part == WHOLE)
        return Update(
            stack=stack,
            mode=mode,
            ok=result.ok,
            steps=steps,
            changes={**result.changes, "import": sum(step.op == "import" for step in steps)},
            outputs={**result.outputs, **hidden},
            diagnostics=tuple(Diagnostic(found.urn, found.severity, found.message) for found in result.diagnostics),
            duration=duration,
            violations=judged.violations,
            unneeded=judged.unneeded,
        )

    def look(self, stack: str, report: Report) -> Look:
        """Read each resource of the stack's state in the emulated clouds."""
        if not (kept := self.kept(stack)):
            return Look(kept)
        request = sandbox_engine.RunRequest(
            project_dir=self._place.program, project=self._project.name, stack=stack, mode="refresh", preview=True
        )
        result = self._forked(request, report)
        seen = [
            Seen(
                urn=step.urn,
                gone=step.op == "delete",
                different=step.op == "update",
                detail=tuple(step.detail),
                inputs=shown(step.inputs),
                outputs=shown(step.outputs),
            )
            for step in result.steps
        ]
        errors = [found for found in result.diagnostics if found.severity == "error"]
        return Look(kept, seen, [Diagnostic(found.urn, found.severity, found.message) for found in errors])

    def _forked(
        self, request: sandbox_engine.RunRequest, report: Report, analyze: sandbox_engine.Analyze | None = None
    ) -> sandbox_engine.RunResult:
        world_path = self.world.path
        self.world.close()
        warm_up(self._place.program, request.encryption_salt or "")
        try:
            with locked():
                return sandbox_engine.run_forked(
                    request,
                    self._backend,
                    lambda: clouds.open_providers(world_path),
                    _heard(report),
                    World(world_path).resolve,
                    analyze,
                )
        except sandbox_engine.LockedError as error:
            raise Locked(error.message, "Wait until that is done.") from None
        except sandbox_engine.EngineError as error:
            raise Failed(error.message) from None

    def outputs(self, stack: str, show_secrets: bool = False) -> dict[str, Any] | None:
        """The exports of the last update, or None where the stack was never brought up."""
        if not self._backend.path(self._project.name, stack).exists():
            return None
        if show_secrets or self._backend.journal(self._project.name, stack).exists():
            # The file alone does not tell what a killed run has done.
            return dict(self._backend.outputs(self._project.name, stack, show_secrets))
        return state_document.outputs_of(self._text(stack))

    def config_get(self, stack: str, key: str) -> str | None:
        """A value of the stack's config, decrypted where it is a secret."""
        return self._stack_config(stack).values.get(key)

    def config_set(self, stack: str, key: str, value: str, secret: bool = False) -> None:
        """Write a value into the stack's file; a secret is encrypted with the sandbox's passphrase."""
        path = self._place.config / stack_file(stack)
        text = read_text(path)
        if secret:
            sealed, salt = self._stack_config(stack).encrypt(value)
            text = stack_yaml.edit(text, {key: {"secure": sealed}})
            if "encryptionsalt" not in stack_yaml.parse(text):
                text += ("" if text.endswith("\n") else "\n") + f"encryptionsalt: {salt}\n"
        else:
            text = stack_yaml.edit(text, {key: value})
        replace_text(path, text)

    def blind(self, stack: str) -> None:
        """Put a value of no meaning in place of each secret in the stack's file, so that a plan needs nobody's keys."""
        path = self._place.config / stack_file(stack)
        text = _KEYS.sub("", read_text(path))
        replace_text(path, "config: {}\n")
        sealed, salt = self._stack_config(stack).encrypt("unknown")
        text = _SECURE.sub(lambda match: match[1] + sealed, text)
        replace_text(path, text + ("" if text.endswith("\n") else "\n") + f"encryptionsalt: {salt}\n")

    def stacks(self, beside: str = "") -> list[str]:
        """The stacks that have a state. They all keep it in one place."""
        return self._backend.stacks(self._project.name)

    def state_of(self, stack: str) -> str:
        """The sandbox's folder, whatever the stack."""
        return str(self._place.sandbox)

    def credentials(self, stack: str) -> dict[str, str]:
        """Nothing: nobody signs in here."""
        return {}

    def kept(self, stack: str) -> list[Kept]:
        """The resources in the stack's state, in its order; none where it was never brought up."""
        if not self._backend.journal(self._project.name, stack).exists():
            return state_document.kept(json.loads(self._text(stack)))
        # The file alone does not tell what a killed run has done.
        found = self._backend.read(self._project.name, stack)
        return [_kept(resource) for resource in found.resources if not resource.delete] if found else []

    def remove(self, stack: str) -> None:
        """Forget a stack that has no resources left; nothing happens where there is none."""
        if stack in self.stacks():
            self._backend.remove(self._project.name, stack)

    def prepare(self, stack: str) -> None:
        """Import what the program imports, and derive the key of its secrets."""
        path = self._place.config / stack_file(stack)
        self.world.close()
        warm_up(self._place.program, *(_SALT.findall(read_text(path)) if path.exists() else ()))

    def reading(self, config_dir: Path) -> "SandboxEngine":
        """The same world and states, with the config of another folder."""
        return SandboxEngine(replace(self._place, config=config_dir))

    def now(self) -> datetime:
        """The world's virtual clock."""
        with self.world.read() as tx:
            return datetime.fromtimestamp(tx.now(), UTC)

    def _config(self, stack: str, mode: Mode) -> sandbox_engine.StackConfig:
        """The stack's config, checked before anything runs. What is only taken down needs no file any more."""
        path = self._place.config / stack_file(stack)
        if mode in ("destroy", "refresh") and stack in self.stacks() and not path.exists():
            return sandbox_engine.StackConfig(path)
        loaded = load_environment(stack, self._place.config)
        check_together(stack, loaded, load_catalogue(self._place.config))
        # Before the secrets are opened, so that their key is derived while the program's modules are imported.
        warm_up(self._place.program, *_SALT.findall(read_text(path)))
        return self._stack_config(stack)

    def _stack_config(self, stack: str) -> sandbox_engine.StackConfig:
        path = self._place.config / stack_file(stack)
        try:
            return sandbox_engine.StackConfig.load(path, PASSPHRASE, self._project.name)
        except sandbox_engine.SealedElsewhere as sealed:
            raise ConfigError(
                Problem(path.name, "secretsprovider", *sealed_elsewhere(stack, sealed.provider))
            ) from None
        except sandbox_engine.EngineError as error:
            remedy = f"Set the value again, or restore {path.name} from git."
            raise ConfigError(Problem(path.name, "", error.message, remedy)) from None

    def _text(self, stack: str) -> str:
        """The stack's state file; an empty document where there is none."""
        try:
            return self._backend.path(self._project.name, stack).read_text(encoding="utf-8")
        except FileNotFoundError:
            return "{}"

    def _reach(self, moment: float) -> None:
        """Stacks that are deployed side by side take the time of the slowest, so the clock moves to a moment."""
        missing = moment - self.now().timestamp()
        if missing > 0:
            self.world.advance(missing)


def shown(value: Any) -> Any:
    """Inputs as a plan may show them."""
    if is_secret(value):
        return HIDDEN
    if is_unknown(value):
        return UNKNOWN
    if isinstance(value, Mapping):
        return {key: shown(item) for key, item in value.items()}
    return [shown(item) for item in value] if isinstance(value, list) else value


def _kept(resource: sandbox_engine.Resource) -> Kept:
    return Kept(
        urn=resource.urn,
        type=resource.type,
        custom=resource.custom,
        id=resource.id,
        parent=resource.parent,
        protect=resource.protect,
        external=resource.external,
        inputs=shown(resource.inputs),
        outputs=shown(resource.outputs),
        # A reference to a provider is "<urn>::<id>".
        needs=frozenset({*resource.needs(), resource.provider.rpartition("::")[0]} - {""}),
        uses=frozenset(urn for urns in resource.property_dependencies.values() for urn in urns),
        ignored=tuple(resource.ignore_changes),
    )


def sealed_elsewhere(stack: str, provider: str) -> tuple[str, str]:
    """What is wrong with a file whose secrets only a cloud's key opens, and what to do."""
    problem = f"its secrets are sealed with {provider}, which only the engine pulumi can open"
    remedy = (
        f"Use '--engine pulumi' for {stack}. The sandbox takes files that its passphrase has sealed: keep a copy of the "
        "committed ones in a folder of its own and name that with --config-dir."
    )
    return problem, remedy


_WARM: set[Path] = set()


def warm_up(program: Path, *salts: str) -> None:
    """Import what the program imports and the clouds need, once for all runs of this process and those forked from it.

    Likewise the keys for these stacks' salts are derived, a quarter of a second each: at first while importing. A program
    without components of its own, such as an example's, runs the one of this checkout, so that it is imported too.
    """
    if program not in _WARM:
        clouds.preload()
        runs = (program,) if (program / "components").is_dir() else (OWN, program)
        for each in runs:
            if each not in _WARM:
                sandbox_engine.preload(each, PASSPHRASE, salts)
                _WARM.add(each)
    for salt in filter(None, salts):
        derive(PASSPHRASE, salt)


def _heard(report: Report) -> Callable[[sandbox_engine.Event], None]:
    """The engine's events in the words of `delivery.engines`."""

    def hear(event: sandbox_engine.Event) -> None:
        match event:
            case sandbox_engine.StepStarted(op, urn):
                report(Event("begun", op, urn))
            case sandbox_engine.StepDone(step):
                report(Event("done", step.op, step.urn))
            case sandbox_engine.StepFailed(op, urn):
                report(Event("failed", op, urn))
            case sandbox_engine.Diagnostic(urn, severity, message) if severity in ("info", "warning"):
                report(Event("note", "", urn, message))
            case sandbox_engine.Diagnostic() | sandbox_engine.PolicyViolation():
                pass  # Errors, and what policies say, are told once, at the end.

    return hear
