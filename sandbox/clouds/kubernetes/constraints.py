"""What the API server asks of single fields beyond the published schemas: `constraints.yaml`, as keywords of JSON schema.

Four of its keywords are no standard ones: `is` names a rule below; `exactlyOneOf`, `atLeastOneOf` and `atMostOneOf` list fields of an
object. And of what the published schemas say of lists with keys (`x-kubernetes-list-map-keys`), it is checked that no two elements have the same
ones, which server-side apply refuses.
"""

from __future__ import annotations

import functools
import ipaddress
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from sandbox.clouds.kubernetes import data_keys, object_names, quantities
from sandbox.values import has_unknowns

_FILE = Path(__file__).with_name("constraints.yaml")
_PREFIXES = {"intstr": "io.k8s.apimachinery.pkg.util.", "meta": "io.k8s.apimachinery.pkg.apis."}
INT32_MAX = 2**31 - 1
_INT32 = {"minimum": -(2**31), "maximum": INT32_MAX}
OWN_KEYWORDS = ("is", "exactlyOneOf", "atLeastOneOf", "atMostOneOf", "x-kubernetes-list-map-keys")
_KEYS_BY_DEFAULT = {"protocol": "TCP"}
"""What a key of a list's element is where it is left out."""

_VARIABLE = re.compile(r"[ -<>-~]+")
_SUBSCRIPTED = re.compile(r"metadata\.(labels|annotations)(\['[^']+'\])?")
_POD_FIELDS = (
    *("metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName"),
    *("status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"),
)
_STANDARD_RESOURCES = ("cpu", "memory", "ephemeral-storage")
_DRIVER = re.compile(r"[a-zA-Z0-9]([-a-zA-Z0-9.]{0,61}[a-zA-Z0-9])?")


@functools.cache
def said() -> Mapping[str, Mapping[str, Any]]:
    """The constraints of each type that has some."""
    loaded: Mapping[str, Mapping[str, Any]] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return loaded


@functools.cache
def _published() -> Mapping[str, Mapping[str, Any]]:
    """By the types' names in the published schemas."""
    return {_PREFIXES.get(name.partition(".")[0], "io.k8s.api.") + name: each for name, each in said().items()}


def constrain(name: str, schema: dict[str, Any]) -> None:
    """Put the constraints of a type into its schema, and the range of each 32-bit number."""
    _merge(schema, _published().get(name, {}))
    for field in schema.get("properties", {}).values():
        if field.get("format") == "int32":
            for keyword, bound in _INT32.items():
                field.setdefault(keyword, bound)


def _merge(schema: dict[str, Any], asked: Mapping[str, Any]) -> None:
    for keyword, value in asked.items():
        if isinstance(value, Mapping) and isinstance(schema.get(keyword), dict):
            _merge(schema[keyword], value)
        elif keyword == "required":
            schema[keyword] = [*schema.get(keyword, ()), *value]
        else:
            schema[keyword] = value


def broken_rule(name: str, value: Any) -> str | None:
    """What breaks the rule of this name, as the API server says it. A value of another type breaks none."""
    return _RULES[name](value)


def same_keys(keys: tuple[str, ...], value: Any) -> str | None:
    """What is wrong with the elements of a list that has keys."""
    seen = set()
    for index, item in enumerate(value if isinstance(value, list) else ()):
        if item is None:
            return f"element {index}: associative list with keys may not have a null element"
        key = tuple(item.get(name, _KEYS_BY_DEFAULT.get(name)) for name in keys) if isinstance(item, Mapping) else None
        if key is None or has_unknowns(list(key)):
            continue
        if repr(key) in seen:
            told = ",".join(f"{name}={part!r}" for name, part in zip(keys, key, strict=True))
            return f"duplicate entries for key [{told}]"
        seen.add(repr(key))
    return None


def given(names: tuple[str, ...], value: Any) -> list[str]:
    """Which of these fields an object has."""
    return [name for name in names if value.get(name) not in (None, [])]


def keywords(validation_error: type[Exception]) -> dict[str, Callable[..., Iterator[Exception]]]:
    """The keywords that are no standard ones, as `jsonschema` wants them; the errors say all that the API server does."""

    def rule(validator: Any, name: str, value: Any, schema: Any) -> Iterator[Exception]:
        problem = broken_rule(name, value)
        if problem and isinstance(value, dict):
            yield validation_error(f"Invalid value: {problem}")
        elif problem:
            yield validation_error(
                f"Required value: {problem}" if value == "" else f'Invalid value: "{value}": {problem}'
            )

    def at_least_one(validator: Any, names: list[str], value: Any, schema: Any) -> Iterator[Exception]:
        if isinstance(value, dict) and not given(tuple(names), value):
            listed = ", ".join(f"`{name}`" for name in names)
            yield validation_error(f"Required value: must specify one of: {listed}")

    def at_most_one(validator: Any, names: list[str], value: Any, schema: Any) -> Iterator[Exception]:
        if isinstance(value, dict) and len(found := given(tuple(names), value)) > 1:
            yield validation_error(f"Forbidden: may not have more than one of {', '.join(found)}")

    def exactly_one(*asked: Any) -> Iterator[Exception]:
        yield from at_least_one(*asked)
        yield from at_most_one(*asked)

    def keyed(validator: Any, keys: list[str], value: Any, schema: Any) -> Iterator[Exception]:
        if problem := same_keys(tuple(keys), value):
            yield validation_error(f"Invalid value: {problem}")

    return {
        "is": rule,
        "exactlyOneOf": exactly_one,
        "atLeastOneOf": at_least_one,
        "atMostOneOf": at_most_one,
        "x-kubernetes-list-map-keys": keyed,
    }


def _text(rule: Callable[[str], str | None], empty: bool = False) -> Callable[[Any], str | None]:
    """A rule of texts; where nothing may be said, an empty one breaks none."""
    return lambda value: None if not isinstance(value, str) or (empty and not value) else rule(value)


def _port(value: Any) -> str | None:
    if isinstance(value, str):
        return object_names.port_name(value)
    if isinstance(value, int) and not 1 <= value <= 65535:
        return "must be between 1 and 65535, inclusive"
    return None


def _variable(name: str) -> str | None:
    if _VARIABLE.fullmatch(name):
        return None
    return "a valid environment variable name must consist only of printable ASCII characters other than '='"


def _pod_field(path: str) -> str | None:
    known = path in _POD_FIELDS or _SUBSCRIPTED.fullmatch(path)
    return None if known else f"error converting fieldPath: field label not supported: {path}"


def _container_resource(name: str) -> str | None:
    if problem := object_names.label_key(name):
        return problem
    if "/" in name or name in _STANDARD_RESOURCES or name.startswith("hugepages-"):
        return None
    return "must be a standard resource for containers, or fully qualified"


def _address(text: str) -> str | None:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
    return None


def _range(text: str) -> str | None:
    try:
        ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        return "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"
    return None if "/" in text else "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"


def _within(path: str) -> str | None:
    if not path:
        return "a path within the volume"
    if path.startswith("/"):
        return "must be a relative path"
    return "must not contain '..'" if ".." in path.split("/") else None


def _amount(text: str) -> str | None:
    try:
        return None if quantities.parse(text) >= 0 else "must be greater than or equal to 0"
    except ValueError as error:
        return str(error)


def _driver(name: str) -> str | None:
    return (
        None
        if _DRIVER.fullmatch(name)
        else "must be the name of a CSI driver: letters, digits, '-' and '.', at most 63"
    )


def _host(name: str) -> str | None:
    return object_names.dns_subdomain(name.removeprefix("*."))


def _ingress_path(path: Any) -> str | None:
    if not isinstance(path, Mapping) or has_unknowns([path.get("path"), path.get("pathType")]):
        return None
    said = path.get("path") or ""
    if (
        not isinstance(said, str)
        or said.startswith("/")
        or (not said and path.get("pathType") == "ImplementationSpecific")
    ):
        return None
    return "`path` must be an absolute path"


def _requirement(requirement: Any) -> str | None:
    if not isinstance(requirement, Mapping) or has_unknowns(requirement.get("operator")):
        return None
    listed = requirement.get("values")
    match requirement.get("operator"):
        case "In" | "NotIn" if not listed:
            return "`values` must be specified when `operator` is 'In' or 'NotIn'"
        case "Exists" | "DoesNotExist" if listed:
            return "`values` may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
    return None


def _limit_type(name: str) -> str | None:
    if problem := object_names.label_key(name):
        return problem
    known = name in ("Pod", "Container", "PersistentVolumeClaim") or "/" in name
    return None if known else "must be a standard limit type or fully qualified"


_RULES: Mapping[str, Callable[[Any], str | None]] = {
    "address": _text(_address),
    "amount": _text(_amount),
    "driver": _text(_driver),
    "environment variable": _text(_variable),
    "field of a pod": _text(_pod_field),
    "host": _text(_host),
    "host or empty": _text(_host, empty=True),
    "key": _text(data_keys.key_problem),
    "label key": _text(object_names.label_key),
    "label key or empty": _text(object_names.label_key, empty=True),
    "label value": _text(object_names.label_value),
    "label": _text(object_names.dns_label),
    "path of an ingress": _ingress_path,
    "path within": _text(_within),
    "path within or empty": _text(_within, empty=True),
    "port": _port,
    "port or none": lambda value: None if value in ("", 0) else _port(value),
    "provisioner": _text(lambda name: object_names.label_key(name.lower())),
    "range": _text(_range),
    "requirement": _requirement,
    "resource of a container": _text(_container_resource),
    "segment": _text(object_names.path_segment),
    "subdomain": _text(object_names.dns_subdomain),
    "subdomain or empty": _text(object_names.dns_subdomain, empty=True),
    "type of a limit": _text(_limit_type),
}
