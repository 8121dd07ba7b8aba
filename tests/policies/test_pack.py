"""The policy pack says what the rules say, through Pulumi's own policy SDK."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from google.protobuf import empty_pb2
from pulumi.runtime import rpc as values
from pulumi.runtime.proto import analyzer_pb2 as proto
from pulumi.runtime.proto import analyzer_pb2_grpc as rpc

from policies.rules import BY_ID, RULES
from tests.costs.stacks import inventory
from tests.policies.pack import PROGRAM, PYTHON, request, serving

pytestmark = pytest.mark.skipif(not PYTHON.exists(), reason="Pulumi's policy SDK is not there: make policies")
BUCKET = "gcp:storage/bucket:Bucket"
LEVELS = {"mandatory": proto.MANDATORY, "advisory": proto.ADVISORY}
PUBLIC = {
    "location": "us-west1",
    "uniformBucketLevelAccess": True,
    "labels": {"owner": "platform", "cost-center": "acme"},
}


@pytest.fixture(scope="module")
def prod() -> Iterator[rpc.AnalyzerStub]:
    """The pack as it is for prod."""
    with serving("prod") as stub:
        yield stub


def said(stub: rpc.AnalyzerStub, asked: proto.AnalyzeRequest) -> list[tuple[str, int, str]]:
    """Policy, level and message of each answer."""
    found = stub.Analyze(asked).diagnostics
    assert all(each.urn == asked.urn for each in found)
    return [(each.policyName, each.enforcementLevel, each.message) for each in found]


def test_every_rule_is_a_policy_of_its_level(prod: rpc.AnalyzerStub) -> None:
    info = prod.GetAnalyzerInfo(empty_pb2.Empty())
    assert info.name == "slipway"
    found = {each.name: (each.enforcementLevel, each.remediation_steps) for each in info.policies}
    assert found == {rule.id: (LEVELS[rule.level], f"{rule.remedy}.") for rule in RULES}


def test_what_runs_in_prod_breaks_no_policy(prod: rpc.AnalyzerStub) -> None:
    resources = inventory("prod")
    assert len(resources) > 300
    asked = [request(each.type, each.name, each.inputs, protect=bool(each.inputs.get("protect"))) for each in resources]
    assert [found for each in asked for found in said(prod, each)] == []


def test_a_violation_has_its_remedy(prod: rpc.AnalyzerStub) -> None:
    keys, public = BY_ID["customer-keys"], BY_ID["public-buckets"]
    assert said(prod, request(BUCKET, "files", PUBLIC, protect=True)) == [
        (
            "public-buckets",
            proto.MANDATORY,
            f"{public.title}. {public.why}\nits objects can be made public. {public.remedy}.",
        ),
        (
            "customer-keys",
            proto.MANDATORY,
            f"{keys.title}. {keys.why}\nGoogle's own keys encrypt it: it says no encryption.defaultKmsKeyName. {keys.remedy}.",
        ),
    ]


def test_an_advisory_rule_warns(prod: rpc.AnalyzerStub) -> None:
    database = {
        "deletionProtection": True,
        "encryptionKeyName": "k",
        "settings": {
            "backupConfiguration": {"enabled": True},
            "deletionProtectionEnabled": True,
            "ipConfiguration": {"ipv4Enabled": False, "sslMode": "ENCRYPTED_ONLY"},
        },
    }
    ((policy, level, _),) = said(
        prod, request("gcp:sql/databaseInstance:DatabaseInstance", "database", database, protect=True)
    )
    assert (policy, level) == ("labels", proto.ADVISORY)


def test_what_is_unknown_keeps_no_rule_from_the_rest(prod: rpc.AnalyzerStub) -> None:
    pool = {
        "management": {"autoRepair": True, "autoUpgrade": False},
        "nodeConfig": {
            "bootDiskKmsKey": values.UNKNOWN,
            "serviceAccount": values.UNKNOWN,
            "shieldedInstanceConfig": {"enableSecureBoot": True},
            "workloadMetadataConfig": {"mode": "GKE_METADATA"},
        },
    }
    ((policy, _, message),) = said(prod, request("gcp:container/nodePool:NodePool", "pool", pool))
    assert policy == "node-hardening"
    assert "5.5.3: its nodes are not upgraded" in message


def test_the_stack_s_decisions_and_exceptions_count(tmp_path: Path) -> None:
    for path in (*PROGRAM.glob("Pulumi.*.yaml"), PROGRAM / "services.yaml"):
        shutil.copy(path, tmp_path)
    (tmp_path / "policies.yaml").write_text(
        "exceptions:\n"
        "  - {rule: public-buckets, resource: Bucket f*, stack: dev, owner: ann, reason: a test, expires: 9999-12-31}\n"
        "  - {rule: public-buckets, resource: Bucket old, owner: bob, reason: a test, expires: 2020-01-31}\n"
    )
    with serving("dev", tmp_path) as dev:
        assert said(dev, request(BUCKET, "files", PUBLIC)) == []
        ((policy, _, message),) = said(dev, request(BUCKET, "old", PUBLIC))
    assert policy == "public-buckets"
    assert "its objects can be made public; what bob answered for has expired on 2020-01-31. Set" in message
