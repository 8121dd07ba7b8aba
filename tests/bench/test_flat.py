"""The flat program registers what was recorded, and a difference is found."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bench import flat
from bench.recording import Recording, Registration
from sandbox.values import secret

URN = "urn:pulumi:dev::slipway::slipway:index:Topic${}::{}"
TOPIC, GRANT, PART = "gcp:pubsub/topic:Topic", "gcp:pubsub/topicIAMMember:TopicIAMMember", "slipway:index:Topic"
ID = "projects/ampersand-dev/topics/orders-1a2b3c4"

DRAWN = (
    '{"member": "user:orders-#@example.com", "role": "roles/pubsub.publisher", '
    '"topic": "projects/ampersand-dev/topics/orders-#"}'
)
MADE = (
    "    r1 = Topic0('orders', kms_key_name=Output.secret('key'), "
    "message_storage_policy={'allowedPersistenceRegions': ['us-west1']}, "
    "opts=ResourceOptions(protect=True, ignore_changes=['labels'], custom_timeouts=CustomTimeouts(create='30m')))"
)


def registration(type_: str, name: str, module: str = "", class_: str = "") -> Registration:
    """One of which nothing is said."""
    return Registration(
        type=type_,
        name=name,
        custom=type_ != PART,
        urn=URN.format(type_, name),
        id="",
        inputs={},
        outputs={},
        provider="",
        after=(),
        needs={},
        options={},
        module=module,
        name_of_class=class_,
    )


@pytest.fixture
def recording() -> Recording:
    topic = registration(TOPIC, "orders", "pulumi_gcp.pubsub.topic", "Topic")
    topic = replace(
        topic,
        id=ID,
        inputs={"kmsKeyName": secret("key"), "messageStoragePolicy": {"allowedPersistenceRegions": ["us-west1"]}},
        outputs={"name": "orders-1a2b3c4", "project": "ampersand-dev"},
        options={"protect": True, "ignoreChanges": ["labels"], "customTimeouts": {"create": "30m"}},
    )
    grant = registration(GRANT, "orders", "pulumi_gcp.pubsub.topic_iam_member", "TopicIAMMember")
    grant = replace(
        grant,
        inputs={"topic": ID, "member": "user:orders-1a2b3c4@example.com", "role": "roles/pubsub.publisher"},
        needs={"topic": (topic.urn,), "member": (topic.urn,)},
    )
    last = registration(TOPIC, "last", "pulumi_gcp.pubsub.topic", "Topic")
    last = replace(
        last,
        inputs={"name": "user:orders-1a2b3c4@example.com", "project": "ampersand-dev"},
        needs={"name": (topic.urn, grant.urn), "project": (topic.urn,)},
        after=(grant.urn,),
    )
    return Recording(registrations=[registration(PART, "orders"), topic, grant, last], exports={"id": ID, "n": 1})


def test_each_resource_is_an_ordinary_call(recording: Recording, tmp_path: Path) -> None:
    project = tmp_path / "Pulumi.yaml"
    project.write_text("name: slipway\nruntime: python\n")
    flat.write(recording, project, tmp_path / "flat", "dev")
    source = (tmp_path / "flat" / "flat_dev.py").read_text()
    assert source.startswith(flat.HEAD.format(stack="dev"))
    assert source.removeprefix(flat.HEAD.format(stack="dev")).splitlines() == [
        "from pulumi_gcp.pubsub.topic import Topic as Topic0",
        "from pulumi_gcp.pubsub.topic_iam_member import TopicIAMMember as TopicIAMMember1",
        "",
        "",
        "def main():",
        MADE,
        "    t1 = Output.concat('user:', r1.name, '@example.com')",
        "    r2 = TopicIAMMember1('orders', topic=r1.id, member=t1, role='roles/pubsub.publisher')",
        "    r3 = Topic0('last', name=after(t1, r2), project=r1.project, opts=ResourceOptions(depends_on=[r2]))",
        "    pulumi.export('id', r1.id)",
        "    pulumi.export('n', 1)",
    ]


def test_what_is_drawn_is_no_difference(recording: Recording) -> None:
    """Another parent is none either: the flat program has no components."""
    again = [
        replace(
            each,
            urn=each.urn.replace(f"{PART}$", ""),
            needs={key: tuple(urn.replace(f"{PART}$", "") for urn in urns) for key, urns in each.needs.items()},
            after=tuple(urn.replace(f"{PART}$", "") for urn in each.after),
            inputs={
                key: value.replace("1a2b3c4", "d5e6f70") if "1a2" in value else value
                for key, value in each.inputs.items()
            },
        )
        for each in recording.registrations
        if each.custom
    ]
    assert flat.differences(recording, Recording(registrations=again, exports=recording.exports)) == []


def test_what_differs_is_said(recording: Recording) -> None:
    topic, grant = recording.registrations[1:3]
    other = [replace(topic, options={}), replace(grant, needs={}, inputs={})]
    assert flat.differences(recording, Recording(registrations=other, exports={})) == [
        f"{TOPIC} last: only in one of them",
        "exports, keys: ['id', 'n'], by hand []",
        f"{TOPIC} orders, options: {topic.options}, by hand {{}}",
        f"{GRANT} orders, inputs: {DRAWN}, by hand {{}}",
        f"{GRANT} orders, needs: {{'topic': ['{TOPIC} orders'], 'member': ['{TOPIC} orders']}}, by hand {{}}",
    ]
