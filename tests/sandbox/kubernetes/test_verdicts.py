"""The sandbox takes and refuses what a real API server, on record, takes and refuses: thousands of objects with one change each."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.clouds.kubernetes import defaults, immutability, normal_form, schema, validation
from sandbox.clouds.kubernetes.kinds import KINDS, Kind
from sandbox.clouds.protocol import CloudError
from tests.sandbox.kubernetes.verdicts import changes

BY_NAME = {(kind.api_version, kind.kind): kind for kind in KINDS.values()}
RECORD = changes.load()

IMAGES = "no runtime could read it; the API server does not look"
SCHEMA = "the published schema requires it; the server makes do with nothing"
NULLS = "the definition of the kind has a default, or allows null"
DIFFERENT: dict[tuple[str, str], str] = {
    ("Deployment web", "spec.template.spec.initContainers.0.image"): IMAGES,
    ("Deployment web", "spec.template.spec.containers.0.image"): IMAGES,
    ("Job once", "spec.template.spec.containers.0.image"): IMAGES,
    (
        "Deployment web",
        "spec.template.spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution.0.preference",
    ): SCHEMA,
    ("Deployment web", "spec.template.spec.containers.0.lifecycle.preStop.sleep"): SCHEMA,
    ("Deployment web", "spec.template.spec.containers.0.lifecycle.preStop.sleep.seconds"): SCHEMA,
    ("LimitRange l", "spec"): SCHEMA,
    ("LimitRange l", "spec.limits"): SCHEMA,
    ("HorizontalPodAutoscaler web", "spec.scaleTargetRef.apiVersion"): "only Deployments are scaled here",
    ("HorizontalPodAutoscaler web", "spec.scaleTargetRef.kind"): "only Deployments are scaled here",
    ("Gateway public", "spec.listeners.0.allowedRoutes"): NULLS,
    ("Gateway public", "spec.listeners.0.allowedRoutes.namespaces"): NULLS,
    ("Gateway public", "spec.listeners.0.allowedRoutes.namespaces.from"): NULLS,
    ("HTTPRoute web", "spec.rules"): NULLS,
    ("HTTPRoute web", "spec.rules.0"): "the definition's version that was asked takes no rules at all",
    ("HTTPRoute web", "spec.rules.0.matches"): NULLS,
    ("HTTPRoute web", "spec.rules.0.matches.0.path"): NULLS,
    ("HTTPRoute web", "spec.rules.0.matches.0.path.type"): NULLS,
    ("HTTPRoute web", "spec.rules.0.matches.0.path.value"): NULLS,
    ("HTTPRoute web", "spec.rules.0.backendRefs.0.weight"): NULLS,
}
"""Where the sandbox refuses what the server takes, and why. It takes nothing that the server refuses."""

every_object = pytest.mark.parametrize("obj", changes.OBJECTS, ids=changes.name)


def of(obj: dict[str, Any]) -> Kind:
    """The kind of an object."""
    return BY_NAME[obj["apiVersion"], obj["kind"]]


def taken(kind: Kind, obj: dict[str, Any]) -> bool:
    """What the sandbox says, without the time that it takes to find words for a refusal."""
    return schema._conforms(kind)(obj) and not validation.problems(kind, obj)


SHARED = (
    "server-side apply merges what the last one said and this one does not; here it is one manifest against another"
)
STAYS: dict[tuple[str, str], str] = {
    ("Deployment web", "spec.template.spec.containers.0.lifecycle.preStop.sleep"): SHARED,
    ("Deployment web", "spec.template.spec.containers.0.lifecycle.preStop.sleep.seconds"): SHARED,
    ("Deployment web", "spec.template.spec.containers.0.readinessProbe"): SHARED,
    ("Deployment web", "spec.template.spec.containers.0.startupProbe"): SHARED,
    ("Deployment web", "spec.template.spec.initContainers.0.startupProbe"): SHARED,
    ("HTTPRoute web", "spec"): "the server's own defaults of a list stay beside what was taken out",
}
"""Where the server refuses a change of what is there, and the sandbox does not, and why."""


@every_object
def test_what_a_real_api_server_says(obj: dict[str, Any]) -> None:
    kind, name = of(obj), changes.name(obj)
    assert validation.problems(kind, obj) == []
    too_much, too_little = set(), set()
    for place, what, changed in changes.changed(obj):
        ours, real = taken(kind, changed), what in RECORD[name][place]
        if ours and not real:
            too_much.add((place, what))
        if real and not ours:
            too_little.add(place)
    assert too_much == set()
    assert too_little == {place for of_object, place in DIFFERENT if of_object == name}


@every_object
def test_what_never_changes(obj: dict[str, Any]) -> None:
    kind, name = of(obj), changes.name(obj)
    fixed = {(place, what) for place, whats in changes.load("fixed")[name].items() for what in whats}
    found = {(place, what) for place, what, changed in changes.taken(obj) if not changes_into(kind, obj, changed)}
    assert found == {(place, what) for place, what in fixed if (name, place) not in STAYS}


def changes_into(kind: Kind, before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Whether the sandbox lets an object become another."""
    full = [defaults.filled(kind, normal_form.inputs(kind, each)) for each in (before, after)]
    try:
        immutability.enforce(kind, *full)
    except CloudError:
        return False
    return True


def test_every_kind_of_kubernetes_own_is_on_record() -> None:
    own = {kind.kind for kind in KINDS.values() if not schema.custom(kind)}
    assert own - {obj["kind"] for obj in changes.OBJECTS} == set()


@pytest.mark.prove
@every_object
def test_a_refusal_has_words(obj: dict[str, Any]) -> None:
    """What finds the words for a refusal refuses the same as what tells it quickly."""
    kind = of(obj)
    for place, what, changed in changes.changed(obj):
        assert bool(validation.problems(kind, changed)) != taken(kind, changed), (place, what)
