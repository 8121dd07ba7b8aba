"""Nothing of one preview reaches another: for every ordered pair and every kind of thing, what refuses it is found.

Network policies and grants are evaluated as their owners do, over all that the world has, not read off the program.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from sandbox.values import unwrap
from tests.lifecycle.commands import Site
from tests.lifecycle.network import pods, reaches
from tests.lifecycle.test_least_privilege import ACTING, Grant, grants

BRANCHES = {1: "search", 2: "search2"}
"""One's name begins with the other's: what compares prefixes shows."""
NAMESPACES = {number: f"pr-{branch}" for number, branch in BRANCHES.items()}
STARTS = re.compile(r'startsWith\("([^"]+)"\)')


@pytest.fixture(scope="module")
def site(released_site: Site, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Two previews beside each other."""
    made = released_site.copy(tmp_path_factory.mktemp("isolation") / "site")
    for number, branch in BRANCHES.items():
        made("pr", "open", str(number), "--branch", branch)
    return made


@pytest.fixture(scope="module")
def everything(site: Site) -> Mapping[tuple[str, str], Any]:
    return site.inventory()


@pytest.fixture(scope="module")
def granted(site: Site) -> list[Grant]:
    return grants(site)


def of(everything: Mapping[tuple[str, str], Any], kind: str, namespace: str = "") -> Iterator[Any]:
    for (type_, _), inputs in everything.items():
        found = unwrap(inputs)
        if type_.endswith(f":{kind}") and (not namespace or found.get("metadata", {}).get("namespace") == namespace):
            yield found


def identities(everything: Mapping[tuple[str, str], Any], number: int) -> set[str]:
    """Everybody that a pod of the preview is to IAM."""
    accounts = [it["metadata"]["name"] for it in of(everything, "ServiceAccount", NAMESPACES[number])]
    assert len(accounts) > 10
    pool = "projects/100000000001/locations/global/workloadIdentityPools/ampersand-dev.svc.id.goog"
    return {f"principal://iam.googleapis.com/{pool}/subject/ns/{NAMESPACES[number]}/sa/{name}" for name in accounts}


def held(granted: list[Grant], members: set[str]) -> list[Grant]:
    """All that somebody may, also as the service accounts that they may become."""
    mine = [each for each in granted if each.member in members]
    become = {f"serviceAccount:{each.thing.rpartition('/')[2]}" for each in mine if each.role in ACTING}
    return mine + (held(granted, become) if become else [])


def names(everything: Mapping[tuple[str, str], Any], kind: str, number: int) -> set[str]:
    found = {it["name"] for it in of(everything, kind) if it["name"].startswith(f"pr-{number}-")}
    assert len(found) >= 8
    return found


PAIRS = list(permutations(BRANCHES, 2))


@pytest.mark.journey
@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_no_pod_reaches_a_pod(everything: Mapping[tuple[str, str], Any], one: int, other: int) -> None:
    policies = list(of(everything, "NetworkPolicy"))
    ends = {n: dict(pods([*of(everything, "Deployment", NAMESPACES[n]), *of(everything, "Job", NAMESPACES[n])])) for n in BRANCHES}  # fmt: skip
    assert len(ends[one]) > 15
    ports = {port["containerPort"] for each in of(everything, "Deployment", NAMESPACES[other])
             for box in each["spec"]["template"]["spec"]["containers"] for port in box.get("ports", [])}  # fmt: skip
    ports |= {80, 443, 5432}
    for source in ends[one].values():
        for target in ends[other].values():
            assert not [port for port in ports if reaches(policies, source, target, port)]
    # And what may call it at home, does.
    assert any(reaches(policies, a, b, port) for a in ends[one].values() for b in ends[one].values() for port in ports)


@pytest.mark.parametrize(("one", "other"), PAIRS)
@pytest.mark.parametrize("kind", ["Topic", "Subscription"])
def test_nothing_is_granted_on_a_topic_or_subscription(
    everything: Mapping[tuple[str, str], Any], granted: list[Grant], kind: str, one: int, other: int
) -> None:
    mine = held(granted, identities(everything, one))
    things = {each.thing.rpartition("/")[2] for each in mine}
    assert not things & names(everything, kind, other)
    assert things & names(everything, kind, one)
    # Nor on the whole project, where all topics are.
    assert not [each for each in mine if "/" not in each.thing and "pubsub" in each.role]


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_no_secret_is_the_other_s(
    everything: Mapping[tuple[str, str], Any], granted: list[Grant], one: int, other: int
) -> None:
    secret = f"pr-{other}-database-password"
    assert secret in {it["secretId"] for it in of(everything, "Secret") if "secretId" in it}
    readable = {each.thing.rpartition("/")[2] for each in held(granted, identities(everything, one))
                if each.role.startswith("secretmanager.")}  # fmt: skip
    assert secret not in readable
    assert "clerk" in readable
    mounted = {it["metadata"]["name"] for it in of(everything, "Secret", NAMESPACES[one]) if "metadata" in it}
    assert "database" in mounted


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_no_database_is_the_other_s(
    everything: Mapping[tuple[str, str], Any], granted: list[Grant], one: int, other: int
) -> None:
    """Who owns what is PostgreSQL's to say: tests/postgres runs this SQL on one. Here: that each preview's is as told."""
    [sql] = [command for job in of(everything, "Job", "database") if job["metadata"].get("labels") == {"preview": f"pr-{other}"}
             for box in job["spec"]["template"]["spec"]["containers"] for command in box["args"] if "OWNER TO" in command]  # fmt: skip
    for database in {it["name"] for it in of(everything, "Database") if it["name"].startswith(f"pr_{other}_")}:
        assert f'ALTER DATABASE "{database}" OWNER TO "pr_{other}_preview";' in sql
        assert f'REVOKE ALL ON DATABASE "{database}" FROM PUBLIC;' in sql
    assert f'ALTER ROLE "pr_{other}_preview" NOCREATEROLE NOCREATEDB;' in sql
    assert f"pr_{one}_" not in sql
    # The instance lets nobody in by IAM who may not become one of its logins.
    assert not [each for each in held(granted, identities(everything, one)) if "cloudsql" in each.role]
    users = {env["value"] for each in of(everything, "Deployment", NAMESPACES[one]) for box in each["spec"]["template"]["spec"]["containers"]
             for env in box.get("env", []) if env["name"] == "DATABASE_USER"}  # fmt: skip
    assert users == {f"pr_{one}_preview"}


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_no_object_below_the_other_s_prefix(
    everything: Mapping[tuple[str, str], Any], granted: list[Grant], one: int, other: int
) -> None:
    mine = [each for each in held(granted, identities(everything, one)) if each.role.startswith("storage.")]
    assert mine
    for grant in mine:
        prefixes = STARTS.findall(grant.condition)
        assert len(prefixes) == 2, "a grant on a bucket that holds for all of it"
        for prefix in prefixes:
            objects = f"projects/_/buckets/{grant.thing}/objects/" if prefix.startswith("projects/") else ""
            assert f"{objects}previews/pr-{one}/x".startswith(prefix)
            assert not f"{objects}previews/pr-{other}/x".startswith(prefix)
            assert not f"{objects}previews/pr-{one}1/x".startswith(prefix)
            assert not f"{objects}x".startswith(prefix)


def test_no_pod_of_a_preview_is_an_administrator(everything: Mapping[tuple[str, str], Any]) -> None:
    """The grants run where the base's own do, out of the reach of a preview's pods, whose account may not be used there."""
    for number in BRANCHES:
        assert not [it for it in of(everything, "Job", NAMESPACES[number]) if "OWNER TO" in json.dumps(it)]
    policies = list(of(everything, "NetworkPolicy"))
    jobs = dict(pods(list(of(everything, "Job", "database"))))
    for number in BRANCHES:
        for pod in dict(pods(list(of(everything, "Deployment", NAMESPACES[number])))).values():
            assert not [it for it in jobs.values() if reaches(policies, pod, it, 5432)]


def test_the_password_is_in_no_file_in_clear(site: Site) -> None:
    found = {number: site("outputs", f"pr-{number}", "--show-secrets", "--json").json["database_password"] for number in BRANCHES}  # fmt: skip
    assert found[1] != found[2]
    for path in Path(site.config).glob("*.yaml"):
        assert not [password for password in found.values() if password in path.read_text()]
