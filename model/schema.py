"""Writes the JSON schemas that editors check the YAML files with: `python -m model.schema`. The first line of each names its schema.

They say what the models say of keys, types and patterns. What the models check beyond that (references between keys,
limits of a cloud) an editor does not see; the load functions refuse it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from model.catalogue import Catalogue
from model.environment import Environment
from model.findings import FindingPolicy
from model.policies import PolicyExceptions
from model.preview import Preview
from model.shared import Shared
from model.stack import Stack
from model.stacks import NAMESPACE, OTHER_NAMESPACES, PROVIDER_KEYS, PULUMI_KEYS, SECRET_KEYS

FOLDER = Path(__file__).parents[1] / "schemas"
CATALOGUE_FILE = "services.schema.json"
STACK_FILE = "stack.schema.json"
SECURITY_FILE = "security.schema.json"
POLICIES_FILE = "policies.schema.json"

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_SEALED = {
    "type": "object",
    "description": "a secret, as `pulumi config set --secret` writes it",
    "properties": {"secure": {"type": "string"}},
    "required": ["secure"],
    "additionalProperties": False,
}


def catalogue_schema() -> dict[str, Any]:
    """The schema of `services.yaml`."""
    schema = Catalogue.model_json_schema()
    # `api:` with nothing behind it means the defaults, as people write it.
    image = schema["properties"]["images"]
    image["additionalProperties"] = {"anyOf": [image["additionalProperties"], {"type": "null"}]}
    return {"$schema": _DRAFT, **schema}


def stack_schema() -> dict[str, Any]:
    """The schema of `Pulumi.<stack>.yaml`: which keys may stand there depends on `slipway:kind`."""
    definitions: dict[str, Any] = {}
    kinds: list[dict[str, Any]] = []
    for model in (Shared, Environment, Preview):
        config, kind = _config(model, definitions)
        only = {"properties": {f"{NAMESPACE}:kind": {"const": kind}}}
        kinds.append({"if": only, "then": config})
    kind_key = {"enum": [_kind_of(model) for model in (Shared, Environment, Preview)]}
    return {
        "$schema": _DRAFT,
        "title": "A stack of Slipway",
        "type": "object",
        "properties": {
            **{key: {} for key in PULUMI_KEYS if key != "config"},
            "config": {
                "type": "object",
                "properties": {f"{NAMESPACE}:kind": kind_key},
                "required": [f"{NAMESPACE}:kind"],
                "allOf": kinds,
            },
        },
        "required": ["config"],
        "additionalProperties": False,
        "$defs": dict(sorted(definitions.items())),
    }


def security_schema() -> dict[str, Any]:
    """The schema of `security.yaml`."""
    return {"$schema": _DRAFT, **FindingPolicy.model_json_schema()}


def policies_schema() -> dict[str, Any]:
    """The schema of `policies.yaml`."""
    return {"$schema": _DRAFT, **PolicyExceptions.model_json_schema()}


def _config(model: type[Stack], definitions: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """What `config` holds for this kind of stack, and the kind."""
    schema = model.model_json_schema()
    definitions.update(schema.pop("$defs", {}))
    names = {name: key for key, name in PROVIDER_KEYS.items()}

    def key(name: str) -> str:
        return names.get(name, f"{NAMESPACE}:{name}")

    properties = {key(name): _as_pulumi_writes(each) for name, each in schema["properties"].items()}
    for secret in SECRET_KEYS:
        properties[f"{NAMESPACE}:{secret}"] = _SEALED
    # The template of previews has no pull request yet; the load functions ask for one.
    required = [name for name in schema["required"] if name != "pullRequest"]
    return {
        "description": schema.get("description", ""),
        "properties": properties,
        "patternProperties": {f"^({'|'.join(OTHER_NAMESPACES)}):": {}},
        "required": [key(name) for name in required],
        "additionalProperties": False,
    }, _kind_of(model)


def _as_pulumi_writes(value: dict[str, Any]) -> dict[str, Any]:
    """`pulumi config set` writes every value beside what it sets anew: a switch is then text."""
    if value.get("type") != "boolean":
        return value
    rest = {name: each for name, each in value.items() if name != "type"}
    return {**rest, "anyOf": [{"type": "boolean"}, {"enum": ["true", "false"]}]}


def _kind_of(model: type[Stack]) -> str:
    return str(model.model_json_schema()["properties"]["kind"]["const"])


def files() -> dict[str, str]:
    """Name and text of each schema file."""
    schemas = {
        CATALOGUE_FILE: catalogue_schema(),
        STACK_FILE: stack_schema(),
        SECURITY_FILE: security_schema(),
        POLICIES_FILE: policies_schema(),
    }
    return {name: json.dumps(schema, indent=2, ensure_ascii=False) + "\n" for name, schema in schemas.items()}


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, text in files().items():
        (FOLDER / name).write_text(text)
