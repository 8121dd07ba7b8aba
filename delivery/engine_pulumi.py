"""The Pulumi CLI as an engine, through its automation API: for real clouds, or for the sandbox's providers served to it.

A config folder other than the program's is given to every command as `--config-file`. `stack init` alone has no such
option and writes what seals secrets beside Pulumi.yaml, so it runs in a folder of its own.
"""

import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pulumi import automation
from pulumi.automation import errors as automation_errors

from delivery import impersonation, policing, sealing, state_document
from delivery.engines import WHOLE, Diagnostic, Kept, Look, Mode, Part, Report, Update, quiet
from delivery.errors import Failed, Locked
from delivery.impersonation import Acting
from delivery.place import CONFIG_DIR, PROJECT_FILE, Place
from delivery.pulumi_events import Listener, Outputs
from delivery.sights import SPARED, Sights, spared
from delivery.state_place import BACKEND, place_of
from model.catalogue import load_catalogue
from model.errors import ConfigError
from model.shared import Shared
from model.shared_rules import unpinned_steps
from model.stacks import load_environment, stack_file, stacks
from model.together import check_together
from policies.resource import Resource


class PulumiEngine:
    """Implements `delivery.engines.Engine` over the CLI on the PATH."""

    name = "pulumi"

    def __init__(self, place: Place, acting: Acting | None = None, changing: bool = True) -> None:
        self._place = place
        self._acting, self._changing = acting or impersonation.chosen(os.environ), changing
        self._workspaces: dict[str, automation.LocalWorkspace] = {}

    def run(self, stack: str, mode: Mode, report: Report, part: Part = WHOLE) -> Update:
        """Run the CLI and follow its events; the stack is made in the backend where it is not there yet.

        What policies forbid is found by a preview, before anything is made.
        """
        path = self._file(stack)
        if path.exists() or mode not in ("destroy", "refresh"):
            self._check(stack, mode)
        listener = Listener(report, planning=mode == "plan")
        options: dict[str, Any] = {"on_event": listener.hear}
        if part.targets:
            options |= {"target": list(part.targets), "target_dependents": part.dependents}
        if part.replaces:
            options["replace"] = list(part.replaces)
        if path.exists():
            options["config_file"] = str(path)
        error = ""
        try:
            handle = self._select(stack)
            match mode:
                case "up":
                    listener.resources = _ahead(handle, options)
                    if forbidden := self._forbidden(stack, listener):
                        return forbidden
                    handle.up(**options)
                case "plan":
                    handle.preview(**options)
                case "refresh":
                    handle.refresh(**options)
                case "destroy":
                    handle.destroy(**options)
        except automation_errors.ConcurrentUpdateError as locked:
            raise Locked(_last_lines(str(locked)), "Wait until that is done, or 'pulumi cancel'.") from None
        except automation_errors.CommandError as failed:
            error = _last_lines(str(failed))
        errors = [found for found in listener.diagnostics if found.severity == "error"]
        judged = policing.judged(
            stack,
            self._place.config,
            self.now(),
            listener.resources.values(),
            all_of_it=mode == "plan" and part == WHOLE and not error,
        )
        diagnostics = [
            *listener.diagnostics,
            *([Diagnostic("", "error", error)] if error and not errors else []),
            *policing.errors(judged.violations),
        ]
        return Update(
            stack=stack,
            mode=mode,
            ok=not error and not policing.errors(judged.violations),
            steps=tuple(listener.steps),
            changes=listener.changes,
            outputs={} if mode == "plan" else self.outputs(stack) or {},
            diagnostics=tuple(diagnostics),
            violations=judged.violations,
            unneeded=judged.unneeded,
        )

    def _forbidden(self, stack: str, listener: Listener) -> Update | None:
        """The end of an update that policies forbid; None where they do not."""
        violations = policing.judged(stack, self._place.config, self.now(), listener.resources.values()).violations
        errors = policing.errors(violations)
        if not errors:
            return None
        told = tuple(errors)
        return Update(stack, "up", False, (), listener.changes, diagnostics=told, violations=violations)

    def _check(self, stack: str, mode: Mode) -> None:
        """Refuses what the files say where it does not fit together, or where a step of a build is not pinned: nothing in
        the sandbox runs one, so only here it matters."""
        loaded = load_environment(stack, self._place.config)
        check_together(stack, loaded, load_catalogue(self._place.config))
        if isinstance(loaded, Shared) and mode in ("up", "plan"):
            # The repository of the team's own comes with the first update: before, nothing in it can be pinned.
            others, own = unpinned_steps(stack, loaded)
            if others or (own and "cache" in (self.outputs(stack) or {})):
                raise ConfigError(*others, *own)

    def outputs(self, stack: str, show_secrets: bool = False) -> dict[str, Any] | None:
        """The exports of the last update, or None where the stack was never brought up."""
        if stack not in self.stacks(beside=stack):
            return None
        found = self._workspace(stack).stack_outputs(stack)
        return {
            name: output.value if show_secrets or not output.secret else "[secret]" for name, output in found.items()
        }

    def state(self, stack: str) -> dict[str, Any]:
        """The stack's deployment as `pulumi stack export` gives it."""
        return dict(self._workspace(stack).export_stack(stack).deployment or {})

    def seen(self, stack: str, urns: Sequence[str]) -> dict[str, Mapping[str, Any]]:
        """What the cloud says of resources now, by URN, without those that are gone. It stays nowhere, and needs no lock."""
        listener = Outputs()
        try:
            options: dict[str, Any] = {"target": list(urns), "config_file": str(self._file(stack))}
            self._select(stack).preview_refresh(on_event=listener.hear, **options)
        except automation_errors.CommandError as failed:
            what = f"what runs in '{stack}' cannot be seen: {_last_lines(str(failed))}"
            raise Failed(what, "Check access to its cluster.") from None
        return listener.found

    def look(self, stack: str, report: Report) -> Look:
        """Read each resource of the stack's state in its cloud, as the viewer where builds act as accounts of a stack."""
        viewer = self.watching()
        if not (kept := viewer.kept(stack)):
            return Look(kept)
        left_out = spared(kept) if self._acting.for_others else []
        listener, error = Sights(report), ""
        path = self._file(stack)
        options: dict[str, Any] = {"on_event": listener.hear}
        if left_out:
            options["exclude"] = [each.urn for each in left_out]
        if path.exists():
            options["config_file"] = str(path)
        try:
            viewer._select(stack).preview_refresh(**options)
        except automation_errors.CommandError as failed:
            error = _last_lines(str(failed))
        unseen = listener.errors or ([Diagnostic("", "error", error)] if error else [])
        return Look(kept, listener.found, [*unseen, *(Diagnostic(each.urn, "info", SPARED) for each in left_out)])

    def config_get(self, stack: str, key: str) -> str | None:
        """A value of the stack's config, decrypted where it is a secret."""
        try:
            return self._cli(stack, ["config", "get", key, *self._config_options(stack)]).rstrip("\n")
        except automation_errors.CommandError:
            return None

    def config_set(self, stack: str, key: str, value: str, secret: bool = False) -> None:
        """Write a value into the stack's file; a secret is encrypted by the stack's secrets provider."""
        self._select(stack)
        kind = "--secret" if secret else "--plaintext"
        try:
            self._cli(stack, ["config", "set", key, kind, *self._config_options(stack), "--", value])
        except automation_errors.CommandError as failed:
            raise Failed(_last_lines(str(failed))) from None

    def stacks(self, beside: str = "") -> list[str]:
        """The stacks of this project that have a state, or that have it where `beside` has its."""
        found: set[str] = set()
        for stack in {
            self.state_of(each): each for each in ([beside] if beside else stacks(self._place.config))
        }.values():
            try:
                found |= {summary.name for summary in self._workspace(stack).list_stacks()}
            except automation_errors.CommandError as failed:
                what = f"the states in {self.state_of(stack)} cannot be listed: {_last_lines(str(failed))}"
                remedy = (
                    f"'slipway --engine pulumi doctor {stack}' tells whether the bucket is there and yours to read."
                )
                raise Failed(what, remedy) from None
        return sorted(found)

    def state_of(self, stack: str) -> str:
        """The URL of the backend that has the stack's state."""
        return place_of(stack, self._place, os.environ)

    def credentials(self, stack: str) -> dict[str, str]:
        """The token of whom it acts as, where that is not who is signed in."""
        return self._acting.variables(stack, self._place, self._changing)

    def kept(self, stack: str) -> list[Kept]:
        """The resources in the stack's state, in its order; none where it was never brought up."""
        if stack not in self.stacks(beside=stack):
            return []
        return state_document.kept({"deployment": self.state(stack)})

    def remove(self, stack: str) -> None:
        """Forget a stack that has no resources left; nothing happens where there is none."""
        if stack in self.stacks(beside=stack):
            self._workspace(stack).remove_stack(stack, preserve_config=True)

    def prepare(self, stack: str) -> None:
        """Nothing: every run of the CLI starts the program anew."""

    def reading(self, config_dir: Path) -> "PulumiEngine":
        """The same backend, with the config of another folder."""
        return PulumiEngine(replace(self._place, config=config_dir), self._acting, self._changing)

    def watching(self) -> "PulumiEngine":
        """The same, acting as whoever may read and nothing else."""
        return PulumiEngine(self._place, self._acting, changing=False)

    def now(self) -> datetime:
        """The real time."""
        return datetime.now(UTC)

    def _workspace(self, stack: str) -> automation.LocalWorkspace:
        """The program, with the backend that has the stack's state and who acts. Stacks of one backend share it."""
        backend = self.state_of(stack)
        credentials = self.credentials(stack)
        if backend in self._workspaces:
            known = self._workspaces[backend]
            known.env_vars = {**known.env_vars, **credentials}
            return known
        if shutil.which("pulumi") is None:
            raise Failed(
                "the Pulumi CLI is not on the PATH",
                "Install it (https://www.pulumi.com/docs/install/), or use '--engine sandbox'.",
            )
        environment = {CONFIG_DIR: str(self._place.config), BACKEND: backend, **credentials}
        try:
            made = automation.LocalWorkspace(work_dir=str(self._place.program), env_vars=environment)
        except automation_errors.InvalidVersionError as error:
            raise Failed(str(error), "Install a newer Pulumi CLI.") from None
        return self._workspaces.setdefault(backend, made)

    def _select(self, stack: str) -> automation.Stack:
        if stack not in self.stacks(beside=stack):
            self._make(stack)
        return automation.Stack.select(stack, self._workspace(stack))

    def _make(self, stack: str) -> None:
        """A stack without resources. What its secrets are sealed with stands in its file from then on."""
        path = self._file(stack)
        provider = ""
        if path.exists():
            provider = sealing.provider(stack, self._place.config, self.state_of(stack))
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            shutil.copy(self._place.program / PROJECT_FILE, folder)
            if path.exists():
                shutil.copy(path, folder)
            options = ["--secrets-provider", provider] if provider else []
            try:
                self._cli(stack, ["stack", "init", stack, "--no-select", *options], folder)
            except automation_errors.CommandError as failed:
                raise Failed(_last_lines(str(failed))) from None
            if path.exists():
                sealing.keep(folder / path.name, path)

    def _cli(self, stack: str, arguments: list[str], folder: Path | None = None) -> str:
        workspace = self._workspace(stack)
        where = str(folder or self._place.program)
        return workspace.pulumi_command.run(arguments, where, workspace.env_vars).stdout

    def _config_options(self, stack: str) -> list[str]:
        return ["--stack", stack, "--config-file", str(self._file(stack))]

    def _file(self, stack: str) -> Path:
        return self._place.config / stack_file(stack)


def _ahead(handle: automation.Stack, options: Mapping[str, Any]) -> dict[str, Resource]:
    """What an update would make or leave, as a preview tells it."""
    listener = Listener(quiet, planning=True)
    ahead: dict[str, Any] = {**options, "on_event": listener.hear}
    handle.preview(**ahead)
    return listener.resources


def _last_lines(text: str) -> str:
    """What the CLI said at the end, without the rest of its output."""
    lines = [line.strip().removeprefix("stderr: ") for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("error:")]
    return "\n".join(errors or lines[-3:])
