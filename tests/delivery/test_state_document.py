"""What a state tells to who has no key."""

import json

from delivery.engines import Kept
from delivery.state_document import ROOT, kept, needs, outputs, outputs_of
from sandbox.values import SECRET, SIGNATURE


def test_needs_are_read_from_states_before_and_after() -> None:
    provider = "urn:pulumi:dev::p::pulumi:providers:gcp::main"
    before = {"checkpoint": {"latest": {"resources": [{"urn": "old", "parent": "stack"}, {"urn": "stack"}]}}}
    resources = [
        {"urn": "stack"},
        {"urn": provider},
        {"urn": "a", "provider": f"{provider}::some-id", "parent": "stack"},
        {"urn": "b", "dependencies": ["a", "gone"], "propertyDependencies": {"x": [provider], "y": None}},
    ]
    for after in ({"resources": resources}, {"deployment": {"resources": resources}}):
        shaped = after if "deployment" in after else {"deployment": after}
        assert needs(before, shaped) == {
            "old": {"stack"},
            "stack": set(),
            provider: set(),
            "a": {provider, "stack"},
            "b": {"a", provider},
        }
    assert needs({}) == {}


def test_outputs_are_the_stacks_own_with_secrets_hidden_at_any_depth() -> None:
    secret = {SIGNATURE: SECRET, "ciphertext": "v1:abc"}
    stack = {"urn": "stack", "type": "pulumi:pulumi:Stack"}
    exported = {"namespace": "services", "kubeconfig": secret, "deep": {"list": [1, secret]}}
    resources = [{**stack, "delete": True, "outputs": {"old": 1}}, {**stack, "outputs": exported}, {"urn": "a"}]
    assert outputs({"checkpoint": {"latest": {"resources": resources}}}) == {
        "namespace": "services",
        "kubeconfig": "[secret]",
        "deep": {"list": [1, "[secret]"]},
    }
    assert outputs({}) == {}


def test_exports_are_read_without_the_rest_of_the_document() -> None:
    provider = {"urn": "p", "type": "pulumi:providers:gcp"}
    stack = {"urn": "s", "type": ROOT, "outputs": {"name": "pr-search"}}
    for resources in ([stack, provider], [provider, stack], [{**stack, "delete": True, "outputs": {}}, stack]):
        for indent in (None, 2):
            text = json.dumps({"checkpoint": {"latest": {"manifest": {}, "resources": resources}}}, indent=indent)
            assert outputs_of(text) == {"name": "pr-search"} == outputs(json.loads(text))
            # What stands behind the stack is not even read.
            assert outputs_of(text.replace('"urn": "p"', '"urn": p') if resources[0] is stack else text) == {
                "name": "pr-search"
            }
    for text in ("{}", '{"checkpoint": {"latest": {"resources": []}}}', '{"checkpoint": {}}'):
        assert outputs_of(text) == {}


def test_resources_are_kept_with_what_they_wait_for_and_no_secret() -> None:
    secret = {SIGNATURE: SECRET, "ciphertext": "v1:abc"}
    resources = [
        {"urn": "urn::stack", "type": ROOT},
        {"urn": "urn::old", "type": "gcp:x:X", "custom": True, "delete": True},
        {
            "urn": "urn::a",
            "type": "gcp:x:X",
            "custom": True,
            "id": "projects/p/a",
            "parent": "urn::stack",
            "protect": True,
            "inputs": {"password": secret, "tier": "small"},
            "outputs": {"password": secret},
        },
        {
            "urn": "urn::b",
            "type": "gcp:x:X",
            "custom": True,
            "external": True,
            "dependencies": ["urn::a", "urn::stack"],
            "propertyDependencies": {"x": ["urn::a"], "y": ["gone"], "z": None},
        },
    ]
    assert kept({"deployment": {"resources": resources}}) == [
        Kept(urn="urn::stack", type=ROOT, custom=False),
        Kept(
            urn="urn::a",
            type="gcp:x:X",
            custom=True,
            id="projects/p/a",
            parent="urn::stack",
            protect=True,
            inputs={"password": "[secret]", "tier": "small"},
            outputs={"password": "[secret]"},
            needs=frozenset({"urn::stack"}),
        ),
        Kept(
            urn="urn::b",
            type="gcp:x:X",
            custom=True,
            external=True,
            needs=frozenset({"urn::a", "urn::stack"}),
            uses=frozenset({"urn::a"}),
        ),
    ]
    assert kept({}) == []
