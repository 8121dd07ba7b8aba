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


def test_passwords_stay_what_the_state_has(google: Google) -> None:
    instance = google.instance(google.private_network())
    user = google.make("sql.User", "app", instance=instance["name"], name="app", password="old")
    known = {**user.outputs, "password": "known"}
    found = google.cloud.read("instance", user.urn, user.id, TOKENS["sql.User"], user.inputs, known)
    assert (found.properties["password"], found.inputs["password"]) == ("known", "known")
