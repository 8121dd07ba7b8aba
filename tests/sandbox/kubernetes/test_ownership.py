"""Server-side apply: every field has its owners, and nobody changes what is another's."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.clouds.kubernetes.field_managers import FORCE
from sandbox.clouds.protocol import CloudError
from tests.sandbox.kubernetes.conftest import AUTOSCALER, CONFIG_MAP, DEPLOYMENT, Provider, Resource, deployment


def config(data: dict[str, str], **annotations: str) -> dict[str, Any]:
    return {"metadata": {"name": "shared", "namespace": "dev", "annotations": annotations}, "data": data}


@pytest.fixture
def mine(provider: Provider) -> Resource:
    return provider.create(CONFIG_MAP, "mine", config({"a": "1", "b": "1"}))


def data(resource: Resource) -> Any:
    return resource.live["data"]


def test_a_field_of_another_manager_is_a_conflict(provider: Provider, mine: Resource) -> None:
    theirs = provider.adopt(mine, "theirs", config({"a": "1"}))

    with pytest.raises(CloudError) as error:
        provider.update(theirs, config({"a": "2", "b": "2"}))
    manager = mine.outputs["__fieldManager"]
    assert f'Apply failed with 2 conflicts: conflict with "{manager}": .data.a, .data.b' in error.value.message
    assert "Server-Side Apply field conflict detected" in error.value.message


def test_the_same_value_belongs_to_both_and_stays_until_both_let_go(provider: Provider, mine: Resource) -> None:
    theirs = provider.update(provider.adopt(mine, "theirs", config({"a": "1"})), config({"a": "1", "c": "3"}))
    assert data(theirs) == {"a": "1", "b": "1", "c": "3"}

    mine = provider.update(mine, config({"b": "1"}))
    assert data(mine) == {"a": "1", "b": "1", "c": "3"}
    theirs = provider.update(theirs, config({"c": "3"}))
    assert data(theirs) == {"b": "1", "c": "3"}


def test_force_takes_a_field_over(provider: Provider, mine: Resource) -> None:
    theirs = provider.adopt(mine, "theirs", config({}))
    theirs = provider.update(theirs, config({"a": "2"}, **{FORCE: "true"}))
    assert data(theirs) == {"a": "2", "b": "1"}

    with pytest.raises(CloudError, match=r"1 conflict: .*: \.data\.a"):
        provider.update(mine, config({"a": "3", "b": "2"}))


def test_the_number_of_pods_is_its_autoscalers(provider: Provider) -> None:
    made = provider.create(DEPLOYMENT, "api", deployment(replicas=1))
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "api"}
    spec = {"scaleTargetRef": target, "minReplicas": 2, "maxReplicas": 3}
    provider.create(AUTOSCALER, "api", {"metadata": {"name": "api", "namespace": "dev"}, "spec": spec})

    with pytest.raises(CloudError, match=r'conflict with "kube-controller-manager": \.spec\.replicas'):
        provider.update(made, deployment(replicas=3))
    without = deployment()
    del without["spec"]["replicas"]
    assert provider.update(made, without).live["spec"]["replicas"] == 2


def test_an_ignored_field_is_left_to_its_owner(provider: Provider, mine: Resource) -> None:
    theirs = provider.adopt(mine, "theirs", config({}))
    news = {**theirs.inputs, "data": {"a": "2", "c": "3"}}
    state = (theirs.urn, theirs.id, theirs.type, theirs.inputs, theirs.outputs, news)

    updated = provider.cloud.update("one", *state, False, 0, ["data.a"])

    assert updated["data"] == {"a": "1", "b": "1", "c": "3"}
