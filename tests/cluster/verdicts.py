"""`make cluster-record`: have a real API server say of every changed object whether it takes it, and write that down."""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tests.cluster import copies
from tests.cluster.api import Api, Refused
from tests.cluster.control_plane import control_plane
from tests.sandbox.kubernetes.verdicts import changes


def taken(api: Api) -> dict[str, dict[str, list[str]]]:
    """By object and place, the changes that the server takes."""
    copies.serve_custom_kinds(api)
    found: dict[str, dict[str, list[str]]] = {}
    for obj in changes.OBJECTS:
        api.apply(obj, dry_run=True)
        of_object = found[changes.name(obj)] = {}
        for place, what, changed in changes.changed(obj):
            try:
                api.apply(changed, dry_run=True)
            except Refused:
                of_object.setdefault(place, [])
            else:
                of_object.setdefault(place, []).append(what)
    return found


def fixed(api: Api) -> dict[str, dict[str, list[str]]]:
    """By object and place, the changes that the server takes in a new object and refuses in one that is there."""
    found: dict[str, dict[str, list[str]]] = {}
    for obj in changes.OBJECTS:
        api.apply(obj)
        of_object = found[changes.name(obj)] = {}
        for place, what, changed in changes.taken(obj):
            try:
                api.apply(changed, dry_run=True)
            except Refused:
                of_object.setdefault(place, []).append(what)
    return found


def main() -> None:
    """Write the record."""
    with tempfile.TemporaryDirectory() as folder, control_plane(Path(folder) / "cluster") as api:
        version = api.request("GET", "/version")["gitVersion"]
        found = taken(api)
        changes.RECORD.write_text(written(version, found, {}), encoding="utf-8")
        changes.RECORD.write_text(written(version, found, fixed(api)), encoding="utf-8")


def written(version: str, *parts: Mapping[str, Mapping[str, list[str]]]) -> str:
    """The record, a line a place."""
    named = zip(("taken", "fixed"), parts, strict=True)
    return (
        ",\n".join([f'{{"version": {_text(version)}', *(f'"{name}": {_listed(part)}' for name, part in named)]) + "}\n"
    )


def _listed(found: Mapping[str, Mapping[str, list[str]]]) -> str:
    objects = (
        f"{_text(name)}: {{\n"
        + ",\n".join(f"  {_text(place)}: {_text(what)}" for place, what in places.items())
        + "\n}"
        for name, places in found.items()
    )
    return "{\n" + ",\n".join(objects) + "\n}"


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


if __name__ == "__main__":
    main()
