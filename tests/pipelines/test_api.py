"""What is made of a build is what Cloud Build's API takes: held against Google's own description of it."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import googleapiclient
import pytest
import yaml

from delivery import pipeline_report
from pipelines import written
from pipelines.trigger import Trigger

DESCRIPTION = Path(googleapiclient.__file__).parent / "discovery_cache" / "documents" / "cloudbuild.v1.json"


@lru_cache
def schemas() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(DESCRIPTION.read_text())["schemas"]
    return found


def wrong(value: Any, schema: dict[str, Any], where: str) -> list[str]:
    """What the description does not allow: unknown or read-only keys, wrong types, unknown words."""
    if "$ref" in schema:
        return wrong(value, schemas()[schema["$ref"]], where)
    match schema.get("type"):
        case "object" if isinstance(value, dict):
            if "additionalProperties" in schema:
                known = dict.fromkeys(value, schema["additionalProperties"])
            else:
                known = schema["properties"]
            found = [f"{where}.{key} is unknown" for key in value if key not in known]
            found += [
                f"{where}.{key} is for reading only"
                for key in value
                if known.get(key, {}).get("description", "").startswith("Output only")
            ]
            return found + [
                it for key in value if key in known for it in wrong(value[key], known[key], f"{where}.{key}")
            ]
        case "array" if isinstance(value, list):
            return [it for n, each in enumerate(value) for it in wrong(each, schema["items"], f"{where}[{n}]")]
        case "string" if isinstance(value, str):
            bad_word = "enum" in schema and value not in schema["enum"]
            bad_time = schema.get("format") == "google-duration" and not re.fullmatch(r"\d+(\.\d+)?s", value)
            return [f"{where} is {value!r}"] if bad_word or bad_time else []
        case "boolean" if isinstance(value, bool):
            return []
    return [f"{where} is {value!r}, not {schema.get('type')}"]


def test_the_description_is_read_as_it_is_meant() -> None:
    """The check itself finds what is wrong."""
    build = {"steps": [{"name": "a", "waitfor": ["-"], "status": "SUCCESS"}], "timeout": "1h"}
    build["options"] = {"machineType": "E2_HIGHCPU_9"}  # type: ignore[assignment]
    assert wrong(build, schemas()["Build"], "build") == [
        "build.steps[0].waitfor is unknown",
        "build.steps[0].status is for reading only",
        "build.timeout is '1h'",
        "build.options.machineType is 'E2_HIGHCPU_9'",
    ]


def test_every_build_is_one_that_the_api_takes(found: dict[str, Trigger]) -> None:
    for name, trigger in found.items():
        assert wrong(written.build(trigger.build), schemas()["Build"], name) == []


def test_what_is_shown_as_yaml_is_the_same(found: dict[str, Trigger]) -> None:
    for trigger in found.values():
        shown = yaml.safe_load(pipeline_report.as_yaml(trigger.build, {}))
        assert shown == written.build(trigger.build)


@pytest.mark.parametrize("name", ["main", "preview"])
def test_steps_wait_as_they_should(found: dict[str, Trigger], name: str) -> None:
    """Without `waitFor` a step would wait for all before it: https://docs.cloud.google.com/build/docs/configuring-builds/configure-build-step-order"""
    steps = written.build(found[name].build)["steps"]
    assert all(step["waitFor"] for step in steps)
    assert [step["id"] for step in steps if step["waitFor"] == ["-"]] == [
        step.id for step in found[name].build.steps if not step.after
    ]
