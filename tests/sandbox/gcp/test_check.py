"""Check: names, defaults, and what is refused before anything is asked of the cloud."""

from __future__ import annotations

import base64
import re
from datetime import datetime, timedelta
from typing import Any

import pytest

from sandbox.values import UNKNOWN
from tests.sandbox.gcp.conftest import Google

TRIGGER: dict[str, Any] = {
    "github": {"owner": "acme", "name": "app", "push": {"branch": "main"}},
    "build": {"steps": [{"name": "docker", "id": "build"}]},
}
INSTANCE: dict[str, Any] = {"databaseVersion": "POSTGRES_15", "settings": {"tier": "db-custom-2-7680"}}
CLUSTER: dict[str, Any] = {"location": "us-west1", "initialNodeCount": 1}


def test_a_name_is_made_of_resource_name_and_seven_digits(google: Google) -> None:
    checked = google.check("pubsub.Topic", "Events", {})

    assert re.fullmatch("Events-[0-9a-f]{7}", checked.inputs["name"])
    assert checked.inputs["__defaults"] == ["name"]


def test_network_names_are_lower_case(google: Google) -> None:
    assert re.fullmatch("main-[0-9a-f]{7}", google.check("compute.Network", "Main", {}).inputs["name"])


def test_a_made_name_stays_and_a_given_one_does_not(google: Google) -> None:
    made = google.check("pubsub.Topic", "events", {}).inputs
    given = google.check("pubsub.Topic", "events", {"name": "mine"}).inputs

    assert google.check("pubsub.Topic", "other", {}, made).inputs["name"] == made["name"]
    assert google.check("pubsub.Topic", "other", {}, given).inputs["name"].startswith("other-")


def test_a_resource_name_too_long_for_its_api_is_refused(google: Google) -> None:
    checked = google.check("serviceaccount.Account", "a" * 23, {})

    assert [failure.property for failure in checked.failures] == ["accountId"]
    assert "longer than 30" in checked.failures[0].reason


def test_defaults_are_filled_in_and_listed_at_every_level(google: Google) -> None:
    inputs = google.check("sql.DatabaseInstance", "main", {**INSTANCE, "name": "main"}).inputs

    assert inputs["deletionProtection"] is True
    assert inputs["__defaults"] == ["deletionProtection"]
    assert inputs["settings"] == {
        "tier": "db-custom-2-7680",
        "activationPolicy": "ALWAYS",
        "availabilityType": "ZONAL",
        "diskAutoresize": True,
        "diskAutoresizeLimit": 0,
        "pricingPlan": "PER_USE",
        "__defaults": ["activationPolicy", "availabilityType", "diskAutoresize", "diskAutoresizeLimit", "pricingPlan"],
    }


@pytest.mark.parametrize(
    ("type", "inputs", "property", "reason"),
    [
        ("pubsub.Topic", {"colour": "red"}, "colour", "no such property"),
        ("pubsub.Topic", {"messageStoragePolicy": {"where": "x"}}, "messageStoragePolicy.where", "no such property"),
        ("pubsub.Topic", {"name": "ab"}, "name", "must match"),
        ("pubsub.Topic", {"name": "google-events"}, "name", "must match"),
        ("pubsub.Topic", {"labels": ["a"]}, "labels", "expected a map, got a list"),
        ("pubsub.Topic", {"labels": {"Team": "core"}}, "labels.Team", "a label's key must match"),
        ("pubsub.Topic", {"messageRetentionDuration": "5m"}, "messageRetentionDuration", "is no duration"),
        ("pubsub.Topic", {"messageRetentionDuration": "60s"}, "messageRetentionDuration", "not between 600s"),
        ("pubsub.Subscription", {}, "topic", "required, but not given"),
        ("pubsub.Subscription", {"topic": "t", "ackDeadlineSeconds": 9}, "ackDeadlineSeconds", "below the least"),
        ("pubsub.Subscription", {"topic": "t", "ackDeadlineSeconds": "soon"}, "ackDeadlineSeconds", "expected an integer"),
        ("pubsub.Subscription", {"topic": "t", "enableMessageOrdering": "no"}, "enableMessageOrdering", "true or false"),
        (
            "pubsub.Subscription",
            {"topic": "t", "pushConfig": {"pushEndpoint": "https://x"}, "bigqueryConfig": {"table": "p.d.t"}},
            "bigqueryConfig",
            "conflicts with pushConfig",
        ),
        (
            "pubsub.Subscription",
            {"topic": "t", "deadLetterPolicy": {"deadLetterTopic": "dead", "maxDeliveryAttempts": 5}},
            "deadLetterPolicy.deadLetterTopic",
            "must match projects/",
        ),
        (
            "pubsub.Subscription",
            {"topic": "t", "retryPolicy": {"minimumBackoff": "60s", "maximumBackoff": "30s"}},
            "retryPolicy.minimumBackoff",
            "more than maximumBackoff",
        ),
        ("compute.Network", {"routingMode": "WORLD"}, "routingMode", "write one of REGIONAL, GLOBAL"),
        ("compute.Network", {"name": "Main"}, "name", "must match"),
        ("compute.Subnetwork", {"network": "n", "ipCidrRange": "10.0.0.0/30"}, "ipCidrRange", "between /8 and /29"),
        ("compute.Subnetwork", {"network": "n", "ipCidrRange": "10.0.0.1/24"}, "ipCidrRange", "host bits set"),
        (
            "compute.GlobalAddress",
            {"purpose": "VPC_PEERING", "addressType": "INTERNAL"},
            "prefixLength",
            "required for purpose VPC_PEERING",
        ),
        ("compute.Firewall", {"network": "n", "sourceRanges": ["0.0.0.0/0"]}, "allows", "exactly one of allows, denies"),
        ("compute.Firewall", {"network": "n", "allows": [{"protocol": "tcp"}]}, "sourceRanges", "for INGRESS"),
        ("compute.Router", {"network": "n", "bgp": {"asn": 15}}, "bgp.asn", "no private number"),
        (
            "compute.RouterNat",
            {
                "router": "r",
                "sourceSubnetworkIpRangesToNat": "ALL_SUBNETWORKS_ALL_IP_RANGES",
                "natIpAllocateOption": "MANUAL_ONLY",
            },
            "natIps",
            "required with natIpAllocateOption MANUAL_ONLY",
        ),
        ("container.Cluster", {"location": "us-west1"}, "initialNodeCount", "at least 1 without nodePools"),
        ("container.Cluster", {**CLUSTER, "name": "a" * 41}, "name", "must match"),
        (
            "container.Cluster",
            {**CLUSTER, "privateClusterConfig": {"enablePrivateEndpoint": True}},
            "masterAuthorizedNetworksConfig",
            "required with",
        ),
        (
            "container.Cluster",
            {**CLUSTER, "clusterIpv4Cidr": "10.0.0.0/14", "ipAllocationPolicy": {"stackType": "IPV4"}},
            "clusterIpv4Cidr",
            "conflicts with ipAllocationPolicy",
        ),
        (
            "container.NodePool",
            {"cluster": "c", "location": "us-west1", "autoscaling": {"minNodeCount": 3, "maxNodeCount": 1}},
            "autoscaling.minNodeCount",
            "3 is more than maxNodeCount, 1",
        ),
        (
            "container.NodePool",
            {"cluster": "c", "nodeConfig": {"taints": [{"key": "a", "value": "b", "effect": "NoSchedule"}]}},
            "nodeConfig.taints[0].effect",
            "NO_SCHEDULE",
        ),
        ("sql.DatabaseInstance", {**INSTANCE, "settings": {"tier": "db-custom-3-7680"}}, "settings.tier", "even number"),
        ("sql.DatabaseInstance", {**INSTANCE, "settings": {"tier": "db-custom-2-7681"}}, "settings.tier", "multiple of 256"),
        ("sql.DatabaseInstance", {**INSTANCE, "settings": {"tier": "db-custom-64-3840"}}, "settings.tier", "0.9 to 6.5 GB"),
        (
            "sql.DatabaseInstance",
            {**INSTANCE, "settings": {"tier": "db-perf-optimized-N-8"}},
            "settings.tier",
            "no machine type of edition ENTERPRISE",
        ),
        (
            "sql.DatabaseInstance",
            {**INSTANCE, "settings": {"tier": "db-f1-micro", "availabilityType": "REGIONAL"}},
            "settings.backupConfiguration.enabled",
            "must be true for availabilityType REGIONAL",
        ),
        (
            "sql.DatabaseInstance",
            {**INSTANCE, "settings": {"tier": "db-f1-micro", "ipConfiguration": {"ipv4Enabled": False}}},
            "settings.ipConfiguration",
            "at least one of",
        ),
        *(
            ("sql.DatabaseInstance", {**INSTANCE, "settings": {"tier": "db-f1-micro", **settings}}, where, problem)
            for settings, where, problem in (
                (
                    {"databaseFlags": [{"name": "log_conections", "value": "on"}]},
                    "settings.databaseFlags[0]",
                    "there is no flag log_conections; did you mean log_connections?",
                ),
                (
                    {"databaseFlags": [{"name": "log_connections", "value": "true"}]},
                    "settings.databaseFlags[0]",
                    "log_connections is on or off, not 'true'",
                ),
                (
                    {"databaseFlags": [{"name": "max_connections", "value": "5"}]},
                    "settings.databaseFlags[0]",
                    "max_connections is a number from 14 to 262143, not '5'",
                ),
                (
                    {"databaseFlags": [{"name": "log_statement", "value": "dll"}]},
                    "settings.databaseFlags[0]",
                    "log_statement is one of none, ddl, mod, all, not 'dll'",
                ),
                (
                    {"databaseFlags": [{"name": "jit", "value": "on"}, {"name": "jit", "value": "off"}]},
                    "settings.databaseFlags[1]",
                    "jit stands twice",
                ),
                ({"diskSize": 20, "diskAutoresizeLimit": 10}, "settings.diskAutoresizeLimit", "is below diskSize, 20 GB"),
                (
                    {"insightsConfig": {"queryInsightsEnabled": True, "queryStringLength": 5000}},
                    "settings.insightsConfig.queryStringLength",
                    "5000: must be from 256 to 4500",
                ),
                (
                    {"backupConfiguration": {"enabled": True, "transactionLogRetentionDays": 8}},
                    "settings.backupConfiguration.transactionLogRetentionDays",
                    "edition ENTERPRISE keeps logs for 7 at most",
                ),
                (
                    {"backupConfiguration": {"backupRetentionSettings": {"retainedBackups": 366}}},
                    "settings.backupConfiguration.backupRetentionSettings.retainedBackups",
                    "366: must be from 1 to 365",
                ),
                ({"maintenanceWindow": {"updateTrack": "week2"}}, "settings.maintenanceWindow.updateTrack", "week5"),
            )
        ),
        (
            "sql.User",
            {"instance": "i", "name": "a@p.iam.gserviceaccount.com", "type": "CLOUD_IAM_SERVICE_ACCOUNT"},
            "name",
            "leave out the ending",
        ),
        ("serviceaccount.Account", {"accountId": "api"}, "accountId", "must match"),
        ("projects.IAMMember", {"project": "p", "role": "viewer", "member": "allUsers"}, "role", "must match"),
        ("projects.IAMMember", {"project": "p", "role": "roles/viewer", "member": "me@x.y"}, "member", "must match"),
        (
            "artifactregistry.Repository",
            {"repositoryId": "a", "format": "DOCKER", "cleanupPolicies": [{"id": "x", "action": "DELETE"}]},
            "cleanupPolicies[0]",
            "exactly one of condition and mostRecentVersions",
        ),
        ("cloudbuild.Trigger", {"build": TRIGGER["build"]}, "github", "at least one of"),
        ("cloudbuild.Trigger", {"github": TRIGGER["github"]}, "build", "exactly one of build, filename"),
        ("cloudbuild.Trigger", {**TRIGGER, "substitutions": {"tag": "1"}}, "substitutions.tag", "must begin with _"),
        (
            "cloudbuild.Trigger",
            {**TRIGGER, "build": {"steps": [{"name": "a", "waitFors": ["b"]}]}},
            "build.steps[0].waitFors",
            "no earlier step has the id 'b'",
        ),
        (
            "cloudbuild.Trigger",
            {**TRIGGER, "build": {"timeout": "60s", "steps": [{"name": "a", "timeout": "90s"}]}},
            "build.timeout",
            "sum up to 90s",
        ),
        (
            "cloudbuild.Trigger",
            {**TRIGGER, "build": {"steps": [{"name": "a", "volumes": [{"name": "v", "path": "/v"}]}, {"name": "b"}]}},
            "build.steps",
            "the volume 'v' is used by one step alone",
        ),
        (
            "cloudbuild.Trigger",
            {**TRIGGER, "build": {"steps": [{"name": each, "volumes": [{"name": "v", "path": "/workspace"}]} for each in "ab"]}},
            "build.steps[1].volumes",
            "'/workspace' is relative or reserved",
        ),
        (
            "cloudbuild.Trigger",
            {**TRIGGER, "build": {"steps": [{"name": "a", "volumes": [{"name": each, "path": "/v"} for each in "vw"]}]}},
            "build.steps[0].volumes",
            "two volumes have the same path",
        ),
        (
            "cloudbuild.Trigger",
            {**TRIGGER, "serviceAccount": "projects/p/serviceAccounts/a@b"},
            "build.options.logging",
            "CLOUD_LOGGING_ONLY or NONE",
        ),
        ("secretmanager.Secret", {"secretId": "a", "replication": {}}, "replication.auto", "exactly one of"),
        ("kms.CryptoKey", {"keyRing": "projects/p/locations/l/keyRings/r", "rotationPeriod": "60s"}, "rotationPeriod", "day"),
        ("dns.ManagedZone", {"dnsName": "acme.test"}, "dnsName", "must match"),
        ("storage.Bucket", {"location": "us-west1", "name": "Files"}, "name", "must match"),
    ],
)  # fmt: skip
def test_wrong_inputs_are_refused(
    google: Google, type: str, inputs: dict[str, Any], property: str, reason: str
) -> None:
    found = google.failures(type, **inputs)

    assert property in found
    assert reason in found[property]


def test_unknown_values_pass_everywhere(google: Google) -> None:
    assert google.failures("pubsub.Topic", name=UNKNOWN, labels=UNKNOWN, messageStoragePolicy=UNKNOWN) == {}
    assert google.failures("pubsub.Topic", labels={"team": UNKNOWN}, messageRetentionDuration=UNKNOWN) == {}
    assert google.failures("compute.Subnetwork", network=UNKNOWN, ipCidrRange=UNKNOWN, secondaryIpRanges=UNKNOWN) == {}
    assert google.failures("container.NodePool", cluster=UNKNOWN, nodeConfig=UNKNOWN, autoscaling=UNKNOWN) == {}
    assert google.failures("sql.DatabaseInstance", databaseVersion=UNKNOWN, settings=UNKNOWN) == {}
    assert google.failures("cloudbuild.Trigger", github=UNKNOWN, build=UNKNOWN) == {}
    assert google.failures("cloudbuild.Trigger", **{**TRIGGER, "build": {"steps": UNKNOWN}}) == {}
    assert google.failures("secretmanager.Secret", replication=UNKNOWN) == {}
    signs = {"keyRing": UNKNOWN, "purpose": "ASYMMETRIC_SIGN", "versionTemplate": UNKNOWN}
    assert google.failures("kms.CryptoKey", **signs) == {}
    query = {"displayName": "up", "conditionPrometheusQueryLanguage": UNKNOWN}
    alert = {"displayName": "up", "combiner": "OR", "conditions": [query]}
    assert google.failures("monitoring.AlertPolicy", **alert) == {}


def test_what_a_secret_holds_counts_decoded(google: Google) -> None:
    def failures(content: bytes) -> list[dict[str, str]]:
        encoded = {"secretData": base64.b64encode(content).decode(), "isSecretDataBase64": True}
        given: list[dict[str, Any]] = [{"secretData": content.decode()}, encoded]
        return [google.failures("secretmanager.SecretVersion", secret="s", **each) for each in given]

    assert failures("é".encode() * 32768) == [{}, {}]
    assert failures("é".encode() * 32768 + b"x") == [{"secretData": "has 1 to 65536 bytes, not 65537"}] * 2


def test_a_secrets_ttl_says_when_it_expires(google: Google) -> None:
    secret = google.make("secretmanager.Secret", "s", secretId="s", replication={"auto": {}}, ttl="3600s")
    times = [datetime.fromisoformat(secret[key]) for key in ("createTime", "expireTime")]
    assert times[1] - times[0] == timedelta(hours=1)


def test_nothing_is_no_element_of_a_list(google: Google) -> None:
    null = "null values are not allowed in a list"
    assert google.failures("container.NodePool", cluster="c", nodeConfig={"guestAccelerators": [None]}) == {
        "nodeConfig.guestAccelerators[0]": null
    }
    assert google.failures("container.NodePool", cluster="c", nodeLocations=["us-west1-a", None]) == {
        "nodeLocations[1]": null
    }


def test_without_a_project_the_way_to_set_one_is_told(google: Google) -> None:
    google.configure(region="us-west1")

    assert google.failures("pubsub.Topic") == {
        "": "no project: set the property `project`, or gcp:project in the stack's config"
    }
    assert google.failures("pubsub.Topic", project="acme") == {}


@pytest.mark.parametrize(
    ("type", "property", "place", "reason"),
    [
        ("compute.Subnetwork", "region", "us-wset1", "'us-wset1' is no region of Google Cloud; there are the regions africa-"),
        ("compute.Router", "region", "global", "'global' is no region of Google Cloud"),
        ("container.Cluster", "location", "us-east1-a", "'us-east1-a' is no zone; us-east1 has us-east1-b, us-east1-c, us-e"),
        ("storage.Bucket", "location", "US-WEST9", "'us-west9' is no location of Google Cloud"),
        ("kms.KeyRing", "location", "europe-west5", "'europe-west5' is no location of Google Cloud"),
    ],
)  # fmt: skip
def test_a_place_that_there_is_not(google: Google, type: str, property: str, place: str, reason: str) -> None:
    needed: dict[str, dict[str, Any]] = {
        "compute.Subnetwork": {"network": "main", "ipCidrRange": "10.0.0.0/20"},
        "container.Cluster": {"initialNodeCount": 1},
    }
    found = google.failures(type, **needed.get(type, {}), **{property: place})

    assert list(found) == [property]
    assert found[property].startswith(reason)


def test_the_providers_own_region_is_looked_at_too(google: Google) -> None:
    google.configure(project="acme", region="us-wset1")

    assert list(google.failures("compute.Address")) == ["region"]


@pytest.mark.parametrize("place", ["US", "EUR4", "us-west1", "EUROPE-WEST12"])
def test_places_of_buckets(google: Google, place: str) -> None:
    assert google.failures("storage.Bucket", location=place) == {}


def test_a_providers_own_configuration_is_checked(google: Google) -> None:
    (failure,) = google.cloud.check_config({"project": "acme", "zoen": "us-west1-a", "version": "10.2.0"})

    assert failure.property == "zoen"


def test_false_counts_as_given(google: Google) -> None:
    """As in the real provider, which asks whether a property is there, not what it says."""
    assert google.failures("container.Cluster", **CLUSTER, privateClusterConfig={"enablePrivateNodes": False}) == {}
    assert "enableAutopilot" in google.failures(
        "container.Cluster", **CLUSTER, enableAutopilot=False, removeDefaultNodePool=True
    )
