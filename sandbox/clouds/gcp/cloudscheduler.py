"""Cloud Scheduler jobs. They exist and never run: nothing is published or requested. Of the two forms of a schedule only
unix-cron is emulated, since the other is there for old jobs only."""

from __future__ import annotations

import base64
import binascii
import re
import zoneinfo
from typing import Any

from sandbox.clouds.gcp import cron
from sandbox.clouds.gcp.iam import ACCOUNT_TYPE
from sandbox.clouds.gcp.identity import at
from sandbox.clouds.gcp.pubsub import TOPIC_TYPE
from sandbox.clouds.gcp.resource import AutoName, Draft, Parent, Properties, Quota, ResourceType
from sandbox.clouds.gcp.rules import cloudscheduler as rules
from sandbox.values import has_unknowns, is_unknown

_ACCOUNT = "projects/{project}/serviceAccounts/{value}"
_BODIES = ("appEngineHttpTarget.body", "httpTarget.body", "pubsubTarget.data")
_GOOGLES = re.compile(r"(X-Google-|X-AppEngine-).*")
# Seconds: the description of attempt_deadline in the source.
_DEADLINES = {"httpTarget": (15, 1800), "appEngineHttpTarget": (15, 86400)}
_BACKOFF = {
    "retryCount": 0,
    "maxRetryDuration": "0s",
    "minBackoffDuration": "5s",
    "maxBackoffDuration": "3600s",
    "maxDoublings": 5,
}
"""https://cloud.google.com/scheduler/docs/reference/rest/v1/projects.locations.jobs#retryconfig"""


def _job_check(inputs: Properties) -> list[tuple[str, str]]:
    """there is a `schedule`, in unix-cron form; the `timeZone` is one of the tz database; bodies and data are base64, and a
    body goes with POST, PUT or PATCH only (App Engine: POST or PUT); a message has data or an attribute; headers are not
    those that Google sets (validateHttpHeaders); a deadline is between 15 seconds and 30 minutes, for App Engine 24 hours; the
    minimum backoff is not above the maximum"""
    found = [*_when(inputs), *_bodies(inputs), *_headers(inputs)]
    for target, (low, high) in _DEADLINES.items():
        if isinstance(inputs.get(target), dict):
            seconds = _seconds(inputs.get("attemptDeadline"))
            if seconds is not None and not low <= seconds <= high:
                found.append(("attemptDeadline", f"{seconds:g}s is not between {low}s and {high}s"))
    lowest, highest = (_seconds(at(inputs, f"retryConfig.{end}BackoffDuration")) for end in ("min", "max"))
    if lowest is not None and highest is not None and lowest > highest:
        found.append(("retryConfig.minBackoffDuration", f"{lowest:g}s is more than maxBackoffDuration, {highest:g}s"))
    return found


def _when(inputs: Properties) -> list[tuple[str, str]]:
    schedule, zone = inputs.get("schedule"), inputs.get("timeZone")
    found = []
    if not schedule:
        found.append(("schedule", "required, but not given"))
    elif not is_unknown(schedule) and (problem := cron.problem(str(schedule))):
        found.append(("schedule", f"{problem}; write it in unix-cron form, 30 2 * * MON-FRI"))
    if not is_unknown(zone) and _nowhere(str(zone)):
        found.append(("timeZone", f"{zone!r} is no name of the tz database; write one like Europe/Vienna or Etc/UTC"))
    return found


def _nowhere(zone: str) -> bool:
    """Whether there is no such time zone. Where this machine has no tz database, all names pass."""
    return not _there(zone) and _there("Etc/UTC")


def _there(zone: str) -> bool:
    try:
        zoneinfo.ZoneInfo(zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _bodies(inputs: Properties) -> list[tuple[str, str]]:
    found = []
    for path in _BODIES:
        body = at(inputs, path)
        if isinstance(body, str) and not is_unknown(body) and not _base64(body):
            found.append((path, "not base64; encode it (std.base64encode, or base64.b64encode)"))
    for target, methods in (("httpTarget", ("POST", "PUT", "PATCH")), ("appEngineHttpTarget", ("POST", "PUT"))):
        method = at(inputs, f"{target}.httpMethod") or "POST"
        if at(inputs, f"{target}.body") and not is_unknown(method) and method not in methods:
            found.append((f"{target}.body", f"not allowed with {method}, only with {', '.join(methods)}"))
    message = inputs.get("pubsubTarget")
    if isinstance(message, dict) and not is_unknown(message) and not (message.get("data") or message.get("attributes")):
        found.append(("pubsubTarget.data", "a message has data, or at least one attribute"))
    return found


def _headers(inputs: Properties) -> list[tuple[str, str]]:
    found = []
    for target in ("httpTarget", "appEngineHttpTarget"):
        headers = at(inputs, f"{target}.headers")
        for name in headers if isinstance(headers, dict) else ():
            if name == "Content-Length" or _GOOGLES.match(name):
                found.append((f"{target}.headers.{name}", "not allowed: Cloud Scheduler sets it"))
    return found


def _base64(text: str) -> bool:
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def _seconds(text: Any) -> float | None:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)s", str(text))
    return float(match.group(1)) if match else None


def _job_same(outputs: Properties, news: Properties) -> list[str]:
    """an `httpTarget.uri` with a slash at its end and without (LastSlashDiffSuppress)"""
    old, new = (at(each, "httpTarget.uri") for each in (outputs, news))
    if isinstance(old, str) and isinstance(new, str) and not has_unknowns(new):
        return ["httpTarget.uri"] if old.removesuffix("/") == new.removesuffix("/") else []
    return []


def _job(draft: Draft) -> Properties:
    paused = draft.get("paused", False)
    made: Properties = {"paused": paused, "state": "PAUSED" if paused in (True, "true") else "ENABLED"}
    if "retryConfig" in draft.inputs:
        before = draft.before.get("retryConfig") or {}
        made["retryConfig"] = {**_BACKOFF, **before, **draft.inputs["retryConfig"]}
    return made


JOB = ResourceType(
    token="gcp:cloudscheduler/job:Job",
    table=rules.JOB,
    identity="projects/{project}/locations/{region}/jobs/{name}",
    autoname=AutoName(),
    location="region",
    parents=(
        Parent("pubsubTarget.topicName", TOPIC_TYPE, "{value}"),
        Parent("httpTarget.oauthToken.serviceAccountEmail", ACCOUNT_TYPE, _ACCOUNT),
        Parent("httpTarget.oidcToken.serviceAccountEmail", ACCOUNT_TYPE, _ACCOUNT),
    ),
    quota=Quota(
        1_000,
        "https://cloud.google.com/scheduler/quotas",
        "the page says so of each region; here it is counted over all regions",
    ),
    computed=("paused", "state"),
    outputs=_job,
    check=_job_check,
    same=_job_same,
)
TYPES = (JOB,)
