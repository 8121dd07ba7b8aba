"""The sandbox's providers replace exactly what the real ones replace: every line of tests/replacements.yaml, both ways.

Samples are compared as a program's next run compares them: checked inputs against checked inputs, through the
providers' gRPC face.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import pytest
import yaml
from pulumi.runtime.proto import provider_pb2

from sandbox.clouds import open_providers
from sandbox.values import from_struct, to_struct
from tests.sandbox.coverage.samples import SAMPLES

TESTS = Path(__file__).parents[1]
TABLE: list[dict[str, str]] = yaml.load((TESTS / "replacements.yaml").read_text(), yaml.CSafeLoader)
CONFIGURATIONS = {
    "gcp": {"project": "team-dev", "region": "us-west1", "zone": "us-west1-a"},
    "github": {"owner": "acme"},
    "kubernetes": {"kubeconfig": "", "context": "none"},
}
SEED = b"\x07" * 32
Providers = Mapping[str, Any]


@dataclass(frozen=True)
class Connection:
    """What a servicer sees of one connection, without a network."""

    name: str

    def peer(self) -> str:
        return self.name

    def abort(self, code: object, details: str) -> NoReturn:
        raise AssertionError(f"{code}: {details}")


def test_every_line_has_a_sample_and_every_sample_a_line() -> None:
    lines = [(row["type"], row["property"], row.get("when")) for row in TABLE]
    samples = [(type_, it["property"], it.get("when")) for type_, of in SAMPLES.items() for it in of.get("changes", ())]

    assert sorted(lines, key=str) == sorted(samples, key=str)
    assert len(set(lines)) == len(lines)


def test_every_line_says_where_it_is_from() -> None:
    assert [row for row in TABLE if row["change"] not in ("update", "replace") or not row["source"]] == []


@pytest.fixture(scope="module")
def providers(tmp_path_factory: pytest.TempPathFactory) -> Providers:
    opened: Providers = open_providers(tmp_path_factory.mktemp("world") / "world.sqlite")
    for package, configuration in CONFIGURATIONS.items():
        opened[package].Configure(provider_pb2.ConfigureRequest(args=to_struct(configuration)), Connection(package))
    return opened


@pytest.mark.parametrize(
    "row", TABLE, ids=lambda row: " ".join(filter(None, (row["type"], row["property"], row.get("when"))))
)
def test_change(row: dict[str, str], providers: Providers) -> None:
    sample = SAMPLES[row["type"]]
    (change,) = [
        it for it in sample["changes"] if (it["property"], it.get("when")) == (row["property"], row.get("when"))
    ]
    face = Face(providers, row["type"])
    before = face.check({}, sample["inputs"])

    assert face.diff(before, face.check(before, sample["inputs"])) == "nothing"
    assert face.diff(before, face.check(before, changed(sample["inputs"], change))) == row["change"]


NAMED = "gcp:pubsub/subscription:Subscription"
NAMELESS = "gcp:pubsub/topicIAMMember:TopicIAMMember"
FIRST = "gcp:projects/iAMMember:IAMMember"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
SELECTOR = {"spec.template.metadata.labels": {"a": "b"}}


@pytest.mark.parametrize(
    ("type_", "dropped", "change", "first"),
    [
        pytest.param(NAMED, None, {"property": "filter", "value": "x"}, True, id="the program's name stays"),
        pytest.param(NAMED, None, {"property": "name", "value": "other"}, True, id="the program's name changes"),
        pytest.param(NAMED, "name", {"property": "filter", "value": "x"}, False, id="a generated name"),
        pytest.param(NAMELESS, None, {"property": "role", "value": "roles/viewer"}, False, id="nothing with a name"),
        pytest.param(FIRST, None, {"property": "role", "value": "roles/editor"}, True, id="always, for this type"),
        pytest.param(
            DEPLOYMENT,
            None,
            {"property": "spec.selector.matchLabels", "value": {"a": "b"}, "with": SELECTOR},
            True,
            id="an object's name stays",
        ),
        pytest.param(
            DEPLOYMENT, None, {"property": "metadata.name", "value": "b"}, False, id="an object's name changes"
        ),
        pytest.param(
            DEPLOYMENT,
            None,
            {"property": "metadata.namespace", "value": "b"},
            False,
            id="an object's namespace changes",
        ),
        pytest.param(
            DEPLOYMENT,
            "metadata.name",
            {"property": "spec.selector.matchLabels", "value": {"a": "b"}, "with": SELECTOR},
            False,
            id="an object's generated name",
        ),
    ],
)
def test_delete_before_replace(
    type_: str, dropped: str | None, change: dict[str, Any], first: bool, providers: Providers
) -> None:
    """A name can be taken once: what keeps a name that the program gave is deleted before it is made again.

    https://github.com/pulumi/pulumi-terraform-bridge pkg/tfbridge/schema.go, nameRequiresDeleteBeforeReplace;
    https://github.com/pulumi/pulumi-kubernetes provider/pkg/provider/provider.go, Diff.
    """
    inputs = SAMPLES[type_]["inputs"]
    if dropped:
        inputs = changed(inputs, {"property": dropped})
    face = Face(providers, type_)
    before = face.check({}, inputs)

    answer = face.answer(before, face.check(before, changed(inputs, change)))

    assert answer.replaces
    assert answer.deleteBeforeReplace is first


@dataclass(frozen=True)
class Face:
    """One resource of a type, as an engine speaks of it."""

    providers: Providers
    type: str

    @property
    def urn(self) -> str:
        return f"urn:pulumi:dev::slipway::{self.type}::thing"

    def check(self, olds: Mapping[str, Any], news: Mapping[str, Any]) -> dict[str, Any]:
        """The inputs with names and defaults filled in; they must be good."""
        answer = self._provider.Check(
            provider_pb2.CheckRequest(
                urn=self.urn, type=self.type, olds=to_struct(dict(olds)), news=to_struct(dict(news)), randomSeed=SEED
            ),
            self._connection,
        )
        assert list(answer.failures) == []
        return dict(from_struct(answer.inputs))

    def diff(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
        answer = self.answer(before, after)
        if answer.changes != provider_pb2.DiffResponse.DIFF_SOME:
            return "nothing"
        replacing = [path for path, it in answer.detailedDiff.items() if it.Kind.Name(it.kind).endswith("_REPLACE")]
        assert bool(answer.replaces) == bool(replacing), "the short and the detailed answer disagree"
        return "replace" if answer.replaces else "update"

    def answer(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> Any:
        return self._provider.Diff(
            provider_pb2.DiffRequest(
                id="thing",
                urn=self.urn,
                type=self.type,
                olds=to_struct(dict(before)),
                old_inputs=to_struct(dict(before)),
                news=to_struct(dict(after)),
            ),
            self._connection,
        )

    @property
    def _provider(self) -> Any:
        return self.providers[self._connection.name]

    @property
    def _connection(self) -> Connection:
        return Connection(self.type.split(":")[0])


def changed(inputs: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs with the one property set to its other value, or left out where there is none, and what goes with it."""
    result = copy.deepcopy(dict(inputs))
    for property, value in {change["property"]: change.get("value"), **change.get("with", {})}.items():
        *way, last = steps(property)
        if value is None:
            del inside(result, way)[last]
        else:
            inside(result, way)[last] = copy.deepcopy(value)
    return result


def inside(inputs: dict[str, Any], way: list[str | int]) -> Any:
    """What holds the last step of a path; objects on the way are made."""
    holder: Any = inputs
    for step in way:
        holder = holder.setdefault(step, {}) if isinstance(holder, dict) else holder[step]
    return holder


def steps(property: str) -> list[str | int]:
    """`spec.ports[0].port` as its keys and indices."""
    return [int(step) if step.isdigit() else step for step in re.findall(r"[^.\[\]]+", property)]
