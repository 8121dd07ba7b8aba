"""Rules of Cloud Scheduler."""

from __future__ import annotations

from sandbox.clouds.gcp.resource import Rule, Table

_DURATION = r"\d+(?:\.\d{1,9})?s"
# https://cloud.google.com/scheduler/docs/reference/rest/v1/projects.locations.jobs
_METHODS = ("POST", "GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS")
_BACKOFF = ("maxBackoffDuration", "maxDoublings", "maxRetryDuration", "minBackoffDuration", "retryCount")

JOB = Table(
    source="cloudscheduler/resource_cloud_scheduler_job.go",
    properties={
        "appEngineHttpTarget.httpMethod": Rule(values=_METHODS),
        "appEngineHttpTarget.relativeUri": Rule(pattern=r"/\S{0,2082}"),
        "attemptDeadline": Rule(default="180s", pattern=_DURATION),
        "deletionPolicy": Rule(kept=True, values=("DELETE", "PREVENT", "ABANDON")),
        "description": Rule(length=500),
        "httpTarget.httpMethod": Rule(values=_METHODS),
        "httpTarget.uri": Rule(pattern=r"https?://\S+"),
        "name": Rule(replace=True, pattern="[A-Za-z0-9_-]{1,500}"),
        "paused": Rule(kept=True),
        "project": Rule(replace=True, kept=True),
        "pubsubTarget.topicName": Rule(pattern="projects/[^/]+/topics/[^/]+"),
        "region": Rule(replace=True, kept=True),
        "retryConfig.maxBackoffDuration": Rule(kept=True, pattern=_DURATION),
        "retryConfig.maxDoublings": Rule(kept=True, low=0),
        "retryConfig.maxRetryDuration": Rule(kept=True, pattern=_DURATION),
        "retryConfig.minBackoffDuration": Rule(kept=True, pattern=_DURATION),
        "retryConfig.retryCount": Rule(kept=True, low=0, high=5),
        "timeZone": Rule(default="Etc/UTC"),
    },
    one_of=(("appEngineHttpTarget", "httpTarget", "pubsubTarget"),),
    any_of=(
        tuple(f"appEngineHttpTarget.appEngineRouting.{name}" for name in ("instance", "service", "version")),
        tuple(f"retryConfig.{name}" for name in _BACKOFF),
    ),
    conflicts=(("httpTarget.oauthToken", "httpTarget.oidcToken"),),
)
