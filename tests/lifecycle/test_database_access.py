"""Who gets to the databases on their private address, judged by everything that an environment is made of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from components.database_proxy import HOST, PORT
from model.names import DATABASE_NAMESPACE, DATABASE_PROXY
from tests.lifecycle.commands import PROGRAM

# `test_inventory.py` holds these files to what the stacks are.
INVENTORY = PROGRAM / "tests" / "inventory"
DEBUG, ON_CALL = "engineering@ampersand.example", "on-call@ampersand.example"
FORWARDERS = {"admin", "edit", "cluster-admin"}
"""Kubernetes' own roles that may forward ports: https://kubernetes.io/docs/reference/access-authn-authz/rbac/"""

Things = dict[str, dict[str, Any]]


def load(stack: str) -> Things:
    found: Things = yaml.safe_load((INVENTORY / f"{stack}.yaml").read_text())
    return found


def of(things: Things, kind: str) -> Iterator[dict[str, Any]]:
    return (thing for name, thing in things.items() if name.split()[0].rpartition(":")[2] == kind)


def forwarders(things: Things, namespace: str) -> set[str]:
    """Everybody whom a binding lets forward a port to a pod of the namespace."""
    able = {("ClusterRole", name) for name in FORWARDERS}
    for kind in ("Role", "ClusterRole"):
        for role in of(things, kind):
            for rule in role["rules"]:
                if {"pods/portforward", "pods/*", "*"} & set(rule["resources"]):
                    able.add((kind, role["metadata"]["name"]))
    bindings = [
        *of(things, "ClusterRoleBinding"),
        *(each for each in of(things, "RoleBinding") if each["metadata"]["namespace"] == namespace),
    ]
    return {
        subject["name"]
        for binding in bindings
        if (binding["roleRef"]["kind"], binding["roleRef"]["name"]) in able
        for subject in binding["subjects"]
    }


@pytest.mark.parametrize(("stack", "group"), [("dev", DEBUG), ("prod", ON_CALL)])
def test_a_port_is_forwarded_for_the_group_and_nobody_else(stack: str, group: str) -> None:
    assert forwarders(load(stack), DATABASE_NAMESPACE) == {group}


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_the_proxy_hears_its_own_pod_only_and_reaches_the_instance(stack: str) -> None:
    things = load(stack)
    [proxy] = [each for each in of(things, "Deployment") if each["metadata"]["name"] == DATABASE_PROXY]
    [container] = proxy["spec"]["template"]["spec"]["containers"]
    # Addresses are left out of inventories; that this one is the pod's own, `test_administration.py` says.
    assert {f"--port={PORT}", "--private-ip"} <= set(container["args"])
    assert "--auto-iam-authn" not in container["args"]
    policies = [each for each in of(things, "NetworkPolicy") if each["metadata"]["namespace"] == DATABASE_NAMESPACE]
    assert {tuple(each["spec"]["policyTypes"]) for each in policies} == {("Ingress", "Egress")}
    assert [rule for each in policies for rule in each["spec"].get("ingress", [])] == []
    opened = {port["port"] for each in policies for rule in each["spec"]["egress"] for port in rule.get("ports", [])}
    assert opened >= {3307, 443}
    services = [
        each for each in of(things, "Service") if (each.get("metadata") or {}).get("namespace") == DATABASE_NAMESPACE
    ]
    assert services == []


@pytest.mark.parametrize(("stack", "group"), [("dev", DEBUG), ("prod", ON_CALL)])
def test_postgresql_knows_the_group_and_no_other_person(stack: str, group: str) -> None:
    things = load(stack)
    people = {each["name"] for each in of(things, "User") if each["type"] != "CLOUD_IAM_SERVICE_ACCOUNT"}
    assert people == {group}
    holders = {each["member"] for each in of(things, "IAMMember") if each["role"] == "roles/cloudsql.instanceUser"}
    assert {each for each in holders if not each.startswith("serviceAccount:")} == {f"group:{group}"}
    [grants] = [each for each in of(things, "Job") if each["metadata"]["namespace"] == DATABASE_NAMESPACE]
    sql = grants["spec"]["template"]["spec"]["containers"][0]["args"][-1]
    owners = {each["name"] for each in of(things, "User") if each["name"].startswith("login-")}
    assert set(re.findall(r'^GRANT "([^"]+)" TO "([^"]+)"', sql, re.MULTILINE)) == {
        (owner, to) for owner in owners for to in (group, "cloudsqlsuperuser")
    }


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_each_login_is_that_of_its_own_pods(stack: str) -> None:
    """A service account of a database may be impersonated by those who log in to it, which their variables say."""
    things = load(stack)
    allowed: dict[str, set[str]] = {}
    for grant in of(things, "IAMMember"):
        if grant["role"] == "roles/iam.serviceAccountTokenCreator" and "/login-" in grant.get("serviceAccountId", ""):
            account = grant["serviceAccountId"].rpartition("/")[2]
            allowed.setdefault(account, set()).add(grant["member"].rpartition("/")[2])
    using: dict[str, set[str]] = {}
    for kind in ("Deployment", "Job"):
        for each in of(things, kind):
            pod = each["spec"]["template"]["spec"]
            for container in (*pod["containers"], *pod.get("initContainers", [])):
                for variable in container.get("env", []):
                    if variable["name"] == "DATABASE_IMPERSONATE":
                        using.setdefault(variable["value"], set()).add(pod["serviceAccountName"])
    assert using
    assert allowed == using


def test_the_guide_names_what_there_is() -> None:
    guide = (PROGRAM / "docs" / "how-to" / "psql.md").read_text()
    assert f"kubectl port-forward --namespace {DATABASE_NAMESPACE} deployment/{DATABASE_PROXY} {PORT}:{PORT}" in guide
    assert f"host={HOST} port={PORT}" in guide
    [login] = [each["name"] for each in of(load("dev"), "User") if each["name"].startswith("login-main@")]
    assert f'SET ROLE "{login}"' in guide
    assert [path for path in re.findall(r"`(components/\w+\.py)`", guide) if not (PROGRAM / path).exists()] == []
