"""Which boxes, frames and arrows a stack becomes."""

from __future__ import annotations

import ast

import pytest

from delivery.engines import Kept
from delivery.graph import graph
from delivery.graph_edges import Edge, drawn, gathered, reduced
from delivery.graph_kinds import FRAMES, KUBERNETES, LOOKS, PREFIX, REFERENCE, hosts, look
from tests.graphs.stacks import ROOT, component, resource
from tests.lifecycle.commands import PROGRAM

POLICY, ACCOUNT = "kubernetes:networking.k8s.io/v1:NetworkPolicy", "kubernetes:core/v1:ServiceAccount"
DEPLOYMENT, JOB = "kubernetes:apps/v1:Deployment", "kubernetes:batch/v1:Job"
TOPIC, GRANT = "gcp:pubsub/topic:Topic", "gcp:pubsub/topicIAMMember:TopicIAMMember"
SUBSCRIPTION = "gcp:pubsub/subscription:Subscription"
SUBSCRIBER = "gcp:pubsub/subscriptionIAMMember:SubscriptionIAMMember"


def small() -> list[Kept]:
    """A cluster with two services, of which one tells the other something, and a database on keys."""
    keys, cluster = component("Keys", "keys"), component("Cluster", "cluster")
    key = resource(keys, "gcp:kms/cryptoKey:CryptoKey", "keys-data")
    machine = resource(cluster, "gcp:container/cluster:Cluster", "cluster", uses=[key], location="us-west1")
    topic = component("Topic", "events")
    events = resource(topic, TOPIC, "events", uses=[key])
    may_publish = resource(topic, GRANT, "events-api-publisher", uses=[events, machine])
    queue = resource(topic, SUBSCRIPTION, "events-worker", uses=[events])
    may_receive = resource(topic, SUBSCRIBER, "events-worker-subscriber", uses=[queue])
    database = component("Database", "main")
    table = resource(database, "gcp:sql/database:Database", "main", uses=[key])
    api, worker, smoke = (
        component("Workload", "api"),
        component("Workload", "worker"),
        component("SmokeTest", "api-smoke"),
    )
    serving = resource(api, DEPLOYMENT, "api", uses=[events, may_publish, table], spec={"replicas": 2})
    working = resource(worker, DEPLOYMENT, "worker", uses=[queue, may_receive], after=[table], spec={"replicas": 1})
    trying = resource(smoke, JOB, "api-smoke", after=[serving])
    parts = [keys, key, cluster, machine, topic, events, may_publish, queue, may_receive, database, table]
    return [ROOT, *parts, api, serving, worker, working, smoke, trying]


def test_a_stack_becomes_boxes_in_frames_with_arrows_that_mean_something() -> None:
    found = graph("dev", small())
    assert [(frame.key, frame.title, frame.note, len(frame.resources)) for frame in found.frames] == [
        ("cluster", "Cluster", "us-west1", 1),
        ("messaging", "Topics", "", 0),
        ("data", "Data", "", 0),
        ("ground", "Foundation", "", 0),
    ]
    assert {box.key: (box.frame, box.note, box.parts, len(box.resources)) for box in found.boxes} == {
        "Database/main": ("data", "", (), 1),
        "Keys/keys": ("ground", "1 key", (), 1),
        "Topic/events": ("messaging", "", (), 4),
        "Workload/api": ("cluster", "2 pods", ("smoke test api-smoke",), 2),
        "Workload/worker": ("cluster", "1 pod", (), 1),
    }
    assert found.edges == (
        Edge("Database/main", "Keys/keys", "is encrypted with"),
        Edge("Topic/events", "Keys/keys", "is encrypted with"),
        Edge("Workload/api", "Database/main", "keeps data in"),
        Edge("Workload/api", "Topic/events", "publishes to"),
        Edge("Workload/worker", "Topic/events", "receives from"),
        Edge("cluster", "Keys/keys", "is encrypted with"),
    )


def test_the_order_of_the_state_does_not_matter() -> None:
    assert graph("dev", small()[::-1]) == graph("dev", small())


def test_every_resource_is_in_one_box() -> None:
    found = graph("dev", small())
    drawn_ones = sorted(each for box in found.named.values() for each in box.resources)
    assert drawn_ones == sorted((each.type, each.name) for each in small() if each.custom)


def test_what_is_not_known_gets_a_box_of_its_own() -> None:
    other = Kept(urn="urn:pulumi:dev::p::acme:x:MailRelay::out", type="acme:x:MailRelay", custom=False, parent=ROOT.urn)
    lone = Kept(urn=f"urn:pulumi:dev::p::{TOPIC}::events", type=TOPIC, custom=True, parent=ROOT.urn)
    found = graph("dev", [ROOT, other, lone, *small()[1:]])
    assert [(box.key, box.label) for box in found.boxes if not box.frame] == [
        ("acme:x:MailRelay/out", "mail relay"),
        (f"{TOPIC}/events", "topic"),
    ]


def test_what_is_borrowed_is_marked() -> None:
    base = Kept(
        urn=f"urn:pulumi:pr-1::p::{REFERENCE}::o/p/dev", type=REFERENCE, custom=True, external=True, parent=ROOT.urn
    )
    provider = Kept(
        urn=f"urn:pulumi:pr-1::p::{KUBERNETES}::cluster", type=KUBERNETES, custom=True, uses=frozenset({base.urn}),
        needs=frozenset({base.urn}), parent=ROOT.urn,
    )  # fmt: skip
    api, secret = component("Workload", "api"), component("BorrowedSecret", "clerk")
    grant = resource(secret, "gcp:secretmanager/secretIamMember:SecretIamMember", "clerk-api", uses=[base])
    found = graph("pr-1", [ROOT, base, provider, api, resource(api, DEPLOYMENT, "api"), secret, grant])
    assert [(frame.title, frame.borrowed) for frame in found.frames] == [("Cluster of dev", True), ("Secrets", False)]
    assert {box.title: box.borrowed for box in found.boxes} == {"api": False, "clerk": True, "dev": True}
    assert [edge for edge in found.edges if edge.meaning == "borrows from"] == [
        Edge("BorrowedSecret/clerk", f"{REFERENCE}/o/p/dev", "borrows from"),
        Edge("cluster", f"{REFERENCE}/o/p/dev", "borrows from"),
    ]


def test_a_stack_without_anything_has_an_empty_picture() -> None:
    assert graph("dev", [ROOT]).as_json() == {"stack": "dev", "frames": [], "boxes": [], "edges": []}


def test_an_edge_that_a_longer_way_implies_is_left_out_but_none_of_a_circle() -> None:
    chain = [Edge("a", "b"), Edge("a", "c"), Edge("b", "c")]
    assert reduced(chain, {}) == [Edge("a", "b"), Edge("b", "c")]
    circle = [Edge("a", "b"), Edge("b", "a"), Edge("a", "c"), Edge("b", "c")]
    assert reduced(circle, {}) == circle
    assert reduced([Edge("frame", "keys"), Edge("a", "keys")], {"a": "frame"}) == [Edge("frame", "keys")]


def test_what_all_boxes_of_a_frame_use_the_frame_uses() -> None:
    inside = {"main": "data", "instance": "data", "files": "data"}
    edges = [Edge("main", "instance"), Edge("instance", "keys", "x"), Edge("files", "keys", "x"), Edge("files", "log")]
    assert gathered(edges, inside) == [Edge("data", "keys", "x"), Edge("files", "log"), Edge("main", "instance")]
    assert gathered(edges[:2], {"main": "data"}) == sorted(edges[:2])


def test_a_box_has_no_arrow_to_its_own_frame() -> None:
    assert drawn([Edge("api", "cluster"), Edge("cluster", "api")], {"api": "cluster"}) == []


def types_of(room: str) -> set[str]:
    """The type tokens that the components of a room register."""
    texts = (path.read_text() for path in (PROGRAM / room).glob("*.py"))
    constants = (node.value for text in texts for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant))
    return {value for value in constants if isinstance(value, str) and value.startswith(PREFIX) and " " not in value}


NESTED = {"Armor", "Certificate", "DatabasePeople", "DatabaseProxy", "InternalAddress", "Kong", "KongController"}
NESTED |= {"LoadBalancer", "PublicAddress"}
"""Never outermost, so that they are never drawn."""


def test_every_type_of_component_has_a_look_and_no_other() -> None:
    assert types_of("components") - {PREFIX + name for name in NESTED} == {
        type for type in LOOKS if type.startswith(PREFIX)
    }


@pytest.mark.parametrize("type", sorted(LOOKS))
def test_looks_name_frames_and_types_that_there_are(type: str) -> None:
    assert look(type).frame in {*FRAMES, ""}
    assert set(hosts(look(type))) <= set(LOOKS)
