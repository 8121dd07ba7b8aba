"""Who is told of what in each environment, as the stacks' files have it."""

from typing import Any

import pytest

from components.alerts import CRITICAL
from tests.alerting.test_queries import ALERTS
from tests.lifecycle.commands import Site

POLICY = "gcp:monitoring/alertPolicy:AlertPolicy"
CHANNEL = "gcp:monitoring/notificationChannel:NotificationChannel"
DASHBOARD = "gcp:monitoring/dashboard:Dashboard"


def made(site: Site, stack: str, kind: str) -> dict[str, Any]:
    """Name in the world -> inputs of what the stack's project has of a type."""
    found = site.inventory().items()
    return {name: inputs for (each, name), inputs in found if each == kind and f"/ampersand-{stack}/" in name}


def titles(policies: dict[str, Any]) -> set[str]:
    return {policy["displayName"] for policy in policies.values()}


def queries(policies: dict[str, Any]) -> list[str]:
    return [policy["conditions"][0]["conditionPrometheusQueryLanguage"]["query"] for policy in policies.values()]


def test_in_prod_what_is_critical_pages_and_everything_is_in_slack(up: Site) -> None:
    channels = {inputs["type"]: name for name, inputs in made(up, "prod", CHANNEL).items()}
    assert channels.keys() == {"slack", "pagerduty"}
    policies = made(up, "prod", POLICY)
    assert titles(policies) == {f"prod: {alert.title}" for alert in ALERTS.values()}
    for policy in policies.values():
        told = {channels["slack"], channels["pagerduty"]} if policy["severity"] == CRITICAL else {channels["slack"]}
        assert set(policy["notificationChannels"]) == told, policy["displayName"]
    assert not [query for query in queries(policies) if "hour()" in query]


def test_staging_is_told_to_slack_in_working_hours_only(up: Site) -> None:
    (channel,) = made(up, "staging", CHANNEL).values()
    assert (channel["type"], channel["labels"]) == ("slack", {"channel_name": "#alerts-staging"})
    policies = made(up, "staging", POLICY)
    assert titles(policies) == {f"staging: {alert.title}" for alert in ALERTS.values()}
    assert all("and on() (hour() >= 16 < 24) and on() (day_of_week() >= 1 <= 5)" in each for each in queries(policies))


def test_nobody_is_told_of_dev(up: Site) -> None:
    assert made(up, "dev", CHANNEL) == made(up, "dev", POLICY) == {}


@pytest.mark.parametrize("stack", ["dev", "staging", "prod"])
def test_every_environment_has_a_dashboard(up: Site, stack: str) -> None:
    assert len(made(up, stack, DASHBOARD)) == 1
