"""Loading a stack's config: from its file, or from Pulumi within the program."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from model import cache_rules, database_rules, names, route_rules, service_rules
from model.catalogue import Catalogue
from model.environment import AnyStack, Environment, Preview, Shared, Stack, Workloads
from model.errors import ConfigError, Problem, closest, refused
from model.previewed import previewed
from model.promotion import Promotion
from model.source import mapping, read
from model.stack_files import stack_file, stacks

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

_KINDS: dict[str, type[Stack]] = {"shared": Shared, "environment": Environment, "preview": Preview}


def order(config_dir: Path) -> list[str]:
    """The environments from first to last, as `promotion.from` chains them."""
    sources: dict[str, str | None] = {}
    for stack in stacks(config_dir):
        if names.PREVIEW.fullmatch(stack):
            continue
        loaded = load_environment(stack, config_dir)
        if isinstance(loaded, Environment):
            sources[stack] = loaded.promotion.from_
    alike = {stack.lower(): stack for stack in sources}
    for stack, source in sources.items():
        if (other := alike[stack.lower()]) != stack:
            what = f"it differs from {stack_file(other)} in capitals alone, which names in the cloud have not"
            raise ConfigError(Problem(stack_file(stack), "", what, "Rename one of them."))
        if source is not None and source not in sources:
            raise ConfigError(
                Problem(
                    stack_file(stack),
                    f"{NAMESPACE}:promotion.from",
                    f"there is no environment '{source}'",
                    closest(source, [name for name in sources if name != stack]),
                )
            )
    ordered = [stack for stack, source in sources.items() if source is None]
    while len(ordered) < len(sources):
        following = [stack for stack, source in sources.items() if source in ordered and stack not in ordered]
        if not following:
            circle = sorted(set(sources) - set(ordered))
            raise ConfigError(
                Problem(
                    stack_file(circle[0]),
                    f"{NAMESPACE}:promotion.from",
                    f"the environments {', '.join(circle)} follow each other in a circle",
                    "Take 'from' out of the first one.",
                )
            )
        ordered += following
    return ordered


def branches(config_dir: Path) -> dict[str, str]:
    """Environment -> the branch that its releases are built of: the first one's of its line."""
    loaded = {stack: load_environment(stack, config_dir) for stack in order(config_dir)}
    return branches_of({stack: each.promotion for stack, each in loaded.items() if isinstance(each, Environment)})


def branches_of(promotions: Mapping[str, Promotion]) -> dict[str, str]:
    """The same of what is loaded already, from first to last."""
    found: dict[str, str] = {}
    for stack, promotion in promotions.items():
        found[stack] = found[promotion.from_] if promotion.from_ else promotion.branch
    return found


def line(stack: str, config_dir: Path) -> list[str]:
    """The environments that a release passes on its way to this one, first to last, itself included."""
    passed = [stack]
    order(config_dir)
    while isinstance(loaded := load_environment(passed[0], config_dir), Environment) and loaded.promotion.from_:
        passed.insert(0, loaded.promotion.from_)
    return passed


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
        return [Problem(file, key, what, f"Take it out, and set each with {_set_secret(stack, 'NAME')}.")]
    return [
        Problem(
            file, f"{key}.{name}", "it stands there in clear", f"Take it out, change it, and set it with {command}."
        )
        for name, entry in value.items()
        for command in [_set_secret(stack, str(name))]
        if entry is None or not _sealed(entry)
    ]


def _set_secret(stack: str, name: str) -> str:
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


def check_together(stack: str, loaded: AnyStack, catalogue: Catalogue) -> None:
    """Refuses a stack whose collapse, sizes or pins do not fit the catalogue."""
    if not isinstance(loaded, (Environment, Preview)):
        return
    file = stack_file(stack)
    problems: list[Problem] = []
    if isinstance(loaded, Preview):
        catalogue = previewed(catalogue, trusted=loaded.trusted)
    for key, images in (("images", loaded.images), ("built", getattr(loaded, "built", {}))):
        for image in sorted(set(images) - set(catalogue.images)):
            problems.append(_stray(file, f"{key}.{image}", "image", image, catalogue.images))
    tools = catalogue.database_tools
    for image in (tools.psql, tools.proxy) if tools and isinstance(loaded, Preview) else ():
        if image in getattr(loaded, "built", {}):
            what = f"'{image}' administers the databases of the base, and no pull request builds what does"
            problems.append(Problem(file, f"{NAMESPACE}:built.{image}", what, "Take it out: the base's is used."))
    for name, data in loaded.data.items() if isinstance(loaded, Preview) else ():
        if name not in catalogue.databases:
            problems.append(_stray(file, f"data.{name}", "database", name, catalogue.databases))
        if data.hook and data.hook.image not in catalogue.images:
            problems.append(_stray(file, f"data.{name}.hook.image", "image", data.hook.image, catalogue.images))
    hosts: dict[str, str] = {}
    for group, members in loaded.collapse.items():
        key = f"{NAMESPACE}:collapse.{group}"
        for member in members:
            if member not in catalogue.services:
                problems.append(_stray(file, f"collapse.{group}", "service", member, catalogue.services))
            elif member in hosts:
                remedy = f"Take it out of '{hosts[member]}' or '{group}'."
                problems.append(Problem(file, key, f"'{member}' is collapsed twice", remedy))
            hosts[member] = group
        if group in catalogue.services and group not in members:
            problems.append(Problem(file, key, f"'{group}' is a service that is not in its pod", "Add it to the list."))
        services = [catalogue.services[member] for member in members if member in catalogue.services]
        if len({service.image for service in services}) > 1:
            problems.append(Problem(file, key, "its services run different images", "Collapse services of one image."))
        if len({service.database for service in services if service.database}) > 1:
            problems.append(Problem(file, key, "its services use different databases", "Collapse services of one."))
        if len({service.cache for service in services if service.cache}) > 1:
            problems.append(Problem(file, key, "its services use different caches", "Collapse services of one."))
        if any(len(set(topic.subscribers) & set(members)) > 1 for topic in catalogue.topics.values()):
            problems.append(Problem(file, key, "two of its services subscribe to one topic", "Keep them apart."))
        problems += [Problem(file, key, *found) for found in service_rules.collapsed(catalogue, members)]
        if len({service.port for service in services}) < len(services):
            problems.append(Problem(file, key, "two of its services have the same port", "Give each its own port."))
    if not problems:
        deployments = catalogue.deployments(loaded.collapse)
        for name in sorted(set(loaded.sizes) - {"default", *deployments}):
            problems.append(_stray(file, f"sizes.{name}", "Deployment", name, deployments))
        problems += service_rules.split_traffic(file, f"{NAMESPACE}:traffic", catalogue, loaded.traffic)
        problems += service_rules.sized(file, f"{NAMESPACE}:sizes", catalogue, loaded.sizes, loaded.autoscaling)
    if isinstance(loaded, Environment):
        problems += _unmet(stack, loaded, catalogue)
    if isinstance(loaded, Environment):
        problems += cache_rules.unsized(file, f"{NAMESPACE}:caches", loaded, catalogue)
    problems += database_rules.ungranted(file, f"{NAMESPACE}:images", loaded, catalogue)
    problems += route_rules.stack_problems(file, loaded, catalogue)
    if loaded.migrated and catalogue.migrations and catalogue.migrations.image not in loaded.pinned:
        image = catalogue.migrations.image
        problems.append(
            Problem(file, f"{NAMESPACE}:migrated", f"the image '{image}' that migrates has no pin", "Pin it in images.")
        )
    if problems:
        raise ConfigError(*problems)


def _unmet(stack: str, loaded: Environment, catalogue: Catalogue) -> list[Problem]:
    """What the catalogue needs and each environment has to say for itself."""
    file = stack_file(stack)
    problems = [
        _stray(file, f"{SECRETS}.{name}", "secret", name, catalogue.secrets)
        for name in loaded.secrets
        if name not in catalogue.secrets
    ]
    problems += [
        Problem(
            file, f"{NAMESPACE}:{SECRETS}.{name}", "this secret of services.yaml has no value", f"Set it with {set_}."
        )
        for name in catalogue.secrets
        for set_ in [_set_secret(stack, name)]
        if name not in loaded.secrets
    ]
    if catalogue.databases and loaded.database is None:
        what, remedy = "this key is missing, and services.yaml has databases", "Add tier, diskGb and diskLimitGb."
        problems.append(Problem(file, f"{NAMESPACE}:database", what, remedy))
    if catalogue.temporal and loaded.temporal is None:
        what, remedy = "this key is missing, and services.yaml names Temporal's clients", "Add address and namespace."
        problems.append(Problem(file, f"{NAMESPACE}:temporal", what, remedy))
    return problems


def _stray(file: str, key: str, kind: str, name: str, known: Mapping[str, Any]) -> Problem:
    return Problem(file, f"{NAMESPACE}:{key}", f"there is no {kind} '{name}' in services.yaml", closest(name, known))
