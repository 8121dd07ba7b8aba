"""What a stack and the catalogue must have of each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from model import cache_rules, database_rules, route_rules, service_rules
from model.catalogue import Catalogue
from model.environment import Environment
from model.errors import ConfigError, Problem, closest
from model.preview import Preview
from model.previewed import previewed
from model.stack_files import stack_file
from model.stacks import NAMESPACE, SECRETS, AnyStack, set_secret


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
        problems += database_rules.crowded(file, f"{NAMESPACE}:sizes", loaded, catalogue) if not problems else []
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
        for set_ in [set_secret(stack, name)]
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
