"""What a read makes of a state's inputs: the cloud's values, no more of them and no less."""

from __future__ import annotations

from typing import Any

from sandbox.clouds.gcp import reading
from sandbox.clouds.gcp.catalogue import TYPES
from tests.sandbox.gcp.conftest import TOKENS, Google

INSTANCE = TYPES["gcp:sql/databaseInstance:DatabaseInstance"]


def inputs(state: dict[str, Any], live: dict[str, Any]) -> dict[str, Any]:
    return reading.inputs(INSTANCE, state, live)


def test_they_have_the_clouds_values_and_lose_what_it_has_no_more() -> None:
    state = {"name": "main", "settings": {"tier": "small", "userLabels": {"a": "1", "b": "2"}}}
    live = {"name": "main", "settings": {"tier": "big", "userLabels": {"a": "3", "c": "4"}, "diskSize": 10}, "more": 1}
    assert inputs(state, live) == {"name": "main", "settings": {"tier": "big", "userLabels": {"a": "3"}}}
    assert inputs(state, {}) == {}


def test_what_was_filled_in_counts_as_given_once_it_is_another() -> None:
    state = {"__defaults": ["name", "region"], "name": "main-1234567", "region": "here"}
    assert inputs(state, {"name": "main-1234567", "region": "there"}) == {
        "__defaults": ["name"],
        "name": "main-1234567",
        "region": "there",
    }


def test_elements_of_a_set_are_found_again_and_none_is_added() -> None:
    def networks(*names: str) -> dict[str, Any]:
        found = [{"name": name, "value": f"10.0.{name}.0/24"} for name in names]
        return {"settings": {"ipConfiguration": {"authorizedNetworks": found}}}

    assert inputs(networks("1", "2"), networks("3", "2", "1")) == networks("1", "2")


def test_every_form_of_an_id_that_the_provider_imports_by(google: Google) -> None:
    """As the page of each type in Pulumi's registry names them. What is left out is the provider's own."""
    network = google.private_network()
    google.make("compute.Subnetwork", "n", name="nodes", network=network.id, ipCidrRange="172.16.0.0/20")
    google.make("compute.Router", "r", name="out", network=network.id)
    everything = "ALL_SUBNETWORKS_ALL_IP_RANGES"
    nat = {"natIpAllocateOption": "AUTO_ONLY", "sourceSubnetworkIpRangesToNat": everything}
    google.make("compute.RouterNat", "n", name="nat", router="out", **nat)
    google.instance(network)
    google.make("sql.User", "u", name="app", instance="main", password="x")
    google.make("storage.Bucket", "b", name="files", location="us-west1")
    google.make("pubsub.Topic", "t", name="events")
    role, member = "roles/pubsub.viewer", "user:ann@acme.com"
    for number, condition in enumerate(({}, {"condition": {"title": "late", "expression": "true"}})):
        google.make("pubsub.TopicIAMMember", f"m{number}", topic="events", role=role, member=member, **condition)
    forms = {
        "compute.Subnetwork": ("projects/acme/regions/us-west1/subnetworks/nodes", "acme/us-west1/nodes", "us-west1/nodes", "nodes"),
        "compute.RouterNat": ("projects/acme/regions/us-west1/routers/out/nat", "us-west1/out/nat", "out/nat"),
        "sql.DatabaseInstance": ("projects/acme/instances/main", "acme/main", "main"),
        "sql.User": ("acme/main/app", "main/app"),
        "storage.Bucket": ("acme/files", "files"),
        "pubsub.Topic": ("acme/events", "events"),
        "pubsub.TopicIAMMember": (
            f"projects/acme/topics/events {role} {member}", f"projects/acme/topics/events {role} {member} late",
        ),
    }  # fmt: skip
    for type, ids in forms.items():
        assert [google.cloud.read("instance", "", id, TOKENS[type], {}, {}).id != "" for id in ids] == [True] * len(ids)
    late = google.cloud.read("instance", "", forms["pubsub.TopicIAMMember"][1], TOKENS["pubsub.TopicIAMMember"], {}, {})
    assert late.properties["condition"]["title"] == "late"

    for id in ("other/us-west1/nodes", "us-east1/nodes", "projects/other/regions/us-west1/subnetworks/nodes"):
        assert google.cloud.read("instance", "", id, TOKENS["compute.Subnetwork"], {}, {}).id == ""
    google.configure(project="other", region="us-west1")
    assert google.cloud.read("instance", "", "nodes", TOKENS["compute.Subnetwork"], {}, {}).id == ""


def test_an_import_has_the_providers_defaults_of_what_is_in_no_cloud_and_no_password(google: Google) -> None:
    cluster = google.cluster(deletionPolicy="ABANDON")
    instance = google.instance(google.private_network(), rootPassword="old")
    user = google.make("sql.User", "app", instance=instance["name"], name="app", password="old")

    found = {
        made.type: google.cloud.read("instance", "", made.id, TOKENS[made.type], {}, {})
        for made in (cluster, instance, user)
    }

    for read in (found["container.Cluster"].properties, found["container.Cluster"].inputs):
        assert read["deletionProtection"] is True
        assert read["deletionPolicy"] == "DELETE"
        assert "removeDefaultNodePool" not in read
    assert "rootPassword" not in {**found["sql.DatabaseInstance"].properties, **found["sql.DatabaseInstance"].inputs}
    assert "password" not in {**found["sql.User"].properties, **found["sql.User"].inputs}
    state = google.cloud.read("instance", "", cluster.id, TOKENS[cluster.type], cluster.inputs, cluster.outputs)
    assert state.properties["deletionProtection"] is False


def test_passwords_stay_what_the_state_has(google: Google) -> None:
    instance = google.instance(google.private_network())
    user = google.make("sql.User", "app", instance=instance["name"], name="app", password="old")
    known = {**user.outputs, "password": "known"}
    found = google.cloud.read("instance", user.urn, user.id, TOKENS["sql.User"], user.inputs, known)
    assert (found.properties["password"], found.inputs["password"]) == ("known", "known")
