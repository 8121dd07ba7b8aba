"""What an environment is watched for, as PromQL over Cloud Monitoring's own metrics; no resource is made here.

An environment has its project for itself, so that whatever the project reports is the environment's.

How metrics are named in PromQL: https://cloud.google.com/monitoring/promql/promql-mapping. Which there are:
https://cloud.google.com/monitoring/api/metrics_gcp. Requests are counted where they come in: at Google's load balancer, in
front of Kong, which sees those too that Kong never answers; and at each service on Cloud Run. Kong's own counters would
need a plugin on every route, and tell the same requests by route.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

ERROR_RATE = 0.05
LATENCY_MS = 2000
"""P95. Both are the seeds of a review, not of a rollback."""
FAILURES = 5
"""In five minutes. Fewer wake nobody, however few requests there were: one of a night's three that fails is no 33 %. By failures
and not by requests, so that an outage still pages where there is little traffic."""
REQUESTS = 100
"""In five minutes: of fewer, the slowest twentieth is a handful of requests, which say little."""
RESTARTS = 4
"""In half an hour: the kubelet comes to wait 5 minutes between restarts, so that a shorter look would lose sight of a loop
that goes on. Three may be a node's trouble; what PromQL extrapolates never makes them four."""
DATABASE_SHARE = 0.9
CONNECTION_SHARE = 0.8
"""Of max_connections: the last ones are kept for whoever comes to help."""
UNACKNOWLEDGED_SECONDS = 600
GB = 2**30
"""What Cloud SQL sells as a GB."""
CERTIFICATE_DAYS = 14
"""Certificate Manager renews about a month before the end, so that something is wrong by then."""

CRITICAL, WARNING = "CRITICAL", "WARNING"


@dataclass(frozen=True)
class Alert:
    """`expression` compared with `limit` raises it after `duration` (seconds), while `only_if`, where there is such a condition,
    has a result too. `advice` says what to do first."""

    name: str
    title: str
    severity: str
    expression: str
    comparison: str
    limit: float
    duration: int
    advice: str
    only_if: str = ""

    @property
    def query(self) -> str:
        """The whole PromQL, which has a result exactly when something is wrong."""
        wrong = f"{self.expression} {self.comparison} {self.limit:g}"
        return f"{wrong} and {self.only_if}" if self.only_if else wrong


def gateway_alerts() -> list[Alert]:
    """Of requests from the internet."""
    requests = 'loadbalancing_googleapis_com:https_request_count{monitored_resource="https_lb_rule"%s}'
    failed = requests % ',response_code_class="500"'
    latency = 'loadbalancing_googleapis_com:https_total_latencies_bucket{monitored_resource="https_lb_rule"}'
    return [
        Alert(
            "error-rate",
            "More than 5 % of requests fail",
            CRITICAL,
            f"sum(rate({failed}[5m])) / sum(rate({requests % ''}[5m]))",
            ">",
            ERROR_RATE,
            300,
            "Compare with the last release: `slipway history`. If it came with one, `slipway rollback`.",
            only_if=f"sum(increase({failed}[5m])) >= {FAILURES}",
        ),
        Alert(
            "latency",
            "One request in twenty takes more than 2 s",
            WARNING,
            f"histogram_quantile(0.95, sum by (le) (rate({latency}[5m])))",
            ">",
            LATENCY_MS,
            300,
            "Look at the database's CPU and at the pods' throttling first, then at the last release.",
            only_if=f"sum(increase({requests % ''}[5m])) >= {REQUESTS}",
        ),
    ]


def cloud_run_alerts() -> list[Alert]:
    """Of requests to services on Cloud Run, which reach them without the load balancer."""
    requests = 'run_googleapis_com:request_count{monitored_resource="cloud_run_revision"%s}'
    failed = requests % ',response_code_class="5xx"'
    latency = 'run_googleapis_com:request_latencies_bucket{monitored_resource="cloud_run_revision"}'
    return [
        Alert(
            "cloud-run-error-rate",
            "More than 5 % of a Cloud Run service's requests fail",
            CRITICAL,
            f"sum by (service_name) (rate({failed}[5m])) / sum by (service_name) (rate({requests % ''}[5m]))",
            ">",
            ERROR_RATE,
            300,
            "Senders of webhooks try again for hours: roll back first, `slipway rollback`, then read the service's log.",
            only_if=f"sum by (service_name) (increase({failed}[5m])) >= {FAILURES}",
        ),
        Alert(
            "cloud-run-latency",
            "One request in twenty to a Cloud Run service takes more than 2 s",
            WARNING,
            f"histogram_quantile(0.95, sum by (service_name, le) (rate({latency}[5m])))",
            ">",
            LATENCY_MS,
            300,
            "Look whether its instances are at their limit (sizes.<service>.maxReplicas), then at the last release.",
            only_if=f"sum by (service_name) (increase({requests % ''}[5m])) >= {REQUESTS}",
        ),
    ]


def certificate_alert(host: str) -> Alert:
    """Of the certificate that `host` shows to the world, which an uptime check looks at."""
    metric = "monitoring_googleapis_com:uptime_check_time_until_ssl_cert_expires"
    return Alert(
        "certificate",
        "The certificate ends within 14 days",
        CRITICAL,
        f'min by (host) ({metric}{{monitored_resource="uptime_url",host="{host}"}})',
        "<",
        CERTIFICATE_DAYS,
        3600,
        "Its DNS authorization no longer resolves, most likely: compare the zone's record with Certificate Manager's.",
    )


def workload_alerts(namespaces: Sequence[str]) -> list[Alert]:
    """Of pods in these namespaces."""
    where = f'monitored_resource="k8s_container",namespace_name=~"{"|".join(namespaces)}"'
    restarts = f"kubernetes_io:container_restart_count{{{where}}}"
    return [
        Alert(
            "crash-loop",
            "A container starts again and again",
            CRITICAL,
            f"sum by (namespace_name, container_name) (increase({restarts}[30m]))",
            ">=",
            RESTARTS,
            0,
            "`kubectl logs --previous` shows its last words.",
        )
    ]


def database_alerts(connections: int, disk_limit_gb: int) -> list[Alert]:
    """Of the project's Cloud SQL instance, which takes so many connections and whose disk grows to so many GB."""

    def metric(name: str) -> str:
        return f'cloudsql_googleapis_com:database_{name}{{monitored_resource="cloudsql_database"}}'

    return [
        Alert(
            "database-cpu",
            "The database has no CPU left",
            CRITICAL,
            f"max by (database_id) (avg_over_time({metric('cpu_utilization')}[5m]))",
            ">",
            DATABASE_SHARE,
            600,
            "Query insights name the statements. A larger tier restarts the instance.",
        ),
        Alert(
            "database-disk",
            "The database's disk is almost at its limit",
            CRITICAL,
            # Not of the disk as it is: it grows once it is full but for some 25 GB, which are little of a large one.
            f"max by (database_id) ({metric('disk_bytes_used')}) / {disk_limit_gb * GB}",
            ">",
            DATABASE_SHARE,
            600,
            "The disk grows by itself up to database.diskLimitGb: raise it, and run `slipway up`.",
        ),
        Alert(
            "database-connections",
            "The database has few connections left",
            WARNING,
            f"sum by (database_id) ({metric('postgresql_num_backends')})",
            ">",
            connections * CONNECTION_SHARE,
            600,
            "Look for a service whose pool grew with its replicas.",
        ),
    ]


def messaging_alerts() -> list[Alert]:
    """Of the project's subscriptions; those of dead letters end in `-dead-letter`."""
    where = 'monitored_resource="pubsub_subscription",subscription_id'
    age = f'pubsub_googleapis_com:subscription_oldest_unacked_message_age{{{where}!~".*-dead-letter"}}'
    waiting = f'pubsub_googleapis_com:subscription_num_undelivered_messages{{{where}=~".*-dead-letter"}}'
    return [
        Alert(
            "unacknowledged",
            "Messages wait for more than ten minutes",
            WARNING,
            f"max by (subscription_id) ({age})",
            ">",
            UNACKNOWLEDGED_SECONDS,
            300,
            "Its subscriber is down, too slow, or fails: look at its pods, then at its autoscaler's limit.",
        ),
        Alert(
            "dead-letter",
            "Messages could not be delivered",
            WARNING,
            f"sum by (subscription_id) ({waiting})",
            ">",
            0,
            0,
            "Pull one from the subscription named, find out why it failed, and publish it again or acknowledge it.",
        ),
    ]


def in_working_hours(query: str, first: int, end: int) -> str:
    """The query, with a result on weekdays from hour `first` until before hour `end` in UTC only.

    In the query itself, since Cloud Monitoring's snoozes happen once and cannot be repeated.
    """
    hours = f"hour() >= {first} < {end}" if first < end else f"(hour() >= {first} or hour() < {end})"
    return f"({query}) and on() ({hours}) and on() (day_of_week() >= 1 <= 5)"
