"""Diff: what is a change, what is none, and what a replacement does first. Which properties replace: replacements.yaml."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sandbox.clouds.protocol import Diffed, Kind
from sandbox.values import UNKNOWN
from tests.sandbox.gcp.conftest import Google, Made

NOTHING = Diffed(changes=False, replaces=[])


def firewall(google: Google, **inputs: Any) -> Made:
    given = {"name": "web", "network": google.network().id, "allows": [{"protocol": "tcp", "ports": ["80", "443"]}]}
    return google.make(
        "compute.Firewall", "web", **{**given, "sourceRanges": ["10.0.0.0/8", "172.16.0.0/12"], **inputs}
    )


def test_the_same_inputs_change_nothing(google: Google) -> None:
    assert google.diff(firewall(google)) == NOTHING


def test_the_order_of_a_set_is_no_change(google: Google) -> None:
    made = firewall(google)

    assert google.diff(made, sourceRanges=["172.16.0.0/12", "10.0.0.0/8"]) == NOTHING
    assert google.diff(made, sourceRanges=["10.0.0.0/8"]).detailed == {"sourceRanges": Kind.UPDATE}


def test_another_spelling_of_a_link_is_no_change(google: Google) -> None:
    made = firewall(google)

    assert google.diff(made, network="main") == NOTHING
    assert (
        google.diff(made, network="https://www.googleapis.com/compute/v1/projects/acme/global/networks/main") == NOTHING
    )
    assert google.diff(made, network="projects/other/global/networks/main").detailed == {"network": Kind.UPDATE}


def test_a_missing_value_the_cloud_chooses_is_no_change_and_another_is_one(google: Google) -> None:
    made = google.make("pubsub.Subscription", "s", topic=google.make("pubsub.Topic", "t").id, ackDeadlineSeconds=60)
    labelled = google.make("pubsub.Topic", "l", labels={"a": "1", "b": "2"}, messageRetentionDuration="600s")

    assert google.diff(made, ackDeadlineSeconds=None) == NOTHING
    assert google.diff(labelled, messageRetentionDuration=None).detailed == {"messageRetentionDuration": Kind.DELETE}
    assert google.diff(labelled, labels={"b": "3", "c": "4"}).detailed == {
        "labels.a": Kind.DELETE,
        "labels.b": Kind.UPDATE,
        "labels.c": Kind.ADD,
    }


def test_false_where_nothing_was_said_is_no_change(google: Google) -> None:
    made = google.make("pubsub.Subscription", "s", topic=google.make("pubsub.Topic", "t").id)

    assert google.diff(made, retainAckedMessages=False) == NOTHING
    assert google.diff(made, retainAckedMessages=True).detailed == {"retainAckedMessages": Kind.ADD}


def test_a_value_inside_an_object_is_named_by_its_path(google: Google) -> None:
    pool = google.make(
        "container.NodePool",
        "main",
        cluster=google.cluster().id,
        nodeConfig={"machineType": "e2-standard-4", "oauthScopes": ["a", "b"], "diskSizeGb": 50},
    )

    config = {"machineType": "e2-standard-8", "oauthScopes": ["b", "a"]}
    assert google.diff(pool, nodeConfig=config).detailed == {"nodeConfig.machineType": Kind.UPDATE}
    spot = google.diff(pool, nodeConfig={**config, "spot": True})
    assert spot.detailed == {"nodeConfig.machineType": Kind.UPDATE, "nodeConfig.spot": Kind.UPDATE_REPLACE}
    assert spot.replaces == ["nodeConfig"]


def test_ignored_changes_are_none(google: Google) -> None:
    made = google.make("pubsub.Topic", "t", labels={"a": "1"})

    assert google.diff(made, ignore=("labels",), labels={"a": "2"}) == NOTHING
    assert google.diff(made, ignore=("labels.b",), labels={"a": "2"}).changes


def test_a_given_name_is_deleted_first_and_a_made_one_replaced_beside(google: Google) -> None:
    topics = [google.make("pubsub.Topic", name) for name in ("a", "b")]
    given = google.make("pubsub.Subscription", "given", name="given", topic=topics[0].id)
    made = google.make("pubsub.Subscription", "made", topic=topics[0].id)

    assert google.diff(given, topic=topics[1].id).delete_before_replace
    assert google.diff(made, topic=topics[1].id) == Diffed(True, ["topic"], {"topic": Kind.UPDATE_REPLACE}, False)


def test_what_is_not_known_yet_may_replace(google: Google) -> None:
    made = google.make("pubsub.Subscription", "s", topic=google.make("pubsub.Topic", "t").id)

    assert google.diff(made, topic=UNKNOWN).detailed == {"topic": Kind.UPDATE_REPLACE}
    assert google.diff(made, labels=UNKNOWN).detailed == {"labels": Kind.ADD}


def test_a_secret_is_always_deleted_first(google: Google) -> None:
    made = google.make("secretmanager.Secret", "s", replication={"auto": {}})
    replicas = {"userManaged": {"replicas": [{"location": "us-west1"}]}}
    diff = google.diff(made, replication=replicas)

    assert (diff.replaces, diff.delete_before_replace) == (["replication"], True)


def test_what_was_changed_in_the_cloud_shows_after_a_refresh(google: Google) -> None:
    made = google.make("pubsub.Topic", "t", labels={"a": "1"})
    drifted = replace(made, outputs={**made.outputs, "labels": {"a": "changed"}})

    assert google.diff(drifted).detailed == {"labels.a": Kind.UPDATE}


def test_another_project_of_the_provider_makes_another_resource(google: Google) -> None:
    made = google.make("pubsub.Topic", "t")
    google.configure(project="acme-prod")

    assert google.diff(made).replaces == ["project"]


def test_a_subnetwork_grows_in_place_and_is_replaced_when_it_shrinks(google: Google) -> None:
    made = google.make("compute.Subnetwork", "n", network=google.network().id, ipCidrRange="10.0.0.0/20")

    assert google.diff(made, ipCidrRange="10.0.0.0/19").detailed == {"ipCidrRange": Kind.UPDATE}
    assert google.diff(made, ipCidrRange="10.0.0.0/21").replaces == ["ipCidrRange"]
    assert google.diff(made, ipCidrRange="10.1.0.0/20").replaces == ["ipCidrRange"]


def test_a_private_network_cannot_be_taken_away(google: Google) -> None:
    instance = google.instance(google.private_network())
    given = {"tier": "db-custom-2-7680"}

    assert google.diff(instance, settings=given) == NOTHING
    assert google.diff(instance, settings={**given, "tier": "db-custom-4-15360"}).replaces == []
    assert google.diff(instance, settings={**given, "ipConfiguration": {"ipv4Enabled": True}}).replaces == ["settings"]


def test_a_deletion_policy_goes_back_to_delete(google: Google) -> None:
    topic = google.make("pubsub.Topic", "events", name="events", deletionPolicy="ABANDON")

    assert google.diff(topic, deletionPolicy=None).detailed == {"deletionPolicy": Kind.DELETE}
    updated = google.update(topic, deletionPolicy=None)
    assert updated["deletionPolicy"] == "DELETE"
    assert google.diff(updated).detailed == {}
    deleted = google.make("pubsub.Topic", "others", name="others", deletionPolicy="DELETE")
    assert google.diff(deleted, deletionPolicy=None).detailed == {}


def test_the_subnetwork_of_a_private_endpoint_stays_where_it_is_no_longer_given(google: Google) -> None:
    google.network()
    subnetwork = google.make("compute.Subnetwork", "nodes", name="nodes", network="main", ipCidrRange="10.0.0.0/20")
    private = {"enablePrivateNodes": True, "privateEndpointSubnetwork": subnetwork.id}
    cluster = google.cluster(privateClusterConfig=private)

    assert google.diff(cluster, privateClusterConfig={"enablePrivateNodes": True}).detailed == {}
    other = {
        "enablePrivateNodes": True,
        "privateEndpointSubnetwork": "projects/acme/regions/us-west1/subnetworks/other",
    }
    assert google.diff(cluster, privateClusterConfig=other).replaces == ["privateClusterConfig"]


def test_the_project_of_a_secrets_version_stays_where_it_is_no_longer_given(google: Google) -> None:
    secret = google.make("secretmanager.Secret", "token", secretId="token", project="other", replication={"auto": {}})
    for named in (secret.id, "token"):
        version = google.make("secretmanager.SecretVersion", "version", secret=named, project="other", secretData="one")

        assert google.diff(version, project=None).detailed == {}
