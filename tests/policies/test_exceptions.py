"""Exceptions from policies: by rule and resource, until a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from model.errors import ConfigError
from model.policies import FILE, PolicyException, load_exceptions
from policies.judging import Judge
from policies.resource import Resource
from policies.rules import BY_ID
from policies.settings import Settings

TODAY = date(2026, 11, 29)
BUCKET = Resource(
    type="gcp:storage/bucket:Bucket",
    name="files",
    props={"uniformBucketLevelAccess": True, "labels": {"owner": "a", "cost-center": "b"}},
    urn="urn:files",
)
LET_THROUGH = PolicyException(
    rule="public-buckets", resource="Bucket files", owner="ann", reason="a web site", expires=TODAY
)
ENTRY = "exceptions: [{{rule: {0}, resource: {1}, owner: ann, reason: so it is, expires: {2}}}]\n"


def said(*exceptions: PolicyException, stack: str = "dev", today: date = TODAY) -> list[str]:
    """What is wrong with the bucket."""
    judge = Judge(Settings(stack=stack, kind="environment"), exceptions, today)
    return [each.problem for each in judge(BUCKET)]


def test_what_somebody_answers_for_is_let_through() -> None:
    assert said() == ["its objects can be made public"]
    assert said(LET_THROUGH) == []


@pytest.mark.parametrize(
    "changed",
    [{"rule": "labels"}, {"resource": "Bucket file"}, {"resource": "Topic files"}, {"stack": "prod"}],
    ids=["another rule", "another name", "another kind", "another stack"],
)
def test_an_exception_is_about_what_it_names_alone(changed: dict[str, str]) -> None:
    assert said(LET_THROUGH.model_copy(update=changed)) == ["its objects can be made public"]


@pytest.mark.parametrize("changed", [{"resource": "Bucket f*"}, {"resource": "*"}, {"stack": "pr-*"}])
def test_a_star_is_any_text(changed: dict[str, str]) -> None:
    assert said(LET_THROUGH.model_copy(update=changed), stack="pr-42") == []


def test_an_expired_exception_lets_nothing_through_and_is_named() -> None:
    tomorrow = date(2026, 11, 30)
    expired = "its objects can be made public; what ann answered for has expired on 2026-11-29"
    assert said(LET_THROUGH, today=tomorrow) == [expired]
    again = LET_THROUGH.model_copy(update={"owner": "bob", "resource": "Bucket *", "expires": tomorrow})
    assert said(LET_THROUGH, again, today=tomorrow) == []


@pytest.mark.parametrize(
    ("changed", "needed"),
    [
        ({}, True),
        ({"resource": "*"}, True),
        ({"expires": date(2020, 1, 31)}, True),
        ({"rule": "labels"}, False),
        ({"resource": "Bucket old"}, False),
        ({"expires": date(2020, 1, 31), "resource": "Bucket old"}, False),
        ({"resource": "Bucket old", "stack": "pr-*"}, True),
    ],
    ids=["it is", "by a star", "expired", "another rule", "gone", "expired and gone", "not about this stack"],
)
def test_an_exception_that_nothing_in_its_stack_needs_is_named(changed: dict[str, object], needed: bool) -> None:
    """Whether the first entry of the two is needed; the second one always is."""
    first, second = LET_THROUGH.model_copy(update=changed), LET_THROUGH.model_copy(update={"resource": "B*"})
    judge = Judge(Settings(stack="dev", kind="environment"), (first, second), TODAY)
    assert [each.key for each in judge.unneeded(judge.every(BUCKET))] == ([] if needed else ["exceptions.0"])


def test_an_unneeded_exception_tells_where_it_stands_and_what_to_do() -> None:
    (found,) = Judge(Settings(stack="dev", kind="environment"), (LET_THROUGH,), TODAY).unneeded([])
    assert str(found) == (
        "policies.yaml: exceptions.0: nothing here needs it (public-buckets of Bucket files, for which ann answers). "
        "Take it out, or name the stack that needs it."
    )
    assert found.as_json() == {
        "key": "exceptions.0",
        "rule": "public-buckets",
        "resource": "Bucket files",
        "owner": "ann",
    }


@pytest.mark.parametrize(
    ("text", "key", "remedy"),
    [
        (
            ENTRY.format("public-bucket", "Bucket a", "2026-12-31"),
            "exceptions.0.rule",
            "Did you mean 'public-buckets'?",
        ),
        (ENTRY.format("labels", "Bucket a", "soon"), "exceptions.0.expires", "Write YYYY-MM-DD."),
        (ENTRY.format("labels", "files", "2026-12-31"), "exceptions.0.resource", "Write its kind and name"),
        ("exceptions: [{rule: labels}]\n", "exceptions.0.resource", "Add it"),
        (
            ENTRY.format("labels", "Bucket a", "2026-12-31")[:-2]
            + ", {rule: labels, resource: Bucket a, owner: bob, reason: r, expires: 2027-01-31}]\n",
            "exceptions.1",
            "Take one of them out.",
        ),
    ],
    ids=["no such rule", "no date", "no kind", "missing keys", "twice"],
)
def test_a_bad_entry_is_refused(tmp_path: Path, text: str, key: str, remedy: str) -> None:
    (tmp_path / FILE).write_text(text)
    with pytest.raises(ConfigError) as refused:
        load_exceptions(tmp_path, BY_ID)
    problem = refused.value.problems[0]
    assert (problem.file, problem.key) == (FILE, key)
    assert remedy in problem.remedy


def test_without_the_file_nothing_is_excepted(tmp_path: Path) -> None:
    assert load_exceptions(tmp_path, BY_ID) == ()


def test_a_violation_tells_who_broke_what_and_what_to_do() -> None:
    (found,) = Judge(Settings(stack="dev", kind="environment"), (), TODAY)(replace(BUCKET, name="web"))
    rule = BY_ID["public-buckets"]
    assert found.as_json() == {
        "rule": "public-buckets",
        "level": "mandatory",
        "urn": "urn:files",
        "resource": "Bucket web",
        "problem": "its objects can be made public",
        "remedy": rule.remedy,
    }
    assert str(found) == f"public-buckets: its objects can be made public. {rule.remedy}."
