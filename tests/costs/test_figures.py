"""Figures worked out by hand from the list prices, kind by kind."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from costs.builds import runs
from costs.estimate import Estimate
from tests.costs.stacks import CLUSTER, cost, dollars, estimated, made, pool


def unpriced(found: Estimate) -> list[str]:
    return [each.why for each in found.unpriced]


def test_a_node_of_e2_standard_4_in_us_west1() -> None:
    """Google lists 0.13402284 an hour, 97.84 a month; its disk of 100 GiB is 10 more."""
    assert cost(pool("e2-standard-4", 1, 1)) == dollars("107.84")


@pytest.mark.parametrize(
    ("machine", "region", "hour"),
    [
        ("n2-standard-8", "us-west1", 0.388472),
        ("n1-standard-4", "us-west1", 0.189999),
        ("e2-medium", "us-west1", 0.03350571),
        ("g2-standard-4", "us-west1", 0.706832),
        ("a2-highgpu-1g", "us-west1", 3.673385),
    ],
)
def test_machines_cost_what_google_lists(machine: str, region: str, hour: float) -> None:
    low, high = cost(pool(machine, 1, 1))
    assert low == high
    assert float(low) == pytest.approx(hour * 730 + 10, abs=0.011)


def test_spot_machines_cost_their_own_price() -> None:
    """0.080424 an hour."""
    assert cost(pool("e2-standard-4", 1, 1, spot=True)) == dollars("68.71")


def test_a_pool_costs_its_fewest_to_its_most_nodes_in_every_zone() -> None:
    assert cost(pool("e2-standard-4", 1, 3)) == dollars("107.84", "323.51")
    assert cost(pool("e2-standard-4", 0, 1, location="us-west1")) == dollars("0", "323.51")
    two = pool("e2-standard-4", 1, 1, location="us-west1")
    assert cost(two, made(CLUSTER, nodeLocations=["us-west1-a", "us-west1-b"])) == dollars("288.67")


def test_a_cluster_whose_nodes_are_known_in_all_counts_them_once() -> None:
    whole = pool("e2-standard-4", 0, 0, location="us-west1")
    inputs = {**whole.inputs, "autoscaling": {"totalMinNodeCount": 1, "totalMaxNodeCount": 2}}
    assert cost(made(whole.type, "it", "Cluster", **inputs)) == dollars("107.84", "215.67")


def test_graphics_processors_are_paid_beside_machines_that_do_not_bring_them() -> None:
    """A T4 costs 0.35 an hour, 0.175 on a spot machine; an L4 is in the price of its g2."""
    accelerators = [{"type": "nvidia-tesla-t4", "count": 2}]
    without = cost(pool("n1-standard-4", 1, 1))[0]
    assert cost(pool("n1-standard-4", 1, 1, guestAccelerators=accelerators))[0] - without == 511
    bare = cost(pool("n1-standard-4", 1, 1, spot=True))[0]
    spot = cost(pool("n1-standard-4", 1, 1, spot=True, guestAccelerators=accelerators))[0]
    assert spot - bare == Decimal("255.50")
    one = [{"type": "nvidia-l4", "count": 1}]
    assert cost(pool("g2-standard-4", 1, 1, guestAccelerators=one)) == cost(pool("g2-standard-4", 1, 1))


def sql(tier: str, kind: str, size: int, **settings: Any) -> Any:
    inside = {"tier": tier, "edition": "ENTERPRISE", "availabilityType": kind, "diskSize": size, "diskType": "PD_SSD"}
    return made(
        "gcp:sql/databaseInstance:DatabaseInstance",
        region="us-west1",
        databaseVersion="POSTGRES_15",
        settings={**inside, **settings},
    )


def test_a_database_with_a_standby_costs_twice_as_much() -> None:
    """4 cores and 15 GiB for 0.0413 and 0.007 an hour are 120.60 and 76.65; 100 GiB of disk are 17."""
    assert cost(sql("db-custom-4-15360", "ZONAL", 100)) == dollars("214.25")
    assert cost(sql("db-custom-4-15360", "REGIONAL", 100)) == dollars("428.49")
    assert cost(sql("db-f1-micro", "ZONAL", 10)) == dollars("9.36")
    assert cost(sql("db-f1-micro", "ZONAL", 10, ipConfiguration={"ipv4Enabled": True})) == dollars("13.01")


@pytest.mark.parametrize(
    ("gib", "tier", "month"),
    [(1, "BASIC", "35.77"), (5, "BASIC", "98.55"), (25, "BASIC", "419.75"), (45, "BASIC", "624.15"), (105, "BASIC", "1226.40"),
     (1, "STANDARD_HA", "46.72"), (5, "STANDARD_HA", "197.10"), (105, "STANDARD_HA", "2299.50")],
)  # fmt: skip
def test_redis_costs_by_its_capacity(gib: int, tier: str, month: str) -> None:
    assert cost(made("gcp:redis/instance:Instance", memorySizeGb=gib, tier=tier)) == dollars(month)


def test_a_cluster_costs_a_fee() -> None:
    assert cost(made(CLUSTER)) == dollars("73")


def test_a_nat_costs_by_its_machines_up_to_32() -> None:
    """0.0014 an hour for each of them, and 0.005 for an address, which has 64,512 ports."""
    nat = made("gcp:compute/routerNat:RouterNat", "it", "Network", maxPortsPerVm=8192)
    alone = {each: cost(pool("e2-standard-4", each, each))[0] for each in (2, 64)}
    assert cost(nat, pool("e2-standard-4", 2, 2))[0] - alone[2] == Decimal("2.04") + Decimal("3.65")
    assert cost(nat, pool("e2-standard-4", 64, 64))[0] - alone[64] == Decimal("32.70") + Decimal("3.65")
    addresses = 9  # 64 * 8192 / 64512
    assert cost(nat, pool("e2-standard-4", 64, 64))[1] - alone[64] == Decimal("32.70") + addresses * Decimal("3.65")


def gateway(name: str, *ports: int, kind: str = "gke-l7-global-external-managed") -> Any:
    spec = {"gatewayClassName": kind, "listeners": [{"port": port} for port in ports]}
    return made("kubernetes:gateway.networking.k8s.io/v1:Gateway", name, spec=spec)


def test_five_forwarding_rules_cost_as_much_as_one() -> None:
    """0.025 an hour, then 0.01 for each more."""
    assert cost(gateway("a", 80, 443)) == dollars("18.25")
    assert cost(gateway("a", 80, 443), gateway("b", 1, 2, 3)) == dollars("18.25")
    assert cost(gateway("a", 80, 443), gateway("b", 1, 2, 3, 4, 5)) == dollars("32.85")
    assert cost(gateway("a", 80, kind="kong")) == dollars("0")
    service = made("kubernetes:core/v1:Service", spec={"type": "LoadBalancer"})
    assert cost(gateway("a", 80), service, made("kubernetes:core/v1:Service", "in", spec={})) == dollars("36.50")


def test_cloud_armor_costs_by_policy_and_rule() -> None:
    assert cost(made("gcp:compute/securityPolicy:SecurityPolicy", rules=[{}, {}, {}])) == dollars("8")


def test_a_key_costs_each_of_its_versions() -> None:
    """Every 90 days one is added: four in a year."""
    key = made("gcp:kms/cryptoKey:CryptoKey", rotationPeriod="7776000s")
    assert cost(key) == dollars("0.06", "0.30")
    assert cost(key, key_years=2) == dollars("0.06", "0.54")
    assert cost(made("gcp:kms/cryptoKey:CryptoKey", purpose="ASYMMETRIC_SIGN")) == dollars("0.06")


def test_a_secret_costs_in_each_of_its_places() -> None:
    version = made("gcp:secretmanager/secretVersion:SecretVersion", "a")
    assert cost(version) == dollars("0.06")
    replication = {"userManaged": {"replicas": [{"location": "us-west1"}, {"location": "us-east1"}]}}
    secret = made("gcp:secretmanager/secret:Secret", "a", replication=replication)
    assert cost(secret, version) == dollars("0.12")


def test_a_cloud_run_service_costs_from_idle_to_busy() -> None:
    """A core that waits costs 0.0000025 a second, one that works 0.000024; half a GiB half of 0.0000025 either way."""

    def service(least: int, most: int, **resources: Any) -> Any:
        container = {"resources": {"limits": {"cpu": "1000m", "memory": "512Mi"}, "cpuIdle": True, **resources}}
        scaling = {"minInstanceCount": least, "maxInstanceCount": most}
        template = {"containers": [container], "scaling": scaling}
        return made("gcp:cloudrunv2/service:Service", location="us-west1", template=template)

    assert cost(service(0, 2)) == dollars("0", "132.71")
    assert cost(service(2, 2)) == dollars("19.71", "132.71")
    assert cost(service(1, 1, cpuIdle=False)) == dollars("49.93")


def test_builds_cost_their_minutes() -> None:
    """A job at every half hour is 1,460 builds a month."""
    options = {"build": {"options": {"machineType": "E2_HIGHCPU_8"}}}
    job = made("gcp:cloudscheduler/job:Job", "sweep", schedule="*/30 * * * *")
    main, other, sweep = (
        made("gcp:cloudbuild/trigger:Trigger", name, **options) for name in ("main", "other", "sweep")
    )
    assert cost(main, other, build_minutes=1000) == dollars("16")
    assert cost(job, sweep, main, build_minutes=0, scheduled_build_minutes=2) == dollars("46.82")


@pytest.mark.parametrize(
    ("cron", "times"),
    [("*/30 * * * *", 1460), ("0 3 * * 1", 365 / 84), ("0 0 * * *", 365 / 12), ("0 9-17/2 * * 1-5", 5 * 5 / 7 * 365 / 12),
     ("15,45 * * * *", 1460), ("0 0 1 * *", 365 / 372), ("0 0 1 1,7 *", 2 * 365 / 12 / 372)],
)  # fmt: skip
def test_how_often_a_schedule_is(cron: str, times: float) -> None:
    assert runs(cron) == pytest.approx(times)


@pytest.mark.parametrize(
    "cron", ["", "* * *", "every 5 minutes", "0 0 1 * 1", "*/0 * * * *", "5-1 * * * *", "0 0 * * MON"]
)
def test_what_is_no_schedule_has_no_times(cron: str) -> None:
    assert runs(cron) is None


def test_disks_of_pods_are_paid_from_the_fewest_pods_to_the_most() -> None:
    claim = {"spec": {"storageClassName": "disks", "resources": {"requests": {"storage": "50Gi"}}}}
    template = {"spec": {"volumes": [{"name": "models", "ephemeral": {"volumeClaimTemplate": claim}}]}}
    worker = made("kubernetes:apps/v1:Deployment", "worker", spec={"replicas": 2, "template": template})
    kind = made("kubernetes:storage.k8s.io/v1:StorageClass", metadata={"name": "disks"}, parameters={"type": "pd-ssd"})
    scaler = made(
        "kubernetes:autoscaling/v2:HorizontalPodAutoscaler", "worker", spec={"minReplicas": 1, "maxReplicas": 4}
    )
    assert cost(worker, kind) == dollars("17")
    assert cost(worker, kind, scaler) == dollars("8.50", "34")
    assert cost(made("kubernetes:core/v1:PersistentVolumeClaim", **claim), kind) == dollars("8.50")
    assert unpriced(estimated(worker)) == ["disks of the class 'disks' have no price"]


@pytest.mark.parametrize(
    ("resource", "said"),
    [
        (pool("h3-standard-88", 1, 1), "machines of the type h3-standard-88 have no price"),
        (pool("n2-custom-4-8192", 1, 1), "machines of the type n2-custom-4-8192 have no price"),
        (pool("[unknown]", 1, 1), "machines of the type [unknown] have no price"),
        (made("gcp:container/nodePool:NodePool", autoscaling="[unknown]"), "how many nodes there may be is not known"),
        (sql("db-perf-optimized-N-2", "ZONAL", 10, edition="ENTERPRISE_PLUS"), "POSTGRES_15 in the edition ENTERPRISE_PLUS has no price"),
        (sql("db-g1-small", "ZONAL", 0), "the tier db-g1-small has no price"),
        (made("gcp:redis/instance:Instance", memorySizeGb="[unknown]"), "the size of the memory is not known"),
        (made("gcp:kms/cryptoKey:CryptoKey", versionTemplate={"protectionLevel": "HSM"}), "keys in hardware or outside Google have no price"),
        (made("gcp:storage/bucket:Bucket", location="EU"), "classes other than Standard, and buckets of several regions, have no price"),
        (made("gcp:bigtable/instance:Instance"), "nothing is known of what gcp:bigtable/instance:Instance costs"),
        (gateway("a", 80, kind="gke-l7-rilb"), "load balancers of the class gke-l7-rilb have no price"),
    ],
)  # fmt: skip
def test_what_has_no_price_is_named_and_not_counted_as_nothing(resource: Any, said: str) -> None:
    assert said in unpriced(estimated(resource))


def test_a_region_without_a_price_is_named() -> None:
    found = estimated(made("gcp:redis/instance:Instance", memorySizeGb=1, region="europe-west3"))
    assert (found.components, found.total.high) == ({}, 0)
    assert unpriced(found) == ["memory of the instance, basic: there is no price 'redis-basic-m1' for europe-west3"]


def test_prices_are_those_of_the_resource_s_own_region() -> None:
    assert cost(pool("e2-standard-4", 1, 1, location="europe-west3-b"), region="us-west1") == dollars("138.05")
