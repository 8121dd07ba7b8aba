"""The rules that `constraints.yaml` names: what is wrong with a value, as the API server says it; None for a good one.

Most are of texts, and a value of another type breaks none of them: the schema says what it has to be. From
pkg/apis/*/validation and apimachinery's pkg/util/validation of Kubernetes.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.clouds.kubernetes import data_keys, object_names, quantities
from sandbox.values import has_unknowns

_VARIABLE = re.compile(r"[ -<>-~]+")
_SUBSCRIPTED = re.compile(r"metadata\.(labels|annotations)(\['[^']+'\])?")
_POD_FIELDS = (
    *("metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName"),
    *("status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"),
)
_STANDARD_RESOURCES = ("cpu", "memory", "ephemeral-storage")
_DRIVER = re.compile(r"[a-zA-Z0-9]([-a-zA-Z0-9.]{0,61}[a-zA-Z0-9])?")


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


def _quantity(value: Any) -> str | None:
    if not isinstance(value, (str, int, float)):
        return None
    try:
        quantities.parse(value)
    except ValueError:
        return quantities.NONE
    return None


def _amount(value: Any) -> str | None:
    if problem := _quantity(value):
        return problem
    negative = isinstance(value, (str, int, float)) and quantities.parse(value) < 0
    return "must be greater than or equal to 0" if negative else None


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


RULES: Mapping[str, Callable[[Any], str | None]] = {
    "address": _text(_address),
    "amount": _amount,
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
    "quantity": _quantity,
    "range": _text(_range),
    "requirement": _requirement,
    "resource of a container": _text(_container_resource),
    "segment": _text(object_names.path_segment),
    "subdomain": _text(object_names.dns_subdomain),
    "subdomain or empty": _text(object_names.dns_subdomain, empty=True),
    "type of a limit": _text(_limit_type),
}
