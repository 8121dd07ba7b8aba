"""Physical names: what they are, and what each API would refuse."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model import names


def test_a_clean_branch_is_its_namespace() -> None:
    assert names.preview_namespace(42, "fix-login") == "pr-fix-login"


@pytest.mark.parametrize(
    ("branch", "namespace"),
    [
        ("feature/Login", "pr-feature-login-42-be8ee3"),
        ("Fix-Login", "pr-fix-login-42-a88b8f"),
        ("--", "pr-42-7ad8c1"),
        ("x" * 300, "pr-" + "x" * 50 + "-42-1bcd3a"),
    ],
)
def test_an_altered_branch_keeps_number_and_hash(branch: str, namespace: str) -> None:
    made = names.preview_namespace(42, branch)
    assert re.sub(r"[0-9a-f]{6}$", "", made) == re.sub(r"[0-9a-f]{6}$", "", namespace)
    assert len(made) <= 63


@given(st.integers(1, 99999), st.text(min_size=1, max_size=300))
def test_every_branch_gives_a_valid_namespace(number: int, branch: str) -> None:
    namespace = names.preview_namespace(number, branch)
    assert re.fullmatch(r"pr(-[a-z0-9]+)+", namespace)
    assert len(namespace) <= 63


@given(st.text(min_size=1, max_size=80), st.text(min_size=1, max_size=80))
def test_two_branches_never_share_a_namespace(one: str, other: str) -> None:
    if one != other:
        assert names.preview_namespace(7, one) != names.preview_namespace(7, other)


def test_an_environment_names_plainly_and_a_preview_with_its_number() -> None:
    assert names.topic("", "read-finished") == "read-finished"
    assert names.topic("pr-42", "read-finished") == "pr-42-read-finished"
    assert names.dead_letter_topic("pr-42-read-finished") == "pr-42-read-finished-dead-letter"
    assert names.subscription("read-finished", "messenger") == "read-finished-messenger"
    assert names.database("", "main") == "main"
    assert names.database("pr-42", "main") == "pr_42_main"
    assert names.migration_job("2026.11.21.0003") == "migrate-2026-11-21-0003"
    assert names.variable("TOPIC", "read-finished") == "TOPIC_READ_FINISHED"


@pytest.mark.parametrize("name", ["Api", "1api", "api_v2", "api-", "a" * 64, ""])
def test_a_name_that_kubernetes_refuses_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="cannot name a Service|a Service may have 63"):
        names.label(name, "a Service")


@pytest.mark.parametrize("name", ["go", "google-topic", "1st", "a.b", "t" * 256])
def test_a_name_that_pubsub_refuses_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="a topic"):
        names.topic("", name)


def test_a_database_name_longer_than_postgresql_keeps_is_refused() -> None:
    assert names.database("", "d" * 63) == "d" * 63
    with pytest.raises(ValueError, match="has 64 characters, a database may have 63"):
        names.database("", "d" * 64)


def test_a_workload_is_an_iam_principal_by_itself() -> None:
    assert names.workload_principal("100000000001", "ampersand-dev.svc.id.goog", "services", "api") == (
        "principal://iam.googleapis.com/projects/100000000001/locations/global/workloadIdentityPools/"
        "ampersand-dev.svc.id.goog/subject/ns/services/sa/api"
    )
