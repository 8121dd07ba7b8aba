"""Each rule on what it is for and on what it must leave alone. Many more, proved on a server, are in `cases`."""

from __future__ import annotations

import pytest

from migrations.checker import RULES
from migrations.rules import judged
from migrations.statements import read
from model.findings import Severity

LIMITS = "SET lock_timeout = '5s'; SET statement_timeout = '15min';\n"


def rules(text: str) -> list[str]:
    return [danger.rule.id for _, dangers in judged(read(LIMITS + text).statements) for danger in dangers]


FOUND = [
    ("drop-table", "DROP FOREIGN TABLE IF EXISTS a"),
    ("drop-schema", "DROP OWNED BY ann"),
    ("drop-database", "DROP DATABASE a"),
    ("drop-column", "ALTER TABLE a DROP b"),
    ("drop-column", "ALTER TYPE a DROP ATTRIBUTE b"),
    ("truncate", "TRUNCATE ONLY a"),
    ("change-column-type", "ALTER TABLE a ALTER b SET DATA TYPE text"),
    ("rename-table", "ALTER TABLE a RENAME TO b"),
    ("rename-column", "ALTER TABLE a RENAME b TO c"),
    ("rename-other", "ALTER TYPE a RENAME VALUE 'b' TO 'c'"),
    ("add-required-column", "ALTER TABLE a ADD b int NOT NULL"),
    ("volatile-default", "ALTER TABLE a ADD b uuid DEFAULT own.make_id()"),
    ("volatile-default", "ALTER TABLE a ADD b int DEFAULT (random() * 3)::numeric(3, 1)"),
    ("generated-column", "ALTER TABLE a ADD b int GENERATED ALWAYS AS (c) STORED"),
    ("index-not-concurrently", "CREATE UNIQUE INDEX ON a (b)"),
    ("drop-index-not-concurrently", "DROP INDEX a"),
    ("reindex-not-concurrently", "REINDEX (CONCURRENTLY false) TABLE a"),
    ("constraint-not-valid", "ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES c"),
    ("constraint-not-valid", "ALTER TABLE a ADD b int REFERENCES c"),
    ("unique-constraint", "ALTER TABLE a ADD CONSTRAINT b EXCLUDE USING gist (c WITH &&)"),
    ("update-without-where", "UPDATE a SET b = 1 WHERE (true)"),
    ("update-without-where", "EXPLAIN (ANALYZE) UPDATE a SET b = 1"),
    ("delete-without-where", "WITH x AS (DELETE FROM a RETURNING *) SELECT * FROM x WHERE b"),
    ("delete-without-where", "PREPARE x AS DELETE FROM a WHERE 1 = 1 RETURNING b"),
    ("lock-table", "LOCK a IN SHARE MODE NOWAIT"),
    ("refresh-materialized-view", "REFRESH MATERIALIZED VIEW a"),
    ("vacuum-full", "VACUUM (FULL, ANALYZE) a"),
    ("cluster", "CLUSTER"),
    ("set-logged", "ALTER TABLE a SET UNLOGGED"),
    ("move-table", "ALTER TABLE a SET TABLESPACE b"),
    ("attach-partition", "ALTER TABLE a ATTACH PARTITION b DEFAULT"),
    ("detach-partition", "ALTER TABLE a DETACH PARTITION b"),
    ("revoke", "REVOKE ann FROM bob"),
    ("drop-trigger", "DROP TRIGGER a ON b"),
    ("drop-view", "DROP MATERIALIZED VIEW a"),
    ("drop-function", "DROP AGGREGATE a(int, text), b(int)"),
    ("drop-type", "DROP DOMAIN a"),
    ("drop-other", "DROP EXTENSION pgcrypto"),
    ("set-not-null", "ALTER TABLE a ALTER b SET NOT NULL"),
    ("drop-constraint", "ALTER TABLE a DROP CONSTRAINT IF EXISTS b"),
    ("json-column", 'ALTER TABLE a ADD b pg_catalog."json"'),
    ("concurrently-in-transaction", "BEGIN; CREATE INDEX CONCURRENTLY ON a (b)"),
    ("enum-value-in-transaction", "BEGIN; ALTER TYPE a ADD VALUE IF NOT EXISTS 'b'"),
    ("row-security", "ALTER TABLE IF EXISTS a NO FORCE ROW LEVEL SECURITY"),
    ("row-security", "ALTER POLICY a ON b TO c"),
    ("revoke", "ALTER TABLE a OWNER TO b"),
    ("revoke", "REASSIGN OWNED BY a TO b"),
    ("revoke", "ALTER USER a WITH NOLOGIN"),
    ("revoke", "ALTER GROUP a DROP USER b"),
    ("drop-column", "ALTER TABLE ONLY (a) DROP b"),
    ("drop-table", "DO $$ DECLARE c text := 'SELECT 1'; BEGIN b.c := 'DROP TABLE a'; EXECUTE c; END $$"),
    (
        "drop-table",
        "CREATE FUNCTION f() RETURNS bool LANGUAGE sql AS 'DROP TABLE a'; DO $$ BEGIN IF f() THEN END IF; END $$",
    ),
    ("unreadable-sql", "DO $$ DECLARE c text := 'SELECT 1'; BEGIN CALL b(c); EXECUTE c; END $$"),
    ("unreadable-sql", "DO $$ DECLARE c text := 'SELECT 1'; BEGIN GET DIAGNOSTICS c = PG_CONTEXT; EXECUTE c; END $$"),
    ("drop-other", "DROP FOREIGN DATA WRAPPER a CASCADE"),
    ("drop-other", "DROP PROCEDURAL LANGUAGE a"),
    ("drop-other", "DROP TEXT SEARCH DICTIONARY a"),
    ("drop-trigger", "ALTER TABLE a DISABLE TRIGGER ALL"),
    ("drop-trigger", "ALTER TABLE a DISABLE RULE b"),
    ("move-table", "ALTER TABLE ALL IN TABLESPACE a SET TABLESPACE b"),
    ("move-table", "ALTER MATERIALIZED VIEW ALL IN TABLESPACE a SET TABLESPACE b"),
    ("set-not-null", "ALTER DOMAIN a ADD CONSTRAINT b NOT NULL"),
    ("lock-table", "CREATE TABLE a (b int); LOCK a, c"),
    ("unreadable-sql", "DO LANGUAGE plpython3u $$ plpy.execute('DROP TABLE a') $$"),
    ("unreadable-sql", "DO $$ BEGIN EXECUTE a.b; END $$"),
    ("unreadable-sql", "DO $$ BEGIN EXECUTE (SELECT 'DROP TABLE a'); END $$"),
    ("unreadable-sql", "DO $$ BEGIN EXECUTE format('ALTER TABLE a %s', b); END $$"),
    ("unreadable-sql", "DO $$ BEGIN FOR a IN EXECUTE b LOOP NULL; END LOOP; END $$"),
    ("unreadable-sql", "DO $$ BEGIN a := 'SELECT 1'; SELECT b INTO a; EXECUTE a; END $$"),
    ("unreadable-sql", "DO $$ BEGIN EXECUTE 'SELECT ''open'; END $$"),
    (
        "unreadable-sql",
        "CREATE FUNCTION f(a text) RETURNS void AS 'BEGIN a := ''SELECT 1''; EXECUTE a; END' LANGUAGE plpgsql; SELECT f('x')",
    ),
    ("unreadable-sql", "CREATE FUNCTION f() RETURNS void LANGUAGE plpython3u AS 'x'; CALL f()"),
    ("unreadable-sql", "SELECT dblink_exec('a', 'DROP TABLE b')"),
    ("unreadable-sql", "COPY a TO PROGRAM 'rm b'"),
    ("unreadable-sql", "SELECT set_config('standard_conforming_strings', 'off', false)"),
    ("unreadable-sql", "\\ir other.sql"),
    ("unreadable-sql", "\\c other"),
    ("unreadable-sql", "\\! psql"),
    ("unreadable-sql", "\\set a 'b c'\nSELECT :a"),
    ("unreadable-sql", "\\set a b\nSELECT 'x; DROP TABLE c' AS a \\gset\nSELECT :a"),
]


@pytest.mark.parametrize(("rule", "text"), FOUND)
def test_what_a_rule_is_for(rule: str, text: str) -> None:
    assert rules(text) == [rule]


def test_every_rule_has_a_case() -> None:
    assert {rule for rule, _ in FOUND} | {"no-lock-timeout", "no-statement-timeout"} == set(RULES)


@pytest.mark.parametrize(
    "text",
    [
        "CREATE TABLE a (b int); CREATE INDEX ON a (b); ALTER TABLE a ADD c int NOT NULL; DROP TABLE a",
        "CREATE TABLE a (b int); ALTER TABLE a RENAME TO c; TRUNCATE c",
        "CREATE TABLE IF NOT EXISTS a (b int); CREATE INDEX ON a (b)",
        "ALTER TABLE a ADD b int NOT NULL DEFAULT 3",
        "ALTER TABLE a ADD b timestamptz NOT NULL DEFAULT now() + interval '1 day'",
        "ALTER TABLE a ADD b varchar(10) DEFAULT 'x'::varchar(10)",
        "ALTER TABLE a ADD CONSTRAINT b CHECK (c > 0) NOT VALID",
        "ALTER TABLE a ADD CONSTRAINT b UNIQUE USING INDEX b",
        "ALTER TABLE a ALTER b DROP NOT NULL, ALTER c SET DEFAULT 1",
        "CREATE INDEX ON ONLY a (b)",
        "DROP INDEX CONCURRENTLY a",
        "UPDATE a SET b = CASE WHEN c THEN 1 ELSE 2 END WHERE d",
        "INSERT INTO a VALUES (1) ON CONFLICT DO UPDATE SET b = 1",
        "SELECT * FROM a FOR UPDATE",
        "GRANT UPDATE, DELETE ON a TO b",
        "CREATE RULE r AS ON DELETE TO a DO INSTEAD DELETE FROM b",
        "LOCK a IN ROW SHARE MODE",
        "VACUUM (FULL off) a",
        "ALTER INDEX a RENAME TO b",
        "CREATE TABLE a (b json)",
        "COMMENT ON TABLE a IS 'DROP TABLE a'",
        "SET standard_conforming_strings = on",
        "SELECT pg_catalog.set_config('standard_conforming_strings', 'on', false)",
        "DO $$ BEGIN a := format('CREATE TABLE %I (b int)', c); EXECUTE a; END $$",
        "\\set a b\nSELECT :a, c[1:d], :'e', :\"f\"",
        "CREATE POLICY a ON b USING (true)",
        "CREATE TABLE a (b int); ALTER TABLE a OWNER TO c",
        "ALTER ROLE a LOGIN",
        "CREATE TABLE a (b int); ALTER TABLE a ENABLE ROW LEVEL SECURITY, DISABLE TRIGGER ALL",
        "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS 'BEGIN EXECUTE a.b; END'",
        "DELETE FROM a WHERE FALSE",
        "DELETE FROM a WHERE b = c",
        "MERGE INTO a USING b ON a.c = b.c WHEN MATCHED THEN DELETE",
        "MERGE INTO a USING b ON true WHEN NOT MATCHED THEN INSERT DEFAULT VALUES",
    ],
)
def test_what_is_left_alone(text: str) -> None:
    assert rules(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "CREATE TABLE IF NOT EXISTS a (b int); DROP TABLE a",
        "BEGIN; CREATE TABLE a (b int); ROLLBACK; DROP TABLE a",
        "CREATE TABLE a (b int); SET search_path = other; DROP TABLE a",
        "CREATE TABLE x.a (b int); DROP TABLE a",
        "CREATE TABLE a (b int); DROP TABLE a, c",
        "DO $$ BEGIN CREATE TABLE a (b int); END $$; DROP TABLE a",
        "CREATE TABLE a (b int); ALTER TABLE a SET SCHEMA c; DROP TABLE a",
        "CREATE TABLE a (b int); RESET search_path; DROP TABLE a",
        "CREATE TABLE a (b int); DISCARD ALL; DROP TABLE a",
        "CREATE TABLE a (b int); SET LOCAL ROLE c; DROP TABLE a",
        "CREATE TABLE a (b int);\n\\connect other\nDROP TABLE a",
    ],
)
def test_a_table_that_may_have_been_there_is_not_new(text: str) -> None:
    assert "drop-table" in rules(text)


def severities(text: str) -> list[Severity]:
    return [danger.severity for _, dangers in judged(read(LIMITS + text).statements) for danger in dangers]


def test_the_eight_patterns_of_the_first_analyzer_keep_their_severities() -> None:
    eight: dict[str, Severity] = {
        "DROP TABLE a": "critical",
        "ALTER TABLE a DROP COLUMN b": "critical",
        "ALTER TABLE a ALTER COLUMN b TYPE text": "high",
        "ALTER TABLE a RENAME COLUMN b TO c": "high",
        "ALTER TABLE a RENAME TO b": "high",
        "ALTER TABLE a ALTER COLUMN b SET NOT NULL": "medium",
        "ALTER TABLE a DROP CONSTRAINT b": "medium",
        "TRUNCATE a": "critical",
    }
    assert {text: severities(text) for text in eight} == {text: [severity] for text, severity in eight.items()}


def test_a_type_that_takes_columns_along_is_as_bad_as_they() -> None:
    assert severities("DROP TYPE a CASCADE") == ["critical"]
    assert severities("DROP TYPE a") == ["high"]


def test_the_safe_way_has_the_names_of_the_statement() -> None:
    text = 'ALTER TABLE app.users ALTER "Mail" SET NOT NULL'
    (safe,) = [danger.safe for _, dangers in judged(read(LIMITS + text).statements) for danger in dangers]
    assert 'ALTER TABLE app.users ALTER COLUMN "Mail" SET NOT NULL;' in safe
    everywhere = [
        danger.safe for _, text in FOUND for _, dangers in judged(read(text).statements) for danger in dangers
    ]
    assert [safe for safe in everywhere if "{" in safe] == []


def test_limits_are_asked_for_once_a_file_and_only_where_somebody_waits() -> None:
    def bare(text: str) -> list[str]:
        return [danger.rule.id for _, dangers in judged(read(text).statements) for danger in dangers]

    both = ["no-lock-timeout", "no-statement-timeout"]
    assert bare("ALTER TABLE a ADD b int; ALTER TABLE a ADD c int") == both
    assert bare("SELECT set_config('lock_timeout', '1s', true); ALTER TABLE a ADD b int") == both[1:]
    assert bare("SET lock_timeout = 0; ALTER TABLE a ADD b int") == both
    assert bare("CREATE TABLE a (b int); ALTER TABLE a ADD c int; CREATE INDEX CONCURRENTLY ON x (y)") == []
