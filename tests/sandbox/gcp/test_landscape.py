"""Everything that a system needs, made once: ids and computed outputs in the forms that the real provider gives."""

from __future__ import annotations

import base64
import re

from sandbox.clouds.gcp.values import project_number
from sandbox.values import UNKNOWN
from tests.sandbox.gcp.conftest import Google

NUMBER = project_number("acme")


def test_network_types(google: Google) -> None:
    network = google.private_network()
    assert network.id == "projects/acme/global/networks/main"
    assert network["selfLink"] == f"https://www.googleapis.com/compute/v1/{network.id}"
    assert re.fullmatch(r"\d{19}", network["numericId"])

    subnetwork = google.make(
        "compute.Subnetwork", "nodes", name="nodes", network=network.id, ipCidrRange="10.100.0.0/20"
    )
    assert subnetwork.id == "projects/acme/regions/us-west1/subnetworks/nodes"
    assert subnetwork["network"] == network["selfLink"]
    assert (subnetwork["region"], subnetwork["gatewayAddress"]) == ("us-west1", "10.100.0.1")

    router = google.make("compute.Router", "out", name="out", network=network.id)
    nat = google.make(
        "compute.RouterNat",
        "out",
        name="nat",
        router=router["name"],
        natIpAllocateOption="AUTO_ONLY",
        sourceSubnetworkIpRangesToNat="ALL_SUBNETWORKS_ALL_IP_RANGES",
    )
    assert router.id == "projects/acme/regions/us-west1/routers/out"
    assert nat.id == "acme/us-west1/out/nat"

    firewall = google.make(
        "compute.Firewall",
        "web",
        name="web",
        network=network.id,
        allows=[{"protocol": "tcp", "ports": ["443"]}],
        sourceRanges=["0.0.0.0/0"],
    )
    assert (firewall.id, firewall["direction"]) == ("projects/acme/global/firewalls/web", "INGRESS")
    address = google.make("compute.Address", "front", name="front")
    assert address.id == "projects/acme/regions/us-west1/addresses/front"


def test_a_service_connection_has_the_quoted_network_in_its_id(google: Google) -> None:
    google.private_network()
    with google.world.read() as tx:
        (connection,) = tx.list("gcp", "gcp:servicenetworking/connection:Connection")

    assert connection.id == "projects/acme/global/networks/main:servicenetworking.googleapis.com"
    assert connection.resource_id == ("projects%2Facme%2Fglobal%2Fnetworks%2Fmain:servicenetworking.googleapis.com")
    assert connection.outputs["peering"] == "servicenetworking-googleapis-com"


def test_a_cluster_and_its_node_pool(google: Google) -> None:
    cluster = google.cluster(workloadIdentityConfig={"workloadPool": "acme.svc.id.goog"})
    pool = google.make(
        "container.NodePool", "main", name="main", cluster=cluster.id, nodeConfig={"machineType": "e2-standard-4"}
    )

    assert cluster.id == "projects/acme/locations/us-west1/clusters/main"
    assert re.fullmatch(r"\d+\.\d+\.\d+\.\d+", cluster["endpoint"])
    authority = base64.b64decode(cluster["masterAuth"]["clusterCaCertificate"]).decode()
    assert authority.startswith("-----BEGIN CERTIFICATE-----\n")
    assert cluster["nodeLocations"] == ["us-west1-a", "us-west1-b", "us-west1-c"]
    assert "_uid" not in cluster.outputs
    assert pool.id == f"{cluster.id}/nodePools/main"
    assert pool["nodeLocations"] == cluster["nodeLocations"]
    assert pool["nodeConfig"]["machineType"] == "e2-standard-4"
    assert pool["nodeConfig"]["workloadMetadataConfig"] == {"mode": "GKE_METADATA"}
    assert len(pool["instanceGroupUrls"]) == 3


def test_versions_of_control_plane_and_nodes(google: Google) -> None:
    cluster = google.cluster(minMasterVersion="1.33.9-gke.100")
    given = google.make(
        "container.NodePool", "given", name="given", cluster=cluster.id, version="1.33.2-gke.1", nodeCount=1
    )
    assert cluster["masterVersion"] == "1.33.9-gke.100"
    assert given["version"] == "1.33.2-gke.1"

    raised = google.update(cluster, minMasterVersion="1.33.10-gke.1")
    assert raised["masterVersion"] == "1.33.10-gke.1"
    assert google.update(raised, minMasterVersion="1.33.9-gke.100")["masterVersion"] == "1.33.10-gke.1"


def test_a_cluster_without_pools_of_its_own_gets_the_default_one(google: Google) -> None:
    cluster = google.cluster(removeDefaultNodePool=False, initialNodeCount=2)
    with google.world.read() as tx:
        (pool,) = tx.list("gcp", "gcp:container/nodePool:NodePool", parent=cluster.id)

    assert pool.id == f"{cluster.id}/nodePools/default-pool"
    assert (pool.outputs["nodeCount"], pool.outputs["nodeConfig"]["machineType"]) == (2, "e2-medium")


def test_a_database_instance_with_database_and_user(google: Google) -> None:
    instance = google.instance(google.private_network())
    database = google.make("sql.Database", "app", name="app", instance=instance["name"])
    user = google.make("sql.User", "app", name="app", instance=instance["name"], password="x")

    assert (instance.id, database.id, user.id) == (
        "main",
        "projects/acme/instances/main/databases/app",
        "app//main",
    )
    assert instance["connectionName"] == "acme:us-west1:main"
    assert instance["ipAddresses"] == [{"ipAddress": instance["privateIpAddress"], "type": "PRIVATE"}]
    assert instance["publicIpAddress"] == ""
    assert instance["firstIpAddress"] == instance["privateIpAddress"]
    assert instance["serviceAccountEmailAddress"].startswith(f"p{NUMBER}-")
    assert (database["charset"], database["collation"]) == ("UTF8", "en_US.UTF8")


def test_one_instance_name_in_two_projects(google: Google) -> None:
    """The id is the bare name in both; the world keeps them apart."""
    first = google.instance(google.private_network())
    google.configure(project="acme-prod", region="us-west1")
    second = google.instance(google.private_network())

    assert first.id == second.id == "main"
    assert first["connectionName"] != second["connectionName"]
    assert first["privateIpAddress"] != second["privateIpAddress"]


def test_messaging(google: Google) -> None:
    topic = google.make("pubsub.Topic", "events", name="events")
    dead = google.make("pubsub.Topic", "dead", name="dead")
    subscription = google.make(
        "pubsub.Subscription",
        "events",
        name="events-api",
        topic=topic["name"],
        deadLetterPolicy={"deadLetterTopic": dead.id, "maxDeliveryAttempts": 5},
        retryPolicy={"minimumBackoff": "20s"},
        expirationPolicy={"ttl": ""},
    )

    assert topic.id == "projects/acme/topics/events"
    assert (subscription.id, subscription["topic"]) == ("projects/acme/subscriptions/events-api", topic.id)
    assert subscription["ackDeadlineSeconds"] == 10
    assert subscription["messageRetentionDuration"] == "604800s"
    assert subscription["expirationPolicy"] == {"ttl": ""}
    assert subscription["retryPolicy"] == {"minimumBackoff": "20s", "maximumBackoff": "600s"}


def test_grants(google: Google) -> None:
    account = google.make("serviceaccount.Account", "api", accountId="api-server")
    topic = google.make("pubsub.Topic", "events", name="events")
    repository = google.make("artifactregistry.Repository", "apps", repositoryId="apps", format="DOCKER")
    member = account["member"]

    assert account.id == account["name"] == "projects/acme/serviceAccounts/api-server@acme.iam.gserviceaccount.com"
    assert member == "serviceAccount:api-server@acme.iam.gserviceaccount.com"
    grants = [
        google.make("projects.IAMMember", "a", project="acme", role="roles/viewer", member=member),
        google.make("pubsub.TopicIAMMember", "b", topic="events", role="roles/pubsub.publisher", member=member),
        google.make(
            "artifactregistry.RepositoryIamMember",
            "c",
            repository=repository.id,
            role="roles/artifactregistry.reader",
            member=member,
        ),
        google.make(
            "serviceaccount.IAMMember",
            "d",
            serviceAccountId=account.id,
            role="roles/iam.workloadIdentityUser",
            member="principal://iam.googleapis.com/projects/1/x",
        ),
        google.make(
            "projects.IAMMember",
            "e",
            project="acme",
            role="roles/viewer",
            member=member,
            condition={"title": "till-noon", "expression": "true"},
        ),
    ]
    assert [grant.id for grant in grants] == [
        f"acme/roles/viewer/{member}",
        f"{topic.id}/roles/pubsub.publisher/{member}",
        f"{repository.id}/roles/artifactregistry.reader/{member}",
        f"{account.id}/roles/iam.workloadIdentityUser/principal://iam.googleapis.com/projects/1/x",
        f"acme/roles/viewer/{member}/till-noon",
    ]
    assert grants[1]["topic"] == topic.id
    assert all(len(base64.b64decode(grant["etag"])) == 8 for grant in grants)


def test_secrets_keys_buckets_zones_triggers(google: Google) -> None:
    secret = google.make("secretmanager.Secret", "key", secretId="key", replication={"auto": {}})
    versions = [
        google.make("secretmanager.SecretVersion", name, secret=secret.id, secretData=name) for name in ("a", "b")
    ]
    assert (secret.id, secret["name"]) == ("projects/acme/secrets/key", f"projects/{NUMBER}/secrets/key")
    assert [version.id for version in versions] == [f"projects/{NUMBER}/secrets/key/versions/{n}" for n in (1, 2)]

    ring = google.make("kms.KeyRing", "signing", name="signing", location="us-west1")
    key = google.make("kms.CryptoKey", "signing", name="images", keyRing=ring.id)
    assert key.id == "projects/acme/locations/us-west1/keyRings/signing/cryptoKeys/images"

    bucket = google.make("storage.Bucket", "files", name="acme-files", location="us-west1")
    assert (bucket.id, bucket["url"], bucket["location"]) == ("acme-files", "gs://acme-files", "US-WEST1")

    zone = google.make("dns.ManagedZone", "dev", name="dev", dnsName="dev.acme.test.")
    record = google.make(
        "dns.RecordSet",
        "api",
        name="api.dev.acme.test.",
        type="A",
        ttl=300,
        rrdatas=["192.0.2.1"],
        managedZone=zone["name"],
    )
    assert record.id == "projects/acme/managedZones/dev/rrsets/api.dev.acme.test./A"
    assert len(zone["nameServers"]) == 4

    trigger = google.make(
        "cloudbuild.Trigger",
        "main",
        name="main",
        location="us-west1",
        github={"owner": "acme", "name": "app", "push": {"branch": "^main$"}},
        build={"steps": [{"name": "gcr.io/cloud-builders/docker"}]},
    )
    assert trigger.id == f"projects/acme/locations/us-west1/triggers/{trigger['triggerId']}"
    service = google.make("projects.Service", "pubsub", service="pubsub.googleapis.com")
    assert service.id == "acme/pubsub.googleapis.com"


def test_the_project_number_can_be_asked_for(google: Google) -> None:
    answer = google.cloud.invoke("instance", "gcp:organizations/getProject:getProject", {})

    assert (answer.values["projectId"], answer.values["number"]) == ("acme", NUMBER)
    assert re.fullmatch(r"\d{12}", NUMBER)


def test_a_plan_knows_what_is_given_and_not_what_the_cloud_chooses(google: Google) -> None:
    planned = google.plan("compute.Subnetwork", "nodes", network=UNKNOWN, ipCidrRange="10.0.0.0/20")

    assert (planned["ipCidrRange"], planned["region"], planned["network"]) == ("10.0.0.0/20", "us-west1", UNKNOWN)
    assert (planned["selfLink"], planned["gatewayAddress"]) == (UNKNOWN, UNKNOWN)


def test_a_planned_account_has_its_address_already(google: Google) -> None:
    planned = google.plan("serviceaccount.Account", "api", accountId="api-server")

    assert planned["member"] == "serviceAccount:api-server@acme.iam.gserviceaccount.com"
    assert planned["uniqueId"] == UNKNOWN


def test_labels_have_pulumis_own_and_the_providers(google: Google) -> None:
    google.configure(project="acme", defaultLabels='{"team": "core", "tier": "1"}')
    topic = google.make("pubsub.Topic", "events", labels={"tier": "2"})
    google.configure(project="acme", addPulumiAttributionLabel="false")
    plain = google.make("pubsub.Topic", "plain", labels={"tier": "2"})

    assert topic["labels"] == {"tier": "2"}
    assert (
        topic["pulumiLabels"]
        == topic["effectiveLabels"]
        == {
            "goog-pulumi-provisioned": "true",
            "team": "core",
            "tier": "2",
        }
    )
    assert plain["pulumiLabels"] == {"tier": "2"}
