"""The Pulumi CLI as an engine, through its automation API: for real clouds, or for the sandbox's providers served to it.

A config folder other than the program's is given to every command as `--config-file`. `stack init` alone has no such
option and writes a salt beside Pulumi.yaml, so it runs in a folder of its own.
"""

import shutil
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from pulumi import automation
from pulumi.automation import errors as automation_errors

from delivery.engines import WHOLE, Diagnostic, Mode, Part, Report, Update
from delivery.errors import Failed, Locked
from delivery.place import CONFIG_DIR, PROJECT_FILE, Place
from delivery.pulumi_events import Listener
from model.catalogue import load_catalogue
from model.stacks import check_together, load_environment, stack_file


class PulumiEngine:
    """Implements `delivery.engines.Engine` over the CLI on the PATH."""

    name = "pulumi"

    def __init__(self, place: Place) -> None:
        self._place = place

    def run(self, stack: str, mode: Mode, report: Report, part: Part = WHOLE) -> Update:
        """Run the CLI and follow its events; the stack is made in the backend where it is not there yet."""
        path = self._file(stack)
        if path.exists() or mode not in ("destroy", "refresh"):
            check_together(stack, load_environment(stack, self._place.config), load_catalogue(self._place.config))
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
        diagnostics = [*listener.diagnostics, *([Diagnostic("", "error", error)] if error and not errors else [])]
        return Update(
            stack=stack,
            mode=mode,
            ok=not error,
            steps=tuple(listener.steps),
            changes=listener.changes,
            outputs={} if mode == "plan" else self.outputs(stack) or {},
            diagnostics=tuple(diagnostics),
        )

    def outputs(self, stack: str, show_secrets: bool = False) -> dict[str, Any] | None:
        """The exports of the last update, or None where the stack was never brought up."""
        if stack not in self.stacks():
            return None
        found = self._workspace.stack_outputs(stack)
        return {
            name: output.value if show_secrets or not output.secret else "[secret]" for name, output in found.items()
        }

    def state(self, stack: str) -> dict[str, Any]:
        """The stack's deployment as `pulumi stack export` gives it."""
        return dict(self._workspace.export_stack(stack).deployment or {})

    def config_get(self, stack: str, key: str) -> str | None:
        """A value of the stack's config, decrypted where it is a secret."""
        try:
            return self._cli(["config", "get", key, *self._config_options(stack)]).rstrip("\n")
        except automation_errors.CommandError:
            return None

    def config_set(self, stack: str, key: str, value: str, secret: bool = False) -> None:
        """Write a value into the stack's file; a secret is encrypted by the stack's secrets provider."""
        self._select(stack)
        kind = "--secret" if secret else "--plaintext"
        try:
            self._cli(["config", "set", key, kind, *self._config_options(stack), "--", value])
        except automation_errors.CommandError as failed:
            raise Failed(_last_lines(str(failed))) from None

    def stacks(self) -> list[str]:
        """The stacks of this project that the backend has."""
        return sorted(summary.name for summary in self._workspace.list_stacks())

    def urns(self, stack: str) -> list[str]:
        """The resources in the stack's state; none where it was never brought up."""
        if stack not in self.stacks():
            return []
        return [resource["urn"] for resource in self.state(stack).get("resources") or ()]

    def remove(self, stack: str) -> None:
        """Forget a stack that has no resources left; nothing happens where there is none."""
        if stack in self.stacks():
            self._workspace.remove_stack(stack, preserve_config=True)

    def prepare(self, stack: str) -> None:
        """Nothing: every run of the CLI starts the program anew."""

    def reading(self, config_dir: Path) -> "PulumiEngine":
        """The same backend, with the config of another folder."""
        return PulumiEngine(replace(self._place, config=config_dir))

    def now(self) -> datetime:
        """The real time."""
        return datetime.now(UTC)

    @cached_property
    def _workspace(self) -> automation.LocalWorkspace:
        if shutil.which("pulumi") is None:
            raise Failed(
                "the Pulumi CLI is not on the PATH",
                "Install it (https://www.pulumi.com/docs/install/), or use '--engine sandbox'.",
            )
        environment = {CONFIG_DIR: str(self._place.config)}
        try:
            return automation.LocalWorkspace(work_dir=str(self._place.program), env_vars=environment)
        except automation_errors.InvalidVersionError as error:
            raise Failed(str(error), "Install a newer Pulumi CLI.") from None

    def _select(self, stack: str) -> automation.Stack:
        if stack not in self.stacks():
            with tempfile.TemporaryDirectory() as folder:
                shutil.copy(self._place.program / PROJECT_FILE, folder)
                self._cli(["stack", "init", stack, "--no-select"], Path(folder))
        return automation.Stack.select(stack, self._workspace)

    def _cli(self, arguments: list[str], folder: Path | None = None) -> str:
        workspace = self._workspace
        where = str(folder or self._place.program)
        return workspace.pulumi_command.run(arguments, where, workspace.env_vars).stdout

    def _config_options(self, stack: str) -> list[str]:
        return ["--stack", stack, "--config-file", str(self._file(stack))]

    def _file(self, stack: str) -> Path:
        return self._place.config / stack_file(stack)


def _last_lines(text: str) -> str:
    """What the CLI said at the end, without the rest of its output."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("error:")]
    return "\n".join(errors or lines[-3:])
