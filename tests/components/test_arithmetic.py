"""The pure functions of the components."""

from __future__ import annotations

import json

import pytest

from components.cluster import UpgradeWindow, window
from components.kubeconfig import kubeconfig


def test_a_kubeconfig_signs_in_by_plugin_and_holds_neither_credentials_nor_an_authority() -> None:
    config = json.loads(kubeconfig("cluster-1", "gke-1.us-west1.gke.goog"))
    assert config["clusters"] == [{"name": "cluster-1", "cluster": {"server": "https://gke-1.us-west1.gke.goog"}}]
    assert list(config["users"][0]["user"]) == ["exec"]
    assert config["users"][0]["user"]["exec"]["command"] == "gke-gcloud-auth-plugin"


@pytest.mark.parametrize(
    ("given", "start", "end"),
    [
        (UpgradeWindow(days=["tuesday", "friday"], hour=10, hours=6), "2026-01-01T10:00:00Z", "2026-01-01T16:00:00Z"),
        (UpgradeWindow(days=["tuesday", "friday"], hour=22, hours=8), "2026-01-01T22:00:00Z", "2026-01-02T06:00:00Z"),
    ],
)
def test_a_window_recurs_on_its_days(given: UpgradeWindow, start: str, end: str) -> None:
    found = window(given)
    assert (found.start_time, found.end_time, found.recurrence) == (start, end, "FREQ=WEEKLY;BYDAY=TU,FR")
