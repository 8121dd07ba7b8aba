"""What the API server refuses in a pod template beyond its schema, and what no kubelet could run.

From pkg/apis/core/validation/validation.go of Kubernetes. Values not yet known pass.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from sandbox.clouds.kubernetes import images, object_names, quantities
from sandbox.clouds.kubernetes.known import entries, mapping
from sandbox.clouds.protocol import CheckFailure
from sandbox.values import UNKNOWN, has_unknowns, is_unknown

_PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"
_WHOLE_RESOURCES = ("nvidia.com/", "hugepages-")


def problems(given: Any, path: str, restart: tuple[str, ...]) -> Iterator[CheckFailure]:
    """at least one container; names of containers, ports and volumes by their rules and no two equal; images that a
    runtime can read; the restart policy as the owner (`restart`) allows; probes and hooks of init containers only where
    those go on running; one success enough for liveness and startup probes; a pause before the stop not above the time
    for it; a toleration without a key only of everything; requests not above limits, whole GPUs; mounts of volumes that there are; no environment variable with both a value and a source; a term of node
    affinity at least, in whose expressions the values go with the operator and whose fields are `metadata.name` with one
    value; a template in each `ephemeral` volume; no path twice in a `projected` one
    """
    template = mapping(given)
    if is_unknown(given) or is_unknown(template.get("spec")):
        return
    yield from metadata_problems(mapping(template.get("metadata")), f"{path}.metadata")
    spec = mapping(template.get("spec"))
    where = f"{path}.spec"
    if not spec.get("containers"):
        yield CheckFailure(f"{where}.containers", "Required value: a pod has at least one container")
    policy = spec.get("restartPolicy", "Always")
    if not has_unknowns(policy) and policy not in restart:
        supported = ", ".join(f'"{name}"' for name in restart)
        yield CheckFailure(f"{where}.restartPolicy", f'Unsupported value: "{policy}": supported values: {supported}')
    names: set[str] = set()
    volumes = {volume.get("name") for _, volume in entries(spec.get("volumes"))}
    if is_unknown(spec.get("volumes")):
        volumes.add(UNKNOWN)
    for key in ("initContainers", "containers"):
        for index, container in entries(spec.get(key)):
            at = f"{where}.{key}[{index}]"
            name = container.get("name", "")
            if not has_unknowns(name):
                if problem := object_names.dns_label(name):
                    yield CheckFailure(f"{at}.name", f'Invalid value: "{name}": {problem}')
                if name in names:
                    yield CheckFailure(f"{at}.name", f'Duplicate value: "{name}"')
                names.add(name)
            yield from _container(container, at, volumes)
            yield from _hooks(container, at, spec, initial=key == "initContainers")
    for index, volume in entries(spec.get("volumes")):
        name = volume.get("name", "")
        if not has_unknowns(name) and (problem := object_names.dns_label(name)):
            yield CheckFailure(f"{where}.volumes[{index}].name", f'Invalid value: "{name}": {problem}')
        if isinstance(volume.get("ephemeral"), Mapping) and not volume["ephemeral"].get("volumeClaimTemplate"):
            yield CheckFailure(f"{where}.volumes[{index}].ephemeral.volumeClaimTemplate", "Required value")
        files = Counter(_projected(mapping(volume.get("projected"))))
        for file in sorted(file for file, count in files.items() if count > 1 and not has_unknowns(file)):
            problem = f'Invalid value: "{file}": conflicting duplicate paths'
            yield CheckFailure(f"{where}.volumes[{index}].projected", problem)
    yield from _affinity(mapping(mapping(spec.get("affinity")).get("nodeAffinity")), f"{where}.affinity.nodeAffinity")
    for index, toleration in entries(spec.get("tolerations")):
        yield from _toleration(toleration, f"{where}.tolerations[{index}]")


def _toleration(toleration: Mapping[str, Any], at: str) -> Iterator[CheckFailure]:
    operator = toleration.get("operator") or "Equal"
    if not has_unknowns(operator) and not toleration.get("key") and operator != "Exists":
        problem = 'operator must be Exists when `key` is empty, which means "match all values and all keys"'
        yield CheckFailure(f"{at}.operator", f'Invalid value: "{operator}": {problem}')
    if operator == "Exists" and toleration.get("value"):
        problem = "value must be empty when `operator` is 'Exists'"
        yield CheckFailure(f"{at}.operator", f"Invalid value: {problem}")


def _projected(volume: Mapping[str, Any]) -> Iterator[str]:
    """The paths of all files that it takes out of others."""
    for _, source in entries(volume.get("sources")):
        for part in ("configMap", "downwardAPI", "secret"):
            for _, item in entries(mapping(source.get(part)).get("items")):
                yield str(item.get("path"))


def _hooks(container: Mapping[str, Any], at: str, spec: Mapping[str, Any], initial: bool) -> Iterator[CheckFailure]:
    if initial and not has_unknowns(policy := container.get("restartPolicy")) and policy != "Always":
        for field in ("lifecycle", "livenessProbe", "readinessProbe", "startupProbe"):
            if container.get(field):
                problem = "may not be set for init containers without restartPolicy=Always"
                yield CheckFailure(f"{at}.{field}", f"Forbidden: {problem}")
    for field in ("livenessProbe", "startupProbe"):
        times = mapping(container.get(field)).get("successThreshold", 1)
        if isinstance(times, int) and times > 1:
            yield CheckFailure(f"{at}.{field}.successThreshold", f"Invalid value: {times}: must be 1")
    patience = spec.get("terminationGracePeriodSeconds", 30)
    pause = mapping(mapping(mapping(container.get("lifecycle")).get("preStop")).get("sleep")).get("seconds")
    if isinstance(pause, int) and isinstance(patience, int) and pause > patience:
        problem = f"must be non-negative and less than terminationGracePeriodSeconds ({patience})"
        yield CheckFailure(f"{at}.lifecycle.preStop.sleep", f"Invalid value: {pause}: {problem}")


def _affinity(affinity: Mapping[str, Any], at: str) -> Iterator[CheckFailure]:
    field = "requiredDuringSchedulingIgnoredDuringExecution"
    terms = mapping(affinity.get(field)).get("nodeSelectorTerms")
    if terms == []:
        problem = "Required value: must have at least one node selector term"
        yield CheckFailure(f"{at}.{field}.nodeSelectorTerms", problem)
    wished = ((index, mapping(each.get("preference"))) for index, each in entries(affinity.get(_PREFERRED)))
    for term_index, term in entries(terms):
        yield from _term(term, f"{at}.{field}.nodeSelectorTerms[{term_index}]")
    for term_index, term in wished:
        yield from _term(term, f"{at}.{_PREFERRED}[{term_index}].preference")


def _term(term: Mapping[str, Any], at: str) -> Iterator[CheckFailure]:
    for index, expression in entries(term.get("matchFields")):
        yield from _node_field(expression, f"{at}.matchFields[{index}]")
    for index, expression in entries(term.get("matchExpressions")):
        where = f"{at}.matchExpressions[{index}]"
        operator, values = expression.get("operator"), expression.get("values") or []
        if has_unknowns([operator, values]):
            continue
        if operator in ("In", "NotIn") and not values:
            problem = "Required value: must be specified when `operator` is 'In' or 'NotIn'"
            yield CheckFailure(f"{where}.values", problem)
        if operator in ("Exists", "DoesNotExist") and values:
            problem = "Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
            yield CheckFailure(f"{where}.values", problem)
        if operator in ("Gt", "Lt") and len(values) != 1:
            problem = "Required value: must be specified single value when `operator` is 'Lt' or 'Gt'"
            yield CheckFailure(f"{where}.values", problem)


def _node_field(expression: Mapping[str, Any], at: str) -> Iterator[CheckFailure]:
    key, operator, values = expression.get("key"), expression.get("operator"), expression.get("values") or []
    if has_unknowns([key, operator, values]):
        return
    if operator not in ("In", "NotIn"):
        yield CheckFailure(f"{at}.operator", f'Invalid value: "{operator}": not a valid selector operator')
    elif len(values) != 1:
        problem = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"
        yield CheckFailure(f"{at}.values", f"Required value: {problem}")
    if key != "metadata.name":
        yield CheckFailure(f"{at}.key", f'Invalid value: "{key}": not a valid field selector key')


def _container(container: Mapping[str, Any], at: str, volumes: set[Any]) -> Iterator[CheckFailure]:
    image = container.get("image")
    if not image:
        yield CheckFailure(f"{at}.image", "Required value")
    elif not has_unknowns(image):
        try:
            images.parse(str(image))
        except ValueError as error:
            yield CheckFailure(f"{at}.image", f"Invalid value: {error}")
    yield from _resources(mapping(container.get("resources")), f"{at}.resources")
    yield from _ports(container.get("ports"), f"{at}.ports")
    for index, entry in entries(container.get("env")):
        if "value" in entry and entry.get("valueFrom"):
            yield CheckFailure(
                f"{at}.env[{index}].valueFrom", "Invalid value: may not be specified when `value` is not empty"
            )
    for index, mount in entries(container.get("volumeMounts")):
        name = mount.get("name")
        if not has_unknowns([name, list(volumes)]) and name not in volumes:
            yield CheckFailure(f"{at}.volumeMounts[{index}].name", f'Not found: "{name}"')


def _resources(resources: Mapping[str, Any], at: str) -> Iterator[CheckFailure]:
    requests, limits = (quantities.known(mapping(resources.get(part))) for part in ("requests", "limits"))
    for part, amounts in (("requests", requests), ("limits", limits)):
        for name, amount in amounts.items():
            if name.startswith(_WHOLE_RESOURCES) and amount % 1:
                yield CheckFailure(f"{at}.{part}.{name}", "Invalid value: must be an integer")
    for name, asked in requests.items():
        if asked > limits.get(name, asked):
            given = resources["requests"][name]
            yield CheckFailure(
                f"{at}.requests", f'Invalid value: "{given}": must be less than or equal to {name} limit'
            )


def _ports(ports: Any, at: str) -> Iterator[CheckFailure]:
    seen: set[str] = set()
    for index, port in entries(ports):
        name = port.get("name")
        if name and isinstance(name, str) and not has_unknowns(name):
            if problem := object_names.port_name(name):
                yield CheckFailure(f"{at}[{index}].name", f'Invalid value: "{name}": {problem}')
            if name in seen:
                yield CheckFailure(f"{at}[{index}].name", f'Duplicate value: "{name}"')
            seen.add(name)


def metadata_problems(metadata: Mapping[str, Any], at: str) -> Iterator[CheckFailure]:
    """Failures of the labels and annotations of any object's metadata."""
    for key, value in mapping(metadata.get("labels")).items():
        if problem := object_names.label_key(key):
            yield CheckFailure(f"{at}.labels", f'Invalid value: "{key}": {problem}')
        if isinstance(value, str) and not has_unknowns(value) and (problem := object_names.label_value(value)):
            yield CheckFailure(f"{at}.labels", f'Invalid value: "{value}": {problem}')
    for key in mapping(metadata.get("annotations")):
        if problem := object_names.label_key(key.lower()):
            yield CheckFailure(f"{at}.annotations", f'Invalid value: "{key}": {problem}')
