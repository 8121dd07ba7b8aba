"""What a migration registers: one attempt, and limits for whatever speaks with PostgreSQL."""

from __future__ import annotations

from typing import Any

import pytest

from components.migration import Migration, MigrationArgs
from tests.components.conftest import Build


def job(build: Build, **more: Any) -> dict[str, Any]:
    """The Job's spec."""
    args = MigrationArgs(
        namespace="services", job="migrate-2026-01-31-0001", identity="migrate", image="api@sha256:a", args=["--role=migrate"],
        env={"DATABASE_NAME": "main"}, **more,
    )  # fmt: skip
    (found,) = [each for each in build(lambda: Migration("migrate", args)) if each.type.endswith(":Job")]
    spec: dict[str, Any] = found.inputs["spec"]
    return spec


@pytest.mark.parametrize(
    ("limits", "options"),
    [
        (
            {"lock_seconds": 5, "statement_seconds": 900},
            "-c lock_timeout=5s -c statement_timeout=900s -c idle_in_transaction_session_timeout=60s",
        ),
        ({"lock_seconds": 3}, "-c lock_timeout=3s -c idle_in_transaction_session_timeout=60s"),
        ({}, None),
    ],
)
def test_its_limits_are_libpq_s(build: Build, limits: dict[str, int], options: str | None) -> None:
    spec = job(build, **limits)
    (container,) = spec["template"]["spec"]["containers"]
    env = {each["name"]: each["value"] for each in container["env"]}
    named = {"PGOPTIONS": options, "PGAPPNAME": "migrate-2026-01-31-0001"} if options else {}
    assert env == {"DATABASE_NAME": "main", **named}
    assert (spec["backoffLimit"], spec["activeDeadlineSeconds"]) == (0, 3600)
