"""Every alert fires when it should, and not otherwise."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import promql_parser
import pytest

from components.alerts import (
    CRITICAL,
    Alert,
    certificate_alert,
    cloud_run_alerts,
    database_alerts,
    gateway_alerts,
    in_working_hours,
    messaging_alerts,
    workload_alerts,
)

ALERTS = {
    alert.name: alert
    for alert in (
        *gateway_alerts(),
        *cloud_run_alerts(),
        certificate_alert("dev.example.com"),
        *workload_alerts(["services", "gateway"]),
        *database_alerts(500, disk_limit_gb=100),
        *messaging_alerts(),
    )
}
REQUESTS = (
    'loadbalancing_googleapis_com:https_request_count{monitored_resource="https_lb_rule",response_code_class="%s"}'
)
BUCKET = 'loadbalancing_googleapis_com:https_total_latencies_bucket{monitored_resource="https_lb_rule",le="%s"}'
RUN = 'run_googleapis_com:request_count{monitored_resource="cloud_run_revision",service_name="hooks",response_code_class="%s"}'
RUN_BUCKET = (
    'run_googleapis_com:request_latencies_bucket{monitored_resource="cloud_run_revision",service_name="hooks",le="%s"}'
)
RESTARTS = (
    'kubernetes_io:container_restart_count{monitored_resource="k8s_container",namespace_name="%s",container_name="api"}'
)
DATABASE = 'cloudsql_googleapis_com:database_%s{monitored_resource="cloudsql_database",database_id="p:main"}'
AGE = 'pubsub_googleapis_com:subscription_oldest_unacked_message_age{monitored_resource="pubsub_subscription",subscription_id="%s"}'
WAITING = 'pubsub_googleapis_com:subscription_num_undelivered_messages{monitored_resource="pubsub_subscription",subscription_id="%s"}'
EXPIRY = 'monitoring_googleapis_com:uptime_check_time_until_ssl_cert_expires{monitored_resource="uptime_url",host="%s"}'


def slow(percent: int, requests: int = 100) -> dict[str, str]:
    """So many requests a minute through the gateway, this share of which takes more than two seconds."""
    return {
        REQUESTS % "200": f"0+{requests}x40",
        BUCKET % "2000": f"0+{requests * (100 - percent) / 100:g}x40",
        BUCKET % "4000": f"0+{requests}x40",
        BUCKET % "+Inf": f"0+{requests}x40",
    }


def slow_requests(percent: int) -> dict[str, str]:
    """A hundred requests a minute to a service on Cloud Run, this many of which take more than two seconds."""
    return {
        RUN % "2xx": "0+100x40",
        RUN_BUCKET % "2000": f"0+{100 - percent}x40",
        RUN_BUCKET % "4000": "0+100x40",
        RUN_BUCKET % "+Inf": "0+100x40",
    }


@dataclass(frozen=True)
class Case:
    """Series as promtool writes them, one point a minute, and whether the alert fires after half an hour."""

    alert: str
    series: dict[str, str]
    fires: bool


CASES = [
    Case("error-rate", {REQUESTS % "200": "0+94x40", REQUESTS % "500": "0+6x40"}, True),
    Case("error-rate", {REQUESTS % "200": "0+96x40", REQUESTS % "500": "0+4x40"}, False),
    Case("error-rate", {REQUESTS % "200": "0+94x40", REQUESTS % "400": "0+6x40"}, False),
    # At night: half a request a minute that fails, and an outage of what is called twice a minute.
    Case("error-rate", {REQUESTS % "200": "0+0.5x40", REQUESTS % "500": "0+0.5x40"}, False),
    Case("error-rate", {REQUESTS % "200": "0+0x40", REQUESTS % "500": "0+2x40"}, True),
    Case("latency", slow(6), True),
    Case("latency", slow(4), False),
    # One of ten a minute.
    Case("latency", slow(10, requests=10), False),
    Case("cloud-run-error-rate", {RUN % "2xx": "0+94x40", RUN % "5xx": "0+6x40"}, True),
    Case("cloud-run-error-rate", {RUN % "2xx": "0+96x40", RUN % "5xx": "0+4x40"}, False),
    Case("cloud-run-error-rate", {RUN % "2xx": "0+94x40", RUN % "4xx": "0+6x40"}, False),
    Case("cloud-run-error-rate", {RUN % "2xx": "0+0.5x40", RUN % "5xx": "0+0.5x40"}, False),
    Case("cloud-run-latency", slow_requests(6), True),
    Case("cloud-run-latency", slow_requests(4), False),
    Case("crash-loop", {RESTARTS % "services": "0+1x40"}, True),
    # As it looks once the kubelet waits five minutes between two restarts.
    Case("crash-loop", {RESTARTS % "services": "0x4 1x4 2x4 3x4 4x4 5x4 6x4 7x20"}, True),
    Case("crash-loop", {RESTARTS % "services": "0+0x25 3+0x15"}, False),
    Case("crash-loop", {RESTARTS % "kube-system": "0+1x40"}, False),
    Case("database-cpu", {DATABASE % "cpu_utilization": "0.95+0x40"}, True),
    Case("database-cpu", {DATABASE % "cpu_utilization": "0.85+0x40"}, False),
    Case("database-disk", {DATABASE % "disk_bytes_used": f"{91 * 2**30}+0x40"}, True),
    Case("database-disk", {DATABASE % "disk_bytes_used": f"{89 * 2**30}+0x40"}, False),
    # Full, and about to grow by itself.
    Case("database-disk", {DATABASE % "disk_utilization": "0.97+0x40"}, False),
    Case("database-connections", {DATABASE % "postgresql_num_backends": "401+0x40"}, True),
    Case("database-connections", {DATABASE % "postgresql_num_backends": "399+0x40"}, False),
    Case("unacknowledged", {AGE % "read-finished-messenger": "601+0x40"}, True),
    Case("unacknowledged", {AGE % "read-finished-messenger": "599+0x40"}, False),
    Case("unacknowledged", {AGE % "read-finished-dead-letter": "601+0x40"}, False),
    Case("dead-letter", {WAITING % "read-finished-dead-letter": "1+0x40"}, True),
    Case("dead-letter", {WAITING % "read-finished-dead-letter": "0+0x40"}, False),
    Case("dead-letter", {WAITING % "read-finished-messenger": "9+0x40"}, False),
    Case("certificate", {EXPIRY % "dev.example.com": "13+0x100"}, True),
    Case("certificate", {EXPIRY % "dev.example.com": "15+0x100"}, False),
    Case("certificate", {EXPIRY % "other.example.com": "13+0x100"}, False),
]
prometheus = pytest.mark.skipif(
    not shutil.which("promtool"), reason="promtool is not on the PATH; Debian's package prometheus has it"
)


@pytest.mark.parametrize("alert", ALERTS.values(), ids=list(ALERTS))
def test_queries_are_promql(alert: Alert) -> None:
    for query in (alert.query, in_working_hours(alert.query, 16, 24), in_working_hours(alert.query, 22, 6)):
        assert promql_parser.parse(query)
        with pytest.raises(ValueError, match="unclosed|unexpected|invalid"):
            promql_parser.parse(f"({query}")


def test_every_alert_has_a_case_that_fires_and_one_that_does_not() -> None:
    assert {(case.alert, case.fires) for case in CASES} == {(name, fires) for name in ALERTS for fires in (True, False)}


def test_what_pages() -> None:
    assert {name for name, alert in ALERTS.items() if alert.severity == CRITICAL} == {
        "error-rate",
        "cloud-run-error-rate",
        "crash-loop",
        "database-cpu",
        "database-disk",
        "certificate",
    }


@prometheus
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.alert}-{'fires' if case.fires else 'does-not'}")
def test_alerts_in_prometheus(case: Case, tmp_path: Path) -> None:
    alert = ALERTS[case.alert]
    minutes = 30 + alert.duration // 60
    assert fires(tmp_path, alert, alert.query, case.series, minutes) == case.fires


@prometheus
@pytest.mark.parametrize(
    ("first", "end", "day", "hour", "counts"),
    [
        (16, 24, "Thursday", 17, True),
        (16, 24, "Thursday", 10, False),
        (16, 24, "Friday", 23, True),
        (16, 24, "Saturday", 17, False),
        (16, 24, "Sunday", 17, False),
        (22, 6, "Friday", 23, True),
        (22, 6, "Friday", 5, True),
        (22, 6, "Friday", 12, False),
    ],
)
def test_working_hours_in_prometheus(tmp_path: Path, first: int, end: int, day: str, hour: int, counts: bool) -> None:
    alert = ALERTS["database-cpu"]
    # promtool's clock starts on Thursday, January 1st 1970.
    days = ("Thursday", "Friday", "Saturday", "Sunday").index(day)
    minutes = (days * 24 + hour) * 60 + 30
    series = {DATABASE % "cpu_utilization": f"0.95+0x{minutes}"}
    assert fires(tmp_path, alert, in_working_hours(alert.query, first, end), series, minutes) == counts


def fires(folder: Path, alert: Alert, query: str, series: dict[str, str], minutes: int) -> bool:
    """Whether Prometheus raises it that many minutes after the first point."""
    rule = {"alert": "it", "expr": query, "for": f"{alert.duration}s"}
    (folder / "rules.yaml").write_text(json.dumps({"groups": [{"name": "all", "rules": [rule]}]}))
    test = {
        "interval": "1m",
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "alert_rule_test": [{"eval_time": f"{minutes}m", "alertname": "it", "exp_alerts": []}],
    }
    (folder / "test.yaml").write_text(
        json.dumps({"rule_files": ["rules.yaml"], "evaluation_interval": "1m", "tests": [test]})
    )
    done = subprocess.run(
        ["promtool", "test", "rules", "test.yaml"], check=False, cwd=folder, capture_output=True, text=True
    )
    if done.returncode == 0:
        return False
    assert "got:[" in done.stdout + done.stderr, done.stdout + done.stderr
    return True
