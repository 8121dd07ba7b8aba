"""Loading a stack's config: from its file, or from Pulumi within the program."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from model.environment import Environment
from model.errors import ConfigError, Problem, closest, refused
from model.preview import Preview
from model.shared import Shared
from model.source import mapping, read
from model.stack import Stack
from model.stack_files import stack_file, stacks
from model.workloads import Workloads

NAMESPACE = "slipway"
"""Config keys always stand in this namespace, whatever the project is called."""

SECRET_KEYS = ("databasePassword", "slackToken", "pagerdutyKey")
"""Keys whose values are Pulumi secrets. The models never hold them: the program asks Pulumi for them."""

SECRETS = "secrets"
"""The key below which the values of the catalogue's secrets are, each sealed for itself."""

MASKED = {"secure": "[secret]"}
"""What the models hold in place of a value that Pulumi has opened for the program."""

PULUMI_KEYS = ("config", "encryptionsalt", "secretsprovider", "encryptedkey", "environment")
"""Pulumi's own keys at the top of a stack file."""

PROVIDER_KEYS = {"gcp:project": "project", "gcp:region": "region", "gcp:defaultLabels": "billing"}
"""Config of the Google Cloud provider that the models hold too."""


OTHER_NAMESPACES = ("gcp", "kubernetes", "pulumi")
"""Namespaces of providers and of Pulumi itself, whose keys are theirs to check."""

LEDGERS = ("releases", "notices")
"""What is recorded beside the environments, in files of the same form: none of them can bear such a name."""

AnyStack = Shared | Environment | Preview

_KINDS: dict[str, type[Stack]] = {"shared": Shared, "environment": Environment, "preview": Preview}


def load_environment(stack: str, config_dir: Path) -> AnyStack:
    """Reads and checks a stack's file."""
    file = stack_file(stack)
    if stack == "pr":
        raise ConfigError(Problem(file, "", "it is the template of previews, no stack", "Name a stack, such as pr-42."))
    if stack in LEDGERS:
        raise ConfigError(Problem(file, "", f"'{stack}' is the name of a ledger", "Name the stack otherwise."))
    if not (config_dir / file).exists():
        known = stacks(config_dir)
        raise ConfigError(Problem(file, "", f"there is no stack '{stack}' in {config_dir}", closest(stack, known)))
    return _loaded(stack, read(config_dir / file))


@lru_cache(maxsize=32)
def _loaded(stack: str, text: str) -> AnyStack:
    """A command asks for the same stack many times. What was checked is frozen, so the same text is checked once."""
    file = stack_file(stack)
    data = mapping(file, text)
    unknown = [key for key in data if key not in PULUMI_KEYS]
    if unknown:
        raise ConfigError(
            *(Problem(file, key or "''", "this key is unknown", closest(key, PULUMI_KEYS)) for key in unknown)
        )
    config = data.get("config") or {}
    if not isinstance(config, dict):
        raise ConfigError(Problem(file, "config", "it must be a mapping", "Write 'slipway:key: value' pairs below it."))
    if not _salt(data.get("encryptionsalt")):
        remedy = "Restore it from git; where nothing is encrypted, take it out."
        raise ConfigError(Problem(file, "encryptionsalt", "it is no salt of Pulumi's", remedy))
    clear = [key for key in SECRET_KEYS if not _sealed(config.get(f"{NAMESPACE}:{key}"))]
    if clear:
        remedy = "Take it out, change it, and set it with 'pulumi config set --secret'."
        raise ConfigError(*(Problem(file, f"{NAMESPACE}:{key}", "it stands there in clear", remedy) for key in clear))
    if problems := _open_secrets(stack, config.get(f"{NAMESPACE}:{SECRETS}")):
        raise ConfigError(*problems)
    return _validated(stack, {str(key): value for key, value in config.items()})


def _salt(value: Any) -> bool:
    """Whether it is `v1:SALT:v1:NONCE:PROOF` with base64 in the capitals, or not there at all."""
    if value is None:
        return True
    parts = str(value).split(":")
    if len(parts) != 5 or (parts[0], parts[2]) != ("v1", "v1"):
        return False
    try:
        return all(base64.b64decode(part, validate=True) for part in (parts[1], *parts[3:]))
    except ValueError:
        return False


def _sealed(value: Any) -> bool:
    return value is None or (isinstance(value, dict) and set(value) == {"secure"})


def _open_secrets(stack: str, value: Any) -> list[Problem]:
    """What is wrong with the map of secrets; no message repeats a value."""
    file, key = stack_file(stack), f"{NAMESPACE}:{SECRETS}"
    if value is None:
        return []
    if not isinstance(value, dict) or _sealed(value):
        what = "it must be a map of secrets, each sealed for itself"
        return [Problem(file, key, what, f"Take it out, and set each with {set_secret(stack, 'NAME')}.")]
    return [
        Problem(
            file, f"{key}.{name}", "it stands there in clear", f"Take it out, change it, and set it with {command}."
        )
        for name, entry in value.items()
        for command in [set_secret(stack, str(name))]
        if entry is None or not _sealed(entry)
    ]


def set_secret(stack: str, name: str) -> str:
    """The command that sets a secret of the catalogue."""
    return f"'pulumi config set --secret --path {NAMESPACE}:{SECRETS}.{name} -s {stack}'"


def environment_of_program() -> AnyStack:
    """The running program's stack, from the config that Pulumi gave it."""
    import pulumi

    stack = pulumi.get_stack()
    if stack == "pr":
        return load_environment(stack, Path())
    flat = {**pulumi.runtime.get_config_env(), **pulumi.runtime.config.CONFIG.get()}
    config = {key: _parsed(value) for key, value in flat.items()}
    opened = config.get(f"{NAMESPACE}:{SECRETS}")
    if opened is not None:
        named = opened if isinstance(opened, dict) else {}
        config[f"{NAMESPACE}:{SECRETS}"] = dict.fromkeys(named, MASKED)
    return _validated(stack, config)


def _parsed(value: Any) -> Any:
    """Pulumi hands a program every value as a string, structured ones as JSON."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except json.JSONDecodeError:
            return value
    return value


def _validated(stack: str, config: Mapping[str, Any]) -> AnyStack:
    """Chooses the model by `kind` and checks the values against it."""
    file, prefix = stack_file(stack), f"{NAMESPACE}:"
    values: dict[str, Any] = {}
    strays: list[Problem] = []
    for key, value in config.items():
        if key in PROVIDER_KEYS:
            values[PROVIDER_KEYS[key]] = value
        elif key.startswith(prefix) and key.removeprefix(prefix) not in SECRET_KEYS:
            values[key.removeprefix(prefix)] = value
        elif key.partition(":")[0] not in OTHER_NAMESPACES and key.removeprefix(prefix) not in SECRET_KEYS:
            strays.append(Problem(file, key or "''", "this key is unknown", f"Write {prefix}{key.rpartition(':')[2]}?"))
    if strays:
        raise ConfigError(*strays)
    kind = values.get("kind")
    if not isinstance(kind, str) or kind not in _KINDS:
        problem = f"'{kind}' is no kind of stack" if kind is not None else "this key is missing"
        raise ConfigError(Problem(file, f"{prefix}kind", problem, closest(str(kind or ""), _KINDS)))
    model = _KINDS[kind]
    try:
        loaded: AnyStack = TypeAdapter(model).validate_python(values)  # type: ignore[assignment]
    except ValidationError as error:
        found = refused(file, model, error, prefix)
        provider = {f"{prefix}{name}": key for key, name in PROVIDER_KEYS.items()}
        raise ConfigError(
            *(Problem(p.file, provider.get(p.key, p.key), p.problem, p.remedy) for p in found.problems)
        ) from None
    if isinstance(loaded, Workloads):
        problems = _sizes(file, loaded)
        if problems:
            raise ConfigError(*problems)
    if isinstance(loaded, Environment) and not loaded.cluster.location.startswith(loaded.region):
        where, remedy = loaded.cluster.location, f"Write {loaded.region}, or a zone of it such as {loaded.region}-a."
        what = f"'{where}' is not in the region {loaded.region} of gcp:region, where network and database are"
        raise ConfigError(Problem(file, f"{prefix}cluster.location", what, remedy))
    if isinstance(loaded, Environment) and loaded.cluster.most_nodes > loaded.network.ranges.most_nodes:
        most = loaded.network.ranges.most_nodes
        what = f"{loaded.network.range} has room for {most} nodes, and the pools may have {loaded.cluster.most_nodes}"
        raise ConfigError(Problem(file, f"{prefix}network.range", what, "Write a larger range, or lower maxNodes."))
    if isinstance(loaded, Environment):
        missing = [key for key in loaded.alerting.secrets if f"{prefix}{key}" not in config]
        if missing:
            what = f"alerting with mode {loaded.alerting.mode} needs it"
            remedy = "Set it with 'pulumi config set --secret {} -s {}'."
            raise ConfigError(
                *(Problem(file, f"{prefix}{key}", what, remedy.format(f"{prefix}{key}", stack)) for key in missing)
            )
    if isinstance(loaded, Preview) and stack != loaded.prefix:
        raise ConfigError(
            Problem(
                file,
                f"{prefix}pullRequest.number",
                f"{loaded.pull_request.number} does not belong to the stack '{stack}'",
                f"Name the stack {loaded.prefix}, or correct the number.",
            )
        )
    return loaded


def _sizes(file: str, loaded: Workloads) -> list[Problem]:
    key = f"{NAMESPACE}:sizes"
    problems: list[Problem] = []
    if "default" not in loaded.sizes:
        remedy = "Add it: the size of every Deployment that has none of its own."
        problems.append(Problem(file, f"{key}.default", "this key is missing", remedy))
    if loaded.autoscaling:
        what, remedy = "this key is missing, and autoscaling needs it", "Add the most pods that may run."
        problems += [
            Problem(file, f"{key}.{name}.maxReplicas", what, remedy)
            for name, size in loaded.sizes.items()
            if size.max_replicas is None
        ]
    return problems
