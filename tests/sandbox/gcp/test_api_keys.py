"""API keys: their string is made once, and their name stays taken for a while."""

from __future__ import annotations

import re

import pytest

from sandbox.clouds.protocol import Reason
from tests.sandbox.gcp.conftest import Google
from tests.sandbox.gcp.test_lifecycle import refusal

RESTRICTIONS = {"apiTargets": [{"service": "cloudbuild.googleapis.com"}]}
DAY = 86400


def test_a_key(google: Google) -> None:
    made = google.make("projects.ApiKey", "webhook", name="webhook", displayName="GitHub", restrictions=RESTRICTIONS)

    assert made.id == "projects/acme/locations/global/keys/webhook"
    assert re.fullmatch(r"AIzaSy[A-Za-z0-9_-]{33}", made["keyString"])
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", made["uid"])
    changed = google.update(made, displayName="Other", deletionPolicy="FORCE")
    assert (changed["keyString"], changed["uid"]) == (made["keyString"], made["uid"])
    with refusal(Reason.ALREADY_EXISTS, "keys/webhook' already exists"):
        google.make("projects.ApiKey", "again", name="webhook")


def test_a_deleted_key_keeps_its_name_for_30_days_and_its_string_for_ever(google: Google) -> None:
    made = google.make("projects.ApiKey", "webhook", name="webhook")
    google.delete(made)
    google.world.advance(29 * DAY)
    with refusal(Reason.ALREADY_EXISTS, "its name is free again in 1.0 days"):
        google.make("projects.ApiKey", "webhook", name="webhook")
    google.world.advance(DAY)

    assert google.make("projects.ApiKey", "webhook", name="webhook")["keyString"] != made["keyString"]


def test_what_replaces_a_key(google: Google) -> None:
    account = google.make("serviceaccount.Account", "caller", accountId="caller")
    made = google.make("projects.ApiKey", "webhook", name="webhook", restrictions=RESTRICTIONS)

    bound = google.diff(made, serviceAccountEmail=account["email"])
    assert (bound.replaces, bound.delete_before_replace) == (["serviceAccountEmail"], True)
    other = {"apiTargets": [{"service": "translate.googleapis.com"}]}
    assert google.diff(made, restrictions=other, displayName="x").replaces == []
    assert google.diff(made, project="projects/acme").changes is False


@pytest.mark.parametrize("name", ["Webhook", "1key", "key-", "k" * 64])
def test_names(google: Google, name: str) -> None:
    assert "must match [a-z]" in google.failures("projects.ApiKey", name=name)["name"]


def test_a_key_is_for_one_kind_of_client(google: Google) -> None:
    both = {
        "browserKeyRestrictions": {"allowedReferrers": ["acme.test"]},
        "serverKeyRestrictions": {"allowedIps": ["192.0.2.1"]},
    }

    failures = google.failures("projects.ApiKey", restrictions=both)
    assert failures == {
        "restrictions.browserKeyRestrictions": "conflicts with restrictions.serverKeyRestrictions; give only one of the two"
    }
