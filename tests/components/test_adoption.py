"""Which resources get an id to import, and which names are no use."""

from __future__ import annotations

import pulumi
import pytest
from pulumi import ResourceOptions, ResourceTransformationArgs

from components.adoption import Adoption

NETWORK = "gcp:compute/network:Network"
ADDRESS = "gcp:compute/globalAddress:GlobalAddress"


class Unregistered(pulumi.Resource):
    """Told of as one of a type, without any engine."""

    def __init__(self) -> None:
        pass


class Part(pulumi.ComponentResource):
    """A component, likewise."""

    def __init__(self) -> None:
        pass


def imported(adoption: Adoption, type_: str, name: str, resource: pulumi.Resource | None = None) -> str | None:
    args = ResourceTransformationArgs(resource or Unregistered(), type_, name, {}, ResourceOptions(protect=True))
    result = adoption._import(args)
    if result is None:
        return None
    assert result.opts.protect, "the program's own options stay"
    return result.opts.import_


@pytest.fixture(autouse=True)
def _nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pulumi.runtime.register_stack_transformation", print)


def test_a_name_is_enough() -> None:
    assert imported(Adoption({"network": "n-1"}), NETWORK, "network") == "n-1"


def test_the_type_tells_equal_names_apart() -> None:
    adoption = Adoption({f"{ADDRESS}::services": "a-1", "services": "other"})
    assert imported(adoption, ADDRESS, "services") == "a-1"
    assert imported(adoption, NETWORK, "services") == "other"
    assert adoption.ambiguous == {}


def test_components_and_providers_exist_nowhere() -> None:
    adoption = Adoption({"network": "n-1", "cluster": "c-1"})
    assert imported(adoption, "slipway:index:Network", "network", Part()) is None
    assert imported(adoption, "pulumi:providers:kubernetes", "cluster") is None
    assert adoption.unknown == ["network", "cluster"]


def test_a_name_of_several_resources_is_told() -> None:
    adoption = Adoption({"services": "x"})
    imported(adoption, ADDRESS, "services")
    imported(adoption, NETWORK, "services")
    assert adoption.ambiguous == {"services": [f"{ADDRESS}::services", f"{NETWORK}::services"]}
    assert adoption.unknown == []
