"""Cloud Scheduler jobs: when they would run, and what they would call."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.clouds.gcp import cron
from sandbox.clouds.protocol import Reason
from sandbox.values import UNKNOWN
from tests.sandbox.gcp.conftest import Google, Made
from tests.sandbox.gcp.test_lifecycle import refusal

TOPIC = "projects/acme/topics/events"
MESSAGE = {"pubsubTarget": {"topicName": TOPIC, "data": "e30="}}
REQUEST = {"uri": "https://acme.test/run"}


def job(google: Google, **inputs: Any) -> Made:
    google.make("pubsub.Topic", "events", name="events")
    return google.make("cloudscheduler.Job", "nightly", name="nightly", schedule="30 2 * * *", **inputs)


def test_a_job_that_sends_messages(google: Google) -> None:
    made = job(google, **MESSAGE)

    assert made.id == "projects/acme/locations/us-west1/jobs/nightly"
    assert made.outputs == {
        "name": "nightly",
        "project": "acme",
        "region": "us-west1",
        "schedule": "30 2 * * *",
        "timeZone": "Etc/UTC",
        "attemptDeadline": "180s",
        "pubsubTarget": {"topicName": TOPIC, "data": "e30="},
        "paused": False,
        "state": "ENABLED",
        "deletionPolicy": "DELETE",
    }
    paused = google.update(made, paused=True)
    assert (paused["paused"], paused["state"]) == (True, "PAUSED")
    assert google.update(paused, paused=None)["state"] == "PAUSED"
    with refusal(Reason.NOT_FOUND, "pubsubTarget.topicName: the Topic 'projects/acme/topics/none' was not found"):
        google.update(made, pubsubTarget={"topicName": "projects/acme/topics/none", "data": "e30="})


def test_retries_have_defaults_where_some_are_given(google: Google) -> None:
    made = job(google, **MESSAGE, retryConfig={"retryCount": 3})

    assert made["retryConfig"] == {
        "retryCount": 3,
        "maxRetryDuration": "0s",
        "minBackoffDuration": "5s",
        "maxBackoffDuration": "3600s",
        "maxDoublings": 5,
    }
    assert google.diff(made).changes is False


def test_a_slash_at_the_end_of_an_address_is_no_change(google: Google) -> None:
    made = google.make("cloudscheduler.Job", "j", schedule="* * * * *", httpTarget=REQUEST)

    assert google.diff(made, httpTarget={"uri": "https://acme.test/run/"}).changes is False
    assert google.diff(made, httpTarget={"uri": "https://acme.test/walk"}).replaces == []
    replaced = google.diff(made, region="us-east1")
    assert (replaced.replaces, replaced.delete_before_replace) == (["region"], False)


def test_an_account_for_a_token_must_exist(google: Google) -> None:
    target = {**REQUEST, "oidcToken": {"serviceAccountEmail": "caller@acme.iam.gserviceaccount.com"}}
    with refusal(Reason.NOT_FOUND, "httpTarget.oidcToken.serviceAccountEmail: the Account"):
        google.make("cloudscheduler.Job", "j", schedule="* * * * *", httpTarget=target)
    google.make("serviceaccount.Account", "caller", accountId="caller")
    google.make("cloudscheduler.Job", "j", schedule="* * * * *", httpTarget=target)


@pytest.mark.parametrize(
    ("inputs", "property", "reason"),
    [
        ({"schedule": ""}, "schedule", "required"),
        ({"schedule": "@daily"}, "schedule", "'@daily' has 1 fields and not five"),
        ({"timeZone": "CEST"}, "timeZone", "is no name of the tz database"),
        ({"timeZone": "America"}, "timeZone", "is no name of the tz database"),
        ({"name": "night.ly"}, "name", "must match"),
        ({"pubsubTarget": {"topicName": "events", "data": "e30="}}, "pubsubTarget.topicName", "must match projects/"),
        ({"pubsubTarget": {"topicName": TOPIC, "data": "{}"}}, "pubsubTarget.data", "not base64"),
        ({"pubsubTarget": {"topicName": TOPIC}}, "pubsubTarget.data", "or at least one attribute"),
        ({"httpTarget": REQUEST}, "appEngineHttpTarget", "exactly one of appEngineHttpTarget, httpTarget, pubsubTarget"),
        ({"retryConfig": {"retryCount": 6}}, "retryConfig.retryCount", "above the largest allowed value, 5"),
        ({"retryConfig": {"minBackoffDuration": "9s", "maxBackoffDuration": "8s"}}, "retryConfig.minBackoffDuration", "9s"),
        (
            {"pubsubTarget": None, "httpTarget": {**REQUEST, "httpMethod": "GET", "body": "e30="}},
            "httpTarget.body",
            "not allowed with GET, only with POST, PUT, PATCH",
        ),
        (
            {"pubsubTarget": None, "httpTarget": {**REQUEST, "headers": {"X-Google-A": "1"}}},
            "httpTarget.headers.X-Google-A",
            "Cloud Scheduler sets it",
        ),
        (
            {"pubsubTarget": None, "appEngineHttpTarget": {"relativeUri": "/"}, "attemptDeadline": "14s"},
            "attemptDeadline",
            "14s is not between 15s and 86400s",
        ),
    ],
)  # fmt: skip
def test_what_is_refused(google: Google, inputs: dict[str, Any], property: str, reason: str) -> None:
    given = {"schedule": "30 2 * * *", **MESSAGE, **inputs}
    failures = google.failures("cloudscheduler.Job", **given)

    assert list(failures) == [property]
    assert reason in failures[property]


def test_what_is_not_known_passes(google: Google) -> None:
    inputs = {"schedule": UNKNOWN, "timeZone": UNKNOWN, "pubsubTarget": {"topicName": UNKNOWN, "data": UNKNOWN}}
    assert google.failures("cloudscheduler.Job", **inputs) == {}


@pytest.mark.parametrize(
    "schedule",
    [
        "* * * * *",
        "*/5 0-23/2 1,15 * MON-FRI",
        "59 23 31 12 7",
        "0 9 * jan,Mar-DEC sun",
        "0  0 1 1 0",
        "10-20/5,40 * * * *",
    ],
)
def test_schedules(schedule: str) -> None:
    assert cron.problem(schedule) == ""


@pytest.mark.parametrize(
    ("schedule", "reason"),
    [
        ("", "'' has 0 fields and not five: minute, hour, day of the month, month, day of the week"),
        ("0 0 1 1 0 2026", "has 6 fields and not five"),
        ("60 * * * *", "the minute '60' is not within 0-59"),
        ("* 24 * * *", "the hour '24' is not within 0-23"),
        ("* * 0 * *", "the day of the month '0' is not within 1-31"),
        ("* * * 13 *", "the month '13' is not within 1-12 or JAN/FEB/"),
        ("* * * * 8", "the day of the week '8' is not within 0-7 or SUN/MON/"),
        ("* * * * MONDAY", "the day of the week 'MONDAY' is not within 0-7"),
        ("MON * * * *", "the minute 'MON' is not within 0-59"),
        ("* 5-4 * * *", "the hour '5-4' is a range that ends before it begins"),
        ("5/10 * * * *", "the minute '5/10' has a step, but no range that it goes through"),
        ("*/0 * * * *", "the minute '*/0' has a step that is not within 1-59"),
        ("*/ * * * *", "the minute '*/' has a step that is not within 1-59"),
        ("*/60 * * * *", "has a step that is not within 1-59"),
        ("1,,2 * * * *", "the minute '1,,2' is none of *"),
        ("* * ? * *", "the day of the month '?' is none of *"),
        ("* * L * *", "the day of the month 'L' is not within 1-31"),
        ("-1 * * * *", "the minute '-1' is none of *"),
        ("²  * * * *", "the minute '²' is not within 0-59"),
    ],
)
def test_what_is_no_schedule(schedule: str, reason: str) -> None:
    assert reason in cron.problem(schedule)
