"""Manifests against the JSON schemas that Kubernetes publishes, in strict form (unknown fields are refused), and with the constraints
of `constraints.yaml`. In Kubernetes' own kinds null stands for nothing.

The schemas are those that the package `kubernetes-validate` ships; `version()` is the newest of them. The real API server refuses
the same with a strict decoding error, at the dry run of a preview; here it is refused one step earlier, in Check.
"""

from __future__ import annotations

import functools
import json
import re
from importlib.resources import files
from typing import Any

from sandbox.clouds.kubernetes import constraints, custom_resources, kinds
from sandbox.clouds.kubernetes.conforming import Conformity, Conforms
from sandbox.clouds.kubernetes.kinds import Kind
from sandbox.clouds.protocol import CheckFailure
from sandbox.values import has_unknowns

_STRICT = re.compile(r"v(?P<version>\d+\.\d+\.\d+)-local-strict")


@functools.cache
def version() -> str:
    """The Kubernetes version whose schemas are used."""
    found = [match["version"] for entry in _schemas().iterdir() if (match := _STRICT.fullmatch(entry.name))]
    return max(found, key=lambda text: tuple(int(part) for part in text.split(".")))


def preload() -> None:
    """Read the schemas of all emulated kinds, so that what is forked from this process has them."""
    for kind in kinds.KINDS.values():
        _validator(kind)
        _conforms(kind)
    _shared().finish()


def problems(kind: Kind, manifest: dict[str, Any]) -> list[CheckFailure]:
    """What the schema refuses, by property path, in the order of the paths. Values not yet known pass everywhere."""
    if _conforms(kind)(manifest):
        return []
    failures = []
    for error in _validator(kind).iter_errors(manifest if custom(kind) else _without_nulls(manifest)):
        if error.validator == "additionalProperties":
            # What is not allowed is in the message only; each unknown field is named with its own path.
            known = error.schema.get("properties", {})
            for name in sorted(error.instance.keys() - known.keys()):
                failures.append(CheckFailure(_path([*error.absolute_path, name]), f'unknown field "{name}"'))
        elif error.validator == "required":
            failures.append(CheckFailure(_path(error.absolute_path), f"Required value: {error.message}"))
        elif not has_unknowns(error.instance) or isinstance(error.instance, (dict, list)):
            failures.append(CheckFailure(_path(error.absolute_path), _reason(error, custom(kind))))
    return sorted(failures, key=lambda failure: (failure.property, failure.reason))


def custom(kind: Kind) -> bool:
    """Whether the kind is none of Kubernetes' own, so that its schema is not a published one."""
    return custom_resources.schema(kind) is not None


def required(kind: Kind) -> tuple[str, ...]:
    """The fields that the schema requires, at the top and in `spec`, sorted."""
    top = _validator(kind).schema
    spec = top.get("properties", {}).get("spec", {})
    if "$ref" in spec:
        spec = _definitions()["$defs"][spec["$ref"].rpartition("/")[2]]
    return tuple(sorted([*top.get("required", ()), *(f"spec.{name}" for name in spec.get("required", ()))]))


@functools.cache
def _conforms(kind: Kind) -> Conforms:
    schema = _validator(kind).schema
    return Conformity(schema, _shared(), nulls=not custom(kind)).of(schema)


@functools.cache
def _shared() -> Conformity:
    return Conformity(_definitions(), nulls=True)


@functools.cache
def _validator(kind: Kind) -> Any:
    # Imported at first use: a program without Kubernetes resources does not pay for it.
    import jsonschema  # type: ignore[import-untyped]
    import referencing

    schema = custom_resources.schema(kind) or _published(kind)
    registry: Any = referencing.Registry().with_resource(schema["$id"], referencing.Resource.from_contents(schema))
    definitions = _definitions()
    registry = registry.with_resource(definitions["$id"], referencing.Resource.from_contents(definitions))
    keywords: Any = constraints.keywords(jsonschema.ValidationError)
    return jsonschema.validators.extend(jsonschema.Draft202012Validator, keywords)(schema, registry=registry)


def _published(kind: Kind) -> Any:
    folder = _schemas() / f"v{version()}-local-strict"
    group, _, number = kind.api_version.rpartition("/")
    suffix = f"{group.split('.')[0]}-{number}" if group else number
    schema = json.loads((folder / f"{kind.kind.lower()}-{suffix}.json").read_text(encoding="utf-8"))
    constraints.constrain(f"io.k8s.api.{(group or 'core').split('.')[0]}.{number}.{kind.kind}", schema)
    return schema


@functools.cache
def _definitions() -> Any:
    folder = _schemas() / f"v{version()}-local-strict"
    definitions = json.loads((folder / "_definitions.json").read_text(encoding="utf-8"))
    for name, schema in definitions["$defs"].items():
        constraints.constrain(name, schema)
    return definitions


def _schemas() -> Any:
    return files("kubernetes_validate") / "kubernetes-json-schema"


def _reason(error: Any, of_custom_kind: bool) -> str:
    """In the API server's words, as far as it is about its own kinds."""
    if error.validator in constraints.OWN_KEYWORDS:
        return str(error.message)
    if of_custom_kind:
        return f"Invalid value: {error.message}"
    said = f'"{error.instance}"' if isinstance(error.instance, str) else error.instance
    match error.validator:
        case "enum":
            supported = ", ".join(f'"{value}"' for value in error.validator_value if value)
            return f"Unsupported value: {said}: supported values: {supported}"
        case "minimum" | "maximum":
            return f"Invalid value: {said}: {_bounds(error.schema)}"
        case "minLength" | "minItems" | "minProperties":
            return "Required value"
        case "dependentRequired":
            return f"Forbidden: {error.message}"
    return f"Invalid value: {error.message}"


def _bounds(schema: Any) -> str:
    low, high = schema["minimum"], schema.get("maximum", constraints.INT32_MAX)
    if high == constraints.INT32_MAX and low >= -1:
        return f"must be greater than or equal to {low}"
    return f"must be between {low} and {high}, inclusive"


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    return [_without_nulls(item) for item in value] if isinstance(value, list) else value


def _path(parts: Any) -> str:
    path = ""
    for part in parts:
        if isinstance(part, int):
            path += f"[{part}]"
        elif re.search(r'[."\[\]]', part):
            quoted = part.replace('"', '\\"')
            path += f'["{quoted}"]'
        else:
            path += f".{part}" if path else part
    return path
