"""Manifests against the JSON schemas that Kubernetes publishes, in strict form (unknown fields are refused).

The schemas are those that the package `kubernetes-validate` ships; `version()` is the newest of them. The real API server refuses
the same with a strict decoding error, at the dry run of a preview; here it is refused one step earlier, in Check.
"""

from __future__ import annotations

import functools
import json
import re
from importlib.resources import files
from typing import Any

from sandbox.clouds.kubernetes import custom_resources, kinds
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


def problems(kind: Kind, manifest: dict[str, Any]) -> list[CheckFailure]:
    """What the schema refuses, by property path, in the order of the paths. Values not yet known pass everywhere."""
    if _conforms(kind)(manifest):
        return []
    failures = []
    for error in _validator(kind).iter_errors(manifest):
        if error.validator == "additionalProperties":
            # What is not allowed is in the message only; each unknown field is named with its own path.
            known = error.schema.get("properties", {})
            for name in sorted(error.instance.keys() - known.keys()):
                failures.append(CheckFailure(_path([*error.absolute_path, name]), f'unknown field "{name}"'))
        elif error.validator == "required":
            failures.append(CheckFailure(_path(error.absolute_path), f"Required value: {error.message}"))
        elif not has_unknowns(error.instance):
            failures.append(CheckFailure(_path(error.absolute_path), f"Invalid value: {error.message}"))
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
    return Conformity(schema, _shared()).of(schema)


@functools.cache
def _shared() -> Conformity:
    return Conformity(_definitions())


@functools.cache
def _validator(kind: Kind) -> Any:
    # Imported at first use: a program without Kubernetes resources does not pay for it.
    import jsonschema  # type: ignore[import-untyped]
    import referencing

    schema = custom_resources.schema(kind) or _published(kind)
    registry: Any = referencing.Registry().with_resource(schema["$id"], referencing.Resource.from_contents(schema))
    definitions = _definitions()
    registry = registry.with_resource(definitions["$id"], referencing.Resource.from_contents(definitions))
    return jsonschema.Draft202012Validator(schema, registry=registry)


def _published(kind: Kind) -> Any:
    folder = _schemas() / f"v{version()}-local-strict"
    group, _, number = kind.api_version.rpartition("/")
    suffix = f"{group.split('.')[0]}-{number}" if group else number
    return json.loads((folder / f"{kind.kind.lower()}-{suffix}.json").read_text(encoding="utf-8"))


@functools.cache
def _definitions() -> Any:
    folder = _schemas() / f"v{version()}-local-strict"
    return json.loads((folder / "_definitions.json").read_text(encoding="utf-8"))


def _schemas() -> Any:
    return files("kubernetes_validate") / "kubernetes-json-schema"


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
