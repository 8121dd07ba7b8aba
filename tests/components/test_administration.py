"""What the administration of databases and the groups of the team register."""

from __future__ import annotations

from components.database_administration import DatabaseAdministration, DatabaseAdministrationArgs
from components.debug import Debug, DebugArgs
from components.grants import PSQL
from components.grants_sql import grants_sql
from components.people import People, PeopleArgs
from tests.components.conftest import Build, Registered

PROXY_FLAGS = [
    "--private-ip",
    "--address=127.0.0.1",
    "--port=5432",
    "--health-check",
    "--http-address=0.0.0.0",
    "--http-port=9090",
    "--structured-logs",
    "--exit-zero-on-sigterm",
]


def administration(groups: tuple[str, ...], released: bool = True) -> DatabaseAdministration:
    return DatabaseAdministration(
        "administration",
        DatabaseAdministrationArgs(
            project="p",
            instance="i",
            connection="p:us-west1:i",
            host="10.1.2.3",
            namespace="database",
            account="database-admin",
            grants=("grants", "principal://grants"),
            proxy=("database-proxy", "principal://proxy"),
            images=("postgres@sha256:1", "proxy@sha256:2") if released else None,
            owners={"main": ("main", "login-main@p.iam")},
            groups=groups,
        ),
    )


def of(kind: str, registered: list[Registered]) -> list[Registered]:
    return [resource for resource in registered if resource.type.endswith(f":{kind}")]


def test_the_grants_run_as_an_administrator_that_nobody_else_may_be(build: Build) -> None:
    registered = build(lambda: administration(()))
    [job] = of("Job", registered)
    pod = job.inputs["spec"]["template"]["spec"]
    [container], [sidecar] = pod["containers"], pod["initContainers"]
    sql = grants_sql({"main": "login-main@p.iam"}, [])
    # Kubernetes takes two dollar signs for one.
    assert container["args"] == [*PSQL, f"--command={sql.replace('$$', '$$$$')}"]
    assert {each["name"]: each["value"] for each in container["env"]} == {
        "PGDATABASE": "postgres", "PGHOST": "127.0.0.1", "PGPORT": "5432", "PGSSLMODE": "disable",
        "PGUSER": "administrator@p",
    }  # fmt: skip
    impersonation = ["--auto-iam-authn", "--impersonate-service-account=administrator@p"]
    assert sidecar["args"] == [*PROXY_FLAGS, *impersonation, "p:us-west1:i"]
    assert (sidecar["restartPolicy"], sidecar["startupProbe"]["httpGet"]) == (
        "Always", {"path": "/startup", "port": 9090},
    )  # fmt: skip
    assert [(r.name, r.inputs["member"]) for r in of("IAMMember", registered)] == [
        ("administrator-client", "serviceAccount:administrator"),
        ("administrator-instanceUser", "serviceAccount:administrator"),
        ("administrator-grants", "principal://grants"),
    ]
    assert of("User", registered)[0].inputs["databaseRoles"] == ["cloudsqlsuperuser"]


def test_before_the_first_release_everything_but_what_runs_is_there(build: Build) -> None:
    registered = build(lambda: administration(("on-call@acme.com",), released=False))
    assert {r.type.rpartition(":")[2] for r in registered} == {
        "Account", "IAMMember", "Namespace", "NetworkPolicy", "ServiceAccount", "User",
    }  # fmt: skip


def test_without_groups_there_is_no_way_in_for_people(build: Build) -> None:
    registered = build(lambda: administration(()))
    assert [each for kind in ("Deployment", "RoleBinding", "Role") for each in of(kind, registered)] == []


def test_groups_forward_a_port_to_a_proxy_that_logs_nobody_in(build: Build) -> None:
    registered = build(lambda: administration(("on-call@acme.com",)))
    [deployment], [role], [binding] = (of(kind, registered) for kind in ("Deployment", "Role", "RoleBinding"))
    [container] = deployment.inputs["spec"]["template"]["spec"]["containers"]
    assert container["args"] == [*PROXY_FLAGS, "p:us-west1:i"]
    assert {r.name: r.inputs["member"] for r in of("IAMMember", registered) if "on-call" in r.name} == {
        "administration-people-on-call@acme.com": "group:on-call@acme.com"
    }
    [group] = [r for r in of("User", registered) if r.inputs["type"] == "CLOUD_IAM_GROUP"]
    assert group.inputs == {"instance": "i", "name": "on-call@acme.com", "type": "CLOUD_IAM_GROUP"}
    assert role.inputs["metadata"]["namespace"] == "database"
    assert {resource for rule in role.inputs["rules"] for resource in rule["resources"]} == {
        "deployments", "pods", "pods/portforward",
    }  # fmt: skip
    assert [subject["name"] for subject in binding.inputs["subjects"]] == ["on-call@acme.com"]
    [job] = of("Job", registered)
    assert 'TO "on-call@acme.com"' in job.inputs["spec"]["template"]["spec"]["containers"][0]["args"][-1]


def test_groups_get_to_the_cluster_and_there_have_what_they_are_named_for(build: Build) -> None:
    args = PeopleArgs(project="p", view=["team@acme.com"], debug=["team@acme.com"], break_glass=["on-call@acme.com"])
    registered = build(lambda: People("people", args))
    assert sorted((r.inputs["member"], r.inputs["role"]) for r in of("IAMMember", registered)) == [
        (f"group:{group}@acme.com", role)
        for group in ("on-call", "team")
        for role in ("roles/container.clusterViewer", "roles/logging.viewer", "roles/monitoring.viewer")
    ]
    bound = {
        r.inputs["roleRef"]["name"]: [subject["name"] for subject in r.inputs["subjects"]]
        for r in of("ClusterRoleBinding", registered)
    }
    assert bound == {"view": ["team@acme.com"], "admin": ["on-call@acme.com"]}


def test_who_debugs_a_namespace_enters_its_pods_and_reads_no_secret(build: Build) -> None:
    args = DebugArgs(namespace="services", groups=["team@acme.com"])
    [role] = of("Role", build(lambda: Debug("debug", args)))
    allowed = {f"{verb} {resource}" for rule in role.inputs["rules"]
               for resource in rule["resources"] for verb in rule["verbs"]}  # fmt: skip
    assert {"create pods/exec", "create pods/portforward", "get pods/log", "patch pods/ephemeralcontainers"} <= allowed
    assert not any("secrets" in each or "delete" in each or "*" in each for each in allowed)
