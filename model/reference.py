"""Writes docs/reference/config.md from the models: `python -m model.reference > docs/reference/config.md`."""

from __future__ import annotations

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from model import findings, policies
from model.catalogue import FILE, Catalogue
from model.environment import Environment
from model.errors import nested
from model.preview import Preview
from model.shared import Shared
from model.stack import Stack
from model.stacks import NAMESPACE, PROVIDER_KEYS

TITLES: dict[type[Stack], str] = {
    Shared: "The shared stack (`kind: shared`)",
    Environment: "An environment (`kind: environment`)",
    Preview: "A preview (`kind: preview`)",
}
HEADER = """# Config keys

Written by `python -m model.reference`; a test compares. A key that is not on this page is refused, with the one that was
probably meant. Keys below another are written as Pulumi's paths: `pulumi config set --path 'slipway:database.diskGb' 200`.
"""


def page() -> str:
    """The whole page."""
    parts = [HEADER]
    for model, title in TITLES.items():
        parts.append(f"\n## {title}: `Pulumi.<stack>.yaml`\n\n{_table(model, NAMESPACE + ':')}")
    parts.append(f"\n## The catalogue: `{FILE}`\n\n{_table(Catalogue, '')}")
    parts.append(f"\n## What becomes of findings: `{findings.FILE}`\n\n{_table(findings.FindingPolicy, '')}")
    parts.append(f"\n## What policies do not hold for: `{policies.FILE}`\n\n{_table(policies.PolicyExceptions, '')}")
    return "".join(parts)


def _table(model: type[BaseModel], prefix: str) -> str:
    rows = [f"| `{key}` | {_default(field)} | {meaning} |" for key, field, meaning in _keys(model, prefix)]
    return "\n".join(["| key | default | meaning |", "|---|---|---|", *rows, ""])


def _keys(model: type[BaseModel], prefix: str) -> list[tuple[str, FieldInfo, str]]:
    provider = {name: key for key, name in PROVIDER_KEYS.items()}
    found: list[tuple[str, FieldInfo, str]] = []
    for name, field in model.model_fields.items():
        top = prefix == f"{NAMESPACE}:"
        if top and name == "kind":
            continue
        key = provider[name] if top and name in provider else f"{prefix}{field.alias or name}"
        found.append((key, field, (field.description or "").replace("|", "\\|")))
        inner = nested(field.annotation)
        if inner is not None:
            named = "." if inner is field.annotation or not _is_map(field) else ".NAME."
            found += _keys(inner, f"{key}{named}")
    return found


def _is_map(field: FieldInfo) -> bool:
    return getattr(field.annotation, "__origin__", None) is dict


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True, validated_data={})
    if isinstance(value, BaseModel) and value.model_fields_set:
        return f"`{{{', '.join(f'{name}: {getattr(value, name)}' for name in sorted(value.model_fields_set))}}}`"
    if value is None or value == "" or (isinstance(value, (dict, tuple, BaseModel)) and not _filled(value)):
        return "none"
    shown = (
        ", ".join(map(str, value))
        if isinstance(value, tuple)
        else str(value).lower()
        if isinstance(value, bool)
        else value
    )
    return f"`{shown}`"


def _filled(value: object) -> bool:
    return not isinstance(value, BaseModel) and bool(value)


if __name__ == "__main__":
    print(page(), end="")
