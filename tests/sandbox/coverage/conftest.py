"""Providers over a world of their own, configured for one project."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sandbox.coverage.provider import Providers


@pytest.fixture(scope="module")
def providers(tmp_path_factory: pytest.TempPathFactory) -> Providers:
    """For what makes nothing: one world for a whole module."""
    return configured(tmp_path_factory.mktemp("coverage"))


@pytest.fixture
def google(tmp_path: Path) -> Providers:
    """An empty world."""
    return configured(tmp_path)


def configured(folder: Path) -> Providers:
    providers = Providers(folder)
    providers.configure("gcp", project="team-dev", region="us-west1", zone="us-west1-a")
    providers.configure("github", owner="acme")
    return providers
