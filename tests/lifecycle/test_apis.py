"""The APIs of a stack, and what its deployer may do, against what the program has registered."""

from __future__ import annotations

import json
from typing import Any

import pytest

from model import foundation
from model.apis import needs
from model.catalogue import load_catalogue
from model.environment import Environment
from model.shared import Shared
from model.stacks import load_environment
from tests.lifecycle.commands import Site

OF_TYPE = {
    "projects/apiKey": "apikeys",
    "projects/iAMMember": "cloudresourcemanager",
    "projects/serviceIdentity": "serviceusage",
}
OF_MODULE = {"cloudrunv2": "run", "kms": "cloudkms", "serviceaccount": "iam", "sql": "sqladmin"}
"""Where pulumi-gcp's module is not named like its API."""

UNREGISTERED = {
    "shared": {"storage", "sts", "iamcredentials", "logging", "containerscanning"},
    "dev": {"cloudkms", "sts", "iamcredentials", "logging", "containersecurity"},
    "staging": {"sts", "iamcredentials", "logging", "containersecurity"},
    "prod": {"sts", "iamcredentials", "logging", "containersecurity"},
}
"""APIs that are needed by something else than a resource of the stack."""


def registered(site: Site, stack: str) -> list[dict[str, Any]]:
    """The stack's resources on Google Cloud."""
    file = site.folder / ".sandbox" / ".pulumi" / "stacks" / "slipway" / f"{stack}.json"
    resources = json.loads(file.read_text())["checkpoint"]["latest"]["resources"]
    return [resource for resource in resources if resource["type"].startswith("gcp:")]


def api(type_: str) -> str:
    """`gcp:sql/user:User` -> `sqladmin`."""
    module = type_.split(":")[1]
    return OF_TYPE.get(module) or OF_MODULE.get(module.partition("/")[0], module.partition("/")[0])


@pytest.mark.parametrize("stack", ["shared", "dev", "staging", "prod"])
def test_exactly_the_apis_of_what_is_registered_have_roles(released_site: Site, stack: str) -> None:
    loaded, catalogue = load_environment(stack, released_site.config), load_catalogue(released_site.config)
    found = needs(loaded, catalogue)
    # Without a release no service runs yet, nor the gateway that sign-in is in front of.
    waiting = {"run", "iap"} if isinstance(loaded, Environment) and not loaded.images else set()
    with_roles = {need.api for need in found.values() if need.roles}
    assert with_roles - waiting == {api(resource["type"]) for resource in registered(released_site, stack)}
    assert set(found) - with_roles == UNREGISTERED[stack]


@pytest.mark.parametrize("stack", ["shared", "dev", "staging", "prod"])
def test_a_deployer_may_grant_what_the_program_grants_and_no_more(released_site: Site, stack: str) -> None:
    granted = {
        str(resource["inputs"]["role"])
        for resource in registered(released_site, stack)
        if resource["type"] == "gcp:projects/iAMMember:IAMMember"
    }
    loaded = load_environment(stack, released_site.config)
    assert isinstance(loaded, Shared | Environment)
    allowed = foundation.granted(loaded)
    assert set(allowed) == granted
    assert len(allowed) <= 10, "Google takes ten roles in one condition"
    assert all(f"'{role}'" in foundation.may_grant(loaded) for role in granted)


def test_who_makes_the_attestor_may_read_the_public_half_of_its_key(empty_site: Site) -> None:
    loaded, catalogue = load_environment("shared", empty_site.config), load_catalogue(empty_site.config)
    assert needs(loaded, catalogue)["cloudkms"].roles == ("roles/cloudkms.admin", "roles/cloudkms.publicKeyViewer")
    loaded = load_environment("prod", empty_site.config)
    assert needs(loaded, catalogue)["cloudkms"].roles == ("roles/cloudkms.admin",)
