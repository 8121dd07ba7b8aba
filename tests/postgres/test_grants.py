"""The grants, run on a real PostgreSQL: who owns what, who gets in where."""

from __future__ import annotations

import pytest

from components.grants_sql import ADMINISTRATORS, copied, grants_sql, identifier, text
from components.pod import literal
from tests.postgres.conftest import Server, expanded

ADMIN = "database-admin@acme-dev.iam"
MAIN, ORDERS = "login-main@acme-dev.iam", "login-orders@acme-dev.iam"
DEBUG, ODD = "debug@acme.com", "o'dd\"group@acme.com"
OWNERS = {"main": MAIN, "orders": ORDERS}


@pytest.fixture(scope="module")
def granted(server: Server) -> Server:
    """Two databases and their logins as Cloud SQL's API makes them, and the grants run twice."""
    server.run(f'CREATE ROLE "{ADMINISTRATORS}" CREATEDB CREATEROLE;')
    for database in ("postgres", "template1"):
        server.run(f'ALTER DATABASE {database} OWNER TO "{ADMINISTRATORS}";')
    server.run(f'CREATE ROLE "{ADMIN}" LOGIN IN ROLE "{ADMINISTRATORS}";')
    for login in (MAIN, ORDERS, DEBUG, ODD, "stranger@acme-dev.iam"):
        server.run(f"CREATE ROLE {identifier(login)} LOGIN;")
    for database in OWNERS:
        server.run(f'CREATE DATABASE "{database}" OWNER "{ADMINISTRATORS}"')
    for _ in range(2):
        server.as_job([grants_sql(OWNERS, [DEBUG, ODD])], ADMIN)
    return server


def test_a_login_makes_and_fills_tables_in_its_own_database(granted: Server) -> None:
    granted.run("CREATE TABLE events (id int); INSERT INTO events VALUES (1);", MAIN, "main")
    assert granted.run("SELECT tableowner, (SELECT count(*) FROM events) FROM pg_tables WHERE tablename = 'events'",
                       MAIN, "main") == f"{MAIN}|1"  # fmt: skip
    granted.run("CREATE SCHEMA more; CREATE EXTENSION pgcrypto;", MAIN, "main")


@pytest.mark.parametrize("database", ["orders", "postgres", "template1"])
def test_a_login_cannot_connect_to_any_other_database(granted: Server, database: str) -> None:
    assert f'permission denied for database "{database}"' in granted.error("SELECT 1", MAIN, database)


@pytest.mark.parametrize("database", ["main", "orders", "postgres", "template1"])
def test_a_login_without_a_database_gets_in_nowhere(granted: Server, database: str) -> None:
    assert "permission denied for database" in granted.error("SELECT 1", "stranger@acme-dev.iam", database)


@pytest.mark.parametrize(
    ("statement", "refusal"),
    [
        ("CREATE DATABASE mine", "permission denied to create database"),
        ("CREATE ROLE friend", "permission denied to create role"),
        (f'SET ROLE "{ORDERS}"', "permission denied to set role"),
        (f'SET ROLE "{ADMINISTRATORS}"', "permission denied to set role"),
        (f'GRANT "{ORDERS}" TO "{MAIN}"', "must have admin option on role"),
        (
            "COPY (SELECT 1) TO PROGRAM 'true'",
            "must be superuser or have privileges of the pg_execute_server_program role",
        ),
    ],
)
def test_a_login_is_owner_of_its_database_and_nothing_else(granted: Server, statement: str, refusal: str) -> None:
    assert refusal in granted.error(statement, MAIN, "main")


@pytest.mark.parametrize("login", [DEBUG, ODD])
def test_people_act_as_any_owner(granted: Server, login: str) -> None:
    for database, owner in OWNERS.items():
        made = f"SET ROLE {identifier(owner)}; CREATE TABLE repaired (id int); DROP TABLE repaired; SELECT current_user"
        assert granted.run(made, login, database) == owner


def test_the_administrators_are_no_owners_once_they_have_handed_over(granted: Server) -> None:
    members = f"SELECT member::regrole FROM pg_auth_members WHERE roleid = {text(identifier(MAIN))}::regrole ORDER BY 1"
    assert granted.run(members).splitlines() == [identifier(DEBUG), identifier(ODD)]
    assert "permission denied for database" in granted.error("SELECT 1", ADMIN, "main")


def test_who_is_no_longer_named_loses_what_they_had(granted: Server) -> None:
    granted.run(grants_sql(OWNERS, []), ADMIN)
    assert "permission denied for database" in granted.error("SELECT 1", DEBUG, "main")
    assert granted.run("SELECT 1", MAIN, "main") == "1"
    granted.run(grants_sql(OWNERS, [DEBUG, ODD]), ADMIN)
    assert granted.run("SELECT 1", DEBUG, "main") == "1"


ONE, TWO = "pr_1_preview", "pr_2_preview"


@pytest.fixture(scope="module")
def previewed(granted: Server) -> Server:
    """Two previews as Cloud SQL makes them: users with passwords are administrators, until their grants are run."""
    for number, login in ((1, ONE), (2, TWO)):
        granted.run(f"CREATE ROLE {login} LOGIN CREATEDB CREATEROLE PASSWORD 'x' IN ROLE {identifier(ADMINISTRATORS)};")
        granted.run(f"CREATE DATABASE pr_{number}_main OWNER {identifier(ADMINISTRATORS)}")
        for _ in range(2):
            granted.as_job([grants_sql({f"pr_{number}_main": login}, [], [login])], ADMIN)
    return granted


def test_a_preview_migrates_its_own_database(previewed: Server) -> None:
    previewed.run("CREATE TABLE mine (id int); CREATE SCHEMA more; CREATE EXTENSION pgcrypto;", ONE, "pr_1_main")
    assert previewed.run("SELECT tableowner FROM pg_tables WHERE tablename = 'mine'", ONE, "pr_1_main") == ONE


@pytest.mark.parametrize("database", ["pr_2_main", "main", "orders", "postgres", "template1"])
def test_a_preview_gets_into_no_other_database(previewed: Server, database: str) -> None:
    assert f'permission denied for database "{database}"' in previewed.error("SELECT 1", ONE, database)


@pytest.mark.parametrize(
    ("statement", "refusal"),
    [
        ("CREATE DATABASE mine", "permission denied to create database"),
        ("CREATE ROLE friend", "permission denied to create role"),
        (f'SET ROLE "{MAIN}"', "permission denied to set role"),
        (f"SET ROLE {TWO}", "permission denied to set role"),
        (f'SET ROLE "{ADMINISTRATORS}"', "permission denied to set role"),
        (f'GRANT "{MAIN}" TO {ONE}', "must have admin option on role"),
        (f'GRANT "{ADMINISTRATORS}" TO {ONE}', "must have admin option on role"),
        (f"ALTER ROLE {TWO} PASSWORD 'y'", "permission denied"),
    ],
)
def test_a_preview_is_no_administrator_any_more(previewed: Server, statement: str, refusal: str) -> None:
    assert refusal in previewed.error(statement, ONE, "pr_1_main")


def test_a_preview_goes_without_a_trace(previewed: Server) -> None:
    previewed.run("DROP DATABASE pr_2_main")
    previewed.run(f"DROP ROLE {TWO}")
    assert previewed.run("SELECT count(*) FROM pg_roles WHERE rolname LIKE 'pr_2%'") == "0"


def test_a_database_begins_as_a_copy_and_all_in_it_is_the_preview_s(previewed: Server) -> None:
    admin, golden = identifier(ADMINISTRATORS), "golden"
    previewed.run(f"SET ROLE {admin}; CREATE ROLE {golden} NOLOGIN; GRANT {golden} TO {admin};", ADMIN)
    previewed.run(f"CREATE DATABASE {golden} OWNER {admin}")
    filled = f"SET ROLE {admin}; GRANT CREATE ON SCHEMA public TO {golden}; SET ROLE {golden}; CREATE TABLE plans AS SELECT 'free' AS name;"  # fmt: skip
    previewed.run(filled, ADMIN, golden)
    for _ in range(2):
        previewed.as_job(copied("pr_1_main", ONE, golden), ADMIN)
        previewed.run(grants_sql({"pr_1_main": ONE}, [], [ONE]), ADMIN)
    mine = "ALTER TABLE plans ADD price int; INSERT INTO plans VALUES ('paid', 5); SELECT count(*) FROM plans;"
    assert previewed.run(mine, ONE, "pr_1_main") == "2"
    # The template is as it was, its owner too, and the preview gets no nearer to it.
    assert previewed.run("SELECT count(*) FROM plans", database=golden) == "1"
    assert previewed.run("SELECT tableowner FROM pg_tables WHERE tablename = 'plans'", database=golden) == golden
    assert "permission denied to set role" in previewed.error(f"SET ROLE {golden}", ONE, "pr_1_main")
    owners = "SELECT DISTINCT pg_get_userbyid(datdba) FROM pg_database WHERE datname IN ('golden', 'main', 'orders') ORDER BY 1"
    assert previewed.run(owners).splitlines() == sorted([ADMINISTRATORS, MAIN, ORDERS])


def test_an_argument_arrives_as_it_was_meant() -> None:
    for meant in ("DO $$ BEGIN END $$;", "$(PGPASSWORD)", "$$(PGPASSWORD)", "$1 $ $", "plain"):
        assert expanded(literal(meant)) == meant
    assert expanded("DO $$ BEGIN END $$; $(PGPASSWORD)") == "DO $ BEGIN END $; secret"
