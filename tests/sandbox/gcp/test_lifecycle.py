"""What the cloud refuses in view of what exists, and what a change or deletion brings with it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from ipaddress import IPv4Address, IPv4Network

import pytest

from sandbox.clouds.gcp.values import project_number
from sandbox.clouds.protocol import CloudError, Reason
from sandbox.clouds.world import Entity
from tests.sandbox.gcp.conftest import Google

DAY = 86400.0


def refusal(reason: Reason, match: str) -> AbstractContextManager[pytest.ExceptionInfo[CloudError]]:
    return pytest.raises(CloudError, match=match, check=lambda error: error.reason is reason)


def test_a_taken_name_is_refused(google: Google) -> None:
    google.make("pubsub.Topic", "a", name="events")
    with refusal(Reason.ALREADY_EXISTS, r"Topic 'projects/acme/topics/events' already exists.*::a\. Choose another"):
        google.make("pubsub.Topic", "b", name="events")


def test_bucket_names_are_one_space_for_all_projects(google: Google) -> None:
    google.make("storage.Bucket", "files", name="files", location="us-west1")
    google.configure(project="other")
    with refusal(Reason.ALREADY_EXISTS, "already exists"):
        google.make("storage.Bucket", "files", name="files", location="us-west1")


def test_a_grant_can_be_made_twice(google: Google) -> None:
    google.make("pubsub.Topic", "events", name="events")
    grants = [
        google.make("pubsub.TopicIAMMember", name, topic="events", role="roles/pubsub.viewer", member="allUsers")
        for name in ("a", "b")
    ]

    assert grants[0].id == grants[1].id


def test_a_parent_must_exist(google: Google) -> None:
    with refusal(Reason.NOT_FOUND, "network: the Network 'projects/acme/global/networks/none' was not found"):
        google.make("compute.Subnetwork", "n", network="none", ipCidrRange="10.0.0.0/20")
    with refusal(Reason.NOT_FOUND, "topic: the Topic 'projects/acme/topics/none' was not found"):
        google.make("pubsub.Subscription", "s", topic="none")
    with refusal(Reason.NOT_FOUND, "deadLetterPolicy.deadLetterTopic: the Topic 'projects/acme/topics/dead'"):
        topic = google.make("pubsub.Topic", "t")
        dead = {"deadLetterTopic": "projects/acme/topics/dead", "maxDeliveryAttempts": 5}
        google.make("pubsub.Subscription", "s", topic=topic.id, deadLetterPolicy=dead)
    with refusal(Reason.NOT_FOUND, "cluster: the Cluster"):
        google.make("container.NodePool", "p", cluster="main", location="us-west1")
    with refusal(Reason.NOT_FOUND, "instance: the DatabaseInstance"):
        google.make("sql.Database", "d", instance="main")


def test_versions_of_a_secret_that_is_made_again_begin_anew(google: Google) -> None:
    for _ in range(2):
        secret = google.make("secretmanager.Secret", "s", secretId="s", replication={"auto": {}})
        found = [google.make("secretmanager.SecretVersion", "v", secret=secret.id, secretData=text) for text in "ab"]
        assert [version["version"] for version in found] == ["1", "2"]
        google.delete(secret)


def test_an_autopilot_cluster_has_no_pools_of_the_programs(google: Google) -> None:
    google.cluster(enableAutopilot=True, removeDefaultNodePool=None)
    with refusal(Reason.INVALID, "clusters/main' is an Autopilot cluster, and makes its nodes by itself"):
        google.make("container.NodePool", "p", cluster="main", location="us-west1")


def test_a_cname_is_alone_at_its_name(google: Google) -> None:
    google.make("dns.ManagedZone", "z", name="z", dnsName="acme.com.")
    web = {"managedZone": "z", "name": "web.acme.com.", "ttl": 300}
    address = google.make("dns.RecordSet", "a", type="A", rrdatas=["192.0.2.1"], **web)
    google.make("dns.RecordSet", "t", type="TXT", rrdatas=["x"], **{**web, "name": "b.web.acme.com."})
    with refusal(Reason.INVALID, r"type: CNAME of 'web.acme.com.' conflicts with A; a CNAME is alone"):
        google.make("dns.RecordSet", "c", type="CNAME", rrdatas=["acme.com."], **web)

    alias = google.update(address, type="CNAME", rrdatas=["acme.com."])

    assert (google.read(alias) or {})["rrdatas"] == ["acme.com."]
    with refusal(Reason.INVALID, r"type: TXT of 'web.acme.com.' conflicts with CNAME"):
        google.make("dns.RecordSet", "t", type="TXT", rrdatas=["x"], **web)


def test_an_internal_address_is_a_free_one_of_its_subnetwork(google: Google) -> None:
    """A /29 has four: the others are the network, the gateway, one that is kept and broadcast."""
    network = google.network()
    subnetwork = google.make("compute.Subnetwork", "n", name="n", network=network.id, ipCidrRange="192.168.0.0/29")
    inputs = {"addressType": "INTERNAL", "subnetwork": "n"}
    given = google.make("compute.Address", "given", name="given", address="192.168.0.3", **inputs)

    chosen = {google.make("compute.Address", name, name=name, **inputs)["address"] for name in "abc"}

    assert chosen == {"192.168.0.2", "192.168.0.4", "192.168.0.5"}
    with refusal(Reason.QUOTA, f"subnetwork '{subnetwork.id}' has no free address left"):
        google.make("compute.Address", "d", name="d", **inputs)
    with refusal(Reason.INVALID, "address: 192.168.0.3 is not free in 192.168.0.0/29"):
        google.make("compute.Address", "d", name="d", address="192.168.0.3", **inputs)
    assert google.update(given, description="x")["address"] == "192.168.0.3"


def test_services_get_addresses_of_what_is_reserved_for_them(google: Google) -> None:
    """A /28 has twelve that can be had; an instance keeps its own."""
    network = google.network()
    block = {"purpose": "VPC_PEERING", "addressType": "INTERNAL", "address": "10.1.0.0", "prefixLength": 28}
    google.make("compute.GlobalAddress", "services", name="services", network=network.id, **block)
    services = {"service": "servicenetworking.googleapis.com", "reservedPeeringRanges": ["services"]}
    google.make("servicenetworking.Connection", "services", network=network.id, **services)
    made = [google.instance(network, name=f"i{number}") for number in range(11)]
    private = {"authorizedNetwork": network.id, "connectMode": "PRIVATE_SERVICE_ACCESS"}
    cache = google.make("redis.Instance", "r", name="cache", memorySizeGb=1, **private)

    hosts = [*(each["privateIpAddress"] for each in made), cache["host"]]

    assert {IPv4Address(host) for host in hosts} == set(list(IPv4Network("10.1.0.0/28"))[2:-2])
    for each, key in ((made[0], "privateIpAddress"), (cache, "host")):
        assert google.update(each, deletionProtection=True)[key] == each[key]


def test_no_subnetwork_is_in_what_is_reserved_for_services(google: Google) -> None:
    network = google.network()
    block = {"purpose": "VPC_PEERING", "addressType": "INTERNAL", "address": "10.1.0.0", "prefixLength": 16}
    google.make("compute.GlobalAddress", "services", name="services", network=network.id, **block)
    with refusal(Reason.INVALID, "range 10.1.32.0/20 overlaps with 10.1.0.0/16 of '.*/addresses/services'"):
        google.make("compute.Subnetwork", "n", network=network.id, ipCidrRange="10.1.32.0/20")
    with refusal(Reason.INVALID, "range 10.1.128.0/17 overlaps with 10.1.0.0/16 of '.*/addresses/services'"):
        half = {**block, "address": "10.1.128.0", "prefixLength": 17}
        google.make("compute.GlobalAddress", "more", name="more", network=network.id, **half)


def test_a_secondary_range_stays_as_it_is_while_a_cluster_has_it(google: Google) -> None:
    network = google.network()
    ranges = [
        {"rangeName": name, "ipCidrRange": f"10.{number}.0.0/16"} for number, name in enumerate(("pods", "more"), 1)
    ]
    subnetwork = google.make(
        "compute.Subnetwork", "n", name="n", network=network.id, ipCidrRange="10.0.0.0/20", secondaryIpRanges=ranges
    )
    policy = {"clusterSecondaryRangeName": "pods"}
    google.cluster(network=network.id, subnetwork=subnetwork.id, ipAllocationPolicy=policy)

    assert google.update(subnetwork, secondaryIpRanges=ranges[:1])["secondaryIpRanges"] == ranges[:1]
    with refusal(Reason.IN_USE, "secondaryIpRanges: the range 'pods' is in use by Cluster '.*/clusters/main'"):
        google.update(subnetwork, secondaryIpRanges=[{"rangeName": "pods", "ipCidrRange": "10.3.0.0/16"}])


def test_a_private_instance_needs_a_service_connection(google: Google) -> None:
    with refusal(Reason.INVALID, "no private services connection"):
        google.instance(google.network())


def test_a_service_account_must_exist_before_it_is_granted_anything(google: Google) -> None:
    google.make("pubsub.Topic", "events", name="events")
    with refusal(Reason.INVALID, "service account api@acme.iam.gserviceaccount.com does not exist"):
        member = "serviceAccount:api@acme.iam.gserviceaccount.com"
        google.make("pubsub.TopicIAMMember", "b", topic="events", role="roles/pubsub.publisher", member=member)


def test_a_service_agent_must_be_asked_for_before_it_is_granted_anything(google: Google) -> None:
    google.make("pubsub.Topic", "events", name="events")
    agent = f"serviceAccount:service-{project_number('acme')}@gcp-sa-pubsub.iam.gserviceaccount.com"
    grant = {"topic": "events", "role": "roles/pubsub.publisher", "member": agent}
    with refusal(Reason.INVALID, "@gcp-sa-pubsub.iam.gserviceaccount.com does not exist; ask for it with"):
        google.make("pubsub.TopicIAMMember", "a", **grant)

    made = google.make("projects.ServiceIdentity", "pubsub", service="pubsub.googleapis.com")

    assert (made.id, made["member"]) == ("projects/acme/services/pubsub.googleapis.com", agent)
    google.make("pubsub.TopicIAMMember", "a", **grant)


def test_some_service_agents_come_with_their_api(google: Google) -> None:
    google.make("pubsub.Topic", "events", name="events")
    agent = "serviceAccount:service-1@container-engine-robot.iam.gserviceaccount.com"
    google.make("pubsub.TopicIAMMember", "a", topic="events", role="roles/pubsub.publisher", member=agent)


def test_a_condition_needs_a_bucket_with_uniform_access(google: Google) -> None:
    condition = {"title": "below", "expression": 'resource.name.startsWith("x")'}
    for name, uniform in (("closed", True), ("open", False)):
        google.make("storage.Bucket", name, name=name, location="us-west1", uniformBucketLevelAccess=uniform)
    grant = {"role": "roles/storage.objectViewer", "member": "group:team@acme.com"}
    google.make("storage.BucketIAMMember", "plain", bucket="open", **grant)
    google.make("storage.BucketIAMMember", "below", bucket="closed", condition=condition, **grant)
    with refusal(Reason.INVALID, "bucket open has no uniform bucket-level access"):
        google.make("storage.BucketIAMMember", "other", bucket="open", condition=condition, **grant)


@pytest.mark.parametrize(
    ("agent", "make"),
    [
        ("pubsub", lambda google, key: google.make("pubsub.Topic", "t", name="events", kmsKeyName=key)),
        (
            "storage",
            lambda google, key: google.make(
                "storage.Bucket", "b", name="files", location="US-WEST1", encryption={"defaultKmsKeyName": key}
            ),
        ),
        (
            "secretmanager",
            lambda google, key: google.make(
                "secretmanager.Secret",
                "s",
                secretId="token",
                replication={
                    "userManaged": {
                        "replicas": [{"location": "us-west1", "customerManagedEncryption": {"kmsKeyName": key}}]
                    }
                },
            ),
        ),
    ],
)
def test_a_key_must_be_open_to_the_agent_that_encrypts_with_it(
    google: Google, agent: str, make: Callable[[Google, str], object]
) -> None:
    ring = google.make("kms.KeyRing", "ring", name="ring", location="us-west1")
    key = google.make("kms.CryptoKey", "key", name="key", keyRing=ring.id)
    with refusal(Reason.PERMISSION, "may not use the key"):
        make(google, key.id)
    member = google.make("projects.ServiceIdentity", agent, service=f"{agent}.googleapis.com")["member"]
    role = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
    google.make("kms.CryptoKeyIAMMember", "grant", cryptoKeyId=key.id, role=role, member=member)
    make(google, key.id)


def test_ranges_of_a_network_may_not_overlap(google: Google) -> None:
    network = google.network().id
    google.make("compute.Subnetwork", "a", name="a", network=network, ipCidrRange="10.0.0.0/20")
    with refusal(Reason.INVALID, "range 10.0.8.0/21 overlaps with 10.0.0.0/20 of '.*subnetworks/a'"):
        google.make("compute.Subnetwork", "b", network=network, ipCidrRange="10.0.8.0/21")


def test_a_cluster_needs_the_secondary_ranges_that_it_names(google: Google) -> None:
    network = google.network().id
    subnetwork = google.make("compute.Subnetwork", "a", network=network, ipCidrRange="10.0.0.0/20")
    with refusal(Reason.INVALID, "has no secondary range 'pods'; it has none"):
        policy = {"clusterSecondaryRangeName": "pods"}
        google.cluster(network=network, subnetwork=subnetwork.id, ipAllocationPolicy=policy)


def test_a_network_in_use_stays(google: Google) -> None:
    network = google.network()
    subnetwork = google.make("compute.Subnetwork", "a", network=network.id, ipCidrRange="10.0.0.0/20")
    cluster = google.cluster(network=network.id, subnetwork=subnetwork.id)
    with refusal(Reason.IN_USE, "is in use by Subnetwork"):
        google.delete(network)
    with refusal(Reason.IN_USE, "is in use by Cluster 'projects/acme/locations/us-west1/clusters/main'"):
        google.delete(subnetwork)
    for made in (cluster, subnetwork, network):
        google.delete(made)

    assert google.read(network) is None


def test_an_instance_with_a_replica_stays(google: Google) -> None:
    """Not its namesake in another project: a bare name means something of one's own."""
    network = google.private_network()
    primary = google.instance(network)
    namesake = google.instance(network, project="other")
    replica = google.instance(network, name="replica", masterInstanceName="main")
    google.delete(namesake)
    with refusal(Reason.IN_USE, "acme/instances/main' is in use by DatabaseInstance 'projects/acme/instances/replica'"):
        google.delete(primary)
    google.delete(replica)
    google.delete(primary)
    assert google.read(primary) is None


def test_a_service_connection_in_use_stays(google: Google) -> None:
    network = google.private_network()
    instance = google.instance(network)
    with google.world.read() as tx:
        (entity,) = tx.list("gcp", "gcp:servicenetworking/connection:Connection")
    token = entity.type

    def remove() -> None:
        google.cloud.delete("instance", entity.urn, entity.resource_id, token, entity.inputs, entity.shown, 0)

    with refusal(Reason.IN_USE, "is in use by DatabaseInstance"):
        remove()
    google.delete(instance)
    remove()


@pytest.mark.parametrize("kind", ["cluster", "instance"])
def test_deletion_protection_holds_until_it_is_taken_away(google: Google, kind: str) -> None:
    if kind == "cluster":
        made = google.cluster(deletionProtection=True)
    else:
        made = google.instance(google.private_network(), deletionProtection=True)
    with refusal(Reason.IN_USE, "deletionProtection is true; set it to false and update first"):
        google.delete(made)
    google.delete(google.update(made, deletionProtection=False))

    assert google.read(made) is None


def test_deletion_policies(google: Google) -> None:
    held = google.make("pubsub.Topic", "held", name="held", deletionPolicy="PREVENT")
    left = google.make("pubsub.Topic", "left", name="left", deletionPolicy="ABANDON")
    with refusal(Reason.IN_USE, "deletionPolicy is PREVENT"):
        google.delete(held)
    google.delete(left)

    assert google.read(left) is not None
    assert google.world.resolve(left.urn, []) is None


def test_a_zone_with_records_stays_unless_forced(google: Google) -> None:
    for name, force in (("a", False), ("b", True)):
        zone = google.make("dns.ManagedZone", name, name=name, dnsName=f"{name}.test.", forceDestroy=force)
        record = {"type": "A", "ttl": 60, "rrdatas": ["192.0.2.1"], "managedZone": name}
        google.make("dns.RecordSet", name, name=f"x.{name}.test.", **record)
        if force:
            google.delete(zone)
        else:
            with refusal(Reason.IN_USE, "is in use by RecordSet"):
                google.delete(zone)


def test_a_record_must_lie_in_its_zone(google: Google) -> None:
    zone = google.make("dns.ManagedZone", "a", name="a", dnsName="a.test.")
    with refusal(Reason.INVALID, "does not lie in the zone"):
        record = {"type": "A", "ttl": 60, "rrdatas": ["192.0.2.1"], "managedZone": zone["name"]}
        google.make("dns.RecordSet", "x", name="x.b.test.", **record)


def test_a_deleted_instance_keeps_its_name_for_a_week(google: Google) -> None:
    network = google.private_network()
    google.delete(google.instance(network))
    with refusal(Reason.ALREADY_EXISTS, "free again in 7.0 days"):
        google.instance(network)
    google.world.advance(6 * DAY)
    with refusal(Reason.ALREADY_EXISTS, "free again in 1.0 days"):
        google.instance(network)
    google.world.advance(1 * DAY)

    assert google.instance(network).id == "main"


def test_a_key_ring_keeps_its_name_for_ever(google: Google) -> None:
    google.delete(google.make("kms.KeyRing", "r", name="r", location="us-west1"))
    google.world.advance(1000 * DAY)
    with refusal(Reason.ALREADY_EXISTS, "can never be used again"):
        google.make("kms.KeyRing", "r", name="r", location="us-west1")


def test_a_recreated_cluster_is_another_one(google: Google) -> None:
    first = google.cluster()
    google.delete(first)
    second = google.cluster()

    assert first.id == second.id
    assert first["endpoint"] != second["endpoint"]
    assert first["masterAuth"] != second["masterAuth"]


def test_a_cluster_takes_everything_in_it_along(google: Google) -> None:
    cluster = google.cluster()
    pool = google.make("container.NodePool", "p", cluster=cluster.id)
    with google.world.transaction() as tx:
        entity = tx.get("gcp", "gcp:container/cluster:Cluster", cluster.id)
        assert entity is not None
        uid = entity.outputs["_uid"]
        tx.put(Entity("kubernetes", "kubernetes:core/v1:Namespace", f"{uid}//services", "urn"))
        tx.put(Entity("kubernetes", "kubernetes:core/v1:Namespace", "another//services", "urn"))
    google.delete(cluster)

    assert google.read(pool) is None
    with google.world.read() as tx:
        assert [it.id for it in tx.list("kubernetes")] == ["another//services"]


def test_a_subscription_outlives_its_topic(google: Google) -> None:
    topic = google.make("pubsub.Topic", "t")
    subscription = google.make("pubsub.Subscription", "s", topic=topic.id)
    google.delete(topic)

    found = google.read(subscription)
    assert found is not None
    assert found["topic"] == "_deleted-topic_"


def test_grants_go_with_what_they_are_on(google: Google) -> None:
    topic = google.make("pubsub.Topic", "t")
    grant = google.make(
        "pubsub.TopicIAMMember", "g", topic=topic["name"], role="roles/pubsub.viewer", member="allUsers"
    )
    google.delete(topic)

    assert google.read(grant) is None


def test_what_is_gone_already_can_be_deleted_and_not_updated(google: Google) -> None:
    made = google.make("pubsub.Topic", "t")
    google.delete(made)
    google.delete(made)

    assert google.read(made) is None
    with refusal(Reason.NOT_FOUND, "no longer exists; run a refresh"):
        google.update(made, labels={"a": "b"})


def test_an_update_keeps_what_the_cloud_chose(google: Google) -> None:
    cluster = google.cluster(resourceLabels={"a": "1"})
    changed = google.update(cluster, resourceLabels={"a": "2"})

    assert {key for key in cluster.outputs if cluster[key] != changed.outputs.get(key)} == {
        "resourceLabels",
        "pulumiLabels",
        "effectiveLabels",
    }
    assert google.read(changed) == changed.outputs


def test_what_is_left_to_the_cloud_later_stays_as_it_was(google: Google) -> None:
    topic = google.make("pubsub.Topic", "t", messageRetentionDuration="600s")
    made = google.make("pubsub.Subscription", "s", topic=topic.id, ackDeadlineSeconds=60, filter="a")
    changed = google.update(made, ackDeadlineSeconds=None, labels={"a": "1"})

    assert changed["ackDeadlineSeconds"] == 60
    assert "messageRetentionDuration" not in google.update(topic, messageRetentionDuration=None).outputs


def test_a_planned_update_shows_the_result_and_makes_nothing(google: Google) -> None:
    made = google.make("pubsub.Topic", "t", labels={"a": "1"})
    planned = google.update(made, preview=True, labels={"a": "2"})

    assert planned["labels"] == {"a": "2"}
    assert google.read(made) == made.outputs


def test_a_trigger_is_renamed_in_place(google: Google) -> None:
    inputs = {"github": {"owner": "o", "name": "n", "push": {"branch": "main"}}, "filename": "build.yaml"}
    made = google.make("cloudbuild.Trigger", "t", name="old", location="us-west1", **inputs)
    renamed = google.update(made, name="new")

    assert (renamed["name"], renamed["triggerId"]) == ("new", made["triggerId"])
    google.make("cloudbuild.Trigger", "u", name="old", location="us-west1", **inputs)
    with refusal(Reason.ALREADY_EXISTS, "triggers/new"):
        google.make("cloudbuild.Trigger", "v", name="new", location="us-west1", **inputs)


def test_an_instance_is_upgraded_and_never_downgraded(google: Google) -> None:
    instance = google.instance(google.private_network())
    upgraded = google.update(instance, databaseVersion="POSTGRES_16", settings=plus(instance.inputs["settings"]))
    with refusal(Reason.INVALID, "POSTGRES_16 cannot become POSTGRES_15"):
        google.update(upgraded, databaseVersion="POSTGRES_15")


def plus(settings: dict[str, object]) -> dict[str, object]:
    """PostgreSQL 16 is Enterprise Plus where nothing is said."""
    return {**settings, "edition": "ENTERPRISE"}


def test_a_project_has_a_hundred_service_accounts(google: Google) -> None:
    accounts = [google.make("serviceaccount.Account", f"account-{n}", accountId=f"account-{n}") for n in range(100)]
    with refusal(Reason.QUOTA, "may have 100 of Account and has them all.*https://cloud.google.com/iam/quotas"):
        google.make("serviceaccount.Account", "one-more", accountId="one-more")
    google.delete(accounts[0])
    google.make("serviceaccount.Account", "one-more", accountId="one-more")
    google.configure(project="other")
    google.make("serviceaccount.Account", "one-more", accountId="one-more")


def test_secret_versions_count_on_after_a_deletion(google: Google) -> None:
    secret = google.make("secretmanager.Secret", "s", secretId="s", replication={"auto": {}})
    first = google.make("secretmanager.SecretVersion", "a", secret=secret.id, secretData="a")
    google.delete(first)

    assert google.make("secretmanager.SecretVersion", "b", secret=secret.id, secretData="b")["version"] == "2"


def test_an_existing_thing_is_read_by_its_id_alone(google: Google) -> None:
    instance = google.instance(google.private_network())
    token = "gcp:sql/databaseInstance:DatabaseInstance"
    found = google.cloud.read("instance", instance.urn, "main", token, {}, {})

    protected = {"deletionProtection": True}
    assert (found.id, found.properties, found.inputs) == (
        "main",
        {**instance.outputs, **protected},
        {**instance.inputs, **protected},
    )
    assert google.cloud.read("instance", instance.urn, "other", token, {}, {}).id == ""
